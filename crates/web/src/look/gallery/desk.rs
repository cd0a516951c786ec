//! Sample models of the desk of an institution.

use maud::Markup;

use super::people::cards;
use super::{NASTY, frame, texts};
use crate::clinic::view::{
    Answer, Certificate, Desk, Entry, Insurance, Person, Search, answer, desk,
};
use crate::look::refusal::Refusal;

pub(super) fn pages() -> Vec<(&'static str, &'static str, Markup)> {
    let me = frame("みやこのじょう内科クリニック", "窓口");
    let refused = |reason| desk(&me, &Desk { refusal: Some(reason), ..waiting() });
    vec![
        ("clinic", "カードをリーダーに置いてください", desk(&me, &waiting())),
        ("clinic-reader", "カードをリーダーに置いてください", desk(&me, &Desk::default())),
        ("clinic-search", "6桁か8桁の数字で", desk(&me, &typed())),
        ("clinic-wrong-pin", "あと2回まちがえると", refused(Refusal::WrongPin { tries_left: 2 })),
        ("clinic-locked", "card-locked", refused(Refusal::Locked)),
        ("clinic-revoked", "card-revoked", refused(Refusal::Revoked)),
        ("clinic-expired", "card-expired", refused(Refusal::Expired)),
        ("clinic-issuer", "issuer-unknown", refused(Refusal::UnknownIssuer)),
        ("clinic-replayed", "answer-replayed", refused(Refusal::Replayed)),
        ("clinic-nothing", "nothing-found", refused(Refusal::NothingFound)),
        ("clinic-held", "link-held", refused(Refusal::Held)),
        ("clinic-answer", "45450251", answer(&me, &found())),
        ("clinic-answer-empty", "紙の受給者証を確認してください", answer(&me, &without())),
        ("clinic-answer-nasty", "有効な保険資格が見つかりません", answer(&me, &nasty())),
    ]
}

fn waiting() -> Desk {
    Desk {
        cards: cards(),
        pin_hint: Some("デモの暗証番号は 1234 です".to_owned()),
        ..Desk::default()
    }
}

fn typed() -> Desk {
    let wrong = "保険者番号は6桁か8桁の数字で入力してください。";
    let entry =
        |value: &str, error: &str| Entry { value: value.to_owned(), error: error.to_owned() };
    let search = Search {
        insurer: entry("4502", wrong),
        symbol: entry("都", ""),
        number: entry(NASTY, ""),
        branch: entry("01", ""),
    };
    Desk { search, ..waiting() }
}

fn person() -> Person {
    Person {
        name: "都城 花子".to_owned(),
        kana: "ミヤコノジョウ ハナコ".to_owned(),
        birth: "昭和60年4月1日（1985-04-01）".to_owned(),
        age: "41歳".to_owned(),
        sex: "女".to_owned(),
    }
}

fn insurance() -> Insurance {
    Insurance {
        insurer: "450254".to_owned(),
        insurer_name: "都城市（国民健康保険）".to_owned(),
        symbol: "都".to_owned(),
        number: "1234567".to_owned(),
        branch: "01".to_owned(),
        share: "3割".to_owned(),
        valid: "2026-04-01 から".to_owned(),
    }
}

fn certificate(name: &str, payer: &str, recipient: &str) -> Certificate {
    Certificate {
        name: name.to_owned(),
        municipality: "宮崎県 都城市".to_owned(),
        payer_number: payer.to_owned(),
        recipient_number: recipient.to_owned(),
        valid: "令和8年8月1日 から 令和9年7月31日 まで".to_owned(),
        ..Certificate::default()
    }
}

fn found() -> Answer {
    Answer {
        person: person(),
        insurance: vec![insurance()],
        certificates: vec![
            Certificate {
                income: "住民税課税世帯".to_owned(),
                ceiling: "月 1,000円".to_owned(),
                ..certificate("ひとり親家庭医療費受給資格者証", "45450251", "0012345")
            },
            Certificate {
                income: "中間所得1".to_owned(),
                ceiling: "月 5,000円".to_owned(),
                notes: texts([
                    "指定医療機関: 都城中央病院",
                    "償還払い: 窓口では保険の負担割合どおりに受け取ってください",
                ]),
                ..certificate("自立支援医療受給者証（更生医療）", "15450018", "3300127")
            },
        ],
        identified_by: "マイナンバーカード".to_owned(),
        at: "2026-11-24 13:16".to_owned(),
    }
}

fn without() -> Answer {
    Answer { certificates: Vec::new(), ..found() }
}

fn nasty() -> Answer {
    let text = || NASTY.to_owned();
    Answer {
        person: Person {
            name: text(),
            kana: text(),
            birth: "不詳".to_owned(),
            ..Person::default()
        },
        insurance: Vec::new(),
        certificates: vec![Certificate {
            income: text(),
            ceiling: text(),
            notes: vec![text()],
            ..certificate(NASTY, NASTY, "  A 0012-345  ABCDEFGHIJKLMNOPQ ")
        }],
        ..found()
    }
}
