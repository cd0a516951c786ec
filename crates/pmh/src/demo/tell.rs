//! How the demo speaks: one plain sentence a step, what happened and how long it took.

use crate::clock::Watch;
use crate::progress;
use crate::serve::say;

/// The demo's voice.
pub(crate) struct Tell {
    quiet: bool,
    json: bool,
    held: usize,
    failed: Vec<String>,
}

impl Tell {
    pub(crate) fn new(quiet: bool, json: bool) -> Self {
        Self { quiet, json, held: 0, failed: Vec::new() }
    }

    /// Says a line that is no step.
    pub(crate) fn line(&self, text: &str) {
        if !self.quiet && !self.json {
            say(text);
        }
    }

    /// Shows how far long work is, on a terminal.
    pub(crate) fn progress(&self, what: &str, done: usize, total: usize) {
        if !self.quiet && !self.json {
            progress::show(what, done, total);
        }
    }

    /// Plays a step: `Ok` is the sentence, `Err` what did not hold.
    pub(crate) fn step(
        &mut self,
        number: &str,
        title: &str,
        play: impl FnOnce() -> Result<String, String>,
    ) {
        let watch = Watch::start();
        let outcome = play();
        let millis = watch.millis();
        let (held, sentence) = match outcome {
            Ok(sentence) => (true, sentence),
            Err(why) => (false, why),
        };
        if held {
            self.held += 1;
        } else {
            self.failed.push(number.to_owned());
        }
        if self.json {
            let line = serde_json::json!({ "step": number, "title": title, "held": held,
                "millis": millis, "detail": sentence });
            say(&line.to_string());
        } else if !self.quiet || !held {
            let sign = if held { "✓" } else { "✗" };
            say(&format!("{sign} {number:<4} {title}: {sentence} ({millis} ms)"));
        }
    }

    /// Whether every step held; says so.
    pub(crate) fn verdict(&self) -> bool {
        let all = self.failed.is_empty();
        if all {
            self.line(&format!("{}の場面がすべて成り立ちました。", self.held));
        } else {
            let failed = self.failed.join(", ");
            self.line(&format!("成り立たなかった場面: {failed}(成り立った場面: {})", self.held));
        }
        all
    }

    /// Where to go.
    pub(crate) fn address(&self, origin: &str) {
        if self.json {
            say(&serde_json::json!({ "serving": origin }).to_string());
        } else {
            say(&format!("\n開いてください → {origin}/  (止めるには Ctrl-C)"));
        }
    }
}
