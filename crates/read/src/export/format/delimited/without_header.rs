//! Tables without a header: how many columns they have.

use super::cut::{Cut, Limits, Outcome, cut_record};
use super::dialect::Dialect;
use super::{MAX_LINES, MAX_RECORD_BYTES};
use crate::export::ExportError;
use crate::export::format::heading::{Heading, Places};
use crate::export::format::stream::lines::{Lines, first_line};
use crate::export::format::wanted::Wanted;

/// Records that tell how many columns there are.
const LOOKED_AT: usize = 100;

/// The columns of a table without a header: as many as names are given, of which at least one of the first records has
/// so many fields; without names, as many as most of the first records have.
pub(super) fn without_header(
    lines: &mut Lines,
    dialect: &Dialect,
    names: &[String],
    wanted: &[Wanted],
    cut: &mut Cut,
) -> Result<(Heading, Places), ExportError> {
    let window = lines.wide_window()?;
    let widths = widths(&window[..window.len().min(MAX_RECORD_BYTES)], dialect, cut);
    let columns = commonest(&widths);
    let names = match (names, columns) {
        ([], columns) => vec![String::new(); columns.unwrap_or(1)],
        (names, Some(columns)) if !widths.contains(&names.len()) => {
            return Err(ExportError::GivenNames { given: names.len(), columns });
        }
        (names, _) => names.to_vec(),
    };
    let heading = Heading::new(names);
    let places = heading.places(wanted)?;
    Ok((heading, places))
}

/// How many fields the first records have.
fn widths(window: &[u8], dialect: &Dialect, cut: &mut Cut) -> Vec<usize> {
    let limits = Limits { fields: usize::MAX, lines: MAX_LINES };
    let mut widths = Vec::new();
    let mut at = 0;
    while at < window.len() && widths.len() < LOOKED_AT {
        let (line, line_bytes) = first_line(&window[at..]);
        if line.is_empty() {
            at += line_bytes;
            continue;
        }
        // A record that cannot be cut is told from its fields as far as they go: it is a reject itself.
        match cut_record(&window[at..], dialect, limits, cut) {
            Outcome::Whole { taken, .. } => {
                widths.push(cut.fields.len());
                at += taken;
            }
            Outcome::Broken => {
                widths.push(1 + memchr::memmem::find_iter(line, dialect.delimiter()).count());
                at += line_bytes;
            }
        }
    }
    widths
}

/// The commonest number, of several the first.
fn commonest(widths: &[usize]) -> Option<usize> {
    let times = |width: &&usize| widths.iter().filter(|other| other == width).count();
    widths.iter().rev().max_by_key(times).copied()
}
