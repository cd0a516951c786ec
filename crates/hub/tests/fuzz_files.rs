//! Fuzz targets: no file of past doses and no mapping makes the reader panic; every row is told, and
//! what goes on to the interface reads there.

#![expect(clippy::unwrap_used, reason = "tests; helpers are not seen as such by the lint")]

use hub::intake::csv::{Mapping, Verdict, doses};
use hub::intake::{self, immunization};
use lawbook::Lawbook;

const ROUNDS: usize = 15_000;
const MY_NUMBER: &str = "999000000016";
const MAPPING: &str = r#"days = "written"
ignore = ["備考"]
[columns]
my_number = "個人番号"
key = "宛名番号"
dose_key = ["宛名番号", "回"]
birth = "生年月日"
product = "ワクチン"
date = "接種日"
[constants]
modification = "1"
[values.product]
"M1" = "mr"
"#;
const FILE: &str = "個人番号,宛名番号,生年月日,回,ワクチン,接種日,amount_ml,routine,備考,flags
999000000016,K1,令和6年5月1日,1,M1,R7.5.1,0.5,1,\"x\ny\",hiv-60-64;x
999000000016,K1,,2,M1,2026-06-01,0.25,0,,
,K2,1948-00-00,,,,,,,
";

/// Where to cut, how much, what to put there.
type Cut = ([u16; 2], Vec<u8>);

fn mangled(text: &str, (ends, put): &Cut) -> Vec<u8> {
    let text = text.as_bytes();
    let from = usize::from(ends[0]) % text.len();
    let until = (from + usize::from(ends[1]) % 24).min(text.len());
    [&text[..from], &put[..put.len().min(12)], &text[until..]].concat()
}

fn read_all(mapping: &[u8], file: &[u8], book: &Lawbook) {
    let told = |en: &str, ja: &str| {
        assert!(!en.is_empty() && !ja.is_empty());
        assert!(!en.contains(MY_NUMBER) && !ja.contains(MY_NUMBER), "{en}");
    };
    let mapping = match Mapping::parse(mapping) {
        Ok(mapping) => mapping,
        Err(finding) => return told(&finding.en, &finding.ja),
    };
    let read = match doses(file, &mapping, &book.calendar) {
        Ok(read) => read,
        Err(finding) => return told(&finding.en, &finding.ja),
    };
    let findings = r#"[{"item":"doses/0/product","code":"c","severity":"stop","ja":"j","en":"e"}]"#;
    let verdicts = vec![Verdict::of_task(findings); read.people.len()];
    for (line, judged, said) in read.outcomes(&verdicts) {
        // Not all line ends that the reader takes are counted as lines.
        assert!(line > 0 && !said.is_empty(), "{line} {said:?}");
        assert!(judged.is_none_or(|person| read.people[person].read.is_ok()));
    }
    let known = immunization::Known {
        product: &|code| code == "mr",
        numbers: &book.numbers,
        today: jiff::civil::date(2026, 11, 24),
    };
    for record in read.people.iter().filter_map(|row| row.read.as_ref().ok()) {
        let body = format!("[{record}]");
        let tree = intake::read(body.as_bytes()).unwrap();
        assert_eq!(immunization::parse(&tree, known).unwrap().count(), 1);
    }
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let book = Lawbook::embedded().unwrap();
    bolero::check!().with_iterations(ROUNDS).with_type::<(Vec<u8>, Vec<u8>)>().for_each(
        |(mapping, file)| {
            read_all(mapping, FILE.as_bytes(), &book);
            read_all(b"", file, &book);
        },
    );
}

#[test]
fn no_mangled_file_or_mapping_makes_the_reader_panic() {
    let book = Lawbook::embedded().unwrap();
    let cut = || (bolero::produce::<[u16; 2]>(), bolero::produce::<Vec<u8>>());
    bolero::check!().with_iterations(ROUNDS).with_generator((cut(), cut())).for_each(
        |(mapping, file)| {
            read_all(&mangled(MAPPING, mapping), FILE.as_bytes(), &book);
            read_all(MAPPING.as_bytes(), &mangled(FILE, file), &book);
        },
    );
}

#[test]
fn the_seeds_are_taken_unless_they_are_mangled() {
    let book = Lawbook::embedded().unwrap();
    let mapping = Mapping::parse(MAPPING.as_bytes()).unwrap();
    let read = doses(FILE.as_bytes(), &mapping, &book.calendar).unwrap();
    assert!(read.people.iter().all(|row| row.read.is_ok()), "{:?}", read.people);
    assert_eq!(read.people.len(), 2);
}
