//! Certificate records in the wire form of `postRegistrationTasks`, written straight to bytes.

use domain::number::{Kind, check_digit};

use super::SEED;
use crate::demo::town::{BENCH_DAY, Person, person};

/// Municipalities that register; the demo's scheme master of each has the type `<code>SHOGAI`.
pub const TOWNS: [&str; 4] = ["452025", "431001", "232033", "052108"];

const CERTIFICATE: &str = "重度障がい者医療費受給資格者証";
/// Residents in a block of the town, and blocks after which the municipalities repeat
/// (`demo::town`): who lives elsewhere is skipped, so a wrong number here costs only time.
const BLOCK: u64 = 840;
const BLOCKS: u64 = 25;

/// The residents of one municipality, one after another.
#[derive(Debug, Clone)]
pub struct Residents {
    town: &'static str,
    blocks: Vec<u64>,
    next: u64,
}

impl Residents {
    /// From the first on.
    #[must_use]
    pub fn of(town: &'static str) -> Self {
        let lives = |block: &u64| person(SEED, block * BLOCK).municipality == town;
        Self { town, blocks: (0..BLOCKS).filter(lives).collect(), next: 0 }
    }
}

impl Iterator for Residents {
    type Item = Person;

    /// None only for a municipality in which nobody lives.
    fn next(&mut self) -> Option<Person> {
        loop {
            let (block, place) = (self.next / BLOCK, self.next % BLOCK);
            let count = self.blocks.len() as u64;
            let at = usize::try_from(block.checked_rem(count)?).ok()?;
            let found = (block / count * BLOCKS + self.blocks[at]) * BLOCK + place;
            self.next += 1;
            let person = person(SEED, found);
            if person.municipality == self.town {
                return Some(person);
            }
        }
    }
}

/// Writes records of one municipality.
#[derive(Debug, Clone)]
pub struct Writer {
    type_id: String,
    payer: String,
    valid_from: String,
    valid_to: String,
}

impl Writer {
    /// For a municipality of [`TOWNS`]; certificates run for a year from 1 April 2026.
    #[must_use]
    pub fn new(town: &str) -> Self {
        let mut payer = format!("80{}", town.get(..5).unwrap_or_default());
        payer.extend(check_digit(Kind::PublicPayer, &payer));
        let end = BENCH_DAY.with().year(BENCH_DAY.year() + 1).build().unwrap_or(BENCH_DAY);
        Self {
            type_id: format!("{town}SHOGAI"),
            payer,
            valid_from: BENCH_DAY.to_string(),
            valid_to: end.yesterday().unwrap_or(end).to_string(),
        }
    }

    /// A whole body: the records of these residents.
    #[must_use]
    pub fn body(&self, residents: impl Iterator<Item = Person>) -> Vec<u8> {
        let mut out = Vec::new();
        for person in residents {
            out.push(if out.is_empty() { b'[' } else { b',' });
            self.record(&mut out, &person);
        }
        if out.is_empty() {
            out.push(b'[');
        }
        out.push(b']');
        out
    }

    fn record(&self, out: &mut Vec<u8>, person: &Person) {
        let five = &person.five;
        let birth = five.birth.day().map_or_else(String::new, |day| day.to_string());
        let mut recipient = format!("{:06}", person.serial % 1_000_000);
        recipient.extend(check_digit(Kind::Recipient, &recipient));
        let items = [
            ("{\"orgSpecificCertificateTypeId\":", self.type_id.as_str()),
            (",\"myNumber\":", &person.my_number),
            (",\"basicFiveInfo\":{\"name\":", &five.name),
            (",\"nameKana\":", &five.kana),
            (",\"address\":", &five.address),
            (",\"dateOfBirth\":", &birth),
            (",\"sex\":", five.sex.code()),
            ("},\"isNotDisclosed\":false,\"medicalSubsidyInsurerNumber\":", &self.payer),
            (",\"certificationName\":", CERTIFICATE),
            (",\"medicalSubsidyRecipientNumber\":", &recipient),
            (",\"additionalConditions\":", "30-1;40-1"),
            (",\"isAlwaysReimbursement\":", "0"),
            (",\"validFrom\":", &self.valid_from),
            (",\"validTo\":", &self.valid_to),
            (",\"historyKey\":", "0001"),
            (",\"isDeleted\":false,\"certificationDetail\":[{\"label\":", "交付年月日"),
            (",\"value\":", &self.valid_from),
        ];
        for (before, value) in items {
            out.extend_from_slice(before.as_bytes());
            push_text(out, value);
        }
        out.extend_from_slice(b"}]}");
    }
}

/// Writes a JSON string.
pub fn push_text(out: &mut Vec<u8>, value: &str) {
    let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if value.bytes().all(plain) {
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(value).to_string().as_bytes());
    }
}

/// A JSON string.
#[must_use]
pub fn text(value: &str) -> String {
    let mut out = Vec::with_capacity(value.len() + 2);
    push_text(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::certificate::Certificate;

    use super::*;
    use crate::demo::town::Registration;

    #[test]
    fn a_record_is_written_as_the_demo_writes_it() {
        for town in TOWNS {
            let person = Residents::of(town).nth(900).unwrap();
            let mut ours = Vec::new();
            Writer::new(town).record(&mut ours, &person);
            let want = demo(town, &person).json();
            assert_eq!(String::from_utf8(ours).unwrap(), want);
        }
    }

    fn demo(town: &str, person: &Person) -> Registration {
        let end = "2027-03-31".parse().unwrap();
        let writer = Writer::new(town);
        let mut recipient = format!("{:06}", person.serial % 1_000_000);
        recipient.extend(check_digit(Kind::Recipient, &recipient));
        let certificate = Certificate {
            municipality: town.to_owned(),
            type_id: writer.type_id,
            name: CERTIFICATE.to_owned(),
            payer_number: Some(writer.payer),
            recipient_number: Some(recipient),
            sub_key: None,
            segment: None,
            income_segment: None,
            additional_conditions: Some("30-1;40-1".to_owned()),
            designated_institutions: None,
            always_reimbursed: false,
            max_copayment: None,
            valid_from: BENCH_DAY,
            valid_to: end,
            history_key: "0001".to_owned(),
            not_disclosed: false,
            details: r#"[{"label":"交付年月日","value":"2026-04-01"}]"#.to_owned(),
        };
        let (my_number, five) = (person.my_number.clone(), person.five.clone());
        Registration { resident: 0, my_number, five, certificate, deleted: false }
    }

    #[test]
    fn residents_of_a_municipality_are_all_of_it_and_all_different() {
        for town in TOWNS {
            let some: Vec<Person> = Residents::of(town).take(30_000).collect();
            let numbers: std::collections::HashSet<&str> =
                some.iter().map(|person| person.my_number.as_str()).collect();
            assert_eq!(numbers.len(), 30_000, "{town}");
            assert!(some.iter().all(|person| person.municipality == town));
        }
        assert_eq!(Residents::of("000000").next(), None);
    }

    #[test]
    fn a_body_of_10_000_records_stays_below_the_limit() {
        let body = Writer::new(TOWNS[0]).body(Residents::of(TOWNS[0]).take(10_000));
        assert!(body.len() < 16 << 20, "{}", body.len());
        let records: Vec<serde_json::Value> = serde_json::from_slice(&body).unwrap();
        assert_eq!(records.len(), 10_000);
        assert_eq!(Writer::new(TOWNS[0]).body(std::iter::empty()), b"[]");
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(text("見本"), "\"見本\"");
        assert_eq!(text("a\"\\\n"), r#""a\"\\\n""#);
    }
}
