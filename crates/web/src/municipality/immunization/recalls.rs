//! Recalls (回収): which lots, and which residents got them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::immunization::recall::{RecallView, Recipient, Recipients, list_recalls, who_got};
use maud::{Markup, html};

use crate::answer::{page as answer, refused_page};
use crate::asked::Looked;
use crate::caller::{OfficerSession, frame};
use crate::look::part::{self, Tone};
use crate::look::{Frame, page};
use crate::municipality::office;
use crate::municipality::view::{Office, heading, layout};
use crate::{App, words};

/// Where these pages are.
const PLACE: &str = "/municipality/recalls";

pub(crate) async fn recalls(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
) -> Response {
    let loaded =
        async { Ok((office(&app, &me).await?, list_recalls(&app.hub, &me.caller).await?)) };
    match loaded.await {
        Ok((office, list)) => answer(StatusCode::OK, view(&frame(&app, &me, ""), &office, &list)),
        Err(refusal) => refused_page(&refusal),
    }
}

/// Which lot.
#[derive(serde::Deserialize)]
pub(crate) struct Which {
    product: String,
    lot: String,
}

pub(crate) async fn people(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Looked(which): Looked<Which>,
) -> Response {
    let loaded = async {
        let office = office(&app, &me).await?;
        Ok((office, who_got(&app.hub, &me.caller, &which.product, &which.lot).await?))
    };
    match loaded.await {
        Ok((office, got)) => {
            let rows: Vec<Vec<Markup>> =
                got.people.iter().map(|one| recipient(&app, one)).collect();
            answer(StatusCode::OK, who(&frame(&app, &me, ""), &office, (&got, &rows)))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

/// The lots that were recalled, with how many residents got each.
#[must_use]
pub fn view(frame: &Frame, office: &Office, list: &[RecallView]) -> Markup {
    let rows: Vec<Vec<Markup>> = list.iter().map(row).collect();
    page(
        &layout(frame, office, "回収", PLACE),
        &html! {
            (heading(office, "回収されたロット", "Recalled lots"))
            p.lead { "回収されたロットは、どの医療機関の画面でも接種の前に止まります。" }
            @if list.is_empty() {
                (part::alert(Tone::Good, "回収されたロットはありません", &html! {
                    p { "回収があると、ここに出ます。登録は運用者が行います。" }
                }))
            }
            @else {
                (part::table(
                    "新しい順。人数は、いまの住民のうち接種を受けた人です。",
                    &["ワクチン", "ロット", "理由", "登録", "住民"],
                    &rows,
                ))
            }
        },
    )
}

fn row(one: &RecallView) -> Vec<Markup> {
    vec![
        html! { b { (one.product.1) } },
        html! { code { (one.lot) } },
        html! { (one.reason) },
        html! { time { (one.since.for_people()) } },
        html! {
            @let here = one.here.unwrap_or(0);
            @if here > 0 {
                a.row-link href={ (PLACE) "/people?" (query(&one.product.0, &one.lot)) } { (here) " 人" }
            }
            @else { "0 人" }
        },
    ]
}

fn query(product: &str, lot: &str) -> String {
    serde_urlencoded::to_string([("product", product), ("lot", lot)]).unwrap_or_default()
}

fn recipient(app: &App, one: &Recipient) -> Vec<Markup> {
    vec![
        html! { b { (one.name) } },
        html! { (words::birth(&app.hub, one.birth)) },
        html! { @for day in &one.on { time { (day) } " " } },
        html! { (one.at.join("、")) },
    ]
}

/// Who got a lot.
#[must_use]
pub fn who(frame: &Frame, office: &Office, (got, rows): (&Recipients, &[Vec<Markup>])) -> Markup {
    let title = format!("{} {}", got.product.1, got.lot);
    page(
        &layout(frame, office, &title, PLACE),
        &html! {
            div {
                p.kicker { a href=(PLACE) { "← 回収されたロットへ戻る" } }
                (part::heading(&title, "Who got this lot"))
            }
            @if let Some(reason) = &got.reason {
                (part::alert(Tone::Stop, "回収されたロットです", &html! { p { (reason) } }))
            }
            @else { p.lead { "このロットは回収されていません。" } }
            @if rows.is_empty() { p.empty { "このロットを受けた住民の記録はありません。" } }
            @else {
                (part::table(
                    "この一覧を見たことは、一人ひとりの「見た人」に記録されます。",
                    &["氏名", "生年月日", "接種日", "接種した所"],
                    rows,
                ))
            }
            @if got.others > 0 {
                p.quiet-note {
                    "ほかに " (got.others) " 人います（一覧の上限をこえたか、本人確認待ちで表示できません）。"
                }
            }
        },
    )
}
