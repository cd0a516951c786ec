//! A resident signs in with the same card, sees what is kept about them, and who looked.

use std::collections::HashMap;
use std::sync::Arc;

use domain::access::{self, Access, Basis, Caller, Denial, Part, Purpose, Request, Role};
use domain::audit::{Action, Outcome};
use domain::certificate::Certificate;
use domain::day::Majority;
use domain::identity::LinkKey;
use domain::instant::Instant;
use domain::insurance::Insurance;
use domain::person::{Birth, ResidentId};
use lawbook::Lawbook;
use store::disclosure::Look;
use store::{StoreError, Tx};

use crate::credential::CardRefusal;
use crate::credential::card::CardAnswerWire;
use crate::credential::token::{RESIDENT_SECONDS, Session, SessionKind};
use crate::eligibility::{CHALLENGE, PHONE, card_refusal, certificates, insurances};
use crate::eligibility::{newest_description, verified};
use crate::immunization::care::{self, Care};
use crate::immunization::inbox::Letter;
use crate::refusal::{Kind, Refusal};
use crate::{Hub, callers};

/// Entries that a page shows.
const LOOKS: u32 = 60;

/// What a resident sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPage {
    /// The name, as registered.
    pub name: String,
    /// Certificates, with the municipality's name.
    pub certificates: Vec<(Certificate, String)>,
    /// Insurance.
    pub insurance: Vec<Insurance>,
    /// Immunisation, if a municipality follows it or there is a dose.
    pub care: Option<Care>,
    /// Notices of municipalities (お知らせ), newest first.
    pub letters: Vec<Letter>,
    /// Children whose guardian the resident is today.
    pub children: Vec<ChildView>,
    /// Who looked, newest first.
    pub looks: Vec<LookView>,
    /// The leaf before which older looks are found, if there are any.
    pub older: Option<i64>,
}

/// A child of the family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildView {
    /// Opaque handle for the child's page, good for this guardian only.
    pub handle: String,
    /// Name.
    pub name: String,
    /// Birth.
    pub birth: Birth,
}

/// One access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookView {
    /// Its number in the audit log.
    pub leaf: i64,
    /// When.
    pub at: Instant,
    /// In which role.
    pub role: Role,
    /// The institution's or municipality's name; empty for residents and the operator.
    pub organisation_name: String,
    /// Whether the person whose page it is looked, and no guardian.
    pub by_self: bool,
    /// What for.
    pub purpose: Purpose,
    /// On what ground.
    pub basis: Basis,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Which parts.
    pub what: String,
    /// A reason code or count.
    pub detail: String,
}

fn visitor() -> Caller {
    Caller {
        role: Role::Resident,
        organisation: String::new(),
        actor: String::new(),
        terminal: PHONE.to_owned(),
        resident: None,
    }
}

/// Signs a resident in; gives the cookie of their session.
///
/// # Errors
/// What is wrong with the card's answer; `nothing-found` for a card that nobody is linked to;
/// `link-held` while a human decides whose it is.
pub async fn sign_in_resident(
    hub: &Hub,
    challenge: &str,
    answer: CardAnswerWire,
) -> Result<String, Refusal> {
    let request = hub.request(&visitor(), Purpose::SignIn, Basis::Session);
    let (open, card) = verified(hub, &request, challenge, &answer).await?;
    let key = LinkKey::Card { generation: card.generation.clone(), serial: card.serial.clone() };
    let entered = hub.store.read(move |tx| {
        tx.spend(CHALLENGE, &open.nonce, open.expires);
        let find = access::find(request.clone()).map_err(Refusal::denied)?;
        let Some(found) = tx.find(&find, &key)? else { return Ok(Err(unknown_card())) };
        let mut request = request.clone();
        request.caller.resident = Some(found.resident());
        match tx.decide(&found, &request)? {
            Ok(access) => drop(tx.enter(access)?),
            Err(Denial::Blocked) => return Ok(Err(link_held())),
            // They may enter; their page says that there is nothing to show.
            Err(_) => {}
        }
        Ok(Ok(found.resident()))
    });
    let resident = entered.await.map_err(|refusal: Refusal| match refusal.code {
        "used-before" => card_refusal(CardRefusal::ChallengeUsed),
        _ => refusal,
    })??;
    let session = Session {
        kind: SessionKind::Resident,
        subject: resident.0.to_string(),
        terminal: Some(PHONE.to_owned()),
        card: Some((card.generation, card.serial)),
        ..callers::blank_session(hub, RESIDENT_SECONDS)
    };
    Ok(callers::seal_session(hub, &session))
}

fn unknown_card() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "nothing-found",
        "このカードに結び付いた記録がありません。お住まいの市区町村の窓口にお尋ねください。",
        "No record is linked to this card; ask at your city hall.",
    )
}

fn link_held() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "link-held",
        "ご本人の記録か確認しています。確認が済むまで表示できません。お住まいの市区町村の窓口にお尋ねください。",
        "We are checking that this record is yours; until then nothing is shown. Ask at your city hall.",
    )
}

fn withheld() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "withheld",
        "表示できる情報がありません。お住まいの市区町村の窓口にお尋ねください。",
        "There is nothing to show; ask at your city hall.",
    )
}

pub(crate) fn refused(denial: Denial) -> Refusal {
    match denial {
        Denial::Blocked => link_held(),
        Denial::NotDisclosed => withheld(),
        Denial::NotAllowed | Denial::NotGuardian | Denial::OfAge => Refusal::not_found(),
    }
}

pub(crate) fn signed_in(caller: &Caller) -> Result<ResidentId, Refusal> {
    match (caller.role, caller.resident) {
        (Role::Resident, Some(resident)) => Ok(resident),
        _ => Err(Refusal::not_found()),
    }
}

/// The resident's own page, with the looks before a leaf if one is given.
///
/// # Errors
/// `link-held`, `withheld`; [`Kind::NotFound`] for other callers.
pub async fn own_page(hub: &Hub, caller: &Caller, before: Option<i64>) -> Result<OwnPage, Refusal> {
    let resident = signed_in(caller)?;
    let request = hub.request(caller, Purpose::OwnRecord, Basis::Session);
    let names = Names::of(hub).await?;
    let (key, book) = (hub.pseudonyms.clone(), Arc::clone(&hub.book));
    let page = hub.store.read(move |tx| {
        let access = tx.decide_for(resident, &request)?.map_err(refused)?;
        let (mut page, children) = seen(tx, access, (&names, &book), before)?;
        for child in children {
            let handle = crate::pseudonym(&key, &handle_space(resident), child);
            page.children.extend(child_of(tx, &request, &book.calendar.majority, (child, handle))?);
        }
        Ok(page)
    });
    page.await
}

/// The page of a child whose guardian the resident is today, with the looks before a leaf if one is
/// given.
///
/// # Errors
/// [`Kind::NotFound`] if they are not, or the child's data are withheld: the two look alike.
pub async fn child_page(
    hub: &Hub,
    caller: &Caller,
    handle: &str,
    before: Option<i64>,
) -> Result<OwnPage, Refusal> {
    signed_in(caller)?;
    let own = hub.request(caller, Purpose::OwnRecord, Basis::Session);
    let request = hub.request(caller, Purpose::ChildRecord, Basis::Session);
    let names = Names::of(hub).await?;
    let (key, handle) = (hub.pseudonyms.clone(), handle.to_owned());
    let book = Arc::clone(&hub.book);
    let page = hub.store.read(move |tx| {
        let access = child_access(tx, (&own, &request), (&key, &handle), &book)?;
        Ok(seen(tx, access, (&names, &book), before)?.0)
    });
    page.await
}

/// Access to the child that a handle names, for the guardian who has it.
pub(crate) fn child_access(
    tx: &mut Tx<'_>,
    (own, request): (&Request, &Request),
    (key, handle): (&aws_lc_rs::hmac::Key, &str),
    book: &Lawbook,
) -> Result<Access, Refusal> {
    let guardian = signed_in(&own.caller)?;
    let access = tx.decide_for(guardian, own)?.map_err(refused)?;
    let children = tx.enter(access)?.children(&own.at.day_in_japan().to_string())?;
    let space = handle_space(guardian);
    let child = children.into_iter().find(|it| crate::pseudonym(key, &space, *it) == handle);
    let child = child.ok_or_else(Refusal::not_found)?;
    let access = tx.decide_for_child(child, request, &book.calendar.majority)?;
    access.map_err(|_| Refusal::not_found())
}

pub(crate) fn handle_space(guardian: ResidentId) -> String {
    format!("child-of\u{1f}{}", guardian.0)
}

/// The resident's newest audit entries with salts, to prove them in the log.
///
/// # Errors
/// As [`own_page`].
pub async fn own_looks(hub: &Hub, caller: &Caller) -> Result<Vec<Look>, Refusal> {
    let resident = signed_in(caller)?;
    let request = hub.request(caller, Purpose::OwnRecord, Basis::Session);
    let looks = hub.store.read(move |tx| {
        let access = tx.decide_for(resident, &request)?.map_err(refused)?;
        Ok(tx.enter(access)?.looks(None, LOOKS)?)
    });
    looks.await
}

fn seen(
    tx: &mut Tx<'_>,
    access: Access,
    (names, book): (&Names, &Lawbook),
    before: Option<i64>,
) -> Result<(OwnPage, Vec<ResidentId>), Refusal> {
    let today = access.request().at.day_in_japan();
    let mut room = tx.enter(access)?;
    let five = newest_description(&mut room)?;
    let (mut care, mut letters) = care::of(&mut room, book, today)?;
    for given in care.iter_mut().flat_map(|care| &mut care.given) {
        given.municipality = names.of_code(&given.municipality);
    }
    for letter in &mut letters {
        letter.from = names.of_code(&letter.from);
    }
    let name = five.map(|five| display_name(&five)).unwrap_or_default();
    let mut certificates = certificates(&mut room, None)?;
    for (certificate, municipality) in &mut certificates {
        *municipality = names.of_code(&certificate.municipality);
    }
    let insurance = insurances(&mut room, None)?;
    let looks: Vec<LookView> =
        room.looks(before, LOOKS)?.into_iter().map(|look| names.look(look)).collect();
    let full = looks.len() == LOOKS as usize;
    let older = looks.last().filter(|_| full).map(|look| look.leaf);
    let children = match room.access().opens(Part::Relations) {
        true => room.children(&today.to_string())?,
        false => Vec::new(),
    };
    let children_later = Vec::new();
    let page = OwnPage {
        name,
        certificates,
        insurance,
        care,
        letters,
        children: children_later,
        looks,
        older,
    };
    Ok((page, children))
}

pub(crate) fn display_name(five: &domain::person::FiveAttributes) -> String {
    if five.name.is_empty() { five.kana.clone() } else { five.name.clone() }
}

/// A child on the guardian's page; none if it may not be shown.
fn child_of(
    tx: &mut Tx<'_>,
    own: &Request,
    ages: &[Majority],
    (child, handle): (ResidentId, String),
) -> Result<Option<ChildView>, StoreError> {
    let request = Request { purpose: Purpose::ChildRecord, ..own.clone() };
    let Ok(access) = tx.decide_for_child(child, &request, ages)? else { return Ok(None) };
    let five = newest_description(&mut tx.enter(access)?)?;
    Ok(five.map(|five| ChildView { handle, name: display_name(&five), birth: five.birth }))
}

/// Names of organisations, for the list of who looked.
struct Names(HashMap<String, String>);

impl Names {
    async fn of(hub: &Hub) -> Result<Self, Refusal> {
        let names = hub.store.read(|tx| {
            let mut names = HashMap::new();
            for of in tx.municipalities()? {
                names.insert(of.code, of.name);
            }
            for of in tx.institutions()? {
                names.insert(of.code, of.name);
            }
            Ok::<_, StoreError>(names)
        });
        Ok(Self(names.await?))
    }

    fn of_code(&self, code: &str) -> String {
        self.0.get(code).cloned().unwrap_or_else(|| code.to_owned())
    }

    fn look(&self, look: Look) -> LookView {
        let entry = look.entry;
        LookView {
            leaf: look.leaf,
            at: entry.at,
            role: entry.role,
            organisation_name: self.of_code(&entry.organisation),
            by_self: entry.role == Role::Resident && entry.purpose != Purpose::ChildRecord,
            purpose: entry.purpose,
            basis: entry.basis,
            action: entry.action,
            outcome: entry.outcome,
            what: entry.what,
            detail: entry.detail,
        }
    }
}
