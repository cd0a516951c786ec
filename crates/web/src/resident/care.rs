//! 予防接種 on the resident's page: what is due now, what comes, what was given.

use domain::immunization::{DoseName, Status};
use hub::immunization::care::{Care, Given, Next};
use jiff::civil::Date;
use maud::{Markup, html};

use super::form;
use crate::look::part::{self, Tone};

/// Series that a list shows before the rest is folded away.
const SHOWN: usize = 6;

/// The section's content; `child` is the handle on a guardian's page, `day` writes a day for people.
#[must_use]
pub fn care(care: &Care, child: Option<&str>, day: &dyn Fn(Date) -> String) -> Markup {
    let of = |wanted: &[Status]| -> Vec<&Next> {
        care.next.iter().filter(|next| wanted.contains(&next.status)).collect()
    };
    let (due, later) = (of(&[Status::Now, Status::Late]), of(&[Status::Before]));
    html! {
        div.card {
            @if due.is_empty() { p { "いま受けるものはありません。" } }
            @else { ul.doses {
                    @for next in due {
                        li { (due_now(next, day)) (form::buttons(child, &next.code, &care.forms)) }
                    }
                }
            }
            @if !later.is_empty() {
                details.moment-before {
                    summary { "これから受けるもの（" (later.len()) "）" }
                    ul.doses {
                        @for next in &later {
                            li { (comes(next, day)) (form::buttons(child, &next.code, &care.forms)) }
                        }
                    }
                }
            }
            @if !care.forms.is_empty() { (form::all(child)) }
            (history(&care.given, child, day))
        }
        p.quiet-note { "生年月日と接種の記録から計算しています。体調などにより、医師が判断します。" }
    }
}

fn due_now(next: &Next, day: &dyn Fn(Date) -> String) -> Markup {
    let badge = match next.status {
        Status::Late => part::badge(Tone::Warn, "お早めに"),
        _ => part::badge(Tone::Good, "受けられます"),
    };
    html! {
        p.dose-name { b { (next.series) } " " (number(next.dose)) " " (badge) }
        @if let Some(until) = next.until { p.hint { (day(until)) " まで定期接種として受けられます" } }
    }
}

fn comes(next: &Next, day: &dyn Fn(Date) -> String) -> Markup {
    let from = next.standard.map(|usual| usual.0).max(next.earliest);
    html! {
        p.dose-name { b { (next.series) } " " (number(next.dose)) }
        @if let Some(from) = from { p.hint { (day(from)) " から" } }
    }
}

fn history(given: &[Given], child: Option<&str>, day: &dyn Fn(Date) -> String) -> Markup {
    html! {
        @if !given.is_empty() {
            details.moment-before {
                summary { "受けた記録（" (given.len()) "）" }
                ul.doses {
                    @for one in given.iter().take(SHOWN) { (had(one, day)) }
                }
                @if given.len() > SHOWN {
                    details {
                        summary { "もっと前の記録（" (given.len() - SHOWN) "）" }
                        ul.doses { @for one in given.iter().skip(SHOWN) { (had(one, day)) } }
                    }
                }
                p { a href=(proof(child)) { "接種済証として印刷する" } }
            }
        }
    }
}

/// The printable page.
fn proof(child: Option<&str>) -> String {
    child.map_or_else(|| "/resident/doses".to_owned(), |it| format!("/resident/doses?for={it}"))
}

fn had(one: &Given, day: &dyn Fn(Date) -> String) -> Markup {
    html! {
        li {
            p.dose-name {
                b { (one.product) } " " (day(one.on)) " "
                @if !one.counts { (part::badge(Tone::Warn, "回数に数えません")) }
            }
            @for remark in &one.remarks { p.hint { (remark) } }
            @if let Some(lot) = &one.lot { p.hint { "ロット " (lot) } }
        }
    }
}

fn number(dose: Option<DoseName>) -> String {
    match dose {
        Some(DoseName::Primary(number)) => format!("{number}回目"),
        Some(DoseName::Booster) => "追加".to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn next(status: Status) -> Next {
        Next {
            code: "bcg".into(),
            series: "BCG".into(),
            dose: Some(DoseName::Primary(1)),
            status,
            earliest: Some(date(2027, 2, 1)),
            standard: Some((date(2027, 3, 1), date(2027, 6, 1))),
            until: Some(date(2027, 9, 1)),
        }
    }

    #[test]
    fn each_status_has_its_place() {
        let given = |n: i8| Given {
            on: date(2026, 1, n),
            product: "<b>".into(),
            place: "BCG 1回目".into(),
            lot: Some("L".into()),
            hundredths: Some(50),
            institution: "見本医院".into(),
            municipality: String::new(),
            counts: n != 1,
            remarks: vec!["早すぎました".into()],
        };
        for (status, want) in [
            (Status::Now, "受けられます"),
            (Status::Late, "お早めに"),
            (Status::Before, "これから受けるもの"),
            (Status::Complete, "いま受けるものはありません"),
            (Status::Ended, "いま受けるものはありません"),
        ] {
            let given = (1..=8).map(given).collect();
            let birth = date(2025, 1, 1);
            let care = Care { birth, next: vec![next(status)], given, forms: Vec::new() };
            let page = super::care(&care, None, &|day| day.to_string()).into_string();
            assert!(page.contains(want), "{status:?}: {page}");
            assert!(page.contains("受けた記録（8）") && page.contains("回数に数えません"));
            assert!(page.contains("&lt;b&gt;") && !page.contains("<b>L"), "texts are escaped");
        }
    }
}
