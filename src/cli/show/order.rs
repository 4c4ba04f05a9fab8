//! The order in which people read a table: the newest and biggest first.

use std::cmp::Ordering;

use polars::prelude::*;

use crate::cli::rows::{Column, Rows, Value};
use coverledger_core::model::{ColumnType, TableName};

/// The rows of a table in that order; those that are alike stay as they are in the archive, and what has no value comes last.
pub(super) fn for_people(frame: &DataFrame, table: TableName) -> PolarsResult<Vec<usize>> {
    let spec = table.spec();
    let all = spec.columns();
    let of_type = |name: &str| all.iter().find(|column| column.name == name).map(|column| column.of_type);
    let columns = spec
        .shown_by
        .iter()
        .map(|by| Column { name: by.column.into(), of_type: of_type(by.column).unwrap_or(ColumnType::Text) });
    let columns: Vec<Column> = columns.collect();
    let rows = Rows::of(frame, &columns)?;
    let values: Vec<Vec<Value<'_>>> = (0..rows.height()).map(|row| rows.row(row)).collect();
    let mut order: Vec<usize> = (0..frame.height()).collect();
    if columns.is_empty() {
        return Ok(order);
    }
    order.sort_by(|one, other| {
        let pairs = values[*one].iter().zip(&values[*other]).zip(spec.shown_by);
        let mut orders = pairs.map(|((one, other), by)| match (one, other) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Greater,
            (_, Value::Null) => Ordering::Less,
            (one, other) => {
                let order = one.compare(other).unwrap_or(Ordering::Equal);
                if by.is_falling { order.reverse() } else { order }
            }
        });
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    Ok(order)
}
