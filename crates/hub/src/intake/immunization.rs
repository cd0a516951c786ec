//! 予防接種対象者: the records of `POST /pmh/v1/immunization/registration-tasks`. Ours, in the
//! envelope of the published checkup registration (pmh-api §5.1): `modificationSeg`, `myNumber`,
//! `municipalityIdentityKey`. What is not known is refused, lest a dose be dropped unseen.

use std::collections::HashSet;

use domain::finding::{Finding, Severity, few, refused};
use domain::gs1::Gtin;
use domain::number::{Kind, MyNumber, NumberRules, verify};
use domain::person::FiveAttributes;
use fhir::json::{Node, Tree};
use jiff::civil::Date;

use super::dose::amount;
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
pub const DOSE_ITEMS: [&str; 17] = [
    "doseKey",
    "product",
    "date",
    "amountHundredthsMl",
    "lotNumber",
    "expires",
    "gtin",
    "site",
    "route",
    "physician",
    "institutionCode",
    "institutionName",
    "routine",
    "special",
    "note",
    "correctionReason",
    "isDeleted",
];

/// What opens windows besides age and history.
pub const FLAGS: [&str; 3] = ["disability-60-64", "hiv-60-64", "rubella-antibody-low"];

/// 特例区分: after a long illness, a shortage or a disaster; 日本脳炎特例; HPV キャッチアップ.
pub const SPECIALS: [&str; 5] =
    ["long-term-illness", "shortage", "disaster", "je-catch-up", "hpv-catch-up"];

/// Doses of one record at most.
pub const DOSES: usize = 200;

/// Items of a dose in which a 個人番号 may seem to stand by chance.
const FIGURES: [&str; 3] = ["doseKey", "lotNumber", "gtin"];

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
    /// The scanned package, 14 digits.
    pub gtin: Option<String>,
    /// 接種部位
    pub site: Option<String>,
    /// 接種経路
    pub route: Option<String>,
    /// Name of the physician.
    pub physician: Option<String>,
    /// 医療機関コード
    pub institution: Option<String>,
    /// The institution as it was written.
    pub institution_name: Option<String>,
    /// Whether it was given as 定期接種, if that is known.
    pub routine: Option<bool>,
    /// 特例区分, of [`SPECIALS`].
    pub special: Option<&'static str>,
    /// 備考
    pub note: Option<String>,
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
    let own: Vec<&str> = number.iter().map(MyNumber::as_str).collect();
    let doses = doses(&mut items, &own, known);
    items.numbers_only_in(&["myNumber", "doses"], &own, &["municipalityIdentityKey"]);

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

fn doses(items: &mut Items<'_>, own: &[&str], known: Known<'_>) -> Vec<PastDose> {
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
    let (mut found, mut keys) = (Vec::with_capacity(count), HashSet::new());
    for (index, node) in node.items().enumerate() {
        let mut of = Items::of(node, format!("doses/{index}/"));
        found.extend(dose(&mut of, known).filter(|dose| {
            let first = keys.insert(dose.key.clone());
            of.note("doseKey", (!first).then(dose_twice));
            first
        }));
        of.numbers_only_in(&[], own, &FIGURES);
        items.findings.append(&mut of.findings);
    }
    found
}

/// One of the two would be lost without a word.
fn dose_twice() -> Finding {
    let ja = "同じ doseKey の接種が前にあります。別の接種なら別のキーに、訂正なら別のレコードにしてください。";
    let en = "A dose before has this doseKey; give another dose its own key, send a correction by itself.";
    Finding::stop("dose-twice", "", ja, en)
}

fn too_many(count: usize) -> Finding {
    Finding::stop(
        "too-many-doses",
        "",
        format!("{count}件あります。1人{DOSES}件以内にしてください。"),
        format!("There are {count}; keep it to at most {DOSES} for one person."),
    )
}

fn dose(items: &mut Items<'_>, known: Known<'_>) -> Option<PastDose> {
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
    // All that is wrong is told, also if the key is missing: it comes last.
    let rest = PastDose {
        key: String::new(),
        product: String::new(),
        date: known.today,
        hundredths: amount(items),
        lot: items.optional_text("lotNumber", Shape::line(limits::CODE)),
        expires: items.optional_day("expires"),
        gtin: gtin(items),
        site: items.optional_text("site", Shape::line(limits::CODE)),
        route: items.optional_text("route", Shape::line(limits::CODE)),
        physician: items.optional_text("physician", Shape::line(limits::NAME)),
        institution: institution(items, known.numbers),
        institution_name: items.optional_text("institutionName", Shape::line(limits::NAME)),
        routine: optional_flag(items, "routine"),
        special: special(items),
        note: items.optional_text("note", Shape::free(limits::ADDRESS)),
        reason: items.optional_text("correctionReason", Shape::free(limits::ADDRESS)),
        deleted: optional_flag(items, "isDeleted").unwrap_or(false),
    };
    Some(PastDose { key: key?.into_owned(), product: product?.into_owned(), date: date?, ..rest })
}

fn optional_flag(items: &mut Items<'_>, name: &'static str) -> Option<bool> {
    items.given(name).and_then(|_| items.flag(name))
}

/// A wrong code of an institution is a warning: the dose is a fact (wall 4).
fn institution(items: &mut Items<'_>, numbers: &NumberRules) -> Option<String> {
    let name = "institutionCode";
    let code = items.optional_text(name, Shape::line(limits::CODE))?;
    let wrong = verify(Kind::Institution, &code, numbers).into_iter();
    items.note(name, wrong.map(|it| Finding { severity: Severity::Warn, ..it }));
    Some(code)
}

/// The package as 14 digits. What was sent is not repeated: twelve digits may be a 個人番号.
fn gtin(items: &mut Items<'_>) -> Option<String> {
    let text = items.optional_text("gtin", Shape::line(limits::CODE))?;
    let read = Gtin::parse(&text).map_err(|_| wrong_gtin());
    items.take("gtin", read).map(|gtin| gtin.as_str().to_owned())
}

fn special(items: &mut Items<'_>) -> Option<&'static str> {
    let node = items.given("special")?;
    if node.as_str().is_some_and(|text| text.is_empty()) {
        return None;
    }
    items.one_of("special", &SPECIALS).map(|which| SPECIALS[which])
}

fn unknown_product() -> Finding {
    let ja = "このワクチンのコードはありません。コード表(docs/immunization.md)で確かめてください。";
    let en = "There is no vaccine of this code; see the table in docs/immunization.md.";
    Finding::stop("unknown-product", "", ja, en)
}

fn wrong_gtin() -> Finding {
    let ja = "GTIN(JAN)は検査数字の合う8、12、13又は14桁の数字です。読み直してください。";
    let en =
        "A GTIN has 8, 12, 13 or 14 digits, the last of which checks the others; scan it again.";
    Finding::stop("wrong-gtin", "", ja, en)
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
