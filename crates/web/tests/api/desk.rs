//! A demo desk for tests: software cards by label, staff of the test hub by name.

use std::collections::HashMap;
use std::sync::Mutex;

use hub::credential::CardAnswerWire;
use hub::testing::TERMINAL;
use reader::card::{Challenge, SoftCard};
use web::demo::Place;
use web::look::form::VirtualCard;
use web::start::view::{DemoGroup, DemoUser};
use web::{DemoDesk, DemoRefusal, DemoUserKind};

pub(crate) struct Desk(pub(crate) Mutex<HashMap<String, SoftCard>>);

impl DemoDesk for Desk {
    fn users(&self) -> Vec<DemoGroup> {
        let user =
            DemoUser { id: "operator".into(), name: "運用者".into(), about: String::new() };
        vec![DemoGroup { title: "運用者".into(), english: "Operator".into(), users: vec![user] }]
    }

    fn cards(&self) -> Vec<VirtualCard> {
        Vec::new()
    }

    fn pin_hint(&self) -> String {
        String::new()
    }

    fn answer(
        &self,
        card: &str,
        pin: &str,
        place: &Place<'_>,
    ) -> Result<CardAnswerWire, DemoRefusal> {
        let mut cards = self.0.lock().unwrap();
        let card = cards.get_mut(card).ok_or(DemoRefusal::Unknown)?;
        let challenge =
            Challenge::from_token(place.challenge, place.origin, place.institution, place.terminal);
        let answer = card
            .answer(pin, &challenge.unwrap())
            .map_err(|_| DemoRefusal::WrongPin { tries_left: card.tries_left().0 })?;
        let (certificate_der, signature) = (answer.certificate, answer.signature);
        Ok(CardAnswerWire { certificate_der, signature })
    }

    fn user(&self, id: &str) -> Option<DemoUserKind> {
        let terminal = if id == "desk" { TERMINAL } else { "" };
        ["desk", "officer", "operator"]
            .contains(&id)
            .then(|| DemoUserKind::Staff(id.to_owned(), terminal.to_owned()))
    }
}
