//! Sample models of a municipality's and the operator's pages.

use maud::Markup;

use super::{NASTY, frame, texts};
use crate::look::part::{Stat, Tone};
use crate::look::picture::Slice;
use crate::municipality::view::{
    self as municipality, Compared, HeldLink, Office, RecordError, SchemeRow, Task, TaskDetail,
    TaskState,
};
use crate::operator::view::{Status, status};

pub(super) fn pages() -> Vec<(&'static str, &'static str, Markup)> {
    let me = frame("こども課 担当者", "自治体職員");
    let operator = frame("運用担当", "運用者");
    let office = Office { name: "宮崎県 都城市".to_owned(), held: 2 };
    let quiet = Office { held: 0, ..office.clone() };
    let clean = TaskDetail { codes: Vec::new(), errors: Vec::new(), more: 0, task: done(0) };
    let ill = Status { alarms: texts([NASTY]), healthy: false, ..hub() };
    vec![
        ("office", "完了・差し戻しあり", municipality::tasks(&me, &office, &tasks())),
        ("office-empty", "まだ登録がありません", municipality::tasks(&me, &quiet, &[])),
        ("office-task", "payer-number-check-digit", municipality::task(&me, &office, &detail())),
        ("office-task-clean", "直すところはありません", municipality::task(&me, &office, &clean)),
        ("office-links", "2項目が違います", municipality::links(&me, &office, &links())),
        ("office-links-empty", "待っているものはありません", municipality::links(&me, &quiet, &[])),
        ("office-schemes", "制度マスタ", municipality::schemes(&me, &office, &schemes())),
        ("office-schemes-empty", "制度がまだありません", municipality::schemes(&me, &quiet, &[])),
        ("operator", "すべて正常です", status(&operator, &hub())),
        ("operator-alarm", "確かめることがあります", status(&operator, &ill)),
    ]
}

fn done(refused: u64) -> Task {
    Task {
        id: "t-20261124-0003".to_owned(),
        at: "2026-11-24 13:15".to_owned(),
        kind: "受給者証の登録".to_owned(),
        accepted: 1_000 - refused,
        refused,
        held: 0,
        total: 1_000,
        state: TaskState::Done,
    }
}

fn tasks() -> Vec<Task> {
    let running =
        Task { accepted: 6_212, held: 3, total: 10_000, state: TaskState::Running, ..done(0) };
    vec![
        Task {
            state: TaskState::Waiting,
            accepted: 0,
            kind: "親子関係の登録".to_owned(),
            ..done(0)
        },
        Task { kind: "検診対象者の登録".to_owned(), ..running },
        done(3),
        done(0),
        Task { kind: NASTY.to_owned(), ..done(0) },
    ]
}

fn detail() -> TaskDetail {
    let code = |label: &str, count| Slice { label: label.to_owned(), count, tone: Tone::Stop };
    let error = |row, item: &str, code: &str, sentence: &str, advice: &str| RecordError {
        row,
        item: item.to_owned(),
        code: code.to_owned(),
        sentence: sentence.to_owned(),
        advice: advice.to_owned(),
        refused: true,
    };
    TaskDetail {
        task: Task { held: 2, accepted: 995, ..done(3) },
        codes: vec![code("検査数字の誤り", 2), code("期間の逆転", 1)],
        errors: vec![
            error(
                118,
                "公費負担者番号 medicalSubsidyInsurerNumber",
                "payer-number-check-digit",
                "公費負担者番号「45450252」の検査数字が合いません。",
                "末尾は 1 のはずです。受給者証の番号を確かめてください。",
            ),
            error(
                402,
                "資格有効期間 validFrom / validTo",
                "period-reversed",
                "終了日 2026-07-31 が開始日 2026-08-01 より前です。",
                "年度を確かめ、期間を直して同じ履歴キーで送り直してください。",
            ),
            RecordError {
                refused: false,
                ..error(977, NASTY, "duplicate-in-batch", NASTY, "後に書かれたものを採用しました。")
            },
        ],
        more: 12,
    }
}

fn links() -> Vec<HeldLink> {
    let compared = |label: &str, registered: &str, other: &str, remark: &str| Compared {
        label: label.to_owned(),
        registered: registered.to_owned(),
        other: other.to_owned(),
        agrees: registered == other,
        remark: remark.to_owned(),
    };
    let attributes = vec![
        compared("氏名", "高﨑 みどり", "高崎 みどり", "異体字ではなく別の字"),
        compared("カナ氏名", "タカサキ ミドリ", "タカサキ ミドリ", ""),
        compared("生年月日", "1979-02-03", "1979-02-03", ""),
        compared("性別", "女", "女", ""),
        compared("住所", "宮崎県都城市姫城町6街区21号", "宮崎県宮崎市橘通西1丁目1番1号", "転居"),
    ];
    let first = HeldLink {
        id: "h1".to_owned(),
        source: "マイナンバーカード".to_owned(),
        owner: "こども課".to_owned(),
        age: "2日".to_owned(),
        overdue: false,
        attributes,
    };
    let second = HeldLink {
        id: "h2".to_owned(),
        overdue: true,
        age: "12日".to_owned(),
        attributes: vec![compared("氏名", NASTY, "都城 花子", "")],
        ..first.clone()
    };
    vec![first, second]
}

fn schemes() -> Vec<SchemeRow> {
    [
        ("1001", "ひとり親家庭医療", "地方単独", "45450251", 212),
        ("1002", "重度心身障がい者医療", "地方単独", "", 1_460),
        ("2001", "自立支援医療（更生医療）", "国公費", "15450018", 386),
        ("2002", "自立支援医療（育成医療）", "国公費", "16450017", 44),
        ("9999", NASTY, "地方単独", "", 0),
    ]
    .map(|(id, name, kind, payer, certificates)| SchemeRow {
        type_id: id.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        payer_number: payer.to_owned(),
        valid: "2024-04-01 から".to_owned(),
        certificates,
    })
    .to_vec()
}

fn hub() -> Status {
    Status {
        healthy: true,
        alarms: Vec::new(),
        counts: vec![
            Stat::new("住民", "20,416"),
            Stat::new("受給者証", "6,182"),
            Stat::new("医療機関・薬局", "87"),
            Stat { note: "0件が順番待ち".to_owned(), ..Stat::new("登録タスク", "48") },
        ],
        audit_size: "27,590".to_owned(),
        checkpoint_at: "2026-11-24 13:16".to_owned(),
        checkpoint_root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".to_owned(),
        store_size: "38 MiB".to_owned(),
        since: "2026-11-24 13:02".to_owned(),
        version: "0.1.0".to_owned(),
    }
}
