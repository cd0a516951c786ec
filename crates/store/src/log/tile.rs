//! Tiles on the wire: their paths and their bytes (C2SP tlog-tiles).

use std::fmt;

use super::merkle::{Hash, TILE_WIDTH, tile_width};

/// Bytes of an entry in a bundle: a big-endian length, always 32, and the commitment.
const ENTRY_LEN: usize = 2 + 32;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of this level, 0 to 63; 0 are leaf hashes.
    Hashes(u8),
    /// Commitments: the log's entries.
    Entries,
}

/// The name of a tile or entry bundle: `tile/0/x001/x234/067` or `tile/entries/000.p/5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    /// Hashes or entries.
    pub kind: TileKind,
    /// Place within the level.
    pub index: u64,
    /// Hashes or entries in it: 1 to 255 when partial, 256 when full.
    pub width: u16,
}

impl TilePath {
    /// Reads a path as the specification writes it, relative to the log's prefix. Only one
    /// spelling exists for each tile; any other is None, and so is a number beyond its limits.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (kind, rest) = rest.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(u8::try_from(decimal(level, 63)?).ok()?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, u16::try_from(decimal(width, 255)?).ok()?),
            None => (rest, TILE_WIDTH),
        };
        (width > 0).then_some(Self { kind, index: parse_index(index)?, width })
    }

    /// The path of tile `index` of a log of `size` leaves: full or as wide as it is by then; None
    /// where such a log has no tile.
    #[must_use]
    pub fn of(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let width = tile_width(size, kind.level(), index);
        (width > 0).then_some(Self { kind, index, width })
    }

    /// Whether a log of `size` leaves has so many hashes in this tile. Ask it of the size of the
    /// last signed checkpoint: what lies beyond is nobody's business yet.
    #[must_use]
    pub fn is_within(&self, size: u64) -> bool {
        self.width <= tile_width(size, self.kind.level(), self.index)
    }

    /// Whether it is full, so that it never changes and is never replaced.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Number of the first node or entry in it, counted within its level.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.index.saturating_mul(TILE_WIDTH as u64)
    }
}

impl TileKind {
    /// The tile level whose widths it follows: entries go with the leaves.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::Hashes(level) => level,
            Self::Entries => 0,
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let digits = self.index.to_string();
        let groups = digits.len().div_ceil(3);
        let padded = format!("{:0>width$}", self.index, width = groups * 3);
        for group in 0..groups {
            let lead = if group + 1 < groups { "x" } else { "" };
            let after = if group + 1 < groups { "/" } else { "" };
            write!(f, "{lead}{}{after}", &padded[3 * group..3 * group + 3])?;
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// The bytes of an entry bundle: each commitment behind its length, 0x0020.
#[must_use]
pub fn encode_entries(commitments: &[Hash]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(commitments.len() * ENTRY_LEN);
    for commitment in commitments {
        bytes.extend_from_slice(&[0, 32]);
        bytes.extend_from_slice(commitment);
    }
    bytes
}

/// The commitments in an entry bundle; None unless it is made of whole entries of 32 bytes, at
/// most 256 of them.
#[must_use]
pub fn decode_entries(bytes: &[u8]) -> Option<Vec<Hash>> {
    let entries = bytes.chunks_exact(ENTRY_LEN);
    if !entries.remainder().is_empty() || entries.len() > usize::from(TILE_WIDTH) {
        return None;
    }
    entries.map(|entry| entry.strip_prefix(&[0, 32])?.try_into().ok()).collect()
}

/// The bytes of a hash tile.
#[must_use]
pub fn join_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The hashes in a tile's bytes; None unless they are whole hashes, at most 256 of them.
#[must_use]
pub fn split_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let hashes = bytes.chunks_exact(32);
    if !hashes.remainder().is_empty() || hashes.len() > usize::from(TILE_WIDTH) {
        return None;
    }
    hashes.map(|hash| hash.try_into().ok()).collect()
}

/// A decimal number without leading zeroes or sign, at most `max`.
fn decimal(text: &str, max: u64) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = (canonical && digits).then(|| text.parse().ok())??;
    (number <= max).then_some(number)
}

/// Groups of three digits, all but the last marked with an x, and no group of zeroes in front.
fn parse_index(text: &str) -> Option<u64> {
    if text.starts_with("x000/") || text.len() > 7 * 5 {
        return None;
    }
    let mut groups = text.split('/').rev();
    let last = groups.next()?;
    let before: Option<Vec<&str>> = groups.map(|group| group.strip_prefix('x')).collect();

    let mut index: u64 = 0;
    for group in before?.into_iter().rev().chain([last]) {
        if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(group.parse().ok()?)?;
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: u16 = TILE_WIDTH;

    #[test]
    fn every_tile_has_one_path_and_every_other_path_is_none() {
        use TileKind::{Entries, Hashes};
        let cases = [
            ("tile/0/000", Some((Hashes(0), 0, FULL))),
            ("tile/0/x001/x234/067", Some((Hashes(0), 1_234_067, FULL))),
            ("tile/63/999.p/255", Some((Hashes(63), 999, 255))),
            ("tile/1/x001/000.p/1", Some((Hashes(1), 1_000, 1))),
            ("tile/entries/x273/112", Some((Entries, 273_112, FULL))),
            ("tile/entries/273.p/112", Some((Entries, 273, 112))),
            ("tile/0/x018/x446/x744/x073/x709/x551/615", Some((Hashes(0), u64::MAX, FULL))),
            ("tile/0/x018/x446/x744/x073/x709/x551/616", None),
            ("tile/0/x001/x018/x446/x744/x073/x709/x551/615", None),
            ("tile/0/x000/001", None),
            ("tile/0/1", None),
            ("tile/0/0001", None),
            ("tile/0/001/002", None),
            ("tile/0/x001", None),
            ("tile/0/x001/x002", None),
            ("tile/0/001/", None),
            ("tile/0/+01", None),
            ("tile/0/", None),
            ("tile/0", None),
            ("tile/64/000", None),
            ("tile/00/000", None),
            ("tile/-1/000", None),
            ("tile//000", None),
            ("tile/0/000.p/0", None),
            ("tile/0/000.p/01", None),
            ("tile/0/000.p/256", None),
            ("tile/0/000.p/", None),
            ("tile/0/000.p/1.p/2", None),
            ("tile/0/../000", None),
            ("tile/data/000", None),
            ("/tile/0/000", None),
            ("checkpoint", None),
            ("tile/0/０００", None),
        ];
        for (path, want) in cases {
            check_path(path, want);
        }
    }

    #[test]
    fn a_log_serves_the_tiles_of_its_size_and_no_others() {
        let cases = [
            // size, path, served
            (0, "tile/0/000.p/1", false),
            (5, "tile/0/000.p/5", true),
            (5, "tile/0/000.p/3", true),
            (5, "tile/0/000.p/6", false),
            (5, "tile/0/000", false),
            (5, "tile/entries/000.p/5", true),
            (5, "tile/1/000.p/1", false),
            (256, "tile/1/000.p/1", true),
            (70_000, "tile/0/272", true),
            (70_000, "tile/0/273.p/112", true),
            (70_000, "tile/0/273.p/113", false),
            (70_000, "tile/2/000.p/1", true),
            (70_000, "tile/63/000.p/1", false),
            (70_000, "tile/0/x018/x446/x744/x073/x709/x551/615", false),
        ];
        for (size, path, want) in cases {
            assert_eq!(TilePath::parse(path).unwrap().is_within(size), want, "{size} {path}");
        }
    }

    #[test]
    fn a_tile_is_named_as_wide_as_it_is() {
        let name = |level, index, size| {
            TilePath::of(TileKind::Hashes(level), index, size).map(|path| path.to_string())
        };
        assert_eq!(name(0, 272, 70_000).as_deref(), Some("tile/0/272"));
        assert_eq!(name(1, 1, 70_000).as_deref(), Some("tile/1/001.p/17"));
        assert_eq!(name(3, 0, 70_000), None);
    }

    #[test]
    fn bundles_and_tiles_come_back_as_they_were() {
        for count in [0, 1, 255, 256] {
            let hashes: Vec<Hash> = (0..=u8::MAX).map(|byte| [byte; 32]).take(count).collect();
            assert_eq!(decode_entries(&encode_entries(&hashes)).as_ref(), Some(&hashes));
            assert_eq!(split_hashes(&join_hashes(&hashes)).as_ref(), Some(&hashes));
        }
    }

    #[test]
    fn a_bundle_of_anything_else_is_refused() {
        let good = encode_entries(&[[1; 32], [2; 32]]);
        let mut long = good.clone();
        long[35] = 33;
        let cases = [
            ("cut", good[..67].to_vec()),
            ("longer", [good.as_slice(), &[0]].concat()),
            ("another length", long),
            ("257 entries", encode_entries(&[[0; 32]; 257])),
        ];
        for (what, bytes) in cases {
            assert_eq!(decode_entries(&bytes), None, "{what}");
        }
        assert_eq!(split_hashes(&[0; 33]), None);
        assert_eq!(split_hashes(&[0; 257 * 32]), None);
    }

    fn check_path(path: &str, want: Option<(TileKind, u64, u16)>) {
        let got = TilePath::parse(path);
        assert_eq!(got.map(|tile| (tile.kind, tile.index, tile.width)), want, "{path}");
        if let Some(tile) = got {
            assert_eq!(tile.to_string(), path);
        }
    }
}
