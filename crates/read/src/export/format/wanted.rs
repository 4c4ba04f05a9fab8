//! The columns that a decoder is asked for.

use coverledger_config::ColumnName;

/// A column, and whether an export can do without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::export) struct Wanted {
    pub(in crate::export) column: ColumnName,
    /// Without it the export is refused. Otherwise its values are null.
    pub(in crate::export) is_needed: bool,
    /// The place of another wanted column that makes up for it: where that is there, this one is not needed.
    pub(in crate::export) unless: Option<usize>,
}

impl Wanted {
    pub(in crate::export) fn needed(column: &ColumnName) -> Self {
        Self { column: column.clone(), is_needed: true, unless: None }
    }

    /// The needed columns that are missing; `is_there` says of a place whether its column exists.
    pub(in crate::export) fn missing<'w>(
        wanted: &'w [Self],
        is_there: &dyn Fn(usize) -> bool,
    ) -> Vec<(usize, &'w Self)> {
        let is_missing = |(place, wanted): &(usize, &Self)| {
            wanted.is_needed && !is_there(*place) && !wanted.unless.is_some_and(is_there)
        };
        wanted.iter().enumerate().filter(is_missing).collect()
    }

    /// Whether a column of exactly this name is meant.
    pub(in crate::export) fn is(&self, name: &str) -> bool {
        self.column.names().iter().any(|alias| alias == name)
    }
}
