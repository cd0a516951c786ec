//! A hub's trust, two CA generations and their cards, and a right answer to spoil.

use domain::instant::Instant;
use hub::credential::{
    CardAlgorithm, CardAnswerWire, CardRefusal, CardTrust, Challenges, VerifiedCard,
};
use reader::Algorithm;
use reader::ca::{Purpose, TestCa};
use reader::card::{Challenge, Holder, Pins, SoftCard};
use reader::profile::{AUTHENTICATION_TEST_POLICY, CertificateSpec};

pub(crate) const AT: Instant = Instant(1_795_500_000_000);
pub(crate) const ORIGIN: &str = "https://pmh.example.jp";
pub(crate) const INSTITUTION: &str = "1310000001";
pub(crate) const TERMINAL: &str = "desk-1";
pub(crate) const PIN: &str = "1234";

/// One attempt: what comes back from a desk, when, and the code it should be refused with (empty:
/// any code will do).
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) institution: String,
    pub(crate) terminal: String,
    pub(crate) answer: CardAnswerWire,
    pub(crate) at: Instant,
    pub(crate) want: &'static str,
}

impl Case {
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub(crate) fn want(self, want: &'static str) -> Self {
        Self { want, ..self }
    }
}

pub(crate) struct Bench {
    pub(crate) challenges: Challenges,
    pub(crate) trust: CardTrust,
    pub(crate) rsa: TestCa,
    pub(crate) p384: TestCa,
    pub(crate) rsa_card: SoftCard,
    pub(crate) p384_card: SoftCard,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let before = AT.plus_seconds(-1_000_000);
        let ca = |algorithm| TestCa::generate(algorithm, Purpose::UserAuthentication, before);
        let (mut rsa, mut p384) = (ca(Algorithm::Rsa2048).unwrap(), ca(Algorithm::P384).unwrap());
        let trust = trust(&rsa, &p384);
        for ca in [&mut rsa, &mut p384] {
            trust.accept_crl(&ca.crl(AT.plus_seconds(-3600)).unwrap(), AT).unwrap();
        }
        let rsa_card = card(&rsa, Algorithm::Rsa2048);
        let p384_card = card(&p384, Algorithm::P384);
        Self { challenges: Challenges::new([1; 32]), trust, rsa, p384, rsa_card, p384_card }
    }

    pub(crate) fn cards(&self) -> [&SoftCard; 2] {
        [&self.rsa_card, &self.p384_card]
    }

    pub(crate) fn ca(&self, card: &SoftCard) -> &TestCa {
        match card.algorithm() {
            Algorithm::Rsa2048 => &self.rsa,
            Algorithm::P384 => &self.p384,
        }
    }

    pub(crate) fn ca_mut(&mut self, card: &SoftCard) -> &mut TestCa {
        match card.algorithm() {
            Algorithm::Rsa2048 => &mut self.rsa,
            Algorithm::P384 => &mut self.p384,
        }
    }

    /// Another card of the same generation.
    pub(crate) fn twin(&self, of: &SoftCard) -> SoftCard {
        card(self.ca(of), of.algorithm())
    }

    /// The card of the other generation.
    pub(crate) fn other_of(&self, card: &SoftCard) -> SoftCard {
        match card.algorithm() {
            Algorithm::Rsa2048 => self.p384_card.clone(),
            Algorithm::P384 => self.rsa_card.clone(),
        }
    }

    pub(crate) fn trust_without_lists(&self) -> CardTrust {
        trust(&self.rsa, &self.p384)
    }

    /// Gives `trust` the current lists of the generations that it pins.
    pub(crate) fn publish(&self, trust: &mut CardTrust) {
        let until = AT.plus_seconds(86_400);
        for ca in [&self.rsa, &self.p384] {
            let _ = trust.accept_crl(&ca.crl_between(AT, until, &[]).unwrap(), AT);
        }
    }

    pub(crate) fn right(&self, card: &SoftCard) -> Case {
        self.right_at(card, AT)
    }

    pub(crate) fn right_at(&self, card: &SoftCard, at: Instant) -> Case {
        self.answered(card, at, |card| {
            let nonce = [3; 16];
            let (institution, terminal) = (INSTITUTION, TERMINAL);
            let of = Challenge { origin: ORIGIN, institution, terminal, nonce };
            card.answer(PIN, &of).unwrap().signature
        })
    }

    pub(crate) fn signed_for(
        &self,
        card: &SoftCard,
        origin: &str,
        institution: &str,
        terminal: &str,
    ) -> Case {
        self.answered(card, AT, |card| {
            let of = Challenge { origin, institution, terminal, nonce: [3; 16] };
            card.answer(PIN, &of).unwrap().signature
        })
    }

    pub(crate) fn signed_text(&self, card: &SoftCard, text: &[u8]) -> Case {
        self.answered(card, AT, |card| card.sign_anything(PIN, text).unwrap())
    }

    pub(crate) fn with_certificate(&self, card: &SoftCard, certificate: Vec<u8>) -> Case {
        self.right(&card.clone().with_certificate(certificate))
    }

    pub(crate) fn certified(&self, ca: &TestCa, card: &SoftCard, spec: &CertificateSpec) -> Case {
        self.with_certificate(card, ca.certify(spec).unwrap())
    }

    pub(crate) fn verify(&self, case: &Case) -> Result<VerifiedCard, CardRefusal> {
        self.verify_with(&self.trust, case)
    }

    pub(crate) fn verify_with(
        &self,
        trust: &CardTrust,
        case: &Case,
    ) -> Result<VerifiedCard, CardRefusal> {
        let open = self.challenges.open(&case.token, &case.institution, &case.terminal, case.at)?;
        trust.verify(&case.answer, ORIGIN, &open, case.at)
    }

    fn answered(
        &self,
        card: &SoftCard,
        at: Instant,
        sign: impl FnOnce(&mut SoftCard) -> Vec<u8>,
    ) -> Case {
        let mut card = card.clone();
        let signature = sign(&mut card);
        let certificate_der = card.certificate().to_vec();
        Case {
            name: "right".into(),
            token: self.challenges.issue(INSTITUTION, TERMINAL, [3; 16], at).token,
            institution: INSTITUTION.into(),
            terminal: TERMINAL.into(),
            answer: CardAnswerWire { certificate_der, signature },
            at,
            want: "",
        }
    }
}

fn trust(rsa: &TestCa, p384: &TestCa) -> CardTrust {
    CardTrust::new(
        &[rsa.certificate().to_vec(), p384.certificate().to_vec()],
        &[AUTHENTICATION_TEST_POLICY],
        &[CardAlgorithm::Rsa2048Sha256, CardAlgorithm::P384Sha384],
    )
    .unwrap()
}

fn card(ca: &TestCa, algorithm: Algorithm) -> SoftCard {
    let pins = Pins { authentication: PIN.into(), signature: "ABC123".into() };
    let before = AT.plus_seconds(-3600);
    SoftCard::issue((ca, ca), algorithm, Holder::default(), &pins, before).unwrap()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}
