//! `coverledger show`

use jiff::Timestamp;
use polars::prelude::*;

use super::args::{Global, Show};
use super::grid::{Cell, Grid};
use super::screen::Screen;
use super::{Failure, exit, in_ticks, load};
use crate::run::stores;
use coverledger_archive::{Objects, TableFamily, TableName, said_by_key};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId, Shown, View, columns as c, legible};
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
    // Objects of an experiment and of the library hold all their places; of the others each has objects of its own.
    let is_of_all_places =
        matches!(args.table.family(), TableFamily::Experiments | TableFamily::Catalogue | TableFamily::Library);
    let (within, mut parts) = if is_of_all_places {
        (places, Vec::new())
    } else {
        (Vec::new(), places.into_iter().map(|(key, name)| format!("{key}={name}")).collect())
    };
    parts.extend(args.date.zip(date_key).map(|(date, key)| format!("{key}={date}")));
    // What was decided before is history, and shown only if it is asked for.
    let objects = if date_key == Some(c::AS_OF) && args.date.is_none() {
        archive.newest_of_table(args.table, &parts).await?
    } else {
        archive.table(args.table, &parts).await?
    };
    let (mut frame, damaged) = read(objects, args.table);
    for (column, name) in within {
        // What is said of all places together has none of them.
        if frame.height() > 0 && frame.column(column).is_ok() {
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
        let next = caught(|| report::read(table, &[bytes]));
        let next = next.unwrap_or_else(|_| Err(polars_err!(ComputeError: "no sound Parquet file")));
        let next = next.and_then(|next| in_its_place(&key, next));
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
fn in_its_place(key: &str, frame: DataFrame) -> PolarsResult<DataFrame> {
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

fn cell(shown: Shown, frame: &DataFrame, row: usize) -> PolarsResult<Cell> {
    let name = shown.column;
    let number = |name: &str| -> PolarsResult<Option<f64>> { Ok(frame.column(name)?.get(row)?.extract::<f64>()) };
    let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{:.2}", v * 100.0));
    let text = match shown.view {
        View::Plain => {
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
        View::Prose => match frame.column(name)?.get(row)?.get_str() {
            Some(text) => return Ok(Cell::lines(lines(&legible(text)).lines())),
            None => "–".to_owned(),
        },
        View::Percent => percent(number(name)?),
        View::PercentWithInterval => match (number(&c::low(name))?, number(&c::high(name))?) {
            (low @ Some(_), high @ Some(_)) => {
                format!("{}  {}–{}", percent(number(name)?), percent(low), percent(high))
            }
            _ => percent(number(name)?),
        },
        View::RatioWithInterval => match (number(name)?, number(&c::low(name))?, number(&c::high(name))?) {
            (Some(ratio), Some(low), Some(high)) => format!("{ratio:.2}  {low:.2}–{high:.2}"),
            (ratio, ..) => ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
        },
        View::Short => number(name)?.map_or_else(|| "–".to_owned(), short),
        View::Number => number(name)?.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}")),
    };
    Ok(text.into())
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

fn table(frame: &DataFrame, of: TableName, rows: usize) -> PolarsResult<Grid> {
    let chosen = of.spec().shown;
    let heading = |shown: &Shown| match shown.view {
        View::Percent | View::PercentWithInterval => format!("{} %", shown.column),
        View::Plain | View::RatioWithInterval | View::Number | View::Short | View::Prose => {
            shown.column.to_owned()
        }
    };
    let is_text = |shown: &Shown| frame.column(shown.column).is_ok_and(|column| !column.dtype().is_numeric());
    let mut table = Grid::new(chosen.iter().map(heading), 0);
    for (index, shown) in chosen.iter().enumerate() {
        table.align(index, is_text(shown));
    }
    for row in 0..rows {
        table.add_row(chosen.iter().map(|shown| cell(*shown, frame, row)).collect::<PolarsResult<Vec<_>>>()?);
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
    fn a_table_of_something_else_is_not_shown() {
        let of = |market: &str| {
            let null = report::empty(TableName::Funnel);
            let columns = null.columns().iter().map(|column| match column.name().as_str() {
                c::PLATFORM => Column::new(c::PLATFORM.into(), ["shop"]),
                c::MARKET => Column::new(c::MARKET.into(), [market]),
                name => Column::full_null(name.into(), 1, column.dtype()),
            });
            DataFrame::new(1, columns.collect()).unwrap()
        };
        let key = "funnel/platform=shop/market=GB/local_date=2026-11-20/part.parquet";
        assert!(in_its_place(key, of("GB")).is_ok());
        let other = in_its_place(key, of("US")).unwrap_err().to_string();
        assert!(other.contains("`market` `US`") && other.contains("`GB`"), "{other}");
        let mut parquet = Vec::new();
        ParquetWriter::new(&mut parquet).finish(&mut of("GB")).unwrap();
        let other = report::read(TableName::SlotAudience, &[parquet.into()]).unwrap_err().to_string();
        assert!(other.contains("no table `slot_audience`"), "{other}");
    }
}
