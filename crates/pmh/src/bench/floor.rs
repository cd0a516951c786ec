//! What this machine can do at best, beside which our own figures stand.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use axum::Router;
use axum::routing::get;

use super::http::write_request;
use super::load::{Bound, Outcome, Plan, Work, run};
use super::measure::{Memory, micros, tick};
use super::report::Row;
use super::server::Server;
use super::{Frame, SERVER_TASK};

/// A block of a file system.
const BLOCK_BYTES: usize = 4096;
const MESSAGE: [u8; 96] = [7; 96];

/// Serves an empty handler until the process is ended: the other side of `floor.http`.
///
/// # Errors
/// No port could be had.
pub fn serve_nothing() -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|fault| fault.to_string())?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(|fault| fault.to_string())?;
        let address = listener.local_addr().map_err(|fault| fault.to_string())?;
        println!("listening on http://{address}");
        let router = Router::new().route("/health", get(|| async { "" }));
        axum::serve(listener, router).await.map_err(|fault| fault.to_string())
    })
}

struct Empty(Vec<u8>);

impl Work for Empty {
    fn next(&self, _: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn check(&self, _: u64, status: u16, _: &[u8]) -> Result<(), String> {
        if status == 200 { Ok(()) } else { Err(format!("status {status}")) }
    }
}

/// `floor.http`: empty answers through the same client.
///
/// # Errors
/// The server does not start or gives a wrong answer.
pub fn http(frame: &Frame<'_>) -> Result<Vec<Row>, String> {
    let args = ["bench", SERVER_TASK].map(str::to_owned);
    let server = Server::spawn(&frame.env.exe, &args, &frame.folder("floor-http")?.join("log"))?;
    let mut request = Vec::new();
    write_request(&mut request, ("GET", "/health"), "", "text/plain", b"");
    let plan = Plan {
        address: server.address,
        connections: frame.connections,
        warm_up: Duration::from_secs(1),
        bound: Bound::For(frame.seconds(5)),
    };
    let outcome = run(&plan, Empty(request))?.faultless()?;
    let mut row = Row::new("floor.http", "").with_load(&outcome);
    row.rss_mib = server.memory().map(Memory::peak_mib);
    Ok(vec![row])
}

/// `floor.verify`: signature verification alone on one thread, both kinds of card.
///
/// # Errors
/// No key could be made, or a signature does not verify.
pub fn verify(frame: &Frame<'_>) -> Result<Vec<Row>, String> {
    let time = frame.seconds(3);
    let fault = |_| "no key could be made".to_owned();
    let random = SystemRandom::new();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).map_err(fault)?;
    let mut signature = vec![0; rsa.public_modulus_len()];
    rsa.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature).map_err(fault)?;
    let public = rsa.public_key().as_der().map_err(fault)?;
    let first = verifying(time, &RSA_PKCS1_2048_8192_SHA256, public.as_ref(), &signature)?;

    let curve = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map_err(fault)?;
    let signature = curve.sign(&random, &MESSAGE).map_err(fault)?;
    let public = curve.public_key().as_ref();
    let second = verifying(time, &ECDSA_P384_SHA384_FIXED, public, signature.as_ref())?;
    Ok(vec![
        Row::new("floor.verify", "RSA-2048").with_load(&first),
        Row::new("floor.verify", "P-384").with_load(&second),
    ])
}

fn verifying(
    time: Duration,
    algorithm: &'static dyn VerificationAlgorithm,
    public: &[u8],
    signature: &[u8],
) -> Result<Outcome, String> {
    repeat(time, || {
        UnparsedPublicKey::new(algorithm, public)
            .verify(&MESSAGE, signature)
            .map_err(|_| "a good signature was refused".to_owned())
    })
}

/// `floor.commit`: appended blocks of 4 KiB, each on the disk (`fdatasync`) before the next; and
/// the store's own single commits, if the caller gives them.
///
/// # Errors
/// The file cannot be written, or the store fails.
pub fn commit(frame: &Frame<'_>) -> Result<Vec<Row>, String> {
    let dir = frame.folder("floor-commit")?;
    let mut rows = vec![Row::new("floor.commit", "fdatasync").with_load(&sync(frame, &dir)?)];
    if let Some(open) = frame.env.commits {
        let mut commit = open(&dir.join("store"))?;
        let outcome = repeat(frame.seconds(3), &mut commit)?;
        rows.push(Row::new("floor.commit", "store").with_load(&outcome));
    }
    Ok(rows)
}

fn sync(frame: &Frame<'_>, dir: &Path) -> Result<Outcome, String> {
    let path = dir.join("blocks");
    let file = OpenOptions::new().create(true).append(true).open(path);
    let mut file = file.map_err(|fault| fault.to_string())?;
    repeat(frame.seconds(3), || {
        file.write_all(&[1; BLOCK_BYTES]).map_err(|fault| fault.to_string())?;
        file.sync_data().map_err(|fault| fault.to_string())
    })
}

/// Does it again and again for a time; one thread, each time measured.
///
/// # Errors
/// The first error ends it.
pub fn repeat(
    time: Duration,
    mut act: impl FnMut() -> Result<(), String>,
) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    let begun = tick();
    while begun.elapsed() < time {
        let from = tick();
        act()?;
        outcome.latency.record(micros(from.elapsed()));
    }
    outcome.time = begun.elapsed();
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_counted_and_ends_with_the_first_error() {
        let mut left = 3;
        let outcome = repeat(Duration::from_millis(5), || Ok(())).unwrap();
        assert!(outcome.latency.count() > 10 && outcome.per_second() > 0.0);
        let fault = repeat(Duration::from_secs(60), || {
            left -= 1;
            if left > 0 { Ok(()) } else { Err("full".to_owned()) }
        });
        assert_eq!(fault.unwrap_err(), "full");
    }
}
