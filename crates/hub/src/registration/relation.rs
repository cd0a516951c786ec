//! Guardians and children: a relation is registered, replaced or ended.

use domain::day::of_age;
use domain::finding::Finding;
use domain::identity::LinkKey;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::patient;
use fhir::profiles::related_person::{self, RelationFace};
use store::record::New;
use store::relation::Guardianship;
use store::{Candidate, Room, StoreError, Tx};

use super::intake_records::Parsed;
use super::{Applied, Context, Deed, Prepared, findings, nothing_to_end};
use crate::eligibility::unreadable;
use crate::enter::{self, Entered};
use crate::intake::relation::{self, Relation};

/// Reads the records, and warns of those that stand again later in the batch.
pub(super) fn parse(tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let mut records: Vec<relation::Record> = relation::parse(tree)?.collect();
    let superseded = relation::superseded(&records);
    findings::warn(&mut records, superseded, |relation| &mut relation.warnings);
    Ok(records.into_iter().map(Parsed::Relation).collect())
}

pub(super) fn prepare(context: &Context, record: relation::Record) -> Prepared {
    Prepared::of(record, |mut relation| {
        let vault = context.hub.store.vault();
        let (child, guardian) = (vault.key_of(&relation.child), vault.key_of(&relation.guardian));
        let warnings = std::mem::take(&mut relation.warnings);
        Ok((Relate { child, guardian, relation, item: context.hub.name() }, warnings))
    })
}

struct Relate {
    child: LinkKey,
    guardian: LinkKey,
    relation: Relation,
    item: String,
}

impl Deed for Relate {
    fn apply(&self, tx: &mut Tx<'_>, context: &Context) -> Result<Applied, StoreError> {
        let request = context.request();
        let find = enter::may_find(&request)?;
        let key = format!("{}\u{1f}{}", context.municipality, self.relation.history_key);
        // Only people whom the municipality itself described: for a number of others the answer is
        // the same as for one that nobody knows.
        let here = context.municipality.as_str();
        let child = match tx.present_by(&find, &self.child, here)? {
            Some(child) => Entered::present(child),
            None if self.relation.deleted => return Ok(nothing_to_end()),
            None => return Ok(Applied::Refused(unknown("myNumber"))),
        };
        let there = (Record::Relation, key.as_str());
        if self.relation.deleted && !enter::has(tx, &child.candidate, &request, there)? {
            return Ok(nothing_to_end());
        }
        let Some(guardian) = tx.present_by(&find, &self.guardian, here)? else {
            return Ok(Applied::Refused(unknown("guardianMyNumber")));
        };
        let guardian = Entered::present(guardian);
        let (held, guardian) = (child.held.or(guardian.held), guardian.candidate);
        let (child, done) = (child.candidate, held.map_or(Applied::Accepted, Applied::Held));
        if child.is(&guardian) {
            return Ok(Applied::Refused(same_person()));
        }
        let guardian_name = context.hub.pseudonym("relation", guardian.resident());
        let mut room = enter::open(tx, &child, &request)?;
        let new = New {
            kind: Record::Relation,
            key: &key,
            item: &self.item,
            hidden: false,
            custodian: &context.municipality,
            author: &context.client,
            at: request.at,
        };
        let face = RelationFace {
            guardian: format!("Patient/{guardian_name}"),
            relation: self.relation.relation.to_owned(),
            valid_from: self.relation.valid_from,
            valid_to: self.relation.valid_to,
            municipality: context.municipality.clone(),
        };
        let described = room.item_of(Record::Patient, &context.municipality)?;
        let patient = format!("Patient/{}", described.unwrap_or_default());
        let write = |item: &str| related_person::write(&face, item, &patient);
        if self.relation.deleted {
            room.end(&new, |old| write(&old.item))?;
            room.end_guardian(&key)?;
            return Ok(done);
        }
        if let Some(finding) = self.forbidden(&mut room, &guardian, context)? {
            return Ok(Applied::Refused(finding));
        }
        room.put(&new, write)?;
        let valid_to = self.relation.valid_to.map(|day| day.to_string());
        room.put_guardian(&Guardianship {
            guardian: &guardian,
            key: &key,
            valid_from: &self.relation.valid_from.to_string(),
            valid_to: valid_to.as_deref(),
        })?;
        Ok(done)
    }
}

impl Relate {
    /// Why there is no such relation: the child is or may be of age (law:民法4), or guards the
    /// guardian.
    fn forbidden(
        &self,
        room: &mut Room<'_, '_>,
        guardian: &Candidate,
        context: &Context,
    ) -> Result<Option<Finding>, StoreError> {
        let from = self.relation.valid_from;
        let rows = room.read(Record::Patient)?;
        let Some(own) = rows.iter().find(|row| row.key == context.municipality) else {
            return Ok(Some(unknown("myNumber")));
        };
        let birth = patient::read(&own.body).map_err(unreadable)?.attributes.birth;
        let Some(birth) = birth.day() else { return Ok(Some(birth_unknown())) };
        if of_age(birth, from, &context.hub.book().calendar.majority) {
            return Ok(Some(adult()));
        }
        Ok(room.guards(guardian, &from.to_string())?.then(circle))
    }
}

fn birth_unknown() -> Finding {
    Finding::stop(
        "birth-unknown",
        "myNumber",
        "子の生年月日に不詳の部分があり、未成年か判断できません。生年月日を確かめて登録し直してください。",
        "The child's date of birth is not known whole, so nobody can tell that they are a minor; \
         correct it first.",
    )
}

fn adult() -> Finding {
    Finding::stop(
        "child-of-age",
        "validFrom",
        "開始日に、子が成年に達しています。成年者の保護者は登録できません。番号と開始日を確かめてください。",
        "The child has attained majority by the first day; check the numbers and validFrom.",
    )
}

fn circle() -> Finding {
    Finding::stop(
        "guardian-circle",
        "guardianMyNumber",
        "この保護者の保護者として、この子が登録されています。子と保護者の個人番号が逆でないか確かめてください。",
        "This child is registered as a guardian of this guardian; check that the two are not exchanged.",
    )
}

fn unknown(at: &'static str) -> Finding {
    Finding::stop(
        "person-unknown",
        at,
        "この個人番号の方は貴自治体から登録されていません。先に対象者として登録してから、送り直してください。",
        "Your municipality has registered nobody under this number; register the person first.",
    )
}

fn same_person() -> Finding {
    Finding::stop(
        "same-person",
        "guardianMyNumber",
        "本人と保護者が同じ方です。どちらかの個人番号を確かめてください。",
        "Child and guardian are the same person; check both numbers.",
    )
}
