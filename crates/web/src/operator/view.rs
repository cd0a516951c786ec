//! The operator's page: that it runs, and how much it holds. No records.
//!
//! `GET /operator` has no form; recalls have a page of their own.

use maud::{Markup, html};

use crate::look::part::{self, Stat, Tone};
use crate::look::{Audience, Frame, Layout, page};

/// The state of the hub.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Whether everything is in order.
    pub healthy: bool,
    /// What is not in order, each with what to do.
    pub alarms: Vec<String>,
    /// What is held: residents, certificates, institutions, tasks waiting.
    pub counts: Vec<Stat>,
    /// Entries in the audit log, grouped for reading.
    pub audit_size: String,
    /// When the last checkpoint was signed, Japanese time; empty if never.
    pub checkpoint_at: String,
    /// Its root hash, base64.
    pub checkpoint_root: String,
    /// The size of the store, 「412 MiB」.
    pub store_size: String,
    /// Since when it runs, Japanese time.
    pub since: String,
    /// The version of the program.
    pub version: String,
}

/// The status page.
#[must_use]
pub fn status(frame: &Frame, model: &Status) -> Markup {
    let layout = Layout::new(frame, Audience::Operator, "ハブの状態");
    page(
        &layout,
        &html! {
            (part::heading("ハブの状態", "Status of the hub"))
            (verdict(model))
            (part::section("counts", "保管しているもの", "Holdings", &part::stats(&model.counts)))
            div.pair { (audit(model)) (program(model)) }
            p { (part::button("回収されたロット", "/operator/recalls")) }
            p.quiet-note { "運用者の画面には、個人の記録は一切表示されません。" }
        },
    )
}

fn verdict(model: &Status) -> Markup {
    if model.healthy && model.alarms.is_empty() {
        return part::alert(
            Tone::Good,
            "すべて正常です",
            &html! {
                p { "書き込みも監査ログも、遅れなく動いています。" }
            },
        );
    }
    part::alert(
        Tone::Stop,
        "確かめることがあります",
        &html! {
            ul { @for alarm in &model.alarms { li { (alarm) } } }
        },
    )
}

fn audit(model: &Status) -> Markup {
    html! {
        section.card aria-labelledby="audit-title" {
            h2 #audit-title { "監査ログ" }
            dl.facts {
                (part::fact("記録の数", &model.audit_size))
                (part::fact("最後の署名", &model.checkpoint_at))
                div { dt { "ルートハッシュ" } dd.hash { (model.checkpoint_root) } }
            }
            p { (part::button("チェックポイントを開く", "/log/checkpoint")) }
        }
    }
}

fn program(model: &Status) -> Markup {
    html! {
        section.card aria-labelledby="program-title" {
            h2 #program-title { "プログラム" }
            dl.facts {
                (part::fact("保存領域の大きさ", &model.store_size))
                (part::fact("起動した時刻", &model.since))
                (part::fact("版", &model.version))
            }
        }
    }
}
