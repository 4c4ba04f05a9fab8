//! Writes the rows of one platform to the files of their days, most of them once and punctually. If a platform reports only
//! counts, these files are not written, and the true events are counted.
//!
//! Only the files of the few days that a broadcast can reach are open. Every path date gets its files, even if it has no rows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;

use super::broken::Broken;
use super::cell::{Cells, TextBuffers};
use super::counted::Reports;
use super::error::DemoError;
use super::export::{Export, ExportFiles, Slip};
use super::format::DemoFormat;
use super::random::SeededRng;
use super::row::{Event, Row};
use super::work::Tally;

/// The number of events in a thousand that are a day late, only in the next day's file.
pub(super) const LATE: u32 = 3;
/// The number of events in a thousand that are delivered twice: half in the same file, half in the next day's.
pub(super) const TWICE: u32 = 5;

/// Broken records follow these rows of a file, far enough apart to stay well below one in a hundred.
pub(super) const BROKEN_AFTER: [u64; 3] = [250, 900, 2500];

/// The exports of one platform.
pub(super) struct Sink<'w> {
    shelf: ExportFiles,
    /// The writer of counts, if counts are written instead of rows.
    reports: Option<Reports<'w>>,
    open: BTreeMap<Slip, Export<'w>>,
    /// Days before this one are finished.
    next_day: usize,
    scratch: TextBuffers,
    last_number: u64,
    last_row: Option<Row<'w>>,
    broken: usize,
    rows: u64,
    exports: u64,
}

impl<'w> Sink<'w> {
    pub(super) fn new(shelf: ExportFiles, reports: Option<Reports<'w>>) -> Self {
        Self {
            shelf,
            reports,
            open: BTreeMap::new(),
            next_day: 0,
            scratch: TextBuffers::default(),
            last_number: 0,
            last_row: None,
            broken: 0,
            rows: 0,
            exports: 0,
        }
    }

    /// Rows made so far, broken and repeated ones included.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Files and rows written.
    pub(super) fn tally(&self) -> Tally {
        let events = Tally { exports: self.exports, rows: self.rows };
        self.reports.as_ref().map_or(events, Reports::tally)
    }

    /// Writes an event to its file, and sometimes late or twice.
    pub(super) fn put(&mut self, mut row: Row<'w>, rng: &mut SeededRng) -> Result<(), DemoError> {
        let Some(day) = self.shelf.day_of(&row) else {
            return Ok(());
        };
        row.number = self.next_number();
        if let Some(reports) = &mut self.reports {
            reports.note(&row)?;
        }
        let next_day = (day + 1).min(self.shelf.days() - 1);
        let fate = rng.below(1000);
        // A leave counts on the day of its entry, which may be the day before; if it were late too, it would be two days off.
        if fate < LATE && row.event != Event::Leave {
            return self.write(next_day, row);
        }
        self.write(day, row)?;
        if !(LATE..LATE + TWICE).contains(&fate) {
            return Ok(());
        }
        if rng.happens(0.5) {
            return self.write(next_day, row);
        }
        // Not immediately, but with the next such row: in real exports, a redelivery is rarely next to the original.
        let earlier =
            self.open.get_mut(&(day, self.shelf.part_of(&row))).and_then(|export| export.again.replace(row));
        earlier.map_or(Ok(()), |earlier| self.write(day, earlier))
    }

    /// Finishes the files of all path dates before `date`.
    pub(super) fn finish_before(&mut self, date: Date) -> Result<(), DemoError> {
        self.finish_days(self.shelf.days_before(date))
    }

    /// Finishes the remaining files.
    pub(super) fn finish(&mut self) -> Result<(), DemoError> {
        self.finish_days(self.shelf.days())
    }

    fn finish_days(&mut self, end: usize) -> Result<(), DemoError> {
        for day in self.next_day..end {
            for part in 0..self.shelf.platform.files_a_day {
                self.finish_export((day, part))?;
            }
            if let Some(reports) = &mut self.reports {
                reports.write(day)?;
            }
            self.next_day = day + 1;
        }
        Ok(())
    }

    fn finish_export(&mut self, slip: Slip) -> Result<(), DemoError> {
        let mut export = if let Some(export) = self.open.remove(&slip) {
            export
        } else {
            self.exports += 1;
            self.shelf.start(slip)?
        };
        let mut last = export.again.take();
        if export.rows == 0 && matches!(self.shelf.format, DemoFormat::Ndjson | DemoFormat::NdjsonGz) {
            // NDJSON has no header, and an empty file counts as a failed delivery, so a row is repeated.
            last = self.last_row;
        }
        if let Some(row) = last {
            export.table.write(Cells::of(self.shelf.platform, &row, &mut self.scratch).list())?;
            self.rows += 1;
        }
        export.table.finish()
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    fn write(&mut self, day: usize, row: Row<'w>) -> Result<(), DemoError> {
        let slip = (day, self.shelf.part_of(&row));
        let export = match self.open.entry(slip) {
            Entry::Occupied(place) => place.into_mut(),
            Entry::Vacant(place) => {
                self.exports += 1;
                place.insert(self.shelf.start(slip)?)
            }
        };
        export.table.write(Cells::of(self.shelf.platform, &row, &mut self.scratch).list())?;
        export.rows += 1;
        self.rows += 1;
        let has_come_to_grief = !day.is_multiple_of(3) && BROKEN_AFTER.contains(&export.rows);
        self.last_row = Some(row);
        if has_come_to_grief { self.write_broken(slip, row) } else { Ok(()) }
    }

    /// Writes a broken record made from this row, with a separate id.
    fn write_broken(&mut self, slip: Slip, mut row: Row<'w>) -> Result<(), DemoError> {
        row.number = self.next_number();
        let (platform, format) = (self.shelf.platform, self.shelf.format);
        let Some(export) = self.open.get_mut(&slip) else {
            return Ok(());
        };
        let broken = Broken::nth(self.broken, platform, format);
        let mut cells = Cells::of(platform, &row, &mut self.scratch);
        broken.spoil(platform, &mut cells);
        match broken {
            Broken::Torn => export.table.write_torn(cells.list())?,
            _ => export.table.write(cells.list())?,
        }
        self.broken += 1;
        self.rows += 1;
        Ok(())
    }
}
