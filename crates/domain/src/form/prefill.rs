//! Answers that the record knows already.

use jiff::civil::Date;

use super::{Answer, Answers, Form, Kind};
use crate::person::Sex;

/// Where an answer may come from beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefill {
    /// 氏名
    Name,
    /// カナ氏名
    Kana,
    /// 生年月日
    Birth,
    /// 性別, as the choices `male` and `female`
    Sex,
    /// 住所
    Address,
    /// 保護者氏名
    Guardian,
    /// 出生体重, grams
    BirthWeight,
    /// Which dose of the series this is
    DoseNumber,
    /// The vaccine given last
    LastDoseName,
    /// The day on which it was given
    LastDoseDay,
}

impl Prefill {
    /// Every source with its name in `rules/forms/`.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Name, "name"),
        (Self::Kana, "kana"),
        (Self::Birth, "birth"),
        (Self::Sex, "sex"),
        (Self::Address, "address"),
        (Self::Guardian, "guardian"),
        (Self::BirthWeight, "birth-weight"),
        (Self::DoseNumber, "dose-number"),
        (Self::LastDoseName, "last-dose-name"),
        (Self::LastDoseDay, "last-dose-day"),
    ];

    /// Its name in `rules/forms/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}

/// What the record knows; empty texts are unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// 氏名
    pub name: String,
    /// カナ氏名
    pub kana: String,
    /// 生年月日, if known whole
    pub birth: Option<Date>,
    /// 性別
    pub sex: Option<Sex>,
    /// 住所
    pub address: String,
    /// 保護者氏名
    pub guardian: String,
    /// 出生体重, grams
    pub birth_weight: Option<u16>,
    /// Which dose of the series this is
    pub dose_number: Option<u8>,
    /// The vaccine given last, of any kind
    pub last_dose: Option<LastDose>,
}

/// The vaccine given last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDose {
    /// Its name for people.
    pub name: String,
    /// The day.
    pub on: Date,
}

impl Form {
    /// The answers that the record knows. One that does not fit its question is left out: the
    /// family then answers.
    #[must_use]
    pub fn prefill(&self, known: &Known, today: Date) -> Answers {
        let answers = self.items().filter_map(|item| {
            let answer = known.answer(item.prefill?, &item.kind)?;
            item.fault(&answer, today).is_none().then(|| (item.id.clone(), answer))
        });
        Answers(answers.collect())
    }
}

impl Known {
    fn answer(&self, source: Prefill, kind: &Kind) -> Option<Answer> {
        let text = |text: &String| (!text.is_empty()).then(|| Answer::Text(text.clone()));
        match source {
            Prefill::Name => text(&self.name),
            Prefill::Kana => text(&self.kana),
            Prefill::Address => text(&self.address),
            Prefill::Guardian => text(&self.guardian),
            Prefill::Birth => self.birth.map(Answer::Date),
            Prefill::Sex => self.sex.and_then(sex),
            Prefill::BirthWeight => self.birth_weight.map(|grams| Answer::Number(grams.into())),
            Prefill::DoseNumber => self.dose_number.map(|number| Answer::Number(number.into())),
            Prefill::LastDoseDay => self.last_dose.as_ref().map(|dose| Answer::Date(dose.on)),
            Prefill::LastDoseName => {
                let cut =
                    |max: usize| self.last_dose.as_ref().map(|dose| shortened(&dose.name, max));
                match kind {
                    Kind::Text { max_length } => cut(usize::from(*max_length)).map(Answer::Text),
                    _ => None,
                }
            }
        }
    }
}

fn shortened(name: &str, max: usize) -> String {
    name.chars().take(max).collect()
}

fn sex(sex: Sex) -> Option<Answer> {
    match sex {
        Sex::Male => Some(Answer::Code("male".to_owned())),
        Sex::Female => Some(Answer::Code("female".to_owned())),
        Sex::Unknown => None,
    }
}
