//! The simulation: events in the order of time, each done through the deeds of the hub, and what the town
//! has done so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Caller, Role};
use domain::immunization::{Facts, Person as Judged, Schedule};
use domain::instant::Instant;
use domain::scheme::Scheme;
use hub::testing::{TERMINAL, TestHub};
use jiff::civil::Date;
use store::StoreError;
use store::catalogue::Institution;

use super::dice::Dice;
use super::people::Population;
use super::truth::{CITIES, Person, after, first_day, instant, offered};

/// Institutions: code, municipality, and by how many days the clock of its system is wrong.
pub(crate) const CLINICS: [(&str, usize, i64); 6] = [
    ("4510210018", 0, 0),
    ("4510210026", 0, 1),
    ("4510210034", 0, 0),
    ("0210210017", 1, 0),
    ("0210210025", 1, -1),
    ("0210210033", 1, 0),
];
/// Days of the simulation.
const DAYS: i64 = 3 * 365 + 1;
/// Days between two looks at everything.
const CHECK: usize = 182;
/// Visits without a dose after which a family stays away.
pub(crate) const PATIENCE: u32 = 4;

/// What happens.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A child is born, or two.
    Birth { family: usize },
    /// A municipality registers somebody who was born there.
    Register { who: usize },
    /// A card is issued.
    Card { who: usize },
    /// A family goes to a clinic.
    Visit { who: usize, clinic: usize },
    /// A dose is given where the hub is not used.
    PaperDose { who: usize },
    /// A municipality tells of a paper form that came by post; of the wrong day, if `wrong`.
    CityTells { who: usize, fact: usize, wrong: bool },
    /// It corrects the day.
    CityCorrects { who: usize, fact: usize, wrong: usize, city: usize },
    /// A draft arrives late.
    Draft { who: usize, fact: usize, clinic: usize, draft: String },
    /// An institution corrects a lot.
    Mend { who: usize, fact: usize },
    /// An institution cancels a dose that was not given; a draft of it may still come.
    Cancel { who: usize, fact: usize, draft: Option<String> },
    /// A dose was recorded for the other twin: it is cancelled there and told here.
    Swap { who: usize, fact: usize, twin: usize, wrong: usize },
    /// A family moves.
    Move { family: usize },
    /// 転出: the municipality that they left says so.
    Leave { who: usize, city: usize, on: Date },
    /// 転入: the new one says so.
    Arrive { who: usize, city: usize, since: Date },
    /// An officer decides what waits.
    Officer { city: usize },
    /// Everything is compared with the truth.
    Check,
}

/// The town.
pub(crate) struct Town {
    pub(crate) seed: u64,
    pub(crate) test: TestHub,
    pub(crate) dice: Dice,
    pub(crate) all: Population,
    pub(crate) end: Date,
    queue: BTreeMap<(i64, usize), Event>,
    numbered: usize,
    /// What was done, and how often.
    pub(crate) done: BTreeMap<String, usize>,
    /// Gate doses that the feed of each municipality must name.
    pub(crate) told: [Vec<String>; 2],
    listed_at: Instant,
}

impl Town {
    /// A town of so many people on the first day, everybody registered.
    pub(crate) async fn new(size: usize, seed: u64) -> Self {
        let test = TestHub::new().await;
        let mut dice = Dice::new(seed);
        let all = Population::of(size, &mut dice, &test.hub.book().immunization);
        let mut town = Self {
            seed,
            listed_at: test.hub.now(),
            test,
            dice,
            all,
            end: after(first_day(), DAYS),
            queue: BTreeMap::new(),
            numbered: 0,
            done: BTreeMap::new(),
            told: [Vec::new(), Vec::new()],
        };
        town.open_clinics().await;
        town.register_everybody().await;
        town.expect_events();
        town
    }

    async fn open_clinics(&self) {
        let kept = self.test.hub.store().write(move |tx| {
            for (code, city, _) in CLINICS {
                tx.put_institution(&Institution {
                    code: code.into(),
                    name: format!("見本医院{code}"),
                    kind: "医科".into(),
                    municipality: CITIES[city].0.into(),
                    tasks: String::new(),
                    uses_subsidy: true,
                })?;
            }
            Ok::<(), StoreError>(())
        });
        kept.await.unwrap();
        let scheme = Scheme {
            type_id: "HITORI".into(),
            name: "ひとり親家庭等医療費受給資格証".into(),
            ..Scheme::default()
        };
        for (code, _) in CITIES {
            let schemes = std::slice::from_ref(&scheme);
            hub::keep_schemes(&self.test.hub, code, schemes).await.unwrap();
        }
    }

    /// What is to come whatever happens.
    fn expect_events(&mut self) {
        for who in 0..self.all.people.len() {
            let day = after(first_day(), self.dice.between(0, 20));
            self.at(day, Event::Card { who });
            let day = after(day, self.dice.between(1, 60));
            let clinic = self.clinic_near(who, day);
            self.at(day, Event::Visit { who, clinic });
        }
        for family in 0..self.all.families.len() {
            let young = self.all.families[family].iter().any(|who| {
                let age = self.all.people[*who].birth.until(first_day()).unwrap().get_days();
                (20 * 365..40 * 365).contains(&age)
            });
            for year in 0..3 {
                let day = after(first_day(), year * 365 + self.dice.between(1, 365));
                if young && self.dice.chance(200) {
                    self.at(day, Event::Birth { family });
                }
                let day = after(first_day(), year * 365 + self.dice.between(90, 270));
                if self.dice.chance(120) {
                    self.at(day, Event::Move { family });
                }
            }
        }
        for day in 1..=DAYS {
            let at = after(first_day(), day);
            if day % 7 == 0 {
                (0..CITIES.len()).for_each(|city| self.at(at, Event::Officer { city }));
            }
            if usize::try_from(day).unwrap().is_multiple_of(CHECK) {
                self.at(at, Event::Check);
            }
        }
    }

    /// Something happens on a day: in the daytime, now and then a minute before midnight.
    pub(crate) fn at(&mut self, day: Date, event: Event) {
        let minutes = if self.dice.chance(10) { 1439 } else { self.dice.between(8 * 60, 20 * 60) };
        self.numbered += 1;
        let earliest = self.test.hub.now().0;
        let at = instant(day, minutes).0.max(earliest);
        self.queue.insert((at, self.numbered), event);
    }

    /// Goes through all that happens, until nothing is left.
    pub(crate) async fn run(&mut self) {
        while let Some(((at, _), event)) = self.queue.pop_first() {
            let late = at - self.test.hub.now().0;
            if late > 0 {
                self.test.pass_seconds(late.div_euclid(1000));
            }
            self.tick();
            self.did("events");
            self.happens(event).await;
        }
    }

    /// When all is over, officers decide what still waits, and municipalities hear of every dose of which
    /// nobody told.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..2 {
            self.tell_the_rest();
            self.run().await;
            for which in 0..CITIES.len() {
                self.officer(which).await;
            }
        }
    }

    /// A little time passes; the list of revoked cards is renewed in time.
    pub(crate) fn tick(&mut self) {
        self.test.pass_seconds(20);
        let now = self.test.hub.now();
        if now > self.listed_at.plus_seconds(5 * 86_400) {
            self.listed_at = now;
            self.test.renew_revocations();
        }
    }

    async fn happens(&mut self, event: Event) {
        if let Some(who) = who(&event) {
            self.note(who, &format!("{event:?}"));
        }
        match event {
            Event::Birth { family } => self.birth(family),
            Event::Register { who } => self.register_newborn(who).await,
            Event::Card { who } => self.give_card(who).await,
            Event::Visit { who, clinic } => self.visit(who, clinic).await,
            Event::PaperDose { who } => self.paper_dose(who),
            Event::CityTells { who, fact, wrong } => self.city_tells(who, fact, wrong).await,
            Event::CityCorrects { who, fact, wrong, city } => {
                self.city_corrects(who, (fact, wrong), city).await;
            }
            Event::Draft { who, fact, clinic, draft } => {
                self.draft_arrives(who, fact, (clinic, &draft)).await;
            }
            Event::Mend { who, fact } => self.mend(who, fact).await,
            Event::Cancel { who, fact, draft } => self.cancel(who, fact, draft).await,
            Event::Swap { who, fact, twin, wrong } => self.swap(who, fact, (twin, wrong)).await,
            Event::Move { family } => self.moves(family),
            Event::Leave { who, city, on } => self.leave(who, city, on).await,
            Event::Arrive { who, city, since } => self.arrive(who, city, since).await,
            Event::Officer { city } => self.officer(city).await,
            Event::Check => self.check().await,
        }
    }

    fn birth(&mut self, family: usize) {
        let today = self.today();
        for who in self.all.born(family, today, &mut self.dice) {
            self.did("births");
            let day = after(today, self.dice.between(3, 14));
            self.at(day, Event::Register { who });
            let day = after(day, self.dice.between(5, 40));
            self.at(day, Event::Card { who });
            self.plan_visit(who, after(today, 50));
        }
    }

    fn moves(&mut self, family: usize) {
        let today = self.today();
        let of = |who: &usize| &self.all.people[*who];
        let members = self.all.families[family].clone();
        let settled = |person: &Person| {
            let stayed = |since: Date| since.until(today).unwrap().get_days() > 120;
            person.homes.last().is_some_and(|home| stayed(home.0)) && person.waiting.is_empty()
        };
        if today > self.end || !members.iter().all(|who| settled(of(who))) {
            return;
        }
        // Both municipalities may hear of it before, and long after.
        let on = after(today, self.dice.between(0, 10));
        let (from, to) = self.all.moves(family, on, &mut self.dice);
        self.did("moves");
        for who in members {
            self.note(who, &format!("moves on {on}"));
            let day = after(today, self.dice.between(0, 30));
            self.at(day, Event::Leave { who, city: from, on });
            let day = after(today, self.dice.between(0, 35));
            self.at(day, Event::Arrive { who, city: to, since: on });
        }
    }

    /// The next visit by what is due, from a day on.
    pub(crate) fn plan_visit(&mut self, who: usize, from: Date) {
        let schedule = &self.test.hub.book().immunization;
        let Some(day) = due(&self.all.people[who], who, schedule, from) else { return };
        if day > self.end || self.all.people[who].empty > PATIENCE {
            return;
        }
        let day = after(day, self.dice.between(0, 25));
        let paper = self.dice.chance(80);
        let clinic = self.clinic_near(who, day);
        self.at(day, if paper { Event::PaperDose { who } } else { Event::Visit { who, clinic } });
    }

    pub(crate) fn clinic_near(&mut self, who: usize, day: Date) -> usize {
        let home = self.all.people[who].home(day);
        let home = if self.dice.chance(50) { 1 - home } else { home };
        home * 3 + self.dice.below(3)
    }

    pub(crate) fn today(&self) -> Date {
        self.test.hub.now().day_in_japan()
    }

    pub(crate) fn did(&mut self, what: &str) {
        *self.done.entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn note(&mut self, who: usize, what: &str) {
        let at = self.test.hub.now();
        self.all.people[who].note(at, what);
    }

    /// Ends the run, with all that helps to find out why.
    pub(crate) fn fail(&self, who: usize, why: &str) -> ! {
        let (seed, now) = (self.seed, self.test.hub.now().for_people());
        panic!("seed {seed}, {now}, person {who}: {why}\n{}", self.all.people[who].story());
    }
}

/// Whom an event is about.
fn who(event: &Event) -> Option<usize> {
    match event {
        Event::Register { who }
        | Event::Card { who }
        | Event::Visit { who, .. }
        | Event::PaperDose { who }
        | Event::CityTells { who, .. }
        | Event::CityCorrects { who, .. }
        | Event::Draft { who, .. }
        | Event::Mend { who, .. }
        | Event::Cancel { who, .. }
        | Event::Swap { who, .. }
        | Event::Leave { who, .. }
        | Event::Arrive { who, .. } => Some(*who),
        Event::Birth { .. } | Event::Move { .. } | Event::Officer { .. } | Event::Check => None,
    }
}

/// When the next dose is due that a clinic offers, by what was really given.
fn due(person: &Person, who: usize, schedule: &Schedule, from: Date) -> Option<Date> {
    let (history, facts) = (person.history(schedule), Facts::default());
    let of = Judged { birth: person.birth, sex: person.sex, history: &history, facts: &facts };
    let plan = schedule.plan(&of, from);
    let due = plan.iter().filter(|item| {
        let series = &schedule.series[usize::from(item.series)].code;
        item.dose.is_some() && offered(person, who, series)
    });
    due.filter_map(|item| Some(item.earliest?.max(from))).min()
}

/// A municipality's system, or its officer.
pub(crate) fn city(which: usize, role: Role) -> Caller {
    Caller {
        role,
        organisation: CITIES[which].0.to_owned(),
        actor: "city".into(),
        terminal: String::new(),
        resident: None,
    }
}

/// The system of a clinic.
pub(crate) fn clinic(which: usize) -> Caller {
    Caller {
        role: Role::InstitutionSystem,
        organisation: CLINICS[which].0.to_owned(),
        actor: "clinic".into(),
        terminal: TERMINAL.to_owned(),
        resident: None,
    }
}

/// The hub, to be used while the town changes.
pub(crate) fn hub(town: &Town) -> Arc<hub::Hub> {
    Arc::clone(&town.test.hub)
}
