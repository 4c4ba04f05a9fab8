//! The log: to standard error, as text or as JSON.

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;

use super::args::{Global, LogFormat};

/// Starts the log. JSON logs tell every step unless told otherwise; text logs leave that to the progress bar.
pub fn start(global: &Global) {
    let level = match (global.quiet, global.verbose, global.log) {
        (true, _, _) => LevelFilter::ERROR,
        (_, 0, LogFormat::Text) => LevelFilter::WARN,
        (_, 0, LogFormat::Json) | (_, 1, _) => LevelFilter::INFO,
        (_, 2, _) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let is_watched = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_ansi(is_watched).with_max_level(level).with_writer(std::io::stderr);
    match global.log {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).init(),
    }
}
