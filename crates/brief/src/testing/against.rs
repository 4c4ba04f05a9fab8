//! A brief held against the tables that it was read from: each figure is looked up again by its key and column, in another
//! way than it was read.

use std::collections::BTreeMap;

use coverledger_core::model::{Count, TableName, columns as c};
use polars::prelude::{AnyValue, DataFrame};

use super::figures::{Cell, figures};
use crate::{Brief, BriefTables, Review};

/// A key as text, in the order of its columns' names.
type Key = BTreeMap<&'static str, String>;

/// What of a brief is not as its tables have it, in words; nothing where all of it is. With it, how many figures were looked
/// up.
#[must_use]
pub fn differences(brief: &Brief, tables: &BriefTables) -> (usize, Vec<String>) {
    let rows = rows(tables);
    let cells = figures(brief);
    let mut differences = Vec::new();
    for Cell { row, figure } in &cells {
        let key: Key = row.key.iter().cloned().collect();
        let held = match rows.get(&(row.table, key)).map(Vec::as_slice) {
            Some([nth]) => cell(&tables.frames[&row.table], figure.column, *nth),
            Some(several) => Err(format!("{} rows of this key", several.len())),
            // A cover that is not in a table has no row, and its figures say so.
            None if figure.value.is_none() => Ok(None),
            None => Err("no such row".to_owned()),
        };
        if held != Ok(figure.value) {
            differences.push(format!("{row:?} {}: {:?}, and the table has {held:?}", figure.column, figure.value));
        }
        if figure.value.is_none() != figure.why_null.is_some() {
            differences.push(format!("{row:?} {}: a null and its reason do not go together", figure.column));
        }
    }
    let (sums, off) = reviews(brief, tables);
    differences.extend(off);
    (cells.len() + sums, differences)
}

/// Every row of every table by its key.
fn rows(tables: &BriefTables) -> BTreeMap<(TableName, Key), Vec<usize>> {
    let mut rows: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (table, frame) in &tables.frames {
        for nth in 0..frame.height() {
            let key = table.spec().key.iter().map(|column| (*column, shown(frame, column, nth)));
            rows.entry((*table, key.collect())).or_default().push(nth);
        }
    }
    rows
}

/// A cell as keys have it: empty where it is null or there is no such column.
fn shown(frame: &DataFrame, column: &str, nth: usize) -> String {
    match frame.column(column).and_then(|column| column.get(nth)) {
        Ok(AnyValue::Null) | Err(_) => String::new(),
        Ok(AnyValue::String(text)) => text.to_owned(),
        Ok(AnyValue::StringOwned(text)) => text.to_string(),
        Ok(value) => value.to_string(),
    }
}

/// The number of a cell; `None` where it is null, or whoever wrote the table did not know the column.
fn cell(frame: &DataFrame, column: &str, nth: usize) -> Result<Option<f64>, String> {
    let Ok(column) = frame.column(column) else { return Ok(None) };
    match column.get(nth).map_err(|error| error.to_string())? {
        AnyValue::Null => Ok(None),
        value => value.extract::<f64>().map(Some).ok_or_else(|| format!("no number: {value}")),
    }
}

/// The sums of a broadcast's bars against those of its rows.
fn reviews(brief: &Brief, tables: &BriefTables) -> (usize, Vec<String>) {
    let mut differences = Vec::new();
    let mut looked_up = 0;
    for review in &brief.reviews {
        let Some(frame) = tables.frames.get(&TableName::BroadcastMinutes) else {
            differences.push(format!("{:?}: no such table", review.row));
            continue;
        };
        let is_of_it =
            |nth: &usize| review.row.key.iter().all(|(column, value)| shown(frame, column, *nth) == *value);
        let rows: Vec<usize> = (0..frame.height()).filter(is_of_it).collect();
        for (count, of_bars) in sums(review) {
            looked_up += 1;
            let counts = rows.iter().map(|nth| cell(frame, count.word(), *nth).ok().flatten());
            let of_rows = counts.sum::<Option<f64>>();
            // Where a bar does not know a count, no sum of all bars is told.
            if of_bars.is_some() && of_bars.map(|sum| sum.to_string()) != of_rows.map(|sum| sum.to_string()) {
                differences.push(format!(
                    "{:?} {}: {of_bars:?}, and the table has {of_rows:?}",
                    review.row,
                    count.word()
                ));
            }
        }
        for airing in &review.airings {
            if !rows.iter().any(|nth| shown(frame, c::COVER_ID, *nth) == airing.cover_id) {
                differences.push(format!("{:?}: {} was not on air", review.row, airing.cover_id));
            }
        }
    }
    (looked_up, differences)
}

fn sums(review: &Review) -> [(Count, Option<i64>); 5] {
    let sum = |of: fn(&crate::Minute) -> Option<i64>| review.bars.iter().map(of).sum::<Option<i64>>();
    [
        (Count::Impressions, sum(|bar| bar.impressions)),
        (Count::Clicks, sum(|bar| bar.clicks)),
        (Count::Entries, sum(|bar| bar.entries)),
        (Count::Stays, sum(|bar| bar.stays)),
        (Count::Orders, sum(|bar| bar.orders)),
    ]
}
