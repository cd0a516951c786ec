//! The officer's pages: tasks with their errors, held links, scheme master.

pub mod immunization;
pub mod view;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::name::Verdict;
use domain::person::FiveAttributes;
use hub::{HeldView, Refusal, TaskKind};
use store::task::{RecordResult, ResultRow, Task};

use crate::answer::{page as answer, refused_page, see};
use crate::asked::{Named, Sent};
use crate::caller::{OfficerSession, SignedIn, frame, same, stale_form};
use crate::look::part::Tone;
use crate::look::picture::Slice;
use crate::{App, words};

/// Findings of one page.
const FINDINGS: u32 = 200;
/// A case that waits longer than this is overdue, in days.
const OVERDUE_DAYS: i64 = 3;

pub(crate) async fn office(app: &App, me: &SignedIn) -> Result<view::Office, Refusal> {
    let held = hub::held_count(&app.hub, &me.caller).await?;
    let code = me.caller.organisation.clone();
    let name = hub::municipality_name(&app.hub, &code).await?;
    Ok(view::Office { name, held: held.cast_unsigned() })
}

pub(crate) async fn tasks(OfficerSession(me): OfficerSession, State(app): State<App>) -> Response {
    let loaded =
        async { Ok((office(&app, &me).await?, hub::list_tasks(&app.hub, &me.caller, 100).await?)) };
    match loaded.await {
        Ok((office, tasks)) => {
            let tasks: Vec<view::Task> = tasks.iter().map(task_view).collect();
            let frame = frame(&app, &me, "");
            answer(StatusCode::OK, view::tasks(&frame, &office, &tasks))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

fn task_view(of: &Task) -> view::Task {
    view::Task {
        id: of.name.clone(),
        at: of.received_at.for_people(),
        kind: match TaskKind::from_code(of.kind) {
            Some(TaskKind::MedicalSubsidy) => "受給者証の登録",
            Some(TaskKind::MunicipalCheckup) => "検診対象者の登録",
            Some(TaskKind::Relations) => "親子関係の登録",
            Some(TaskKind::Immunization) => "予防接種対象者の登録",
            None => "登録",
        }
        .to_owned(),
        accepted: u64::from(of.accepted),
        refused: u64::from(of.refused),
        held: u64::from(of.held),
        total: u64::from(of.total),
        state: match (of.finished_at, of.done) {
            (Some(_), _) => view::TaskState::Done,
            (None, 0) => view::TaskState::Waiting,
            (None, _) => view::TaskState::Running,
        },
    }
}

pub(crate) async fn task(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Named(name): Named,
) -> Response {
    let loaded = async {
        let office = office(&app, &me).await?;
        Ok((office, hub::read_task(&app.hub, &me.caller, &name, 0, FINDINGS).await?))
    };
    match loaded.await {
        Ok((office, (task, rows))) => {
            let detail = detail(&task, &rows);
            answer(StatusCode::OK, view::task(&frame(&app, &me, ""), &office, &detail))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

fn detail(task: &Task, rows: &[ResultRow]) -> view::TaskDetail {
    let errors: Vec<view::RecordError> = rows.iter().flat_map(errors_of).collect();
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for error in &errors {
        *codes.entry(&error.code).or_default() += 1;
    }
    let mut codes: Vec<Slice> = codes
        .into_iter()
        .map(|(code, count)| Slice { label: code.to_owned(), count, tone: Tone::Stop })
        .collect();
    codes.sort_by_key(|slice| std::cmp::Reverse(slice.count));
    let shown = rows.len() as u64;
    let all = u64::from(task.refused + task.held + task.warned);
    view::TaskDetail { task: task_view(task), codes, errors, more: all.saturating_sub(shown) }
}

#[derive(serde::Deserialize)]
struct Finding {
    item: String,
    code: String,
    ja: String,
}

/// The first sentence says what is wrong, the rest what to do.
fn errors_of(row: &ResultRow) -> Vec<view::RecordError> {
    let findings: Vec<Finding> = serde_json::from_str(&row.findings).unwrap_or_default();
    findings
        .into_iter()
        .map(|finding| {
            let end = finding.ja.find('。').map_or(finding.ja.len(), |at| at + '。'.len_utf8());
            let (sentence, advice) = finding.ja.split_at(end);
            view::RecordError {
                row: u64::from(row.position) + 1,
                item: finding.item,
                code: finding.code,
                sentence: sentence.to_owned(),
                advice: advice.to_owned(),
                refused: row.result == RecordResult::Refused,
            }
        })
        .collect()
}

pub(crate) async fn links(OfficerSession(me): OfficerSession, State(app): State<App>) -> Response {
    let loaded =
        async { Ok((office(&app, &me).await?, hub::list_held(&app.hub, &me.caller).await?)) };
    match loaded.await {
        Ok((office, cases)) => {
            let links: Vec<view::HeldLink> =
                cases.iter().map(|case| held_link(&app, &office, case)).collect();
            answer(StatusCode::OK, view::links(&frame(&app, &me, ""), &office, &links))
        }
        Err(refusal) => refused_page(&refusal),
    }
}

fn held_link(app: &App, office: &view::Office, case: &HeldView) -> view::HeldLink {
    let days = (app.hub.now().seconds() - case.since.seconds()) / 86_400;
    view::HeldLink {
        id: case.id.clone(),
        source: match case.identifier {
            "card" => "マイナンバーカード",
            "insured-number" => "保険者の資格情報",
            "municipal-key" => "同じ個人番号での登録",
            _ => "個人番号での登録",
        }
        .to_owned(),
        owner: office.name.clone(),
        age: if days == 0 { "今日".to_owned() } else { format!("{days}日") },
        overdue: days >= OVERDUE_DAYS,
        attributes: compared(app, case),
    }
}

fn compared(app: &App, case: &HeldView) -> Vec<view::Compared> {
    let texts = |five: &FiveAttributes| {
        [
            five.name.clone(),
            five.kana.clone(),
            words::birth(&app.hub, five.birth),
            words::sex(five.sex).to_owned(),
            five.address.clone(),
        ]
    };
    let other = texts(&case.incoming);
    let registered = case.candidate.as_ref().map(texts);
    let verdicts = [
        case.agreement.name,
        case.agreement.kana,
        case.agreement.birth,
        case.agreement.sex,
        case.agreement.address,
    ];
    let labels = ["氏名", "カナ氏名", "生年月日", "性別", "住所"];
    labels
        .iter()
        .enumerate()
        .map(|(at, label)| view::Compared {
            label: (*label).to_owned(),
            registered: match &registered {
                Some(texts) => texts[at].clone(),
                None => "（ほかの自治体・保険者の登録のため表示しません）".to_owned(),
            },
            other: other[at].clone(),
            agrees: verdicts[at] == Verdict::Agrees,
            remark: match verdicts[at] {
                Verdict::Undecidable => "比べられません（外字・不詳など）".to_owned(),
                _ => String::new(),
            },
        })
        .collect()
}

#[derive(serde::Deserialize)]
pub(crate) struct Decision {
    #[serde(default)]
    csrf: String,
    decision: String,
    #[serde(default)]
    checked: String,
}

pub(crate) async fn decide(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
    Named(id): Named,
    Sent(form): Sent<Decision>,
) -> Response {
    let same_person = match form.decision.as_str() {
        "confirm" => true,
        "reject" => false,
        _ => return stale_form(),
    };
    if !same(&me.csrf, &form.csrf) || form.checked != "yes" {
        return stale_form();
    }
    match hub::decide_held(&app.hub, &me.caller, &id, same_person).await {
        Ok(()) => see("/municipality/links"),
        Err(refusal) => refused_page(&refusal),
    }
}

pub(crate) async fn schemes(
    OfficerSession(me): OfficerSession,
    State(app): State<App>,
) -> Response {
    let loaded =
        async { Ok((office(&app, &me).await?, hub::read_schemes(&app.hub, &me.caller).await?)) };
    match loaded.await {
        Ok((office, schemes)) => {
            let rows: Vec<view::SchemeRow> = schemes
                .iter()
                .map(|scheme| view::SchemeRow {
                    type_id: scheme.type_id.clone(),
                    name: scheme.name.clone(),
                    kind: String::new(),
                    payer_number: scheme.payer_numbers.join("、"),
                    valid: String::new(),
                    certificates: 0,
                })
                .collect();
            answer(StatusCode::OK, view::schemes(&frame(&app, &me, ""), &office, &rows))
        }
        Err(refusal) => refused_page(&refusal),
    }
}
