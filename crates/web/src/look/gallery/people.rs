//! Sample models of the start page and the resident's page.

use maud::Markup;

use super::{NASTY, frame, texts};
use crate::look::Frame;
use crate::look::form::VirtualCard;
use crate::look::part::{Moment, Stat, Tone};
use crate::look::refusal::Refusal;
use crate::resident::inbox::inbox;
use crate::resident::view::{self as resident, Child, Home, Login, Scheme, Validity, WalletCard};
use crate::start::view::{Checkpoint, DemoGroup, DemoUser, Start, start};

pub(super) fn pages() -> Vec<(&'static str, &'static str, Markup)> {
    let me = frame("都城 花子", "本人");
    let nobody = Frame { user: None, ..me.clone() };
    let login = |refusal| Login { refusal, ..login() };
    vec![
        ("start", "カード一枚が、受給者証になる。", start(&nobody, &start_model())),
        ("start-plain", "カード一枚が、受給者証になる。", start(&nobody, &Start::default())),
        ("resident-login", "マイナンバーカードで入る", resident::login(&nobody, &login(None))),
        (
            "resident-login-wrong",
            "あと1回まちがえると",
            resident::login(&nobody, &login(Some(Refusal::WrongPin { tries_left: 1 }))),
        ),
        ("resident", "都城 花子さん", resident::home(&me, &home())),
        ("resident-child", "保護者として表示", resident::home(&me, &child())),
        ("resident-nothing", "登録された受給者証はありません", resident::home(&me, &nothing())),
        ("resident-nasty", "さん", resident::home(&frame(NASTY, NASTY), &nasty())),
        ("resident-blocked", "待つだけで大丈夫です", resident::blocked(&me)),
    ]
}

pub(super) fn cards() -> Vec<VirtualCard> {
    [
        ("card-hanako", "都城 花子", "使えるカード · 受給者証 2枚"),
        ("card-taro", "霧島 太郎", "使えるカード · 受給者証なし"),
        ("card-revoked", "高城 実", "失効したカード"),
        ("card-other-ca", "山田 一", "別の認証局のカード"),
        ("card-nasty", NASTY, ""),
    ]
    .map(|(id, name, note)| VirtualCard {
        id: id.to_owned(),
        name: name.to_owned(),
        note: note.to_owned(),
    })
    .to_vec()
}

fn login() -> Login {
    Login {
        cards: cards(), pin_hint: Some("デモの暗証番号は 1234 です".to_owned()), refusal: None
    }
}

fn start_model() -> Start {
    Start {
        groups: vec![
            group(
                "住民",
                "Residents",
                &[
                    ("hanako", "都城 花子さん", "ひとり親医療と自立支援医療の受給者証があります"),
                    ("taro", "霧島 太郎さん", "受給者証はまだありません"),
                ],
            ),
            group(
                "保護者",
                "Guardian",
                &[("keiko", "諏訪 恵子さん", "お子さん2人の受給者証を見られます")],
            ),
            group(
                "医療機関の窓口",
                "Clinic desk",
                &[
                    ("clinic", "みやこのじょう内科クリニック", "カードを置いて、資格を確かめます"),
                    ("pharmacy", NASTY, "調剤の窓口です"),
                ],
            ),
            group(
                "自治体職員",
                "City officer",
                &[("city", "宮崎県 都城市 こども課", "登録の結果と、確認待ちのひもづけ")],
            ),
            group(
                "運用者",
                "Operator",
                &[("operator", "ハブの運用担当", "個人の記録は見えません")],
            ),
        ],
        counts: vec![
            Stat::new("自治体", "16"),
            Stat::new("住民", "20,416"),
            Stat::new("医療機関・薬局", "87"),
            Stat::new("受給者証", "6,182"),
        ],
        checkpoint: Some(Checkpoint {
            size: "27,590".to_owned(),
            root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".to_owned(),
            at: "2026-11-24 13:16".to_owned(),
        }),
    }
}

fn group(title: &str, english: &str, users: &[(&str, &str, &str)]) -> DemoGroup {
    let users = users.iter().map(|(id, name, about)| DemoUser {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        about: (*about).to_owned(),
    });
    DemoGroup { title: title.to_owned(), english: english.to_owned(), users: users.collect() }
}

fn wallet(name: &str, scheme: Scheme, state: Validity, numbers: (&str, &str)) -> WalletCard {
    WalletCard {
        name: name.to_owned(),
        scheme,
        city: "宮崎県 都城市".to_owned(),
        payer_number: numbers.0.to_owned(),
        recipient_number: numbers.1.to_owned(),
        valid: "2026年8月1日 〜 2027年7月31日".to_owned(),
        state,
        notes: Vec::new(),
    }
}

fn home() -> Home {
    let parent = wallet(
        "ひとり親家庭医療費受給資格者証",
        Scheme::SingleParent,
        Validity::InForce,
        ("45450251", "0012345"),
    );
    let rehab = wallet(
        "自立支援医療受給者証（更生医療）",
        Scheme::Rehabilitation,
        Validity::EndsSoon,
        ("15450018", "3300127"),
    );
    Home {
        name: "都城 花子".to_owned(),
        greeting: "こんにちは".to_owned(),
        letters: inbox(&super::follow::letters("宮崎県都城市"), "token-of-the-form", ""),
        unread: 1,
        by_guardian: false,
        certificates: vec![
            WalletCard {
                notes: texts(["窓口でのお支払いは 1か月 1,000円までです"]), ..parent
            },
            WalletCard {
                notes: texts(["1か月の上限 5,000円", "使えるのは 都城中央病院 だけです"]),
                ..rehab
            },
            wallet(
                "重度心身障がい者医療費受給資格者証",
                Scheme::Disability,
                Validity::Ended,
                ("", "A-0098(旧)"),
            ),
        ],
        children: vec![
            child_of("c1", "都城 さくら", "6歳", "受給者証 1枚"),
            child_of("c2", "都城 蓮", "2歳", "受給者証はありません"),
        ],
        looks: looks(),
        care: None,
        older: Some(48_620),
    }
}

fn child_of(id: &str, name: &str, age: &str, summary: &str) -> Child {
    Child {
        id: id.to_owned(),
        name: name.to_owned(),
        age: age.to_owned(),
        summary: summary.to_owned(),
    }
}

fn looks() -> Vec<Moment> {
    let look =
        |when: &str, at: &str, who: &str, what: &str, why: &str, result: &str, tone| Moment {
            when: when.to_owned(),
            at: at.to_owned(),
            machine: "2026-11-24T04:16:27.000Z".to_owned(),
            who: who.to_owned(),
            what: what.to_owned(),
            why: why.to_owned(),
            result: result.to_owned(),
            tone,
            before: Vec::new(),
        };
    let shown = "医療保険と受給者証2枚を確認しました";
    let mut looks = vec![
        look(
            "たった今",
            "2026-11-24 13:16",
            "みやこのじょう内科クリニック",
            shown,
            "受診の受付（本人の同意あり）",
            "表示した",
            Tone::Good,
        ),
        look(
            "3分前",
            "2026-11-24 13:13",
            "あさひ薬局 本店",
            "暗証番号が違ったため、確認できませんでした",
            "調剤の受付",
            "表示しなかった",
            Tone::Stop,
        ),
        look(
            "昨日 9:02",
            "2026-11-23 09:02",
            "宮崎県 都城市",
            "受給者証の内容を直しました",
            "受給者証の登録",
            "更新した",
            Tone::Info,
        ),
    ];
    looks[2].before = vec![looks[2].clone()];
    looks
}

fn child() -> Home {
    Home {
        name: "都城 さくら".to_owned(),
        by_guardian: true,
        certificates: vec![
            wallet(
                "子ども医療費受給資格証",
                Scheme::Child,
                Validity::InForce,
                ("81450250", "7700031"),
            ),
            wallet(
                "小児慢性特定疾病医療受給者証",
                Scheme::Intractable,
                Validity::Future,
                ("52450010", "0000219"),
            ),
        ],
        looks: looks().split_off(2),
        ..Home::default()
    }
}

fn nothing() -> Home {
    Home {
        name: "霧島 太郎".to_owned(), greeting: "こんばんは".to_owned(), ..Home::default()
    }
}

fn nasty() -> Home {
    let card = wallet(NASTY, Scheme::Other, Validity::InForce, (NASTY, NASTY));
    Home {
        name: NASTY.to_owned(),
        greeting: NASTY.to_owned(),
        letters: inbox(&super::follow::letters(NASTY), "token-of-the-form", "c1"),
        unread: 1,
        by_guardian: true,
        certificates: vec![WalletCard { notes: texts([NASTY]), city: NASTY.to_owned(), ..card }],
        children: vec![child_of(NASTY, NASTY, NASTY, NASTY)],
        looks: looks()
            .into_iter()
            .map(|look| Moment { who: NASTY.to_owned(), what: NASTY.to_owned(), ..look })
            .collect(),
        care: None,
        older: None,
    }
}
