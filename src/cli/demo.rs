//! `coverledger demo`

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::civil::Date;
use polars::prelude::*;
use tracing::Instrument as _;

use super::args::{Demo, Global};
use super::progress::Progress;
use super::run::{carry_out, span};
use super::screen::Screen;
use super::{Failure, Grid, exit, settled};
use crate::plan::Selection;
use crate::run::{self, Stop};
use crate::{stores, variables};
use coverledger_archive::{Archive, TableName};
use coverledger_config::{self as config, Workspace};
use coverledger_core::model::{Count, columns as c};
use coverledger_demo::{self as demo, Written};
use coverledger_report as report;

/// Writes the demo, settles it and prints what came out.
pub async fn run(args: &Demo, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let written = write(args, global)?;
    let dir = args.dir.display();
    writeln!(
        out,
        "{} rows in {} exports of the local dates {} to {} are in {dir}/exports",
        written.rows, written.exports, written.first_date, written.last_date
    )?;
    if args.generate_only {
        return Ok(exit::DONE);
    }
    let (workspace, is_made_up) = with_key(config::load(&args.dir.join("config"), &args.dir.join("jobs"))?);
    let job = run::job(&workspace, &written.job)?;
    let label = format!("run {}", written.job);
    let selection = Selection::nightly(job);
    let span = span(&run::run_id(&label, &selection, written.run_at));
    let stop = Stop::new();
    let work = carry_out(&workspace, &selection, written.run_at, &label, &stop, global);
    let report = work.instrument(span).await?;
    settled::print(&report, out)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let objects = archive.table(TableName::SlotAudience, &[]).await?.read;
    let objects: Vec<Bytes> = objects.into_iter().map(|(_, bytes)| bytes).collect();
    print_report(&report::read(TableName::SlotAudience, &objects)?, out)?;
    writeln!(out)?;
    if archive.newest_brief(Date::MAX).await?.is_some() {
        writeln!(out, "The brief is {dir}/archive/{}: open it in a browser.", Archive::latest_brief_key())?;
    }
    writeln!(out, "The archive is in {dir}/archive. Next:")?;
    if is_made_up {
        // Every later run needs the same one.
        writeln!(out, "  export {}=\"{}\"", demo::RETURNING_KEY, demo::MADE_UP_KEY)?;
    }
    let options = format!("--config {dir}/config --jobs {dir}/jobs");
    let at = written.run_at;
    writeln!(out, "  coverledger brief --at {at} {options}")?;
    writeln!(out, "  coverledger show slot_audience --market US {options}")?;
    writeln!(out, "  coverledger show experiment --market US {options}")?;
    if args.quality {
        writeln!(out, "  coverledger show quality_effect --market US {options}")?;
        writeln!(out, "  coverledger show revisit --market US {options}")?;
    }
    writeln!(out, "  coverledger show rejects {options}")?;
    writeln!(out, "  coverledger status --at {at} {options}")?;
    writeln!(out, "  coverledger verify {options}")?;
    Ok(settled::code(&report))
}

/// The configuration with the key of returning viewers, if it asks for one: that of the environment or, if there is none that can be
/// used, one that is made up. Also whether it is.
fn with_key(workspace: Workspace) -> (Workspace, bool) {
    if let Ok(keyed) = variables::with_returning_key(workspace.clone()) {
        return (keyed, false);
    }
    match workspace.clone().with_returning_secret(demo::MADE_UP_KEY) {
        Some(keyed) => (keyed, true),
        None => (workspace, false),
    }
}

fn write(args: &Demo, global: &Global) -> Result<Written, Failure> {
    let progress = Progress::new(global);
    progress.counting("rows written", args.events);
    let Demo { days, rows, events, format, seed, quality, .. } = *args;
    let demo = demo::Demo { days, rows, events, format, seed, quality };
    let written = demo.write(&args.dir, &|rows| progress.at(rows));
    progress.done();
    Ok(written?)
}

/// Impressions and entrants by market and slot.
type Cells = BTreeMap<(String, String), (i64, i64)>;

/// Effective CTR by market and slot, one grid per platform: counts of different conventions are never combined.
fn print_report(frame: &DataFrame, out: &mut Screen<'_>) -> Result<(), Failure> {
    let text = |name: &str, row: usize| -> PolarsResult<String> {
        Ok(frame.column(name)?.str()?.get(row).unwrap_or_default().to_owned())
    };
    let count =
        |name: &str, row: usize| -> PolarsResult<i64> { Ok(frame.column(name)?.i64()?.get(row).unwrap_or(0)) };
    let mut cells: BTreeMap<String, Cells> = BTreeMap::new();
    for row in 0..frame.height() {
        let place = (text(c::MARKET, row)?, text(c::SLOT, row)?);
        let sum = cells.entry(text(c::PLATFORM, row)?).or_default().entry(place).or_default();
        sum.0 += count(Count::Impressions.word(), row)?;
        sum.1 += count(Count::Entrants.word(), row)?;
    }
    writeln!(out)?;
    writeln!(out, "Who enters the room: entrants per 100 impressions, on each market's own clock")?;
    for (platform, cells) in cells {
        let slots = in_order_of_the_day(frame, &platform)?;
        let markets: BTreeSet<&String> = cells.keys().map(|(market, _)| market).collect();
        let mut header = vec![platform.clone()];
        header.extend(slots.iter().cloned());
        header.push("impressions".to_owned());
        let mut table = Grid::new(header, 1);
        for market in markets {
            let of = |slot: &String| cells.get(&(market.clone(), slot.clone())).copied().unwrap_or_default();
            let best = slots.iter().map(|slot| rate(of(slot))).fold(None, |a: Option<f64>, b| a.max_by_value(b));
            let mut row = vec![market.clone()];
            row.extend(slots.iter().map(|slot| shown(rate(of(slot)), best)));
            row.push(slots.iter().map(|slot| of(slot).0).sum::<i64>().to_string());
            table.add_row(row);
        }
        out.page(&table)?;
    }
    writeln!(out, "◂ the market's best slot with at least {ENOUGH} impressions")?;
    Ok(())
}

/// Cells with fewer impressions are shown, but never marked as the best.
const ENOUGH: i64 = 500;

#[expect(clippy::cast_precision_loss, reason = "a share for people to read")]
fn rate((impressions, entrants): (i64, i64)) -> Option<(f64, bool)> {
    (impressions > 0).then(|| (entrants as f64 / impressions as f64 * 100.0, impressions >= ENOUGH))
}

fn shown(rate: Option<(f64, bool)>, best: Option<f64>) -> String {
    match rate {
        None => "·".to_owned(),
        Some((rate, enough)) => {
            let mark = if enough && best.is_some_and(|best| rate >= best) { "◂" } else { " " };
            format!("{rate:.2}{mark}")
        }
    }
}

trait MaxByValue {
    fn max_by_value(self, other: Option<(f64, bool)>) -> Option<f64>;
}

impl MaxByValue for Option<f64> {
    fn max_by_value(self, other: Option<(f64, bool)>) -> Option<f64> {
        match (self, other) {
            (best, None | Some((_, false))) => best,
            (None, Some((rate, true))) => Some(rate),
            (Some(best), Some((rate, true))) => Some(best.max(rate)),
        }
    }
}

/// The slots of a platform by the time of day at which they start.
fn in_order_of_the_day(frame: &DataFrame, platform: &str) -> PolarsResult<Vec<String>> {
    let micros_of_day = |us: i64| us.rem_euclid(86_400_000_000);
    let starts = frame.column(c::SLOT_START_LOCAL)?.cast(&DataType::Int64)?;
    let (platforms, slots) = (frame.column(c::PLATFORM)?.str()?, frame.column(c::SLOT)?.str()?);
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for row in 0..frame.height() {
        if platforms.get(row) != Some(platform) {
            continue;
        }
        if let (Some(slot), Some(start)) = (slots.get(row), starts.i64()?.get(row)) {
            let start = micros_of_day(start);
            first.entry(slot).and_modify(|least| *least = start.min(*least)).or_insert(start);
        }
    }
    let mut order: Vec<(i64, &str)> = first.into_iter().map(|(slot, start)| (start, slot)).collect();
    order.sort_unstable();
    Ok(order.into_iter().map(|(_, slot)| slot.to_owned()).collect())
}
