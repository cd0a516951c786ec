//! 資格確認: at a desk, a card is tapped or numbers are typed; insurance and certificates show.

use domain::access::{self, Access, Basis, Caller, Part, Purpose, Request, Role};
use domain::certificate::Certificate;
use domain::identity::LinkKey;
use domain::instant::Instant;
use domain::insurance::Insurance;
use domain::person::{FiveAttributes, ResidentId};
use fhir::Kind as Record;
use fhir::profiles::{certificate, insurance, patient};
use jiff::civil::Date;
use store::record::Stored;
use store::{Room, StoreError, Tx};

use crate::Hub;
use crate::credential::CardRefusal;
use crate::credential::card::{CardAnswerWire, CardTrust, VerifiedCard};
use crate::credential::challenge::OpenChallenge;
use crate::intake::eligibility::{EligibilityRequest, Identify};
use crate::refusal::{Kind, Refusal};

/// Purpose byte of spent challenges.
pub(crate) const CHALLENGE: u8 = 1;
/// The terminal of residents' phones.
pub(crate) const PHONE: &str = "resident-phone";

/// A challenge for a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeView {
    /// The token that the answer must carry.
    pub challenge: String,
    /// What the card signs besides: the hub,
    pub origin: String,
    /// the institution,
    pub institution: String,
    /// and the terminal.
    pub terminal: String,
    /// From when on it is refused.
    pub expires: Instant,
}

/// What the desk sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    /// Whether somebody was identified.
    pub found: bool,
    /// By card, or by insured-person numbers.
    pub by_card: bool,
    /// When.
    pub at: Instant,
    /// Who.
    pub person: Option<PersonView>,
    /// Insurance in force today.
    pub insurance: Vec<Insurance>,
    /// Certificates in force today, with the municipality's name; none in every case of absence.
    pub certificates: Vec<(Certificate, String)>,
}

/// A person at a desk: the address is always empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// What stands for the person towards this institution.
    pub pseudonym: String,
    /// Name, reading, birth, sex.
    pub five: FiveAttributes,
}

/// Gives an institution's terminal a challenge, good once and for two minutes.
///
/// # Errors
/// [`Kind::Invalid`] if the token is not bound to a terminal.
pub fn issue_challenge(hub: &Hub, caller: &Caller) -> Result<ChallengeView, Refusal> {
    at_an_institution(caller)?;
    bound_to_a_terminal(caller)?;
    Ok(challenge(hub, &caller.organisation, &caller.terminal))
}

/// A challenge for a resident who signs in on the phone.
#[must_use]
pub fn resident_challenge(hub: &Hub) -> ChallengeView {
    challenge(hub, "", PHONE)
}

fn challenge(hub: &Hub, institution: &str, terminal: &str) -> ChallengeView {
    let issued = hub.challenges.issue(institution, terminal, hub.random(), hub.now());
    ChallengeView {
        challenge: issued.token,
        origin: hub.origin.clone(),
        institution: institution.to_owned(),
        terminal: terminal.to_owned(),
        expires: issued.expires,
    }
}

pub(crate) fn bound_to_a_terminal(caller: &Caller) -> Result<(), Refusal> {
    if !caller.terminal.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Invalid,
        "terminal-unbound",
        "端末に結び付いたトークンが必要です。トークンを取るときにterminalを添えてください。",
        "A token bound to a terminal is needed; send `terminal` when you get the token.",
    ))
}

pub(crate) fn at_an_institution(caller: &Caller) -> Result<(), Refusal> {
    match caller.role {
        Role::Desk | Role::InstitutionSystem => Ok(()),
        _ => Err(Refusal::not_found()),
    }
}

/// Shows the desk who is there and what they are entitled to, today.
///
/// Absence has no reason: no consent, 不開示, no entitlement and a municipality that does not feed
/// the hub look the same (pmh-api §3).
///
/// # Errors
/// What is wrong with the card's answer; the audit entry is durable before.
pub async fn show_eligibility(
    hub: &Hub,
    caller: &Caller,
    asked: EligibilityRequest,
) -> Result<Eligibility, Refusal> {
    at_an_institution(caller)?;
    let agreed = asked.certificates_agreed;
    match asked.identify {
        Identify::Card { challenge, certificate_der, signature } => {
            let answer = CardAnswerWire { certificate_der, signature };
            let basis = if agreed { Basis::CardWithConsent } else { Basis::CardOnly };
            let request = hub.request(caller, Purpose::Eligibility, basis);
            let (open, card) = verified(hub, &request, &challenge, &answer).await?;
            let key = LinkKey::Card { generation: card.generation, serial: card.serial };
            show(hub, request, key, Some(open)).await
        }
        Identify::Numbers { insurer, symbol, number, branch } => {
            bound_to_a_terminal(caller)?;
            let basis = if agreed { Basis::NumbersWithConsent } else { Basis::NumbersOnly };
            let request = hub.request(caller, Purpose::Eligibility, basis);
            let key = LinkKey::insured(&insurer, &symbol, &number, &branch);
            show(hub, request, key, None).await
        }
    }
}

/// Checks a card's answer. What is refused is audited with the finer reason.
pub(crate) async fn verified(
    hub: &Hub,
    request: &Request,
    challenge: &str,
    answer: &CardAnswerWire,
) -> Result<(OpenChallenge, VerifiedCard), Refusal> {
    let caller = &request.caller;
    let checked = hub
        .challenges
        .open(challenge, &caller.organisation, &caller.terminal, request.at)
        .and_then(|open| {
            let card = hub.trust.verify(answer, &hub.origin, &open, request.at)?;
            Ok((open, card))
        });
    match checked {
        Ok(good) => Ok(good),
        Err(refusal) => {
            note(hub, request.clone(), refusal, &answer.certificate_der).await?;
            Err(card_refusal(refusal))
        }
    }
}

/// Notes a refused card: on the page of whoever it belongs to, if it is known and was there.
async fn note(
    hub: &Hub,
    request: Request,
    refusal: CardRefusal,
    certificate_der: &[u8],
) -> Result<(), StoreError> {
    let key = CardTrust::behind(refusal, certificate_der)
        .map(|(generation, serial)| LinkKey::Card { generation, serial });
    let reason = [refusal.code(), refusal.reason()].join(" ");
    let noted = hub.store.read(move |tx| {
        let find = access::find(request.clone()).ok();
        let known = match find.zip(key.as_ref()) {
            Some((find, key)) => tx.find(&find, key)?,
            None => None,
        };
        match known {
            Some(of) => tx.note_refusal_of(&request, &of, "card", reason.trim_end()),
            None => tx.note_refusal(&request, "card", reason.trim_end()),
        }
        Ok(())
    });
    noted.await
}

pub(crate) fn card_refusal(refusal: CardRefusal) -> Refusal {
    let kind = match refusal {
        CardRefusal::ChallengeUsed => Kind::Conflict,
        _ => Kind::Invalid,
    };
    Refusal::new(kind, refusal.code(), refusal.ja(), refusal.en())
}

async fn show(
    hub: &Hub,
    request: Request,
    key: LinkKey,
    challenge: Option<OpenChallenge>,
) -> Result<Eligibility, Refusal> {
    let pseudonyms = hub.pseudonyms.clone();
    let by_card = challenge.is_some();
    let shown = hub.store.read(move |tx| {
        if let Some(challenge) = &challenge {
            tx.spend(CHALLENGE, &challenge.nonce, challenge.expires);
        }
        let Some(access) = identified(tx, &request, &key)? else {
            return Ok(nobody(request.at, by_card));
        };
        let mut view = seen(tx.enter(access)?, by_card)?;
        if let Some(person) = &mut view.0.person {
            person.pseudonym = crate::pseudonym(&pseudonyms, &request.caller.organisation, view.1);
        }
        name_municipalities(tx, &mut view.0)?;
        Ok(view.0)
    });
    match shown.await {
        Err(StoreError::Spent) => Err(card_refusal(CardRefusal::ChallengeUsed)),
        other => Ok(other?),
    }
}

/// Finds and decides; none when nobody may be shown.
fn identified(
    tx: &mut Tx<'_>,
    request: &Request,
    key: &LinkKey,
) -> Result<Option<Access>, StoreError> {
    let mut request = request.clone();
    if !institution_uses_subsidy(tx, &request.caller.organisation)? {
        request.basis = without_certificates(request.basis);
    }
    let Ok(find) = access::find(request.clone()) else { return Ok(None) };
    let Some(candidate) = tx.find(&find, key)? else { return Ok(None) };
    Ok(tx.decide(&candidate, &request)?.ok())
}

/// 環境情報更新「医療費助成情報を利用する」: an institution that has not switched it on sees insurance.
fn institution_uses_subsidy(tx: &mut Tx<'_>, code: &str) -> Result<bool, StoreError> {
    Ok(tx.institution(code)?.is_some_and(|institution| institution.uses_subsidy))
}

const fn without_certificates(basis: Basis) -> Basis {
    match basis {
        Basis::CardWithConsent => Basis::CardOnly,
        Basis::NumbersWithConsent => Basis::NumbersOnly,
        other => other,
    }
}

fn nobody(at: Instant, by_card: bool) -> Eligibility {
    let (insurance, certificates) = (Vec::new(), Vec::new());
    Eligibility { found: false, by_card, at, person: None, insurance, certificates }
}

fn seen(mut room: Room<'_, '_>, by_card: bool) -> Result<(Eligibility, ResidentId), StoreError> {
    let at = room.access().request().at;
    let today = at.day_in_japan();
    let five = newest_description(&mut room)?;
    let person = five.map(|five| PersonView {
        pseudonym: String::new(),
        five: FiveAttributes { address: String::new(), ..five },
    });
    let insurance = insurances(&mut room, Some(today))?;
    let certificates = match room.access().opens(Part::Certificates) {
        true => certificates(&mut room, Some(today))?,
        false => Vec::new(),
    };
    let resident = room.access().resident();
    Ok((Eligibility { found: true, by_card, at, person, insurance, certificates }, resident))
}

/// How the newest registration describes the person.
pub(crate) fn newest_description(
    room: &mut Room<'_, '_>,
) -> Result<Option<FiveAttributes>, StoreError> {
    let rows = room.read(Record::Patient)?;
    let newest = rows.iter().max_by_key(|row| row.recorded_at);
    newest.map(|row| Ok(patient::read(&row.body).map_err(unreadable)?.attributes)).transpose()
}

/// Insurance, in force on a day if one is given.
pub(crate) fn insurances(
    room: &mut Room<'_, '_>,
    on: Option<Date>,
) -> Result<Vec<Insurance>, StoreError> {
    let mut found = Vec::new();
    for row in room.read(Record::CoverageInsurance)? {
        let insurance = insurance::read(&row.body).map_err(unreadable)?;
        if on.is_none_or(|day| insurance.valid_on(day)) {
            found.push(insurance);
        }
    }
    Ok(found)
}

/// Certificates that are not withheld, in force on a day if one is given.
pub(crate) fn certificates(
    room: &mut Room<'_, '_>,
    on: Option<Date>,
) -> Result<Vec<(Certificate, String)>, StoreError> {
    let mut found = Vec::new();
    let shown = |row: &Stored| !row.hidden;
    for row in room.read(Record::CoverageCertificate)?.into_iter().filter(shown) {
        let certificate = certificate::read(&row.body).map_err(unreadable)?;
        if on.is_none_or(|day| certificate.valid_on(day)) {
            found.push((certificate, String::new()));
        }
    }
    Ok(found)
}

fn name_municipalities(tx: &mut Tx<'_>, view: &mut Eligibility) -> Result<(), StoreError> {
    for (certificate, name) in &mut view.certificates {
        *name = tx.municipality_name(&certificate.municipality)?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
pub(crate) fn unreadable(problem: fhir::json::Problem) -> StoreError {
    StoreError::Corrupt { table: "record", reason: problem.to_string() }
}
