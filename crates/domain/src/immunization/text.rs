//! Sentences for notices, made on demand: for a parent, for a clinician, in English.

use std::fmt::Write as _;

use super::notice::{About, Code, Notice};
use super::schedule::{ProductId, Schedule};

/// Who reads a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// 本人・保護者
    Parent,
    /// 医療者
    Clinician,
    /// Anybody, in English.
    English,
}

impl Notice<'_> {
    /// Puts the sentence at the end of `out`. It says what is wrong and what to do.
    pub fn write(&self, schedule: &Schedule, reader: Reader, out: &mut String) {
        let (parent, clinician, english) = sentences(self.code);
        let sentence = match reader {
            Reader::Parent => parent,
            Reader::Clinician => clinician,
            Reader::English => english,
        };
        if let Some(series) = self.series {
            let series = &schedule.series[usize::from(series)];
            match reader {
                Reader::English => drop(write!(out, "{}: ", series.en)),
                _ => drop(write!(out, "{}:", series.ja)),
            }
        }
        out.push_str(sentence);
        self.write_about(schedule, reader, out);
        self.write_days(reader, out);
    }

    /// The sentence.
    #[must_use]
    pub fn sentence(&self, schedule: &Schedule, reader: Reader) -> String {
        let mut out = String::new();
        self.write(schedule, reader, &mut out);
        out
    }

    fn write_about(&self, schedule: &Schedule, reader: Reader, out: &mut String) {
        let english = reader == Reader::English;
        let name = |id: ProductId| {
            let product = &schedule.products[usize::from(id)];
            if english { &product.en } else { &product.ja }
        };
        // Writing to a String cannot fail.
        let _ = match self.about {
            About::Nothing => Ok(()),
            About::Other(product, day) if english => {
                write!(out, " (given before: {}, {day})", name(product))
            }
            About::Other(product, day) => write!(out, "(前の接種:{} {day})", name(product)),
            About::Condition(number) => {
                let condition = &schedule.conditions[usize::from(number)];
                match english {
                    true => write!(out, " ({})", condition.en),
                    false => write!(out, "({})", condition.ja),
                }
            }
            About::Amount(right) if english => {
                write!(out, " (right: {}.{:02} mL)", right / 100, right % 100)
            }
            About::Amount(right) => write!(out, "(正:{}.{:02}mL)", right / 100, right % 100),
            About::Temperature(has, limit) => {
                let [(a, b), (c, d)] = [has, limit].map(|it| (it / 10, (it % 10).abs()));
                match english {
                    true => write!(out, " ({a}.{b} ℃, limit {c}.{d} ℃)"),
                    false => write!(out, "({a}.{b}℃、基準 {c}.{d}℃)"),
                }
            }
            About::Day(day) => write!(out, "({day})"),
        };
    }

    fn write_days(&self, reader: Reader, out: &mut String) {
        let _ = match (reader, self.possible_from, self.possible_until) {
            (Reader::English, Some(from), _) => write!(out, " Possible from {from}."),
            (Reader::English, None, Some(until)) => write!(out, " It was possible until {until}."),
            (_, Some(from), _) => write!(out, "{from}からできます。"),
            (_, None, Some(until)) => write!(out, "{until}まででした。"),
            (_, None, None) => Ok(()),
        };
    }
}

/// For a parent, for a clinician, in English.
fn sentences(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::TooYoung | Code::TooOld | Code::NotInWindow | Code::GestationUnknown => when(code),
        Code::Excluded | Code::ProductNotInForce | Code::NotRoutine => whether(code),
        Code::IntervalTooShort | Code::LiveVaccineInterval | Code::IntervalShortened => gap(code),
        Code::AlreadyComplete | Code::WrongProduct | Code::Sequence => wrong(code),
        Code::AmountWrong | Code::LotExpired | Code::Contraindicated | Code::Fever => today(code),
        _ => notes(code),
    }
}

fn when(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::TooYoung => (
            "まだ対象の年齢になっていません。予約の日を変えてください。",
            "対象年齢前です。定期接種として接種できません。",
            "Too young for the routine dose; choose a later day.",
        ),
        Code::TooOld => (
            "定期接種の年齢を過ぎています。任意接種になるので医師に相談してください。",
            "対象年齢を過ぎています。定期接種になりません。",
            "Too old for the routine dose; it would be voluntary.",
        ),
        Code::GestationUnknown => (
            "妊娠の週数を医師に伝えてください。",
            "妊娠週数が分からず対象か判断できません。週数か出産予定日を入れてください。",
            "The gestational age is not known; give it or the due date.",
        ),
        _ => (
            "定期接種として受けられる期間ではありません。期間を確かめてください。",
            "対象期間の外です。定期接種になりません。",
            "Outside the days on which this is routine.",
        ),
    }
}

fn whether(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::Excluded => (
            "この定期接種の対象ではありません。市区町村か医師に確かめてください。",
            "定期接種の対象から除かれます。",
            "This person is not among those whom the routine dose is for.",
        ),
        Code::ProductNotInForce => (
            "このワクチンはその日の定期接種に使われません。医師に確かめてください。",
            "その日の定期接種に用いる製剤ではありません。製剤を確かめてください。",
            "This vaccine was not in routine use on that day; choose another.",
        ),
        _ => (
            "定期接種のないワクチンです。費用は自己負担になります。",
            "定期接種に含まれないワクチンです。",
            "There is no routine vaccination with this vaccine.",
        ),
    }
}

fn gap(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::IntervalTooShort => (
            "前の接種からの間隔が足りません。日を改めてください。",
            "接種間隔が不足しています。接種しないでください。",
            "The interval is too short; give it later.",
        ),
        Code::LiveVaccineInterval => (
            "前に受けた生ワクチンからの間隔が足りません。日を改めてください。",
            "注射生ワクチンとの間隔が不足しています。接種しないでください。",
            "The interval from a live vaccine is too short; give it later.",
        ),
        _ => (
            "医師が必要と認めたときの短い間隔です。",
            "医師が必要と認めた短縮です。理由を記録してください。通常の間隔では",
            "A shorter interval that a physician holds necessary; record the reason.",
        ),
    }
}

fn wrong(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::AlreadyComplete => (
            "必要な回数は済んでいます。受ける必要はありません。",
            "必要な回数が済んでいます。不要な接種です。",
            "Everything needed has been given; do not give it.",
        ),
        Code::WrongProduct => (
            "前に受けたワクチンと違う種類です。医師に確かめてください。",
            "前の接種に続けて使えない製剤です。製剤を確かめてください。",
            "This vaccine may not follow the one given before; check the product.",
        ),
        _ => (
            "この日より後の接種が記録されています。日付を確かめてください。",
            "より後の日の接種が記録されています。日付と記録を確かめてください。",
            "A dose on a later day is on record; check the dates.",
        ),
    }
}

fn today(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::AmountWrong => (
            "ワクチンの量が決まりと違います。医師に確かめてください。",
            "接種量が違います。量を確かめてください。",
            "The amount is wrong; check it.",
        ),
        Code::LotExpired => (
            "使用期限を過ぎたワクチンです。使えません。",
            "使用期限を過ぎています。使用しないでください。",
            "The lot has expired; do not use it.",
        ),
        Code::Contraindicated => (
            "体の状態のため、受けられません。医師に相談してください。",
            "接種不適当者に当たります。接種しないでください。",
            "Contraindicated; do not give it.",
        ),
        _ => (
            "熱があるので今日は受けられません。下がってから予約し直してください。",
            "明らかな発熱です。接種しないでください。",
            "Fever; do not give it today.",
        ),
    }
}

fn notes(code: Code) -> (&'static str, &'static str, &'static str) {
    match code {
        Code::FirstDoseLate => (
            "初回を始めるのが遅めです。受けるかどうか医師とよく相談してください。",
            "初回接種の望ましい時期を過ぎています。副反応の説明と確認をしてください。",
            "The first dose is later than desirable; explain the risk.",
        ),
        Code::ProductSwitch => (
            "前と違う種類のワクチンです。医師に確かめてください。",
            "製剤の切替えです。切り替えてよいか確かめてください。",
            "The product changes within the series; make sure that it may.",
        ),
        Code::Caution => (
            "受ける前に医師とよく相談してください。",
            "接種要注意者です。接種の可否を判断し、記録してください。",
            "Caution: a physician decides.",
        ),
        Code::CannotFinish => (
            "今から始めても、定期接種の期間のうちに終わりません。早めに相談してください。",
            "期間内に全回数を終えられません。残りが任意になることを説明してください。",
            "It can be begun but not finished while it is routine.",
        ),
        Code::FirstTermMissing => (
            "第1期の記録が見当たりません。母子健康手帳を確かめてください。",
            "第1期の接種歴が確認できません。履歴を確かめてください。",
            "No dose of the first term is on record; check the history.",
        ),
        Code::ThirdDoseRequired => (
            "この間隔で受けると、3回目が必要になります。",
            "この間隔では3回接種になります。",
            "At this interval a third dose will be required.",
        ),
        _ => (
            "吐き出しても1回と数えます。受け直しはしません。",
            "吐き出しても再投与せず、1回と数えます。",
            "It counts although it was spat out; do not repeat it.",
        ),
    }
}
