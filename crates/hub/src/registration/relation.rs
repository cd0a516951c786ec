//! Guardians and children: a relation is registered, replaced or ended.

use domain::finding::Finding;
use domain::identity::LinkKey;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::related_person::{self, RelationFace};
use store::record::New;
use store::relation::Guardianship;
use store::{StoreError, Tx};

use super::intake_records::Parsed;
use super::{Applied, Context, Deed, Prepared, findings};
use crate::enter;
use crate::intake::relation::{self, Relation};

/// Reads the records, and warns of those that stand again later in the batch.
pub(super) fn parse(tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let mut records: Vec<relation::Record> = relation::parse(tree)?.collect();
    let superseded = relation::superseded(&records);
    findings::warn(&mut records, superseded, |relation| &mut relation.warnings);
    Ok(records.into_iter().map(Parsed::Relation).collect())
}

pub(super) fn prepare(context: &Context, record: relation::Record) -> Prepared {
    let mut relation = match record {
        Ok(relation) => relation,
        Err(findings) => return Prepared::Refused(findings),
    };
    let vault = context.hub.store.vault();
    let (child, guardian) = (vault.key_of(&relation.child), vault.key_of(&relation.guardian));
    let warnings = std::mem::take(&mut relation.warnings);
    let deed = Relate { child, guardian, relation, item: context.hub.name() };
    Prepared::Ready(Box::new(deed), warnings)
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
        let find = domain::access::find(request.clone())
            .map_err(|_| StoreError::NotOpened("registration"))?;
        let Some(child) = tx.find_to_enter(&find, &self.child)? else {
            return Ok(Applied::Refused(unknown("myNumber")));
        };
        let Some(guardian) = tx.find_to_enter(&find, &self.guardian)? else {
            return Ok(Applied::Refused(unknown("guardianMyNumber")));
        };
        if child.is(&guardian) {
            return Ok(Applied::Refused(same_person()));
        }
        let key = format!("{}\u{1f}{}", context.municipality, self.relation.history_key);
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
        let write = |item: &str| related_person::write(&face, item, "Patient/unstated");
        if self.relation.deleted {
            room.end(&new, |old| write(&old.item))?;
            room.end_guardian(&key)?;
            return Ok(Applied::Accepted);
        }
        room.put(&new, write)?;
        let valid_to = self.relation.valid_to.map(|day| day.to_string());
        room.put_guardian(&Guardianship {
            guardian: &guardian,
            key: &key,
            valid_from: &self.relation.valid_from.to_string(),
            valid_to: valid_to.as_deref(),
        })?;
        Ok(Applied::Accepted)
    }
}

fn unknown(at: &'static str) -> Finding {
    Finding::stop(
        "person-unknown",
        at,
        "この個人番号の方は登録されていません。先に対象者を登録してください。",
        "Nobody is registered under this number; register the person first.",
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
