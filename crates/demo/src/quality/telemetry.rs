//! The exports of the player: a gzipped CSV for each UTC day, with a row for each view.
//!
//! As in all exports, some rows are a day late, some come twice, and a few records are broken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::view::View;
use crate::calendar::{Calendar, PathDays};
use crate::cell::{Cell, TextBuffers};
use crate::error::DemoError;
use crate::format::DemoFormat;
use crate::plan::Broadcast;
use crate::platform::{Clock, Ids, Kind};
use crate::random::SeededRng;
use crate::sink::{BROKEN_AFTER, LATE, TWICE};
use crate::table::{Head, TableFile};
use crate::truth::STREAMS;
use crate::work::Tally;
use crate::world::MARKETS;
use coverledger_core::model::VisitQuality;

const fn head(name: &'static str, kind: Kind) -> Head {
    Head { name, kind, is_distinct: false }
}

/// The columns of its files.
const HEADS: [Head; 14] = [
    head("view_id", Kind::Text),
    head("started_at", Kind::Text),
    head("country", Kind::Text),
    head("room_id", Kind::Text),
    head("host", Kind::Text),
    head("user_id", Kind::Int),
    head("first_frame_ms", Kind::Int),
    head("stall_seconds", Kind::Int),
    head("stalls", Kind::Int),
    head("watch_seconds", Kind::Int),
    head("failed", Kind::Flag),
    head("bitrate_kbps", Kind::Int),
    head("rung", Kind::Text),
    head("av_offset_ms", Kind::Int),
];

const STARTED_AT: usize = 1;
const COUNTRY: usize = 2;
const ROOM: usize = 3;

/// Numbers of views are far from those of events, from which ids are made in the same way.
const FIRST_NUMBER: u64 = 1 << 48;

/// How the stream of a visit was.
#[derive(Clone, Copy)]
pub(super) struct Seen<'w> {
    /// Unique; the view id is made from it.
    pub(super) number: u64,
    pub(super) at_ms: i64,
    pub(super) broadcast: &'w Broadcast,
    pub(super) viewer: u32,
    pub(super) view: View,
    pub(super) watch_seconds: i64,
}

/// What is wrong with a broken record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Torn,
    MangledRoom,
    BadTime,
    UnknownMarket,
}

const FAULTS: [Fault; 4] = [Fault::Torn, Fault::MangledRoom, Fault::BadTime, Fault::UnknownMarket];

/// One open file.
struct Open<'w> {
    table: TableFile,
    /// Good rows in it.
    rows: u64,
    /// A row to be delivered a second time.
    again: Option<Seen<'w>>,
}

/// A writer of the player's exports.
pub(super) struct Telemetry<'w> {
    root: PathBuf,
    days: PathDays,
    open: BTreeMap<usize, Open<'w>>,
    /// Days before this one are finished.
    next_day: usize,
    text: TextBuffers,
    last_number: u64,
    broken: usize,
    tally: Tally,
}

impl<'w> Telemetry<'w> {
    pub(super) fn new(root: &Path, calendar: &Calendar) -> Result<Self, DemoError> {
        Ok(Self {
            root: root.to_owned(),
            days: PathDays::new(calendar, "UTC")?,
            open: BTreeMap::new(),
            next_day: 0,
            text: TextBuffers::default(),
            last_number: FIRST_NUMBER,
            broken: 0,
            tally: Tally::default(),
        })
    }

    /// Files and rows written.
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    /// Writes a view to the file of its day, and sometimes late or twice.
    pub(super) fn put(&mut self, mut seen: Seen<'w>, rng: &mut SeededRng) -> Result<(), DemoError> {
        let Some(day) = self.days.day_of(seen.at_ms) else {
            return Ok(());
        };
        self.last_number += 1;
        seen.number = self.last_number;
        let next_day = (day + 1).min(self.days.len() - 1);
        let fate = rng.below(1000);
        if fate < LATE {
            return self.write(next_day, seen);
        }
        self.write(day, seen)?;
        if !(LATE..LATE + TWICE).contains(&fate) {
            return Ok(());
        }
        if rng.happens(0.5) {
            return self.write(next_day, seen);
        }
        let earlier = self.open.get_mut(&day).and_then(|file| file.again.replace(seen));
        earlier.map_or(Ok(()), |earlier| self.write(day, earlier))
    }

    /// Finishes the files of all days before `date`.
    pub(super) fn finish_before(&mut self, date: Date) -> Result<(), DemoError> {
        self.finish_days(self.days.position(date))
    }

    /// Finishes the remaining files.
    pub(super) fn finish(&mut self) -> Result<(), DemoError> {
        self.finish_days(self.days.len())
    }

    fn finish_days(&mut self, end: usize) -> Result<(), DemoError> {
        for day in self.next_day..end {
            let mut file = self.take(day)?;
            if let Some(seen) = file.again.take() {
                file.table.write(&cells(&seen, &mut self.text))?;
                self.tally.rows += 1;
            }
            file.table.finish()?;
            self.next_day = day + 1;
        }
        Ok(())
    }

    /// The file of a day, which is started if it has no rows yet.
    fn take(&mut self, day: usize) -> Result<Open<'w>, DemoError> {
        if let Some(file) = self.open.remove(&day) {
            return Ok(file);
        }
        let path = self.root.join(STREAMS.source).join(format!("{}.csv.gz", self.days.date(day)));
        self.tally.exports += 1;
        Ok(Open { table: TableFile::create(path, &HEADS, &[], DemoFormat::CsvGz)?, rows: 0, again: None })
    }

    fn write(&mut self, day: usize, seen: Seen<'w>) -> Result<(), DemoError> {
        let mut file = self.take(day)?;
        file.table.write(&cells(&seen, &mut self.text))?;
        file.rows += 1;
        self.tally.rows += 1;
        if !day.is_multiple_of(3) && BROKEN_AFTER.contains(&file.rows) {
            self.last_number += 1;
            let broken = Seen { number: self.last_number, ..seen };
            write_broken(&mut file.table, FAULTS[self.broken % FAULTS.len()], &broken, &mut self.text)?;
            self.broken += 1;
            self.tally.rows += 1;
        }
        self.open.insert(day, file);
        Ok(())
    }
}

fn write_broken(
    table: &mut TableFile,
    fault: Fault,
    seen: &Seen<'_>,
    text: &mut TextBuffers,
) -> Result<(), DemoError> {
    let mut cells = cells(seen, text);
    match fault {
        Fault::Torn => return table.write_torn(&cells),
        Fault::MangledRoom => cells[ROOM] = Cell::Text("7.65142E+18"),
        Fault::BadTime => cells[STARTED_AT] = Cell::Text("31/10/2026 25:61"),
        Fault::UnknownMarket => cells[COUNTRY] = Cell::Text("ZZ"),
    }
    table.write(&cells)
}

/// The values of [`HEADS`].
fn cells<'a>(seen: &'a Seen<'_>, text: &'a mut TextBuffers) -> [Cell<'a>; HEADS.len()] {
    text.write_time(Clock::Rfc3339, seen.at_ms);
    text.write_id(Ids::Hex, seen.number);
    let view = &seen.view;
    let began = view.quality != VisitQuality::Failed;
    let if_began = |number: i64| if began { Cell::Int(number) } else { Cell::Missing };
    [
        Cell::Text(&text.id),
        Cell::Text(&text.time),
        Cell::Text(MARKETS[seen.broadcast.market].code),
        Cell::Text(&seen.broadcast.id),
        Cell::Text(&seen.broadcast.host),
        Cell::Int(seen.broadcast.platform.ids.viewer(seen.viewer)),
        view.first_frame_ms.map_or(Cell::Missing, |ms| Cell::Int(i64::from(ms))),
        Cell::Int(i64::from(view.stall_seconds)),
        Cell::Int(i64::from(view.stalls)),
        Cell::Int(if began { seen.watch_seconds } else { 0 }),
        Cell::Flag(!began),
        if_began(i64::from(view.bitrate_kbps)),
        if began { Cell::Text(view.rung) } else { Cell::Missing },
        if_began(view.sound_ahead_ms),
    ]
}
