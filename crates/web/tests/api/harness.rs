//! The real router over a small hub, asked in-process; what arrives is read back as a client would.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::person::{Birth, FiveAttributes, Sex};
use http_body_util::BodyExt as _;
use hub::import::{CardRow, Insured, RowResult, import_cards, import_insured};
use hub::testing::{MUNICIPALITY, TERMINAL, TestHub};
use hub::{ChallengeView, Worker};
use reader::card::{Holder, SoftCard};
use reader::client::{ClientAlgorithm, ClientKey};
use serde_json::{Value, json};
use store::StoreError;
use store::catalogue::{Client, Institution};
use tower::ServiceExt as _;

use crate::desk::Desk;
use crate::schema;

/// The other municipality of the test hub.
pub(crate) const FAR: &str = "022080";
/// An institution that has not switched 医療費助成情報 on.
pub(crate) const OTHER_INSTITUTION: &str = "4510210026";

pub(crate) const SUBSIDY: &str = "/pmh/v1/medical-subsidy/registration-tasks";
pub(crate) const CHECKUP: &str = "/pmh/v1/municipal-checkup/registration-tasks";
pub(crate) const IMMUNIZATION: &str = "/pmh/v1/immunization/registration-tasks";
pub(crate) const RELATIONS: &str = "/pmh/v1/relations/registration-tasks";
pub(crate) const SCHEMES: &str = "/pmh/v1/schemes";
pub(crate) const ELIGIBILITY: &str = "/pmh/v1/eligibility";
const ASSERTION_TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

/// A hub, its router, and two more clients.
pub(crate) struct Api {
    pub(crate) test: TestHub,
    pub(crate) app: Router,
    desk: Arc<Desk>,
    others: [(&'static str, ClientKey); 2],
    jti: AtomicU32,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Status and code of a problem, status alone of everything else.
    pub(crate) fn outcome(&self) -> String {
        let code = serde_json::from_slice::<Value>(&self.body)
            .ok()
            .and_then(|body| Some(body.get("code")?.as_str()?.to_owned()));
        match code {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

impl Api {
    pub(crate) async fn new() -> Self {
        let test = TestHub::new().await;
        let key = || ClientKey::generate(ClientAlgorithm::Es384).unwrap();
        let others = [("far-city", key()), ("other-clinic", key())];
        let desk = Arc::new(Desk(Mutex::default()));
        let app = web::router(Arc::clone(&test.hub), Some(Arc::clone(&desk) as _));
        let api = Self { test, app, desk, others, jti: AtomicU32::new(0) };
        api.add_clients().await;
        api
    }

    async fn add_clients(&self) {
        let jwks: Vec<String> = self.others.iter().map(|(_, key)| key.jwks().to_string()).collect();
        let kept = self.test.hub.store().write(move |tx| {
            tx.put_institution(&Institution {
                code: OTHER_INSTITUTION.into(),
                name: "使わない医院".into(),
                kind: "医科".into(),
                municipality: MUNICIPALITY.into(),
                tasks: String::new(),
                uses_subsidy: false,
            })?;
            for (at, (client, kind, organisation)) in
                [("far-city", 1, FAR), ("other-clinic", 2, OTHER_INSTITUTION)].iter().enumerate()
            {
                let (client, organisation) = ((*client).into(), (*organisation).into());
                tx.put_client(&Client {
                    client,
                    kind: *kind,
                    organisation,
                    jwks: jwks[at].clone(),
                })?;
            }
            Ok::<(), StoreError>(())
        });
        kept.await.unwrap();
    }

    pub(crate) fn assertion(&self, client: &str) -> String {
        let jti = format!("jti-{}", self.jti.fetch_add(1, Ordering::Relaxed));
        let hub = &self.test.hub;
        match self.others.iter().find(|(name, _)| *name == client) {
            None => self.test.assertion(client, &jti),
            Some((name, key)) => {
                let audience = format!("{}/pmh/v1/token", hub.origin());
                key.assertion(name, &audience, &jti, hub.now()).unwrap()
            }
        }
    }

    pub(crate) fn token_form(&self, client: &str, terminal: Option<&str>) -> String {
        let terminal = terminal.map(|name| format!("&terminal={name}")).unwrap_or_default();
        format!(
            "grant_type=client_credentials&client_assertion_type={ASSERTION_TYPE}\
             &client_assertion={}{terminal}",
            self.assertion(client)
        )
    }

    /// An access token; of institutions bound to the terminal.
    pub(crate) async fn token(&self, client: &str) -> String {
        let terminal = client.ends_with("clinic").then_some(TERMINAL);
        self.token_at(client, terminal).await
    }

    pub(crate) async fn token_at(&self, client: &str, terminal: Option<&str>) -> String {
        let form = self.token_form(client, terminal);
        let request = Request::post("/pmh/v1/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form));
        let answer = self.send(request.unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let answer = Answer { status, headers, body };
        schema::hold(&method, &path, &answer);
        answer
    }

    /// Asks with a bearer token.
    pub(crate) async fn ask(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(body.into());
        self.send(request.unwrap()).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, "GET", path, Body::empty()).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.ask(token, "POST", path, body.to_string()).await
    }

    /// Lets the background do everything that waits.
    pub(crate) async fn work(&self) {
        Worker::new(Arc::clone(&self.test.hub)).finish().await.unwrap();
    }

    /// Registers records as `client`; gives the finished task with every result.
    pub(crate) async fn register(&self, client: &str, path: &str, records: &Value) -> Value {
        let token = self.token(client).await;
        let answer = self.post(&token, path, records).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        self.work().await;
        let task = answer.json()["taskId"].as_str().unwrap().to_owned();
        self.get(&token, &format!("/pmh/v1/tasks/{task}?all=true")).await.json()
    }

    /// `accepted`, or `refused code at`, of each record, warnings behind a plus sign.
    pub(crate) async fn outcomes(&self, path: &str, records: &Value) -> Vec<String> {
        let task = self.register("city", path, records).await;
        task["results"].as_array().unwrap().iter().map(outcome).collect()
    }

    /// Insures a person under a 番号.
    pub(crate) async fn insure(&self, number: &str, five: &Value) {
        assert_eq!(self.try_insure(number, five).await, RowResult::Taken);
    }

    pub(crate) async fn try_insure(&self, number: &str, five: &Value) -> RowResult {
        let insurance = domain::insurance::Insurance {
            insurer: "06130017".into(),
            insurer_name: "試験組合".into(),
            symbol: "１２".into(),
            number: number.into(),
            branch: "01".into(),
            valid_from: jiff::civil::date(2020, 4, 1),
            valid_to: None,
            share_percent: 30,
        };
        let owner = MUNICIPALITY.to_owned();
        let row = Insured { five: attributes(five), insurance, owner };
        let mut done = import_insured(&self.test.hub, vec![row], |_| {}).await.unwrap();
        done.remove(0)
    }

    /// Binds a new card to a person; the demo desk knows it under `label`.
    pub(crate) async fn give_card(&self, label: &str, five: &Value) {
        let card = self.test.card(Holder::default());
        let (generation, serial) = (card.generation().to_owned(), card.serial().to_owned());
        let owner = MUNICIPALITY.to_owned();
        let row = CardRow { generation, serial, five: attributes(five), owner };
        let done = import_cards(&self.test.hub, vec![row], |_| {}).await.unwrap();
        assert_eq!(done, [RowResult::Taken]);
        self.keep_card(label, card);
    }

    pub(crate) fn keep_card(&self, label: &str, card: SoftCard) {
        self.desk.0.lock().unwrap().insert(label.to_owned(), card);
    }

    pub(crate) fn card(&self, label: &str) -> SoftCard {
        self.desk.0.lock().unwrap().get(label).unwrap().clone()
    }

    /// Answers a challenge with a card, and asks for eligibility with the answer.
    pub(crate) async fn tap(
        &self,
        token: &str,
        card: &mut SoftCard,
        view: &ChallengeView,
        agreed: bool,
    ) -> Answer {
        let wire = self.test.answer(card, view);
        let asked = json!({
            "card": {
                "challenge": view.challenge,
                "certificate": STANDARD.encode(&wire.certificate_der),
                "signature": STANDARD.encode(&wire.signature)
            },
            "consent": { "certificates": agreed }
        });
        self.post(token, ELIGIBILITY, &asked).await
    }

    /// Signs a resident in with their card; gives the session.
    pub(crate) async fn sign_in(&self, label: &str) -> String {
        let view = hub::resident_challenge(&self.test.hub);
        let mut card = self.card(label);
        let answer = self.test.answer(&mut card, &view);
        hub::sign_in_resident(&self.test.hub, &view.challenge, answer).await.unwrap()
    }

    pub(crate) async fn staff(&self, staff: &str) -> String {
        let terminal = if staff == "desk" { TERMINAL } else { "" };
        hub::staff_session(&self.test.hub, staff, terminal).await.unwrap()
    }

    /// Eligibility by numbers, as the clinic asks.
    pub(crate) async fn eligibility(&self, client: &str, number: &str, agreed: bool) -> Value {
        let token = self.token(client).await;
        let answer = self.post(&token, ELIGIBILITY, &by_numbers(number, agreed)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

fn outcome(row: &Value) -> String {
    let findings = row["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let said = findings.map(|finding| match &finding["severity"] == "stop" {
        true => format!(" {} {}", text(finding, "code"), text(finding, "at")),
        false => format!(" +{}", text(finding, "code")),
    });
    format!("{}{}", row["result"].as_str().unwrap(), said.collect::<String>())
}

pub(crate) fn by_numbers(number: &str, agreed: bool) -> Value {
    json!({
        "insured":
            { "insurerNumber": "06130017", "symbol": "１２", "number": number, "branch": "01" },
        "consent": { "certificates": agreed }
    })
}

fn attributes(five: &Value) -> FiveAttributes {
    let text = |name: &str| five[name].as_str().unwrap().to_owned();
    FiveAttributes {
        name: text("name"),
        kana: text("nameKana"),
        address: text("address"),
        birth: Birth::parse(&text("dateOfBirth")).unwrap(),
        sex: Sex::from_code(&text("sex")).unwrap(),
    }
}

/// 個人番号 of made-up person `n`, its check digit right.
pub(crate) fn my_number(n: u32) -> String {
    let body = format!("999{n:08}");
    let digit = domain::number::check_digit(domain::number::Kind::Personal, &body).unwrap();
    format!("{body}{digit}")
}

/// 基本5情報 of made-up person `n`; no two are near.
pub(crate) fn five(n: u32) -> Value {
    let kanji: Vec<char> = "山川田森林石松竹梅桜".chars().collect();
    let kana: Vec<char> = "アキシタニヒミラリワ".chars().collect();
    let digits: Vec<usize> =
        format!("{n:05}").bytes().map(|digit| usize::from(digit - b'0')).collect();
    let write = |from: &[char]| digits.iter().map(|at| from[*at]).collect::<String>();
    let (year, month, day) = (1950 + n % 60, 1 + n % 12, 1 + n % 28);
    json!({
        "name": format!("{}子", write(&kanji)), "nameKana": format!("{}コ", write(&kana)),
        "address": format!("宮崎県都城市試験町{n}番地"),
        "dateOfBirth": format!("{year}-{month:02}-{day:02}"), "sex": "2"
    })
}

/// A certificate of person `n` with nothing wrong; `changes` are merged over it, `null` takes out.
pub(crate) fn certificate(n: u32, changes: &Value) -> Value {
    let mut record = json!({
        "orgSpecificCertificateTypeId": "HITORI",
        "myNumber": my_number(n),
        "basicFiveInfo": five(n),
        "isNotDisclosed": false,
        "medicalSubsidyInsurerNumber": "81136244",
        "certificationName": "ひとり親家庭等医療費受給資格証",
        "medicalSubsidyRecipientNumber": "0000018",
        "isAlwaysReimbursement": "0",
        "validFrom": "2026-04-01",
        "validTo": "2027-03-31",
        "historyKey": "H1",
        "isDeleted": false,
        "certificationDetail": []
    });
    merge(&mut record, changes);
    record
}

pub(crate) fn merge(into: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(name);
        } else if value.is_object() && into[name].is_object() {
            merge(&mut into[name], value);
        } else {
            into[name] = value.clone();
        }
    }
}
