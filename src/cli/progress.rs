//! Progress of long work: a bar on a terminal, log lines everywhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{Global, LogFormat};
use crate::run::{Disposition, Step};
use coverledger_core::model::legible;

/// Receives the steps of a run.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A progress bar on a terminal, none elsewhere.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let is_watched = std::io::stderr().is_terminal() && !global.quiet && global.log == LogFormat::Text;
        let target = if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(Some(0), target) }
    }

    /// A bar that counts something other than bytes.
    pub fn counting(&self, what: &'static str, total: u64) {
        self.bar.set_length(total);
        let template = format!("{{bar:30}} {{human_pos}} of {{human_len}} {what}  {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style);
        }
    }

    /// Advances the bar.
    pub fn at(&self, position: u64) {
        self.bar.set_position(position);
    }

    /// Removes the bar.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }

    /// A step of a run.
    pub fn hear(&self, step: &Step<'_>) {
        match step {
            Step::Planned { due, exports, bytes, .. } => {
                tracing::info!(due, exports, bytes, "planned");
                self.bar.reset();
                self.bar.set_length(*bytes);
                let template = "{bar:30} {bytes} of {total_bytes} read, {msg}  {eta} left";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    self.bar.set_style(style);
                }
                self.bar.set_message(format!("{due} market-days due"));
            }
            Step::Read { key, bytes } => {
                tracing::info!(export = key, bytes, "read");
                self.bar.inc(*bytes);
            }
            Step::Done { market_day, disposition } => {
                let (day, word) = (market_day.to_string(), disposition.word());
                if let Disposition::Published { revision, .. } = disposition {
                    tracing::info!(market_day = day, revision, "{word}");
                    self.bar.set_message(format!("published {}", legible(&day)));
                } else {
                    let reason = disposition.reason().unwrap_or_default();
                    tracing::info!(market_day = day, reason, "{word}");
                }
            }
        }
    }
}
