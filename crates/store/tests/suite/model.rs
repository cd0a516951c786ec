//! The links of the store beside `domain::identity::Registry`, the model that they must follow: a
//! random walk through everything that production does with them. Ten thousand steps in the suite,
//! a million in `cargo xtask assure identity-walk`.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use domain::identity::{HoldReason, LinkKey, LinkState, Refusal, Registry};
use domain::person::ResidentId;
use store::{StoreError, Tx};

use crate::bench::{Bench, NOW, everywhere};
use crate::people::{TOWN, card, find, insured, officer, registration, town_key};

/// Steps in one store, before the walk goes on in a fresh one.
const STORE_STEPS: usize = 5_000;
/// Steps of one transaction; everything is compared between two of them.
const ROUND: usize = 250;
/// Keys that are in play at a time, and how many steps later the next one joins.
const WINDOW: usize = 16;
const PACE: usize = 6;

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// A case that was confirmed: who came in, whom they became, and what they brought with the length
/// of its history then.
struct Confirmed {
    id: String,
    from: ResidentId,
    into: ResidentId,
    brought: Vec<(LinkKey, usize)>,
}

#[derive(Default)]
struct Town {
    model: Registry,
    /// Who a resident of the store is in the model: somebody new there after a split.
    names: HashMap<ResidentId, ResidentId>,
    model_people: i64,
    /// Residents of the store who are not merged away.
    alive: Vec<ResidentId>,
    /// Cases that wait: key, provisional resident, name.
    cases: Vec<(LinkKey, ResidentId, String)>,
    confirmed: Vec<Confirmed>,
    /// From whom an identifier was told apart: the model cannot undo their merging.
    told_apart: HashSet<ResidentId>,
    steps: usize,
    done: HashMap<&'static str, usize>,
}

fn key(at: usize) -> LinkKey {
    let text = at.to_string();
    match at % 4 {
        0 => card(&text),
        1 => insured(&text),
        2 => town_key(&text),
        _ => LinkKey::Vault(std::array::from_fn(|place| at.to_be_bytes()[place % 8])),
    }
}

impl Town {
    fn step(&mut self, tx: &mut Tx<'_>, dice: &mut Dice) -> Result<(), StoreError> {
        self.steps += 1;
        let at = self.steps / PACE + dice.below(WINDOW);
        // A key of the same kind, so that a certificate can be renewed by it.
        let (key, other) = (key(at), key(at + 4 * (1 + dice.below(2))));
        match dice.below(16) {
            0 => self.enter(tx)?,
            1..=3 => self.issue(tx, &key, dice)?,
            4 | 5 => self.renew(tx, &key, &other)?,
            6 => self.revoke(tx, &key)?,
            7 => self.transfer(tx, &key, dice)?,
            8..=11 => self.hold(tx, &key, dice)?,
            12..=14 => self.decide(tx, dice)?,
            _ => self.split(tx, dice)?,
        }
        self.check(tx, &key)?;
        self.check(tx, &other)
    }

    fn did(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    /// The resident of the model for one of the store, made known there.
    fn introduce(&mut self, who: ResidentId) -> ResidentId {
        self.model_people += 1;
        let name = ResidentId(self.model_people);
        self.names.insert(who, name);
        self.model.enter(name).unwrap();
        name
    }

    fn enter(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let who = tx.enter_resident(false)?.resident();
        self.introduce(who);
        self.alive.push(who);
        self.did("enter");
        Ok(())
    }

    /// One of the youngest who were not merged away.
    fn somebody(&self, dice: &mut Dice) -> Option<ResidentId> {
        let window = self.alive.len().min(20);
        self.alive.get(self.alive.len() - window + dice.below(window)).copied()
    }

    fn issue(&mut self, tx: &mut Tx<'_>, key: &LinkKey, dice: &mut Dice) -> Result<(), StoreError> {
        let Some(who) = self.somebody(dice) else { return Ok(()) };
        let name = self.names[&who];
        let want = match self.model.issue(key, name, NOW) {
            Ok(()) => Ok(()),
            Err(Refusal::Active) if self.model.resolve(key) == Some(name) => Ok(()),
            Err(_) => Err(StoreError::Taken),
        };
        let candidate = tx.decided(who)?.unwrap();
        assert_eq!(tx.claim(key, &candidate, NOW), want, "{key:?} for {who:?}");
        self.did(if want.is_ok() { "issue" } else { "not issued" });
        Ok(())
    }

    /// A new certificate for the holder of an old one.
    fn renew(&mut self, tx: &mut Tx<'_>, old: &LinkKey, new: &LinkKey) -> Result<(), StoreError> {
        let holder = self.model.resolve(old);
        if old == new || self.model.renew(old, new, NOW).is_err() {
            return Ok(());
        }
        let candidate = tx.find_to_enter(&find(registration()), old)?.unwrap();
        assert_eq!(Some(self.names[&candidate.resident()]), holder);
        assert_eq!(tx.revoke(old, NOW), Ok(true));
        assert_eq!(tx.claim(new, &candidate, NOW), Ok(()));
        self.did("renew");
        Ok(())
    }

    fn revoke(&mut self, tx: &mut Tx<'_>, key: &LinkKey) -> Result<(), StoreError> {
        let want = self.model.revoke(key, NOW).is_ok();
        assert_eq!(tx.revoke(key, NOW), Ok(want), "{key:?}");
        self.cases.retain(|(held, ..)| held != key);
        self.did(if want { "revoke" } else { "not revoked" });
        Ok(())
    }

    /// An insured number that ends here and begins there.
    fn transfer(
        &mut self,
        tx: &mut Tx<'_>,
        key: &LinkKey,
        dice: &mut Dice,
    ) -> Result<(), StoreError> {
        let (Some(to), Some(holder)) = (self.somebody(dice), self.model.resolve(key)) else {
            return Ok(());
        };
        if self.names[&to] == holder || !key.may_return() {
            return Ok(());
        }
        self.model.revoke(key, NOW).unwrap();
        assert_eq!(tx.revoke(key, NOW), Ok(true));
        let want = self.model.issue(key, self.names[&to], NOW).map_err(|_| StoreError::Taken);
        let candidate = tx.decided(to)?.unwrap();
        assert_eq!(tx.claim(key, &candidate, NOW), want, "{key:?} to {to:?}");
        self.did("transfer");
        Ok(())
    }

    fn hold(&mut self, tx: &mut Tx<'_>, key: &LinkKey, dice: &mut Dice) -> Result<(), StoreError> {
        let Some(candidate) = self.somebody(dice) else { return Ok(()) };
        self.model_people += 1;
        let (reason, name) = (HoldReason::Near, ResidentId(self.model_people));
        self.model.enter(name).unwrap();
        // The model may doubt an active link; the store holds only what comes in.
        let active = self.model.resolve(key).is_some();
        let refused =
            active || self.model.hold(key, name, self.names[&candidate], reason, NOW).is_err();
        let held = tx.attempt(|tx| {
            let provisional = tx.enter_resident(true)?;
            let id = tx.hold(key, &provisional, (candidate, reason, TOWN), NOW)?;
            Ok((true, (provisional.resident(), id)))
        });
        assert_eq!(held.is_err(), refused, "{key:?}: {held:?}");
        self.did(if refused { "not held" } else { "hold" });
        let Ok((who, id)) = held else { return Ok(()) };
        self.names.insert(who, name);
        self.alive.push(who);
        self.cases.push((key.clone(), who, id));
        Ok(())
    }

    fn decide(&mut self, tx: &mut Tx<'_>, dice: &mut Dice) -> Result<(), StoreError> {
        if self.cases.is_empty() {
            return Ok(());
        }
        let (key, who, id) = self.cases.swap_remove(dice.below(self.cases.len()));
        let same = dice.below(2) == 0;
        let case = tx.decide_held(&officer(TOWN), &id, same, NOW)?.expect("it waited");
        let into = case.candidate.resident();
        let name = self.names[&who];
        if same {
            let brought = self.model.keys_of(name).cloned().collect::<Vec<_>>();
            let length = |key: LinkKey| (key.clone(), self.model.history(&key).len());
            let brought = brought.into_iter().map(length).collect();
            self.model.confirm(&key, NOW).unwrap();
            self.model.merge(name, self.names[&into], NOW).unwrap();
            self.alive.retain(|alive| *alive != who);
            self.confirmed.push(Confirmed { id, from: who, into, brought });
            self.did("merge");
        } else {
            self.model.reject(&key, NOW).unwrap();
            self.model.issue(&key, name, NOW).unwrap();
            self.told_apart.insert(into);
            self.did("reject");
        }
        Ok(())
    }

    /// An officer corrects one of the last confirmations.
    fn split(&mut self, tx: &mut Tx<'_>, dice: &mut Dice) -> Result<(), StoreError> {
        let back = dice.below(self.confirmed.len().min(6)) + 1;
        let Some(at) = self.confirmed.len().checked_sub(back) else { return Ok(()) };
        let case = self.confirmed.swap_remove(at);
        if self.told_apart.contains(&case.from) {
            return Ok(());
        }
        let undone = tx.undo_confirmed(&officer(TOWN), &case.id, NOW)?;
        if !self.alive.contains(&case.into) {
            assert_eq!(undone, None, "{:?} was merged away meanwhile", case.into);
            self.did("not split");
            return Ok(());
        }
        let (from, into) = undone.expect("it was confirmed");
        assert_eq!((from.resident(), into.resident()), (case.from, case.into));
        let into = self.names[&case.into];
        let stayed = |(key, length): &(LinkKey, usize)| {
            let since = &self.model.history(key)[*length..];
            self.model.resolve(key) == Some(into)
                && since.iter().all(|link| link.state != LinkState::Revoked)
        };
        let keys: std::collections::BTreeSet<LinkKey> =
            case.brought.iter().filter(|brought| stayed(brought)).map(|it| it.0.clone()).collect();
        if keys.is_empty() {
            self.introduce(case.from);
        } else {
            self.model_people += 1;
            let name = ResidentId(self.model_people);
            self.model.split(into, &keys, name, NOW).unwrap();
            self.names.insert(case.from, name);
        }
        self.alive.push(case.from);
        self.did("split");
        Ok(())
    }

    /// Under whom a look-up finds the key: a held one leads to a resident who is blocked.
    fn expected(&self, key: &LinkKey) -> Option<ResidentId> {
        let link = self.model.latest(key)?;
        match link.state {
            LinkState::Active => self.model.resolve(key),
            LinkState::Held { .. } => self.model.root(link.resident),
            LinkState::Revoked | LinkState::Rejected => None,
        }
    }

    fn check(&self, tx: &mut Tx<'_>, key: &LinkKey) -> Result<(), StoreError> {
        let found = tx.find_to_enter(&find(registration()), key)?;
        let found = found.map(|candidate| self.names[&candidate.resident()]);
        assert_eq!(found, self.expected(key), "{key:?} after {} steps", self.steps);
        Ok(())
    }

    fn check_all(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        self.model.check().unwrap();
        (0..self.steps / PACE + WINDOW + 8).try_for_each(|at| self.check(tx, &key(at)))
    }
}

/// Walks `steps` steps in one store; gives what was done.
fn walk(bench: &mut Bench, seed: u64, steps: usize) -> HashMap<&'static str, usize> {
    bench.without_waiting_for_the_disk();
    let state = Arc::new(Mutex::new((Town::default(), Dice(seed | 1))));
    for round in 0..steps.div_ceil(ROUND) {
        let (state, count) = (Arc::clone(&state), ROUND.min(steps - round * ROUND));
        let walked = bench.write(move |tx| {
            let (town, dice) = &mut *state.lock().unwrap();
            (0..count).try_for_each(|_| town.step(tx, dice))?;
            town.check_all(tx)
        });
        assert_eq!(walked, Ok(()), "seed {seed}: the panic above says what broke");
    }
    check_rows(bench);
    let (town, _) = &*state.lock().unwrap();
    town.done.clone()
}

fn check_rows(bench: &Bench) {
    for broken in [
        // A number of versions that is not the number of the last one.
        "select count(*) from link where version - 1 <>
          (select count(*) from link_history where link_history.key = link.key)",
        // A live link of somebody who was merged away.
        "select count(*) from link join resident on resident.resident = link.resident
          where state in (1, 2) and merged_into is not null",
        // Blocked without a case, or a case of somebody who is open.
        "select count(*) from resident where merged_into is null and flags % 2 = 1 and not exists
          (select 1 from link where link.resident = resident.resident and state = 2)",
        "select count(*) from resident where flags % 2 = 0 and exists
          (select 1 from link where link.resident = resident.resident and state = 2)",
        // A case whose candidate was merged away: nobody could decide it.
        "select count(*) from link join resident on resident.resident = link.candidate
          where state = 2 and merged_into is not null",
    ] {
        assert_eq!(bench.number(broken), 0, "{broken}");
    }
}

fn size() -> usize {
    let asked = std::env::var("PMH_ASSURE_SIZE").ok().and_then(|size| size.parse().ok());
    asked.filter(|_| std::env::var_os("PMH_ASSURE").is_some()).unwrap_or(10_000)
}

#[test]
fn the_links_follow_the_model() {
    let (size, mut done) = (size(), HashMap::new());
    for (seed, first) in (20_261_124..).zip((0..size).step_by(STORE_STEPS)) {
        let steps = STORE_STEPS.min(size - first);
        let walked = walk(&mut Bench::sqlite(), seed, steps);
        walked.into_iter().for_each(|(what, times)| *done.entry(what).or_insert(0) += times);
    }
    println!("{size} steps: {done:?}");
    for what in ["issue", "renew", "revoke", "transfer", "hold", "reject", "merge", "split"] {
        assert!(done.get(what).is_some_and(|&times| times > size / 400), "{what}: {done:?}");
    }
}

/// The same in PostgreSQL, where a step takes longer.
#[test]
fn the_links_follow_the_model_everywhere() {
    everywhere(|bench| drop(walk(bench, 7, 1_000)));
}
