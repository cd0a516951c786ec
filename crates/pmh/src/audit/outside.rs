//! The outside checker: reads a log as a stranger would and recomputes all of it.
//!
//! It shares no code with the writer (`store::log`): other crates for the hash and the signature,
//! another way of building the tree. A mistake in one is then not repeated in the other.

use std::collections::BTreeMap;

use super::fault::{Fault, Wrong};
use super::fetch::Fetch;
use super::note::{self, Head, Key};
use super::tree::{self, Builder, Hash};

/// Checks one log, known by its verifier key.
#[derive(Debug, Clone)]
pub struct Checker {
    key: Key,
    witnesses: Vec<Key>,
    progress: fn(u64, u64),
}

/// What a check that found no fault saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries in it.
    pub size: u64,
    /// Its root, 64 hexadecimal digits.
    pub root_hex: String,
    /// When the earliest of the demanded witnesses signed, in seconds since 1970.
    pub checkpoint_at: Option<u64>,
    /// Tiles and entry bundles that were read.
    pub tiles: u64,
    /// The checkpoint as served: keep it, and give it to the next check as the previous one.
    pub checkpoint: String,
}

impl Checker {
    /// A checker of the log with this verifier key (`name+hash+key`). The key must come from
    /// elsewhere than the log itself, or the check proves only that the log agrees with itself.
    ///
    /// # Errors
    /// When it is not the verifier key of a log.
    pub fn new(vkey: &str) -> Result<Self, Fault> {
        let key = Key::parse(vkey)?;
        if key.is_plain() {
            return Ok(Self { key, witnesses: Vec::new(), progress: |_, _| () });
        }
        Err(Fault::new(Wrong::Malformed, "vkey", "this is the key of a witness, not of a log"))
    }

    /// Demands that this witness (verifier key of signature type 4) has signed the checkpoint too.
    ///
    /// # Errors
    /// When it is not the verifier key of a witness.
    pub fn with_witness(mut self, vkey: &str) -> Result<Self, Fault> {
        let key = Key::parse(vkey)?;
        if key.is_plain() {
            let says = "this is the key of a log, not of a witness";
            return Err(Fault::new(Wrong::Malformed, "witness key", says));
        }
        self.witnesses.push(key);
        Ok(self)
    }

    /// Calls `progress` with (entries checked, all entries) after every bundle.
    #[must_use]
    pub const fn with_progress(mut self, progress: fn(u64, u64)) -> Self {
        self.progress = progress;
        self
    }

    /// Fetches everything and recomputes it: signature, origin, every entry against its tile,
    /// every tile against the one below, the root against the checkpoint.
    ///
    /// # Errors
    /// The first fault.
    pub fn verify(&self, fetch: &dyn Fetch) -> Result<Report, Fault> {
        self.recompute(fetch, &self.head(fetch)?, None)
    }

    /// As [`Checker::verify`], and that the log still begins with the one that `previous`, a
    /// checkpoint kept from an earlier check, speaks of: by recomputing the old root, and by a
    /// consistency proof from the tiles.
    ///
    /// # Errors
    /// The first fault; [`Wrong::RolledBack`] and [`Wrong::Forked`] are those of history.
    pub fn verify_extends(&self, fetch: &dyn Fetch, previous: &str) -> Result<Report, Fault> {
        let old = note::open(previous.as_bytes(), &self.key, "the earlier checkpoint")?;
        let head = self.head(fetch)?;
        if head.size < old.size {
            let says = format!(
                "the log has {} entries but had {} before: it was rolled back",
                head.size, old.size
            );
            return Err(Fault::new(Wrong::RolledBack, "checkpoint", says));
        }
        let mut report = self.recompute(fetch, &head, Some(&old))?;
        report.tiles += prove_extension(fetch, &old, &head)?;
        Ok(report)
    }

    /// Checks that entry `index` of the log is this entry under this salt, reading only the tiles
    /// between it and the signed root.
    ///
    /// # Errors
    /// [`Wrong::NotIncluded`] when it is not; any other fault of the files read.
    pub fn verify_entry(
        &self,
        fetch: &dyn Fetch,
        entry: &[u8],
        salt: &[u8; 16],
        index: u64,
    ) -> Result<Report, Fault> {
        let head = self.head(fetch)?;
        let absent = |says: &str| {
            Err(Fault::new(Wrong::NotIncluded, path("0", index / 256, 256), says).at(index))
        };
        if index >= head.size {
            return absent("the log has no such entry yet");
        }
        let mut tiles = Tiles { fetch, size: head.size, seen: BTreeMap::new() };
        let leaf = tree::leaf(&tree::commitment(salt, entry));
        if tiles.node(index, 0)? != leaf {
            return absent("the log holds another entry there, or this one was changed");
        }
        let proof = tiles.audit_path(index)?;
        if tree::climb(leaf, index, head.size, &proof) != Some(head.root) {
            return absent("the tiles above it do not lead to the root that was signed");
        }
        Ok(Report::new(&head, tiles.seen.len() as u64))
    }

    /// The checkpoint as served now, its signature and origin checked.
    fn head(&self, fetch: &dyn Fetch) -> Result<Head, Fault> {
        let bytes = get(fetch, "checkpoint")?;
        let mut head = note::open(&bytes, &self.key, "checkpoint")?;
        for witness in &self.witnesses {
            let at = note::witnessed(&head.note, witness, "checkpoint")?;
            head.seen_at = Some(head.seen_at.map_or(at, |earlier| earlier.min(at)));
        }
        Ok(head)
    }

    fn recompute(
        &self,
        fetch: &dyn Fetch,
        head: &Head,
        old: Option<&Head>,
    ) -> Result<Report, Fault> {
        let mut builder = Builder::default();
        let mut tiles = 0;
        compare_old(&builder, old)?;

        while builder.size < head.size {
            let bundle = builder.size / 256;
            let width = (head.size - builder.size).min(256);
            let commitments = entries(fetch, bundle, width)?;
            tiles += 1;
            for commitment in commitments {
                let full = |level, index, hashes: &[Hash]| {
                    tiles += 1;
                    compare(fetch, level, index, hashes)
                };
                builder.add(tree::leaf(&commitment), full)?;
                compare_old(&builder, old)?;
            }
            (self.progress)(builder.size, head.size);
        }
        for (level, row) in builder.rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            let shift = 8 * (level + 1);
            let index = u32::try_from(shift).ok().and_then(|by| head.size.checked_shr(by));
            compare(fetch, level, index.unwrap_or(0), row)?;
            tiles += 1;
        }
        compare_root(&builder, head)?;
        Ok(Report::new(head, tiles))
    }
}

impl Report {
    fn new(head: &Head, tiles: u64) -> Self {
        Self {
            origin: head.origin.clone(),
            size: head.size,
            root_hex: tree::hex(&head.root),
            checkpoint_at: head.seen_at,
            tiles,
            checkpoint: head.note.clone(),
        }
    }
}

/// At the size of the earlier checkpoint, the root must be the one of then.
fn compare_old(builder: &Builder, old: Option<&Head>) -> Result<(), Fault> {
    match old {
        Some(old) if old.size == builder.size && old.root != builder.root() => {
            let says = format!(
                "the first {} entries are not those of the earlier checkpoint: history was \
                 rewritten, or two readers are shown different logs",
                old.size
            );
            Err(Fault::new(Wrong::Forked, "checkpoint", says))
        }
        _ => Ok(()),
    }
}

fn compare_root(builder: &Builder, head: &Head) -> Result<(), Fault> {
    let root = builder.root();
    if root == head.root {
        return Ok(());
    }
    let says = format!(
        "the {} entries give the root {}, but {} was signed: entries were changed after signing",
        head.size,
        tree::hex(&root),
        tree::hex(&head.root)
    );
    Err(Fault::new(Wrong::Root, "checkpoint", says))
}

/// The served tile must be the recomputed one; says which of its hashes is not.
fn compare(fetch: &dyn Fetch, level: usize, index: u64, hashes: &[Hash]) -> Result<(), Fault> {
    let (path, served) = tile(fetch, &level.to_string(), index, hashes.len(), 32)?;
    let differs = served.chunks(32).zip(hashes).position(|(there, here)| there != here);
    let Some(place) = differs else { return Ok(()) };
    let says = if level == 0 {
        "the tile has another hash than the entry gives: one of the two was changed"
    } else {
        "the tile has another hash than the tile below gives: it was changed"
    };
    Err(Fault::new(Wrong::Changed, path, says).at(index * 256 + place as u64))
}

/// The commitments of a bundle of `width` entries.
fn entries(fetch: &dyn Fetch, bundle: u64, width: u64) -> Result<Vec<Hash>, Fault> {
    let width = usize::try_from(width.min(256)).unwrap_or(256);
    let (path, bytes) = tile(fetch, "entries", bundle, width, 34)?;
    let mut commitments = Vec::with_capacity(width);
    for (place, entry) in bytes.chunks(34).enumerate() {
        let commitment = entry.strip_prefix(&[0, 32]).and_then(|rest| rest.try_into().ok());
        commitments.push(commitment.ok_or_else(|| {
            Fault::new(Wrong::Malformed, &path, "an entry is not 32 bytes behind their length")
                .at(bundle * 256 + place as u64)
        })?);
    }
    Ok(commitments)
}

/// A tile of `width` items of `item` bytes, with the path it was found at. A log may have dropped a
/// partial tile for the full one, whose beginning is the same.
fn tile(
    fetch: &dyn Fetch,
    kind: &str,
    index: u64,
    width: usize,
    item: usize,
) -> Result<(String, Vec<u8>), Fault> {
    let partial = path(kind, index, width);
    let full = path(kind, index, 256);
    let (path, bytes, count) = match get(fetch, &partial) {
        Ok(bytes) => (partial, bytes, width),
        Err(fault) if width == 256 => return Err(fault),
        Err(fault) => (full.clone(), get(fetch, &full).map_err(|_| fault)?, 256),
    };
    if bytes.len() != count * item {
        let says = format!("it has {} bytes, not {}", bytes.len(), count * item);
        return Err(Fault::new(Wrong::Malformed, path, says));
    }
    Ok((path, bytes[..width * item].to_vec()))
}

fn get(fetch: &dyn Fetch, path: &str) -> Result<Vec<u8>, Fault> {
    fetch.get(path).map_err(|why| {
        Fault::new(Wrong::Missing, path, format!("the log should have this file ({why})"))
    })
}

/// `tile/0/x001/x234/067.p/5`.
fn path(kind: &str, index: u64, width: usize) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    let suffix = if width < 256 { format!(".p/{width}") } else { String::new() };
    format!("tile/{kind}/{path}{suffix}")
}

/// A consistency proof put together from tiles and followed; gives the number of tiles read.
fn prove_extension(fetch: &dyn Fetch, old: &Head, head: &Head) -> Result<u64, Fault> {
    if old.size == 0 {
        return Ok(0);
    }
    let mut tiles = Tiles { fetch, size: head.size, seen: BTreeMap::new() };
    let proof = tiles.extension_path(old.size)?;
    let bridge = tree::bridge(old.size, head.size, &proof, Some(old.root));
    if bridge == Some((old.root, head.root)) {
        return Ok(tiles.seen.len() as u64);
    }
    let says = "no consistency proof leads from the earlier checkpoint to this one";
    Err(Fault::new(Wrong::Forked, "checkpoint", says))
}

/// Nodes of the tree read from tiles, each tile once.
struct Tiles<'a> {
    fetch: &'a dyn Fetch,
    size: u64,
    seen: BTreeMap<(u32, u64), Vec<Hash>>,
}

impl Tiles<'_> {
    /// Siblings on the way from leaf `index` to the root, the lowest first.
    fn audit_path(&mut self, index: u64) -> Result<Vec<Hash>, Fault> {
        let (mut from, mut to, mut path) = (0, self.size, Vec::new());
        while to - from > 1 {
            let middle = from + tree::split(to - from);
            let left = index < middle;
            path.push(if left { self.range(middle, to) } else { self.range(from, middle) }?);
            (from, to) = if left { (from, middle) } else { (middle, to) };
        }
        path.reverse();
        Ok(path)
    }

    /// The nodes that join the first `old` leaves to all of them, the lowest first.
    fn extension_path(&mut self, old: u64) -> Result<Vec<Hash>, Fault> {
        let (mut from, mut to, mut path) = (0, self.size, Vec::new());
        while to != old {
            let middle = from + tree::split(to - from);
            let left = old <= middle;
            path.push(if left { self.range(middle, to) } else { self.range(from, middle) }?);
            (from, to) = if left { (from, middle) } else { (middle, to) };
        }
        if from > 0 {
            path.push(self.range(from, to)?);
        }
        path.reverse();
        Ok(path)
    }

    /// MTH over the leaves `from..to`.
    fn range(&mut self, from: u64, to: u64) -> Result<Hash, Fault> {
        if (to - from).is_power_of_two() {
            return self.node(from, (to - from).trailing_zeros());
        }
        let middle = from + tree::split(to - from);
        Ok(tree::node(&self.range(from, middle)?, &self.range(middle, to)?))
    }

    /// The node over the `2^height` leaves from `from` on.
    fn node(&mut self, from: u64, height: u32) -> Result<Hash, Fault> {
        let level = height / 8;
        let place = from >> (8 * level);
        let first = usize::try_from(place % 256).unwrap_or(0);
        let hashes = self.tile(level, place / 256)?;
        Ok(tree::root(&hashes[first..first + (1 << (height % 8))]))
    }

    fn tile(&mut self, level: u32, index: u64) -> Result<&[Hash], Fault> {
        if !self.seen.contains_key(&(level, index)) {
            let nodes = (self.size >> (8 * level)) - index * 256;
            let width = usize::try_from(nodes.min(256)).unwrap_or(256);
            let (_, bytes) = tile(self.fetch, &level.to_string(), index, width, 32)?;
            let hashes = bytes.chunks(32).filter_map(|hash| hash.try_into().ok()).collect();
            self.seen.insert((level, index), hashes);
        }
        Ok(&self.seen[&(level, index)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let cases = [
            ("0", 0, 256, "tile/0/000"),
            ("entries", 1_234_067, 256, "tile/entries/x001/x234/067"),
            ("1", 1_000, 17, "tile/1/x001/000.p/17"),
            ("0", u64::MAX, 1, "tile/0/x018/x446/x744/x073/x709/x551/615.p/1"),
        ];
        for (kind, index, width, want) in cases {
            assert_eq!(path(kind, index, width), want);
        }
    }
}
