//! Rows as a workbook: one sheet, its header frozen, days and times as the spreadsheet's own, the same bytes for the same
//! rows.
//!
//! Text is written as text, never as a formula or a link. A workbook's numbers are floating-point and shown with 15 digits:
//! longer whole numbers are text. Its calendar begins in 1900; an earlier time is text.

use jiff::civil::{DateTime, date};
use jiff::tz::Offset;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Column, Value};
use crate::cli::Failure;
use coverledger_core::model::ColumnType;

/// Rows of a sheet, its header among them.
const MOST_ROWS: u32 = 1 << 20;
/// Values of a workbook, which is in memory until it is whole.
const MOST_VALUES: u64 = 20_000_000;
/// Characters of a cell, as UTF-16 counts them.
const MOST_TEXT: usize = 32_767;
/// The largest whole number that is shown with all its digits.
const MOST_SHOWN: u64 = 999_999_999_999_999;
const SECONDS_A_DAY: f64 = 86_400.0;

/// A workbook in the making.
pub(super) struct Sheet {
    workbook: Workbook,
    day: Format,
    time: Format,
    rows: u32,
    columns: u16,
}

impl Sheet {
    /// A sheet of that name with a header.
    pub(super) fn new(name: &str, columns: &[Column]) -> Result<Self, Failure> {
        let mut workbook = Workbook::new();
        // Otherwise it would hold the time at which it was made.
        let made = DocProperties::new()
            .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| cannot(&error))?);
        workbook.set_properties(&made);
        let count =
            u16::try_from(columns.len()).map_err(|_| Failure::usage("a workbook has 16,384 columns at most"))?;
        let mut sheet = Self {
            workbook,
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            rows: 1,
            columns: count,
        };
        sheet.workbook.add_worksheet().set_name(name).map_err(|error| cannot(&error))?;
        sheet.header(columns).map_err(|error| cannot(&error))?;
        Ok(sheet)
    }

    fn header(&mut self, columns: &[Column]) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (at, column) in (0..).zip(columns) {
            sheet.write_string_with_format(0, at, &*column.name, &bold)?;
            sheet.set_column_width(at, width(column))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(())
    }

    /// One more row.
    pub(super) fn row(&mut self, values: &[Value<'_>]) -> Result<(), Failure> {
        if self.rows == MOST_ROWS || u64::from(self.rows) * u64::from(self.columns) >= MOST_VALUES {
            return Err(Failure::usage(format!(
                "a workbook of {} columns has {} rows at most (take fewer by `--rows`, `--market` or `--date`, or `csv` or `json`)",
                self.columns,
                self.rows - 1
            )));
        }
        let sheet = self.workbook.worksheet_from_index(0).map_err(|error| cannot(&error))?;
        for (at, value) in (0..).zip(values) {
            let row = self.rows;
            if let Value::Text(text) = value
                && text.encode_utf16().count() > MOST_TEXT
            {
                return Err(Failure::usage(format!(
                    "row {row} has a text that is longer than a cell of a workbook, {MOST_TEXT} characters (take `csv` or `json`)"
                )));
            }
            write(sheet, row, at, value, [&self.day, &self.time]).map_err(|error| cannot(&error))?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The bytes of the file.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Failure> {
        let (rows, columns) = (self.rows, self.columns);
        let sheet = self.workbook.worksheet_from_index(0).map_err(|error| cannot(&error))?;
        if columns > 0 {
            sheet.autofilter(0, 0, rows - 1, columns - 1).map_err(|error| cannot(&error))?;
        }
        self.workbook.save_to_buffer().map_err(|error| cannot(&error))
    }
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value<'_>,
    [day, time]: [&Format; 2],
) -> Result<(), XlsxError> {
    let at = match value {
        Value::Null => return Ok(()),
        Value::Float(number) if number.is_finite() => {
            return sheet.write_number(row, column, *number).map(|_| ());
        }
        #[expect(clippy::cast_precision_loss, reason = "up to 15 digits, all of which a f64 holds")]
        Value::Whole(number) if number.unsigned_abs() <= MOST_SHOWN => {
            return sheet.write_number(row, column, *number as f64).map(|_| ());
        }
        Value::Truth(truth) => return sheet.write_boolean(row, column, *truth).map(|_| ()),
        Value::Day(found) => serial(found.to_datetime(jiff::civil::Time::midnight())).map(|at| (at, day)),
        Value::Instant(found) => serial(Offset::UTC.to_datetime(*found)).map(|at| (at, time)),
        Value::WallTime(found) => serial(*found).map(|at| (at, time)),
        Value::Text(_) | Value::Whole(_) | Value::Float(_) => None,
    };
    match at {
        Some((at, format)) => sheet.write_number_with_format(row, column, at, format).map(|_| ()),
        None => sheet.write_string(row, column, value.text().unwrap_or_default()).map(|_| ()),
    }
}

/// Days since the last but one of 1899, as a spreadsheet counts; `None` before March 1900, where its calendar has a day that
/// never was.
fn serial(time: DateTime) -> Option<f64> {
    let from = date(1899, 12, 30).at(0, 0, 0, 0);
    if time < date(1900, 3, 1).at(0, 0, 0, 0) {
        return None;
    }
    Some(time.duration_since(from).as_secs_f64() / SECONDS_A_DAY)
}

/// As wide as its name and its values usually are, in characters.
fn width(column: &Column) -> f64 {
    let of_values = match column.of_type {
        ColumnType::Text => 18,
        ColumnType::Instant | ColumnType::WallTime => 19,
        ColumnType::Day | ColumnType::Float => 11,
        ColumnType::Whole | ColumnType::Truth => 8,
    };
    let of_name = u32::try_from(column.name.chars().count()).unwrap_or(u32::MAX).min(30);
    f64::from(of_name.max(of_values) + 2)
}

fn cannot(error: &XlsxError) -> Failure {
    Failure::machine(format!("the workbook cannot be made: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_a_spreadsheet_counts() {
        assert_eq!(serial(date(2026, 11, 20).at(12, 0, 0, 0)), Some(46_346.5));
        assert_eq!(serial(date(1900, 3, 1).at(0, 0, 0, 0)), Some(61.0));
        assert_eq!(serial(date(1900, 2, 28).at(0, 0, 0, 0)), None);
    }

    #[test]
    fn the_same_rows_are_the_same_bytes() {
        let columns = [Column { name: "day".into(), of_type: ColumnType::Day }];
        let made = || {
            let mut sheet = Sheet::new("covers", &columns).unwrap();
            sheet.row(&[Value::Day(date(2026, 11, 20))]).unwrap();
            sheet.finish().unwrap()
        };
        let one = made();
        assert_eq!(one, made());
        let at = |text: &[u8]| one.windows(text.len()).any(|bytes| bytes == text);
        assert!(at(b"xl/worksheets/sheet1.xml"), "it is a workbook");
    }
}
