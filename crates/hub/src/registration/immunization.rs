//! 予防接種対象者: a municipality says who lives there, and which doses they had (接種記録).
//!
//! A past dose is a fact and is recorded as such, whatever the schedule says of it (design, wall 4).

use domain::finding::Finding;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::immunization::Origin;
use fhir::profiles::immunization_target::{self, ImmunizationTarget};
use jiff::civil::Date;
use store::record::New;
use store::{Room, StoreError, Tx};

use super::intake_records::Parsed;
use super::listing::{Listing, unknown_person};
use super::{Applied, Context, Deed, Prepared, findings};
use crate::eligibility::unreadable;
use crate::enter;
use crate::immunization::past::{keep, known};
use crate::intake::immunization::{self, Change, Target};

/// Reads the records, and warns of those that stand again later in the batch.
pub(super) fn parse(context: &Context, tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let known = known(&context.hub);
    let mut records: Vec<immunization::Record> = immunization::parse(tree, known)?.collect();
    let superseded = immunization::superseded(&records);
    findings::warn(&mut records, superseded, |target| &mut target.warnings);
    Ok(records.into_iter().map(|record| Parsed::Immunization(Box::new(record))).collect())
}

pub(super) fn prepare(context: &Context, record: immunization::Record) -> Prepared {
    Prepared::of(record, |mut target| {
        let (five, warnings) = (target.five.take(), std::mem::take(&mut target.warnings));
        let listing = Listing::prepare(context, &target.my_number, five, target.key.clone())?;
        let items = target.doses.iter().map(|_| context.hub.name()).collect();
        Ok((Follow { listing, target, item: context.hub.name(), items }, warnings))
    })
}

struct Follow {
    listing: Listing,
    target: Target,
    item: String,
    /// Logical ids of the doses, if they are new.
    items: Vec<String>,
}

impl Deed for Follow {
    fn apply(&self, tx: &mut Tx<'_>, context: &Context) -> Result<Applied, StoreError> {
        let request = context.request();
        let removal = matches!(self.target.change, Change::Remove { .. });
        let what = (Record::ImmunizationTarget, removal);
        let (candidate, held) = match self.listing.enter(tx, context, &request, what)? {
            Ok(entered) => entered,
            Err(otherwise) => return Ok(otherwise),
        };
        let mut room = enter::open(tx, &candidate, &request)?;
        let Some(patient) = self.listing.patient(&mut room, context)? else {
            return Ok(Applied::Refused(unknown_person()));
        };
        let face = self.face(&mut room, context, request.at.day_in_japan())?;
        let new = context.listed(Record::ImmunizationTarget, &self.item, request.at);
        // A removal that comes again corrects the day: the last version says when they left.
        room.put(&new, |item| immunization_target::write(&face, item, &patient))?;
        room.put_residence(&context.municipality, face.since, face.left_on)?;
        let known = room.read(Record::Dose)?;
        for (past, item) in self.target.doses.iter().zip(&self.items) {
            let key = format!("{}\u{1f}{}", context.municipality, past.key);
            let new = New { kind: Record::Dose, item, key: &key, ..new };
            keep(&mut room, (past, &known), &new, (&patient, Origin::Municipality))?;
        }
        Ok(held.map_or(Applied::Accepted, Applied::Held))
    }
}

impl Follow {
    /// What is to be said of the person; what this record leaves open stays as it was.
    fn face(
        &self,
        room: &mut Room<'_, '_>,
        context: &Context,
        today: Date,
    ) -> Result<ImmunizationTarget, StoreError> {
        let before = room.read(Record::ImmunizationTarget)?;
        let before = before.iter().find(|row| row.key == context.municipality);
        let before = before
            .map(|row| immunization_target::read(&row.body).map_err(unreadable))
            .transpose()?;
        let (sent, left_on) = match self.target.change {
            Change::Set { since } => (since, None),
            Change::Remove { on } => (None, Some(on.unwrap_or(today))),
        };
        let since = sent.or_else(|| before.as_ref().map(|before| before.since)).unwrap_or(today);
        Ok(ImmunizationTarget {
            municipality: context.municipality.clone(),
            key: self.target.key.clone(),
            // Whoever left before they came, by what was sent, came on the day they left.
            since: left_on.map_or(since, |left_on| since.min(left_on)),
            left_on,
            due: self.target.due,
            flags: self.target.flags.clone(),
        })
    }
}
