//! `start`: time to the first answer on the filled store, idle memory, size of the program.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::measure::{Memory, bytes_below, median};
use super::report::Row;
use super::{Filled, Frame};

const STARTS: usize = 5;
/// How long a server is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// Starts the server five times; the figures are medians.
///
/// # Errors
/// The server does not start.
pub fn bench(frame: &Frame<'_>, filled: &Filled) -> Result<Vec<Row>, String> {
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let server = filled.serve(frame)?;
        times.push(server.first_answer.as_secs_f64() * 1000.0);
        thread::sleep(IDLE);
        memories.extend(server.memory().map(Memory::now_mib));
    }
    let binary = std::fs::metadata(&frame.env.exe).map_or(0, |meta| meta.len());
    let mut row = Row::new("start", "");
    row.p99_ms = times.iter().copied().max_by(f64::total_cmp);
    row.p50_ms = median(times);
    row.rss_mib = median(memories);
    row.store_bytes = Some(bytes_below(&filled.data));
    let (time, memory) = (row.p50_ms, row.rss_mib);
    Ok(vec![
        row.with("binary_bytes", json!(binary))
            .wanting("first answer ≤ 500 ms", time.map(|ms| ms <= 500.0))
            .wanting("idle ≤ 60 MiB", memory.map(|mib| mib <= 60.0))
            .wanting("binary ≤ 40 MiB", Some(0 < binary && binary <= 40 << 20)),
    ])
}
