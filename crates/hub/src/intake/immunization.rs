//! 予防接種対象者: the records of `POST /pmh/v1/immunization/registration-tasks`. Ours, in the
//! envelope of the published checkup registration (pmh-api §5.1): `modificationSeg`, `myNumber`,
//! `municipalityIdentityKey`. What is not known is refused, lest a dose be dropped unseen.

use domain::finding::{Finding, Severity, few, refused};
use domain::number::{Kind, MyNumber, NumberRules, verify};
use domain::person::FiveAttributes;
use fhir::json::{Node, Tree};
use jiff::civil::Date;

use super::item::{Items, Shape, wrong_type};
use super::{five, limits, subsidy, twice};

/// Items of a record.
pub const ITEMS: [&str; 9] = [
    "modificationSeg",
    "myNumber",
    "municipalityIdentityKey",
    "basicFiveInfo",
    "livesHereSince",
    "removalDate",
    "dueDate",
    "flags",
    "doses",
];

/// Items of a dose: the minimum of 接種記録 (reference rules, B).
pub const DOSE_ITEMS: [&str; 11] = [
    "doseKey",
    "product",
    "date",
    "amountHundredthsMl",
    "lotNumber",
    "expires",
    "institutionCode",
    "institutionName",
    "routine",
    "correctionReason",
    "isDeleted",
];

/// What opens windows besides age and history.
pub const FLAGS: [&str; 3] = ["disability-60-64", "hiv-60-64", "rubella-antibody-low"];

/// Doses of one record at most.
pub const DOSES: usize = 200;

/// `modificationSeg`, 変更区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `"1"`: they live here since a day.
    Set {
        /// 転入日; none: since birth, or since they were first registered.
        since: Option<Date>,
    },
    /// `"2"`: they have left; sending it again corrects the day.
    Remove {
        /// 消除の異動日, the first day on which they live here no more.
        on: Option<Date>,
    },
}

/// A dose that was given before, as the municipality has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDose {
    /// What makes it the same dose when it is sent again.
    pub key: String,
    /// The vaccine, a code of the schedule.
    pub product: String,
    /// The day.
    pub date: Date,
    /// In hundredths of a millilitre.
    pub hundredths: Option<u16>,
    /// ロット番号
    pub lot: Option<String>,
    /// 有効期限
    pub expires: Option<Date>,
    /// 医療機関コード
    pub institution: Option<String>,
    /// The institution as it was written.
    pub institution_name: Option<String>,
    /// Whether it was given as 定期接種, if that is known.
    pub routine: Option<bool>,
    /// Why an earlier version is replaced or ended.
    pub reason: Option<String>,
    /// Ends it: it was recorded by mistake.
    pub deleted: bool,
}

/// One record that can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What is to happen.
    pub change: Change,
    /// `myNumber`: to the vault and nowhere else.
    pub my_number: MyNumber,
    /// 自治体別本人キー, as sent.
    pub key: String,
    /// `basicFiveInfo`, if sent.
    pub five: Option<FiveAttributes>,
    /// 出産予定日
    pub due: Option<Date>,
    /// Of [`FLAGS`], in their order.
    pub flags: Vec<String>,
    /// Past doses.
    pub doses: Vec<PastDose>,
    /// What somebody should look at.
    pub warnings: Vec<Finding>,
}

/// A target, or all that is wrong with the record, warnings included.
pub type Record = Result<Target, Vec<Finding>>;

/// What records are held against.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// Whether the schedule knows a vaccine.
    pub product: &'k dyn Fn(&str) -> bool,
    /// Numbers of institutions.
    pub numbers: &'k NumberRules,
    /// Today: no dose was given after it.
    pub today: Date,
}

/// The records of a batch, in the order sent, each read when it is asked for.
///
/// # Errors
///
/// As [`super::check_body`].
pub fn parse<'t>(
    tree: &'t Tree<'_>,
    known: Known<'t>,
) -> Result<impl Iterator<Item = Record> + 't, Finding> {
    super::check_body(tree)?;
    Ok(tree.root().items().map(move |node| record(node, known)))
}

/// One record of a batch.
///
/// # Errors
///
/// All findings, at least one of which refuses; places are item names (`doses/2/product`).
pub fn record(node: Node<'_>, known: Known<'_>) -> Record {
    let mut items = Items::of(node, "");
    items.only(&ITEMS, Severity::Stop);
    let change = items.one_of("modificationSeg", &["1", "2"]);
    let number = subsidy::my_number(&mut items, "myNumber");
    let key = items.text("municipalityIdentityKey", Shape::line(limits::PERSON_KEY));
    let five = items.given("basicFiveInfo");
    let five = five.and_then(|node| five::parse(node, &mut items.findings));
    let (since, on) = (items.optional_day("livesHereSince"), items.optional_day("removalDate"));
    let due = items.optional_day("dueDate");
    let flags = flags(&mut items);
    let doses = doses(&mut items, known);
    let own: Vec<&str> = number.iter().map(MyNumber::as_str).collect();
    items.numbers_only_in(&["myNumber"], &own, &["municipalityIdentityKey"]);

    let warnings = few(items.findings);
    match (change, number, key) {
        (Some(change), Some(my_number), Some(key)) if !refused(&warnings) => {
            let change = if change == 1 { Change::Remove { on } } else { Change::Set { since } };
            let key = key.into_owned();
            Ok(Target { change, my_number, key, five, due, flags, doses, warnings })
        }
        _ => Err(warnings),
    }
}

fn flags(items: &mut Items<'_>) -> Vec<String> {
    let Some(node) = items.given("flags") else { return Vec::new() };
    let mut found = Vec::new();
    for item in node.items() {
        match item.as_str().filter(|text| FLAGS.contains(&text.as_ref())) {
            Some(text) => found.push(text.into_owned()),
            None => items.note("flags", [unknown_flag()]),
        }
    }
    found.sort();
    found.dedup();
    found
}

fn unknown_flag() -> Finding {
    let list = FLAGS.join(", ");
    let ja = format!("{list} のいずれかを並べてください。");
    Finding::stop("wrong-value", "", ja, format!("List any of {list}."))
}

fn doses(items: &mut Items<'_>, known: Known<'_>) -> Vec<PastDose> {
    let Some(node) = items.given("doses") else { return Vec::new() };
    if node.kind() != fhir::json::Kind::Array {
        let at = items.at("doses");
        items.findings.push(wrong_type(at, "配列 [ … ]", "an array [ … ]"));
        return Vec::new();
    }
    let count = node.items().count();
    if count > DOSES {
        items.note("doses", [too_many(count)]);
        return Vec::new();
    }
    let (mut found, mut findings) = (Vec::with_capacity(count), Vec::new());
    for (index, node) in node.items().enumerate() {
        found.extend(dose(node, index, known, &mut findings));
    }
    items.findings.append(&mut findings);
    found
}

fn too_many(count: usize) -> Finding {
    Finding::stop(
        "too-many-doses",
        "",
        format!("{count}件あります。1人{DOSES}件以内にしてください。"),
        format!("There are {count}; keep it to at most {DOSES} for one person."),
    )
}

fn dose(
    node: Node<'_>,
    index: usize,
    known: Known<'_>,
    findings: &mut Vec<Finding>,
) -> Option<PastDose> {
    let mut items = Items::of(node, format!("doses/{index}/"));
    items.only(&DOSE_ITEMS, Severity::Stop);
    let key = items.text("doseKey", Shape::line(limits::KEY));
    let product = items.text("product", Shape::line(limits::CODE));
    if product.as_ref().is_some_and(|code| !(known.product)(code)) {
        items.note("product", [unknown_product()]);
    }
    let date = items.day("date");
    if date.is_some_and(|date| date > known.today) {
        items.note("date", [in_the_future()]);
    }
    let hundredths = whole(&mut items, "amountHundredthsMl");
    let lot = items.optional_text("lotNumber", Shape::line(limits::CODE));
    let expires = items.optional_day("expires");
    let institution = items.optional_text("institutionCode", Shape::line(limits::CODE));
    if let Some(code) = &institution {
        // A wrong code of an institution is a warning: the dose is a fact (wall 4).
        let wrong = verify(Kind::Institution, code, known.numbers).into_iter();
        items.note("institutionCode", wrong.map(|it| Finding { severity: Severity::Warn, ..it }));
    }
    let institution_name = items.optional_text("institutionName", Shape::line(limits::NAME));
    let routine = items.given("routine").is_some().then(|| items.flag("routine")).flatten();
    let reason = items.optional_text("correctionReason", Shape::free(limits::ADDRESS));
    let deleted = items.given("isDeleted").is_some().then(|| items.flag("isDeleted")).flatten();
    findings.append(&mut items.findings);
    Some(PastDose {
        key: key?.into_owned(),
        product: product?.into_owned(),
        date: date?,
        hundredths,
        lot,
        expires,
        institution,
        institution_name,
        routine,
        reason,
        deleted: deleted.unwrap_or(false),
    })
}

fn whole(items: &mut Items<'_>, name: &'static str) -> Option<u16> {
    let node = items.given(name)?;
    let number = node.raw().parse().ok().filter(|amount| (1..=1000).contains(amount));
    if number.is_none() {
        let at = items.at(name);
        let (ja, en) = ("1〜1000の整数(0.01 mL単位)", "a whole number of 1 to 1000 (in 0.01 mL)");
        items.findings.push(wrong_type(at, ja, en));
    }
    number
}

fn unknown_product() -> Finding {
    let ja = "このワクチンのコードはありません。コード表(docs/immunization.md)で確かめてください。";
    let en = "There is no vaccine of this code; see the table in docs/immunization.md.";
    Finding::stop("unknown-product", "", ja, en)
}

fn in_the_future() -> Finding {
    let ja = "これからの日付です。接種した日を入れてください。";
    Finding::stop("future-date", "", ja, "This day is still to come; send the day of the dose.")
}

/// The records of a batch whose person stands again later in it, each with the warning to add.
#[must_use]
pub fn superseded(records: &[Record]) -> Vec<(usize, Finding)> {
    twice::superseded(records.iter().map(|record| Some(record.as_ref().ok()?.my_number.as_str())))
}
