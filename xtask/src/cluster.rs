//! A private PostgreSQL for one run of the tests: a Unix socket in a temporary folder, no TCP.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::tools::{find, output, run};

const START_SECONDS_MAX: u64 = 60;
const STOP_SECONDS_MAX: u64 = 20;

/// A running cluster; dropping it stops it and deletes its folder.
pub(crate) struct Cluster {
    folder: PathBuf,
    server: Option<Child>,
}

/// The folder with `initdb` and `postgres`, the highest version first; none if not installed.
pub(crate) fn programs() -> Option<PathBuf> {
    let in_path = find(&["initdb"]).and_then(|initdb| Some(initdb.parent()?.to_path_buf()));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let highest = versions.map(|entry| entry.path()).max_by_key(version);
    let packaged = highest.map(|folder| folder.join("bin"));
    [packaged, in_path].into_iter().flatten().find(|folder| folder.join("initdb").is_file())
}

impl Cluster {
    /// Makes a new cluster with the programs in `bin` and waits until it answers.
    pub(crate) fn start(bin: &Path) -> Result<Self, String> {
        let owner = owner()?;
        // As root we serve as somebody else, who may not see a temporary folder of root's own.
        let shared = Path::new("/tmp");
        let parent = if owner.is_some() { shared.into() } else { std::env::temp_dir() };
        let folder = new_folder(&parent)?;
        let mut cluster = Self { folder, server: None };
        if let Some(owner) = &owner {
            run(Command::new("chown").arg(owner).arg(&cluster.folder))?;
        }
        run(Command::new("chmod").arg("700").arg(&cluster.folder))?;
        let initdb =
            ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
        let mut made = as_user(owner.as_deref(), &bin.join("initdb"));
        run(made.args(initdb).arg(cluster.data()).stdout(Stdio::null()))?;
        cluster.server = Some(cluster.serve(owner.as_deref(), bin)?);
        cluster.wait(bin)?;
        Ok(cluster)
    }

    /// How tests connect: the value of `PMH_TEST_POSTGRES`.
    pub(crate) fn address(&self) -> String {
        format!("host={} user=postgres dbname=postgres", self.folder.display())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn serve(&self, owner: Option<&str>, bin: &Path) -> Result<Child, String> {
        let log = std::fs::File::create(self.folder.join("log"));
        let log = log.map_err(|error| error.to_string())?;
        // Tests here ask for the right answers; surviving a power cut is tested on SQLite.
        let settings = ["listen_addresses=", "fsync=off", "max_connections=200"];
        let mut postgres = as_user(owner, &bin.join("postgres"));
        postgres.arg("-D").arg(self.data()).arg("-k").arg(&self.folder).args(["-p", "5432"]);
        postgres.args(settings.iter().flat_map(|setting| ["-c", setting]));
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        postgres.spawn().map_err(|error| format!("postgres: {error}"))
    }

    fn wait(&mut self, bin: &Path) -> Result<(), String> {
        let begun = Instant::now();
        let mut ready = Command::new(bin.join("pg_isready"));
        ready.arg("-q").args(["-p", "5432", "-h"]).arg(&self.folder);
        while begun.elapsed() < Duration::from_secs(START_SECONDS_MAX) {
            if ready.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if self.server.as_mut().is_some_and(|server| !matches!(server.try_wait(), Ok(None))) {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL did not start:\n{log}"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            stop(&mut server);
        }
        // What cannot be deleted lies in the temporary folder, where it is not missed.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A folder of a name that was free: one killed run may have left its own.
fn new_folder(parent: &Path) -> Result<PathBuf, String> {
    let named = |n: u32| parent.join(format!("pmh-postgres-{}-{n}", std::process::id()));
    let free = (0..100).map(named).find(|folder| std::fs::create_dir(folder).is_ok());
    free.ok_or_else(|| format!("no new folder can be made in {}", parent.display()))
}

/// Asks for a fast shutdown by process id, and insists after a while.
fn stop(server: &mut Child) {
    let asked = output("kill", &["-INT", &server.id().to_string()]);
    let begun = Instant::now();
    while asked.is_ok() && begun.elapsed() < Duration::from_secs(STOP_SECONDS_MAX) {
        if !matches!(server.try_wait(), Ok(None)) {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    let _ = server.kill();
    let _ = server.wait();
}

/// Whom the cluster belongs to if we are root, which PostgreSQL refuses to be run by.
fn owner() -> Result<Option<String>, String> {
    if output("id", &["-u"])? != "0" {
        return Ok(None);
    }
    let known = |user: &&str| output("id", &["-u", user]).is_ok();
    let user = ["postgres", "nobody"].into_iter().find(known);
    user.map(|user| Some(user.to_owned())).ok_or_else(|| "no unprivileged user to run as".into())
}

/// `program` run as `owner`. It ends when we end, however that comes about.
fn as_user(owner: Option<&str>, program: &Path) -> Command {
    let Some(setpriv) = find(&["setpriv"]) else { return Command::new(program) };
    let mut command = Command::new(setpriv);
    if let Some(owner) = owner {
        let group = output("id", &["-g", owner]).unwrap_or_else(|_| "65534".into());
        command.args(["--reuid", owner, "--regid", &group, "--clear-groups"]);
    }
    command.args(["--pdeathsig", "INT", "--"]).arg(program).current_dir("/");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let Some(bin) = programs() else {
            println!("SKIPPED: PostgreSQL is not installed");
            return;
        };
        let cluster = Cluster::start(&bin).unwrap();
        let folder = cluster.folder.clone();
        let ask = [&cluster.address(), "-Atc", "show server_encoding"];
        let psql = bin.join("psql").display().to_string();
        assert_eq!(output(&psql, &ask).as_deref(), Ok("UTF8"));
        drop(cluster);
        assert!(!folder.exists());
    }
}
