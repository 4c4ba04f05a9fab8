//! The week as most platforms report it: one row for half an hour or an hour, broadcast, cover and audience.
//!
//! The counts are made by a separate, naive loop ([`census`]), so that an archive made from them can be compared with one made
//! from the events. Intervals are aligned to UTC: if a market's clock is half an hour off, an hour lies in two slots.

mod census;
pub(super) mod config;
mod counts_file;
mod report_format;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use self::census::{Census, RowKey, Sum};
use self::counts_file::CountsFile;
use self::report_format::{Delivery, ReportFormat};
use super::calendar::{Calendar, PathDays};
use super::error::DemoError;
use super::format::DemoFormat;
use super::platform::Platform;
use super::row::Row;
use super::work::Tally;

/// The file of the first local date is delivered twice: first with incomplete figures.
const TWICE: usize = 1;

/// From the end of a platform's day to its report.
const AFTER: SignedDuration = SignedDuration::from_hours(30);
const PRELIMINARILY_AFTER: SignedDuration = SignedDuration::from_hours(6);

/// The reports of one platform.
pub(super) struct Reports<'w> {
    platform: &'static Platform,
    form: &'static ReportFormat,
    format: DemoFormat,
    days: PathDays,
    root: PathBuf,
    census: Census<'w>,
    tally: Tally,
}

impl<'w> Reports<'w> {
    pub(super) fn new(
        root: &Path,
        platform: &'static Platform,
        format: DemoFormat,
        calendar: &Calendar,
    ) -> Result<Self, DemoError> {
        let form = ReportFormat::of(platform);
        Ok(Self {
            platform,
            form,
            format,
            days: PathDays::new(calendar, platform.zone)?,
            root: root.to_owned(),
            census: Census::new(form.grain_minutes * 60_000)?,
            tally: Tally::default(),
        })
    }

    /// Counts an event.
    pub(super) fn note(&mut self, row: &Row<'w>) -> Result<(), DemoError> {
        self.census.note(row)
    }

    /// The numbers of files and rows written so far.
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    /// Writes the files of a day. No events of this day or earlier may be counted afterwards.
    pub(super) fn write(&mut self, day: usize) -> Result<(), DemoError> {
        let (_, end_ms) = self.days.bounds_ms(day);
        let cells: Vec<(RowKey, Sum<'w>)> = self.census.take_before(end_ms).into_iter().collect();
        let end = Timestamp::from_millisecond(end_ms)?;
        let complete = Delivery { created_at: end + AFTER, is_preliminary: false };
        for part in 0..self.form.files_a_day {
            self.write_file(day, part, complete, &cells)?;
        }
        if day == TWICE {
            // It is written last, so that neither the order of names nor that of writing shows which file is newer.
            let preliminary = Delivery { created_at: end + PRELIMINARILY_AFTER, is_preliminary: true };
            self.write_file(day, 0, preliminary, &cells)?;
        }
        Ok(())
    }

    fn write_file(
        &mut self,
        day: usize,
        part: usize,
        delivery: Delivery,
        cells: &[(RowKey, Sum<'w>)],
    ) -> Result<(), DemoError> {
        let path = self.root.join(self.form.path(self.days.date(day), part, delivery, self.format));
        // The language of the interface changes every other day.
        let mut page = CountsFile::create(&path, (self.platform, self.form), self.format, delivery, day % 2 == 1)?;
        if self.form.has_tests() {
            page.write_test(self.days.bounds_ms(day).0)?;
            self.tally.rows += 1;
        }
        let files = u64::try_from(self.form.files_a_day).unwrap_or(1);
        for (spot, sum) in cells {
            if spot.broadcast % files == u64::try_from(part).unwrap_or(0) {
                page.write(spot, sum)?;
                self.tally.rows += 1;
            }
        }
        page.finish()?;
        self.tally.exports += 1;
        Ok(())
    }
}
