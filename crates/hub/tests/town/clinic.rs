//! What happens at clinics: reception, gate, record, and everything that goes wrong around them.

use domain::form::Consenter;
use domain::person::Birth;
use hub::immunization::desk::{Choice, DeskView};
use hub::immunization::mend::mend_dose;
use hub::immunization::past::record_past_dose;
use hub::immunization::reception::{Received, receive};
use hub::immunization::record::{Gate, Recorded, check_dose, record_dose, record_draft};
use hub::intake::dose::{DoseAsked, Paper};
use hub::intake::immunization::{PastDose, Provenance, ToldDose};
use hub::intake::mending::Mending;
use hub::intake::reception::Identified;
use hub::{Refusal, issue_challenge};
use jiff::civil::Date;

use super::mistake::{corrected, spoiled};
use super::town::{CLINICS, Event, PATIENCE, Town, clinic, hub};
use super::truth::{Fact, after, offered, routine_on};

/// Somebody at a desk.
struct Visit {
    who: usize,
    clinic: usize,
    token: String,
    today: Date,
    /// A physician who does not look into the 母子健康手帳.
    careless: bool,
}

impl Town {
    pub(crate) async fn visit(&mut self, who: usize, which: usize) {
        self.did("visits");
        // Of twins of one reading, a hasty desk takes the card of the other.
        let twin = self.all.people[who].twin.filter(|_| self.dice.chance(40));
        if let Some(twin) = twin {
            self.visit_as_twin(who, twin, which).await;
            return;
        }
        let today = self.today();
        let Some(received) = self.receive(who, which).await else {
            self.all.people[who].empty += 1;
            if self.all.people[who].empty <= PATIENCE && today < self.end {
                self.at(after(today, 12), Event::Visit { who, clinic: which });
            }
            return;
        };
        let careless = self.dice.chance(30);
        let visit = Visit { who, clinic: which, token: received.token, today, careless };
        if self.dice.chance(700) {
            self.tell_paper(&visit).await;
        }
        let mut given = 0;
        for choice in received.view.today_options {
            if let Some(product) = self.chosen(&visit, &choice) {
                given += usize::from(self.one_dose(&visit, product).await);
            }
        }
        let person = &mut self.all.people[who];
        person.empty = if given == 0 { person.empty + 1 } else { 0 };
        let rest = self.dice.between(1, 9);
        self.plan_visit(who, after(today, rest));
    }

    /// Receives somebody by card, or by name and birth date, and holds what the desk sees against the
    /// truth.
    pub(crate) async fn receive(&mut self, who: usize, which: usize) -> Option<Received> {
        let card = self.all.people[who].card.is_some();
        let received = match card && self.dice.chance(850) {
            true => self.tap(who, which).await,
            false => self.by_name(who, which).await,
        };
        match received {
            Ok(received) => {
                let at = self.test.hub.now();
                self.all.people[who].looks.push((at, which));
                self.same_history(who, &received.view);
                Some(received)
            }
            Err(refusal) => {
                let known = self.all.people[who].listed.iter().any(Option::is_some);
                let waits = !self.all.people[who].waiting.is_empty();
                let expected = match refusal.code {
                    "nobody-found" => !known || waits,
                    "several-found" => !card || waits,
                    _ => false,
                };
                self.did(&format!("not received: {}", refusal.code));
                if !expected {
                    self.fail(who, &format!("not received: {refusal:?}"));
                }
                None
            }
        }
    }

    async fn tap(&mut self, who: usize, which: usize) -> Result<Received, Refusal> {
        let (hub, caller) = (hub(self), clinic(which));
        let view = issue_challenge(&hub, &caller)?;
        let card = self.all.people[who].card.as_mut().unwrap();
        let wire = self.test.answer(card, &view);
        let (certificate_der, signature) = (wire.certificate_der, wire.signature);
        let challenge = view.challenge;
        self.did("received by card");
        receive(&hub, &caller, Identified::Card { challenge, certificate_der, signature }).await
    }

    pub(crate) async fn by_name(&mut self, who: usize, which: usize) -> Result<Received, Refusal> {
        let (hub, caller, person) = (hub(self), clinic(which), &self.all.people[who]);
        let (kana, birth) = (person.kana.clone(), Birth::Day(person.birth));
        let name = person.name.clone();
        let card = person.card.is_some();
        let said = Identified::Described { name: String::new(), kana, birth };
        let first = receive(&hub, &caller, said).await;
        self.did("received by name");
        match first {
            Err(refusal) if refusal.code == "several-found" => {
                self.did("several of one reading");
                if card {
                    return self.tap(who, which).await;
                }
                let said = Identified::Described { name, kana: String::new(), birth };
                receive(&hub, &caller, said).await
            }
            other => other,
        }
    }

    /// The desk writes what the 母子健康手帳 has and the record lacks, now and then twice.
    async fn tell_paper(&mut self, visit: &Visit) {
        let untold: Vec<usize> = self.all.people[visit.who].untold().map(|fact| fact.id).collect();
        for fact in untold {
            self.past(visit, fact).await;
            if self.dice.chance(100) {
                self.past(visit, fact).await;
            }
        }
    }

    async fn past(&mut self, visit: &Visit, id: usize) {
        let Visit { who, clinic: which, ref token, today, .. } = *visit;
        let fact = self.all.people[who].fact(id).unwrap().clone();
        if fact.on >= today {
            return;
        }
        let told = ToldDose { provenance: Provenance::Paper, dose: past_dose(&fact) };
        let kept = record_past_dose(&hub(self), &clinic(which), token, told).await;
        self.did("past doses told at a desk");
        match kept {
            Ok(Some(seen)) if seen.on == fact.on => self.all.people[who].knows(id),
            other => self.fail(who, &format!("a past dose is not kept: {other:?}")),
        }
    }

    /// Which vaccine of a series is given today, if any.
    fn chosen(&mut self, visit: &Visit, choice: &Choice) -> Option<(String, DoseAsked)> {
        if choice.products.is_empty() || self.dice.chance(100) {
            return None;
        }
        let vaccine = self.dice.pick(&choice.products);
        let schedule = &self.test.hub.book().immunization;
        let person = &self.all.people[visit.who];
        let fits = person.may_have(schedule, &vaccine.code, visit.today);
        if !offered(person, visit.who, &choice.series) || !(fits || visit.careless) {
            return None;
        }
        let adult = person.birth.until(visit.today).unwrap().get_days() > 13 * 365;
        let by = if adult { Consenter::Person } else { Consenter::Guardian };
        let minute = self.test.hub.now().for_people();
        // Whoever sends shortly after midnight what was given before says so.
        let late = minute.contains(" 23:") || self.today() != visit.today;
        let dated = self.dice.chance(500) || late;
        let route = vaccine.routes.first().copied();
        let asked = DoseAsked {
            product: vaccine.code.clone(),
            on: dated.then_some(visit.today),
            expires: Some(after(visit.today, 200)),
            hundredths: vaccine.hundredths.and_then(|amount| u16::try_from(amount).ok()),
            site: Some("left-arm".into()),
            route: route.map(|route| route.code().to_owned()),
            physician: "見本 医師".into(),
            possible: true,
            temperature: Some(366),
            paper: Some(Paper { by, on: visit.today, birth: person.birth }),
            effects_explained: true,
            ..DoseAsked::default()
        };
        Some((vaccine.code.clone(), asked))
    }

    /// One dose through the gate; gives whether it was given.
    async fn one_dose(&mut self, visit: &Visit, (product, asked): (String, DoseAsked)) -> bool {
        let fits = {
            let schedule = &self.test.hub.book().immunization;
            self.all.people[visit.who].may_have(schedule, &product, visit.today)
        };
        if !fits && !visit.careless {
            return false;
        }
        let lot = format!("G{}", self.dice.between(1, 400));
        let asked = DoseAsked { lot: Some(lot.clone()), ..asked };
        self.err_first(visit, &asked).await;
        if self.dice.chance(25) {
            self.put_off(visit, asked).await;
            return false;
        }
        let Some((asked, draft)) = self.gate(visit, asked).await else { return false };
        let fact = self.all.given(visit.who, &product, visit.today, visit.clinic);
        let given = self.all.people[visit.who].fact(fact).unwrap();
        (given.lot, given.careless) = (lot, visit.careless);
        self.did("doses given behind the gate");
        self.bring(visit, fact, (asked, draft)).await;
        true
    }

    /// Now and then the desk errs before it gets it right: the gate stops it, and so does the record.
    async fn err_first(&mut self, visit: &Visit, asked: &DoseAsked) {
        if !self.dice.chance(60) {
            return;
        }
        let Some((wrong, want)) = spoiled(asked, visit.today, self.dice.below(8)) else { return };
        let (hub, caller) = (hub(self), clinic(visit.clinic));
        let gate = check_dose(&hub, &caller, &visit.token, wrong.clone()).await;
        let stopped = match &gate {
            Ok(Gate::Closed(stops)) => stops.iter().any(|stop| stop.code == want),
            _ => false,
        };
        if !stopped {
            self.fail(visit.who, &format!("{want} is not stopped: {gate:?} {wrong:?}"));
        }
        self.did(&format!("refused: {want}"));
        let around = record_dose(&hub, &caller, &visit.token, wrong).await;
        if !around.as_ref().is_err_and(|refusal| refusal.code == "gate-closed") {
            self.fail(visit.who, &format!("around the gate: {around:?}"));
        }
    }

    async fn put_off(&mut self, visit: &Visit, asked: DoseAsked) {
        let product = asked.product.clone();
        let asked = DoseAsked { possible: false, reason: "様子を見る".into(), ..asked };
        let (hub, caller) = (hub(self), clinic(visit.clinic));
        match record_dose(&hub, &caller, &visit.token, asked).await {
            Ok(Recorded { given: false, item, .. }) => {
                self.feed(visit.who, visit.today, &item);
                self.all.people[visit.who].put_off.push((product, visit.today));
                self.did("doses put off");
            }
            other => self.fail(visit.who, &format!("not put off: {other:?}")),
        }
    }

    /// Asks the gate, and mends what the desk can mend; a draft, if it opens.
    async fn gate(&mut self, visit: &Visit, asked: DoseAsked) -> Option<(DoseAsked, String)> {
        let (hub, caller) = (hub(self), clinic(visit.clinic));
        let (_, _, skew) = CLINICS[visit.clinic];
        let mut asked = asked;
        if skew != 0 && asked.on.is_none() && self.dice.chance(300) {
            asked.on = Some(after(visit.today, skew));
        }
        for _ in 0..4 {
            self.tick();
            let stops = match check_dose(&hub, &caller, &visit.token, asked.clone()).await {
                Ok(Gate::Open { draft, .. }) => return Some((asked, draft)),
                Ok(Gate::Closed(stops)) => stops,
                Err(refusal) => self.fail(visit.who, &format!("{refusal:?}")),
            };
            let first = stops[0].code;
            self.did(&format!("refused: {first}"));
            match corrected(&asked, &stops, visit.today) {
                Some(better) => asked = better,
                None => {
                    self.note(visit.who, &format!("gate closed: {first} {}", asked.product));
                    return None;
                }
            }
        }
        self.fail(visit.who, "the gate does not open however often it is asked")
    }

    /// A dose that was given comes into the record, one way or another.
    async fn bring(&mut self, visit: &Visit, fact: usize, (asked, draft): (DoseAsked, String)) {
        let (who, which) = (visit.who, visit.clinic);
        match self.dice.below(100) {
            0..20 => {
                let day = after(visit.today, self.dice.between(1, 13));
                self.at(day, Event::Draft { who, fact, clinic: which, draft });
            }
            20..25 => self.twice_at_once(visit, fact, &asked).await,
            25..30 => self.two_clinics(visit, fact, &asked).await,
            30..33 => {
                // It was recorded, but not given.
                self.recorded(visit, fact, &asked).await;
                self.all.people[who].fact(fact).unwrap().real = false;
                let draft = self.dice.chance(500).then_some(draft);
                let day = after(visit.today, self.dice.between(1, 3));
                self.at(day, Event::Cancel { who, fact, draft });
            }
            _ => {
                self.recorded(visit, fact, &asked).await;
                if self.dice.chance(100) {
                    let again = record_draft(&hub(self), &clinic(which), &draft).await;
                    self.is_again(who, fact, again);
                }
                if self.dice.chance(30) {
                    let day = after(visit.today, self.dice.between(1, 20));
                    self.at(day, Event::Mend { who, fact });
                }
            }
        }
    }

    async fn recorded(&mut self, visit: &Visit, fact: usize, asked: &DoseAsked) {
        let (hub, caller) = (hub(self), clinic(visit.clinic));
        let done = record_dose(&hub, &caller, &visit.token, asked.clone()).await;
        match done {
            Ok(Recorded { again: false, given: true, item }) => {
                self.is_recorded(visit.who, fact, (visit.clinic, item));
            }
            other => self.fail(visit.who, &format!("an open gate, and yet {other:?}")),
        }
    }

    fn is_recorded(&mut self, who: usize, id: usize, (which, item): (usize, String)) {
        let fact = self.all.people[who].fact(id).unwrap();
        (fact.known, fact.clinic, fact.gate) = (true, which, Some(item.clone()));
        let on = fact.on;
        self.did("doses recorded behind the gate");
        self.feed(who, on, &item);
    }

    /// The feed of the home of the day of the dose must name it; so must that of the present home.
    fn feed(&mut self, who: usize, on: Date, item: &str) {
        let person = &self.all.people[who];
        let (then, now) = (person.known_home(on), person.known_home(self.today()));
        for which in then.into_iter().chain(now.filter(|_| now != then)) {
            self.told[which].push(item.to_owned());
        }
    }

    fn is_again(&mut self, who: usize, fact: usize, again: Result<Recorded, Refusal>) {
        let item = self.all.people[who].fact(fact).unwrap().gate.clone();
        self.did("doses sent again");
        match again {
            Ok(Recorded { again: true, item: other, .. }) if item.as_ref() == Some(&other) => {}
            other => self.fail(who, &format!("sent again, and not the same: {other:?}")),
        }
    }

    /// A desk that does not wait for the answer.
    async fn twice_at_once(&mut self, visit: &Visit, fact: usize, asked: &DoseAsked) {
        let (hub, caller) = (hub(self), clinic(visit.clinic));
        let (one, two) = tokio::join!(
            record_dose(&hub, &caller, &visit.token, asked.clone()),
            record_dose(&hub, &caller, &visit.token, asked.clone()),
        );
        let (first, second) =
            if one.as_ref().is_ok_and(|it| it.again) { (two, one) } else { (one, two) };
        match first {
            Ok(Recorded { again: false, item, .. }) => {
                self.is_recorded(visit.who, fact, (visit.clinic, item));
                self.is_again(visit.who, fact, second);
            }
            other => self.fail(visit.who, &format!("{other:?} {second:?}")),
        }
    }

    /// Two clinics record the same dose at nearly the same time: one of them does.
    async fn two_clinics(&mut self, visit: &Visit, fact: usize, asked: &DoseAsked) {
        let which = visit.clinic / 3 * 3 + (visit.clinic + 1) % 3;
        let Some(other) = self.receive(visit.who, which).await else {
            self.recorded(visit, fact, asked).await;
            return;
        };
        self.did("two clinics at once");
        let (hub, here, there) = (hub(self), clinic(visit.clinic), clinic(which));
        let (one, two) = tokio::join!(
            record_dose(&hub, &here, &visit.token, asked.clone()),
            record_dose(&hub, &there, &other.token, asked.clone()),
        );
        match (one, two) {
            (Ok(done), Err(no)) if !done.again && no.code == "gate-closed" => {
                self.is_recorded(visit.who, fact, (visit.clinic, done.item));
            }
            (Err(no), Ok(done)) if !done.again && no.code == "gate-closed" => {
                self.is_recorded(visit.who, fact, (which, done.item));
            }
            other => self.fail(visit.who, &format!("two clinics, one dose: {other:?}")),
        }
    }

    /// A draft of days ago arrives. If the record has something since then that speaks against it, the
    /// desk tells the dose as the fact that it is.
    pub(crate) async fn draft_arrives(
        &mut self,
        who: usize,
        fact: usize,
        (which, draft): (usize, &str),
    ) {
        let known = self.all.people[who].fact(fact).unwrap().known;
        self.did(if known { "late drafts of doses told before" } else { "late drafts" });
        match record_draft(&hub(self), &clinic(which), draft).await {
            Ok(Recorded { again: false, item, .. }) => {
                self.is_recorded(who, fact, (which, item));
                if self.dice.chance(200) {
                    let again = record_draft(&hub(self), &clinic(which), draft).await;
                    self.is_again(who, fact, again);
                }
            }
            Err(refusal) if refusal.code == "gate-closed" && !known => {
                for stop in &refusal.all {
                    self.did(&format!("late drafts told as past doses: {}", stop.code));
                }
                self.tell_later(who, fact, which).await;
            }
            // The record went on from what was told: the draft has nothing to add.
            Err(refusal) if refusal.code == "gate-closed" => {
                self.did("late drafts of doses told and followed by others");
            }
            other => self.fail(who, &format!("a draft: {other:?}")),
        }
    }

    /// A desk that cannot record a dose behind the gate any more tells it.
    async fn tell_later(&mut self, who: usize, fact: usize, which: usize) {
        let today = self.today();
        match self.receive(who, which).await {
            Some(received) => {
                let token = received.token;
                let visit = Visit { who, clinic: which, token, today, careless: false };
                self.past(&visit, fact).await;
            }
            None => {
                let day = after(today, 10);
                self.at(day, Event::CityTells { who, fact, wrong: false });
            }
        }
    }

    pub(crate) async fn mend(&mut self, who: usize, fact: usize) {
        let told = self.all.people[who].fact(fact).unwrap();
        let (item, which) = (told.gate.clone().unwrap(), told.clinic);
        told.lot = format!("C{fact}");
        let mending = Mending {
            reason: "読み違い".into(),
            lot: Some(told.lot.clone()),
            ..Mending::default()
        };
        let mended = mend_dose(&hub(self), &clinic(which), &item, mending).await;
        self.did("corrections");
        if !mended.as_ref().is_ok_and(|mended| mended.changed) {
            self.fail(who, &format!("not corrected: {mended:?}"));
        }
    }

    pub(crate) async fn cancel(&mut self, who: usize, fact: usize, draft: Option<String>) {
        let told = self.all.people[who].fact(fact).unwrap().clone();
        let (item, which) = (told.gate.unwrap(), told.clinic);
        self.cancel_item(who, (which, &item)).await;
        self.all.people[who].forget(fact);
        let Some(draft) = draft else { return };
        self.did("drafts of cancelled doses");
        let again = record_draft(&hub(self), &clinic(which), &draft).await;
        if !again.as_ref().is_err_and(|refusal| refusal.code == "dose-cancelled") {
            self.fail(who, &format!("a cancelled dose returns: {again:?}"));
        }
    }

    async fn cancel_item(&mut self, who: usize, (which, item): (usize, &str)) {
        let mending =
            Mending { cancels: true, reason: "接種していない".into(), ..Mending::default() };
        let mended = mend_dose(&hub(self), &clinic(which), item, mending).await;
        self.did("cancellations");
        if mended.is_err() {
            self.fail(who, &format!("not cancelled: {mended:?}"));
        }
    }

    /// The dose is given to one twin and recorded for the other.
    async fn visit_as_twin(&mut self, who: usize, twin: usize, which: usize) {
        let today = self.today();
        let received = self.receive(twin, which).await;
        let person = &self.all.people[who];
        let options = received.as_ref().map(|it| &it.view.today_options[..]).unwrap_or_default();
        let choice = options.iter().find(|choice| {
            let book = self.test.hub.book();
            choice.products.first().is_some_and(|vaccine| {
                offered(person, who, &choice.series)
                    && offered(&self.all.people[twin], twin, &choice.series)
                    && person.may_have(&book.immunization, &vaccine.code, today)
            })
        });
        let choice = choice.cloned();
        if let (Some(received), Some(choice)) = (&received, choice) {
            let token = received.token.clone();
            let visit = Visit { who: twin, clinic: which, token, today, careless: false };
            self.swapped(&visit, who, &choice).await;
        }
        self.plan_visit(who, after(today, 14));
    }

    async fn swapped(&mut self, visit: &Visit, owner: usize, choice: &Choice) {
        let Some((product, asked)) = self.chosen(visit, choice) else { return };
        let asked = DoseAsked { lot: Some("T1".into()), ..asked };
        let Some((asked, _)) = self.gate(visit, asked).await else { return };
        self.did("doses recorded for the other twin");
        let wrong = self.all.given(visit.who, &product, visit.today, visit.clinic);
        self.recorded(visit, wrong, &asked).await;
        self.all.people[visit.who].fact(wrong).unwrap().real = false;
        let fact = self.all.given(owner, &product, visit.today, visit.clinic);
        let day = after(visit.today, self.dice.between(1, 4));
        self.at(day, Event::Swap { who: owner, fact, twin: visit.who, wrong });
    }

    pub(crate) async fn swap(&mut self, who: usize, fact: usize, (twin, wrong): (usize, usize)) {
        let told = self.all.people[twin].fact(wrong).unwrap().clone();
        self.cancel_item(twin, (told.clinic, &told.gate.unwrap())).await;
        self.all.people[twin].forget(wrong);
        self.tell_later(who, fact, told.clinic).await;
    }

    /// A dose where nobody uses the hub; the form goes to the municipality, or nobody tells but the
    /// 母子健康手帳.
    pub(crate) fn paper_dose(&mut self, who: usize) {
        let today = self.today();
        let hub = hub(self);
        let schedule = &hub.book().immunization;
        for product in routine_on(&self.all.people[who], who, schedule, today) {
            if self.dice.chance(200) || !self.all.people[who].may_have(schedule, &product, today) {
                continue;
            }
            let which = self.clinic_near(who, today);
            let fact = self.all.given(who, &product, today, which);
            self.did("doses on paper");
            if self.dice.chance(650) {
                let wrong = self.dice.chance(80);
                let day = after(today, self.dice.between(10, 70));
                self.at(day, Event::CityTells { who, fact, wrong });
            }
        }
        let rest = self.dice.between(7, 20);
        self.plan_visit(who, after(today, rest));
    }

    /// The desk sees what was told, each dose once.
    pub(crate) fn same_history(&mut self, who: usize, view: &DeskView) {
        self.did("histories compared");
        let schedule = &self.test.hub.book().immunization;
        let name = |code: &str| &schedule.products[usize::from(schedule.product(code).unwrap())].ja;
        let shown = self.all.people[who].shown();
        let mut want: Vec<_> = shown.iter().map(|(on, code)| (*on, name(code).clone())).collect();
        let mut got: Vec<_> = view.history.iter().map(|it| (it.on, it.product.clone())).collect();
        want.sort();
        got.sort();
        if want != got {
            self.fail(who, &format!("the desk sees\n{got:?}\nand not\n{want:?}"));
        }
    }
}

/// A dose as a desk copies it; some 母子健康手帳 do not name who gave it.
pub(crate) fn past_dose(fact: &Fact) -> PastDose {
    PastDose {
        key: format!("M{}", fact.id),
        product: fact.product.clone(),
        date: fact.on,
        hundredths: None,
        lot: (fact.id % 3 == 1).then(|| fact.lot.clone()),
        expires: None,
        gtin: None,
        site: None,
        route: None,
        physician: None,
        institution: (fact.id % 4 != 3).then(|| CLINICS[fact.clinic].0.to_owned()),
        institution_name: None,
        routine: Some(true),
        special: None,
        note: None,
        reason: None,
        deleted: false,
    }
}
