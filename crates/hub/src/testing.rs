//! A small hub on a temporary embedded store: for tests of this crate and of the edges.
//!
//! Fixed clock, counted randomness; one municipality, one institution, staff, a test CA.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::instant::Instant;
use domain::scheme::Scheme;
use lawbook::Lawbook;
use reader::Algorithm;
use reader::ca::{Purpose, Reason, TestCa};
use reader::card::{Challenge, Holder, Pins, SoftCard};
use reader::client::{ClientAlgorithm, ClientKey};
use store::catalogue::{Client, Institution, Municipality, Staff};
use store::log::Signer;
use store::vault::VaultKeys;
use store::{Config, Entropy, Place, Store, StoreError};

use crate::credential::{CardAlgorithm, CardTrust};
use crate::{ChallengeView, Hub, Parts, Secrets};

/// The municipality of the test hub.
pub const MUNICIPALITY: &str = "452025";
/// The institution of the test hub.
pub const INSTITUTION: &str = "4510210018";
/// Its terminal.
pub const TERMINAL: &str = "受付1";
/// When it is: 2026-11-24T03:00:00Z.
pub const NOW: Instant = Instant(1_795_489_200_000);
/// Its staff: identifier, kind, organisation.
const STAFF: [(&str, u8, &str); 4] = [
    ("desk", 1, INSTITUTION),
    ("officer", 2, MUNICIPALITY),
    ("operator", 3, ""),
    ("far", 2, "022080"),
];
const ORIGIN: &str = "http://hub.test";
const POLICY: &str = reader::profile::AUTHENTICATION_TEST_POLICY;

/// A hub and what a test needs around it.
pub struct TestHub {
    /// The hub.
    pub hub: Arc<Hub>,
    /// The municipality's system `city`.
    pub city: ClientKey,
    /// The institution's system `clinic`.
    pub clinic: ClientKey,
    authorities: (TestCa, TestCa),
    time: Arc<AtomicI64>,
    folder: PathBuf,
}

impl Drop for TestHub {
    fn drop(&mut self) {
        let _left_to_the_system = std::fs::remove_dir_all(&self.folder);
    }
}

impl TestHub {
    /// A new one, empty but for its catalogue.
    ///
    /// # Panics
    /// When the machine cannot give it a folder or keys: tests end there.
    #[must_use]
    pub async fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("pmh-hub-{}-{count}", std::process::id()));
        let _was_not_there = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let time = Arc::new(AtomicI64::new(NOW.0));
        let mut authorities = authorities();
        let hub = hub(&folder, &time, &mut authorities.0);
        let key = || ClientKey::generate(ClientAlgorithm::Es384).expect("a key");
        let test =
            Self { hub: Arc::new(hub), city: key(), clinic: key(), authorities, time, folder };
        test.fill_catalogue().await.expect("the catalogue is kept");
        test
    }

    /// Moves the clock.
    pub fn pass_seconds(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// An assertion of `city` or `clinic`; `jti` must differ each time.
    ///
    /// # Panics
    /// When signing fails.
    #[must_use]
    pub fn assertion(&self, client: &str, jti: &str) -> String {
        let key = if client == "city" { &self.city } else { &self.clinic };
        let audience = format!("{ORIGIN}/pmh/v1/token");
        key.assertion(client, &audience, jti, self.hub.now()).expect("it signs")
    }

    /// A card with PIN 1234.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn card(&self, holder: Holder) -> SoftCard {
        let pins = Pins { authentication: "1234".into(), signature: "ABC123".into() };
        let (auth, sign) = (&self.authorities.0, &self.authorities.1);
        SoftCard::issue((auth, sign), Algorithm::P384, holder, &pins, self.hub.now())
            .expect("a card")
    }

    /// Puts a card on the list of revocations, which the hub takes at once.
    ///
    /// # Panics
    /// When the list cannot be made: tests end there.
    pub fn revoke(&mut self, card: &SoftCard) {
        let serial = crate::credential::unhex(card.serial()).expect("hexadecimal");
        self.authorities.0.revoke(&serial, self.hub.now(), Reason::KeyCompromise);
        self.renew_revocations();
    }

    /// Gives the hub a new list of revocations, before the one in force runs out.
    ///
    /// # Panics
    /// When the list cannot be made: tests end there.
    pub fn renew_revocations(&mut self) {
        let at = self.hub.now();
        let list = self.authorities.0.crl(at).expect("a revocation list");
        self.hub.trust().accept_crl(&list, at).expect("the list is accepted");
    }

    /// The card's answer to a challenge.
    ///
    /// # Panics
    /// When the PIN is refused.
    #[must_use]
    pub fn answer(
        &self,
        card: &mut SoftCard,
        view: &ChallengeView,
    ) -> crate::credential::CardAnswerWire {
        let (institution, terminal) = (&view.institution, &view.terminal);
        let challenge = Challenge::from_token(&view.challenge, &view.origin, institution, terminal)
            .expect("a token of the hub");
        let answer = card.answer("1234", &challenge).expect("the PIN is right");
        crate::credential::CardAnswerWire {
            certificate_der: answer.certificate,
            signature: answer.signature,
        }
    }

    async fn fill_catalogue(&self) -> Result<(), StoreError> {
        let (city, clinic) = (self.city.jwks().to_string(), self.clinic.jwks().to_string());
        let kept = self.hub.store().write(move |tx| {
            for (code, name) in [(MUNICIPALITY, "宮崎県都城市"), ("022080", "青森県むつ市")]
            {
                let (code, name, about) = (code.into(), name.into(), String::new());
                tx.put_municipality(&Municipality { code, name, about })?;
            }
            tx.put_institution(&Institution {
                code: INSTITUTION.into(),
                name: "都城見本クリニック".into(),
                kind: "医科".into(),
                municipality: MUNICIPALITY.into(),
                tasks: String::new(),
                uses_subsidy: true,
            })?;
            for (client, kind, organisation, jwks) in
                [("city", 1, MUNICIPALITY, &city), ("clinic", 2, INSTITUTION, &clinic)]
            {
                let (client, organisation) = (client.into(), organisation.into());
                tx.put_client(&Client { client, kind, organisation, jwks: jwks.clone() })?;
            }
            for (staff, kind, organisation) in STAFF {
                let (staff, organisation, name) = (staff.into(), organisation.into(), staff.into());
                tx.put_staff(&Staff { staff, kind, organisation, name })?;
            }
            Ok::<(), StoreError>(())
        });
        kept.await?;
        let scheme = Scheme {
            type_id: "HITORI".into(),
            name: "ひとり親家庭等医療費受給資格証".into(),
            ..Scheme::default()
        };
        crate::municipality::keep_schemes(&self.hub, MUNICIPALITY, &[scheme])
            .await
            .map_err(|_| StoreError::Closed)
    }
}

fn authorities() -> (TestCa, TestCa) {
    let long_ago = NOW.plus_seconds(-86_400);
    let make = |purpose| TestCa::generate(Algorithm::P384, purpose, long_ago).expect("a CA");
    (make(Purpose::UserAuthentication), make(Purpose::DigitalSignature))
}

fn hub(folder: &std::path::Path, time: &Arc<AtomicI64>, authority: &mut TestCa) -> Hub {
    let counter = AtomicU64::new(1);
    let entropy: Entropy = Arc::new(move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let next = counter.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
        }
    });
    let shared = Arc::clone(time);
    let clock: store::Clock = Arc::new(move || Instant(shared.load(Ordering::Relaxed)));
    let vault = VaultKeys::new(&[1; 32], &[2; 32]).expect("keys");
    let signer = Arc::new(Signer::from_seed("hub.test/log", &[3; 32]).expect("a signer"));
    let place = Place::Sqlite(folder.join("pmh.sqlite"));
    let config = Config::new(place, vault, signer, Arc::clone(&entropy));
    let store = Store::open(config, Arc::clone(&clock)).expect("a store");
    let algorithms = [CardAlgorithm::Rsa2048Sha256, CardAlgorithm::P384Sha384];
    let trusted = [authority.certificate().to_vec()];
    let trust = CardTrust::new(&trusted, &[POLICY], &algorithms).expect("a trusted CA");
    let crl = authority.crl(NOW.plus_seconds(-60)).expect("a revocation list");
    trust.accept_crl(&crl, NOW).expect("the list is accepted");
    Hub::new(Parts {
        store,
        book: Arc::new(Lawbook::embedded().expect("the rules read")),
        origin: ORIGIN.into(),
        trust,
        secrets: Secrets { challenges: [4; 32], tokens: [5; 32], pseudonyms: [6; 32] },
        clock,
        entropy,
    })
}
