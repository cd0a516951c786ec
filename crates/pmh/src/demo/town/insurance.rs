//! Health insurance for the town: every insurer is invented, every number has a valid form.

use domain::insurance::Insurance;
use domain::number::Kind;
use jiff::ToSpan;
use jiff::civil::Date;

use super::household::{Household, Role};
use super::numbers::complete;
use super::rng::{Rng, Salt};
use crate::demo::pilot::{PILOTS, Pilot};

/// The insurance of one member on `today`; `i` is the resident's counting number.
///
/// From 75 on 後期高齢者医療; below that the household's employment or 国保. Grown children who
/// live with their parents are insured by themselves.
pub(super) fn insurance(
    seed: u64,
    household: &Household,
    member: usize,
    i: u64,
    today: Date,
) -> Insurance {
    let person = &household.members[member];
    let mut rng = Rng::new(seed, Salt::Insurance, household.id);
    let (employed, large, firm) = (rng.percent(74), rng.percent(35), rng.below(400));
    let own = person.role == Role::Child && person.age >= 23;
    let holder = if own { member } else { holder(household) };
    let by_work =
        employed && household.members[holder].age < 70 && person.role != Role::Grandparent;

    let mut insurance = if person.age >= 75 {
        late_elderly(household.town, i)
    } else if by_work {
        employee(household, (holder, member), large, firm)
    } else {
        national(household, member)
    };
    let birth = person.birth(today);
    let turned_75 = birth.saturating_add(75.years());
    let since = Date::new(today.year() - 2, 4, 1).unwrap_or(today);
    insurance.valid_from = if person.age >= 75 { since.max(turned_75) } else { since.max(birth) };
    insurance.share_percent = share(birth, person.age, today, household.id);
    insurance
}

/// The member whose work insures the household: the last of the grown-ups who are no grandparents.
fn holder(household: &Household) -> usize {
    let working = |role| matches!(role, Role::Parent | Role::Adult);
    household.members.iter().rposition(|member| working(member.role)).unwrap_or(0)
}

/// 一部負担金割合 in percent: 20 before school, 30, 20 from 70, 10 from 75, and 30 again for some.
/// Sample values of the demo, not a rule.
fn share(birth: Date, age: i16, today: Date, household: u64) -> u8 {
    let well_off = household.is_multiple_of(11);
    match age {
        75.. if !well_off => 10,
        70..75 if !well_off => 20,
        _ if today < school_entry(birth) => 20,
        _ => 30,
    }
}

/// 1 April after the sixth birthday; who was born on 1 April enters a year earlier.
fn school_entry(birth: Date) -> Date {
    let late = (birth.month(), birth.day()) > (4, 1);
    Date::new(birth.year() + 6 + i16::from(late), 4, 1).unwrap_or(birth)
}

fn national(household: &Household, member: usize) -> Insurance {
    let town = household.town;
    Insurance {
        insurer: complete(Kind::Insurer, format!("{}{}", &town.code[..2], serial(town))),
        insurer_name: format!("{}(見本国保)", town.name),
        symbol: "見本".to_owned(),
        number: format!("{:08}", household.id),
        branch: format!("{:02}", member + 1),
        ..blank()
    }
}

fn employee(household: &Household, who: (usize, usize), large: bool, firm: u64) -> Insurance {
    let (holder, member) = who;
    let town = household.town;
    let prefecture = &town.code[..2];
    let (law, name, symbol) = if large {
        ("06", "架空工業健康保険組合".to_owned(), format!("{}", 100 + firm % 40))
    } else {
        (
            "01",
            format!("見本健康保険協会 {}支部", town.prefecture),
            format!("{}", 90_000_000 + firm),
        )
    };
    Insurance {
        insurer: complete(Kind::Insurer, format!("{law}{prefecture}{}", serial(town))),
        insurer_name: name,
        symbol,
        number: format!("{}", household.id * 10 + holder as u64),
        branch: if holder == member { "00".to_owned() } else { format!("{:02}", member + 1) },
        ..blank()
    }
}

fn late_elderly(town: &Pilot, i: u64) -> Insurance {
    Insurance {
        insurer: complete(Kind::Insurer, format!("39{}{}", &town.code[..2], serial(town))),
        insurer_name: format!("{}見本後期高齢者医療広域連合", town.prefecture),
        number: format!("{i:08}"),
        ..blank()
    }
}

/// Three digits of the insurer in its prefecture: 901 and on, in the order of the pilot.
fn serial(town: &Pilot) -> usize {
    901 + PILOTS.iter().position(|pilot| pilot.code == town.code).unwrap_or(0)
}

fn blank() -> Insurance {
    Insurance {
        insurer: String::new(),
        insurer_name: String::new(),
        symbol: String::new(),
        number: String::new(),
        branch: String::new(),
        valid_from: Date::ZERO,
        valid_to: None,
        share_percent: 30,
    }
}
