//! The engine against a second, deliberately simple implementation and against its own promises, on
//! random histories: 100,000 in the test command, as many as `PMH_ASSURE_SIZE` says with
//! `PMH_ASSURE=1`.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

#[path = "immunization/days.rs"]
mod days;
#[path = "immunization/random.rs"]
mod random;
#[path = "immunization/simple.rs"]
mod simple;

use std::collections::BTreeMap;

use domain::immunization::{
    Candidate, Dose, Facts, Item, Judged, Person, Schedule, SeriesId, Status, Verdict,
};
use domain::person::Sex;
use jiff::civil::Date;
use lawbook::Lawbook;

use random::{Rng, Story};
use simple::Somebody;

const SEED: u64 = 20_261_126;

fn size(bounded: u64) -> u64 {
    let assure = std::env::var("PMH_ASSURE").is_ok_and(|it| it == "1");
    let size = std::env::var("PMH_ASSURE_SIZE").ok().filter(|_| assure);
    size.map_or(bounded, |size| size.parse().expect("PMH_ASSURE_SIZE is a number"))
}

/// A story in the words of the engine.
struct Case<'a> {
    schedule: &'a Schedule,
    story: &'a Story,
    history: Vec<Dose>,
    facts: Facts,
}

impl<'a> Case<'a> {
    fn new(schedule: &'a Schedule, story: &'a Story) -> Self {
        let dose = |it: &simple::Dose| dose(schedule, it.0, it.1);
        let history = story.doses.iter().map(dose).collect();
        Self { schedule, story, history, facts: Facts::default() }
    }

    fn person(&self, doses: usize) -> Person<'_> {
        let sex = if self.story.female { Sex::Female } else { Sex::Male };
        let history = &self.history[..doses];
        Person { birth: self.story.birth, sex, history, facts: &self.facts }
    }

    fn code(&self, id: Option<SeriesId>) -> Option<&str> {
        id.map(|id| self.schedule.series[usize::from(id)].code.as_str())
    }

    fn same(&self, judged: &Judged<'_>, opinion: &simple::Opinion) -> bool {
        self.code(judged.series) == opinion.series
            && judged.number == opinion.number
            && judged.counts == opinion.counts
            && judged.verdict as u8 == opinion.verdict
    }

    fn check(&self, dose: Dose) -> Judged<'_> {
        let candidate = Candidate { dose, lot_expires: None };
        self.schedule.check(&self.person(self.history.len()), &candidate)
    }
}

fn dose(schedule: &Schedule, product: &str, date: Date) -> Dose {
    Dose { product: schedule.product(product).unwrap(), date, hundredths: None }
}

/// What the run saw.
#[derive(Default)]
struct Tally {
    doses: u64,
    verdicts: [u64; 3],
    items: u64,
    days: u64,
    statuses: BTreeMap<&'static str, u64>,
}

#[test]
fn both_implementations_agree_and_promises_are_kept() {
    let schedule = &Lawbook::embedded().unwrap().immunization;
    let histories = size(100_000);
    let lanes = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let tally = std::thread::scope(|scope| {
        let walk = |lane| scope.spawn(move || walk(schedule, (lane..histories).step_by(lanes)));
        let walks: Vec<_> = (0..lanes as u64).map(walk).collect();
        let parts = walks.into_iter().map(|walk| walk.join().expect("a history broke a promise"));
        parts.fold(Tally::default(), Tally::with)
    });
    let Tally { doses, verdicts, items, days, statuses } = tally;
    println!(
        "{histories} histories from seed {SEED}: {doses} doses given and asked, \
         routine/voluntary/refuse {verdicts:?}; {items} plan items {statuses:?}, {days} days tried"
    );
    assert!(verdicts.iter().all(|&count| histories < count * 20), "one kind is too rare");
}

fn walk(schedule: &Schedule, numbers: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for number in numbers {
        let story = Story::new(&mut Rng::new(SEED.wrapping_add(number)));
        let case = Case::new(schedule, &story);
        agree(&case, &mut tally);
        // The promises take many questions each, so only every so many histories are held to them.
        if number % 32 == 0 {
            no_hindsight(&case);
            plan_holds(&case, number % 2048 == 0, &mut tally);
        }
    }
    tally
}

impl Tally {
    fn with(mut self, other: Self) -> Self {
        self.doses += other.doses;
        self.items += other.items;
        self.days += other.days;
        for (sum, more) in self.verdicts.iter_mut().zip(other.verdicts) {
            *sum += more;
        }
        for (name, count) in other.statuses {
            *self.statuses.entry(name).or_default() += count;
        }
        self
    }
}

/// Every dose of the history, and one about to be given.
fn agree(case: &Case<'_>, tally: &mut Tally) {
    let story = case.story;
    let judged = case.schedule.audit(&case.person(case.history.len()));
    let mut somebody = Somebody::new(story.birth, story.female);
    for (at, dose) in story.doses.iter().enumerate() {
        let opinion = somebody.take(*dose);
        tally.doses += 1;
        tally.verdicts[usize::from(opinion.verdict)] += 1;
        assert!(
            case.same(&judged[at], &opinion),
            "dose {at} of {story:?}\n engine {:?}\n simple {opinion:?}",
            judged[at]
        );
    }
    let (product, day) = story.next;
    let judged = case.check(dose(case.schedule, product, day));
    let opinion = somebody.opinion(story.next, false);
    tally.doses += 1;
    tally.verdicts[usize::from(opinion.verdict)] += 1;
    assert!(
        case.same(&judged, &opinion),
        "next dose of {story:?}\n engine {judged:?}\n simple {opinion:?}"
    );
}

/// What comes later never changes what was said before.
fn no_hindsight(case: &Case<'_>) {
    let whole = case.schedule.audit(&case.person(case.history.len()));
    for doses in 0..case.history.len() {
        let part = case.schedule.audit(&case.person(doses));
        assert_eq!(part, whole[..doses], "{:?}", case.story);
    }
}

/// The earliest day is routine, the day before it is not; with `every`, no day before it is.
fn plan_holds(case: &Case<'_>, every: bool, tally: &mut Tally) {
    let as_of = case.story.next.1;
    for item in case.schedule.plan(&case.person(case.history.len()), as_of) {
        tally.items += 1;
        *tally.statuses.entry(item.status.name()).or_default() += 1;
        let Some(earliest) = item.earliest else {
            // Nothing to find: try the days of three years, a fortnight apart and around.
            let step = if every { 13 } else { 211 };
            for day in (0..1100).step_by(step) {
                never(case, &item, days::add(as_of, day), tally);
            }
            continue;
        };
        assert!(as_of <= earliest, "{item:?} {:?}", case.story);
        assert!(routine(case, &item, earliest), "{earliest} fails: {item:?} {:?}", case.story);
        if as_of < earliest {
            never(case, &item, earliest.yesterday().unwrap(), tally);
        }
        if every {
            let first = as_of.max(days::add(earliest, -400));
            let between = days::between(first, earliest);
            (0..between).for_each(|day| never(case, &item, days::add(first, day), tally));
        }
    }
}

fn never(case: &Case<'_>, item: &Item<'_>, day: Date, tally: &mut Tally) {
    tally.days += 1;
    assert!(!routine(case, item, day), "{day} is routine already: {item:?} {:?}", case.story);
}

/// Whether any vaccine of the series is routine on `day`.
fn routine(case: &Case<'_>, item: &Item<'_>, day: Date) -> bool {
    if item.status == Status::Complete {
        return false;
    }
    let uses = &case.schedule.series[usize::from(item.series)].uses;
    uses.iter().filter(|used| !used.counts_only || used.continues).any(|used| {
        let judged = case.check(Dose { product: used.product, date: day, hundredths: None });
        let here = judged.series == Some(item.series) || used.counts_only;
        here && judged.verdict == Verdict::Routine
    })
}
