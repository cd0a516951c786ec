//! Sample models of the pages on which a municipality follows immunisation, and of recalls.

use std::collections::BTreeMap;

use domain::immunization::DoseName;
use domain::immunization::coverage::{Counts, OfSeries, Standing};
use domain::immunization::reminder::Occasion;
use domain::instant::Instant;
use hub::immunization::coverage::{Missing, MissingPage};
use hub::immunization::inbox::{Letter, LetterState};
use hub::immunization::notice::{Group, Preview, PreviewRow, Sending};
use hub::immunization::recall::{RecallView, Recipients};
use jiff::civil::date;
use maud::{Markup, html};

use super::{NASTY, frame};
use crate::look::part::Tone;
use crate::look::picture::Slice;
use crate::municipality::immunization::view::{List, Page, Series, coverage, missing};
use crate::municipality::immunization::{notices, recalls};
use crate::municipality::view::Office;
use crate::operator::recalls as operated;

const NOW: Instant = Instant(1_795_489_200_000);

pub(super) fn pages() -> Vec<(&'static str, &'static str, Markup)> {
    let me = frame("こども課 担当者", "自治体職員");
    let operator = frame("運用担当", "運用者");
    let office = Office { name: "宮崎県 都城市".to_owned(), held: 0 };
    let series = [("mr-1".to_owned(), "麻しん風しん第1期".to_owned())];
    let nobody = Preview { total: 0, rows: Vec::new(), groups: Vec::new(), ..preview() };
    let running = Sending { total: 3_200, sent: 1_180, skipped: 20, done: false };
    let done = Sending { sent: 3_150, skipped: 50, done: true, ..running };
    let list = [recall(Some(3)), RecallView { here: Some(0), ..recall(None) }];
    let rows = vec![vec![html! { b { (NASTY) } }, html! {}, html! {}, html! {}]];
    vec![
        ("office-coverage", "麻しん風しん", coverage(&me, &office, &counted())),
        ("office-coverage-empty", "まだない", coverage(&me, &office, &Page::default())),
        ("office-missing", "時期を過ぎた", missing(&me, &office, &who())),
        ("office-notices", "送る人を確かめる", notices::choice(&me, &office, &series)),
        ("office-notices-preview", "届く人", notices::shown(&me, &office, &preview())),
        (
            "office-notices-none",
            "いま送るお知らせはありません",
            notices::shown(&me, &office, &nobody),
        ),
        ("office-notices-running", "続きを送る", notices::how_far(&me, &office, ("t", &running))),
        ("office-notices-done", "終わりました", notices::how_far(&me, &office, ("t", &done))),
        ("office-recalls", "3 人", recalls::view(&me, &office, &list)),
        ("office-recalls-none", "回収されたロットはありません", recalls::view(&me, &office, &[])),
        ("office-recall", "回収されたロットです", recalls::who(&me, &office, (&got(), &rows))),
        (
            "operator-recalls",
            "誤りなので取り消す",
            operated::view(&operator, &list, &[("mr", "MR")]),
        ),
    ]
}

/// Notices in somebody's inbox: one for each state.
pub(super) fn letters(name: &str) -> Vec<Letter> {
    let letter = |state, n: i64| {
        Letter {
        id: format!("n{n}"),
        at: Instant(NOW.0 - n * 86_400_000),
        from: name.to_owned(),
        series: "麻しん風しん第1期".to_owned(),
        dose: Some(DoseName::Primary(1)),
        text: "麻しん風しん第1期 1回目は、令和8年11月19日から受ける時期です。令和9年11月19日まで、定期接種として受けられます。医療機関に予約して、受けてください。".to_owned(),
        opened: None,
        state,
    }
    };
    let states = [LetterState::Open, LetterState::Done, LetterState::Over, LetterState::Superseded];
    (0..).zip(states).map(|(n, state)| letter(state, n)).collect()
}

fn counts(people: u32, doses: [u32; 5], ended: u32) -> Counts {
    let mut counts = Counts { people, doses, ..Counts::default() };
    counts.standing[Standing::Complete as usize] = doses[1];
    counts.standing[Standing::Waiting as usize] = doses[0] - doses[1];
    counts.standing[Standing::Overdue as usize] = people - doses[0] - ended;
    counts.standing[Standing::Ended as usize] = ended;
    counts
}

fn counted() -> Page {
    let cohorts: BTreeMap<i16, Counts> = (2016..2026)
        .map(|year| {
            (year, counts(1_000, [980 - (2026 - i32::from(year)).unsigned_abs(), 940, 0, 0, 0], 4))
        })
        .collect();
    let months = (2..24)
        .map(|month| (month, counts(80, [u32::from(month) * 3, u32::from(month), 0, 0, 0], 0)));
    let of = OfSeries {
        all: counts(10_000, [9_750, 9_400, 0, 0, 0], 40),
        cohorts,
        months: months.collect(),
    };
    let series = |code: &str, name: &str| Series {
        code: code.to_owned(),
        name: name.to_owned(),
        of: of.clone(),
    };
    let stop = |label: &str, count| Slice { label: label.to_owned(), count, tone: Tone::Info };
    Page {
        at: "2026-11-24 12:00".to_owned(),
        people: 162_000,
        unknown: 3,
        series: vec![series("mr-1", "麻しん風しん第1期"), series("rota-1v", NASTY)],
        stops: vec![stop("回数と間隔：接種間隔が足りない", 41), stop(NASTY, 2)],
        since: "2026-04-01".to_owned(),
    }
}

fn who() -> List {
    let one = |name: &str, standing, dose| Missing {
        name: name.to_owned(),
        kana: "ミヤコノジョウ サクラ".to_owned(),
        birth: date(2025, 5, 10),
        dose,
        standing,
        until: Some(date(2027, 5, 9)),
    };
    let people = vec![
        one("都城 さくら", Standing::Overdue, Some(DoseName::Primary(1))),
        one(NASTY, Standing::PutOff, Some(DoseName::Booster)),
        Missing { until: None, ..one("都", Standing::Excluded, None) },
    ];
    let series = ("mr-1".to_owned(), "麻しん風しん第1期".to_owned());
    let list = MissingPage { series, people, from: 0, total: 250 };
    List { list, standing: Some(Standing::Overdue), next: Some(100) }
}

fn preview() -> Preview {
    let series = ("mr-1".to_owned(), "麻しん風しん第1期".to_owned());
    let row = |name: &str, withheld| PreviewRow {
        name: name.to_owned(),
        birth: date(2025, 5, 10),
        series: series.clone(),
        dose: DoseName::Primary(1),
        occasion: Occasion::LastChance,
        until: date(2027, 5, 9),
        withheld,
    };
    let group = |recommended, count| Group {
        series: series.clone(),
        dose: DoseName::Primary(1),
        occasion: Occasion::DueSoon,
        recommended,
        count,
    };
    Preview {
        token: "0123456789abcdef".to_owned(),
        made: NOW,
        total: 3_200,
        people: 2_900,
        groups: vec![group(true, 3_000), group(false, 200)],
        rows: vec![row("都城 さくら", false), row(NASTY, true)],
    }
}

fn recall(here: Option<i64>) -> RecallView {
    RecallView {
        product: ("mr".to_owned(), "MR（麻しん風しん混合）".to_owned()),
        lot: "MR-001".to_owned(),
        reason: NASTY.to_owned(),
        since: NOW,
        here,
    }
}

fn got() -> Recipients {
    let RecallView { product, lot, reason, .. } = recall(None);
    Recipients { product, lot, reason: Some(reason), people: Vec::new(), others: 2 }
}
