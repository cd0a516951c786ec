//! A municipality reads a dose of somebody who lives there: what its feed told of.

use std::sync::Arc;

use domain::access::{self, Basis, Caller, Purpose};
use fhir::Kind as Record;

use super::chart::Chart;
use crate::Hub;
use crate::refusal::Refusal;

/// A dose as a municipality reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 自治体別本人キー of whoever got it.
    pub key: String,
    /// The version, from 1.
    pub version: i64,
    /// The FHIR resource, as kept.
    pub body: Vec<u8>,
}

/// Reads a dose by its logical id.
///
/// # Errors
/// [`crate::Kind::NotFound`] if it is not there, was cancelled, or is of somebody who does not live in
/// the caller's municipality: these look alike.
pub async fn read_dose(hub: &Hub, caller: &Caller, item: &str) -> Result<Entry, Refusal> {
    let request = hub.request(caller, Purpose::ImmunizationCare, Basis::MunicipalTask);
    let (book, item) = (Arc::clone(&hub.book), item.to_owned());
    let read = hub.store.read(move |tx| {
        let find = access::find(request.clone()).map_err(Refusal::denied)?;
        let candidate = tx.find_dose(&find, &item)?.ok_or_else(Refusal::not_found)?;
        let access = tx.decide(&candidate, &request)?.map_err(Refusal::denied)?;
        let mut room = tx.enter(access)?;
        let chart = Chart::read(&mut room, &book.immunization)?;
        let target = chart.iter().flat_map(|chart| &chart.targets);
        let here = target.into_iter().find(|it| it.municipality == request.caller.organisation);
        let key = here.map(|target| target.key.clone()).unwrap_or_default();
        let rows = room.read(Record::Dose)?;
        let row = rows.into_iter().find(|row| row.item == item).ok_or_else(Refusal::not_found)?;
        Ok::<_, Refusal>(Entry { key, version: row.version, body: row.body })
    });
    read.await
}
