//! `pmh serve`: HTTP, the registration worker, lists of revocations.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hub::{Hub, Worker};
use tokio::net::TcpListener;
use web::DemoDesk;

use crate::connections;
use crate::home::Home;

/// How often lists of revocations are looked after, in seconds: a revocation is known within a
/// minute.
pub(crate) const LISTS_SECONDS: u64 = 60;

/// Serve a hub.
#[derive(Debug, Args)]
pub struct ServeCommand {
    /// The data folder.
    #[arg(long, default_value = "pmh-data")]
    data: PathBuf,
    /// The port on the loopback address; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: std::net::IpAddr,
    /// Where people and systems reach the hub, if not at that address: part of what cards sign.
    #[arg(long)]
    origin: Option<String>,
    /// How often lists of revocations are read again, in seconds.
    #[arg(long, default_value_t = LISTS_SECONDS, value_parser = clap::value_parser!(u64).range(1..=60))]
    lists_seconds: u64,
}

impl ServeCommand {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// When the folder, the store or the port cannot be opened.
    pub fn run(&self) -> Result<(), String> {
        logging(tracing::Level::INFO);
        runtime()?.block_on(async {
            let (listener, address) = listen(SocketAddr::new(self.host, self.port)).await?;
            let origin = self.origin.clone().unwrap_or_else(|| format!("http://{address}"));
            let home = Home::open(&self.data)?;
            let hub = home.hub(&origin, true)?;
            say(&format!("listening on http://{address}"));
            let lists = Duration::from_secs(self.lists_seconds);
            serve(listener, (home, lists), hub, None).await
        })
    }
}

/// A line on standard output, at once.
pub(crate) fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _nobody_reads = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What goes wrong is told on standard error, from `level` on.
pub(crate) fn logging(level: tracing::Level) {
    let _already_set =
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level).try_init();
}

/// The runtime of the server.
///
/// # Errors
/// When the system gives no threads.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no threads: {error}"))
}

/// Opens a port; gives the address that it got.
///
/// # Errors
/// When the port is taken; the message says what to do.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address}: {error}; choose another port with --port, 0 for any")
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok((listener, address))
}

/// Serves a hub, and looks after its folder at every pause, until the process is told to stop;
/// requests under way are answered.
///
/// # Errors
/// When serving fails.
pub(crate) async fn serve(
    listener: TcpListener,
    (home, lists): (Home, Duration),
    hub: Arc<Hub>,
    demo: Option<Arc<dyn DemoDesk>>,
) -> Result<(), String> {
    let worker = tokio::spawn(Worker::new(Arc::clone(&hub)).run());
    let lists = tokio::spawn(keep_lists(home, lists, Arc::clone(&hub)));
    let router = web::router(hub, demo);
    connections::serve(listener, router, told_to_stop()).await;
    worker.abort();
    lists.abort();
    Ok(())
}

async fn keep_lists(home: Home, pause: Duration, hub: Arc<Hub>) {
    loop {
        tokio::time::sleep(pause).await;
        let (home, hub) = (home.clone(), Arc::clone(&hub));
        let kept = tokio::task::spawn_blocking(move || home.keep_lists(&hub)).await;
        if let Err(error) = kept {
            tracing::error!(%error, "lists of revocations are not looked after");
        }
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => {
            let _stopped = interrupted.await;
        }
    }
}
