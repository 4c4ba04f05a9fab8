//! Where rows for programs go.

use super::output_file::OutputFile;
use super::{Column, RowFormat, RowWriter, Value};
use crate::cli::Failure;
use crate::cli::args::{RowOutput, TableFormat};
use crate::cli::screen::Screen;

/// A format, and the file that was asked for in place of standard output.
pub struct Destination {
    /// How rows are written.
    pub format: RowFormat,
    file: Option<OutputFile>,
}

impl Destination {
    /// Where these arguments send rows; `None` if they are for people.
    ///
    /// # Errors
    /// A file for people, a workbook for a terminal, or a file that cannot be written.
    pub fn of(form: &RowOutput, out: &Screen<'_>) -> Result<Option<Self>, Failure> {
        let format = match form.output {
            TableFormat::Table if form.output_file.is_some() => {
                return Err(Failure::usage("`--output-file` is for `--output json`, `csv` or `xlsx`"));
            }
            TableFormat::Table => return Ok(None),
            TableFormat::Json => RowFormat::Json,
            TableFormat::Csv => RowFormat::Csv,
            TableFormat::Xlsx => RowFormat::Xlsx,
        };
        if format == RowFormat::Xlsx && form.output_file.is_none() && out.is_terminal() {
            let hint = "name a file by `--output-file PATH`, or redirect standard output";
            return Err(Failure::usage(format!("a workbook is nothing for a terminal ({hint})")));
        }
        let file = form.output_file.as_deref().map(OutputFile::create).transpose()?;
        Ok(Some(Self { format, file }))
    }

    /// What the file is written by; `None` for standard output.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn screen(&self) -> Result<Option<Screen<'static>>, Failure> {
        self.file.as_ref().map(OutputFile::screen).transpose()
    }

    /// Writes all rows of a table, and puts the file in its place.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write<'v>(
        self,
        name: &str,
        columns: Vec<Column>,
        rows: impl IntoIterator<Item = Vec<Value<'v>>>,
        out: &mut Screen<'_>,
    ) -> Result<(), Failure> {
        let mut file = self.screen()?;
        let mut writer = RowWriter::begin(self.format, name, columns, file.as_mut().unwrap_or(out))?;
        rows.into_iter().try_for_each(|row| writer.row(&row))?;
        writer.finish()?;
        drop(file);
        self.keep()
    }

    /// Writes one JSON value that is no table, and puts the file in its place.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn json(self, value: &impl serde::Serialize, out: &mut Screen<'_>) -> Result<(), Failure> {
        let mut file = self.screen()?;
        let screen = file.as_mut().unwrap_or(out);
        screen.json(value)?;
        screen.flush()?;
        drop(file);
        self.keep()
    }

    /// Puts the file in its place, once it is whole.
    ///
    /// # Errors
    /// It cannot be put there.
    pub fn keep(self) -> Result<(), Failure> {
        self.file.map_or(Ok(()), OutputFile::keep)
    }
}
