//! Eras (元号): the table, and writing a day in them.

use jiff::civil::Date;

use super::{Basis, Calendar};
use crate::finding::Finding;

/// One era. It ends on the eve of the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    /// 令和
    pub name: String,
    /// 令, as forms abbreviate it.
    pub short: char,
    /// R
    pub letter: char,
    /// ㋿, one character for the whole name.
    pub ligature: char,
    /// レイワ, in full-width katakana.
    pub reading: String,
    /// 5, the figure before a day in seven figures (元号区分コード).
    pub code: char,
    /// The first day.
    pub first: Date,
    /// Where it was proclaimed.
    pub basis: Basis,
}

/// The ways in which a day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EraForm {
    /// 令和元年5月1日, as in official letters.
    Kanji,
    /// 令和1年5月1日, with a figure for the first year.
    KanjiFigure,
    /// R1.5.1
    Dotted,
    /// R01/05/01
    Slashed,
    /// R010501
    Compact,
}

impl Calendar {
    /// The era of `day`; none before the Gregorian calendar.
    #[must_use]
    pub fn era_of(&self, day: Date) -> Option<&Era> {
        if day < self.gregorian_from {
            return None;
        }
        self.eras.iter().rev().find(|era| era.first <= day)
    }

    /// `day` in its era.
    ///
    /// # Errors
    ///
    /// `before-gregorian`.
    pub fn write(&self, day: Date, form: EraForm) -> Result<String, Finding> {
        let era = self.era_of(day).ok_or_else(|| self.before_gregorian())?;
        let year = day.year() - era.first.year() + 1;
        let (name, letter, month, date) = (&era.name, era.letter, day.month(), day.day());
        Ok(match form {
            EraForm::Kanji if year == 1 => format!("{name}元年{month}月{date}日"),
            EraForm::Kanji | EraForm::KanjiFigure => format!("{name}{year}年{month}月{date}日"),
            EraForm::Dotted => format!("{letter}{year}.{month}.{date}"),
            EraForm::Slashed => format!("{letter}{year:02}/{month:02}/{date:02}"),
            EraForm::Compact => format!("{letter}{year:02}{month:02}{date:02}"),
        })
    }

    /// `before-gregorian`.
    pub(super) fn before_gregorian(&self) -> Finding {
        let first = self.gregorian_from;
        Finding::stop(
            "before-gregorian",
            "",
            format!(
                "{first}より前の日付は旧暦(太陰太陽暦)のため扱えません。西暦に換算した日付を別に\
                 確かめてください。"
            ),
            format!(
                "Days before {first} were written in the lunisolar calendar and are not converted; \
                 find out the day by hand."
            ),
        )
    }
}
