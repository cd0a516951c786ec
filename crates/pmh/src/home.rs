//! The data folder: keys, store, test CA; and a hub made of them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hub::credential::{CardAlgorithm, CardTrust, Tokens};
use hub::{Hub, Parts, Secrets};
use lawbook::Lawbook;
use reader::directory::{Directory, unpem};
use store::log::Signer;
use store::vault::VaultKeys;
use store::{Clock, Config, Entropy, Place, Store};

use crate::clock;

/// Keys that what is stored depends on.
const LASTING: [&str; 4] = ["vault-hash", "vault-seal", "audit-log", "pseudonyms"];

/// A data folder.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// Opens a folder, making it if it is absent.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder.join("keys"))
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        private(folder, 0o700)?;
        private(&folder.join("keys"), 0o700)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Opens a folder that has a store already: a mistyped name must not become a new hub.
    ///
    /// # Errors
    /// When there is none; the message says what to do.
    pub fn existing(folder: &Path) -> Result<Self, String> {
        let home = Self { folder: folder.to_owned() };
        if home.database().exists() {
            return Self::open(folder);
        }
        Err(format!(
            "{}: there is no store; check --data, or make a new one with --create",
            folder.display()
        ))
    }

    fn database(&self) -> PathBuf {
        self.folder.join("pmh.sqlite")
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Test CA and virtual cards.
    #[must_use]
    pub fn cards(&self) -> Directory {
        Directory::new(self.folder.join("test-cards"))
    }

    /// A secret of 32 bytes, made at the first start. Keys lie outside of the database, so that a
    /// copy of the one is useless without the other. One that the store was written with is never
    /// made anew: without it nobody is found, or the log gets another signer.
    fn secret(&self, name: &str) -> Result<[u8; 32], String> {
        let path = self.folder.join("keys").join(name);
        match fs::read(&path) {
            Ok(bytes) => bytes
                .try_into()
                .map_err(|_| format!("{}: a key has 32 bytes; restore it", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if LASTING.contains(&name) && self.database().exists() {
                    return Err(format!(
                        "{}: this key is missing, and the store was written with it; restore it",
                        path.display()
                    ));
                }
                make_secret(&path).map_err(|error| format!("{}: {error}", path.display()))
            }
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// What seals tokens, sessions and sign-in links: a hub that runs with the same key opens them.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn tokens(&self) -> Result<Tokens, String> {
        self.secret("tokens").map(Tokens::new)
    }

    /// Opens the store.
    ///
    /// # Errors
    /// When a key or the database cannot be opened.
    pub fn store(&self, durable: bool) -> Result<Store, String> {
        for name in LASTING {
            self.secret(name)?;
        }
        let vault = VaultKeys::new(&self.secret("vault-hash")?, &self.secret("vault-seal")?)
            .map_err(|error| error.to_string())?;
        let signer = Signer::from_seed("pmh.example/log", &self.secret("audit-log")?)
            .map_err(|error| error.to_string())?;
        let place = Place::Sqlite(self.database());
        let config = Config { durable, ..Config::new(place, vault, Arc::new(signer), entropy()) };
        Store::open(config, Arc::new(clock::now)).map_err(|error| error.to_string())
    }

    /// Puts a hub together that is reached at `origin`.
    ///
    /// # Errors
    /// When a key, the database, the rules or the test CA cannot be opened.
    pub fn hub(&self, origin: &str, durable: bool) -> Result<Arc<Hub>, String> {
        self.hub_at(origin, durable, Arc::new(clock::now))
    }

    /// The same with a clock of one's own.
    ///
    /// # Errors
    /// As [`Home::hub`].
    pub fn hub_at(&self, origin: &str, durable: bool, clock: Clock) -> Result<Arc<Hub>, String> {
        let book = Lawbook::embedded().map_err(|fault| fault.to_string())?;
        let hub = Hub::new(Parts {
            store: self.store(durable)?,
            book: Arc::new(book),
            origin: origin.to_owned(),
            trust: self.trust()?,
            secrets: Secrets {
                challenges: self.secret("challenges")?,
                tokens: self.secret("tokens")?,
                pseudonyms: self.secret("pseudonyms")?,
            },
            clock,
            entropy: entropy(),
        });
        let hub = Arc::new(hub);
        self.keep_lists(&hub);
        Ok(hub)
    }

    /// Trusts the CAs for user authentication that lie in the folder.
    fn trust(&self) -> Result<CardTrust, String> {
        let folder = self.folder.join("test-cards").join("ca");
        let mut certificates = Vec::new();
        for path in files(&folder, "-auth.crt.pem") {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
            certificates.extend(unpem(&text));
        }
        let algorithms = [CardAlgorithm::Rsa2048Sha256, CardAlgorithm::P384Sha384];
        let policies = [reader::profile::AUTHENTICATION_TEST_POLICY];
        CardTrust::new(&certificates, &policies, &algorithms).map_err(|fault| fault.to_string())
    }

    /// Looks after the lists of revocations: renews those of the test CA in the folder that are
    /// half over, reads them all, and raises an alarm for each that has run out. Without a current
    /// list every card of its CA is refused.
    pub fn keep_lists(&self, hub: &Hub) {
        if let Err(error) = self.cards().renew_due_crls(hub.now()) {
            tracing::error!(%error, "lists of revocations cannot be renewed");
        }
        for path in files(&self.folder.join("test-cards").join("ca"), "-auth.crl.pem") {
            let list = fs::read_to_string(&path).ok().and_then(|text| unpem(&text));
            let Some(list) = list else { continue };
            if let Err(fault) = hub.trust().accept_crl(&list, hub.now()) {
                tracing::warn!(file = %path.display(), %fault, "a list of revocations is refused");
            }
        }
        for alarm in hub::card_alarms(hub) {
            tracing::error!("{alarm}");
        }
    }
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

/// Whole or not at all: a key cut short by a lost process would lock the store.
fn make_secret(path: &Path) -> std::io::Result<[u8; 32]> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut key = [0; 32];
    entropy()(&mut key);
    let new = path.with_extension("new");
    let mut file =
        fs::File::options().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    file.write_all(&key).and_then(|()| file.sync_all())?;
    fs::rename(&new, path)?;
    fs::File::open(path.parent().unwrap_or(path))?.sync_all()?;
    Ok(key)
}

fn private(path: &Path, mode: u32) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Random bytes of the system.
#[must_use]
pub fn entropy() -> Entropy {
    Arc::new(|bytes: &mut [u8]| {
        // Without randomness nothing here is safe: stop rather than go on with a weak key.
        if aws_lc_rs::rand::fill(bytes).is_err() {
            tracing::error!("the system gives no random bytes");
            std::process::abort();
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::instant::Instant;
    use reader::Algorithm;
    use reader::card::{Holder, Pins};

    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn a_hub_that_is_looked_after_has_current_lists_for_ever_and_raises_an_alarm_otherwise() {
        let folder = std::env::temp_dir().join(format!("pmh-home-{}", std::process::id()));
        let home = Home::open(&folder).unwrap();
        let start = clock::now();
        let pins = Pins { authentication: "1234".into(), signature: "ABC123".into() };
        home.cards().issue(Algorithm::P384, Holder::default(), &pins, start).unwrap();
        let time = Arc::new(AtomicI64::new(start.0));
        let shared = Arc::clone(&time);
        let clock: Clock = Arc::new(move || Instant(shared.load(Ordering::Relaxed)));
        let hub = home.hub_at("http://home.test", false, clock).unwrap();
        for day in 0..60 {
            time.store(start.plus_seconds(day * DAY).0, Ordering::Relaxed);
            home.keep_lists(&hub);
            assert_eq!(hub::card_alarms(&hub), Vec::<String>::new(), "day {day}");
        }
        time.fetch_add(8 * DAY * 1000, Ordering::Relaxed);
        assert_eq!(hub::card_alarms(&hub).len(), 1, "nobody looked after it for eight days");
        home.keep_lists(&hub);
        assert_eq!(hub::card_alarms(&hub), Vec::<String>::new());
        drop(hub);
        fs::remove_dir_all(folder).unwrap();
    }
}
