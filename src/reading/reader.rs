//! Reads the objects of a batch, one at a time: rows go to the counters on their markets' clocks, counts and covers are kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::time::Duration;

use super::localize::{Clocks, Localizing};
use super::prefetcher::Next;
use super::reach::Reaches;
use super::read_export::{Read, ReadExport, Unread};
use super::reading_error::ReadingError;
use super::room::Room;
use super::views::LocalizingViews;
use super::watch::{Ended, Watch};
use crate::error_text::error_text;
use crate::plan::{Batch, PlannedExport};
use coverledger_config::{Market, Platform, QualityGrain, Rows, Workspace};
use coverledger_core::count::{EngineError, QualityRowsOf, QualityWriter, RowsByDay, SignalWriter};
use coverledger_core::model::{MarketId, Turns};
use coverledger_core::time::{Zone, span};
use coverledger_read::export::{self, Cores, Excerpt, ExportError, Halt, ReadReport, Reading};
use coverledger_store::{Fetched, Store, StoreError};

/// What the objects of a batch are read with, by any number of threads.
pub(crate) struct Reader<'a> {
    workspace: &'a Workspace,
    exports: &'a Store,
    platform: &'a Platform,
    clocks: Clocks<'a>,
    markets: BTreeMap<MarketId, Zone>,
    reaches: Reaches,
    room: Room,
    most_prints: usize,
    cores: Cores,
}

impl<'a> Reader<'a> {
    /// Of a batch of a platform, with its turns in every market.
    pub(crate) fn new(
        workspace: &'a Workspace,
        exports: &'a Store,
        platform: &'a Platform,
        batch: &Batch<'_>,
        turns: &BTreeMap<MarketId, Turns>,
    ) -> Self {
        let memory_bytes = workspace.settings.memory_bytes;
        let zone = |(id, market): (&MarketId, &Market)| (id.clone(), market.day.zone.clone());
        Self {
            workspace,
            exports,
            platform,
            clocks: Clocks::new(workspace, &batch.days, &platform.eras, turns),
            markets: workspace.markets.iter().map(zone).collect(),
            reaches: Reaches::of(workspace, platform, batch),
            room: Room::new(memory_bytes),
            most_prints: most_prints(memory_bytes, batch.exports.len()),
            cores: Cores::default(),
        }
    }

    /// The same on so many cores: one that has no object to read decompresses for another.
    pub(crate) fn on(self, cores: usize) -> Self {
        Self { cores: Cores::new(cores), ..self }
    }

    /// How long an object may take.
    pub(crate) const fn limit(&self) -> Duration {
        Duration::from_secs(self.workspace.settings.export_limit_seconds)
    }

    /// Waits until an object is there and reads it. [`Ended`] if the run is to stop or the platform's stint is over; an object
    /// that takes too long is not counted, and others are read on.
    pub(crate) fn read_next(
        &self,
        planned: &PlannedExport,
        next: Next,
        watch: &Watch,
        writers: &mut Writers<'_, impl SignalWriter>,
    ) -> Result<Result<Result<ReadExport, Unread>, Ended>, ReadingError> {
        let number = next.index;
        let read = next.fetched()?.map(|fetched| self.read(planned, fetched, number, watch.halt(), writers));
        Ok(match (watch.ended(), read.transpose()?) {
            (Some(ended @ (Ended::Stopped | Ended::StintOver | Ended::LeaseLost)), _) => Err(ended),
            (None, Some(read)) => Ok(read),
            (Some(Ended::TooLong) | None, _) => Ok(Err(Unread::new(too_long(self.limit())))),
        })
    }

    /// What is read of an export that is to be read no further is worth nothing.
    fn read(
        &self,
        planned: &PlannedExport,
        fetched: Result<Fetched, StoreError>,
        number: usize,
        halt: &Halt,
        writers: &mut Writers<'_, impl SignalWriter>,
    ) -> Result<Result<ReadExport, Unread>, ReadingError> {
        let object = &planned.found.object;
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(error) => return Ok(Err(Unread::of(&error))),
        };
        let again = match fetched.file.try_clone() {
            Ok(again) => again,
            Err(error) => return Ok(Err(Unread::new(error_text(&error)))),
        };
        let settings = &self.workspace.settings;
        let definition = self.platform.exports.get(planned.export).ok_or(ReadingError::Worker)?;
        let reading = Reading {
            export: definition,
            entry_is_click: self.platform.entry_is_click(),
            path: &planned.found.path,
            reach: self.reaches.of_object(planned),
            markets: &self.markets,
            stay_seconds: settings.stay_seconds,
            excerpt: Excerpt { chars: settings.reject_text_chars, viewer_ids: settings.reject_viewer_ids },
            halt,
            cores: &self.cores,
            most_prints: self.most_prints,
        };
        let read = match &definition.rows {
            Rows::Events { .. } | Rows::Impressions { .. } => {
                self.signals(&reading, fetched.file, number, &mut writers.signals)?
            }
            Rows::Quality(rows) => {
                let views = writers.views.as_mut().ok_or(ReadingError::Worker)?;
                views.begin(number, rows_of(rows.grain));
                self.views(&reading, fetched.file, views)?
            }
            Rows::Counts(_) | Rows::Covers(_) => self.room.read(&reading, fetched.file),
        };
        let still = || self.exports.still(object, &again).map_err(|error| Unread::new(error_text(&error)));
        Ok(read.and_then(|(report, rows)| {
            still()?;
            Ok(ReadExport { sha256: fetched.sha256, modified: None, report, rows })
        }))
    }

    fn views(
        &self,
        reading: &Reading<'_>,
        file: File,
        writer: &mut QualityWriter<'_>,
    ) -> Result<Result<(ReadReport, Read), Unread>, ReadingError> {
        let mut localizing = LocalizingViews::new(&self.clocks, writer);
        let report = export::read_quality(reading, file, &mut localizing);
        if let Some(failure) = localizing.failure {
            return Err(EngineError::Spill(failure).into());
        }
        let landed = writer.end();
        Ok(report.map_err(|error| self.unread(&error)).and_then(|report| {
            balanced(&report, &landed)?;
            Ok((report, Read::Views(landed)))
        }))
    }

    fn unread(&self, error: &ExportError) -> Unread {
        match error {
            ExportError::TooManyCells(most) => Unread::too_many_cells(*most, self.clocks.has_groups()),
            error => Unread::new(error_text(error)),
        }
    }

    fn signals(
        &self,
        reading: &Reading<'_>,
        file: File,
        number: usize,
        writer: &mut impl SignalWriter,
    ) -> Result<Result<(ReadReport, Read), Unread>, ReadingError> {
        writer.begin(number);
        let mut localizing = Localizing::new(&self.clocks, writer);
        let report = export::read(reading, file, &mut localizing);
        if let Some(failure) = localizing.failure {
            return Err(failure.into());
        }
        let landed = writer.end();
        Ok(report.map_err(|error| self.unread(&error)).and_then(|report| {
            balanced(&report, &landed)?;
            Ok((report, Read::Signals(landed)))
        }))
    }
}

/// How many prints each export may keep: together a sixteenth of the memory bound.
fn most_prints(memory_bytes: u64, exports: usize) -> usize {
    let prints = memory_bytes / 16 / size_of::<u64>() as u64;
    usize::try_from(prints).unwrap_or(usize::MAX) / exports.max(1)
}

/// Why an export that took longer than it may is not counted.
fn too_long(limit: Duration) -> String {
    format!(
        "reading it took longer than `export_limit` in `archive.yaml`, {}, and was given up (the next run tries again; deliver it in smaller files, or give it more time)",
        span(limit)
    )
}

/// What a row is of.
const fn rows_of(grain: QualityGrain) -> QualityRowsOf {
    match grain {
        QualityGrain::View => QualityRowsOf::OneView,
        QualityGrain::Minute => QualityRowsOf::Minute,
        QualityGrain::Broadcast => QualityRowsOf::Broadcast,
    }
}

/// The ways into the counters for one thread.
pub(crate) struct Writers<'c, W> {
    pub(crate) signals: W,
    pub(crate) views: Option<QualityWriter<'c>>,
}

/// Whether every row that was taken went somewhere.
fn balanced(report: &ReadReport, landed: &RowsByDay) -> Result<(), Unread> {
    let placed = landed.by_day.iter().sum::<u64>() + landed.outside;
    if placed == report.taken {
        return Ok(());
    }
    let reason = format!("its rows do not balance: {} were taken, {placed} placed", report.taken);
    Err(Unread::new(reason))
}
