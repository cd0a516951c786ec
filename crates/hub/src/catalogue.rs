//! The operator enters who takes part: municipalities, institutions, systems, staff. No residents.

use std::collections::HashSet;

use domain::finding::{Finding, refused};
use domain::number::{InstitutionCode, MunicipalityCode, NumberRules};
use store::catalogue::{Client, Institution, Municipality, Staff};
use store::{StoreError, Tx};

use crate::Hub;
use crate::credential::jwk::ClientKeys;
use crate::refusal::Refusal;

/// Entries of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// 自治体
    pub municipalities: Vec<Municipality>,
    /// 医療機関等
    pub institutions: Vec<Institution>,
    /// Systems, each with its public keys.
    pub clients: Vec<Client>,
    /// People who work with pages.
    pub staff: Vec<Staff>,
}

/// Codes of organisations that are there.
#[derive(Default)]
struct Known {
    municipalities: HashSet<String>,
    institutions: HashSet<String>,
}

impl Known {
    fn has(&self, kind: u8, code: &str) -> bool {
        match kind {
            1 => self.municipalities.contains(code),
            2 => self.institutions.contains(code),
            _ => code.is_empty(),
        }
    }
}

/// Enters or replaces entries: all of them, or none if one is refused. Gives what is worth a look.
///
/// # Errors
/// The inner `Err`: every finding if one refuses. The outer one: when the store fails.
pub async fn put_catalogue(
    hub: &Hub,
    of: Catalogue,
) -> Result<Result<Vec<Finding>, Vec<Finding>>, Refusal> {
    let rules = hub.book.numbers.clone();
    let kept = hub.store.write(move |tx| {
        let known = known(tx, &of)?;
        let findings = check(&of, &known, &rules);
        if refused(&findings) {
            return Ok(Err(findings));
        }
        of.municipalities.iter().try_for_each(|one| tx.put_municipality(one))?;
        of.institutions.iter().try_for_each(|one| tx.put_institution(one))?;
        of.clients.iter().try_for_each(|one| tx.put_client(one))?;
        of.staff.iter().try_for_each(|one| tx.put_staff(one))?;
        Ok::<_, StoreError>(Ok(findings))
    });
    Ok(kept.await?)
}

/// Municipalities and institutions; systems and staff.
///
/// # Errors
/// When the store fails.
pub async fn list_catalogue(hub: &Hub) -> Result<Catalogue, Refusal> {
    let all = hub.store.read(|tx| {
        Ok::<_, StoreError>(Catalogue {
            municipalities: tx.municipalities()?,
            institutions: tx.institutions()?,
            clients: tx.clients()?,
            staff: tx.all_staff()?,
        })
    });
    Ok(all.await?)
}

fn known(tx: &mut Tx<'_>, of: &Catalogue) -> Result<Known, StoreError> {
    let municipalities = tx.municipalities()?.into_iter().chain(of.municipalities.clone());
    let institutions = tx.institutions()?.into_iter().chain(of.institutions.clone());
    Ok(Known {
        municipalities: municipalities.map(|one| one.code).collect(),
        institutions: institutions.map(|one| one.code).collect(),
    })
}

fn check(of: &Catalogue, known: &Known, rules: &NumberRules) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in &of.municipalities {
        let read = MunicipalityCode::parse(&one.code, rules);
        findings.extend(read.err().map(|finding| at("municipality", &one.code, finding)));
    }
    for one in &of.institutions {
        let wrong = institution(one, known, rules);
        findings.extend(wrong.into_iter().map(|finding| at("institution", &one.code, finding)));
    }
    for one in &of.clients {
        let wrong = client(one, known);
        findings.extend(wrong.into_iter().map(|finding| at("client", &one.client, finding)));
    }
    for one in &of.staff {
        // Staff of an institution are kind 1, of a municipality 2; systems are numbered otherwise.
        let kind = match one.kind {
            1 => 2,
            2 => 1,
            other => other,
        };
        let strange = !known.has(kind, &one.organisation);
        findings.extend(strange.then(|| at("staff", &one.staff, unknown_organisation())));
        let nobody = one.staff.is_empty() || one.name.is_empty();
        findings.extend(nobody.then(|| at("staff", &one.staff, nameless())));
    }
    findings
}

fn institution(one: &Institution, known: &Known, rules: &NumberRules) -> Vec<Finding> {
    let mut findings = match InstitutionCode::parse(&one.code, rules) {
        Ok(code) => code.warnings(rules),
        Err(finding) => vec![finding],
    };
    findings.extend((!known.has(1, &one.municipality)).then(unknown_organisation));
    findings.extend(one.name.is_empty().then(nameless));
    findings
}

fn client(one: &Client, known: &Known) -> Vec<Finding> {
    let keys = ClientKeys::from_jwks(&one.client, &one.jwks).err();
    let keys = keys.map(|fault| bad_keys(&fault.to_string()));
    let strange = (!known.has(one.kind, &one.organisation)).then(unknown_organisation);
    let nobody = one.client.is_empty().then(nameless);
    [keys, strange, nobody].into_iter().flatten().collect()
}

fn at(kind: &str, name: &str, finding: Finding) -> Finding {
    Finding { at: format!("{kind} {name}").into(), ..finding }
}

fn unknown_organisation() -> Finding {
    Finding::stop(
        "unknown-organisation",
        "",
        "その自治体又は医療機関等が台帳にありません。先に入れるか、同じファイルに加えてください。",
        "Its municipality or institution is not in the catalogue; enter it first or in this file.",
    )
}

fn nameless() -> Finding {
    Finding::stop("name-missing", "", "名前を入れてください。", "Give a name.")
}

fn bad_keys(fault: &str) -> Finding {
    Finding::stop(
        "bad-keys",
        "",
        format!("公開鍵(JWKS)を登録できません: {fault}"),
        format!("The JWK set cannot be registered: {fault}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{INSTITUTION, MUNICIPALITY, TestHub};

    fn whole() -> Catalogue {
        let text = str::to_owned;
        Catalogue {
            municipalities: vec![Municipality {
                code: text("431001"),
                name: text("熊本県熊本市"),
                about: String::new(),
            }],
            institutions: vec![Institution {
                code: text(INSTITUTION),
                name: text("見本医院"),
                kind: text("医科"),
                municipality: text("431001"),
                tasks: String::new(),
                uses_subsidy: true,
            }],
            clients: Vec::new(),
            staff: vec![Staff {
                staff: text("desk"),
                kind: 1,
                organisation: text(INSTITUTION),
                name: text("受付"),
            }],
        }
    }

    type Change = fn(&mut Catalogue);

    fn check_one(change: impl FnOnce(&mut Catalogue), known: &Known, want: &str) {
        let book = lawbook::Lawbook::embedded().unwrap();
        let mut of = whole();
        change(&mut of);
        let findings = check(&of, known, &book.numbers);
        let said: Vec<String> =
            findings.iter().map(|of| format!("{}: {} {:?}", of.at, of.code, of.severity)).collect();
        assert_eq!(said.join(", "), want);
    }

    #[test]
    fn entries_are_checked_by_code_and_by_what_they_belong_to() {
        let known = Known {
            municipalities: [MUNICIPALITY, "431001"].map(str::to_owned).into(),
            institutions: [INSTITUTION.to_owned()].into(),
        };
        let stranger = "client x: unknown-organisation Stop";
        let client = |organisation: &str, jwks: &str| Client {
            client: "x".into(),
            kind: 1,
            organisation: organisation.into(),
            jwks: jwks.into(),
        };
        let key = reader::client::ClientKey::generate(reader::client::ClientAlgorithm::Es384);
        let jwks = key.unwrap().jwks().to_string();
        let cases: [(Change, &str); 6] = [
            (|_| {}, ""),
            (
                |of| of.municipalities[0].code = "431002".into(),
                "municipality 431002: check-digit Stop",
            ),
            (
                |of| of.institutions[0].code = "4510210019".into(),
                "institution 4510210019: check-digit Warn",
            ),
            (
                |of| of.institutions[0].code = "45102".into(),
                "institution 45102: number-length Stop",
            ),
            (
                |of| of.staff[0].organisation = "431001".into(),
                "staff desk: unknown-organisation Stop",
            ),
            (|of| of.staff[0].kind = 3, "staff desk: unknown-organisation Stop"),
        ];
        for (change, want) in cases {
            check_one(change, &known, want);
        }
        check_one(|of| of.clients.push(client("431001", &jwks)), &known, "");
        check_one(|of| of.clients.push(client("022080", &jwks)), &known, stranger);
        let private = jwks.replace("\"kty\"", "\"d\":\"AAAA\",\"kty\"");
        let private = |of: &mut Catalogue| of.clients.push(client("431001", &private));
        check_one(private, &known, "client x: bad-keys Stop");
    }

    #[tokio::test]
    async fn one_refused_entry_keeps_all_out() {
        let test = TestHub::new().await;
        let mut of = whole();
        of.staff[0].organisation = "9999999999".into();
        let findings = put_catalogue(&test.hub, of).await.unwrap().unwrap_err();
        assert_eq!(findings[0].code, "unknown-organisation");
        let names = |of: &Catalogue| of.municipalities.len();
        assert_eq!(names(&list_catalogue(&test.hub).await.unwrap()), 2);
        assert_eq!(put_catalogue(&test.hub, whole()).await.unwrap(), Ok(Vec::new()));
        assert_eq!(names(&list_catalogue(&test.hub).await.unwrap()), 3);
    }
}
