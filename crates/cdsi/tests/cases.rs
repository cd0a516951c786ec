//! CDC's own cases. Neither the schedule nor the cases are part of this repository: `PMH_CDSI` names
//! a folder with the XML files of the supporting data and `cases.csv`, the sheet of the test cases
//! (healthy children and adults), days as `YYYY-MM-DD`.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

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

/// Cases of version 4.45 that differ with the supporting data of version 4.64. This one expects a
/// vaccine to be a mistake (inadvertent) that the data do not list as one.
const KNOWN: [&str; 1] = ["2018-0022"];

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

fn field<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).map_or("", String::as_str)
}

fn day(row: &Row, name: &str) -> Option<Date> {
    field(row, name).parse().ok()
}

fn given(row: &Row) -> Vec<Given> {
    let doses = (1..=7).filter_map(|number| {
        let date = day(row, &format!("Date_Administered_{number}"))?;
        Some(Given { cvx: field(row, &format!("CVX_{number}")).to_owned(), date })
    });
    doses.collect()
}

fn assess(book: &Book, row: &Row) -> Option<Assessment> {
    let name = field(row, "Vaccine_Group");
    let group = GROUPS.iter().find(|it| it.0 == name).map_or(name, |it| it.1);
    let sex = if field(row, "gender") == "F" { Sex::Female } else { Sex::Male };
    let (birth, as_of) = (day(row, "DOB")?, day(row, "Assessment_Date")?);
    let given = given(row);
    let mut answer = book.assess(group, birth, sex, &given, as_of)?;
    // The cases also say how doses of other groups were.
    for antigen in &book.antigens {
        let other = book.assess(&antigen.group, birth, sex, &given, as_of)?;
        for (verdict, said) in answer.verdicts.iter_mut().zip(other.verdicts) {
            *verdict = verdict.or(said);
        }
    }
    Some(answer)
}

/// What differs, part by part.
fn compare(row: &Row, answer: &Assessment) -> [Option<String>; 5] {
    let differs = |want: &str, got: &str| (want != got).then(|| format!("{want} not {got}"));
    let said =
        (1..=given(row).len()).map(|at| field(row, &format!("Evaluation_Status_{at}")).to_owned());
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
        differs(&said, &verdicts.collect::<Vec<_>>().join(", ")),
        differs(field(row, "Series_Status"), status),
        differs(field(row, "Earliest_Date"), &text(answer.earliest)),
        differs(field(row, "Recommended_Date"), &text(answer.recommended)),
        differs(field(row, "Past_Due_Date"), &text(answer.past_due)),
    ]
}

/// Puts every case of a folder, prints what was counted, and returns the cases that differ.
fn run(folder: &Path) -> Vec<String> {
    let book = book(folder);
    let mut counts: BTreeMap<String, [usize; 7]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in &rows(folder) {
        let count = counts.entry(field(row, "Vaccine_Group").to_owned()).or_default();
        count[0] += 1;
        let id = field(row, "CDC_Test_ID");
        let Some(answer) = assess(&book, row) else {
            wrong.push(id.to_owned());
            continue;
        };
        let found = compare(row, &answer);
        for (part, differs) in found.iter().enumerate() {
            count[1 + part] += usize::from(differs.is_none());
        }
        let right = found.iter().all(Option::is_none);
        count[6] += usize::from(right);
        if !right {
            let found = found.iter().zip(PARTS).filter_map(|(it, part)| Some((part, it.as_ref()?)));
            println!("{id} {}: {:?}", field(row, "Test_Case_Name"), found.collect::<Vec<_>>());
            wrong.push(id.to_owned());
        }
    }
    println!("group [cases, {}, all of these]", PARTS.join(", "));
    counts.iter().for_each(|(group, count)| println!("{group} {count:?}"));
    let total = |at: usize| counts.values().map(|count| count[at]).sum::<usize>();
    println!("together {:?}", [0, 1, 2, 3, 4, 5, 6].map(total));
    wrong
}

#[test]
fn a_made_up_schedule_is_read_and_evaluated() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made-up");
    assert_eq!(run(&folder), Vec::<String>::new());
}

#[test]
fn cases_of_cdc_are_answered_as_cdc_expects() {
    let Some(folder) = std::env::var_os("PMH_CDSI") else {
        println!("SKIPPED: CDC's cases: PMH_CDSI names no folder");
        return;
    };
    assert_eq!(run(Path::new(&folder)), KNOWN);
}
