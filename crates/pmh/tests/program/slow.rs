//! Clients that begin and do not go on: they hold up nobody, and not the end of the program.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::process::{Folder, Server};
use pmh::client::Client;
use pmh::clock::Watch;

/// A connection with half of a request's head.
fn half_open(base: &str) -> TcpStream {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: ").unwrap();
    stream
}

#[test]
fn a_half_sent_head_is_cut_off_and_does_not_hold_up_the_end() {
    let folder = Folder::new("slow");
    let server = Server::start(&folder.0);
    let mut slow: Vec<TcpStream> = (0..200).map(|_| half_open(&server.base)).collect();
    assert_eq!(Client::new(&server.base).get("/health").unwrap().status, 200);

    let watch = Watch::start();
    slow[0].set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let mut rest = Vec::new();
    slow[0].read_to_end(&mut rest).unwrap();
    let millis = watch.millis();
    assert!(millis < 35_000, "cut off after {millis} ms");

    let _held = half_open(&server.base);
    let watch = Watch::start();
    server.stop();
    let millis = watch.millis();
    assert!(millis < 15_000, "ended after {millis} ms");
}
