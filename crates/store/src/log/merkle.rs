//! The three hashes of an RFC 6962 tree, and the root of a perfect run of nodes.

use aws_lc_rs::digest;

/// A SHA-256 value: a commitment, a leaf hash or a node.
pub type Hash = [u8; 32];

/// Nodes in a full tile: eight levels of the binary tree.
pub const TILE_WIDTH: u16 = 256;

/// SHA-256(0x00 ‖ `data`), the hash of a leaf (RFC 6962 §2.1).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&[0]);
    context.update(data);
    to_hash(&context.finish())
}

/// The leaf hash of a commitment: as [`leaf_hash`], without a heap or a second pass.
#[must_use]
pub fn commitment_leaf(commitment: &Hash) -> Hash {
    let mut bytes = [0; 33];
    bytes[1..].copy_from_slice(commitment);
    to_hash(&digest::digest(&digest::SHA256, &bytes))
}

/// SHA-256(0x01 ‖ left ‖ right), the hash of an inner node (RFC 6962 §2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    to_hash(&digest::digest(&digest::SHA256, &bytes))
}

/// The root of a tree without leaves: the SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    to_hash(&digest::digest(&digest::SHA256, b""))
}

/// The root over `nodes`, whose number is a power of two: a full tile gives its parent's node.
///
/// None for any other number of nodes.
#[must_use]
pub fn perfect_root(nodes: &[Hash]) -> Option<Hash> {
    if !nodes.len().is_power_of_two() {
        return None;
    }
    let mut row = nodes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    row.first().copied()
}

/// How many whole nodes of tile level `level` a tree of `size` leaves has: `size / 256^level`.
#[must_use]
pub fn nodes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

/// How many hashes tile (`level`, `index`) has in a tree of `size` leaves: 0 to 256.
#[must_use]
pub fn tile_width(size: u64, level: u8, index: u64) -> u16 {
    let width = u64::from(TILE_WIDTH);
    let before = index.saturating_mul(width);
    let rest = nodes_at(size, level).saturating_sub(before).min(width);
    u16::try_from(rest).unwrap_or(TILE_WIDTH)
}

/// The tile levels that a tree of `size` leaves has hashes at, complete or not.
pub(crate) fn levels(size: u64) -> impl Iterator<Item = u8> {
    (0_u8..8).take_while(move |&level| nodes_at(size, level) > 0)
}

pub(crate) fn to_hash(digest: &digest::Digest) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
        let cases = [
            // size, level, index, width
            (70_000, 0, 272, 256),
            (70_000, 0, 273, 112),
            (70_000, 0, 274, 0),
            (70_000, 1, 0, 256),
            (70_000, 1, 1, 17),
            (70_000, 2, 0, 1),
            (70_000, 3, 0, 0),
            (256, 0, 0, 256),
            (256, 0, 1, 0),
            (256, 1, 0, 1),
            (0, 0, 0, 0),
            (u64::MAX, 7, 0, 255),
            (u64::MAX, 63, 0, 0),
            (u64::MAX, 0, u64::MAX, 0),
        ];
        for (size, level, index, want) in cases {
            let got = tile_width(size, level, index);
            assert_eq!(got, want, "size {size}, tile {level}/{index}");
        }
    }

    #[test]
    fn only_a_power_of_two_of_nodes_has_a_perfect_root() {
        let nodes = [[7; 32]; 4];
        assert_eq!(perfect_root(&nodes[..0]), None);
        assert_eq!(perfect_root(&nodes[..1]), Some([7; 32]));
        assert_eq!(perfect_root(&nodes[..3]), None);
        let pair = node_hash(&[7; 32], &[7; 32]);
        assert_eq!(perfect_root(&nodes), Some(node_hash(&pair, &pair)));
    }
}
