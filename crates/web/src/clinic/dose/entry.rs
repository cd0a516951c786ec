//! The form of the gate: one dose of one vaccine, as a desk fills it in.

use domain::finding::Severity;
use domain::immunization::{Route, Site, Status};
use hub::immunization::desk::{Choice, Vaccine};
use maud::{Markup, html};

use super::form::DoseForm;
use super::view::{Reception, number};
use crate::look::Frame;
use crate::look::form::{self, Field};
use crate::look::part::{self, Tone};

/// A series of which a dose may be given, with the form of the gate.
pub(super) fn choosable(frame: &Frame, model: &Reception<'_>, choice: &Choice) -> Markup {
    let tried = &model.attempt.typed;
    let open = choice.products.iter().any(|vaccine| vaccine.code == tried.product);
    html! {
        details.card.gate open[open] {
            summary {
                h3 {
                    (choice.name) " " (number(choice.dose)) " "
                    @if choice.status == Status::Before { (part::badge(Tone::Plain, "標準の時期の前")) }
                    @if choice.notices.iter().any(|said| said.severity >= Severity::Warn) {
                        (part::badge(Tone::Warn, "注意あり"))
                    } @else { (part::badge(Tone::Good, "接種できます")) }
                }
            }
            @for said in &choice.notices { p.hint { (said.ja) } }
            @for vaccine in &choice.products {
                (dose_form(frame, model, choice, vaccine))
            }
        }
    }
}

fn dose_form(frame: &Frame, model: &Reception<'_>, choice: &Choice, vaccine: &Vaccine) -> Markup {
    let last = &model.attempt.typed;
    let blank = DoseForm::default();
    let typed = if last.product == vaccine.code { last } else { &blank };
    let text = |name: &'static str, label, hint, value| Field {
        name,
        label,
        hint,
        value,
        max_length: 200,
        depends: true,
        of: &vaccine.code,
        ..Field::default()
    };
    let warmth = keep(&typed.temperature, &last.temperature);
    let physician = keep(&typed.physician, &last.physician);
    let needed = |field| Field { required: true, ..field };
    let amount = match (typed.amount.is_empty(), vaccine.hundredths) {
        (true, Some(right)) => format!("{}.{:02}", right / 100, right % 100),
        _ => typed.amount.clone(),
    };
    html! {
        form.dose-form method="post" action="/clinic/immunization/check" {
            (form::csrf(&frame.csrf))
            input type="hidden" name="reception" value=(model.token);
            input type="hidden" name="product" value=(vaccine.code);
            @if choice.products.len() > 1 { h4 { (vaccine.name) } }
            (form::field(&text("scan", "容器のコードを読み取る", "GS1のバーコード", &typed.scan)))
            details {
                summary { "読み取れないときはロットと期限を入れる" }
                div.fields {
                    (form::field(&text("lot", "ロット番号", "", &typed.lot)))
                    (form::field(&text("expires", "有効期限", "例 2027-03-31", &typed.expires)))
                }
            }
            div.fields {
                (form::field(&text("amount", "接種量（mL）", "", &amount)))
                (form::field(&needed(text("temperature", "診察前の体温（℃）", "", warmth))))
                (form::field(&needed(text("physician", "医師の氏名", "", physician))))
            }
            div.pair { (routes(vaccine, typed)) (sites(vaccine, typed)) }
            (consent_of(model, (choice, vaccine), typed))
            (judgement(typed, last))
            div.gate-buttons {
                button.primary type="submit" { "接種してよいか確かめる" }
                button type="submit" formaction="/clinic/immunization/put-off" formnovalidate { "見合わせを記録する" }
            }
        }
    }
}

/// What was typed here, else what was typed for the vaccine before.
fn keep<'a>(typed: &'a str, last: &'a str) -> &'a str {
    if typed.is_empty() { last } else { typed }
}

fn radio(name: &str, value: &str, label: &str, checked: bool) -> Markup {
    html! {
        label.choice {
            input type="radio" name=(name) value=(value) checked[checked];
            span.choice-text { (label) }
        }
    }
}

fn routes(vaccine: &Vaccine, typed: &DoseForm) -> Markup {
    let offered = if vaccine.routes.is_empty() { &Route::ALL[..] } else { &vaccine.routes };
    html! {
        fieldset {
            legend { "経路" }
            div.choices {
                @for route in offered {
                    (radio("route", route.code(), route.ja(),
                        typed.route == route.code() || offered.len() == 1))
                }
            }
        }
    }
}

fn sites(vaccine: &Vaccine, typed: &DoseForm) -> Markup {
    let none = !vaccine.routes.is_empty() && !vaccine.routes.iter().any(|route| route.has_site());
    html! {
        @if !none {
            fieldset {
                legend { "部位" }
                div.choices {
                    @for site in Site::ALL {
                        (radio("site", site.code(), site.ja(), typed.site == site.code()))
                    }
                }
            }
        }
    }
}

/// The form of the record that covers the series, or the paper.
fn consent_of(
    model: &Reception<'_>,
    (choice, vaccine): (&Choice, &Vaccine),
    typed: &DoseForm,
) -> Markup {
    let form = model.view.forms.iter().find(|form| form.series == choice.series && form.here);
    let birth = Field {
        name: "paper_birth",
        label: "紙の予診票に書かれた生年月日",
        hint: "用紙を見て書き写す。きょうだいの用紙との取り違えを防ぎます",
        value: &typed.paper_birth,
        max_length: 10,
        depends: true,
        of: &vaccine.code,
        ..Field::default()
    };
    html! {
        @if let Some(form) = form { input type="hidden" name="form" value=(form.item); }
        details open[form.is_none()] {
            summary { @if form.is_some() { "紙の予診票を使うとき" } @else { "紙の予診票" } }
            div.choices {
                (radio("paper_by", "", "紙を使わない", typed.paper_by.is_empty()))
                (radio("paper_by", "guardian", "保護者が署名した", typed.paper_by == "guardian"))
                (radio("paper_by", "person", "本人が署名した", typed.paper_by == "person"))
            }
            (form::field(&birth))
        }
    }
}

fn judgement(typed: &DoseForm, last: &DoseForm) -> Markup {
    let check = |name: &str, label: &str, on: bool| {
        html! {
            label.check {
                input type="checkbox" name=(name) value="yes" checked[on];
                span { (label) }
            }
        }
    };
    let explained = [typed, last].iter().any(|form| form.explained == "yes");
    html! {
        (check("explained", "効果・副反応・健康被害救済制度を説明した", explained))
        (check("acute", "明らかな急性疾患がある", typed.acute == "yes"))
        details open[!typed.reason.is_empty()] {
            summary { "医師の判断（注意のあるとき・見合わせるとき）" }
            div.field {
                label { "理由"
                    textarea name="reason" maxlength="400" rows="2" { (typed.reason) }
                }
            }
            (check("shortened", "医師が必要と認めて間隔を短くする", typed.shortened == "yes"))
            (check("voluntary", "任意接種として行う", typed.voluntary == "yes"))
        }
    }
}
