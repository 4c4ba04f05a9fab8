//! A table, as it is declared.

use super::{ColumnSpec, Shown, ShownBy, TableFamily};

/// What there is to know about a table without looking into it.
#[derive(Debug)]
pub struct TableSpec {
    /// Its folder in the archive, and its word in receipts.
    pub name: &'static str,
    /// With which others it is made.
    pub family: TableFamily,
    /// Whether it is left out where it has no rows.
    pub is_optional: bool,
    /// The question that it answers, in one sentence.
    pub question: &'static str,
    /// The columns whose values tell its rows apart.
    pub key: &'static [&'static str],
    /// How its rows are sorted, in words.
    pub sorted_by: &'static str,
    /// What `show` prints of it for people, the most important first: where the terminal is too narrow, the last are left out.
    /// Sentences are printed behind all others.
    pub shown: &'static [Shown],
    /// By what people read it sorted, newest and biggest first; rows that are alike in all of it stay as `sorted_by` says.
    /// Programs always get that order.
    pub shown_by: &'static [ShownBy],
    pub(super) columns: fn() -> Vec<ColumnSpec>,
}

impl TableSpec {
    /// Its columns, in their order. They are made anew by each call: see [`super::TableName::columns`].
    #[must_use]
    pub fn columns(&self) -> Vec<ColumnSpec> {
        (self.columns)()
    }
}
