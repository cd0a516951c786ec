//! One antigen: its series, each as a schedule of its own. law:CDSi

use std::collections::BTreeSet;

use domain::day::{Age, Basis, Calendar};
use domain::immunization::{
    AgeReading, Bound, Conflict, Fever, Index, IntervalReading, Kind, Listing, Path, Product,
    ProductId, Reading, Recurs, Schedule, Series, Set, Term, Use, Version, Window,
};
use domain::person::Sex;
use jiff::civil::Date;

use crate::Fault;
use crate::book::Common;
use crate::dose;
use crate::span;
use crate::xml::{self, Element};

/// The most series of an antigen, doses of a series, and days on which its rules change. Ours; CDC's
/// files have up to 30, 11 and 8.
const SERIES: usize = 100;
const DOSES: usize = 32;
const CHANGES: usize = 32;

/// The most vaccines that may concern one antigen: a set holds as many.
const PRODUCTS: usize = 64;

/// An antigen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Antigen {
    /// Its name, as the series have it.
    pub name: String,
    /// The group of vaccines.
    pub group: String,
    /// Whoever was born before this day is taken as immune.
    pub immune_before: Option<Date>,
    /// Its series, in the order of the file.
    pub rivals: Vec<Rival>,
}

/// A series that competes with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Its name.
    pub name: String,
    /// A schedule of this series alone.
    pub schedule: Schedule,
    /// Only for this sex.
    pub sex: Option<Sex>,
    /// Series of one group compete; groups stand beside each other.
    pub series_group: u8,
    /// The one to speak when nothing is given.
    pub default: bool,
    /// For one product.
    pub product_path: bool,
    /// Only when complete does it speak.
    pub evaluation_only: bool,
    /// The smaller, the better.
    pub preference: u8,
    /// Not begun before this age.
    pub min_start: Option<Age>,
    /// Not begun from this age on.
    pub max_start: Option<Age>,
    /// Doses of its path, and whether the interval of each goes before those of other antigens.
    pub overrides: Vec<bool>,
}

/// The vaccines that concern an antigen, by their codes.
pub(crate) struct Names<'a> {
    codes: &'a [String],
    /// Those that have the antigen in them.
    pub(crate) home: Set,
}

impl Names<'_> {
    pub(crate) fn product(&self, cvx: &str) -> Option<ProductId> {
        let place = self.codes.iter().position(|code| code == plain(cvx))?;
        ProductId::try_from(place).ok()
    }

    /// Codes with semicolons between; those that do not concern the antigen are none.
    pub(crate) fn set(&self, codes: &str) -> Set {
        let known = codes.split(';').filter_map(|code| self.product(code));
        known.fold(0, |set, product| set | 1 << product)
    }
}

/// `03` and `3` are one code.
pub(crate) fn plain(cvx: &str) -> &str {
    let cvx = cvx.trim();
    let short = cvx.trim_start_matches('0');
    if short.is_empty() { cvx } else { short }
}

/// Reads the file of an antigen; none if it has no series for people without a special risk.
pub(crate) fn antigen(
    file: &str,
    text: &str,
    common: &Common,
    calendar: &Calendar,
) -> Result<Option<Antigen>, Fault> {
    xml::read(file, text, "antigenSupportingData", |root| {
        let series: Vec<_> =
            root.all("series").filter(|it| it.text("seriesType") != Some("Risk")).collect();
        let Some(first) = series.first() else { return Ok(None) };
        if SERIES < series.len() {
            return Err(root.fault(&format!("more than {SERIES} series")));
        }
        let name = first.needed("targetDisease")?;
        let group = first.needed("vaccineGroup")?;
        let codes = codes(root, name, common)?;
        let home = (0..).zip(&codes).filter(|(_, code)| common.has(code, name));
        let home = home.fold(0, |set: Set, (id, _)| set | 1 << id);
        let names = Names { codes: &codes, home };
        let base = base(&names, common, calendar);
        let rivals = series.iter().map(|it| rival(*it, &names, &base));
        Ok(Some(Antigen {
            name: name.to_owned(),
            group: group.to_owned(),
            immune_before: immune_before(root)?,
            rivals: rivals.collect::<Result<_, Fault>>()?,
        }))
    })
}

/// Evidence by year of birth, where it does not hang on a country.
fn immune_before(root: Element<'_, '_>) -> Result<Option<Date>, Fault> {
    let Some(immunity) = root.child("immunity") else { return Ok(None) };
    let mut anywhere = immunity.all("dateOfBirth").filter(|it| it.text("birthCountry").is_none());
    anywhere.next().map_or(Ok(None), |it| it.read("immunityBirthDate", span::day))
}

/// Stands for every live vaccine that has not the antigen in it.
pub(crate) const LIVE: &str = "live";

/// Every vaccine with the antigen in it; beside live ones the other live ones, which may be too near.
fn codes(root: Element<'_, '_>, antigen: &str, common: &Common) -> Result<Vec<String>, Fault> {
    let home =
        common.antigens.iter().filter(|(_, antigens)| antigens.iter().any(|it| it == antigen));
    let home: BTreeSet<&String> = home.map(|(code, _)| code).collect();
    let mut codes: Vec<String> = home.into_iter().cloned().collect();
    if codes.iter().any(|code| common.live.contains(code)) {
        codes.push(LIVE.to_owned());
    }
    if PRODUCTS < codes.len() {
        return Err(root.fault(&format!("more than {PRODUCTS} vaccines")));
    }
    Ok(codes)
}

/// A schedule without a series.
fn base(names: &Names<'_>, common: &Common, calendar: &Calendar) -> Schedule {
    let product = |code: &String| {
        let live = code == LIVE || common.live.contains(code);
        let kind = if live { Kind::LiveInjected } else { Kind::Inactivated };
        Product::new([code.clone(), code.clone(), code.clone()], kind, Vec::new(), basis())
    };
    let conflict = |at_least| Conflict {
        basis: basis(),
        until: None,
        before: Kind::LiveInjected.bit(),
        after: Kind::LiveInjected.bit(),
        at_least,
    };
    Schedule {
        calendar: calendar.clone(),
        reading: Reading { ages: AgeReading::Matching, intervals: IntervalReading::Elapsed },
        products: names.codes.iter().map(product).collect(),
        series: Vec::new(),
        conflicts: common.live_apart.map(conflict).into_iter().collect(),
        conditions: Vec::new(),
        fever: Fever { tenths: i32::MAX, basis: basis() },
        term: Term { days: 0, basis: basis() },
        switches: Vec::new(),
        index: Index::default(),
    }
}

fn rival(series: Element<'_, '_>, names: &Names<'_>, base: &Schedule) -> Result<Rival, Fault> {
    let name = series.needed("seriesName")?.to_owned();
    let select = series.child("selectSeries");
    let select = select.ok_or_else(|| series.fault("<selectSeries> is missing; add it"))?;
    let sex = match series.text("requiredGender") {
        Some("Female") => Some(Sex::Female),
        Some("Male") => Some(Sex::Male),
        _ => None,
    };
    let mut schedule = Schedule { series: vec![one(series, &name, names)?], ..base.clone() };
    schedule.link();
    let number = |text: &str| text.parse().ok();
    Ok(Rival {
        name,
        schedule,
        sex,
        series_group: select.read("seriesGroup", number)?.unwrap_or(1),
        default: select.text("defaultSeries") == Some("Yes"),
        product_path: select.text("productPath") == Some("Yes"),
        evaluation_only: series.text("seriesType") == Some("Evaluation Only"),
        preference: select.read("seriesPreference", number)?.unwrap_or(u8::MAX),
        min_start: select.read("minAgeToStart", span::age)?,
        max_start: select.read("maxAgeToStart", span::age)?,
        overrides: series.all("seriesDose").map(overrides).collect(),
    })
}

/// Whether the intervals of a dose hold though another antigen asks for more.
fn overrides(dose: Element<'_, '_>) -> bool {
    let mut intervals = dose.all("interval").map(|it| it.text("intervalPriority")).peekable();
    intervals.peek().is_some() && intervals.all(|it| it == Some("override"))
}

fn one(series: Element<'_, '_>, name: &str, names: &Names<'_>) -> Result<Series, Fault> {
    let home = (0..).zip(names.codes).filter(|(id, _)| names.home >> id & 1 == 1);
    let used = |product| Use {
        product,
        counts_only: false,
        continues: false,
        parts: 1,
        route_from: None,
        from: Date::MIN,
        until: None,
        basis: basis(),
    };
    let changes = changes(series)?;
    if CHANGES < changes.len() || DOSES < series.all("seriesDose").count() {
        let limits = format!("more than {DOSES} doses, or rules that change on {CHANGES} days");
        return Err(series.fault(&limits));
    }
    let versions = changes.into_iter().map(|day| version(series, names, day));
    Ok(Series {
        code: name.to_owned(),
        ja: name.to_owned(),
        en: name.to_owned(),
        listing: Listing::Always,
        early_counts: false,
        late_spoils: true,
        instead_of: Vec::new(),
        expects: Vec::new(),
        uses: home.map(|(id, _)| used(id)).collect(),
        versions: versions.collect::<Result<_, Fault>>()?,
    })
}

/// The days on which an age, an interval or a skip of the series begins or ceases to hold.
fn changes(series: Element<'_, '_>) -> Result<BTreeSet<Date>, Fault> {
    let mut days = BTreeSet::from([Date::MIN]);
    for dose in series.all("seriesDose") {
        let sets = dose.all("conditionalSkip").flat_map(|skip| skip.all("set"));
        for it in dose.all("age").chain(dose.all("interval")).chain(sets) {
            days.extend(it.read("effectiveDate", span::day)?);
            let ceased = it.read("cessationDate", span::day)?;
            days.extend(ceased.and_then(|day| day.tomorrow().ok()));
        }
    }
    Ok(days)
}

fn version(series: Element<'_, '_>, names: &Names<'_>, day: Date) -> Result<Version, Fault> {
    let doses = (1..).zip(series.all("seriesDose"));
    let slots = doses.map(|(number, it)| dose::slot(it, number, names, day));
    let always =
        Window { basis: None, bounds: vec![Bound::Days(Date::MIN, Date::MAX)], when: Vec::new() };
    let slots = slots.collect::<Result<Vec<_>, Fault>>()?;
    Ok(Version {
        basis: Basis { in_force_from: day, ..basis() },
        sex: None,
        born_from: None,
        born_to: None,
        parts: 1,
        recurs: Recurs::Never,
        windows: vec![always],
        delay: None,
        paths: vec![Path { slots, ..Path::default() }],
    })
}

fn basis() -> Basis {
    Basis { law: "CDSi".into(), in_force_from: Date::MIN, checked_on: Date::MIN, doubt: None }
}
