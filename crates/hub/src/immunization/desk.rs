//! What a desk sees of somebody who was received: the person, the form with what must be heeded on
//! top, the history with verdicts, what may be given today and why not the rest.

use domain::access::Request;
use domain::finding::Severity;
use domain::form::{Consent, Language, State};
use domain::immunization::{
    Candidate, Dose, DoseName, Item, Judged, Notice, ProductId, Reader, Route, Schedule, Status,
    Verdict,
};
use domain::person::FiveAttributes;
use jiff::civil::Date;
use lawbook::Lawbook;

use super::chart::Chart;
use super::form::KeptForm;

/// What a desk sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskView {
    /// Who; the address is always empty.
    pub five: FiveAttributes,
    /// The birth date.
    pub birth: Date,
    /// Today.
    pub today: Date,
    /// Whether their card answered.
    pub by_card: bool,
    /// Name of the municipality that follows them, empty under 不開示; none if nobody does.
    pub municipality: Option<String>,
    /// Forms, those with warnings first.
    pub forms: Vec<FormSeen>,
    /// What was given, newest first.
    pub history: Vec<DoseSeen>,
    /// Series of which a dose may be given today, then those of which none may.
    pub today_options: Vec<Choice>,
}

/// A form as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormSeen {
    /// Logical id.
    pub item: String,
    /// Title.
    pub title: String,
    /// The series, by its code.
    pub series: String,
    /// The series, for people.
    pub series_name: String,
    /// Where it stands.
    pub state: State,
    /// Whether it was received here, so that its consent covers a dose today.
    pub here: bool,
    /// What was said below the answers.
    pub consent: Option<Consent>,
    /// What must be heeded, gravest first.
    pub warnings: Vec<Heed>,
    /// Every answer, as question and answer.
    pub answers: Vec<(String, String)>,
}

/// An answer that must be heeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heed {
    /// Its code.
    pub code: String,
    /// Whether it is a reason not to vaccinate.
    pub grave: bool,
    /// The question.
    pub question: String,
    /// The answer with what was written to it.
    pub answer: String,
}

/// A dose that was given, with the verdict on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseSeen {
    /// Logical id.
    pub item: String,
    /// The day.
    pub on: Date,
    /// The vaccine, for people.
    pub product: String,
    /// The series and the number in it, for people.
    pub place: String,
    /// Lot.
    pub lot: String,
    /// Who gave it.
    pub institution: String,
    /// Whether it counts.
    pub counts: bool,
    /// What is to be said of it.
    pub notices: Vec<Said>,
}

/// A sentence of the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its code.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// The first day on which it would be right.
    pub possible_from: Option<Date>,
    /// For whoever stands at the desk.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// One series at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its code.
    pub series: String,
    /// For people.
    pub name: String,
    /// Which dose comes next.
    pub dose: Option<DoseName>,
    /// Where the person stands.
    pub status: Status,
    /// The first day on which it is routine.
    pub earliest: Option<Date>,
    /// Vaccines of which a routine dose may be given today; none: not today.
    pub products: Vec<Vaccine>,
    /// Why not today, or what to heed.
    pub notices: Vec<Said>,
}

/// A vaccine that may be given today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vaccine {
    /// Its code.
    pub code: String,
    /// For people.
    pub name: String,
    /// The right amount today, in hundredths of a millilitre.
    pub hundredths: Option<u32>,
    /// How it may be given.
    pub routes: Vec<Route>,
}

impl DeskView {
    /// Under 不開示 nothing tells where the person lives or goes.
    pub(super) fn without_places(mut self) -> Self {
        self.municipality = self.municipality.map(|_| String::new());
        self.history.iter_mut().for_each(|seen| seen.institution.clear());
        self
    }
}

/// Computes what the desk sees.
pub(super) fn seen(
    book: &Lawbook,
    chart: &Chart,
    forms: &[KeptForm],
    (today, request): (Date, &Request),
    municipality: Option<String>,
) -> DeskView {
    let institution = &request.caller.organisation;
    let mut forms: Vec<FormSeen> =
        forms.iter().filter_map(|kept| form_seen(book, kept, (institution, today))).collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.warnings.len()));
    DeskView {
        five: FiveAttributes { address: String::new(), ..chart.five.clone() },
        birth: chart.birth,
        today,
        by_card: request.basis == domain::access::Basis::CardOnly,
        municipality,
        forms,
        history: history(&book.immunization, chart),
        today_options: options(&book.immunization, chart, today),
    }
}

fn form_seen(
    book: &Lawbook,
    kept: &KeptForm,
    (institution, today): (&str, Date),
) -> Option<FormSeen> {
    let sheet = &kept.sheet;
    let form = book.forms.find(&sheet.form, sheet.version)?;
    let schedule = &book.immunization;
    let series = schedule.series(&kept.series);
    let name = series.map(|id| schedule.series[usize::from(id)].ja.clone()).unwrap_or_default();
    let heed = |warning: &domain::form::Warning<'_>| Heed {
        code: warning.code.to_owned(),
        grave: warning.severity == Severity::Stop,
        question: warning.item.text.ja.clone(),
        answer: std::iter::once((warning.item, warning.answer))
            .chain(warning.details.iter().copied())
            .map(|(item, answer)| item.said(answer, Language::Japanese))
            .collect::<Vec<_>>()
            .join("・"),
    };
    let kept_answers = form.kept(&sheet.answers);
    // No desk opens an address, also where the family wrote it.
    let open = form.visible(&kept_answers).into_iter().filter(|item| !item.private);
    let answers = open.filter_map(|item| {
        let answer = kept_answers.get(&item.id)?;
        Some((item.text.ja.clone(), item.said(answer, Language::Japanese)))
    });
    Some(FormSeen {
        item: kept.item.clone(),
        title: form.title.ja.clone(),
        series: kept.series.clone(),
        series_name: name,
        state: sheet.state(),
        here: sheet
            .received
            .as_ref()
            .is_some_and(|it| it.institution == *institution && it.at.day_in_japan() == today),
        consent: sheet.consent.clone(),
        warnings: form.warnings(&sheet.answers).iter().map(heed).collect(),
        answers: answers.collect(),
    })
}

pub(super) fn history(schedule: &Schedule, chart: &Chart) -> Vec<DoseSeen> {
    let judged = schedule.audit(&chart.person(&chart.facts));
    let judged = chart.places.iter().zip(&judged).rev();
    let seen = judged.map(|(place, judged)| {
        let kept = &chart.doses[*place];
        DoseSeen {
            item: kept.item.clone(),
            on: kept.face.on,
            product: super::care::product_name(schedule, &kept.face.product),
            place: place_of(schedule, judged),
            lot: kept.face.lot.clone().unwrap_or_default(),
            institution: kept.face.institution_name.clone().unwrap_or_default(),
            counts: judged.counts,
            notices: said(schedule, &judged.notices),
        }
    });
    seen.collect()
}

pub(super) fn place_of(schedule: &Schedule, judged: &Judged<'_>) -> String {
    let series = judged.series.map(|id| schedule.series[usize::from(id)].ja.as_str());
    match (series, judged.number.filter(|_| judged.counts)) {
        (Some(series), Some(number)) => format!("{series} {number}回目"),
        _ => String::new(),
    }
}

pub(super) fn said(schedule: &Schedule, notices: &[Notice<'_>]) -> Vec<Said> {
    let said = notices.iter().map(|notice| Said {
        code: notice.code.name(),
        severity: notice.code.severity(),
        possible_from: notice.possible_from,
        ja: notice.sentence(schedule, Reader::Clinician),
        en: notice.sentence(schedule, Reader::English),
    });
    said.collect()
}

/// The series of which a routine dose may be given today.
pub(super) fn possible<'s>(schedule: &'s Schedule, chart: &Chart, today: Date) -> Vec<&'s str> {
    let person = chart.person(&chart.facts);
    let series = (0..).take(schedule.products.len()).filter_map(|product| {
        let dose = Dose { product, date: today, hundredths: None };
        let judged = schedule.check(&person, &Candidate { dose, lot_expires: None });
        judged.series.filter(|_| judged.verdict == Verdict::Routine)
    });
    series.map(|id| schedule.series[usize::from(id)].code.as_str()).collect()
}

/// Every series of the plan, with the vaccines of which a dose today would be routine.
fn options(schedule: &Schedule, chart: &Chart, today: Date) -> Vec<Choice> {
    let person = chart.person(&chart.facts);
    let checks: Vec<(ProductId, Judged<'_>)> = (0..)
        .take(schedule.products.len())
        .map(|product| {
            let dose = Dose { product, date: today, hundredths: None };
            (product, schedule.check(&person, &Candidate { dose, lot_expires: None }))
        })
        .collect();
    let plan = schedule.plan(&person, today);
    let mut choices: Vec<Choice> =
        plan.iter().map(|item| choice(schedule, (chart.birth, today), item, &checks)).collect();
    choices.sort_by_key(|choice| (choice.products.is_empty(), rank(choice.status)));
    choices
}

fn choice(
    schedule: &Schedule,
    (birth, today): (Date, Date),
    item: &Item<'_>,
    checks: &[(ProductId, Judged<'_>)],
) -> Choice {
    let series = &schedule.series[usize::from(item.series)];
    let here = || checks.iter().filter(|(_, judged)| judged.series == Some(item.series));
    let may = here().filter(|(_, judged)| judged.verdict == Verdict::Routine);
    let products: Vec<Vaccine> =
        may.clone().map(|(id, _)| vaccine(schedule, *id, (birth, today))).collect();
    // Of vaccines that may not be given, the one with the least against it says why.
    let nearest = may.min_by_key(|(_, judged)| judged.notices.len());
    let nearest =
        nearest.or_else(|| here().min_by_key(|(_, judged)| (judged.verdict, judged.notices.len())));
    let notices = nearest.map(|(_, judged)| said(schedule, &judged.notices)).unwrap_or_default();
    Choice {
        series: series.code.clone(),
        name: series.ja.clone(),
        dose: item.dose,
        status: item.status,
        earliest: item.earliest,
        products,
        notices,
    }
}

fn vaccine(schedule: &Schedule, id: ProductId, (birth, today): (Date, Date)) -> Vaccine {
    let product = &schedule.products[usize::from(id)];
    let mut routes: Vec<Route> = product.routes().collect();
    routes.dedup();
    Vaccine {
        code: product.code.clone(),
        name: product.ja.clone(),
        hundredths: schedule.amounts(id, birth, today).next().map(|amount| amount.hundredths),
        routes,
    }
}

/// What a desk wants to see first.
const fn rank(status: Status) -> u8 {
    match status {
        Status::Late => 0,
        Status::Now => 1,
        Status::Before => 2,
        Status::Complete => 3,
        Status::Ended => 4,
        Status::Excluded => 5,
    }
}
