//! Which software cards the demo issues, and what becomes of each.

use super::{World, label};

/// Key algorithm of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardAlgorithm {
    /// RSA-2048 with SHA-256, as issued until now.
    Rsa2048,
    /// ECDSA on P-384, the next generation.
    P384,
}

impl CardAlgorithm {
    /// For tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa-2048",
            Self::P384 => "p-384",
        }
    }
}

/// What becomes of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardFate {
    /// Works.
    Good,
    /// Issued, then revoked.
    Revoked,
    /// Issued by a CA that the hub does not trust.
    Foreign,
    /// Issued so long ago that its certificates have run out.
    Over,
}

impl CardFate {
    /// For tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked => "revoked",
            Self::Foreign => "foreign",
            Self::Over => "over",
        }
    }
}

/// A card to issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPlan {
    /// Whose it is, one of [`label`].
    pub label: &'static str,
    /// Index into [`World::residents`].
    pub resident: usize,
    /// Four digits.
    pub pin: &'static str,
    /// Key algorithm.
    pub algorithm: CardAlgorithm,
    /// What becomes of it.
    pub fate: CardFate,
}

use CardAlgorithm::{P384, Rsa2048};
use CardFate::{Foreign, Good, Over, Revoked};

/// Few on purpose: making an RSA key takes long, and these are all the demo shows.
const CARDS: [(&str, &str, CardAlgorithm, CardFate); 20] = [
    (label::SINGLE_PARENT, "1234", Rsa2048, Good),
    (label::CHILD, "0808", P384, Good),
    (label::GUARDIAN, "2345", Rsa2048, Good),
    (label::WARD, "0303", P384, Good),
    (label::BABY, "0202", P384, Good),
    (label::ELDER, "7878", P384, Good),
    (label::NON_DISCLOSED, "3456", P384, Good),
    (label::NON_DISCLOSED_CHILD, "0606", P384, Good),
    (label::EX_PARTNER, "4567", P384, Good),
    (label::SECOND_TOWN, "5678", P384, Good),
    (label::EXPIRED, "6789", P384, Good),
    (label::REVOKED_CARD, "7890", P384, Revoked),
    (label::FOREIGN_CARD, "8901", P384, Foreign),
    (label::OVER_CARD, "7891", P384, Over),
    (label::WRONG_PIN, "9012", P384, Good),
    (label::CORRECTED, "1357", P384, Good),
    (label::DELETED, "2468", P384, Good),
    (label::NO_CERTIFICATE, "3579", P384, Good),
    (label::IVS, "4680", P384, Good),
    (label::PUA, "5791", P384, Good),
];

/// The cards of the world.
pub(super) fn cards(world: &World) -> Vec<CardPlan> {
    CARDS
        .iter()
        .filter_map(|&(label, pin, algorithm, fate)| {
            // A second card in the same hand.
            let holder = if fate == Over { label::REVOKED_CARD } else { label };
            let resident = world.labelled(holder)?;
            Some(CardPlan { label, resident, pin, algorithm, fate })
        })
        .collect()
}
