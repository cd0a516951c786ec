//! 予診票 on a phone: the list, a page for each step, the answers to check, the consent, and paper.
//!
//! | address below `/resident/forms` | what |
//! |---|---|
//! | `` | the forms that may be filled in now |
//! | `/{form}/{series}/{step}` | a step of the form; `POST` saves it: `q-{question}`, `go` |
//! | `…/check` | the answers |
//! | `…/consent` | the consent; `POST` hands in: `explained`, `agrees`, `name`, `edition` |
//! | `…/done` | it is handed in |
//! | `…/withdraw` | `POST` takes it back: `reason` |
//! | `…/print` | on paper; with `blank=yes` without answers |
//!
//! The query `for` names a child by the guardian's handle, `lang` the language (`ja`, `en`, `easy`);
//! every link keeps both.

mod check;
mod list;
mod print;
#[cfg(test)]
pub(crate) mod sample;
mod say;
mod step;

pub(super) use list::{all, buttons};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use domain::form::{By, Form, Language, State as Stands, Step};
use hub::Refusal;
use hub::immunization::form::{
    Asked, FormView, Saved, Signature, list_forms, open_form, save_step, submit_form, withdraw_form,
};
use maud::{Markup, html};

use crate::App;
use crate::answer::{page as answer, refused_page, see};
use crate::asked::{Looked, NamedThrice, Sent};
use crate::caller::{ResidentSession, SignedIn, frame, same, stale_form};
use crate::look::{Audience, Frame, Lang, Layout, page};

/// Everything that is sent of one step. Ours: the longest answers many times over.
const BODY_BYTES: usize = 256 * 1024;
/// Before the name of a question in a form that is sent.
const QUESTION: &str = "q-";

/// What every link keeps.
#[derive(serde::Deserialize)]
pub(crate) struct Query {
    #[serde(rename = "for")]
    child: Option<String>,
    lang: Option<String>,
    edition: Option<String>,
    blank: Option<String>,
}

/// Where a page stands.
#[derive(Debug, Clone)]
pub(crate) struct Trail {
    child: Option<String>,
    language: Language,
    form: String,
    series: String,
}

impl Trail {
    fn new(query: &Query, [form, series, _]: &[String; 3]) -> Self {
        Self {
            child: query.child.clone(),
            language: say::language(query.lang.as_deref()),
            form: form.clone(),
            series: series.clone(),
        }
    }

    fn asked(&self) -> Asked {
        let Self { child, form, series, .. } = self.clone();
        Asked { child, form, series }
    }

    fn query(&self) -> String {
        let child = self.child.iter().map(|handle| format!("for={handle}"));
        let named = say::LANGUAGES.iter().find(|(known, _, _)| *known == self.language);
        let other = named.filter(|(known, _, _)| *known != Language::Japanese);
        let language = other.map(|(_, name, _)| format!("lang={name}"));
        let query = child.chain(language).collect::<Vec<_>>().join("&");
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// A page of this form.
    fn to(&self, step: &str) -> String {
        let Self { form, series, .. } = self;
        format!("/resident/forms/{form}/{series}/{step}{}", self.query())
    }

    /// The same with one more word in the query.
    fn with(&self, step: &str, word: &str) -> String {
        let plain = self.to(step);
        let between = if plain.contains('?') { '&' } else { '?' };
        format!("{plain}{between}{word}")
    }

    fn list(&self) -> String {
        format!("/resident/forms{}", self.query())
    }

    fn home(&self) -> String {
        let child = self.child.iter().map(|handle| format!("/child/{handle}")).collect::<String>();
        format!("/resident{child}#care")
    }

    /// The page around a body, with the switch of languages to `here` in each.
    fn page(
        &self,
        frame: &Frame,
        (title, here): (&str, &dyn Fn(&Self) -> String),
        body: &Markup,
    ) -> Markup {
        let lang = if self.language == Language::English { Lang::En } else { Lang::Ja };
        let layout = Layout { lang, ..Layout::new(frame, Audience::Resident, title) };
        page(&layout, &html! { (self.languages(here)) (body) })
    }

    fn languages(&self, here: &dyn Fn(&Self) -> String) -> Markup {
        html! {
            nav.languages aria-label=(say::LANGUAGE.of(self.language)) {
                ul {
                    @for (language, _, name) in say::LANGUAGES {
                        @let there = Self { language, ..self.clone() };
                        @let current = (language == self.language).then_some("true");
                        @let lang = if language == Language::English { "en" } else { "ja" };
                        li { a href=(here(&there)) aria-current=[current] lang=(lang) { (name) } }
                    }
                }
            }
        }
    }
}

/// The steps that the family fills in.
fn steps(form: &Form) -> Vec<&Step> {
    let family = |step: &&Step| step.items.iter().any(|item| item.by == By::Family);
    form.steps.iter().filter(family).collect()
}

pub(crate) async fn list(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
    Looked(query): Looked<Query>,
) -> Response {
    let trail = Trail::new(&query, &Default::default());
    match list_forms(&app.hub, &me.caller, trail.child.as_deref()).await {
        Ok(found) => {
            let body = list::list(&trail, &found, &|day| crate::words::day(&app.hub, day));
            let title = say::LIST.of(trail.language);
            answer(StatusCode::OK, trail.page(&frame(&app, &me, ""), (title, &Trail::list), &body))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

pub(crate) async fn show(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
    NamedThrice(names): NamedThrice,
    Looked(query): Looked<Query>,
) -> Response {
    let trail = Trail::new(&query, &names);
    let view = match open_form(&app.hub, &me.caller, &trail.asked()).await {
        Ok(view) => view,
        Err(refusal) => return refused_page(&refusal),
    };
    let place = Place { app: &app, me: &me, trail: &trail, view: &view };
    let frozen = view.sheet.state() == Stands::Received;
    match names[2].as_str() {
        "print" => place.print(query.blank.as_deref() == Some("yes")),
        _ if frozen => place.answers("check"),
        "check" => place.answers("check"),
        "consent" if !view.open.is_empty() => see(&trail.to("check")),
        // Who consents has seen these answers.
        "consent" if query.edition.as_deref() != Some(&view.edition) => see(&trail.to("check")),
        "consent" => place.consent(&[], None),
        "done" if view.sheet.state() == Stands::Submitted => place.done(),
        "done" => see(&trail.to("check")),
        "withdraw" => place.withdraw(&[], ""),
        step => place.step(step, &step::Shown::default()),
    }
}

/// Takes what is sent, within its limit.
pub(crate) fn taking() -> MethodRouter<App> {
    post(take).layer(DefaultBodyLimit::max(BODY_BYTES))
}

async fn take(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
    NamedThrice(names): NamedThrice,
    Looked(query): Looked<Query>,
    Sent(fields): Sent<Vec<(String, String)>>,
) -> Response {
    if !same(&me.csrf, field(&fields, "csrf")) {
        return stale_form();
    }
    let trail = Trail::new(&query, &names);
    let taken = match names[2].as_str() {
        "consent" => hand_in(&app, &me, &trail, &fields).await,
        "withdraw" => take_back(&app, &me, &trail, &fields).await,
        "check" | "done" | "print" => Err(Refusal::not_found()),
        step => keep(&app, &me, &trail, (step, fields)).await,
    };
    taken.unwrap_or_else(|refusal| refused_page(&refusal))
}

fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().rfind(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// Saves a step and goes where was asked.
async fn keep(
    app: &App,
    me: &SignedIn,
    trail: &Trail,
    (step, fields): (&str, Vec<(String, String)>),
) -> Result<Response, Refusal> {
    let go = field(&fields, "go").to_owned();
    let written = fields
        .into_iter()
        .filter_map(|(name, text)| Some((name.strip_prefix(QUESTION)?.to_owned(), text)));
    let written: Vec<(String, String)> = written.collect();
    let Saved { view, mut findings } =
        save_step(&app.hub, &me.caller, &trail.asked(), (step, written.clone())).await?;
    let shown = steps(&view.form);
    let at = shown.iter().position(|it| it.id == step).ok_or_else(Refusal::not_found)?;
    if go != "back" && go != "later" {
        let here = |id: &str| shown[at].items.iter().any(|item| item.id == id);
        let told: Vec<_> = findings.iter().map(|finding| finding.at.clone()).collect();
        let open = view.open.iter().filter(|it| here(&it.at) && !told.contains(&it.at));
        findings.extend(open.cloned());
    }
    if !findings.is_empty() {
        let place = Place { app, me, trail, view: &view };
        let shown = step::Shown { findings: &findings, written: &written };
        let mut response = place.step(step, &shown);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let before = at.checked_sub(1).map(|before| trail.to(&shown[before].id));
    let behind = shown.get(at + 1).map_or_else(|| trail.to("check"), |step| trail.to(&step.id));
    Ok(see(&match go.as_str() {
        "back" => before.unwrap_or_else(|| trail.list()),
        "later" => trail.list(),
        _ => behind,
    }))
}

async fn hand_in(
    app: &App,
    me: &SignedIn,
    trail: &Trail,
    fields: &[(String, String)],
) -> Result<Response, Refusal> {
    let agrees = match field(fields, "agrees") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let signature = Signature {
        edition: field(fields, "edition").to_owned(),
        explained: field(fields, "explained") == "yes",
        agrees,
        name: field(fields, "name").to_owned(),
    };
    let Saved { view, findings } =
        submit_form(&app.hub, &me.caller, &trail.asked(), signature.clone()).await?;
    let place = Place { app, me, trail, view: &view };
    if findings.is_empty() {
        return Ok(see(&trail.to("done")));
    }
    // What is not about the consent itself is mended among the answers.
    let about = findings.iter().all(|finding| finding.at.starts_with("consent."));
    let mut response = match about {
        true => place.consent(&findings, Some(&signature)),
        false => place.answers("check"),
    };
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn take_back(
    app: &App,
    me: &SignedIn,
    trail: &Trail,
    fields: &[(String, String)],
) -> Result<Response, Refusal> {
    let reason = field(fields, "reason");
    let Saved { view, findings } =
        withdraw_form(&app.hub, &me.caller, &trail.asked(), reason).await?;
    if findings.is_empty() {
        return Ok(see(&trail.list()));
    }
    let place = Place { app, me, trail, view: &view };
    let mut response = place.withdraw(&findings, reason);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// A page of one form.
struct Place<'p> {
    app: &'p App,
    me: &'p SignedIn,
    trail: &'p Trail,
    view: &'p FormView,
}

impl Place<'_> {
    fn page(&self, title: &str, step: &str, body: &Markup) -> Response {
        let here = |trail: &Trail| trail.to(step);
        let page = self.trail.page(&frame(self.app, self.me, ""), (title, &here), body);
        answer(StatusCode::OK, page)
    }

    fn title(&self) -> &str {
        self.view.form.title.of(self.trail.language)
    }

    fn step(&self, step: &str, shown: &step::Shown<'_>) -> Response {
        let Some(at) = steps(&self.view.form).iter().position(|it| it.id == step) else {
            return refused_page(&Refusal::not_found());
        };
        let body = step::step(self.trail, self.view, (at, &self.me.csrf), shown);
        self.page(self.title(), step, &body)
    }

    fn answers(&self, step: &str) -> Response {
        self.page(self.title(), step, &check::answers(self.trail, self.view))
    }

    fn consent(&self, findings: &[domain::finding::Finding], of: Option<&Signature>) -> Response {
        let body = check::consent(self.trail, self.view, (findings, of), &self.me.csrf);
        // In another language, the answers are looked at again.
        self.page(say::CONSENT.of(self.trail.language), "check", &body)
    }

    fn done(&self) -> Response {
        let body = check::done(self.trail, self.view);
        self.page(say::DONE.of(self.trail.language), "done", &body)
    }

    fn withdraw(&self, findings: &[domain::finding::Finding], reason: &str) -> Response {
        let body = check::withdraw(self.trail, self.view, (findings, reason), &self.me.csrf);
        self.page(say::WITHDRAW.of(self.trail.language), "withdraw", &body)
    }

    fn print(&self, blank: bool) -> Response {
        let here = |trail: &Trail| match blank {
            true => trail.with("print", "blank=yes"),
            false => trail.to("print"),
        };
        let day = |day| match self.trail.language {
            Language::English => jiff::civil::Date::to_string(&day),
            _ => crate::words::day(&self.app.hub, day),
        };
        let body = print::sheet(self.trail, self.view, blank, &day);
        let page = self.trail.page(&frame(self.app, self.me, ""), (self.title(), &here), &body);
        answer(StatusCode::OK, page)
    }
}
