//! What a run did, in a few lines, and its exit code.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::reasons::Reasons;
use super::{Failure, exit};
use crate::archive::RowCounts;
use crate::run::{self, Disposition, RunReport};

/// Prints what became of the market-days and why some were not published.
///
/// # Errors
/// When standard output is gone.
pub fn print(report: &RunReport, out: &mut impl Write) -> io::Result<()> {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, disposition) in &report.days {
        *words.entry(disposition.word()).or_default() += 1;
    }
    let order = [
        "published",
        "current",
        "waiting",
        "held",
        "failed",
        "elsewhere",
        "stopped",
        "unsettled",
        "not over",
        "not asked for",
    ];
    let counted: Vec<String> =
        order.iter().filter_map(|word| words.get(word).map(|count| format!("{count} {word}"))).collect();
    writeln!(out, "{} market-days: {}", report.days.len(), counted.join(", "))?;
    if !report.exports.is_empty() {
        let RowCounts { rows_in, rejected, .. } = report.rows();
        writeln!(out, "{} exports read: {rows_in} records, {rejected} rejected", report.exports.len())?;
    }
    let mut reasons = Reasons::default();
    for (day, disposition) in &report.days {
        if let Disposition::Waiting { missing, since } = disposition {
            reasons.add_since(disposition.word(), run::no_export(missing), day, *since);
        } else if let Some(reason) = disposition.reason() {
            reasons.add(disposition.word(), reason, day);
        }
    }
    reasons.print(out)
}

/// The exit code of a run: the gravest of what its market-days ended as.
#[must_use]
pub fn code(report: &RunReport) -> u8 {
    let any = |is: fn(&Disposition) -> bool| report.days.iter().any(|(_, disposition)| is(disposition));
    if any(|d| matches!(d, Disposition::Unsettled { .. } | Disposition::Elsewhere { .. })) {
        exit::CONFLICT
    } else if any(|d| matches!(d, Disposition::Failed { .. })) {
        exit::SOME_FAILED
    } else if any(|d| matches!(d, Disposition::Waiting { .. } | Disposition::Held { .. })) {
        exit::EXPORTS
    } else {
        exit::DONE
    }
}

/// The exit code of a run, of which `told` says whether it could be told: it does not depend on whether somebody
/// reads what was done.
pub fn ended(code: u8, told: io::Result<()>) -> Result<u8, Failure> {
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(code),
    }
}
