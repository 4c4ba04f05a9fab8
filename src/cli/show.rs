//! `coverledger show`

mod query;

use std::pin::pin;

use futures::{Stream, TryStreamExt};
use jiff::Timestamp;
use polars::prelude::*;

use super::args::{Global, Show};
use super::grid::{Cell, Grid};
use super::rows::{Column as RowColumn, Destination, RowWriter, Rows};
use super::screen::Screen;
use super::{Failure, exit, in_ticks, load};
use crate::run::stores;
use coverledger_archive::{ArchiveError, TableName};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId, Shown, View, columns as c, legible};
use coverledger_report as report;
use query::Query;

/// How many rows people read at a time.
const SHOWN: usize = 50;

/// An object of the table, or why it cannot be shown.
type Found = (String, Result<DataFrame, String>);

/// Objects that cannot be shown, each with the reason.
type Damaged = Vec<(String, String)>;

/// Prints a table: for people the columns that answer the question, rates in percent with their interval; for programs all
/// of it.
pub async fn run(args: &Show, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let query = Query::of(args);
    let objects = archive.each(query.keys(&archive).await?).map_ok(|(key, bytes)| {
        let frame = match bytes {
            Ok(bytes) => query.read(&key, bytes).map_err(|error| error.to_string()),
            Err(problem) => Err(problem.to_string()),
        };
        (key, frame)
    });
    let mut damaged = match destination {
        None => print(args, &workspace, objects, out).await?,
        Some(destination) => write(args, &workspace, objects, destination, out).await?,
    };
    damaged.sort();
    if damaged.is_empty() { Ok(exit::DONE) } else { Err(Failure::damaged(&damaged)) }
}

/// For people.
async fn print(
    args: &Show,
    workspace: &Workspace,
    objects: impl Stream<Item = Result<Found, ArchiveError>>,
    out: &mut Screen<'_>,
) -> Result<Damaged, Failure> {
    let mut frame = report::empty(args.table);
    let mut damaged = Vec::new();
    let mut objects = pin!(objects);
    while let Some((key, found)) = objects.try_next().await? {
        match found {
            Ok(found) => {
                frame.vstack_mut(&found)?;
            }
            Err(why) => damaged.push((key, why)),
        }
    }
    if frame.height() == 0 && damaged.is_empty() {
        writeln!(out, "no rows{}", unknown(args, workspace))?;
        return Ok(damaged);
    }
    let shown = at_most(args.rows, Some(SHOWN)).min(frame.height());
    if shown > 0 {
        out.page(&table(&frame, args.table, shown)?)?;
    }
    if shown < frame.height() {
        writeln!(out, "{shown} of {} rows; `--rows 0` prints all", frame.height())?;
    }
    Ok(damaged)
}

/// For programs, one object after the other: what was written is not kept.
async fn write(
    args: &Show,
    workspace: &Workspace,
    objects: impl Stream<Item = Result<Found, ArchiveError>>,
    destination: Destination,
    out: &mut Screen<'_>,
) -> Result<Damaged, Failure> {
    let columns: Vec<RowColumn> = args.table.spec().columns().into_iter().map(RowColumn::from).collect();
    let mut file = destination.screen()?;
    let out = file.as_mut().unwrap_or(out);
    let mut writer = RowWriter::begin(destination.format, args.table.as_str(), columns.clone(), out)?;
    let most = at_most(args.rows, None);
    let (mut written, mut damaged) = (0, Vec::new());
    let mut objects = pin!(objects);
    while let Some((key, found)) = objects.try_next().await? {
        let found = found.map(|mut frame| {
            frame.rechunk_mut();
            frame
        });
        let rows = found.as_ref().map_err(Clone::clone);
        let rows = rows.and_then(|frame| Rows::of(frame, &columns).map_err(|error| error.to_string()));
        match rows {
            Ok(rows) => {
                let taken = rows.height().min(most - written);
                (0..taken).try_for_each(|row| writer.row(&rows.row(row)))?;
                written += taken;
            }
            Err(why) => damaged.push((key, why)),
        }
    }
    writer.finish()?;
    drop(file);
    destination.keep()?;
    if written == 0 && damaged.is_empty() {
        // If standard error is closed, there is nowhere to report to.
        let _ = writeln!(Screen::standard_error(), "no rows{}", unknown(args, workspace));
    }
    Ok(damaged)
}

/// How many rows are meant; 0 is all.
fn at_most(asked: Option<usize>, otherwise: Option<usize>) -> usize {
    asked.or(otherwise).filter(|rows| *rows > 0).unwrap_or(usize::MAX)
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
}
