//! The measured server: a process of its own, so that its memory and time are its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::http::{call, write_request};
use super::measure::{Memory, processor_time, tick};

/// What a server prints when it listens.
const LISTENING: &str = "listening on http://";
const START_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(2);

/// A server that runs; dropping it ends it, by its own process id.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens, on loopback.
    pub address: SocketAddr,
    /// From the start of the process to the first answer 200 of `/health`.
    pub first_answer: Duration,
}

impl Server {
    /// Starts `exe` with `args`, waits for the line `listening on http://127.0.0.1:PORT` and for
    /// the first answer. What it writes to standard error goes to the file `log`.
    ///
    /// # Errors
    /// It does not start, ends, or gives no answer within a minute.
    pub fn spawn(exe: &Path, args: &[String], log: &Path) -> Result<Self, String> {
        let errors = File::create(log).map_err(|fault| format!("{}: {fault}", log.display()))?;
        let begun = tick();
        let mut child = Command::new(exe)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|fault| format!("{}: {fault}", exe.display()))?;
        let found = address(&mut child);
        let unset = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { child, address: unset, first_answer: Duration::ZERO };
        server.address = found.map_err(|what| format!("{what}; see {}", log.display()))?;
        while !server.is_healthy() {
            if begun.elapsed() > START_MAX {
                return Err("the server listens but /health does not answer 200".to_owned());
            }
            thread::sleep(PAUSE);
        }
        server.first_answer = begun.elapsed();
        Ok(server)
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its memory.
    #[must_use]
    pub fn memory(&self) -> Option<Memory> {
        Memory::of(self.child.id())
    }

    /// The processor time it has used.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        processor_time(self.child.id()).unwrap_or_default()
    }

    fn is_healthy(&self) -> bool {
        let mut request = Vec::new();
        write_request(&mut request, ("GET", "/health"), "", "text/plain", b"");
        call(self.address, &request).is_ok_and(|(status, _)| status == 200)
    }

    /// SIGTERM through the `kill` command (the standard library sends only SIGKILL).
    fn ask_to_end(&self) -> bool {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let begun = tick();
        if self.ask_to_end() {
            while begun.elapsed() < STOP_MAX {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    return;
                }
                thread::sleep(PAUSE);
            }
        }
        // It has either ended already or is killed here: nothing is left to report.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the printed address. A thread goes on reading, so that the server never waits for us.
fn address(child: &mut Child) -> Result<SocketAddr, String> {
    let output = child.stdout.take().ok_or("the server has no output")?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = listening(&line) {
                // Nobody listens any more once the first address has been taken.
                let _ = tell.send(address);
            }
        }
    });
    told.recv_timeout(START_MAX).map_err(|_| format!("the server did not print `{LISTENING}…`"))
}

fn listening(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(LISTENING)?;
    let end = rest.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_printed_line() {
        check("listening on http://127.0.0.1:8080", Some("127.0.0.1:8080"));
        check("pmh 0.1.0 listening on http://127.0.0.1:9/ (data ./x)", Some("127.0.0.1:9"));
        check("listening on http://localhost:8080", None);
        check("loading", None);
    }

    #[track_caller]
    fn check(line: &str, want: Option<&str>) {
        assert_eq!(listening(line).map(|address| address.to_string()).as_deref(), want, "{line}");
    }

    #[test]
    fn a_program_that_is_no_server_is_an_error() {
        let log = std::env::temp_dir().join(format!("pmh-server-{}.log", std::process::id()));
        let fault = Server::spawn(Path::new("true"), &[], &log).unwrap_err();
        assert!(fault.starts_with("the server did not print `listening on http://…`"), "{fault}");
        assert!(Server::spawn(Path::new("/no/such/program"), &[], &log).is_err());
        std::fs::remove_file(log).unwrap();
    }
}
