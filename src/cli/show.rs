//! `coverledger show`

mod cell;
mod columns;
mod condition;
mod empty;
mod order;
mod place;
mod query;
mod story;
mod table;

use std::pin::pin;

use futures::{Stream, TryStreamExt};
use polars::prelude::*;

use super::args::{Global, Show};
use super::rows::{Destination, RowWriter, Rows};
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::stores;
use columns::{for_people, for_programs};
use condition::{Condition, those_that_hold};
use coverledger_archive::{ArchiveError, TableName};
use coverledger_report as report;
use query::Query;

/// How many rows people read at a time.
const SHOWN: usize = 50;

/// An object of the table, or why it cannot be shown.
type Found = (String, Result<DataFrame, String>);

/// What came of reading a table.
#[derive(Default)]
struct Read {
    /// How many rows there were, and how many of them were as they were asked for.
    rows: usize,
    taken: usize,
    /// Objects that cannot be shown, each with the reason.
    damaged: Vec<(String, String)>,
}

/// Prints a table: for people the columns that answer the question and fit their terminal, rates in percent with their interval,
/// the newest and biggest first; for programs all of it, as it is in the archive.
pub async fn run(args: &Show, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    let conditions = Condition::all(args)?;
    for_people(args)?;
    let workspace = load(global)?;
    let archive = stores::archive_for_reading(&workspace.settings)?;
    let query = Query::of(args);
    place::is_known(args, &workspace, &archive, &query).await?;
    let objects = archive.each(query.keys(&archive).await?).map_ok(|(key, bytes)| {
        let frame = match bytes {
            Ok(bytes) => query.read(&key, bytes).map_err(|error| error.to_string()),
            Err(problem) => Err(problem.to_string()),
        };
        (key, frame)
    });
    let is_for_people = destination.is_none();
    let mut read = match destination {
        None => print(args, &conditions, objects, out).await?,
        Some(destination) => write(args, &conditions, objects, destination, out).await?,
    };
    if read.taken == 0 && read.damaged.is_empty() {
        let (en, zh) = empty::why(args, &workspace, &archive, read.rows).await?;
        let why = args.lang.of(format!("no rows: {en}"), format!("没有数据：{zh}"));
        if is_for_people {
            writeln!(out, "{why}")?;
        } else {
            // If standard error is closed, there is nowhere to report to.
            let _ = writeln!(Screen::standard_error(), "{why}");
        }
    }
    read.damaged.sort();
    if read.damaged.is_empty() { Ok(exit::DONE) } else { Err(Failure::damaged(&read.damaged)) }
}

/// For people.
async fn print(
    args: &Show,
    conditions: &[Condition],
    objects: impl Stream<Item = Result<Found, ArchiveError>>,
    out: &mut Screen<'_>,
) -> Result<Read, Failure> {
    let mut frame = report::empty(args.table);
    let mut read = Read::default();
    let mut objects = pin!(objects);
    while let Some((key, found)) = objects.try_next().await? {
        match found {
            Ok(found) => {
                read.rows += found.height();
                frame.vstack_mut(&those_that_hold(found, conditions)?)?;
            }
            Err(why) => read.damaged.push((key, why)),
        }
    }
    frame.rechunk_mut();
    read.taken = frame.height();
    let shown = at_most(args.rows, Some(SHOWN)).min(read.taken);
    if shown > 0 {
        if args.table == TableName::Mix {
            story::print(&frame, args.lang, out)?;
        }
        table::print(args, &frame, shown, out)?;
    }
    if shown < read.taken {
        let all = read.taken;
        let en = format!("{shown} of {all} rows; `--rows 0` prints all");
        writeln!(out, "{}", args.lang.of(en, format!("共 {all} 行，显示 {shown} 行；`--rows 0` 显示全部")))?;
    }
    Ok(read)
}

/// For programs, one object after the other: what was written is not kept.
async fn write(
    args: &Show,
    conditions: &[Condition],
    objects: impl Stream<Item = Result<Found, ArchiveError>>,
    destination: Destination,
    out: &mut Screen<'_>,
) -> Result<Read, Failure> {
    let (columns, called) = for_programs(args)?;
    let mut file = destination.screen()?;
    let out = file.as_mut().unwrap_or(out);
    let mut writer = RowWriter::begin(destination.format, args.table.as_str(), called, out)?;
    let most = at_most(args.rows, None);
    let mut read = Read::default();
    let mut objects = pin!(objects);
    while let Some((key, found)) = objects.try_next().await? {
        let found = found.and_then(|frame| {
            read.rows += frame.height();
            let mut frame = those_that_hold(frame, conditions).map_err(|error| error.to_string())?;
            frame.rechunk_mut();
            Ok(frame)
        });
        let rows = found.as_ref().map_err(Clone::clone);
        let rows = rows.and_then(|frame| Rows::of(frame, &columns).map_err(|error| error.to_string()));
        match rows {
            Ok(rows) => {
                let taken = rows.height().min(most - read.taken);
                (0..taken).try_for_each(|row| writer.row(&rows.row(row)))?;
                read.taken += taken;
            }
            Err(why) => read.damaged.push((key, why)),
        }
    }
    writer.finish()?;
    drop(file);
    destination.keep()?;
    Ok(read)
}

/// How many rows are meant; 0 is all.
fn at_most(asked: Option<usize>, otherwise: Option<usize>) -> usize {
    asked.or(otherwise).filter(|rows| *rows > 0).unwrap_or(usize::MAX)
}
