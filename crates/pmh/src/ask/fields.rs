//! The members of a question, taken out one by one; what is left at the end is an error.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use domain::finding::Finding;
use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The most members that one object may have. Ours; no question has more.
const MEMBERS: usize = 64;

/// Up to so many members are compared with each other rather than hashed.
const FEW: usize = 12;

/// Why a question gets no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Kebab-case, stable.
    pub(super) code: &'static str,
    /// JSON pointer into the question.
    pub(super) at: String,
    /// What is wrong and what to do, in Japanese.
    pub(super) ja: String,
    /// The same in English.
    pub(super) en: String,
}

impl Refusal {
    /// About the whole line.
    pub(super) fn whole(code: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, at: String::new(), ja: ja.into(), en: en.into() }
    }

    /// What the rules refuse about the member at `at`.
    pub(super) fn of(finding: Finding, at: impl Into<String>) -> Self {
        Self { code: finding.code, at: at.into(), ja: finding.ja, en: finding.en }
    }
}

/// An object of a question.
pub(super) struct Fields<'a> {
    /// JSON pointer to it.
    path: String,
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// From the text of an object at `path`.
    pub(super) fn read(text: &'a str, path: String) -> Result<Self, Refusal> {
        let started = text.trim_ascii_start();
        if !started.is_empty() && !started.starts_with('{') && !path.is_empty() {
            return Err(wrong_type(path, "オブジェクト", "an object"));
        }
        match serde_json::from_str::<Members<'a>>(text) {
            Ok(Members(members)) => Ok(Self { path, members }),
            Err(error) if error.is_data() => Err(not_an_object(path)),
            Err(_) => Err(not_json(path)),
        }
    }

    /// No name twice: which of the two would count?
    pub(super) fn no_duplicates(&self) -> Result<(), Refusal> {
        if self.members.len() <= FEW {
            let names = || self.members.iter().map(|(name, _)| name);
            let twice = |(at, name)| names().take(at).any(|before| before == name);
            if !names().enumerate().any(twice) {
                return Ok(());
            }
        }
        let mut seen: HashSet<&str> = HashSet::new();
        match self.members.iter().find(|(name, _)| !seen.insert(name)) {
            None => Ok(()),
            Some((name, _)) => Err(duplicate(self.at(name))),
        }
    }

    /// JSON pointer to the member `name`.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}/{}", self.path, name.replace('~', "~0").replace('/', "~1"))
    }

    /// JSON pointer to this object.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether the member is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    /// The first member `name` as JSON text; a second one of that name stays.
    pub(super) fn raw(&mut self, name: &str) -> Option<&'a str> {
        let place = self.members.iter().position(|(known, _)| known == name)?;
        let again = self.members.iter().skip(place + 1).any(|(known, _)| known == name);
        let value = self.members[place].1.get();
        if !again {
            self.members.swap_remove(place);
        }
        Some(value)
    }

    fn required(&mut self, name: &str) -> Result<&'a str, Refusal> {
        self.raw(name).ok_or_else(|| missing(self.at(name), name))
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Refusal> {
        let value = self.required(name)?;
        serde_json::from_str(value).map_err(|_| wrong_type(self.at(name), "文字列", "a text"))
    }

    /// A day as `YYYY-MM-DD`.
    pub(super) fn day(&mut self, name: &str) -> Result<Date, Refusal> {
        let text = self.text(name)?;
        domain::day::iso(&text).map_err(|finding| Refusal::of(finding, self.at(name)))
    }

    /// A whole number, 0 or more.
    pub(super) fn number(&mut self, name: &str) -> Result<u32, Refusal> {
        let value = self.required(name)?;
        let refuse = |_| wrong_type(self.at(name), "0以上の整数", "a whole number, 0 or more");
        serde_json::from_str(value).map_err(refuse)
    }

    /// `true` or `false`; false if it is not there.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Refusal> {
        let value = self.raw(name).unwrap_or("false");
        let refuse = |_| wrong_type(self.at(name), "true 又は false", "true or false");
        serde_json::from_str(value).map_err(refuse)
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str) -> Result<Self, Refusal> {
        let value = self.required(name)?;
        let fields = Self::read(value, self.at(name))?;
        fields.no_duplicates()?;
        Ok(fields)
    }

    /// Nothing may be left.
    pub(super) fn finish(&self) -> Result<(), Refusal> {
        match self.members.first() {
            None => Ok(()),
            Some((name, _)) => Err(unknown(self.at(name))),
        }
    }
}

/// Names and values of an object, in order.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of at most {MEMBERS} members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some((Name(name), value)) = map.next_entry()? {
            if members.len() == MEMBERS {
                return Err(serde::de::Error::invalid_length(MEMBERS + 1, &self));
            }
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor).map(Name)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

pub(super) fn unknown(at: String) -> Refusal {
    Refusal {
        code: "unknown-field",
        at,
        ja: "この項目はこの質問にありません。消すか、綴りを確かめてください。".to_owned(),
        en: "This question has no such member; remove it or check its spelling.".to_owned(),
    }
}

pub(super) fn duplicate(at: String) -> Refusal {
    Refusal {
        code: "duplicate-field",
        at,
        ja: "同じ項目が2度あります。一方を消してください。".to_owned(),
        en: "This member stands twice; remove one.".to_owned(),
    }
}

pub(super) fn missing(at: String, name: &str) -> Refusal {
    Refusal {
        code: "missing-field",
        at,
        ja: format!("{name} がありません。加えてください。"),
        en: format!("{name} is missing; add it."),
    }
}

pub(super) fn wrong_type(at: String, ja: &str, en: &str) -> Refusal {
    Refusal {
        code: "wrong-type",
        at,
        ja: format!("{ja}で書いてください。"),
        en: format!("Write {en}."),
    }
}

fn not_an_object(at: String) -> Refusal {
    Refusal {
        code: "not-an-object",
        at,
        ja: format!("1行に、項目が{MEMBERS}個以内のJSONオブジェクトを1つ書いてください。"),
        en: format!("Write one JSON object of at most {MEMBERS} members a line."),
    }
}

fn not_json(at: String) -> Refusal {
    Refusal {
        code: "not-json",
        at,
        ja: "JSONとして読めません。引用符、括弧、行末を確かめてください。".to_owned(),
        en: "This is not JSON; check quotes, brackets and the end of the line.".to_owned(),
    }
}
