//! The pages of a form from sample answers, for the gallery.

use domain::finding::Finding;
use domain::form::{Answer, Answers, By, Consent, Consenter, Language, Reception, Sheet};
use domain::immunization::{DoseName, Status};
use domain::instant::Instant;
use hub::immunization::form::{Entry, FormList, FormView, SeriesName};
use jiff::civil::date;
use lawbook::Lawbook;
use maud::Markup;

use super::step::Shown;
use super::{Trail, check, list, print, say, step};
use crate::look::Frame;

const CSRF: &str = "token-of-the-form";
/// 2026-11-24 12:00 in Japan.
const NOW: Instant = Instant(1_795_489_200_000);

/// Every page; `nasty` is what somebody may be called.
pub(crate) fn pages(frame: &Frame, nasty: &str) -> Vec<(&'static str, &'static str, Markup)> {
    let book = Lawbook::embedded().unwrap();
    let plain = view(&book, "都城 一花");
    let awful = view(&book, nasty);
    let (ja, easy) = (trail(Language::Japanese), trail(Language::Easy));
    let wrap = |trail: &Trail, body: Markup| {
        trail.page(frame, (say::LIST.of(trail.language), &Trail::list), &body)
    };
    let day = |day: jiff::civil::Date| day.to_string();
    let (findings, written) = wrong(nasty);
    let shown = Shown { findings: &findings, written: &written };
    let step = |trail: &Trail, view: &FormView, at, shown: &Shown<'_>| {
        wrap(trail, step::step(trail, view, (at, CSRF), shown))
    };
    let received = received(&plain);
    vec![
        ("form-list", "書きかけ", wrap(&ja, list::list(&ja, &listed(&book), &day))),
        ("form-person", "手順 1/", step(&ja, &plain, 0, &Shown::default())),
        ("form-easy", "ページ 2/", step(&easy, &plain, 1, &Shown::default())),
        ("form-wrong", "34.0から42.0", step(&ja, &awful, 1, &shown)),
        ("form-check", "答えを確かめる", wrap(&ja, check::answers(&ja, &awful))),
        ("form-received", "医療機関が受け付けました", wrap(&ja, check::answers(&ja, &received))),
        ("form-consent", "提出する", wrap(&ja, check::consent(&ja, &awful, (&[], None), CSRF))),
        ("form-done", "持っていくもの", wrap(&ja, check::done(&ja, &received))),
        ("form-withdraw", "理由", wrap(&ja, check::withdraw(&ja, &plain, (&[], nasty), CSRF))),
        ("form-print", "ロット番号", wrap(&ja, print::sheet(&ja, &received, false, &day))),
        ("form-paper", "ロット番号", wrap(&ja, print::sheet(&ja, &plain, true, &day))),
    ]
}

fn trail(language: Language) -> Trail {
    let (form, series) = ("rota".to_owned(), "rota-1v".to_owned());
    Trail { child: Some("0f1e2d".to_owned()), language, form, series }
}

fn series() -> SeriesName {
    let (code, ja, en) = ("rota-1v".into(), "ロタウイルス（1価）".into(), "Rotavirus".into());
    SeriesName { code, ja, en }
}

fn view(book: &Lawbook, name: &str) -> FormView {
    let today = NOW.day_in_japan();
    let form = book.forms.fitting("rota-1v", date(2026, 9, 24), today)[0].clone();
    let mut answers = Answers::default();
    for (id, answer) in [
        ("name", Answer::Text(name.to_owned())),
        ("birth", Answer::Date(date(2026, 9, 24))),
        ("sex", Answer::Code("male".to_owned())),
        ("temperature", Answer::Tenths(372)),
        ("ill-today", Answer::YesNo(true)),
        ("ill-today.detail", Answer::Text(format!("せき {name}"))),
        ("ill-month", Answer::YesNo(false)),
    ] {
        answers.set(id, answer);
    }
    let sheet = Sheet::begin(&form, answers, NOW);
    FormView {
        open: form.validate(&sheet.answers, By::Family, today),
        form,
        series: series(),
        dose: Some(DoseName::Primary(1)),
        name: name.to_owned(),
        sheet,
        edition: "a1.3".to_owned(),
        by: Consenter::Guardian,
        signer: name.to_owned(),
        withheld: vec!["address".to_owned()],
        talk: vec!["ill-today".to_owned()],
    }
}

fn received(view: &FormView) -> FormView {
    let mut view = view.clone();
    view.sheet.consent = Some(Consent {
        explained: true,
        agrees: true,
        by: Consenter::Guardian,
        name: "都城 花子".to_owned(),
        at: NOW,
    });
    view.sheet.submitted = Some(NOW);
    view.sheet.received = Some(Reception { at: NOW, institution: "4510210018".to_owned() });
    view
}

fn wrong(nasty: &str) -> (Vec<Finding>, Vec<(String, String)>) {
    let finding = |code, at: &'static str| Finding::stop(code, at, "直してください。", "Mend it.");
    let findings = vec![
        finding("form-out-of-range", "temperature"),
        finding("form-too-long", "ill-today.detail"),
        finding("form-required", "contact-month"),
        finding("form-unknown-item", ""),
    ];
    let written = ["temperature", "ill-today.detail"];
    (findings, written.map(|id| (id.to_owned(), nasty.to_owned())).to_vec())
}

fn listed(book: &Lawbook) -> FormList {
    use domain::form::State::{Draft, Received, Submitted};
    let form = book.forms.fitting("rota-1v", date(2026, 9, 24), NOW.day_in_japan())[0];
    let entry = |state| Entry {
        form: form.id.clone(),
        title: form.title.clone(),
        first: "person".to_owned(),
        series: series(),
        dose: Some(DoseName::Booster),
        status: Status::Now,
        until: Some(date(2027, 3, 10)),
        state,
    };
    let entries = [None, Some(Draft), Some(Submitted), Some(Received)].map(entry).to_vec();
    FormList { name: "都城 一花".to_owned(), followed: true, entries, others_sign: true }
}
