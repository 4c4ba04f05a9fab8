//! A sheet as CSV: separated by commas, semicolons or tabs, with quotes as RFC 4180 has them.
//!
//! A quote that is opened and never closed would swallow every row behind it. Such a row is told, and reading goes on at
//! the next line.

use super::{NoSheet, Row, Sheet, SheetColumn, expected, no_sheet};

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Its rows, without its header.
pub(super) fn rows(text: &str, sheet: &mut Sheet) -> Result<Vec<Row>, NoSheet> {
    // However lines end.
    let text = &text.replace("\r\n", "\n").replace('\r', "\n");
    let mut records = Records { text, at: 0, line: 1, delimiter: b',' };
    let first = records.first_line();
    if let Some(delimiter) = first.trim_end().strip_prefix("sep=").and_then(|sign| sign.bytes().next()) {
        // Excel's own way of saying it.
        records.next_line();
        records.delimiter = delimiter;
    } else {
        records.delimiter = delimiter_of(first);
    }
    let header = loop {
        match records.next() {
            Some(record) if record.is_blank() => {}
            Some(record) => break record,
            None => return Err(no_sheet(1, format!("it holds nothing (expected a header with {})", expected()))),
        }
    };
    if !header.fields.iter().any(|name| SheetColumn::of(name) == SheetColumn::CoverId) {
        let found = header.fields.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(no_sheet(
            header.line,
            format!("its header names no covers: {found} (expected {})", expected()),
        ));
    }
    let are_read = sheet.header(header.line, &header.fields);
    let (width, mut rows) = (header.fields.len(), Vec::new());
    while let Some(record) = records.next() {
        if record.is_blank() {
            continue;
        }
        let lines = record.lines;
        let is_swallowing = record.is_open || (lines > 1 && record.fields.len() != width);
        if is_swallowing {
            sheet.problem(record.line, "a quote is opened in it and closed nowhere in its row".to_owned());
            records.go_back_to_the_line_behind(&record);
            continue;
        }
        if record.fields.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
            let found = record.fields.len();
            sheet.problem(
                record.line,
                format!("it has {found} cells and the header {width}, so nobody knows which is which (put a text with the separator in quotes)"),
            );
            continue;
        }
        let named = header.fields.iter().zip(&are_read).zip(record.fields);
        let cells = named.filter(|((_, is_read), _)| **is_read).map(|((name, _), cell)| (name.clone(), cell));
        rows.push(Row { line: record.line, cells: cells.collect() });
    }
    Ok(rows)
}

/// The separator that a header has most of, outside of quotes.
fn delimiter_of(header: &str) -> u8 {
    let (mut is_quoted, mut counts) = (false, [0_usize; DELIMITERS.len()]);
    for byte in header.bytes() {
        is_quoted ^= byte == b'"';
        if let Some(at) = DELIMITERS.iter().position(|sign| *sign == byte && !is_quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let at = counts.iter().position(|count| *count == most).unwrap_or_default();
    DELIMITERS[at]
}

/// The records of a text, one after the other.
struct Records<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    delimiter: u8,
}

struct Record {
    /// Where it begins, in bytes and lines.
    at: usize,
    line: usize,
    /// Over how many lines it goes.
    lines: usize,
    fields: Vec<String>,
    /// Whether it ends within quotes.
    is_open: bool,
}

impl Record {
    fn is_blank(&self) -> bool {
        self.fields.iter().all(|cell| cell.trim().is_empty())
    }
}

impl<'t> Records<'t> {
    fn first_line(&self) -> &'t str {
        self.text[self.at..].lines().next().unwrap_or_default()
    }

    fn next_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.line += 1;
    }

    fn go_back_to_the_line_behind(&mut self, record: &Record) {
        (self.at, self.line) = (record.at, record.line);
        self.next_line();
    }

    fn next(&mut self) -> Option<Record> {
        // The crate passes blank lines; here they count.
        while self.text[self.at..].starts_with('\n') {
            self.next_line();
        }
        if self.at == self.text.len() {
            return None;
        }
        let (at, line) = (self.at, self.line);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(1 << 10)
            .from_reader(&self.text.as_bytes()[at..]);
        let mut record = csv::StringRecord::new();
        if !reader.read_record(&mut record).unwrap_or_default() {
            self.at = self.text.len();
            return None;
        }
        let end = at + usize::try_from(reader.position().byte()).unwrap_or_default();
        let raw = &self.text[at..end];
        let breaks = raw.trim_end_matches('\n').matches('\n').count();
        let is_open = end == self.text.len() && raw.matches('"').count() % 2 == 1;
        (self.at, self.line) = (end, line + raw.matches('\n').count());
        Some(Record { at, line, lines: breaks + 1, fields: record.iter().map(str::to_owned).collect(), is_open })
    }
}
