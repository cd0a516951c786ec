//! 予防接種済証: every dose that counts, to be printed. law:予防接種法施行規則4

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::instant::Instant;
use hub::immunization::care::{Care, Given};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::answer::{page as answer, refused_page};
use crate::asked::Looked;
use crate::caller::{ResidentSession, frame};
use crate::look::{Audience, Frame, Layout, page};
use crate::{App, words};

/// Whose doses.
#[derive(serde::Deserialize)]
pub(crate) struct Whose {
    /// The handle of a child; none for oneself.
    #[serde(rename = "for")]
    child: Option<String>,
}

pub(crate) async fn show(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
    Looked(whose): Looked<Whose>,
) -> Response {
    let seen = match &whose.child {
        Some(handle) => hub::child_page(&app.hub, &me.caller, handle, None).await,
        None => hub::own_page(&app.hub, &me.caller, None).await,
    };
    match seen {
        Ok(seen) => {
            let day = |day| words::day(&app.hub, day);
            let model = Proof {
                name: &seen.name,
                care: seen.care.as_ref(),
                child: whose.child.as_deref(),
                at: app.hub.now(),
                day: &day,
            };
            answer(StatusCode::OK, sheet(&frame(&app, &me, &seen.name), &model))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

/// What the page is made of.
pub struct Proof<'a> {
    /// Whose it is.
    pub name: &'a str,
    /// What was given; none if nothing is followed.
    pub care: Option<&'a Care>,
    /// The handle of a child, on a guardian's page.
    pub child: Option<&'a str>,
    /// When it was made.
    pub at: Instant,
    /// Writes a day for people.
    pub day: &'a dyn Fn(Date) -> String,
}

/// The sheet.
#[must_use]
pub fn sheet(frame: &Frame, model: &Proof<'_>) -> Markup {
    let layout = Layout::new(frame, Audience::Resident, "予防接種の記録");
    let back =
        model.child.map_or_else(|| "/resident".to_owned(), |it| format!("/resident/child/{it}"));
    let counted = |given: &&Given| given.counts;
    let given: Vec<&Given> =
        model.care.iter().flat_map(|care| &care.given).filter(counted).collect();
    page(
        &layout,
        &html! {
            p.screen-only { a href=(back) { "← 戻る" } }
            article.paper {
                h1 { "予防接種の記録（予防接種済証）" }
                dl.facts {
                    div { dt { "氏名" } dd { (model.name) } }
                    @if let Some(care) = model.care {
                        div { dt { "生年月日" } dd { ((model.day)(care.birth)) } }
                    }
                }
                @if given.is_empty() { p { "回数に数える接種の記録はありません。" } }
                @else { (doses(&given, model.day)) }
                p { "上の接種が記録されていることを示します。" (model.at.for_people()) " 現在" }
                p.hint {
                    "公印のある証明書が必要なときは、住所地の市区町村に申し出てください。"
                    "回数に数えない接種は、わたしのページで見られます。"
                }
            }
        },
    )
}

fn doses(given: &[&Given], day: &dyn Fn(Date) -> String) -> Markup {
    html! {
        table.paper-who {
            thead {
                tr {
                    th scope="col" { "接種" } th scope="col" { "年月日" }
                    th scope="col" { "ロット・量" } th scope="col" { "実施" }
                }
            }
            tbody {
                @for one in given.iter().rev() {
                    tr {
                        th scope="row" { (one.place) br; small { (one.product) } }
                        td { (day(one.on)) }
                        td {
                            (one.lot.as_deref().unwrap_or("―"))
                            @if let Some(amount) = one.hundredths {
                                br; (format!("{}.{:02} mL", amount / 100, amount % 100))
                            }
                        }
                        td {
                            (one.institution)
                            @if !one.municipality.is_empty() { br; small { (one.municipality) } }
                        }
                    }
                }
            }
        }
    }
}
