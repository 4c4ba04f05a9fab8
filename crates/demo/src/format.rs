//! The formats that a demo's exports can have.

use std::fmt;
use std::str::FromStr;

use super::error::DemoError;

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoFormat {
    /// Comma-separated, with a header.
    Csv,
    /// The same, gzipped.
    CsvGz,
    /// Tab-separated, with a header.
    Tsv,
    /// One JSON object a line.
    Ndjson,
    /// The same, gzipped.
    NdjsonGz,
    /// Parquet with zstd.
    Parquet,
}

impl DemoFormat {
    const ALL: [Self; 6] = [Self::Csv, Self::CsvGz, Self::Tsv, Self::Ndjson, Self::NdjsonGz, Self::Parquet];

    /// The extension of a file's name, which is also the argument of `--format`.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvGz => "csv.gz",
            Self::Tsv => "tsv",
            Self::Ndjson => "ndjson",
            Self::NdjsonGz => "ndjson.gz",
            Self::Parquet => "parquet",
        }
    }

    /// The `format` in a configuration: gzip is detected and not configured.
    pub(super) fn config_word(self) -> &'static str {
        match self {
            Self::Csv | Self::CsvGz => "csv",
            Self::Tsv => "tsv",
            Self::Ndjson | Self::NdjsonGz => "ndjson",
            Self::Parquet => "parquet",
        }
    }

    /// Whether it is text in columns, below a header.
    pub(super) fn is_separated(self) -> bool {
        matches!(self, Self::Csv | Self::CsvGz | Self::Tsv)
    }

    pub(super) fn is_gzipped(self) -> bool {
        matches!(self, Self::CsvGz | Self::NdjsonGz)
    }
}

impl fmt::Display for DemoFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl FromStr for DemoFormat {
    type Err = DemoError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.extension() == text);
        found.ok_or_else(|| DemoError::UnknownFormat { found: text.to_owned() })
    }
}
