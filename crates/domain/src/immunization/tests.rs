//! Another country's schedule in the same types: measles-mumps-rubella and varicella as in the
//! United States, with grace, live-virus conflicts, and ages reached on the matching day.
//! (`lawbook` tests Japan's.)

use std::cmp::Ordering;

use jiff::civil::{Date, date};

use super::*;
use crate::day::{Age, Interval, MonthDay, sample};
use crate::person::Sex;

const MMR: ProductId = 0;
const VAR: ProductId = 1;
const FLU: ProductId = 2;
const TODAY: Date = date(2024, 6, 1);

fn slot(number: u8, min: Age, absolute: Age, gap: Option<(u32, u32)>, usual: (Age, Age)) -> Slot {
    let gap = gap.map(|(least, grace)| Gap {
        from: GapFrom::Previous,
        at_least: Interval::Days(least),
        absolute: Some((Interval::Days(grace), Needs::Nothing)),
        usual: None,
    });
    Slot {
        dose: DoseName::Primary(number),
        min_age: Some(min),
        absolute_age: Some(absolute),
        max_age: None,
        fits: Vec::new(),
        mistakes: 0,
        skips: Vec::new(),
        days: None,
        repeats: false,
        excuses: Vec::new(),
        not_after: None,
        unless_previous_after: None,
        late_after: None,
        gaps: gap.into_iter().collect(),
        gaps_if_cut: Vec::new(),
        standard: Standard { ages: Some((usual.0, Some(usual.1))), ..Standard::default() },
    }
}

fn series(code: &str, product: ProductId, recurs: Recurs, slots: Vec<Slot>) -> Series {
    let basis = crate::day::Basis { in_force_from: date(2000, 1, 1), ..sample::basis() };
    let bounds = vec![Bound::Age(Age::Months(0), None)];
    Series {
        code: code.to_owned(),
        ja: code.to_owned(),
        en: code.to_owned(),
        listing: Listing::Always,
        early_counts: false,
        late_spoils: false,
        instead_of: Vec::new(),
        expects: Vec::new(),
        uses: vec![Use {
            product,
            counts_only: false,
            continues: false,
            parts: 1,
            route_from: None,
            from: date(2000, 1, 1),
            until: None,
            basis: basis.clone(),
        }],
        versions: vec![Version {
            basis,
            sex: None,
            born_from: None,
            born_to: None,
            parts: 1,
            recurs,
            windows: vec![Window { basis: None, bounds, when: Vec::new() }],
            delay: None,
            paths: vec![Path { slots, ..Path::default() }],
        }],
    }
}

/// 12 months less four days of grace is 51 weeks 6 days or so; written in weeks, as data would be.
fn schedule() -> Schedule {
    let basis = sample::basis;
    let product = |code: &str, kind| {
        Product::new([code, code, code].map(str::to_owned), kind, Vec::new(), basis())
    };
    let months = Age::Months;
    let grace = Age::Weeks(51, 4);
    let first = |usual| slot(1, months(12), grace, None, usual);
    let mmr = vec![
        first((months(12), months(16))),
        slot(2, months(13), months(12), Some((28, 24)), (Age::Years(4), Age::Years(7))),
    ];
    let var = vec![first((months(12), months(16)))];
    let flu = vec![slot(1, months(6), months(6), None, (months(6), months(24)))];
    let since = crate::day::Basis { in_force_from: date(2000, 1, 1), ..basis() };
    let mut schedule = Schedule {
        calendar: sample::calendar(),
        reading: Reading { ages: AgeReading::Matching, intervals: IntervalReading::Elapsed },
        products: vec![
            product("mmr", Kind::LiveInjected),
            product("varicella", Kind::LiveInjected),
            product("influenza", Kind::Inactivated),
        ],
        series: vec![
            series("mmr", MMR, Recurs::Never, mmr),
            series("varicella", VAR, Recurs::Never, var),
            series("influenza", FLU, Recurs::Season(MonthDay { month: 7, day: 1 }), flu),
        ],
        conflicts: vec![Conflict {
            basis: since,
            until: None,
            before: Kind::LiveInjected.bit(),
            after: Kind::LiveInjected.bit(),
            at_least: Interval::Days(28),
        }],
        conditions: Vec::new(),
        fever: Fever { tenths: 380, basis: basis() },
        term: Term { days: 280, basis: basis() },
        switches: Vec::new(),
        index: Index::default(),
    };
    schedule.link();
    schedule
}

fn dose(product: ProductId, date: Date) -> Dose {
    Dose { product, date, hundredths: None }
}

/// Born 2023-01-31; what was given; what is asked; the verdict, whether it counts, and a code.
#[test]
fn grace_and_conflicts_are_those_of_the_other_country() {
    let schedule = schedule();
    let facts = Facts::default();
    let given = [dose(MMR, date(2024, 1, 31))];
    for (history, product, day, verdict, code) in [
        (&given[..0], MMR, date(2024, 1, 31), Verdict::Routine, None),
        (&given[..0], MMR, date(2024, 1, 30), Verdict::Routine, None),
        (&given[..0], MMR, date(2024, 1, 26), Verdict::Voluntary, Some(Code::TooYoung)),
        (&given, MMR, date(2024, 2, 28), Verdict::Routine, None),
        (&given, MMR, date(2024, 2, 24), Verdict::Routine, None),
        (&given, MMR, date(2024, 2, 23), Verdict::Refuse, Some(Code::IntervalTooShort)),
        (&given, VAR, date(2024, 1, 31), Verdict::Routine, None),
        (&given, VAR, date(2024, 2, 27), Verdict::Refuse, Some(Code::LiveVaccineInterval)),
        (&given, VAR, date(2024, 2, 28), Verdict::Routine, None),
        (&given, FLU, date(2024, 2, 1), Verdict::Routine, None),
    ] {
        let person = Person { birth: date(2023, 1, 31), sex: Sex::Unknown, history, facts: &facts };
        let candidate = Candidate { dose: dose(product, day), lot_expires: None };
        let judged = schedule.check(&person, &candidate);
        assert_eq!(judged.verdict, verdict, "{day}: {judged:?}");
        assert_eq!(judged.notices.first().map(|it| it.code), code, "{day}");
    }
}

#[test]
fn a_plan_has_earliest_recommended_and_past_due_days() {
    let schedule = schedule();
    let facts = Facts::default();
    let history = [dose(MMR, date(2024, 1, 31)), dose(FLU, date(2024, 1, 31))];
    let person =
        Person { birth: date(2023, 1, 31), sex: Sex::Unknown, history: &history, facts: &facts };
    let plan = schedule.plan(&person, date(2024, 2, 1));
    let days = |item: &Item<'_>| (item.earliest, item.standard);
    // Grace is never planned: the second dose is earliest at 13 months, on the first of March for
    // want of a 31 February; recommended at four, past due before seven.
    let usual = Some((date(2027, 1, 31), date(2030, 1, 30)));
    assert_eq!(days(&plan[0]), (Some(date(2024, 3, 1)), usual));
    assert_eq!(plan[1].earliest, Some(date(2024, 2, 28)));
    assert_eq!((plan[2].status, plan[2].earliest), (Status::Before, Some(date(2024, 7, 1))));
}

#[test]
fn the_first_of_the_next_month_stands_for_a_day_that_does_not_exist() {
    let schedule = schedule();
    for (birth, age, first, last) in [
        (date(2023, 1, 31), Age::Months(1), date(2023, 3, 1), date(2023, 2, 28)),
        (date(2024, 2, 29), Age::Years(1), date(2025, 3, 1), date(2025, 2, 28)),
        (date(2024, 2, 10), Age::Months(2), date(2024, 4, 10), date(2024, 4, 9)),
        (date(2024, 2, 10), Age::Weeks(6, 0), date(2024, 3, 23), date(2024, 3, 22)),
        (date(2023, 1, 31), Age::MonthsAndDays(12, -4), date(2024, 1, 27), date(2024, 1, 26)),
        (date(2023, 1, 31), Age::MonthsAndDays(1, 28), date(2023, 3, 29), date(2023, 3, 28)),
    ] {
        assert_eq!(schedule.first_day(birth, age), first, "{birth}");
        assert_eq!(schedule.last_day(birth, age), last, "{birth}");
    }
}

/// Influenza is left out here and there: one rule a line, the day that is looked at, then whether the
/// first dose is still to be given. Born 2023-01-31, one MMR at a year of age.
#[test]
fn a_dose_is_left_out_for_a_reason() {
    let count = |products, counting, than, number| DoseCount {
        products,
        ages: (None, Some(Age::Years(2))),
        days: (Date::MIN, date(2024, 6, 30)),
        counting,
        than,
        number,
    };
    let (less, same, more) = (Ordering::Less, Ordering::Equal, Ordering::Greater);
    let mmr = 1 << MMR;
    let june = date(2024, 6, 1);
    for (given, when, day, asked) in [
        (None, SkipWhen::Age((Some(Age::Years(1)), None)), date(2024, 1, 31), false),
        (None, SkipWhen::Age((Some(Age::Years(1)), None)), date(2024, 1, 30), true),
        (None, SkipWhen::Age((None, Some(Age::Years(2)))), date(2025, 1, 30), false),
        (None, SkipWhen::Age((None, Some(Age::Years(2)))), date(2025, 1, 31), true),
        (Some(false), SkipWhen::Age((None, None)), june, false),
        (Some(true), SkipWhen::Age((None, None)), june, true),
        (None, SkipWhen::Since(Interval::Days(0)), june, true),
        (None, SkipWhen::Doses(count(mmr, false, more, 0)), june, false),
        (None, SkipWhen::Doses(count(mmr, false, same, 1)), june, false),
        (None, SkipWhen::Doses(count(mmr, false, less, 1)), june, true),
        (None, SkipWhen::Doses(count(1 << VAR, false, more, 0)), june, true),
        (None, SkipWhen::Doses(count(mmr, true, more, 0)), june, true),
    ] {
        let skip = Skip { given, when: vec![when] };
        let schedule = changed(|slots| slots[0].skips = vec![skip.clone()], 2);
        let course = course(&schedule, 2, &[dose(MMR, date(2024, 1, 31))], day);
        assert_eq!(matches!(course, Course::Due(_)), asked, "{skip:?} on {day}");
    }
}

/// The schedule with other doses in one series.
fn changed(change: impl FnOnce(&mut Vec<Slot>), series: usize) -> Schedule {
    let mut schedule = schedule();
    change(&mut schedule.series[series].versions[0].paths[0].slots);
    schedule.series[series].versions[0].recurs = Recurs::Never;
    schedule
}

fn course(schedule: &Schedule, series: SeriesId, history: &[Dose], as_of: Date) -> Course {
    let facts = Facts::default();
    let person = Person { birth: date(2023, 1, 31), sex: Sex::Unknown, history, facts: &facts };
    schedule.course(series, &person, as_of)
}

/// What is changed in the two doses of MMR, what was given, and the earliest day of the next; none if
/// there is none.
#[test]
fn the_next_dose_keeps_what_a_dose_may_ask_for() {
    let first = dose(MMR, date(2024, 1, 31));
    let second = dose(MMR, date(2024, 3, 6));
    let nothing: fn(&mut Vec<Slot>) = |_| {};
    for (name, change, history, want) in [
        ("nothing", nothing, vec![], Some(date(2024, 1, 31))),
        ("one", nothing, vec![first], Some(date(2024, 3, 1))),
        ("both", nothing, vec![first, second], None),
        ("other live", nothing, vec![dose(VAR, date(2024, 1, 20))], Some(date(2024, 2, 17))),
        ("mistake", |slots| slots[0].mistakes = 1 << FLU, vec![dose(FLU, date(2024, 5, 5))], {
            Some(date(2024, 5, 5))
        }),
        ("days", |slots| slots[0].days = Some((date(2024, 9, 1), date(2025, 3, 1))), vec![], {
            Some(date(2024, 9, 1))
        }),
        ("season over", |slots| slots[0].days = Some((Date::MIN, date(2024, 2, 1))), vec![], None),
        ("too old", |slots| slots[0].max_age = Some(Age::Months(16)), vec![], None),
        ("repeats", |slots| slots[1].repeats = true, vec![first, second], Some(date(2024, 4, 3))),
        ("place", |slots| slots[1].gaps[0].from = GapFrom::Slot(0), vec![first], {
            Some(date(2024, 3, 1))
        }),
    ] {
        let schedule = changed(|slots| change_fits(slots, change), 0);
        let due = match course(&schedule, 0, &history, date(2024, 6, 1)) {
            Course::Due(due) => Some(due.earliest),
            _ => None,
        };
        assert_eq!(due, want, "{name}");
    }
}

/// Says which vaccine the doses take, so that they keep apart from other live ones.
fn change_fits(slots: &mut Vec<Slot>, change: fn(&mut Vec<Slot>)) {
    let fit = Fit { product: MMR, ages: (None, None) };
    slots.iter_mut().for_each(|slot| slot.fits = vec![fit]);
    change(slots);
}

#[test]
fn recommended_and_past_due_follow_intervals_where_there_is_no_age() {
    let schedule = changed(
        |slots| {
            slots[1].standard = Standard::default();
            slots[1].gaps[0].usual = Some((Interval::Months(6), Some(Interval::Months(9))));
        },
        0,
    );
    let Course::Due(due) = course(&schedule, 0, &[dose(MMR, date(2024, 1, 31))], TODAY) else {
        panic!("nothing due");
    };
    assert_eq!((due.dose, due.place), (DoseName::Primary(2), 1));
    assert_eq!(due.recommended, date(2024, 7, 31));
    assert_eq!(due.past_due, Some(date(2024, 10, 30)));
}

/// What is changed in MMR, a second dose after one at a year of age, and whether it counts.
#[test]
fn a_dose_counts_by_vaccine_age_and_interval_of_its_place() {
    let fit = |to| Fit { product: MMR, ages: (None, Some(Age::Months(to))) };
    let excuse = |days| Gap {
        from: GapFrom::Slot(0),
        at_least: Interval::Days(days),
        absolute: None,
        usual: None,
    };
    type Change<'a> = &'a dyn Fn(&mut Slot);
    let change: [(Change<'_>, Date, bool); 8] = [
        (&|_| {}, date(2024, 2, 24), true),
        (&|_| {}, date(2024, 2, 23), false),
        (&|slot| slot.excuses = vec![excuse(23)], date(2024, 2, 23), true),
        (&|slot| slot.excuses = vec![excuse(24)], date(2024, 2, 23), false),
        (&|slot| slot.fits = vec![fit(14)], date(2024, 3, 30), true),
        (&|slot| slot.fits = vec![fit(14)], date(2024, 3, 31), false),
        (&|slot| slot.max_age = Some(Age::Months(14)), date(2024, 3, 30), true),
        (&|slot| slot.max_age = Some(Age::Months(14)), date(2024, 3, 31), false),
    ];
    for (change, day, counts) in change {
        let mut schedule = changed(|slots| change(&mut slots[1]), 0);
        schedule.series[0].late_spoils = true;
        let facts = Facts::default();
        let history = [dose(MMR, date(2024, 1, 31)), dose(MMR, day)];
        let birth = date(2023, 1, 31);
        let person = Person { birth, sex: Sex::Unknown, history: &history, facts: &facts };
        assert_eq!(schedule.audit(&person)[1].counts, counts, "{day}");
    }
}
