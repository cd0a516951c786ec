//! The resident's page: certificates, family, who looked.

pub mod care;
pub mod form;
pub mod inbox;
pub mod proof;
pub mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::access::Role;
use domain::certificate::Certificate;
use hub::{OwnPage, Refusal};
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::answer::{bytes, page as answer, refused_page, see};
use crate::asked::{Looked, Named, Sent};
use crate::caller::{ResidentSession, SignedIn, Visitor, frame, stale_form, with_cookie};
use crate::clinic::{card_said, hub_said, notes};
use crate::demo::Place;
use crate::look::Frame;
use crate::look::refusal::Refusal as Shown;
use crate::{App, words};

/// A certificate that ends within so many days is said to end soon.
const SOON_DAYS: i32 = 60;

/// Which looks.
#[derive(serde::Deserialize)]
pub(crate) struct Older {
    /// Only those before this leaf.
    before: Option<i64>,
}

pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Looked(older): Looked<Older>,
) -> Response {
    match visitor.signed_in {
        Some(me) if me.caller.role == Role::Resident => own(&app, &me, older.before).await,
        _ => login(&app, &visitor.frame, None),
    }
}

fn login(app: &App, frame: &Frame, refusal: Option<Shown>) -> Response {
    let model = view::Login {
        cards: app.demo.as_ref().map(|demo| demo.cards()).unwrap_or_default(),
        pin_hint: app.demo.as_ref().map(|demo| demo.pin_hint()),
        refusal,
    };
    answer(StatusCode::OK, view::login(frame, &model))
}

#[derive(serde::Deserialize)]
pub(crate) struct Enter {
    #[serde(default)]
    csrf: String,
    card: String,
    pin: String,
}

pub(crate) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent<Enter>,
) -> Response {
    if !visitor.owns(&form.csrf) {
        return stale_form();
    }
    sign_in(&app, &visitor.frame, &form.card, &form.pin).await
}

/// Lets a virtual card answer the challenge of the phone page.
pub(crate) async fn sign_in(app: &App, frame: &Frame, card: &str, pin: &str) -> Response {
    let Some(demo) = &app.demo else { return refused_page(&Refusal::not_found()) };
    let view = hub::resident_challenge(&app.hub);
    let place = Place {
        challenge: &view.challenge,
        origin: &view.origin,
        institution: &view.institution,
        terminal: &view.terminal,
    };
    let answered = match demo.answer(card, pin, &place) {
        Ok(answered) => answered,
        Err(refusal) => return login(app, frame, Some(card_said(refusal))),
    };
    match hub::sign_in_resident(&app.hub, &view.challenge, answered).await {
        Ok(cookie) => with_cookie(app, see("/resident"), Some(&cookie)),
        Err(refusal) if refusal.code == "link-held" => answer(StatusCode::OK, view::blocked(frame)),
        Err(refusal) => match hub_said(&refusal) {
            Some(shown) => login(app, frame, Some(shown)),
            None => refused_page(&refusal),
        },
    }
}

async fn own(app: &App, me: &SignedIn, before: Option<i64>) -> Response {
    match hub::own_page(&app.hub, &me.caller, before).await {
        Ok(page) => home(app, me, &page, None),
        Err(refusal) if refusal.code == "link-held" => {
            answer(StatusCode::OK, view::blocked(&frame(app, me, "")))
        }
        Err(refusal) if refusal.code == "withheld" => {
            let empty = OwnPage {
                name: String::new(),
                certificates: Vec::new(),
                insurance: Vec::new(),
                care: None,
                letters: Vec::new(),
                children: Vec::new(),
                looks: Vec::new(),
                older: None,
            };
            home(app, me, &empty, None)
        }
        Err(refusal) => refused_page(&refusal),
    }
}

pub(crate) async fn child(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
    Named(handle): Named,
    Looked(older): Looked<Older>,
) -> Response {
    match hub::child_page(&app.hub, &me.caller, &handle, older.before).await {
        Ok(page) => home(&app, &me, &page, Some(&handle)),
        Err(refusal) => refused_page(&refusal),
    }
}

/// A person's page; a guardian's view of a child's has the child's handle.
fn home(app: &App, me: &SignedIn, page: &OwnPage, child: Option<&str>) -> Response {
    let now = app.hub.now();
    let today = now.day_in_japan();
    let model = view::Home {
        name: page.name.clone(),
        greeting: "こんにちは".to_owned(),
        certificates: cards(app, page, today),
        children: page
            .children
            .iter()
            .map(|child| view::Child {
                id: child.handle.clone(),
                name: child.name.clone(),
                age: words::age(child.birth, today),
                summary: "お子さんの受給者証と、見た人の記録".to_owned(),
            })
            .collect(),
        care: page.care.as_ref().map(|of| care::care(of, child, &|day| words::day(&app.hub, day))),
        looks: words::moments(&page.looks, now),
        older: page.older,
        letters: inbox::inbox(&page.letters, &me.csrf, child.unwrap_or_default()),
        unread: inbox::unread(&page.letters) as u64,
        by_guardian: child.is_some(),
    };
    answer(StatusCode::OK, view::home(&frame(app, me, &page.name), &model))
}

fn cards(app: &App, page: &OwnPage, today: Date) -> Vec<view::WalletCard> {
    let mut cards: Vec<view::WalletCard> = page
        .certificates
        .iter()
        .map(|(of, city)| view::WalletCard {
            name: of.name.clone(),
            scheme: scheme(of),
            city: city.clone(),
            payer_number: of.payer_number.clone().unwrap_or_default(),
            recipient_number: of.recipient_number.clone().unwrap_or_default(),
            valid: format!(
                "{} 〜 {}",
                words::day(&app.hub, of.valid_from),
                words::day(&app.hub, of.valid_to)
            ),
            state: validity(of, today),
            notes: notes(of),
        })
        .collect();
    cards.sort_by_key(|card| match card.state {
        view::Validity::InForce => 0,
        view::Validity::EndsSoon => 1,
        view::Validity::Future => 2,
        view::Validity::Ended => 3,
    });
    cards
}

fn validity(of: &Certificate, today: Date) -> view::Validity {
    let soon = today.saturating_add(SOON_DAYS.days());
    match () {
        () if today < of.valid_from => view::Validity::Future,
        () if of.valid_to < today => view::Validity::Ended,
        () if of.valid_to < soon => view::Validity::EndsSoon,
        () => view::Validity::InForce,
    }
}

/// The family of a scheme, from its name: only a colour hangs on it.
fn scheme(of: &Certificate) -> view::Scheme {
    let has = |word: &str| of.name.contains(word);
    match () {
        () if has("ひとり親") || has("母子") => view::Scheme::SingleParent,
        () if has("障がい") || has("障害") || has("重度") => view::Scheme::Disability,
        () if has("自立支援") || has("更生") || has("育成") => view::Scheme::Rehabilitation,
        () if has("難病") || has("小児慢性") => view::Scheme::Intractable,
        () if has("こども") || has("子ども") || has("乳幼児") => view::Scheme::Child,
        () => view::Scheme::Other,
    }
}

/// The newest entries with their salts, which prove them in the audit log, and as FHIR: each an
/// AuditEvent, and a Consent where the resident was asked for one.
pub(crate) async fn looks(
    ResidentSession(me): ResidentSession,
    State(app): State<App>,
) -> Response {
    let looks = match hub::own_looks(&app.hub, &me.caller).await {
        Ok(looks) => looks,
        Err(refusal) => return refused_page(&refusal),
    };
    let mut writer = fhir::json::Writer::with_capacity(4096);
    writer.array(|writer| {
        for look in &looks {
            writer.object(|writer| {
                writer.member("leaf").integer(look.leaf);
                writer.text("entry", &STANDARD.encode(&look.bytes));
                writer.text("salt", &STANDARD.encode(&look.salt));
                write_fhir(writer, "auditEvent", &hub::audit_event(&app.hub, look));
                if let Some(consent) = hub::consent(&app.hub, look) {
                    write_fhir(writer, "consent", &consent);
                }
            });
        }
    });
    bytes(StatusCode::OK, "application/json", writer.finish())
}

fn write_fhir(writer: &mut fhir::json::Writer, name: &str, resource: &[u8]) {
    writer.member(name).raw(&String::from_utf8_lossy(resource));
}
