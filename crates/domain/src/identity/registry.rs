//! The registry of links as a state machine in memory: the executable model of `store`.
//!
//! Invariants, held by every operation and re-checked by [`Registry::check`]:
//! one key stands for at most one resident; versions of a key count 1, 2, 3 …; a held, revoked or
//! rejected link resolves to nobody; a revoked card or 個人番号 never comes back; a merged resident
//! redirects and files nothing. A refused operation changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{HoldReason, Link, LinkKey, LinkState};
use crate::instant::Instant;
use crate::person::ResidentId;

/// Why an operation did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The key is not known.
    UnknownKey,
    /// The resident is not known.
    UnknownResident,
    /// The resident is known already; a new one was asked for.
    ResidentExists,
    /// The key stands for a resident.
    Active,
    /// The key waits for a human.
    Held,
    /// The key is revoked and its kind never comes back.
    Spent,
    /// A human already said that the key does not belong to this resident.
    RejectedBefore,
    /// The link is not active.
    NotActive,
    /// The link is not held, so there is nothing to confirm or reject.
    NotHeld,
    /// The key is not filed under this resident.
    NotTheirs,
    /// The two keys are of different kinds.
    OtherKind,
    /// Both residents are the same, perhaps through a merge.
    SameResident,
    /// No key was named.
    NoKeys,
}

/// All links and residents.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    chains: BTreeMap<LinkKey, Vec<Link>>,
    /// The keys whose latest version is active or held, by resident.
    filed: BTreeMap<ResidentId, BTreeSet<LinkKey>>,
    /// Every resident; those merged away with the one they were merged into.
    residents: BTreeMap<ResidentId, Option<ResidentId>>,
}

type Done = Result<(), Refusal>;

impl Registry {
    /// Makes a resident known.
    ///
    /// # Errors
    /// [`Refusal::ResidentExists`].
    pub fn enter(&mut self, resident: ResidentId) -> Done {
        if self.residents.contains_key(&resident) {
            return Err(Refusal::ResidentExists);
        }
        self.residents.insert(resident, None);
        Ok(())
    }

    /// Whom the key stands for; nobody unless the link is active.
    #[must_use]
    pub fn resolve(&self, key: &LinkKey) -> Option<ResidentId> {
        let link = self.latest(key)?;
        (link.state == LinkState::Active).then(|| self.root(link.resident)).flatten()
    }

    /// The resident whose record this is now: itself, or the one it was merged into.
    #[must_use]
    pub fn root(&self, resident: ResidentId) -> Option<ResidentId> {
        let mut at = resident;
        while let Some(into) = *self.residents.get(&at)? {
            at = into;
        }
        Some(at)
    }

    /// The latest version of a key.
    #[must_use]
    pub fn latest(&self, key: &LinkKey) -> Option<&Link> {
        self.chains.get(key)?.last()
    }

    /// Every version of a key, oldest first.
    #[must_use]
    pub fn history(&self, key: &LinkKey) -> &[Link] {
        self.chains.get(key).map_or(&[], Vec::as_slice)
    }

    /// The keys filed under a resident now, active or held.
    pub fn keys_of(&self, resident: ResidentId) -> impl Iterator<Item = &LinkKey> {
        self.root(resident).and_then(|root| self.filed.get(&root)).into_iter().flatten()
    }

    /// Links a free key to a resident.
    ///
    /// # Errors
    /// If the resident is unknown, or the key is not free for them.
    pub fn issue(&mut self, key: &LinkKey, resident: ResidentId, at: Instant) -> Done {
        let resident = self.known(resident)?;
        self.free_for(key, resident)?;
        self.write(key, resident, LinkState::Active, at);
        Ok(())
    }

    /// Replaces an active key of a resident by a new one of the same kind: a renewed certificate.
    ///
    /// # Errors
    /// If `old` is not active, or `new` is of another kind or not free.
    pub fn renew(&mut self, old: &LinkKey, new: &LinkKey, at: Instant) -> Done {
        let resident = self.active(old)?;
        if old.kind() != new.kind() {
            return Err(Refusal::OtherKind);
        }
        self.free_for(new, resident)?;
        self.write(old, resident, LinkState::Revoked, at);
        self.write(new, resident, LinkState::Active, at);
        Ok(())
    }

    /// Ends an active or held link.
    ///
    /// # Errors
    /// If the link is not live.
    pub fn revoke(&mut self, key: &LinkKey, at: Instant) -> Done {
        let link = self.latest(key).ok_or(Refusal::UnknownKey)?;
        if !link.state.is_live() {
            return Err(Refusal::NotActive);
        }
        self.write(key, link.resident, LinkState::Revoked, at);
        Ok(())
    }

    /// Corrects an active link that stands for the wrong resident.
    ///
    /// # Errors
    /// If the link is not active, or `to` is unknown or has it already.
    pub fn transfer(&mut self, key: &LinkKey, to: ResidentId, at: Instant) -> Done {
        let from = self.active(key)?;
        let to = self.known(to)?;
        if from == to {
            return Err(Refusal::SameResident);
        }
        self.write(key, to, LinkState::Active, at);
        Ok(())
    }

    /// Files a key under `resident` until a human decides whether it belongs to `candidate`: a
    /// free key of a provisional resident, or an active link that came into doubt.
    ///
    /// # Errors
    /// If the key is neither free nor active under `resident`.
    pub fn hold(
        &mut self,
        key: &LinkKey,
        resident: ResidentId,
        candidate: ResidentId,
        reason: HoldReason,
        at: Instant,
    ) -> Done {
        let (resident, candidate) = (self.known(resident)?, self.known(candidate)?);
        match self.active(key) {
            Ok(current) if current == resident => {}
            Ok(_) => return Err(Refusal::NotTheirs),
            Err(_) => self.free_for(key, candidate)?,
        }
        self.write(key, resident, LinkState::Held { candidate, reason }, at);
        Ok(())
    }

    /// A human says that a held key belongs to its candidate.
    ///
    /// # Errors
    /// If the link is not held.
    pub fn confirm(&mut self, key: &LinkKey, at: Instant) -> Done {
        let (_, candidate) = self.held(key)?;
        self.write(key, candidate, LinkState::Active, at);
        Ok(())
    }

    /// A human says that a held key does not belong to its candidate. It may then be issued to
    /// anybody else.
    ///
    /// # Errors
    /// If the link is not held.
    pub fn reject(&mut self, key: &LinkKey, at: Instant) -> Done {
        let (resident, _) = self.held(key)?;
        self.write(key, resident, LinkState::Rejected, at);
        Ok(())
    }

    /// `from` and `into` are one person: the live keys of `from` move, held ones stay held, and
    /// `from` redirects for ever.
    ///
    /// # Errors
    /// If a resident is unknown, or both are the same already.
    pub fn merge(&mut self, from: ResidentId, into: ResidentId, at: Instant) -> Done {
        let (from, into) = (self.known(from)?, self.known(into)?);
        if from == into {
            return Err(Refusal::SameResident);
        }
        let keys = self.filed.get(&from).cloned().unwrap_or_default();
        self.refile(&keys, into, at);
        self.residents.insert(from, Some(into));
        Ok(())
    }

    /// The record of `resident` was of two people: the named live keys go to `new`, a resident not
    /// known before. All of them, or none.
    ///
    /// # Errors
    /// If no key is named, one is not filed under `resident`, or `new` is known.
    pub fn split(
        &mut self,
        resident: ResidentId,
        keys: &BTreeSet<LinkKey>,
        new: ResidentId,
        at: Instant,
    ) -> Done {
        let resident = self.known(resident)?;
        if keys.is_empty() {
            return Err(Refusal::NoKeys);
        }
        if !self.filed.get(&resident).is_some_and(|theirs| keys.is_subset(theirs)) {
            return Err(Refusal::NotTheirs);
        }
        self.enter(new)?;
        self.refile(keys, new, at);
        Ok(())
    }

    /// Every invariant, over everything.
    ///
    /// # Errors
    /// Says which one is broken.
    pub fn check(&self) -> Result<(), String> {
        for (key, chain) in &self.chains {
            self.check_chain(chain).map_err(|broken| format!("{key:?}: {broken}"))?;
        }
        let filed: usize = self.filed.values().map(BTreeSet::len).sum();
        let live = self.chains.values().filter_map(|chain| chain.last());
        if filed != live.filter(|link| link.state.is_live()).count() {
            return Err("a key is filed under two residents, or is filed and not live".to_owned());
        }
        for &resident in self.residents.keys() {
            self.check_redirect(resident)?;
        }
        Ok(())
    }

    fn check_chain(&self, chain: &[Link]) -> Result<(), String> {
        let Some(last) = chain.last() else { return Err("no version".to_owned()) };
        if (1..).zip(chain).any(|(version, link): (u32, _)| link.version != version) {
            return Err("versions do not count 1, 2, 3".to_owned());
        }
        let spent = |link: &Link| link.state == LinkState::Revoked && !link.key.may_return();
        if chain[..chain.len() - 1].iter().any(spent) {
            return Err("came back after its end".to_owned());
        }
        let filed = self.filed.get(&last.resident).is_some_and(|keys| keys.contains(&last.key));
        if filed != last.state.is_live() {
            return Err("filed and live do not match".to_owned());
        }
        match (last.state, self.resolve(&last.key)) {
            (LinkState::Active, Some(resident)) if resident == last.resident => Ok(()),
            (LinkState::Active, found) => Err(format!("active, resolves to {found:?}")),
            (_, None) => Ok(()),
            (state, Some(_)) => Err(format!("resolves although {state:?}")),
        }
    }

    fn check_redirect(&self, resident: ResidentId) -> Result<(), String> {
        let mut at = resident;
        for _ in 0..=self.residents.len() {
            match self.residents.get(&at) {
                None => return Err(format!("{resident:?} redirects to nobody")),
                Some(None) => {
                    let empty = self.filed.get(&resident).is_none_or(BTreeSet::is_empty);
                    return if at == resident || empty {
                        Ok(())
                    } else {
                        Err(format!("{resident:?} is merged and still files keys"))
                    };
                }
                Some(Some(into)) => at = *into,
            }
        }
        Err(format!("{resident:?} redirects in a circle"))
    }

    fn known(&self, resident: ResidentId) -> Result<ResidentId, Refusal> {
        self.root(resident).ok_or(Refusal::UnknownResident)
    }

    fn active(&self, key: &LinkKey) -> Result<ResidentId, Refusal> {
        let link = self.latest(key).ok_or(Refusal::UnknownKey)?;
        match link.state {
            LinkState::Active => self.known(link.resident),
            _ => Err(Refusal::NotActive),
        }
    }

    /// The resident it is filed under, and the candidate.
    fn held(&self, key: &LinkKey) -> Result<(ResidentId, ResidentId), Refusal> {
        let link = self.latest(key).ok_or(Refusal::UnknownKey)?;
        match link.state {
            LinkState::Held { candidate, .. } => Ok((link.resident, self.known(candidate)?)),
            _ => Err(Refusal::NotHeld),
        }
    }

    fn free_for(&self, key: &LinkKey, resident: ResidentId) -> Done {
        match self.latest(key).map(|link| link.state) {
            Some(LinkState::Active) => Err(Refusal::Active),
            Some(LinkState::Held { .. }) => Err(Refusal::Held),
            Some(LinkState::Revoked) if !key.may_return() => Err(Refusal::Spent),
            Some(_) if self.rejected_before(key, resident) => Err(Refusal::RejectedBefore),
            None | Some(_) => Ok(()),
        }
    }

    fn rejected_before(&self, key: &LinkKey, resident: ResidentId) -> bool {
        self.history(key).windows(2).any(|pair| match (pair[0].state, pair[1].state) {
            (LinkState::Held { candidate, .. }, LinkState::Rejected) => {
                self.root(candidate) == Some(resident)
            }
            _ => false,
        })
    }

    fn refile(&mut self, keys: &BTreeSet<LinkKey>, to: ResidentId, at: Instant) {
        for key in keys {
            if let Some(state) = self.latest(key).map(|link| link.state) {
                self.write(key, to, state, at);
            }
        }
    }

    /// The only place that changes a link: appends a version and keeps the files in step.
    fn write(&mut self, key: &LinkKey, resident: ResidentId, state: LinkState, at: Instant) {
        let chain = self.chains.entry(key.clone()).or_default();
        if let Some(keys) = chain.last().and_then(|last| self.filed.get_mut(&last.resident)) {
            keys.remove(key);
        }
        let version = chain.last().map_or(0, |last| last.version).saturating_add(1);
        chain.push(Link { key: key.clone(), resident, state, version, since: at });
        if state.is_live() {
            self.filed.entry(resident).or_default().insert(key.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `story`, one step a line (`operation arguments | outcome`), in a registry with the
    /// residents 1, 2 and 3. Keys are letters: `c…` cards, `p…` municipal person keys.
    #[track_caller]
    fn check(story: &str) {
        let mut registry = Registry::default();
        for resident in 1..=3 {
            registry.enter(ResidentId(resident)).unwrap();
        }
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (step, want) = line.split_once('|').unwrap();
            let words: Vec<&str> = step.split_whitespace().collect();
            assert_eq!(play(&mut registry, &words), want.trim(), "{line}");
            registry.check().unwrap();
        }
    }

    fn play(registry: &mut Registry, words: &[&str]) -> String {
        let who = |word: &str| ResidentId(word.parse().unwrap());
        let at = Instant(0);
        let done = match *words {
            ["issue", k, r] => registry.issue(&key(k), who(r), at),
            ["renew", old, new] => registry.renew(&key(old), &key(new), at),
            ["revoke", k] => registry.revoke(&key(k), at),
            ["transfer", k, r] => registry.transfer(&key(k), who(r), at),
            ["hold", k, r, c] => registry.hold(&key(k), who(r), who(c), HoldReason::Near, at),
            ["confirm", k] => registry.confirm(&key(k), at),
            ["reject", k] => registry.reject(&key(k), at),
            ["merge", from, into] => registry.merge(who(from), who(into), at),
            ["split", r, keys, new] => {
                let keys = keys.split(',').filter(|k| *k != "none").map(key).collect();
                registry.split(who(r), &keys, who(new), at)
            }
            ["who", k] => {
                return registry.resolve(&key(k)).map_or("nobody".into(), |r| r.0.to_string());
            }
            ["version", k] => return registry.history(&key(k)).len().to_string(),
            _ => panic!("unknown step {words:?}"),
        };
        done.map_or_else(|refusal| format!("{refusal:?}"), |()| "ok".into())
    }

    fn key(word: &str) -> LinkKey {
        match word.strip_prefix('c') {
            Some(serial) => LinkKey::Card { generation: "g".into(), serial: serial.into() },
            None => LinkKey::MunicipalPerson { municipality: "122319".into(), key: word.into() },
        }
    }

    #[test]
    fn one_card_never_stands_for_two() {
        check(
            "issue c1 1      | ok
             issue c1 1      | Active
             issue c1 2      | Active
             who c1          | 1
             transfer c1 1   | SameResident
             transfer c1 9   | UnknownResident
             transfer c1 2   | ok
             who c1          | 2
             version c1      | 2
             transfer c2 1   | UnknownKey",
        );
    }

    #[test]
    fn a_revoked_serial_never_resolves_again_but_a_municipal_key_may() {
        check(
            "issue c1 1      | ok
             renew c1 p1     | OtherKind
             renew c1 c1     | Active
             renew c1 c2     | ok
             who c1          | nobody
             who c2          | 1
             issue c1 1      | Spent
             hold c1 1 1     | Spent
             renew c2 c1     | Spent
             revoke c1       | NotActive
             transfer c1 2   | NotActive
             issue p1 1      | ok
             revoke p1       | ok
             who p1          | nobody
             issue p1 2      | ok
             who p1          | 2",
        );
    }

    #[test]
    fn a_held_link_opens_nothing_until_somebody_decides() {
        check(
            "confirm c1      | UnknownKey
             hold c1 2 1     | ok
             who c1          | nobody
             issue c1 2      | Held
             transfer c1 3   | NotActive
             confirm c1      | ok
             who c1          | 1
             confirm c1      | NotHeld
             reject c1       | NotHeld
             hold c1 2 2     | NotTheirs
             hold c1 1 1     | ok
             who c1          | nobody
             reject c1       | ok
             who c1          | nobody
             issue c1 1      | RejectedBefore
             hold c1 2 1     | RejectedBefore
             issue c1 2      | ok
             who c1          | 2
             version c1      | 5",
        );
    }

    #[test]
    fn merged_residents_redirect_and_can_be_split_again() {
        check(
            "issue c1 1      | ok
             issue c2 2      | ok
             hold p1 1 3     | ok
             merge 1 1       | SameResident
             merge 1 2       | ok
             merge 1 2       | SameResident
             who c1          | 2
             who p1          | nobody
             issue c3 1      | ok
             who c3          | 2
             split 2 none 4  | NoKeys
             split 2 c1,c9 4 | NotTheirs
             split 2 c1 3    | ResidentExists
             who c1          | 2
             split 2 c1,p1 4 | ok
             who c1          | 4
             who c2          | 2
             who p1          | nobody
             confirm p1      | ok
             who p1          | 3
             merge 2 3       | ok
             issue c4 1      | ok
             who c4          | 3",
        );
    }
}
