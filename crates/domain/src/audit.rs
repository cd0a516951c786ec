//! The audit entry: what the log keeps about every read and write.
//!
//! The binary form is the leaf format of the log and cannot change (docs/decisions/0002): a new
//! form gets a new version byte, and the old one stays readable.

use crate::access::{Basis, Purpose, Role};
use crate::instant::Instant;
use crate::person::ResidentId;

/// The version byte of the form written now.
const VERSION: u8 = 1;
/// The longest text that an entry keeps, in bytes; longer ones are cut at a character.
const TEXT_MAX: usize = 1000;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read and handed out.
    Read,
    /// Written: created, replaced or ended.
    Write,
    /// Somebody was looked up.
    Query,
    /// A list of people was read.
    List,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Done.
    Granted,
    /// Refused; `detail` has the reason.
    Refused,
    /// Nobody was found.
    Empty,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// In which role.
    pub role: Role,
    /// Code of the municipality or institution; empty for residents and the operator.
    pub organisation: String,
    /// The client or member of staff.
    pub actor: String,
    /// The terminal; may be empty.
    pub terminal: String,
    /// What for.
    pub purpose: Purpose,
    /// On what ground.
    pub basis: Basis,
    /// Whose record; none for a look-up that found nobody and for lists.
    pub resident: Option<ResidentId>,
    /// Which parts or records, space-separated: `insurance certificate:2`.
    pub what: String,
    /// A reason code, a count, a hash of a list.
    pub detail: String,
}

const ACTIONS: [Action; 4] = [Action::Read, Action::Write, Action::Query, Action::List];
const OUTCOMES: [Outcome; 3] = [Outcome::Granted, Outcome::Refused, Outcome::Empty];

impl Entry {
    /// The canonical bytes: version, time (i64), five codes, resident (i64, 0 for none), then the
    /// texts `organisation actor terminal what detail`, each with a big-endian u16 length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        out.push(VERSION);
        out.extend(self.at.0.to_be_bytes());
        out.push(index(&ACTIONS, &self.action));
        out.push(index(&OUTCOMES, &self.outcome));
        out.push(index(&Role::ALL, &self.role));
        out.push(index(&Purpose::ALL, &self.purpose));
        out.push(index(&Basis::ALL, &self.basis));
        out.extend(self.resident.map_or(0, |resident| resident.0).to_be_bytes());
        for text in [&self.organisation, &self.actor, &self.terminal, &self.what, &self.detail] {
            let text = &text.as_bytes()[..text.floor_char_boundary(TEXT_MAX)];
            out.extend(u16::try_from(text.len()).unwrap_or(0).to_be_bytes());
            out.extend(text);
        }
        out
    }

    /// Reads [`Entry::encode`]; none for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let [VERSION] = take::<1>(&mut rest)? else { return None };
        let at = Instant(i64::from_be_bytes(take(&mut rest)?));
        let [action, outcome, role, purpose, basis] = take(&mut rest)?;
        let resident = match i64::from_be_bytes(take(&mut rest)?) {
            0 => None,
            id => Some(ResidentId(id)),
        };
        let entry = Self {
            at,
            action: *ACTIONS.get(usize::from(action))?,
            outcome: *OUTCOMES.get(usize::from(outcome))?,
            role: *Role::ALL.get(usize::from(role))?,
            purpose: *Purpose::ALL.get(usize::from(purpose))?,
            basis: *Basis::ALL.get(usize::from(basis))?,
            resident,
            organisation: text(&mut rest)?,
            actor: text(&mut rest)?,
            terminal: text(&mut rest)?,
            what: text(&mut rest)?,
            detail: text(&mut rest)?,
        };
        rest.is_empty().then_some(entry)
    }
}

fn index<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|other| other == one).and_then(|at| u8::try_from(at).ok()).unwrap_or(255)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let length = usize::from(u16::from_be_bytes(take(rest)?));
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    String::from_utf8(head.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            at: Instant(1_795_446_000_123),
            action: Action::Read,
            outcome: Outcome::Granted,
            role: Role::Desk,
            organisation: "4510000010".into(),
            actor: "受付1".into(),
            terminal: "T-1".into(),
            purpose: Purpose::Eligibility,
            basis: Basis::CardWithConsent,
            resident: Some(ResidentId(42)),
            what: "insurance:1 certificate:2".into(),
            detail: String::new(),
        }
    }

    /// The bytes of version 1, for ever: a change here breaks every log that exists.
    #[test]
    fn the_form_of_version_1_is_frozen() {
        let hex: String = entry().encode().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "01000001a208ebc9fb0000030000000000000000002a000a34353130303030303130\
             0007e58f97e4bb98310003542d310019696e737572616e63653a31206365727469666963617465\
             3a320000"
        );
    }

    #[test]
    fn an_entry_reads_back_and_nothing_else_does() {
        let bytes = entry().encode();
        assert_eq!(Entry::decode(&bytes), Some(entry()));
        for cut in 0..bytes.len() {
            assert_eq!(Entry::decode(&bytes[..cut]), None, "cut at {cut}");
        }
        let longer = [&bytes[..], b"x"].concat();
        assert_eq!(Entry::decode(&longer), None);
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let long = Entry { detail: "あ".repeat(500), ..entry() };
        let back = Entry::decode(&long.encode()).unwrap();
        assert_eq!(back.detail, "あ".repeat(333));
    }
}
