//! The columns that a decoder is asked for.

use crate::config::ColumnName;

/// A column, and whether an export can do without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::export) struct Wanted {
    pub(in crate::export) column: ColumnName,
    /// Without it the export is refused. Otherwise its values are null.
    pub(in crate::export) is_needed: bool,
}

impl Wanted {
    pub(in crate::export) fn needed(column: &ColumnName) -> Self {
        Self { column: column.clone(), is_needed: true }
    }

    /// Whether a column of exactly this name is meant.
    pub(in crate::export) fn is(&self, name: &str) -> bool {
        self.column.names().iter().any(|alias| alias == name)
    }
}
