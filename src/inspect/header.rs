//! Where the header of a table is, and what stands around it.

use super::number;
use super::role::Role;
use crate::config::NumberStyle;
use crate::export::Cell;

/// Where the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its row, from 0: so many rows of preamble.
    pub row: usize,
    /// Rows after it that describe the columns once more.
    pub descriptions: usize,
}

/// How far down a header is looked for.
const WITHIN: usize = 30;

/// Finds the header of a table whose format has none of its own.
pub(super) fn find(rows: &[Vec<Cell>]) -> Header {
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
    Header { row, descriptions: descriptions(rows, row) }
}

/// How much a row looks like a header.
fn score(cells: &[Cell]) -> i64 {
    let each = cells.iter().map(|cell| match cell {
        Cell::Empty => 0,
        Cell::Text(text) if Role::of(text).is_some() => 5,
        Cell::Text(text) if text.trim().is_empty() => 0,
        Cell::Text(text) if is_value(text) => -4,
        Cell::Text(_) => 1,
        _ => -4,
    });
    each.sum()
}

/// Whether a text is a value rather than a name.
fn is_value(text: &str) -> bool {
    let text = text.trim();
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
    starts || number::read(text, NumberStyle::default()).is_some()
}

fn filled(cells: &[Cell]) -> usize {
    cells
        .iter()
        .filter(|cell| !matches!(cell, Cell::Empty) && !matches!(cell, Cell::Text(text) if text.trim().is_empty()))
        .count()
}

/// Whether a row has words only.
fn is_wordy(cells: &[Cell]) -> bool {
    let words = |cell: &Cell| match cell {
        Cell::Empty => true,
        Cell::Text(text) => text.trim().is_empty() || !is_value(text),
        _ => false,
    };
    cells.iter().all(words)
}

/// Rows of words right after the header, in columns that go on with numbers.
fn descriptions(rows: &[Vec<Cell>], header: usize) -> usize {
    let width = rows.get(header).map_or(0, |cells| filled(cells));
    let describes = |cells: &&Vec<Cell>| is_wordy(cells) && filled(cells) * 2 > width && filled(cells) > 1;
    let after = rows.get(header + 1..).unwrap_or_default();
    let count = after.iter().take(3).take_while(describes).count();
    // A table of nothing but words has no descriptions: those are its rows.
    let goes_on = after.get(count).is_some_and(|cells| !is_wordy(cells));
    if goes_on { count } else { 0 }
}
