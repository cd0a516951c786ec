//! As much of HTTP/1.1 as a load client needs, on loopback only.
//!
//! Client and server share the processors, so what the client spends, the server lacks: requests
//! are bytes made by the caller, and of an answer only status, length and `connection` are read.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream as BlockingStream};
use std::ops::Range;
use std::time::Duration;

use tokio::net::TcpStream;

/// No answer of the hub is longer; a longer one is a fault of ours or of the hub's.
const ANSWER_BYTES_MAX: usize = 64 << 20;
const READ_BYTES: usize = 16 << 10;
/// How long a single call may take.
const CALL_SECONDS: u64 = 120;

/// Where a complete answer stands in the bytes received.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    status: u16,
    body: Range<usize>,
    close: bool,
}

/// The first answer in `bytes`; none while it is incomplete.
fn frame(bytes: &[u8]) -> Result<Option<Frame>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| "the head is not text")?;
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| format!("not an HTTP/1.1 answer: {first}"))?;
    let (mut length, mut close) = (0, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().map_err(|_| format!("content-length: {value}"))?;
        } else if name.eq_ignore_ascii_case("connection") {
            close = value.eq_ignore_ascii_case("close");
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err("an answer in chunks is more than this client reads".to_owned());
        }
    }
    if length > ANSWER_BYTES_MAX {
        return Err(format!("an answer of {length} bytes is too long"));
    }
    let body = end + 4..end + 4 + length;
    Ok((body.end <= bytes.len()).then_some(Frame { status, body, close }))
}

/// Refuses every address but this machine's own.
///
/// # Errors
/// The address is not a loopback address.
pub fn loopback(address: SocketAddr) -> Result<SocketAddr, String> {
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{address} is not this machine: load goes to loopback addresses only"))
    }
}

/// One connection that is kept open.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    received: Vec<u8>,
    close: bool,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Not a loopback address, or nobody listens.
    pub async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = connect(loopback(address)?).await?;
        Ok(Self { address, stream, received: Vec::with_capacity(READ_BYTES), close: false })
    }

    /// Sends a whole request and reads the answer: status and body. A connection that the server
    /// announced to close is opened anew first.
    ///
    /// # Errors
    /// The connection broke, or what came is not an answer; the connection is then of no more use
    /// until [`Self::reopen`].
    pub async fn exchange(&mut self, request: &[u8]) -> Result<(u16, &[u8]), String> {
        if self.close {
            self.reopen().await?;
        }
        self.received.clear();
        self.send(request).await?;
        loop {
            self.receive().await?;
            if let Some(frame) = frame(&self.received)? {
                self.close = frame.close;
                return Ok((frame.status, &self.received[frame.body]));
            }
        }
    }

    /// Replaces the connection by a new one.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn reopen(&mut self) -> Result<(), String> {
        self.stream = connect(self.address).await?;
        self.close = false;
        Ok(())
    }

    async fn send(&self, mut rest: &[u8]) -> Result<(), String> {
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(sent) => rest = &rest[sent..],
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => {
                    self.stream.writable().await.map_err(|fault| fault.to_string())?;
                }
                Err(fault) => return Err(fault.to_string()),
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Result<(), String> {
        loop {
            self.stream.readable().await.map_err(|fault| fault.to_string())?;
            let old = self.received.len();
            self.received.resize(old + READ_BYTES, 0);
            let got = self.stream.try_read(&mut self.received[old..]);
            self.received.truncate(old + got.as_ref().copied().unwrap_or(0));
            match got {
                Ok(0) => return Err("the server closed the connection".to_owned()),
                Ok(_) => return Ok(()),
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => {}
                Err(fault) => return Err(fault.to_string()),
            }
        }
    }
}

async fn connect(address: SocketAddr) -> Result<TcpStream, String> {
    let stream = TcpStream::connect(address).await.map_err(|fault| fault.to_string())?;
    stream.set_nodelay(true).map_err(|fault| fault.to_string())?;
    Ok(stream)
}

/// One call on a connection of its own, for everything that is not measured.
///
/// # Errors
/// Not a loopback address, nobody listens, no answer within two minutes, or not an answer.
pub fn call(address: SocketAddr, request: &[u8]) -> Result<(u16, Vec<u8>), String> {
    let mut stream =
        BlockingStream::connect(loopback(address)?).map_err(|fault| fault.to_string())?;
    stream
        .set_read_timeout(Some(Duration::from_secs(CALL_SECONDS)))
        .map_err(|fault| fault.to_string())?;
    stream.set_nodelay(true).map_err(|fault| fault.to_string())?;
    stream.write_all(request).map_err(|fault| fault.to_string())?;
    let (mut received, mut piece) = (Vec::new(), vec![0; READ_BYTES]);
    loop {
        let got = stream.read(&mut piece).map_err(|fault| fault.to_string())?;
        if got == 0 {
            return Err("the server closed the connection".to_owned());
        }
        received.extend_from_slice(&piece[..got]);
        if let Some(frame) = frame(&received)? {
            return Ok((frame.status, received[frame.body].to_vec()));
        }
    }
}

/// Writes a request. `headers` are further lines, each ended by CR LF.
pub fn write_request(
    out: &mut Vec<u8>,
    (method, path): (&str, &str),
    headers: &str,
    content_type: &str,
    body: &[u8],
) {
    let length = body.len().to_string();
    let head = [
        method,
        " ",
        path,
        " HTTP/1.1\r\nhost: 127.0.0.1\r\n",
        headers,
        "content-type: ",
        content_type,
        "\r\ncontent-length: ",
        &length,
        "\r\n\r\n",
    ];
    for part in head {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_all_of_its_length_has_come() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", Ok(None));
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", Ok(Some((200, "abc", false))));
        check("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", Ok(Some((204, "", true))));
        check("HTTP/1.1 20", Ok(None));
        check("HTTP/1.0 200 OK\r\n\r\n", Err("not an HTTP/1.1 answer: HTTP/1.0 200 OK"));
        check("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", Err("content-length: x"));
        check(
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n",
            Err("an answer of 99999999 bytes is too long"),
        );
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            Err("an answer in chunks is more than this client reads"),
        );
    }

    #[track_caller]
    fn check(bytes: &str, want: Result<Option<(u16, &str, bool)>, &str>) {
        let got = frame(bytes.as_bytes());
        let got = got.map(|found| found.map(|f| (f.status, &bytes[f.body], f.close)));
        assert_eq!(got, want.map_err(str::to_owned), "{bytes}");
    }

    #[test]
    fn only_this_machine_is_loaded() {
        for (address, want) in [
            ("127.0.0.1:80", true),
            ("[::1]:80", true),
            ("10.0.0.1:80", false),
            ("0.0.0.0:80", false),
            ("[2001:db8::1]:80", false),
        ] {
            assert_eq!(loopback(address.parse().unwrap()).is_ok(), want, "{address}");
            if !want {
                assert!(call(address.parse().unwrap(), b"").unwrap_err().contains("loopback"));
            }
        }
    }
}
