//! The story of the demo: every step over real HTTP, every step can fail.

mod city;
mod clinic;
mod dose;
mod outside;
mod people;
mod phone;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use reader::client::ClientKey;
use serde_json::{Value, json};
use web::demo::Place;

use super::desk::Cards;
use super::load::{client_key, client_name};
use super::tell::Tell;
use super::town::STORY_TOWN;
use super::town::{Cast, World};
use super::town::{Registration, registration_batch};
use crate::client::{Answer, Client, form};
use crate::clock;
use crate::home::Home;

/// What one step says: a sentence, or what did not hold.
type Step = Result<String, String>;

/// Where the story plays.
pub(crate) struct Stage {
    base: String,
    world: World,
    cast: Cast,
    cards: Arc<Cards>,
    batch: Vec<Registration>,
    city_key: ClientKey,
    clinic_key: ClientKey,
    /// Systems and browsers of the story; what they saw is searched at the end.
    clients: RefCell<Vec<Arc<Client>>>,
    count: Cell<u64>,
}

impl Stage {
    pub(crate) fn new(
        base: &str,
        world: World,
        cards: Arc<Cards>,
        home: &Home,
    ) -> Result<Self, String> {
        let cast = world.cast();
        Ok(Self {
            base: base.to_owned(),
            batch: registration_batch(&world, STORY_TOWN),
            city_key: client_key(home, &client_name(STORY_TOWN))?,
            clinic_key: client_key(home, &client_name(&cast.desk_institution))?,
            world,
            cast,
            cards,
            clients: RefCell::new(Vec::new()),
            count: Cell::new(0),
        })
    }

    /// A name that was never used before.
    fn fresh(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("story-{}-{}", clock::now().0, self.count.get())
    }

    /// A browser without credentials.
    fn browser(&self) -> Arc<Client> {
        self.keep(Client::new(&self.base))
    }

    fn keep(&self, client: Client) -> Arc<Client> {
        let client = Arc::new(client);
        self.clients.borrow_mut().push(Arc::clone(&client));
        client
    }

    /// Asks for a token with an assertion.
    fn ask_token(&self, assertion: &str, terminal: Option<&str>) -> Result<Answer, String> {
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        fields.extend(terminal.map(|name| ("terminal", name)));
        let kind = "application/x-www-form-urlencoded";
        self.browser().post("/pmh/v1/token", kind, form(&fields).as_bytes(), &[])
    }

    fn assertion(&self, key: &ClientKey, organisation: &str, jti: &str) -> Result<String, String> {
        let audience = format!("{}/pmh/v1/token", self.base);
        key.assertion(&client_name(organisation), &audience, jti, clock::now())
            .map_err(|error| error.to_string())
    }

    /// A system with a token.
    fn system(
        &self,
        key: &ClientKey,
        organisation: &str,
        terminal: Option<&str>,
    ) -> Result<Arc<Client>, String> {
        let assertion = self.assertion(key, organisation, &self.fresh())?;
        let answer = self.ask_token(&assertion, terminal)?;
        let token = answer.json()["access_token"].as_str().map(str::to_owned);
        let token = token.ok_or_else(|| format!("トークンが来ません: {}", answer.text()))?;
        Ok(self.keep(Client::with_token(&self.base, &token)))
    }

    fn city(&self) -> Result<Arc<Client>, String> {
        self.system(&self.city_key, STORY_TOWN, None)
    }

    fn clinic(&self, terminal: &str) -> Result<Arc<Client>, String> {
        self.system(&self.clinic_key, &self.cast.desk_institution, Some(terminal))
    }

    /// A card's answer to a new challenge, as the body of the eligibility call.
    fn tap_body(&self, clinic: &Client, label: &str, consent: bool) -> Result<Value, String> {
        let challenge = clinic.post_json("/pmh/v1/card-challenges", &json!({}))?.json();
        let text = |name: &str| challenge[name].as_str().unwrap_or_default();
        let card = self.cards.get(label).ok_or_else(|| format!("カード {label} がありません"))?;
        let place = Place {
            challenge: text("challenge"),
            origin: text("origin"),
            institution: text("institution"),
            terminal: text("terminal"),
        };
        let answer = card
            .answer(card.pin, &place)
            .map_err(|refusal| format!("カードが断りました: {refusal:?}"))?;
        use base64::Engine as _;
        let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        Ok(json!({
            "card": {
                "challenge": text("challenge"),
                "certificate": encode(&answer.certificate_der),
                "signature": encode(&answer.signature),
            },
            "consent": { "certificates": consent },
        }))
    }

    /// A card is tapped and the desk asks.
    fn tap(&self, clinic: &Client, label: &str, consent: bool) -> Result<Answer, String> {
        let body = self.tap_body(clinic, label, consent)?;
        clinic.post_json("/pmh/v1/eligibility", &body)
    }

    /// The records of one resident in the batch.
    fn records_of(&self, resident: usize) -> impl Iterator<Item = &Registration> {
        self.batch.iter().filter(move |record| record.resident == resident)
    }
}

/// Plays the story; true if every step held.
pub(crate) fn play(stage: &Stage, tell: &mut Tell) -> bool {
    city::play(stage, tell);
    clinic::play(stage, tell);
    people::play(stage, tell);
    dose::play(stage, tell);
    let before = outside::checkpoint(stage);
    city::correct(stage, tell);
    outside::play(stage, tell, before);
    tell.verdict()
}

/// What must be so.
fn must(held: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if held { Ok(()) } else { Err(otherwise()) }
}

/// How many entries a member of an answer has.
fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}
