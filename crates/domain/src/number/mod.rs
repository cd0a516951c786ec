//! Identifiers as types: their shape, their check digits and the doubts about them.
//!
//! Numbers are kept byte for byte as sent; comparison keys stand beside. No message repeats a
//! number. What the law fixes in figures (prefecture numbers, ranges, how grave a wrong check digit
//! is) arrives as [`NumberRules`], read from `rules/numbers/`.

mod check;
mod institution;
mod insured;
mod municipality;
mod payer;
mod personal;
mod rules;
mod verify;

pub use check::{check_digit, holds};
pub use institution::InstitutionCode;
pub use insured::{InsuredPerson, insured_keys};
pub use municipality::MunicipalityCode;
pub use payer::{InsurerNumber, PayerNumber, RecipientNumber};
pub use personal::MyNumber;
pub use rules::{CheckRule, NumberRules, Prefectures, ScoreTable};
pub use verify::verify;

/// The numbers that carry a check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 個人番号, 12 digits.
    Personal,
    /// 保険者番号, 8 digits, or 6 for the National Health Insurance (国保).
    Insurer,
    /// 公費負担者番号, 8 digits.
    PublicPayer,
    /// 公費受給者番号 in the national form, 7 digits.
    Recipient,
    /// 医療機関コード, 10 digits.
    Institution,
    /// 全国地方公共団体コード, 6 digits.
    Municipality,
}

impl Kind {
    /// How many digits the whole number has, check digit included.
    #[must_use]
    pub const fn lengths(self) -> &'static [usize] {
        match self {
            Self::Personal => &[12],
            Self::Insurer => &[8, 6],
            Self::PublicPayer => &[8],
            Self::Recipient => &[7],
            Self::Institution => &[10],
            Self::Municipality => &[6],
        }
    }

    /// The name in files and questions: `insurer`, `public-payer` ….
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Insurer => "insurer",
            Self::PublicPayer => "public-payer",
            Self::Recipient => "recipient",
            Self::Institution => "institution",
            Self::Municipality => "municipality",
        }
    }

    /// From [`Kind::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Personal,
        Self::Insurer,
        Self::PublicPayer,
        Self::Recipient,
        Self::Institution,
        Self::Municipality,
    ];
}

#[cfg(test)]
mod tests;
