//! Recalls (回収): the operator puts a lot on the list, because a recall is nationwide.
//!
//! | form | field | value |
//! |---|---|---|
//! | `POST /operator/recalls` | `csrf` | [`Frame::csrf`] |
//! | | `deed` | `put` or `lift` |
//! | | `product`, `lot` | which lot |
//! | | `reason` | why, with `put` |

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hub::immunization::recall::{RecallView, lift_recall, list_recalls, put_recall};
use maud::{Markup, html};

use crate::App;
use crate::answer::{page as answer, refused_page, see};
use crate::asked::Sent;
use crate::caller::{OperatorSession, frame, same, stale_form};
use crate::look::part;
use crate::look::{Audience, Frame, Layout, form, page};

const PLACE: &str = "/operator/recalls";

pub(crate) async fn recalls(
    OperatorSession(me): OperatorSession,
    State(app): State<App>,
) -> Response {
    match list_recalls(&app.hub, &me.caller).await {
        Ok(list) => {
            let products = &app.hub.book().immunization.products;
            let products: Vec<(&str, &str)> =
                products.iter().map(|it| (it.code.as_str(), it.ja.as_str())).collect();
            answer(StatusCode::OK, view(&frame(&app, &me, ""), &list, &products))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

#[derive(serde::Deserialize)]
pub(crate) struct Deed {
    #[serde(default)]
    csrf: String,
    deed: String,
    product: String,
    lot: String,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn change(
    OperatorSession(me): OperatorSession,
    State(app): State<App>,
    Sent(form): Sent<Deed>,
) -> Response {
    if !same(&me.csrf, &form.csrf) {
        return stale_form();
    }
    let (hub, caller) = (&app.hub, &me.caller);
    let done = match form.deed.as_str() {
        "put" => put_recall(hub, caller, &form.product, &form.lot, &form.reason).await,
        "lift" => lift_recall(hub, caller, &form.product, &form.lot).await,
        _ => return stale_form(),
    };
    match done {
        Ok(()) => see(PLACE),
        Err(refusal) => refused_page(&refusal),
    }
}

/// The list, and the form that adds to it. Nobody's record is in it.
#[must_use]
pub fn view(frame: &Frame, list: &[RecallView], products: &[(&str, &str)]) -> Markup {
    let layout = Layout::new(frame, Audience::Operator, "回収");
    let rows: Vec<Vec<Markup>> = list.iter().map(|one| row(&frame.csrf, one)).collect();
    page(
        &layout,
        &html! {
            p.kicker { a href="/operator" { "← ハブの状態へ戻る" } }
            (part::heading("回収されたロット", "Recalled lots"))
            @if rows.is_empty() { p.empty { "回収されたロットはありません。" } }
            @else {
                (part::table(
                    "登録した時から、すべての医療機関で接種の前に止まります。",
                    &["ワクチン", "ロット", "理由", "登録", "取消"],
                    &rows,
                ))
            }
            (add(&frame.csrf, products))
        },
    )
}

fn row(csrf: &str, one: &RecallView) -> Vec<Markup> {
    vec![
        html! { b { (one.product.1) } },
        html! { code { (one.lot) } },
        html! { (one.reason) },
        html! { time { (one.since.for_people()) } },
        html! {
            form method="post" action=(PLACE) {
                (form::csrf(csrf))
                input type="hidden" name="deed" value="lift";
                input type="hidden" name="product" value=(one.product.0);
                input type="hidden" name="lot" value=(one.lot);
                button type="submit" { "誤りなので取り消す" }
            }
        },
    ]
}

fn add(csrf: &str, products: &[(&str, &str)]) -> Markup {
    let line = |name, label, hint, max_length| {
        let required = true;
        form::field(&form::Field { name, label, hint, max_length, required, ..Default::default() })
    };
    html! {
        form.card method="post" action=(PLACE) {
            h2 { "ロットを回収にする" }
            (form::csrf(csrf))
            input type="hidden" name="deed" value="put";
            div.field {
                label for="field-product" { "ワクチン" }
                select id="field-product" name="product" required {
                    @for (code, name) in products { option value=(code) { (name) } }
                }
            }
            (line("lot", "ロット番号", "全角・半角、大文字・小文字、空白の違いは区別しません", 40))
            (line("reason", "理由", "自治体と医療機関の画面に出ます", 200))
            (form::submit("回収にする"))
        }
    }
}
