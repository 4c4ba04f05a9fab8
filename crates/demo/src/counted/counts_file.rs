//! One file of counts: its rows in the platform's columns, and the preamble and totals around them.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::census::{RowKey, Sum};
use super::report_format::{Content, Delivery, ReportFormat};
use crate::audience::{AGES, GENDERS};
use crate::cell::Cell;
use crate::error::DemoError;
use crate::format::DemoFormat;
use crate::platform::Platform;
use crate::table::TableFile;
use crate::world::{COVERS, MARKETS};
use coverledger_core::model::{Count, Counts};

/// A writer of one file of counts.
pub(super) struct CountsFile {
    platform: &'static Platform,
    form: &'static ReportFormat,
    delivery: Delivery,
    table: TableFile,
    total: Option<Counts>,
    is_german: bool,
}

/// The values that a row's cells are made from.
struct RowValues<'a> {
    start_ms: i64,
    broadcast: &'a str,
    counts: &'a Counts,
    spot: &'a RowKey,
    is_test: bool,
}

impl CountsFile {
    /// Starts a file.
    pub(super) fn create(
        path: &Path,
        (platform, form): (&'static Platform, &'static ReportFormat),
        format: DemoFormat,
        delivery: Delivery,
        is_german: bool,
    ) -> Result<Self, DemoError> {
        let preamble = if form.has_totals { preamble(delivery, is_german) } else { Vec::new() };
        let heads = form.heads(is_german);
        let table = TableFile::create(path.to_owned(), &heads, &preamble, format)?;
        let total = (form.has_totals && format.is_separated()).then(Counts::default);
        Ok(Self { platform, form, delivery, table, total, is_german })
    }

    /// Writes a row.
    pub(super) fn write(&mut self, spot: &RowKey, sum: &Sum<'_>) -> Result<(), DemoError> {
        let mut counts = sum.counts;
        if self.delivery.is_preliminary {
            // A quarter of the figures is still missing.
            for count in Count::ALL {
                *counts.get_mut(count) -= counts.get(count).div_ceil(4);
            }
            counts.dwell_ms -= counts.dwell_ms % 1000;
        }
        if let Some(total) = &mut self.total {
            total.add(&counts);
        }
        let broadcast = sum.broadcast.id.as_str();
        self.put(&RowValues { start_ms: spot.start_ms, broadcast, counts: &counts, spot, is_test: false })
    }

    /// Writes a row of a host's rehearsal, which must not be counted.
    pub(super) fn write_test(&mut self, start_ms: i64) -> Result<(), DemoError> {
        let counts = Counts { impressions: 4000, clicks: 900, entries: 900, ..Counts::default() };
        let spot = RowKey { start_ms, market: 0, broadcast: 0, cover: 0, gender: 0, age: 0 };
        self.put(&RowValues { start_ms, broadcast: "LS-rehearsal", counts: &counts, spot: &spot, is_test: true })
    }

    /// Writes the totals, if it has any, and ends the file.
    pub(super) fn finish(mut self) -> Result<(), DemoError> {
        if let Some(total) = self.total {
            let texts: Vec<Written> =
                self.form.columns.iter().map(|column| self.total(column.holds, &total)).collect();
            self.table.write(&texts.iter().map(Written::cell).collect::<Vec<_>>())?;
        }
        self.table.finish()
    }

    fn put(&mut self, line: &RowValues<'_>) -> Result<(), DemoError> {
        let texts: Vec<Written> = self.form.columns.iter().map(|column| self.text(column.holds, line)).collect();
        self.table.write(&texts.iter().map(Written::cell).collect::<Vec<_>>())
    }

    fn text(&self, holds: Content, line: &RowValues<'_>) -> Written {
        let market = &MARKETS[line.spot.market];
        let ends_ms = line.start_ms + self.form.grain_minutes * 60_000;
        match holds {
            Content::StartEpoch => Written::Int(line.start_ms / 1000),
            Content::StartWall => Written::Words(singapore(line.start_ms)),
            Content::EndWall => Written::Words(singapore(ends_ms)),
            Content::Date => Written::Words(utc(line.start_ms, "%Y%m%d")),
            Content::Hour => {
                Written::Words(format!("{} - {}", utc(line.start_ms, "%H:%M:%S"), utc(ends_ms - 1, "%H:%M:%S")))
            }
            Content::Market if self.platform.lower_case_markets => Written::of(market.lower_code),
            Content::Market => Written::of(market.code),
            Content::Broadcast => Written::of(line.broadcast),
            Content::Cover => Written::of(COVERS[line.spot.cover].id),
            Content::Gender => Written::of(GENDERS[line.spot.gender]),
            Content::Age => Written::of(AGES[line.spot.age]),
            Content::IsTest => Written::Int(i64::from(line.is_test)),
            Content::CreatedAt => Written::Words(self.delivery.created_at.to_string()),
            Content::Count(_) | Content::DwellText | Content::Ctr => number(holds, line.counts),
        }
    }

    fn total(&self, holds: Content, total: &Counts) -> Written {
        match holds {
            Content::StartEpoch => Written::of(if self.is_german { "Gesamt" } else { "Total" }),
            Content::Count(_) | Content::DwellText | Content::Ctr => number(holds, total),
            _ => Written::Missing,
        }
    }
}

/// A cell that owns its text.
enum Written {
    Words(String),
    Int(i64),
    Missing,
}

impl Written {
    fn of(text: &str) -> Self {
        if text.is_empty() { Self::Missing } else { Self::Words(text.to_owned()) }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Words(text) => Cell::Text(text),
            Self::Int(number) => Cell::Int(*number),
            Self::Missing => Cell::Missing,
        }
    }
}

fn number(holds: Content, counts: &Counts) -> Written {
    match holds {
        Content::Count(Count::Dwell) => Written::Int(whole(counts.dwell_ms / 1000)),
        Content::Count(count) => Written::Int(whole(counts.get(count))),
        Content::DwellText => Written::Words(format!("{}.{:03}", counts.dwell_ms / 1000, counts.dwell_ms % 1000)),
        _ => Written::Words(percent(counts.clicks, counts.impressions)),
    }
}

/// A percentage with two decimals, rounded half up; `-` if there is no denominator.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let hundredths = (part * 20_000 + whole) / (2 * whole);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn utc(at_ms: i64, pattern: &str) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().strftime(pattern).to_string()
}

/// The offset of Singapore, eight hours since 1982.
fn singapore(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    Offset::constant(8).to_datetime(at).strftime("%Y/%m/%d %H:%M:%S").to_string()
}

fn preamble(delivery: Delivery, is_german: bool) -> Vec<String> {
    let created = delivery.created_at;
    if is_german {
        vec!["LIVE-Analyse".to_owned(), format!("Erstellt,{created}"), String::new()]
    } else {
        vec!["LIVE analytics".to_owned(), format!("Created,{created}"), String::new()]
    }
}
