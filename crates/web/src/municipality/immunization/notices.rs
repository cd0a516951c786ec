//! Notices (勧奨): the officer sees who would be told of what, and then sends just that.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::immunization::reminder::Occasion;
use hub::Refusal;
use hub::immunization::notice::{
    Filter, Group, Preview, PreviewRow, Sending, notices_sent, preview_notices,
};
use maud::{Markup, html};

use super::view::dose;
use crate::App;
use crate::answer::{page as answer, refused_page, see};
use crate::asked::{Named, Sent};
use crate::caller::{OfficerSession, SignedIn, frame, same, stale_form};
use crate::look::part::{self, Stat, Tone};
use crate::look::picture::grouped;
use crate::look::{Frame, form, page};
use crate::municipality::office;
use crate::municipality::view::{Office, heading, layout};

/// Where these pages are.
const PLACE: &str = "/municipality/immunization/notices";
/// Notices that the page lists one by one.
const LISTED: usize = 500;

/// Which notices: fields `due-soon`, `overdue`, `last-chance`, each `on`, and `series`, one or empty.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    series: String,
    #[serde(default, rename = "due-soon")]
    due_soon: String,
    #[serde(default)]
    overdue: String,
    #[serde(default, rename = "last-chance")]
    last_chance: String,
}

impl Wanted {
    /// Nothing ticked is no filter that anybody means.
    fn filter(&self) -> Option<Filter> {
        let ticked = [&self.due_soon, &self.overdue, &self.last_chance];
        let occasions: Vec<Occasion> = Occasion::ALL
            .into_iter()
            .zip(ticked)
            .filter(|(_, tick)| *tick == "on")
            .map(|(occasion, _)| occasion)
            .collect();
        let series = Some(self.series.clone()).filter(|code| !code.is_empty());
        (!occasions.is_empty()).then(|| Filter { series: series.into_iter().collect(), occasions })
    }
}

pub(crate) async fn choose(OfficerSession(me): OfficerSession, State(app): State<App>) -> Response {
    match office(&app, &me).await {
        Ok(office) => {
            let schedule = &app.hub.book().immunization;
            let series: Vec<(String, String)> =
                schedule.series.iter().map(|it| (it.code.clone(), it.ja.clone())).collect();
            answer(StatusCode::OK, choice(&frame(&app, &me, ""), &office, &series))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

pub(crate) async fn preview(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    let (true, Some(filter)) = (same(&me.csrf, &wanted.csrf), wanted.filter()) else {
        return stale_form();
    };
    let loaded = async {
        let office = office(&app, &me).await?;
        Ok((office, preview_notices(&app.hub, &me.caller, &filter, LISTED).await?))
    };
    match loaded.await {
        Ok((office, preview)) => {
            answer(StatusCode::OK, shown(&frame(&app, &me, ""), &office, &preview))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

/// The list that is to be sent.
#[derive(serde::Deserialize)]
pub(crate) struct Go {
    #[serde(default)]
    csrf: String,
    token: String,
    #[serde(default)]
    checked: String,
}

pub(crate) async fn send(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Sent(go): Sent<Go>,
) -> Response {
    if !same(&me.csrf, &go.csrf) || go.checked != "yes" {
        return stale_form();
    }
    match crate::pmh::started(&app, &me.caller, &go.token).await {
        Ok(_) => see(&format!("{PLACE}/{}", go.token)),
        Err(refusal) => refused_page(&refusal),
    }
}

pub(crate) async fn progress(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Named(token): Named,
) -> Response {
    match loaded(&app, &me, &token).await {
        Ok((office, sending)) => {
            answer(StatusCode::OK, how_far(&frame(&app, &me, ""), &office, (&token, &sending)))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

async fn loaded(app: &App, me: &SignedIn, token: &str) -> Result<(Office, Sending), Refusal> {
    Ok((office(app, me).await?, notices_sent(&app.hub, &me.caller, token).await?))
}

fn back() -> Markup {
    html! { p.kicker { a href=(super::view::PLACE) { "← 予防接種の状況へ戻る" } } }
}

/// What is to be told: form with `csrf`, `series`, and a tick for each occasion.
#[must_use]
pub fn choice(frame: &Frame, office: &Office, series: &[(String, String)]) -> Markup {
    page(
        &layout(frame, office, "お知らせ", super::view::PLACE),
        &html! {
            (back())
            (heading(office, "お知らせを送る", "Notices"))
            p.lead { "送る前に、だれに何が届くかを確かめられます。同じお知らせが二度届くことはありません。" }
            form.card method="post" action=(PLACE) {
                (form::csrf(&frame.csrf))
                fieldset {
                    legend { "どんなときに" }
                    div.choices {
                        @for occasion in Occasion::ALL {
                            label.check for={ "tell-" (occasion.code()) } {
                                input type="checkbox" id={ "tell-" (occasion.code()) }
                                    name=(occasion.code()) value="on" checked;
                                span { (occasion.ja()) }
                            }
                        }
                    }
                }
                div.field {
                    label for="field-series" { "予防接種" }
                    select id="field-series" name="series" {
                        option value="" { "すべて" }
                        @for (code, name) in series { option value=(code) { (name) } }
                    }
                }
                (form::submit("送る人を確かめる"))
            }
        },
    )
}

/// Who would be told of what, and the form that sends it.
#[must_use]
pub fn shown(frame: &Frame, office: &Office, preview: &Preview) -> Markup {
    let groups: Vec<Vec<Markup>> = preview.groups.iter().map(group).collect();
    let rows: Vec<Vec<Markup>> = preview.rows.iter().map(row).collect();
    page(
        &layout(frame, office, "送る人の確認", super::view::PLACE),
        &html! {
            p.kicker { a href=(PLACE) { "← 選び直す" } }
            (heading(office, "送る人の確認", "Preview"))
            (part::stats(&[
                Stat::new("お知らせ", &format!("{} 件", grouped(preview.total as u64))),
                Stat::new("届く人", &format!("{} 人", grouped(preview.people as u64))),
                Stat::new("確かめた時刻", &preview.made.for_people()),
            ]))
            @if preview.total == 0 {
                p.empty { "いま送るお知らせはありません。届けたものは、もう一度は送られません。" }
            }
            @else {
                (part::table("種類ごとの件数", &["予防接種", "回", "理由", "性質", "件数"], &groups))
                (part::table(
                    "送る相手。この一覧を見たことは、一人ひとりの「見た人」に記録されます。",
                    &["氏名", "生年月日", "予防接種", "回", "理由", "期限"],
                    &rows,
                ))
                @if preview.total > preview.rows.len() {
                    p.quiet-note {
                        "ほかに " (grouped((preview.total - preview.rows.len()) as u64)) " 件あります。"
                    }
                }
                (send_form(frame, preview))
            }
        },
    )
}

fn send_form(frame: &Frame, preview: &Preview) -> Markup {
    html! {
        form.card method="post" action={ (PLACE) "/send" } {
            (form::csrf(&frame.csrf))
            input type="hidden" name="token" value=(preview.token);
            p {
                "送るのは、この一覧にある人だけです。送るまでに接種を受けた人と、転出した人には送りません。"
            }
            label.check for="field-checked" {
                input type="checkbox" id="field-checked" name="checked" value="yes" required;
                span { "送る相手と内容を確かめました" }
            }
            (form::submit(&format!("{} 件を送る", grouped(preview.total as u64))))
        }
    }
}

fn group(one: &Group) -> Vec<Markup> {
    vec![
        html! { b { (one.series.1) } },
        html! { (dose(Some(one.dose))) },
        html! { (one.occasion.ja()) },
        match one.recommended {
            true => part::badge(Tone::Info, "勧奨（A類）"),
            false => part::badge(Tone::Plain, "案内（B類）"),
        },
        html! { span.figure { (grouped(one.count as u64)) } },
    ]
}

fn row(one: &PreviewRow) -> Vec<Markup> {
    vec![
        html! {
            b { (one.name) }
            @if one.withheld { " " (part::badge(Tone::Warn, "不開示：画面では見られません")) }
        },
        html! { time { (one.birth) } },
        html! { (one.series.1) },
        html! { (dose(Some(one.dose))) },
        html! { (one.occasion.ja()) },
        html! { time { (one.until) } },
    ]
}

/// How far the sending is; a form goes on with one that stopped.
#[must_use]
pub fn how_far(frame: &Frame, office: &Office, (token, of): (&str, &Sending)) -> Markup {
    let live = if of.done { "done" } else { "running" };
    let stat = |label: &str, count: i64| Stat::new(label, &grouped(count.cast_unsigned()));
    page(
        &layout(frame, office, "お知らせ", super::view::PLACE),
        &html! {
            (back())
            (heading(office, "お知らせの送信", "Sending"))
            div data-live=(live) aria-live="polite" {
                (part::stats(&[
                    stat("一覧", of.total),
                    stat("送った", of.sent),
                    stat("送らなかった", of.skipped),
                ]))
                @if of.done {
                    (part::alert(Tone::Good, "終わりました", &html! {
                        p { "送らなかったのは、もう接種を受けたか、転出したか、すでに届いている人です。" }
                    }))
                }
                @else {
                    p { progress max=(of.total) value=(of.sent + of.skipped) aria-label="進みぐあい" {} }
                }
            }
            @if !of.done {
                form.card method="post" action={ (PLACE) "/send" } {
                    (form::csrf(&frame.csrf))
                    input type="hidden" name="token" value=(token);
                    input type="hidden" name="checked" value="yes";
                    p { "止まったままのときは、続きから送れます。同じ人に二度届くことはありません。" }
                    (form::submit("続きを送る"))
                }
            }
        },
    )
}
