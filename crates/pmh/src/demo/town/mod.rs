//! The synthetic world of the demo: seed and day in, municipalities, institutions and people out.
//!
//! Pure: no clock, no files. Any resident is computable from the seed and a counting number alone
//! ([`person()`]), so that a million of them need no memory. Everything here is invented but the
//! names and codes of the 16 municipalities ([`super::pilot`]).

mod address;
mod card;
mod cast;
mod certificate;
mod doses;
mod household;
mod institution;
mod insurance;
mod names;
mod numbers;
mod person;
mod plan;
mod registration;
mod rng;
mod scheme;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_batch;

use jiff::ToSpan;
use jiff::civil::Date;

pub use card::{CardAlgorithm, CardFate, CardPlan};
pub use cast::label;
pub use certificate::{BATCH, Holding, STORY_TOWN};
pub(crate) use doses::{followed, targets};
pub use household::{FamilyKind, Role};
pub use institution::{Institution, InstitutionKind};
pub use person::{BENCH_DAY, PERSONS, Person, person, residents};
pub use plan::AGE_SHARES;
pub use registration::{FAULTS, Fault, Registration, body, registration_batch};
pub use scheme::{Code, ConditionItem, Scheme, SchemeKind};
pub use table::{CARD_COLUMNS, cards_csv, certificates_csv, csv_line, insured_registry_csv};

use super::pilot::{PILOTS, Pilot};

/// Everything that the demo loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// What it was made from.
    pub seed: u64,
    /// The day on which ages and periods are as wanted.
    pub today: Date,
    /// The 16 municipalities of the pilot; [`Pilot::tasks`] says what each takes part in.
    pub municipalities: &'static [Pilot],
    /// 87 institutions; the first is the desk of the story.
    pub institutions: Vec<Institution>,
    /// Scheme masters (制度マスタ) of the municipalities with subsidy.
    pub schemes: Vec<Scheme>,
    /// Everybody, each with the insurance in force; the named persons last.
    pub residents: Vec<Person>,
    /// Who lives together.
    pub families: Vec<Family>,
    /// Guardians and children under 18.
    pub relations: Vec<Relation>,
    /// Certificates to register, grouped by municipality.
    pub certificates: Vec<Holding>,
    /// Cards to issue.
    pub cards: Vec<CardPlan>,
    labels: Vec<(&'static str, usize)>,
}

/// People who live together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Indices into [`World::residents`]: parents, children from the eldest, grandparents.
    pub members: Vec<usize>,
    /// What kind of family.
    pub kind: FamilyKind,
}

/// A guardian (保護者) of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// Index of the guardian in [`World::residents`].
    pub guardian: usize,
    /// Index of the child.
    pub child: usize,
    /// First day.
    pub from: Date,
    /// Last day: the eve of the eighteenth birthday.
    pub to: Date,
}

/// The people and the place of the story, as indices into [`World::residents`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// 試験花子: ひとり親 and 更生 in 都城市, insured, one child.
    pub single_parent: usize,
    /// 試験太郎, her child.
    pub child: usize,
    /// 仮名恵, guardian of `ward`.
    pub guardian: usize,
    /// 仮名結衣, 3 years old, 育成医療.
    pub ward: usize,
    /// 仮名陽菜, two months old, sister of `ward`.
    pub baby: usize,
    /// 想定千代, 78 years old.
    pub elder: usize,
    /// 架空葵, under DV support measures in 都城市.
    pub under_non_disclosure: usize,
    /// 架空蓮, her child.
    pub non_disclosed_child: usize,
    /// 架空剛 in 熊本市, still recorded as that child's guardian.
    pub ex_partner: usize,
    /// 見本二郎 of 熊本市.
    pub second_town_resident: usize,
    /// Holds a certificate that ended.
    pub expired: usize,
    /// The card is revoked.
    pub revoked_card: usize,
    /// The card comes from another CA.
    pub foreign_card: usize,
    /// Types a wrong PIN.
    pub wrong_pin: usize,
    /// The municipality corrects this one's record.
    pub corrected: usize,
    /// The municipality deletes this one's record.
    pub deleted: usize,
    /// Insured, no certificate.
    pub no_certificate: usize,
    /// 医療機関コード of the clinic at whose desk the story plays.
    pub desk_institution: String,
    /// The terminal's name there.
    pub desk_terminal: &'static str,
}

/// The world of a seed as of a day: the same for the same arguments.
#[must_use]
pub fn world(seed: u64, today: Date) -> World {
    let mut world = World {
        seed,
        today,
        municipalities: &PILOTS,
        institutions: institution::institutions(),
        schemes: scheme::schemes(),
        residents: Vec::new(),
        families: Vec::new(),
        relations: Vec::new(),
        certificates: Vec::new(),
        cards: Vec::new(),
        labels: Vec::new(),
    };
    for id in 0..household::BLOCKS * plan::HOUSEHOLDS {
        let household = household::household(seed, id);
        let (_, first) = plan::PLAN.slot(id);
        let members = (first..).zip(0..household.members.len());
        let members =
            members.map(|(i, at)| person::resident(seed, &household, at, i, today)).collect();
        world.settle(household.kind, members);
    }
    for (kind, named) in cast::families(seed, today) {
        let place = world.residents.len();
        world.labels.extend((place..).zip(&named).map(|(at, named)| (named.label, at)));
        world.settle(kind, named.into_iter().map(|named| named.person).collect());
    }
    world.relations = relations(&world);
    world.certificates = certificate::holdings(&world);
    world.cards = card::cards(&world);
    world
}

impl World {
    /// Index of a named person, by one of the constants in [`label`].
    #[must_use]
    pub fn labelled(&self, label: &str) -> Option<usize> {
        self.labels.iter().find(|(name, _)| *name == label).map(|&(_, at)| at)
    }

    /// All named persons: label and index.
    #[must_use]
    pub fn labels(&self) -> &[(&'static str, usize)] {
        &self.labels
    }

    /// The people and the place of the story.
    #[must_use]
    pub fn cast(&self) -> Cast {
        let who =
            |label| self.labelled(label).expect("every label stands in the table of families");
        Cast {
            single_parent: who(label::SINGLE_PARENT),
            child: who(label::CHILD),
            guardian: who(label::GUARDIAN),
            ward: who(label::WARD),
            baby: who(label::BABY),
            elder: who(label::ELDER),
            under_non_disclosure: who(label::NON_DISCLOSED),
            non_disclosed_child: who(label::NON_DISCLOSED_CHILD),
            ex_partner: who(label::EX_PARTNER),
            second_town_resident: who(label::SECOND_TOWN),
            expired: who(label::EXPIRED),
            revoked_card: who(label::REVOKED_CARD),
            foreign_card: who(label::FOREIGN_CARD),
            wrong_pin: who(label::WRONG_PIN),
            corrected: who(label::CORRECTED),
            deleted: who(label::DELETED),
            no_certificate: who(label::NO_CERTIFICATE),
            desk_institution: self.institutions[0].code.clone(),
            desk_terminal: "受付1",
        }
    }

    fn settle(&mut self, kind: FamilyKind, members: Vec<Person>) {
        let first = self.residents.len();
        self.residents.extend(members);
        self.families.push(Family { members: (first..self.residents.len()).collect(), kind });
    }
}

/// Every parent of every child under 18 in the household, and the one parent who lives elsewhere.
fn relations(world: &World) -> Vec<Relation> {
    let mut pairs = Vec::new();
    for family in &world.families {
        let having = |role| move |&&at: &&usize| world.residents[at].role == role;
        for &child in family.members.iter().filter(having(Role::Child)) {
            let parents = family.members.iter().filter(having(Role::Parent));
            pairs.extend(parents.map(|&guardian| (guardian, child)));
        }
    }
    pairs.extend(world.labelled(label::EX_PARTNER).zip(world.labelled(label::NON_DISCLOSED_CHILD)));
    let dated = |(guardian, child): (usize, usize)| {
        let from = world.residents[child].five.birth.day()?;
        let to = from.saturating_add(18.years()).saturating_sub(1.day());
        (to >= world.today).then_some(Relation { guardian, child, from, to })
    };
    pairs.into_iter().filter_map(dated).collect()
}
