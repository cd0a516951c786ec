//! Fuzz targets: no body makes the registration, the scheme master, the eligibility or the token
//! request panic, and whatever is taken gets a result. Bounded here; `cargo bolero` goes on.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use domain::finding::{Finding, Severity, refused};
use http_body_util::BodyExt as _;
use hub::Worker;
use hub::intake::{
    self, checkup, dose, eligibility, immunization, mending, notices, reception, relation, schemes,
    subsidy,
};
use hub::testing::{MUNICIPALITY, TERMINAL, TestHub};
use lawbook::Lawbook;
use serde_json::Value;
use tower::ServiceExt as _;

const ROUNDS: usize = 15_000;
/// Each of these is a request with its transactions.
const REQUESTS: usize = 400;
/// 個人番号 in the seeds: no answer may hold one.
const NUMBERS: [&str; 2] = ["999000000016", "999000000024"];

/// Address and a good body, to be mangled: random bytes hardly ever reach a record.
const SEEDS: [(&str, &str); 13] = [
    (
        "/pmh/v1/medical-subsidy/registration-tasks",
        r#"[{"orgSpecificCertificateTypeId":"HITORI","myNumber":"999000000016","basicFiveInfo":
        {"name":"試験花子","nameKana":"シケンハナコ","address":"宮崎県","dateOfBirth":"1990-05-01",
        "sex":"2"},"isNotDisclosed":false,"medicalSubsidyInsurerNumber":"81136244",
        "certificationName":"ひとり親","medicalSubsidyRecipientNumber":"0000018","segment":"\n",
        "additionalConditions":"A1-01;B2-02","isAlwaysReimbursement":"0","maxCopaymentAmount":
        {"m":[1.5e3]},"validFrom":"2026-04-01","validTo":"2027-03-31","historyKey":"H1",
        "isDeleted":false,"certificationDetail":[{"label":"備考","value":null}]},{}]"#,
    ),
    (
        "/pmh/v1/municipal-checkup/registration-tasks",
        r#"[{"modificationSeg":"1","myNumber":"999000000016","municipalityIdentityKey":"K",
        "basicFiveInfo":{"name":"試験花子","nameKana":"シケンハナコ","address":"宮崎県",
        "dateOfBirth":"1990-00-00","sex":"2"},"x":[{"y":"\u00e9"}]},{"modificationSeg":"2",
        "myNumber":"999000000024","municipalityIdentityKey":"L","removalDate":"2026-11-01"}]"#,
    ),
    (
        "/pmh/v1/relations/registration-tasks",
        r#"[{"myNumber":"999000000016","guardianMyNumber":"999000000024","relation":"parent",
        "validFrom":"2026-04-01","validTo":"","historyKey":"R","isDeleted":false}]"#,
    ),
    (
        "/pmh/v1/schemes",
        r#"[{"orgSpecificCertificateTypeId":"HITORI","name":"x","medicalSubsidyInsurerNumbers":
        ["81136244"],"incomeSegments":[{"code":"a","name":"b"}],"additionalConditions":
        [{"item":"A1","name":"c","conditions":[{"code":"01"}]}]}]"#,
    ),
    (
        "/pmh/v1/eligibility",
        r#"{"insured":{"insurerNumber":"06130017","symbol":"","number":"1","branch":"01"},
        "consent":{"certificates":true}}"#,
    ),
    (
        "/pmh/v1/immunization/registration-tasks",
        r#"[{"modificationSeg":"1","myNumber":"999000000016","municipalityIdentityKey":"K",
        "basicFiveInfo":{"name":"試験花子","nameKana":"シケンハナコ","address":"宮崎県",
        "dateOfBirth":"2024-05-01","sex":"2"},"livesHereSince":"2024-05-01","dueDate":"",
        "flags":["hiv-60-64"],"doses":[{"doseKey":"1","product":"mr","date":"2025-05-01",
        "amountHundredthsMl":50,"lotNumber":"A","expires":"2026-05-01","routine":true,
        "institutionCode":"4510210018","isDeleted":false}]},{"modificationSeg":"2",
        "myNumber":"999000000024","municipalityIdentityKey":"L","removalDate":"2026-11-01"}]"#,
    ),
    (
        "/pmh/v1/immunization/notices/preview",
        r#"{"series":["mr-1","hepb"],"kinds":["overdue","last-chance"]}"#,
    ),
    ("/pmh/v1/immunization/notices/send", r#"{"token":"0123456789abcdef"}"#),
    (
        "/pmh/v1/immunization/receptions",
        r#"{"nameAndBirth":{"name":"","nameKana":"ダレカ","dateOfBirth":"2024-05-01"}}"#,
    ),
    ("/pmh/v1/immunization/gate-checks", AT_THE_GATE),
    ("/pmh/v1/immunization/doses", AT_THE_GATE),
    (
        "/pmh/v1/immunization/past-doses",
        r#"{"reception":"x","provenance":"paper","dose":{"doseKey":"1","product":"mr",
        "date":"2025-05-01","amountHundredthsMl":50,"lotNumber":"A","expires":"2026-05-01",
        "site":"left-arm","route":"subcutaneous","physician":"医","note":"\n","routine":true}}"#,
    ),
    (
        "/pmh/v1/immunization/doses/x/correction",
        r#"{"reason":"読み違い","version":1,"lotNumber":"B","expires":"2026-05-01",
        "amountHundredthsMl":25,"site":"other","route":"oral","physician":"医"}"#,
    ),
];

/// A dose at the gate with every item.
const AT_THE_GATE: &str = r#"{"reception":"x","dose":{"product":"mr",
    "scan":"(01)09520000000134(17)271231(10)A","date":"2026-11-24","lotNumber":"A",
    "expires":"2027-12-31","amountHundredthsMl":50,"site":"left-arm","route":"subcutaneous",
    "physician":"医","judgement":"possible","reason":"\n","temperature":36.8,
    "conditions":["convulsion"],"physicianShortened":false,"spatOut":false,"voluntary":false,
    "form":"f","paper":{"consentBy":"guardian","consentOn":"2026-11-24","birthOnForm":"2024-05-01"},
    "delay":{"reason":"disaster","ceased":"2026-01-01"},"effectsExplained":true}}"#;

/// Seeds that read, and name what is not there.
const NAMES_NOTHING: [&str; 6] =
    ["send", "receptions", "gate-checks", "/doses", "past-doses", "correction"];

/// Which seed, from where to where it is cut, what is put there.
type Mangle = (usize, [u16; 2], Vec<u8>);

fn mangled((seed, ends, put): &Mangle) -> (&'static str, Vec<u8>) {
    let (path, text) = SEEDS[*seed];
    let text = text.as_bytes();
    let from = usize::from(ends[0]) % text.len();
    let until = (from + usize::from(ends[1]) % 24).min(text.len());
    (path, [&text[..from], &put[..put.len().min(12)], &text[until..]].concat())
}

/// What one value of a seed is replaced by: every type, empty, huge, odd.
const VALUES: [&str; 16] = [
    "null",
    "true",
    "[]",
    "{}",
    "0",
    "-1.5e300",
    "\"\"",
    "\"\\u0000\"",
    "\"999000000024\"",
    "[{}]",
    "\"2026-02-30\"",
    "\"0000-00-00\"",
    "\"\\ud83d\\ude00\"",
    "[[[[[[]]]]]]",
    "\"１\"",
    "{\"999000000016\":\"999000000016\"}",
];

/// A seed with one value replaced.
fn replaced((seed, place, value): &(usize, u16, usize)) -> (&'static str, Vec<u8>) {
    let (path, text) = SEEDS[*seed];
    let mut tree: Value = serde_json::from_str(text).unwrap();
    let mut places = Vec::new();
    collect(&tree, String::new(), &mut places);
    let chosen = &places[usize::from(*place) % places.len()];
    *tree.pointer_mut(chosen).unwrap() = serde_json::from_str(VALUES[*value]).unwrap();
    (path, tree.to_string().into_bytes())
}

fn collect(tree: &Value, at: String, places: &mut Vec<String>) {
    match tree {
        Value::Array(items) => {
            (0..)
                .zip(items)
                .for_each(|(n, item): (u32, _)| collect(item, format!("{at}/{n}"), places));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, item)| collect(item, format!("{at}/{name}"), places));
        }
        _ => {}
    }
    places.push(at);
}

#[test]
fn no_bytes_make_the_intake_panic() {
    let book = Lawbook::embedded().unwrap();
    bolero::check!()
        .with_iterations(ROUNDS)
        .with_type::<Vec<u8>>()
        .for_each(|body| read_all(body, &book));
}

#[test]
fn no_mangled_body_makes_the_intake_panic() {
    let book = Lawbook::embedded().unwrap();
    let cuts = (0..SEEDS.len(), bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!()
        .with_iterations(ROUNDS)
        .with_generator(cuts)
        .for_each(|case| read_all(&mangled(case).1, &book));
}

#[test]
fn no_value_in_a_wrong_place_makes_the_intake_panic() {
    let book = Lawbook::embedded().unwrap();
    let cases = (0..SEEDS.len(), bolero::produce::<u16>(), 0..VALUES.len());
    bolero::check!()
        .with_iterations(ROUNDS)
        .with_generator(cases)
        .for_each(|case| read_all(&replaced(case).1, &book));
}

fn known(book: &Lawbook) -> immunization::Known<'_> {
    let today = jiff::civil::date(2026, 11, 24);
    immunization::Known { schedule: &book.immunization, numbers: &book.numbers, today }
}

fn read_all(body: &[u8], book: &Lawbook) {
    let tree = match intake::read(body) {
        Ok(tree) => tree,
        Err(finding) => return harmless(&[finding]),
    };
    if let Ok(records) = subsidy::parse(&tree, MUNICIPALITY, &book.numbers) {
        let records: Vec<_> = records.collect();
        subsidy::superseded(&records).into_iter().for_each(|(_, finding)| harmless(&[finding]));
        records.into_iter().for_each(|one| judged(one.map(|good| good.warnings)));
    }
    if let Ok(records) = checkup::parse(&tree) {
        let records: Vec<_> = records.collect();
        checkup::superseded(&records).into_iter().for_each(|(_, finding)| harmless(&[finding]));
        records.into_iter().for_each(|one| judged(one.map(|good| good.warnings)));
    }
    if let Ok(records) = relation::parse(&tree) {
        let records: Vec<_> = records.collect();
        relation::superseded(&records).into_iter().for_each(|(_, finding)| harmless(&[finding]));
        records.into_iter().for_each(|one| judged(one.map(|good| good.warnings)));
    }
    if let Ok(records) = immunization::parse(&tree, known(book)) {
        let records: Vec<_> = records.collect();
        immunization::superseded(&records).into_iter().for_each(|(_, one)| harmless(&[one]));
        records.into_iter().for_each(|one| judged(one.map(|good| good.warnings)));
    }
    match schemes::parse(&tree, &book.numbers) {
        Ok(master) => {
            let written = schemes::write(&master);
            let again = schemes::parse(&intake::read(&written).unwrap(), &book.numbers);
            assert_eq!(again, Ok(master), "what is kept reads again");
        }
        Err(findings) => harmless(&findings),
    }
    if let Err(finding) = eligibility::parse(&tree) {
        harmless(&[finding]);
    }
    for findings in [
        dose::parse_record(&tree).err(),
        reception::parse(&tree).err(),
        reception::again(&tree).err(),
        mending::correction(&tree).err(),
        mending::cancellation(&tree).err(),
        immunization::told(&tree, known(book)).err(),
    ] {
        harmless(&findings.unwrap_or_default());
    }
    if let Err(finding) = notices::filter(&tree) {
        harmless(&[finding]);
    }
    if let Err(finding) = notices::token(&tree) {
        harmless(&[finding]);
    }
}

/// Taken with warnings, or refused with a reason.
fn judged(record: Result<Vec<Finding>, Vec<Finding>>) {
    match record {
        Ok(warnings) => {
            assert!(warnings.iter().all(|finding| finding.severity != Severity::Stop));
            harmless(&warnings);
        }
        Err(findings) => {
            assert!(refused(&findings), "{findings:?}");
            harmless(&findings);
        }
    }
}

/// A finding says what to do, and no 個人番号.
fn harmless(findings: &[Finding]) {
    for finding in findings {
        assert!(!finding.ja.is_empty() && !finding.en.is_empty(), "{finding:?}");
        let text = format!("{finding:?}");
        assert!(NUMBERS.iter().all(|number| !text.contains(number)), "{text}");
    }
}

/// The whole way: router, store, background.
struct Whole {
    test: TestHub,
    app: axum::Router,
    city: String,
    clinic: String,
}

impl Whole {
    async fn new() -> Self {
        let test = TestHub::new().await;
        let app = web::router(Arc::clone(&test.hub), None);
        let token = async |client, terminal| {
            hub::issue_token(&test.hub, &test.assertion(client, client), terminal).await
        };
        let city = token("city", None).await.unwrap().token;
        let clinic = token("clinic", Some(TERMINAL)).await.unwrap().token;
        Self { app, city, clinic, test }
    }

    async fn ask(&self, path: &str, body: Vec<u8>) -> (u16, String) {
        let method = if path.ends_with("schemes") { "PUT" } else { "POST" };
        let at_a_desk = ["eligibility", "receptions", "gate-checks", "doses", "correction"];
        let desk = at_a_desk.iter().any(|name| path.ends_with(name));
        let token = if desk { &self.clinic } else { &self.city };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> (u16, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn check(&self, path: &str, body: Vec<u8>) {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let (status, text) = self.ask(path, body).await;
        assert!([200, 202, 400, 404, 409, 413, 422].contains(&status), "{status} {path} {shown}");
        // The scheme master is given back as it was sent: its codes may look like anything.
        let given_back = path.ends_with("schemes") && status == 200;
        assert!(given_back || NUMBERS.iter().all(|number| !text.contains(number)), "{text}");
        if status == 202 {
            let accepted: Value = serde_json::from_str(&text).unwrap();
            self.finished(accepted["taskId"].as_str().unwrap(), &shown).await;
        }
    }

    /// Every record of a task has its result, and no result tells a 個人番号.
    async fn finished(&self, task: &str, shown: &str) {
        Worker::new(Arc::clone(&self.test.hub)).finish().await.unwrap();
        let request = Request::get(format!("/pmh/v1/tasks/{task}?all=true"))
            .header("authorization", format!("Bearer {}", self.city))
            .body(Body::empty());
        let (_, text) = self.send(request.unwrap()).await;
        assert!(NUMBERS.iter().all(|number| !text.contains(number)), "{text}");
        let task: Value = serde_json::from_str(&text).unwrap();
        let count = |name: &str| task["counts"][name].as_u64().unwrap();
        let results = task["results"].as_array().unwrap();
        assert_eq!(count("total"), count("done"), "{shown}");
        let sum = count("accepted") + count("refused") + count("held");
        assert_eq!((sum, results.len() as u64), (count("total"), count("total")), "{shown}");
        for result in results {
            let silent = result["findings"].as_array().unwrap().is_empty();
            assert!(!silent || result["result"] == "accepted", "{shown}");
        }
    }
}

/// bolero asks synchronously, and again and again.
struct Fixed {
    runtime: tokio::runtime::Runtime,
    whole: Whole,
}

impl Fixed {
    fn new() -> std::panic::AssertUnwindSafe<Self> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let whole = runtime.block_on(Whole::new());
        std::panic::AssertUnwindSafe(Self { runtime, whole })
    }
}

#[test]
fn whatever_a_mangled_request_is_it_gets_an_answer_and_every_record_a_result() {
    let fixed = Fixed::new();
    let cuts = (0..SEEDS.len(), bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!().with_iterations(REQUESTS).with_generator(cuts).for_each(|case| {
        let (path, body) = mangled(case);
        fixed.runtime.block_on(fixed.whole.check(path, body));
    });
}

#[test]
fn whatever_value_is_in_a_wrong_place_every_record_gets_a_result() {
    let fixed = Fixed::new();
    let cases = (0..SEEDS.len(), bolero::produce::<u16>(), 0..VALUES.len());
    bolero::check!().with_iterations(REQUESTS).with_generator(cases).for_each(|case| {
        let (path, body) = replaced(case);
        fixed.runtime.block_on(fixed.whole.check(path, body));
    });
}

#[test]
fn no_token_request_gets_more_than_a_refusal() {
    let fixed = Fixed::new();
    let seed = "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth\
                %3Aclient-assertion-type%3Ajwt-bearer&terminal=1&client_assertion=";
    let assertion = fixed.whole.test.assertion("city", "fuzz");
    let cuts = (bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!().with_iterations(REQUESTS * 5).with_generator(cuts).for_each(|(ends, put)| {
        let whole = format!("{seed}{assertion}").into_bytes();
        let from = usize::from(ends[0]) % (whole.len() - 1);
        let until = (from + 1 + usize::from(ends[1]) % 24).min(whole.len());
        let body = [&whole[..from], &put[..put.len().min(12)], &whole[until..]].concat();
        let request = Request::post("/pmh/v1/token").body(Body::from(body));
        let (status, text) = fixed.runtime.block_on(fixed.whole.send(request.unwrap()));
        // Cut elsewhere, the assertion may be whole: then it is good once.
        assert!([200, 400, 401, 422].contains(&status), "{status} {text}");
    });
}

#[test]
fn the_seeds_are_taken_unless_they_are_mangled() {
    let fixed = Fixed::new();
    for (path, body) in SEEDS {
        let asked = fixed.whole.ask(path, body.as_bytes().to_vec());
        let (status, text) = fixed.runtime.block_on(asked);
        match NAMES_NOTHING.iter().any(|name| path.ends_with(name)) {
            false => assert!(status < 300, "{path} {text}"),
            true => {
                let said: Value = serde_json::from_str(&text).unwrap();
                let code = said["code"].as_str().unwrap();
                let known = ["not-found", "nobody-found", "reception-over"];
                assert!(known.contains(&code), "{path} {text}");
            }
        }
    }
    let book = Lawbook::embedded().unwrap();
    let tree = |at: usize| intake::read(SEEDS[at].1.as_bytes()).unwrap();
    let first = subsidy::parse(&tree(0), MUNICIPALITY, &book.numbers).unwrap().next().unwrap();
    assert!(first.is_ok(), "{first:?}");
    assert!(checkup::parse(&tree(1)).unwrap().all(|record| record.is_ok()));
    assert!(relation::parse(&tree(2)).unwrap().all(|record| record.is_ok()));
    assert!(immunization::parse(&tree(5), known(&book)).unwrap().all(|record| record.is_ok()));
}
