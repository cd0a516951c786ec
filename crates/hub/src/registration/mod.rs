//! A municipality registers: the task is kept at once and done in the background.

mod checkup;
mod findings;
mod immunization;
mod listing;
mod relation;
mod subsidy;

use std::sync::Arc;

use domain::access::{Basis, Caller, Purpose, Request, Role};
use domain::finding::Finding;
use domain::instant::Instant;
use domain::scheme::Scheme;
use fhir::Kind as Record;
use store::record::New;
use store::task::{Accepted, NewTask, RecordResult, Task};
use store::{StoreError, Tx};

use crate::intake;
use crate::refusal::{Kind, Refusal};
use crate::{Hub, municipality};

use findings::write as write_findings;

/// The longest idempotency key, in bytes.
const IDEMPOTENCY_MAX: usize = 200;

/// What is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// 医療費助成対象者, `postRegistrationTasks`.
    MedicalSubsidy,
    /// 自治体検診対象者, `postMunicipalCheckupRegistrationTasks`.
    MunicipalCheckup,
    /// Guardians and children (ours).
    Relations,
    /// 予防接種対象者 and their past doses (ours).
    Immunization,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::MedicalSubsidy, Self::MunicipalCheckup, Self::Relations, Self::Immunization];

    /// The number under which tasks are stored.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::MedicalSubsidy => 1,
            Self::MunicipalCheckup => 2,
            Self::Relations => 3,
            Self::Immunization => 4,
        }
    }

    /// From [`TaskKind::code`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MedicalSubsidy => "medical-subsidy",
            Self::MunicipalCheckup => "municipal-checkup",
            Self::Relations => "relations",
            Self::Immunization => "immunization",
        }
    }
}

/// Keeps a registration: durable when this returns. Its records are judged one by one afterwards.
///
/// # Errors
/// What is wrong with the body as a whole: it does not read, is no array, is over a limit; the same
/// idempotency key with another body.
pub async fn accept_registration(
    hub: &Hub,
    caller: &Caller,
    kind: TaskKind,
    body: Vec<u8>,
    idempotency_key: Option<&str>,
) -> Result<Task, Refusal> {
    if caller.role != Role::MunicipalitySystem {
        return Err(Refusal::not_found());
    }
    let (body, total) = check_aside(hub, body).await?;
    let key = idempotency_key.map(checked_key).transpose()?;
    let (name, at, caller) = (hub.name(), hub.now(), caller.clone());
    let accepted = hub.store.write(move |tx| {
        tx.accept_task(&NewTask {
            name: &name,
            kind: kind.code(),
            municipality: &caller.organisation,
            client: &caller.actor,
            at,
            total,
            body: &body,
            idempotency_key: key.as_deref(),
        })
    });
    let accepted: Result<Accepted, StoreError> = accepted.await;
    match accepted? {
        Accepted::New(task) => {
            hub.bell.notify_one();
            Ok(task)
        }
        Accepted::Known(task) => Ok(task),
        Accepted::OtherBody => Err(Refusal::new(
            Kind::Conflict,
            "idempotency-key-reused",
            "同じIdempotency-Keyが別の内容で使われています。新しい送信には新しいキーを付けてください。",
            "This Idempotency-Key was used with another body; give a new request a new key.",
        )),
    }
}

/// Reads the body on a thread of its own, a few at a time: 16 MiB of JSON would hold up everybody
/// who shares the thread, and their trees the memory.
async fn check_aside(hub: &Hub, body: Vec<u8>) -> Result<(Vec<u8>, u32), Refusal> {
    let _turn = hub.readings.acquire().await.map_err(|_| StoreError::Closed)?;
    let checked =
        tokio::task::spawn_blocking(move || checked_body(&body).map(|total| (body, total)));
    checked.await.map_err(|_| StoreError::Closed)?
}

fn checked_body(body: &[u8]) -> Result<u32, Refusal> {
    if body.len() > intake::limits::BODY_BYTES {
        return Err(too_large());
    }
    let tree = intake::read(body)
        .map_err(|finding| Refusal { kind: Kind::Malformed, ..finding.into() })?;
    let count = intake::check_body(&tree).map_err(|finding| match finding.code {
        "too-many-records" => Refusal { kind: Kind::TooLarge, ..finding.into() },
        _ => Refusal::from(finding),
    })?;
    u32::try_from(count).map_err(|_| too_large())
}

/// The refusal of a body over the limit; it names both limits.
#[must_use]
pub fn too_large() -> Refusal {
    let (records, bytes) = (intake::limits::BATCH_RECORDS, intake::limits::BODY_BYTES >> 20);
    Refusal::new(
        Kind::TooLarge,
        "body-too-large",
        format!("1回に送れるのは{records}件、{bytes}MiBまでです。分けて送ってください。"),
        format!("Send at most {records} records and {bytes} MiB at once."),
    )
}

fn checked_key(key: &str) -> Result<String, Refusal> {
    let fits =
        (1..=IDEMPOTENCY_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| key.to_owned()).ok_or_else(|| {
        Refusal::new(
            Kind::Invalid,
            "idempotency-key",
            "Idempotency-Keyは1〜200文字の半角英数記号にしてください。",
            "An Idempotency-Key has 1 to 200 visible ASCII characters.",
        )
    })
}

/// One record, prepared outside of the writer.
pub(crate) enum Prepared {
    /// Nothing of it is taken.
    Refused(Vec<Finding>),
    /// To be registered.
    Ready(Box<dyn Deed>, Vec<Finding>),
}

impl Prepared {
    /// What is to be done with a record that reads, with its warnings; or why nothing is.
    fn of<T, D: Deed + 'static>(
        record: Result<T, Vec<Finding>>,
        ready: impl FnOnce(T) -> Result<(D, Vec<Finding>), Finding>,
    ) -> Self {
        match record.map(ready) {
            Ok(Ok((deed, warnings))) => Self::Ready(Box::new(deed), warnings),
            Ok(Err(finding)) => Self::Refused(vec![finding]),
            Err(findings) => Self::Refused(findings),
        }
    }
}

/// What a prepared record does in the writer.
pub(crate) trait Deed: Send + Sync {
    /// Does it; a refusal leaves nothing of the record behind.
    fn apply(&self, tx: &mut Tx<'_>, context: &Context) -> Result<Applied, StoreError>;
}

/// What became of a record in the writer.
pub(crate) enum Applied {
    /// In force.
    Accepted,
    /// Accepted, with something to look at.
    Remarked(Finding),
    /// Recorded under a provisional resident; the case that waits.
    Held(String),
    /// Refused for what the store knows.
    Refused(Finding),
}

/// What the records of one task share.
pub(crate) struct Context {
    pub hub: Arc<Hub>,
    pub municipality: String,
    pub client: String,
    pub schemes: Vec<Scheme>,
}

impl Context {
    /// What the task needs from the catalogue.
    pub(crate) async fn of(hub: &Arc<Hub>, task: &Task) -> Result<Self, Refusal> {
        let schemes = municipality::schemes_of(hub, &task.municipality).await?;
        let (municipality, client) = (task.municipality.clone(), task.client.clone());
        Ok(Self { hub: Arc::clone(hub), municipality, client, schemes })
    }

    pub(crate) fn request(&self) -> Request {
        let caller = Caller {
            role: Role::MunicipalitySystem,
            organisation: self.municipality.clone(),
            actor: self.client.clone(),
            terminal: String::new(),
            resident: None,
        };
        self.hub.request(&caller, Purpose::Registration, Basis::MunicipalTask)
    }

    /// What the municipality keeps of a person on one of its lists.
    fn listed<'c>(&'c self, kind: Record, item: &'c str, at: Instant) -> New<'c> {
        New {
            kind,
            key: &self.municipality,
            item,
            hidden: false,
            custodian: &self.municipality,
            author: &self.client,
            at,
        }
    }
}

/// Judges every record of a body by itself, in the order sent.
pub(crate) fn prepare(
    context: &Context,
    kind: TaskKind,
    body: &[u8],
) -> Result<Vec<intake_records::Parsed>, Finding> {
    intake_records::parse(context, kind, body)
}

/// The parsed records of each kind, one step before the vault and the name keys.
pub(crate) mod intake_records {
    use domain::finding::Finding;

    use super::{Context, Prepared, TaskKind, checkup, immunization, relation, subsidy};
    use crate::intake;

    /// One record as it was read.
    pub(crate) enum Parsed {
        /// 医療費助成.
        Subsidy(Box<intake::subsidy::Record>),
        /// 自治体検診.
        Checkup(intake::checkup::Record),
        /// Guardians.
        Relation(intake::relation::Record),
        /// 予防接種.
        Immunization(Box<intake::immunization::Record>),
    }

    pub(super) fn parse(
        context: &Context,
        kind: TaskKind,
        body: &[u8],
    ) -> Result<Vec<Parsed>, Finding> {
        let tree = intake::read(body)?;
        Ok(match kind {
            TaskKind::MedicalSubsidy => subsidy::parse(context, &tree)?,
            TaskKind::MunicipalCheckup => checkup::parse(&tree)?,
            TaskKind::Relations => relation::parse(&tree)?,
            TaskKind::Immunization => immunization::parse(context, &tree)?,
        })
    }

    impl Parsed {
        /// Computes keys and claims: the dear part that the writer need not do.
        pub(crate) fn prepare(self, context: &Context) -> Prepared {
            match self {
                Self::Subsidy(record) => subsidy::prepare(context, *record),
                Self::Checkup(record) => checkup::prepare(context, record),
                Self::Relation(record) => relation::prepare(context, record),
                Self::Immunization(record) => immunization::prepare(context, *record),
            }
        }
    }
}

/// The outcome of a record, as it is counted and kept.
pub(crate) fn outcome(
    position: u32,
    result: RecordResult,
    findings: &[Finding],
) -> (RecordResult, Option<String>) {
    let findings = (!findings.is_empty()).then(|| write_findings(position, findings));
    (result, findings)
}

/// Accepted: what is to be ended is not there, so there is nothing to do.
pub(crate) fn nothing_to_end() -> Applied {
    Applied::Remarked(Finding::warn(
        "nothing-to-end",
        "",
        "終了・削除する対象が登録されていません。何も変更していません。番号とキーを確かめてください。",
        "What this record ends is not registered; nothing was changed. Check the numbers and keys.",
    ))
}
