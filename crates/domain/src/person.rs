//! Residents and the five attributes (基本5情報) that describe one.

use jiff::civil::Date;

/// A resident (住民): the partition key of the whole record. Never leaves the hub: institutions and
/// apps see pseudonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId(pub i64);

/// Sex as the resident register writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `1` 男
    Male,
    /// `2` 女
    Female,
    /// `9` 不明 or not recorded
    Unknown,
}

impl Sex {
    /// From the code `1`, `2` or `9` (source: the sample of pmh-api §2.4 for `2`; `1` and `9`
    /// inferred from the card's text application).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "1" => Some(Self::Male),
            "2" => Some(Self::Female),
            "9" => Some(Self::Unknown),
            _ => None,
        }
    }

    /// The code `1`, `2` or `9`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
            Self::Unknown => "9",
        }
    }
}

/// A date of birth. 不詳 (unknown in part) exists in the resident register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Birth {
    /// Year, month and day.
    Day(Date),
    /// Year and month only.
    Month(i16, i8),
    /// Year only.
    Year(i16),
    /// Nothing known.
    Unknown,
}

impl Birth {
    /// The day, if it is known whole.
    #[must_use]
    pub const fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            _ => None,
        }
    }

    /// `2020-05-01`, `2020-05`, `2020` or the empty text: also a FHIR date.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Year(year) => format!("{year:04}"),
            Self::Unknown => String::new(),
        }
    }

    /// From [`Birth::text`]; the register's `0000` and `00` parts are read as unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, width: usize| {
            (part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<i16>().ok())
                .flatten()
        };
        let (year, month, day) = match parts[..] {
            [""] => return Some(Self::Unknown),
            [year] => (number(year, 4)?, 0, 0),
            [year, month] => (number(year, 4)?, number(month, 2)?, 0),
            [year, month, day] => (number(year, 4)?, number(month, 2)?, number(day, 2)?),
            _ => return None,
        };
        match (year, i8::try_from(month).ok()?, i8::try_from(day).ok()?) {
            (0, 0, 0) => Some(Self::Unknown),
            (0, ..) => None,
            (year, 0, 0) => Some(Self::Year(year)),
            (year, month @ 1..=12, 0) => Some(Self::Month(year, month)),
            (year, month, day) => Date::new(year, month, day).ok().map(Self::Day),
        }
    }
}

/// 基本5情報: what a municipality or an insurer says about who a person is, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiveAttributes {
    /// 氏名, as sent.
    pub name: String,
    /// カナ氏名, as sent; empty where there is none.
    pub kana: String,
    /// 住所, one text, as sent.
    pub address: String,
    /// 生年月日.
    pub birth: Birth,
    /// 性別.
    pub sex: Sex,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_date_may_be_known_in_part() {
        for (text, want) in [
            ("2020-05-01", Some("2020-05-01")),
            ("2020-05", Some("2020-05")),
            ("2020-05-00", Some("2020-05")),
            ("2020-00-00", Some("2020")),
            ("0000-00-00", Some("")),
            ("", Some("")),
            ("2021-02-29", None),
            ("2020-13-00", None),
            ("2020-00-05", None),
            ("0000-05-01", None),
            ("20200501", None),
            ("2020-5-1", None),
        ] {
            assert_eq!(Birth::parse(text).map(Birth::text).as_deref(), want, "{text}");
        }
    }
}
