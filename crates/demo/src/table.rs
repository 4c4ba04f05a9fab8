//! A writer of one export file, for all formats.

use std::fs;
use std::path::PathBuf;

use super::cell::Cell;
use super::error::DemoError;
use super::format::DemoFormat;
use super::parquet::ParquetFile;
use super::platform::Kind;
use super::text::TextFile;

/// A column of a file.
pub(super) struct Head {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether nearly all values differ.
    pub(super) is_distinct: bool,
}

/// A writer of one export file.
pub(super) struct TableFile {
    path: PathBuf,
    body: Body,
}

enum Body {
    Text(TextFile),
    Parquet(Box<ParquetFile>),
    /// Discards everything.
    Nowhere,
}

impl TableFile {
    /// A writer that discards everything.
    pub(super) fn nowhere() -> Self {
        Self { path: PathBuf::new(), body: Body::Nowhere }
    }

    /// Starts a file at `path`, in folders that are created if necessary. Text in columns begins with these
    /// lines.
    pub(super) fn create(
        path: PathBuf,
        heads: &[Head],
        preamble: &[String],
        format: DemoFormat,
    ) -> Result<Self, DemoError> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(DemoError::writing(parent))?;
        }
        let body = match format {
            DemoFormat::Parquet => ParquetFile::create(&path, heads).map(|file| Body::Parquet(Box::new(file))),
            _ => TextFile::create(&path, heads, preamble, format).map(Body::Text),
        };
        let body = body.map_err(DemoError::writing(&path))?;
        Ok(Self { path, body })
    }

    pub(super) fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), DemoError> {
        let result = match &mut self.body {
            Body::Text(file) => file.write(cells),
            Body::Parquet(file) => file.write(cells),
            Body::Nowhere => Ok(()),
        };
        result.map_err(DemoError::writing(&self.path))
    }

    /// Writes a truncated record. Parquet cannot have one, so the record is written whole.
    pub(super) fn write_torn(&mut self, cells: &[Cell<'_>]) -> Result<(), DemoError> {
        let result = match &mut self.body {
            Body::Text(file) => file.write_torn(cells),
            Body::Parquet(file) => file.write(cells),
            Body::Nowhere => Ok(()),
        };
        result.map_err(DemoError::writing(&self.path))
    }

    pub(super) fn finish(self) -> Result<(), DemoError> {
        let result = match self.body {
            Body::Text(file) => file.finish(),
            Body::Parquet(file) => file.finish(),
            Body::Nowhere => Ok(()),
        };
        result.map_err(DemoError::writing(&self.path))
    }
}
