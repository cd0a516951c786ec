//! The form on paper, in the usual layout: who, questions with はい and いいえ, the physician's box,
//! the consent, and what is noted of the dose. Without answers it is a form to be written on.

use domain::form::{Answer, By, Form, Item, Kind, Language, Step};
use hub::immunization::form::FormView;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{Trail, list, say, steps};

/// Before an answer that is chosen, and before one that is not.
const BOXES: [&str; 2] = ["☑", "☐"];

/// A day for people.
type Write<'w> = &'w dyn Fn(Date) -> String;

/// The sheet; with `blank` nothing is filled in.
pub(super) fn sheet(trail: &Trail, view: &FormView, blank: bool, day: Write<'_>) -> Markup {
    let language = trail.language;
    let sheet = Sheet { view, language, blank, day };
    let family = steps(&view.form);
    let (who, questions) = family.split_first().map_or((None, &[][..]), |it| (Some(*it.0), it.1));
    let physician = view.form.items().filter(|item| item.by == By::Physician);
    let dose = say::dose(view.dose, language);
    html! {
        p.screen-only {
            a href=(trail.list()) { (say::BACK_LIST.of(language)) }
        }
        article.paper {
            h1 { (view.form.title.of(language)) }
            p.paper-series { (say::series(&view.series, language)) " " (dose) }
            @if let Some(step) = who { (sheet.header(step)) }
            (sheet.questions(questions))
            (sheet.physician(physician))
            (sheet.consent(&view.form))
            (sheet.record())
        }
    }
}

struct Sheet<'s> {
    view: &'s FormView,
    language: Language,
    blank: bool,
    day: Write<'s>,
}

impl Sheet<'_> {
    fn answer(&self, item: &Item) -> Option<&Answer> {
        self.view.sheet.answers.get(&item.id).filter(|_| !self.blank)
    }

    fn text(&self, item: &Item) -> String {
        match self.answer(item) {
            Some(Answer::Date(day)) => (self.day)(*day),
            Some(answer) => item.said(answer, self.language),
            None => String::new(),
        }
    }

    fn header(&self, step: &Step) -> Markup {
        html! {
            table.paper-who {
                tbody {
                    @for item in step.items.iter().filter(|item| item.kind != Kind::Info) {
                        tr {
                            th scope="row" { (item.text.of(self.language)) }
                            td { (self.mark(item)) }
                        }
                    }
                }
            }
        }
    }

    /// An answer, or room for it.
    fn mark(&self, item: &Item) -> Markup {
        match &item.kind {
            Kind::Choice(choices) => html! {
                @for choice in choices {
                    span.paper-choice {
                        (self.boxed(item, &choice.code)) (choice.text.of(self.language))
                    }
                }
            },
            Kind::YesNo => html! {
                span.paper-choice { (self.boxed(item, "yes")) (say::YES.of(self.language)) }
                span.paper-choice { (self.boxed(item, "no")) (say::NO.of(self.language)) }
            },
            _ => html! { span.paper-words { (self.text(item)) } },
        }
    }

    fn boxed(&self, item: &Item, code: &str) -> &'static str {
        let chosen = self.answer(item).is_some_and(|answer| answer.text() == code);
        if chosen { BOXES[0] } else { BOXES[1] }
    }

    fn questions(&self, steps: &[&Step]) -> Markup {
        let language = self.language;
        html! {
            table.paper-questions {
                thead {
                    tr {
                        th scope="col" { (say::QUESTION.of(language)) }
                        th scope="col" { (say::ANSWER.of(language)) }
                        th scope="col" { (say::PHYSICIAN.of(language)) }
                    }
                }
                tbody {
                    @for item in steps.iter().flat_map(|step| &step.items) {
                        @if item.by == By::Family && item.kind != Kind::Info {
                            tr.paper-detail[item.when.is_some()] {
                                td { (item.text.of(language)) }
                                td { (self.mark(item)) }
                                td {}
                            }
                        }
                    }
                }
            }
        }
    }

    fn physician<'i>(&self, items: impl Iterator<Item = &'i Item>) -> Markup {
        html! {
            section.paper-box {
                h2 { (say::PHYSICIAN.of(self.language)) }
                dl {
                    @for item in items {
                        div { dt { (item.text.of(self.language)) } dd { (self.mark(item)) } }
                    }
                    div { dt { (say::DOCTOR.of(self.language)) } dd {} }
                }
            }
        }
    }

    fn consent(&self, form: &Form) -> Markup {
        let language = self.language;
        let given = self.view.sheet.consent.as_ref().filter(|_| !self.blank);
        let boxed = |yes: bool| {
            let chosen = given.is_some_and(|consent| consent.agrees == yes);
            if chosen { BOXES[0] } else { BOXES[1] }
        };
        let by = given.map_or(self.view.by, |consent| consent.by);
        html! {
            section.paper-box {
                p { (form.declaration.explained.of(language)) }
                p {
                    span.paper-choice { (boxed(true)) (form.declaration.agree.of(language)) }
                    span.paper-choice { (boxed(false)) (form.declaration.disagree.of(language)) }
                }
                dl {
                    div {
                        dt { (say::SIGNED.of(language)) "（" (list::who(by, form, language)) "）" }
                        dd { @if let Some(consent) = given { (consent.name) } }
                    }
                    div {
                        dt { (say::DATE.of(language)) }
                        dd { @if let Some(consent) = given { ((self.day)(consent.at.day_in_japan())) } }
                    }
                }
            }
        }
    }

    fn record(&self) -> Markup {
        html! {
            table.paper-who.paper-record {
                tbody {
                    @for one in say::RECORD {
                        tr { th scope="row" { (one.of(self.language)) } td {} }
                    }
                }
            }
        }
    }
}
