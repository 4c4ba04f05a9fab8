//! Columns of the catalogue, made of rows and read back.

use polars::prelude::*;

/// A column of texts.
pub(super) fn text<'t>(name: &str, values: impl Iterator<Item = Option<&'t str>>) -> Column {
    let values: Vec<Option<&str>> = values.collect();
    StringChunked::from_slice_options(name.into(), &values).into_column()
}

/// A column of whole numbers.
pub(super) fn whole(name: &str, values: impl Iterator<Item = Option<u64>>) -> Column {
    // What does not fit is no size of a file: it is left out.
    let values: Vec<Option<i64>> = values.map(|value| value.and_then(|value| i64::try_from(value).ok())).collect();
    Column::new(name.into(), values)
}

/// A column of numbers.
pub(super) fn float(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Column::new(name.into(), values.collect::<Vec<_>>())
}

/// A table being read, row by row.
pub(super) struct Rows<'f>(pub(super) &'f DataFrame);

impl Rows<'_> {
    /// The text in a row; `None` where there is none.
    pub(super) fn text(&self, name: &str, row: usize) -> PolarsResult<Option<String>> {
        Ok(self.0.column(name)?.str()?.get(row).map(str::to_owned))
    }

    /// The text that every row has.
    pub(super) fn needed(&self, name: &str, row: usize) -> PolarsResult<String> {
        self.text(name, row)?.ok_or_else(|| polars_err!(ComputeError: "`{name}` is null in row {row}"))
    }

    /// The whole number in a row.
    pub(super) fn whole(&self, name: &str, row: usize) -> PolarsResult<Option<u64>> {
        Ok(self.0.column(name)?.i64()?.get(row).and_then(|value| u64::try_from(value).ok()))
    }

    /// The number in a row.
    pub(super) fn float(&self, name: &str, row: usize) -> PolarsResult<Option<f64>> {
        Ok(self.0.column(name)?.f64()?.get(row))
    }
}
