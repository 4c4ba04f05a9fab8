//! The first look at an export that is not configured yet.
//!
//! It is made of the parts that read exports: what is seen here is what they will get.

mod cell;
mod dialect;
mod guess;

use std::fs::File;
use std::io::{Read, Seek};

use encoding_rs::Encoding;
use serde_json::value::RawValue;

use crate::export::error::list;
use crate::export::format::delimited;
use crate::export::format::field::{Field, Position, Records};
use crate::export::format::json::document::{body, sound, whole};
use crate::export::format::json::lists::{List, lists};
use crate::export::format::json::members::pairs;
use crate::export::format::json::names::{Names, put};
use crate::export::format::json::rows_at;
use crate::export::format::members;
use crate::export::format::parquet;
use crate::export::format::stream::bytes::Bytes;
use crate::export::format::stream::compression::{Compression, Decompressed};
use crate::export::format::stream::container;
use crate::export::format::stream::encoding::by_mark;
use crate::export::format::stream::lines::{Lines, first_line};
use crate::export::format::wanted::Wanted;
use crate::export::format::workbook::package::recognize;
use crate::export::format::workbook::{Book, Worksheet};
use crate::export::peek_budget::{MAX_COLUMNS, PeekBudget};
use crate::export::{ExportError, guarded};
use coverledger_config::{ColumnName, Dialect};
use coverledger_core::model::Reason;

/// As much as is looked at to tell what it is.
const HEAD_BYTES: u64 = 1 << 16;
/// Rows that show how they are written.
const GUESS_ROWS: usize = 100;
/// So many rows within a first line tell that it is a document.
const ONE_ROW: usize = 1;
/// Labels as people write them.
const LABELS: [&str; 15] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "gb18030",
    "big5",
    "euc-kr",
    "euc-jp",
    "shift_jis",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1254",
    "windows-1258",
    "iso-8859-7",
];

/// What an unknown file is, and its first rows as they stand there.
#[derive(Debug, Clone, PartialEq)]
pub struct Peek {
    /// `gzip` or `zstd`, if it is compressed.
    pub compression: Option<&'static str>,
    /// How text is encoded: a WHATWG label such as `utf-8` or `utf-16le`. `None` for binary formats.
    pub encoding: Option<&'static str>,
    /// Encodings that it could as well be, where it has too few letters to tell.
    pub rival_encodings: Vec<&'static str>,
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
        /// How it is written.
        dialect: Dialect,
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
    pub rows: Vec<Vec<PeekCell>>,
    /// Whether there are more rows than were read.
    pub is_cut: bool,
    /// Whether there are more columns than were read.
    pub is_narrowed: bool,
}

/// A value as it stands there. Percentages and spans of time are text: `1.35%`, `1:28:05`.
#[derive(Debug, Clone, PartialEq)]
pub enum PeekCell {
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

/// Reads up to `max_rows` rows of every table, as far as there is room for them.
///
/// # Errors
/// [`ExportError`] when it is in no known format, or is damaged.
pub fn peek(file: File, max_rows: usize, room: &mut PeekBudget) -> Result<Peek, ExportError> {
    guarded(move || look(&file, max_rows, room))
}

fn look(file: &File, max_rows: usize, room: &mut PeekBudget) -> Result<Peek, ExportError> {
    let mut source = Decompressed::open(file.try_clone()?)?;
    let compression = source.compression().map(Compression::name);
    let mut head = Vec::new();
    let read = Read::by_ref(&mut source).take(HEAD_BYTES).read_to_end(&mut head);
    if let Err(error) = read {
        return Err(source.failure(error));
    }
    if compression.is_none() {
        match &head[..] {
            [b'P', b'A', b'R', b'1', ..] => return parquet(file, max_rows, room),
            [b'P', b'K', 3, 4, ..] if is_workbook(file) => return workbook(file, max_rows, room),
            [b'P', b'K', 3, 4, ..] => return Err(archive(file)?),
            // An old or encrypted workbook: refused by its name.
            [0xd0, 0xcf, 0x11, 0xe0, ..] => recognize(&mut rewound(file)?)?,
            _ => {}
        }
    }
    if let Some(container) = container::named(&head) {
        return Err(ExportError::Container(container));
    }
    if by_mark(&head)?.is_none() && guess::is_binary(&head) {
        return Err(ExportError::Encoding("binary, and none of the formats that are known"));
    }
    let encoding = match by_mark(&head)? {
        Some((encoding, _)) => encoding,
        None => guess::encoding(&head),
    };
    let text = || Bytes::open(rewound(file)?, Some(encoding.name()));
    let mut lines = Lines::new(text()?)?;
    let window = lines.wide_window()?;
    let (format, tables) = match window.trim_ascii_start().first() {
        Some(b'[' | b'{') if !is_ndjson(window) => (PeekFormat::Json, document(text()?, max_rows, room)?),
        Some(b'{') => (PeekFormat::Ndjson, vec![ndjson(lines, max_rows, room)?]),
        _ => {
            let rows = |dialect: Dialect, rows, room: &mut PeekBudget| {
                delimited::peek(Lines::new(text()?.ending_with(dialect.line_end))?, dialect, rows, room)
            };
            let dialect = dialect::dialect(window, |dialect| {
                rows(dialect, GUESS_ROWS, &mut PeekBudget::for_guess()).map(|peeked| peeked.rows)
            })?;
            let peeked = rows(dialect, max_rows, room)?;
            let rows =
                peeked.rows.into_iter().map(|row| row.into_iter().map(PeekCell::of_text).collect()).collect();
            let (is_cut, is_narrowed) = (peeked.is_cut, peeked.is_narrowed);
            (PeekFormat::Delimited { dialect }, vec![PeekTable { name: None, rows, is_cut, is_narrowed }])
        }
    };
    let rivals = if by_mark(&head)?.is_some() { Vec::new() } else { guess::rivals(&head, encoding) };
    let rival_encodings = rivals.into_iter().map(label).collect();
    Ok(Peek { compression, encoding: Some(label(encoding)), rival_encodings, format, tables })
}

/// Whether a ZIP archive is an Office document, sound or not.
fn is_workbook(file: &File) -> bool {
    let is_part = |name: &String| {
        let name = name.to_ascii_lowercase();
        name == "[content_types].xml"
            || name.starts_with("_rels/")
            || name.starts_with("xl/")
            || name == "mimetype"
    };
    // A damaged ZIP is reported as a damaged workbook, the most common bare ZIP.
    members::names(file).map_or(true, |names| names.iter().any(is_part))
}

/// What to say of an archive of files.
fn archive(file: &File) -> Result<ExportError, ExportError> {
    let names = members::names(file)?;
    Ok(ExportError::Zip(format!(
        "these files are in it: {} (unpack it and look at one; a run reads those that `members` names)",
        list(&names)
    )))
}

/// An encoding as people write it.
fn label(encoding: &'static Encoding) -> &'static str {
    let known = LABELS.iter().find(|label| label.eq_ignore_ascii_case(encoding.name()));
    known.copied().unwrap_or(encoding.name())
}

fn rewound(file: &File) -> Result<File, ExportError> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    Ok(file)
}

/// Whether its first line is an object, and either another follows or there is no list of objects in it.
fn is_ndjson(window: &[u8]) -> bool {
    let mut lines = window.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_object =
        |line: &&[u8]| serde_json::from_slice::<&RawValue>(line).is_ok_and(|line| line.get().starts_with('{'));
    let Some(first) = lines.next().filter(is_object) else { return false };
    // One that nests without end is refused as a document.
    let has_rows = || {
        let has = |line| !lists(line, ONE_ROW, &mut PeekBudget::for_guess()).is_empty();
        rows_at::is_too_deep(first) || serde_json::from_slice(first).is_ok_and(has)
    };
    lines.next().is_some_and(|second| second.starts_with(b"{")) || !has_rows()
}

fn document(text: Bytes, max_rows: usize, room: &mut PeekBudget) -> Result<Vec<PeekTable>, ExportError> {
    let text = whole(text)?;
    let document = sound(body(&text))?;
    // Too deep a document is refused before anything goes through it.
    rows_at::count(body(&text), &[])?;
    let table = |list: List<'_>| {
        let cell =
            |value: Option<&RawValue>| value.map_or(PeekCell::Empty, |value| PeekCell::of_json(value.get()));
        let rows = list.rows.into_iter().map(|row| row.into_iter().map(cell).collect());
        let header = std::iter::once(list.names.all.into_iter().map(PeekCell::Text).collect());
        PeekTable {
            name: Some(list.way),
            rows: header.chain(rows).collect(),
            is_cut: list.is_cut,
            is_narrowed: list.names.is_cut,
        }
    };
    Ok(lists(document, max_rows, room).into_iter().map(table).collect())
}

fn ndjson(mut lines: Lines, max_rows: usize, room: &mut PeekBudget) -> Result<PeekTable, ExportError> {
    let mut names = Names::default();
    let mut rows = vec![Vec::new()];
    let mut is_cut = false;
    for number in 1_u64.. {
        let window = lines.window()?;
        if window.is_empty() {
            break;
        }
        let (line, taken) = first_line(window);
        if rows.len() > max_rows {
            is_cut = true;
            break;
        }
        if rows_at::is_too_deep(line) {
            return Err(rows_at::too_deep(&format!("its line {number}")));
        }
        if let Ok(object) = serde_json::from_slice::<&RawValue>(line) {
            let mut row = Vec::new();
            pairs(object, &mut |key, value| {
                if !value.get().starts_with(['{', '['])
                    && let Some(place) = names.place(&key)
                {
                    put(&mut row, place, PeekCell::of_json(value.get()));
                }
            });
            if !room.take(row.len(), line.len()) {
                is_cut = true;
                break;
            }
            rows.push(row.into_iter().map(|cell| cell.unwrap_or(PeekCell::Empty)).collect());
        }
        lines.consume(taken);
    }
    rows[0] = names.all.into_iter().map(PeekCell::Text).collect();
    Ok(PeekTable { name: None, rows, is_cut, is_narrowed: names.is_cut })
}

fn workbook(file: &File, max_rows: usize, room: &mut PeekBudget) -> Result<Peek, ExportError> {
    let mut book = Book::open(file)?;
    let sheets = book.sheets().to_vec();
    let mut tables = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        tables.push(room.lend(sheets.len() - index, |room| worksheet(&mut book, sheet, max_rows, room))?);
    }
    Ok(Peek { compression: None, encoding: None, rival_encodings: Vec::new(), format: PeekFormat::Xlsx, tables })
}

fn worksheet(
    book: &mut Book,
    sheet: &Worksheet,
    max_rows: usize,
    room: &mut PeekBudget,
) -> Result<PeekTable, ExportError> {
    let mut lines = book.rows(sheet)?;
    let mut table =
        PeekTable { name: Some(sheet.name.clone()), rows: Vec::new(), is_cut: false, is_narrowed: false };
    while let Some(row) = lines.next()? {
        let mut cells = Vec::new();
        for (column, value) in &row.cells {
            if *column < MAX_COLUMNS {
                cells.resize(*column, PeekCell::Empty);
                cells.push(PeekCell::of(value.field()));
            } else {
                table.is_narrowed = true;
            }
        }
        let text_bytes = cells.iter().map(PeekCell::text_bytes).sum();
        if table.rows.len() == max_rows || !room.take(cells.len(), text_bytes) {
            table.is_cut = true;
            break;
        }
        table.rows.push(cells);
    }
    Ok(table)
}

fn parquet(file: &File, max_rows: usize, room: &mut PeekBudget) -> Result<Peek, ExportError> {
    let mut names = parquet::columns(file)?;
    let is_narrowed = names.len() > MAX_COLUMNS;
    names.truncate(MAX_COLUMNS);
    let wanted: Vec<Wanted> = names.iter().map(|name| Wanted::needed(&ColumnName::new(name))).collect();
    let rows = vec![names.into_iter().map(PeekCell::Text).collect()];
    let mut taken = Taken { rows, max_rows, room, is_cut: false };
    parquet::read(file, &wanted, &mut taken)?;
    let table = PeekTable { name: None, rows: taken.rows, is_cut: taken.is_cut, is_narrowed };
    Ok(Peek {
        compression: None,
        encoding: None,
        rival_encodings: Vec::new(),
        format: PeekFormat::Parquet,
        tables: vec![table],
    })
}

/// The first records of a decoder.
struct Taken<'r> {
    rows: Vec<Vec<PeekCell>>,
    max_rows: usize,
    room: &'r mut PeekBudget,
    is_cut: bool,
}

impl Records for Taken<'_> {
    fn record(&mut self, _: Position, fields: &[Field<'_>], _: &dyn Fn() -> String) {
        // A batch is handed over to its end, even if enough rows were taken.
        if self.is_cut {
            return;
        }
        let cells: Vec<PeekCell> = fields.iter().map(|field| PeekCell::of(*field)).collect();
        let text_bytes = cells.iter().map(PeekCell::text_bytes).sum();
        self.is_cut = self.rows.len() > self.max_rows || !self.room.take(cells.len(), text_bytes);
        if !self.is_cut {
            self.rows.push(cells);
        }
    }

    fn broken(&mut self, _: Position, _: Reason, _: &[u8]) {}

    fn is_refused(&self) -> bool {
        self.is_cut
    }
}
