//! The audit log from the outside, and the search for what nobody may have seen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::tell::Tell;
use super::super::town::label;
use super::{Stage, Step, must, people};
use crate::audit::Http;
use crate::audit::outside::Checker;

/// The present checkpoint, to be extended by a later one.
pub(super) fn checkpoint(stage: &Stage) -> Option<String> {
    stage.browser().get("/log/checkpoint").ok().map(|answer| answer.text())
}

pub(super) fn play(stage: &Stage, tell: &mut Tell, before: Option<String>) {
    tell.step("7.1", "監査ログを外から検証する", || verify(stage, before));
    tell.step("7.2", "住民が「見た人」の1件を監査ログの中に確かめる", || {
        prove(stage)
    });
    tell.step("7.3", "どの答えにも個人番号が無い", || no_number(stage));
}

fn checker(stage: &Stage) -> Result<(Checker, Http), String> {
    let vkey = stage.browser().get("/log/vkey")?.text();
    let checker = Checker::new(vkey.trim()).map_err(|fault| fault.to_string())?;
    Ok((checker, Http::new(&format!("{}/log/", stage.base))))
}

fn verify(stage: &Stage, before: Option<String>) -> Step {
    let (checker, http) = checker(stage)?;
    let before = before.ok_or("前のチェックポイントがありません")?;
    let report = checker.verify_extends(&http, &before).map_err(|fault| fault.to_string())?;
    Ok(format!("{}件の記録が署名のとおりで、前の時点の続きです", report.size))
}

fn prove(stage: &Stage) -> Step {
    let browser = people::sign_in(stage, label::SINGLE_PARENT)?;
    let looks = browser.get("/resident/looks.json")?.json();
    let look = looks.get(0).ok_or("記録がありません")?;
    let bytes = |name: &str| STANDARD.decode(look[name].as_str().unwrap_or_default());
    let entry = bytes("entry").map_err(|error| error.to_string())?;
    let salt = bytes("salt").map_err(|error| error.to_string())?;
    let salt: [u8; 16] = salt.try_into().map_err(|_| "塩の長さが違います".to_owned())?;
    let leaf = look["leaf"].as_u64().ok_or("番号がありません")?;
    stage.browser().get("/log/checkpoint")?;
    let (checker, http) = checker(stage)?;
    checker.verify_entry(&http, &entry, &salt, leaf).map_err(|fault| fault.to_string())?;
    let mut forged = entry.clone();
    if let Some(byte) = forged.last_mut() {
        *byte ^= 1;
    }
    must(checker.verify_entry(&http, &forged, &salt, leaf).is_err(), || {
        "書き換えた記録も確かめられてしまいました".into()
    })?;
    Ok(format!("{leaf}番の記録が中にあり、書き換えると通りません"))
}

fn no_number(stage: &Stage) -> Step {
    let residents = [stage.cast.baby, stage.cast.elder].map(|at| &stage.world.residents[at]);
    let numbers: Vec<&[u8]> = (stage.batch.iter().map(|record| record.my_number.as_bytes()))
        .chain(residents.iter().map(|person| person.my_number.as_bytes()))
        .collect();
    let clients = stage.clients.borrow();
    let answers: Vec<Vec<u8>> = clients.iter().flat_map(|client| client.seen()).collect();
    for answer in &answers {
        let digits = answer.windows(12).filter(|part| part.iter().all(u8::is_ascii_digit));
        for part in digits {
            must(!numbers.contains(&part), || "答えに個人番号がありました".into())?;
        }
    }
    Ok(format!("{}の答えを調べました", answers.len()))
}
