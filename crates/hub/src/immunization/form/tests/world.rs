//! The family, and shorthand for what it does.

use std::sync::Arc;

use domain::access::{Basis, Caller, Purpose, Request, Role};
use domain::finding::Finding;
use domain::form::Sheet;
use domain::instant::Instant;
use domain::person::ResidentId;
use fhir::Kind as Record;
use fhir::profiles::questionnaire_response;
use serde_json::{Value, json};
use store::StoreError;
use store::record::New;

use super::super::*;
use crate::refusal::Refusal;
use crate::registration::{TaskKind, accept_registration};
use crate::testing::{INSTITUTION, MUNICIPALITY, TestHub};
use crate::work::Worker;

/// Made-up people: number, birth, sex, the due date if pregnant.
const PEOPLE: &[(u32, &str, &str, Option<&str>)] = &[
    (1, "1990-05-01", "2", None),
    (2, "2026-09-24", "1", None),
    // Attains 13 at the end of the day, today.
    (3, "2013-11-25", "2", None),
    (4, "2013-11-26", "2", None),
    (5, "1950-01-01", "1", None),
    (6, "1995-01-01", "2", Some("2027-01-20")),
    (7, "1991-05-01", "1", None),
    // Attains majority tomorrow; was 7 at the change to the second term of 日本脳炎.
    (8, "2008-11-26", "2", None),
    (9, "1950-01-02", "1", None),
];

pub(super) struct World {
    pub(super) test: TestHub,
}

pub(super) fn my_number(n: u32) -> String {
    let body = format!("999{n:08}");
    let digit = domain::number::check_digit(domain::number::Kind::Personal, &body).unwrap();
    format!("{body}{digit}")
}

pub(super) fn city() -> Caller {
    Caller {
        role: Role::MunicipalitySystem,
        organisation: MUNICIPALITY.into(),
        actor: "city".into(),
        terminal: String::new(),
        resident: None,
    }
}

fn person(n: u32, birth: &str, sex: &str) -> Value {
    let letter = char::from_u32(u32::from('あ') + n * 2).unwrap();
    json!({ "name": format!("試験{letter}"), "nameKana": format!("シケン{n}"),
        "address": format!("宮崎県都城市架空町{n}番地"), "dateOfBirth": birth, "sex": sex })
}

impl World {
    pub(super) async fn new() -> Self {
        let world = Self { test: TestHub::new().await };
        let people: Vec<Value> = PEOPLE.iter().map(|(n, birth, sex, due)| {
            let mut target = json!({
                "modificationSeg": "1", "myNumber": my_number(*n),
                "municipalityIdentityKey": format!("住民{n}"), "basicFiveInfo": person(*n, birth, sex),
                "livesHereSince": "2026-10-01", "doses": [],
            });
            if let Some(due) = due {
                target["dueDate"] = json!(due);
            }
            target
        }).collect();
        world.register(TaskKind::Immunization, &json!(people)).await;
        let left = json!([{ "modificationSeg": "2", "myNumber": my_number(9),
            "municipalityIdentityKey": "住民9", "removalDate": "2026-11-01" }]);
        world.register(TaskKind::Immunization, &left).await;
        let guards = |child: u32, guardian: u32| {
            json!({ "myNumber": my_number(child),
            "guardianMyNumber": my_number(guardian), "relation": "parent",
            "validFrom": "2026-10-01", "historyKey": format!("{child}-{guardian}"),
            "isDeleted": false })
        };
        let family = [guards(2, 1), guards(2, 7), guards(3, 1), guards(4, 1), guards(8, 1)];
        world.register(TaskKind::Relations, &json!(family)).await;
        world
    }

    pub(super) async fn register(&self, kind: TaskKind, records: &Value) {
        let body = records.to_string().into_bytes();
        let hub = &self.test.hub;
        let task = accept_registration(hub, &city(), kind, body, None).await.unwrap();
        Worker::new(Arc::clone(hub)).finish().await.unwrap();
        let done = crate::read_task(hub, &city(), &task.name, 0, 100).await.unwrap();
        assert_eq!(done.0.refused, 0, "{done:?}");
    }

    /// A dose given elsewhere comes to the record.
    pub(super) async fn dose(&self, n: u32, product: &str, on: &str) {
        let (_, birth, sex, _) = PEOPLE[usize::try_from(n).unwrap() - 1];
        let target = json!([{ "modificationSeg": "1", "myNumber": my_number(n),
            "municipalityIdentityKey": format!("住民{n}"), "basicFiveInfo": person(n, birth, sex),
            "doses": [{ "doseKey": on, "product": product, "date": on }] }]);
        self.register(TaskKind::Immunization, &target).await;
    }

    pub(super) async fn resident(&self, n: u32) -> ResidentId {
        let request = self.test.hub.request(&city(), Purpose::Registration, Basis::MunicipalTask);
        let number = domain::number::MyNumber::parse(&my_number(n)).unwrap();
        let key = self.test.hub.store().vault().key_of(&number);
        let found = self.test.hub.store().read(move |tx| {
            let find = domain::access::find(request.clone()).unwrap();
            Ok::<_, StoreError>(tx.find(&find, &key)?.unwrap().resident())
        });
        found.await.unwrap()
    }

    pub(super) async fn caller(&self, n: u32) -> Caller {
        Caller {
            role: Role::Resident,
            organisation: String::new(),
            actor: String::new(),
            terminal: String::new(),
            resident: Some(self.resident(n).await),
        }
    }

    /// What guardian `of` calls child `n`.
    pub(super) async fn handle(&self, of: u32, n: u32) -> String {
        let space = crate::resident::handle_space(self.resident(of).await);
        self.test.hub.pseudonym(&space, self.resident(n).await)
    }

    /// `me` alone, or `me>child`; then the form and its series.
    pub(super) async fn asked(&self, who: &str, form: &str, series: &str) -> (Caller, Asked) {
        let (me, child) = who.split_once('>').unwrap_or((who, ""));
        let me: u32 = me.parse().unwrap();
        let child = match child {
            "" => None,
            child => Some(self.handle(me, child.parse().unwrap()).await),
        };
        (self.caller(me).await, Asked { child, form: form.to_owned(), series: series.to_owned() })
    }

    pub(super) async fn open(
        &self,
        who: &str,
        form: &str,
        series: &str,
    ) -> Result<FormView, Refusal> {
        let (caller, asked) = self.asked(who, form, series).await;
        open_form(&self.test.hub, &caller, &asked).await
    }

    pub(super) async fn save(
        &self,
        who: &str,
        step: &str,
        written: &[(&str, &str)],
    ) -> Result<Saved, Refusal> {
        self.save_of(who, ("rota", "rota-1v"), step, written).await
    }

    pub(super) async fn save_of(
        &self,
        who: &str,
        (form, series): (&str, &str),
        step: &str,
        written: &[(&str, &str)],
    ) -> Result<Saved, Refusal> {
        let (caller, asked) = self.asked(who, form, series).await;
        let written = written.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned()));
        save_step(&self.test.hub, &caller, &asked, (step, written.collect())).await
    }

    /// Answers everything that is open with what worries nobody.
    pub(super) async fn fill(&self, who: &str, form: (&str, &str)) -> FormView {
        for _ in 0..6 {
            let view = self.open(who, form.0, form.1).await.unwrap();
            for step in &view.form.steps {
                let open: Vec<_> = step
                    .items
                    .iter()
                    .filter(|item| view.open.iter().any(|finding| finding.at == item.id))
                    .map(|item| (item.id.clone(), calm(item)))
                    .collect();
                let written: Vec<(&str, &str)> =
                    open.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
                if !written.is_empty() {
                    self.save_of(who, form, &step.id, &written).await.unwrap();
                }
            }
        }
        self.open(who, form.0, form.1).await.unwrap()
    }

    pub(super) async fn submit(
        &self,
        who: &str,
        form: (&str, &str),
        signature: Signature,
    ) -> Result<Saved, Refusal> {
        let (caller, asked) = self.asked(who, form.0, form.1).await;
        submit_form(&self.test.hub, &caller, &asked, signature).await
    }

    /// Fills in and hands in the form of 1's child 2.
    pub(super) async fn handed_in(&self) -> FormView {
        let view = self.fill("1>2", ROTA).await;
        let saved = self.submit("1>2", ROTA, agreed(&view)).await.unwrap();
        assert_eq!(saved.findings, []);
        saved.view
    }

    /// A clinic receives the sheet of child 2, as its deed does.
    pub(super) async fn receive(&self) {
        let desk = Caller {
            role: Role::Desk,
            organisation: INSTITUTION.into(),
            actor: "desk".into(),
            terminal: "受付1".into(),
            resident: None,
        };
        let request = self.test.hub.request(&desk, Purpose::Immunization, Basis::NameAndBirth);
        self.sheets(2, request, |sheet, at| sheet.receive(INSTITUTION, at).unwrap()).await;
    }

    /// Rewrites every sheet of `n`.
    pub(super) async fn sheets(
        &self,
        n: u32,
        request: Request,
        change: fn(&Sheet, Instant) -> Sheet,
    ) {
        let number = domain::number::MyNumber::parse(&my_number(n)).unwrap();
        let key = self.test.hub.store().vault().key_of(&number);
        let (city, book) = (
            self.test.hub.request(&city(), Purpose::Registration, Basis::MunicipalTask),
            Arc::clone(&self.test.hub.book),
        );
        let done = self.test.hub.store().write(move |tx| {
            let find = domain::access::find(city.clone()).unwrap();
            let found = tx.find(&find, &key)?.unwrap();
            let access = tx.decide(&found, &request)?.unwrap();
            let mut room = tx.enter(access)?;
            for kept in forms_of(&mut room, &book.forms)? {
                let form = book.forms.find(&kept.sheet.form, kept.sheet.version).unwrap();
                let sheet = change(&kept.sheet, request.at);
                let new = New {
                    kind: Record::PreVisitForm,
                    key: &kept.key,
                    item: &kept.item,
                    hidden: false,
                    custodian: MUNICIPALITY,
                    author: "desk",
                    at: request.at,
                };
                room.put(&new, |item| {
                    questionnaire_response::write(&sheet, form, item, "Patient/x")
                })?;
            }
            Ok::<_, StoreError>(())
        });
        done.await.unwrap();
    }

    /// Keys and states of the sheets of `n` that count, as a clinic reads them.
    pub(super) async fn kept(&self, n: u32) -> Vec<String> {
        let request = self.test.hub.request(&city(), Purpose::Registration, Basis::MunicipalTask);
        let number = domain::number::MyNumber::parse(&my_number(n)).unwrap();
        let key = self.test.hub.store().vault().key_of(&number);
        let book = Arc::clone(&self.test.hub.book);
        let kept = self.test.hub.store().read(move |tx| {
            let find = domain::access::find(request.clone()).unwrap();
            let found = tx.find(&find, &key)?.unwrap();
            let access = tx.decide(&found, &request)?.unwrap();
            forms_of(&mut tx.enter(access)?, &book.forms)
        });
        let kept: Vec<KeptForm> = kept.await.unwrap();
        kept.iter().map(|kept| format!("{} {:?}", kept.key, kept.sheet.state())).collect()
    }
}

pub(super) const ROTA: (&str, &str) = ("rota", "rota-1v");

/// An answer that warns of nothing.
fn calm(item: &domain::form::Item) -> String {
    use domain::form::{Kind, Test, Value};
    let warned = |value: Value| item.warns.iter().any(|warn| warn.test == Test::Is(value.clone()));
    match &item.kind {
        Kind::YesNo => if warned(Value::YesNo(false)) { "yes" } else { "no" }.to_owned(),
        Kind::Choice(choices) => choices
            .iter()
            .find(|choice| !warned(Value::Code(choice.code.clone())))
            .unwrap()
            .code
            .clone(),
        Kind::Date { .. } => "2026-11-24".to_owned(),
        Kind::Number { least, .. } => least.to_string(),
        Kind::Decimal { .. } => "36.5".to_owned(),
        _ => "架空".to_owned(),
    }
}

pub(super) fn agreed(view: &FormView) -> Signature {
    let (edition, name) = (view.edition.clone(), view.signer.clone());
    Signature { edition, explained: true, agrees: Some(true), name }
}

/// The codes of findings with their places.
pub(super) fn told(findings: &[Finding]) -> String {
    let told = findings.iter().map(|finding| format!("{}@{}", finding.code, finding.at));
    told.collect::<Vec<_>>().join(" ")
}

pub(super) fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code, |_| "ok")
}

impl World {
    pub(super) async fn bodies(&self, n: u32, request: Request) -> String {
        let number = domain::number::MyNumber::parse(&my_number(n)).unwrap();
        let key = self.test.hub.store().vault().key_of(&number);
        let rows = self.test.hub.store().read(move |tx| {
            let find = domain::access::find(request.clone()).unwrap();
            let found = tx.find(&find, &key)?.unwrap();
            let access = tx.decide(&found, &request)?.unwrap();
            tx.enter(access)?.read(Record::PreVisitForm)
        });
        let rows: Result<_, StoreError> = rows.await;
        rows.unwrap().iter().map(|row| String::from_utf8_lossy(&row.body).into_owned()).collect()
    }
}
