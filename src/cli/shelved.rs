//! What became of the library of covers and of the morning brief, one line each.

use std::io;

use super::screen::Screen;
use crate::run::RunReport;

/// Prints what there is to say about each part of the library and of the brief, and what of them is not up to date.
///
/// # Errors
/// When standard output is gone.
pub fn print(report: &RunReport, out: &mut Screen<'_>) -> io::Result<()> {
    for (what, disposition) in report.library.iter().chain(&report.brief) {
        for note in disposition.notes() {
            writeln!(out, "  note: {what}: {note}")?;
        }
    }
    for (what, reason) in report.unshelved() {
        writeln!(out, "not up to date: {what}: {reason}")?;
    }
    Ok(())
}
