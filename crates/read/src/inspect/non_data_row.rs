//! Rows that are not data: notes of the platform, and repeated headers, as where exports were joined.

use std::collections::BTreeSet;

use super::cell;
use crate::export::{PeekCell, normal, says_note};

/// A row that is neither data nor a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonDataRow {
    /// Its row in the table, from 0.
    pub row: usize,
    /// What it says.
    pub text: String,
    /// Whether it names the columns in another order: what is below it is another table.
    pub is_other_header: bool,
}

/// Finds them among the rows of the data.
pub(super) fn find(rows: &[Vec<PeekCell>], header: usize, data: std::ops::Range<usize>) -> Vec<NonDataRow> {
    let texts = |row: usize| rows[row].iter().map(|cell| normal(&cell::text(cell)));
    let names: Vec<String> = texts(header).collect();
    let known: BTreeSet<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    data.filter_map(|row| {
        let text = || rows[row].iter().map(cell::text).collect::<Vec<_>>().join(" ").trim().to_owned();
        let stranger = |is_other_header| NonDataRow { row, text: text(), is_other_header };
        let mut there = rows[row].iter().filter(|cell| !cell::text(cell).trim().is_empty());
        if let (Some(PeekCell::Text(only)), None) = (there.next(), there.next()) {
            return says_note(only).then(|| stranger(false));
        }
        // A look at the first cells spares most rows the rest.
        let starts = rows[row].iter().take(2).all(|cell| matches!(cell, PeekCell::Text(_) | PeekCell::Empty));
        if !starts || !texts(row).take(2).any(|text| known.contains(text.as_str())) {
            return None;
        }
        let own: Vec<String> = texts(row).collect();
        let again = own.iter().filter(|text| known.contains(text.as_str())).count();
        (again >= 2 && again * 2 > known.len()).then(|| stranger(own != names))
    })
    .collect()
}
