//! 医療費助成対象者: a certificate of one person is registered, replaced or ended.

use domain::access::Request;
use domain::certificate::Certificate;
use domain::finding::{Finding, refused};
use domain::scheme::Scheme;
use fhir::Kind as Record;
use fhir::json::Tree;
use fhir::profiles::certificate::{self, Status};
use store::record::New;
use store::{Room, StoreError, Tx};

use super::intake_records::Parsed;
use super::{Applied, Context, Deed, Prepared, findings, nothing_to_end};
use crate::enter::{self, Arrival, Found};
use crate::intake::limits;
use crate::intake::subsidy::{self, Registration};

/// Reads the records, refuses those that the scheme master does not know, and warns of those that
/// stand again later in the batch.
pub(super) fn parse(context: &Context, tree: &Tree<'_>) -> Result<Vec<Parsed>, Finding> {
    let rules = &context.hub.book().numbers;
    let mut records: Vec<subsidy::Record> = subsidy::parse(tree, &context.municipality, rules)?
        .map(|record| record.and_then(|registration| known_to_scheme(context, registration)))
        .collect();
    let superseded = subsidy::superseded(&records);
    findings::warn(&mut records, superseded, |registration| &mut registration.warnings);
    Ok(records.into_iter().map(|record| Parsed::Subsidy(Box::new(record))).collect())
}

/// A registration that ends a certificate needs no scheme: the scheme may have ended with it.
fn known_to_scheme(context: &Context, registration: Registration) -> subsidy::Record {
    if registration.deleted {
        return Ok(registration);
    }
    let of = &registration.certificate;
    let findings = match context.schemes.iter().find(|scheme| scheme.type_id == of.type_id) {
        None => vec![unknown_type()],
        Some(scheme) => check(scheme, of),
    };
    if refused(&findings) {
        return Err([registration.warnings, findings].concat());
    }
    Ok(registration)
}

fn check(scheme: &Scheme, of: &Certificate) -> Vec<Finding> {
    scheme.check(
        of.payer_number.as_deref(),
        of.income_segment.as_deref(),
        of.additional_conditions.as_deref(),
    )
}

fn unknown_type() -> Finding {
    Finding::stop(
        "unknown-certificate-type",
        "orgSpecificCertificateTypeId",
        "この受給者証種別は制度マスタにありません。先に制度マスタ(PUT /pmh/v1/schemes)に登録してください。",
        "This certificate type is not in the scheme master; set it up first (PUT /pmh/v1/schemes).",
    )
}

pub(super) fn prepare(context: &Context, record: subsidy::Record) -> Prepared {
    Prepared::of(record, |registration| {
        let hub = &context.hub;
        let claim = hub.store.vault().claim(&registration.my_number, hub.store.entropy());
        let claim = claim.map_err(|_| vault_closed())?;
        let arrival = Arrival::new(
            claim.key(),
            Some(claim),
            registration.five,
            (&context.municipality, &context.municipality),
            hub.name(),
            &hub.book().names,
        );
        let deed = Register {
            arrival,
            key: upsert_key(&registration.certificate),
            item: hub.name(),
            certificate: registration.certificate,
            deleted: registration.deleted,
        };
        Ok((deed, registration.warnings))
    })
}

pub(super) fn vault_closed() -> Finding {
    Finding::stop(
        "vault-closed",
        "myNumber",
        "個人番号の保管庫が使えません。運用者に連絡し、時間をおいて送り直してください。",
        "The vault is closed; tell the operator and send it again later.",
    )
}

fn too_many() -> Finding {
    let (most, ended) = (limits::CERTIFICATES, limits::CERTIFICATES_ENDED);
    Finding::stop(
        "too-many-certificates",
        "historyKey",
        format!(
            "この方の受給者証が多すぎます(有効なもの{most}件、終了したもの{ended}件まで)。更新には同じhistoryKeyを使い、\
             要らない受給者証はisDeletedで終了してください。"
        ),
        format!(
            "This person has too many certificates of yours (at most {most} in force, {ended} \
             ended): update under the same historyKey, and end with isDeleted what is over."
        ),
    )
}

/// The upsert key of design (ours): municipality, type, sub-key, history key.
fn upsert_key(of: &Certificate) -> String {
    let key = of.key();
    [key.municipality, key.type_id, key.sub_key, key.history_key].join("\u{1f}")
}

struct Register {
    arrival: Arrival,
    key: String,
    item: String,
    certificate: Certificate,
    deleted: bool,
}

impl Deed for Register {
    fn apply(&self, tx: &mut Tx<'_>, context: &Context) -> Result<Applied, StoreError> {
        let request = context.request();
        if self.deleted {
            return self.end(tx, context, &request);
        }
        let entered = self.arrival.enter(tx, &request, &context.hub.book().names)?;
        let mut room = enter::open(tx, &entered.candidate, &request)?;
        if !self.has_room(&mut room, &context.municipality)? {
            return Ok(Applied::Refused(too_many()));
        }
        let patient = self.arrival.describe(&mut room, &context.client, false)?;
        let new = self.new_version(context, &request);
        room.put(&new, |item| certificate::write(&self.certificate, item, &patient))?;
        drop(room);
        if let (true, Some(near)) = (new.hidden, &entered.near) {
            tx.hide_while_held(near)?;
        }
        Ok(entered.held.map_or(Applied::Accepted, Applied::Held))
    }
}

impl Register {
    /// Whether one more certificate of the municipality is within the limits, unless it is known.
    fn has_room(&self, room: &mut Room<'_, '_>, whose: &str) -> Result<bool, StoreError> {
        if room.holds(Record::CoverageCertificate, &self.key)? {
            return Ok(true);
        }
        let (current, ended) = room.count(Record::CoverageCertificate, whose)?;
        Ok(current < limits::CERTIFICATES && ended < limits::CERTIFICATES_ENDED)
    }

    fn new_version<'a>(&'a self, context: &'a Context, request: &Request) -> New<'a> {
        New {
            kind: Record::CoverageCertificate,
            key: &self.key,
            item: &self.item,
            hidden: self.certificate.not_disclosed && !self.deleted,
            custodian: &context.municipality,
            author: &context.client,
            at: request.at,
        }
    }

    /// Ends the certificate. Nobody is entered in order to end something; but somebody who came too
    /// different is held with the end, which counts if they turn out to be the one.
    fn end(
        &self,
        tx: &mut Tx<'_>,
        context: &Context,
        request: &Request,
    ) -> Result<Applied, StoreError> {
        let find = enter::may_find(request)?;
        let what = (Record::CoverageCertificate, self.key.as_str());
        let entered = match self.arrival.find(tx, &find, &context.hub.book().names)? {
            Found::Nobody => return Ok(nothing_to_end()),
            Found::There(entered) => entered,
            Found::Apart(known, _) if !enter::has(tx, &known, request, what)? => {
                return Ok(nothing_to_end());
            }
            Found::Apart(known, key) => self.arrival.enter_apart(tx, &key, known, &find)?,
        };
        let ahead = match &entered.near {
            Some(near) => enter::has(tx, near, request, what)?,
            None => false,
        };
        let mut room = enter::open(tx, &entered.candidate, request)?;
        let here = room.holds(what.0, what.1)?;
        if !here && !ahead {
            return Ok(nothing_to_end());
        }
        let patient = self.arrival.describe(&mut room, &context.client, false)?;
        let new = self.new_version(context, request);
        let body = |item: &str| {
            certificate::write_as(&self.certificate, Status::Cancelled, item, &patient)
        };
        match here {
            true => room.end(&new, |old| body(&old.item))?,
            false => room.end_ahead(&new, body)?,
        };
        Ok(entered.held.map_or(Applied::Accepted, Applied::Held))
    }
}
