//! The outside checker's own tree: RFC 6962 by its recursion, shared with nobody.

use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub(crate) type Hash = [u8; 32];

/// Builds a tree leaf by leaf, tile by tile, keeping one unfinished tile a level.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub(crate) size: u64,
    /// The unfinished tiles, level 0 first.
    pub(crate) rows: Vec<Vec<Hash>>,
}

impl Builder {
    /// Adds a leaf hash; gives every tile that it fills to `full` as (level, index, hashes).
    pub(crate) fn add<E>(
        &mut self,
        leaf: Hash,
        mut full: impl FnMut(usize, u64, &[Hash]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.size += 1;
        let (mut hash, mut level, mut count) = (leaf, 0, self.size);
        loop {
            if self.rows.len() == level {
                self.rows.push(Vec::new());
            }
            let row = &mut self.rows[level];
            row.push(hash);
            if row.len() < 256 {
                return Ok(());
            }
            count /= 256;
            full(level, count - 1, row)?;
            hash = root(row);
            row.clear();
            level += 1;
        }
    }

    /// The root over all leaves: each level's nodes with the unfinished rest on their right.
    pub(crate) fn root(&self) -> Hash {
        let mut rest: Option<Hash> = None;
        for row in &self.rows {
            let mut nodes = row.clone();
            nodes.extend(rest);
            rest = (!nodes.is_empty()).then(|| root(&nodes));
        }
        rest.unwrap_or_else(|| root(&[]))
    }
}

/// MTH of nodes that stand for equal numbers of leaves, save the last, which may stand for fewer.
pub(crate) fn root(nodes: &[Hash]) -> Hash {
    match nodes {
        [] => Sha256::digest(b"").into(),
        [one] => *one,
        _ => {
            let (left, right) = nodes.split_at(nodes.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

/// The root that an audit path leads to from `leaf`; None when its length is wrong.
pub(crate) fn climb(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if size <= 1 {
        return (index == 0 && size == 1 && path.is_empty()).then_some(leaf);
    }
    let (sibling, below) = path.split_last()?;
    let middle = split(size);
    if index < middle {
        Some(node(&climb(leaf, index, middle, below)?, sibling))
    } else {
        Some(node(sibling, &climb(leaf, index - middle, size - middle, below)?))
    }
}

/// The old and new roots that a consistency proof from `old` to `size` leaves speaks for, given
/// the old root; None when its length is wrong. `0 < old <= size`.
pub(crate) fn bridge(
    old: u64,
    size: u64,
    path: &[Hash],
    old_root: Option<Hash>,
) -> Option<(Hash, Hash)> {
    if old == size {
        return match (old_root, path) {
            (Some(root), []) => Some((root, root)),
            (None, [root]) => Some((*root, *root)),
            _ => None,
        };
    }
    let (sibling, below) = path.split_last()?;
    let middle = split(size);
    if old <= middle {
        let (before, after) = bridge(old, middle, below, old_root)?;
        Some((before, node(&after, sibling)))
    } else {
        let (before, after) = bridge(old - middle, size - middle, below, None)?;
        Some((node(sibling, &before), node(sibling, &after)))
    }
}

/// SHA-256(0x00 ‖ data).
pub(crate) fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// SHA-256(0x01 ‖ left ‖ right).
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// SHA-256(salt ‖ entry).
pub(crate) fn commitment(salt: &[u8; 16], entry: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update(entry).finalize().into()
}

/// The largest power of two below `count`, which is at least 2.
pub(crate) fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
