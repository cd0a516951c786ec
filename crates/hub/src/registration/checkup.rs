//! 自治体検診対象者: a person is listed, changed, or taken off the list.

use domain::finding::Finding;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::checkup_target::{self, CheckupTarget};
use store::{StoreError, Tx};

use super::intake_records::Parsed;
use super::listing::{Listing, unknown_person};
use super::{Applied, Context, Deed, Prepared, findings};
use crate::enter;
use crate::intake::checkup::{self, Change, Target};

/// Reads the records, and warns of those that stand again later in the batch.
pub(super) fn parse(tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let mut records: Vec<checkup::Record> = checkup::parse(tree)?.collect();
    let superseded = checkup::superseded(&records);
    findings::warn(&mut records, superseded, |target| &mut target.warnings);
    Ok(records.into_iter().map(Parsed::Checkup).collect())
}

pub(super) fn prepare(context: &Context, record: checkup::Record) -> Prepared {
    Prepared::of(record, |mut target| {
        let (five, warnings) = (target.five.take(), std::mem::take(&mut target.warnings));
        let listing = Listing::prepare(context, &target.my_number, five, target.key.clone())?;
        Ok((List { listing, target, item: context.hub.name() }, warnings))
    })
}

struct List {
    listing: Listing,
    target: Target,
    item: String,
}

impl Deed for List {
    fn apply(&self, tx: &mut Tx<'_>, context: &Context) -> Result<Applied, StoreError> {
        let request = context.request();
        let removed_on = match self.target.change {
            Change::Set => None,
            Change::Remove { on } => on.or_else(|| Some(request.at.day_in_japan())),
        };
        let what = (Record::CheckupTarget, removed_on.is_some());
        let (candidate, held) = match self.listing.enter(tx, context, &request, what)? {
            Ok(entered) => entered,
            Err(otherwise) => return Ok(otherwise),
        };
        let mut room = enter::open(tx, &candidate, &request)?;
        let Some(patient) = self.listing.patient(&mut room, context)? else {
            return Ok(Applied::Refused(unknown_person()));
        };
        let face = CheckupTarget {
            municipality: context.municipality.clone(),
            key: self.target.key.clone(),
            removed_on,
            members: self.target.members.clone(),
        };
        let new = context.listed(Record::CheckupTarget, &self.item, request.at);
        // A removal that comes again corrects the day: the last version says when they left.
        room.put(&new, |item| checkup_target::write(&face, item, &patient))?;
        Ok(held.map_or(Applied::Accepted, Applied::Held))
    }
}
