//! `pmh bench`: how fast the hub is, measured from outside over HTTP on loopback, beside what the
//! machine can do at best.
//!
//! Nothing here knows the store: the caller gives a function that fills one ([`BenchEnv::build`]),
//! and the server is a process of its own. Every answer is checked; one wrong answer and there is
//! no figure.

pub mod card;
pub mod eligibility;
pub mod floor;
pub mod histogram;
pub mod http;
pub mod immunization;
pub mod load;
pub mod measure;
pub mod record;
pub mod register;
pub mod report;
pub mod server;
pub mod session;
pub mod start;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use domain::instant::Instant as WallInstant;
use reader::card::SoftCard;

use measure::tick;
use report::Row;
use server::Server;
pub use session::Client;

/// The town of all benchmarks: `demo::town::person(SEED, i)`.
pub const SEED: u64 = 20_261_124;
/// The hidden name under which the empty server of `floor.http` is started.
pub const SERVER_TASK: &str = "floor.server";
/// Residents of the store of `eligibility` and `start`; it has half as many certificates more.
const RESIDENTS: u64 = 1_000_000;

/// Measure how fast the hub is on this machine; every run builds its own store.
#[derive(Debug, Args)]
pub struct BenchCommand {
    /// What to measure.
    name: Name,
    /// One line of JSON for each measure instead of a table.
    #[arg(long)]
    json: bool,
    /// Residents, records or answers a round, instead of the benchmark's own number.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    size: Option<u64>,
    /// How long a measure by time lasts (a token lives 300 s).
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=180))]
    seconds: Option<u64>,
    /// Connections of the load client.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
    /// immunization: also plan so many generated children's histories on all cores.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    children: Option<u64>,
    /// Keep the stores in this folder; without it they are deleted at the end.
    #[arg(long)]
    dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Desks ask by insured-person numbers: 1,000,000 residents, 1,500,000 certificates.
    Eligibility,
    /// Cards are tapped: RSA-2048 and P-384.
    Card,
    /// Municipalities register 1,000,000 certificates.
    Register,
    /// Checks and plans of vaccines.
    Immunization,
    /// Empty answers.
    #[value(name = "floor.http")]
    FloorHttp,
    /// Signature verification alone.
    #[value(name = "floor.verify")]
    FloorVerify,
    /// Durable commits of this disk.
    #[value(name = "floor.commit")]
    FloorCommit,
    /// Start-up time, idle memory, size of the program.
    Start,
    /// Everything.
    All,
    #[value(name = SERVER_TASK, hide = true)]
    FloorServer,
}

/// What the benchmarks need of the program around them.
#[derive(Debug, Clone)]
pub struct BenchEnv {
    /// This program: `exe serve --data DIR --port 0 …` serves a store and prints
    /// `listening on http://127.0.0.1:PORT`; `exe bench floor.server` must reach [`BenchCommand`].
    pub exe: PathBuf,
    /// The calendar clock, for assertions and cards only.
    pub clock: fn() -> WallInstant,
    /// Fills a store.
    pub build: fn(&Want<'_>) -> Result<Built, String>,
    /// Opens a store in a folder that does not exist yet; each call of what it returns makes one
    /// small durable commit. Measured as `floor.commit` beside the bare disk.
    pub commits: Option<OpenCommits>,
}

/// Opens a store for single commits.
pub type OpenCommits = fn(&Path) -> Result<Commit, String>;

/// Makes one durable commit.
pub type Commit = Box<dyn FnMut() -> Result<(), String>>;

/// The store that a benchmark wants. Scheme masters of all municipalities of the demo belong to
/// every store.
#[derive(Debug, Clone, Copy)]
pub struct Want<'a> {
    /// The data folder, not there yet.
    pub data: &'a Path,
    /// The persons `person(SEED, i)` for `i` from 0 below this, with their insurance, in force
    /// today.
    pub residents: u64,
    /// Certificates, valid today, dealt out to the residents in turn (the first ones get two).
    pub certificates: u64,
    /// Cards, each bound to its resident.
    pub cards: &'a [IssuedCard],
    /// The CAs to trust.
    pub authorities: &'a [Authority],
}

impl<'a> Want<'a> {
    /// A store without cards.
    #[must_use]
    pub const fn empty(data: &'a Path, residents: u64, certificates: u64) -> Self {
        Self { data, residents, certificates, cards: &[], authorities: &[] }
    }
}

/// A card and whose it is.
#[derive(Debug, Clone)]
pub struct IssuedCard {
    /// The `i` of `person(SEED, i)`.
    pub resident: u64,
    /// Bind it by [`SoftCard::generation`] and [`SoftCard::serial`].
    pub card: SoftCard,
}

/// A CA of user-authentication certificates.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Its list of revocations, DER, empty, good for a week.
    pub revocations: Vec<u8>,
}

/// A filled store.
#[derive(Debug)]
pub struct Built {
    /// Further arguments of `pmh serve`, after `--data DIR --port 0`.
    pub arguments: Vec<String>,
    /// An institution's system with a terminal, which may ask for eligibility.
    pub desk: Client,
    /// The systems of the municipalities [`record::TOWNS`].
    pub towns: Vec<Client>,
}

/// The store of `eligibility` and `start`.
#[derive(Debug)]
pub struct Filled {
    /// What the builder gave.
    pub built: Built,
    /// The data folder.
    pub data: PathBuf,
    /// How many residents.
    pub residents: u64,
    /// How long the building took.
    pub time: Duration,
    dir: PathBuf,
}

impl Filled {
    /// A server on it.
    ///
    /// # Errors
    /// It does not start.
    pub fn serve(&self, frame: &Frame<'_>) -> Result<Server, String> {
        frame.serve(&self.dir, &self.built)
    }
}

/// One run: where it works and with what.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The program around.
    pub env: &'a BenchEnv,
    /// `--size`
    pub size: Option<u64>,
    /// `--connections`
    pub connections: usize,
    seconds: Option<u64>,
    children: Option<u64>,
    root: PathBuf,
}

impl Frame<'_> {
    /// `--seconds`, or the benchmark's own.
    #[must_use]
    pub fn seconds(&self, own: u64) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(own))
    }

    /// A new folder.
    ///
    /// # Errors
    /// It is there already, or cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let dir = self.root.join(name);
        let made = fs::create_dir_all(&self.root).and_then(|()| fs::create_dir(&dir));
        made.map_err(|fault| format!("{}: {fault}; choose a new folder", dir.display()))?;
        Ok(dir)
    }

    /// A server on the store `dir/data`.
    ///
    /// # Errors
    /// It does not start.
    pub fn serve(&self, dir: &Path, built: &Built) -> Result<Server, String> {
        let data = dir.join("data").display().to_string();
        let fixed = ["serve", "--data", &data, "--port", "0"].map(str::to_owned);
        let arguments = [&fixed[..], &built.arguments].concat();
        Server::spawn(&self.env.exe, &arguments, &dir.join("server.log"))
    }

    fn fill(&self) -> Result<Filled, String> {
        let dir = self.folder("filled")?;
        let (begun, data) = (tick(), dir.join("data"));
        let residents = self.size.unwrap_or(RESIDENTS);
        let built = (self.env.build)(&Want::empty(&data, residents, residents * 3 / 2))?;
        Ok(Filled { built, data, residents, time: begun.elapsed(), dir })
    }
}

impl BenchCommand {
    /// Measures and prints. Exit code 1 if something could not be measured; a missed goal is told
    /// in the row and is no error.
    #[must_use]
    pub fn run(&self, env: &BenchEnv) -> ExitCode {
        if self.name == Name::FloorServer {
            return told(floor::serve_nothing());
        }
        let temporary = format!("pmh-bench-{}", std::process::id());
        let root = self.dir.clone().unwrap_or_else(|| PathBuf::from(temporary));
        let connections = usize::from(self.connections);
        let frame = Frame {
            env,
            size: self.size,
            connections,
            seconds: self.seconds,
            children: self.children,
            root: root.clone(),
        };
        let outcome = self.measure(&frame);
        if self.dir.is_none() {
            // What cannot be deleted stays; the figures are right all the same.
            let _ = fs::remove_dir_all(&root);
        }
        told(outcome)
    }

    fn measure(&self, frame: &Frame<'_>) -> Result<(), String> {
        let mut rows = Vec::new();
        let mut faults = Vec::new();
        let mut filled = None;
        for name in self.name.parts() {
            match name.measure(frame, &mut filled) {
                Ok(more) => {
                    if self.json {
                        more.iter().for_each(|row| println!("{}", row.json()));
                    }
                    rows.extend(more);
                }
                Err(fault) => faults.push(fault),
            }
        }
        if !self.json {
            print!("{}", report::table(&rows));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }
}

impl Name {
    fn parts(self) -> Vec<Self> {
        use Name::{
            Card, Eligibility, FloorCommit, FloorHttp, FloorVerify, Immunization, Register, Start,
        };
        match self {
            Self::All => vec![
                FloorHttp,
                FloorVerify,
                FloorCommit,
                Start,
                Eligibility,
                Card,
                Register,
                Immunization,
            ],
            // The floors of the same minutes belong beside the figure.
            Eligibility => vec![FloorHttp, FloorVerify, FloorCommit, Eligibility],
            other => vec![other],
        }
    }

    fn measure(self, frame: &Frame<'_>, filled: &mut Option<Filled>) -> Result<Vec<Row>, String> {
        match self {
            Self::FloorHttp => floor::http(frame),
            Self::FloorVerify => floor::verify(frame),
            Self::FloorCommit => floor::commit(frame),
            Self::Card => card::bench(frame),
            Self::Register => register::bench(frame),
            Self::Immunization => immunization::bench(frame, frame.children),
            Self::Start | Self::Eligibility => {
                let store = match filled.take() {
                    Some(store) => store,
                    None => frame.fill()?,
                };
                let store = filled.insert(store);
                match self {
                    Self::Start => start::bench(frame, store),
                    _ => eligibility::bench(frame, store),
                }
            }
            Self::All | Self::FloorServer => Ok(Vec::new()),
        }
    }
}

fn told(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("pmh bench: {fault}");
            ExitCode::FAILURE
        }
    }
}
