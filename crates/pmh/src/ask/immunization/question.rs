//! The members of a question about vaccines.

use domain::decimal::hundredths;
use domain::immunization::{Dose, Facts, Schedule};
use domain::person::Sex;
use jiff::civil::Date;

use super::cursor::{Cursor, text};
use crate::ask::fields::{Fields, Refusal, duplicate, missing, unknown, wrong_type};

/// The most doses of one history. Ours; nobody has so many.
const DOSES: usize = 200;

/// Whose doses, and which.
pub(super) struct Question {
    pub(super) birth: Date,
    pub(super) sex: Sex,
    /// In the order of days.
    pub(super) history: Vec<Dose>,
    /// The place of each dose of `history` in the question; empty if it came in order.
    pub(super) order: Vec<usize>,
    pub(super) facts: Facts,
}

impl Question {
    /// `birth`, `sex`, `history` and, if `with_facts`, `facts`.
    pub(super) fn read(
        fields: &mut Fields<'_>,
        schedule: &Schedule,
        with_facts: bool,
    ) -> Result<Self, Refusal> {
        let birth = day(fields, "birth")?;
        let sex = sex(fields)?;
        let (history, order) = history(fields, schedule, birth)?;
        let facts = match if with_facts { fields.raw("facts") } else { None } {
            Some(value) => super::facts::read(value, schedule)?,
            None => Facts::default(),
        };
        Ok(Self { birth, sex, history, order, facts })
    }
}

/// A day as `YYYY-MM-DD`, without copying its text.
pub(super) fn day(fields: &mut Fields<'_>, name: &str) -> Result<Date, Refusal> {
    let Some(value) = fields.raw(name) else { return fields.day(name) };
    date(value, || format!("/{name}"))
}

/// `male`, `female` or `unknown`.
pub(super) fn sex(fields: &mut Fields<'_>) -> Result<Sex, Refusal> {
    let known = |value: &str| match value {
        "\"male\"" => Some(Sex::Male),
        "\"female\"" => Some(Sex::Female),
        "\"unknown\"" => Some(Sex::Unknown),
        _ => None,
    };
    match fields.raw("sex") {
        None => fields.text("sex").map(|_| Sex::Unknown),
        Some(value) => known(value).ok_or_else(|| Refusal {
            code: "unknown-sex",
            at: "/sex".to_owned(),
            ja: "sex は male か female です(分からなければ unknown)。".to_owned(),
            en: "sex is male or female (unknown if it is not known).".to_owned(),
        }),
    }
}

/// The doses in the order of days; for those that came otherwise, where each stood.
fn history(
    fields: &mut Fields<'_>,
    schedule: &Schedule,
    birth: Date,
) -> Result<(Vec<Dose>, Vec<usize>), Refusal> {
    let Some(value) = fields.raw("history") else {
        return fields.text("history").map(|_| (Vec::new(), Vec::new()));
    };
    let mut cursor = Cursor::new(value);
    if !cursor.enter(b'[') {
        return Err(wrong_type("/history".to_owned(), "配列", "an array"));
    }
    let mut doses = Vec::with_capacity(value.len() / 40 + 1);
    while cursor.more(b']') {
        if doses.len() == DOSES {
            return Err(too_many());
        }
        let at = doses.len();
        let place = |name: &str| {
            let slash = if name.is_empty() { "" } else { "/" };
            format!("/history/{at}{slash}{name}")
        };
        let (dose, expires) = dose(&mut cursor, schedule, &place)?;
        if expires.is_some() {
            return Err(unknown(place("lot_expires")));
        }
        born_before(birth, dose.date, || place("date"))?;
        doses.push(dose);
    }
    if domain::immunization::in_order(&doses) {
        return Ok((doses, Vec::new()));
    }
    let mut order: Vec<usize> = (0..doses.len()).collect();
    order.sort_by_key(|&at| doses[at].date);
    Ok((order.iter().map(|&at| doses[at]).collect(), order))
}

/// `product`, `date`, `amount_ml`, `lot_expires`; `place` names the JSON pointer of a member.
pub(super) fn dose(
    cursor: &mut Cursor<'_>,
    schedule: &Schedule,
    place: &dyn Fn(&str) -> String,
) -> Result<(Dose, Option<Date>), Refusal> {
    let (mut product, mut day, mut amount, mut expires) = (None, None, None, None);
    if !cursor.enter(b'{') {
        return Err(wrong_type(place(""), "オブジェクト", "an object"));
    }
    while cursor.more(b'}') {
        let Some(name) = cursor.name() else { break };
        let twice = match name.as_ref() {
            "product" => {
                let known = cursor.text().and_then(|code| schedule.product(&code));
                let known = known.ok_or_else(|| unknown_product(place("product"), schedule));
                product.replace(known?).is_some()
            }
            "date" => day.replace(date(cursor.value(), || place("date"))?).is_some(),
            "amount_ml" => {
                let read = hundredths(cursor.value());
                let read = read.ok_or_else(|| amount_form(place("amount_ml")));
                amount.replace(read?).is_some()
            }
            "lot_expires" => {
                let read = date(cursor.value(), || place("lot_expires"))?;
                expires.replace(read).is_some()
            }
            other => return Err(unknown(place(&other.replace('~', "~0").replace('/', "~1")))),
        };
        if twice {
            return Err(duplicate(place(&name)));
        }
    }
    let product = product.ok_or_else(|| missing(place("product"), "product"))?;
    let date = day.ok_or_else(|| missing(place("date"), "date"))?;
    Ok((Dose { product, date, hundredths: amount }, expires))
}

/// No dose before birth.
pub(super) fn born_before(
    birth: Date,
    day: Date,
    place: impl Fn() -> String,
) -> Result<(), Refusal> {
    if birth <= day {
        return Ok(());
    }
    Err(Refusal {
        code: "before-birth",
        at: place(),
        ja: "生年月日より前の日です。どちらかを確かめてください。".to_owned(),
        en: "This day is before the day of birth; check both.".to_owned(),
    })
}

/// A JSON text as a day.
pub(super) fn date(value: &str, place: impl Fn() -> String) -> Result<Date, Refusal> {
    if let Some(day) = plain(value.as_bytes()) {
        return Ok(day);
    }
    let Some(text) = text(value) else { return Err(wrong_type(place(), "文字列", "a text")) };
    domain::day::iso(&text).map_err(|finding| Refusal::of(finding, place()))
}

/// `"YYYY-MM-DD"`, the fast way; whatever it does not read is read, or explained, by `day::iso`.
fn plain(value: &[u8]) -> Option<Date> {
    let &[b'"', a, b, c, d, b'-', e, f, b'-', g, h, b'"'] = value else { return None };
    if ![a, b, c, d, e, f, g, h].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let two = |tens: u8, ones: u8| i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok();
    let year = i16::from(two(a, b)?) * 100 + i16::from(two(c, d)?);
    Date::new(year, two(e, f)?, two(g, h)?).ok()
}

fn too_many() -> Refusal {
    Refusal {
        code: "too-many-doses",
        at: "/history".to_owned(),
        ja: format!("history は{DOSES}件までです。"),
        en: format!("A history has at most {DOSES} doses."),
    }
}

fn unknown_product(at: String, schedule: &Schedule) -> Refusal {
    let known: Vec<&str> = schedule.products.iter().map(|it| it.code.as_str()).collect();
    let known = known.join(", ");
    Refusal {
        code: "unknown-product",
        at,
        ja: format!("product は {known} のいずれかです。"),
        en: format!("product is one of {known}."),
    }
}

fn amount_form(at: String) -> Refusal {
    Refusal {
        code: "amount-form",
        at,
        ja: "amount_ml は 0.01 mL 単位までの数です(例 0.5)。".to_owned(),
        en: "amount_ml is a number of at most two decimals, as 0.5.".to_owned(),
    }
}
