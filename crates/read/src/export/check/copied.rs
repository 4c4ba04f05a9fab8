//! Sheets of one workbook that hold the same rows: a copy, or a sheet of all days beside one sheet a day.

use hashbrown::HashMap;

use crate::export::ExportError;
use coverledger_core::model::{Count, CountRow};

/// A sheet, and where its rows begin on the page.
#[derive(Debug)]
pub(in crate::export) struct SheetStart {
    pub(in crate::export) name: String,
    pub(in crate::export) row: usize,
}

/// A row with no count of so many, or more, may be twice by chance.
const LEAST_COUNT: u64 = 100;

/// What is said of a workbook of which two sheets hold the same row: same market, broadcast, cover, audience and interval,
/// and the same counts. Small ones may be so by chance, unless all rows of a sheet are in the other.
pub(in crate::export) fn copied(sheets: &[SheetStart], rows: &[CountRow]) -> Option<ExportError> {
    if sheets.len() < 2 {
        return None;
    }
    let end = |nth: usize| sheets.get(nth + 1).map_or(rows.len(), |next| next.row);
    let says = |row: &&CountRow| row.figures.says_something();
    let mut first_in: HashMap<(u32, i64, i64, [u64; Count::ALL.len()]), usize> = HashMap::new();
    for (nth, sheet) in sheets.iter().enumerate() {
        let of_sheet = &rows[sheet.row..end(nth)];
        let mut shared: HashMap<usize, (u64, bool)> = HashMap::new();
        for row in of_sheet.iter().filter(says) {
            let counts = Count::ALL.map(|count| row.figures.value.get(count));
            let other = *first_in.entry((row.stage, row.start_us, row.end_us, counts)).or_insert(nth);
            if other != nth {
                let is_large = counts.iter().any(|count| *count >= LEAST_COUNT);
                let (rows, any_large) = shared.entry(other).or_default();
                *rows += 1;
                *any_large |= is_large;
            }
        }
        let all = of_sheet.iter().filter(says).count() as u64;
        let mut convincing: Vec<(usize, u64)> = shared
            .into_iter()
            .filter(|(_, (rows, any_large))| *any_large || (*rows == all && all >= 2))
            .map(|(other, (rows, _))| (other, rows))
            .collect();
        convincing.sort_unstable();
        if let Some((other, rows)) = convincing.first() {
            return Some(ExportError::CopiedSheet {
                sheet: sheet.name.clone(),
                other: sheets[*other].name.clone(),
                rows: *rows,
            });
        }
    }
    None
}
