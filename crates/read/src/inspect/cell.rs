//! Cells as text.

use jiff::Timestamp;

use crate::export::Cell;

/// What a person sees in a cell.
pub(super) fn text(cell: &Cell) -> String {
    let instant = |us: i64| Timestamp::from_microsecond(us).map(|at| at.to_string()).unwrap_or_default();
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Int(whole) => whole.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::Wall(us) => instant(*us).trim_end_matches('Z').to_owned(),
        Cell::Instant(us) => instant(*us),
    }
}
