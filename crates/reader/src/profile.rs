//! The certificate profile of the test CA: the published one of JPKI (law:JPKI-profile), in its
//! test arc.
//!
//! Source: security-reliability A1 (policies, attributes, key usages read from real certificates
//! and open implementations; the official profile text was not at hand).

use domain::instant::Instant;

use crate::asn1::{
    BIT_STRING, OCTET_STRING, PRINTABLE_STRING, SET, UTF8_STRING, bits, context, oid, sequence,
    time, tlv, unsigned, yes,
};

/// Policy of user-authentication certificates in production (documented).
pub const AUTHENTICATION_POLICY: &str = "1.2.392.200149.8.5.1.3.30";
/// Policy of our test user-authentication certificates. Only the signature policy's test arc
/// (`…1.0.20` for `…1.1.20`) is documented; this number is ours, by analogy.
pub const AUTHENTICATION_TEST_POLICY: &str = "1.2.392.200149.8.5.1.0.30";
/// Policy of signature certificates in production (documented).
pub const SIGNATURE_POLICY: &str = "1.2.392.200149.8.5.1.1.20";
/// Policy of signature certificates of the test environment (documented).
pub const SIGNATURE_TEST_POLICY: &str = "1.2.392.200149.8.5.1.0.20";

/// keyUsage bit `digitalSignature`, as the first byte of the bit string.
pub const DIGITAL_SIGNATURE: u8 = 0x80;
/// keyUsage bit `nonRepudiation`.
pub const NON_REPUDIATION: u8 = 0x40;
/// keyUsage bit `keyCertSign`.
pub const KEY_CERT_SIGN: u8 = 0x04;
/// keyUsage bit `cRLSign`.
pub const CRL_SIGN: u8 = 0x02;

/// The four attributes inside a signature certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// 氏名
    pub name: String,
    /// 性別: `1`, `2` or `9`
    pub sex: String,
    /// 生年月日 as `YYYY-MM-DD`
    pub birth: String,
    /// 住所
    pub address: String,
}

/// One extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Dotted object identifier.
    pub oid: String,
    /// Whether a verifier that does not know it must refuse.
    pub critical: bool,
    /// The DER inside the octet string.
    pub value: Vec<u8>,
}

impl Extension {
    fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self { oid: oid.to_owned(), critical, value }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let critical = if self.critical { yes() } else { Vec::new() };
        sequence(&[&oid(&self.oid), &critical, &tlv(OCTET_STRING, &[&self.value])])
    }
}

/// Everything in a certificate but the issuer and the signature.
///
/// Public and freely changeable, so that tests can also issue certificates that are wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSpec {
    /// The version number as written: 2 means v3.
    pub version: u8,
    /// Big-endian serial.
    pub serial: Vec<u8>,
    /// The common name of the subject; the CA's own name is `None`.
    pub subject: Option<String>,
    /// First instant of validity.
    pub not_before: Instant,
    /// Last second of validity.
    pub not_after: Instant,
    /// `SubjectPublicKeyInfo`.
    pub public_info: Vec<u8>,
    /// Extensions in order.
    pub extensions: Vec<Extension>,
}

impl CertificateSpec {
    /// The extensions without those of the object identifier `oid`.
    #[must_use]
    pub fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|extension| extension.oid != oid);
        self
    }

    /// With one more extension, or with this one in the place of one of its kind.
    #[must_use]
    pub fn with(self, extension: Extension) -> Self {
        let mut spec = self.without(&extension.oid);
        spec.extensions.push(extension);
        spec
    }

    pub(crate) fn to_be_signed(&self, algorithm: &[u8], issuer: &[u8]) -> Vec<u8> {
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::der).collect();
        let version = context(0, &[&unsigned(&[self.version])]);
        let subject = self.subject.as_ref().map_or_else(|| issuer.to_vec(), |name| subject(name));
        sequence(&[
            if self.version == 0 { &[] } else { &version },
            &unsigned(&self.serial),
            algorithm,
            issuer,
            &sequence(&[&time(self.not_before), &time(self.not_after)]),
            &subject,
            &self.public_info,
            &context(3, &[&sequence(&[&extensions])]),
        ])
    }
}

/// The distinguished name of every test CA generation for one purpose: the same on purpose, since
/// the real CA's generations share one name and a verifier must go by key identifier.
#[must_use]
pub fn issuer(unit: &str) -> Vec<u8> {
    let country = tlv(PRINTABLE_STRING, &[b"JP"]);
    name(&[("2.5.4.6", &country), ("2.5.4.10", &utf8("PMH TEST")), ("2.5.4.11", &utf8(unit))])
}

fn subject(common_name: &str) -> Vec<u8> {
    let country = tlv(PRINTABLE_STRING, &[b"JP"]);
    name(&[("2.5.4.6", &country), ("2.5.4.3", &utf8(common_name))])
}

fn name(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let sets: Vec<u8> = parts
        .iter()
        .flat_map(|(kind, value)| tlv(SET, &[&sequence(&[&oid(kind), value])]))
        .collect();
    sequence(&[&sets])
}

fn utf8(text: &str) -> Vec<u8> {
    tlv(UTF8_STRING, &[text.as_bytes()])
}

/// keyUsage, critical (RFC 5280 4.2.1.3); `usage` is the first byte of the bit string.
#[must_use]
pub fn key_usage(usage: u8) -> Extension {
    let unused = u8::try_from(usage.trailing_zeros().min(7)).unwrap_or(7);
    Extension::new("2.5.29.15", true, tlv(BIT_STRING, &[&[unused, usage]]))
}

/// certificatePolicies, critical, without qualifiers.
#[must_use]
pub fn policies(list: &[&str]) -> Extension {
    let body: Vec<u8> = list.iter().flat_map(|policy| sequence(&[&oid(policy)])).collect();
    Extension::new("2.5.29.32", true, sequence(&[&body]))
}

/// authorityKeyIdentifier: which key of the CA signed this.
#[must_use]
pub fn authority_key(id: &[u8]) -> Extension {
    Extension::new("2.5.29.35", false, sequence(&[&tlv(0x80, &[id])]))
}

/// subjectKeyIdentifier.
#[must_use]
pub fn subject_key(id: &[u8]) -> Extension {
    Extension::new("2.5.29.14", false, tlv(OCTET_STRING, &[id]))
}

/// basicConstraints, critical.
#[must_use]
pub fn basic_constraints(ca: bool) -> Extension {
    let flag = if ca { yes() } else { Vec::new() };
    Extension::new("2.5.29.19", true, sequence(&[&flag]))
}

/// cRLNumber.
#[must_use]
pub fn crl_number(number: u64) -> Extension {
    Extension::new("2.5.29.20", false, unsigned(&number.to_be_bytes()))
}

/// subjectAltName with the four attributes as `otherName`s of `UTF8String`, and for the name and
/// the address one digit per character that says whether its glyph was substituted (none here).
#[must_use]
pub fn attributes(of: &Attributes) -> Extension {
    let whole = |text: &str| "0".repeat(text.chars().count());
    let names: Vec<u8> = [
        ("1.2.392.200149.8.5.5.1", of.name.clone()),
        ("1.2.392.200149.8.5.5.2", whole(&of.name)),
        ("1.2.392.200149.8.5.5.3", of.sex.clone()),
        ("1.2.392.200149.8.5.5.4", birth_with_era(&of.birth)),
        ("1.2.392.200149.8.5.5.5", of.address.clone()),
        ("1.2.392.200149.8.5.5.6", whole(&of.address)),
    ]
    .into_iter()
    .flat_map(|(kind, text)| context(0, &[&oid(kind), &context(0, &[&utf8(&text)])]))
    .collect();
    Extension::new("2.5.29.17", false, sequence(&[&names]))
}

/// `EYYYYMMDD`: the era's number, then the Gregorian date; era 0 if unknown.
fn birth_with_era(birth: &str) -> String {
    let digits: String = birth.chars().filter(char::is_ascii_digit).collect();
    let starts =
        [("20190501", 5), ("19890108", 4), ("19261225", 3), ("19120730", 2), ("18680125", 1)];
    let era = starts.into_iter().find(|(first, _)| digits.as_str() >= *first);
    match era {
        Some((_, era)) if digits.len() == 8 => format!("{era}{digits}"),
        _ => format!("0{digits:0<8}"),
    }
}

/// The certificate's bytes: what is signed, the algorithm, the signature.
pub(crate) fn signed(body: &[u8], algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    sequence(&[body, algorithm, &bits(signature)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_date_carries_its_era_and_the_gregorian_year() {
        check("1868-01-25", "118680125");
        check("1912-07-29", "119120729");
        check("1912-07-30", "219120730");
        check("1989-01-07", "319890107");
        check("1989-01-08", "419890108");
        check("2019-05-01", "520190501");
        check("1980", "019800000");
        check("", "000000000");
    }

    #[track_caller]
    fn check(birth: &str, want: &str) {
        assert_eq!(birth_with_era(birth), want);
    }
}
