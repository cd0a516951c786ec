//! The municipal and vendor API, `/pmh/v1`.

pub(crate) mod doses;
mod eligibility;
mod feed;
mod notices;
pub mod openapi;
mod registration;
mod schemes;
mod tasks;
mod token;

pub(crate) use eligibility::{card_challenge, eligibility};
pub(crate) use feed::feed;
pub(crate) use notices::{coverage, preview, send, started};
pub(crate) use registration::{checkup, immunization, relations, subsidy};
pub(crate) use schemes::{get as get_schemes, put as put_schemes};
pub(crate) use tasks::task;
pub(crate) use token::token;

use axum::body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hub::{Kind, Refusal};

use crate::answer::No;

/// Bytes of a body that holds one question.
pub(crate) const QUESTION_BYTES: usize = 64 << 10;

/// Reads a body up to a limit; `over` says no to a longer one.
pub(crate) async fn body(
    body: Body,
    limit: usize,
    over: impl FnOnce() -> Refusal,
) -> Result<Vec<u8>, No> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(over().into()),
        Err(_) => Err(Refusal::new(
            Kind::Malformed,
            "body-cut",
            "本文が途中で切れています。もう一度送ってください。何も登録されていません。",
            "The body ended early; send it again. Nothing was taken.",
        )
        .into()),
    }
}

/// Reads a small body.
pub(crate) async fn question(from: Body) -> Result<Vec<u8>, No> {
    body(from, QUESTION_BYTES, || {
        Refusal::new(
            Kind::TooLarge,
            "body-too-large",
            format!("本文は{}KiBまでです。", QUESTION_BYTES >> 10),
            format!("A body has at most {} KiB here.", QUESTION_BYTES >> 10),
        )
    })
    .await
}
