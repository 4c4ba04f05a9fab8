//! Figures, and the cells of published tables that they are.

use coverledger_core::model::TableName;

use super::Text;

/// A row of a published table: what its key columns hold, as text. Some may be left to what lies inside, such as the slot of a
/// cell in a row of an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which table.
    pub table: TableName,
    /// Columns of its key with their values.
    pub key: Vec<(&'static str, String)>,
}

/// A number of a published table, unchanged; how it is rounded and worded is the page's.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The value of the cell; `None` is null.
    pub value: Option<f64>,
    /// The column.
    pub column: &'static str,
    /// Why it is null, in words; there wherever `value` is `None`.
    pub why_null: Option<Text>,
    /// The row, where it is not that of what the figure belongs to.
    pub row: Option<Row>,
}

/// An estimate with its 95 % interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub point: Figure,
    /// Its lower bound.
    pub low: Figure,
    /// Its upper bound.
    pub high: Figure,
}
