//! Where the outside checker reads a log from: a web address or a folder.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// No file of a log is longer: bundles have 8,704 bytes, tiles 8,192, checkpoints a few signatures.
const MAX_FILE: u64 = 256 * 1024;

/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A source of a log's files by their paths relative to its prefix, such as `tile/0/000`.
pub trait Fetch {
    /// The bytes of a file.
    ///
    /// # Errors
    /// A sentence saying why it cannot be had.
    fn get(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// A log over HTTP.
#[derive(Debug)]
pub struct Http {
    base: String,
    agent: ureq::Agent,
}

impl Http {
    /// The log with this prefix, such as `http://127.0.0.1:8080/log/`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build();
        Self { base: base.trim_end_matches('/').to_owned(), agent: config.into() }
    }
}

impl Fetch for Http {
    fn get(&self, path: &str) -> Result<Vec<u8>, String> {
        let url = format!("{}/{path}", self.base);
        let mut answer = self.agent.get(&url).call().map_err(|error| error.to_string())?;
        let body = answer.body_mut().with_config().limit(MAX_FILE);
        body.read_to_vec().map_err(|error| error.to_string())
    }
}

/// A log as static files in a folder.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Fetch for Folder {
    fn get(&self, path: &str) -> Result<Vec<u8>, String> {
        let file = File::open(self.0.join(path)).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(format!("the file is longer than {MAX_FILE} bytes"));
        }
        Ok(bytes)
    }
}
