//! The links of the store beside `domain::identity::Registry`, the model that they must follow.

use domain::identity::{HoldReason, LinkKey, LinkState, Refusal, Registry};
use domain::person::ResidentId;
use store::StoreError;

use crate::bench::{Bench, NOW, everywhere};
use crate::people::{TOWN, card, find, hold, insured, officer, registration, town_key};

const STEPS: usize = 2_000;
const KEYS: usize = 40;

struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[derive(Default)]
struct Town {
    model: Registry,
    residents: Vec<ResidentId>,
    /// Cases that wait: key, provisional resident, name.
    cases: Vec<(LinkKey, ResidentId, String)>,
    done: [usize; 5],
}

fn key(at: usize) -> LinkKey {
    let text = at.to_string();
    match at % 4 {
        0 => card(&text),
        1 => insured(&text),
        2 => town_key(&text),
        _ => LinkKey::Vault([u8::try_from(at).unwrap(); 32]),
    }
}

impl Town {
    fn step(&mut self, bench: &mut Bench, dice: &mut Dice) {
        let key = key(dice.below(KEYS));
        let kind = dice.below(10);
        match kind {
            0 => self.enter(bench),
            1..=3 => self.claim(bench, &key, dice),
            4 => self.revoke(bench, &key),
            5..=7 => self.hold(bench, &key, dice),
            _ => self.decide(bench, dice),
        }
        let found = self.expected(&key);
        assert_eq!(holder(bench, &key), found, "{key:?}");
    }

    fn enter(&mut self, bench: &mut Bench) {
        let who = bench.write(|tx| tx.enter_resident(false)).unwrap().resident();
        assert_eq!(self.model.enter(who), Ok(()), "a number is given once");
        self.residents.push(who);
        self.done[0] += 1;
    }

    /// Somebody who was not merged away.
    fn somebody(&self, dice: &mut Dice) -> Option<ResidentId> {
        let at = dice.below(self.residents.len().max(1));
        self.residents.get(at).and_then(|who| self.model.root(*who))
    }

    fn claim(&mut self, bench: &mut Bench, key: &LinkKey, dice: &mut Dice) {
        let Some(who) = self.somebody(dice) else { return };
        let want = match self.model.issue(key, who, NOW) {
            Ok(()) => Ok(()),
            Err(Refusal::Active) if self.model.resolve(key) == Some(who) => Ok(()),
            // The store forgets what was rejected once the identifier has ended; the model does not.
            Err(Refusal::RejectedBefore) => return,
            Err(_) => Err(StoreError::Taken),
        };
        let of = key.clone();
        let got = bench.write(move |tx| {
            let candidate = tx.decided(who)?.unwrap();
            tx.claim(&of, &candidate, NOW)
        });
        assert_eq!(got, want, "{key:?} for {who:?}");
        self.done[1] += usize::from(got.is_ok());
    }

    fn revoke(&mut self, bench: &mut Bench, key: &LinkKey) {
        let want = self.model.revoke(key, NOW).is_ok();
        let of = key.clone();
        assert_eq!(bench.write(move |tx| tx.revoke(&of, NOW)), Ok(want), "{key:?}");
        self.cases.retain(|(held, ..)| held != key);
        self.done[2] += usize::from(want);
    }

    fn hold(&mut self, bench: &mut Bench, key: &LinkKey, dice: &mut Dice) {
        let Some(candidate) = self.somebody(dice) else { return };
        let mut tried = self.model.clone();
        let next = bench.number("select coalesce(max(resident), 0) + 1 from resident");
        tried.enter(ResidentId(next)).unwrap();
        match tried.hold(key, ResidentId(next), candidate, HoldReason::Near, NOW) {
            Ok(()) => {
                let (who, id) = hold(bench, key, candidate);
                assert_eq!(who, ResidentId(next));
                self.model = tried;
                self.residents.push(who);
                self.cases.push((key.clone(), who, id));
                self.done[3] += 1;
            }
            Err(Refusal::RejectedBefore) => {}
            Err(_) => {
                let of = key.clone();
                let got = bench.write(move |tx| {
                    let provisional = tx.enter_resident(true)?;
                    tx.hold(&of, &provisional, (candidate, HoldReason::Near, TOWN), NOW)
                });
                assert_eq!(got, Err(StoreError::Taken), "{key:?}");
            }
        }
    }

    fn decide(&mut self, bench: &mut Bench, dice: &mut Dice) {
        if self.cases.is_empty() {
            return;
        }
        let (key, who, id) = self.cases.swap_remove(dice.below(self.cases.len()));
        let same = dice.below(2) == 0;
        let decided = bench.write(move |tx| tx.decide_held(&officer(TOWN), &id, same, NOW));
        assert!(decided.unwrap().is_some(), "{key:?} waited");
        if same {
            self.model.confirm(&key, NOW).unwrap();
            let into = self.model.resolve(&key).unwrap();
            self.model.merge(who, into, NOW).unwrap();
        } else {
            self.model.reject(&key, NOW).unwrap();
            self.model.issue(&key, who, NOW).unwrap();
        }
        self.done[4] += 1;
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
}

fn holder(bench: &mut Bench, key: &LinkKey) -> Option<ResidentId> {
    let key = key.clone();
    let found = bench.read(move |tx| tx.find_to_enter(&find(registration()), &key));
    found.unwrap().map(|candidate| candidate.resident())
}

#[test]
fn the_links_follow_the_model() {
    everywhere(|bench| {
        bench.without_waiting_for_the_disk();
        let (mut town, mut dice) = (Town::default(), Dice(20_261_124));
        for step in 0..STEPS {
            town.step(bench, &mut dice);
            if step % 200 == 199 {
                check_all(bench, &town);
            }
        }
        assert!(town.done.iter().all(|&times| times > 30), "{:?}", town.done);
    });
}

fn check_all(bench: &mut Bench, town: &Town) {
    town.model.check().unwrap();
    for at in 0..KEYS {
        assert_eq!(holder(bench, &key(at)), town.expected(&key(at)), "key {at}");
    }
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
