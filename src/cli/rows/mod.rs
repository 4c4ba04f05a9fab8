//! Rows for other programs: as JSON, CSV or a workbook, to standard output or to a file.

mod csv;
mod destination;
mod frame;
mod json;
mod output_file;
mod value;
mod xlsx;

pub use csv::CsvRecord;
pub use destination::Destination;
pub use frame::{Rows, day};
pub use value::{Column, Value};

use super::Failure;
use super::screen::Screen;
use json::JsonRow;
use xlsx::Sheet;

/// A format that programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// One array of objects, a row a line.
    Json,
    /// RFC 4180.
    Csv,
    /// A workbook.
    Xlsx,
}

/// What writes rows, one after the other.
pub struct RowWriter<'o, 'p> {
    out: &'o mut Screen<'p>,
    columns: Vec<Column>,
    form: Form,
    written: usize,
}

enum Form {
    Json,
    Csv,
    Xlsx(Box<Sheet>),
}

impl<'o, 'p> RowWriter<'o, 'p> {
    /// Begins a table of that name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(
        format: RowFormat,
        name: &str,
        columns: Vec<Column>,
        out: &'o mut Screen<'p>,
    ) -> Result<Self, Failure> {
        let form = match format {
            RowFormat::Json => Form::Json,
            RowFormat::Csv => {
                out.csv(&CsvRecord::header(&columns))?;
                Form::Csv
            }
            RowFormat::Xlsx => Form::Xlsx(Box::new(Sheet::new(name, &columns)?)),
        };
        Ok(Self { out, columns, form, written: 0 })
    }

    /// One more row.
    ///
    /// # Errors
    /// It cannot be written, or has no room in a workbook.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), Failure> {
        match &mut self.form {
            Form::Json => {
                self.out.json_item(self.written == 0, &JsonRow { columns: &self.columns, values })?;
            }
            Form::Csv => self.out.csv(&CsvRecord::row(values))?,
            Form::Xlsx(sheet) => sheet.row(values)?,
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the table. What is not ended is no JSON and no workbook.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<(), Failure> {
        match self.form {
            Form::Json => self.out.json_end(self.written == 0)?,
            Form::Csv => {}
            Form::Xlsx(sheet) => self.out.workbook(&sheet.finish()?)?,
        }
        Ok(self.out.flush()?)
    }
}
