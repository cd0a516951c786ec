//! The clinic: cards are tapped; what must not show does not show.

use std::sync::Arc;

use serde_json::{Value, json};
use web::DemoRefusal;
use web::demo::Place;
use web::look::refusal::{Refusal, Side};

use super::super::tell::Tell;
use super::super::town::label;
use super::{Stage, Step, length, must};
use crate::client::Client;

pub(super) fn play(stage: &Stage, tell: &mut Tell) {
    tell.step("2.1", "窓口でカードをかざし、受給者証の提供に同意する", || agreed(stage));
    tell.step("2.2", "同意しなければ受給者証は見えない", || declined(stage));
    tell.step("2.3", "被保険者番号でも確認できる", || by_numbers(stage));
    tell.step("3.1", "暗証番号を間違える", || wrong_pin(stage));
    tell.step("3.2", "失効したカード、ほかの認証局のカード、期限切れのカード", || bad_cards(stage));
    tell.step("3.3", "使い回した答えと、ほかの端末の答え", || replayed(stage));
    tell.step("3.4", "期限の切れた受給者証", || expired(stage));
    tell.step("3.5", "不開示の方は、受給者証のない方と見分けられない", || non_disclosed(stage));
    tell.step("3.6", "窓口の画面でも、不開示の方の受給者証は見えない", || hidden_page(stage));
    tell.step("3.7", "使えないカードの理由が、窓口とご本人の画面に出る", || reasons(stage));
}

fn agreed(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let shown = stage.tap(&clinic, label::SINGLE_PARENT, true)?.json();
    must(shown["found"] == true, || format!("見つかりません: {shown}"))?;
    must(length(&shown["insurance"]) == 1, || "医療保険が見えません".into())?;
    let certificates = shown["certificates"].as_array().cloned().unwrap_or_default();
    let mut compared = 0;
    for sent in stage.records_of(stage.cast.single_parent) {
        let of = &sent.certificate;
        let seen = certificates
            .iter()
            .find(|seen| seen["orgSpecificCertificateTypeId"] == of.type_id.as_str());
        let seen = seen.ok_or_else(|| format!("{} が見えません", of.name))?;
        let number = |name: &str| seen[name].as_str();
        must(number("medicalSubsidyInsurerNumber") == of.payer_number.as_deref(), || {
            "公費負担者番号が送ったものと違います".into()
        })?;
        must(number("medicalSubsidyRecipientNumber") == of.recipient_number.as_deref(), || {
            "公費受給者番号が送ったものと違います".into()
        })?;
        compared += 1;
    }
    must(compared > 0 && compared == certificates.len(), || {
        format!("{compared}枚送り、{}枚見えます", certificates.len())
    })?;
    must(shown["person"].get("address").is_none(), || "窓口に住所が見えます".into())?;
    Ok(format!("医療保険と受給者証{compared}枚が見え、番号は送られたままです"))
}

fn declined(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let shown = stage.tap(&clinic, label::SINGLE_PARENT, false)?.json();
    must(length(&shown["insurance"]) == 1, || "医療保険が見えません".into())?;
    must(length(&shown["certificates"]) == 0, || "同意なしに受給者証が見えます".into())?;
    Ok("医療保険だけが見えました".into())
}

fn by_numbers(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let person = &stage.world.residents[stage.cast.single_parent];
    let of = &person.insurance;
    let asked = json!({
        "insured": { "insurerNumber": of.insurer, "symbol": of.symbol, "number": of.number,
            "branch": of.branch },
        "consent": { "certificates": true },
    });
    let shown = clinic.post_json("/pmh/v1/eligibility", &asked)?.json();
    must(shown["person"]["name"] == person.five.name.as_str(), || {
        format!("別の方が見えます: {}", shown["person"])
    })?;
    let unbound = stage.system(&stage.clinic_key, &stage.cast.desk_institution, None)?;
    let refused = unbound.post_json("/pmh/v1/eligibility", &asked)?;
    must(refused.code() == "terminal-unbound", || "端末のないトークンで見えました".into())?;
    Ok("同じ方が見え、端末に結び付かないトークンは断られました".into())
}

fn wrong_pin(stage: &Stage) -> Step {
    let card = stage.cards.get(label::WRONG_PIN).ok_or("カードがありません")?;
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let challenge = clinic.post_json("/pmh/v1/card-challenges", &json!({}))?.json();
    let text = |name: &str| challenge[name].as_str().unwrap_or_default();
    let place = Place {
        challenge: text("challenge"),
        origin: text("origin"),
        institution: text("institution"),
        terminal: text("terminal"),
    };
    match card.answer("0000", &place) {
        Err(DemoRefusal::WrongPin { tries_left: 2 }) => {}
        other => return Err(format!("カードの答えが違います: {other:?}")),
    }
    card.answer(card.pin, &place).map_err(|refusal| format!("{refusal:?}"))?;
    Ok("カードが署名せず「あと2回」と答え、正しい番号で戻りました".into())
}

fn bad_cards(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    for (label, code) in [
        (label::REVOKED_CARD, "revoked"),
        (label::FOREIGN_CARD, "unknown-ca"),
        (label::OVER_CARD, "expired"),
    ] {
        let answer = stage.tap(&clinic, label, true)?;
        must(answer.code() == code, || format!("{label}: {}", answer.text()))?;
        must(answer.json().get("person").is_none(), || format!("{label}: 人が見えます"))?;
    }
    Ok("revoked、unknown-ca、expired で断られ、何も見えませんでした".into())
}

fn replayed(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let body = stage.tap_body(&clinic, label::SINGLE_PARENT, true)?;
    let elsewhere = stage.clinic("受付9")?;
    let other = elsewhere.post_json("/pmh/v1/eligibility", &body)?;
    must(other.code() == "challenge-foreign", || format!("ほかの端末: {}", other.text()))?;
    let first = clinic.post_json("/pmh/v1/eligibility", &body)?;
    must(first.status == 200, || first.text())?;
    let again = clinic.post_json("/pmh/v1/eligibility", &body)?;
    must(again.status == 409 && again.code() == "challenge-used", || again.text())?;
    Ok("ほかの端末では challenge-foreign、2回目は challenge-used でした".into())
}

fn expired(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let shown = stage.tap(&clinic, label::EXPIRED, true)?.json();
    must(shown["found"] == true && length(&shown["certificates"]) == 0, || shown.to_string())?;
    Ok("受給者証は見えません".into())
}

fn non_disclosed(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let hidden = stage.tap(&clinic, label::NON_DISCLOSED, true)?;
    let without = stage.tap(&clinic, label::NO_CERTIFICATE, true)?;
    must(length(&hidden.json()["certificates"]) == 0, || "受給者証が見えます".into())?;
    let (one, two) = (shape(&hidden.json()), shape(&without.json()));
    must(one == two && hidden.status == without.status, || format!("形が違います: {one} / {two}"))?;
    Ok("二人の答えは同じ形で、理由は書かれていません".into())
}

/// The desk's page, signed in as the demo's clinic.
fn desk(stage: &Stage) -> Result<Arc<Client>, String> {
    let browser = stage.browser();
    let user = format!("desk:{}", stage.cast.desk_institution);
    let entered = browser.submit("/", "/demo/enter", &[("user", user.as_str())])?;
    must(entered.status == 303, || format!("窓口に入れません({})", entered.status))?;
    Ok(browser)
}

/// A card is tapped on the desk's page, and its holder agrees.
fn tap_page(stage: &Stage, desk: &Client, label: &str) -> Result<String, String> {
    let pin = stage.cards.get(label).ok_or("カードがありません")?.pin;
    let fields = [("card", label), ("pin", pin), ("consent", "yes")];
    let page = desk.submit("/clinic", "/clinic/tap", &fields)?;
    must(page.status == 200, || format!("{label}: 画面が{}です", page.status))?;
    Ok(page.text())
}

fn hidden_page(stage: &Stage) -> Step {
    let desk = desk(stage)?;
    let shown = tap_page(stage, &desk, label::SINGLE_PARENT)?;
    let seen = stage.records_of(stage.cast.single_parent).next().ok_or("記録がありません")?;
    must(shown.contains(&seen.certificate.name), || "同意した受給者証が見えません".into())?;
    let page = tap_page(stage, &desk, label::NON_DISCLOSED)?;
    for record in stage.records_of(stage.cast.under_non_disclosure) {
        let of = &record.certificate;
        let secrets = [Some(&of.name), of.recipient_number.as_ref(), of.payer_number.as_ref()];
        for secret in secrets.into_iter().flatten().chain([&record.five.address]) {
            must(!page.contains(secret.as_str()), || format!("{secret} が見えます"))?;
        }
    }
    for word in ["支援措置", "保護"] {
        must(!page.contains(word), || format!("理由({word})が見えます"))?;
    }
    Ok("受給者証も住所も理由も画面にありません".into())
}

/// Both sides learn what happened; what to do next differs.
fn reasons(stage: &Stage) -> Step {
    let (desk, phone) = (desk(stage)?, stage.browser());
    let mut said = Vec::new();
    for (label, why) in [
        (label::REVOKED_CARD, Refusal::Revoked),
        (label::OVER_CARD, Refusal::Expired),
        (label::FOREIGN_CARD, Refusal::UnknownIssuer),
    ] {
        let pin = stage.cards.get(label).ok_or("カードがありません")?.pin;
        let fields = [("card", label), ("pin", pin)];
        let own = phone.submit("/resident", "/resident/enter", &fields)?.text();
        for (page, side) in [(tap_page(stage, &desk, label)?, Side::Desk), (own, Side::Resident)] {
            for text in [why.title(), why.next(side)] {
                must(page.contains(text), || format!("{label}: {side:?}に「{text}」が出ません"))?;
            }
        }
        let [desk, resident] = [Side::Desk, Side::Resident].map(|side| why.next(side));
        said.push(format!("「{}」窓口には「{desk}」、ご本人には「{resident}」", why.title()));
    }
    Ok(said.remove(0))
}

/// The members of an answer without their values.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}:{}", shape(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::String(_) => "text".to_owned(),
        other => other.to_string(),
    }
}
