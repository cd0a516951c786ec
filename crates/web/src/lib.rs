//! The edges, thin: folders by audience. Who is calling, parse, call the deed, answer.

mod answer;
mod asked;
mod caller;
pub mod clinic;
pub mod demo;
mod log;
pub mod look;
pub mod municipality;
pub mod operator;
pub mod pmh;
mod public;
pub mod resident;
pub mod routes;
pub mod start;
mod words;

use std::sync::Arc;

use hub::Hub;

pub use demo::{DemoDesk, DemoRefusal, DemoUserKind};
pub use routes::router;

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    /// The deeds.
    pub hub: Arc<Hub>,
    /// Virtual cards and one-click users; none outside the demo.
    pub demo: Option<Arc<dyn DemoDesk>>,
    /// The stylesheet as it is sent.
    css: Arc<str>,
    /// Makes the tokens of forms.
    forms: Arc<aws_lc_rs::hmac::Key>,
    /// When this process started, for the operator.
    since: domain::instant::Instant,
}
