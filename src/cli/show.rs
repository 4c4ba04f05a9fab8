//! `coverledger show`

use jiff::Timestamp;
use polars::prelude::*;

use super::args::{Global, Show};
use super::grid::{Cell, Grid};
use super::screen::Screen;
use super::{Failure, decided, exit, in_ticks, load};
use crate::run::stores;
use coverledger_archive::{Objects, TableName, said_by_key};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId, columns as c, legible};
use coverledger_read::export::caught;
use coverledger_report as report;

/// Prints a table for people: the columns that answer the question, rates in percent with their interval.
pub async fn run(args: &Show, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let date_key = args.table.date_column();
    let mut places = Vec::new();
    places.extend(args.platform.as_ref().map(|name| (c::PLATFORM, name.clone())));
    places.extend(args.market.as_ref().map(|name| (c::MARKET, name.clone())));
    // An experiment's objects hold all its places; of the others each has objects of its own.
    let is_of_experiment = matches!(args.table, TableName::Experiment | TableName::ExperimentBalance);
    let (within, mut parts) = if is_of_experiment {
        (places, Vec::new())
    } else {
        (Vec::new(), places.into_iter().map(|(key, name)| format!("{key}={name}")).collect())
    };
    parts.extend(args.date.map(|date| format!("{date_key}={date}")));
    // What was decided before is history, and shown only if it is asked for.
    let objects = if date_key == c::AS_OF && args.date.is_none() {
        archive.newest_of_table(args.table, &parts).await?
    } else {
        archive.table(args.table, &parts).await?
    };
    let (mut frame, damaged) = read(objects, args.table);
    for (column, name) in within {
        if frame.height() > 0 {
            let is_there = frame.column(column)?.str()?.iter().map(|found| found == Some(name.as_str())).collect();
            frame = frame.filter(&is_there)?;
        }
    }
    if frame.height() == 0 && damaged.is_empty() {
        writeln!(out, "no rows{}", unknown(args, &workspace))?;
        return Ok(exit::DONE);
    }
    let shown = if args.rows == 0 { frame.height() } else { args.rows.min(frame.height()) };
    if shown > 0 {
        out.page(&table(&frame, args.table, shown)?)?;
    }
    if shown < frame.height() {
        writeln!(out, "{shown} of {} rows; `--rows 0` prints all", frame.height())?;
    }
    if damaged.is_empty() { Ok(exit::DONE) } else { Err(Failure::damaged(&damaged)) }
}

/// The objects of a table together, and those that are none, with why.
fn read(objects: Objects, table: TableName) -> (DataFrame, Vec<(String, String)>) {
    let mut frame: Option<DataFrame> = None;
    let mut damaged: Vec<(String, String)> =
        objects.unreadable.into_iter().map(|(key, problem)| (key, problem.to_string())).collect();
    for (key, bytes) in objects.read {
        let next = caught(|| report::frame(&[bytes]));
        let next = next.unwrap_or_else(|_| Err(polars_err!(ComputeError: "no sound Parquet file")));
        let next = next.and_then(|next| in_its_place(&key, next, table));
        let joined = next.and_then(|next| match &frame {
            Some(frame) => frame.vstack(&next),
            None => Ok(next),
        });
        match joined {
            Ok(joined) => frame = Some(joined),
            Err(error) => damaged.push((key, error.to_string())),
        }
    }
    damaged.sort();
    (frame.unwrap_or_default(), damaged)
}

/// A table that is what its key says. Whether its numbers are those that were published only `verify` tells.
fn in_its_place(key: &str, frame: DataFrame, table: TableName) -> PolarsResult<DataFrame> {
    if let Some(missing) = views(table).iter().map(View::column).find(|name| frame.column(name).is_err()) {
        polars_bail!(ComputeError: "it is no table `{table}`: it has no column `{missing}`");
    }
    for (name, said) in said_by_key(key) {
        let Ok(column) = frame.column(name) else { continue };
        for row in [0, frame.height().saturating_sub(1)] {
            let Ok(value) = column.get(row) else { continue };
            let found = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
            if !value.is_null() && found != said {
                polars_bail!(ComputeError: "it speaks of `{name}` `{found}`, and lies where that is `{said}`");
            }
        }
    }
    Ok(frame)
}

/// What of the question the configuration does not know, and what it knows.
fn unknown(args: &Show, workspace: &Workspace) -> String {
    let platforms: Vec<&str> = workspace.platforms.keys().map(PlatformId::as_str).collect();
    let markets: Vec<&str> = workspace.markets.keys().map(MarketId::as_str).collect();
    let asked = [("platform", &args.platform, platforms), ("market", &args.market, markets)];
    let unknown = asked.into_iter().filter_map(|(what, name, names)| {
        let name = name.as_deref().filter(|name| !names.contains(name))?;
        Some(format!("; the configuration has no {what} `{name}` (it has: {})", in_ticks(&names)))
    });
    unknown.collect()
}

/// Longer text is cut.
const WIDEST: usize = 60;

/// How a column is shown.
pub(super) enum View<'n> {
    Plain(&'n str),
    Percent(&'n str),
    PercentWithInterval(&'n str),
    /// With one decimal.
    Number(&'n str),
    /// A count or a rate: whole where it is, else with the decimals that tell rates apart.
    Short(&'n str),
    /// Sentences, all of them, on as many lines as they need.
    Prose(&'n str),
}

impl<'n> View<'n> {
    fn column(&self) -> &'n str {
        match self {
            Self::Plain(name)
            | Self::Percent(name)
            | Self::PercentWithInterval(name)
            | Self::Number(name)
            | Self::Short(name)
            | Self::Prose(name) => name,
        }
    }

    fn cell(&self, frame: &DataFrame, row: usize) -> PolarsResult<Cell> {
        let number =
            |name: &str| -> PolarsResult<Option<f64>> { Ok(frame.column(name)?.get(row)?.extract::<f64>()) };
        let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{:.2}", v * 100.0));
        let text = match self {
            Self::Plain(name) => {
                let value = frame.column(name)?.get(row)?;
                // Text is borrowed in a column of many values and owned in one that repeats a single value.
                match value.get_str().map(legible) {
                    Some(text) if text.chars().count() > WIDEST => {
                        text.chars().take(WIDEST - 1).chain(['…']).collect()
                    }
                    Some(text) => text.into_owned(),
                    None if value.is_null() => "–".to_owned(),
                    None => instant(&value).unwrap_or_else(|| legible(&value.to_string()).into_owned()),
                }
            }
            Self::Prose(name) => match frame.column(name)?.get(row)?.get_str() {
                Some(text) => return Ok(Cell::lines(lines(&legible(text)).lines())),
                None => "–".to_owned(),
            },
            Self::Percent(name) => percent(number(name)?),
            Self::PercentWithInterval(name) => match (number(&c::low(name))?, number(&c::high(name))?) {
                (low @ Some(_), high @ Some(_)) => {
                    format!("{}  {}–{}", percent(number(name)?), percent(low), percent(high))
                }
                _ => percent(number(name)?),
            },
            Self::Short(name) => number(name)?.map_or_else(|| "–".to_owned(), short),
            Self::Number(name) => number(name)?.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}")),
        };
        Ok(text.into())
    }
}

/// An instant on a zone's clock, in UTC: polars prints it only with time zones of its own.
fn instant(value: &AnyValue<'_>) -> Option<String> {
    let (AnyValue::Datetime(us, TimeUnit::Microseconds, Some(_))
    | AnyValue::DatetimeOwned(us, TimeUnit::Microseconds, Some(_))) = value
    else {
        return None;
    };
    Some(Timestamp::from_microsecond(*us).ok()?.to_string())
}

/// Broken between words.
fn lines(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > WIDEST {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn short(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    // What rounds to nothing has no sign.
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// What of a table is shown; all of it if nothing is chosen.
fn views(table: TableName) -> Vec<View<'static>> {
    match table {
        TableName::SlotAudience => vec![
            View::Plain(c::LOCAL_DATE),
            View::Plain(c::MARKET),
            View::Plain(c::PLATFORM),
            View::Plain(c::SLOT),
            View::Plain(c::AUDIENCE),
            View::Plain(c::IMPRESSIONS),
            View::Plain(c::ENTRIES),
            View::PercentWithInterval(c::CTR),
            View::PercentWithInterval(c::EFFECTIVE_CTR),
            View::Percent(c::CLICK_CONVERSION),
            View::Percent(c::STAY_RATE),
            View::Number(c::MEAN_DWELL_SECONDS),
        ],
        TableName::Funnel => vec![
            View::Plain(c::LOCAL_DATE),
            View::Plain(c::MARKET),
            View::Plain(c::PLATFORM),
            View::Plain(c::SLOT),
            View::Plain(c::AUDIENCE),
            View::Plain(c::BROADCAST_ID),
            View::Plain(c::COVER_ID),
            View::Plain(c::IMPRESSIONS),
            View::Plain(c::CLICKS),
            View::Plain(c::ENTRIES),
            View::Plain(c::ENTRANTS),
            View::Plain(c::STAYS),
            View::Plain(c::ORDERS),
        ],
        TableName::Turns => vec![
            View::Plain(c::LOCAL_DATE),
            View::Plain(c::MARKET),
            View::Plain(c::PLATFORM),
            View::Plain(c::TURN_START_UTC),
            View::Plain(c::BURN_IN),
            View::Plain(c::SLOT),
            View::Plain(c::AUDIENCE),
            View::Plain(c::BROADCAST_ID),
            View::Plain(c::COVER_ID),
            View::Plain(c::IMPRESSIONS),
            View::Plain(c::CLICKS),
            View::Plain(c::ENTRANTS),
            View::Plain(c::ORDERS),
        ],
        TableName::Rejects => vec![
            View::Plain(c::EXPORT_DATE),
            View::Plain(c::OBJECT),
            View::Plain(c::RECORD),
            View::Plain(c::BYTE_OFFSET),
            View::Plain(c::REASON),
            View::Plain(c::COLUMN),
            View::Plain(c::TEXT),
        ],
        TableName::Capability => vec![
            View::Plain(c::LOCAL_DATE),
            View::Plain(c::MARKET),
            View::Plain(c::PLATFORM),
            View::Plain(c::COUNT),
            View::Plain(c::OFFERED),
            View::Plain(c::REASON),
            View::Plain(c::DEFINITION),
            View::Plain(c::CONVENTION_SINCE),
        ],
        TableName::Bridge => vec![
            View::Plain(c::LOCAL_DATE),
            View::Plain(c::MARKET),
            View::Plain(c::PLATFORM),
            View::Plain(c::SLOT),
            View::Plain(c::SIGNAL),
            View::Plain(c::TIMES),
            View::Plain(c::PERSONS),
            View::PercentWithInterval(c::FACTOR),
            View::Plain(c::UNIQUE_BASIS),
        ],
        TableName::Reconciliation => vec![
            View::Plain(c::EXPORT_DATE),
            View::Plain(c::OBJECT),
            View::Plain(c::METRIC),
            View::Plain(c::SCOPE),
            View::Plain(c::ROWS),
            View::Plain(c::ROWS_OFF),
            View::Short(c::REPORTED),
            View::Short(c::RECOMPUTED),
            View::Short(c::DIFFERENCE),
            View::Plain(c::VERDICT),
        ],
        TableName::Cover
        | TableName::CoverBroadcast
        | TableName::Mix
        | TableName::Diagnosis
        | TableName::SlotPlan
        | TableName::Localization
        | TableName::FalseWinners
        | TableName::Experiment
        | TableName::ExperimentBalance => decided::views(table),
    }
}

fn table(frame: &DataFrame, of: TableName, rows: usize) -> PolarsResult<Grid> {
    let mut views: Vec<View<'_>> = views(of);
    if views.is_empty() {
        views.extend(frame.columns().iter().map(|column| View::Plain(column.name().as_str())));
    }
    let heading = |view: &View| match view {
        View::Percent(name) | View::PercentWithInterval(name) => format!("{name} %"),
        View::Plain(name) | View::Number(name) | View::Short(name) | View::Prose(name) => (*name).to_owned(),
    };
    let is_text = |view: &View| frame.column(view.column()).is_ok_and(|column| !column.dtype().is_numeric());
    let mut table = Grid::new(views.iter().map(heading), 0);
    for (index, view) in views.iter().enumerate() {
        table.align(index, is_text(view));
    }
    for row in 0..rows {
        table.add_row(views.iter().map(|view| view.cell(frame, row)).collect::<PolarsResult<Vec<_>>>()?);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_rounds_to_nothing_has_no_sign() {
        assert_eq!(short(-0.000_000_1), "0");
        assert_eq!(short(-0.01), "-0.01");
        assert_eq!(short(1500.0), "1500");
    }

    #[test]
    fn sentences_are_broken_between_words_and_lose_none() {
        let text = "one two ".repeat(30);
        let broken = lines(text.trim());
        assert!(broken.lines().all(|line| line.chars().count() <= WIDEST) && broken.lines().count() > 3);
        assert_eq!(broken.replace('\n', " "), text.trim());
    }

    #[test]
    fn entries_are_shown_for_they_are_all_that_some_platforms_count() {
        for table in [TableName::Funnel, TableName::SlotAudience] {
            assert!(views(table).iter().any(|view| view.column() == c::ENTRIES), "{table:?}");
        }
    }

    #[test]
    fn a_table_of_something_else_is_not_shown() {
        let of = |market: &str| {
            let text = |name| match name {
                c::PLATFORM => "shop",
                c::MARKET => market,
                c::LOCAL_DATE => "2026-11-20",
                _ => "x",
            };
            let names = views(TableName::Funnel).into_iter().map(|view| view.column());
            DataFrame::new(1, names.map(|name| Column::new(name.into(), [text(name)])).collect()).unwrap()
        };
        let key = "funnel/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
        assert!(in_its_place(key, of("GB"), TableName::Funnel).is_ok());
        let other = in_its_place(key, of("US"), TableName::Funnel).unwrap_err().to_string();
        assert!(other.contains("`market` `US`") && other.contains("`GB`"), "{other}");
        let other = in_its_place(key, of("GB"), TableName::SlotAudience).unwrap_err().to_string();
        assert!(other.contains("no table `slot_audience`"), "{other}");
    }
}
