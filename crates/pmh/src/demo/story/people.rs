//! Residents on their phones: the certificate, who looked, the child's page.

use std::sync::Arc;

use super::super::tell::Tell;
use super::super::town::label;
use super::{Stage, Step, must};
use crate::client::Client;

pub(super) fn play(stage: &Stage, tell: &mut Tell) {
    tell.step("4.1", "住民が同じカードで入り、受給者証と「見た人」を見る", || own(stage));
    tell.step("4.2", "保護者がお子さんの受給者証を見る", || guardian(stage));
    tell.step("4.3", "不開示の方と、その元配偶者には何も見えない", || {
        withheld(stage)
    });
}

/// Signs in on the phone page.
pub(super) fn sign_in(stage: &Stage, label: &str) -> Result<Arc<Client>, String> {
    let browser = stage.browser();
    let pin = stage.cards.get(label).ok_or("カードがありません")?.pin;
    let entered =
        browser.submit("/resident", "/resident/enter", &[("card", label), ("pin", pin)])?;
    must(entered.status == 303, || format!("入れません({})", entered.status))?;
    Ok(browser)
}

fn own(stage: &Stage) -> Step {
    let browser = sign_in(stage, label::SINGLE_PARENT)?;
    let page = browser.get("/resident")?.text();
    let record =
        stage.records_of(stage.cast.single_parent).next().ok_or("都城市の記録がありません")?;
    must(page.contains(&record.certificate.name), || "受給者証が見えません".into())?;
    let number = record.certificate.recipient_number.as_deref().unwrap_or_default();
    must(page.contains(number), || "受給者番号が見えません".into())?;
    let clinic = stage
        .world
        .institutions
        .iter()
        .find(|of| of.code == stage.cast.desk_institution)
        .ok_or("窓口がありません")?;
    must(page.contains(&clinic.name), || "見た医療機関が書かれていません".into())?;
    must(page.contains("たった今"), || "時刻が書かれていません".into())?;
    Ok(format!("受給者証と、たった今の「{}」が見えました", clinic.name))
}

fn guardian(stage: &Stage) -> Step {
    let browser = sign_in(stage, label::GUARDIAN)?;
    let page = browser.get("/resident")?.text();
    let child = &stage.world.residents[stage.cast.ward];
    must(page.contains(&child.five.name), || "お子さんが見えません".into())?;
    let path = page
        .split('"')
        .find(|part| part.starts_with("/resident/child/"))
        .ok_or("お子さんのページへの道がありません")?
        .to_owned();
    let page = browser.get(&path)?.text();
    let record = stage.records_of(stage.cast.ward).next().ok_or("育成医療の記録がありません")?;
    must(page.contains(&record.certificate.name), || "お子さんの受給者証が見えません".into())?;
    let stranger = sign_in(stage, label::SINGLE_PARENT)?.get(&path)?;
    must(stranger.status == 404, || "ほかの保護者に見えました".into())?;
    Ok("お子さんの受給者証が見え、ほかの保護者には見えません".into())
}

fn withheld(stage: &Stage) -> Step {
    let hidden = sign_in(stage, label::NON_DISCLOSED)?.get("/resident")?.text();
    let record = stage
        .records_of(stage.cast.under_non_disclosure)
        .next()
        .ok_or("不開示の記録がありません")?;
    must(!hidden.contains(&record.certificate.name), || "受給者証が見えます".into())?;
    let page = sign_in(stage, label::EX_PARTNER)?.get("/resident")?.text();
    let child = &stage.world.residents[stage.cast.non_disclosed_child];
    must(!page.contains(&child.five.name), || "元配偶者にお子さんが見えます".into())?;
    for person in [stage.cast.under_non_disclosure, stage.cast.non_disclosed_child] {
        let address = &stage.world.residents[person].five.address;
        must(!page.contains(address), || "元配偶者に住所が見えます".into())?;
    }
    Ok("受給者証も、お子さんも、住所も見えません".into())
}
