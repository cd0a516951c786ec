//! 自治体検診対象者: a person is listed, changed, or taken off the list.

use domain::access::Request;
use domain::finding::Finding;
use domain::identity::LinkKey;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::checkup_target::{self, CheckupTarget};
use store::record::New;
use store::vault::Claim;
use store::{Candidate, StoreError, Tx};

use super::intake_records::Parsed;
use super::subsidy::vault_closed;
use super::{Applied, Context, Deed, Prepared, findings, nothing_to_end};
use crate::enter::{self, Arrival, Entered, Found};
use crate::intake::checkup::{self, Change, Target};

/// Reads the records, and warns of those that stand again later in the batch.
pub(super) fn parse(tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let mut records: Vec<checkup::Record> = checkup::parse(tree)?.collect();
    let superseded = checkup::superseded(&records);
    findings::warn(&mut records, superseded, |target| &mut target.warnings);
    Ok(records.into_iter().map(Parsed::Checkup).collect())
}

pub(super) fn prepare(context: &Context, record: checkup::Record) -> Prepared {
    let mut target = match record {
        Ok(target) => target,
        Err(findings) => return Prepared::Refused(findings),
    };
    let hub = &context.hub;
    let Ok(claim) = hub.store.vault().claim(&target.my_number, hub.store.entropy()) else {
        return Prepared::Refused(vec![vault_closed()]);
    };
    let arrival = target.five.take().map(|five| {
        Arrival::new(
            claim.key(),
            Some(claim.clone()),
            five,
            (&context.municipality, &context.municipality),
            hub.name(),
            &hub.book().names,
        )
    });
    let warnings = std::mem::take(&mut target.warnings);
    Prepared::Ready(Box::new(List { arrival, claim, target, item: hub.name() }), warnings)
}

struct List {
    /// Only if 基本5情報 were sent: otherwise the person must be known.
    arrival: Option<Arrival>,
    claim: Claim,
    target: Target,
    item: String,
}

impl Deed for List {
    fn apply(&self, tx: &mut Tx<'_>, context: &Context) -> Result<Applied, StoreError> {
        let request = context.request();
        let (candidate, held) = match self.whom(tx, context, &request)? {
            Ok(entered) => entered,
            Err(otherwise) => return Ok(otherwise),
        };
        if held.is_none() && !self.claim_key(tx, context, &candidate)? {
            return Ok(Applied::Refused(key_taken()));
        }
        let mut room = enter::open(tx, &candidate, &request)?;
        let patient = match &self.arrival {
            Some(arrival) => arrival.describe(&mut room, &context.client, false)?,
            None => match room.item_of(Record::Patient, &context.municipality)? {
                Some(item) => format!("Patient/{item}"),
                None => return Ok(Applied::Refused(unknown_person())),
            },
        };
        let removed_on = match self.target.change {
            Change::Set => None,
            Change::Remove { on } => on.or_else(|| Some(request.at.day_in_japan())),
        };
        let face = CheckupTarget {
            municipality: context.municipality.clone(),
            key: self.target.key.clone(),
            removed_on,
            members: self.target.members.clone(),
        };
        let new = New {
            kind: Record::CheckupTarget,
            key: &context.municipality,
            item: &self.item,
            hidden: false,
            custodian: &context.municipality,
            author: &context.client,
            at: request.at,
        };
        // A removal that comes again corrects the day: the last version says when they left.
        room.put(&new, |item| checkup_target::write(&face, item, &patient))?;
        Ok(held.map_or(Applied::Accepted, Applied::Held))
    }
}

impl List {
    /// Who is listed, and the held case; a removal enters nobody.
    fn whom(
        &self,
        tx: &mut Tx<'_>,
        context: &Context,
        request: &Request,
    ) -> Result<Result<(Candidate, Option<String>), Applied>, StoreError> {
        let find = enter::may_find(request)?;
        let names = &context.hub.book().names;
        let removal = matches!(self.target.change, Change::Remove { .. });
        let found = match &self.arrival {
            Some(arrival) if !removal => {
                let entered = arrival.enter(tx, request, names)?;
                return Ok(Ok((entered.candidate, entered.held)));
            }
            Some(arrival) => arrival.find(tx, &find, names)?,
            None => match tx.present_by(&find, &self.claim.key(), &context.municipality)? {
                Some(known) => Found::There(Entered::present(known)),
                None => Found::Nobody,
            },
        };
        let (here, near) = match &found {
            Found::Nobody if removal => return Ok(Err(nothing_to_end())),
            Found::Nobody => return Ok(Err(Applied::Refused(unknown_person()))),
            Found::There(entered) => (entered.candidate, entered.near),
            Found::Apart(known, _) => (*known, None),
        };
        if removal {
            let what = (Record::CheckupTarget, context.municipality.as_str());
            let mut listed = enter::has(tx, &here, request, what)?;
            if let Some(near) = near {
                listed |= enter::has(tx, &near, request, what)?;
            }
            if !listed {
                return Ok(Err(nothing_to_end()));
            }
        }
        let entered = match (found, &self.arrival) {
            (Found::There(entered), _) => entered,
            (Found::Apart(known, key), Some(arrival)) => {
                arrival.enter_apart(tx, &key, known, &find)?
            }
            _ => return Ok(Err(nothing_to_end())),
        };
        Ok(Ok((entered.candidate, entered.held)))
    }

    /// 自治体別本人キー stands for one person of the municipality.
    fn claim_key(
        &self,
        tx: &mut Tx<'_>,
        context: &Context,
        of: &Candidate,
    ) -> Result<bool, StoreError> {
        let (municipality, key) = (context.municipality.clone(), self.target.key.clone());
        let key = LinkKey::MunicipalPerson { municipality, key };
        match tx.claim(&key, of, context.request().at) {
            Ok(()) => Ok(true),
            Err(StoreError::Taken) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn unknown_person() -> Finding {
    Finding::stop(
        "person-unknown",
        "myNumber",
        "この個人番号の方は貴自治体から登録されていません。先に対象者を登録するか、basicFiveInfoを添えて送ってください。",
        "Your municipality has registered nobody under this number; register the person first or \
         send basicFiveInfo.",
    )
}

fn key_taken() -> Finding {
    Finding::stop(
        "person-key-taken",
        "municipalityIdentityKey",
        "この自治体別本人キーは別の方に使われています。キーか個人番号を確かめてください。",
        "This key stands for somebody else; check the key and the number.",
    )
}
