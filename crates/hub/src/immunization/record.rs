//! A dose is judged at the gate and, if it passes, recorded: the only way in for a new dose.

use std::sync::Arc;

use domain::access::Caller;
use domain::finding::Finding;
use domain::immunization::gate::IdentifiedBy;
use domain::immunization::gate::{Mistake, Passed, Stop};
use domain::immunization::{Reader, Route, Site, lot_key};
use domain::instant::Instant;
use fhir::Kind as Record;
use fhir::profiles::immunization::{
    self as dose, DoseFace, DoseNumber, DoseStatus, Origin, Program,
};
use jiff::civil::Date;
use lawbook::Lawbook;
use store::record::{New, Written};
use store::{Room, StoreError, Tx};

use super::chart::Chart;
use super::form::forms_of;
use super::gate::{Desk, Read};
use super::reception::{drafted, enter_again, opened, opened_draft, request_of};
use crate::Hub;
use crate::credential::token::Reception;
use crate::intake::dose::{self as intake, DoseAsked};
use crate::refusal::{Kind, Refusal};

/// Purpose byte of stops that were counted.
const STOP: u8 = 5;

/// What the gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// It may be given. The draft is what a desk keeps until the dose is in the record.
    Open {
        /// Sealed; good for [`record_draft`].
        draft: String,
        /// 定期, or 任意.
        routine: bool,
        /// The series, for people, and the number in it.
        place: String,
        /// What is given, for people: vaccine, lot, expiry, amount.
        what: Given,
    },
    /// It must not, and why.
    Closed(Vec<Stopped>),
}

/// What is given, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The person, for people.
    pub who: String,
    /// Their birth date.
    pub birth: Date,
    /// The vaccine, for people.
    pub product: String,
    /// Lot.
    pub lot: String,
    /// Last day of use.
    pub expires: Option<Date>,
    /// Hundredths of a millilitre.
    pub hundredths: Option<u32>,
    /// The day.
    pub on: Date,
}

/// One thing that stops a dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The step, by its code.
    pub step: &'static str,
    /// The step, for people.
    pub step_name: &'static str,
    /// What stops it.
    pub code: &'static str,
    /// The first day on which it would be right.
    pub possible_from: Option<Date>,
    /// For the desk.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// A dose that is in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its logical id.
    pub item: String,
    /// Whether it was there already: the same dose was sent again.
    pub again: bool,
    /// Whether it was given; otherwise it was put off.
    pub given: bool,
}

/// Judges a dose and records nothing but the count of what stopped it.
///
/// # Errors
/// `reception-over`; all that does not read.
pub async fn check_dose(
    hub: &Hub,
    caller: &Caller,
    reception: &str,
    asked: DoseAsked,
) -> Result<Gate, Refusal> {
    let reception = opened(hub, caller, reception)?;
    let asked = sound(&asked)?;
    let (book, request) = (Arc::clone(&hub.book), request_of(hub, caller, &reception));
    // However late the draft arrives, the dose is of this day.
    let on = asked.on.or_else(|| Some(request.at.day_in_japan()));
    let asked = DoseAsked { on, ..asked };
    let sealed = drafted(hub, &reception, &intake::write(&asked));
    let told = hub.store.write(move |tx| {
        let (access, _) = enter_again(tx, &request, &reception)??;
        let (outcome, home) = {
            let mut room = tx.enter(access)?;
            let deed = Deed::new(&mut room, &book, &reception, &asked)?;
            let outcome =
                deed.walked(&asked)?.map(|passed| open(&book, &deed.chart, &passed, &sealed));
            (outcome, deed.home)
        };
        Ok::<_, Refusal>(match outcome {
            Ok(gate) => gate,
            Err(stops) => {
                count(tx, &reception, (home.as_deref(), &asked.product), &stops)?;
                Gate::Closed(stops)
            }
        })
    });
    told.await
}

/// Records a dose that passes the gate, or that it was put off. The same dose sent again is the same.
///
/// # Errors
/// `gate-closed` with all that stops it; `recorded-differently`; `dose-cancelled`; `reception-over`.
pub async fn record_dose(
    hub: &Hub,
    caller: &Caller,
    reception: &str,
    asked: DoseAsked,
) -> Result<Recorded, Refusal> {
    let reception = opened(hub, caller, reception)?;
    record(hub, caller, reception, (sound(&asked)?, Arrives::AtOnce)).await
}

/// The same as it is read again from a draft: what a page filled in by itself is bounded as what a
/// system sends, and what the gate lets pass can be recorded later.
fn sound(asked: &DoseAsked) -> Result<DoseAsked, Refusal> {
    let written = intake::write(asked);
    let tree = crate::intake::read(&written)?;
    intake::parse(tree.root()).map_err(Refusal::from)
}

/// Records the dose of a draft, however late it arrives.
///
/// # Errors
/// As [`record_dose`].
pub async fn record_draft(hub: &Hub, caller: &Caller, draft: &str) -> Result<Recorded, Refusal> {
    let draft = opened_draft(hub, caller, draft)?;
    let tree = crate::intake::read(draft.dose.as_bytes())?;
    let asked = intake::parse(tree.root()).map_err(Refusal::from)?;
    record(hub, caller, draft.reception, (asked, Arrives::Late)).await
}

/// When a dose comes to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrives {
    AtOnce,
    /// The gate was open when it was given; others may have told of it since.
    Late,
}

async fn record(
    hub: &Hub,
    caller: &Caller,
    reception: Reception,
    (asked, arrives): (DoseAsked, Arrives),
) -> Result<Recorded, Refusal> {
    let (book, request, item) =
        (Arc::clone(&hub.book), request_of(hub, caller, &reception), hub.name());
    let recorded = hub.store.write(move |tx| {
        let (access, _) = enter_again(tx, &request, &reception)??;
        let institution = tx.institution(&reception.institution)?.map(|it| it.name);
        let (outcome, home, now) = {
            let mut room = tx.enter(access)?;
            let now = room.home(request.at.day_in_japan())?;
            let mut deed = Deed::new(&mut room, &book, &reception, &asked)?;
            if arrives == Arrives::Late {
                deed.as_it_was_then(&asked);
            }
            (deed.recorded(&mut room, &asked, (&item, institution))?, deed.home, now)
        };
        match outcome {
            Ok(recorded) => {
                // Whoever moved since: the old municipality's programme, the new one's resident.
                let now = now.filter(|now| home.as_ref() != Some(now));
                for told in home.iter().chain(&now).filter(|_| !recorded.again) {
                    tx.tell(told, "dose-recorded", &recorded.item, request.at)?;
                }
                Ok(Ok(recorded))
            }
            Err(stops) => {
                count(tx, &reception, (home.as_deref(), &asked.product), &stops)?;
                Ok(Err(closed(&stops)))
            }
        }
    });
    let recorded = recorded.await.map_err(|refusal: Refusal| refusal)?;
    hub.news.notify_waiters();
    recorded
}

/// Everything that a deed at the gate reads, once.
struct Deed<'a> {
    book: &'a Lawbook,
    reception: &'a Reception,
    chart: Chart,
    forms: Vec<super::form::KeptForm>,
    home: Option<String>,
    /// Since when the lot is recalled.
    recalled: Option<Instant>,
    today: Date,
    at: Instant,
    actor: String,
}

impl<'a> Deed<'a> {
    fn new(
        room: &mut Room<'_, '_>,
        book: &'a Lawbook,
        reception: &'a Reception,
        asked: &DoseAsked,
    ) -> Result<Self, Refusal> {
        let at = room.access().request().at;
        let today = at.day_in_japan();
        let chart = Chart::read(room, &book.immunization)?.ok_or_else(Refusal::not_found)?;
        let forms = forms_of(room, &book.forms)?;
        let home = room.home(asked.on.unwrap_or(today))?;
        let actor = room.access().request().caller.actor.clone();
        let recalled = None;
        let mut deed = Self { book, reception, chart, forms, home, recalled, today, at, actor };
        let desk = deed.desk();
        let read = desk.read(asked).map_err(Refusal::from)?;
        let product = &book.immunization.products[usize::from(read.material.product)].code;
        let lot = read.material.lot.clone();
        deed.recalled = room.recalled(product, &lot)?;
        Ok(deed)
    }

    /// What came after the dose does not stand in its way: others told of it before its draft arrived,
    /// a later dose was given, its lot was recalled.
    fn as_it_was_then(&mut self, asked: &DoseAsked) {
        let (schedule, on) = (&self.book.immunization, asked.on.unwrap_or(self.today));
        self.chart.leave_out_told(schedule, (&asked.product, on), &self.reception.institution);
        self.chart.leave_out_after(schedule, on);
        self.recalled = self.recalled.filter(|since| since.day_in_japan() <= on);
    }

    fn desk(&self) -> Desk<'_> {
        let by = match self.reception.card.is_some() {
            true => IdentifiedBy::Card,
            false => IdentifiedBy::NameAndBirth,
        };
        Desk {
            book: self.book,
            chart: &self.chart,
            forms: &self.forms,
            institution: &self.reception.institution,
            by,
            received_on: self.reception.at.day_in_japan(),
            today: self.today,
            home: self.home.as_deref(),
        }
    }

    /// The outcome of the gate.
    fn walked(&self, asked: &DoseAsked) -> Result<Result<Passed, Vec<Stopped>>, Refusal> {
        let desk = self.desk();
        let mut read = desk.read(asked).map_err(Refusal::from)?;
        read.material.recalled = self.recalled.is_some();
        Ok(desk.walk(&read).map_err(|stops| stopped(self.book, &stops)))
    }

    /// Records what passes; finds what was recorded before.
    fn recorded(
        &self,
        room: &mut Room<'_, '_>,
        asked: &DoseAsked,
        (item, institution): (&str, Option<String>),
    ) -> Result<Result<Recorded, Vec<Stopped>>, Refusal> {
        // That it was put off first is no dose: it may be given later at the same visit.
        let teller = if asked.possible { "gate" } else { "put-off" };
        let key = format!("{teller}\u{1f}{}\u{1f}{}", self.reception.id, asked.product);
        let desk = self.desk();
        let read = desk.read(asked).map_err(Refusal::from)?;
        if let Some(before) = self.before(room, &key)? {
            return same(before, asked, &read).map(Ok);
        }
        let cancelled_on = self.cancelled_on(room, &key)?;
        if cancelled_on.is_some_and(|day| may_be_of(asked, day)) {
            return Err(cancelled());
        }
        let face = match (asked.possible, self.walked(asked)?) {
            (false, _) if asked.reason.trim().is_empty() => return Err(no_reason()),
            (false, _) if !self.is_of_this_visit(read.on) => return Err(wrong_day()),
            (false, _) => self.put_off(asked, &read, institution),
            (true, Ok(passed)) => self.passed(&passed, &read, institution),
            (true, Err(stops)) => return Ok(Err(stops)),
        };
        let given = face.status == DoseStatus::Completed;
        let custodian = self.home.as_deref().unwrap_or(&self.reception.institution);
        let new = New {
            kind: Record::Dose,
            key: &key,
            item,
            hidden: false,
            custodian,
            author: &self.actor,
            at: self.at,
        };
        // What was cancelled and is recorded anew, of another day, goes on under its old id.
        let mut place = String::new();
        let written = room.put(&new, |item| {
            item.clone_into(&mut place);
            dose::write(&face, item, &self.chart.patient)
        })?;
        room.file_dose(&place, &face.product, face.lot.as_deref())?;
        Ok(Ok(Recorded { item: place, again: written == Written::Unchanged, given }))
    }

    fn is_of_this_visit(&self, on: Date) -> bool {
        self.reception.at.day_in_japan() <= on && on <= self.today
    }

    fn before(
        &self,
        room: &mut Room<'_, '_>,
        key: &str,
    ) -> Result<Option<(String, DoseFace)>, StoreError> {
        let rows = room.read(Record::Dose)?;
        let known = rows.iter().find(|row| row.key == key);
        let read = |row: &store::record::Stored| {
            let face = dose::read(&row.body).map_err(crate::eligibility::unreadable)?;
            Ok((row.item.clone(), face))
        };
        known.map(read).transpose()
    }

    /// The day of what was cancelled under this key: a late copy of it must not bring it back.
    fn cancelled_on(&self, room: &mut Room<'_, '_>, key: &str) -> Result<Option<Date>, StoreError> {
        let ended = room.ended(Record::Dose, key)?;
        let face = ended.map(|row| dose::read(&row.body).map_err(crate::eligibility::unreadable));
        Ok(face.transpose()?.map(|face| face.on))
    }

    /// The dose as the record keeps it: made from what passed the gate, and from nothing else.
    fn passed(&self, passed: &Passed, read: &Read<'_>, institution: Option<String>) -> DoseFace {
        let (schedule, material) = (&self.book.immunization, passed.material());
        let (series, number) = passed.place();
        let product = &schedule.products[usize::from(material.product)];
        let number = number.and_then(|number| u8::try_from(number).ok()).map(DoseNumber::Number);
        let program = if passed.is_routine() { Program::Routine } else { Program::Voluntary };
        let reason = passed.judgement().reason.trim();
        DoseFace {
            product_name: Some(product.ja.clone()),
            gtin: read.vial.as_ref().map(|vial| vial.package.gtin.to_string()),
            institution: Some(self.reception.institution.clone()),
            institution_name: institution,
            physician: Some(passed.judgement().physician.clone()),
            lot: Some(material.lot.clone()),
            expires: material.expires,
            site: material.site.map(|site| site.code().to_owned()),
            route: material.route.map(|route| route.code().to_owned()),
            hundredths: material.hundredths.and_then(|amount| u16::try_from(amount).ok()),
            series: series.map(|id| schedule.series[usize::from(id)].code.clone()),
            number: number.filter(|_| series.is_some()),
            municipality: self.home.clone().filter(|_| series.is_some()),
            program: Some(program),
            special: read.asked.delay.map(|(reason, _)| special(reason).to_owned()),
            form: read.form.map(|kept| format!("QuestionnaireResponse/{}", kept.item)),
            override_reason: (!reason.is_empty()).then(|| reason.to_owned()),
            note: self.note(passed),
            ..DoseFace::new(&product.code, passed.dose().date, self.at, Origin::Gate)
        }
    }

    /// How the person was identified where no card answered, and that the form is on paper.
    fn note(&self, passed: &Passed) -> Option<String> {
        let by_name = passed.identified_by() == IdentifiedBy::NameAndBirth;
        let notes = [
            by_name.then_some("氏名と生年月日で本人を確かめた"),
            passed.consent().on_paper.then_some("紙の予診票で同意"),
        ];
        let notes: Vec<&str> = notes.into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join("。"))
    }

    /// 予診のみ: nothing was given.
    fn put_off(&self, asked: &DoseAsked, read: &Read<'_>, institution: Option<String>) -> DoseFace {
        DoseFace {
            status: DoseStatus::NotDone,
            status_reason: Some("postponed".to_owned()),
            institution: Some(self.reception.institution.clone()),
            institution_name: institution,
            physician: Some(asked.physician.clone()),
            form: read.form.map(|kept| format!("QuestionnaireResponse/{}", kept.item)),
            note: Some(asked.reason.trim().to_owned()),
            ..DoseFace::new(&asked.product, read.on, self.at, Origin::Gate)
        }
    }
}

/// Whether a dose may be of a day: sent again after midnight, one that names none is of the day before.
fn may_be_of(asked: &DoseAsked, day: Date) -> bool {
    asked.on.is_none_or(|on| on == day)
}

/// The same dose again, or another one under the same reception.
fn same(
    (item, before): (String, DoseFace),
    asked: &DoseAsked,
    read: &Read<'_>,
) -> Result<Recorded, Refusal> {
    let given = before.status == DoseStatus::Completed;
    let material = &read.material;
    let what = before.lot.as_deref().is_some_and(|lot| lot_key(lot) == lot_key(&material.lot))
        && before.expires == material.expires
        && before.hundredths.map(u32::from) == material.hundredths
        && before.site.as_deref() == material.site.map(Site::code)
        && before.route.as_deref() == material.route.map(Route::code)
        && before.physician.as_deref() == Some(&*asked.physician);
    match may_be_of(asked, before.on) && given == asked.possible && (what || !given) {
        true => Ok(Recorded { item, again: true, given }),
        false => Err(differently()),
    }
}

const fn special(reason: domain::immunization::DelayReason) -> &'static str {
    match reason {
        domain::immunization::DelayReason::LongTermIllness => "long-term-illness",
        domain::immunization::DelayReason::Shortage => "shortage",
        domain::immunization::DelayReason::Disaster => "disaster",
    }
}

fn open(book: &Lawbook, chart: &Chart, passed: &Passed, draft: &str) -> Gate {
    let schedule = &book.immunization;
    let (series, number) = passed.place();
    let series = series.map(|id| schedule.series[usize::from(id)].ja.as_str());
    let place = series.zip(number).map(|(series, number)| format!("{series} {number}回目"));
    let material = passed.material();
    Gate::Open {
        draft: draft.to_owned(),
        routine: passed.is_routine(),
        place: place.unwrap_or_default(),
        what: Given {
            who: crate::resident::display_name(&chart.five),
            birth: chart.birth,
            product: schedule.products[usize::from(material.product)].ja.clone(),
            lot: material.lot.clone(),
            expires: material.expires,
            hundredths: material.hundredths,
            on: passed.dose().date,
        },
    }
}

fn stopped(book: &Lawbook, stops: &[Stop<'_>]) -> Vec<Stopped> {
    let schedule = &book.immunization;
    let told = stops.iter().map(|stop| Stopped {
        step: stop.step.code(),
        step_name: stop.step.ja(),
        code: stop.code(),
        possible_from: stop.possible_from(),
        ja: stop.sentence(schedule, Reader::Clinician),
        en: stop.sentence(schedule, Reader::English),
    });
    told.collect()
}

/// Counts what a report of mistakes would have called a mistake: once a reception, vaccine and code,
/// however often the desk tries.
fn count(
    tx: &mut Tx<'_>,
    reception: &Reception,
    (home, product): (Option<&str>, &str),
    stops: &[Stopped],
) -> Result<(), StoreError> {
    let Some(home) = home else { return Ok(()) };
    for stop in stops.iter().filter(|stop| Mistake::of(stop.code) != Mistake::Other) {
        let once = format!("{}\0{product}\0{}", reception.id, stop.code);
        let once = (STOP, once.as_bytes(), reception.expires);
        let day = reception.at.day_in_japan();
        let at = (home, reception.institution.as_str());
        tx.count_stop(once, at, day, (stop.step, stop.code))?;
    }
    Ok(())
}

fn closed(stops: &[Stopped]) -> Refusal {
    let all: Vec<Finding> = stops
        .iter()
        .map(|stop| Finding::stop(stop.code, stop.step, stop.ja.clone(), stop.en.clone()))
        .collect();
    let first = all.first().cloned();
    let (ja, en) = first.map(|it| (it.ja, it.en)).unwrap_or_default();
    Refusal { at: "dose".into(), all, ..Refusal::new(Kind::Invalid, "gate-closed", ja, en) }
}

fn wrong_day() -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "wrong-day",
        "受付の日から今日までの日付を入れてください。",
        "Send a day from the reception until today.",
    );
    Refusal { at: "dose/date".into(), ..refusal }
}

fn no_reason() -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "reason-missing",
        "見合わせる理由を書いてください。",
        "Write why it is put off.",
    );
    Refusal { at: "dose/reason".into(), ..refusal }
}

fn differently() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "recorded-differently",
        "この受付では、このワクチンが別の内容で記録されています。直すときは訂正してください。",
        "This vaccine was recorded differently under this reception; correct that record instead.",
    )
}

fn cancelled() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "dose-cancelled",
        "この受付のこの接種は取り消されています。実際に接種したときは、もう一度受け付けてから記録してください。",
        "This dose was cancelled under this reception; if it was given, receive the person again.",
    )
}
