//! Parts that pages are made of. Each says what it says in words; colour only helps.

use maud::{Markup, html};

use super::picture;

/// How something is meant. Decides colour and, in an alert, the sign; never the only bearer of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neutral.
    Plain,
    /// In order.
    Good,
    /// Somebody should look.
    Warn,
    /// Refused.
    Stop,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The class of the stylesheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Stop => "stop",
            Self::Info => "info",
        }
    }
}

/// A label in a lozenge.
#[must_use]
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (text) } }
}

/// A message in a frame, read aloud when it appears.
#[must_use]
pub fn alert(tone: Tone, title: &str, body: &Markup) -> Markup {
    let role = if tone == Tone::Stop { "alert" } else { "status" };
    html! {
        div class={ "alert " (tone.class()) } role=(role) {
            (picture::sign(tone))
            div { p.alert-title { (title) } (body) }
        }
    }
}

/// The heading of a page with a line in English below it.
#[must_use]
pub fn heading(title: &str, english: &str) -> Markup {
    html! {
        div.heading {
            h1 { (title) }
            @if !english.is_empty() { p.english lang="en" { (english) } }
        }
    }
}

/// A section with its own heading; `id` may be linked to.
#[must_use]
pub fn section(id: &str, title: &str, english: &str, body: &Markup) -> Markup {
    html! {
        section.section id=(id) aria-labelledby={ (id) "-title" } {
            div.section-head {
                h2 id={ (id) "-title" } { (title) }
                @if !english.is_empty() { span.english lang="en" { (english) } }
            }
            (body)
        }
    }
}

/// A plain card around something.
#[must_use]
pub fn card(body: &Markup) -> Markup {
    html! { div.card { (body) } }
}

/// A link that looks like a button.
#[must_use]
pub fn button(label: &str, href: &str) -> Markup {
    html! { a.button href=(href) { (label) } }
}

/// A figure with its name, inside a `dl.stats`.
#[derive(Debug, Clone)]
pub struct Stat {
    /// What is counted.
    pub label: String,
    /// How many, grouped for reading, with its unit.
    pub value: String,
    /// A remark; empty for none.
    pub note: String,
}

impl Stat {
    /// A figure without a remark.
    #[must_use]
    pub fn new(label: &str, value: &str) -> Self {
        Self { label: label.to_owned(), value: value.to_owned(), note: String::new() }
    }
}

/// Figures side by side.
#[must_use]
pub fn stats(stats: &[Stat]) -> Markup {
    html! {
        dl.stats {
            @for stat in stats {
                div.stat {
                    dt { (stat.label) }
                    dd {
                        (stat.value)
                        @if !stat.note.is_empty() { small { (stat.note) } }
                    }
                }
            }
        }
    }
}

/// A number to be copied off the screen, byte for byte: large digits of equal width, one click
/// selects it whole, and the script adds a button that copies it.
#[must_use]
pub fn number(label: &str, value: &str) -> Markup {
    html! {
        div.number {
            dt { (label) }
            dd { span.digits data-copy { (value) } }
        }
    }
}

/// A number to be read off the screen: large digits of equal width.
#[must_use]
pub fn digits(label: &str, value: &str) -> Markup {
    html! {
        div.number {
            dt { (label) }
            dd { span.digits { (value) } }
        }
    }
}

/// A name and its value inside a `dl.facts`.
#[must_use]
pub fn fact(label: &str, value: &str) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// A table whose rows become cards on a phone; the roles are said outright, because a browser
/// forgets them where the stylesheet takes the table's display away.
#[must_use]
pub fn table(caption: &str, headers: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        table.table role="table" {
            caption { (caption) }
            thead role="rowgroup" {
                tr role="row" {
                    @for header in headers { th scope="col" role="columnheader" { (header) } }
                }
            }
            tbody role="rowgroup" {
                @for row in rows {
                    tr role="row" {
                        @for (header, cell) in headers.iter().zip(row) {
                            td role="cell" data-label=(header) { (cell) }
                        }
                    }
                }
            }
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When, as people say it: 「たった今」「3分前」「昨日 14:20」.
    pub when: String,
    /// When, exactly: `2026-11-24 13:16`.
    pub at: String,
    /// The same for machines, RFC 3339.
    pub machine: String,
    /// Who did it.
    pub who: String,
    /// What they did.
    pub what: String,
    /// Why, in the words of the purpose or the law.
    pub why: String,
    /// How it ended.
    pub result: String,
    /// How that is meant.
    pub tone: Tone,
    /// What the same did before on that day, newest first.
    pub before: Vec<Moment>,
}

/// What happened, newest first.
#[must_use]
pub fn timeline(moments: &[Moment]) -> Markup {
    html! {
        ol.timeline {
            @for moment in moments {
                li class=(moment.tone.class()) {
                    (when(moment))
                    p.moment-who { (moment.who) }
                    (deed(moment))
                    @if !moment.before.is_empty() {
                        details.moment-before {
                            summary { "この日、ほかに " (moment.before.len()) " 回" }
                            @for one in &moment.before { div { (when(one)) (deed(one)) } }
                        }
                    }
                }
            }
        }
    }
}

fn when(moment: &Moment) -> Markup {
    html! {
        p.moment-when { b { (moment.when) } time datetime=(moment.machine) { (moment.at) } }
    }
}

fn deed(moment: &Moment) -> Markup {
    html! {
        p.moment-what { (moment.what) }
        p.moment-why { (badge(moment.tone, &moment.result)) span { "理由: " (moment.why) } }
    }
}
