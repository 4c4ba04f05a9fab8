//! The first look at an export that nobody has described yet.
//!
//! It is made of the parts that read exports: what is seen here is what they will get.

mod cell;
mod guess;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};

use encoding_rs::Encoding;
use serde_json::value::RawValue;

use crate::config::ColumnName;
use crate::export::error::list;
use crate::export::format::delimited;
use crate::export::format::field::{Field, Position, Records};
use crate::export::format::json::document::{body, sound, whole};
use crate::export::format::json::lists::{List, lists};
use crate::export::format::json::members::pairs;
use crate::export::format::json::rows_at;
use crate::export::format::members;
use crate::export::format::parquet;
use crate::export::format::stream::bytes::Bytes;
use crate::export::format::stream::compression::{Compression, Decompressed};
use crate::export::format::stream::container;
use crate::export::format::stream::encoding::by_mark;
use crate::export::format::stream::lines::{Lines, first_line};
use crate::export::format::wanted::Wanted;
use crate::export::format::workbook::Book;
use crate::export::format::workbook::package::recognize;
use crate::export::{ExportError, Halt, guarded};
use crate::model::Reason;

/// As much as is looked at to tell what it is.
const HEAD_BYTES: u64 = 1 << 16;
/// Rows that show the delimiter.
const GUESS_ROWS: usize = 100;
const MAX_COLUMNS: usize = 500;
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

/// A value as it stands there. Percentages and spans of time are text: `1.35%`, `1:28:05`.
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
/// [`ExportError`] when it is none of the formats, or is damaged.
pub fn peek(file: File, max_rows: usize) -> Result<Peek, ExportError> {
    guarded(move || look(&file, max_rows))
}

fn look(file: &File, max_rows: usize) -> Result<Peek, ExportError> {
    let mut source = Decompressed::open(file.try_clone()?)?;
    let compression = source.compression().map(Compression::name);
    let mut head = Vec::new();
    let read = Read::by_ref(&mut source).take(HEAD_BYTES).read_to_end(&mut head);
    if let Err(error) = read {
        return Err(source.failure(error));
    }
    if compression.is_none() {
        match &head[..] {
            [b'P', b'A', b'R', b'1', ..] => return parquet(file, max_rows),
            [b'P', b'K', 3, 4, ..] if is_workbook(file) => return workbook(file, max_rows),
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
        Some(b'[' | b'{') if !is_ndjson(window) => (PeekFormat::Json, document(text()?, max_rows)?),
        Some(b'{') => (PeekFormat::Ndjson, vec![ndjson(lines, max_rows)?]),
        _ => {
            let rows = |delimiter, rows| delimited::peek(Lines::new(text()?)?, delimiter, rows);
            let delimiter = guess::delimiter(|delimiter| rows(delimiter, GUESS_ROWS).map(|(rows, _)| rows))?;
            let (rows, is_cut) = rows(delimiter, max_rows)?;
            let rows = rows.into_iter().map(|row| row.into_iter().map(Cell::of_text).collect()).collect();
            (PeekFormat::Delimited { delimiter }, vec![PeekTable { name: None, rows, is_cut }])
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
    // One that is damaged is told so as a workbook: nothing else comes as a bare ZIP so often.
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
    let has_rows = || serde_json::from_slice::<&RawValue>(first).is_ok_and(|line| !lists(line, 1).is_empty());
    lines.next().is_some_and(|second| second.starts_with(b"{")) || !has_rows()
}

fn document(text: Bytes, max_rows: usize) -> Result<Vec<PeekTable>, ExportError> {
    let text = whole(text)?;
    let document = sound(body(&text))?;
    // Too deep a document is refused before anything goes through it.
    rows_at::count(body(&text), &[])?;
    let table = |list: List<'_>| PeekTable { name: Some(list.way), rows: table(&list.rows), is_cut: list.is_cut };
    Ok(lists(document, max_rows).into_iter().map(table).collect())
}

fn ndjson(mut lines: Lines, max_rows: usize) -> Result<PeekTable, ExportError> {
    let mut rows = Vec::new();
    let mut is_cut = false;
    loop {
        let window = lines.window()?;
        if window.is_empty() {
            break;
        }
        let (line, taken) = first_line(window);
        if rows.len() == max_rows {
            is_cut = true;
            break;
        }
        if let Ok(object) = serde_json::from_slice::<Box<RawValue>>(line) {
            rows.push(object);
        }
        lines.consume(taken);
    }
    let members: Vec<Vec<(String, &RawValue)>> = rows
        .iter()
        .map(|row| {
            let mut members = Vec::new();
            pairs(row, &mut |key, value| members.push((key, value)));
            members.retain(|(_, value)| !value.get().starts_with(['{', '[']));
            members
        })
        .collect();
    Ok(PeekTable { name: None, rows: table(&members), is_cut })
}

/// Rows of named values under the names that any of them has.
fn table(rows: &[Vec<(String, &RawValue)>]) -> Vec<Vec<Cell>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut header = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if header.len() < MAX_COLUMNS && !places.contains_key(name.as_str()) {
            places.insert(name, header.len());
            header.push(Cell::Text(name.clone()));
        }
    }
    let row = |values: &Vec<(String, &RawValue)>| {
        let mut cells = vec![Cell::Empty; header.len()];
        for (name, value) in values {
            if let Some(place) = places.get(name.as_str()) {
                cells[*place] = Cell::of_json(value.get());
            }
        }
        cells
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(row).collect();
    std::iter::once(header.clone()).chain(rows).collect()
}

fn workbook(file: &File, max_rows: usize) -> Result<Peek, ExportError> {
    let mut book = Book::open(file, &Halt::new())?;
    let mut tables = Vec::new();
    for sheet in book.sheets().to_vec() {
        let mut lines = book.rows(&sheet)?;
        let mut rows = Vec::new();
        let mut is_cut = false;
        while let Some(row) = lines.next()? {
            if rows.len() == max_rows {
                is_cut = true;
                break;
            }
            rows.push(row.cells.iter().map(|value| Cell::of(value.field())).collect());
        }
        tables.push(PeekTable { name: Some(sheet.name), rows, is_cut });
    }
    Ok(Peek { compression: None, encoding: None, rival_encodings: Vec::new(), format: PeekFormat::Xlsx, tables })
}

fn parquet(file: &File, max_rows: usize) -> Result<Peek, ExportError> {
    let mut names = parquet::columns(file)?;
    names.truncate(MAX_COLUMNS);
    let wanted: Vec<Wanted> = names.iter().map(|name| Wanted::needed(&ColumnName::new(name))).collect();
    let mut taken = Taken { rows: vec![names.into_iter().map(Cell::Text).collect()], max_rows, is_cut: false };
    parquet::read(file, &wanted, &mut taken)?;
    let table = PeekTable { name: None, rows: taken.rows, is_cut: taken.is_cut };
    Ok(Peek {
        compression: None,
        encoding: None,
        rival_encodings: Vec::new(),
        format: PeekFormat::Parquet,
        tables: vec![table],
    })
}

/// The first records of a decoder.
struct Taken {
    rows: Vec<Vec<Cell>>,
    max_rows: usize,
    is_cut: bool,
}

impl Records for Taken {
    fn record(&mut self, _: Position, fields: &[Field<'_>], _: &dyn Fn() -> String) {
        if self.rows.len() > self.max_rows {
            self.is_cut = true;
        } else {
            self.rows.push(fields.iter().map(|field| Cell::of(*field)).collect());
        }
    }

    fn broken(&mut self, _: Position, _: Reason, _: &[u8]) {}

    fn is_refused(&self) -> bool {
        self.is_cut
    }
}
