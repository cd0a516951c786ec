//! Recalls (回収): the operator puts a lot on the list, because a recall is nationwide. It is stopped
//! at every gate from then on, and each municipality sees which of its residents got it.

use std::sync::Arc;

use domain::access::{self, Basis, Caller, Cohort, Purpose, Role};
use domain::immunization::lot_key;
use domain::instant::Instant;
use domain::person::Birth;
use fhir::Kind as Record;
use fhir::profiles::immunization::DoseStatus;
use jiff::civil::Date;
use store::StoreError;
use store::immunization::Recall;

use super::care::product_name;
use super::chart::Chart;
use crate::Hub;
use crate::refusal::{Kind, Refusal};

/// The longest lot and reason, in characters.
const LOT_MAX: usize = 40;
const REASON_MAX: usize = 200;
/// People of one list.
const PEOPLE_MAX: usize = 1_000;

/// A recall as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallView {
    /// The vaccine: code and name.
    pub product: (String, String),
    /// The key of the lot ([`lot_key`]).
    pub lot: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Instant,
    /// How many of the municipality's residents got it; none for the operator.
    pub here: Option<i64>,
}

/// Somebody who got a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The name, as registered.
    pub name: String,
    /// Birth.
    pub birth: Birth,
    /// The days on which they got it.
    pub on: Vec<Date>,
    /// Where: names of institutions.
    pub at: Vec<String>,
}

/// Who got a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients {
    /// The vaccine: code and name.
    pub product: (String, String),
    /// The key of the lot.
    pub lot: String,
    /// Why it is recalled; none if it is not.
    pub reason: Option<String>,
    /// Who, at most a thousand.
    pub people: Vec<Recipient>,
    /// How many more there are: beyond the list, or waiting for a decision who they are.
    pub others: i64,
}

fn operator(caller: &Caller) -> Result<(), Refusal> {
    match caller.role {
        Role::Operator => Ok(()),
        _ => Err(Refusal::not_found()),
    }
}

fn cohort(hub: &Hub, caller: &Caller) -> Result<Cohort, Refusal> {
    let request = hub.request(caller, Purpose::ImmunizationCare, Basis::MunicipalTask);
    access::immunization_residents(request).map_err(Refusal::denied)
}

/// Recalls a lot: no gate lets it pass any more. The same again changes the reason.
///
/// # Errors
/// [`Kind::NotFound`] for others than the operator; what is wrong with it.
pub async fn put_recall(
    hub: &Hub,
    caller: &Caller,
    product: &str,
    lot: &str,
    reason: &str,
) -> Result<(), Refusal> {
    operator(caller)?;
    if hub.book.immunization.product(product).is_none() {
        return Err(wrong("product", "unknown-product", "ワクチンを一覧から選んでください。"));
    }
    let (lot, reason) = (lot_key(lot), reason.trim());
    let fits = |text: &str, most: usize| !text.is_empty() && text.chars().count() <= most;
    if !fits(&lot, LOT_MAX) {
        return Err(wrong("lot", "wrong-lot", "ロット番号を1から40文字で入れてください。"));
    }
    if !fits(reason, REASON_MAX) {
        return Err(wrong("reason", "wrong-reason", "回収の理由を1から200文字で入れてください。"));
    }
    let (product, reason) = (product.to_owned(), reason.to_owned());
    let of = Recall { product, lot, reason, since: hub.now() };
    let put = hub.store.write(move |tx| tx.put_recall(&of)).await;
    put.map_err(|error: StoreError| error.into())
}

/// Lifts a recall that was a mistake.
///
/// # Errors
/// [`Kind::NotFound`] for others than the operator, and for a lot that is not recalled.
pub async fn lift_recall(
    hub: &Hub,
    caller: &Caller,
    product: &str,
    lot: &str,
) -> Result<(), Refusal> {
    operator(caller)?;
    let (product, lot, at) = (product.to_owned(), lot.to_owned(), hub.now());
    let lifted = hub.store.write(move |tx| tx.lift_recall(&product, &lot, at)).await;
    match lifted.map_err(|error: StoreError| Refusal::from(error))? {
        true => Ok(()),
        false => Err(Refusal::not_found()),
    }
}

fn wrong(at: &str, code: &'static str, ja: &str) -> Refusal {
    let en = "Choose a vaccine of the list; a lot has 1 to 40 characters, a reason 1 to 200.";
    Refusal { at: at.into(), ..Refusal::new(Kind::Invalid, code, ja, en) }
}

/// Every recall, newest first: for the operator, or with how many residents got the lot for a
/// municipality.
///
/// # Errors
/// [`Kind::NotFound`] for other callers.
pub async fn list_recalls(hub: &Hub, caller: &Caller) -> Result<Vec<RecallView>, Refusal> {
    let cohort = match caller.role {
        Role::Operator => None,
        _ => Some(cohort(hub, caller)?),
    };
    let book = Arc::clone(&hub.book);
    let listed = hub.store.read(move |tx| {
        let mut views = Vec::new();
        for of in tx.recalls()? {
            let here = match &cohort {
                Some(cohort) => Some(tx.count_lot(cohort, &of.product, &of.lot)?),
                None => None,
            };
            let Recall { product, lot, reason, since } = of;
            let name = product_name(&book.immunization, &product);
            views.push(RecallView { product: (product, name), lot, reason, since, here });
        }
        Ok(views)
    });
    listed.await.map_err(|error: StoreError| error.into())
}

/// Who of the municipality's residents got a lot, recalled or not. One audit entry for the list.
///
/// # Errors
/// [`Kind::NotFound`] for callers of no municipality.
pub async fn who_got(
    hub: &Hub,
    caller: &Caller,
    product: &str,
    lot: &str,
) -> Result<Recipients, Refusal> {
    let (cohort, book) = (cohort(hub, caller)?, Arc::clone(&hub.book));
    let (product, lot) = (product.to_owned(), lot_key(lot));
    let got = hub.store.read(move |tx| {
        let of = (product.as_str(), lot.as_str());
        let today = cohort.request().at.day_in_japan();
        let count = tx.count_lot(&cohort, of.0, of.1)?;
        let mut people = Vec::new();
        tx.got_lot(&cohort, of, &[Record::Patient, Record::Dose], |_, rows| {
            if let Some(chart) = Chart::of_rows(rows, &book.immunization, today)?
                && people.len() < PEOPLE_MAX
            {
                people.push(recipient(&chart, of));
            }
            Ok(())
        })?;
        let reason = tx.recalled(of.0, of.1)?.map(|(reason, _)| reason);
        let name = product_name(&book.immunization, &product);
        let others = count - i64::try_from(people.len()).unwrap_or(count);
        let (product, lot) = ((product.clone(), name), lot.clone());
        Ok(Recipients { product, lot, reason, people, others })
    });
    got.await.map_err(|error: StoreError| error.into())
}

fn recipient(chart: &Chart, (product, lot): (&str, &str)) -> Recipient {
    let doses = chart.doses.iter().map(|kept| &kept.face).filter(|face| {
        face.status == DoseStatus::Completed
            && face.product == product
            && face.lot.as_deref().is_some_and(|has| lot_key(has) == lot)
    });
    let mut at: Vec<String> = doses
        .clone()
        .filter_map(|face| face.institution_name.clone().or_else(|| face.institution.clone()))
        .collect();
    at.dedup();
    Recipient {
        name: chart.five.name.clone(),
        birth: chart.five.birth,
        on: doses.map(|face| face.on).collect(),
        at,
    }
}
