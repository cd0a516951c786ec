//! The growing edge of the tree: all that an appender must remember.

use super::merkle::{
    Hash, TILE_WIDTH, commitment_leaf, empty_root, levels, node_hash, perfect_root, tile_width,
};
use super::proof::{ProofError, Tiles};

/// The right edge of a tree: its partial tiles, and the peaks that its root is folded from.
///
/// At most 255 hashes a level, whatever the size; a clone is cheap, so that a batch can be tried
/// and dropped when its commit fails.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees from the largest (left) to the smallest.
    peaks: Vec<Hash>,
    /// The unfinished tile of every level; a level may be empty.
    partial: Vec<Vec<Hash>>,
}

/// A tile that has become full and never changes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedTile {
    /// 0 holds leaf hashes; a hash of level n stands for a full tile of level n − 1.
    pub level: u8,
    /// Place within the level, from 0.
    pub index: u64,
    /// 256 hashes, 8,192 bytes.
    pub hashes: Vec<u8>,
}

/// Why a frontier could not be restored: a level whose partial tile has the wrong width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("level {level} has {found} hashes in its last tile; a log of {size} needs {expected}")]
pub struct RestoreError {
    /// Leaves of the log.
    pub size: u64,
    /// The level that is wrong.
    pub level: u8,
    /// The width that the size demands.
    pub expected: usize,
    /// The width that was given.
    pub found: usize,
}

impl Frontier {
    /// The edge of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a log of `size` leaves, from the partial tile of every level, level 0 first.
    ///
    /// # Errors
    /// When a level's width is not `size / 256^level mod 256`.
    pub fn restore(size: u64, partial: Vec<Vec<Hash>>) -> Result<Self, RestoreError> {
        let given = u8::try_from(partial.len()).unwrap_or(u8::MAX);
        let needed = levels(size).last().map_or(0, |level| level + 1);

        for level in 0..given.max(needed) {
            let found = partial.get(usize::from(level)).map_or(0, Vec::len);
            let expected = usize::from(last_width(size, level));
            if found != expected {
                return Err(RestoreError { size, level, expected, found });
            }
        }

        let peaks = partial.iter().rev().flat_map(|tile| peaks_of(tile)).collect();
        Ok(Self { size, peaks, partial })
    }

    /// The edge of a stored log of `size` leaves, its partial tiles read from `tiles`, as from a
    /// [`Stored`](super::proof::Stored): at most 255 tiles a level.
    ///
    /// # Errors
    /// When a tile cannot be read, or not at the width asked for.
    pub fn load<T: Tiles>(size: u64, mut tiles: T) -> Result<Self, ProofError<T::Error>> {
        let mut partial = Vec::new();
        for level in levels(size) {
            let index = next_tile(size, level);
            let expected = last_width(size, level);
            let hashes = match expected {
                0 => Vec::new(),
                width => tiles.hashes(level, index, width).map_err(ProofError::Tile)?,
            };
            partial.push(hashes);
        }
        Self::restore(size, partial).map_err(|wrong| ProofError::Width {
            level: wrong.level,
            index: next_tile(size, wrong.level),
            expected: last_width(size, wrong.level),
            found: wrong.found,
        })
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the unfinished tile at `level`: its index is `size / 256^(level + 1)`.
    #[must_use]
    pub fn partial(&self, level: u8) -> &[Hash] {
        self.partial.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// The Merkle tree hash of all leaves (RFC 6962 §2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let fold = |right: Hash, left: &Hash| node_hash(left, &right);
        match self.peaks.split_last() {
            None => empty_root(),
            Some((last, before)) => before.iter().rev().fold(*last, fold),
        }
    }

    /// Appends commitments in order; gives back the tiles that became full, lower levels first.
    #[must_use = "completed tiles must be stored"]
    pub fn append_commitments(&mut self, commitments: &[Hash]) -> Vec<CompletedTile> {
        let mut completed = Vec::new();
        for commitment in commitments {
            self.push(commitment_leaf(commitment), &mut completed);
        }
        completed
    }

    /// Appends one leaf hash; gives back the tiles that became full, lower levels first.
    #[must_use = "completed tiles must be stored"]
    pub fn append(&mut self, leaf: Hash) -> Vec<CompletedTile> {
        let mut completed = Vec::new();
        self.push(leaf, &mut completed);
        completed
    }

    /// Adds a leaf as one adds 1 to a binary number: every carry joins two peaks, and every eighth
    /// carry makes a node of the next tile level.
    fn push(&mut self, leaf: Hash, completed: &mut Vec<CompletedTile>) {
        let mut node = leaf;
        self.place(0, node, completed);

        for carry in 1..=self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            node = node_hash(&left, &node);
            if carry % 8 == 0 {
                self.place(carry / 8, node, completed);
            }
        }

        self.peaks.push(node);
        self.size += 1;
    }

    fn place(&mut self, level: u32, node: Hash, completed: &mut Vec<CompletedTile>) {
        let at = level as usize;
        if self.partial.len() == at {
            self.partial.push(Vec::with_capacity(usize::from(TILE_WIDTH)));
        }
        let tile = &mut self.partial[at];
        tile.push(node);

        if tile.len() == usize::from(TILE_WIDTH) {
            let level = u8::try_from(level).expect("a u64 has eight tile levels");
            let index = (self.size >> (8 * level)) >> 8;
            completed.push(CompletedTile { level, index, hashes: tile.concat() });
            tile.clear();
        }
    }
}

/// The width of the last, unfinished tile of a level; 0 when the level ends with a full tile.
fn last_width(size: u64, level: u8) -> u16 {
    tile_width(size, level, next_tile(size, level))
}

/// The index of the unfinished tile of a level.
fn next_tile(size: u64, level: u8) -> u64 {
    size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0)
}

/// The roots of the perfect subtrees that a partial tile falls into, largest first.
fn peaks_of(tile: &[Hash]) -> Vec<Hash> {
    let mut rest = tile;
    let mut peaks = Vec::new();
    while !rest.is_empty() {
        let (run, after) = rest.split_at(1 << rest.len().ilog2());
        peaks.extend(perfect_root(run));
        rest = after;
    }
    peaks
}

#[cfg(test)]
mod tests {
    use super::super::{merkle::leaf_hash, naive};
    use super::*;

    #[test]
    fn roots_are_those_of_the_published_certificate_transparency_vectors() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::new();
        assert_eq!(
            naive::hex(&frontier.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for (leaf, want) in leaves.iter().zip(roots) {
            assert!(frontier.append(leaf_hash(leaf)).is_empty());
            assert_eq!(naive::hex(&frontier.root()), want, "size {}", frontier.size());
        }
    }

    #[test]
    fn every_size_to_1100_has_the_root_of_the_naive_recursion() {
        let leaves = naive::leaves(1_100);
        let mut frontier = Frontier::new();
        for size in 0..leaves.len() {
            assert_eq!(frontier.root(), naive::root(&leaves[..size]), "size {size}");
            let _ = frontier.append(leaves[size]);
        }
        assert_eq!(frontier.root(), naive::root(&leaves));
    }

    #[test]
    fn large_trees_have_the_root_and_the_tiles_of_the_naive_recursion() {
        let all = naive::leaves(70_000);
        for size in [65_535_usize, 65_536, 65_537, 66_049, 70_000, 256, 12_345, 40_961] {
            let mut frontier = Frontier::new();
            let tiles: Vec<_> =
                all[..size].iter().flat_map(|leaf| frontier.append(*leaf)).collect();
            assert_eq!(frontier.root(), naive::root(&all[..size]), "size {size}");
            check_tiles(&all[..size], &tiles);
            check_restore(&frontier);
        }
    }

    #[test]
    fn commitments_are_leaves_after_their_leaf_hash() {
        let commitments = naive::leaves(600);
        let (mut one, mut other) = (Frontier::new(), Frontier::new());
        let together = one.append_commitments(&commitments);
        let apart: Vec<_> =
            commitments.iter().flat_map(|commitment| other.append(leaf_hash(commitment))).collect();
        assert_eq!((one, together), (other, apart));
    }

    #[test]
    fn a_frontier_is_not_restored_from_tiles_of_the_wrong_width() {
        let hash = [0; 32];
        let cases = [
            // size, widths by level, the level that is wrong
            (0, vec![], None),
            (0, vec![0, 0], None),
            (3, vec![3], None),
            (3, vec![2], Some(0)),
            (3, vec![3, 1], Some(1)),
            (3, vec![], Some(0)),
            (256, vec![0, 1], None),
            (256, vec![256], Some(0)),
            (256, vec![0], Some(1)),
            (65_536, vec![0, 0, 1], None),
            (65_536, vec![0, 0, 1, 0], None),
            (65_536, vec![0, 0], Some(2)),
        ];
        for (size, widths, want) in cases {
            let partial = widths.iter().map(|&width| vec![hash; width]).collect();
            let got = Frontier::restore(size, partial).err().map(|error| error.level);
            assert_eq!(got, want, "size {size}, widths {widths:?}");
        }
    }

    fn check_tiles(leaves: &[Hash], tiles: &[CompletedTile]) {
        let full = |level: u32| leaves.len() / 256_usize.pow(level + 1);
        assert_eq!(tiles.len(), full(0) + full(1), "complete tiles of {}", leaves.len());
        for tile in tiles {
            assert_eq!(tile.hashes.len(), 8_192);
            let span = 256_usize.pow(u32::from(tile.level));
            let from = usize::try_from(tile.index).unwrap() * 256 * span;
            let nodes = leaves[from..from + 256 * span].chunks(span).map(naive::root);
            let want: Vec<u8> = nodes.flatten().collect();
            assert!(tile.hashes == want, "tile {}/{}", tile.level, tile.index);
        }
    }

    fn check_restore(frontier: &Frontier) {
        let partial = (0..3).map(|level| frontier.partial(level).to_vec()).collect();
        let mut again = Frontier::restore(frontier.size(), partial).unwrap();
        let mut other = frontier.clone();
        assert_eq!(again.root(), other.root());
        for leaf in naive::leaves(300) {
            assert_eq!(again.append(leaf), other.append(leaf));
        }
        assert_eq!(again.root(), other.root());
    }
}
