//! Another country's schedule in the same types: measles-mumps-rubella and varicella as in the
//! United States, with grace, live-virus conflicts, and ages reached on the matching day.
//! (`lawbook` tests Japan's.)

use jiff::civil::{Date, date};

use super::*;
use crate::day::{Age, Interval, MonthDay, sample};
use crate::person::Sex;

const MMR: ProductId = 0;
const VAR: ProductId = 1;
const FLU: ProductId = 2;

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
    // Grace is never planned: the second dose is earliest after 28 days; recommended at four, past
    // due before seven.
    let usual = Some((date(2027, 1, 31), date(2030, 1, 30)));
    assert_eq!(days(&plan[0]), (Some(date(2024, 2, 28)), usual));
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
    ] {
        assert_eq!(schedule.first_day(birth, age), first, "{birth}");
        assert_eq!(schedule.last_day(birth, age), last, "{birth}");
    }
}
