//! What must hold: compared with the truth through the municipalities' eyes, and through the residents'.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{self, Basis, Purpose, Request, Role};
use domain::immunization::coverage::{self, Coverage as Counted, PutOff};
use domain::immunization::{Dose, Facts, Person as Judged, Schedule};
use domain::person::Sex;
use fhir::Kind;
use fhir::profiles::immunization::{self as dose, DoseFace, DoseStatus, Origin};
use fhir::profiles::immunization_target;
use hub::immunization::coverage::show_coverage;
use hub::{
    caller_of_session, open_session, own_page, read_feed, resident_challenge, sign_in_resident,
};
use jiff::civil::Date;
use store::StoreError;
use store::record::Stored;

use super::town::{CLINICS, Town, city, hub};
use super::truth::{CITIES, Person};

/// People by birth cohort (4/2 to 4/1), series and number of doses that count.
type Coverage = BTreeMap<(i16, String, usize), usize>;
/// Logical ids and doses of one resident, by their municipality's key.
type Records = BTreeMap<String, Vec<(String, DoseFace)>>;

impl Town {
    /// Everything that municipalities see, compared with the truth.
    pub(crate) async fn check(&mut self) {
        self.did("checks of everything");
        let mut seen = BTreeSet::new();
        let hub = hub(self);
        let schedule = &hub.book().immunization;
        for (which, (_, name)) in CITIES.iter().enumerate() {
            let records = self.survey(which).await;
            self.right_people(which, &records);
            let (mut got, mut want) = (Coverage::new(), Coverage::new());
            for (key, rows) in &records {
                let who = person_of(key);
                assert!(seen.insert(who), "seed {}: {who} is in two records", self.seed);
                self.right_doses(who, rows);
                let person = &self.all.people[who];
                let history = recorded(schedule, rows);
                count(&mut got, schedule, person, &history);
                let told = person.facts.iter().filter(|fact| fact.known);
                let told = told.map(|fact| (fact.on, fact.product.clone(), None));
                count(&mut want, schedule, person, &as_history(schedule, told.collect()));
            }
            assert_eq!(got, want, "seed {}: coverage of {name}", self.seed);
            self.right_coverage(which).await;
        }
        self.right_feeds().await;
    }

    /// What the officer's page of coverage counts is what was told of those who live there.
    async fn right_coverage(&mut self, which: usize) {
        self.did("pictures of coverage compared");
        let (hub, caller) = (hub(self), city(which, Role::Officer));
        let (schedule, today) = (&hub.book().immunization, self.today());
        let mut want = Counted::new(schedule.series.len());
        for person in self.all.people.iter().filter(|it| it.known_home(today) == Some(which)) {
            let told = person.shown().into_iter().map(|(on, product)| (on, product, None));
            let (history, facts) = (as_history(schedule, told.collect()), Facts::default());
            let (birth, sex) = (person.birth, person.sex);
            let of = Judged { birth, sex, history: &history, facts: &facts };
            let off = person.put_off.iter();
            let off = off.map(|(code, on)| (schedule.product(code).unwrap(), *on));
            let off: Vec<PutOff> = off.collect();
            let lines = coverage::lines(schedule, &hub.book().reminders, &of, &off, today);
            let cohort = coverage::birth_cohort(birth, &hub.book().calendar);
            want.add(cohort, coverage::months_of_age(birth, today), &lines);
        }
        // An older picture is shown while a large town is counted anew.
        let picture = loop {
            match show_coverage(&hub, &caller).await {
                Ok(view) if view.picture.at == self.test.hub.now() => break view.picture,
                Ok(_) => {}
                Err(refusal) => assert_eq!(refusal.code, "counting"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        };
        assert_eq!(picture.unknown, 0);
        assert_eq!(picture.coverage, want, "seed {}: {}", self.seed, CITIES[which].1);
    }

    /// Reads the doses of everybody who lives in a municipality.
    async fn survey(&self, which: usize) -> Records {
        let request = Request {
            caller: city(which, Role::Officer),
            purpose: Purpose::ImmunizationCare,
            basis: Basis::MunicipalTask,
            at: self.test.hub.now(),
        };
        let read = self.test.hub.store().read(move |tx| {
            let cohort = access::immunization_residents(request.clone()).unwrap();
            let mut records = Records::new();
            tx.survey(&cohort, &[Kind::Dose, Kind::ImmunizationTarget], |_, rows| {
                let (key, doses) = read_rows(rows, &request.caller.organisation);
                assert!(records.insert(key, doses).is_none(), "one key, two residents");
                Ok(())
            })?;
            Ok::<_, StoreError>(records)
        });
        read.await.unwrap()
    }

    /// A municipality follows those who live there, as far as it was told.
    fn right_people(&self, which: usize, records: &Records) {
        let today = self.today();
        for (who, person) in self.all.people.iter().enumerate() {
            let here = person.known_home(today) == Some(which);
            if here != records.contains_key(&super::register::key(who, which)) {
                self.fail(who, &format!("{} follows them: {}", CITIES[which].1, !here));
            }
        }
    }

    /// Every dose that was told of is there once, whoever told it how often; and nothing else.
    fn right_doses(&mut self, who: usize, rows: &[(String, DoseFace)]) {
        self.did("records compared");
        let person = &self.all.people[who];
        let doses: BTreeSet<(Date, String)> =
            rows.iter().map(|(_, face)| (face.on, face.product.clone())).collect();
        if doses.into_iter().collect::<Vec<_>>() != person.shown() {
            self.fail(who, &format!("the record has {rows:#?}"));
        }
        let gates: BTreeMap<&str, &DoseFace> = rows
            .iter()
            .filter(|(_, face)| face.origin == Origin::Gate)
            .map(|(item, face)| (item.as_str(), face))
            .collect();
        let want: BTreeSet<&str> =
            person.facts.iter().filter_map(|fact| fact.gate.as_deref()).collect();
        if gates.keys().copied().collect::<BTreeSet<_>>() != want {
            self.fail(who, &format!("behind the gate: {gates:#?}"));
        }
        for fact in &person.facts {
            let Some(face) = fact.gate.as_deref().map(|item| gates[item]) else { continue };
            let here = face.institution.as_deref() == Some(CLINICS[fact.clinic].0);
            if face.on != fact.on || face.lot.as_ref() != Some(&fact.lot) || !here {
                self.fail(who, &format!("{fact:?} is recorded as {face:?}"));
            }
        }
    }

    /// The feeds name the gate doses of their residents, each once.
    async fn right_feeds(&mut self) {
        for (which, (_, name)) in CITIES.iter().enumerate() {
            let (mut named, mut after) = (Vec::new(), 0);
            loop {
                let caller = city(which, Role::MunicipalitySystem);
                let changes = read_feed(&hub(self), &caller, after, 500).await.unwrap();
                let Some(last) = changes.last() else { break };
                after = last.position;
                let doses = changes.into_iter().filter(|it| it.kind == "dose-recorded");
                named.extend(doses.map(|it| it.detail));
            }
            named.sort();
            let mut want = self.told[which].clone();
            want.sort();
            assert_eq!(named, want, "seed {}: the feed of {name}", self.seed);
        }
    }

    /// At the end: everything is told, everybody lives where they live, and every desk sees the truth.
    pub(crate) async fn check_the_end(&mut self) {
        self.check().await;
        let today = self.today();
        for who in 0..self.all.people.len() {
            let person = &self.all.people[who];
            let settled = person.waiting.is_empty()
                && person.known_home(today) == Some(person.home(today))
                && person.facts.iter().all(|fact| fact.real && fact.known);
            if !settled {
                self.fail(who, "something of them is still under way");
            }
            self.counts(who);
            if !self.all.people[who].facts.is_empty() {
                let clinic = self.clinic_near(who, today);
                self.receive(who, clinic).await;
                self.tick();
            }
            if who.is_multiple_of(17) {
                self.own_eyes(who).await;
            }
        }
    }

    /// Every dose that passed the gate counts, unless the physician could have known better.
    fn counts(&mut self, who: usize) {
        let hub = hub(self);
        let schedule = &hub.book().immunization;
        let person = &self.all.people[who];
        let history = person.history(schedule);
        let judged = audit(schedule, person, &history);
        let mut careless = 0;
        for fact in person.facts.iter().filter(|fact| fact.gate.is_some()) {
            let product = schedule.product(&fact.product);
            let at = history
                .iter()
                .position(|dose| dose.date == fact.on && Some(dose.product) == product);
            match judged[at.unwrap()].0 {
                true => {}
                false if fact.careless => careless += 1,
                false => self.fail(who, &format!("{fact:?} does not count")),
            }
        }
        for _ in 0..careless {
            self.did("careless doses that do not count");
        }
    }

    /// What the person sees with their card: their doses, and who looked.
    async fn own_eyes(&mut self, who: usize) {
        let hub = hub(self);
        let Some(card) = self.all.people[who].card.as_mut() else { return };
        let view = resident_challenge(&hub);
        let answer = self.test.answer(card, &view);
        let cookie = sign_in_resident(&hub, &view.challenge, answer).await.unwrap();
        let session = open_session(&hub, &cookie).await.unwrap();
        let caller = caller_of_session(&hub, &session);
        let (mut looks, mut before, mut given) = (Vec::new(), None, 0);
        loop {
            let page = match own_page(&hub, &caller, before).await {
                Err(refusal) if refusal.code == "withheld" && self.all.people[who].hidden => {
                    self.did("own pages withheld");
                    return;
                }
                page => page.unwrap(),
            };
            given = page.care.map_or(given, |care| care.given.len());
            looks.extend(page.looks.into_iter().map(|look| (look.at, look.purpose)));
            before = page.older;
            if before.is_none() {
                break;
            }
        }
        self.did("own pages compared");
        let person = &self.all.people[who];
        let missing = person.looks.iter().find(|(at, _)| {
            !looks.iter().any(|look| look.0 == *at && look.1 == Purpose::Immunization)
        });
        if missing.is_some() || given != person.shown().len() || person.hidden {
            self.fail(who, &format!("their page lacks {missing:?}, shows {given} doses"));
        }
    }
}

/// The municipality's key of a resident, and their doses that were given.
fn read_rows(rows: &[Stored], municipality: &str) -> (String, Vec<(String, DoseFace)>) {
    let targets = rows.iter().filter(|row| row.kind == Kind::ImmunizationTarget);
    let targets = targets.map(|row| immunization_target::read(&row.body).unwrap());
    let key = targets.into_iter().find(|target| target.municipality == municipality).unwrap().key;
    let doses = rows.iter().filter(|row| row.kind == Kind::Dose);
    let doses = doses.map(|row| (row.item.clone(), dose::read(&row.body).unwrap()));
    (key, doses.filter(|(_, face)| face.status == DoseStatus::Completed).collect())
}

fn person_of(key: &str) -> usize {
    key.rsplit('-').next().unwrap().parse().unwrap()
}

/// Doses of a record for the schedule: whoever tells the same vaccine of the same day tells one dose.
fn recorded(schedule: &Schedule, rows: &[(String, DoseFace)]) -> Vec<Dose> {
    let mut once: BTreeMap<(Date, String), Option<u32>> = BTreeMap::new();
    for (_, face) in rows {
        let amount = once.entry((face.on, face.product.clone())).or_default();
        *amount = amount.or(face.hundredths.map(u32::from));
    }
    let once = once.into_iter().map(|((on, product), amount)| (on, product, amount));
    as_history(schedule, once.collect())
}

fn as_history(schedule: &Schedule, doses: Vec<(Date, String, Option<u32>)>) -> Vec<Dose> {
    let mut history: Vec<Dose> = doses
        .into_iter()
        .map(|(date, product, hundredths)| {
            let product = schedule.product(&product).unwrap();
            Dose { product, date, hundredths }
        })
        .collect();
    history.sort_by_key(|dose| (dose.date, dose.product));
    history
}

/// Whether each dose counts, and in which series.
fn audit(schedule: &Schedule, person: &Person, history: &[Dose]) -> Vec<(bool, Option<String>)> {
    let facts = Facts::default();
    let of = Judged { birth: person.birth, sex: person.sex, history, facts: &facts };
    let judged = schedule.audit(&of).into_iter().map(|judged| {
        let series = judged.series.map(|id| schedule.series[usize::from(id)].code.clone());
        (judged.counts, series)
    });
    judged.collect()
}

fn count(into: &mut Coverage, schedule: &Schedule, person: &Person, history: &[Dose]) {
    debug_assert!(matches!(person.sex, Sex::Male | Sex::Female));
    let early = (person.birth.month(), person.birth.day()) <= (4, 1);
    let cohort = person.birth.year() - i16::from(early);
    let mut series: BTreeMap<String, usize> = BTreeMap::new();
    for (counts, code) in audit(schedule, person, history) {
        *series.entry(code.unwrap_or_default()).or_default() += usize::from(counts);
    }
    for (code, doses) in series {
        *into.entry((cohort, code, doses)).or_default() += 1;
    }
}
