//! A load client: many connections, one thread, every answer checked.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, LocalSet};

use super::histogram::Histogram;
use super::http::{Connection, loopback};
use super::measure::{micros, per_second, tick};

/// How many errors are told in words.
const ERRORS_TOLD: usize = 5;
/// A run with so many errors measures nothing any more and ends.
const ERRORS_MAX: u64 = 10_000;
/// How long a run may hang beyond its bound.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked, and what is a right answer.
pub trait Work: 'static {
    /// Writes the whole `i`-th request (head and body) to `out`, which is empty.
    fn next(&self, i: u64, out: &mut Vec<u8>);

    /// Whether the answer to the `i`-th request is right.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    fn check(&self, i: u64, status: u16, body: &[u8]) -> Result<(), String>;
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// After the warm-up and this time; what is answered in this time counts.
    For(Duration),
    /// After so many requests, `i` from 0; all count, there is no warm-up. The time limit is for
    /// a server that hangs.
    Count(u64, Duration),
}

/// How the load is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// A loopback address.
    pub address: SocketAddr,
    /// Connections, each with one request under way.
    pub connections: usize,
    /// Load before the measured time.
    pub warm_up: Duration,
    /// When it ends.
    pub bound: Bound,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Of the right answers.
    pub latency: Histogram,
    /// The measured time.
    pub time: Duration,
    /// Wrong answers and broken connections, in the warm-up also.
    pub errors: u64,
    /// The first few of them, in words.
    pub told: Vec<String>,
}

impl Outcome {
    /// Right answers in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        per_second(self.latency.count(), self.time)
    }

    /// Itself if every answer was right.
    ///
    /// # Errors
    /// How many were not, and what the first few were.
    pub fn faultless(self) -> Result<Self, String> {
        if self.errors == 0 && self.latency.count() > 0 {
            return Ok(self);
        }
        let (right, wrong) = (self.latency.count(), self.errors);
        Err(format!("{right} answers were right, {wrong} not: {}", self.told.join("; ")))
    }
}

struct Run<W> {
    work: W,
    bound: Bound,
    from: Instant,
    next: Cell<u64>,
    outcome: RefCell<Outcome>,
}

/// Makes the load on the calling thread and returns when it has ended.
///
/// # Errors
/// Not a loopback address, no connection, or a run that hung half a minute beyond its bound.
pub fn run(plan: &Plan, work: impl Work) -> Result<Outcome, String> {
    loopback(plan.address)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|fault| fault.to_string())?;
    LocalSet::new().block_on(&runtime, drive(*plan, work))
}

async fn drive<W: Work>(plan: Plan, work: W) -> Result<Outcome, String> {
    let mut connections = Vec::with_capacity(plan.connections);
    for _ in 0..plan.connections {
        connections.push(Connection::open(plan.address).await?);
    }
    let (warm_up, limit) = match plan.bound {
        Bound::For(time) => (plan.warm_up, plan.warm_up + time),
        Bound::Count(_, limit) => (Duration::ZERO, limit),
    };
    let begun = tick();
    let run = Rc::new(Run {
        work,
        bound: plan.bound,
        from: begun + warm_up,
        next: Cell::new(0),
        outcome: RefCell::default(),
    });
    let mut tasks = JoinSet::new();
    for connection in connections {
        tasks.spawn_local(Rc::clone(&run).ask(connection));
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limit + PATIENCE, all).await.is_err() {
        let told = run.outcome.borrow().told.join("; ");
        return Err(format!("the server does not answer any more; errors so far: {told}"));
    }
    let mut outcome = run.outcome.take();
    outcome.time = match plan.bound {
        Bound::For(time) => time,
        Bound::Count(..) => begun.elapsed(),
    };
    Ok(outcome)
}

impl<W: Work> Run<W> {
    /// One connection's part: request after request, until the bound.
    async fn ask(self: Rc<Self>, mut connection: Connection) {
        let mut request = Vec::new();
        while let Some(i) = self.take() {
            request.clear();
            self.work.next(i, &mut request);
            let sent = tick();
            let answer = connection.exchange(&request).await;
            let done = tick();
            let broken = answer.is_err();
            let verdict = answer.and_then(|(status, body)| self.work.check(i, status, body));
            self.note(sent, done, verdict);
            if broken && connection.reopen().await.is_err() {
                return;
            }
        }
    }

    fn take(&self) -> Option<u64> {
        let i = self.next.get();
        let over = match self.bound {
            Bound::For(time) => self.from.elapsed() >= time,
            Bound::Count(count, _) => i >= count,
        };
        if over || self.outcome.borrow().errors >= ERRORS_MAX {
            return None;
        }
        self.next.set(i + 1);
        Some(i)
    }

    fn note(&self, sent: Instant, done: Instant, verdict: Result<(), String>) {
        let mut outcome = self.outcome.borrow_mut();
        match verdict {
            Ok(()) if self.measured(done) => outcome.latency.record(micros(done - sent)),
            Ok(()) => {}
            Err(what) => {
                outcome.errors += 1;
                if outcome.told.len() < ERRORS_TOLD {
                    outcome.told.push(what);
                }
            }
        }
    }

    fn measured(&self, done: Instant) -> bool {
        match self.bound {
            Bound::For(time) => self.from <= done && done <= self.from + time,
            Bound::Count(..) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;

    use super::super::http::write_request;
    use super::*;

    /// Answers a number with itself, but for the multiples of seven.
    async fn echo(body: String) -> (StatusCode, String) {
        match body.parse::<u64>() {
            Ok(n) if n % 7 == 6 => (StatusCode::IM_A_TEAPOT, String::new()),
            _ => (StatusCode::OK, body),
        }
    }

    fn server() -> SocketAddr {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, Router::new().route("/echo", post(echo))).await.unwrap();
            });
        });
        told.recv().unwrap()
    }

    struct Numbers {
        step: u64,
    }

    impl Work for Numbers {
        fn next(&self, i: u64, out: &mut Vec<u8>) {
            let body = (i * self.step).to_string();
            write_request(out, ("POST", "/echo"), "", "text/plain", body.as_bytes());
        }

        fn check(&self, i: u64, status: u16, body: &[u8]) -> Result<(), String> {
            if status == 200 && body == (i * self.step).to_string().as_bytes() {
                return Ok(());
            }
            Err(format!("{i} got {status}"))
        }
    }

    fn plan(address: SocketAddr, bound: Bound) -> Plan {
        Plan { address, connections: 5, warm_up: Duration::from_millis(50), bound }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn as_many_requests_are_made_as_were_ordered_each_once() {
        let outcome = run(&plan(server(), Bound::Count(700, MINUTE)), Numbers { step: 7 }).unwrap();
        assert_eq!((outcome.latency.count(), outcome.errors), (700, 0));
        assert!(outcome.faultless().unwrap().per_second() > 0.0);
    }

    #[test]
    fn wrong_answers_are_counted_and_the_first_ones_told() {
        let outcome = run(&plan(server(), Bound::Count(70, MINUTE)), Numbers { step: 1 }).unwrap();
        assert_eq!((outcome.latency.count(), outcome.errors), (60, 10));
        assert_eq!(outcome.told.len(), ERRORS_TOLD);
        assert!(outcome.told.contains(&"6 got 418".to_owned()), "{:?}", outcome.told);
        assert!(outcome.faultless().unwrap_err().starts_with("60 answers were right, 10 not: "));
    }

    #[test]
    fn a_run_by_time_lasts_that_time_and_leaves_the_warm_up_out() {
        let time = Duration::from_millis(200);
        let begun = tick();
        let outcome = run(&plan(server(), Bound::For(time)), Numbers { step: 7 }).unwrap();
        assert!(begun.elapsed() >= time + Duration::from_millis(50));
        assert!(outcome.latency.count() > 5 && outcome.errors == 0);
        assert_eq!(outcome.time, time);
    }

    #[test]
    fn another_machine_is_refused_and_nobody_listening_is_an_error() {
        let refused = run(
            &plan("192.0.2.1:80".parse().unwrap(), Bound::Count(1, MINUTE)),
            Numbers { step: 1 },
        );
        assert!(refused.unwrap_err().contains("loopback"));
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(run(&plan(gone, Bound::Count(1, MINUTE)), Numbers { step: 1 }).is_err());
    }
}
