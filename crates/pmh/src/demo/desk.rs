//! Virtual cards and one-click users for the pages of the demo.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hub::credential::CardAnswerWire;
use reader::card::{CardError, Challenge, SoftCard};
use web::demo::Place;
use web::look::form::VirtualCard;
use web::start::view::{DemoGroup, DemoUser};
use web::{DemoDesk, DemoRefusal, DemoUserKind};

use super::town::World;
use super::town::label;

/// A card of the demo.
pub(crate) struct DemoCard {
    pub label: &'static str,
    pub pin: &'static str,
    pub name: String,
    pub card: Mutex<SoftCard>,
}

/// All cards, by label.
pub(crate) struct Cards {
    order: Vec<&'static str>,
    cards: HashMap<&'static str, DemoCard>,
}

impl Cards {
    pub(crate) fn new(cards: Vec<DemoCard>) -> Self {
        let order = cards.iter().map(|card| card.label).collect();
        Self { order, cards: cards.into_iter().map(|card| (card.label, card)).collect() }
    }

    pub(crate) fn get(&self, label: &str) -> Option<&DemoCard> {
        self.cards.get(label)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &DemoCard> {
        self.order.iter().filter_map(|label| self.cards.get(label))
    }
}

impl DemoCard {
    /// Lets the card answer.
    pub(crate) fn answer(
        &self,
        pin: &str,
        place: &Place<'_>,
    ) -> Result<CardAnswerWire, DemoRefusal> {
        let challenge =
            Challenge::from_token(place.challenge, place.origin, place.institution, place.terminal)
                .map_err(|_| DemoRefusal::Unknown)?;
        let mut card = self.card.lock().unwrap_or_else(PoisonError::into_inner);
        match card.answer(pin, &challenge) {
            Ok(answer) => Ok(CardAnswerWire {
                certificate_der: answer.certificate,
                signature: answer.signature,
            }),
            Err(CardError::WrongPin { left: 0 } | CardError::Locked) => Err(DemoRefusal::Locked),
            Err(CardError::WrongPin { left }) => Err(DemoRefusal::WrongPin { tries_left: left }),
            Err(_) => Err(DemoRefusal::WrongPin { tries_left: card.tries_left().0 }),
        }
    }
}

/// The demo as pages see it.
pub(crate) struct Desk {
    cards: Arc<Cards>,
    groups: Vec<DemoGroup>,
}

impl Desk {
    pub(crate) fn new(world: &World, cards: Arc<Cards>) -> Self {
        let groups = groups(world, &cards);
        Self { cards, groups }
    }
}

/// What there is to see with each card.
fn about(label: &str) -> &'static str {
    match label {
        label::SINGLE_PARENT => "ひとり親医療と更生医療の受給者証、お子さん1人",
        label::CHILD => "ひとり親世帯のお子さん",
        label::GUARDIAN => "育成医療を受けるお子さんと、生後2か月の赤ちゃんの保護者",
        label::WARD => "育成医療の受給者証(3歳)",
        label::BABY => "生後2か月、はじめての予防接種",
        label::ELDER => "78歳、秋のインフルエンザと新型コロナ",
        label::NON_DISCLOSED => "不開示(DV等支援措置)",
        label::NON_DISCLOSED_CHILD => "不開示の方のお子さん",
        label::EX_PARTNER => "不開示の方の元配偶者",
        label::SECOND_TOWN => "熊本市の住民",
        label::EXPIRED => "期限の切れた受給者証",
        label::REVOKED_CARD => "失効したカード",
        label::OVER_CARD => "電子証明書の期限が切れたカード",
        label::FOREIGN_CARD => "ほかの認証局のカード",
        label::WRONG_PIN => "暗証番号を間違える役",
        label::CORRECTED => "自治体が記録を直す方",
        label::DELETED => "自治体が記録を消す方",
        label::NO_CERTIFICATE => "受給者証のない方",
        label::IVS => "異体字のお名前",
        label::PUA => "外字のお名前(本人確認待ち)",
        _ => "",
    }
}

fn groups(world: &World, cards: &Cards) -> Vec<DemoGroup> {
    let resident = |label: &&str| {
        cards.get(label).map(|card| DemoUser {
            id: format!("resident:{label}"),
            name: format!("{}さん", card.name),
            about: about(label).to_owned(),
        })
    };
    let residents = [
        label::SINGLE_PARENT,
        label::GUARDIAN,
        label::ELDER,
        label::SECOND_TOWN,
        label::NON_DISCLOSED,
    ];
    let cast = world.cast();
    let desk = world.institutions.iter().find(|of| of.code == cast.desk_institution);
    let group = |title: &str, english: &str, users: Vec<DemoUser>| DemoGroup {
        title: title.to_owned(),
        english: english.to_owned(),
        users,
    };
    let user = |id: String, name: &str, about: &str| DemoUser {
        id,
        name: name.to_owned(),
        about: about.to_owned(),
    };
    vec![
        group("住民", "Residents", residents.iter().filter_map(resident).collect()),
        group(
            "医療機関の窓口",
            "Clinic desk",
            desk.map(|of| {
                user(format!("desk:{}", of.code), &of.name, "カードをかざして資格を確認します")
            })
            .into_iter()
            .collect(),
        ),
        group(
            "自治体の職員",
            "City officers",
            vec![
                user("officer:452025".into(), "都城市", "登録の結果と、本人確認待ちを見ます"),
                user("officer:431001".into(), "熊本市", "ほかの市の登録は見えません"),
            ],
        ),
        group(
            "運用者",
            "Operator",
            vec![user("operator".into(), "運用者", "件数と監査ログだけが見えます")],
        ),
    ]
}

impl DemoDesk for Desk {
    fn users(&self) -> Vec<DemoGroup> {
        self.groups.clone()
    }

    fn cards(&self) -> Vec<VirtualCard> {
        self.cards
            .iter()
            .map(|card| VirtualCard {
                id: card.label.to_owned(),
                name: card.name.clone(),
                note: format!("暗証番号 {}　{}", card.pin, about(card.label)),
            })
            .collect()
    }

    fn pin_hint(&self) -> String {
        "デモの暗証番号は、カードの説明にあります。".to_owned()
    }

    fn answer(
        &self,
        card: &str,
        pin: &str,
        place: &Place<'_>,
    ) -> Result<CardAnswerWire, DemoRefusal> {
        self.cards.get(card).ok_or(DemoRefusal::Unknown)?.answer(pin, place)
    }

    fn user(&self, id: &str) -> Option<DemoUserKind> {
        let (kind, rest) = id.split_once(':').unwrap_or((id, ""));
        let known = self.groups.iter().flat_map(|group| &group.users).any(|user| user.id == id);
        match kind {
            _ if !known => None,
            "resident" => {
                let card = self.cards.get(rest)?;
                Some(DemoUserKind::Resident(rest.to_owned(), card.pin.to_owned()))
            }
            "desk" => Some(DemoUserKind::Staff(id.to_owned(), "受付1".to_owned())),
            _ => Some(DemoUserKind::Staff(id.to_owned(), String::new())),
        }
    }
}
