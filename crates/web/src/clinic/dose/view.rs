//! The pages of the desk of a dose.
//!
//! | form | fields |
//! |---|---|
//! | `POST /clinic/immunization/receive` | `csrf` and `card`, `pin`, or `name`, `birth` |
//! | `POST /clinic/immunization/again` | `csrf`, `reception` |
//! | `POST /clinic/immunization/check`, `…/put-off` | [`DoseForm`] |
//! | `POST /clinic/immunization/record` | `csrf`, `draft`, `reception` |
//!
//! What passed the gate waits as a sealed draft in the page. When it is sent as given the browser
//! keeps it until the record says that it has it (`data-draft`, `data-draft-done`), or somebody says
//! that nothing was given: a network that fails loses nothing.

use domain::form::State;
use domain::immunization::DoseName;
use hub::Refusal;
use hub::immunization::desk::{Choice, DeskView, DoseSeen, FormSeen};
use hub::immunization::record::{Given, Recorded, Stopped};
use jiff::civil::Date;
use maud::{Markup, html};

use super::entry::choosable;
use super::form::{Carried, DoseForm};
use crate::clinic::view::nav;
use crate::look::form::{self, Field, VirtualCard};
use crate::look::part::{self, Tone};
use crate::look::refusal::{Refusal as CardRefusal, Side, refusal};
use crate::look::{Audience, Frame, Layout, page, picture};

/// The desk while it waits.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// Virtual cards to choose from.
    pub cards: Vec<VirtualCard>,
    /// What to say about the PIN of virtual cards.
    pub pin_hint: Option<String>,
    /// Why nobody was received.
    pub said: Said,
}

/// Why nobody was received.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The card said no.
    pub card: Option<CardRefusal>,
    /// The hub said no: its sentence and code.
    pub hub: Option<(String, &'static str)>,
}

impl Said {
    /// What the hub said.
    #[must_use]
    pub fn refused(refusal: &Refusal) -> Self {
        Self { card: None, hub: Some((refusal.ja.clone(), refusal.code)) }
    }
}

/// What the desk tried last, and what came of it.
#[derive(Debug, Clone, Default)]
pub struct Attempt {
    /// As typed.
    pub typed: DoseForm,
    /// What stops it.
    pub stops: Vec<Stopped>,
    /// Or why it did not read.
    pub refusal: Option<Refusal>,
}

/// Somebody who was received.
pub struct Reception<'a> {
    /// What the desk holds.
    pub token: &'a str,
    /// Who, with form, history and choices.
    pub view: &'a DeskView,
    /// 「0歳」
    pub age: String,
    /// 「女」
    pub sex: &'a str,
    /// What was tried last.
    pub attempt: &'a Attempt,
    /// Writes a day for people.
    pub day: &'a dyn Fn(Date) -> String,
}

/// The way on with the same person.
#[derive(Debug, Clone, Default)]
pub struct Next {
    /// The reception; empty if it is not known.
    pub token: String,
    /// What the next vaccine begins with.
    pub carried: Carried,
    /// What names the draft in the browser's store: its beginning; empty for none.
    pub draft: String,
}

/// A dose that may be given.
pub struct Open<'a> {
    /// The sealed draft.
    pub draft: String,
    /// The reception.
    pub token: String,
    /// What the next vaccine begins with.
    pub carried: Carried,
    /// 定期, or 任意.
    pub routine: bool,
    /// 「5種混合 1回目」
    pub place: String,
    /// What is given.
    pub what: Given,
    /// Writes a day for people.
    pub day: &'a dyn Fn(Date) -> String,
}

/// Waiting for somebody.
#[must_use]
pub fn waiting(frame: &Frame, model: &Waiting) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "予防接種の受付").with_nav(nav(true));
    page(
        &layout,
        &html! {
            h1.visually-hidden { "予防接種の受付" }
            div aria-live="polite" {
                @if let Some(reason) = model.said.card { (refusal(reason, Side::Desk)) }
                @if let Some((sentence, code)) = &model.said.hub {
                    (part::alert(Tone::Stop, "受け付けられませんでした", &html! {
                        p { (sentence) }
                        p.code-line { "コード " code { (code) } }
                    }))
                }
            }
            (unfinished(&frame.csrf))
            div.desk {
                div.waiting {
                    (picture::reader())
                    p.waiting-title { "カードをリーダーに置いてください" }
                    p.english lang="en" { "Place the card on the reader" }
                }
                div {
                    @if !model.cards.is_empty() { (tap(&frame.csrf, model)) }
                    (by_name(&frame.csrf, model.cards.is_empty()))
                }
            }
        },
    )
}

/// A draft that the browser kept; the script shows each and fills it in.
fn unfinished(csrf: &str) -> Markup {
    html! {
        form.card.draft-kept method="post" action="/clinic/immunization/record" data-draft-kept hidden {
            (form::csrf(csrf))
            input type="hidden" name="draft" value="";
            h2 { "記録が終わっていない接種があります" }
            p { b data-draft-what {} }
            p { "「接種した」と送る途中で通信が切れた下書きです。送ると、1回だけ記録されます。" }
            div.gate-buttons {
                (form::submit("記録を送る"))
                button type="button" data-draft-forget { "接種していない。下書きを消す" }
            }
        }
    }
}

fn tap(csrf: &str, model: &Waiting) -> Markup {
    html! {
        section.card aria-labelledby="tap-title" {
            h2 #tap-title { "仮想カードで試す" }
            form method="post" action="/clinic/immunization/receive" {
                (form::csrf(csrf))
                (form::cards(&model.cards))
                (form::pin(model.pin_hint.as_deref()))
                (form::submit("受け付ける"))
            }
        }
    }
}

fn by_name(csrf: &str, open: bool) -> Markup {
    let name = Field {
        name: "name",
        label: "氏名（漢字かカナ）",
        required: true,
        max_length: 100,
        ..Field::default()
    };
    let birth = Field {
        name: "birth",
        label: "生年月日",
        hint: "例 2026-09-10",
        required: true,
        max_length: 10,
        ..Field::default()
    };
    html! {
        details.card open[open] {
            summary { h2 { "カードが使えないときは氏名と生年月日で" } }
            form method="post" action="/clinic/immunization/receive" {
                (form::csrf(csrf))
                p.hint { "本人確認書類で確かめてください。カードによらない受付として記録されます。" }
                div.fields { (form::field(&name)) (form::field(&birth)) }
                (form::submit("受け付ける"))
            }
        }
    }
}

/// Somebody was received.
#[must_use]
pub fn reception(frame: &Frame, model: &Reception<'_>) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "予防接種の受付").with_nav(nav(true));
    let (view, attempt) = (model.view, model.attempt);
    let (may, not): (Vec<&Choice>, Vec<&Choice>) =
        view.today_options.iter().partition(|choice| !choice.products.is_empty());
    page(
        &layout,
        &html! {
            div aria-live="polite" { (outcome(attempt)) }
            div.answer {
                div.answer-who {
                    (who(model))
                    @for form in &view.forms { (filled(form, model.day)) }
                    @if view.forms.is_empty() {
                        (part::alert(Tone::Info, "オンラインの予診票はありません", &html! {
                            p { "紙の予診票で同意を確かめ、下の「紙の予診票」に書き写してください。" }
                        }))
                    }
                }
                section.certificates aria-labelledby="today-title" {
                    h2 #today-title { "今日接種できるもの" span.count { (may.len()) } }
                    @if view.municipality.is_none() {
                        (part::alert(Tone::Warn, "定期接種の対象として登録されていません", &html! {
                            p { "住所地の自治体に確かめてください。任意接種は行えます。" }
                        }))
                    }
                    @for choice in &may { (choosable(frame, model, choice)) }
                    @if may.is_empty() { p.empty { "今日、定期接種として接種できるものはありません。" } }
                    (impossible(&not, model.day))
                    (history(&view.history, model.day))
                }
            }
            p.seen-note {
                (picture::sign(Tone::Info))
                "この受付は記録され、ご本人のページの「見た人」に表示されます。"
            }
        },
    )
}

/// What came of the last attempt.
fn outcome(attempt: &Attempt) -> Markup {
    html! {
        @if let Some(refusal) = &attempt.refusal {
            (part::alert(Tone::Warn, "入力を直してください", &html! {
                @if refusal.all.len() > 1 {
                    ul { @for one in &refusal.all { li { (one.ja) } } }
                } @else { p { (refusal.ja) } }
            }))
        }
        @if !attempt.stops.is_empty() {
            (part::alert(Tone::Stop, "接種しないでください", &html! {
                ul.stops {
                    @for stop in &attempt.stops {
                        li { b { (stop.step_name) } " " (stop.ja) " " code { (stop.code) } }
                    }
                }
            }))
        }
    }
}

fn who(model: &Reception<'_>) -> Markup {
    let view = model.view;
    html! {
        section.card.who aria-label="受付した方" {
            @if !view.five.kana.is_empty() { p.kana { (view.five.kana) } }
            h1 { (view.five.name) }
            p.who-line {
                span { ((model.day)(view.birth)) "（" (view.birth) "）" }
                span { b { (model.age) } "　" (model.sex) }
            }
            p.answer-how {
                @if view.by_card { (part::badge(Tone::Good, "カードで確認")) }
                @else { (part::badge(Tone::Warn, "氏名と生年月日で確認")) }
                @if let Some(name) = &view.municipality { span { (name) } }
            }
            p.hint { "お名前と生年月日を言ってもらい、この画面と同じか確かめてください。" }
            a.button href="/clinic/immunization" { "次の方へ" }
        }
    }
}

/// A form, what must be heeded on top.
fn filled(form: &FormSeen, day: &dyn Fn(Date) -> String) -> Markup {
    let state = match (form.state, form.here) {
        (State::Received, true) => part::badge(Tone::Good, "受付済み"),
        (State::Received, false) => part::badge(Tone::Warn, "ほかの医療機関で受付済み"),
        (State::Draft, _) => part::badge(Tone::Warn, "書きかけ"),
        _ => part::badge(Tone::Plain, "未受付"),
    };
    html! {
        section.card aria-label={ "予診票 " (form.series_name) } {
            h2 { "予診票 " (form.series_name) " " (state) }
            @for heed in &form.warnings {
                (part::alert(if heed.grave { Tone::Stop } else { Tone::Warn }, &heed.answer, &html! {
                    p { (heed.question) }
                }))
            }
            @match &form.consent {
                Some(consent) if consent.agrees => {
                    p { "同意する · " (consent.name) " · " (day(consent.at.day_in_japan())) }
                }
                Some(_) => (part::alert(Tone::Stop, "同意しないと回答されています", &html! {})),
                None => p.hint { "まだ提出されていません。" },
            }
            details {
                summary { "すべての回答（" (form.answers.len()) "）" }
                dl.facts { @for (question, answer) in &form.answers { (part::fact(question, answer)) } }
            }
        }
    }
}

pub(super) fn number(dose: Option<DoseName>) -> String {
    match dose {
        Some(DoseName::Primary(number)) => format!("{number}回目"),
        Some(DoseName::Booster) => "追加".to_owned(),
        None => String::new(),
    }
}

fn impossible(not: &[&Choice], day: &dyn Fn(Date) -> String) -> Markup {
    html! {
        details.card {
            summary { h3 { "今日は接種できないもの（" (not.len()) "）" } }
            ul.doses {
                @for choice in not {
                    li {
                        p.dose-name { b { (choice.name) } " " (number(choice.dose)) }
                        @if let Some(earliest) = choice.earliest { p.hint { (day(earliest)) " から" } }
                        @for said in choice.notices.iter().take(2) { p.hint { (said.ja) } }
                    }
                }
            }
        }
    }
}

fn history(doses: &[DoseSeen], day: &dyn Fn(Date) -> String) -> Markup {
    html! {
        details.card {
            summary { h3 { "これまでの接種（" (doses.len()) "）" } }
            ul.doses {
                @for dose in doses {
                    li {
                        p.dose-name {
                            b { (dose.product) } " " (day(dose.on)) " " (dose.place) " "
                            @if !dose.counts { (part::badge(Tone::Warn, "回数に数えません")) }
                        }
                        @if !dose.lot.is_empty() { p.hint { "ロット " (dose.lot) " " (dose.institution) } }
                        @for said in &dose.notices { p.hint { (said.ja) } }
                    }
                }
            }
        }
    }
}

/// The gate is open: what is about to be given, once more, large.
#[must_use]
pub fn open(frame: &Frame, model: &Open<'_>) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "接種できます").with_nav(nav(true));
    let what = &model.what;
    let program = if model.routine { "定期接種" } else { "任意接種" };
    html! {
        (page(&layout, &html! {
            (part::alert(Tone::Good, "接種できます", &html! {
                p { (program) " · " (model.place) }
            }))
            section.card aria-label="接種の内容" {
                h1 { (what.product) }
                p.given-to { b { (what.who) } " 様　" ((model.day)(what.birth)) " 生まれ" }
                dl.facts {
                    (part::fact("ロット", &what.lot))
                    (part::fact("有効期限", &what.expires.map(model.day).unwrap_or_default()))
                    (part::fact("接種量", &what.hundredths
                        .map(|amount| format!("{}.{:02} mL", amount / 100, amount % 100))
                        .unwrap_or_default()))
                    (part::fact("接種日", &(model.day)(what.on)))
                }
                form method="post" action="/clinic/immunization/record"
                    data-draft={ (what.product) " ロット " (what.lot) } {
                    (form::csrf(&frame.csrf))
                    input type="hidden" name="draft" value=(model.draft);
                    input type="hidden" name="reception" value=(model.token);
                    (model.carried.hidden())
                    p.hint { "接種が済んだら記録してください。通信が切れても、下書きから1回だけ記録できます。" }
                    (form::submit("接種した。記録する"))
                }
            }
            (back(&frame.csrf, (&model.token, &model.carried), "接種せずに受付へ戻る"))
        }))
    }
}

fn back(csrf: &str, (token, carried): (&str, &Carried), label: &str) -> Markup {
    html! {
        @if !token.is_empty() {
            form method="post" action="/clinic/immunization/again" {
                (form::csrf(csrf))
                input type="hidden" name="reception" value=(token);
                (carried.hidden())
                button type="submit" { (label) }
            }
        }
    }
}

/// It is in the record.
#[must_use]
pub fn done(frame: &Frame, recorded: &Recorded, next: &Next) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "記録しました").with_nav(nav(true));
    let (title, line) = match (recorded.given, recorded.again) {
        (true, false) => ("記録しました", "ご本人のページと自治体に、いま届きました。"),
        (true, true) => ("記録済みです", "同じ接種は1回だけ記録されています。"),
        (false, _) => ("見合わせを記録しました", "接種はしていません。"),
    };
    page(
        &layout,
        &html! {
            h1.visually-hidden { (title) }
            div data-draft-done=(next.draft) {
                (part::alert(Tone::Good, title, &html! {
                    p { (line) }
                    p.code-line { "記録 " code { (recorded.item) } }
                }))
            }
            div.gate-buttons {
                (back(&frame.csrf, (&next.token, &next.carried), "同じ方の次の接種へ"))
                a.button.primary href="/clinic/immunization" { "次の方へ" }
            }
        },
    )
}

/// It is not in the record, and why.
#[must_use]
pub fn not_recorded(frame: &Frame, refusal: &Refusal, next: &Next) -> Markup {
    let layout = Layout::new(frame, Audience::Clinic, "記録していません").with_nav(nav(true));
    page(
        &layout,
        &html! {
            h1.visually-hidden { "記録していません" }
            (part::alert(Tone::Stop, "記録していません", &html! {
                @if refusal.all.is_empty() { p { (refusal.ja) } }
                @else { ul { @for one in &refusal.all { li { (one.ja) } } } }
                p.code-line { "コード " code { (refusal.code) } }
            }))
            div.gate-buttons {
                (back(&frame.csrf, (&next.token, &next.carried), "受付へ戻る"))
                a.button href="/clinic/immunization" { "次の方へ" }
            }
        },
    )
}
