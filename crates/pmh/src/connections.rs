//! Connections from outside, bounded: how many, how long one may take over its first line, and how
//! long those under way may take once the program is told to stop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Connections at once; the next one waits in the system's queue. Below the 1,024 open files that a
/// process has by default, with room for the store.
const AT_ONCE: usize = 900;
/// Until the head of a request is there, also between two requests of one connection.
const HEAD: Duration = Duration::from_secs(20);
/// Until requests under way are answered after the word to stop.
const LAST: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 64 << 10;
/// Header lines of a request.
const HEAD_LINES: usize = 64;
/// After a failed accept, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers connections until `stop`; then those under way for [`LAST`] at most.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let under_way = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let answering = under_way.watch(connection(stream, router.clone()));
        tokio::spawn(async move {
            let _place = place;
            let _client_went_away = answering.await;
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST, under_way.shutdown()).await.is_err() {
        tracing::warn!("connections under way were cut off");
    }
}

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>>;

fn connection(stream: TcpStream, router: Router) -> Connection {
    let _only_slower = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}
