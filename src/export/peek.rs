//! The first look at an export that nobody has described yet.

/// What an unknown file is, and its first rows as they stand there.
#[derive(Debug, Clone, PartialEq)]
pub struct Peek {
    /// `gzip` or `zstd`, if it is compressed.
    pub compression: Option<&'static str>,
    /// How text is encoded: a WHATWG label such as `utf-8` or `utf-16le`. `None` for binary formats.
    pub encoding: Option<&'static str>,
    /// What it is.
    pub format: PeekFormat,
    /// Its tables: the sheets of a workbook, the lists of objects of a document, else one.
    pub tables: Vec<PeekTable>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeekFormat {
    /// Delimited text.
    Delimited {
        /// The delimiter.
        delimiter: u8,
    },
    /// One JSON object a line.
    Ndjson,
    /// A JSON document.
    Json,
    /// A spreadsheet of Excel.
    Xlsx,
    /// Parquet.
    Parquet,
}

/// A table as it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct PeekTable {
    /// The name of the sheet, or the way to the rows of a document as `rows_at` takes it. `None` otherwise.
    pub name: Option<String>,
    /// Rows, the header and what stands before it among them. JSON and Parquet have their keys as first row; members of
    /// members are named `traffic.views`.
    pub rows: Vec<Vec<Cell>>,
    /// Whether there are more rows than were read.
    pub is_cut: bool,
}

/// A value as it stands there.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A wall clock without a zone: microseconds since 1970 by that clock.
    Wall(i64),
    /// An instant: microseconds since 1970, UTC.
    Instant(i64),
}

/// Reads up to `max_rows` rows of every table.
///
/// # Errors
/// [`super::ExportError`] when it is none of the formats, or is damaged.
pub fn peek(file: std::fs::File, max_rows: usize) -> Result<Peek, super::ExportError> {
    let _ = (file, max_rows);
    todo!("peek")
}
