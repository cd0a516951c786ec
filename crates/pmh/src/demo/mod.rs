//! `pmh demo`: sixteen synthetic towns, the story over HTTP, and a hub that keeps serving.

mod desk;
mod load;
pub mod pilot;
mod story;
mod tell;
pub mod town;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use web::DemoDesk;

use crate::clock::Watch;
use crate::home::Home;
use crate::{report, serve};

pub use load::SEED;
pub(crate) use load::scheme;
use tell::Tell;

/// The demo.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// End after the story; exit 0 only if every step held.
    #[arg(long)]
    once: bool,
    /// The data folder.
    #[arg(long, default_value = "pmh-data")]
    data: PathBuf,
    /// The port on the loopback address; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Say only what failed, and the address.
    #[arg(long)]
    quiet: bool,
    /// One line of JSON a step.
    #[arg(long)]
    json: bool,
}

impl DemoCommand {
    pub(crate) fn run(&self) -> ExitCode {
        serve::logging(tracing::Level::WARN);
        match serve::runtime().and_then(|runtime| runtime.block_on(self.play())) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => report(Err("the story did not hold".to_owned())),
            Err(message) => report(Err(message)),
        }
    }

    async fn play(&self) -> Result<bool, String> {
        let mut tell = Tell::new(self.quiet, self.json);
        let watch = Watch::start();
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let (listener, address) = serve::listen(address).await?;
        let origin = format!("http://{address}");
        let home = Home::open(&self.data)?;
        let (world, cards) = load::cast(&home, &mut tell)?;
        let hub = home.hub(&origin, true)?;
        load::fill(&hub, &home, &world, &cards, &mut tell).await?;
        tell.line(&format!("準備ができました ({:.1}秒)", watch.millis() as f64 / 1000.0));

        let cards = Arc::new(cards);
        let desk: Arc<dyn DemoDesk> = Arc::new(desk::Desk::new(&world, Arc::clone(&cards)));
        let lists = Duration::from_secs(serve::LISTS_SECONDS);
        let serving = serve::serve(listener, (home.clone(), lists), Arc::clone(&hub), Some(desk));
        let serving = tokio::spawn(serving);
        let stage = story::Stage::new(&origin, world, cards, &home)?;
        let held = tokio::task::spawn_blocking(move || {
            let held = story::play(&stage, &mut tell);
            (held, tell)
        });
        let (held, tell) = held.await.map_err(|error| error.to_string())?;
        if self.once {
            serving.abort();
            return Ok(held);
        }
        tell.address(&origin);
        serving.await.map_err(|error| error.to_string())??;
        Ok(held)
    }
}
