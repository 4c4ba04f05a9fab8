//! The export files of one platform.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::calendar::{Calendar, PathDays};
use super::error::DemoError;
use super::format::DemoFormat;
use super::platform::Platform;
use super::row::Row;
use super::rows::DemoRows;
use super::table::TableFile;

/// A file of a platform: its path date, counted from the first, and its part.
pub(super) type Slip = (usize, usize);

/// One open file.
pub(super) struct Export<'w> {
    pub(super) table: TableFile,
    /// Good rows in it.
    pub(super) rows: u64,
    /// A row to be delivered a second time.
    pub(super) again: Option<Row<'w>>,
}

/// Writes the files of one platform.
pub(super) struct ExportFiles {
    pub(super) platform: &'static Platform,
    pub(super) format: DemoFormat,
    rows: DemoRows,
    days: PathDays,
    root: PathBuf,
}

impl ExportFiles {
    pub(super) fn new(
        root: &Path,
        platform: &'static Platform,
        (format, rows): (DemoFormat, DemoRows),
        calendar: &Calendar,
    ) -> Result<Self, DemoError> {
        Ok(Self { platform, format, rows, days: PathDays::new(calendar, platform.zone)?, root: root.to_owned() })
    }

    pub(super) fn start<'w>(&self, (day, part): Slip) -> Result<Export<'w>, DemoError> {
        let path = self.root.join(self.platform.path(self.days.date(day), part, self.format));
        let table = match self.rows {
            DemoRows::Events => TableFile::create(path, &self.platform.heads(), &[], self.format)?,
            DemoRows::Counts => TableFile::nowhere(),
        };
        Ok(Export { table, rows: 0, again: None })
    }

    pub(super) fn day_of(&self, row: &Row<'_>) -> Option<usize> {
        self.days.day_of(row.occurred_at_ms)
    }

    pub(super) fn days(&self) -> usize {
        self.days.len()
    }

    /// The number of path dates before this one.
    pub(super) fn days_before(&self, date: Date) -> usize {
        self.days.position(date)
    }

    /// A viewer's rows are all in the same part of a day.
    pub(super) fn part_of(&self, row: &Row<'_>) -> usize {
        usize::try_from(row.viewer).unwrap_or(0) % self.platform.files_a_day
    }
}
