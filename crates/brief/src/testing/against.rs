//! A brief held against the tables that it was read from: each figure is looked up again by its key and column, in another
//! way than it was read.

use std::collections::BTreeMap;

use coverledger_core::model::TableName;
use polars::prelude::{AnyValue, DataFrame};

use super::figures::{Cell, figures};
use crate::{Brief, BriefTables};

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
    (cells.len(), differences)
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
