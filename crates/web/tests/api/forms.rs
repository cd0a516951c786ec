//! 予診票 over HTTP, as a phone without JavaScript fills it in.

use axum::body::Body;
use axum::http::Request;
use domain::access::{self, Basis, Caller, Purpose, Role};
use fhir::Kind;
use fhir::profiles::questionnaire_response as response;
use serde_json::{Value, json};

use store::StoreError;
use store::record::New;

use crate::harness::{Answer, Api, IMMUNIZATION, RELATIONS, five, my_number};

/// Everybody with a card of their own: number, birth, sex, the due date if pregnant.
const PEOPLE: &[(u32, &str, &str, Option<&str>)] = &[
    (1, "1990-05-01", "2", None),
    (2, "2026-09-24", "1", None),
    (3, "2013-11-25", "2", None),
    (4, "2013-11-26", "2", None),
    (5, "1950-01-01", "1", None),
    (6, "1995-01-01", "2", Some("2027-01-20")),
    (7, "1991-05-01", "1", None),
];

pub(crate) struct World {
    pub(crate) api: Api,
}

fn described(n: u32, birth: &str, sex: &str) -> Value {
    let mut five = five(n);
    five["dateOfBirth"] = json!(birth);
    five["sex"] = json!(sex);
    if n == 2 {
        five["name"] = json!("<i>試験&\"");
    }
    five
}

fn target(&(n, birth, sex, due): &(u32, &str, &str, Option<&str>)) -> Value {
    let mut target = json!({ "modificationSeg": "1", "myNumber": my_number(n),
        "municipalityIdentityKey": format!("住民{n}"),
        "basicFiveInfo": described(n, birth, sex) });
    if let Some(due) = due {
        target["dueDate"] = json!(due);
    }
    target
}

impl World {
    pub(crate) async fn new() -> Self {
        let api = Api::new().await;
        let people: Vec<Value> = PEOPLE.iter().map(target).collect();
        assert_eq!(api.outcomes(IMMUNIZATION, &json!(people)).await, vec!["accepted"; 7]);
        let guards = |child: u32| {
            json!({ "myNumber": my_number(child), "guardianMyNumber": my_number(1),
                "relation": "parent", "validFrom": "2026-10-01", "historyKey": child.to_string(),
                "isDeleted": false })
        };
        let family = json!([guards(2), guards(4)]);
        assert_eq!(api.outcomes(RELATIONS, &family).await, ["accepted"; 2]);
        for (n, birth, sex, _) in PEOPLE {
            api.give_card(&n.to_string(), &described(*n, birth, sex)).await;
        }
        Self { api }
    }

    /// The desk receives every form of a person, as the clinic's deed does.
    async fn receive(&self, n: u32) {
        let request = access::Request {
            caller: Caller {
                role: Role::Desk,
                organisation: hub::testing::INSTITUTION.into(),
                actor: "desk".into(),
                terminal: hub::testing::TERMINAL.into(),
                resident: None,
            },
            purpose: Purpose::Immunization,
            basis: Basis::NameAndBirth,
            at: self.api.test.hub.now(),
        };
        let number = domain::number::MyNumber::parse(&my_number(n)).unwrap();
        let key = self.api.test.hub.store().vault().key_of(&number);
        let forms = self.api.test.hub.book().forms.clone();
        let done = self.api.test.hub.store().write(move |tx| {
            let find = access::find(request.clone()).unwrap();
            let found = tx.find(&find, &key)?.unwrap();
            let access = tx.decide(&found, &request)?.unwrap();
            let mut room = tx.enter(access)?;
            for row in room.read(Kind::PreVisitForm)? {
                let sheet = response::read(&row.body).unwrap();
                let sheet = sheet.receive(hub::testing::INSTITUTION, request.at).unwrap();
                let form = forms.find(&sheet.form, sheet.version).unwrap();
                let new = New {
                    kind: Kind::PreVisitForm,
                    key: &row.key,
                    item: &row.item,
                    hidden: false,
                    custodian: &row.custodian,
                    author: "desk",
                    at: request.at,
                };
                room.put(&new, |item| response::write(&sheet, form, item, "Patient/x"))?;
            }
            Ok::<_, StoreError>(())
        });
        done.await.unwrap();
    }

    pub(crate) async fn phone(&self, n: u32) -> Phone<'_> {
        Phone { api: &self.api, cookie: self.api.sign_in(&n.to_string()).await }
    }
}

/// Somebody signed in, and what they have on the screen.
pub(crate) struct Phone<'w> {
    api: &'w Api,
    cookie: String,
}

impl Phone<'_> {
    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("cookie", format!("pmh_session={}", self.cookie));
        self.api.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = between(&self.text("/resident/forms").await, "name=\"csrf\" value=\"", "\"");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let body = serde_urlencoded::to_string(all).unwrap();
        let request = Request::post(path)
            .header("cookie", format!("pmh_session={}", self.cookie))
            .header("content-type", "application/x-www-form-urlencoded");
        self.api.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The handle of the guardian's child number `at`.
    pub(crate) async fn child(&self, born: &str) -> String {
        let session = hub::open_session(&self.api.test.hub, &self.cookie).await.unwrap();
        let caller = hub::caller_of_session(&self.api.test.hub, &session);
        let page = hub::own_page(&self.api.test.hub, &caller, None).await.unwrap();
        let birth = domain::person::Birth::parse(born).unwrap();
        page.children.into_iter().find(|child| child.birth == birth).unwrap().handle
    }

    /// Fills in every step as a person would, and hands in; gives the address of the last page.
    pub(crate) async fn fill_in(&self, form: &str, query: &str) -> String {
        let mut at = format!("/resident/forms/{form}/person{query}");
        let mut pages = 0;
        while !at.contains("/check") {
            pages += 1;
            assert!(pages < 30, "{at}");
            let page = self.text(&at).await;
            let written = answers(&page);
            let fields: Vec<(&str, &str)> =
                written.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = self.post(&at, &fields).await;
            assert_eq!(answer.status, 303, "{at}: {}", errors(&answer.text()));
            answer.headers["location"].to_str().unwrap().clone_into(&mut at);
        }
        self.hand_in(&at).await
    }

    /// Consents to the answers as they stand on the page that shows them all.
    pub(crate) async fn hand_in(&self, check: &str) -> String {
        let page = self.text(check).await;
        let rest = page.split("href=\"").find(|rest| rest.contains("/consent")).unwrap();
        let consent = rest.split('"').next().unwrap().replace("&amp;", "&");
        let page = self.text(&consent).await;
        let edition = between(&page, "name=\"edition\" value=\"", "\"");
        let name = between(&page, "name=\"name\" value=\"", "\"").replace("&lt;", "<");
        let fields =
            [("edition", &*edition), ("explained", "yes"), ("agrees", "yes"), ("name", &name)];
        let answer = self.post(&consent, &fields).await;
        assert_eq!(answer.status, 303, "{}", errors(&answer.text()));
        answer.headers["location"].to_str().unwrap().to_owned()
    }
}

fn between(page: &str, before: &str, behind: &str) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before}: {page}"));
    rest.split(behind).next().unwrap().to_owned()
}

fn errors(page: &str) -> String {
    let all = page.split("class=\"field-error\"").skip(1);
    all.map(|rest| rest.split('<').next().unwrap_or_default()).collect()
}

/// What somebody without trouble writes into the fields of a page.
fn answers(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let form = between(page, "<form class=\"questions\"", "</form>");
    for question in form.split("<div class=\"question\"").skip(1) {
        if question.starts_with(" hidden") || !question.contains(" name=") {
            continue;
        }
        let name = between(question, " name=\"", "\"");
        let value = if question.contains("type=\"radio\"") {
            let checked = question.split("<input").find(|it| it.contains(" checked"));
            let calm = |name: &str| {
                ["q-guardian-informed", "q-doctor-agreed", "q-explained"].contains(&name)
            };
            let wanted = if calm(&name) { "value=\"yes\"" } else { "value=\"no\"" };
            let wanted = question.split("<input").find(|it| it.contains(wanted));
            let first = question.split("<input").nth(1);
            between(checked.or(wanted).or(first).unwrap(), "value=\"", "\"")
        } else if question.contains("type=\"date\"") {
            match between(question, " value=\"", "\"") {
                empty if empty.is_empty() => "2026-11-24".to_owned(),
                known => known,
            }
        } else if question.contains("inputmode=\"decimal\"") {
            "36.5".to_owned()
        } else if question.contains("inputmode=\"numeric\"") {
            match between(question, " value=\"", "\"") {
                empty if empty.is_empty() && name.contains("weight") => "3000".to_owned(),
                empty if empty.is_empty() && name.contains("gestation-w") => "31".to_owned(),
                empty if empty.is_empty() => "1".to_owned(),
                known => known,
            }
        } else {
            "架空の答え".to_owned()
        };
        found.push((name, value));
    }
    found
}

#[tokio::test]
async fn forms_are_filled_in_and_handed_in_on_a_phone() {
    let world = World::new().await;
    let guardian = world.phone(1).await;
    let infant = format!("?for={}", guardian.child("2026-09-24").await);
    let girl = format!("?for={}", guardian.child("2013-11-26").await);
    for (n, form, query, want) in [
        (1, "rota/rota-1v", infant.as_str(), "提出しました"),
        (1, "child/pcv", &format!("{infant}&lang=en"), "It is handed in"),
        (1, "hepb/hepb", &format!("{infant}&lang=easy"), "出しました"),
        (1, "hpv/hpv", &girl, "提出しました"),
        (3, "hpv-alone/hpv", "", "提出しました"),
        (5, "influenza/influenza-elderly", "", "提出しました"),
        (5, "covid19/covid19-elderly", "?lang=en", "It is handed in"),
        (6, "rsv/rsv-maternal", "?lang=easy", "出しました"),
    ] {
        let phone = world.phone(n).await;
        let done = phone.fill_in(form, query).await;
        let page = phone.text(&done).await;
        assert!(page.contains(want), "{form}: {page}");
        let list = phone.text(&format!("/resident/forms{query}")).await;
        let state = [("en", "Handed in"), ("easy", "出しました")];
        let state = state.iter().find(|(lang, _)| query.contains(&format!("lang={lang}")));
        assert!(list.contains(state.map_or("提出済み", |it| it.1)), "{form}");
    }
    let home = guardian.text(&format!("/resident/child/{}", &infant[5..])).await;
    assert!(home.contains("提出済み") && home.contains("未記入"), "the state stands at the series");
    assert!(
        home.contains("予診票を書く") && home.contains("/resident/forms/child/dpt-ipv-hib/person")
    );
}

#[tokio::test]
async fn who_may_fill_in_which_form() {
    let world = World::new().await;
    let handle = world.phone(1).await.child("2013-11-26").await;
    for (n, path, status, want) in [
        (3, "hpv-alone/hpv/person", 200, "手順 1/"),
        (4, "hpv-alone/hpv/person", 422, "form-not-due"),
        (4, "hpv/hpv/person", 422, "保護者の方が"),
        (1, &*format!("hpv/hpv/person?for={handle}"), 200, "手順 1/"),
        (7, &*format!("hpv/hpv/person?for={handle}"), 404, "見つかりません"),
        (1, "hpv/hpv/person?for=%22%3E%3Cscript%3E", 404, "見つかりません"),
        (1, "hpv/hpv/person?for=", 404, "見つかりません"),
        (6, "rsv/rsv-maternal/nothing", 404, "見つかりません"),
        (6, "rsv/rsv-maternal/physician", 404, "見つかりません"),
        (6, "rsv/%ff/person", 404, "見つかりません"),
        (7, "rsv/rsv-maternal/person", 422, "form-not-due"),
    ] {
        let answer = world.phone(n).await.get(&format!("/resident/forms/{path}")).await;
        assert_eq!(answer.status, status, "{n} {path}");
        assert!(answer.text().contains(want), "{n} {path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_wrong_answer_stands_at_its_question_and_the_others_are_kept() {
    let world = World::new().await;
    let phone = world.phone(5).await;
    let base = "/resident/forms/influenza/influenza-elderly";
    let long = "あ".repeat(10_000);
    for (lang, fields, want) in [
        ("ja", vec![("q-temperature", "99"), ("q-ill-today", "no")], "34.0から42.0まで"),
        ("en", vec![("q-temperature", "warm"), ("q-ill-today", "no")], "Write a number, as 36.5."),
        ("easy", vec![("q-ill-today", "no")], "まだ こたえて いません"),
        ("ja", vec![("q-ill-today", "yes"), ("q-ill-today.detail", &long)], "200文字まで"),
        ("en", vec![("q-ill-today.detail", "a\u{7}b")], "There is a character"),
        ("ja", vec![("q-judgement", "possible")], "医師が書く欄です"),
        ("ja", vec![("q-<b>", "x")], "このページにない質問"),
        ("ja", vec![("q-ill-today.detail", "<script>alert(1)</script>\u{1}")], "使えない文字"),
    ] {
        let path = format!("{base}/today?lang={lang}");
        let answer = phone.post(&path, &fields).await;
        let page = answer.text();
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(page.contains(want), "{want}: {page}");
        assert!(page.contains("aria-invalid=\"true\"") && page.contains("-error\""), "{want}");
        assert!(!page.contains("<script>") && !page.contains("<b>x"), "{want}");
    }
    let page = phone.text(&format!("{base}/today")).await;
    let kept = page.split("<input").find(|it| it.contains("q-ill-today\"") && it.contains("yes"));
    assert!(kept.unwrap().contains("checked"), "{page}");
    for go in ["back", "later"] {
        let answer = phone.post(&format!("{base}/today"), &[("go", go)]).await;
        assert_eq!(answer.status, 303, "what is open does not hold one back: {go}");
    }
    let flood = "x".repeat(300 * 1024);
    let answer = phone.post(&format!("{base}/today"), &[("q-ill-today.detail", &flood)]).await;
    assert_eq!(answer.status, 422);
    for step in ["check", "done", "print", "physician"] {
        let answer = phone.post(&format!("{base}/{step}"), &[("go", "next")]).await;
        assert_eq!(answer.status, 404, "{step}");
    }
}

#[tokio::test]
async fn a_question_that_hangs_on_an_answer_comes_with_it() {
    let world = World::new().await;
    let phone = world.phone(5).await;
    let path = "/resident/forms/influenza/influenza-elderly/today";
    let detail = |page: &str| {
        let rest =
            page.split("<div class=\"question\"").find(|it| it.contains("q-ill-today.detail"));
        rest.map(|rest| !rest.starts_with(" hidden"))
    };
    assert_eq!(detail(&phone.text(path).await), Some(false));
    let answer = phone.post(path, &[("q-ill-today", "yes"), ("go", "next")]).await;
    assert_eq!((answer.status.as_u16(), detail(&answer.text())), (422, Some(true)));
    let answer = phone.post(path, &[("q-ill-today", "no"), ("go", "back")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(detail(&phone.text(path).await), Some(false));
}

#[tokio::test]
async fn the_consent_is_to_the_answers_that_were_shown() {
    let world = World::new().await;
    let phone = world.phone(5).await;
    let base = "/resident/forms/influenza/influenza-elderly";
    let answer = phone.get(&format!("{base}/consent")).await;
    assert_eq!(answer.headers["location"], format!("{base}/check"), "nothing is answered");
    phone.fill_in("influenza/influenza-elderly", "").await;
    let changed = [("q-ill-today", "yes"), ("q-ill-today.detail", "せきと<熱>")];
    let answer = phone.post(&format!("{base}/today"), &changed).await;
    assert_eq!(answer.status, 303);
    assert_eq!(phone.get(&format!("{base}/done")).await.status, 303, "it is a draft again");
    let page = phone.text(&format!("{base}/check")).await;
    assert!(page.contains("せきと&lt;熱&gt;") && page.contains("当日、医師に相談してください"));
    assert!(page.contains("書きかけ") && !page.contains("不適当"), "no refusal is told");
    let edition = between(&page, "consent?edition=", "\"");
    let right =
        vec![("explained", "yes"), ("agrees", "yes"), ("name", "架空"), ("edition", &edition)];
    let without =
        |name: &str| right.iter().filter(|(known, _)| *known != name).copied().collect::<Vec<_>>();
    for (fields, want) in [
        (without("explained"), "印を付けてください"),
        (without("agrees"), "同意するか、しないか"),
        (without("name"), "氏名を100文字まで"),
        (without("edition"), "答えを確かめる"),
    ] {
        let answer = phone.post(&format!("{base}/consent"), &fields).await;
        assert_eq!(answer.status, 422, "{want}");
        assert!(answer.text().contains(want), "{want}: {}", answer.text());
    }
    for _ in 0..2 {
        let answer = phone.post(&format!("{base}/consent"), &right).await;
        assert_eq!(answer.headers["location"], format!("{base}/done"), "also sent twice");
    }
    let answer = phone.post(&format!("{base}/withdraw"), &[("reason", "")]).await;
    assert_eq!(answer.status, 422);
    let answer = phone.post(&format!("{base}/withdraw"), &[("reason", "別の日に受ける")]).await;
    assert_eq!(answer.status, 303);
    assert!(phone.text("/resident/forms").await.contains("予診票を書く"));
}

#[tokio::test]
async fn a_received_form_can_be_read_and_no_longer_changed() {
    let world = World::new().await;
    let phone = world.phone(5).await;
    phone.fill_in("influenza/influenza-elderly", "").await;
    world.receive(5).await;
    let base = "/resident/forms/influenza/influenza-elderly";
    assert!(phone.text("/resident/forms").await.contains("受付済み"));
    for step in ["person", "today", "check", "consent", "done", "withdraw"] {
        let page = phone.text(&format!("{base}/{step}")).await;
        assert!(page.contains("医療機関が受け付けました"), "{step}: {page}");
        assert!(
            page.contains("窓口か医師に伝えてください") && page.contains("架空の答え"),
            "{step}"
        );
        assert!(!page.contains("name=\"q-") && !page.contains(">直す"), "{step}");
    }
    for (step, fields) in [
        ("today", vec![("q-ill-today", "yes")]),
        ("consent", vec![("explained", "yes"), ("agrees", "no"), ("name", "架空")]),
        ("withdraw", vec![("reason", "やめる")]),
    ] {
        let answer = phone.post(&format!("{base}/{step}"), &fields).await;
        assert_eq!(answer.status, 422, "{step}");
        assert!(answer.text().contains("受付済みのため変えられません"), "{step}");
    }
}

#[tokio::test]
async fn every_page_has_three_languages_and_paper_has_room_for_everything() {
    let world = World::new().await;
    let guardian = world.phone(1).await;
    let handle = guardian.child("2026-09-24").await;
    for (lang, list, question, paper) in [
        ("ja", "予診票を書く", "接種を受ける人の氏名", "ロット番号"),
        ("en", "Fill in the form", "Name of the person to be vaccinated", "Lot"),
        ("easy", "紙を 書く", "注射を うける人の 名前", "ロット番号"),
        ("xx", "予診票を書く", "接種を受ける人の氏名", "ロット番号"),
    ] {
        let query = format!("?for={handle}&lang={lang}");
        let page = guardian.text(&format!("/resident/forms{query}")).await;
        assert!(page.contains(list), "{lang}: {page}");
        assert!(page.contains("&lt;i&gt;試験&amp;") && !page.contains("<i>"), "{lang}");
        let form = "/resident/forms/rota/rota-1v";
        let page = guardian.text(&format!("{form}/person{query}")).await;
        assert!(page.contains(question), "{lang}: {page}");
        let html = if lang == "en" { "<html lang=\"en\">" } else { "<html lang=\"ja\">" };
        assert!(page.contains(html), "{lang}");
        for blank in ["", "&blank=yes"] {
            let page = guardian.text(&format!("{form}/print{query}{blank}")).await;
            assert!(page.contains(paper) && page.contains("☐"), "{lang}: {page}");
            assert_eq!(page.contains("&lt;i&gt;試験"), blank.is_empty(), "{lang} {blank}");
            assert_eq!(page.contains('☑'), blank.is_empty(), "{lang}: the sex is known");
        }
    }
}
