//! Held registrations: what waits is not lost, and the officer's word puts it into force.

use domain::access::{Caller, Role};
use hub::testing::MUNICIPALITY;
use serde_json::{Value, json};

use crate::harness::{Api, CHECKUP, FAR, SCHEMES, SUBSIDY, certificate, five, my_number};

pub(crate) fn officer() -> Caller {
    Caller {
        role: Role::Officer,
        organisation: MUNICIPALITY.into(),
        actor: "officer".into(),
        terminal: String::new(),
        resident: None,
    }
}

/// Person 1 with another birthday and address: too different to be an ordinary change.
fn changed(changes: &Value) -> Value {
    let mut record = certificate(
        1,
        &json!({ "basicFiveInfo":
            { "name": "別人太郎", "nameKana": "ベツジンタロウ", "dateOfBirth": "1970-01-02" } }),
    );
    crate::harness::merge(&mut record, changes);
    record
}

async fn send(api: &Api, record: Value) -> String {
    api.outcomes(SUBSIDY, &json!([record])).await.remove(0)
}

/// The recipient numbers that a clinic sees of person 1.
async fn seen(api: &Api) -> String {
    let shown = api.eligibility("clinic", "1", true).await;
    let list = shown["certificates"].as_array().unwrap().clone();
    let mut numbers: Vec<&str> =
        list.iter().map(|one| one["medicalSubsidyRecipientNumber"].as_str().unwrap()).collect();
    numbers.sort_unstable();
    numbers.join(" ")
}

/// Decides every case that waits; says how many there were.
async fn decide_all(api: &Api, same: bool) -> usize {
    let cases = hub::list_held(&api.test.hub, &officer()).await.unwrap();
    for case in &cases {
        hub::decide_held(&api.test.hub, &officer(), &case.id, same).await.unwrap();
    }
    cases.len()
}

#[tokio::test]
async fn a_confirmed_update_is_in_force_as_it_arrived_last() {
    let number = |number: &str| json!({ "medicalSubsidyRecipientNumber": number });
    let gone = json!({ "isDeleted": true });
    for (name, later, want) in [
        ("an update", vec![changed(&number("9999999"))], "9999999"),
        ("an end", vec![changed(&gone)], ""),
        ("an update, then an end", vec![changed(&number("9999999")), changed(&gone)], ""),
        ("an end, then an update", vec![changed(&gone), changed(&number("9999999"))], "9999999"),
        ("another key", vec![changed(&json!({ "historyKey": "H2" }))], "0000018 0000018"),
    ] {
        let api = Api::new().await;
        api.insure("1", &five(1)).await;
        assert_eq!(send(&api, certificate(1, &json!({}))).await, "accepted");
        for record in later {
            api.test.pass_seconds(1);
            let got = send(&api, record).await;
            assert!(got.starts_with("held") && got.ends_with("+link-held"), "{name}: {got}");
        }
        assert_eq!(seen(&api).await, "0000018", "{name}: nothing is in force before the decision");
        assert_eq!(decide_all(&api, true).await, 1, "{name}: one case");
        assert_eq!(seen(&api).await, want, "{name}");
        assert_eq!(decide_all(&api, true).await, 0, "{name}");
    }
}

#[tokio::test]
async fn what_was_sent_after_the_held_update_is_not_undone_by_confirming() {
    let api = Api::new().await;
    api.insure("1", &five(1)).await;
    let number = |number: &str| json!({ "medicalSubsidyRecipientNumber": number });
    send(&api, certificate(1, &json!({}))).await;
    api.test.pass_seconds(1);
    assert!(send(&api, changed(&number("9999999"))).await.starts_with("held"));
    api.test.pass_seconds(1);
    assert_eq!(send(&api, certificate(1, &number("0000026"))).await, "accepted");
    assert_eq!(decide_all(&api, true).await, 1);
    assert_eq!(seen(&api).await, "0000026");
}

#[tokio::test]
async fn a_case_that_waits_takes_what_comes_again_and_shows_the_newest_description() {
    let api = Api::new().await;
    send(&api, certificate(1, &json!({}))).await;
    let moved = json!({ "basicFiveInfo": { "address": "宮崎県都城市新町9" } });
    send(&api, changed(&json!({}))).await;
    send(&api, changed(&moved)).await;
    let cases = hub::list_held(&api.test.hub, &officer()).await.unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].incoming.address, "宮崎県都城市新町9");
    hub::decide_held(&api.test.hub, &officer(), &cases[0].id, false).await.unwrap();
    assert_eq!(send(&api, changed(&json!({}))).await, "accepted", "they are known as another");
    assert_eq!(send(&api, certificate(1, &json!({}))).await, "accepted");
    assert_eq!(decide_all(&api, true).await, 0, "a pair that was told apart is not asked again");
}

#[tokio::test]
async fn a_wrong_confirmation_is_undone_and_the_two_are_not_asked_about_again() {
    let api = Api::new().await;
    api.insure("1", &five(1)).await;
    let number = |number: &str| json!({ "medicalSubsidyRecipientNumber": number });
    send(&api, certificate(1, &json!({}))).await;
    api.test.pass_seconds(1);
    send(&api, changed(&number("9999999"))).await;
    send(&api, changed(&json!({ "historyKey": "H2" }))).await;
    let case = hub::list_held(&api.test.hub, &officer()).await.unwrap().remove(0).id;
    let undo =
        async || hub::undo_held(&api.test.hub, &officer(), &case).await.map_err(|no| no.code);
    assert_eq!(undo().await, Err("not-found"), "it waits still");
    assert_eq!(decide_all(&api, true).await, 1);
    assert_eq!(seen(&api).await, "0000018 9999999");
    assert_eq!(undo().await, Ok(()));
    assert_eq!(undo().await, Err("not-found"), "once");
    assert_eq!(seen(&api).await, "0000018", "as it was before the confirmation");
    assert_eq!(send(&api, changed(&number("9999999"))).await, "accepted +check-digit");
    assert_eq!(send(&api, certificate(1, &number("0000026"))).await, "accepted");
    assert_eq!(seen(&api).await, "0000026");
    assert_eq!(decide_all(&api, true).await, 0);
}

#[tokio::test]
async fn opening_the_worklist_is_one_entry_of_the_log() {
    let api = Api::new().await;
    send(&api, certificate(1, &json!({}))).await;
    send(&api, changed(&json!({}))).await;
    let size = async || hub::log_state(&api.test.hub).await.unwrap().0;
    let before = size().await;
    assert_eq!(hub::list_held(&api.test.hub, &officer()).await.unwrap().len(), 1);
    assert_eq!(size().await, before + 1);
}

#[tokio::test]
async fn ending_what_is_not_there_enters_nobody() {
    let api = Api::new().await;
    let gone = json!({ "isDeleted": true });
    assert_eq!(send(&api, certificate(2, &json!({}))).await, "accepted");
    let residents = counts(&api).await;
    let unlisted = |n: u32, five: Value| {
        json!({ "modificationSeg": "2", "myNumber": my_number(n),
            "municipalityIdentityKey": format!("K{n}"), "basicFiveInfo": five })
    };
    let want = "accepted +nothing-to-end";
    for (path, record) in [
        (SUBSIDY, certificate(1, &gone)),
        (SUBSIDY, certificate(2, &json!({ "isDeleted": true, "historyKey": "H9" }))),
        (SUBSIDY, {
            let mut other = certificate(2, &json!({ "isDeleted": true, "historyKey": "H9" }));
            other["basicFiveInfo"] = five(7);
            other
        }),
        (CHECKUP, unlisted(1, five(1))),
        (CHECKUP, unlisted(1, Value::Null)),
        (CHECKUP, unlisted(2, five(2))),
        (CHECKUP, unlisted(2, Value::Null)),
    ] {
        let got = api.outcomes(path, &json!([record])).await.remove(0);
        assert_eq!(got, want, "{record}");
    }
    assert_eq!(counts(&api).await, residents, "nobody and nothing was entered");
    assert_eq!(send(&api, certificate(2, &gone)).await, "accepted", "what is there is ended");
    assert_eq!(send(&api, certificate(2, &gone)).await, want);
}

/// Residents and current resources.
async fn counts(api: &Api) -> String {
    format!("{:?}", hub::counts(&api.test.hub).await.unwrap())
}

#[tokio::test]
async fn two_numbers_are_never_one_person_without_a_human() {
    for (name, twin) in
        [("equal in all five", "山本真子"), ("in another writing of the name", "山本眞子")]
    {
        let api = Api::new().await;
        let named = |n: u32, name: &str| {
            let mut record = certificate(n, &json!({}));
            record["basicFiveInfo"] = five(1);
            record["basicFiveInfo"]["name"] = json!(name);
            record
        };
        assert_eq!(send(&api, named(1, "山本真子")).await, "accepted");
        assert_eq!(send(&api, named(2, twin)).await, "held +link-held", "{name}");
        let cases = hub::list_held(&api.test.hub, &officer()).await.unwrap();
        assert_eq!(cases.len(), 1, "{name}");
        assert_eq!(cases[0].reason.code(), "other-number", "{name}");
        assert_eq!(decide_all(&api, false).await, 1, "{name}");
        assert_eq!(send(&api, named(1, "山本真子")).await, "accepted", "{name}");
        assert_eq!(send(&api, named(2, twin)).await, "accepted", "{name}: they are two");
        assert_eq!(decide_all(&api, true).await, 0, "{name}: and stay two");
    }
}

/// Person 2 with the attributes of person 1, so that an officer must look.
fn twin(changes: &Value) -> Value {
    let mut record = certificate(2, &json!({}));
    record["basicFiveInfo"] = five(1);
    crate::harness::merge(&mut record, changes);
    record
}

/// What became of a record of the other municipality.
async fn send_far(api: &Api, path: &str, record: Value) -> String {
    let task = api.register("far-city", path, &json!([record])).await;
    task["results"][0]["result"].as_str().unwrap().to_owned()
}

/// What the feed of a client told, of one kind.
async fn told(api: &Api, client: &str, kind: &str) -> usize {
    let token = api.token(client).await;
    let changes = api.get(&token, "/pmh/v1/feed").await.json();
    changes["items"].as_array().unwrap().iter().filter(|one| one["type"] == kind).count()
}

#[tokio::test]
async fn what_another_municipality_wrote_is_not_on_the_worklist() {
    let api = Api::new().await;
    let far = api.token("far-city").await;
    let master = json!([{ "orgSpecificCertificateTypeId": "HITORI", "name": "x" }]);
    assert_eq!(api.ask(&far, "PUT", SCHEMES, master.to_string()).await.status, 200);
    assert_eq!(send(&api, certificate(1, &json!({}))).await, "accepted");
    assert_eq!(send(&api, twin(&json!({}))).await, "held +link-held");
    let fled = json!({
        "isNotDisclosed": true, "basicFiveInfo": { "address": "青森県むつ市隠れ町1" }
    });
    assert_eq!(send_far(&api, SUBSIDY, twin(&fled)).await, "held", "nobody can see them yet");
    let cases = hub::list_held(&api.test.hub, &officer()).await.unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].incoming.address, five(1)["address"]);
    let far = Caller { organisation: FAR.into(), ..officer() };
    assert!(hub::list_held(&api.test.hub, &far).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_insurers_description_is_shown_without_the_address_of_somebody_under_nondisclosure() {
    let api = Api::new().await;
    let far = api.token("far-city").await;
    let master = json!([{ "orgSpecificCertificateTypeId": "HITORI", "name": "x" }]);
    assert_eq!(api.ask(&far, "PUT", SCHEMES, master.to_string()).await.status, 200);
    let fled = json!({ "isNotDisclosed": true });
    assert_eq!(send_far(&api, SUBSIDY, certificate(1, &fled)).await, "accepted");
    let mut moved = five(1);
    moved["address"] = json!("宮崎県都城市新町9");
    api.try_insure("1", &moved).await;
    let cases = hub::list_held(&api.test.hub, &officer()).await.unwrap();
    assert_eq!(cases[0].candidate, None, "another municipality's description");
    assert_eq!(cases[0].agreement.address, domain::name::Verdict::Undecidable);
}

#[tokio::test]
async fn who_waits_is_held_for_every_municipality_and_each_is_told() {
    let api = Api::new().await;
    assert_eq!(send(&api, certificate(1, &json!({}))).await, "accepted");
    assert_eq!(send(&api, twin(&json!({}))).await, "held +link-held");
    let listed = |five: Value| {
        json!({ "modificationSeg": "1", "myNumber": my_number(2), "basicFiveInfo": five,
            "municipalityIdentityKey": "K2", "checkups": [] })
    };
    assert_eq!(send_far(&api, CHECKUP, listed(five(1))).await, "held");
    assert_eq!(send_far(&api, CHECKUP, listed(Value::Null)).await, "held", "without five, too");
    let task = api.outcomes(CHECKUP, &json!([listed(Value::Null)])).await;
    assert_eq!(task, ["held +link-held"]);
    assert_eq!(told(&api, "far-city", "link-held").await, 2);
    assert_eq!(decide_all(&api, false).await, 1);
    assert_eq!(told(&api, "far-city", "link-decided").await, 1);
    assert_eq!(told(&api, "city", "link-decided").await, 1);
    assert_eq!(send_far(&api, CHECKUP, listed(five(1))).await, "accepted");
}

#[tokio::test]
async fn nondisclosure_holds_at_once_also_while_the_link_waits() {
    for (hidden, same, meanwhile, then) in [
        (true, true, "", ""),
        (true, false, "", "0000018"),
        (false, true, "0000018", "0000018"),
        (false, false, "0000018", "0000018"),
    ] {
        let api = Api::new().await;
        api.insure("1", &five(1)).await;
        assert_eq!(send(&api, certificate(1, &json!({}))).await, "accepted");
        api.test.pass_seconds(1);
        let got = send(&api, changed(&json!({ "isNotDisclosed": hidden }))).await;
        assert_eq!(got, "held +link-held");
        assert_eq!(seen(&api).await, meanwhile, "hidden {hidden}");
        assert_eq!(decide_all(&api, same).await, 1);
        assert_eq!(seen(&api).await, then, "hidden {hidden}, one person {same}");
    }
}
