//! The gate: a new dose is recorded only behind it.
//!
//! Identity, eligibility, sequence and interval, live vaccines, contraindication, the physician's
//! judgement, consent, and what is given are steps in that order. Each is a type that only the step
//! before makes, so that none can be left out; [`Passed`] is made by the last step alone. All that
//! stops a dose is told, with its step, not only the first.
//!
//! law:予防接種法施行規則2 law:予防接種実施規則

use jiff::civil::Date;

mod stop;
#[cfg(test)]
mod tests;

pub use stop::{Mistake, Step, Stop, Why};

use super::body::{Route, Site};
use super::notice::{Code, Notice, Verdict};
use super::person::Dose;
use super::schedule::{Product, ProductId, SeriesId};
use super::standing::Judged;

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
    /// 効果・副反応・健康被害救済制度を説明した.
    pub explained: bool,
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
    /// 接種部位
    pub site: Option<Site>,
    /// 接種経路
    pub route: Option<Route>,
    /// Whether the lot stands on the list of recalls.
    pub recalled: bool,
}

/// Who is there, and what is known of them before anything is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// How they were identified.
    pub by: IdentifiedBy,
    /// The day of the reception.
    pub received_on: Date,
    /// Whether the form in hand is theirs.
    pub form_is_theirs: bool,
    /// Whether a municipality follows them on the day of the dose.
    pub followed: bool,
}

/// The first step: who is there.
#[derive(Debug)]
#[must_use = "a gate that is not walked through lets nothing pass"]
pub struct Identity(Arrived);

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
    arrived: Arrived,
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
    pub fn open(arrived: Arrived) -> Self {
        Self(arrived)
    }

    /// Eligibility, sequence and interval, live vaccines, contraindications: what the schedule says
    /// of the dose. `voluntary` is the desk's word that it is given as 任意接種.
    pub fn judged<'s>(self, dose: Dose, judged: &Judged<'s>, voluntary: bool) -> Scheduled<'s> {
        let mut stops = self.stops(voluntary);
        let mut cautions = Vec::new();
        for notice in &judged.notices {
            let step = Step::of(notice.code);
            match notice.code.verdict() {
                Verdict::Refuse => stops.push(Stop { step, why: Why::Notice(*notice) }),
                Verdict::Voluntary if !voluntary => {
                    stops.push(Stop { step, why: Why::NotRoutine(*notice) });
                }
                // Outside the routine programme the physician answers for ages and windows.
                Verdict::Voluntary => cautions.push(*notice),
                _ if needs_reason(notice.code) => cautions.push(*notice),
                _ => {}
            }
        }
        let walk = Walk {
            arrived: self.0,
            dose,
            series: judged.series,
            number: judged.number,
            routine: judged.verdict == Verdict::Routine && !voluntary && self.0.followed,
            judgement: None,
            consent: None,
            stops,
        };
        Scheduled { walk, cautions }
    }

    fn stops<'s>(&self, voluntary: bool) -> Vec<Stop<'s>> {
        let other = Stop { step: Step::Identity, why: Why::OtherPerson };
        let unfollowed = Stop { step: Step::Eligibility, why: Why::NotFollowed };
        let other = (!self.0.form_is_theirs).then_some(other);
        let unfollowed = (!self.0.followed && !voluntary).then_some(unfollowed);
        other.into_iter().chain(unfollowed).collect()
    }
}

/// What the law leaves to the physician: it may be given, for a reason that is written down.
const fn needs_reason(code: Code) -> bool {
    matches!(
        code,
        Code::Caution | Code::IntervalShortened | Code::ProductSwitch | Code::FirstDoseLate
    )
}

impl<'s> Scheduled<'s> {
    /// 予診: the physician finds it possible or puts it off; a caution needs a reason, and so does
    /// each of `answers`, the codes of what the form warns of.
    pub fn examined(mut self, judgement: Judgement, answers: &[String]) -> Examined<'s> {
        let step = Step::Judgement;
        if judgement.possible && !judgement.explained {
            self.walk.stops.push(Stop { step, why: Why::NotExplained });
        }
        if !judgement.possible {
            self.walk.stops.push(Stop { step, why: Why::PutOff });
        } else if judgement.reason.trim().is_empty() {
            let missing = |notice| Stop { step, why: Why::ReasonMissing(notice) };
            self.walk.stops.extend(self.cautions.into_iter().map(missing));
            let open = |code: &String| Stop { step, why: Why::AnswerOpen(code.clone()) };
            self.walk.stops.extend(answers.iter().map(open));
        }
        Examined { walk: Walk { judgement: Some(judgement), ..self.walk } }
    }
}

impl<'s> Examined<'s> {
    fn is_of_this_visit(&self, consent: Consent) -> bool {
        let signed_before = consent.on_paper && consent.on < self.walk.arrived.received_on;
        consent.on <= self.walk.dose.date && !signed_before
    }

    /// Consent in writing, not later than the dose; on paper it is signed at this reception, after
    /// the physician's explanation.
    pub fn consented(mut self, consent: Option<Consent>) -> Agreed<'s> {
        let step = Step::Consent;
        match consent {
            None => self.walk.stops.push(Stop { step, why: Why::NoConsent }),
            Some(consent) if !self.is_of_this_visit(consent) => {
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
        let Walk { arrived, dose, series, number, routine, judgement, consent, stops } = self.walk;
        let by = arrived.by;
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
    let mut routes = product.routes().peekable();
    let other_route = routes.peek().is_some() && !routes.any(|it| Some(it) == material.route);
    let needs_site = material.route.is_some_and(Route::has_site);
    let no_amount = !product.amounts.is_empty() && material.hundredths.is_none();
    [
        (material.product != dose.product).then_some(Why::OtherProduct(material.product)),
        (material.lot.trim().is_empty() || material.expires.is_none()).then_some(Why::LotMissing),
        material.recalled.then_some(Why::Recalled),
        no_amount.then_some(Why::AmountMissing),
        other_route.then_some(Why::Route),
        (needs_site && material.site.is_none()).then_some(Why::SiteMissing),
        (dose.date > today || dose.date < walk.arrived.received_on).then_some(Why::Day),
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
