//! Sample models of the desk of a dose.

use domain::finding::Severity;
use domain::form::{Consent, Consenter, State};
use domain::immunization::{DoseName, Route, Status};
use domain::instant::Instant;
use domain::person::{Birth, FiveAttributes, Sex};
use hub::immunization::desk::{Choice, DeskView, DoseSeen, FormSeen, Heed, Said, Vaccine};
use hub::immunization::record::{Given, Recorded, Stopped};
use hub::{Kind, Refusal};
use jiff::civil::{Date, date};
use maud::Markup;

use super::people::cards;
use super::{NASTY, frame};
use crate::clinic::dose::form::{Carried, DoseForm};
use crate::clinic::dose::view::{self, Attempt, Next, Open, Reception, Waiting};
use crate::look::Frame;
use crate::look::refusal::Refusal as CardRefusal;

const TODAY: Date = date(2026, 11, 24);
/// 2026-11-24 12:00 in Japan.
const NOW: Instant = Instant(1_795_489_200_000);

pub(super) fn pages() -> Vec<(&'static str, &'static str, Markup)> {
    let me = frame("みやこのじょう内科クリニック", "窓口");
    let said = |said| view::waiting(&me, &Waiting { said, ..waiting() });
    let card = view::Said { card: Some(CardRefusal::Revoked), hub: None };
    let refusal = Refusal::new(Kind::Invalid, "nobody-found", NASTY, "Nobody was found.");
    let (closed, misread) = (Attempt { stops: stops(), ..tried() }, refused(&refusal));
    let next = Next {
        token: "reception".to_owned(),
        carried: tried().typed.carried(),
        draft: String::new(),
    };
    let recorded = |again, given| {
        let item = "8a1218484370ea6d288a877ad8154433".to_owned();
        view::done(&me, &Recorded { item, again, given }, &next)
    };
    vec![
        ("dose", "カードをリーダーに置いてください", view::waiting(&me, &waiting())),
        ("dose-card-refused", "card-revoked", said(card)),
        ("dose-nobody", "nobody-found", said(view::Said::refused(&refusal))),
        ("dose-baby", "注意あり", reception(&me, "仮名陽菜", &Attempt::default())),
        ("dose-nasty", "ほかの医療機関で受付済み", reception(&me, NASTY, &Attempt::default())),
        ("dose-closed", "接種しないでください", reception(&me, "仮名陽菜", &closed)),
        ("dose-misread", "入力を直してください", reception(&me, NASTY, &misread)),
        ("dose-open", "接種した。記録する", view::open(&me, &open())),
        ("dose-done", "記録しました", recorded(false, true)),
        ("dose-again", "記録済みです", recorded(true, true)),
        ("dose-put-off", "見合わせを記録しました", recorded(false, false)),
        ("dose-not-recorded", "記録していません", view::not_recorded(&me, &refusal, &next)),
    ]
}

fn waiting() -> Waiting {
    let pin_hint = Some("デモの暗証番号は、カードの説明にあります。".to_owned());
    Waiting { cards: cards(), pin_hint, said: view::Said::default() }
}

/// What was typed, with a text that tries to be markup wherever one may type.
fn tried() -> Attempt {
    let typed = DoseForm {
        product: "dpt-ipv-hib".to_owned(),
        scan: NASTY.to_owned(),
        lot: NASTY.to_owned(),
        physician: NASTY.to_owned(),
        reason: NASTY.to_owned(),
        amount: "0.25".to_owned(),
        temperature: "36.8".to_owned(),
        paper_by: "guardian".to_owned(),
        paper_birth: "2023-08-16".to_owned(),
        explained: "yes".to_owned(),
        ..DoseForm::default()
    };
    Attempt { typed, stops: Vec::new(), refusal: None }
}

fn refused(refusal: &Refusal) -> Attempt {
    Attempt { refusal: Some(refusal.clone()), ..tried() }
}

fn stops() -> Vec<Stopped> {
    let stop = |step, step_name, code, ja: &str| Stopped {
        step,
        step_name,
        code,
        possible_from: Some(date(2026, 12, 18)),
        ja: ja.to_owned(),
        en: String::new(),
    };
    vec![
        stop(
            "identity",
            "本人確認",
            "other-person",
            "予診票の生年月日が、この方のものと違います。きょうだいの用紙ではないか確かめてください。",
        ),
        stop("sequence", "回数と間隔", "interval-too-short", NASTY),
        stop("material", "ワクチン・量・部位", "amount-wrong", "接種量が違います。0.50 mLです。"),
    ]
}

fn reception(frame: &Frame, name: &str, attempt: &Attempt) -> Markup {
    let seen = seen(name);
    let day = |day: Date| day.to_string();
    let model = Reception {
        token: "reception",
        view: &seen,
        age: "0歳2か月".to_owned(),
        sex: "女",
        attempt,
        day: &day,
    };
    view::reception(frame, &model)
}

fn seen(name: &str) -> DeskView {
    let nasty = name == NASTY;
    DeskView {
        five: FiveAttributes {
            name: name.to_owned(),
            kana: "カメイヒナ".to_owned(),
            birth: Birth::Day(date(2026, 9, 19)),
            sex: Sex::Female,
            address: String::new(),
        },
        birth: date(2026, 9, 19),
        today: TODAY,
        by_card: !nasty,
        municipality: (!nasty).then(|| "宮崎県都城市".to_owned()),
        forms: vec![filled(name, true), filled(name, !nasty), unsent()],
        history: vec![had(true), had(false)],
        today_options: vec![five(), rota(), too_young()],
    }
}

fn filled(name: &str, here: bool) -> FormSeen {
    let heed = |grave| Heed {
        code: "contact".to_owned(),
        grave,
        question: "1か月以内に、家族や周囲で感染症にかかった人がいますか".to_owned(),
        answer: format!("はい・{name}"),
    };
    FormSeen {
        item: "f1".to_owned(),
        title: "予防接種予診票".to_owned(),
        series: "dpt-ipv-hib".to_owned(),
        series_name: "5種混合".to_owned(),
        state: State::Received,
        here,
        consent: Some(Consent {
            explained: true,
            agrees: here,
            by: Consenter::Guardian,
            name: name.to_owned(),
            at: NOW,
        }),
        warnings: vec![heed(true), heed(false)],
        answers: vec![
            ("診察前の体温".to_owned(), "36.5".to_owned()),
            (name.to_owned(), NASTY.into()),
        ],
    }
}

fn unsent() -> FormSeen {
    FormSeen {
        state: State::Draft,
        here: false,
        consent: None,
        warnings: Vec::new(),
        series: "rota-1v".to_owned(),
        series_name: "ロタウイルス(1価)".to_owned(),
        ..filled("", false)
    }
}

fn had(counts: bool) -> DoseSeen {
    DoseSeen {
        item: "d1".to_owned(),
        on: date(2026, 11, 10),
        product: "B型肝炎".to_owned(),
        place: if counts { "B型肝炎 1回目".to_owned() } else { String::new() },
        lot: NASTY.to_owned(),
        institution: NASTY.to_owned(),
        counts,
        notices: vec![said("interval-too-short", Severity::Stop)],
    }
}

fn said(code: &'static str, severity: Severity) -> Said {
    let ja = "前の接種から27日以上あけてください。".to_owned();
    Said { code, severity, possible_from: None, ja, en: String::new() }
}

fn five() -> Choice {
    Choice {
        series: "dpt-ipv-hib".to_owned(),
        name: "5種混合".to_owned(),
        dose: Some(DoseName::Primary(1)),
        status: Status::Now,
        earliest: Some(TODAY),
        products: vec![vaccine("dpt-ipv-hib", &[Route::Subcutaneous, Route::Intramuscular])],
        notices: vec![said("caution", Severity::Warn)],
    }
}

fn rota() -> Choice {
    Choice {
        series: "rota-1v".to_owned(),
        name: "ロタウイルス(1価)".to_owned(),
        products: vec![vaccine("rota-1v", &[Route::Oral])],
        notices: Vec::new(),
        ..five()
    }
}

fn too_young() -> Choice {
    Choice {
        series: "mr-1".to_owned(),
        name: NASTY.to_owned(),
        status: Status::Before,
        earliest: Some(date(2027, 9, 18)),
        products: Vec::new(),
        notices: vec![said("too-young", Severity::Stop)],
        ..five()
    }
}

fn vaccine(code: &str, routes: &[Route]) -> Vaccine {
    Vaccine {
        code: code.to_owned(),
        name: code.to_owned(),
        hundredths: Some(50),
        routes: routes.to_vec(),
    }
}

fn open() -> Open<'static> {
    Open {
        draft: "sealed".to_owned(),
        token: "reception".to_owned(),
        carried: Carried { physician: NASTY.to_owned(), ..Carried::default() },
        routine: true,
        place: "5種混合 1回目".to_owned(),
        what: Given {
            who: NASTY.to_owned(),
            birth: date(2026, 9, 19),
            product: "5種混合".to_owned(),
            lot: NASTY.to_owned(),
            expires: Some(date(2027, 12, 31)),
            hundredths: Some(50),
            on: TODAY,
        },
        day: &|day| day.to_string(),
    }
}
