//! The start page: what this is, the way in for demo users, the state of the demo.
//!
//! | form | fields |
//! |---|---|
//! | `POST /demo/enter` | `csrf`, `user` = [`DemoUser::id`] |

use maud::{Markup, html};

use crate::look::part::{self, Stat};
use crate::look::{Audience, Frame, Layout, form, page, picture};

/// What the start page shows.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Demo users by group; empty outside the demo.
    pub groups: Vec<DemoGroup>,
    /// The state of the demo: municipalities, residents, institutions, certificates.
    pub counts: Vec<Stat>,
    /// The newest checkpoint of the audit log.
    pub checkpoint: Option<Checkpoint>,
}

/// Demo users of one kind.
#[derive(Debug, Clone)]
pub struct DemoGroup {
    /// 「住民」
    pub title: String,
    /// "Residents"
    pub english: String,
    /// The users.
    pub users: Vec<DemoUser>,
}

/// Somebody one can be with one click.
#[derive(Debug, Clone)]
pub struct DemoUser {
    /// The value of the field `user`.
    pub id: String,
    /// 「都城 花子さん」
    pub name: String,
    /// What there is to see, 「ひとり親医療の受給者証をお持ちです」.
    pub about: String,
}

/// A signed statement of how long the audit log is and what it hashes to.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// How many entries it covers, grouped for reading.
    pub size: String,
    /// The root hash, base64.
    pub root: String,
    /// When it was signed, Japanese time.
    pub at: String,
}

/// The start page.
#[must_use]
pub fn start(frame: &Frame, model: &Start) -> Markup {
    let layout = Layout::new(frame, Audience::Everybody, "はじめに");
    page(
        &layout,
        &html! {
            (hero())
            @if !model.groups.is_empty() { (doors(&frame.csrf, &model.groups)) }
            @if !model.counts.is_empty() { (state(&model.counts)) }
            (proof(model.checkpoint.as_ref()))
        },
    )
}

fn hero() -> Markup {
    html! {
        div.hero {
            div.hero-text {
                h1 { "カード一枚が、受給者証になる。" }
                p.lead {
                    "自治体が登録した医療費助成の受給者証を、マイナンバーカード一枚で、"
                    "医療機関の窓口とご本人に届けるハブです。"
                    "受給者証は本人が同意したときだけ渡り、誰がいつ見たかは必ず本人に見えます。"
                }
                p.english lang="en" {
                    "One card is the certificate, the ticket and the key. No certificate is handed "
                    "over without consent, and every look is on the record."
                }
            }
            (picture::hub())
        }
    }
}

fn doors(csrf: &str, groups: &[DemoGroup]) -> Markup {
    part::section(
        "demo",
        "入ってみる",
        "One click, no password",
        &html! {
            form.doors method="post" action="/demo/enter" {
                (form::csrf(csrf))
                @for group in groups {
                    div.door-group {
                        h3 { (group.title) " " span.english lang="en" { (group.english) } }
                        @for user in &group.users {
                            button.door type="submit" name="user" value=(user.id) {
                                span.door-name { (user.name) }
                                span.door-about { (user.about) }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn state(counts: &[Stat]) -> Markup {
    part::section("state", "いまのデモ", "The demo now", &part::stats(counts))
}

fn proof(checkpoint: Option<&Checkpoint>) -> Markup {
    part::section(
        "proof",
        "つくる人、たしかめる人へ",
        "For builders and auditors",
        &html! {
            div.pair {
                div.card {
                    h3 { "API の仕様" }
                    p { "公開されている仕様に基づく操作と、このハブ独自の操作を区別して示しています。" }
                    p { (part::button("OpenAPI 3.1 を開く", "/openapi.json")) }
                }
                div.card {
                    h3 { "監査ログ" }
                    @if let Some(checkpoint) = checkpoint {
                        dl.facts {
                            (part::fact("記録の数", &checkpoint.size))
                            (part::fact("署名の時刻", &checkpoint.at))
                            div { dt { "ルートハッシュ" } dd.hash { (checkpoint.root) } }
                        }
                    }
                    @else { p { "まだ記録がありません。最初のアクセスのあとに表示されます。" } }
                    p { (part::button("チェックポイントを開く", "/log/checkpoint")) }
                }
            }
        },
    )
}
