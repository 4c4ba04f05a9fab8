//! What a platform writes: rows of cells, as text or as a workbook.

use rust_xlsxwriter::{Format, Workbook};

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Blank,
    Text(String),
    Number(f64),
    /// A spreadsheet's own time.
    Serial(f64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Blank } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<i64> for Cell {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

/// A table on paper.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    pub rows: Vec<Vec<Cell>>,
}

impl Paper {
    pub fn line<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows.push(cells.into_iter().map(Cell::from).collect());
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// As text, a cell in quotes where it needs them.
    pub fn text(&self, delimiter: char, end: &str) -> String {
        let cell = |cell: &Cell| {
            let text = match cell {
                Cell::Blank => String::new(),
                Cell::Text(text) => text.clone(),
                Cell::Number(number) | Cell::Serial(number) => number.to_string(),
            };
            let needs_quotes = text.contains([delimiter, '"', '\n']);
            if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
        };
        let line = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string()) + end;
        self.rows.iter().map(line).collect()
    }

    pub fn workbook(&self, sheet: &str) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let as_time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let page = workbook.add_worksheet().set_name(sheet).unwrap();
        for (row, cells) in (0..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Blank => continue,
                    Cell::Text(text) => page.write_string(row, column, text),
                    Cell::Number(number) => page.write_number(row, column, *number),
                    Cell::Serial(days) => page.write_number_with_format(row, column, *days, &as_time),
                }
                .unwrap();
            }
        }
        workbook.save_to_buffer().unwrap()
    }
}

/// UTF-16 with a byte order mark, little end first.
pub fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// `1,204` and the like.
pub fn grouped(number: i64, group: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}
