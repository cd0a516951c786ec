//! What a registration does, as a municipality and a clinic see it over HTTP.

use serde_json::{Value, json};

use crate::harness::{
    Api, CHECKUP, RELATIONS, SCHEMES, SUBSIDY, certificate, five, merge, my_number,
};

/// The certificates that the clinic sees of the person with number `n`.
async fn seen(api: &Api, n: u32) -> Vec<Value> {
    let shown = api.eligibility("clinic", &n.to_string(), true).await;
    assert_eq!(shown["found"], true, "{shown}");
    shown["certificates"].as_array().unwrap().clone()
}

async fn insured(n: u32) -> Api {
    let api = Api::new().await;
    api.insure(&n.to_string(), &five(n)).await;
    api
}

/// What the clinic sees of one item after batches, one after the other.
async fn after(batches: &[Value], item: &str) -> Vec<String> {
    let api = insured(1).await;
    for batch in batches {
        let outcomes = api.outcomes(SUBSIDY, batch).await;
        assert!(outcomes.iter().all(|one| one.starts_with("accepted")), "{outcomes:?}");
    }
    let seen = seen(&api, 1).await;
    seen.iter().map(|one| one[item].as_str().unwrap_or("-").to_owned()).collect()
}

fn one(changes: &Value) -> Value {
    json!([certificate(1, changes)])
}

#[tokio::test]
async fn the_same_key_replaces_another_key_stands_beside_and_deletion_ends() {
    let (old, new) = (json!({}), json!({ "medicalSubsidyRecipientNumber": "0000026" }));
    let key = |name: &str| json!({ name: "2", "medicalSubsidyRecipientNumber": "0000026" });
    let gone = json!({ "isDeleted": true });
    let numbers = "medicalSubsidyRecipientNumber";
    for (name, batches, want) in [
        ("one", vec![one(&old)], "0000018"),
        ("again", vec![one(&old), one(&old)], "0000018"),
        ("replaced", vec![one(&old), one(&new)], "0000026"),
        ("history key", vec![one(&old), one(&key("historyKey"))], "0000018 0000026"),
        ("sub-key", vec![one(&old), one(&key("certificationSubKey"))], "0000018 0000026"),
        ("deleted", vec![one(&old), one(&gone)], ""),
        ("deleted twice", vec![one(&old), one(&gone), one(&gone)], ""),
        ("deleted before", vec![one(&gone), one(&old)], "0000018"),
        ("back again", vec![one(&old), one(&gone), one(&new)], "0000026"),
    ] {
        let mut seen = after(&batches, numbers).await;
        seen.sort();
        assert_eq!(seen.join(" "), want, "{name}");
    }
}

/// The outcome of one certificate with `changes`, scheme master as the test hub has it.
async fn judged(api: &Api, path: &str, record: Value) -> String {
    api.outcomes(path, &json!([record])).await.remove(0)
}

#[tokio::test]
async fn each_record_of_certificates_is_judged_by_itself() {
    let api = Api::new().await;
    for (changes, want) in [
        (json!({}), "accepted"),
        (json!({ "orgSpecificCertificateTypeId": "NADA" }), "unknown-certificate-type"),
        (json!({ "orgSpecificCertificateTypeId": "NADA", "isDeleted": true }), "accepted"),
        (json!({ "myNumber": "999000000010" }), "check-digit"),
        (json!({ "myNumber": "99900000001" }), "number-length"),
        (json!({ "medicalSubsidyInsurerNumber": "81136245" }), "check-digit"),
        (json!({ "medicalSubsidyInsurerNumber": "" }), "number-not-digits"),
        (json!({ "medicalSubsidyRecipientNumber": "0000019" }), "accepted +check-digit"),
        (json!({ "medicalSubsidyRecipientNumber": "都-1" }), "accepted"),
        (json!({ "validFrom": "2027-04-01" }), "reversed-period"),
        (json!({ "validFrom": "2027-03-31" }), "accepted"),
        (json!({ "validTo": "2027-02-29" }), "no-such-day"),
        (json!({ "isDeleted": "false" }), "wrong-type"),
        (json!({ "isAlwaysReimbursement": "2" }), "wrong-value"),
        (json!({ "isAlwaysReimbursement": false }), "wrong-type"),
        (json!({ "additionalConditions": "A1-01;" }), "conditions-form"),
        (json!({ "certificationDetail": [{ "x": [1, { "y": null }] }] }), "accepted"),
        (json!({ "certificationDetail": [1] }), "wrong-type"),
        (json!({ "maxCopaymentAmount": { "month": "20000", "x": {} } }), "accepted"),
        (json!({ "memo": "x" }), "accepted +unknown-item"),
        (json!({ "certificationName": format!("for {}", my_number(1)) }), "my-number-outside"),
        (json!({ "certificationName": format!("for {}", my_number(2)) }), "my-number-in-text"),
        (json!({ "historyKey": null }), "missing-item"),
        (json!({ "basicFiveInfo": { "dateOfBirth": "1990-13-01" } }), "birth-form"),
        (json!({ "basicFiveInfo": { "dateOfBirth": "1951-00-00" } }), "held +link-held"),
        (json!({ "basicFiveInfo": { "sex": "3" } }), "wrong-value"),
    ] {
        let got = judged(&api, SUBSIDY, certificate(1, &changes)).await;
        assert!(got.contains(want), "{changes}: {got}, not {want}");
    }
}

#[tokio::test]
async fn the_same_key_twice_in_one_batch_is_taken_last_with_a_warning() {
    let api = insured(1).await;
    api.insure("2", &five(2)).await;
    let number = |number: &str| json!({ "medicalSubsidyRecipientNumber": number });
    let batch = json!([
        certificate(1, &number("0000018")),
        certificate(2, &number("0000018")),
        certificate(1, &number("A")),
        certificate(1, &json!({ "validTo": "2020-01-01" })),
    ]);
    let outcomes = api.outcomes(SUBSIDY, &batch).await;
    let want = ["accepted +superseded-in-batch", "accepted", "accepted", "refused reversed-period"];
    for (got, want) in outcomes.iter().zip(want) {
        assert!(got.starts_with(want), "{outcomes:?}");
    }
    let numbers = |seen: Vec<Value>| seen[0]["medicalSubsidyRecipientNumber"].clone();
    assert_eq!(numbers(seen(&api, 1).await), "A");
    assert_eq!(numbers(seen(&api, 2).await), "0000018");
}

#[tokio::test]
async fn what_was_sent_comes_back_byte_for_byte() {
    let sent = json!({
        "certificationName": "受給者証 \"育成\" 髙﨑\u{E0100} <&>",
        "medicalSubsidyRecipientNumber": "00 ﾊﾝｶｸ-７",
        "certificationSubKey": " s ", "segment": "区分\n二行", "incomeSegment": "ア",
        "additionalConditions": "A1-01;B2-02", "designatedMedicalInstitutions": "都城;見本",
        "isAlwaysReimbursement": "1",
        "maxCopaymentAmount": { "month": 20000, "e": 1.50, "a": ["\u{1F600}"] },
        "certificationDetail": [{ "label": "備考", "value": "" }]
    });
    let api = insured(1).await;
    let token = api.token("city").await;
    let master = json!([{
        "orgSpecificCertificateTypeId": "HITORI", "name": "ひとり親",
        "medicalSubsidyInsurerNumbers": ["81136244"],
        "incomeSegments": [{ "code": "ア" }],
        "additionalConditions": [
            { "item": "A1", "conditions": [{ "code": "01" }] },
            { "item": "B2", "conditions": [{ "code": "02" }] }
        ]
    }]);
    assert_eq!(api.ask(&token, "PUT", SCHEMES, master.to_string()).await.status, 200);
    assert_eq!(judged(&api, SUBSIDY, certificate(1, &sent)).await, "accepted");
    let seen = seen(&api, 1).await.remove(0);
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
}

fn checkup(n: u32, changes: &Value) -> Value {
    let mut record = json!({
        "modificationSeg": "1", "myNumber": my_number(n), "municipalityIdentityKey": format!("K{n}"),
        "basicFiveInfo": five(n), "checkups": [{ "type": "51" }]
    });
    merge(&mut record, changes);
    record
}

#[tokio::test]
async fn checkup_targets_are_listed_changed_removed_and_removed_again() {
    let api = Api::new().await;
    let nobody = json!({ "basicFiveInfo": null });
    let removed = |on: &str| json!({ "modificationSeg": "2", "removalDate": on });
    for (record, want) in [
        (checkup(1, &nobody), "refused person-unknown /0/myNumber"),
        (checkup(1, &json!({})), "accepted"),
        (checkup(1, &json!({ "checkups": [] })), "accepted"),
        (checkup(1, &nobody), "accepted"),
        (checkup(1, &removed("2026-11-01")), "accepted"),
        (checkup(1, &removed("2026-11-02")), "accepted"),
        (checkup(1, &removed("2026-11-32")), "refused no-such-day /0/removalDate"),
        (checkup(1, &json!({ "modificationSeg": "2" })), "accepted"),
        (checkup(1, &json!({ "modificationSeg": "3" })), "refused wrong-value /0/modificationSeg"),
        (checkup(1, &json!({ "modificationSeg": 1 })), "refused wrong-type /0/modificationSeg"),
        (checkup(1, &json!({})), "accepted"),
        (
            checkup(2, &json!({ "municipalityIdentityKey": "K1" })),
            "refused person-key-taken /0/municipalityIdentityKey",
        ),
        (checkup(2, &json!({})), "accepted"),
        (checkup(2, &json!({ "myNumber": "0" })), "refused number-length /0/myNumber"),
    ] {
        assert_eq!(judged(&api, CHECKUP, record.clone()).await, want, "{record}");
    }
}

fn relation(child: u32, guardian: u32, changes: &Value) -> Value {
    let mut record = json!({
        "myNumber": my_number(child), "guardianMyNumber": my_number(guardian),
        "relation": "parent", "validFrom": "2026-04-01", "historyKey": "R1", "isDeleted": false
    });
    merge(&mut record, changes);
    record
}

/// A certificate of person `n`, born so.
fn born(n: u32, birth: &str) -> Value {
    certificate(n, &json!({ "basicFiveInfo": { "dateOfBirth": birth } }))
}

#[tokio::test]
async fn relations_name_a_minor_of_the_municipality_and_somebody_who_is_registered() {
    let api = Api::new().await;
    let people = json!([
        born(1, "2020-05-01"),
        born(2, "1990-01-01"),
        born(4, "2008-11-25"),
        born(5, "2008-11-00"),
        born(6, "2010-01-01"),
    ]);
    assert_eq!(api.outcomes(SUBSIDY, &people).await, ["accepted"; 5]);
    for (record, want) in [
        (relation(1, 2, &json!({ "isDeleted": true })), "accepted +nothing-to-end"),
        (relation(3, 2, &json!({ "isDeleted": true })), "accepted +nothing-to-end"),
        (relation(1, 2, &json!({})), "accepted"),
        (relation(1, 2, &json!({ "validTo": "2026-04-01" })), "accepted"),
        (relation(1, 2, &json!({ "isDeleted": true })), "accepted"),
        (relation(1, 2, &json!({ "isDeleted": true })), "accepted +nothing-to-end"),
        (relation(1, 2, &json!({ "validTo": "2026-03-31" })), "refused reversed-period /0/validTo"),
        (relation(1, 1, &json!({})), "refused same-person /0/guardianMyNumber"),
        (relation(3, 2, &json!({})), "refused person-unknown /0/myNumber"),
        (relation(1, 3, &json!({})), "refused person-unknown /0/guardianMyNumber"),
        (relation(1, 2, &json!({ "relation": "aunt" })), "refused wrong-value /0/relation"),
        (relation(1, 2, &json!({ "historyKey": "" })), "refused empty-item /0/historyKey"),
        (relation(2, 1, &json!({})), "refused child-of-age /0/validFrom"),
        (
            relation(4, 2, &json!({ "validFrom": "2026-11-24" })),
            "refused child-of-age /0/validFrom",
        ),
        (relation(4, 2, &json!({ "validFrom": "2026-11-23" })), "accepted"),
        (relation(5, 2, &json!({})), "refused birth-unknown /0/myNumber"),
        (relation(1, 6, &json!({})), "accepted"),
        (relation(6, 1, &json!({})), "refused guardian-circle /0/guardianMyNumber"),
        (relation(4, 1, &json!({ "validFrom": "2026-11-01", "historyKey": "R2" })), "accepted"),
        (relation(6, 4, &json!({})), "refused guardian-circle /0/guardianMyNumber"),
    ] {
        assert_eq!(judged(&api, RELATIONS, record.clone()).await, want, "{record}");
    }
}

#[tokio::test]
async fn who_is_known_to_another_municipality_is_as_unknown_as_nobody() {
    let api = Api::new().await;
    let people = json!([born(1, "2020-05-01"), born(2, "1990-01-01")]);
    assert_eq!(api.outcomes(SUBSIDY, &people).await, ["accepted"; 2]);
    assert_eq!(judged(&api, RELATIONS, relation(1, 2, &json!({}))).await, "accepted");
    let mut child = checkup(5, &json!({ "basicFiveInfo": { "dateOfBirth": "2021-01-01" } }));
    let task = api.register("far-city", CHECKUP, &json!([child.take()])).await;
    assert_eq!(task["results"][0]["result"], "accepted");
    let nobody = json!({ "basicFiveInfo": null });
    let gone = json!({ "basicFiveInfo": null, "modificationSeg": "2" });
    let ended = json!({ "isDeleted": true });
    for (path, known, unknown) in [
        (CHECKUP, checkup(1, &nobody), checkup(3, &nobody)),
        (CHECKUP, checkup(1, &gone), checkup(3, &gone)),
        (RELATIONS, relation(1, 2, &json!({})), relation(3, 4, &json!({}))),
        (RELATIONS, relation(1, 2, &ended), relation(3, 4, &ended)),
        (RELATIONS, relation(5, 2, &json!({})), relation(5, 4, &json!({}))),
    ] {
        let task = api.register("far-city", path, &json!([known])).await;
        let other = api.register("far-city", path, &json!([unknown])).await;
        assert_eq!(task["results"][0], other["results"][0], "{known}");
        assert_ne!(task["results"][0]["findings"], json!([]), "{known}");
    }
}

#[tokio::test]
async fn duplicates_in_batches_of_checkups_and_relations_are_told_too() {
    let api = Api::new().await;
    let child = json!({ "basicFiveInfo": { "dateOfBirth": "2020-05-01" } });
    let twice = json!([checkup(1, &child), checkup(2, &json!({})), checkup(1, &child)]);
    let want = ["accepted +superseded-in-batch", "accepted", "accepted"];
    assert_eq!(api.outcomes(CHECKUP, &twice).await, want);
    let twice = json!([
        relation(1, 2, &json!({})),
        relation(1, 2, &json!({ "historyKey": "R2" })),
        relation(1, 2, &json!({ "relation": "other" })),
    ]);
    assert_eq!(api.outcomes(RELATIONS, &twice).await, want);
}

#[tokio::test]
async fn the_scheme_master_is_replaced_whole_or_not_at_all() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let scheme = |id: &str| json!({ "orgSpecificCertificateTypeId": id, "name": "名" });
    let ids = |answer: Value| -> Vec<String> {
        let ids = answer.as_array().unwrap().iter();
        ids.map(|one| one["orgSpecificCertificateTypeId"].as_str().unwrap().to_owned()).collect()
    };
    for (body, want, then) in [
        (json!([scheme("A"), scheme("B")]), "200", "A B"),
        (json!([scheme("A"), scheme("A")]), "422 duplicate-code", "A B"),
        (json!([scheme("C"), { "name": "x" }]), "422 missing-item", "A B"),
        (json!({}), "422 wrong-type", "A B"),
        (
            json!([{ "orgSpecificCertificateTypeId": "A", "name": "x",
                "medicalSubsidyInsurerNumbers": ["81136245"] }]),
            "422 check-digit",
            "A B",
        ),
        (json!([scheme("C")]), "200", "C"),
        (json!([]), "409 master-would-be-empty", "C"),
    ] {
        let answer = api.ask(&token, "PUT", SCHEMES, body.to_string()).await;
        assert_eq!(answer.outcome(), want, "{body}: {}", answer.text());
        let kept = ids(api.get(&token, SCHEMES).await.json());
        assert_eq!(kept.join(" "), then, "{body}");
    }
    let wrong = api.ask(&token, "PUT", &format!("{SCHEMES}?replace=some"), "[]").await;
    assert_eq!(wrong.outcome(), "400 wrong-query");
    assert_eq!(api.ask(&token, "PUT", &format!("{SCHEMES}?replace=all"), "[]").await.status, 200);
    assert_eq!(api.get(&token, SCHEMES).await.json(), json!([]));
    assert_eq!(api.ask(&token, "PUT", SCHEMES, "[]").await.status, 200, "it was empty");
    let far = api.token("far-city").await;
    assert_eq!(api.get(&far, SCHEMES).await.json(), json!([]));
}

#[tokio::test]
async fn the_scheme_master_comes_back_as_it_was_sent_and_all_that_is_wrong_is_told() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let master = json!([{ "orgSpecificCertificateTypeId": "HITORI", "name": "ひとり親",
        "medicalSubsidyInsurerNumbers": ["81136244"],
        "incomeSegments": [{ "code": "a", "name": "一般" }, { "code": "b" }],
        "additionalConditions": [
            { "item": "A1", "name": "項目",
              "conditions": [{ "code": "01", "name": "はい" }, { "code": "02" }] },
            { "item": "B1", "conditions": [] }
        ] }]);
    let answer = api.ask(&token, "PUT", SCHEMES, master.to_string()).await;
    assert_eq!(answer.json(), master);
    assert_eq!(api.get(&token, SCHEMES).await.json(), master);

    let wrong = json!([{ "orgSpecificCertificateTypeId": "", "name": my_number(1), "x": 1 }]);
    let answer = api.ask(&token, "PUT", SCHEMES, wrong.to_string()).await;
    let found = answer.json()["findings"].as_array().unwrap().clone();
    let codes: Vec<&str> = found.iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown-item", "empty-item", "my-number-in-text"], "{}", answer.text());
}

#[tokio::test]
async fn what_the_scheme_master_does_not_know_is_refused_record_by_record() {
    let api = Api::new().await;
    let token = api.token("city").await;
    let master = json!([{ "orgSpecificCertificateTypeId": "HITORI", "name": "ひとり親",
        "medicalSubsidyInsurerNumbers": ["81136244"],
        "incomeSegments": [{ "code": "a" }],
        "additionalConditions": [{ "item": "A1", "conditions": [{ "code": "01" }] }] }]);
    assert_eq!(api.ask(&token, "PUT", SCHEMES, master.to_string()).await.status, 200);
    let batch = json!([
        certificate(1, &json!({ "incomeSegment": "a", "additionalConditions": "A1-01" })),
        certificate(2, &json!({ "incomeSegment": "b" })),
        certificate(3, &json!({ "additionalConditions": "A1-02" })),
        certificate(4, &json!({ "medicalSubsidyInsurerNumber": "81137242" })),
        certificate(5, &json!({ "orgSpecificCertificateTypeId": "IKUSEI" })),
        certificate(6, &json!({})),
    ]);
    let outcomes = api.outcomes(SUBSIDY, &batch).await;
    let results: Vec<&str> = outcomes.iter().filter_map(|one| one.split(' ').next()).collect();
    let want = ["accepted", "refused", "refused", "refused", "refused", "accepted"];
    assert_eq!(results, want, "{outcomes:?}");
}
