//! The negative matrix of card answers: whatever is wrong, nothing is accepted.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

mod support;

use domain::instant::Instant;
use hub::credential::CardAlgorithm::{P384Sha384, Rsa2048Sha256};
use hub::credential::{CardTrust, Challenges, CrlFault};
use reader::Algorithm;
use reader::ca::{Purpose, Reason, TestCa};
use reader::card::SoftCard;
use reader::profile::{self, CertificateSpec, Extension};
use support::{AT, Bench, Case, INSTITUTION, ORIGIN, PIN, TERMINAL};

/// Validity of certificates made here.
const FROM: Instant = AT.plus_seconds(-86_400);
const UNTIL: Instant = AT.plus_seconds(86_400);

#[test]
fn a_right_answer_of_either_card_is_accepted() {
    let bench = Bench::new();
    for card in bench.cards() {
        let verified = bench.verify(&bench.right(card)).unwrap();
        assert_eq!(
            (verified.generation.as_str(), verified.serial.as_str()),
            (card.generation(), card.serial())
        );
        assert_eq!(verified.not_after, card.not_after());
        let again = bench.verify(&bench.right(card));
        assert_eq!(again, Ok(verified), "from the memory of CA signatures");
    }
}

#[test]
fn nothing_wrong_is_accepted() {
    let bench = Bench::new();
    let mut cases = Vec::new();
    for card in bench.cards() {
        cases.extend(other_places(&bench, card));
        cases.extend(other_times(&bench, card));
        cases.extend(other_messages(&bench, card));
        cases.extend(other_usages(&bench, card));
        cases.extend(other_policies(&bench, card));
        cases.extend(other_issuers(&bench, card));
        cases.extend(other_profiles(&bench, card));
        cases.extend(swapped(&bench, card));
        cases.extend(damaged(&bench, card));
    }
    cases.extend(paddings(&bench));
    cases.extend(points(&bench));
    assert!(cases.len() >= 200, "{} cases", cases.len());
    println!("{} cases", cases.len());
    for case in &cases {
        check(&bench, case);
    }
}

#[test]
fn a_revoked_certificate_is_refused_and_so_is_every_one_without_a_current_list() {
    let mut bench = Bench::new();
    for at in 0..2 {
        let card = bench.cards()[at].clone();
        let case = bench.right(&card);
        let serial: Vec<u8> = (0..8)
            .map(|i| u8::from_str_radix(&card.serial()[2 * i..2 * i + 2], 16).unwrap())
            .collect();
        bench.ca_mut(&card).revoke(&serial, AT, Reason::KeyCompromise);
        assert!(bench.verify(&case).is_ok(), "not before the list is published");
        let crl = bench.ca_mut(&card).crl(AT).unwrap();
        assert_eq!(bench.trust.accept_crl(&crl, AT).unwrap().revoked, 1);
        check(&bench, &case.clone().want("revoked"));

        let late = AT.plus_seconds(8 * 86_400);
        let stale = bench.right_at(&bench.twin(&card), late);
        check(&bench, &stale.want("revocation-unknown"));
        let empty = bench.trust_without_lists();
        let unknown = bench.verify_with(&empty, &case).unwrap_err();
        assert_eq!((unknown.code(), unknown.reason()), ("revocation-unknown", "no list"));
    }
}

#[test]
fn a_list_is_taken_only_whole_current_and_from_its_own_ca() {
    let bench = Bench::new();
    let ca = &bench.p384;
    let day = |days: i64| AT.plus_seconds(days * 86_400);
    let crl =
        |from, to, further: &[Extension]| ca.crl_between(day(from), day(to), further).unwrap();
    let rogue = TestCa::generate(Algorithm::P384, Purpose::UserAuthentication, AT).unwrap();
    let part = Extension { oid: "2.5.29.28".into(), critical: true, value: vec![0x30, 0] };
    let own = profile::authority_key(rogue.key_id());
    let fresh = crl(0, 7, &[]);
    let mut cut = fresh.clone();
    cut.pop();
    let mut changed = fresh.clone();
    *changed.last_mut().unwrap() ^= 1;
    let list = |der: &[u8]| bench.trust.accept_crl(der, AT).map(|status| status.revoked);
    assert_eq!(list(&fresh), Ok(0));
    assert_eq!(list(&crl(-1, 7, &[])), Err(CrlFault::Older));
    assert_eq!(list(&crl(1, 7, &[])), Err(CrlFault::NotCurrent));
    assert_eq!(list(&crl(-7, 0, &[])), Err(CrlFault::NotCurrent));
    assert_eq!(list(&crl(0, 7, &[part])), Err(CrlFault::Partial));
    assert_eq!(list(&rogue.crl_between(AT, day(7), &[]).unwrap()), Err(CrlFault::UnknownCa));
    assert_eq!(list(&rogue.crl_between(AT, day(7), &[own]).unwrap()), Err(CrlFault::UnknownCa));
    assert_eq!(list(&cut), Err(CrlFault::Malformed));
    assert!(list(&changed).is_err());
    assert_eq!(list(ca.certificate()), Err(CrlFault::Malformed));
    assert_eq!(list(&[]), Err(CrlFault::Malformed));
}

#[test]
fn an_algorithm_that_is_switched_off_is_refused_everywhere() {
    let bench = Bench::new();
    let policies = [profile::AUTHENTICATION_TEST_POLICY];
    let (rsa, p384) = (bench.rsa.certificate().to_vec(), bench.p384.certificate().to_vec());
    for (allowed, own, other) in [(Rsa2048Sha256, &rsa, &p384), (P384Sha384, &p384, &rsa)] {
        assert!(CardTrust::new(std::slice::from_ref(own), &policies, &[allowed]).is_ok());
        assert!(CardTrust::new(std::slice::from_ref(other), &policies, &[allowed]).is_err());
    }
    // A P-384 card by the RSA generation, where only RSA is allowed.
    let spec = leaf(&bench.rsa, &bench.p384_card);
    let mut trust = CardTrust::new(&[rsa], &policies, &[Rsa2048Sha256]).unwrap();
    bench.publish(&mut trust);
    let case = bench.certified(&bench.rsa, &bench.p384_card, &spec).named("crossed");
    assert_eq!(bench.verify_with(&trust, &case).unwrap_err().code(), "algorithm-not-allowed");
    assert!(bench.verify(&case).is_ok(), "where both are allowed");
}

#[test]
fn a_ca_can_be_pinned_only_if_it_is_one_and_once() {
    let bench = Bench::new();
    let (ca, card) = (bench.p384.certificate().to_vec(), bench.p384_card.certificate().to_vec());
    let both = [Rsa2048Sha256, P384Sha384];
    let pin = |list: &[Vec<u8>], policy: &str| {
        CardTrust::new(list, &[policy], &both).map(|_| ()).map_err(|fault| fault.to_string())
    };
    let starts = |got: Result<(), String>, want: &str| assert!(got.unwrap_err().starts_with(want));
    assert_eq!(pin(std::slice::from_ref(&ca), "1.2.3"), Ok(()));
    starts(pin(&[ca.clone(), card], "1.2.3"), "CA certificate 1: not");
    starts(pin(&[ca.clone(), ca.clone()], "1.2.3"), "CA certificate 1: its key");
    starts(pin(&[ca], "1.2.x"), "policy");
}

fn other_places(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let right = bench.right(card);
    let mut cases = Vec::new();
    for origin in [
        "",
        "https://pmh.example.jp/",
        "http://pmh.example.jp",
        "https://PMH.example.jp",
        "https://pmh.example.jp:443",
        "https://pmh.example.com",
        "https://pmh.example.jp.evil.test",
    ] {
        cases.push(
            bench
                .signed_for(card, origin, INSTITUTION, TERMINAL)
                .named(&format!("signed for origin {origin:?}"))
                .want("bad-signature"),
        );
    }
    for (institution, terminal) in [
        ("1310000002", TERMINAL),
        (INSTITUTION, "desk-2"),
        ("", ""),
        ("1310000001d", "esk-1"),
        ("1310000001desk-1", ""),
        (TERMINAL, INSTITUTION),
    ] {
        let name = format!("{institution:?} {terminal:?}");
        cases.push(
            bench
                .signed_for(card, ORIGIN, institution, terminal)
                .named(&format!("signed for {name}"))
                .want("bad-signature"),
        );
        let from =
            Case { institution: institution.into(), terminal: terminal.into(), ..right.clone() };
        cases.push(from.named(&format!("comes back from {name}")).want("challenge-foreign"));
    }
    let theirs = Challenges::new([9; 32]).issue(INSTITUTION, TERMINAL, [3; 16], AT).token;
    cases.push(
        Case { token: theirs, ..right.clone() }
            .named("challenge of another hub")
            .want("challenge-foreign"),
    );
    let later = bench.challenges.issue(INSTITUTION, TERMINAL, [4; 16], AT).token;
    cases.push(
        Case { token: later, ..right.clone() }
            .named("answer to another challenge")
            .want("bad-signature"),
    );
    for token in ["", "A", "=", "no token", &"A".repeat(75), &"A".repeat(10_000)] {
        cases.push(
            Case { token: token.into(), ..right.clone() }
                .named(&format!("token of {} letters", token.len())),
        );
    }
    cases
}

fn other_times(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let right = bench.right(card);
    let late = |millis| Case { at: Instant(AT.0 + millis), ..right.clone() };
    let between = |from, to| {
        let spec =
            CertificateSpec { not_before: from, not_after: to, ..leaf(bench.ca(card), card) };
        bench.certified(bench.ca(card), card, &spec)
    };
    let second = |seconds| AT.plus_seconds(seconds);
    vec![
        late(120_000).named("after two minutes").want("challenge-expired"),
        late(86_400_000).named("a day later").want("challenge-expired"),
        between(second(1), UNTIL).named("valid in a second").want("not-yet-valid"),
        between(second(86_400 * 400), UNTIL).named("valid in a year").want("not-yet-valid"),
        between(FROM, second(-1)).named("expired a second ago").want("expired"),
        between(second(-86_400 * 4000), second(-86_400 * 2000))
            .named("expired years ago")
            .want("expired"),
        between(UNTIL, FROM).named("ends before it begins"),
    ]
}

fn other_messages(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let message = reader::message::auth_message(ORIGIN, INSTITUTION, TERMINAL, &[3; 16]);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &message);
    let wide = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, &message);
    let joined =
        [ORIGIN.as_bytes(), INSTITUTION.as_bytes(), TERMINAL.as_bytes(), &[3; 16]].concat();
    let mut next = message.clone();
    next[14] = b'2';
    [
        ("the nonce alone", vec![3; 16]),
        ("nothing", Vec::new()),
        ("the SHA-256 of the message", digest.as_ref().to_vec()),
        ("the SHA-384 of the message", wide.as_ref().to_vec()),
        ("fields without lengths", joined),
        ("another version", next),
        ("one byte less", message[..message.len() - 1].to_vec()),
        ("one byte more", [&message[..], &[0]].concat()),
    ]
    .into_iter()
    .map(|(name, text)| bench.signed_text(card, &text).named(name).want("bad-signature"))
    .collect()
}

fn other_usages(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let ca = bench.ca(card);
    let mut cases = Vec::new();
    for bits in
        [0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01, 0xC0, 0xA0, 0x90, 0x88, 0x84, 0x82, 0x86, 0xFE]
    {
        let spec = leaf(ca, card).with(profile::key_usage(bits));
        cases.push(
            bench
                .certified(ca, card, &spec)
                .named(&format!("keyUsage {bits:02x}"))
                .want("wrong-key-usage"),
        );
    }
    let none = leaf(ca, card).without("2.5.29.15");
    cases.push(bench.certified(ca, card, &none).named("no keyUsage").want("wrong-key-usage"));
    let authority = leaf(ca, card).with(profile::basic_constraints(true));
    cases.push(bench.certified(ca, card, &authority).named("a CA").want("wrong-key-usage"));
    let face = profile::Attributes {
        name: "試験 花子".into(),
        sex: "2".into(),
        birth: "1990-02-03".into(),
        address: "試験市一丁目".into(),
    };
    let sign = ca.signature(card.public_info().unwrap(), FROM, UNTIL, &face).unwrap();
    cases.push(
        bench.certified(ca, card, &sign).named("signature certificate").want("wrong-key-usage"),
    );
    cases.push(
        bench.with_certificate(card, ca.certificate().to_vec()).named("the CA's own certificate"),
    );
    cases
}

fn other_policies(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let ca = bench.ca(card);
    let test = profile::AUTHENTICATION_TEST_POLICY;
    let lists: [&[&str]; 8] = [
        &[profile::AUTHENTICATION_POLICY],
        &[profile::SIGNATURE_POLICY],
        &[profile::SIGNATURE_TEST_POLICY],
        &["2.5.29.32.0"],
        &[test, profile::SIGNATURE_TEST_POLICY],
        &[test, "2.5.29.32.0"],
        &["1.2.392.200149.8.5.1.0.30.1"],
        &["1.2.392.200149.8.5.1.0"],
    ];
    let mut cases: Vec<Case> = lists
        .iter()
        .map(|list| {
            let spec = leaf(ca, card).with(profile::policies(list));
            bench
                .certified(ca, card, &spec)
                .named(&format!("policies {list:?}"))
                .want("wrong-policy")
        })
        .collect();
    let none = leaf(ca, card).without("2.5.29.32");
    cases.push(bench.certified(ca, card, &none).named("no policy").want("wrong-policy"));
    cases
}

fn other_issuers(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let own = bench.ca(card);
    let rogue = TestCa::generate(Algorithm::P384, Purpose::UserAuthentication, FROM).unwrap();
    let named = TestCa::generate(Algorithm::P384, Purpose::DigitalSignature, FROM).unwrap();
    let other = if own.key_id() == bench.rsa.key_id() { &bench.p384 } else { &bench.rsa };
    let by = |ca: &TestCa, spec: &CertificateSpec, name: &str| {
        bench.certified(ca, card, spec).named(name).want("unknown-ca")
    };
    let plain = leaf(own, card);
    let key = |id: &[u8]| plain.clone().with(profile::authority_key(id));
    vec![
        by(&rogue, &leaf(&rogue, card), "a CA of the same name"),
        by(&rogue, &plain, "a CA of the same name that claims our key"),
        by(&named, &leaf(&named, card), "the signature CA"),
        by(&named, &plain, "the signature CA that claims our key"),
        by(other, &plain, "our other generation under this key"),
        by(own, &key(other.key_id()), "this generation under the other's key"),
        by(own, &key(&[]), "an empty key identifier"),
        by(own, &key(&own.key_id()[..19]), "a cut key identifier"),
        by(own, &key(&[own.key_id(), &[0]].concat()), "a longer key identifier"),
        by(own, &plain.clone().without("2.5.29.35"), "no key identifier"),
    ]
}

fn other_profiles(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let ca = bench.ca(card);
    let plain = leaf(ca, card);
    let critical = |oid: &str, value: &[u8]| {
        plain.clone().with(Extension { oid: oid.into(), critical: true, value: value.to_vec() })
    };
    let mut twice = plain.clone();
    twice.extensions.push(profile::key_usage(profile::DIGITAL_SIGNATURE));
    let broken = Extension { oid: "2.5.29.15".into(), critical: true, value: vec![4, 0] };
    let by = |spec: &CertificateSpec, name: &str, want| {
        bench.certified(ca, card, spec).named(name).want(want)
    };
    vec![
        by(&CertificateSpec { version: 0, ..plain.clone() }, "version 1", "wrong-profile"),
        by(&CertificateSpec { version: 1, ..plain.clone() }, "version 2", "wrong-profile"),
        by(&CertificateSpec { version: 3, ..plain.clone() }, "version 4", "malformed"),
        by(&critical("1.2.3.4", &[5, 0]), "unknown critical extension", "wrong-profile"),
        by(&critical("2.5.29.17", &[0x30, 0]), "critical names", "wrong-profile"),
        by(&critical("2.5.29.30", &[0x30, 0]), "critical name constraints", "wrong-profile"),
        by(&critical("2.5.29.36", &[0x30, 0]), "critical policy constraints", "wrong-profile"),
        by(&critical("2.5.29.37", &[0x30, 0]), "critical extended usage", "wrong-profile"),
        by(&critical("2.5.29.54", &[2, 1, 0]), "critical inhibit-any-policy", "wrong-profile"),
        by(&twice, "keyUsage twice", "wrong-profile"),
        by(&plain.clone().with(broken), "keyUsage that is none", "malformed"),
        by(
            &CertificateSpec { serial: vec![1; 25], ..plain.clone() },
            "serial of 25 bytes",
            "malformed",
        ),
        by(
            &CertificateSpec { public_info: vec![0x30, 0], ..plain.clone() },
            "no public key",
            "malformed",
        ),
        by(&critical("1.2.3.4", &[7; 9000]), "9 KB", "malformed"),
    ]
}

fn swapped(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let right = bench.right(card);
    let twin = bench.twin(card);
    let other = bench.other_of(card);
    let mut cases = vec![
        bench
            .with_certificate(card, twin.certificate().to_vec())
            .named("a twin's certificate")
            .want("bad-signature"),
        bench
            .with_certificate(card, other.certificate().to_vec())
            .named("the other card's certificate")
            .want("bad-signature"),
        bench.with_certificate(card, Vec::new()).named("no certificate").want("malformed"),
        bench.with_certificate(card, vec![0x30; 8192]).named("8 KiB of nothing").want("malformed"),
        bench.with_certificate(card, vec![0; 9000]).named("9 KB of nothing").want("malformed"),
    ];
    for (name, signature) in [
        ("no signature", Vec::new()),
        ("zeros", vec![0; right.answer.signature.len()]),
        ("ones", vec![0xFF; right.answer.signature.len()]),
        ("a huge signature", vec![1; 5000]),
        ("a twin's signature", bench.right(&twin).answer.signature),
        ("the other card's signature", bench.right(&other).answer.signature),
        (
            "the CA's signature",
            right.answer.certificate_der.iter().rev().take(96).rev().copied().collect(),
        ),
    ] {
        let mut case = right.clone().named(name);
        case.answer.signature = signature;
        cases.push(case);
    }
    cases
}

fn damaged(bench: &Bench, card: &SoftCard) -> Vec<Case> {
    let right = bench.right(card);
    let (certificate, signature) =
        (right.answer.certificate_der.clone(), right.answer.signature.clone());
    let mut cases = Vec::new();
    let mut add = |name: String, certificate: &[u8], signature: &[u8]| {
        let mut case = right.clone().named(&name);
        (case.answer.certificate_der, case.answer.signature) =
            (certificate.to_vec(), signature.to_vec());
        cases.push(case);
    };
    for at in 0..signature.len() {
        let mut changed = signature.clone();
        changed[at] ^= 1 << (at % 8);
        add(format!("signature changed at {at}"), &certificate, &changed);
        add(format!("signature cut at {at}"), &certificate, &signature[..at]);
    }
    for at in 0..certificate.len() {
        let mut changed = certificate.clone();
        changed[at] ^= 1 << (at % 8);
        add(format!("certificate changed at {at}"), &changed, &signature);
        add(format!("certificate cut at {at}"), &certificate[..at], &signature);
    }
    add("certificate and more".into(), &[&certificate[..], &[0]].concat(), &signature);
    add("certificate twice".into(), &[&certificate[..], &certificate].concat(), &signature);
    add("signature and more".into(), &certificate, &[&signature[..], &[0]].concat());
    cases
}

/// RSA signatures made with the real key over wrong paddings; the first is the right one.
fn paddings(bench: &Bench) -> Vec<Case> {
    let rows = include_str!("padding.txt").lines().filter(|row| !row.starts_with('#'));
    let mut rows =
        rows.map(|row| row.split_once('|').unwrap()).map(|(name, hex)| (name, support::unhex(hex)));
    let (_, public_info) = rows.next().unwrap();
    let spec = bench.rsa.authentication(public_info, FROM, UNTIL).unwrap();
    let certificate = bench.rsa.certify(&spec).unwrap();
    let mut cases: Vec<Case> = rows
        .map(|(name, signature)| {
            let mut case = bench
                .right(&bench.rsa_card)
                .named(&format!("padding: {name}"))
                .want("bad-signature");
            (case.answer.certificate_der, case.answer.signature) = (certificate.clone(), signature);
            case
        })
        .collect();
    let right = cases.remove(0);
    assert!(bench.verify(&right).is_ok(), "the right padding, made by another program");
    cases
}

/// ECDSA signatures in the wrong form, and with numbers out of range.
fn points(bench: &Bench) -> Vec<Case> {
    use reader::asn1::{sequence, unsigned};
    let right = bench.right(&bench.p384_card);
    let (r, s) = right.answer.signature.split_at(48);
    let order = support::unhex(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    );
    let (zero, one) = ([0; 48], {
        let mut one = [0; 48];
        one[47] = 1;
        one
    });
    let more = |number: &[u8]| [&[0; 4], number].concat();
    [
        ("as DER", sequence(&[&unsigned(r), &unsigned(s)])),
        ("s before r", [s, r].concat()),
        ("r zero", [&zero, s].concat()),
        ("s zero", [r, &zero].concat()),
        ("both zero", [zero, zero].concat()),
        ("both one", [one, one].concat()),
        ("r the order", [&order, s].concat()),
        ("s the order", [r, &order].concat()),
        ("both the order", [&order[..], &order].concat()),
        ("r alone", r.to_vec()),
        ("of P-521 width", [more(r), more(s)].concat()),
    ]
    .into_iter()
    .map(|(name, signature)| {
        let mut case = right.clone().named(&format!("ECDSA {name}")).want("bad-signature");
        case.answer.signature = signature;
        case
    })
    .collect()
}

/// A right user-authentication certificate for the card's key by `ca`, to be spoilt.
fn leaf(ca: &TestCa, card: &SoftCard) -> CertificateSpec {
    ca.authentication(card.public_info().unwrap(), FROM, UNTIL).unwrap()
}

/// The one check: refused, and with the code that was foreseen if one was.
#[track_caller]
fn check(bench: &Bench, case: &Case) {
    match bench.verify(case) {
        Ok(card) => panic!("{}: accepted {card:?}", case.name),
        Err(refusal) if case.want.is_empty() || case.want == refusal.code() => {}
        Err(refusal) => panic!("{}: {refusal}, not {} (PIN {PIN})", case.name, case.want),
    }
}
