//! Coverage and who is missing.
//!
//! | page | shows |
//! |---|---|
//! | `GET /municipality/immunization` | [`coverage`] |
//! | `GET /municipality/immunization/missing?series=…&standing=…&from=…` | [`missing`] |

use domain::immunization::DoseName;
use domain::immunization::coverage::{Counts, OfSeries, Standing};
use hub::immunization::coverage::{Missing, MissingPage};
use maud::{Markup, html};

use crate::look::part::{self, Stat, Tone};
use crate::look::picture::{self, Slice, grouped};
use crate::look::plot::{self, Column, percent};
use crate::look::{Frame, page};
use crate::municipality::view::{Office, heading, layout};

/// Where this page is.
pub const PLACE: &str = "/municipality/immunization";

/// The page of coverage.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// When it was counted, Japanese time.
    pub at: String,
    /// Residents.
    pub people: u32,
    /// Residents whose birth date is not known.
    pub unknown: u32,
    /// Series for which anybody is counted.
    pub series: Vec<Series>,
    /// What gates stopped.
    pub stops: Vec<Slice>,
    /// Since when.
    pub since: String,
}

/// One series.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The counts.
    pub of: OfSeries,
}

/// A list of who is missing.
#[derive(Debug, Clone)]
pub struct List {
    /// The list.
    pub list: MissingPage,
    /// Which of them; none for all.
    pub standing: Option<Standing>,
    /// Where the next page begins, if there is one.
    pub next: Option<usize>,
}

/// A dose for people.
#[must_use]
pub fn dose(dose: Option<DoseName>) -> String {
    match dose {
        Some(DoseName::Primary(number)) => format!("{number}回目"),
        Some(DoseName::Booster) => "追加".to_owned(),
        None => String::new(),
    }
}

/// Coverage, series by series, and what gates stopped.
#[must_use]
pub fn coverage(frame: &Frame, office: &Office, model: &Page) -> Markup {
    page(
        &layout(frame, office, "予防接種", PLACE),
        &html! {
            (heading(office, "予防接種の状況", "Immunisation coverage"))
            (part::stats(&[
                Stat::new("住民（対象者の登録がある人）", &grouped(model.people.into())),
                Stat::new("数えた時刻", &model.at),
            ]))
            @if model.unknown > 0 {
                p.quiet-note { "生年月日が分からない " (model.unknown) " 人は数えていません。" }
            }
            p.decide {
                (part::button("お知らせを送る", "/municipality/immunization/notices"))
                (part::button("CSV で受け取る", "/municipality/immunization/coverage.csv"))
            }
            @if model.series.is_empty() {
                p.empty { "対象者の登録がまだないか、定期接種の時期の人がいません。" }
            }
            @else {
                (plot::legend())
                p.quiet-note {
                    "接種の時期が始まった人を分母に、回数に数える接種だけを分子にしています。"
                    "生まれ年度は4月2日から翌年4月1日までです。"
                }
            }
            @for series in &model.series { (one(series)) }
            (stops(model))
        },
    )
}

fn one(series: &Series) -> Markup {
    let all = &series.of.all;
    html! {
        section.card aria-labelledby={ "s-" (series.code) } {
            h2 id={ "s-" (series.code) } { (series.name) }
            p.summary-line {
                span { "すべて済んだ人 " b { (share(all.complete_per_mille())) } }
                span { "対象 " b { (grouped(all.people.into())) } " 人" }
            }
            (why(series))
            (plot::columns(&format!("{}の生まれ年度ごとの接種率", series.name), &columns(&series.of)))
            details {
                summary { "生まれ年度ごとの表" }
                (table("生まれ年度", "年度", &series.of.cohorts))
            }
            @if !series.of.months.is_empty() {
                details {
                    summary { "月齢ごとの表（2歳になるまで）" }
                    (table("月齢", "か月", &series.of.months))
                }
            }
        }
    }
}

fn share(per_mille: Option<u32>) -> String {
    per_mille.map_or_else(|| "—".to_owned(), percent)
}

fn why(series: &Series) -> Markup {
    let missing = Standing::ALL.into_iter().filter(|it| *it != Standing::Complete);
    html! {
        ul.legend {
            @for standing in missing.filter(|it| series.of.all.at(*it) > 0) {
                li {
                    a.row-link href={ (PLACE) "/missing?series=" (series.code)
                        "&standing=" (standing.code()) } {
                        (standing.ja()) " " b { (grouped(series.of.all.at(standing).into())) }
                    }
                }
            }
        }
    }
}

fn columns(of: &OfSeries) -> Vec<Column> {
    let seen = of.cohorts.iter().filter(|(_, counts)| counts.people > 0);
    seen.map(|(year, counts)| Column {
        label: format!("'{:02}", year.rem_euclid(100)),
        words: format!("{year}年度生まれ"),
        complete: counts.complete_per_mille().unwrap_or(0),
        begun: counts.per_mille(1).unwrap_or(0),
    })
    .collect()
}

fn table<C: std::fmt::Display>(
    title: &str,
    unit: &str,
    classes: &std::collections::BTreeMap<C, Counts>,
) -> Markup {
    let most = classes.values().map(Counts::most).max().unwrap_or(0);
    let mut headers = vec![title.to_owned(), "対象".to_owned(), "完了".to_owned()];
    headers.extend((1..=most).map(|dose| format!("{dose}回以上")));
    headers.push("これから".to_owned());
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Markup>> = classes
        .iter()
        .rev()
        .filter(|(_, counts)| counts.people > 0)
        .map(|(class, counts)| row(&format!("{class}{unit}"), most, counts))
        .collect();
    part::table(&format!("{title}ごとの人数と割合"), &headers, &rows)
}

fn row(class: &str, most: usize, counts: &Counts) -> Vec<Markup> {
    let figure = |text: String| html! { span.figure { (text) } };
    let mut cells = vec![html! { b { (class) } }, figure(grouped(counts.people.into()))];
    cells.push(figure(share(counts.complete_per_mille())));
    cells.extend((1..=most).map(|dose| figure(share(counts.per_mille(dose)))));
    let open = [Standing::Waiting, Standing::Due, Standing::Overdue, Standing::PutOff];
    let open: u32 = open.into_iter().map(|standing| counts.at(standing)).sum();
    cells.push(figure(grouped(open.into())));
    cells
}

fn stops(model: &Page) -> Markup {
    let body = html! {
        @if model.stops.is_empty() {
            p.empty { (model.since) " から今日まで、接種の前に止まった誤りはありません。" }
        }
        @else {
            div.card { (picture::bars("手順と種類ごとの件数", &model.stops)) }
            p.quiet-note {
                (model.since) " から今日まで、住民の接種で、医療機関の画面が接種の前に止めたものです。"
                "個人の名前は含みません。"
            }
        }
    };
    part::section("stops", "防いだ誤り", "Errors prevented", &body)
}

/// Who is missing a dose of a series, and why.
#[must_use]
pub fn missing(frame: &Frame, office: &Office, model: &List) -> Markup {
    let List { list, standing, next } = model;
    let title = match standing {
        Some(standing) => format!("{}：{}", list.series.1, standing.ja()),
        None => format!("{}：まだの人", list.series.1),
    };
    let last = list.from + list.people.len();
    let rows: Vec<Vec<Markup>> = list.people.iter().map(person).collect();
    page(
        &layout(frame, office, &title, PLACE),
        &html! {
            div {
                p.kicker { a href=(PLACE) { "← 予防接種の状況へ戻る" } }
                (part::heading(&title, "Who is missing"))
            }
            p.lead {
                "全 " b { (grouped(list.total as u64)) } " 人"
                @if list.total > 0 { "のうち " (list.from + 1) "〜" (last) " 人目です。" }
                @else { "です。" }
                "この一覧を見たことは、一人ひとりの「見た人」に記録されます。"
            }
            @if !rows.is_empty() {
                (part::table(
                    "転出した人は、数えたあとでも表示されません。",
                    &["氏名", "カナ", "生年月日", "次の接種", "理由", "期限"],
                    &rows,
                ))
            }
            @if let Some(next) = next {
                p { (part::button("次の100人", &address(list, *standing, *next))) }
            }
        },
    )
}

fn address(list: &MissingPage, standing: Option<Standing>, from: usize) -> String {
    let standing = standing.map(|it| format!("&standing={}", it.code())).unwrap_or_default();
    format!("{PLACE}/missing?series={}{standing}&from={from}", list.series.0)
}

fn person(one: &Missing) -> Vec<Markup> {
    let tone = match one.standing {
        Standing::Overdue | Standing::PutOff => Tone::Warn,
        Standing::Ended => Tone::Stop,
        Standing::Due => Tone::Good,
        _ => Tone::Plain,
    };
    vec![
        html! { b { (one.name) } },
        html! { (one.kana) },
        html! { time { (one.birth) } },
        html! { (dose(one.dose)) },
        part::badge(tone, one.standing.ja()),
        html! { @if let Some(until) = one.until { time { (until) } } @else { "—" } },
    ]
}
