//! Where errors become text and an exit code.

use std::fmt;

use crate::archive::ArchiveError;
use crate::config::ConfigError;
use crate::demo::DemoError;
use crate::run::{RunError, error_text};
use crate::store::StoreError;

use super::exit;

/// Why a command ended without doing its work.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    text: String,
}

impl Failure {
    /// A command line that makes no sense.
    pub fn usage(text: impl Into<String>) -> Self {
        Self { code: exit::USAGE, text: text.into() }
    }

    fn unexpected(error: &dyn std::error::Error) -> Self {
        Self { code: exit::UNEXPECTED, text: error_text(error) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self { code: exit::CONFIG, text: error.to_string() }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let code = match &error {
            RunError::UnknownJob { .. } | RunError::NotInJob { .. } => exit::USAGE,
            RunError::Exports(_) => exit::EXPORTS,
            RunError::Store(_) | RunError::Archive(_) | RunError::Spill(_) | RunError::Worker => exit::UNEXPECTED,
        };
        Self { code, text: error_text(&error) }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        let code = match error {
            DemoError::Write { .. } | DemoError::Calendar { .. } => exit::UNEXPECTED,
            _ => exit::USAGE,
        };
        Self { code, text: error_text(&error) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::unexpected(&error)
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        Self::unexpected(&error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unexpected(&error)
    }
}

impl From<polars::error::PolarsError> for Failure {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::unexpected(&error)
    }
}
