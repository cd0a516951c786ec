//! What a municipality reads: its tasks, its scheme master, its feed.

use domain::access::{Caller, Role};
use domain::scheme::Scheme;
use store::StoreError;
use store::feed::Change;
use store::task::{ResultRow, Task};

use crate::refusal::{Kind, Refusal};
use crate::{Hub, intake};

fn of_municipality(caller: &Caller) -> Result<String, Refusal> {
    match caller.role {
        Role::MunicipalitySystem | Role::Officer => Ok(caller.organisation.clone()),
        _ => Err(Refusal::not_found()),
    }
}

/// A task with the results of records that have findings, from `from` on.
///
/// # Errors
/// [`Kind::NotFound`] for another municipality's task: the two look alike.
pub async fn read_task(
    hub: &Hub,
    caller: &Caller,
    name: &str,
    from: u32,
    limit: u32,
) -> Result<(Task, Vec<ResultRow>), Refusal> {
    let (municipality, name) = (of_municipality(caller)?, name.to_owned());
    let found = hub.store.read(move |tx| {
        let task = tx.task(&municipality, &name)?.ok_or_else(Refusal::not_found)?;
        let results = tx.task_results(&task, from, limit)?;
        Ok((task, results))
    });
    found.await
}

/// The newest tasks.
///
/// # Errors
/// [`Kind::NotFound`] for callers of no municipality.
pub async fn list_tasks(hub: &Hub, caller: &Caller, limit: u32) -> Result<Vec<Task>, Refusal> {
    let municipality = of_municipality(caller)?;
    let tasks = hub.store.read(move |tx| tx.tasks(&municipality, limit)).await;
    tasks.map_err(|error: StoreError| error.into())
}

/// Replaces the scheme master (制度マスタ) of the caller's municipality. An empty one replaces what
/// is there only if `all` says that this is meant.
///
/// # Errors
/// All that is wrong with it; nothing of it is taken then.
pub async fn put_schemes(
    hub: &Hub,
    caller: &Caller,
    body: &[u8],
    all: bool,
) -> Result<Vec<Scheme>, Refusal> {
    let municipality = of_municipality(caller)?;
    if caller.role != Role::MunicipalitySystem {
        return Err(Refusal::not_found());
    }
    let tree = intake::read(body)
        .map_err(|finding| Refusal { kind: Kind::Malformed, ..finding.into() })?;
    let schemes = intake::schemes::parse(&tree, &hub.book.numbers).map_err(Refusal::from)?;
    if schemes.is_empty() && !all && !schemes_of(hub, &municipality).await?.is_empty() {
        return Err(would_be_empty());
    }
    keep_schemes(hub, &municipality, &schemes).await?;
    Ok(schemes)
}

fn would_be_empty() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "master-would-be-empty",
        "空の配列を送ると、登録済みの制度マスタがすべてなくなります。そのつもりなら ?replace=all を付けて送り直してください。",
        "An empty array would take away the whole scheme master; if you mean it, send it again with \
         ?replace=all.",
    )
}

/// Keeps a scheme master.
///
/// # Errors
/// When the store fails.
pub async fn keep_schemes(
    hub: &Hub,
    municipality: &str,
    schemes: &[Scheme],
) -> Result<(), Refusal> {
    let rows: Vec<(String, Vec<u8>)> = schemes
        .iter()
        .map(|scheme| {
            (scheme.type_id.clone(), intake::schemes::write(std::slice::from_ref(scheme)))
        })
        .collect();
    let municipality = municipality.to_owned();
    let kept = hub.store.write(move |tx| tx.put_schemes(&municipality, &rows)).await;
    kept.map_err(|error: StoreError| error.into())
}

/// The scheme master of the caller's municipality.
///
/// # Errors
/// [`Kind::NotFound`] for callers of no municipality.
pub async fn read_schemes(hub: &Hub, caller: &Caller) -> Result<Vec<Scheme>, Refusal> {
    schemes_of(hub, &of_municipality(caller)?).await
}

pub(crate) async fn schemes_of(hub: &Hub, municipality: &str) -> Result<Vec<Scheme>, Refusal> {
    let municipality = municipality.to_owned();
    let rows = hub.store.read(move |tx| tx.schemes(&municipality)).await;
    let rows = rows.map_err(|error: StoreError| Refusal::from(error))?;
    let mut schemes = Vec::new();
    for (_, body) in rows {
        let tree = intake::read(&body)?;
        schemes.extend(
            intake::schemes::parse(&tree, &hub.book.numbers).map_err(|_| corrupt_scheme())?,
        );
    }
    Ok(schemes)
}

fn corrupt_scheme() -> Refusal {
    StoreError::Corrupt { table: "scheme", reason: "a kept scheme does not read".into() }.into()
}

/// The changes for the caller's municipality after a cursor.
///
/// # Errors
/// [`Kind::NotFound`] for callers of no municipality; `cursor-unknown` for one that this feed never
/// gave.
pub async fn read_feed(
    hub: &Hub,
    caller: &Caller,
    after: i64,
    limit: u32,
) -> Result<Vec<Change>, Refusal> {
    let municipality = of_municipality(caller)?;
    let changes = hub.store.read(move |tx| {
        if !(0..=tx.feed_end(&municipality)?).contains(&after) {
            return Err(cursor_unknown());
        }
        Ok(tx.changes(&municipality, after, limit)?)
    });
    changes.await
}

fn cursor_unknown() -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "cursor-unknown",
        "このafterは、この自治体のフィードにない位置です。前回のnextを付けるか、省いて最初から読んでください。",
        "Your feed has no such position; send `next` of the answer before, or leave `after` out to \
         begin anew.",
    );
    Refusal { at: "after".into(), ..refusal }
}

/// The name of a municipality, for people; its code if it is not in the catalogue.
///
/// # Errors
/// When the store fails.
pub async fn municipality_name(hub: &Hub, code: &str) -> Result<String, Refusal> {
    let code = code.to_owned();
    let name = hub.store.read(move |tx| tx.municipality_name(&code)).await;
    name.map_err(|error: StoreError| error.into())
}
