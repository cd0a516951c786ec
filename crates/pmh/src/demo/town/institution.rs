//! The 87 institutions and pharmacies: 32 in subsidy, 56 in immunisation, 19 in maternal and child
//! health. The totals are the published ones; which municipality has how many is ours.

use domain::number::Kind;

use super::numbers::complete;
use crate::demo::pilot::{Certainty, PILOTS, Pilot, Task};

/// What an institution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstitutionKind {
    /// 診療所
    Clinic,
    /// 病院
    Hospital,
    /// 歯科診療所
    Dental,
    /// 薬局
    Pharmacy,
}

/// One institution, invented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// 医療機関コード, 10 digits with the check digit, unique.
    pub code: String,
    /// Name, openly synthetic.
    pub name: String,
    /// What it is.
    pub kind: InstitutionKind,
    /// 全国地方公共団体コード of its place.
    pub municipality: &'static str,
    /// What it takes part in.
    pub tasks: &'static [Task],
}

use InstitutionKind::{Clinic, Dental, Hospital, Pharmacy};
use Task::{Immunization, MaternalChild, Subsidy};

type Row = (&'static str, InstitutionKind, &'static [Task], u16);

/// Where, what, which tasks, how many.
const ROWS: [Row; 20] = [
    ("452025", Clinic, &[Subsidy, Immunization, MaternalChild], 1),
    ("452025", Hospital, &[Subsidy, Immunization, MaternalChild], 1),
    ("452025", Clinic, &[Subsidy, Immunization], 3),
    ("452025", Clinic, &[Immunization, MaternalChild], 3),
    ("452025", Clinic, &[Immunization], 4),
    ("452025", Hospital, &[Subsidy], 2),
    ("452025", Dental, &[Subsidy], 2),
    ("452025", Pharmacy, &[Subsidy], 7),
    ("022080", Clinic, &[Immunization, MaternalChild], 2),
    ("022080", Clinic, &[Immunization], 5),
    ("022080", Hospital, &[MaternalChild], 1),
    ("132136", Clinic, &[Immunization, MaternalChild], 4),
    ("132136", Clinic, &[Immunization], 5),
    ("132136", Hospital, &[MaternalChild], 1),
    ("382060", Clinic, &[Immunization, MaternalChild], 2),
    ("382060", Clinic, &[Immunization], 5),
    ("382060", Hospital, &[MaternalChild], 1),
    ("423238", Clinic, &[Immunization, MaternalChild], 2),
    ("423238", Clinic, &[Immunization], 3),
    ("423238", Hospital, &[MaternalChild], 1),
];

/// Municipalities with subsidy alone: clinics, hospitals, pharmacies. (Every doubtful municipality
/// gets two clinics beside.)
const SUBSIDY_ONLY: [(&str, u16, u16, u16); 3] =
    [("052108", 2, 1, 1), ("232033", 2, 1, 3), ("431001", 2, 1, 3)];

/// Adjectives that say what the institution is not: real.
const STYLES: [&str; 8] = ["見本", "試験", "仮名", "架空", "例示", "練習", "模擬", "想定"];

/// All institutions; the first is the desk of the story.
pub(super) fn institutions() -> Vec<Institution> {
    let subsidy = SUBSIDY_ONLY.into_iter().flat_map(|(town, clinics, hospitals, pharmacies)| {
        [(Clinic, clinics), (Hospital, hospitals), (Pharmacy, pharmacies)]
            .map(|(kind, count)| -> Row { (town, kind, &[Subsidy], count) })
    });
    let doubtful = PILOTS
        .iter()
        .filter(|pilot| pilot.certain == Certainty::No)
        .map(|pilot| -> Row { (pilot.code, Clinic, &[Immunization], 2) });

    let mut all: Vec<Institution> = Vec::new();
    for (town, kind, tasks, count) in ROWS.into_iter().chain(subsidy).chain(doubtful) {
        let Some(pilot) = PILOTS.iter().find(|pilot| pilot.code == town) else { continue };
        for _ in 0..count {
            let same = |other: &&Institution| other.municipality == town && other.kind == kind;
            let before = all.iter().filter(same).count();
            all.push(institution(pilot, kind, tasks, before));
        }
    }
    all
}

/// The `before + 1`-th of its kind in its municipality.
fn institution(
    pilot: &Pilot,
    kind: InstitutionKind,
    tasks: &'static [Task],
    before: usize,
) -> Institution {
    let short = pilot.name.trim_end_matches(['市', '町']);
    let style = STYLES[before % STYLES.len()];
    // 都道府県 2, 点数表 1 (医科 1, 歯科 3, 薬局 4), 郡市区 2, 番号 4 (by kind), 検証番号.
    let (table, first, suffix) = match kind {
        Clinic => (1, 1001, "クリニック"),
        Hospital => (1, 1801, "病院"),
        Dental => (3, 3001, "歯科医院"),
        Pharmacy => (4, 4001, "薬局"),
    };
    let repeat = if before < STYLES.len() { "" } else { "第二" };
    let district = if &pilot.code[3..5] == "00" { "01" } else { &pilot.code[3..5] };
    let body = format!("{}{table}{district}{}", &pilot.code[..2], first + before);
    Institution {
        code: complete(Kind::Institution, body),
        name: format!("{short}{style}{repeat}{suffix}"),
        kind,
        municipality: pilot.code,
        tasks,
    }
}
