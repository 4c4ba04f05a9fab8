//! The message for a command line that makes no sense, on several lines.

use std::fmt;

use clap::builder::StyledStr;
use clap::error::ContextValue;

use super::screen::Lines;
use coverledger_core::model::legible;

/// The message of clap.
pub struct Usage(String);

impl Usage {
    /// Each word of the command line is shown on one line, with newlines and control characters escaped.
    pub fn of(mut error: clap::Error) -> Self {
        let on_one_line = |text: &String| legible(text).into_owned();
        let context: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
        for (kind, value) in context {
            let shown = match &value {
                ContextValue::String(text) => ContextValue::String(on_one_line(text)),
                ContextValue::Strings(texts) => ContextValue::Strings(texts.iter().map(on_one_line).collect()),
                // Hints, which repeat words of the command line.
                ContextValue::StyledStrs(texts) => {
                    let texts = texts.iter().map(|text| StyledStr::from(on_one_line(&text.to_string())));
                    ContextValue::StyledStrs(texts.collect())
                }
                _ => continue,
            };
            error.insert(kind, shown);
        }
        Self(error.render().to_string().trim_end().to_owned())
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lines for Usage {}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn no_word_of_the_command_line_forges_a_line() {
        for words in [
            &["coverledger", "\nFORGED"][..],
            &["coverledger", "run", "nightly", "--\nFORGED"],
            &["coverledger", "run", "nightly", "b\nFORGED"],
            &["coverledger", "run", "nightly", "--at", "\nFORGED"],
            &["coverledger", "show", "\nFORGED"],
            &["coverledger", "backfill", "nightly", "--from", "\nFORGED", "--to", "2026-11-21"],
            &["coverledger", "prune", "--older-than", "7\nFORGED"],
        ] {
            let text = Usage::of(Cli::try_parse_from(words).unwrap_err()).to_string();
            assert!(!text.lines().any(|line| line.starts_with("FORGED")), "{text}");
            assert!(text.contains("FORGED"), "{text}");
        }
    }
}
