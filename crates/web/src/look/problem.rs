//! Pages for when it did not work: same look, and always a way on.

use maud::{Markup, html};

use super::{Audience, Frame, Layout, page, part, picture};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// 404; also for what one may not see.
    NotFound,
    /// 401: the session has ended.
    SessionEnded,
    /// 422 or 400: the form was not understood, or its token did not match.
    FormStale,
    /// Anything else that was not accepted: the refusal's own sentence says why.
    Refused {
        /// The status of the answer.
        status: u16,
    },
    /// 429.
    TooMany {
        /// When to come again.
        retry_after_seconds: u32,
    },
    /// 500.
    Failed,
}

impl Problem {
    const fn title(self) -> &'static str {
        match self {
            Self::NotFound => "ページが見つかりません",
            Self::SessionEnded => "時間がたったため、終了しました",
            Self::FormStale => "もう一度お願いします",
            Self::Refused { .. } => "受け付けられませんでした",
            Self::TooMany { .. } => "少し待ってからお試しください",
            Self::Failed => "ハブの側で問題が起きました",
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::SessionEnded => "Your session has ended",
            Self::FormStale => "Please try again",
            Self::Refused { .. } => "Not accepted",
            Self::TooMany { .. } => "Too many requests",
            Self::Failed => "Something failed on our side",
        }
    }

    fn status(self) -> String {
        let status = match self {
            Self::Refused { status } => return status.to_string(),
            Self::NotFound => "404",
            Self::SessionEnded => "401",
            Self::FormStale => "400",
            Self::TooMany { .. } => "429",
            Self::Failed => "500",
        };
        status.to_owned()
    }

    fn advice(self) -> String {
        match self {
            Self::NotFound => "アドレスを確かめるか、はじめのページからお進みください。\
                表示できる権限がないページも、このように表示されます。"
                .to_owned(),
            Self::SessionEnded => {
                "安全のため、しばらく操作がないと終了します。もう一度お入りください。".to_owned()
            }
            Self::FormStale => "ページを開いてから時間がたったか、別の画面で終了しています。\
                何も変更されていません。前のページを開き直して、もう一度送ってください。"
                .to_owned(),
            Self::Refused { .. } => "何も変更されていません。".to_owned(),
            Self::TooMany { retry_after_seconds } => {
                format!(
                    "短い時間にたくさんの要求がありました。{retry_after_seconds}秒ほど待ってください。"
                )
            }
            Self::Failed => "記録は失われていません。少し待ってもう一度お試しください。\
                続くときは、下の番号を運用者に伝えてください。"
                .to_owned(),
        }
    }
}

/// The page for `problem`. `reference` finds the request in the operator's log; empty for none.
#[must_use]
pub fn problem(frame: &Frame, problem: Problem, reference: &str) -> Markup {
    explained(frame, problem, reference, None)
}

/// As [`problem`], with the refusal's own sentence, Japanese and English.
#[must_use]
pub fn explained(
    frame: &Frame,
    problem: Problem,
    reference: &str,
    said: Option<(&str, &str)>,
) -> Markup {
    let layout = Layout::new(frame, Audience::Everybody, problem.title());
    page(
        &layout,
        &html! {
            div.problem {
                (picture::ripples())
                p.problem-status { (problem.status()) }
                (part::heading(problem.title(), problem.english()))
                @match said {
                    Some((ja, en)) => { p.lead { (ja) } p lang="en" { (en) } },
                    None => p.lead { (problem.advice()) },
                }
                @if !reference.is_empty() {
                    p.code-line { "番号 " code { (reference) } }
                }
                p { (part::button("はじめのページへ", "/")) }
            }
        },
    )
}
