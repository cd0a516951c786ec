//! The gate: a new dose is recorded only behind it.
//!
//! Identity, eligibility, sequence and interval, live vaccines, contraindication, the physician's
//! judgement, consent, and what is given are steps in that order. Each is a type that only the step
//! before makes, so that none can be left out; [`Passed`] is made by the last step alone. All that
//! stops a dose is told, with its step, not only the first.
//!
//! law:予防接種法施行規則2 law:予防接種実施規則

use jiff::civil::Date;

use super::notice::{Code, Notice, Verdict};
use super::person::Dose;
use super::schedule::{Product, ProductId, SeriesId};
use super::standing::Judged;

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
    const fn of(code: Code) -> Self {
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
    /// A caution needs the physician's reason.
    ReasonMissing(Notice<'s>),
    /// The physician puts the dose off.
    PutOff,
    /// Nobody consented.
    NoConsent,
    /// The consent is of another day than the dose, or of somebody who may not give it.
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
    /// In the future, or before the reception.
    Day,
}

/// How the person was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentifiedBy {
    /// Their card answered.
    Card,
    /// Name and birth date: recorded as such.
    NameAndBirth,
}

/// What the physician decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// 可能, or 見合わせ.
    pub possible: bool,
    /// Who.
    pub physician: String,
    /// Why, where the law leaves a caution to the physician. The municipality sees it.
    pub reason: String,
}

/// Who consented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentBy {
    /// 保護者
    Guardian,
    /// 本人
    Person,
}

/// A consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Who.
    pub by: ConsentBy,
    /// When.
    pub on: Date,
    /// On the pre-visit form of the hub, or on paper.
    pub on_paper: bool,
}

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// What the label says the vaccine is.
    pub product: ProductId,
    /// ロット番号
    pub lot: String,
    /// 有効期限
    pub expires: Option<Date>,
    /// In hundredths of a millilitre.
    pub hundredths: Option<u32>,
    /// 接種部位, a code of the edge.
    pub site: String,
    /// 接種経路, as [`super::Amount::route`] has it.
    pub route: String,
    /// Whether the lot stands on the list of recalls.
    pub recalled: bool,
}

/// The first step: who is there.
#[derive(Debug)]
#[must_use = "a gate that is not walked through lets nothing pass"]
pub struct Identity {
    by: IdentifiedBy,
    received_on: Date,
}

/// The dose was judged by the schedule.
#[derive(Debug)]
#[must_use = "a gate that is not walked through lets nothing pass"]
pub struct Scheduled<'s> {
    walk: Walk<'s>,
    cautions: Vec<Notice<'s>>,
}

/// The physician has judged.
#[derive(Debug)]
#[must_use = "a gate that is not walked through lets nothing pass"]
pub struct Examined<'s> {
    walk: Walk<'s>,
}

/// Somebody has consented, or not.
#[derive(Debug)]
#[must_use = "a gate that is not walked through lets nothing pass"]
pub struct Agreed<'s> {
    walk: Walk<'s>,
}

/// What was gathered on the way.
#[derive(Debug)]
struct Walk<'s> {
    by: IdentifiedBy,
    received_on: Date,
    dose: Dose,
    series: Option<SeriesId>,
    number: Option<u32>,
    routine: bool,
    judgement: Option<Judgement>,
    consent: Option<Consent>,
    stops: Vec<Stop<'s>>,
}

/// A dose that may be given. Only the gate makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    by: IdentifiedBy,
    dose: Dose,
    series: Option<SeriesId>,
    number: Option<u32>,
    routine: bool,
    judgement: Judgement,
    consent: Consent,
    material: Material,
}

impl Identity {
    /// Somebody is there, since the reception on a day.
    pub fn open(by: IdentifiedBy, received_on: Date) -> Self {
        Self { by, received_on }
    }

    /// Eligibility, sequence and interval, live vaccines, contraindications: what the schedule says
    /// of the dose. `voluntary` is the desk's word that it is given as 任意接種.
    pub fn judged<'s>(self, dose: Dose, judged: &Judged<'s>, voluntary: bool) -> Scheduled<'s> {
        let mut stops = Vec::new();
        let mut cautions = Vec::new();
        for notice in &judged.notices {
            let step = Step::of(notice.code);
            match notice.code.verdict() {
                Verdict::Refuse => stops.push(Stop { step, why: Why::Notice(*notice) }),
                Verdict::Voluntary if !voluntary => {
                    stops.push(Stop { step, why: Why::NotRoutine(*notice) });
                }
                _ if notice.code == Code::Caution => cautions.push(*notice),
                _ => {}
            }
        }
        let walk = Walk {
            by: self.by,
            received_on: self.received_on,
            dose,
            series: judged.series,
            number: judged.number,
            routine: judged.verdict == Verdict::Routine,
            judgement: None,
            consent: None,
            stops,
        };
        Scheduled { walk, cautions }
    }
}

impl<'s> Scheduled<'s> {
    /// 予診: the physician finds it possible or puts it off; a caution needs a reason.
    pub fn examined(mut self, judgement: Judgement) -> Examined<'s> {
        let step = Step::Judgement;
        if !judgement.possible {
            self.walk.stops.push(Stop { step, why: Why::PutOff });
        } else if judgement.reason.trim().is_empty() {
            let missing = |notice| Stop { step, why: Why::ReasonMissing(notice) };
            self.walk.stops.extend(self.cautions.into_iter().map(missing));
        }
        Examined { walk: Walk { judgement: Some(judgement), ..self.walk } }
    }
}

impl<'s> Examined<'s> {
    /// Consent of that day, in writing.
    pub fn consented(mut self, consent: Option<Consent>) -> Agreed<'s> {
        let step = Step::Consent;
        match consent {
            None => self.walk.stops.push(Stop { step, why: Why::NoConsent }),
            Some(consent) if consent.on > self.walk.dose.date => {
                self.walk.stops.push(Stop { step, why: Why::ConsentOf(consent.on) });
            }
            Some(_) => {}
        }
        Agreed { walk: Walk { consent, ..self.walk } }
    }
}

impl<'s> Agreed<'s> {
    /// The last step: what is given, and on which day. `product` is the vaccine that was judged.
    ///
    /// # Errors
    /// Everything that stops the dose, by steps.
    pub fn given(
        mut self,
        material: Material,
        product: &Product,
        today: Date,
    ) -> Result<Passed, Vec<Stop<'s>>> {
        let wrong = wrong_with(&material, &self.walk, product, today);
        let step = Step::Material;
        self.walk.stops.extend(wrong.into_iter().map(|why| Stop { step, why }));
        self.walk.stops.sort_by_key(|stop| stop.step);
        let Walk { by, dose, series, number, routine, judgement, consent, stops, .. } = self.walk;
        match (judgement, consent) {
            (Some(judgement), Some(consent)) if stops.is_empty() => {
                Ok(Passed { by, dose, series, number, routine, judgement, consent, material })
            }
            _ => Err(stops),
        }
    }
}

fn wrong_with<'s>(
    material: &Material,
    walk: &Walk<'_>,
    product: &Product,
    today: Date,
) -> Vec<Why<'s>> {
    let dose = &walk.dose;
    let mut routes = product.amounts.iter().filter_map(|amount| amount.route.as_deref()).peekable();
    let laid_down = routes.peek().is_some();
    let unknown_route =
        laid_down && !routes.any(|routes| routes.split('・').any(|route| route == material.route));
    [
        (material.product != dose.product).then_some(Why::OtherProduct(material.product)),
        (material.lot.trim().is_empty() || material.expires.is_none()).then_some(Why::LotMissing),
        material.recalled.then_some(Why::Recalled),
        material.hundredths.is_none().then_some(Why::AmountMissing),
        unknown_route.then_some(Why::Route),
        (dose.date > today || dose.date < walk.received_on).then_some(Why::Day),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Passed {
    /// How the person was identified.
    #[must_use]
    pub const fn identified_by(&self) -> IdentifiedBy {
        self.by
    }

    /// The dose.
    #[must_use]
    pub const fn dose(&self) -> &Dose {
        &self.dose
    }

    /// The series, and the number in it.
    #[must_use]
    pub const fn place(&self) -> (Option<SeriesId>, Option<u32>) {
        (self.series, self.number)
    }

    /// 定期接種, or 任意接種.
    #[must_use]
    pub const fn is_routine(&self) -> bool {
        self.routine
    }

    /// What the physician decided.
    #[must_use]
    pub const fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// Who consented.
    #[must_use]
    pub const fn consent(&self) -> &Consent {
        &self.consent
    }

    /// What is given.
    #[must_use]
    pub const fn material(&self) -> &Material {
        &self.material
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::day::Basis;
    use crate::immunization::{Amount, Kind};

    const TODAY: Date = date(2026, 11, 23);

    fn basis() -> Basis {
        let day = date(2020, 10, 1);
        Basis { law: "L".into(), in_force_from: day, checked_on: day, doubt: None }
    }

    fn product() -> Product {
        let route = Some("皮下・筋肉内".to_owned());
        let amount = Amount { from: None, to: None, hundredths: 50, route, basis: basis() };
        let names = ["dpt-ipv-hib", "5種混合", "DPT-IPV-Hib"].map(str::to_owned);
        Product::new(names, Kind::Inactivated, vec![amount], basis())
    }

    /// A dose that nothing stops; each case changes one thing.
    struct Case {
        codes: Vec<Code>,
        voluntary: bool,
        judgement: Judgement,
        consent: Option<Consent>,
        material: Material,
        on: Date,
    }

    fn good() -> Case {
        Case {
            codes: Vec::new(),
            voluntary: false,
            judgement: Judgement {
                possible: true,
                physician: "見本医師".into(),
                reason: String::new(),
            },
            consent: Some(Consent { by: ConsentBy::Guardian, on: TODAY, on_paper: false }),
            material: Material {
                product: 3,
                lot: "AB12".into(),
                expires: Some(TODAY),
                hundredths: Some(50),
                site: "left-arm".into(),
                route: "皮下".into(),
                recalled: false,
            },
            on: TODAY,
        }
    }

    /// `passed`, or the steps that stop it, each once.
    fn outcome(case: &Case) -> String {
        let basis = basis();
        let notices: Vec<Notice<'_>> =
            case.codes.iter().map(|code| Notice::new(*code, &basis)).collect();
        let verdict = super::super::verdict(&notices);
        let judged = Judged { series: Some(1), number: Some(1), counts: true, verdict, notices };
        let dose = Dose { product: 3, date: case.on, hundredths: Some(50) };
        let outcome = Identity::open(IdentifiedBy::Card, TODAY)
            .judged(dose, &judged, case.voluntary)
            .examined(case.judgement.clone())
            .consented(case.consent)
            .given(case.material.clone(), &product(), TODAY);
        match outcome {
            Ok(passed) => format!("passed {}", if passed.is_routine() { "定期" } else { "任意" }),
            Err(stops) => {
                let mut steps: Vec<&str> = stops.iter().map(|stop| stop.step.code()).collect();
                steps.dedup();
                steps.join("+")
            }
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Case), want: &str) {
        let mut case = good();
        change(&mut case);
        assert_eq!(outcome(&case), want);
    }

    #[test]
    fn nothing_passes_around_a_step() {
        check(|_| {}, "passed 定期");
        check(|case| case.codes = vec![Code::TooYoung], "eligibility");
        check(|case| (case.codes, case.voluntary) = (vec![Code::TooOld], true), "passed 任意");
        check(|case| case.codes = vec![Code::FirstDoseLate], "passed 定期");
        check(|case| case.codes = vec![Code::IntervalTooShort], "sequence");
        check(|case| (case.codes, case.voluntary) = (vec![Code::WrongProduct], true), "sequence");
        check(|case| case.codes = vec![Code::LiveVaccineInterval], "live-vaccine");
        check(|case| case.codes = vec![Code::Contraindicated], "contraindication");
        check(|case| case.codes = vec![Code::Fever, Code::LotExpired], "contraindication+material");
        check(|case| case.codes = vec![Code::Caution], "judgement");
        check(|case| case.judgement.possible = false, "judgement");
        check(|case| case.consent = None, "consent");
        check(|case| case.material.product = 4, "material");
        check(|case| case.material.lot = " ".into(), "material");
        check(|case| case.material.expires = None, "material");
        check(|case| case.material.recalled = true, "material");
        check(|case| case.material.hundredths = None, "material");
        check(|case| case.material.route = "経口".into(), "material");
        check(|case| case.on = date(2026, 11, 24), "material");
        check(|case| case.on = date(2026, 11, 22), "consent+material");
    }

    #[test]
    fn a_caution_passes_with_the_physicians_reason_and_no_reason_passes_a_contraindication() {
        let with_reason = |codes: Vec<Code>| {
            move |case: &mut Case| {
                case.codes = codes;
                case.judgement.reason = "けいれんは2年前。主治医と相談した".into();
            }
        };
        check(with_reason(vec![Code::Caution]), "passed 定期");
        check(with_reason(vec![Code::Caution, Code::Contraindicated]), "contraindication");
    }
}
