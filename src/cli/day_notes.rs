//! Notes on published market-days, one line each.

use std::io;

use super::screen::Screen;
use coverledger_core::model::MarketDay;

/// How many notes are printed; the rest is only counted.
const SHOWN: usize = 12;

/// Prints the notes on market-days.
///
/// # Errors
/// When standard output is gone.
pub fn print<'a>(
    of_days: impl Iterator<Item = (&'a MarketDay, &'a [String])>,
    out: &mut Screen<'_>,
) -> io::Result<()> {
    let notes: Vec<(&MarketDay, &String)> =
        of_days.flat_map(|(day, notes)| notes.iter().map(move |note| (day, note))).collect();
    for (day, note) in notes.iter().take(SHOWN) {
        writeln!(out, "  note: {day}: {note}")?;
    }
    if notes.len() > SHOWN {
        writeln!(out, "  … and {} more notes", notes.len() - SHOWN)?;
    }
    Ok(())
}
