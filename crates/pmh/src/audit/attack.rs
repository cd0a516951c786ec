//! Attacks on a log, every one of which the outside checker must see.
//!
//! The log is written by the writer's code. An attacker without the key edits files as he likes; an
//! attacker with the key (the operator himself) rewrites history and signs it, and is caught by
//! whoever kept an earlier checkpoint. `PMH_ASSURE_SIZE` sets how many are tried (2,000 by
//! default; `cargo xtask assure audit-attacks` tries 100,000), `PMH_ATTACK_SEED` which.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use store::log::note::add_signature;
use store::log::tile::{TileKind, TilePath, encode_entries, join_hashes};
use store::log::{Checkpoint, Frontier, Hash, Signer, commitment};

use super::witness::Witness;
use super::{Checker, Fault, Fetch, Report, Wrong};

const ORIGIN: &str = "hub.example/log";
const ENTRIES: u64 = 1_100;

/// The sizes at which readers kept a checkpoint.
const KEPT: [usize; 5] = [1, 255, 256, 700, 1_099];

/// Files by their paths.
type Paths = BTreeMap<String, Vec<u8>>;

/// One attack: what the victim is served, or None when this throw of the dice gives none.
type Attack = fn(&Stage, &mut Dice) -> Option<Scene>;

const ATTACKS: [(&str, Attack); 20] = [
    ("edit a byte of a file", edit_file),
    ("edit a byte of the checkpoint", edit_checkpoint),
    ("delete a file", delete_file),
    ("cut a file", cut_file),
    ("lengthen a file", lengthen_file),
    ("swap two files", swap_files),
    ("reorder two commitments in the bundles", reorder_in_bundles),
    ("edit an entry and rebuild every tile", |stage, dice| unsigned(stage, &edited(stage, dice)?)),
    ("delete an entry and rebuild", |stage, dice| unsigned(stage, &deleted(stage, dice)?)),
    ("insert an entry and rebuild", |stage, dice| unsigned(stage, &inserted(stage, dice)?)),
    ("reorder two entries and rebuild", |stage, dice| unsigned(stage, &reordered(stage, dice)?)),
    ("truncate and rebuild", |stage, dice| unsigned(stage, &truncated(stage, dice)?)),
    ("sign a rebuilt log with a key of the same name", other_key),
    ("serve another log under the right key", other_origin),
    ("roll the whole log back", roll_back),
    ("rewrite an entry and sign", |stage, dice| forked(stage, dice, edited)),
    ("delete an entry and sign", |stage, dice| forked(stage, dice, deleted)),
    ("insert an entry and sign", |stage, dice| forked(stage, dice, inserted)),
    ("reorder two entries and sign", |stage, dice| forked(stage, dice, reordered)),
    ("show one reader another log", fork_per_reader),
];

#[test]
fn every_attack_on_the_log_is_seen_from_outside() {
    let count = setting("PMH_ASSURE_SIZE", 2_000);
    let seed = setting("PMH_ATTACK_SEED", 1);
    let stage = Stage::new();
    let workers = thread::available_parallelism().map_or(1, usize::from);

    let run = |worker| {
        let mine = (0..count).skip(worker).step_by(workers);
        mine.map(|at| attack(&stage, seed, at)).sum::<u64>()
    };
    let run = &run;
    let seen: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || run(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });

    println!("{seen} of {count} attacks seen");
    assert_eq!(seen, count);
}

#[test]
fn an_honest_log_is_sound_and_extends_every_checkpoint_that_was_kept() {
    let stage = Stage::new();
    let files = Files::new(&stage.files);
    let report = stage.checker.verify(&files).unwrap();
    assert_eq!((report.size, report.tiles), (ENTRIES, 5 + 5 + 1));
    assert_eq!(report.root_hex, hex(&stage.frontier.root()));
    for (size, note) in &stage.kept {
        let report = stage.checker.verify_extends(&files, note).unwrap();
        assert_eq!(report.size, ENTRIES, "since {size}");
    }
    assert!(stage.checker.verify_extends(&files, &report.checkpoint).is_ok());
}

#[test]
fn logs_of_every_awkward_size_are_sound() {
    let signer = signer();
    let checker = Checker::new(&signer.verifier().to_string()).unwrap();
    let empty = publish(&[], &signer).0;
    let start = String::from_utf8(empty["checkpoint"].clone()).unwrap();
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537] {
        let (files, frontier) = publish(&commitments(size), &signer);
        let files = Files::new(&Arc::new(files));
        let report = checker.verify_extends(&files, &start).unwrap();
        assert_eq!((report.size, report.root_hex), (size, hex(&frontier.root())));
    }
}

#[test]
fn an_entry_is_proved_only_under_its_own_bytes_salt_and_number() {
    let stage = Stage::new();
    let files = Files::new(&stage.files);
    let prove = |entry: &[u8], salt: &[u8; 16], index| {
        stage.checker.verify_entry(&files, entry, salt, index)
    };
    let mut dice = Dice(7);
    for index in [0, 255, 256, 1_023, 1_024, 1_099] {
        let (entry, salt) = secret(index);
        assert!(prove(&entry, &salt, index).is_ok());

        let mut other = entry.clone();
        *dice.pick_mut(&mut other) ^= 1;
        check_absent(prove(&other, &salt, index));
        check_absent(prove(&entry[1..], &salt, index));

        let mut other = salt;
        *dice.pick_mut(&mut other) ^= 128;
        check_absent(prove(&entry, &other, index));
        check_absent(prove(&entry, &salt, index + 1));
        check_absent(prove(&entry, &salt, u64::MAX));
    }
}

#[test]
fn a_forged_tile_proves_no_entry() {
    let stage = Stage::new();
    let (entry, salt) = (b"forged".to_vec(), [3; 16]);
    let mut forged = stage.commitments.clone();
    forged[777] = commitment(&salt, &entry);
    let mut files = Files::new(&stage.files);
    files.replace(publish(&forged, &stage.signer).0, "checkpoint");
    check_absent(stage.checker.verify_entry(&files, &entry, &salt, 777));
}

#[test]
fn a_full_tile_stands_in_for_a_partial_one_that_was_dropped() {
    let stage = Stage::new();
    let (older, _) = publish(&stage.commitments[..300], &stage.signer);
    let mut files = Files::new(&stage.files);
    files.over.insert("checkpoint".to_owned(), older.get("checkpoint").cloned());
    for (path, bytes) in older.iter().filter(|(path, _)| path.starts_with("tile/1/")) {
        files.over.insert(path.clone(), Some(bytes.clone()));
    }
    assert_eq!(stage.checker.verify(&files).unwrap().size, 300);
}

#[test]
fn a_witness_is_believed_about_the_checkpoint_it_signed_and_no_other() {
    let stage = Stage::new();
    let witness = Witness::new("witness.example/a", &[8; 32]).unwrap();
    let checker = stage.checker.clone().with_witness(&witness.vkey()).unwrap();
    let wrong = |files: &Files| checker.verify(files).err().map(|fault| fault.wrong);

    let note = stage.note();
    let line = witness.cosign(&note, 1_795_446_000).unwrap();
    let mut files = Files::new(&stage.files);
    assert_eq!(wrong(&files), Some(Wrong::Witness));

    files.over.insert("checkpoint".to_owned(), Some(add_signature(&note, &line).unwrap().into()));
    assert_eq!(checker.verify(&files).unwrap().checkpoint_at, Some(1_795_446_000));
    assert!(stage.checker.verify(&files).is_ok());

    let (_, older) = &stage.kept[1];
    let line = witness.cosign(older, 1_795_446_000).unwrap();
    files.over.insert("checkpoint".to_owned(), Some(add_signature(&note, &line).unwrap().into()));
    assert_eq!(wrong(&files), Some(Wrong::Witness));
}

#[test]
fn a_fault_says_where() {
    let stage = Stage::new();
    let mut files = Files::new(&stage.files);
    let mut bytes = stage.files["tile/entries/003"].clone();
    bytes[34 * 5 + 2] ^= 1;
    files.over.insert("tile/entries/003".to_owned(), Some(bytes));
    let fault = stage.checker.verify(&files).unwrap_err();
    let place = (fault.wrong, fault.path.as_str(), fault.index);
    assert_eq!(place, (Wrong::Changed, "tile/0/003", Some(3 * 256 + 5)));
}

/// Performs attack number `at`; 1 when it was seen. Says which one got through.
fn attack(stage: &Stage, seed: u64, at: u64) -> u64 {
    let (name, attack) = ATTACKS[usize::try_from(at).unwrap() % ATTACKS.len()];
    let mut dice = Dice(seed.wrapping_mul(1 << 40).wrapping_add(at));
    let scene = (0..1_000).find_map(|_| attack(stage, &mut dice)).expect(name);
    let outcome = match &scene.since {
        Some(note) => stage.checker.verify_extends(&scene.files, note),
        None => stage.checker.verify(&scene.files),
    };
    if outcome.is_ok() {
        println!("NOT SEEN: attack {at} of seed {seed}: {name}");
    }
    u64::from(outcome.is_err())
}

fn edit_file(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let path = stage.some_path(dice);
    let mut bytes = stage.files[path].clone();
    *dice.pick_mut(&mut bytes) ^= 1 << dice.below(8);
    Some(stage.with(path, Some(bytes)))
}

fn edit_checkpoint(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let mut bytes = stage.files["checkpoint"].clone();
    *dice.pick_mut(&mut bytes) ^= 1 << dice.below(8);
    Some(stage.with("checkpoint", Some(bytes)))
}

fn delete_file(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    Some(stage.with(stage.some_path(dice), None))
}

fn cut_file(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let path = stage.some_path(dice);
    let mut bytes = stage.files[path].clone();
    bytes.truncate(dice.index(bytes.len()));
    Some(stage.with(path, Some(bytes)))
}

fn lengthen_file(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let path = stage.some_path(dice);
    let more = [1, 32, 34][dice.index(3)];
    let mut bytes = stage.files[path].clone();
    bytes.extend(vec![u8::try_from(dice.below(256)).unwrap(); more]);
    Some(stage.with(path, Some(bytes)))
}

fn swap_files(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let (one, other) = (stage.some_path(dice), stage.some_path(dice));
    if one == other {
        return None;
    }
    let mut scene = stage.with(one, Some(stage.files[other].clone()));
    scene.files.over.insert(other.to_owned(), Some(stage.files[one].clone()));
    Some(scene)
}

fn reorder_in_bundles(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let changed = reordered(stage, dice)?;
    let mut scene = stage.scene();
    for (index, chunk) in changed.chunks(256).enumerate() {
        let path = TilePath::of(TileKind::Entries, index as u64, ENTRIES)?;
        scene.files.over.insert(path.to_string(), Some(encode_entries(chunk)));
    }
    Some(scene)
}

fn other_key(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let impostor = Signer::from_seed(ORIGIN, &[u8::try_from(dice.below(256)).ok()?; 32]).ok()?;
    if impostor.verifier() == stage.signer.verifier() {
        return None;
    }
    Some(stage.replaced(publish(&edited(stage, dice)?, &impostor).0, None))
}

fn other_origin(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let (mut files, frontier) = publish(&edited(stage, dice)?, &stage.signer);
    let origin = format!("{ORIGIN}{}", dice.below(10));
    let head = Checkpoint { origin, size: frontier.size(), root: frontier.root() };
    files.insert("checkpoint".to_owned(), stage.signer.sign_checkpoint(&head).into());
    Some(stage.replaced(files, None))
}

fn roll_back(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let (size, note) = &stage.kept[dice.index(stage.kept.len())];
    let shorter = &stage.commitments[..dice.index(*size)];
    Some(stage.replaced(publish(shorter, &stage.signer).0, Some(note.clone())))
}

/// The reader of a checkpoint of the true log is served a log that differs before it.
fn forked(
    stage: &Stage,
    dice: &mut Dice,
    change: fn(&Stage, &mut Dice) -> Option<Vec<Hash>>,
) -> Option<Scene> {
    let changed = change(stage, dice)?;
    let (size, note) = &stage.kept[dice.index(stage.kept.len())];
    let differs = changed.get(..*size) != stage.commitments.get(..*size);
    differs.then(|| stage.replaced(publish(&changed, &stage.signer).0, Some(note.clone())))
}

/// The reader of a forked checkpoint is served the true log.
fn fork_per_reader(stage: &Stage, dice: &mut Dice) -> Option<Scene> {
    let mut changed = edited(stage, dice)?;
    let size = dice.index(changed.len()) + 1;
    changed.truncate(size);
    if changed == stage.commitments[..size] {
        return None;
    }
    let note = String::from_utf8(publish(&changed, &stage.signer).0.remove("checkpoint")?).ok()?;
    Some(Scene { since: Some(note), ..stage.scene() })
}

/// A rebuilt log under the checkpoint that was signed.
fn unsigned(stage: &Stage, changed: &[Hash]) -> Option<Scene> {
    let mut files = publish(changed, &stage.signer).0;
    files.insert("checkpoint".to_owned(), stage.files["checkpoint"].clone());
    Some(stage.replaced(files, None))
}

fn edited(stage: &Stage, dice: &mut Dice) -> Option<Vec<Hash>> {
    let mut changed = stage.commitments.clone();
    dice.pick_mut(&mut changed)[3] ^= 1 << dice.below(8);
    Some(changed)
}

fn deleted(stage: &Stage, dice: &mut Dice) -> Option<Vec<Hash>> {
    let mut changed = stage.commitments.clone();
    changed.remove(dice.index(changed.len()));
    Some(changed)
}

fn inserted(stage: &Stage, dice: &mut Dice) -> Option<Vec<Hash>> {
    let mut changed = stage.commitments.clone();
    let copy = changed[dice.index(changed.len())];
    changed.insert(dice.index(changed.len()), copy);
    Some(changed)
}

fn reordered(stage: &Stage, dice: &mut Dice) -> Option<Vec<Hash>> {
    let mut changed = stage.commitments.clone();
    let (one, other) = (dice.index(changed.len()), dice.index(changed.len()));
    changed.swap(one, other);
    (one != other).then_some(changed)
}

fn truncated(stage: &Stage, dice: &mut Dice) -> Option<Vec<Hash>> {
    Some(stage.commitments[..dice.index(stage.commitments.len())].to_vec())
}

/// An honest log, and the checkpoints that readers kept of it.
struct Stage {
    signer: Signer,
    checker: Checker,
    commitments: Vec<Hash>,
    files: Arc<Paths>,
    paths: Vec<String>,
    frontier: Frontier,
    kept: Vec<(usize, String)>,
}

/// What a victim is served, and the checkpoint it kept.
struct Scene {
    files: Files,
    since: Option<String>,
}

/// Files over other files; None is a deleted one.
struct Files {
    base: Arc<Paths>,
    over: BTreeMap<String, Option<Vec<u8>>>,
}

impl Stage {
    fn new() -> Self {
        let signer = signer();
        let commitments = commitments(ENTRIES);
        let (files, frontier) = publish(&commitments, &signer);
        let keep = |size: usize| {
            let mut files = publish(&commitments[..size], &signer).0;
            (size, String::from_utf8(files.remove("checkpoint").unwrap()).unwrap())
        };
        Self {
            checker: Checker::new(&signer.verifier().to_string()).unwrap(),
            kept: KEPT.map(keep).to_vec(),
            paths: files.keys().cloned().collect(),
            signer,
            commitments,
            files: Arc::new(files),
            frontier,
        }
    }

    fn note(&self) -> String {
        String::from_utf8(self.files["checkpoint"].clone()).unwrap()
    }

    fn some_path(&self, dice: &mut Dice) -> &str {
        &self.paths[dice.index(self.paths.len())]
    }

    fn scene(&self) -> Scene {
        Scene { files: Files::new(&self.files), since: None }
    }

    fn with(&self, path: &str, bytes: Option<Vec<u8>>) -> Scene {
        let mut scene = self.scene();
        scene.files.over.insert(path.to_owned(), bytes);
        scene
    }

    fn replaced(&self, files: Paths, since: Option<String>) -> Scene {
        let mut scene = Scene { since, ..self.scene() };
        scene.files.replace(files, "");
        scene
    }
}

impl Files {
    fn new(base: &Arc<Paths>) -> Self {
        Self { base: Arc::clone(base), over: BTreeMap::new() }
    }

    /// All files become these, except `but`.
    fn replace(&mut self, files: Paths, but: &str) {
        let gone = self.base.keys().map(|path| (path.clone(), None));
        let new = files.into_iter().map(|(path, bytes)| (path, Some(bytes)));
        self.over = gone.chain(new).filter(|(path, _)| path != but).collect();
    }
}

impl Fetch for Files {
    fn get(&self, path: &str) -> Result<Vec<u8>, String> {
        let bytes = self.over.get(path).cloned().unwrap_or_else(|| self.base.get(path).cloned());
        bytes.ok_or_else(|| "not found".to_owned())
    }
}

/// The files of a log of these commitments, as the writer makes them.
fn publish(commitments: &[Hash], signer: &Signer) -> (Paths, Frontier) {
    let mut frontier = Frontier::new();
    let mut files = BTreeMap::new();
    let mut put = |kind, index, bytes| {
        let path = TilePath::of(kind, index, commitments.len() as u64).unwrap();
        files.insert(path.to_string(), bytes);
    };
    for tile in frontier.append_commitments(commitments) {
        put(TileKind::Hashes(tile.level), tile.index, tile.hashes);
    }
    for (index, chunk) in commitments.chunks(256).enumerate() {
        put(TileKind::Entries, index as u64, encode_entries(chunk));
    }
    for level in (0..8).filter(|&level| !frontier.partial(level).is_empty()) {
        let index = frontier.size() >> (8 * (u32::from(level) + 1));
        put(TileKind::Hashes(level), index, join_hashes(frontier.partial(level)));
    }
    let (size, root) = (frontier.size(), frontier.root());
    let head = Checkpoint { origin: ORIGIN.to_owned(), size, root };
    files.insert("checkpoint".to_owned(), signer.sign_checkpoint(&head).into());
    (files, frontier)
}

fn commitments(count: u64) -> Vec<Hash> {
    (0..count).map(secret).map(|(entry, salt)| commitment(&salt, &entry)).collect()
}

/// A synthetic entry with its salt.
fn secret(number: u64) -> (Vec<u8>, [u8; 16]) {
    let mut dice = Dice(number);
    let salt = [(); 16].map(|()| u8::try_from(dice.below(256)).unwrap());
    (format!("\u{1}entry {number}").into_bytes(), salt)
}

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[5; 32]).unwrap()
}

#[track_caller]
fn check_absent(outcome: Result<Report, Fault>) {
    assert_eq!(outcome.map_err(|fault| fault.wrong), Err(Wrong::NotIncluded));
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A small repeatable source of numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    fn pick_mut<'a, T>(&mut self, items: &'a mut [T]) -> &'a mut T {
        let at = self.index(items.len());
        &mut items[at]
    }
}
