//! CSV and TSV, one record at a time, so that a bad record costs itself and nothing else.
//!
//! RFC 4180, in the dialect that is declared, with what real files do: CRLF or LF, a byte order mark, a quote inside an
//! unquoted field is text unless it leaves in doubt where fields end ([`doubt`]), blank lines between records are skipped
//! (and accounted for). Ready-made parsers either drop surplus fields, or fail the whole file at an unbalanced quote, or
//! let it swallow the records behind it; here a quoted field may span lines only if it closes properly within
//! [`MAX_LINES`] lines and the record then has as many fields as the header. Otherwise the one physical line is rejected
//! and reading goes on behind it.

mod cut;
mod dialect;
mod doubt;
mod fast_lines;
mod index;
mod quoted;
mod record;
mod without_header;

use super::field::{Position, Records};
use super::heading::{Heading, Places, Search};
use super::wanted::Wanted;
use crate::export::ExportError;
use crate::export::format::stream::lines::{Lines, MAX_RECORD_BYTES, first_line};
use crate::export::peek_budget::{MAX_COLUMNS, PeekBudget, kept};
use coverledger_config as config;
use coverledger_config::Header;
use cut::{Cut, Limits, Outcome, cut_record};
use dialect::Dialect;
use doubt::second_reading;
use fast_lines::FastLines;
use quoted::Quoted;
use record::plain_record;
use without_header::without_header;

/// Physical lines that one quoted record may span.
const MAX_LINES: usize = 100;

/// How the lines of a file were used; they must add up to the physical lines.
#[derive(Debug, Default)]
struct LineUse {
    /// The header, what stands before it, and rows behind it that describe its columns.
    header: u64,
    blank: u64,
    records: u64,
    continued: u64,
}

/// Reads every record and returns how many there are by the count of physical lines.
pub(super) fn read(
    lines: Lines,
    dialect: config::Dialect,
    header: &Header,
    wanted: &[Wanted],
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    read_lines(lines, &dialect.into(), header, wanted, true, records)
}

/// Reads every record; `is_quick` is whether plain lines may be read many at a time.
fn read_lines(
    mut lines: Lines,
    dialect: &Dialect,
    header: &Header,
    wanted: &[Wanted],
    is_quick: bool,
    records: &mut impl Records,
) -> Result<u64, ExportError> {
    let mut used = LineUse::default();
    let mut cut = Cut::default();
    skip_rows(&mut lines, dialect, header.skipped, &mut cut, &mut used)?;
    let (heading, places) = match &header.given {
        Some(names) => without_header(&mut lines, dialect, names, wanted, &mut cut)?,
        None => find_header(&mut lines, dialect, header, wanted, &mut cut, &mut used)?,
    };
    skip_rows(&mut lines, dialect, header.description_lines, &mut cut, &mut used)?;
    let (columns, wanted) = (heading.len(), places.as_slice());
    let mut plain = FastLines::new(dialect, columns, wanted, records.looks_beside());
    let mut quoted = Quoted::new(dialect, columns, wanted);
    let mut record = 0_u64;
    loop {
        let offset = lines.offset();
        let window = lines.window()?;
        if window.is_empty() {
            break;
        }
        if is_quick {
            let Some(taken) = plain.read(window, offset, &mut record, &mut used, records) else { return Ok(0) };
            if taken > 0 {
                lines.consume(taken);
                continue;
            }
        }
        let window = lines.window()?;
        let (line, line_bytes) = first_line(window);
        if line.is_empty() {
            used.blank += 1;
            lines.consume(line_bytes);
            continue;
        }
        record += 1;
        used.records += 1;
        let at = Position { record, byte_offset: Some(offset) };
        if dialect.special(line).is_none() {
            plain_record(at, line, dialect, columns, wanted, &mut cut, records);
            lines.consume(line_bytes);
        } else {
            let (taken, spanned) = quoted.read(at, &mut lines, &mut cut, records)?;
            used.continued += spanned - 1;
            lines.consume(taken);
        }
        if records.is_refused() {
            return Ok(0);
        }
    }
    let accounted = used.header + used.blank + used.records + used.continued;
    if accounted != lines.physical_lines() {
        return Err(ExportError::Unbalanced { physical: lines.physical_lines(), accounted });
    }
    Ok(lines.physical_lines() - used.header - used.blank - used.continued)
}

/// Reads up to the header and past it.
fn find_header(
    lines: &mut Lines,
    dialect: &Dialect,
    header: &Header,
    wanted: &[Wanted],
    cut: &mut Cut,
    used: &mut LineUse,
) -> Result<(Heading, Places), ExportError> {
    let mut search = Search::new(header, wanted);
    let nothing_found = if search.is_first_row() {
        "in its first line; has it a header, and this delimiter and encoding?"
    } else {
        "in its first lines; has it a header, within `header_within` lines, and this delimiter and encoding?"
    };
    let mut is_blank = true;
    while !search.is_over() {
        let Some(is_cut) = next_row(lines, dialect, cut, used)? else {
            if let Some(found) = search.end()? {
                return Ok(found);
            }
            break;
        };
        is_blank = false;
        let text = Cut::sound(&cut.text, &cut.fields);
        match (is_cut, text) {
            (true, Some(text)) => {
                let names = cut.fields.iter().map(|(from, to)| text[*from..*to].trim().to_owned()).collect();
                if let Some(found) = search.offer(names)? {
                    return Ok(found);
                }
            }
            (false, _) if search.is_first_row() => {
                return Err(ExportError::Header("a quote in it does not close"));
            }
            (true, None) if search.is_first_row() => {
                return Err(ExportError::Encoding("not UTF-8 in its header"));
            }
            (false, _) | (true, None) => search.pass(),
        }
    }
    Err(if is_blank { ExportError::Header("there is none") } else { search.failure(nothing_found) })
}

/// The first rows of a file as they stand there.
#[derive(Default)]
pub(in crate::export) struct Peeked {
    pub(in crate::export) rows: Vec<Vec<String>>,
    /// Whether there are more rows.
    pub(in crate::export) is_cut: bool,
    /// Whether a row has more columns than are looked at.
    pub(in crate::export) is_narrowed: bool,
}

/// The first rows as they stand there, as far as there is room for them. A line whose quote does not close, or leaves in
/// doubt where fields end, is one value.
pub(in crate::export) fn peek(
    mut lines: Lines,
    dialect: config::Dialect,
    max_rows: usize,
    room: &mut PeekBudget,
) -> Result<Peeked, ExportError> {
    let dialect = &Dialect::from(dialect);
    let (mut cut, mut used) = (Cut::default(), LineUse::default());
    let mut peeked = Peeked::default();
    let value = |bytes: &[u8]| kept(&String::from_utf8_lossy(bytes)).to_owned();
    while peeked.rows.len() < max_rows {
        let line = first_line(lines.wide_window()?).0.to_vec();
        let is_cut = next_row(&mut lines, dialect, &mut cut, &mut used)?;
        let in_doubt =
            || cut.has_inner_quote && second_reading(&line, dialect).is_some_and(|second| second.is_other);
        let row: Vec<String> = match is_cut {
            None => return Ok(peeked),
            Some(true) if !in_doubt() => {
                peeked.is_narrowed |= cut.fields.len() > MAX_COLUMNS;
                cut.fields.iter().take(MAX_COLUMNS).map(|(from, to)| value(&cut.text[*from..*to])).collect()
            }
            Some(_) => vec![value(&line)],
        };
        if !room.take(row.len(), row.iter().map(String::len).sum()) {
            peeked.is_cut = true;
            return Ok(peeked);
        }
        peeked.rows.push(row);
    }
    peeked.is_cut = next_row(&mut lines, dialect, &mut cut, &mut used)?.is_some();
    Ok(peeked)
}

/// Passes rows that are no records.
fn skip_rows(
    lines: &mut Lines,
    dialect: &Dialect,
    rows: u16,
    cut: &mut Cut,
    used: &mut LineUse,
) -> Result<(), ExportError> {
    for _ in 0..rows {
        next_row(lines, dialect, cut, used)?;
    }
    Ok(())
}

/// Takes the next row that is not blank as no record. `None` at the end, else whether it could be cut.
fn next_row(
    lines: &mut Lines,
    dialect: &Dialect,
    cut: &mut Cut,
    used: &mut LineUse,
) -> Result<Option<bool>, ExportError> {
    loop {
        let offset = lines.offset();
        let window = lines.wide_window()?;
        if window.is_empty() {
            return Ok(None);
        }
        let (line, line_bytes) = first_line(window);
        if line.is_empty() {
            used.blank += 1;
            lines.consume(line_bytes);
            continue;
        }
        let limits = Limits { fields: usize::MAX, lines: MAX_LINES };
        let (taken, spanned, is_cut) = match cut_record(window, dialect, limits, cut) {
            Outcome::Whole { taken, lines } => (taken, lines, true),
            Outcome::Broken => (line_bytes, 1, false),
        };
        if taken > MAX_RECORD_BYTES {
            return Err(ExportError::RecordTooLong { offset, limit: MAX_RECORD_BYTES });
        }
        lines.consume(taken);
        used.header += spanned as u64;
        return Ok(Some(is_cut));
    }
}

#[cfg(test)]
mod tests;
