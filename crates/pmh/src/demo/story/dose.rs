//! The way of one dose: a baby's first visit, the mistakes that do not happen, an elder's autumn.
//!
//! Played again on a filled folder, the doses of the last time are first cancelled, with a reason.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::tell::Tell;
use super::super::town::label;
use super::phone::Phone;
use super::{Stage, Step, length, must};
use crate::client::{Answer, Client};
use crate::clock::{self, Watch};

const RECEPTIONS: &str = "/pmh/v1/immunization/receptions";
const CHECKS: &str = "/pmh/v1/immunization/gate-checks";
const DOSES: &str = "/pmh/v1/immunization/doses";
/// For so many days after the world was made, the baby is of the age for a first visit.
const FRESH_DAYS: i32 = 30;
/// For how many days a vial is good.
const GOOD_DAYS: i32 = 400;

/// A vaccine of the first visit: series, form, vaccine, GTIN, hundredths of a millilitre.
struct Vial {
    form: &'static str,
    series: &'static str,
    product: &'static str,
    gtin: &'static str,
    hundredths: u16,
    route: &'static str,
}

const FIRST_VISIT: [Vial; 4] = [
    Vial {
        form: "rota/rota-1v",
        series: "rota-1v",
        product: "rota-1v",
        gtin: "09520000000011",
        hundredths: 150,
        route: "oral",
    },
    Vial {
        form: "hepb/hepb",
        series: "hepb",
        product: "hepb",
        gtin: "09520000000035",
        hundredths: 25,
        route: "subcutaneous",
    },
    Vial {
        form: "child/dpt-ipv-hib",
        series: "dpt-ipv-hib",
        product: "dpt-ipv-hib",
        gtin: "09520000000042",
        hundredths: 50,
        route: "subcutaneous",
    },
    Vial {
        form: "child/pcv",
        series: "pcv",
        product: "pcv20",
        gtin: "09520000000103",
        hundredths: 50,
        route: "subcutaneous",
    },
];

const AUTUMN: [Vial; 2] = [
    Vial {
        form: "influenza/influenza-elderly",
        series: "influenza-elderly",
        product: "influenza",
        gtin: "09520000000233",
        hundredths: 50,
        route: "subcutaneous",
    },
    Vial {
        form: "covid19/covid19-elderly",
        series: "covid19-elderly",
        product: "covid19",
        gtin: "09520000000257",
        hundredths: 30,
        route: "intramuscular",
    },
];

pub(super) fn play(stage: &Stage, tell: &mut Tell) {
    let today = clock::now().day_in_japan();
    if stage.world.today.saturating_add(FRESH_DAYS.days()) < today {
        tell.line(
            "  5章は飛ばします: 赤ちゃんが大きくなりました。新しいフォルダ(--data)なら演じられます",
        );
        return;
    }
    let clinic = stage.clinic(stage.cast.desk_terminal);
    let Ok(clinic) = clinic.inspect_err(|why| tell.line(why)) else { return };
    let visit = Visit { stage, clinic: &clinic, today };
    tell.step("5.1", "保護者がスマートフォンで予診票を4枚書く", || {
        visit.forms()
    });
    tell.step("5.2", "窓口で赤ちゃんのカードをかざす", || visit.reception());
    tell.step("5.3", "取り違え・期限切れ・量の誤りは、打つ前に止まる", || visit.prevented());
    tell.step("5.4", "3本が関門を通り、記録される", || visit.doses());
    tell.step("5.5", "4本目の前に通信が切れる。下書きから記録し、すぐに届く", || visit.arrived());
    tell.step("5.6", "早すぎる接種と、要らない接種も止まる", || {
        visit.not_again()
    });
    tell.step("5.7", "高齢者の秋: インフルエンザと新型コロナ", || visit.autumn());
    tell.step("5.8", "ロット番号を、理由を書いて訂正する", || visit.corrected());
    tell.step("5.9", "保護者が、赤ちゃんの記録を見た人を確かめる", || {
        visit.looks()
    });
    // 5.10 勧奨のお知らせ and 5.11 接種率と回収: their pages come with the municipality's view.
}

/// The day at the clinic.
struct Visit<'s> {
    stage: &'s Stage,
    clinic: &'s Client,
    today: Date,
}

impl Visit<'_> {
    fn name(&self, resident: usize) -> &str {
        &self.stage.world.residents[resident].five.name
    }

    fn birth(&self, resident: usize) -> String {
        self.stage.world.residents[resident].five.birth.text()
    }

    /// The baby's, on the guardian's page.
    fn guardian(&self) -> Result<(Phone, String), String> {
        let phone = Phone::new(self.stage, label::GUARDIAN)?;
        let handle = phone.child(self.name(self.stage.cast.baby))?;
        Ok((phone, handle))
    }

    /// A card is tapped for a dose.
    fn received(&self, label: &str) -> Result<Value, String> {
        let card = self.stage.tap_body(self.clinic, label, false)?["card"].clone();
        let answer = self.clinic.post_json(RECEPTIONS, &json!({ "card": card }))?;
        must(answer.status == 201, || format!("{label}: 受け付けられません: {}", answer.text()))?;
        Ok(answer.json())
    }

    /// Takes back what an earlier run of the story recorded.
    fn fresh(&self, label: &str, since: Date) -> Result<(), String> {
        let seen = self.received(label)?;
        for dose in seen["history"].as_array().into_iter().flatten() {
            if dose["date"].as_str() < Some(since.to_string().as_str()) {
                continue;
            }
            let path = format!("{DOSES}/{}/cancellation", dose["id"].as_str().unwrap_or_default());
            let body = json!({ "reason": "デモをもう一度始めるため" });
            let answer = self.clinic.post_json(&path, &body)?;
            must(answer.status == 200, || format!("取り消せません: {}", answer.text()))?;
        }
        Ok(())
    }

    fn forms(&self) -> Step {
        self.fresh(label::BABY, Date::MIN)?;
        let (phone, handle) = self.guardian()?;
        let query = format!("?for={handle}");
        for vial in &FIRST_VISIT {
            let said: &[(&str, &str)] = match vial.series {
                "dpt-ipv-hib" => &[
                    ("q-contact-month", "yes"),
                    ("q-contact-month.detail", "姉の保育園で水ぼうそう（架空の答え）"),
                ],
                _ => &[],
            };
            phone.fill_in(vial.form, &query, said)?;
        }
        let list = phone.page(&format!("/resident/forms{query}"))?;
        let done = ["提出済み", "受付済み"].map(|state| list.matches(state).count());
        must(done.iter().sum::<usize>() >= 4, || format!("4枚のはずが {done:?}"))?;
        Ok("ロタ、B型肝炎、5種混合、小児肺炎球菌の4枚を提出しました".into())
    }

    fn reception(&self) -> Step {
        let seen = self.received(label::BABY)?;
        must(seen["person"]["name"] == self.name(self.stage.cast.baby), || seen.to_string())?;
        must(length(&seen["history"]) == 0, || format!("まだ何も打っていません: {seen}"))?;
        let forms = seen["forms"].as_array().cloned().unwrap_or_default();
        let here = forms.iter().filter(|form| form["receivedHere"] == true).count();
        must(here == 4, || format!("4枚のはずが{here}枚です"))?;
        let warning = &forms[0]["warnings"][0];
        must(warning["code"] == "contact", || format!("注意が上にありません: {}", forms[0]))?;
        let today = seen["today"].as_array().cloned().unwrap_or_default();
        for vial in &FIRST_VISIT {
            let may = |one: &&Value| one["series"] == vial.series && one["possible"] == true;
            must(today.iter().any(|one| may(&one)), || format!("{}が打てません", vial.series))?;
        }
        let later = today.iter().filter(|one| one["possible"] == false).count();
        Ok(format!(
            "予診票4枚を受け付けました。いちばん上に注意「{}」。今日打てる4種と、まだの{later}種が理由つきで見えます",
            warning["answer"].as_str().unwrap_or_default()
        ))
    }

    /// A dose of a vial that nothing stops.
    fn dose(&self, vial: &Vial, reception: &Value) -> Value {
        let forms = reception["forms"].as_array().into_iter().flatten();
        let mut forms = forms.filter(|form| form["series"] == vial.series);
        let form = forms.find(|form| form["receivedHere"] == true);
        let mut dose = json!({
            "product": vial.product, "scan": self.scan(vial, GOOD_DAYS),
            "amountHundredthsMl": vial.hundredths, "route": vial.route,
            "physician": "見本 医師", "judgement": "possible", "temperature": 36.8,
            "effectsExplained": true,
        });
        if vial.route != "oral" {
            dose["site"] = json!("left-arm");
        }
        if let Some(form) = form {
            dose["form"] = form["form"].clone();
        }
        if form.is_some_and(|form| length(&form["warnings"]) > 0) {
            dose["reason"] = json!("周囲の感染は接種に差し支えない（見本）");
        }
        dose
    }

    /// What a scanner types from a synthetic package that is good for so many days.
    fn scan(&self, vial: &Vial, days: i32) -> String {
        let expiry = self.today.saturating_add(days.days());
        format!("(01){}(17){}(10)SAMPLE", vial.gtin, expiry.strftime("%y%m%d"))
    }

    fn ask(&self, path: &str, reception: &Value, dose: &Value) -> Result<Answer, String> {
        let body = json!({ "reception": reception["reception"], "dose": dose });
        self.clinic.post_json(path, &body)
    }

    /// The gate is closed for this reason, and no record goes around it.
    fn stopped(&self, reception: &Value, dose: &Value, code: &str) -> Result<Value, String> {
        let gate = self.ask(CHECKS, reception, dose)?.json();
        let stops = gate["stops"].as_array().cloned().unwrap_or_default();
        let stop = stops.iter().find(|stop| stop["code"] == code);
        let stop = stop.ok_or_else(|| format!("{code} で止まるはずが {gate}"))?;
        let around = self.ask(DOSES, reception, dose)?;
        must(around.status == 422 && around.code() == "gate-closed", || {
            format!("{code}: 関門を通らずに記録できました: {}", around.text())
        })?;
        Ok(stop.clone())
    }

    /// Published kinds: another vaccine, expired, another person, another amount.
    fn prevented(&self) -> Step {
        let reception = self.received(label::BABY)?;
        let [_, hepb, five, pcv] = &FIRST_VISIT;
        let right = self.dose(five, &reception);
        let with = |name: &str, value: Value| {
            let mut dose = right.clone();
            dose[name] = value;
            dose
        };
        let paper = json!({ "consentBy": "guardian", "consentOn": self.today.to_string(),
            "birthOnForm": self.birth(self.stage.cast.ward) });
        let mut of_her_sister = with("paper", paper);
        of_her_sister["form"] = Value::Null;
        let kinds = [
            ("ワクチンの種類", with("scan", json!(self.scan(pcv, GOOD_DAYS))), "other-product"),
            ("期限切れ", with("scan", json!(self.scan(five, -1))), "lot-expired"),
            ("対象者の誤認(姉の予診票)", of_her_sister, "other-person"),
            ("接種量", with("amountHundredthsMl", json!(hepb.hundredths)), "amount-wrong"),
        ];
        let mut said = Vec::new();
        for (kind, dose, code) in kinds {
            self.stopped(&reception, &dose, code)?;
            said.push(format!("{kind} {code}"));
        }
        Ok(format!("{}。記録だけを送っても断られました", said.join("、")))
    }

    fn doses(&self) -> Step {
        let reception = self.received(label::BABY)?;
        for vial in &FIRST_VISIT[..3] {
            let dose = self.dose(vial, &reception);
            let gate = self.ask(CHECKS, &reception, &dose)?.json();
            must(gate["open"] == true, || format!("{}: {gate}", vial.product))?;
            let kept = self.ask(DOSES, &reception, &dose)?;
            must(kept.status == 201, || format!("{}: {}", vial.product, kept.text()))?;
            let again = self.ask(DOSES, &reception, &dose)?;
            let same = again.json()["id"] == kept.json()["id"];
            must(again.status == 200 && same, || format!("2回になりました: {}", again.text()))?;
        }
        let seen = self.received(label::BABY)?;
        must(length(&seen["history"]) == 3, || format!("3本のはずが {}", seen["history"]))?;
        Ok("ロタ、B型肝炎、5種混合。それぞれ2回送っても1件です".into())
    }

    /// The connection is cut between gate and record: the desk holds the sealed draft, sends it when
    /// it can, and twice to be sure.
    fn arrived(&self) -> Step {
        let (phone, handle) = self.guardian()?;
        let city = self.stage.city()?;
        let before = last_of(&city)?;
        let reception = self.received(label::BABY)?;
        let pcv = &FIRST_VISIT[3];
        let gate = self.ask(CHECKS, &reception, &self.dose(pcv, &reception))?.json();
        must(gate["open"] == true, || format!("{}: {gate}", pcv.product))?;
        let draft = json!({ "draft": gate["draft"] });
        let watch = Watch::start();
        let kept = self.clinic.post_json(DOSES, &draft)?;
        must(kept.status == 201, || kept.text())?;
        let id = kept.json()["id"].as_str().unwrap_or_default().to_owned();
        let page = phone.page(&format!("/resident/child/{handle}"))?;
        let on_page = watch.millis();
        must(page.contains("受けた記録（4）"), || "保護者のページに4本がありません".into())?;
        told(&city, &before, &id)?;
        let in_feed = watch.millis();
        must(in_feed < 1000, || format!("{in_feed}ミリ秒かかりました"))?;
        let read = city.get(&format!("{DOSES}/{id}"))?.json();
        must(read["immunization"]["primarySource"] == true, || read.to_string())?;
        let again = self.clinic.post_json(DOSES, &draft)?;
        must(again.status == 200 && again.json()["id"] == id.as_str(), || again.text())?;
        Ok(format!(
            "小児肺炎球菌が下書きから1件だけ記録され、保護者のページまで{on_page}ミリ秒、\
             自治体のフィードまで{in_feed}ミリ秒でした"
        ))
    }

    /// Published kinds: interval, unnecessary.
    fn not_again(&self) -> Step {
        let reception = self.received(label::BABY)?;
        let five = &FIRST_VISIT[2];
        let early = self.stopped(&reception, &self.dose(five, &reception), "interval-too-short")?;
        let sister = self.received(label::WARD)?;
        let mut needless = self.dose(five, &sister);
        needless["product"] = json!("varicella");
        needless["scan"] = json!(format!(
            "(01)09520000000165(17){}(10)SAMPLE",
            self.today.saturating_add(GOOD_DAYS.days()).strftime("%y%m%d")
        ));
        needless["paper"] = json!({ "consentBy": "guardian",
            "consentOn": self.today.to_string(), "birthOnForm": self.birth(self.stage.cast.ward) });
        self.stopped(&sister, &needless, "already-complete")?;
        Ok(format!(
            "接種間隔 interval-too-short({}から)、不必要な接種 already-complete(姉の水痘は済み)",
            early["possibleFrom"].as_str().unwrap_or("?")
        ))
    }

    fn autumn(&self) -> Step {
        let season = self.today.month() >= 10 || self.today.month() <= 3;
        self.fresh(label::ELDER, self.stage.world.today)?;
        if !season {
            return self.before_autumn();
        }
        let phone = Phone::new(self.stage, label::ELDER)?;
        for vial in &AUTUMN {
            phone.fill_in(vial.form, "", &[])?;
        }
        let reception = self.received(label::ELDER)?;
        for vial in &AUTUMN {
            let dose = self.dose(vial, &reception);
            let gate = self.ask(CHECKS, &reception, &dose)?.json();
            must(gate["open"] == true, || format!("{}: {gate}", vial.product))?;
            let kept = self.ask(DOSES, &reception, &dose)?;
            must(kept.status == 201, || format!("{}: {}", vial.product, kept.text()))?;
        }
        let gate = self.ask(CHECKS, &reception, &self.dose(&AUTUMN[0], &reception))?.json();
        must(gate["open"] == false, || format!("今季2本目のインフルエンザが通りました: {gate}"))?;
        let page = phone.page("/resident")?;
        must(page.contains("SAMPLE"), || "ご本人のページに記録がありません".into())?;
        Ok("予診票、カード、関門を通り、同じ日に2本が記録され、ご本人のページに出ました".into())
    }

    /// Out of the season, the gate says from which day it would be right.
    fn before_autumn(&self) -> Step {
        let reception = self.received(label::ELDER)?;
        let mut dose = self.dose(&AUTUMN[0], &reception);
        dose["paper"] = json!({ "consentBy": "person", "consentOn": self.today.to_string(),
            "birthOnForm": self.birth(self.stage.cast.elder) });
        let stop = self.stopped(&reception, &dose, "not-in-window")?;
        let from = stop["possibleFrom"].as_str().unwrap_or_default();
        must(!from.is_empty(), || format!("いつからかがありません: {stop}"))?;
        Ok(format!("季節ではありません。関門は not-in-window、{from}からと答えました"))
    }

    fn corrected(&self) -> Step {
        let seen = self.received(label::BABY)?;
        let id = seen["history"][0]["id"].as_str().unwrap_or_default().to_owned();
        let path = format!("{DOSES}/{id}/correction");
        let bare = self.clinic.post_json(&path, &json!({ "lotNumber": "SAMPLE-2" }))?;
        must(bare.status == 422, || "理由なしに訂正できました".into())?;
        let body = json!({ "reason": "ラベルの読み違い(見本)", "lotNumber": "SAMPLE-2" });
        let mended = self.clinic.post_json(&path, &body)?;
        must(mended.status == 200, || mended.text())?;
        let (phone, handle) = self.guardian()?;
        let page = phone.page(&format!("/resident/child/{handle}"))?;
        must(page.contains("SAMPLE-2"), || "訂正後のロットが見えません".into())?;
        let version = mended.json()["version"].as_i64().unwrap_or_default();
        Ok(format!("理由のない訂正は断られ、版{version}になり、前の版も残っています"))
    }

    fn looks(&self) -> Step {
        let (phone, handle) = self.guardian()?;
        let page = phone.page(&format!("/resident/child/{handle}"))?;
        let clinic = &self.stage.cast.desk_institution;
        let clinic = self.stage.world.institutions.iter().find(|of| of.code == *clinic);
        let name = &clinic.ok_or("窓口がありません")?.name;
        let (_, looks) = page.split_once("id=\"looks").ok_or("「見た人」がありません")?;
        must(looks.contains(name.as_str()), || format!("{name} が見えません"))?;
        must(looks.contains("予防接種"), || "予防接種のためだったことが見えません".into())?;
        Ok(format!("「{name}」が予防接種のために見たことが、時刻つきで見えました"))
    }
}

/// Where the city's feed ends now.
fn last_of(city: &Client) -> Result<String, String> {
    let mut at = String::new();
    loop {
        let page = city.get(&format!("/pmh/v1/feed?after={at}"))?.json();
        if length(&page["items"]) == 0 {
            return Ok(at);
        }
        at = page["next"].as_str().ok_or("フィードに続きの場所がありません")?.to_owned();
    }
}

/// The feed tells of the dose; it waits for news if there are none yet.
fn told(city: &Client, before: &str, dose: &str) -> Result<(), String> {
    let news = city.get(&format!("/pmh/v1/feed?after={before}&wait=2"))?.json();
    let mut items = news["items"].as_array().into_iter().flatten();
    let ours = |item: &Value| item["type"] == "dose-recorded" && item["detail"] == dose;
    must(items.any(ours), || format!("自治体のフィードにありません: {news}"))
}
