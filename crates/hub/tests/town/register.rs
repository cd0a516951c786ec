//! What municipalities do: they register who was born, came and left, tell of doses on paper, and decide
//! whether two descriptions are one person.

use domain::access::Role;
use domain::insurance::Insurance;
use hub::import::{CardRow, Insured, RowResult, import_cards, import_insured};
use hub::{TaskKind, Worker, accept_registration, decide_held, list_held, read_task};
use jiff::civil::Date;
use reader::card::Holder;
use serde_json::{Value, json};
use store::task::Task;

use super::town::{CLINICS, Event, Town, city, hub};
use super::truth::{CITIES, Fact, Person, Waiting, after, first_day};

/// Records of one task.
const BATCH: usize = 200;

impl Town {
    /// Everybody, each with the doses that the municipality's register has.
    pub(crate) async fn register_everybody(&mut self) {
        for which in 0..CITIES.len() {
            let here = |who: &usize| self.all.people[*who].home(first_day()) == which;
            let members: Vec<usize> = (0..self.all.people.len()).filter(here).collect();
            for batch in members.chunks(BATCH) {
                let mut records = Vec::new();
                for who in batch {
                    let person = &self.all.people[*who];
                    if person.twin.is_none() && !person.namesake && self.dice.chance(20) {
                        self.insure_before(*who).await;
                    }
                    let known = self.register_has(*who);
                    let birth = self.all.people[*who].birth;
                    records.push(self.record(*who, which, Some(birth), &known));
                }
                let task = self.send(which, TaskKind::Immunization, json!(records)).await;
                assert_eq!(task.refused, 0, "{task:?}");
            }
            let hidden = members.iter().filter(|who| self.all.people[**who].hidden);
            let hidden: Vec<Value> = hidden.map(|who| withheld(&self.all.people[*who])).collect();
            if !hidden.is_empty() {
                let task = self.send(which, TaskKind::MedicalSubsidy, json!(hidden)).await;
                assert_eq!(task.refused, 0, "{task:?}");
            }
        }
        self.tick();
        for which in 0..CITIES.len() {
            self.officer(which).await;
        }
    }

    /// Past doses that the register has: all but a few. Registering is assumed to succeed or to wait.
    fn register_has(&mut self, who: usize) -> Vec<usize> {
        let ids: Vec<usize> = self.all.people[who].facts.iter().map(|fact| fact.id).collect();
        let known: Vec<usize> = ids.into_iter().filter(|_| !self.dice.chance(30)).collect();
        let (birth, home) = (self.all.people[who].birth, self.all.people[who].home(first_day()));
        self.listed(who, (home, birth), &known);
        known
    }

    /// The insurer entered them first, with an address of before: a human must say that they are one.
    async fn insure_before(&mut self, who: usize) {
        let person = &mut self.all.people[who];
        let home = person.home(first_day());
        let five = domain::person::FiveAttributes {
            address: format!("{}旧町{who}番地", CITIES[home].1),
            ..person.five()
        };
        let insurance = Insurance {
            insurer: "06130017".into(),
            insurer_name: "見本組合".into(),
            symbol: "12".into(),
            number: who.to_string(),
            branch: "01".into(),
            valid_from: first_day(),
            valid_to: None,
            share_percent: 30,
        };
        let row = Insured { five, insurance, owner: CITIES[home].0.into() };
        let done = import_insured(&hub(self), vec![row], |_| {}).await.unwrap();
        match done[..] {
            [RowResult::Taken] => {
                self.all.people[who].insured = true;
                self.did("insured first");
            }
            ref other => self.fail(who, &format!("{other:?}")),
        }
    }

    pub(crate) async fn register_newborn(&mut self, who: usize) {
        let (birth, home) = (self.all.people[who].birth, self.all.people[who].home(self.today()));
        let record = self.record(who, home, Some(birth), &[]);
        self.send_one(who, (home, birth), &[], record).await;
        if self.all.people[who].hidden {
            let hidden = json!([withheld(&self.all.people[who])]);
            let task = self.send(home, TaskKind::MedicalSubsidy, hidden).await;
            assert_eq!(task.refused, 0, "{task:?}");
        }
    }

    /// A record that says that somebody lives in a municipality; with doses by their numbers.
    fn record(&self, who: usize, which: usize, since: Option<Date>, facts: &[usize]) -> Value {
        let person = &self.all.people[who];
        let doses = person.facts.iter().filter(|fact| facts.contains(&fact.id));
        let mut record = json!({
            "modificationSeg": "1", "myNumber": person.number,
            "municipalityIdentityKey": key(who, which), "basicFiveInfo": five(person),
            "doses": doses.map(|fact| dose(fact, fact.on)).collect::<Vec<_>>(),
        });
        if let Some(since) = since {
            record["livesHereSince"] = json!(since.to_string());
        }
        record
    }

    /// Sends one record, now and then twice. What it says is in force, or waits for an officer.
    async fn send_one(
        &mut self,
        who: usize,
        (which, since): (usize, Date),
        facts: &[usize],
        record: Value,
    ) {
        for _ in 0..if self.dice.chance(40) { 2 } else { 1 } {
            let task = self.send(which, TaskKind::Immunization, json!([record])).await;
            match (task.accepted, task.held, self.all.people[who].waiting.is_empty()) {
                (1, 0, _) => self.listed(who, (which, since), facts),
                (0, 1, true) => {
                    self.did("registrations held");
                    let waits = Waiting::Listing(which, since, facts.to_vec());
                    self.all.people[who].waiting.push_back(waits);
                }
                (0, 1, false) => {}
                _ => self.refused(who, which, &task).await,
            }
        }
    }

    async fn refused(&mut self, who: usize, which: usize, task: &Task) {
        let caller = city(which, Role::MunicipalitySystem);
        let told = read_task(&hub(self), &caller, &task.name, 0, 10).await.unwrap();
        self.fail(who, &format!("a registration is refused: {told:?}"));
    }

    async fn send(&mut self, which: usize, kind: TaskKind, records: Value) -> Task {
        let (hub, caller) = (hub(self), city(which, Role::MunicipalitySystem));
        let body = records.to_string().into_bytes();
        let task = accept_registration(&hub, &caller, kind, body, None).await.unwrap();
        Worker::new(std::sync::Arc::clone(&hub)).finish().await.unwrap();
        self.did("registrations");
        read_task(&hub, &caller, &task.name, 0, 1).await.unwrap().0
    }

    /// A registration is in force.
    fn listed(&mut self, who: usize, (which, since): (usize, Date), facts: &[usize]) {
        let person = &mut self.all.people[who];
        person.listed[which] = Some((since, None));
        facts.iter().for_each(|fact| person.knows(*fact));
    }

    pub(crate) async fn leave(&mut self, who: usize, which: usize, on: Date) {
        let Some((since, _)) = self.all.people[who].listed[which] else { return };
        let record = json!({
            "modificationSeg": "2", "myNumber": self.all.people[who].number,
            "municipalityIdentityKey": key(who, which), "removalDate": on.to_string(),
        });
        let task = self.send(which, TaskKind::Immunization, json!([record])).await;
        if task.accepted != 1 {
            self.refused(who, which, &task).await;
        }
        self.all.people[who].listed[which] = Some((since.min(on), Some(on)));
    }

    /// The new municipality registers them, often with all doses of the 母子健康手帳.
    pub(crate) async fn arrive(&mut self, who: usize, which: usize, since: Date) {
        let booklet = self.dice.chance(500);
        let real = self.all.people[who].facts.iter().filter(|fact| fact.real && booklet);
        let facts: Vec<usize> = real.map(|fact| fact.id).collect();
        if booklet {
            self.did("movers with past doses");
        }
        let record = self.record(who, which, Some(since), &facts);
        self.send_one(who, (which, since), &facts, record).await;
    }

    /// A paper form came by post to the municipality where the person lived on the day.
    pub(crate) async fn city_tells(&mut self, who: usize, fact: usize, wrong: bool) {
        let today = self.today();
        let person = &mut self.all.people[who];
        let Some(told) = person.fact(fact).cloned() else { return };
        let which = person.home(told.on);
        if person.listed[which].is_none() || !person.waiting.is_empty() {
            self.at(after(today, 15), Event::CityTells { who, fact, wrong });
            return;
        }
        let other = after(told.on, 1);
        if wrong && other <= today {
            self.did("wrong days told");
            self.tell(who, which, dose(&told, other)).await;
            let wrong = self.all.given(who, &told.product, other, told.clinic);
            let false_one = self.all.people[who].fact(wrong).unwrap();
            (false_one.real, false_one.known) = (false, true);
            let day = after(today, self.dice.between(5, 40));
            self.at(day, Event::CityCorrects { who, fact, wrong, city: which });
        } else {
            self.did(if told.known { "doses told again" } else { "paper doses told" });
            self.tell(who, which, dose(&told, told.on)).await;
            self.all.people[who].knows(fact);
        }
    }

    pub(crate) async fn city_corrects(
        &mut self,
        who: usize,
        (fact, wrong): (usize, usize),
        which: usize,
    ) {
        if !self.all.people[who].waiting.is_empty() {
            let day = after(self.today(), 15);
            self.at(day, Event::CityCorrects { who, fact, wrong, city: which });
            return;
        }
        self.all.people[who].forget(wrong);
        match self.all.people[who].fact(fact).cloned() {
            Some(told) => {
                let mut right = dose(&told, told.on);
                right["correctionReason"] = json!("日付の誤り");
                self.tell(who, which, right).await;
                self.all.people[who].knows(fact);
            }
            None => self.fail(who, "a dose that was told is gone"),
        }
    }

    /// One dose of somebody whom a municipality has or had: it says again what it said of residence.
    pub(crate) async fn tell(&mut self, who: usize, which: usize, dose: Value) {
        let person = &self.all.people[who];
        let mut record = json!({
            "modificationSeg": "1", "myNumber": person.number,
            "municipalityIdentityKey": key(who, which), "doses": [dose],
        });
        if let Some((_, Some(left))) = person.listed[which] {
            record["modificationSeg"] = json!("2");
            record["removalDate"] = json!(left.to_string());
        }
        let task = self.send(which, TaskKind::Immunization, json!([record])).await;
        if task.accepted != 1 {
            self.refused(who, which, &task).await;
        }
    }

    pub(crate) async fn give_card(&mut self, who: usize) {
        let (today, person) = (self.today(), &self.all.people[who]);
        if person.listed.iter().all(Option::is_none) || !person.waiting.is_empty() {
            self.at(after(today, 10), Event::Card { who });
            return;
        }
        if !self.dice.chance(850) {
            return;
        }
        let card = self.test.card(Holder::default());
        let (generation, serial) = (card.generation().to_owned(), card.serial().to_owned());
        let (five, owner) = (self.all.people[who].five(), self.all.people[who].home(today));
        let row = CardRow { generation, serial, five, owner: CITIES[owner].0.into() };
        let done = import_cards(&hub(self), vec![row], |_| {}).await.unwrap();
        match done[..] {
            [RowResult::Taken] => self.all.people[who].card = Some(card),
            [RowResult::Held(_)] => {
                self.did("cards held");
                self.all.people[who].waiting.push_back(Waiting::Card(Box::new(card)));
            }
            ref other => self.fail(who, &format!("{other:?}")),
        }
    }

    pub(crate) fn tell_the_rest(&mut self) {
        let today = self.today();
        for who in 0..self.all.people.len() {
            let untold: Vec<usize> = self.all.people[who].untold().map(|fact| fact.id).collect();
            for fact in untold {
                self.at(after(today, 1), Event::CityTells { who, fact, wrong: false });
            }
        }
    }

    /// Decides what waits as whoever knows them would.
    pub(crate) async fn officer(&mut self, which: usize) {
        let (hub, caller) = (hub(self), city(which, Role::Officer));
        for case in list_held(&hub, &caller).await.unwrap() {
            let theirs = |person: &Person| person.five() == case.incoming;
            let Some(who) = self.all.people.iter().position(theirs) else {
                panic!("seed {}: nobody is {:?}", self.seed, case.incoming);
            };
            let person = &mut self.all.people[who];
            // A first registration that looks like somebody is of somebody else, unless the insurer was
            // first.
            let first = person.listed.iter().flatten().count() <= 1 && person.homes.len() == 1;
            let waiting = person.waiting.pop_front();
            let same = !first || person.insured || matches!(waiting, Some(Waiting::Card(_)));
            decide_held(&hub, &caller, &case.id, same).await.unwrap();
            self.did(if same { "decided: one person" } else { "decided: two people" });
            self.note(who, &format!("one person {same}: {:?} {}", case.reason, case.identifier));
            match waiting {
                Some(Waiting::Card(card)) => self.all.people[who].card = Some(*card),
                Some(Waiting::Listing(which, since, facts)) => {
                    self.listed(who, (which, since), &facts);
                }
                // A registration of the first day that waited.
                None => {}
            }
            self.tick();
        }
    }
}

/// 自治体別本人キー
pub(crate) fn key(who: usize, which: usize) -> String {
    format!("K{which}-{who}")
}

fn five(person: &Person) -> Value {
    json!({
        "name": person.name, "nameKana": person.kana, "address": person.address,
        "dateOfBirth": person.birth.to_string(), "sex": person.sex.code(),
    })
}

/// A dose as a register has it; half of them do not name the institution.
pub(crate) fn dose(fact: &Fact, on: Date) -> Value {
    let mut dose = json!({
        "doseKey": format!("D{}", fact.id), "product": fact.product, "date": on.to_string(),
        "routine": true,
    });
    if fact.id.is_multiple_of(2) {
        dose["institutionCode"] = json!(CLINICS[fact.clinic].0);
    }
    if fact.id.is_multiple_of(3) {
        dose["lotNumber"] = json!(fact.lot);
    }
    dose
}

/// A certificate under 不開示.
fn withheld(person: &Person) -> Value {
    json!({
        "orgSpecificCertificateTypeId": "HITORI", "myNumber": person.number,
        "basicFiveInfo": five(person), "isNotDisclosed": true,
        "medicalSubsidyInsurerNumber": "81136244",
        "certificationName": "ひとり親家庭等医療費受給資格証",
        "medicalSubsidyRecipientNumber": "0000018", "isAlwaysReimbursement": "0",
        "validFrom": "2026-04-01", "validTo": "2031-03-31", "historyKey": "H1",
        "isDeleted": false, "certificationDetail": [],
    })
}
