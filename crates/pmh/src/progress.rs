//! How far long work is, on a terminal.

use std::io::{IsTerminal as _, Write as _};

/// Characters of the bar.
const WIDTH: usize = 30;

/// Draws the bar over itself; takes it away at the end. Nothing if nobody watches.
pub(crate) fn show(what: &str, done: usize, total: usize) {
    let mut err = std::io::stderr();
    if !err.is_terminal() || total == 0 {
        return;
    }
    let filled = (done * WIDTH / total).min(WIDTH);
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(WIDTH - filled));
    let end = if done >= total { "\r\x1b[K" } else { "" };
    let _nobody_reads = write!(err, "\r{what} {bar} {done}/{total}{end}");
    let _nobody_reads = err.flush();
}
