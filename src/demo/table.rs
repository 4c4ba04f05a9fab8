//! One export file in the making, whatever its format.

use std::fs;
use std::path::PathBuf;

use super::cell::Cell;
use super::error::DemoError;
use super::format::DemoFormat;
use super::parquet::ParquetFile;
use super::platform::Platform;
use super::text::TextFile;

/// One export file in the making.
pub(super) struct TableFile {
    path: PathBuf,
    body: Body,
}

enum Body {
    Text(TextFile),
    Parquet(Box<ParquetFile>),
}

impl TableFile {
    /// Starts a file at `path`, in folders that are made if they are not there.
    pub(super) fn create(path: PathBuf, platform: &Platform, format: DemoFormat) -> Result<Self, DemoError> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(DemoError::writing(parent))?;
        }
        let body = match format {
            DemoFormat::Parquet => ParquetFile::create(&path, platform).map(|file| Body::Parquet(Box::new(file))),
            _ => TextFile::create(&path, platform, format).map(Body::Text),
        };
        let body = body.map_err(DemoError::writing(&path))?;
        Ok(Self { path, body })
    }

    pub(super) fn write(&mut self, cells: &[Cell<'_>]) -> Result<(), DemoError> {
        let result = match &mut self.body {
            Body::Text(file) => file.write(cells),
            Body::Parquet(file) => file.write(cells),
        };
        result.map_err(DemoError::writing(&self.path))
    }

    /// Writes a record that was cut off; Parquet has none, and takes it whole.
    pub(super) fn write_torn(&mut self, cells: &[Cell<'_>]) -> Result<(), DemoError> {
        let result = match &mut self.body {
            Body::Text(file) => file.write_torn(cells),
            Body::Parquet(file) => file.write(cells),
        };
        result.map_err(DemoError::writing(&self.path))
    }

    pub(super) fn finish(self) -> Result<(), DemoError> {
        let result = match self.body {
            Body::Text(file) => file.finish(),
            Body::Parquet(file) => file.finish(),
        };
        result.map_err(DemoError::writing(&self.path))
    }
}
