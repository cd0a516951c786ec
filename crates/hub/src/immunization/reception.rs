//! Reception: a desk taps a card, or types name and birth date where the card fails, and sees the
//! person, their form, their history, and what may be given today.

use std::sync::Arc;

use domain::access::{self, Access, Basis, Caller, Purpose, Request};
use domain::form::State;
use domain::identity::{LinkKey, lookup_keys};
use domain::instant::Instant;
use domain::name::agree;
use domain::person::{FiveAttributes, ResidentId, Sex};
use fhir::Kind as Record;
use fhir::profiles::questionnaire_response;
use lawbook::Lawbook;
use store::record::New;
use store::{Candidate, Room, StoreError, Tx};

use super::chart::Chart;
use super::desk::{DeskView, possible, seen};
use super::form::{KeptForm, forms_of};
use crate::Hub;
use crate::credential::CardRefusal;
use crate::credential::card::CardAnswerWire;
use crate::credential::challenge::OpenChallenge;
use crate::credential::token::{DRAFT_SECONDS, Draft, RECEPTION_SECONDS, Reception};
use crate::eligibility::{
    CHALLENGE, at_an_institution, bound_to_a_terminal, card_refusal, verified,
};
use crate::intake::reception::Identified;
use crate::refusal::{Kind, Refusal};

/// Somebody was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What the desk holds: it names the person, the institution and the time.
    pub token: String,
    /// From when on it is refused.
    pub expires: Instant,
    /// What the desk sees.
    pub view: DeskView,
}

/// Receives somebody for a dose. Forms that were handed in are received with them: from then on the
/// family's answers are frozen.
///
/// # Errors
/// What is wrong with the card's answer; `nobody-found` for everybody who may not be shown,
/// `several-found` where name and birth date do not tell two people apart, `birth-unknown`.
pub async fn receive(hub: &Hub, caller: &Caller, who: Identified) -> Result<Received, Refusal> {
    at_an_institution(caller)?;
    match who {
        Identified::Card { challenge, certificate_der, signature } => {
            let answer = CardAnswerWire { certificate_der, signature };
            let request = hub.request(caller, Purpose::Immunization, Basis::CardOnly);
            let (open, card) = verified(hub, &request, &challenge, &answer).await?;
            let key = LinkKey::Card { generation: card.generation, serial: card.serial };
            open_reception(hub, request, Arrival::Card(key, open)).await
        }
        Identified::Described { name, kana, birth } => {
            bound_to_a_terminal(caller)?;
            let request = hub.request(caller, Purpose::Immunization, Basis::NameAndBirth);
            let (address, sex) = (String::new(), Sex::Unknown);
            let five = FiveAttributes { name, kana, birth, sex, address };
            open_reception(hub, request, Arrival::Described(five)).await
        }
    }
}

/// How somebody came to the desk.
enum Arrival {
    Card(LinkKey, OpenChallenge),
    Described(FiveAttributes),
}

async fn open_reception(
    hub: &Hub,
    request: Request,
    arrival: Arrival,
) -> Result<Received, Refusal> {
    let card = match &arrival {
        Arrival::Card(LinkKey::Card { generation, serial }, _) => {
            Some((generation.clone(), serial.clone()))
        }
        _ => None,
    };
    let (book, id) = (Arc::clone(&hub.book), hub.name());
    let at = request.at;
    let institution = request.caller.organisation.clone();
    let seen = hub.store.write(move |tx| {
        if let Arrival::Card(_, challenge) = &arrival {
            tx.spend(CHALLENGE, &challenge.nonce, challenge.expires);
        }
        let candidate = match find(tx, &request, &arrival, &book)? {
            Ok(candidate) => candidate,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Ok(access) = tx.decide(&candidate, &request)? else { return Ok(Err(nobody())) };
        let resident = access.resident();
        let entered = (access, candidate.not_disclosed());
        Ok(view(tx, entered, &book)?.map(|view| (resident, view)))
    });
    let (resident, view) = match seen.await {
        Err(StoreError::Spent) => return Err(card_refusal(CardRefusal::ChallengeUsed)),
        other => other??,
    };
    let expires = at.plus_seconds(RECEPTION_SECONDS);
    let reception = Reception { id, resident: resident.0, institution, card, at, expires };
    let token = hub.tokens.issue_reception(&reception, hub.random());
    Ok(Received { token, expires, view })
}

fn find(
    tx: &mut Tx<'_>,
    request: &Request,
    arrival: &Arrival,
    book: &Lawbook,
) -> Result<Result<Candidate, Refusal>, StoreError> {
    let Ok(find) = access::find(request.clone()) else { return Ok(Err(Refusal::not_found())) };
    match arrival {
        Arrival::Card(key, _) => Ok(tx.find(&find, key)?.ok_or_else(nobody)),
        Arrival::Described(five) => {
            let keys = lookup_keys(five, &book.names);
            let same = |known: &FiveAttributes| {
                let agreement = agree(known, five, &book.names);
                agreement.birth.agrees() && (agreement.name.agrees() || agreement.kana.agrees())
            };
            Ok(match tx.find_described(&find, &keys, same)?[..] {
                [one] => Ok(one),
                [] => Err(nobody()),
                _ => Err(several()),
            })
        }
    }
}

/// Access to somebody, and whether they are under 不開示.
pub(super) type Entered = (Access, bool);

/// Opens the record again for a reception or draft that was sealed before.
pub(super) fn enter_again(
    tx: &mut Tx<'_>,
    request: &Request,
    reception: &Reception,
) -> Result<Result<Entered, Refusal>, StoreError> {
    let Ok(find) = access::find(request.clone()) else { return Ok(Err(Refusal::not_found())) };
    // Whose card it is now: a merge may have been made, or taken back, since.
    let holder = match &reception.card {
        Some((generation, serial)) => {
            let (generation, serial) = (generation.clone(), serial.clone());
            tx.find_to_enter(&find, &LinkKey::Card { generation, serial })?
        }
        None => None,
    };
    let holder = match holder {
        Some(holder) => Some(holder),
        None => tx.received(&find, ResidentId(reception.resident))?,
    };
    let Some(candidate) = holder else { return Ok(Err(Refusal::not_found())) };
    let access = tx.decide(&candidate, request)?.map_err(|_| withheld());
    Ok(access.map(|access| (access, candidate.not_disclosed())))
}

/// The request of a desk under a reception.
pub(super) fn request_of(hub: &Hub, caller: &Caller, reception: &Reception) -> Request {
    let basis = if reception.card.is_some() { Basis::CardOnly } else { Basis::NameAndBirth };
    hub.request(caller, Purpose::Immunization, basis)
}

/// Opens what a desk holds.
///
/// # Errors
/// `reception-over`; another institution's reception is not found.
pub(super) fn opened(hub: &Hub, caller: &Caller, token: &str) -> Result<Reception, Refusal> {
    at_an_institution(caller)?;
    let reception = hub.tokens.open_reception(token, hub.now()).map_err(|_| over())?;
    match reception.institution == caller.organisation {
        true => Ok(reception),
        false => Err(Refusal::not_found()),
    }
}

/// Opens a draft. It outlives its reception.
///
/// # Errors
/// As [`opened`].
pub(super) fn opened_draft(hub: &Hub, caller: &Caller, token: &str) -> Result<Draft, Refusal> {
    at_an_institution(caller)?;
    let draft = hub.tokens.open_draft(token, hub.now()).map_err(|_| over())?;
    match draft.reception.institution == caller.organisation {
        true => Ok(draft),
        false => Err(Refusal::not_found()),
    }
}

/// Seals a draft.
pub(super) fn drafted(hub: &Hub, reception: &Reception, dose: &[u8]) -> String {
    let dose = String::from_utf8_lossy(dose).into_owned();
    let at = hub.now();
    let expires = at.plus_seconds(DRAFT_SECONDS);
    let draft = Draft { reception: reception.clone(), dose, expires };
    hub.tokens.issue_draft(&draft, at, hub.random())
}

/// Shows the person of an open reception again, as they are now.
///
/// # Errors
/// `reception-over`, `nobody-found`.
pub async fn look_again(hub: &Hub, caller: &Caller, token: &str) -> Result<Received, Refusal> {
    let reception = opened(hub, caller, token)?;
    let request = request_of(hub, caller, &reception);
    let (book, expires, token) = (Arc::clone(&hub.book), reception.expires, token.to_owned());
    let seen = hub.store.write(move |tx| {
        let entered = match enter_again(tx, &request, &reception)? {
            Ok(entered) => entered,
            Err(refusal) => return Ok(Err(refusal)),
        };
        view(tx, entered, &book)
    });
    let view = seen.await.map_err(|error: StoreError| Refusal::from(error))??;
    Ok(Received { token, expires, view })
}

/// Reads everything, receives forms that were handed in, and computes what the desk sees.
fn view(
    tx: &mut Tx<'_>,
    (access, not_disclosed): Entered,
    book: &Lawbook,
) -> Result<Result<DeskView, Refusal>, StoreError> {
    let request = access.request().clone();
    let mut room = tx.enter(access)?;
    let Some(chart) = Chart::read(&mut room, &book.immunization)? else {
        return Ok(Err(birth_unknown()));
    };
    let today = request.at.day_in_japan();
    let forms = take_forms(&mut room, &chart, book)?;
    let home = room.home(today)?;
    drop(room);
    let municipality = home.as_deref().map(|code| tx.municipality_name(code)).transpose()?;
    let view = seen(book, &chart, &forms, (today, &request), municipality);
    Ok(Ok(if not_disclosed { view.without_places() } else { view }))
}

/// Receives the forms that were handed in for what may be given today; gives all that count. Those for
/// another day stay the family's.
fn take_forms(
    room: &mut Room<'_, '_>,
    chart: &Chart,
    book: &Lawbook,
) -> Result<Vec<KeptForm>, StoreError> {
    let mut forms = forms_of(room, &book.forms)?;
    let caller = room.access().request().caller.clone();
    let at = room.access().request().at;
    let may = possible(&book.immunization, chart, at.day_in_japan());
    let wanted = |kept: &KeptForm| {
        kept.sheet.state() == State::Submitted && may.contains(&kept.series.as_str())
    };
    for kept in forms.iter_mut().filter(|kept| wanted(kept)) {
        let Ok(received) = kept.sheet.receive(&caller.organisation, at) else { continue };
        let Some(form) = book.forms.find(&received.form, received.version) else { continue };
        let new = New {
            kind: Record::PreVisitForm,
            key: &kept.key,
            item: &kept.item,
            hidden: false,
            custodian: "",
            author: &caller.actor,
            at,
        };
        room.put(&new, |item| {
            questionnaire_response::write(&received, form, item, &chart.patient)
        })?;
        kept.sheet = received;
    }
    Ok(forms)
}

/// Absence has no reason: nobody there, or nobody who may be shown.
fn nobody() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "nobody-found",
        "該当する方が見つかりません。氏名と生年月日を確かめるか、カードでもう一度お試しください。",
        "Nobody was found; check name and birth date, or tap the card again.",
    )
}

fn several() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "several-found",
        "氏名と生年月日が同じ方が2人以上います。取り違えを防ぐため、カードで受け付けてください。",
        "Two or more people share this name and birth date; receive them by card.",
    )
}

fn withheld() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "record-withheld",
        "自治体が本人の記録か確認しています。この端末の下書きは残し、確認が済んでから記録してください。",
        "A municipality is checking whose record this is; keep the draft and record it afterwards.",
    )
}

fn over() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "reception-over",
        "受付の期限が過ぎたか、この窓口の受付ではありません。もう一度受け付けてください。",
        "This reception is over or not of this desk; receive the person again.",
    )
}

fn birth_unknown() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "birth-unknown",
        "生年月日の登録がないため、接種してよいか判断できません。住所地の自治体に確かめてください。",
        "No birth date is registered, so nothing can be judged; ask the municipality.",
    )
}
