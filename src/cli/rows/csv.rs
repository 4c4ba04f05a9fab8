//! Rows as CSV by RFC 4180: UTF-8, commas, CRLF, quotes where they are needed, a header.
//!
//! Ids come from others, and a spreadsheet takes a cell that begins with one of `= + - @`, also after a tab or a line's end
//! and in their full-width forms, for a formula. Such a text has an apostrophe in front. So has one in which apostrophes
//! stand before such a sign: whoever takes one apostrophe away from each text that has a formula behind its apostrophes has
//! every text as it was. Numbers have none.

use std::borrow::Cow;

use super::{Column, Value};

/// With what a formula begins.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Bytes of most lines.
const BUFFER: usize = 1 << 10;

/// One line, ready to be written.
pub struct CsvRecord(String);

impl CsvRecord {
    /// The names of columns.
    pub(super) fn header(columns: &[Column]) -> Self {
        Self::of(columns.iter().map(|column| guarded(&column.name)))
    }

    /// The values of a row: null is an empty field.
    pub fn row(values: &[Value<'_>]) -> Self {
        Self::of(values.iter().map(field))
    }

    fn of<'f>(mut fields: impl Iterator<Item = Cow<'f, str>>) -> Self {
        let mut builder = csv::WriterBuilder::new();
        let mut writer = builder.terminator(csv::Terminator::CRLF).buffer_capacity(BUFFER).from_writer(Vec::new());
        let written = fields.try_for_each(|field| writer.write_field(&*field));
        let written = written.and_then(|()| writer.write_record(None::<&[u8]>));
        // Memory takes text.
        let line = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
        Self(String::from_utf8(line).unwrap_or_default())
    }

    /// Without the end of the line.
    pub fn line(&self) -> &str {
        self.0.strip_suffix("\r\n").unwrap_or(&self.0)
    }
}

fn field<'v>(value: &'v Value<'_>) -> Cow<'v, str> {
    match value {
        Value::Text(text) => guarded(text),
        value => value.text().unwrap_or_default(),
    }
}

/// A text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(SIGNS) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What `docs/FORMATS.md` tells a reader to do.
    fn read(field: &str) -> &str {
        if field.trim_start_matches('\'').starts_with(SIGNS) { &field[1..] } else { field }
    }

    #[test]
    fn no_text_is_a_formula_and_none_is_lost() {
        for text in ["=1+1", "+1", "-c-red", "@SUM(1)", "\t=1", "\r=1", "＝1", "'=1", "''=1", "-5"] {
            let field = guarded(text);
            assert!(field.starts_with('\''), "{text}");
            assert_eq!(read(&field), text);
        }
        for text in ["", "c-red", "'quoted'", "a=b", "2026-11-20", "封面", "'", "''a"] {
            assert_eq!((guarded(text), read(text)), (text.into(), text));
        }
    }

    #[test]
    fn a_row_is_a_line_of_rfc_4180() {
        let values = [
            Value::Text("a,\"b\"\nc".into()),
            Value::Null,
            Value::Whole(-7),
            Value::Float(-0.1),
            Value::Truth(true),
            Value::Day(jiff::civil::date(2026, 11, 20)),
        ];
        assert_eq!(CsvRecord::row(&values).0, "\"a,\"\"b\"\"\nc\",,-7,-0.1,true,2026-11-20\r\n");
        assert_eq!(CsvRecord::row(&[Value::Null]).0, "\"\"\r\n", "a line that is not blank");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(texts in prop::collection::vec("['=+@a,\"\r\n\t-]{0,6}", 1..4)) {
            let values: Vec<Value<'_>> = texts.iter().map(|text| text.as_str().into()).collect();
            let line = CsvRecord::row(&values).0;
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let back = reader.records().next().unwrap().unwrap();
            let back: Vec<&str> = back.iter().map(read).collect();
            prop_assert_eq!(back, texts);
        }
    }
}
