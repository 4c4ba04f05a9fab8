//! Exports as text: separated columns or one JSON object a line, gzipped or not.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::cell::Cell;
use super::format::DemoFormat;
use super::table::Head;

/// The size of the buffer in bytes.
const BUFFER: usize = 1 << 16;

/// A writer of a text export.
pub(super) struct TextFile {
    layout: Layout,
    buffer: Vec<u8>,
    output: Output,
}

enum Layout {
    /// Values separated by this byte. None of the demo's values needs a quote.
    Separated(u8),
    /// JSON objects, with the text before each value.
    Objects(Vec<String>),
}

enum Output {
    Plain(File),
    /// The gzip header has no time and no name, so that the bytes depend only on the rows.
    Gzip(Box<GzEncoder<File>>),
}

impl TextFile {
    pub(super) fn create(
        path: &Path,
        heads: &[Head],
        preamble: &[String],
        format: DemoFormat,
    ) -> io::Result<Self> {
        let file = File::create(path)?;
        let output = if format.is_gzipped() {
            Output::Gzip(Box::new(GzEncoder::new(file, Compression::fast())))
        } else {
            Output::Plain(file)
        };
        let mut buffer = Vec::with_capacity(BUFFER + 1024);
        let layout = match format {
            DemoFormat::Ndjson | DemoFormat::NdjsonGz => Layout::Objects(keys(heads)),
            DemoFormat::Tsv => Layout::Separated(b'\t'),
            DemoFormat::Csv | DemoFormat::CsvGz | DemoFormat::Parquet => Layout::Separated(b','),
        };
        if let Layout::Separated(separator) = layout {
            for line in preamble {
                buffer.extend_from_slice(line.as_bytes());
                buffer.push(b'\n');
            }
            let names = heads.iter().map(|head| Cell::Text(head.name));
            write_separated(&mut buffer, separator, names);
        }
        Ok(Self { layout, buffer, output })
    }

    pub(super) fn write(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        match &self.layout {
            Layout::Separated(separator) => {
                write_separated(&mut self.buffer, *separator, cells.iter().copied());
            }
            Layout::Objects(keys) => write_object(&mut self.buffer, keys, cells),
        }
        self.pass_on(BUFFER)
    }

    /// Writes a truncated record: too few fields, or an unclosed object.
    pub(super) fn write_torn(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let some = &cells[..cells.len() * 2 / 3];
        self.write(some)?;
        if matches!(self.layout, Layout::Objects(_)) {
            self.buffer.truncate(self.buffer.len().saturating_sub(3));
            self.buffer.push(b'\n');
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.pass_on(0)?;
        match self.output {
            Output::Plain(mut file) => file.flush(),
            Output::Gzip(encoder) => encoder.finish()?.flush(),
        }
    }

    /// Flushes the buffer if it has more than `most` bytes.
    fn pass_on(&mut self, most: usize) -> io::Result<()> {
        if self.buffer.len() > most {
            match &mut self.output {
                Output::Plain(file) => file.write_all(&self.buffer)?,
                Output::Gzip(encoder) => encoder.write_all(&self.buffer)?,
            }
            self.buffer.clear();
        }
        Ok(())
    }
}

/// `{"first":`, `,"second":` …
fn keys(heads: &[Head]) -> Vec<String> {
    let mut before = '{';
    let mut keys = Vec::with_capacity(heads.len());
    for head in heads {
        keys.push(format!("{before}\"{}\":", head.name));
        before = ',';
    }
    keys
}

fn write_separated<'a>(buffer: &mut Vec<u8>, separator: u8, cells: impl Iterator<Item = Cell<'a>>) {
    for (cell, place) in cells.zip(0..) {
        if place > 0 {
            buffer.push(separator);
        }
        match cell {
            Cell::Text(text) => buffer.extend_from_slice(text.as_bytes()),
            Cell::Int(number) => write_int(buffer, number),
            Cell::Flag(flag) => buffer.push(if flag { b'1' } else { b'0' }),
            Cell::Missing => {}
        }
    }
    buffer.push(b'\n');
}

fn write_object(buffer: &mut Vec<u8>, keys: &[String], cells: &[Cell<'_>]) {
    for (key, cell) in keys.iter().zip(cells) {
        buffer.extend_from_slice(key.as_bytes());
        match cell {
            // None of the demo's texts needs an escape.
            Cell::Text(text) => {
                buffer.push(b'"');
                buffer.extend_from_slice(text.as_bytes());
                buffer.push(b'"');
            }
            Cell::Int(number) => write_int(buffer, *number),
            Cell::Flag(flag) => buffer.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Cell::Missing => buffer.extend_from_slice(b"null"),
        }
    }
    buffer.extend_from_slice(b"}\n");
}

/// Like `write!`, but several times faster.
fn write_int(buffer: &mut Vec<u8>, number: i64) {
    if number < 0 {
        buffer.push(b'-');
    }
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        first -= 1;
        digits[first] = b"0123456789"[usize::try_from(left % 10).unwrap_or(0)];
        left /= 10;
        if left == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[first..]);
}
