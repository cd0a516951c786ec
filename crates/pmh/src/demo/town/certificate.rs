//! Which residents hold which certificates (受給者証).

use domain::certificate::Certificate;
use domain::number::Kind;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

use super::household::Role;
use super::numbers::complete;
use super::person::{PERSONS, Person};
use super::rng::{Rng, Salt};
use super::scheme::{Scheme, SchemeKind};
use super::{Family, FamilyKind, World, label};
use crate::demo::pilot::pilot;

/// The municipality whose batch the story sends: 都城市.
pub const STORY_TOWN: &str = "452025";

/// How many records the story's batch has.
pub const BATCH: usize = 1000;

/// A certificate that a resident holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Index into [`World::residents`].
    pub resident: usize,
    /// What it subsidises.
    pub kind: SchemeKind,
    /// The certificate as the municipality registers it.
    pub certificate: Certificate,
}

use SchemeKind::{
    ChildChronic, ChildRehabilitation, Disability, Intractable, LateElderly, LocalPsychiatric,
    Psychiatric, Rehabilitation, SingleParent, Widow,
};

/// What the named persons hold, in the first places of their municipality's batch.
const NAMED: [(&str, SchemeKind); 33] = [
    (label::SINGLE_PARENT, SingleParent),
    (label::SINGLE_PARENT, Rehabilitation),
    (label::CHILD, SingleParent),
    (label::WARD, ChildRehabilitation),
    (label::NON_DISCLOSED, SingleParent),
    (label::NON_DISCLOSED_CHILD, SingleParent),
    (label::SECOND_TOWN, Rehabilitation),
    (label::EXPIRED, Rehabilitation),
    (label::REVOKED_CARD, Disability),
    (label::FOREIGN_CARD, Disability),
    (label::WRONG_PIN, Disability),
    (label::CORRECTED, Rehabilitation),
    (label::DELETED, Disability),
    (label::NO_KANJI, Disability),
    (label::NO_KANA, Disability),
    (label::SINGLE_NAME, Disability),
    (label::LATIN, Disability),
    (label::FORMER_NAME, Disability),
    (label::ALIAS, Disability),
    (label::UNKNOWN_BIRTH, Disability),
    (label::UNKNOWN_BIRTH_DAY, Disability),
    (label::IVS, Disability),
    (label::IVS_KUZU, Disability),
    (label::HASHIGO_TAKA, Disability),
    (label::TAKA, Disability),
    (label::TATSU_SAKI, Disability),
    (label::SAKI, Disability),
    (label::TWINS_MOTHER, SingleParent),
    (label::TWIN_A, SingleParent),
    (label::TWIN_B, SingleParent),
    (label::SAME_NAME_A, Disability),
    (label::SAME_NAME_B, Disability),
    (label::PUA, Disability),
];

/// How many of the unnamed of 都城市 hold each kind; 障がい fills the batch.
const STORY_QUOTAS: [(SchemeKind, usize); 4] =
    [(SingleParent, 240), (ChildRehabilitation, 80), (Rehabilitation, 220), (Disability, BATCH)];

/// How many of the unnamed hold each certificate type elsewhere.
const QUOTA_ELSEWHERE: usize = 40;

/// All certificates of the world, grouped by municipality, the named persons' first.
pub(super) fn holdings(world: &World) -> Vec<Holding> {
    let mut towns: Vec<&str> = world.schemes.iter().map(|scheme| scheme.municipality).collect();
    towns.dedup();
    towns.into_iter().flat_map(|town| of_town(world, town)).collect()
}

fn of_town(world: &World, town: &str) -> Vec<Holding> {
    let who = named(world, town).chain(unnamed(world, town));
    let who: Vec<(usize, SchemeKind)> =
        if town == STORY_TOWN { who.take(BATCH).collect() } else { who.collect() };
    let schemes: Vec<&Scheme> =
        world.schemes.iter().filter(|scheme| scheme.municipality == town).collect();
    let mut rng = Rng::new(world.seed, Salt::Certificate, schemes.len() as u64);
    (0..)
        .zip(who)
        .filter_map(|(ordinal, (resident, kind))| {
            let scheme = schemes.iter().find(|scheme| scheme.kind == kind)?;
            let certificate = issue(world, &mut rng, scheme, resident, ordinal);
            Some(Holding { resident, kind, certificate })
        })
        .collect()
}

fn named<'a>(world: &'a World, town: &'a str) -> impl Iterator<Item = (usize, SchemeKind)> + 'a {
    NAMED
        .iter()
        .filter_map(|&(label, kind)| Some((world.labelled(label)?, kind)))
        .filter(move |&(at, _)| world.residents[at].municipality == town)
}

/// Drawn per kind, then mixed, so that a batch does not come sorted.
fn unnamed(world: &World, town: &str) -> Vec<(usize, SchemeKind)> {
    let lone = lone_families(world);
    let mut rng = Rng::new(world.seed, Salt::Certificate, town.bytes().map(u64::from).sum());
    let quotas: Vec<(SchemeKind, usize)> = if town == STORY_TOWN {
        STORY_QUOTAS.to_vec()
    } else {
        let own = world.schemes.iter().filter(|scheme| scheme.municipality == town);
        own.map(|scheme| (scheme.kind, QUOTA_ELSEWHERE)).collect()
    };
    let named = named(world, town).count();
    let mut all = Vec::new();
    for (kind, quota) in quotas {
        let mut fit: Vec<usize> = (0..world.residents.len())
            .filter(|&at| world.residents[at].municipality == town)
            .filter(|&at| world.residents[at].serial < PERSONS)
            .filter(|&at| eligible(kind, &world.residents[at], lone[at], world.today))
            .collect();
        rng.shuffle(&mut fit);
        let room = BATCH.saturating_sub(named + all.len());
        all.extend(fit.into_iter().take(quota.min(room)).map(|at| (at, kind)));
    }
    rng.shuffle(&mut all);
    all
}

/// Per resident: lives in a single-parent household with a child under 18, as parent or child.
fn lone_families(world: &World) -> Vec<bool> {
    let mut lone = vec![false; world.residents.len()];
    let minor = |at: &usize| {
        let person = &world.residents[*at];
        person.role == Role::Child && age(person, world.today) < 18
    };
    for family in &world.families {
        let Family { kind: FamilyKind::SingleParent, members } = family else { continue };
        if members.iter().any(minor) {
            for &at in members {
                lone[at] = world.residents[at].role == Role::Parent || minor(&at);
            }
        }
    }
    lone
}

fn eligible(kind: SchemeKind, person: &Person, lone: bool, today: Date) -> bool {
    let age = age(person, today);
    match kind {
        SingleParent => lone,
        ChildRehabilitation | ChildChronic => age < 18,
        Rehabilitation => age >= 18,
        Psychiatric | LocalPsychiatric | Intractable => age >= 15,
        LateElderly => age >= 75,
        Disability => age >= 3,
        Widow => false,
    }
}

/// Whole years on `today`; 78 if the birth date is not known.
pub(super) fn age(person: &Person, today: Date) -> i16 {
    person.five.birth.day().map_or(78, |birth| {
        let before = (today.month(), today.day()) < (birth.month(), birth.day());
        today.year() - birth.year() - i16::from(before)
    })
}

/// The `ordinal`-th certificate of a municipality.
fn issue(
    world: &World,
    rng: &mut Rng,
    scheme: &Scheme,
    resident: usize,
    ordinal: u64,
) -> Certificate {
    let person = &world.residents[resident];
    let expired = world.labelled(label::EXPIRED) == Some(resident);
    let hidden = [label::NON_DISCLOSED, label::NON_DISCLOSED_CHILD];
    let (valid_from, valid_to) = span(rng, scheme.kind, person, world.today, expired);
    let income = rng.index(scheme.income_segments.len().max(1));
    let by_refund = scheme.kind == Disability && ordinal % 20 == 19;
    let child = usize::from(person.role == Role::Child) % scheme.payer_numbers.len();
    let national = scheme.kind.national();
    Certificate {
        municipality: scheme.municipality.to_owned(),
        type_id: scheme.type_id.clone(),
        name: scheme.name.to_owned(),
        payer_number: (!by_refund).then(|| scheme.payer_numbers[child].clone()),
        recipient_number: (!by_refund).then(|| recipient(national, ordinal)),
        sub_key: (ordinal % 5 == 2).then(|| "01".to_owned()),
        segment: (!national && ordinal % 2 == 1).then(|| "A".to_owned()),
        income_segment: scheme.income_segments.get(income).map(|code| code.0.to_owned()),
        additional_conditions: (ordinal % 3 != 1).then(|| conditions(rng, scheme)),
        designated_institutions: (national && ordinal.is_multiple_of(3))
            .then(|| designated(world, scheme)),
        always_reimbursed: by_refund,
        max_copayment: national.then(|| ceiling(income)),
        valid_from,
        valid_to,
        history_key: if ordinal % 9 == 8 { "0002".to_owned() } else { "0001".to_owned() },
        not_disclosed: hidden.iter().any(|label| world.labelled(label) == Some(resident)),
        details: details(scheme.municipality, valid_from),
    }
}

/// Local schemes run from August to July; national ones a year from some day of the last ten
/// months. Nobody's begins before birth.
fn span(
    rng: &mut Rng,
    kind: SchemeKind,
    person: &Person,
    today: Date,
    expired: bool,
) -> (Date, Date) {
    let ago = if expired { 500 } else { rng.between(0, 300) };
    let start = if kind.national() {
        today.saturating_sub(ago.days())
    } else {
        let year = today.year() - i16::from(today.month() < 8);
        Date::new(year, 8, 1).unwrap_or(today)
    };
    let end = start.saturating_add(1.year()).saturating_sub(1.day());
    (person.five.birth.day().map_or(start, |birth| start.max(birth)), end)
}

/// National: six digits and the check digit. Local schemes have forms of their own.
fn recipient(national: bool, ordinal: u64) -> String {
    if national || ordinal % 8 != 3 {
        complete(Kind::Recipient, format!("{:06}", 100 + 7 * ordinal))
    } else {
        format!("00{ordinal:06}")
    }
}

/// One condition of each item, `item-condition;item-condition`.
fn conditions(rng: &mut Rng, scheme: &Scheme) -> String {
    let one = |item: &super::scheme::ConditionItem| {
        let (code, _) = item.conditions[rng.index(item.conditions.len())];
        format!("{}-{code}", item.item.0)
    };
    scheme.conditions.iter().map(one).collect::<Vec<_>>().join(";")
}

/// The first institution of the municipality; the item is one text of unknown grammar.
fn designated(world: &World, scheme: &Scheme) -> String {
    let of_town = |place: &&super::Institution| place.municipality == scheme.municipality;
    let place = world.institutions.iter().find(of_town);
    place.map_or_else(String::new, |place| format!("{} {}", place.code, place.name))
}

/// Sample ceilings in yen a month by the place of the income segment; the members are ours.
fn ceiling(income: usize) -> String {
    let yen = [0, 2500, 5000, 5000, 10_000, 20_000][income.min(5)];
    json!({ "period": "month", "amount": yen }).to_string()
}

/// What is printed on the certificate beside the items of the record; the members are ours.
fn details(town: &str, issued: Date) -> String {
    let name = pilot(town).map_or("", |pilot| pilot.name);
    json!([
        { "label": "交付年月日", "value": issued.to_string() },
        { "label": "発行機関名", "value": name },
    ])
    .to_string()
}
