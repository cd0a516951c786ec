//! What the desk says of a dose, walked through the gate: facts from chart, form and desk in, a
//! passed dose or everything that stops it out. Reads nothing and writes nothing.

use domain::finding::{Finding, Severity};
use domain::form::{Consenter, Reception, State, Warning};
use domain::gs1::{self, Vial};
use domain::immunization::gate::{
    Arrived, Consent, ConsentBy, IdentifiedBy, Identity, Judgement, Material, Passed, Stop,
};
use domain::immunization::{Candidate, Delay, Dose, Facts, ProductId, Route, Site};
use jiff::civil::Date;
use lawbook::Lawbook;

use super::chart::Chart;
use super::form::KeptForm;
use crate::intake::dose::DoseAsked;

/// The code of a fever in forms: what is measured at the clinic counts instead.
const FEVER: &str = "fever";

/// Where a dose is about to be given.
pub(super) struct Desk<'a> {
    pub book: &'a Lawbook,
    pub chart: &'a Chart,
    pub forms: &'a [KeptForm],
    pub institution: &'a str,
    pub by: IdentifiedBy,
    pub received_on: Date,
    pub today: Date,
    /// The municipality that follows the person on the day of the dose.
    pub home: Option<&'a str>,
}

/// What is asked, as values: everything that reads, before anything is judged.
pub(super) struct Read<'a> {
    pub asked: &'a DoseAsked,
    /// The vaccine that is meant.
    pub product: ProductId,
    /// What was scanned, if anything was.
    pub vial: Option<Vial<'a>>,
    pub material: Material,
    pub on: Date,
    pub form: Option<&'a KeptForm>,
}

impl<'a> Desk<'a> {
    /// Reads codes and symbols; whether the lot was recalled is for the store to say.
    ///
    /// # Errors
    /// All that does not read, with its place.
    pub(super) fn read(&self, asked: &'a DoseAsked) -> Result<Read<'a>, Vec<Finding>> {
        let schedule = &self.book.immunization;
        let mut findings = Vec::new();
        let product = schedule.product(&asked.product);
        findings.extend(product.is_none().then(|| unknown("dose/product", "ワクチン", "vaccine")));
        let vial = match asked.scan.as_deref().map(|scan| self.vial(scan)) {
            Some(Err(faults)) => {
                findings.extend(faults);
                None
            }
            Some(Ok(vial)) => Some(vial),
            None => None,
        };
        let route = asked.route.as_deref().map(Route::from_code);
        findings.extend((route == Some(None)).then(|| unknown("dose/route", "経路", "route")));
        let site = asked.site.as_deref().map(Site::from_code);
        findings.extend((site == Some(None)).then(|| unknown("dose/site", "部位", "site")));
        let known = |code: &&String| schedule.condition(code).is_none();
        let strange = asked.conditions.iter().find(known);
        findings.extend(strange.map(|_| unknown("dose/conditions", "状態", "condition")));
        let cold = asked.possible && asked.temperature.is_none();
        findings.extend(cold.then(no_temperature));
        let Some(product) = product.filter(|_| findings.is_empty()) else { return Err(findings) };
        let only = only_route(schedule.products[usize::from(product)].routes());
        let material = self.material(
            asked,
            product,
            vial.as_ref(),
            (site.flatten(), route.flatten().or(only)),
        );
        let on = asked.on.unwrap_or(self.today);
        let form = asked.form.as_deref();
        let form = form.and_then(|item| self.forms.iter().find(|kept| kept.item == item));
        Ok(Read { asked, product, vial, material, on, form })
    }

    fn vial(&self, scan: &str) -> Result<Vial<'a>, Vec<Finding>> {
        let placed = |findings: Vec<Finding>| {
            findings.into_iter().map(|it| Finding { at: "dose/scan".into(), ..it }).collect()
        };
        let scan = gs1::read(scan, self.today).map_err(placed)?;
        self.book.packages.vial(&scan).map_err(placed)
    }

    /// What is given: as scanned, else as typed.
    fn material(
        &self,
        asked: &DoseAsked,
        meant: ProductId,
        vial: Option<&Vial<'_>>,
        (site, route): (Option<Site>, Option<Route>),
    ) -> Material {
        let schedule = &self.book.immunization;
        let scanned = vial.and_then(|vial| schedule.product(&vial.package.product));
        let lot = vial.map(|vial| vial.lot.clone()).or_else(|| asked.lot.clone());
        Material {
            product: scanned.unwrap_or(meant),
            lot: lot.unwrap_or_default(),
            expires: vial.map(|vial| vial.expiry).or(asked.expires),
            hundredths: asked.hundredths.map(u32::from),
            site,
            route,
            recalled: false,
        }
    }

    /// Walks through the gate.
    pub(super) fn walk(&self, read: &Read<'_>) -> Result<Passed, Vec<Stop<'a>>> {
        let (asked, schedule) = (read.asked, &self.book.immunization);
        let dose =
            Dose { product: read.product, date: read.on, hundredths: read.material.hundredths };
        let candidate = Candidate { dose, lot_expires: read.material.expires };
        let (facts, answers) = self.facts(read, self.series_of(&candidate));
        let judged = schedule.check(&self.chart.person(&facts), &candidate);
        let series = judged.series.map(|id| schedule.series[usize::from(id)].code.as_str());
        let arrived = Arrived {
            by: self.by,
            received_on: self.received_on,
            form_is_theirs: self.form_is_theirs(read),
            followed: self.home.is_some(),
        };
        let judgement = Judgement {
            possible: asked.possible,
            physician: asked.physician.clone(),
            reason: asked.reason.clone(),
            explained: asked.effects_explained,
        };
        Identity::open(arrived)
            .judged(dose, &judged, asked.voluntary)
            .examined(judgement, &answers)
            .consented(self.consent(read, series))
            .given(read.material.clone(), &schedule.products[usize::from(read.product)], self.today)
    }

    /// What is known of the person today, and which answers the physician must weigh. A grave answer
    /// that the schedule knows is a fact for it; every other warning is the physician's.
    fn facts(&self, read: &Read<'_>, series: Option<&str>) -> (Facts, Vec<String>) {
        let (asked, schedule) = (read.asked, &self.book.immunization);
        let mut facts = Facts {
            temperature: asked.temperature,
            spat_out: asked.spat_out,
            physician_shortened: asked.physician_shortened,
            delay: asked.delay.map(|(reason, ceased)| Delay { reason, ceased }),
            ..self.chart.facts.clone()
        };
        for code in &asked.conditions {
            facts.conditions |= schedule.condition(code).unwrap_or_default();
        }
        let mut open = Vec::new();
        for warning in self.handed_in(series).flat_map(|kept| self.warnings(kept)) {
            let condition = schedule.condition(warning.code);
            match condition.filter(|_| warning.severity == Severity::Stop) {
                Some(condition) => facts.conditions |= condition,
                None if warning.code == FEVER => {}
                None => open.push(warning.code.to_owned()),
            }
        }
        (facts, open)
    }

    /// The series that a dose is of, whatever else stands about the person.
    fn series_of(&self, candidate: &Candidate) -> Option<&'a str> {
        let schedule = &self.book.immunization;
        let judged = schedule.check(&self.chart.person(&self.chart.facts), candidate);
        judged.series.map(|id| schedule.series[usize::from(id)].code.as_str())
    }

    /// The forms of a series that were handed in at this reception: what they warn of counts, and
    /// that they do not agree, also where a paper is signed.
    fn handed_in<'f>(&'f self, series: Option<&'f str>) -> impl Iterator<Item = &'a KeptForm> + 'f {
        self.forms.iter().filter(move |kept| self.covers(kept, series))
    }

    /// What a form warns of.
    fn warnings(&self, kept: &'a KeptForm) -> Vec<Warning<'a>> {
        let sheet = &kept.sheet;
        let form = self.book.forms.find(&sheet.form, sheet.version);
        form.map(|form| form.warnings(&sheet.answers)).unwrap_or_default()
    }

    /// A form that was handed over must stand in this record; on paper, their birth date on it.
    fn form_is_theirs(&self, read: &Read<'_>) -> bool {
        let named = read.asked.form.is_none() || read.form.is_some();
        named && read.asked.paper.is_none_or(|paper| paper.birth == self.chart.birth)
    }

    /// The consent that covers a dose of `series`: of a form that this institution received, or of
    /// the paper before the desk.
    fn consent(&self, read: &Read<'_>, series: Option<&str>) -> Option<Consent> {
        if self.handed_in(series).any(|kept| !kept.sheet.consented()) {
            return None;
        }
        if let Some(paper) = read.asked.paper {
            let may = self.may_consent(series, paper.by, read.on);
            return may.then(|| Consent { by: by(paper.by), on: paper.on, on_paper: true });
        }
        let kept = read.form.filter(|kept| self.covers(kept, series))?;
        let consent = kept.sheet.consent.as_ref().filter(|_| kept.sheet.consented())?;
        let on = consent.at.day_in_japan();
        Some(Consent { by: by(consent.by), on, on_paper: false })
    }

    fn covers(&self, kept: &KeptForm, series: Option<&str>) -> bool {
        // Of this reception: what was handed in for an earlier dose covers no later one.
        let here = |reception: &Reception| {
            reception.institution == self.institution
                && reception.at.day_in_japan() == self.received_on
        };
        kept.sheet.state() == State::Received
            && kept.sheet.received.as_ref().is_some_and(here)
            && series == Some(&*kept.series)
    }

    /// Where no form is laid down for a vaccine, nothing is laid down about who signs, either.
    fn may_consent(&self, series: Option<&str>, by: Consenter, on: Date) -> bool {
        let forms = series.map(|series| self.book.forms.fitting(series, self.chart.birth, on));
        let forms = forms.unwrap_or_default();
        forms.is_empty() || forms.iter().any(|form| form.may_consent(by, self.chart.birth, on))
    }
}

const fn by(consenter: Consenter) -> ConsentBy {
    match consenter {
        Consenter::Guardian => ConsentBy::Guardian,
        Consenter::Person => ConsentBy::Person,
    }
}

/// The route, if there is but one.
fn only_route(routes: impl Iterator<Item = Route>) -> Option<Route> {
    let mut routes = routes.collect::<Vec<_>>();
    routes.dedup();
    (routes.len() == 1).then(|| routes[0])
}

fn unknown(at: &'static str, ja: &str, en: &str) -> Finding {
    let ja =
        format!("この{ja}のコードはありません。コード表(docs/immunization.md)で確かめてください。");
    let en = format!("There is no such code of a {en}; see the tables in docs/immunization.md.");
    Finding::stop("unknown-code", at, ja, en)
}

fn no_temperature() -> Finding {
    Finding::stop(
        "temperature-missing",
        "dose/temperature",
        "診察前の体温を入れてください。",
        "Enter the temperature before the examination.",
    )
}
