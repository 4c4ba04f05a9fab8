//! Cells as text.

use jiff::Timestamp;

use crate::export::PeekCell;

/// What a person sees in a cell.
pub(super) fn text(cell: &PeekCell) -> String {
    let instant = |us: i64| Timestamp::from_microsecond(us).map(|at| at.to_string()).unwrap_or_default();
    match cell {
        PeekCell::Empty => String::new(),
        PeekCell::Text(text) => text.trim().to_owned(),
        PeekCell::Int(whole) => whole.to_string(),
        PeekCell::Float(number) => number.to_string(),
        PeekCell::Bool(truth) => truth.to_string(),
        PeekCell::Wall(us) => instant(*us).trim_end_matches('Z').to_owned(),
        PeekCell::Instant(us) => instant(*us),
    }
}
