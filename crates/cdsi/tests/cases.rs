//! CDC's own cases. Neither the schedule nor the cases are part of this repository: `PMH_CDSI` names
//! a folder with the XML files of the supporting data and `cases.csv`, the sheet of the test cases
//! (healthy children and adults), days as `YYYY-MM-DD`.

use std::collections::BTreeMap;
use std::path::Path;

use cdsi::{Assessment, Book, Given, Source, Status, Verdict};
use domain::person::Sex;
use jiff::civil::Date;

/// How the cases name a group, and how the schedule does.
const GROUPS: &[(&str, &str)] = &[
    ("DTAP", "DTaP/Tdap/Td"),
    ("POL", "Polio"),
    ("HPV", "HPV"),
    ("HIB", "Hib"),
    ("COVID-19", "COVID-19"),
    ("PCV", "Pneumococcal"),
    ("HepB", "HepB"),
    ("MMR", "MMR"),
    ("VAR", "Varicella"),
    ("ROTA", "Rotavirus"),
    ("MCV", "Meningococcal"),
    ("MENB", "Meningococcal B"),
    ("ZOSTER", "Zoster"),
    ("FLU", "Influenza"),
    ("HepA", "HepA"),
    ("RSV", "RSV"),
];

/// What is compared, in this order.
const PARTS: [&str; 5] = ["doses", "status", "earliest", "recommended", "past due"];

type Row = BTreeMap<String, String>;

fn book(folder: &Path) -> Book {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".xml") {
            files.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    files.sort();
    let pairs = || files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let schedule = pairs().find(|it| it.0.starts_with("Schedule")).expect("ScheduleSupportingData");
    let antigens = pairs().filter(|it| it.0.starts_with("Antigen")).collect();
    let calendar = lawbook::Lawbook::embedded().unwrap().calendar;
    Book::read(&Source { schedule, antigens }, &calendar).unwrap_or_else(|fault| panic!("{fault}"))
}

fn rows(folder: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("cases.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn given(row: &Row) -> Vec<Given> {
    let doses = (1..=7).filter_map(|number| {
        let date = day(&row[&format!("Date_Administered_{number}")])?;
        Some(Given { cvx: row[&format!("CVX_{number}")].clone(), date })
    });
    doses.collect()
}

fn assess(book: &Book, row: &Row) -> Option<Assessment> {
    let group = GROUPS.iter().find(|it| it.0 == row["Vaccine_Group"])?.1;
    let sex = if row["gender"] == "F" { Sex::Female } else { Sex::Male };
    let (birth, as_of, given) = (day(&row["DOB"])?, day(&row["Assessment_Date"])?, given(row));
    let mut answer = book.assess(group, birth, sex, &given, as_of)?;
    // The cases also say how doses of other groups were.
    for (_, other) in GROUPS {
        let other = book.assess(other, birth, sex, &given, as_of)?;
        for (verdict, said) in answer.verdicts.iter_mut().zip(other.verdicts) {
            *verdict = verdict.or(said);
        }
    }
    Some(answer)
}

/// What differs, part by part.
fn compare(row: &Row, answer: &Assessment) -> [Option<String>; 5] {
    let differs = |want: String, got: String| (want != got).then(|| format!("{want} not {got}"));
    let said =
        (1..=given(row).len()).map(|number| row[&format!("Evaluation_Status_{number}")].as_str());
    let said = said.collect::<Vec<_>>().join(", ");
    let verdicts = answer.verdicts.iter().map(|it| match it {
        Some(Verdict::Valid) => "Valid",
        Some(Verdict::NotValid) => "Not Valid",
        Some(Verdict::Extraneous) => "Extraneous",
        None => "",
    });
    let status = match answer.status {
        Status::NotComplete => "Not complete",
        Status::Complete => "Complete",
        Status::AgedOut => "Aged out",
        Status::NotRecommended => "Not recommended",
        Status::Immune => "Immune",
    };
    let text = |day: Option<Date>| day.map_or(String::new(), |day| day.to_string());
    [
        differs(said, verdicts.collect::<Vec<_>>().join(", ")),
        differs(row["Series_Status"].clone(), status.to_owned()),
        differs(row["Earliest_Date"].clone(), text(answer.earliest)),
        differs(row["Recommended_Date"].clone(), text(answer.recommended)),
        differs(row["Past_Due_Date"].clone(), text(answer.past_due)),
    ]
}

#[test]
fn cdc_s_cases() {
    let Some(folder) = std::env::var_os("PMH_CDSI") else {
        println!("SKIPPED: CDC's cases: PMH_CDSI names no folder");
        return;
    };
    let folder = Path::new(&folder);
    let book = book(folder);
    let shown = std::env::var("PMH_CDSI_SHOW").unwrap_or_default();
    let mut counts: BTreeMap<&str, [usize; 7]> = BTreeMap::new();
    let rows = rows(folder);
    for row in &rows {
        let group = GROUPS.iter().find(|it| it.0 == row["Vaccine_Group"]).expect("a known group").0;
        let count = counts.entry(group).or_default();
        count[0] += 1;
        let Some(answer) = assess(&book, row) else { continue };
        let found = compare(row, &answer);
        for (part, wrong) in found.iter().enumerate() {
            count[1 + part] += usize::from(wrong.is_none());
        }
        count[6] += usize::from(found.iter().all(Option::is_none));
        if shown == group && found.iter().any(Option::is_some) {
            let found = found.iter().zip(PARTS).filter_map(|(it, part)| Some((part, it.as_ref()?)));
            println!(
                "{} {}: {:?}",
                row["CDC_Test_ID"],
                row["Test_Case_Name"],
                found.collect::<Vec<_>>()
            );
        }
    }
    println!("group cases {} all", PARTS.join(" "));
    for (group, count) in &counts {
        println!("{group} {count:?}");
    }
    let total = |at: usize| counts.values().map(|count| count[at]).sum::<usize>();
    println!("all {:?}", [0, 1, 2, 3, 4, 5, 6].map(total));
}
