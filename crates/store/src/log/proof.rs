//! Inclusion and consistency proofs: made from tiles, checked from hashes alone.

use std::collections::BTreeMap;

use super::merkle::{
    Hash, commitment_leaf, empty_root, leaf_hash, node_hash, perfect_root, tile_width,
};

/// Where the hashes of a tile come from.
///
/// Any `FnMut(level, index, width) -> Result<Vec<Hash>, E>` is one. It is asked only for tiles that
/// a tree of the stated size has, and gives the first `width` hashes (1 to 256) of the tile.
pub trait Tiles {
    /// Why a tile could not be read.
    type Error;

    /// The first `width` hashes of tile (`level`, `index`).
    ///
    /// # Errors
    /// Whatever the source says.
    fn hashes(&mut self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, Self::Error>;
}

impl<F, E> Tiles for F
where
    F: FnMut(u8, u64, u16) -> Result<Vec<Hash>, E>,
{
    type Error = E;

    fn hashes(&mut self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, E> {
        self(level, index, width)
    }
}

/// What a store keeps: complete tiles, and the commitments of every leaf.
pub trait Rows {
    /// Why a row could not be read.
    type Error;

    /// The 256 hashes of a complete tile.
    ///
    /// # Errors
    /// Whatever the store says; a missing row is an error.
    fn full_tile(&mut self, level: u8, index: u64) -> Result<Vec<Hash>, Self::Error>;

    /// `count` commitments from leaf `from` on.
    ///
    /// # Errors
    /// Whatever the store says; a missing row is an error.
    fn commitments(&mut self, from: u64, count: u16) -> Result<Vec<Hash>, Self::Error>;
}

/// [`Tiles`] over [`Rows`]: partial tiles are computed when they are asked for.
///
/// `size` is the number of leaves whose complete tiles are stored; a partial tile of level n costs
/// at most 255 reads of full tiles of level n − 1.
#[derive(Debug, Clone, Copy)]
pub struct Stored<R> {
    /// The store.
    pub rows: R,
    /// Leaves in the store.
    pub size: u64,
}

impl<R: Rows> Tiles for Stored<R> {
    type Error = R::Error;

    fn hashes(&mut self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, R::Error> {
        let first = index.saturating_mul(256);
        if tile_width(self.size, level, index) == 256 {
            let mut tile = self.rows.full_tile(level, index)?;
            tile.truncate(usize::from(width));
            return Ok(tile);
        }
        if level == 0 {
            let commitments = self.rows.commitments(first, width)?;
            return Ok(commitments.iter().map(commitment_leaf).collect());
        }
        let mut nodes = Vec::with_capacity(usize::from(width));
        for below in first..first.saturating_add(u64::from(width)) {
            nodes.extend(perfect_root(&self.rows.full_tile(level - 1, below)?));
        }
        Ok(nodes)
    }
}

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The leaf or the older size is not within the tree.
    #[error("{asked} is outside a log of {size} entries; ask for a smaller number")]
    Outside {
        /// The leaf, or the older size.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tile could not be read.
    #[error("a tile could not be read")]
    Tile(E),
    /// A tile came with another number of hashes than its width.
    #[error("tile {level}/{index} came with {found} hashes, not {expected}")]
    Width {
        /// Level of the tile.
        level: u8,
        /// Index of the tile.
        index: u64,
        /// Hashes asked for.
        expected: u16,
        /// Hashes received.
        found: usize,
    },
}

/// The audit path of leaf `index` in the tree of the first `size` leaves, nearest sibling first.
///
/// # Errors
/// When the leaf is outside the tree or a tile cannot be read.
pub fn inclusion<T: Tiles>(
    index: u64,
    size: u64,
    tiles: T,
) -> Result<Vec<Hash>, ProofError<T::Error>> {
    if index >= size {
        return Err(ProofError::Outside { asked: index, size });
    }
    let mut reader = Reader { tiles, size, seen: BTreeMap::new() };
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(reader.range(middle, to)?);
            to = middle;
        } else {
            path.push(reader.range(from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `size` leaves begins with the tree of its first `old` (RFC 6962
/// §2.1.2). Empty when `old` is 0 or `size`: there is nothing to prove.
///
/// # Errors
/// When `old` exceeds `size` or a tile cannot be read.
pub fn consistency<T: Tiles>(
    old: u64,
    size: u64,
    tiles: T,
) -> Result<Vec<Hash>, ProofError<T::Error>> {
    if old > size {
        return Err(ProofError::Outside { asked: old, size });
    }
    if old == 0 || old == size {
        return Ok(Vec::new());
    }
    let mut reader = Reader { tiles, size, seen: BTreeMap::new() };
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(reader.range(middle, to)?);
            to = middle;
        } else {
            path.push(reader.range(from, middle)?);
            from = middle;
        }
    }
    if from > 0 {
        path.push(reader.range(from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` leads from the hash of leaf `index` to the root of a tree of `size` leaves.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last) = (index, size - 1);
    let mut node = *leaf;
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            node = node_hash(sibling, &node);
            let up = place.trailing_zeros();
            (place, last) = (place.unbounded_shr(up), last.unbounded_shr(up));
        } else {
            node = node_hash(&node, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && node == *root
}

/// Whether `path` shows that a tree of `size` leaves begins with the tree of its first `old`.
///
/// Every tree begins with the empty one, and equal sizes need equal roots and no path.
#[must_use]
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (size, root): (u64, &Hash),
    path: &[Hash],
) -> bool {
    if old >= size {
        return old == size && path.is_empty() && old_root == root;
    }
    if old == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    let (first, rest) = match path.split_first() {
        _ if old.is_power_of_two() => (old_root, path),
        Some((first, rest)) => (first, rest),
        None => return false,
    };
    let up = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1).unbounded_shr(up), (size - 1).unbounded_shr(up));
    let (mut before, mut after) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = node_hash(sibling, &before);
            after = node_hash(sibling, &after);
            let up = place.trailing_zeros();
            (place, last) = (place.unbounded_shr(up), last.unbounded_shr(up));
        } else {
            after = node_hash(&after, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && before == *old_root && after == *root
}

/// Whether the entry with this commitment is leaf `index`: [`verify_inclusion`] of its leaf hash.
#[must_use]
pub fn verify_commitment(
    commitment: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> bool {
    verify_inclusion(&leaf_hash(commitment), index, size, path, root)
}

/// Reads every tile once.
struct Reader<T> {
    tiles: T,
    size: u64,
    seen: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<T: Tiles> Reader<T> {
    /// The root over the leaves `from..to`, where `from` is a multiple of the power of two that
    /// covers the range.
    fn range(&mut self, from: u64, to: u64) -> Result<Hash, ProofError<T::Error>> {
        let count = to - from;
        if count.is_power_of_two() {
            return self.subtree(from, count.trailing_zeros());
        }
        let middle = from + split(count);
        let left = self.range(from, middle)?;
        Ok(node_hash(&left, &self.range(middle, to)?))
    }

    /// The root of the perfect subtree of `2^height` leaves that begins at leaf `from`.
    fn subtree(&mut self, from: u64, height: u32) -> Result<Hash, ProofError<T::Error>> {
        let level = u8::try_from(height / 8).expect("a height is below 64");
        let first = from >> (8 * u32::from(level));
        let tile = self.tile(level, first >> 8)?;
        let at = usize::try_from(first & 255).expect("below 256");
        let nodes = &tile[at..at + (1 << (height % 8))];
        Ok(perfect_root(nodes).expect("a power of two of nodes"))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], ProofError<T::Error>> {
        if !self.seen.contains_key(&(level, index)) {
            let expected = tile_width(self.size, level, index);
            let hashes = self.tiles.hashes(level, index, expected).map_err(ProofError::Tile)?;
            if hashes.len() != usize::from(expected) {
                let found = hashes.len();
                return Err(ProofError::Width { level, index, expected, found });
            }
            self.seen.insert((level, index), hashes);
        }
        Ok(&self.seen[&(level, index)])
    }
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::{frontier::Frontier, naive, tile::split_hashes};
    use super::*;

    #[test]
    fn proofs_of_every_size_to_1100_are_those_of_the_naive_recursion() {
        let log = Log::new(1_100);
        let mut dice = naive::Dice(1);
        for size in 1..=1_100 {
            for place in [0, size - 1, dice.below(size), dice.below(size)] {
                log.check(place, size);
            }
        }
    }

    #[test]
    fn proofs_in_trees_of_three_levels_are_those_of_the_naive_recursion() {
        let log = Log::new(70_000);
        let mut dice = naive::Dice(2);
        for size in [65_536, 65_537, 66_000, 70_000, 1 + dice.below(70_000)] {
            for place in [0, size - 1, 65_535.min(size - 1), dice.below(size)] {
                log.check(place, size);
            }
        }
    }

    #[test]
    fn a_frontier_is_loaded_from_what_is_stored() {
        for size in [0, 1, 255, 256, 257, 1_000, 65_535, 65_536, 65_537, 66_000] {
            let log = Log::new(size);
            let mut loaded = Frontier::load(size, log.tiles()).unwrap();
            assert_eq!((loaded.size(), loaded.root()), (size, naive::root(&log.leaves)));

            let mut grown = Frontier::new();
            let _ = grown.append_commitments(&log.commitments);
            let more = naive::leaves(300);
            assert_eq!(loaded.append_commitments(&more), grown.append_commitments(&more));
            assert_eq!(loaded.root(), grown.root(), "size {size}");
        }
        let mut log = Log::new(700);
        log.commitments.pop();
        assert_eq!(Frontier::load(700, log.tiles()), Err(ProofError::Tile((0, 512))));
    }

    #[test]
    fn what_is_outside_the_tree_has_no_proof() {
        let none = |_: u8, _: u64, _: u16| -> Result<Vec<Hash>, Infallible> { Ok(Vec::new()) };
        assert_eq!(inclusion(3, 3, none), Err(ProofError::Outside { asked: 3, size: 3 }));
        assert_eq!(inclusion(0, 0, none), Err(ProofError::Outside { asked: 0, size: 0 }));
        assert_eq!(consistency(4, 3, none), Err(ProofError::Outside { asked: 4, size: 3 }));
        let width = ProofError::Width { level: 0, index: 0, expected: 3, found: 0 };
        assert_eq!(inclusion(1, 3, none), Err(width));
        assert!(!verify_inclusion(&[0; 32], 3, 3, &[], &[0; 32]));
    }

    #[test]
    fn a_proof_with_one_bit_changed_or_one_hash_more_or_less_fails() {
        let log = Log::new(700);
        let mut dice = naive::Dice(3);
        for _ in 0..300 {
            let size = 2 + dice.below(699);
            let place = dice.below(size);
            log.check_spoiled(place, size, &mut dice);
        }
    }

    #[test]
    fn hostile_sizes_do_not_panic() {
        let paths = [vec![], vec![[1; 32]; 3], vec![[2; 32]; 64], vec![[3; 32]; 200]];
        let sizes = [0, 1, 2, 1 << 63, u64::MAX - 1, u64::MAX];
        for path in &paths {
            for (old, size) in sizes.into_iter().flat_map(|old| sizes.map(|size| (old, size))) {
                assert!(!verify_inclusion(&[4; 32], old, size, path, &[5; 32]));
                assert!(!verify_consistency((old, &[4; 32]), (size, &[5; 32]), path));
            }
        }
    }

    /// A log with its leaves, read through [`Stored`].
    struct Log {
        commitments: Vec<Hash>,
        leaves: Vec<Hash>,
        full: BTreeMap<(u8, u64), Vec<Hash>>,
    }

    impl Rows for &Log {
        type Error = (u8, u64);

        fn full_tile(&mut self, level: u8, index: u64) -> Result<Vec<Hash>, Self::Error> {
            self.full.get(&(level, index)).cloned().ok_or((level, index))
        }

        fn commitments(&mut self, from: u64, count: u16) -> Result<Vec<Hash>, Self::Error> {
            let from = usize::try_from(from).unwrap();
            let rows = self.commitments.get(from..from + usize::from(count));
            rows.map(<[Hash]>::to_vec).ok_or((0, from as u64))
        }
    }

    impl Log {
        fn new(size: u64) -> Self {
            let commitments = naive::leaves(size);
            let leaves = commitments.iter().map(commitment_leaf).collect();
            let tiles = Frontier::new().append_commitments(&commitments);
            let full = tiles
                .iter()
                .map(|tile| ((tile.level, tile.index), split_hashes(&tile.hashes).unwrap()))
                .collect();
            Self { commitments, leaves, full }
        }

        fn tiles(&self) -> Stored<&Self> {
            Stored { rows: self, size: self.leaves.len() as u64 }
        }

        fn root(&self, size: u64) -> Hash {
            naive::root(&self.leaves[..usize::try_from(size).unwrap()])
        }

        /// Both proofs at `place` in the tree of `size`.
        fn check(&self, place: u64, size: u64) {
            let at = usize::try_from(place).unwrap();
            let leaves = &self.leaves[..usize::try_from(size).unwrap()];
            let root = naive::root(leaves);

            let path = inclusion(place, size, self.tiles()).unwrap();
            assert_eq!(path, naive::path(at, leaves), "leaf {place} of {size}");
            assert!(verify_inclusion(&leaves[at], place, size, &path, &root));
            assert!(verify_commitment(&self.commitments[at], place, size, &path, &root));

            let old = place + 1;
            let old_root = naive::root(&leaves[..=at]);
            let path = consistency(old, size, self.tiles()).unwrap();
            assert_eq!(path, naive::subproof(at + 1, leaves, true), "{old} to {size}");
            assert!(verify_consistency((old, &old_root), (size, &root), &path), "{old} to {size}");
        }

        fn check_spoiled(&self, place: u64, size: u64, dice: &mut naive::Dice) {
            let (leaf, root) = (self.leaves[usize::try_from(place).unwrap()], self.root(size));
            let included = |path: &[Hash]| verify_inclusion(&leaf, place, size, path, &root);
            spoil(&inclusion(place, size, self.tiles()).unwrap(), dice, included);

            let old = 1 + place.min(size - 2);
            let old_root = self.root(old);
            let extends = |path: &[Hash]| verify_consistency((old, &old_root), (size, &root), path);
            spoil(&consistency(old, size, self.tiles()).unwrap(), dice, extends);
        }
    }

    fn spoil(path: &[Hash], dice: &mut naive::Dice, holds: impl Fn(&[Hash]) -> bool) {
        assert!(holds(path));
        let at = usize::try_from(dice.below(path.len() as u64)).unwrap();

        let mut bit = path.to_vec();
        bit[at][5] ^= 1 << dice.below(8);
        assert!(!holds(&bit));

        let mut less = path.to_vec();
        less.remove(at);
        assert!(!holds(&less));

        let mut more = path.to_vec();
        more.insert(at, path[at]);
        assert!(!holds(&more));
    }
}
