//! Finds the header of a table and the lines around it.

use super::number;
use super::role::Role;
use crate::export::PeekCell;
use coverledger_config::NumberStyle;

/// Where the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its row, from 0: so many rows of preamble.
    pub row: usize,
    /// Rows after it that describe the columns once more.
    pub descriptions: usize,
    /// Whether there is one; without it the first row is one of data, and columns have numbers.
    pub is_there: bool,
}

impl Header {
    /// The names that the format gives to its columns.
    pub(super) const FIRST: Self = Self { row: 0, descriptions: 0, is_there: true };
    const NONE: Self = Self { row: 0, descriptions: 0, is_there: false };

    /// The first row below it.
    pub(super) const fn end(self) -> usize {
        if self.is_there { self.row + 1 + self.descriptions } else { 0 }
    }
}

/// How far down a header is looked for.
const WITHIN: usize = 30;
/// Characters of the longest name of a column; what is longer is text, whatever words it has.
const LONGEST_NAME: usize = 100;

/// Finds the header of a table whose format has none of its own.
pub(super) fn find(rows: &[Vec<PeekCell>]) -> Header {
    if has_none(rows) {
        return Header::NONE;
    }
    let candidates = rows.iter().take(WITHIN).enumerate();
    let best = candidates
        .map(|(row, cells)| (score(cells), row))
        .max_by_key(|(score, row)| (*score, std::cmp::Reverse(*row)));
    let mut row = best.map_or(0, |(_, row)| row);
    // The localized header above its own descriptions in English may be the lesser known of the two.
    while row > 0
        && is_wordy(&rows[row - 1])
        && filled(&rows[row - 1]) * 5 >= filled(&rows[row]) * 4
        && filled(&rows[row]) > 1
    {
        row -= 1;
    }
    Header { row, descriptions: descriptions(rows, row), is_there: true }
}

/// Whether the first row looks like the rest: no row near the top is made of words or of known names, and what the first
/// has for values is written as in most of the rows below it.
fn has_none(rows: &[Vec<PeekCell>]) -> bool {
    let head = &rows[..rows.len().min(WITHIN)];
    let is_named = |row: &&Vec<PeekCell>| {
        let known = |cell: &PeekCell| matches!(cell, PeekCell::Text(text) if is_known(text));
        row.iter().any(known) || is_wordy(row) && filled(row) > 0
    };
    let Some(first) = head.first().filter(|_| head.len() > 3 && !head.iter().any(|row| is_named(&row))) else {
        return false;
    };
    let below = |column: usize| {
        head[1..].iter().filter_map(move |row| row.get(column)).filter(|cell| shape(cell) != CellShape::Nothing)
    };
    let values =
        first.iter().enumerate().filter(|(_, cell)| !matches!(shape(cell), CellShape::Nothing | CellShape::Words));
    let (mut alike, mut all) = (0, 0);
    for (column, cell) in values {
        all += 1;
        let same = below(column).filter(|other| shape(other) == shape(cell)).count();
        alike += usize::from(same * 5 >= below(column).count() * 4 && same > 0);
    }
    all > 0 && alike * 3 >= all * 2
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellShape {
    Nothing,
    Words,
    /// Digits alone, so many or so many more than nine.
    Digits(usize),
    /// Digits among other signs: dates, times, decimals.
    Mixed,
    Other,
}

fn shape(cell: &PeekCell) -> CellShape {
    let PeekCell::Text(text) = cell else {
        return if matches!(cell, PeekCell::Empty) { CellShape::Nothing } else { CellShape::Other };
    };
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.chars().count() {
        0 => CellShape::Nothing,
        _ if digits == 0 => CellShape::Words,
        // Counts differ in length, stamps do not.
        all if all == digits => CellShape::Digits(if digits > 9 { digits } else { 0 }),
        _ => CellShape::Mixed,
    }
}

/// How much a row looks like a header.
fn score(cells: &[PeekCell]) -> i64 {
    let each = cells.iter().map(|cell| match cell {
        PeekCell::Empty => 0,
        PeekCell::Text(text) if is_known(text) => 5,
        PeekCell::Text(text) if text.trim().is_empty() => 0,
        PeekCell::Text(text) if is_value(text) => -4,
        PeekCell::Text(_) => 1,
        _ => -4,
    });
    each.sum()
}

/// Whether a text is a known name of a column.
fn is_known(text: &str) -> bool {
    text.chars().nth(LONGEST_NAME).is_none() && Role::of(text).is_some()
}

/// Whether a text is a value rather than a name.
fn is_value(text: &str) -> bool {
    let text = text.trim();
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
    starts || number::read(text, NumberStyle::default()).is_some()
}

fn filled(cells: &[PeekCell]) -> usize {
    cells
        .iter()
        .filter(|cell| {
            !matches!(cell, PeekCell::Empty) && !matches!(cell, PeekCell::Text(text) if text.trim().is_empty())
        })
        .count()
}

/// Whether a row has words only.
fn is_wordy(cells: &[PeekCell]) -> bool {
    let words = |cell: &PeekCell| match cell {
        PeekCell::Empty => true,
        PeekCell::Text(text) => text.trim().is_empty() || !is_value(text),
        _ => false,
    };
    cells.iter().all(words)
}

/// Rows of words right after the header, in columns that go on with numbers.
fn descriptions(rows: &[Vec<PeekCell>], header: usize) -> usize {
    let width = rows.get(header).map_or(0, |cells| filled(cells));
    let describes = |cells: &&Vec<PeekCell>| is_wordy(cells) && filled(cells) * 2 > width && filled(cells) > 1;
    let after = rows.get(header + 1..).unwrap_or_default();
    let count = after.iter().take(3).take_while(describes).count();
    // A table of nothing but words has no descriptions: those are its rows.
    let goes_on = after.get(count).is_some_and(|cells| !is_wordy(cells));
    if goes_on { count } else { 0 }
}
