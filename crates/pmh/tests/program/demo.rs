//! The main job, end to end: the story holds, twice, and no 個人番号 lies in the clear.

use std::path::Path;

use crate::process::{Folder, demo_once};
use pmh::demo::town::{STORY_TOWN, registration_batch, world};

#[test]
fn the_story_holds_on_a_fresh_folder_and_on_a_filled_one() {
    let folder = Folder::new("demo");
    for start in ["first", "second"] {
        let (lines, held) = demo_once(&folder.0);
        let steps: Vec<serde_json::Value> =
            lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let failed: Vec<&serde_json::Value> =
            steps.iter().filter(|step| step["held"] != true).collect();
        assert!(failed.is_empty() && held, "{start} start: {failed:#?}");
        assert!(steps.len() >= 21, "{start} start: {} steps", steps.len());
    }
    no_number_lies_in_the_clear(&folder.0);
    store_opens_for_nobody_without_keys(&folder.0);
}

/// Scans every file of the folder for every 個人番号 of the story's batch.
fn no_number_lies_in_the_clear(folder: &Path) {
    let day = std::fs::read_to_string(folder.join("demo-day")).unwrap();
    let world = world(pmh::demo::SEED, day.trim().parse().unwrap());
    let batch = registration_batch(&world, STORY_TOWN);
    let numbers: std::collections::HashSet<&[u8]> =
        batch.iter().map(|record| record.my_number.as_bytes()).collect();
    let mut scanned = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(12)
                .any(|part| part.iter().all(u8::is_ascii_digit) && numbers.contains(part));
            assert!(!found, "a 個人番号 lies in {}", path.display());
            scanned += bytes.len();
        }
    }
    assert!(scanned > 10_000_000, "only {scanned} bytes were there to scan");
}

fn store_opens_for_nobody_without_keys(folder: &Path) {
    let key = folder.join("keys").join("vault-seal");
    assert_eq!(std::fs::read(&key).unwrap().len(), 32);
    std::fs::write(&key, [0; 7]).unwrap();
    let (_, held) = demo_once(folder);
    assert!(!held, "a broken key went unnoticed");
    std::fs::remove_file(&key).unwrap();
    let (_, held) = demo_once(folder);
    assert!(!held && !key.exists(), "a lost key was made anew");
}
