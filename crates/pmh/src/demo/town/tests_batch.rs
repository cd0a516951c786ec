//! The story's batch: 1,000 records of which exactly three are bad, judged by a checker that knows
//! nothing of how they were made.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use domain::number::{Kind, holds};
use jiff::civil::{Date, date};
use serde_json::Value;

use super::*;

const TODAY: Date = date(2026, 11, 24);
static WORLD: LazyLock<World> = LazyLock::new(|| world(7, TODAY));

/// What is wrong with a record on the wire; empty if nothing.
fn faults(world: &World, record: &Value) -> Vec<&'static str> {
    let text = |name: &str| record[name].as_str().unwrap_or_default();
    let scheme = world.schemes.iter().find(|it| it.type_id == text("orgSpecificCertificateTypeId"));
    let payer = record["medicalSubsidyInsurerNumber"].as_str();
    let (from, to) = (text("validFrom").parse::<Date>(), text("validTo").parse::<Date>());
    let own_payer = |number: &str| {
        scheme.is_none_or(|scheme| scheme.payer_numbers.iter().any(|own| own == number))
    };
    [
        (!holds(Kind::Personal, text("myNumber")), "myNumber"),
        (!matches!((from, to), (Ok(from), Ok(to)) if from <= to), "period"),
        (scheme.is_none(), "type"),
        (payer.is_some_and(|it| !holds(Kind::PublicPayer, it) || !own_payer(it)), "payer"),
        (!known_conditions(scheme, text("additionalConditions")), "conditions"),
        (!known_income(scheme, record["incomeSegment"].as_str()), "income"),
        (!required(record), "required"),
        (text("medicalSubsidyRecipientNumber").len() > 30, "recipient"),
    ]
    .into_iter()
    .filter_map(|(wrong, what)| wrong.then_some(what))
    .collect()
}

fn known_conditions(scheme: Option<&Scheme>, sent: &str) -> bool {
    let Some(scheme) = scheme else { return true };
    let known = |pair: &str| {
        let Some((item, condition)) = pair.split_once('-') else { return false };
        let item = scheme.conditions.iter().find(|it| it.item.0 == item);
        item.is_some_and(|it| it.conditions.iter().any(|(code, _)| *code == condition))
    };
    sent.is_empty() || sent.split(';').all(known)
}

fn known_income(scheme: Option<&Scheme>, sent: Option<&str>) -> bool {
    scheme
        .zip(sent)
        .is_none_or(|(scheme, sent)| scheme.income_segments.iter().any(|(code, _)| *code == sent))
}

/// Required items and their JSON types (pmh-api §2.3).
fn required(record: &Value) -> bool {
    let five = ["name", "nameKana", "address", "dateOfBirth", "sex"];
    five.iter().all(|name| record["basicFiveInfo"][name].is_string())
        && record["isNotDisclosed"].is_boolean()
        && record["isDeleted"].is_boolean()
        && matches!(record["isAlwaysReimbursement"].as_str(), Some("0" | "1"))
        && record["historyKey"].as_str().is_some_and(|key| !key.is_empty())
        && record["certificationName"].as_str().is_some_and(|it| it.chars().count() <= 100)
        && record["certificationDetail"].is_array()
}

#[test]
fn exactly_three_records_are_bad_each_in_its_way() {
    let world = &*WORLD;
    let sent = body(&registration_batch(world, STORY_TOWN));
    let records: Vec<Value> = serde_json::from_str(&sent).unwrap();
    let bad: Vec<String> = records
        .iter()
        .enumerate()
        .map(|(at, record)| (at, faults(world, record)))
        .filter(|(_, faults)| !faults.is_empty())
        .map(|(at, faults)| format!("{at}: {}", faults.join(", ")))
        .collect();
    assert_eq!(bad, ["137: myNumber", "508: period", "861: type"]);
}

#[test]
fn every_record_has_a_key_of_its_own() {
    let world = &*WORLD;
    for town in ["052108", "232033", "431001", STORY_TOWN] {
        let batch = registration_batch(world, town);
        let keys: HashSet<_> =
            batch.iter().map(|record| (record.resident, record.certificate.key())).collect();
        assert_eq!(keys.len(), batch.len(), "{town}");
        let here = |record: &Registration| world.residents[record.resident].municipality == town;
        assert!(batch.iter().all(here), "{town}");
    }
}

#[test]
fn the_batch_uses_every_optional_item_and_every_scheme_of_the_story() {
    let world = &*WORLD;
    let batch = registration_batch(world, STORY_TOWN);
    let records: Vec<Value> =
        batch.iter().map(|record| serde_json::from_str(&record.json()).unwrap()).collect();
    for (item, least) in [
        ("certificationSubKey", 150),
        ("segment", 250),
        ("incomeSegment", 250),
        ("additionalConditions", 500),
        ("designatedMedicalInstitutions", 50),
        ("maxCopaymentAmount", 250),
        ("medicalSubsidyInsurerNumber", 900),
    ] {
        let with = records.iter().filter(|record| record.get(item).is_some()).count();
        assert!((least..1000).contains(&with), "{item}: {with}");
    }
    let types: BTreeSet<&str> =
        batch.iter().map(|record| record.certificate.name.as_str()).collect();
    assert_eq!(types.len(), 4, "{types:?}");
    let zeros = batch.iter().filter_map(|record| record.certificate.recipient_number.as_deref());
    assert!(zeros.filter(|number| number.starts_with('0')).count() > 500);
}

#[test]
fn a_record_lists_its_items_in_the_order_of_the_document() {
    let world = &*WORLD;
    let batch = registration_batch(world, STORY_TOWN);
    let json = batch[0].json();
    let at = |item: &str| json.find(item).expect(item);
    assert!(at("orgSpecificCertificateTypeId") < at("myNumber"));
    assert!(at("myNumber") < at("basicFiveInfo"));
    assert!(at("isDeleted") < at("certificationDetail"));
    assert_eq!(world.residents[batch[0].resident].five.name, "試験花子");
}

#[test]
fn an_unknown_birth_date_is_sent_with_zeros() {
    let world = &*WORLD;
    let batch = registration_batch(world, STORY_TOWN);
    for (label, want) in
        [(label::UNKNOWN_BIRTH, "0000-00-00"), (label::UNKNOWN_BIRTH_DAY, "1948-00-00")]
    {
        let of = |record: &&Registration| Some(record.resident) == world.labelled(label);
        let record = batch.iter().find(of).unwrap().json();
        assert!(record.contains(&format!("\"dateOfBirth\":\"{want}\"")), "{record}");
    }
}
