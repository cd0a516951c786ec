//! 予防接種対象者 over HTTP: who lives where, and the doses that a municipality has of them.

use domain::access::{Basis, Caller, Purpose, Request, Role};
use fhir::Kind;
use fhir::profiles::immunization::{self, DoseFace};
use serde_json::{Value, json};
use store::record::Stored;

use crate::harness::{Api, five, merge, my_number};

const PATH: &str = "/pmh/v1/immunization/registration-tasks";

fn target(n: u32, changes: &Value) -> Value {
    let mut record = json!({
        "modificationSeg": "1",
        "myNumber": my_number(n),
        "municipalityIdentityKey": format!("住民{n}"),
        "basicFiveInfo": five(n),
        "livesHereSince": "2020-04-01",
        "doses": [
            { "doseKey": "d1", "product": "mr", "date": "2021-05-01", "amountHundredthsMl": 50,
              "lotNumber": "MR001", "routine": true },
            { "doseKey": "d2", "product": "bcg", "date": "2020-09-01" },
        ],
    });
    merge(&mut record, changes);
    record
}

/// The system of the municipality.
pub(crate) fn city() -> Caller {
    Caller {
        role: Role::MunicipalitySystem,
        organisation: hub::testing::MUNICIPALITY.into(),
        actor: "city".into(),
        terminal: String::new(),
        resident: None,
    }
}

/// The doses of the record, as the municipality that registered them follows them.
async fn doses(api: &Api, n: u32) -> Vec<DoseFace> {
    rows(api, n).await.iter().map(|row| immunization::read(&row.body).unwrap()).collect()
}

/// The same as they are stored.
pub(crate) async fn rows(api: &Api, n: u32) -> Vec<Stored> {
    let request = Request {
        caller: city(),
        purpose: Purpose::Registration,
        basis: Basis::MunicipalTask,
        at: api.test.hub.now(),
    };
    let number = domain::number::MyNumber::parse(&my_number(n)).unwrap();
    let key = api.test.hub.store().vault().key_of(&number);
    let rows = api.test.hub.store().read(move |tx| {
        let find = domain::access::find(request.clone()).unwrap();
        let found = tx.find(&find, &key)?.unwrap();
        let access = tx.decide(&found, &request)?.unwrap();
        tx.enter(access)?.read(Kind::Dose)
    });
    rows.await.unwrap()
}

#[tokio::test]
async fn past_doses_are_kept_once_corrected_and_ended() {
    let api = Api::new().await;
    assert_eq!(api.outcomes(PATH, &json!([target(1, &json!({}))])).await, ["accepted"]);
    let first = doses(&api, 1).await;
    let told: Vec<&str> = first.iter().map(|dose| dose.product.as_str()).collect();
    assert_eq!(told, ["mr", "bcg"]);
    assert_eq!((first[0].hundredths, first[0].lot.as_deref()), (Some(50), Some("MR001")));

    api.test.pass_seconds(60);
    assert_eq!(api.outcomes(PATH, &json!([target(1, &json!({}))])).await, ["accepted"]);
    assert_eq!(doses(&api, 1).await, first, "the same again changes nothing");

    let corrected = json!({ "doses": [
        { "doseKey": "d1", "product": "mr", "date": "2021-05-02", "correctionReason": "日付の誤り" },
        { "doseKey": "d2", "product": "bcg", "date": "2020-09-01", "isDeleted": true },
    ] });
    assert_eq!(api.outcomes(PATH, &json!([target(1, &corrected)])).await, ["accepted"]);
    let now = doses(&api, 1).await;
    assert_eq!(now.len(), 1);
    assert_eq!(now[0].on.to_string(), "2021-05-02");
    assert_eq!(now[0].correction.as_deref(), Some("日付の誤り"));
}

#[tokio::test]
async fn what_a_register_says_of_a_dose_is_kept() {
    let api = Api::new().await;
    let said = json!({ "doseKey": "d", "product": "mr", "date": "2021-05-01",
        "gtin": "4987123456784", "site": "左上腕", "route": "皮下", "physician": "見本 医師",
        "institutionCode": "4510210018", "institutionName": "都城見本クリニック",
        "expires": "2022-03-31", "special": "long-term-illness", "note": "里帰り先で接種" });
    let record = target(1, &json!({ "doses": [said] }));
    assert_eq!(api.outcomes(PATH, &json!([record])).await, ["accepted"]);
    let kept = doses(&api, 1).await.remove(0);
    let told = [
        kept.gtin,
        kept.site,
        kept.route,
        kept.physician,
        kept.institution,
        kept.institution_name,
        kept.expires.map(|day| day.to_string()),
        kept.special,
        kept.note,
    ];
    let want = [
        "04987123456784",
        "左上腕",
        "皮下",
        "見本 医師",
        "4510210018",
        "都城見本クリニック",
        "2022-03-31",
        "long-term-illness",
        "里帰り先で接種",
    ];
    assert_eq!(told.map(Option::unwrap), want);
}

#[tokio::test]
async fn each_record_is_judged_by_itself() {
    let api = Api::new().await;
    let one = |dose: Value| json!({ "doses": [dose] });
    let d = |key: &str| json!({ "doseKey": key, "product": "mr", "date": "2021-05-01" });
    let with = |more: Value| {
        let mut dose = d("d");
        merge(&mut dose, &more);
        one(dose)
    };
    let cases = [
        (json!({}), "accepted"),
        (json!({ "doses": [] }), "accepted"),
        (
            one(json!({ "doseKey": "d", "product": "xx", "date": "2021-05-01" })),
            "refused unknown-product doses/0/product",
        ),
        (
            one(json!({ "doseKey": "d", "product": "mr", "date": "2099-05-01" })),
            "refused future-date doses/0/date",
        ),
        (
            one(json!({ "product": "mr", "date": "2021-05-01" })),
            "refused missing-item doses/0/doseKey",
        ),
        (
            one(json!({ "doseKey": "d", "product": "mr", "date": "2021-05-01", "dose": 1 })),
            "refused unknown-item doses/0/dose",
        ),
        (
            one(json!({ "doseKey": "d", "product": "mr", "date": "2021-05-01",
                     "amountHundredthsMl": 0.5 })),
            "refused wrong-type doses/0/amountHundredthsMl",
        ),
        (json!({ "doses": [d("a"), d("b"), d("a")] }), "refused dose-twice doses/2/doseKey"),
        // A figure may look like a 個人番号 by chance, a text may not.
        (json!({ "doses": [d("123456789018")] }), "accepted"),
        (with(json!({ "note": "123456789018" })), "refused my-number-in-text doses/0/note"),
        (
            with(json!({ "lotNumber": my_number(11) })),
            "refused my-number-outside doses/0/lotNumber",
        ),
        (with(json!({ "gtin": "4987123456784" })), "accepted"),
        (with(json!({ "gtin": "4987123456783" })), "refused wrong-gtin doses/0/gtin"),
        (with(json!({ "gtin": "123456789018" })), "refused wrong-gtin doses/0/gtin"),
        (with(json!({ "special": "" })), "accepted"),
        (with(json!({ "special": "holiday" })), "refused wrong-value doses/0/special"),
        (with(json!({ "physician": "医".repeat(201) })), "refused too-long doses/0/physician"),
        (with(json!({ "route": "皮\n下" })), "refused wrong-characters doses/0/route"),
        (json!({ "flags": ["tall"] }), "refused wrong-value flags"),
        (json!({ "weight": 3 }), "refused unknown-item weight"),
        (json!({ "modificationSeg": "3" }), "refused wrong-value modificationSeg"),
        // What the schedule would refuse is a fact all the same.
        (one(json!({ "doseKey": "d", "product": "rota-1v", "date": "2024-05-01" })), "accepted"),
    ];
    let records: Vec<Value> =
        (1..).zip(&cases).map(|(n, (changes, _))| target(n, changes)).collect();
    let placed = |(at, (_, want)): (usize, &(Value, &str))| match want.rsplit_once(' ') {
        Some((code, item)) => format!("{code} /{at}/{item}"),
        None => (*want).to_owned(),
    };
    let want: Vec<String> = cases.iter().enumerate().map(placed).collect();
    assert_eq!(api.outcomes(PATH, &json!(records)).await, want);
}

#[tokio::test]
async fn an_amount_is_kept_as_sent_or_refused() {
    let api = Api::new().await;
    let cases = [
        (json!(null), Ok(None)),
        (json!(1), Ok(Some(1))),
        (json!(1_000), Ok(Some(1_000))),
        (json!(1_001), Err("wrong-type")),
        // 65536 more than fifty: nobody cuts it to sixteen bits.
        (json!(65_586), Err("wrong-type")),
    ];
    for (n, (amount, want)) in (1..).zip(cases) {
        let dose = json!({ "doseKey": "d", "product": "mr", "date": "2021-05-01",
            "amountHundredthsMl": amount });
        let outcomes = api.outcomes(PATH, &json!([target(n, &json!({ "doses": [dose] }))])).await;
        match want {
            Ok(want) => {
                assert_eq!(outcomes, ["accepted"], "{amount}");
                assert_eq!(doses(&api, n).await[0].hundredths, want, "{amount}");
            }
            Err(code) => {
                let want = format!("refused {code} /0/doses/0/amountHundredthsMl");
                assert_eq!(outcomes, [want], "{amount}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_leaves_is_followed_no_more_and_the_history_goes_with_them() {
    let api = Api::new().await;
    let gone = json!({ "modificationSeg": "2", "myNumber": my_number(1),
        "municipalityIdentityKey": "住民1", "removalDate": "2026-06-01" });
    assert_eq!(api.outcomes(PATH, &json!([gone])).await, ["accepted +nothing-to-end"]);
    assert_eq!(api.outcomes(PATH, &json!([target(1, &json!({}))])).await, ["accepted"]);
    assert_eq!(api.outcomes(PATH, &json!([gone])).await, ["accepted"]);
    let arrived = json!({ "livesHereSince": "2026-06-01", "doses": [] });
    let there = api.register("far-city", PATH, &json!([target(1, &arrived)])).await;
    assert_eq!(there["counts"]["accepted"], 1, "{there}");
    assert_eq!(doses(&api, 1).await.len(), 2, "nothing was lost on the way");
}
