//! What the residents of the story's town have had: each is walked from visit to visit, and takes
//! what the schedule says is due, most of the time. Nothing here is a statistic.

use domain::immunization::{
    Candidate, Dose, Facts, Item, Person as Patient, ProductId, Schedule, Status, Verdict,
};
use domain::person::{Birth, Sex};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};
use serde_json::{Value, json};

use super::rng::{Rng, Salt};
use super::{STORY_TOWN, World, label};

/// Vaccines that the child of the story had, and at how many months of age.
const HAD: [(&str, i32); 7] = [
    ("hepb", 2),
    ("hepb", 3),
    ("bcg", 5),
    ("hepb", 8),
    ("mr", 12),
    ("varicella", 12),
    ("varicella", 18),
];
/// How many of a hundred take a dose at the visit at which it is due.
const TAKEN: u64 = 90;
/// Below so many years a history begins at birth.
const CHILD_YEARS: i16 = 20;
/// From so many years on people have a history of the last seasons.
const ELDER_YEARS: i16 = 65;
/// How far an elder's history goes back.
const SEASONS_YEARS: i16 = 2;
/// Of doses in so many years the lot is known.
const LOT_YEARS: i16 = 2;
/// More visits than anybody has.
const VISITS: usize = 120;

/// A resident whom the municipality follows, with all that a history is made from.
pub(crate) struct Followed {
    seed: u64,
    serial: u64,
    my_number: String,
    key: String,
    birth: Birth,
    sex: Sex,
    part: Part,
    today: Date,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Their history is made up.
    Anybody,
    /// The child of the story, whose history is written here.
    Ward,
    /// Nothing yet.
    Baby,
    /// Everything but this season's.
    Elder,
}

/// Everybody in the story's town.
pub(crate) fn followed(world: &World) -> Vec<Followed> {
    let is = |at: usize, label| world.labelled(label) == Some(at);
    let here = world.residents.iter().enumerate().filter(|(_, who)| who.municipality == STORY_TOWN);
    let followed = here.map(|(at, who)| Followed {
        seed: world.seed,
        serial: who.serial,
        my_number: who.my_number.clone(),
        key: who.municipal_key.clone(),
        birth: who.five.birth,
        sex: who.five.sex,
        part: match () {
            () if is(at, label::WARD) => Part::Ward,
            () if is(at, label::BABY) => Part::Baby,
            () if is(at, label::ELDER) => Part::Elder,
            () => Part::Anybody,
        },
        today: world.today,
    });
    followed.collect()
}

/// The records with which the municipality registers them (`registration-tasks`).
pub(crate) fn targets(followed: &[Followed], schedule: &Schedule) -> Vec<Value> {
    followed.iter().map(|who| target(who, schedule)).collect()
}

fn target(who: &Followed, schedule: &Schedule) -> Value {
    let doses: Vec<Value> = (1..)
        .zip(who.history(schedule))
        .map(|(number, dose)| {
            let product = &schedule.products[usize::from(dose.product)].code;
            let mut said = json!({ "doseKey": format!("D{number}"), "product": product,
                "date": dose.date.to_string(), "routine": true });
            // Older paper is remembered without a lot.
            if who.part != Part::Anybody || who.today < dose.date.saturating_add(LOT_YEARS.years())
            {
                said["lotNumber"] = json!(lot(&dose));
            }
            said
        })
        .collect();
    let mut record = json!({ "modificationSeg": "1", "myNumber": who.my_number,
        "municipalityIdentityKey": who.key, "doses": doses });
    if let Birth::Day(born) = who.birth {
        record["livesHereSince"] = json!(born.to_string());
    }
    record
}

/// A lot is in use for a quarter of a year.
fn lot(dose: &Dose) -> String {
    let quarter = (dose.date.month() - 1) / 3 + 1;
    format!("SAMPLE{}-{:02}Q{quarter}", dose.product, dose.date.year() % 100)
}

impl Followed {
    /// Every dose before today, in the order of days.
    fn history(&self, schedule: &Schedule) -> Vec<Dose> {
        let Birth::Day(born) = self.birth else { return Vec::new() };
        let older = |years: i16| born.saturating_add(years.years()) <= self.today;
        match self.part {
            Part::Baby => Vec::new(),
            Part::Ward => written(schedule, born),
            Part::Elder => self.walk(schedule, born, (self.seasons(), season_of(self.today))),
            Part::Anybody if older(ELDER_YEARS) => {
                self.walk(schedule, born, (self.seasons(), self.today))
            }
            Part::Anybody if older(CHILD_YEARS) => Vec::new(),
            Part::Anybody => {
                let first = later(born, 45 + self.chance(0).below(20));
                self.walk(schedule, born, (first, self.today))
            }
        }
    }

    fn seasons(&self) -> Date {
        self.today.saturating_sub(SEASONS_YEARS.years())
    }

    fn chance(&self, about: u64) -> Rng {
        Rng::new(self.seed, Salt::Doses, self.serial.wrapping_mul(256).wrapping_add(about))
    }

    /// From visit to visit, the day `until` left out.
    fn walk(&self, schedule: &Schedule, birth: Date, (from, until): (Date, Date)) -> Vec<Dose> {
        let (mut history, facts) = (Vec::new(), Facts::default());
        let mut rng = self.chance(1);
        let mut day = from;
        for _ in 0..VISITS {
            if until <= day {
                break;
            }
            let patient = Patient { birth, sex: self.sex, history: &history, facts: &facts };
            let plan = schedule.plan(&patient, day);
            let mut next: Option<Date> = None;
            let mut sooner = |day: Date| next = Some(next.map_or(day, |next| next.min(day)));
            for item in plan.iter().filter(|item| !self.shuns(schedule, item)) {
                match item.earliest {
                    Some(_) if is_due(item, day) && rng.percent(TAKEN) => {
                        let patient =
                            Patient { birth, sex: self.sex, history: &history, facts: &facts };
                        if let Some(product) = routine(schedule, &patient, item, day) {
                            history.push(Dose { product, date: day, hundredths: None });
                            sooner(later(day, 28));
                        }
                    }
                    Some(_) if is_due(item, day) => sooner(later(day, 20 + rng.below(70))),
                    Some(earliest) => {
                        sooner(item.standard.map_or(earliest, |usual| usual.0.max(earliest)));
                    }
                    None => {}
                }
            }
            let Some(next) = next else { break };
            day = later(next.max(later(day, 1)), rng.below(10));
        }
        history
    }

    /// Who does not want a series does not want it at the next visit either.
    fn shuns(&self, schedule: &Schedule, item: &Item<'_>) -> bool {
        let of_a_hundred = match schedule.series[usize::from(item.series)].code.as_str() {
            "influenza-elderly" => 40,
            "covid19-elderly" => 75,
            "zoster" | "pneumococcal-elderly" => 55,
            "hpv" => 30,
            // The family's physician has one of the two.
            "rota-1v" => 50,
            _ => 3,
        };
        self.chance(16 + u64::from(item.series)).percent(of_a_hundred)
    }
}

fn is_due(item: &Item<'_>, day: Date) -> bool {
    matches!(item.status, Status::Now | Status::Late) && item.earliest == Some(day)
}

/// The vaccine of the series that is routine on the day, after what was given on the same day too.
fn routine(
    schedule: &Schedule,
    patient: &Patient<'_>,
    item: &Item<'_>,
    date: Date,
) -> Option<ProductId> {
    let uses = schedule.series[usize::from(item.series)].uses.iter().map(|used| used.product);
    let mut routine = uses.filter(|&product| {
        let dose = Dose { product, date, hundredths: None };
        let judged = schedule.check(patient, &Candidate { dose, lot_expires: None });
        judged.verdict == Verdict::Routine && judged.series == Some(item.series)
    });
    routine.next()
}

fn written(schedule: &Schedule, born: Date) -> Vec<Dose> {
    let dose = |(code, months): (&str, i32)| {
        let date = born.saturating_add(months.months());
        Some(Dose { product: schedule.product(code)?, date, hundredths: None })
    };
    HAD.into_iter().filter_map(dose).collect()
}

/// The first day of the season of a day: seasons of elders are counted from April.
fn season_of(day: Date) -> Date {
    let year = if day.month() < 4 { day.year() - 1 } else { day.year() };
    date(year, 4, 1)
}

fn later(day: Date, days: u64) -> Date {
    day.saturating_add(Span::new().days(i64::try_from(days).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use lawbook::Lawbook;

    use super::super::world;
    use super::*;

    const TODAY: Date = date(2026, 11, 24);

    fn code<'s>(schedule: &'s Schedule, dose: &Dose) -> &'s str {
        &schedule.products[usize::from(dose.product)].code
    }

    #[test]
    fn the_town_has_had_most_of_what_was_due_and_not_all() {
        let book = Lawbook::embedded().unwrap();
        let schedule = &book.immunization;
        let town = followed(&world(7, TODAY));
        let (mut two_years, mut of) = (0, BTreeMap::new());
        for who in &town {
            let Birth::Day(born) = who.birth else { continue };
            let age = TODAY.since(born).unwrap().get_days();
            let history = who.history(schedule);
            assert!(history.iter().all(|dose| born <= dose.date && dose.date < TODAY));
            assert!(history.is_sorted_by_key(|dose| dose.date));
            if (2 * 366..3 * 365).contains(&age) && who.part == Part::Anybody {
                two_years += 1;
                for product in ["mr", "bcg", "dpt-ipv-hib", "pcv20", "varicella"] {
                    let had = history.iter().any(|dose| code(schedule, dose) == product);
                    *of.entry(product).or_insert(0) += i32::from(had);
                }
            }
        }
        assert!(town.len() > 5_000 && two_years > 20, "{} {two_years}", town.len());
        for (product, had) in of {
            assert!(had * 100 >= two_years * 70, "{product}: {had} of {two_years}");
            assert!(had * 100 <= two_years * 100, "{product}: {had} of {two_years}");
        }
    }

    #[test]
    fn every_dose_was_routine_on_its_day() {
        let book = Lawbook::embedded().unwrap();
        let schedule = &book.immunization;
        let (facts, mut judged) = (Facts::default(), 0);
        for who in followed(&world(7, TODAY)).iter().filter(|who| who.part == Part::Anybody) {
            let Birth::Day(birth) = who.birth else { continue };
            let history = who.history(schedule);
            let patient = Patient { birth, sex: who.sex, history: &history, facts: &facts };
            for verdict in schedule.audit(&patient) {
                assert!(verdict.counts, "{birth}: {:?}", verdict.notices);
                judged += 1;
            }
        }
        assert!(judged > 10_000, "{judged}");
    }

    #[test]
    fn those_with_a_part_have_what_the_story_needs_on_any_day() {
        let book = Lawbook::embedded().unwrap();
        let schedule = &book.immunization;
        let days = (0..366).step_by(7).map(|week| later(date(2026, 3, 30), week));
        for today in days.chain([date(2028, 2, 29), date(2026, 12, 31)]) {
            let births = |days: i16| today.saturating_sub(days.days());
            let facts = Facts::default();
            let birth = births(super::super::cast::BABY_DAYS);
            let baby = Patient { birth, sex: Sex::Female, history: &[], facts: &facts };
            for product in ["rota-1v", "hepb", "dpt-ipv-hib", "pcv20"] {
                assert_eq!(verdict(schedule, &baby, product, today), "routine", "{today}");
            }
            let elder = Followed {
                seed: 7,
                serial: 1,
                my_number: String::new(),
                key: String::new(),
                birth: Birth::Day(today.saturating_sub(78.years()).saturating_sub(150.days())),
                sex: Sex::Female,
                part: Part::Elder,
                today,
            };
            let Birth::Day(birth) = elder.birth else { unreachable!() };
            let history = elder.history(schedule);
            let elder = Patient { birth, sex: Sex::Female, history: &history, facts: &facts };
            let season = today.month() >= 10 || today.month() <= 3;
            for product in ["influenza", "covid19"] {
                let want = if season { "routine" } else { "not-in-window" };
                assert_eq!(verdict(schedule, &elder, product, today), want, "{today} {product}");
            }
        }
    }

    /// `routine`, or the first thing against it.
    fn verdict(
        schedule: &Schedule,
        patient: &Patient<'_>,
        product: &str,
        date: Date,
    ) -> &'static str {
        let dose = Dose { product: schedule.product(product).unwrap(), date, hundredths: None };
        let judged = schedule.check(patient, &Candidate { dose, lot_expires: None });
        match judged.verdict {
            Verdict::Routine => "routine",
            _ => judged.notices.first().map_or("nothing", |notice| notice.code.name()),
        }
    }

    #[test]
    fn the_child_of_the_story_keeps_her_history_and_the_baby_has_none() {
        let book = Lawbook::embedded().unwrap();
        let town = followed(&world(7, TODAY));
        let history = |part| {
            let who = town.iter().find(|who| who.part == part).unwrap();
            who.history(&book.immunization).len()
        };
        assert_eq!((history(Part::Ward), history(Part::Baby)), (HAD.len(), 0));
    }

    #[test]
    fn the_same_town_has_the_same_history() {
        let book = Lawbook::embedded().unwrap();
        let [one, two] = [(); 2].map(|()| {
            let town = followed(&world(7, TODAY));
            targets(&town[..300], &book.immunization)
        });
        assert_eq!(one, two);
    }
}
