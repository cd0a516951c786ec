//! The log as others see it: files, checkpoints, proofs.

use store::log::tile::{decode_entries, split_hashes};
use store::log::{
    Checkpoint, Frontier, Hash, TileKind, TilePath, Verifier, consistency, inclusion, leaf_hash,
    verify_commitment, verify_consistency,
};
use store::{Store, StoreError};

use crate::bench::{Bench, block_on, everywhere};
use crate::people::desk;

/// Leaves so many entries, in a few deeds.
fn grow(bench: &mut Bench, count: u64) {
    let mut left = count;
    while left > 0 {
        let now = left.min(97);
        let grown = bench.write(move |tx| {
            (0..now).for_each(|_| tx.note_refusal(&desk(), "card", "other-ca"));
            Ok(())
        });
        grown.unwrap();
        left -= now;
    }
}

fn file(store: &Store, kind: TileKind, index: u64, size: u64) -> Vec<u8> {
    let path = TilePath::of(kind, index, size).unwrap();
    let read = block_on(store.read(move |tx| tx.log_tile(&path)));
    Result::<_, StoreError>::unwrap(read).unwrap().bytes
}

/// Reads the whole log from its files alone, and checks it against the signed checkpoint.
pub(crate) fn verify(store: &Store) -> Checkpoint {
    block_on(store.sign()).unwrap();
    let (size, note) = block_on(store.read(|tx| tx.log_state())).unwrap();
    let Some(note) = note else {
        assert_eq!(size, 0, "something stands in the log, nothing is signed");
        let origin = String::new();
        return Checkpoint { origin, size, root: Frontier::new().root() };
    };
    let verifier = Verifier::parse(&store.log_key()).unwrap();
    let signed = verifier.open_checkpoint(&note.note).unwrap();
    assert_eq!((signed.size, note.size), (size, size), "everything is signed");

    let leaves: Vec<Hash> = (0..size.div_ceil(256))
        .flat_map(|at| decode_entries(&file(store, TileKind::Entries, at, size)).unwrap())
        .collect();
    let mut edge = Frontier::new();
    let _tiles = edge.append_commitments(&leaves);
    assert_eq!(edge.root(), signed.root, "the entries are those that were signed");
    for index in [0, size / 2, size - 1] {
        let tiles = |level: u8, at: u64, _width: u16| {
            let bytes = file(store, TileKind::Hashes(level), at, size);
            Ok::<_, StoreError>(split_hashes(&bytes).unwrap())
        };
        let path = inclusion(index, size, tiles).unwrap();
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert!(verify_commitment(&leaf, index, size, &path, &signed.root), "leaf {index}");
        assert!(!verify_commitment(&leaf_hash(&leaf), index, size, &path, &signed.root));
    }
    signed
}

#[test]
fn the_files_of_the_log_prove_every_entry() {
    everywhere(|bench| {
        let mut before = verify(&bench.store());
        for size in [0, 1, 255, 256, 257, 700] {
            grow(bench, size - before.size);
            if size % 2 == 0 {
                bench.close();
            }
            let store = bench.store();
            let now = verify(&store);
            assert_eq!(now.size, size);
            let tiles = |level: u8, at: u64, _width: u16| {
                let bytes = file(&store, TileKind::Hashes(level), at, size);
                Ok::<_, StoreError>(split_hashes(&bytes).unwrap())
            };
            let path = consistency(before.size, size, tiles).unwrap();
            let (old, new) = ((before.size, &before.root), (size, &now.root));
            assert!(verify_consistency(old, new, &path), "{} then {size}", before.size);
            before = now;
        }
        let tiles = bench.rows("select level, tile from log_tile order by level, tile");
        assert_eq!(tiles, ["0|0", "0|1"]);
    });
}

#[test]
fn nothing_beyond_the_signed_size_is_served() {
    everywhere(|bench| {
        grow(bench, 3);
        verify(&bench.store());
        grow(bench, 2);
        for (path, served) in [
            ("tile/0/000.p/3", true),
            ("tile/0/000.p/2", true),
            ("tile/entries/000.p/3", true),
            ("tile/0/000.p/5", false),
            ("tile/entries/000.p/4", false),
            ("tile/0/000", false),
            ("tile/1/000.p/1", false),
            ("tile/0/x999/x999/x999/x999/x999/999.p/1", false),
        ] {
            let tile = TilePath::parse(path).unwrap();
            let read = bench.read(move |tx| tx.log_tile(&tile)).unwrap();
            assert_eq!(read.is_some(), served, "{path}");
        }
    });
}

#[test]
fn a_shortened_log_is_never_signed_again() {
    everywhere(|bench| {
        grow(bench, 3);
        verify(&bench.store());
        bench.close();
        bench.rows("delete from audit_entry where leaf = 2");
        let signed = block_on(bench.store().sign());
        assert!(matches!(signed, Err(StoreError::Corrupt { .. })), "{signed:?}");
    });
}
