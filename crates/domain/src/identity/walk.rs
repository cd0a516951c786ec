//! Random walks through the [`Registry`], with a second, simpler memory of who should hold what.

use std::collections::{BTreeMap, BTreeSet};

use super::registry::{Refusal, Registry};
use super::rng::Rng;
use super::{HoldReason, LinkKey, LinkState};
use crate::instant::Instant;
use crate::person::ResidentId;

/// What a walk saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Steps tried.
    pub steps: u64,
    /// How often each operation happened.
    pub done: BTreeMap<&'static str, u64>,
    /// How often an operation was refused, by its reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Keys that were used.
    pub keys: u64,
}

/// Steps in one registry before the walk starts a fresh one, so that memory stays bounded.
const TOWN: u64 = 4_000;
/// Steps between two checks of everything; the keys of a step are checked at once.
const ROUND: u64 = 250;

/// Walks `steps` random steps (issue, renew, revoke, transfer, hold, confirm, reject, merge, split)
/// from `seed`. After each step the keys that it touched, and after every round all keys, are
/// compared with a model that shares no code with the registry.
///
/// # Errors
/// Says which invariant broke, at which step, under which seed.
pub fn random_walk(seed: u64, steps: u64) -> Result<Report, String> {
    let mut rng = Rng::new(seed);
    let mut report = Report::default();
    while report.steps < steps {
        let end = steps.min(report.steps + TOWN);
        let mut town = Town::default();
        while report.steps < end {
            report.steps += 1;
            town.step(&mut rng, &mut report)
                .and_then(|()| {
                    if report.steps.is_multiple_of(ROUND) { town.check_all() } else { Ok(()) }
                })
                .map_err(|broken| format!("seed {seed}, step {}: {broken}", report.steps))?;
        }
        town.check_all().map_err(|broken| format!("seed {seed}, end of a town: {broken}"))?;
        report.keys += u64::try_from(town.keys.len()).unwrap_or(u64::MAX);
    }
    Ok(report)
}

/// What the model remembers of one key.
#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    holder: Option<i64>,
    held_for: Option<i64>,
    spent: bool,
    versions: usize,
}

#[derive(Default)]
struct Town {
    registry: Registry,
    keys: Vec<LinkKey>,
    memory: Vec<Memory>,
    /// Where the records of each resident are now; the index is the resident.
    person: Vec<i64>,
}

/// One random step: what, on which keys and residents (by index).
struct Step {
    name: &'static str,
    key: usize,
    other: usize,
    one: i64,
    two: i64,
}

impl Town {
    fn step(&mut self, rng: &mut Rng, report: &mut Report) -> Result<(), String> {
        let step = self.choose(rng);
        let (one, two) = (ResidentId(step.one), ResidentId(step.two));
        let (key, other) = (self.keys[step.key].clone(), self.keys[step.other].clone());
        let at = Instant(i64::try_from(report.steps).unwrap_or(i64::MAX));
        let newcomer = ResidentId(self.newcomer());
        let registry = &mut self.registry;
        let done = match step.name {
            "issue" => registry.issue(&key, one, at),
            "renew" => registry.renew(&key, &other, at),
            "revoke" => registry.revoke(&key, at),
            "transfer" => registry.transfer(&key, one, at),
            "hold" => registry.hold(&key, one, two, HoldReason::Doubted, at),
            "confirm" => registry.confirm(&key, at),
            "reject" => registry.reject(&key, at),
            "merge" => registry.merge(one, two, at),
            _ => {
                let keys: BTreeSet<LinkKey> = [key, other].into_iter().collect();
                registry.split(one, &keys, newcomer, at)
            }
        };
        match done {
            Ok(()) => {
                *report.done.entry(step.name).or_default() += 1;
                self.remember(&step)?;
            }
            Err(refusal) => *report.refused.entry(refusal).or_default() += 1,
        }
        self.check(step.key)?;
        self.check(step.other)
    }

    /// Chooses among the youngest keys, so that stories go on, and now and then makes new ones.
    fn choose(&mut self, rng: &mut Rng) -> Step {
        while self.keys.len() < 8 || rng.one_in(6) {
            let index = self.keys.len();
            self.keys.push(key(index));
            self.memory.push(Memory::default());
        }
        while self.person.len() < 6 || rng.one_in(40) {
            let newcomer = self.newcomer();
            if self.registry.enter(ResidentId(newcomer)).is_ok() {
                self.person.push(newcomer);
            }
        }
        let names = ["issue", "issue", "issue", "renew", "revoke", "transfer", "hold", "hold"];
        let more = ["confirm", "reject", "merge", "split"];
        let at = rng.below(names.len() + more.len());
        let name = names.iter().chain(&more).nth(at).copied().unwrap_or("issue");
        let (first, second) = (self.young_key(rng), self.young_key(rng));
        let other = match name {
            // One key only, so that many succeed.
            "split" if rng.one_in(2) => first,
            // The youngest key of the same kind.
            "renew" if !rng.one_in(4) => self.keys.len() - 1 - (self.keys.len() - 1 - first) % 4,
            _ => second,
        };
        let holder = self.registry.latest(&self.keys[first]).map(|link| link.resident.0);
        let stranger = self.anybody(rng);
        let one = match name {
            "split" | "hold" if !rng.one_in(4) => holder.unwrap_or(stranger),
            _ => stranger,
        };
        Step { name, key: first, other, one, two: self.anybody(rng) }
    }

    fn newcomer(&self) -> i64 {
        i64::try_from(self.person.len()).unwrap_or(i64::MAX)
    }

    fn young_key(&self, rng: &mut Rng) -> usize {
        let window = self.keys.len().min(40);
        self.keys.len() - 1 - rng.below(window)
    }

    fn anybody(&self, rng: &mut Rng) -> i64 {
        let window = self.person.len().min(24);
        // One in many is a resident who does not exist.
        if rng.one_in(50) {
            return -1;
        }
        self.newcomer() - 1 - i64::try_from(rng.below(window)).unwrap_or(0)
    }

    /// What a successful step means, said without looking at the registry.
    fn remember(&mut self, step: &Step) -> Result<(), String> {
        let (one, two) = (self.now(step.one), self.now(step.two));
        let before = self.memory[step.key];
        match step.name {
            "issue" => self.give(step.key, one)?,
            "renew" => {
                let holder = before.holder.ok_or("renewed a key of nobody")?;
                self.give(step.other, holder)?;
                self.end(step.key);
            }
            "revoke" => self.end(step.key),
            "transfer" if before.holder.is_none() => return Err("moved a key of nobody".into()),
            "transfer" => self.memory[step.key].holder = Some(one),
            "hold" if before.spent => return Err("held a spent key".into()),
            "hold" => {
                self.memory[step.key] = Memory { holder: None, held_for: Some(two), ..before };
            }
            "confirm" => {
                let candidate = before.held_for.ok_or("confirmed what was not held")?;
                let candidate = self.now(candidate);
                let holder = Some(candidate);
                self.memory[step.key] = Memory { holder, held_for: None, ..before };
            }
            "reject" if before.held_for.is_none() => {
                return Err("rejected what was not held".into());
            }
            "reject" => self.memory[step.key].held_for = None,
            "merge" => self.move_all(one, two),
            _ => self.leave(step),
        }
        Ok(())
    }

    fn now(&self, resident: i64) -> i64 {
        usize::try_from(resident).ok().and_then(|at| self.person.get(at)).copied().unwrap_or(-1)
    }

    fn give(&mut self, key: usize, to: i64) -> Result<(), String> {
        let before = self.memory[key];
        if before.spent || before.holder.is_some() || before.held_for.is_some() {
            return Err(format!("gave a key that was not free: {before:?}"));
        }
        self.memory[key].holder = Some(to);
        Ok(())
    }

    fn end(&mut self, key: usize) {
        let memory = &mut self.memory[key];
        (memory.holder, memory.held_for) = (None, None);
        memory.spent = matches!(self.keys[key], LinkKey::Card { .. } | LinkKey::Vault(_));
    }

    /// Everybody who was `from` is `into` now, and so are their keys.
    fn move_all(&mut self, from: i64, into: i64) {
        for person in self.person.iter_mut().filter(|person| **person == from) {
            *person = into;
        }
        for memory in self.memory.iter_mut().filter(|memory| memory.holder == Some(from)) {
            memory.holder = Some(into);
        }
    }

    fn leave(&mut self, step: &Step) {
        let new = self.newcomer();
        self.person.push(new);
        for at in [step.key, step.other] {
            if self.memory[at].holder.is_some() {
                self.memory[at].holder = Some(new);
            }
        }
    }

    fn check(&mut self, at: usize) -> Result<(), String> {
        let (key, memory) = (&self.keys[at], &mut self.memory[at]);
        let found = self.registry.resolve(key).map(|resident| resident.0);
        if found != memory.holder {
            return Err(format!("key {at} resolves to {found:?}, not to {:?}", memory.holder));
        }
        let latest = self.registry.latest(key);
        let held = latest.is_some_and(|link| matches!(link.state, LinkState::Held { .. }));
        if held != memory.held_for.is_some() {
            return Err(format!("key {at} is held: {held}"));
        }
        let versions = self.registry.history(key).len();
        if versions < memory.versions {
            return Err(format!("key {at} lost a version"));
        }
        memory.versions = versions;
        Ok(())
    }

    fn check_all(&mut self) -> Result<(), String> {
        (0..self.keys.len()).try_for_each(|at| self.check(at))?;
        self.registry.check()
    }
}

fn key(index: usize) -> LinkKey {
    let text = index.to_string();
    match index % 4 {
        0 => LinkKey::Card { generation: "g1".to_owned(), serial: text },
        1 => LinkKey::insured("06130012", "1", &text, "01"),
        2 => LinkKey::MunicipalPerson { municipality: "122319".to_owned(), key: text },
        _ => {
            let mut hash = [0; 32];
            for (byte, digit) in hash.iter_mut().zip(text.bytes()) {
                *byte = digit;
            }
            LinkKey::Vault(hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_thousand_random_steps_keep_every_invariant() {
        let report = random_walk(20_261_124, 100_000).unwrap();
        println!("{report:?}");
        assert_eq!(report.steps, 100_000);
        for name in
            ["issue", "renew", "revoke", "transfer", "hold", "confirm", "reject", "merge", "split"]
        {
            assert!(report.done.get(name).is_some_and(|&times| times > 300), "{name}: {report:?}");
        }
    }

    #[test]
    fn the_same_seed_walks_the_same_way() {
        assert_eq!(random_walk(7, 3_000), random_walk(7, 3_000));
        assert_ne!(random_walk(7, 3_000), random_walk(8, 3_000));
    }

    #[test]
    fn the_walk_notices_a_link_that_points_elsewhere() {
        let mut town = Town::default();
        let mut report = Report::default();
        let mut rng = Rng::new(1);
        while town.memory.iter().all(|memory| memory.holder.is_none()) {
            town.step(&mut rng, &mut report).unwrap();
        }
        let at = town.memory.iter().position(|memory| memory.holder.is_some()).unwrap();
        town.memory[at].holder = Some(-7);
        assert!(town.check_all().is_err());
    }
}
