//! A person on a municipality's list, for checkups or for immunisation: who it is, and their key.

use domain::access::Request;
use domain::finding::Finding;
use domain::identity::LinkKey;
use domain::number::MyNumber;
use domain::person::FiveAttributes;
use fhir::Kind as Record;
use store::vault::Claim;
use store::{Candidate, Room, StoreError, Tx};

use super::subsidy::vault_closed;
use super::{Applied, Context, nothing_to_end};
use crate::enter::{self, Arrival, Entered, Found};

/// Somebody to be listed, prepared outside of the writer.
pub(super) struct Listing {
    /// Only if 基本5情報 were sent: otherwise the person must be known.
    arrival: Option<Arrival>,
    claim: Claim,
    /// 自治体別本人キー
    key: String,
}

impl Listing {
    /// Prepares what does not need the store.
    pub(super) fn prepare(
        context: &Context,
        number: &MyNumber,
        five: Option<FiveAttributes>,
        key: String,
    ) -> Result<Self, Finding> {
        let hub = &context.hub;
        let claim =
            hub.store.vault().claim(number, hub.store.entropy()).map_err(|_| vault_closed())?;
        let arrival = five.map(|five| {
            Arrival::new(
                claim.key(),
                Some(claim.clone()),
                five,
                (&context.municipality, &context.municipality),
                hub.name(),
                &hub.book().names,
            )
        });
        Ok(Self { arrival, claim, key })
    }

    /// Who is listed as a resource of `kind`, and the held case. A removal enters nobody.
    pub(super) fn enter(
        &self,
        tx: &mut Tx<'_>,
        context: &Context,
        request: &Request,
        (kind, removal): (Record, bool),
    ) -> Result<Result<(Candidate, Option<String>), Applied>, StoreError> {
        let entered = match self.whom(tx, context, request, (kind, removal))? {
            Ok(entered) => entered,
            Err(otherwise) => return Ok(Err(otherwise)),
        };
        if entered.1.is_none() && !self.claim_key(tx, context, &entered.0)? {
            return Ok(Err(Applied::Refused(key_taken())));
        }
        Ok(Ok(entered))
    }

    /// The reference of the person's description; none if this municipality has none.
    pub(super) fn patient(
        &self,
        room: &mut Room<'_, '_>,
        context: &Context,
    ) -> Result<Option<String>, StoreError> {
        match &self.arrival {
            Some(arrival) => arrival.describe(room, &context.client, false).map(Some),
            None => {
                let item = room.item_of(Record::Patient, &context.municipality)?;
                Ok(item.map(|item| format!("Patient/{item}")))
            }
        }
    }

    fn whom(
        &self,
        tx: &mut Tx<'_>,
        context: &Context,
        request: &Request,
        (kind, removal): (Record, bool),
    ) -> Result<Result<(Candidate, Option<String>), Applied>, StoreError> {
        let find = enter::may_find(request)?;
        let names = &context.hub.book().names;
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
            let what = (kind, context.municipality.as_str());
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
        let (municipality, key) = (context.municipality.clone(), self.key.clone());
        let key = LinkKey::MunicipalPerson { municipality, key };
        match tx.claim(&key, of, context.request().at) {
            Ok(()) => Ok(true),
            Err(StoreError::Taken) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

pub(super) fn unknown_person() -> Finding {
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
