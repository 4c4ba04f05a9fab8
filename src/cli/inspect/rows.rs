//! What was found of files as rows for a spreadsheet: one for each column of each table.

use serde_json::Value as Json;

use crate::cli::Failure;
use crate::cli::rows::{Column, Destination, Value};
use crate::cli::screen::Screen;
use coverledger_core::model::ColumnType;

fn columns() -> Vec<Column> {
    let text = ["file", "format", "table"].map(|name| (name, ColumnType::Text));
    let numbers = [("rows", ColumnType::Whole), ("position", ColumnType::Whole)];
    let of_column = ["column", "kind", "role", "sample"].map(|name| (name, ColumnType::Text));
    let rest = [("empty", ColumnType::Whole), ("cover_rate", ColumnType::Text)];
    let all = text.into_iter().chain(numbers).chain(of_column).chain(rest);
    all.map(Column::from).collect()
}

/// Writes them, from the members of the JSON that say the same.
pub(super) fn write(files: &[Json], destination: Destination, out: &mut Screen<'_>) -> Result<(), Failure> {
    let tables = files.iter().flat_map(|file| list(&file["tables"]).iter().map(move |table| (file, table)));
    let rows = tables.flat_map(|(file, table)| {
        list(&table["columns"]).iter().zip(1_i64..).map(move |(column, position)| {
            vec![
                text(&file["file"]),
                text(&file["format"]),
                text(&table["name"]),
                table["rows"].as_i64().into(),
                position.into(),
                text(&column["name"]),
                text(&column["kind"]),
                text(&column["role"]),
                text(&column["sample"]),
                column["empty"].as_i64().into(),
                text(&table["cover_rate"]["verdict"]),
            ]
        })
    });
    destination.write("inspect", columns(), rows, out)
}

fn list(of: &Json) -> &[Json] {
    of.as_array().map_or(&[], Vec::as_slice)
}

fn text(of: &Json) -> Value<'_> {
    of.as_str().into()
}
