//! `pmh audit`: the public checker of the audit log, for people who trust nobody.

mod fault;
mod fetch;
mod note;
pub mod outside;
mod tree;
mod witness;

#[cfg(test)]
mod attack;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;

pub use fault::{Fault, Wrong};
pub use fetch::{Fetch, Folder, Http};
pub use outside::{Checker, Report};
pub use witness::Witness;

/// Check an audit log from outside, sharing no code with the program that wrote it.
#[derive(Debug, Args)]
pub struct AuditCommand {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Recompute the whole log and compare it with its signed checkpoint.
    Verify(Verify),
    /// Check that one entry is in the log, where it is said to be.
    Prove(Prove),
    /// Sign the log's checkpoint as a witness, after checking that nothing was rewritten.
    Witness(Watch),
}

/// Which log, and which key it is known by.
#[derive(Debug, Args)]
struct Log {
    /// The log's web address.
    #[arg(long, default_value = "http://127.0.0.1:8080/log/", conflicts_with = "dir")]
    url: String,
    /// A folder with the log's files, instead of a web address.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The log's verifier key, known from elsewhere. Without it the key is taken from the log
    /// itself, which proves only that the log agrees with itself.
    #[arg(long, conflicts_with = "vkey_file")]
    vkey: Option<String>,
    /// A file with the log's verifier key.
    #[arg(long)]
    vkey_file: Option<PathBuf>,
    /// The verifier key of a witness that must have signed too; may be repeated.
    #[arg(long)]
    witness: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    log: Log,
    /// A checkpoint saved earlier: the log must still begin with what it was then.
    #[arg(long)]
    since: Option<PathBuf>,
    /// Save the checkpoint here when all is well, for the next --since.
    #[arg(long)]
    save: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Prove {
    #[command(flatten)]
    log: Log,
    /// A JSON file {"entry": base64, "salt": base64, "leaf": number}.
    #[arg(long)]
    entry: PathBuf,
}

#[derive(Debug, Args)]
struct Watch {
    #[command(flatten)]
    log: Log,
    /// The witness's name, such as witness.example/a.
    #[arg(long)]
    name: String,
    /// A file with the witness's secret seed: 32 bytes in base64.
    #[arg(long)]
    seed_file: PathBuf,
    /// Where the witness remembers the last checkpoint it signed. Losing it loses the protection.
    #[arg(long)]
    state: PathBuf,
}

#[derive(Deserialize)]
struct EntryFile {
    entry: String,
    salt: String,
    leaf: u64,
}

/// What a task that went well prints.
struct Done {
    report: Report,
    says: String,
    json: serde_json::Value,
}

impl AuditCommand {
    /// Runs the command, prints its outcome, and says 0 when the log is sound and 1 when not.
    ///
    /// `clock` gives milliseconds since 1970-01-01T00:00:00Z.
    pub fn run(&self, clock: &dyn Fn() -> i64) -> ExitCode {
        let started = clock();
        let (log, outcome) = match &self.task {
            Task::Verify(task) => (&task.log, task.run()),
            Task::Prove(task) => (&task.log, task.run()),
            Task::Witness(task) => (&task.log, task.run(clock() / 1000)),
        };
        let millis = clock() - started;
        let printed = match &outcome {
            Ok(done) if log.json => done.as_json(millis).to_string(),
            Ok(done) => done.says.clone(),
            Err(fault) if log.json => fault_as_json(fault, millis).to_string(),
            Err(fault) => format!("FAULT. {fault}."),
        };
        // A reader that went away has no use for the outcome; the exit code still says it.
        let _ = writeln!(std::io::stdout(), "{}", printed.trim_end());
        ExitCode::from(u8::from(outcome.is_err()))
    }
}

impl Log {
    fn open(&self) -> Result<(Checker, Box<dyn Fetch>), Fault> {
        let fetch: Box<dyn Fetch> = match &self.dir {
            Some(dir) => Box::new(Folder(dir.clone())),
            None => Box::new(Http::new(&self.url)),
        };
        let mut checker = Checker::new(&self.key(fetch.as_ref())?)?.with_progress(show_progress);
        for witness in &self.witness {
            checker = checker.with_witness(witness)?;
        }
        Ok((checker, fetch))
    }

    fn key(&self, fetch: &dyn Fetch) -> Result<String, Fault> {
        if let Some(vkey) = &self.vkey {
            return Ok(vkey.clone());
        }
        if let Some(file) = &self.vkey_file {
            return read(file);
        }
        eprintln!(
            "The verifier key is taken from the log itself; this proves only that the log agrees \
             with itself. Give --vkey with a key that you know from elsewhere."
        );
        let bytes = fetch.get("vkey").map_err(|why| Fault::new(Wrong::Missing, "vkey", why))?;
        String::from_utf8(bytes).map_err(|_| Fault::new(Wrong::Malformed, "vkey", "not a text"))
    }
}

impl Verify {
    fn run(&self) -> Result<Done, Fault> {
        let (checker, fetch) = self.log.open()?;
        let report = match &self.since {
            Some(file) => checker.verify_extends(fetch.as_ref(), &read(file)?)?,
            None => checker.verify(fetch.as_ref())?,
        };
        if let Some(file) = &self.save {
            write(file, &report.checkpoint)?;
        }
        let history = match self.since {
            Some(_) => " It begins with the log of the earlier checkpoint.",
            None => "",
        };
        let says = format!(
            "The log {} is sound: {} entries give the signed root {} ({} files read).{history}",
            report.origin, report.size, report.root_hex, report.tiles
        );
        Ok(Done { report, says, json: json!({}) })
    }
}

impl Prove {
    fn run(&self) -> Result<Done, Fault> {
        let file: EntryFile = serde_json::from_str(&read(&self.entry)?)
            .map_err(|error| bad_entry(&self.entry, &error.to_string()))?;
        let bytes = |text: &str| STANDARD.decode(text).ok();
        let salt = bytes(&file.salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let (Some(entry), Some(salt)) = (bytes(&file.entry), salt) else {
            return Err(bad_entry(&self.entry, "entry and salt (16 bytes) must be base64"));
        };
        let (checker, fetch) = self.log.open()?;
        let report = checker.verify_entry(fetch.as_ref(), &entry, &salt, file.leaf)?;
        let says = format!(
            "The entry is number {} of the {} entries of the log {}, under the signed root {}.",
            file.leaf, report.size, report.origin, report.root_hex
        );
        Ok(Done { report, says, json: json!({ "leaf": file.leaf }) })
    }
}

impl Watch {
    fn run(&self, now: i64) -> Result<Done, Fault> {
        let seed = STANDARD.decode(read(&self.seed_file)?.trim()).ok();
        let seed = seed.and_then(|seed| <[u8; 32]>::try_from(seed).ok()).ok_or_else(|| {
            let path = self.seed_file.display().to_string();
            Fault::new(Wrong::Malformed, path, "a seed is 32 bytes in base64")
        })?;
        let witness = Witness::new(&self.name, &seed)?;
        let (checker, fetch) = self.log.open()?;
        let report = if self.state.exists() {
            checker.verify_extends(fetch.as_ref(), &read(&self.state)?)?
        } else {
            checker.verify(fetch.as_ref())?
        };
        // Remember first: a witness that forgets may sign two histories.
        write(&self.state, &report.checkpoint)?;
        let line = witness.cosign(&report.checkpoint, u64::try_from(now).unwrap_or(0))?;
        let json = json!({ "cosignature": line, "vkey": witness.vkey() });
        Ok(Done { report, says: line, json })
    }
}

impl Done {
    fn as_json(&self, millis: i64) -> serde_json::Value {
        let report = &self.report;
        let mut object = json!({
            "ok": true, "origin": report.origin, "size": report.size, "root": report.root_hex,
            "checkpoint_at": report.checkpoint_at, "tiles": report.tiles, "millis": millis,
        });
        if let (Some(object), Some(more)) = (object.as_object_mut(), self.json.as_object()) {
            object.extend(more.clone());
        }
        object
    }
}

fn fault_as_json(fault: &Fault, millis: i64) -> serde_json::Value {
    json!({
        "ok": false, "wrong": fault.wrong.code(), "path": fault.path, "index": fault.index,
        "says": fault.says, "millis": millis,
    })
}

/// Shows progress on logs of more than a moment, once every 65,536 entries.
fn show_progress(done: u64, all: u64) {
    if all >= 1 << 17 && (done.is_multiple_of(1 << 16) || done == all) {
        eprintln!("{done} of {all} entries checked");
    }
}

fn bad_entry(path: &Path, why: &str) -> Fault {
    Fault::new(Wrong::Malformed, path.display().to_string(), why)
}

fn read(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|error| {
        Fault::new(Wrong::Missing, path.display().to_string(), format!("cannot be read: {error}"))
    })
}

/// Writes beside and renames, so that an interrupted check leaves the earlier checkpoint.
fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let beside = path.with_extension("new");
    let save = || {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    save().map_err(|error| {
        let says = format!("cannot be written: {error}");
        Fault::new(Wrong::Missing, path.display().to_string(), says)
    })
}
