//! Why a demo could not be written.

use std::io;
use std::path::{Path, PathBuf};

use super::calendar::MAX_DAYS;

/// Why a demo could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The number of days is out of range.
    #[error("`{days}` is not a number of demo days (expected 1 to {MAX_DAYS})")]
    Days {
        /// The number asked for.
        days: u16,
    },
    /// The format is unknown.
    #[error("unknown demo format `{found}` (expected `csv`, `csv.gz`, `tsv`, `ndjson`, `ndjson.gz` or `parquet`)")]
    UnknownFormat {
        /// The name found.
        found: String,
    },
    /// The kind of rows is unknown.
    #[error("unknown kind of demo rows `{found}` (expected `events` or `counts`)")]
    UnknownRows {
        /// The name found.
        found: String,
    },
    /// Counts know no viewers.
    #[error("`quality` is of viewers, and rows of `counts` know none (expected `events`)")]
    QualityOfCounts,
    /// The folder has files that were not written by a demo.
    #[error("`{}` is in use and no demo wrote it (choose an empty folder)", path.display())]
    Occupied {
        /// The file or folder that is in the way.
        path: PathBuf,
    },
    /// The folder has the files of a demo with other arguments.
    #[error("`{}` holds another demo, with {found} (delete it or choose an empty folder)", path.display())]
    AnotherDemo {
        /// The folder.
        path: PathBuf,
        /// The arguments of the demo that is there.
        found: String,
    },
    /// A file or folder could not be written or read.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A picture could not be encoded.
    #[error("could not encode `{name}`")]
    Picture {
        /// The picture's file.
        name: String,
        /// The encoder's error.
        source: image::ImageError,
    },
    /// The font of the pictures is damaged.
    #[error("the font of the demo's pictures cannot be read")]
    Font,
    /// A date or a zone of the demo is invalid.
    #[error("could not lay out the demo's calendar")]
    Calendar(#[from] jiff::Error),
}

impl DemoError {
    /// For `map_err`: a failure to write this path.
    pub(super) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}
