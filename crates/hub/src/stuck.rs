//! Tasks that the store could not do: they are tried again after a while, others go ahead meanwhile,
//! and the operator is told.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::instant::Instant;
use store::task::Task;

/// Failures after which what is left of a task is refused, if that can be written.
const GIVE_UP: u32 = 6;
/// The longest rest between two tries, in seconds.
const REST_SECONDS_MAX: i64 = 600;

/// What is known of failing tasks since the hub started.
#[derive(Default)]
pub(crate) struct Stuck(Mutex<BTreeMap<String, Failing>>);

struct Failing {
    municipality: String,
    failures: u32,
    until: Instant,
    given_up: bool,
}

impl Stuck {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Failing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The municipalities whose oldest task rests: what they sent later waits behind it, so that an
    /// older state never replaces a newer one.
    pub(crate) fn resting(&self, now: Instant) -> Vec<String> {
        let all = self.all();
        let rests = all.values().filter(|failing| !failing.given_up && failing.until > now);
        rests.map(|failing| failing.municipality.clone()).collect()
    }

    /// Notes a failure; says whether to give up.
    pub(crate) fn failed(&self, task: &Task, now: Instant) -> bool {
        let mut all = self.all();
        let failing = all.entry(task.name.clone()).or_insert_with(|| Failing {
            municipality: task.municipality.clone(),
            failures: 0,
            until: now,
            given_up: false,
        });
        failing.failures += 1;
        let rest = 1_i64.checked_shl(failing.failures).unwrap_or(REST_SECONDS_MAX);
        failing.until = now.plus_seconds(rest.clamp(1, REST_SECONDS_MAX));
        failing.failures >= GIVE_UP
    }

    /// It was done after all.
    pub(crate) fn done(&self, task: &Task) {
        self.all().remove(&task.name);
    }

    /// What was left of it was refused; the operator sees it until the hub is started again.
    pub(crate) fn given_up(&self, task: &Task) {
        if let Some(failing) = self.all().get_mut(&task.name) {
            failing.given_up = true;
        }
    }

    /// What the operator should know and do.
    pub(crate) fn alarms(&self) -> Vec<String> {
        let all = self.all();
        let alarm = |(name, of): (&String, &Failing)| match of.given_up {
            true => format!(
                "登録タスク {name}(自治体 {})を処理できず、残りのレコードを断りました。\
                 ログで原因を確かめ、自治体に送り直しを頼んでください。",
                of.municipality
            ),
            false => format!(
                "登録タスク {name}(自治体 {})の処理が{}回失敗し、待っています。\
                 保存領域の空きとログを確かめてください。",
                of.municipality, of.failures
            ),
        };
        all.iter().map(alarm).collect()
    }
}
