//! One object of a body, read item by item; whatever is wrong is noted, and reading goes on.

use std::borrow::Cow;

use domain::day;
use domain::finding::{Finding, Severity};
use fhir::json::{Kind, Node};
use jiff::civil::Date;

use super::limits;
use super::number_in_text::{Found, search, search_text};

/// What a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Half-width letters and digits (半角英数).
    Alphanumeric,
    /// One line: no control characters.
    Line,
    /// Any text without U+0000.
    Free,
}

/// A text of at most `max` characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) max: usize,
    pub(super) class: Class,
}

impl Shape {
    pub(super) const fn line(max: usize) -> Self {
        Self { max, class: Class::Line }
    }

    pub(super) const fn free(max: usize) -> Self {
        Self { max, class: Class::Free }
    }

    pub(super) const fn alphanumeric(max: usize) -> Self {
        Self { max, class: Class::Alphanumeric }
    }
}

/// The items of one object and what is wrong with them.
pub(super) struct Items<'t> {
    node: Node<'t>,
    /// Whether the node is read at all.
    reads: bool,
    /// Before every place: empty, or the outer item with a slash.
    prefix: Cow<'static, str>,
    pub(super) findings: Vec<Finding>,
}

impl<'t> Items<'t> {
    /// The items of `node`, at `prefix`; an unfit node is one finding and has no items.
    pub(super) fn of(node: Node<'t>, prefix: impl Into<Cow<'static, str>>) -> Self {
        let mut items = Self { node, reads: true, prefix: prefix.into(), findings: Vec::new() };
        let at = || items.prefix.trim_end_matches('/').to_owned();
        let unfit = match node.kind() {
            Kind::Object => (node.members().nth(limits::MEMBERS).is_some()).then(|| crowded(at())),
            _ => Some(wrong_type(at(), "オブジェクト { … }", "an object { … }")),
        };
        items.reads = unfit.is_none();
        items.findings.extend(unfit);
        items
    }

    /// Whether it is an object at all, and within the bounds of one.
    pub(super) fn is_object(&self) -> bool {
        self.reads
    }

    /// The place of `name`.
    pub(super) fn at(&self, name: &'static str) -> Cow<'static, str> {
        if self.prefix.is_empty() { name.into() } else { format!("{}{name}", self.prefix).into() }
    }

    /// Notes findings of `domain` at `name`.
    pub(super) fn note(&mut self, name: &'static str, findings: impl IntoIterator<Item = Finding>) {
        let at = self.at(name);
        let placed = findings.into_iter().map(|finding| Finding { at: at.clone(), ..finding });
        self.findings.extend(placed);
    }

    /// The value, or notes the finding at `name`.
    pub(super) fn take<T>(&mut self, name: &'static str, result: Result<T, Finding>) -> Option<T> {
        result.map_err(|finding| self.note(name, [finding])).ok()
    }

    /// The value of an optional item; `null` is absence.
    pub(super) fn given(&self, name: &str) -> Option<Node<'t>> {
        self.node.get(name).filter(|node| self.reads && !node.is_null())
    }

    /// The value of a required item.
    pub(super) fn required(&mut self, name: &'static str) -> Option<Node<'t>> {
        let found = self.given(name);
        if found.is_none() && self.is_object() {
            let ja = "必須の項目です。値を入れて送り直してください。";
            let en = "This item is required; send it with a value.";
            self.findings.push(Finding::stop("missing-item", self.at(name), ja, en));
        }
        found
    }

    /// A required text that is not empty or blank.
    pub(super) fn text(&mut self, name: &'static str, shape: Shape) -> Option<Cow<'t, str>> {
        let node = self.required(name)?;
        let text = self.string(name, node)?;
        if text.trim().is_empty() {
            self.findings.push(empty(self.at(name), Severity::Stop));
            return None;
        }
        self.shaped(name, text, shape)
    }

    /// An optional text; empty is absence.
    pub(super) fn optional_text(&mut self, name: &'static str, shape: Shape) -> Option<String> {
        let node = self.given(name)?;
        let text = self.string(name, node).filter(|text| !text.is_empty())?;
        self.shaped(name, text, shape).map(Cow::into_owned)
    }

    /// The text of a string.
    pub(super) fn string(&mut self, name: &'static str, node: Node<'t>) -> Option<Cow<'t, str>> {
        let text = node.as_str();
        if text.is_none() {
            let at = self.at(name);
            self.findings.push(wrong_type(at, "文字列 \"…\"", "a string \"…\""));
        }
        text
    }

    /// The text, if it has the shape.
    pub(super) fn shaped(
        &mut self,
        name: &'static str,
        text: Cow<'t, str>,
        shape: Shape,
    ) -> Option<Cow<'t, str>> {
        let findings = misshapen(&text, shape);
        let fits = findings.is_empty();
        self.note(name, findings);
        fits.then_some(text)
    }

    /// A required `true` or `false`.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let flag = self.required(name)?.as_bool();
        if flag.is_none() {
            let at = self.at(name);
            let (ja, en) = ("引用符のない true か false", "true or false without quotes");
            self.findings.push(wrong_type(at, ja, en));
        }
        flag
    }

    /// A required `"0"` or `"1"`.
    pub(super) fn switch(&mut self, name: &'static str) -> Option<bool> {
        self.one_of(name, &["0", "1"]).map(|which| which == 1)
    }

    /// Which of `choices` a required text is.
    pub(super) fn one_of(&mut self, name: &'static str, choices: &[&str]) -> Option<usize> {
        let node = self.required(name)?;
        let text = self.string(name, node)?;
        let which = choices.iter().position(|choice| *choice == text);
        if which.is_none() {
            self.findings.push(wrong_value(self.at(name), choices));
        }
        which
    }

    /// A required day.
    pub(super) fn day(&mut self, name: &'static str) -> Option<Date> {
        let node = self.required(name)?;
        let text = self.string(name, node)?;
        self.take(name, day::iso(&text))
    }

    /// An optional day; empty is absence.
    pub(super) fn optional_day(&mut self, name: &'static str) -> Option<Date> {
        let node = self.given(name)?;
        let text = self.string(name, node).filter(|text| !text.is_empty())?;
        self.take(name, day::iso(&text))
    }

    /// An optional whole number within bounds.
    pub(super) fn whole<T>(
        &mut self,
        name: &'static str,
        within: std::ops::RangeInclusive<T>,
    ) -> Option<T>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display,
    {
        let node = self.given(name)?;
        let number = node.raw().parse().ok().filter(|number| within.contains(number));
        if number.is_none() {
            let (at, least, most) = (self.at(name), within.start(), within.end());
            let ja = format!("{least}〜{most}の整数");
            self.findings.push(wrong_type(
                at,
                &ja,
                &format!("a whole number of {least} to {most}"),
            ));
        }
        number
    }

    /// Notes a period that ends before it begins.
    pub(super) fn period(&mut self, from: Option<Date>, to: Option<Date>) {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let at = self.at("validTo");
            let ja = "終了日が開始日より前です。validFrom と validTo を確かめてください。";
            let en = "The last day lies before the first; check validFrom and validTo.";
            self.findings.push(Finding::stop("reversed-period", at, ja, en));
        }
    }

    /// The JSON text of an object whose members are not published.
    pub(super) fn object(&mut self, name: &'static str, bytes: usize) -> Option<String> {
        let node = self.given(name)?;
        if node.kind() != Kind::Object {
            let at = self.at(name);
            self.findings.push(wrong_type(at, "オブジェクト { … }", "an object { … }"));
            return None;
        }
        self.raw(name, node, bytes)
    }

    /// The JSON text of a required array of objects whose members are not published.
    pub(super) fn objects(&mut self, name: &'static str, bytes: usize) -> Option<String> {
        let node = self.required(name)?;
        let objects = node.items().all(|item| item.kind() == Kind::Object);
        if node.kind() != Kind::Array || !objects {
            let at = self.at(name);
            let (ja, en) = ("オブジェクトの配列 [{ … }]", "an array of objects [{ … }]");
            self.findings.push(wrong_type(at, ja, en));
            return None;
        }
        self.raw(name, node, bytes)
    }

    fn raw(&mut self, name: &'static str, node: Node<'t>, bytes: usize) -> Option<String> {
        let raw = node.raw();
        if raw.len() > bytes {
            self.findings.push(too_large(self.at(name), bytes));
            return None;
        }
        Some(raw.to_owned())
    }

    /// Members that are not among `known`.
    pub(super) fn others(&self, known: &[&str]) -> Vec<(Cow<'t, str>, Node<'t>)> {
        let members = self.node.members().filter(|_| self.reads);
        members.filter(|(name, _)| !known.contains(&name.as_ref())).collect()
    }

    /// Notes members that are not among `known`.
    pub(super) fn only(&mut self, known: &[&str], severity: Severity) {
        for (name, _) in self.others(known) {
            let at = format!("{}{}", self.prefix, harmless(&name, "(?)"));
            self.findings.push(unknown(at, severity));
        }
    }

    /// Notes items other than `except` that hold a 個人番号: it belongs in the vault, the other items
    /// do not (design, wall 6). In a `figure` twelve digits may be right by chance, so there only
    /// `numbers`, the record's own, are searched for.
    pub(super) fn numbers_only_in(&mut self, except: &[&str], numbers: &[&str], figures: &[&str]) {
        for (name, node) in self.others(except) {
            let found = search_text(&name, numbers).max(search(node, numbers));
            let at = || format!("{}{}", self.prefix, harmless(&name, "(?)"));
            let finding = match found {
                Found::Own => my_number_outside(at()),
                Found::Somebodys if !figures.contains(&name.as_ref()) => my_number_in_text(at()),
                Found::Somebodys | Found::Nothing => continue,
            };
            self.findings.push(finding);
        }
    }
}

/// `my-number-outside`
fn my_number_outside(at: String) -> Finding {
    let ja = "個人番号は専用の項目だけに入れ、この項目から取り除いてください。";
    let en = "Send the 個人番号 in its own item only; take it out of this one.";
    Finding::stop("my-number-outside", at, ja, en)
}

/// `my-number-in-text`
pub(super) fn my_number_in_text(at: String) -> Finding {
    let ja = "個人番号とみられる12桁の数字があります。この項目から取り除いてください。";
    let en = "Twelve digits here look like a 個人番号; take them out of this item.";
    Finding::stop("my-number-in-text", at, ja, en)
}

/// `name` as a place, unless it may hold a number of a person or breaks a place.
pub(super) fn harmless<'n>(name: &'n str, instead: &'n str) -> &'n str {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    if digits < 12 && name.len() <= 200 && name.bytes().all(plain) { name } else { instead }
}

/// What is wrong with the length and the characters of a text.
pub(super) fn misshapen(text: &str, shape: Shape) -> Vec<Finding> {
    let mut findings = Vec::new();
    let length = text.chars().count();
    if length > shape.max {
        let max = shape.max;
        findings.push(Finding::stop(
            "too-long",
            "",
            format!("{length}文字あります。{max}文字以内にしてください。"),
            format!("It has {length} characters; shorten it to at most {max}."),
        ));
    }
    findings.extend(wrong_characters(text, shape.class));
    findings
}

fn wrong_characters(text: &str, class: Class) -> Option<Finding> {
    let (fits, ja, en): (fn(char) -> bool, _, _) = match class {
        Class::Alphanumeric => (
            |character| character.is_ascii_alphanumeric(),
            "半角の英字と数字だけで書いてください。",
            "Write half-width letters and digits only.",
        ),
        Class::Line => (
            |character| !character.is_control(),
            "改行などの制御文字を取り除いてください。",
            "Take out line breaks and other control characters.",
        ),
        Class::Free => (
            |character| character != '\0',
            "文字 U+0000 を取り除いてください。",
            "Take out the character U+0000.",
        ),
    };
    (!text.chars().all(fits)).then(|| Finding::stop("wrong-characters", "", ja, en))
}

/// `empty-item`
pub(super) fn empty(at: impl Into<Cow<'static, str>>, severity: Severity) -> Finding {
    let ja = "空です。値を入れてください。";
    let en = "It is empty; send a value.";
    Finding { severity, ..Finding::stop("empty-item", at, ja, en) }
}

/// `wrong-type`
pub(super) fn wrong_type(at: impl Into<Cow<'static, str>>, ja: &str, en: &str) -> Finding {
    let (ja, en) = (format!("{ja}で送ってください。"), format!("Send {en}."));
    Finding::stop("wrong-type", at, ja, en)
}

/// `wrong-value`
pub(super) fn wrong_value(at: impl Into<Cow<'static, str>>, choices: &[&str]) -> Finding {
    let list = choices.iter().map(|choice| format!("\"{choice}\"")).collect::<Vec<_>>();
    let (ja, en) = (list.join("、"), list.join(", "));
    let (ja, en) = (format!("{ja} のいずれかにしてください。"), format!("Send one of {en}."));
    Finding::stop("wrong-value", at, ja, en)
}

/// `too-large`, of an item
fn too_large(at: impl Into<Cow<'static, str>>, bytes: usize) -> Finding {
    let kib = bytes >> 10;
    let ja = format!("この項目は{kib} KiB以内にしてください。");
    Finding::stop("too-large", at, ja, format!("Keep this item within {kib} KiB."))
}

/// `too-many-members`
fn crowded(at: String) -> Finding {
    let most = limits::MEMBERS;
    Finding::stop(
        "too-many-members",
        at,
        format!("項目が多すぎます。1つのオブジェクトの項目は{most}個以内にしてください。"),
        format!("This object has too many members; send at most {most}."),
    )
}

/// `unknown-item`
fn unknown(at: String, severity: Severity) -> Finding {
    let (ja, en) = if severity == Severity::Stop {
        (
            "この項目はありません。名前の綴りを直すか、取り除いてください。",
            "There is no such item; correct its name or take it out.",
        )
    } else {
        (
            "この項目はありません。読まずに進みました。名前の綴りを確かめてください。",
            "There is no such item, so it was not read; check \
        the spelling of its name.",
        )
    };
    Finding { severity, ..Finding::stop("unknown-item", at, ja, en) }
}
