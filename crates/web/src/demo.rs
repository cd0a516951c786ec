//! The door through which the demo brings virtual cards and one-click users.

use hub::credential::CardAnswerWire;

use crate::look::form::VirtualCard;
use crate::start::view::DemoGroup;

/// Why a virtual card does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoRefusal {
    /// The PIN was wrong.
    WrongPin {
        /// How many tries are left.
        tries_left: u8,
    },
    /// Too many wrong PINs.
    Locked,
    /// No such card.
    Unknown,
}

/// Who a one-click user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemoUserKind {
    /// Staff: identifier and terminal.
    Staff(String, String),
    /// A resident: the card and its PIN.
    Resident(String, String),
}

/// Where a card's answer is to be good.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The challenge.
    pub challenge: &'a str,
    /// The hub.
    pub origin: &'a str,
    /// The institution, empty on a phone.
    pub institution: &'a str,
    /// The terminal.
    pub terminal: &'a str,
}

/// What the demo offers to pages. The cards are test equipment; the hub checks their answers like
/// any others.
pub trait DemoDesk: Send + Sync {
    /// One-click users, in groups.
    fn users(&self) -> Vec<DemoGroup>;
    /// Virtual cards to choose from.
    fn cards(&self) -> Vec<VirtualCard>;
    /// What to say about their PINs.
    fn pin_hint(&self) -> String;
    /// Lets a card answer a challenge.
    ///
    /// # Errors
    /// What the card says no with.
    fn answer(
        &self,
        card: &str,
        pin: &str,
        place: &Place<'_>,
    ) -> Result<CardAnswerWire, DemoRefusal>;
    /// Who a one-click user is.
    fn user(&self, id: &str) -> Option<DemoUserKind>;
}
