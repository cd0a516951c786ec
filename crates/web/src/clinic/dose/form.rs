//! The form of one dose as a browser sends it: texts in, what the gate reads out.

use domain::day::iso;
use domain::finding::Finding;
use domain::form::{Consenter, tenths};
use hub::intake::dose::{DoseAsked, Paper};
use jiff::civil::Date;
use maud::{Markup, html};

/// The fields, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct DoseForm {
    /// Token of the session's forms.
    pub csrf: String,
    /// The reception that the desk holds.
    pub reception: String,
    /// The vaccine that is meant.
    pub product: String,
    /// What the scanner typed.
    pub scan: String,
    /// Lot, where nothing was scanned.
    pub lot: String,
    /// Expiry, where nothing was scanned.
    pub expires: String,
    /// Millilitres, `0.5`.
    pub amount: String,
    /// Code of the site.
    pub site: String,
    /// Code of the route.
    pub route: String,
    /// Name of the physician.
    pub physician: String,
    /// Degrees, `36.8`.
    pub temperature: String,
    /// Why it may be given in spite of a caution, or why it is put off.
    pub reason: String,
    /// `yes`: 説明した.
    pub explained: String,
    /// The form of the record whose consent covers it.
    pub form: String,
    /// `guardian`, `person`, or empty where no paper lies there.
    pub paper_by: String,
    /// The birth date on the paper.
    pub paper_birth: String,
    /// `yes`: 任意接種.
    pub voluntary: String,
    /// `yes`: 医師が必要と認めた短縮.
    pub shortened: String,
    /// `yes`: the physician found an acute illness.
    pub acute: String,
}

/// What stays the same for the next vaccine of the same person.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Carried {
    /// Name of the physician.
    pub physician: String,
    /// Degrees.
    pub temperature: String,
    /// `yes`: 説明した.
    pub explained: String,
}

impl Carried {
    /// A form that begins with it.
    #[must_use]
    pub fn form(self) -> DoseForm {
        let Self { physician, temperature, explained } = self;
        DoseForm { physician, temperature, explained, ..DoseForm::default() }
    }

    /// As hidden fields.
    #[must_use]
    pub fn hidden(&self) -> Markup {
        html! {
            input type="hidden" name="physician" value=(self.physician);
            input type="hidden" name="temperature" value=(self.temperature);
            input type="hidden" name="explained" value=(self.explained);
        }
    }
}

impl DoseForm {
    /// What the next vaccine begins with.
    #[must_use]
    pub fn carried(&self) -> Carried {
        Carried {
            physician: self.physician.clone(),
            temperature: self.temperature.clone(),
            explained: self.explained.clone(),
        }
    }

    /// What the gate reads; a paper form is signed `today`.
    ///
    /// # Errors
    /// `wrong-type` at each field that does not read.
    pub fn asked(&self, today: Date) -> Result<DoseAsked, Vec<Finding>> {
        let mut findings = Vec::new();
        let amount = field(&mut findings, "amount", &self.amount, hundredths, "量", "0.5");
        let temperature =
            field(&mut findings, "temperature", &self.temperature, tenths, "体温", "36.8");
        let expires = field(&mut findings, "expires", &self.expires, day, "期限", "2027-03-31");
        findings.extend(given(&self.physician).is_none().then(nobody));
        let paper = self.paper(today, &mut findings);
        if !findings.is_empty() {
            return Err(findings);
        }
        let acute = (self.acute == "yes").then(|| "acute-illness".to_owned());
        Ok(DoseAsked {
            product: self.product.clone(),
            scan: given(&self.scan),
            on: None,
            lot: given(&self.lot),
            expires,
            hundredths: amount,
            site: given(&self.site),
            route: given(&self.route),
            physician: self.physician.trim().to_owned(),
            possible: true,
            reason: self.reason.clone(),
            temperature,
            conditions: acute.into_iter().collect(),
            physician_shortened: self.shortened == "yes",
            voluntary: self.voluntary == "yes",
            form: given(&self.form).filter(|_| paper.is_none()),
            paper,
            effects_explained: self.explained == "yes",
            ..DoseAsked::default()
        })
    }

    /// 見合わせ: nothing is given.
    ///
    /// # Errors
    /// As [`DoseForm::asked`].
    pub fn put_off(&self, today: Date) -> Result<DoseAsked, Vec<Finding>> {
        let bare = Self {
            scan: String::new(),
            amount: String::new(),
            expires: String::new(),
            temperature: String::new(),
            paper_by: String::new(),
            ..self.clone()
        };
        Ok(DoseAsked { possible: false, ..bare.asked(today)? })
    }

    fn paper(&self, on: Date, findings: &mut Vec<Finding>) -> Option<Paper> {
        let by = match self.paper_by.as_str() {
            "guardian" => Consenter::Guardian,
            "person" => Consenter::Person,
            _ => return None,
        };
        let birth =
            field(findings, "paper_birth", &self.paper_birth, day, "生年月日", "2026-09-10");
        if birth.is_none() && findings.is_empty() {
            findings.push(wrong("paper_birth", "生年月日", "2026-09-10"));
        }
        Some(Paper { by, on, birth: birth? })
    }
}

fn given(text: &str) -> Option<String> {
    let text = text.trim_matches(|letter: char| letter == ' ' || letter == '\u{3000}');
    (!text.is_empty()).then(|| text.to_owned())
}

/// The value of a field; none for an empty one.
fn field<T>(
    findings: &mut Vec<Finding>,
    at: &'static str,
    text: &str,
    read: fn(&str) -> Option<T>,
    ja: &str,
    example: &str,
) -> Option<T> {
    let text = given(text)?;
    let value = read(&text);
    if value.is_none() {
        findings.push(wrong(at, ja, example));
    }
    value
}

fn wrong(at: &'static str, ja: &str, example: &str) -> Finding {
    let ja = format!("{ja}が読めません。{example} のように入れてください。");
    Finding::stop("wrong-type", at, ja, format!("Enter it as {example}."))
}

fn nobody() -> Finding {
    let ja = "医師の氏名を入れてください。";
    Finding::stop("missing-item", "physician", ja, "Enter the physician's name.")
}

fn day(text: &str) -> Option<Date> {
    iso(text).ok()
}

/// Hundredths of a number with at most two decimals that matter.
fn hundredths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: u16 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millilitres_are_read_as_hundredths() {
        for (text, want) in [
            ("0.5", Some(50)),
            ("0.25", Some(25)),
            ("1", Some(100)),
            ("1.", Some(100)),
            ("0.125", None),
            (".5", None),
            ("-1", None),
            ("655.36", None),
            ("655.35", Some(65_535)),
            ("五", None),
        ] {
            assert_eq!(hundredths(text), want, "{text}");
        }
    }

    #[test]
    fn a_form_reads_or_says_which_field_does_not() {
        let form =
            DoseForm { product: "mr".into(), physician: "医".into(), ..DoseForm::default() };
        for (change, want) in [
            (form.clone(), ""),
            (DoseForm { physician: "　".into(), ..form.clone() }, "physician"),
            (DoseForm { amount: "x".into(), ..form.clone() }, "amount"),
            (DoseForm { temperature: "36,8".into(), ..form.clone() }, "temperature"),
            (DoseForm { expires: "tomorrow".into(), ..form.clone() }, "expires"),
            (DoseForm { paper_by: "guardian".into(), ..form.clone() }, "paper_birth"),
            (
                DoseForm {
                    paper_by: "person".into(),
                    paper_birth: "2000-01-01".into(),
                    ..form.clone()
                },
                "",
            ),
        ] {
            let told = change.asked(Date::MIN).err().unwrap_or_default();
            let at: Vec<&str> = told.iter().map(|finding| &*finding.at).collect();
            assert_eq!(at.join(" "), want, "{change:?}");
        }
        let off = DoseForm { amount: "x".into(), ..form }.put_off(Date::MIN).unwrap();
        assert!(!off.possible && off.hundredths.is_none(), "what is not given need not read");
    }
}
