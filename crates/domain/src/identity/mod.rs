//! Who an outside identifier stands for: links, the decisions about them, and the model of the
//! registry that `store` must behave like.
//!
//! A wrong link shows one person's record as another's, so a link is made without a human only if
//! all five attributes agree ([`match_new`]); whatever is near is held, and a held link opens
//! nothing until somebody decides.

mod key;
mod matching;
pub mod pairs;
mod registry;
mod rng;
pub mod walk;

pub use key::LinkKey;
pub use matching::{
    LinkDecision, UpdateDecision, is_near, lookup_keys, match_in_register, match_new,
    match_told_apart, search_key, update_known,
};
pub use registry::{Refusal, Registry};

use crate::instant::Instant;
use crate::person::ResidentId;

/// One version of a link. Versions of a key count from 1 and are never changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The identifier.
    pub key: LinkKey,
    /// The resident under whom it is filed.
    pub resident: ResidentId,
    /// What may be done with it.
    pub state: LinkState,
    /// 1 for the first version of the key.
    pub version: u32,
    /// When this version came to be.
    pub since: Instant,
}

/// What a link may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// It stands for the resident.
    Active,
    /// It opens nothing until a human decides whether it belongs to `candidate`.
    Held {
        /// Who it probably belongs to: another resident than the one it is filed under, if the
        /// record came in under a provisional one.
        candidate: ResidentId,
        /// Why nobody decided yet.
        reason: HoldReason,
    },
    /// It ended. A card serial or 個人番号 never comes back.
    Revoked,
    /// A human said that it does not belong to the candidate of the version before.
    Rejected,
}

impl LinkState {
    /// Whether the link is filed under its resident now (active or held).
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Held { .. })
    }
}

/// Why a link waits for a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldReason {
    /// Somebody agrees in all five, and somebody else in four or five.
    SeveralAgree,
    /// One person agrees in four of the five: moved house, changed name, or a twin.
    FourAgree,
    /// One person is near, with fewer agreements.
    Near,
    /// A known identifier came with a person too different to be the same: probably the number of
    /// a family member.
    TooDifferent,
    /// All five agree, but the person is known under another 個人番号.
    OtherNumber,
    /// A person raised a doubt.
    Doubted,
}

impl HoldReason {
    /// Stable code for storage and interfaces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SeveralAgree => "several-agree",
            Self::FourAgree => "four-agree",
            Self::Near => "near",
            Self::TooDifferent => "too-different",
            Self::OtherNumber => "other-number",
            Self::Doubted => "doubted",
        }
    }

    /// From [`HoldReason::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::SeveralAgree,
            Self::FourAgree,
            Self::Near,
            Self::TooDifferent,
            Self::OtherNumber,
            Self::Doubted,
        ]
        .into_iter()
        .find(|reason| reason.code() == code)
    }

    /// What the officer reads on the worklist.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::SeveralAgree => {
                "同じとみられる人が複数います。本人確認書類と照合し、どの人か決めてください"
            }
            Self::FourAgree => {
                "5情報のうち4つが一致します。転居・改姓か双子かを確認し、同じ人か決めてください"
            }
            Self::Near => "似た人がいます。5情報を見比べ、同じ人か決めてください",
            Self::TooDifferent => {
                "登録済みの番号に別人とみられる情報が届きました。家族の番号でないか確認してください"
            }
            Self::OtherNumber => {
                "5情報が同じ人が別の個人番号で登録されています。番号の変更・誤りか別人かを確認し、決めてください"
            }
            Self::Doubted => "ひも付けに疑いがあります。本人確認書類と照合してください",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::SeveralAgree => {
                "Several people look the same. Check an identity document and choose one"
            }
            Self::FourAgree => {
                "Four of the five attributes agree. Find out whether the person moved or changed \
                 names, or is a twin, and decide"
            }
            Self::Near => "Somebody similar is known. Compare the five attributes and decide",
            Self::TooDifferent => {
                "A known number came with somebody else's data. Check that it is not the number \
                 of a family member"
            }
            Self::OtherNumber => {
                "Somebody with the same five attributes is known under another 個人番号. Find out \
                 whether the number changed or is wrong, or they are two people, and decide"
            }
            Self::Doubted => "The link is in doubt. Check it against an identity document",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_reason_survives_its_code() {
        for reason in
            ["several-agree", "four-agree", "near", "too-different", "other-number", "doubted"]
        {
            assert_eq!(HoldReason::from_code(reason).map(HoldReason::code), Some(reason));
        }
        assert_eq!(HoldReason::from_code("other"), None);
    }
}
