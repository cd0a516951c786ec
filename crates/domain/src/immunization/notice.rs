//! What the engine has to say about a dose: numbers and days; sentences are made on demand.

use jiff::civil::Date;

use super::schedule::{ProductId, SeriesId};
use crate::day::Basis;
use crate::finding::Severity;

/// What may be done with a dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// 定期接種
    Routine,
    /// May be given, but not as a routine vaccination.
    Voluntary,
    /// 接種してはならない, or a mistake.
    Refuse,
}

impl Verdict {
    /// In answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Voluntary => "voluntary",
            Self::Refuse => "refuse",
        }
    }
}

macro_rules! codes {
    ($($code:ident $name:literal $severity:ident $verdict:ident $meaning:literal,)+) => {
        /// The kinds of notices.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $code),+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// In answers: kebab-case, stable.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => $name),+ }
            }

            /// How grave.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity),+ }
            }

            /// What follows for the dose.
            #[must_use]
            pub fn verdict(self) -> Verdict {
                match self { $(Self::$code => Verdict::$verdict),+ }
            }
        }
    };
}

codes! {
    TooYoung "too-young" Warn Voluntary "対象年齢より前",
    TooOld "too-old" Warn Voluntary "対象年齢を過ぎた",
    NotInWindow "not-in-window" Warn Voluntary "対象期間の外",
    Excluded "excluded" Warn Voluntary "この人は対象でない",
    ProductNotInForce "product-not-in-force" Warn Voluntary "定期接種に用いる製剤でない",
    NotRoutine "not-routine" Warn Voluntary "定期接種のないワクチン",
    GestationUnknown "gestation-unknown" Warn Voluntary "妊娠週数が分からない",
    IntervalTooShort "interval-too-short" Stop Refuse "間隔が足りない",
    LiveVaccineInterval "live-vaccine-interval" Stop Refuse "注射生ワクチン同士の間隔が足りない",
    AlreadyComplete "already-complete" Stop Refuse "必要な回数が済んでいる",
    WrongProduct "wrong-product" Stop Refuse "この人に続けて使えない製剤",
    AmountWrong "amount-wrong" Stop Refuse "接種量が違う",
    LotExpired "lot-expired" Stop Refuse "使用期限を過ぎている",
    Contraindicated "contraindicated" Stop Refuse "接種不適当者",
    Fever "fever" Stop Refuse "明らかな発熱",
    Sequence "sequence" Stop Refuse "より後の日の接種が記録されている",
    FirstDoseLate "first-dose-late" Warn Routine "初回が遅い",
    IntervalShortened "interval-shortened" Warn Routine "医師が必要と認めた短い間隔",
    ProductSwitch "product-switch" Warn Routine "製剤の切替え",
    Caution "caution" Warn Routine "接種要注意者",
    CannotFinish "cannot-finish" Warn Routine "期間内に終わらない",
    FirstTermMissing "first-term-missing" Warn Routine "第1期の接種が見当たらない",
    ThirdDoseRequired "third-dose-required" Info Routine "3回目が要る",
    SpatOut "spat-out" Info Routine "吐き出しても1回と数える",
}

/// One notice. It refers to the schedule that it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice<'s> {
    /// What.
    pub code: Code,
    /// The first day on which this would be right.
    pub possible_from: Option<Date>,
    /// The last day on which this was right.
    pub possible_until: Option<Date>,
    /// Where it is laid down.
    pub basis: Option<&'s Basis>,
    /// The series it is about.
    pub series: Option<SeriesId>,
    /// What else it is about.
    pub about: About,
}

/// Figures of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Nothing more.
    Nothing,
    /// Another vaccine, given on a day.
    Other(ProductId, Date),
    /// A condition, by its number.
    Condition(u8),
    /// The right amount in hundredths of a millilitre.
    Amount(u32),
    /// The measured temperature and the limit, tenths of a degree.
    Temperature(i32, i32),
    /// A day.
    Day(Date),
}

impl<'s> Notice<'s> {
    /// A bare notice.
    pub(super) fn new(code: Code, basis: &'s Basis) -> Self {
        Self {
            code,
            possible_from: None,
            possible_until: None,
            basis: Some(basis),
            series: None,
            about: About::Nothing,
        }
    }

    pub(super) fn from(mut self, day: Option<Date>) -> Self {
        self.possible_from = day;
        self
    }

    pub(super) fn until(mut self, day: Option<Date>) -> Self {
        self.possible_until = day;
        self
    }

    pub(super) fn about(mut self, about: About) -> Self {
        self.about = about;
        self
    }
}

/// The worst of the notices.
#[must_use]
pub fn verdict(notices: &[Notice<'_>]) -> Verdict {
    notices.iter().map(|notice| notice.code.verdict()).max().unwrap_or(Verdict::Routine)
}
