//! What the town has found, each alone.

use domain::access::Role;
use domain::form::Consenter;
use hub::immunization::desk::DoseSeen;
use hub::immunization::entry::read_dose;
use hub::immunization::mend::{Mended, mend_dose};
use hub::immunization::past::record_past_dose;
use hub::immunization::record::{Gate, check_dose, record_dose, record_draft};
use hub::intake::dose::{DoseAsked, Paper};
use hub::intake::immunization::{Provenance, ToldDose};
use hub::intake::mending::Mending;
use hub::{Refusal, read_feed};
use serde_json::json;

use super::register::dose;
use super::town::{Town, city, clinic, hub};
use super::truth::{Waiting, after, first_day};

const BABY: usize = 0;

/// A town of one baby who lives in the first municipality since birth.
async fn one_baby() -> Town {
    let mut town = Town::new(0, 1).await;
    town.all.families.push(Vec::new());
    let birth = after(first_day(), -80);
    town.all.join(0, birth, 0, &mut town.dice);
    town.all.people[BABY].hidden = false;
    town.register_newborn(BABY).await;
    assert!(town.all.people[BABY].waiting.iter().all(|it| matches!(it, Waiting::Card(_))));
    town
}

/// Somebody at the first clinic with a dose of 5種混合 today.
struct Desk {
    token: String,
    asked: DoseAsked,
    history: Vec<DoseSeen>,
}

async fn at_the_desk(town: &mut Town) -> Desk {
    town.tick();
    let (birth, today) = (town.all.people[BABY].birth, town.today());
    let received = town.by_name(BABY, 0).await.unwrap();
    let asked = DoseAsked {
        product: "dpt-ipv-hib".into(),
        lot: Some("A".into()),
        expires: Some(after(today, 100)),
        hundredths: Some(50),
        site: Some("left-thigh".into()),
        route: Some("subcutaneous".into()),
        physician: "見本 医師".into(),
        possible: true,
        temperature: Some(366),
        paper: Some(Paper { by: Consenter::Guardian, on: today, birth }),
        effects_explained: true,
        ..DoseAsked::default()
    };
    Desk { token: received.token, asked, history: received.view.history }
}

async fn draft_of(town: &Town, desk: &Desk) -> String {
    match check_dose(&hub(town), &clinic(0), &desk.token, desk.asked.clone()).await {
        Ok(Gate::Open { draft, .. }) => draft,
        other => panic!("{other:?}"),
    }
}

async fn cancel(town: &Town, item: &str) -> Result<Mended, Refusal> {
    let reason = "接種していない".into();
    let mending = Mending { cancels: true, reason, ..Mending::default() };
    mend_dose(&hub(town), &clinic(0), item, mending).await
}

/// Kinds and subjects of what a municipality was told of doses.
async fn told(town: &Town, which: usize) -> Vec<(String, String)> {
    let caller = city(which, Role::MunicipalitySystem);
    let changes = read_feed(&hub(town), &caller, 0, 100).await.unwrap();
    let doses = changes.into_iter().filter(|it| it.kind.starts_with("dose-"));
    doses.map(|it| (it.kind, it.detail)).collect()
}

/// The baby moves today; the new municipality says so, the old one not yet.
async fn move_today(town: &mut Town) {
    let today = town.today();
    town.all.moves(0, today, &mut town.dice);
    town.arrive(BABY, 1, today).await;
    assert_eq!(town.all.people[BABY].known_home(today), Some(1), "not held");
}

#[tokio::test]
async fn a_cancelled_dose_does_not_come_back_with_a_late_copy() {
    let mut town = one_baby().await;
    let desk = at_the_desk(&mut town).await;
    let draft = draft_of(&town, &desk).await;
    let (hub, caller) = (hub(&town), clinic(0));
    let first = record_draft(&hub, &caller, &draft).await.unwrap();
    assert!(cancel(&town, &first.item).await.unwrap().changed);
    let late = record_draft(&hub, &caller, &draft).await;
    assert_eq!(late.unwrap_err().code, "dose-cancelled");
    let late = record_dose(&hub, &caller, &desk.token, desk.asked.clone()).await;
    assert_eq!(late.unwrap_err().code, "dose-cancelled");
    // It was given after all: received again, it is another record.
    let again = at_the_desk(&mut town).await;
    assert_eq!(again.history, []);
    let second = record_dose(&hub, &caller, &again.token, again.asked).await.unwrap();
    assert_ne!(second.item, first.item);
}

#[tokio::test]
async fn a_dose_without_a_day_that_is_sent_again_after_midnight_is_the_same() {
    let mut town = one_baby().await;
    town.test.pass_seconds(11 * 3600);
    let desk = at_the_desk(&mut town).await;
    let (hub, caller) = (hub(&town), clinic(0));
    let first = record_dose(&hub, &caller, &desk.token, desk.asked.clone()).await.unwrap();
    town.test.pass_seconds(2 * 3600);
    let again = record_dose(&hub, &caller, &desk.token, desk.asked.clone()).await.unwrap();
    assert_eq!((again.again, &again.item), (true, &first.item));
    cancel(&town, &first.item).await.unwrap();
    let late = record_dose(&hub, &caller, &desk.token, desk.asked.clone()).await;
    assert_eq!(late.unwrap_err().code, "dose-cancelled");
    // One that names another day is another dose.
    let asked = DoseAsked { on: Some(town.today()), ..desk.asked.clone() };
    let other = record_dose(&hub, &caller, &desk.token, asked.clone()).await.unwrap();
    assert_eq!((other.again, &other.item), (false, &first.item));
    let asked = DoseAsked { on: Some(after(town.today(), -1)), ..asked };
    let differs = record_dose(&hub, &caller, &desk.token, asked).await;
    assert_eq!(differs.unwrap_err().code, "recorded-differently");
}

#[tokio::test]
async fn what_is_recorded_anew_under_its_old_reception_is_found_by_its_id() {
    let mut town = one_baby().await;
    let desk = at_the_desk(&mut town).await;
    let (hub, caller) = (hub(&town), clinic(0));
    let first = record_dose(&hub, &caller, &desk.token, desk.asked.clone()).await.unwrap();
    cancel(&town, &first.item).await.unwrap();
    town.test.pass_seconds(20 * 3600);
    let asked = DoseAsked { on: Some(town.today()), ..desk.asked.clone() };
    let second = record_dose(&hub, &caller, &desk.token, asked).await.unwrap();
    assert!(!second.again);
    assert!(cancel(&town, &second.item).await.unwrap().changed);
}

#[tokio::test]
async fn a_late_dose_of_a_mover_is_told_to_both_municipalities() {
    let mut town = one_baby().await;
    let desk = at_the_desk(&mut town).await;
    let draft = draft_of(&town, &desk).await;
    town.test.pass_seconds(86_400);
    move_today(&mut town).await;
    let recorded = record_draft(&hub(&town), &clinic(0), &draft).await.unwrap();
    let news = ("dose-recorded".to_owned(), recorded.item.clone());
    assert_eq!(told(&town, 0).await, std::slice::from_ref(&news), "its programme");
    assert_eq!(told(&town, 1).await, [news], "its resident");
}

#[tokio::test]
async fn the_old_municipality_follows_nobody_whom_the_new_one_has_registered() {
    let mut town = one_baby().await;
    let desk = at_the_desk(&mut town).await;
    let recorded = record_dose(&hub(&town), &clinic(0), &desk.token, desk.asked).await.unwrap();
    town.test.pass_seconds(86_400);
    move_today(&mut town).await;
    for (which, want) in [(0, false), (1, true)] {
        let caller = city(which, Role::MunicipalitySystem);
        let read = read_dose(&hub(&town), &caller, &recorded.item).await;
        assert_eq!(read.is_ok(), want, "{which}");
    }
}

#[tokio::test]
async fn a_dose_that_the_municipality_told_first_is_recorded_by_its_late_draft_and_is_one() {
    let mut town = one_baby().await;
    let desk = at_the_desk(&mut town).await;
    let draft = draft_of(&town, &desk).await;
    let on = town.today();
    let fact = town.all.given(BABY, "dpt-ipv-hib", on, 0);
    let fact = town.all.people[BABY].fact(fact).unwrap().clone();
    town.test.pass_seconds(3 * 86_400);
    town.tell(BABY, 0, dose(&fact, on)).await;
    // A dose that is about to be given is stopped by it; the draft is that dose.
    let new = at_the_desk(&mut town).await;
    let gate = record_dose(&hub(&town), &clinic(0), &new.token, new.asked.clone()).await;
    assert_eq!(gate.unwrap_err().code, "gate-closed");
    let recorded = record_draft(&hub(&town), &clinic(0), &draft).await.unwrap();
    let history = at_the_desk(&mut town).await.history;
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!((&*history[0].item, history[0].counts), (&*recorded.item, true));
    // The municipality takes its word back: the dose behind the gate stays.
    let mut gone = dose(&fact, on);
    gone["isDeleted"] = json!(true);
    town.tell(BABY, 0, gone).await;
    assert_eq!(at_the_desk(&mut town).await.history.len(), 1);
}

#[tokio::test]
async fn a_draft_does_not_pass_over_a_dose_of_another_institution() {
    let mut town = one_baby().await;
    let desk = at_the_desk(&mut town).await;
    let draft = draft_of(&town, &desk).await;
    let on = town.today();
    let fact = town.all.given(BABY, "dpt-ipv-hib", on, 2);
    let fact = town.all.people[BABY].fact(fact).unwrap().clone();
    let mut elsewhere = dose(&fact, on);
    elsewhere["institutionCode"] = json!(super::town::CLINICS[2].0);
    town.test.pass_seconds(86_400);
    town.tell(BABY, 0, elsewhere).await;
    let late = record_draft(&hub(&town), &clinic(0), &draft).await;
    assert_eq!(late.unwrap_err().code, "gate-closed");
}

#[tokio::test]
async fn a_past_dose_told_again_is_no_news_and_its_end_is() {
    let mut town = one_baby().await;
    let on = after(town.today(), -5);
    let fact = town.all.given(BABY, "dpt-ipv-hib", on, 2);
    let fact = town.all.people[BABY].fact(fact).unwrap().clone();
    let past = super::clinic::past_dose(&fact);
    for (deleted, want) in [
        (false, &["dose-told"][..]),
        (false, &["dose-told"]),
        (true, &["dose-told", "dose-cancelled"]),
        (true, &["dose-told", "dose-cancelled"]),
    ] {
        let desk = at_the_desk(&mut town).await;
        let dose = hub::intake::immunization::PastDose { deleted, ..past.clone() };
        let sent = ToldDose { provenance: Provenance::Paper, dose };
        let seen = record_past_dose(&hub(&town), &clinic(0), &desk.token, sent).await.unwrap();
        assert_eq!(seen.is_none(), deleted);
        let kinds: Vec<String> = told(&town, 0).await.into_iter().map(|it| it.0).collect();
        assert_eq!(kinds, want, "{deleted}");
    }
}
