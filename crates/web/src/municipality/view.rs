//! A municipality's pages: tasks and their errors, held links, schemes.
//!
//! | page or form | shows, or field | value |
//! |---|---|---|
//! | `GET /municipality` | [`tasks`] | |
//! | `GET /municipality/tasks/{id}` | [`task`] | |
//! | `GET /municipality/links` | [`links`] | |
//! | `GET /municipality/schemes` | [`schemes`] | |
//! | `POST /municipality/links/{id}` | `csrf` | [`Frame::csrf`] |
//! | | `decision` | `confirm` or `reject` |
//! | | `checked` | `yes`: the required tick |

use maud::{Markup, html};

use crate::look::part::{self, Stat, Tone};
use crate::look::picture::{self, Slice, grouped};
use crate::look::{Audience, Frame, Layout, NavLink, form, page};

/// What every page of a municipality knows.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// 「宮崎県 都城市」
    pub name: String,
    /// How many links wait for a decision; stands in the navigation.
    pub held: u64,
}

/// One registration task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Goes into the path.
    pub id: String,
    /// When it came, Japanese time.
    pub at: String,
    /// 「受給者証の登録」「検診対象者の登録」「親子関係の登録」
    pub kind: String,
    /// Records taken over.
    pub accepted: u64,
    /// Records refused.
    pub refused: u64,
    /// Records whose link of person and identifier is held.
    pub held: u64,
    /// All records of the batch.
    pub total: u64,
    /// How far it is.
    pub state: TaskState,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Every record has its result.
    Done,
}

/// A task with the result of every refused record.
#[derive(Debug, Clone)]
pub struct TaskDetail {
    /// The task.
    pub task: Task,
    /// How often each code occurred, most frequent first.
    pub codes: Vec<Slice>,
    /// What is wrong, in the order of the rows; a page of them.
    pub errors: Vec<RecordError>,
    /// How many more there are in the result file.
    pub more: u64,
}

/// One finding about one record.
#[derive(Debug, Clone)]
pub struct RecordError {
    /// The row, counted from 1.
    pub row: u64,
    /// The item, 「公費負担者番号 medicalSubsidyInsurerNumber」.
    pub item: String,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub advice: String,
    /// Whether the record was refused, or only remarked upon.
    pub refused: bool,
}

/// A link of card and person that waits for a human.
#[derive(Debug, Clone)]
pub struct HeldLink {
    /// Goes into the path.
    pub id: String,
    /// Where the other identifier came from, 「マイナンバーカード」「保険者の資格情報」.
    pub source: String,
    /// Who is to decide, 「子育て支援課」.
    pub owner: String,
    /// How long it waits, 「2日」.
    pub age: String,
    /// Whether that is too long.
    pub overdue: bool,
    /// The five attributes, both sides.
    pub attributes: Vec<Compared>,
}

/// One attribute on both sides.
#[derive(Debug, Clone)]
pub struct Compared {
    /// 「氏名」
    pub label: String,
    /// As the municipality registered it.
    pub registered: String,
    /// As the other side says.
    pub other: String,
    /// Whether they agree under the written comparison keys.
    pub agrees: bool,
    /// Why they differ, if it is known: 「異体字」「転居」; empty otherwise.
    pub remark: String,
}

/// One entry of the scheme master (制度マスタ).
#[derive(Debug, Clone)]
pub struct SchemeRow {
    /// 機関別受給者証種別ID
    pub type_id: String,
    /// 制度名
    pub name: String,
    /// 「国公費」「地方単独」
    pub kind: String,
    /// 公費負担者番号; empty if none.
    pub payer_number: String,
    /// 「2024-04-01 から」
    pub valid: String,
    /// Certificates in force under it.
    pub certificates: u64,
}

pub(crate) fn layout(frame: &Frame, office: &Office, title: &str, at: &str) -> Layout {
    let link = |label, href: &str| NavLink::new(label, href, href == at);
    let held = NavLink {
        count: (office.held > 0).then_some(office.held),
        ..link("確認待ち", "/municipality/links")
    };
    Layout::new(frame, Audience::Municipality, title).with_nav(vec![
        link("登録の結果", "/municipality"),
        held,
        link("制度マスタ", "/municipality/schemes"),
        link("予防接種", "/municipality/immunization"),
        link("回収", "/municipality/recalls"),
    ])
}

pub(crate) fn heading(office: &Office, title: &str, english: &str) -> Markup {
    html! { div { p.kicker { (office.name) } (part::heading(title, english)) } }
}

/// The list of tasks, newest first.
#[must_use]
pub fn tasks(frame: &Frame, office: &Office, tasks: &[Task]) -> Markup {
    let running = tasks.iter().any(|task| task.state != TaskState::Done);
    page(
        &layout(frame, office, "登録の結果", "/municipality"),
        &html! {
            (heading(office, "登録の結果", "Registration tasks"))
            @if tasks.is_empty() {
                p.empty { "まだ登録がありません。システムか CSV から送ると、ここに結果が出ます。" }
            }
            @else {
                div data-live=(if running { "running" } else { "done" }) aria-live="polite" {
                    (task_table(tasks))
                }
            }
            (upload_hint())
        },
    )
}

fn task_table(tasks: &[Task]) -> Markup {
    let rows: Vec<Vec<Markup>> = tasks.iter().map(task_row).collect();
    part::table(
        "新しい順。件数は受け付けた記録の数です。",
        &["時刻", "種類", "受理", "差し戻し", "確認待ち", "状態"],
        &rows,
    )
}

fn task_row(task: &Task) -> Vec<Markup> {
    vec![
        html! { time { (task.at) } },
        html! { a.row-link href={ "/municipality/tasks/" (task.id) } { (task.kind) } },
        html! { span.figure { (grouped(task.accepted)) } },
        html! { span.figure {
            @if task.refused > 0 { b.stop-text { (grouped(task.refused)) } } @else { "0" }
        } },
        html! { span.figure { (grouped(task.held)) } },
        state(task),
    ]
}

fn state(task: &Task) -> Markup {
    let done = task.accepted + task.refused + task.held;
    match task.state {
        TaskState::Waiting => part::badge(Tone::Plain, "順番待ち"),
        TaskState::Done if task.refused > 0 => part::badge(Tone::Warn, "完了・差し戻しあり"),
        TaskState::Done => part::badge(Tone::Good, "完了"),
        TaskState::Running => html! {
            span.progress {
                progress max=(task.total) value=(done) aria-label="進みぐあい" {}
                small { (grouped(done)) " / " (grouped(task.total)) " 件" }
            }
        },
    }
}

fn upload_hint() -> Markup {
    html! {
        details.card.hint-card {
            summary { h2 { "登録のしかた" } }
            p {
                "API " code { "POST /pmh/v1/medical-subsidy/registration-tasks" }
                " に送ってください。一度に 10,000 件、16 MiB まで。"
            }
            p { "CSV は " code { "pmh import --certificates ファイル名" } " で取り込めます。" }
            p { "1件の誤りで全体が止まることはありません。差し戻された記録だけを直して、もう一度送ってください。" }
        }
    }
}

/// One task: the counts as a picture, and what is wrong with each refused record.
#[must_use]
pub fn task(frame: &Frame, office: &Office, detail: &TaskDetail) -> Markup {
    let live = if detail.task.state == TaskState::Done { "done" } else { "running" };
    page(
        &layout(frame, office, "登録の結果", "/municipality"),
        &html! {
            div {
                p.kicker { a href="/municipality" { "← 登録の結果へ戻る" } }
                (part::heading(&detail.task.kind, ""))
            }
            div data-live=(live) aria-live="polite" {
                (summary(&detail.task))
                @if !detail.codes.is_empty() {
                    div.card { (picture::bars("誤りの種類と件数", &detail.codes)) }
                }
                (errors(detail))
            }
        },
    )
}

fn summary(task: &Task) -> Markup {
    let slice = |label: &str, count, tone| Slice { label: label.to_owned(), count, tone };
    let pending = task.total.saturating_sub(task.accepted + task.refused + task.held);
    let mut slices = vec![
        slice("受理", task.accepted, Tone::Good),
        slice("差し戻し", task.refused, Tone::Stop),
        slice("確認待ち", task.held, Tone::Warn),
    ];
    if pending > 0 {
        slices.push(slice("未処理", pending, Tone::Plain));
    }
    html! {
        section.card aria-label="結果のまとめ" {
            p.summary-line {
                (state(task)) span { (task.at) } span { "全 " b { (grouped(task.total)) } " 件" }
            }
            (picture::bar("結果", &slices))
        }
    }
}

fn errors(detail: &TaskDetail) -> Markup {
    if detail.errors.is_empty() && detail.task.state == TaskState::Done {
        return part::alert(
            Tone::Good,
            "直すところはありません",
            &html! {
                p { "すべての記録が受け付けられました。" }
            },
        );
    }
    let rows: Vec<Vec<Markup>> = detail.errors.iter().map(error_row).collect();
    html! {
        @if !rows.is_empty() {
            (part::table(
                "直す記録。行は送ったファイルの順で、1から数えます。",
                &["行", "項目", "コード", "内容と、直し方"],
                &rows,
            ))
        }
        @if detail.more > 0 {
            p.quiet-note {
                "ほかに " (grouped(detail.more)) " 件あります。すべては API "
                code { "GET /pmh/v1/tasks/" (detail.task.id) } " で受け取れます。"
            }
        }
    }
}

fn error_row(error: &RecordError) -> Vec<Markup> {
    vec![
        html! { span.figure { (grouped(error.row)) } },
        html! { (error.item) },
        html! {
            @if error.refused { (part::badge(Tone::Stop, "差し戻し")) }
            @else { (part::badge(Tone::Warn, "注意")) }
            code { (error.code) }
        },
        html! { p { (error.sentence) } p.advice { b { "→ " } (error.advice) } },
    ]
}

/// Links that wait for a decision, oldest first.
#[must_use]
pub fn links(frame: &Frame, office: &Office, links: &[HeldLink]) -> Markup {
    page(
        &layout(frame, office, "確認待ち", "/municipality/links"),
        &html! {
            (heading(office, "確認待ちのひもづけ", "Held links"))
            p.lead {
                "基本5情報がそろわず、同じ人かどうかを人が決める必要があるものです。"
                "決まるまで、ご本人の画面は表示されません。"
            }
            @if links.is_empty() {
                (part::alert(Tone::Good, "待っているものはありません", &html! {
                    p { "新しく見つかると、ここと上の「確認待ち」に数が出ます。" }
                }))
            }
            @for link in links { (held_link(&frame.csrf, link)) }
        },
    )
}

fn held_link(csrf: &str, link: &HeldLink) -> Markup {
    let differing = link.attributes.iter().filter(|one| !one.agrees).count();
    html! {
        article.card.held aria-labelledby={ "held-" (link.id) } {
            div.held-head {
                h2 id={ "held-" (link.id) } { (differing) "項目が違います" }
                p {
                    @if link.overdue { (part::badge(Tone::Warn, "期限を過ぎています")) }
                    span { "待ち時間 " b { (link.age) } } span { "担当 " b { (link.owner) } }
                }
            }
            (comparison(link))
            div.decide {
                (decision(csrf, link, &CONFIRM))
                (decision(csrf, link, &REJECT))
            }
        }
    }
}

fn comparison(link: &HeldLink) -> Markup {
    let rows: Vec<Vec<Markup>> = link
        .attributes
        .iter()
        .map(|one| {
            vec![
                html! { b { (one.label) } },
                html! { (one.registered) },
                html! { @if one.agrees { (one.other) } @else { mark { (one.other) } } },
                html! {
                    @if one.agrees { (part::badge(Tone::Plain, "一致")) }
                    @else { (part::badge(Tone::Stop, "相違")) }
                    @if !one.remark.is_empty() { " " small.remark { (one.remark) } }
                },
            ]
        })
        .collect();
    part::table(
        "自治体の登録と、突き合わせた相手の内容を並べています。",
        &["項目", "自治体の登録", &link.source, "判定"],
        &rows,
    )
}

/// A decision, with what it brings about.
struct Decision {
    value: &'static str,
    label: &'static str,
    consequence: &'static str,
    check: &'static str,
}

const CONFIRM: Decision = Decision {
    value: "confirm",
    label: "同じ人として確定する",
    consequence: "ひもづけが有効になり、ご本人の画面に受給者証が表示されます。",
    check: "本人確認の資料で、同じ人であることを確かめました",
};

const REJECT: Decision = Decision {
    value: "reject",
    label: "別の人として退ける",
    consequence: "ひもづけは行われません。この相手とは、以後自動ではひもづきません。",
    check: "本人確認の資料で、別の人であることを確かめました",
};

fn decision(csrf: &str, link: &HeldLink, decision: &Decision) -> Markup {
    let id = format!("check-{}-{}", decision.value, link.id);
    html! {
        details {
            summary.button { (decision.label) "…" }
            form method="post" action={ "/municipality/links/" (link.id) } {
                (form::csrf(csrf))
                input type="hidden" name="decision" value=(decision.value);
                p { (decision.consequence) "だれがいつ決めたかが記録されます。" }
                label.check for=(id) {
                    input type="checkbox" id=(id) name="checked" value="yes" required;
                    span { (decision.check) }
                }
                (form::submit(decision.label))
            }
        }
    }
}

/// The scheme master.
#[must_use]
pub fn schemes(frame: &Frame, office: &Office, schemes: &[SchemeRow]) -> Markup {
    let certificates: u64 = schemes.iter().map(|scheme| scheme.certificates).sum();
    page(
        &layout(frame, office, "制度マスタ", "/municipality/schemes"),
        &html! {
            (heading(office, "制度マスタ", "Schemes"))
            (part::stats(&[
                Stat::new("制度", &schemes.len().to_string()),
                Stat::new("有効な受給者証", &grouped(certificates)),
            ]))
            @if schemes.is_empty() {
                p.empty { "制度がまだありません。制度がないと、受給者証は登録できません。" }
            }
            @else { (scheme_table(schemes)) }
            p.quiet-note {
                "制度は API " code { "PUT /pmh/v1/schemes" } " で登録します。"
                "ここにない種別IDの受給者証は差し戻されます。"
            }
        },
    )
}

fn scheme_table(schemes: &[SchemeRow]) -> Markup {
    let rows: Vec<Vec<Markup>> = schemes
        .iter()
        .map(|scheme| {
            vec![
                html! { code { (scheme.type_id) } },
                html! { b { (scheme.name) } },
                part::badge(Tone::Plain, &scheme.kind),
                html! {
                    @if scheme.payer_number.is_empty() { "なし" }
                    @else { span.digits.small { (scheme.payer_number) } }
                },
                html! { (scheme.valid) },
                html! { span.figure { (grouped(scheme.certificates)) } },
            ]
        })
        .collect();
    part::table(
        "登録できる受給者証の種別です。",
        &["種別ID", "制度", "区分", "公費負担者番号", "有効期間", "受給者証"],
        &rows,
    )
}
