//! The configuration and the files in folders of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use tempfile::TempDir;

use super::first::{self, FirstSignals, FirstViews};
use super::{FirstRow, Placed, SampleError, Seam, Tried, TriedDay, log};
use crate::reading::reach::reach;
use crate::run::{Disposition, RunError, RunReport, error_text};
use crate::stores;
use coverledger_archive::{Receipt, Unit};
use coverledger_config::{EngineChoice, Export, Platform, Rows, StoreLocation, Workspace};
use coverledger_core::model::{CountRow, MarketDay, MarketId, PlatformId};
use coverledger_core::time::Zone;
use coverledger_read::export::{self, Cores, Excerpt, ExportError, Halt, PathValues, Reach, ReadReport, Reading};

/// More local dates than this are not tried.
const MOST_DATES: i64 = 800;

/// The configuration on folders of its own.
pub(super) struct Own {
    pub(super) workspace: Workspace,
    /// The number of an export here, by its number in the configuration.
    numbers: BTreeMap<(PlatformId, usize), usize>,
    folder: TempDir,
}

impl Own {
    pub(super) fn new(workspace: &Workspace, placed: &[Placed]) -> Result<Self, SampleError> {
        let folder = match &workspace.settings.spill_dir {
            Some(spill_dir) => TempDir::new_in(spill_dir),
            None => TempDir::new(),
        };
        let folder = folder.map_err(SampleError::Folder)?;
        let mut own = workspace.clone();
        own.settings.exports = StoreLocation::Folder(folder.path().join("exports"));
        // A local file is no cluster's.
        own.settings.engine = EngineChoice::Local;
        own.settings.archive = StoreLocation::Folder(folder.path().join("archive"));
        (own.decisions, own.channels) = (None, BTreeMap::new());
        own.experiments.clear();
        own.rotations.clear();
        own.platforms.retain(|id, _| placed.iter().any(|placed| placed.platform == *id));
        let mut numbers = BTreeMap::new();
        for (id, platform) in &mut own.platforms {
            let is_tried =
                |number: usize| placed.iter().any(|placed| placed.platform == *id && placed.export == number);
            for number in (0..platform.exports.len()).filter(|number| is_tried(*number)) {
                numbers.insert((id.clone(), number), numbers.iter().filter(|((of, _), _)| of == id).count());
            }
            *platform = of_exports(platform, is_tried);
        }
        let own = Self { workspace: own, numbers, folder };
        for placed in placed {
            own.copy(placed)?;
        }
        Ok(own)
    }

    pub(super) fn platforms(&self) -> impl Iterator<Item = &PlatformId> {
        self.workspace.platforms.keys()
    }

    fn copy(&self, placed: &Placed) -> Result<(), SampleError> {
        let failed = |source| SampleError::File { file: placed.file.display().to_string(), source };
        let to = self.path_of(&placed.key);
        std::fs::create_dir_all(to.parent().unwrap_or(Path::new("."))).map_err(SampleError::Folder)?;
        std::fs::copy(&placed.file, &to).map_err(failed)?;
        Ok(())
    }

    fn path_of(&self, key: &str) -> PathBuf {
        self.folder.path().join("exports").join(key)
    }

    /// Makes the files as new as the run believes that it is: what they do not speak of has not happened.
    pub(super) fn age_files(&self, now: Timestamp) -> Result<(), SampleError> {
        touch(&self.folder.path().join("exports"), now).map_err(SampleError::Folder)
    }

    /// Reads a file by itself, and from when to when it speaks.
    pub(super) async fn read(
        &self,
        placed: Placed,
    ) -> Result<(Tried, Option<(Timestamp, Timestamp)>), SampleError> {
        let number = self.numbers.get(&(placed.platform.clone(), placed.export));
        let platform = self.workspace.platforms.get(&placed.platform).ok_or(RunError::Worker)?;
        let definition = number.and_then(|number| platform.exports.get(*number)).ok_or(RunError::Worker)?;
        let path = self.values_of(definition, &placed).await?;
        let file = File::open(self.path_of(&placed.key));
        let file = file.map_err(|source| SampleError::File { file: placed.file.display().to_string(), source })?;
        let reach =
            placed.export_date.map_or_else(Reach::everything, |date| reach(&self.workspace, definition, date));
        let settings = &self.workspace.settings;
        let markets: BTreeMap<MarketId, Zone> =
            self.workspace.markets.iter().map(|(id, market)| (id.clone(), market.day.zone.clone())).collect();
        let reading = Reading {
            export: definition,
            entry_is_click: platform.entry_is_click(),
            path: &path,
            reach: &reach,
            markets: &markets,
            stay_seconds: settings.stay_seconds,
            excerpt: Excerpt { chars: settings.reject_text_chars, viewer_ids: settings.reject_viewer_ids },
            halt: &Halt::new(),
            cores: &Cores::default(),
            most_prints: 0,
        };
        let First { read, rows: first, span_us, seams } = read_first(&reading, file, settings.memory_bytes);
        let of_path = path.start.zip(path.end);
        let of_rows = span_us.and_then(|(first, last)| {
            Some((Timestamp::from_microsecond(first).ok()?, Timestamp::from_microsecond(last).ok()?))
        });
        // Of a date in the path all days that read the object.
        let of_date = placed.export_date.and_then(|date| crate::plan::reach(definition, date));
        let is_log = matches!(definition.rows, Rows::Covers(_));
        let tried = Tried { placed, read: read.map_err(|error| error_text(&error)), first, is_log, seams };
        Ok((tried, of_date.or(of_rows).or(of_path)))
    }

    /// What the path of a file says.
    async fn values_of(&self, definition: &Export, placed: &Placed) -> Result<PathValues, SampleError> {
        let store = stores::exports(&self.workspace.settings).map_err(RunError::Exports)?;
        let dates = placed.export_date.into_iter().collect();
        let search = export::find(&store, definition, &self.workspace.markets, &dates).await;
        let found = search.map_err(RunError::Exports)?.found;
        let found = found.into_iter().find(|found| found.object.key == placed.key);
        Ok(found.map(|found| found.path).unwrap_or_default())
    }

    /// The local dates in any market between these instants.
    pub(super) fn dates(&self, spans: impl Iterator<Item = (Timestamp, Timestamp)>) -> Option<(Date, Date)> {
        let (from, until) = spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
        let days = |at: Timestamp| {
            let of = self.workspace.markets.values().filter_map(move |market| market.day.day_of(at));
            of.map(|day| day.date)
        };
        let (from, to) = (days(from).min()?, days(until).max()?);
        Some((from.max(to.checked_sub(MOST_DATES.days()).unwrap_or(from)), to))
    }

    /// Whether instants reach into a market-day.
    pub(super) fn reaches(&self, day: &MarketDay, (from, until): (Timestamp, Timestamp)) -> bool {
        let market = self.workspace.markets.get(&day.market);
        let local = market.and_then(|market| market.day.day(day.local_date));
        local.is_some_and(|local| from < local.end && until >= local.start)
    }

    /// What became of the market-days, those of which nothing is in the files left out and counted.
    pub(super) async fn days(
        &self,
        report: &RunReport,
        logs: &BTreeSet<&str>,
        now: Timestamp,
    ) -> Result<(Vec<TriedDay>, usize), SampleError> {
        let archive = stores::archive_for_reading(&self.workspace.settings).map_err(RunError::Store)?;
        let (mut days, mut empty_days) = (Vec::new(), 0);
        for (market_day, end) in &report.days {
            let receipt = match end {
                Disposition::Published { .. } | Disposition::Current { .. } => {
                    archive.newest(&Unit::MarketDay(market_day.clone())).await?
                }
                _ => None,
            };
            let rows = receipt.as_ref().map(|receipt| rows_of(receipt, logs));
            if rows == Some(0) {
                empty_days += 1;
                continue;
            }
            days.push(TriedDay {
                market_day: market_day.clone(),
                end: end.clone(),
                is_over: report.ends.get(market_day).is_some_and(|end| *end <= now),
                rows,
                totals: receipt.map(|receipt| receipt.content.totals).unwrap_or_default(),
            });
        }
        Ok((days, empty_days))
    }
}

/// Rows of counts and events that count; those of logs of covers count nothing.
fn rows_of(receipt: &Receipt, logs: &BTreeSet<&str>) -> u64 {
    let counting = receipt.content.exports.iter().filter(|export| !logs.contains(export.key.as_str()));
    counting.map(|export| export.rows.counted).sum()
}

/// What is seen of an export by itself.
struct First {
    read: Result<ReadReport, ExportError>,
    rows: Vec<FirstRow>,
    span_us: Option<(i64, i64)>,
    seams: Vec<Seam>,
}

fn read_first(reading: &Reading<'_>, file: File, memory_bytes: u64) -> First {
    match &reading.export.rows {
        Rows::Events { .. } | Rows::Impressions { .. } => {
            let mut signals = FirstSignals::default();
            let read = export::read(reading, file, &mut signals);
            First { read, rows: signals.rows, span_us: signals.span_us, seams: Vec::new() }
        }
        Rows::Quality(_) => {
            let mut views = FirstViews::default();
            let read = export::read_quality(reading, file, &mut views);
            First { read, rows: Vec::new(), span_us: views.span_us, seams: Vec::new() }
        }
        Rows::Counts(_) | Rows::Covers(_) => {
            let most = memory_bytes / 4 / size_of::<CountRow>() as u64;
            match export::read_page(reading, file, usize::try_from(most).unwrap_or(usize::MAX)) {
                Ok((report, page)) => First {
                    read: Ok(report),
                    rows: first::of_page(&page),
                    span_us: first::span_of(&page),
                    seams: log::seams(&page),
                },
                Err(error) => First { read: Err(error), rows: Vec::new(), span_us: None, seams: Vec::new() },
            }
        }
    }
}

/// A platform of which only some exports are there: nothing steps in for them, and nothing else says that they are whole.
fn of_exports(platform: &Platform, is_tried: impl Fn(usize) -> bool) -> Platform {
    let exports = platform.exports.iter().enumerate().filter(|(number, _)| is_tried(*number));
    let mut exports: Vec<Export> = exports.map(|(_, export)| export.clone()).collect();
    let names: BTreeSet<String> = exports.iter().map(|export| export.name.clone()).collect();
    for export in &mut exports {
        (export.completeness.parts, export.completeness.complete_when) = (None, None);
        if let Rows::Counts(counts) = &mut export.rows {
            counts.fallback_for = counts.fallback_for.take().filter(|better| names.contains(better));
        }
    }
    Platform { exports, ..platform.clone() }
}

/// Sets the time of every file in a folder.
fn touch(folder: &Path, at: Timestamp) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            touch(&entry.path(), at)?;
        } else {
            File::options().append(true).open(entry.path())?.set_modified(at.into())?;
        }
    }
    Ok(())
}
