//! Where errors become text and an exit code.

use std::fmt;

use jiff::Timestamp;

use crate::run::sample::SampleError;
use crate::run::{RunError, error_text};
use coverledger_archive::{ArchiveError, Doubts, PruneError};
use coverledger_config::ConfigError;
use coverledger_core::model::legible;
use coverledger_demo::DemoError;
use coverledger_store::StoreError;

use super::exit;
use super::screen::Lines;

/// Why a command ended without doing its work.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// The reader of the output (`head`, a pager) closed it: not an error.
    pub reader_is_gone: bool,
    text: String,
}

impl Failure {
    /// A command line that makes no sense.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(exit::USAGE, &text.into())
    }

    /// A past state that cannot be determined for all units.
    pub fn doubtful(as_of: Timestamp, doubts: &Doubts) -> Self {
        let text = format!("what was the truth at {as_of} cannot be told of all: {doubts}");
        Self::new(exit::UNEXPECTED, &text)
    }

    /// Objects of a table that could not be shown, each with the reason.
    pub fn damaged(objects: &[(String, String)]) -> Self {
        let told: Vec<String> = objects.iter().map(|(key, why)| format!("`{key}`: {why}")).collect();
        let text = format!(
            "not shown: {} (`coverledger verify` says more, `--repair` mends what can be)",
            told.join("; ")
        );
        Self::new(exit::UNEXPECTED, &text)
    }

    /// A past state of which tables were pruned.
    pub fn pruned(as_of: Timestamp, pruned: usize, all: usize) -> Self {
        let text = format!(
            "{pruned} of the {all} tables that were the truth at {as_of} were pruned; what is listed is all that is left"
        );
        Self::new(exit::UNEXPECTED, &text)
    }

    /// A configuration that is sound, but lacks something the command needs.
    pub fn config(text: impl Into<String>) -> Self {
        Self::new(exit::CONFIG, &text.into())
    }

    fn new(code: u8, text: &str) -> Self {
        Self { code, reader_is_gone: false, text: legible(text).into_owned() }
    }

    /// An unexpected condition of the machine.
    pub fn machine(text: impl Into<String>) -> Self {
        Self::new(exit::UNEXPECTED, &text.into())
    }

    fn unexpected(error: &dyn std::error::Error) -> Self {
        Self::new(exit::UNEXPECTED, &error_text(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A failure as it is printed. Either it lists the problems of the configuration, one a line, or control characters in it
/// were escaped.
pub struct ErrorMessage<'f>(pub &'f Failure);

impl fmt::Display for ErrorMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0)
    }
}

impl Lines for ErrorMessage<'_> {}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        // Several lines, one for each problem.
        Self { code: exit::CONFIG, reader_is_gone: false, text: error.to_string() }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let code = match &error {
            RunError::UnknownJob { .. } | RunError::NotInJob { .. } => exit::USAGE,
            RunError::ReturningKey { .. } | RunError::WithoutSpark => exit::CONFIG,
            RunError::Exports(_)
            | RunError::Store(_)
            | RunError::Archive(_)
            | RunError::Engine(_)
            | RunError::Worker => exit::UNEXPECTED,
            #[cfg(feature = "spark")]
            RunError::Cluster(_) => exit::UNEXPECTED,
        };
        Self::new(code, &error_text(&error))
    }
}

impl Failure {
    /// A file that could not be used as a sample.
    pub fn of_sample(error: SampleError) -> Self {
        match error {
            SampleError::Run(error) => error.into(),
            SampleError::File { .. } => Self::new(exit::USAGE, &error_text(&error)),
            SampleError::Folder(_) | SampleError::Archive(_) => Self::unexpected(&error),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        let code = match error {
            DemoError::Write { .. } | DemoError::Calendar { .. } => exit::UNEXPECTED,
            _ => exit::USAGE,
        };
        Self::new(code, &error_text(&error))
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

impl From<PruneError> for Failure {
    fn from(error: PruneError) -> Self {
        let code = match error {
            PruneError::Publishing { .. } => exit::CONFLICT,
            PruneError::Doubt(_)
            | PruneError::Unaccounted { .. }
            | PruneError::Share { .. }
            | PruneError::Archive(_) => exit::UNEXPECTED,
        };
        Self::new(code, &error_text(&error))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self { reader_is_gone: true, ..Self::new(exit::DONE, "") };
        }
        Self::unexpected(&error)
    }
}

impl From<polars::error::PolarsError> for Failure {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::unexpected(&error)
    }
}
