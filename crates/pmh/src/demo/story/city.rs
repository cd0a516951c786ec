//! 都城市's system: token, registration, correction, deletion.

use std::time::Duration;

use serde_json::Value;

use super::super::tell::Tell;
use super::super::town::label;
use super::super::town::{FAULTS, Registration, body};
use super::{Stage, Step, length, must};
use crate::client::Client;

pub(super) fn play(stage: &Stage, tell: &mut Tell) {
    tell.step("1.1", "都城市のシステムが署名つきでトークンを取る", || {
        token(stage)
    });
    tell.step("1.2", "受給者証1,000件を登録し、結果を読む", || register(stage));
    tell.step("1.3", "同じ送信は二重にならず、別の内容は断られる", || {
        idempotent(stage)
    });
}

fn token(stage: &Stage) -> Step {
    let jti = stage.fresh();
    let good = stage.assertion(&stage.city_key, "452025", &jti)?;
    let first = stage.ask_token(&good, None)?;
    must(first.status == 200, || format!("トークンが来ません: {}", first.text()))?;
    let again = stage.ask_token(&good, None)?;
    must(again.status == 401, || "使い終わった署名でもう一度トークンが取れました".into())?;
    let forged = stage.assertion(&stage.clinic_key, "452025", &stage.fresh())?;
    let forged = stage.ask_token(&forged, None)?;
    must(forged.status == 401, || "ほかの鍵の署名でトークンが取れました".into())?;
    Ok("取れました。使い回しの署名と、ほかの鍵の署名は断られました".into())
}

fn register(stage: &Stage) -> Step {
    let city = stage.city()?;
    let task = send(stage, &city, &stage.batch)?;
    let count = |name: &str| task["counts"][name].as_u64().unwrap_or(0);
    let counts = ["accepted", "held", "refused"].map(count);
    must(counts == [997, 0, 3], || format!("997件、保留0件、3件のはずが {}", task["counts"]))?;
    let refused: Vec<&Value> = task["results"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|result| result["result"] == "refused")
        .collect();
    let places: Vec<u64> = refused.iter().filter_map(|result| result["index"].as_u64()).collect();
    let expected: Vec<u64> = FAULTS.iter().map(|(at, _)| *at as u64).collect();
    must(places == expected, || format!("誤りの場所が違います: {places:?}"))?;
    for result in &refused {
        let finding = &result["findings"][0];
        let told = ["item", "code", "ja", "en"]
            .iter()
            .all(|name| finding[*name].as_str().is_some_and(|text| !text.is_empty()));
        must(told, || format!("場所・コード・助言がそろいません: {result}"))?;
    }
    let codes: Vec<&str> =
        refused.iter().filter_map(|result| result["findings"][0]["code"].as_str()).collect();
    Ok(format!("997件を受け付け、3件を断りました({})", codes.join("、")))
}

/// Sends a batch and waits for its end.
fn send(stage: &Stage, city: &Client, batch: &[Registration]) -> Result<Value, String> {
    let key = stage.fresh();
    let sent = city.post(
        "/pmh/v1/medical-subsidy/registration-tasks",
        "application/json",
        body(batch).as_bytes(),
        &[("Idempotency-Key", &key)],
    )?;
    must(sent.status == 202, || format!("受け付けられません: {}", sent.text()))?;
    let place = sent.location.ok_or("Locationがありません")?;
    for _ in 0..600 {
        let task = city.get(&place)?.json();
        if task["finishedAt"].is_string() {
            return Ok(task);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("登録が30秒で終わりません".into())
}

fn idempotent(stage: &Stage) -> Step {
    let city = stage.city()?;
    let key = stage.fresh();
    let post = |batch: &[Registration]| {
        city.post(
            "/pmh/v1/medical-subsidy/registration-tasks",
            "application/json",
            body(batch).as_bytes(),
            &[("Idempotency-Key", &key)],
        )
    };
    let (first, again) = (post(&stage.batch[..2])?, post(&stage.batch[..2])?);
    let same = first.json()["taskId"] == again.json()["taskId"];
    must(first.status == 202 && same, || "同じ送信が別の登録になりました".into())?;
    let other = post(&stage.batch[..3])?;
    must(other.status == 409, || format!("別の内容が{}になりました", other.status))?;
    Ok("同じ送信は同じ登録に、別の内容は409になりました".into())
}

/// Chapter 6: one record is corrected, another deleted; the next tap shows it.
pub(super) fn correct(stage: &Stage, tell: &mut Tell) {
    tell.step("6.1", "自治体が1件を訂正し、1件を削除する", || change(stage));
    tell.step("6.2", "次にカードをかざすと反映されている", || reflected(stage));
}

const CORRECTED: &str = "0000042";

fn change(stage: &Stage) -> Step {
    let city = stage.city()?;
    let mut records = Vec::new();
    for record in stage.records_of(stage.cast.corrected) {
        let mut record = record.clone();
        record.certificate.recipient_number = Some(CORRECTED.to_owned());
        records.push(record);
    }
    for record in stage.records_of(stage.cast.deleted) {
        records.push(Registration { deleted: true, ..record.clone() });
    }
    must(records.len() >= 2, || "訂正と削除の記録がありません".into())?;
    let task = send(stage, &city, &records)?;
    must(task["counts"]["refused"] == 0, || format!("断られました: {task}"))?;
    Ok(format!("{}件を送り、すべて受け付けられました", records.len()))
}

fn reflected(stage: &Stage) -> Step {
    let clinic = stage.clinic(stage.cast.desk_terminal)?;
    let corrected = stage.tap(&clinic, label::CORRECTED, true)?.json();
    let number = &corrected["certificates"][0]["medicalSubsidyRecipientNumber"];
    must(number == CORRECTED, || format!("訂正前の番号です: {number}"))?;
    let deleted = stage.tap(&clinic, label::DELETED, true)?.json();
    must(deleted["found"] == true && length(&deleted["certificates"]) == 0, || {
        format!("消した受給者証が見えます: {deleted}")
    })?;
    Ok("新しい番号が見え、消した受給者証は見えません".into())
}
