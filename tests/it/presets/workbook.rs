//! Workbooks from tables that a person can read.

use rust_xlsxwriter::{Format, Workbook};

/// A workbook of these sheets. A line of a table is a row, `|` stands between its cells. A cell is a number if it
/// reads as one and text otherwise; `'7` is the text `7`, `@46170.625` a number that is shown as date and time, and
/// nothing is an empty cell.
pub fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let shown_as_time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (name, table) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name).unwrap();
        for (row, line) in (0..).zip(table.lines().map(str::trim)) {
            for (column, cell) in (0..).zip(line.split('|').map(str::trim)) {
                if let Some(serial) = cell.strip_prefix('@') {
                    sheet
                        .write_number_with_format(row, column, serial.parse::<f64>().unwrap(), &shown_as_time)
                        .unwrap();
                } else if let Some(text) = cell.strip_prefix('\'') {
                    sheet.write_string(row, column, text).unwrap();
                } else if let Ok(number) = cell.parse::<f64>() {
                    sheet.write_number(row, column, number).unwrap();
                } else if !cell.is_empty() {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}
