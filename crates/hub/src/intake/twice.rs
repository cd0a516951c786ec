//! The same key twice in one batch: the last one wins, and the others are told (ours).

use std::collections::HashMap;
use std::hash::Hash;

use domain::finding::Finding;

/// The positions whose key stands again later, each with the warning to add. A refused record has
/// no key: it neither wins nor loses.
pub(super) fn superseded<K: Eq + Hash>(
    keys: impl DoubleEndedIterator<Item = Option<K>> + ExactSizeIterator,
) -> Vec<(usize, Finding)> {
    let mut last: HashMap<K, usize> = HashMap::with_capacity(keys.len());
    let mut found = Vec::new();
    for (index, key) in keys.enumerate().rev() {
        let Some(key) = key else { continue };
        if let Some(&winner) = last.get(&key) {
            found.push((index, superseded_by(winner)));
        } else {
            last.insert(key, index);
        }
    }
    found.reverse();
    found
}

/// `superseded-in-batch`; `winner` counts from 0.
fn superseded_by(winner: usize) -> Finding {
    Finding::warn(
        "superseded-in-batch",
        "",
        format!(
            "同じキーのレコードが後ろ(配列の{winner}番目、0から数える)にあり、後から処理します。\
             そのレコードの結果を確かめ、次からは1件だけ送ってください。"
        ),
        format!(
            "Record {winner} (from 0) has the same key and is done after this one; see its result, \
             and send it once."
        ),
    )
}
