//! Published Parquet as short text, and text as expected.

use std::collections::BTreeMap;

use coverledger::report;
use polars::prelude::{AnyValue, DataFrame};

/// Compares objects of one table, in the order of their names, with an aligned text whose first line names columns.
#[track_caller]
pub fn expect(objects: &BTreeMap<String, Vec<u8>>, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let columns: Vec<&str> = expected[0].trim_end_matches(" ?").split_whitespace().collect();
    let found = text(&frame(objects), &columns);
    assert!(found == expected, "expected\n{}\nfound\n{}\n", expected.join("\n"), found.join("\n"));
}

pub fn frame(objects: &BTreeMap<String, Vec<u8>>) -> DataFrame {
    let objects: Vec<bytes::Bytes> = objects.values().map(|bytes| bytes.clone().into()).collect();
    report::frame(&objects).unwrap()
}

fn text(frame: &DataFrame, columns: &[&str]) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|name| (*name).to_owned()).collect()];
    for row in 0..frame.height() {
        rows.push(columns.iter().map(|name| cell(&frame.column(name).unwrap().get(row).unwrap())).collect());
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// One value as text; fractions are shortened.
pub fn cell(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => "–".to_owned(),
        AnyValue::String(_) | AnyValue::StringOwned(_) => value.str_value().into_owned(),
        AnyValue::Float64(number) => short(*number),
        AnyValue::Datetime(us, _, zone) => instant(*us, zone.is_some()),
        AnyValue::DatetimeOwned(us, _, zone) => instant(*us, zone.is_some()),
        value => value.to_string(),
    }
}

fn instant(us: i64, is_utc: bool) -> String {
    let at = jiff::Timestamp::from_microsecond(us).unwrap().to_string();
    if is_utc { at } else { at.trim_end_matches('Z').to_owned() }
}

fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Every value of a published table as text.
pub fn everything(parquet: &[u8]) -> String {
    let frame = frame(&[(String::new(), parquet.to_vec())].into());
    let mut text = String::new();
    for column in frame.columns() {
        for row in 0..frame.height() {
            text.push_str(&cell(&column.get(row).unwrap()));
            text.push('\n');
        }
    }
    text
}
