//! The desk of an institution.

pub mod dose;
pub mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::certificate::Certificate;
use domain::insurance::Insurance;
use hub::credential::card::CardAnswerWire;
use hub::intake::eligibility::{EligibilityRequest, Identify};
use hub::{Eligibility, PersonView, Refusal};

use crate::answer::{page as answer, refused_page};
use crate::asked::Sent;
use crate::caller::{DeskSession, SignedIn, frame, same, stale_form};
use crate::demo::{DemoRefusal, Place};
use crate::look::picture;
use crate::look::refusal::Refusal as Shown;
use crate::{App, words};

pub(crate) async fn page(DeskSession(desk): DeskSession, State(app): State<App>) -> Response {
    waiting(&app, &desk, None)
}

fn waiting(app: &App, desk: &SignedIn, refusal: Option<Shown>) -> Response {
    let model = view::Desk {
        cards: app.demo.as_ref().map(|demo| demo.cards()).unwrap_or_default(),
        pin_hint: app.demo.as_ref().map(|demo| demo.pin_hint()),
        search: view::Search::default(),
        refusal,
    };
    answer(StatusCode::OK, view::desk(&frame(app, desk, ""), &model))
}

#[derive(serde::Deserialize)]
pub(crate) struct Tap {
    #[serde(default)]
    csrf: String,
    card: String,
    pin: String,
    consent: String,
}

pub(crate) async fn tap(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<Tap>,
) -> Response {
    let consent = match form.consent.as_str() {
        "yes" => true,
        "no" => false,
        _ => return stale_form(),
    };
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    let (challenge, answered) = match card_answer(&app, &desk, &form.card, &form.pin) {
        Ok(answered) => answered,
        Err(NoCard::Page(page)) => return *page,
        Err(NoCard::Said(shown)) => return waiting(&app, &desk, Some(shown)),
    };
    let identify = Identify::Card {
        challenge,
        certificate_der: answered.certificate_der,
        signature: answered.signature,
    };
    let asked = EligibilityRequest { identify, certificates_agreed: consent };
    show(&app, &desk, asked).await
}

/// Why no card answered.
pub(crate) enum NoCard {
    /// A page says it.
    Page(Box<Response>),
    /// The card said no.
    Said(Shown),
}

/// Lets a virtual card answer a challenge of this desk; gives the challenge and the answer.
pub(crate) fn card_answer(
    app: &App,
    desk: &SignedIn,
    card: &str,
    pin: &str,
) -> Result<(String, CardAnswerWire), NoCard> {
    let page = |page: Response| NoCard::Page(Box::new(page));
    let demo = app.demo.as_ref().ok_or_else(|| page(stale_form()))?;
    let view = hub::issue_challenge(&app.hub, &desk.caller);
    let view = view.map_err(|refusal| page(refused_page(&refusal)))?;
    let place = Place {
        challenge: &view.challenge,
        origin: &view.origin,
        institution: &view.institution,
        terminal: &view.terminal,
    };
    let answered =
        demo.answer(card, pin, &place).map_err(|refusal| NoCard::Said(card_said(refusal)))?;
    Ok((view.challenge, answered))
}

/// What the card itself said no with.
pub(crate) const fn card_said(refusal: DemoRefusal) -> Shown {
    match refusal {
        DemoRefusal::WrongPin { tries_left } => Shown::WrongPin { tries_left },
        DemoRefusal::Locked => Shown::Locked,
        DemoRefusal::Unknown => Shown::NothingFound,
    }
}

/// What the hub said no with, as a person can act upon it.
pub(crate) fn hub_said(refusal: &Refusal) -> Option<Shown> {
    Some(match refusal.code {
        "revoked" => Shown::Revoked,
        "revocation-unknown" => Shown::RevocationUnknown,
        "expired" | "not-yet-valid" => Shown::Expired,
        "unknown-ca" | "wrong-policy" | "wrong-key-usage" | "bad-signature" | "malformed" => {
            Shown::UnknownIssuer
        }
        "challenge-used" | "challenge-expired" | "challenge-foreign" | "challenge-malformed" => {
            Shown::Replayed
        }
        "nothing-found" => Shown::NothingFound,
        _ => return None,
    })
}

#[derive(serde::Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    csrf: String,
    insurer: String,
    #[serde(default)]
    symbol: String,
    number: String,
    #[serde(default)]
    branch: String,
    consent: String,
}

pub(crate) async fn search(
    DeskSession(desk): DeskSession,
    State(app): State<App>,
    Sent(form): Sent<Search>,
) -> Response {
    let consent = match form.consent.as_str() {
        "yes" => true,
        "no" => false,
        _ => return stale_form(),
    };
    if !same(&desk.csrf, &form.csrf) {
        return stale_form();
    }
    let identify = Identify::Numbers {
        insurer: form.insurer,
        symbol: form.symbol,
        number: form.number,
        branch: form.branch,
    };
    show(&app, &desk, EligibilityRequest { identify, certificates_agreed: consent }).await
}

async fn show(app: &App, desk: &SignedIn, asked: EligibilityRequest) -> Response {
    match hub::show_eligibility(&app.hub, &desk.caller, asked).await {
        Ok(shown) => match &shown.person {
            Some(person) => {
                let model = model(app, &shown, person);
                answer(StatusCode::OK, view::answer(&frame(app, desk, ""), &model))
            }
            None => waiting(app, desk, Some(Shown::NothingFound)),
        },
        Err(refusal) => match hub_said(&refusal) {
            Some(shown) => waiting(app, desk, Some(shown)),
            None => refused_page(&refusal),
        },
    }
}

fn model(app: &App, shown: &Eligibility, person: &PersonView) -> view::Answer {
    let five = &person.five;
    view::Answer {
        person: view::Person {
            name: five.name.clone(),
            kana: five.kana.clone(),
            birth: words::birth(&app.hub, five.birth),
            age: words::age(five.birth, shown.at.day_in_japan()),
            sex: words::sex(five.sex).to_owned(),
        },
        insurance: shown.insurance.iter().map(|of| insurance(app, of)).collect(),
        certificates: shown
            .certificates
            .iter()
            .map(|(of, municipality)| certificate(app, of, municipality))
            .collect(),
        identified_by: if shown.by_card {
            "マイナンバーカード"
        } else {
            "被保険者番号"
        }
        .to_owned(),
        at: shown.at.for_people(),
    }
}

fn insurance(app: &App, of: &Insurance) -> view::Insurance {
    let share = match of.share_percent % 10 {
        0 => format!("{}割", of.share_percent / 10),
        _ => format!("{}%", of.share_percent),
    };
    let from = words::day(&app.hub, of.valid_from);
    let valid = match of.valid_to {
        Some(last) => format!("{from} から {} まで", words::day(&app.hub, last)),
        None => format!("{from} から"),
    };
    view::Insurance {
        insurer: of.insurer.clone(),
        insurer_name: of.insurer_name.clone(),
        symbol: of.symbol.clone(),
        number: of.number.clone(),
        branch: of.branch.clone(),
        share,
        valid,
    }
}

fn certificate(app: &App, of: &Certificate, municipality: &str) -> view::Certificate {
    let (from, to) = (words::day(&app.hub, of.valid_from), words::day(&app.hub, of.valid_to));
    view::Certificate {
        name: of.name.clone(),
        municipality: municipality.to_owned(),
        payer_number: of.payer_number.clone().unwrap_or_default(),
        recipient_number: of.recipient_number.clone().unwrap_or_default(),
        valid: format!("{from} から {to} まで"),
        income: of.income_segment.clone().unwrap_or_default(),
        ceiling: ceiling(of),
        notes: notes(of),
    }
}

/// 自己負担上限額 of a month. Its members are not documented; the two that we define are read, and
/// nothing is guessed from others: a wrong ceiling would be charged.
fn ceiling(of: &Certificate) -> String {
    let Some(json) = &of.max_copayment else { return String::new() };
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let yen = value["amount"].as_u64().filter(|_| value["period"] == "month");
    yen.map(|yen| format!("月額 {}円", picture::grouped(yen))).unwrap_or_default()
}

pub(crate) fn notes(of: &Certificate) -> Vec<String> {
    let mut notes = Vec::new();
    if of.always_reimbursed {
        notes.push("償還払いです。窓口では医療保険の自己負担を受け取ってください。".to_owned());
    }
    if let Some(conditions) = &of.additional_conditions {
        notes.push(format!("追加条件 {conditions}"));
    }
    if let Some(places) = &of.designated_institutions {
        notes.push(format!("指定医療機関 {places}"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use domain::certificate::Certificate;
    use jiff::civil::date;

    use hub::{Kind, Refusal};

    use super::{Shown, ceiling, hub_said};

    #[test]
    fn a_card_that_cannot_be_checked_is_not_called_revoked() {
        for (code, want) in [
            ("revoked", Some(Shown::Revoked)),
            ("revocation-unknown", Some(Shown::RevocationUnknown)),
            ("expired", Some(Shown::Expired)),
            ("busy", None),
        ] {
            assert_eq!(hub_said(&Refusal::new(Kind::NotFound, code, "", "")), want, "{code}");
        }
    }

    fn certificate(max_copayment: &str) -> Certificate {
        Certificate {
            municipality: "452025".into(),
            type_id: "KOSEI".into(),
            name: "更生医療".into(),
            payer_number: None,
            recipient_number: None,
            sub_key: None,
            segment: None,
            income_segment: None,
            additional_conditions: None,
            designated_institutions: None,
            always_reimbursed: false,
            max_copayment: Some(max_copayment.to_owned()),
            valid_from: date(2026, 4, 1),
            valid_to: date(2027, 3, 31),
            history_key: "1".into(),
            not_disclosed: false,
            details: "[]".into(),
        }
    }

    #[test]
    fn a_ceiling_is_shown_only_where_its_members_are_known() {
        for (sent, want) in [
            (r#"{"period":"month","amount":10000}"#, "月額 10,000円"),
            (r#"{"period":"month","amount":0}"#, "月額 0円"),
            (r#"{"countPerMonth":2,"monthlyYen":10000}"#, ""),
            (r#"{"amount":10000}"#, ""),
            (r#"{"period":"day","amount":500}"#, ""),
            (r#"{"period":"month","amount":-1}"#, ""),
            (r#"{"period":"month","amount":"10000"}"#, ""),
            ("{}", ""),
        ] {
            assert_eq!(ceiling(&certificate(sent)), want, "{sent}");
        }
    }
}
