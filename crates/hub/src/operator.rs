//! What the operator and the public see: counts and the audit log, no records.

use store::catalogue::Counts;
use store::log::TilePath;
use store::{CheckpointNote, LogFile, StoreError, Tx};

use crate::Hub;
use crate::credential::revocation::CrlStatus;
use crate::refusal::Refusal;

/// How much there is.
///
/// # Errors
/// When the store fails.
pub async fn counts(hub: &Hub) -> Result<Counts, Refusal> {
    let counts = hub.store.read(count).await;
    counts.map_err(|error: StoreError| error.into())
}

/// Size of the audit log and its last signed checkpoint.
///
/// # Errors
/// When the store fails.
pub async fn log_state(hub: &Hub) -> Result<(u64, Option<CheckpointNote>), Refusal> {
    let state = hub.store.read(state).await;
    state.map_err(|error: StoreError| error.into())
}

/// A checkpoint over everything that is committed; [`crate::Kind::NotFound`] for an empty log.
///
/// # Errors
/// When the store fails.
pub async fn log_checkpoint(hub: &Hub) -> Result<String, Refusal> {
    hub.store.sign().await?;
    let (_, checkpoint) = log_state(hub).await?;
    checkpoint.map(|checkpoint| checkpoint.note).ok_or_else(Refusal::not_found)
}

/// A tile or entry bundle of the audit log, if its signed size has it.
///
/// # Errors
/// When the store fails.
pub async fn log_tile(hub: &Hub, path: &TilePath) -> Result<Option<LogFile>, Refusal> {
    let path = *path;
    let file = hub.store.read(move |tx| tx.log_tile(&path)).await;
    file.map_err(|error: StoreError| error.into())
}

/// What keeps cards from being taken, each with what to do; empty if all is well.
#[must_use]
pub fn card_alarms(hub: &Hub) -> Vec<String> {
    let lists = hub.trust.revocation_lists();
    if lists.is_empty() {
        let nothing = "失効リストがありません。カードはすべて断られます。リストを入れてください。";
        return vec![nothing.to_owned()];
    }
    let out = lists.iter().filter(|list| list.next_update <= hub.now());
    let alarm = |list: &CrlStatus| {
        format!(
            "失効リストの期限が{}に切れました(発行者 {})。この発行者のカードはすべて断られます。\
             新しいリストを入れてください。",
            list.next_update.for_people(),
            list.generation
        )
    };
    out.map(alarm).collect()
}

/// Registrations that the store cannot do, each with what to do; empty if all is well.
#[must_use]
pub fn task_alarms(hub: &Hub) -> Vec<String> {
    hub.stuck.alarms()
}

fn count(tx: &mut Tx<'_>) -> Result<Counts, StoreError> {
    tx.counts()
}

fn state(tx: &mut Tx<'_>) -> Result<(u64, Option<CheckpointNote>), StoreError> {
    tx.log_state()
}
