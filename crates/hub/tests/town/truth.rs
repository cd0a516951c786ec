//! The ground truth: who there is, where they live, which doses they had. It knows nothing of the hub
//! but whether somebody has told it.

use std::collections::VecDeque;

use domain::immunization::{Candidate, Dose, Facts, Person as Judged, Schedule, Verdict};
use domain::instant::Instant;
use domain::person::{Birth, FiveAttributes, Sex};
use hub::testing::NOW;
use jiff::civil::Date;
use reader::card::SoftCard;

/// The two municipalities: code, how addresses begin.
pub(crate) const CITIES: [(&str, &str); 2] =
    [("452025", "宮崎県都城市"), ("022080", "青森県むつ市")];
/// Events of a person that a failure prints.
const REMEMBERED: usize = 25;

/// What is, or was, said of a dose.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    /// Its number in the town: a municipality or desk names the dose by it.
    pub(crate) id: usize,
    pub(crate) product: String,
    pub(crate) on: Date,
    /// Whether it was given to this person; else somebody erred and will say so.
    pub(crate) real: bool,
    /// Whether the record was told.
    pub(crate) known: bool,
    /// The institution that gave it, by its place among the clinics.
    pub(crate) clinic: usize,
    pub(crate) lot: String,
    /// The logical id, if it was recorded behind the gate.
    pub(crate) gate: Option<String>,
    /// Given without a look into the 母子健康手帳, while the record lacked a dose: it need not count.
    pub(crate) careless: bool,
}

/// What waits for an officer's decision, oldest first.
#[derive(Debug, Clone)]
pub(crate) enum Waiting {
    /// A card, of the one whom it was issued to.
    Card(Box<SoftCard>),
    /// A registration: of a municipality, since a day, with doses by their numbers.
    Listing(usize, Date, Vec<usize>),
}

/// Somebody.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) family: usize,
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) address: String,
    pub(crate) birth: Date,
    pub(crate) sex: Sex,
    pub(crate) number: String,
    /// 不開示
    pub(crate) hidden: bool,
    /// An insurer entered them before their municipality did.
    pub(crate) insured: bool,
    /// Somebody else has their name and birth date.
    pub(crate) namesake: bool,
    /// The twin of the same reading.
    pub(crate) twin: Option<usize>,
    /// Where they live, since when; the last is the present one.
    pub(crate) homes: Vec<(Date, usize)>,
    /// What each municipality has said, as far as it is in force: since when, until when.
    pub(crate) listed: [Option<(Date, Option<Date>)>; 2],
    pub(crate) waiting: VecDeque<Waiting>,
    pub(crate) card: Option<SoftCard>,
    pub(crate) facts: Vec<Fact>,
    /// Doses that were put off, and when.
    pub(crate) put_off: Vec<(String, Date)>,
    /// Visits after which nothing was given, in a row.
    pub(crate) empty: u32,
    /// When a desk received them, and which.
    pub(crate) looks: Vec<(Instant, usize)>,
    log: VecDeque<String>,
}

impl Person {
    pub(crate) fn new(family: usize, birth: Date, sex: Sex, number: usize) -> Self {
        let body = format!("999{number:08}");
        let kind = domain::number::Kind::Personal;
        let digit = domain::number::check_digit(kind, &body).unwrap();
        Self {
            family,
            name: String::new(),
            kana: String::new(),
            address: String::new(),
            birth,
            sex,
            number: format!("{body}{digit}"),
            hidden: false,
            insured: false,
            namesake: false,
            twin: None,
            homes: Vec::new(),
            listed: [None; 2],
            waiting: VecDeque::new(),
            card: None,
            facts: Vec::new(),
            put_off: Vec::new(),
            empty: 0,
            looks: Vec::new(),
            log: VecDeque::new(),
        }
    }

    pub(crate) fn five(&self) -> FiveAttributes {
        FiveAttributes {
            name: self.name.clone(),
            kana: self.kana.clone(),
            address: self.address.clone(),
            birth: Birth::Day(self.birth),
            sex: self.sex,
        }
    }

    /// Where they live on a day.
    pub(crate) fn home(&self, day: Date) -> usize {
        let last = self.homes.iter().rfind(|(since, _)| *since <= day);
        last.unwrap_or(&self.homes[0]).1
    }

    /// Where they live on a day as far as registers have said so.
    pub(crate) fn known_home(&self, day: Date) -> Option<usize> {
        let here = |city: &usize| match self.listed[*city] {
            Some((since, left)) => since <= day && left.is_none_or(|left| day < left),
            None => false,
        };
        let order = |city: &usize| {
            let since = self.listed[*city].map(|listed| listed.0);
            (since, std::cmp::Reverse(CITIES[*city].0))
        };
        (0..CITIES.len()).filter(here).max_by_key(order)
    }

    pub(crate) fn fact(&mut self, id: usize) -> Option<&mut Fact> {
        self.facts.iter_mut().find(|fact| fact.id == id)
    }

    pub(crate) fn knows(&mut self, id: usize) {
        if let Some(fact) = self.fact(id) {
            fact.known = true;
        }
    }

    pub(crate) fn forget(&mut self, id: usize) {
        self.facts.retain(|fact| fact.id != id);
    }

    /// Doses that were given of which the record knows nothing.
    pub(crate) fn untold(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|fact| fact.real && !fact.known)
    }

    /// What the record must show: day and vaccine of every dose that it was told of.
    pub(crate) fn shown(&self) -> Vec<(Date, String)> {
        let told = self.facts.iter().filter(|fact| fact.known);
        let mut shown: Vec<_> = told.map(|fact| (fact.on, fact.product.clone())).collect();
        shown.sort();
        shown
    }

    /// What was given, for the schedule.
    pub(crate) fn history(&self, schedule: &Schedule) -> Vec<Dose> {
        let given = self.facts.iter().filter(|fact| fact.real);
        let mut doses: Vec<Dose> = given
            .map(|fact| {
                let product = schedule.product(&fact.product).unwrap();
                Dose { product, date: fact.on, hundredths: None }
            })
            .collect();
        doses.sort_by_key(|dose| dose.date);
        doses
    }

    /// Whether a dose of a vaccine would be routine, by everything that was really given.
    pub(crate) fn may_have(&self, schedule: &Schedule, product: &str, day: Date) -> bool {
        let (history, facts) = (self.history(schedule), Facts::default());
        let person = Judged { birth: self.birth, sex: self.sex, history: &history, facts: &facts };
        let product = schedule.product(product).unwrap();
        let dose = Dose { product, date: day, hundredths: None };
        let verdict = schedule.check(&person, &Candidate { dose, lot_expires: None }).verdict;
        verdict == Verdict::Routine
    }

    pub(crate) fn note(&mut self, at: Instant, what: &str) {
        if self.log.len() == REMEMBERED {
            self.log.pop_front();
        }
        self.log.push_back(format!("{} {what}", at.for_people()));
    }

    /// Everything that helps to find out what went wrong.
    pub(crate) fn story(&self) -> String {
        let facts: Vec<String> = self.facts.iter().map(|fact| format!("  {fact:?}")).collect();
        let log: Vec<String> = self.log.iter().map(|line| format!("  {line}")).collect();
        format!(
            "{} {} born {} homes {:?} listed {:?} waiting {} twin {:?}\nfacts:\n{}\nlast events:\n{}",
            self.name,
            self.address,
            self.birth,
            self.homes,
            self.listed,
            self.waiting.len(),
            self.twin,
            facts.join("\n"),
            log.join("\n")
        )
    }
}

/// The vaccines that are routine for somebody on a day, of the series that a clinic offers.
pub(crate) fn routine_on(
    person: &Person,
    who: usize,
    schedule: &Schedule,
    day: Date,
) -> Vec<String> {
    let (history, facts) = (person.history(schedule), Facts::default());
    let of = Judged { birth: person.birth, sex: person.sex, history: &history, facts: &facts };
    let mut may = Vec::new();
    for item in schedule.plan(&of, day) {
        let series = &schedule.series[usize::from(item.series)];
        let due = item.dose.is_some() && item.earliest.is_some_and(|earliest| earliest <= day);
        if !due || !offered(person, who, &series.code) {
            continue;
        }
        let product = series
            .uses
            .iter()
            .find(|used| used.from <= day && used.until.is_none_or(|until| day <= until));
        let Some(product) = product else { continue };
        let code = &schedule.products[usize::from(product.product)].code;
        if !may.contains(code) && person.may_have(schedule, code, day) {
            may.push(code.clone());
        }
    }
    may
}

/// Whether a clinic offers a series to somebody: one of the two rotavirus vaccines, and the parts of
/// 5種混合 only to those who began with them.
pub(crate) fn offered(person: &Person, who: usize, series: &str) -> bool {
    let began = || person.facts.iter().any(|fact| fact.product == "dpt-ipv");
    match series {
        "rota-1v" => who.is_multiple_of(2),
        "rota-5v" => !who.is_multiple_of(2),
        "hib" | "dpt-ipv" => began(),
        "dpt-ipv-hib" => !began(),
        "dpt" | "ipv" | "mr-5" | "rsv-maternal" => false,
        _ => true,
    }
}

/// So many days later.
pub(crate) fn after(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap()
}

/// The first day of the simulation.
pub(crate) fn first_day() -> Date {
    NOW.day_in_japan()
}

/// Minutes after midnight in Japan, as an instant.
pub(crate) fn instant(day: Date, minutes: i64) -> Instant {
    let days = i64::from(first_day().until(day).unwrap().get_days());
    // The clock of a test hub begins at noon.
    NOW.plus_seconds(days * 86_400 + (minutes - 720) * 60)
}
