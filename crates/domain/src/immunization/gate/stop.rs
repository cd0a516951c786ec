//! The steps of the gate, what stops a dose at each, and what a report of mistakes calls it.

use jiff::civil::Date;

use crate::immunization::notice::{Code, Notice};
use crate::immunization::schedule::{ProductId, Schedule};
use crate::immunization::text::Reader;

/// A step of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 本人確認
    Identity,
    /// 対象者か
    Eligibility,
    /// 回数と接種間隔
    Sequence,
    /// 注射生ワクチン同士
    LiveVaccine,
    /// 接種不適当者
    Contraindication,
    /// 医師の判断
    Judgement,
    /// 同意
    Consent,
    /// 製剤・ロット・期限・量・部位
    Material,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Eligibility,
        Self::Sequence,
        Self::LiveVaccine,
        Self::Contraindication,
        Self::Judgement,
        Self::Consent,
        Self::Material,
    ];

    /// Stable code, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Eligibility => "eligibility",
            Self::Sequence => "sequence",
            Self::LiveVaccine => "live-vaccine",
            Self::Contraindication => "contraindication",
            Self::Judgement => "judgement",
            Self::Consent => "consent",
            Self::Material => "material",
        }
    }

    /// The step as people at a desk say it.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Identity => "本人確認",
            Self::Eligibility => "対象",
            Self::Sequence => "回数と間隔",
            Self::LiveVaccine => "生ワクチンの間隔",
            Self::Contraindication => "接種不適当",
            Self::Judgement => "医師の判断",
            Self::Consent => "同意",
            Self::Material => "製剤・ロット・量",
        }
    }

    /// The step that looks at what a notice says.
    pub(super) const fn of(code: Code) -> Self {
        match code {
            Code::TooYoung
            | Code::TooOld
            | Code::NotInWindow
            | Code::Excluded
            | Code::ProductNotInForce
            | Code::NotRoutine
            | Code::GestationUnknown
            | Code::FirstDoseLate
            | Code::CannotFinish => Self::Eligibility,
            Code::IntervalTooShort
            | Code::IntervalShortened
            | Code::AlreadyComplete
            | Code::WrongProduct
            | Code::ProductSwitch
            | Code::Sequence
            | Code::FirstTermMissing
            | Code::ThirdDoseRequired
            | Code::SpatOut => Self::Sequence,
            Code::LiveVaccineInterval => Self::LiveVaccine,
            Code::Contraindicated | Code::Fever => Self::Contraindication,
            Code::Caution => Self::Judgement,
            Code::AmountWrong | Code::LotExpired => Self::Material,
        }
    }
}

/// What stops a dose, at its step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop<'s> {
    /// Where.
    pub step: Step,
    /// Why.
    pub why: Why<'s>,
}

/// Why a dose is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why<'s> {
    /// The schedule says so.
    Notice(Notice<'s>),
    /// The dose would not be routine, and nobody said that it is to be voluntary.
    NotRoutine(Notice<'s>),
    /// Nobody follows this person's doses, so that nobody could pay: 住所地の自治体の対象者でない.
    NotFollowed,
    /// A caution needs the physician's reason.
    ReasonMissing(Notice<'s>),
    /// An answer on the form needs the physician's reason: the code of the warning.
    AnswerOpen(String),
    /// Nobody explained effects, side effects and relief.
    NotExplained,
    /// The form in hand is somebody else's: another birth date stands on it, or it is not in this
    /// person's record.
    OtherPerson,
    /// The physician puts the dose off.
    PutOff,
    /// Nobody consented.
    NoConsent,
    /// The consent is of a later day than the dose, or signed on paper before this reception.
    ConsentOf(Date),
    /// What was scanned is another vaccine than the one that was judged.
    OtherProduct(ProductId),
    /// No lot, or no expiry.
    LotMissing,
    /// The lot was recalled.
    Recalled,
    /// No amount.
    AmountMissing,
    /// Not a route of this vaccine.
    Route,
    /// Injected, but nobody said where.
    SiteMissing,
    /// In the future, or before the reception.
    Day,
}

/// What the national report of mistakes (予防接種間違い) would have called it, had it been given.
/// law:間違い報告
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// 接種間隔の間違い
    Interval,
    /// 接種するワクチンの種類の間違い
    Product,
    /// 期限切れのワクチンの使用
    Expired,
    /// 対象者の誤認
    Person,
    /// 不必要な接種
    Unnecessary,
    /// 接種量の間違い
    Amount,
    /// 接種部位・方法の間違い
    Method,
    /// その他
    Other,
}

impl Mistake {
    /// Every kind, in the order in which pages list them.
    pub const ALL: [Self; 8] = [
        Self::Interval,
        Self::Product,
        Self::Expired,
        Self::Person,
        Self::Unnecessary,
        Self::Amount,
        Self::Method,
        Self::Other,
    ];

    /// For people.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Interval => "接種間隔",
            Self::Product => "ワクチンの種類",
            Self::Expired => "期限切れ・回収",
            Self::Person => "対象者の誤認",
            Self::Unnecessary => "不必要な接種",
            Self::Amount => "接種量",
            Self::Method => "部位・方法",
            Self::Other => "その他",
        }
    }

    /// The kind of what was counted under a code of [`Stop::code`].
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "interval-too-short" | "live-vaccine-interval" | "sequence" => Self::Interval,
            "wrong-product" | "other-product" => Self::Product,
            "lot-expired" | "lot-recalled" => Self::Expired,
            "other-person" | "excluded" | "too-young" => Self::Person,
            "already-complete" | "too-old" | "not-in-window" => Self::Unnecessary,
            "amount-wrong" | "amount-missing" => Self::Amount,
            "wrong-route" | "site-missing" => Self::Method,
            _ => Self::Other,
        }
    }
}

impl Stop<'_> {
    /// Stable code, kebab-case: that of the notice, or one of the gate's own.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.why {
            Why::Notice(notice) | Why::NotRoutine(notice) | Why::ReasonMissing(notice) => {
                notice.code.name()
            }
            Why::NotFollowed => "not-followed",
            Why::AnswerOpen(_) => "answer-open",
            Why::OtherPerson => "other-person",
            Why::NotExplained => "not-explained",
            Why::PutOff => "put-off",
            Why::NoConsent => "no-consent",
            Why::ConsentOf(_) => "consent-of-another-day",
            Why::OtherProduct(_) => "other-product",
            Why::LotMissing => "lot-missing",
            Why::Recalled => "lot-recalled",
            Why::AmountMissing => "amount-missing",
            Why::Route => "wrong-route",
            Why::SiteMissing => "site-missing",
            Why::Day => "wrong-day",
        }
    }

    /// The first day on which it would be right, where waiting helps.
    #[must_use]
    pub fn possible_from(&self) -> Option<Date> {
        match &self.why {
            Why::Notice(notice) | Why::NotRoutine(notice) => notice.possible_from,
            _ => None,
        }
    }

    /// What is wrong and what to do, for whoever stands at the desk.
    #[must_use]
    pub fn sentence(&self, schedule: &Schedule, reader: Reader) -> String {
        let english = reader == Reader::English;
        match &self.why {
            Why::Notice(notice) => notice.sentence(schedule, reader),
            Why::NotRoutine(notice) => {
                let after = match english {
                    true => " To give it as a voluntary vaccination, say so.",
                    false => "任意接種として行うときは、そう選んでください。",
                };
                format!("{}{after}", notice.sentence(schedule, reader))
            }
            Why::ReasonMissing(notice) => {
                let after = match english {
                    true => " The physician writes why it may be given.",
                    false => "接種できると判断した理由を医師が書いてください。",
                };
                format!("{}{after}", notice.sentence(schedule, reader))
            }
            Why::OtherProduct(id) => {
                let product = &schedule.products[usize::from(*id)];
                match english {
                    true => format!("The vial holds another vaccine: {}. Put it back.", product.en),
                    false => format!(
                        "手元の容器は別のワクチン（{}）です。戻して、正しいものを読み取ってください。",
                        product.ja
                    ),
                }
            }
            why => own_sentence(why, english),
        }
    }
}

/// Sentences of the gate's own reasons.
fn own_sentence(why: &Why<'_>, english: bool) -> String {
    let (ja, en) = match why {
        Why::NotFollowed => (
            "住所地の自治体がこの方を対象者として登録していません。自治体に確かめるか、任意接種として行ってください。",
            "No municipality follows this person; ask theirs, or give it as a voluntary vaccination.",
        ),
        Why::AnswerOpen(_) => (
            "予診票に注意の要る回答があります。接種できると判断した理由を医師が書いてください。",
            "An answer on the form needs attention; the physician writes why it may be given.",
        ),
        Why::OtherPerson => (
            "予診票がこの方のものではありません。きょうだいなど別の方のものでないか、氏名と生年月日を確かめてください。",
            "The form is not this person's; check name and birth date: it may be a sibling's.",
        ),
        Why::NotExplained => (
            "効果・副反応・健康被害救済制度を説明してから、同意を確かめて行ってください。",
            "Explain effects, side effects and relief first, then ask for the consent.",
        ),
        Why::PutOff => ("医師が見合わせと判断しました。", "The physician puts it off."),
        Why::NoConsent => (
            "同意がありません。保護者又は本人が予診票で同意してから行ってください。",
            "There is no consent; the guardian or the person consents on the form first.",
        ),
        Why::ConsentOf(_) => (
            "同意の日が、受付から接種までの日ではありません。説明のうえで署名をもらい直してください。",
            "The consent is not of this visit; explain, and have it signed anew.",
        ),
        Why::LotMissing => (
            "ロット番号か有効期限がありません。容器のコードを読み取ってください。",
            "Lot or expiry is missing; scan the code on the vial.",
        ),
        Why::Recalled => (
            "このロットは回収の対象です。使わずに別にしてください。",
            "This lot was recalled; do not use it, put it aside.",
        ),
        Why::AmountMissing => ("接種量を入れてください。", "Enter the amount."),
        Why::Route => (
            "このワクチンの接種経路ではありません。添付文書を確かめてください。",
            "Not a route of this vaccine; check the package insert.",
        ),
        Why::SiteMissing => ("接種した部位を選んでください。", "Choose the site."),
        _ => (
            "接種の日が受付の日より前か、これからの日です。日付を確かめてください。",
            "The day lies before the reception or in the future; check it.",
        ),
    };
    if english { en } else { ja }.to_owned()
}
