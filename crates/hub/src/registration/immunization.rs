//! 予防接種対象者: a municipality says who lives there, and which doses they had (接種記録).
//!
//! A past dose is a fact and is recorded as such, whatever the schedule says of it (design, wall 4).

use domain::finding::Finding;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::immunization::{self as dose, DoseFace, DoseStatus, Origin, Program};
use fhir::profiles::immunization_target::{self, ImmunizationTarget};
use jiff::civil::Date;
use store::record::{New, Stored};
use store::{Room, StoreError, Tx};

use super::intake_records::Parsed;
use super::listing::{Listing, unknown_person};
use super::{Applied, Context, Deed, Prepared, findings};
use crate::eligibility::unreadable;
use crate::enter;
use crate::intake::immunization::{self, Change, Known, PastDose, Target};

/// Reads the records, and warns of those that stand again later in the batch.
pub(super) fn parse(context: &Context, tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let book = context.hub.book();
    let known = Known {
        product: &|code| book.immunization.product(code).is_some(),
        numbers: &book.numbers,
        today: context.hub.now().day_in_japan(),
    };
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
        for (past, item) in self.target.doses.iter().zip(&self.items) {
            keep(&mut room, past, &New { kind: Record::Dose, item, ..new }, &patient)?;
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

/// Keeps a past dose, or ends it. What is sent again unchanged leaves no version.
fn keep(
    room: &mut Room<'_, '_>,
    past: &PastDose,
    new: &New<'_>,
    patient: &str,
) -> Result<(), StoreError> {
    let key = format!("{}\u{1f}{}", new.custodian, past.key);
    let new = New { key: &key, ..*new };
    let known = room.read(Record::Dose)?.into_iter().find(|row| row.key == key);
    let face = face_of(past, &new, known.as_ref())?;
    if past.deleted {
        let gone = DoseFace { status: DoseStatus::EnteredInError, ..face };
        let mut place = String::new();
        room.end(&new, |old| {
            place.clone_from(&old.item);
            dose::write(&gone, &old.item, patient)
        })?;
        return match place.is_empty() {
            true => Ok(()),
            false => room.file_dose(&place, &past.product, None),
        };
    }
    let mut place = String::new();
    room.put(&new, |item| {
        item.clone_into(&mut place);
        dose::write(&face, item, patient)
    })?;
    room.file_dose(&place, &past.product, past.lot.as_deref())
}

fn face_of(past: &PastDose, new: &New<'_>, known: Option<&Stored>) -> Result<DoseFace, StoreError> {
    let of = |recorded| DoseFace {
        institution: past.institution.clone(),
        institution_name: past.institution_name.clone(),
        lot: past.lot.clone(),
        expires: past.expires,
        hundredths: past.hundredths,
        gtin: past.gtin.clone(),
        site: past.site.clone(),
        route: past.route.clone(),
        physician: past.physician.clone(),
        special: past.special.map(str::to_owned),
        note: past.note.clone(),
        program: past.routine.map(|yes| if yes { Program::Routine } else { Program::Voluntary }),
        correction: past.reason.clone(),
        ..DoseFace::new(&past.product, past.date, recorded, Origin::Municipality)
    };
    let before = known.map(|row| dose::read(&row.body).map_err(unreadable)).transpose()?;
    // The same dose keeps the instant at which it was first recorded so.
    let same = before.filter(|before| of(before.recorded) == *before);
    Ok(same.unwrap_or_else(|| of(new.at)))
}
