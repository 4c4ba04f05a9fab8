//! The summary of a run, in a few lines, and its exit code.

use std::collections::BTreeMap;
use std::io;

use super::cause::{and_like_it, by_cause};
use super::reasons::Reasons;
use super::screen::Screen;
use super::{Failure, day_notes, exit, shelved, unconfigured};
use crate::run::{self, Disposition, Orphans, OtherConfiguration, RunReport};
use coverledger_archive::RowCounts;
use coverledger_core::model::columns;

/// Prints the outcome of all market-days, and why some were not published.
///
/// # Errors
/// When standard output is gone.
pub fn print(report: &RunReport, out: &mut Screen<'_>) -> io::Result<()> {
    match counted(&report.days) {
        outcomes if outcomes.is_empty() => writeln!(out, "0 market-days")?,
        outcomes => writeln!(out, "{} market-days: {outcomes}", report.days.len())?,
    }
    if !report.decisions.is_empty() {
        writeln!(out, "{} decisions: {}", report.decisions.len(), counted(&report.decisions))?;
    }
    if !report.library.is_empty() {
        writeln!(out, "library of covers: {}", counted(&report.library))?;
    }
    if !report.brief.is_empty() {
        writeln!(out, "morning brief: {}", counted(&report.brief))?;
    }
    if !report.exports.is_empty() {
        let RowCounts { rows_in, rejected, .. } = report.rows();
        write!(out, "{} exports read: {rows_in} records, {rejected} rejected", report.exports.len())?;
        let left_out = |has_event_ids: bool| -> u64 {
            let exports = report.exports.iter().filter(|export| export.has_event_ids == has_event_ids);
            exports.map(|export| export.rows.duplicate).sum()
        };
        if left_out(true) > 0 {
            // If the id does not identify single events, most records are left out.
            write!(out, ", {} left out as delivered before, by their `event_id`", left_out(true))?;
        }
        if left_out(false) > 0 {
            let why = "a newer object, or a better export, says the same rows";
            write!(out, ", {} left out: {why} (`newest`, `fallback_for`)", left_out(false))?;
        }
        writeln!(out)?;
    }
    let mut reasons = Reasons::default();
    for (day, disposition) in &report.days {
        if let Disposition::Waiting { missing, incomplete, since } = disposition {
            reasons.add_since(disposition.word(), run::waits_for(missing, incomplete), day, *since);
        } else if let Some(reason) = disposition.reason() {
            reasons.add(disposition.word(), reason, day);
        }
    }
    reasons.print(out)?;
    let noted = report.days.iter().map(|(day, disposition)| (day, disposition.notes()));
    day_notes::print(noted, out)?;
    unconfigured::print(&report.unconfigured, out)?;
    for ((what, reason), others) in by_cause(report.undecided(), |(_, reason)| reason) {
        writeln!(out, "not decided: {what}: {reason}{}", and_like_it(others))?;
    }
    shelved::print(report, out)?;
    if let Some(OtherConfiguration { days, from, to, command }) = &report.other_configuration {
        writeln!(
            out,
            "of another configuration: {days} published market-days outside of this run, from {from} to {to}; `{command}` makes them anew"
        )?;
    }
    print_orphans(report, out)?;
    let mut unknown = Reasons::default();
    for (day, of_day) in report.partly_known() {
        let (count, low) = (of_day.count.word(), columns::low(of_day.count.word()));
        let reason = format!(
            "`{count}` is null where these rows are summed, and `{low}` is what the others say: {of_day}; `blank` says what a blank cell means"
        );
        unknown.add("known in part", reason, day);
    }
    unknown.print(out)?;
    Ok(())
}

/// Prints how many clicks have no impression, and the market-day with the largest share.
fn print_orphans(report: &RunReport, out: &mut Screen<'_>) -> io::Result<()> {
    let share = |found: &Orphans| (found.orphans.saturating_mul(1_000_000) / found.clicks.max(1), found.orphans);
    let Some((day, worst)) = report.orphans.iter().max_by_key(|(_, found)| share(found)) else { return Ok(()) };
    let (orphans, clicks) =
        report.orphans.iter().fold((0, 0), |sum, (_, found)| (sum.0 + found.orphans, sum.1 + found.clicks));
    writeln!(
        out,
        "orphan clicks: {orphans} of {clicks} have no impression by the same viewer of the same broadcast and cover; most on {day}: {} of {}",
        worst.orphans, worst.clicks
    )
}

/// The number of outcomes of each kind, in words.
fn counted<T>(ends: &[(T, Disposition)]) -> String {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, disposition) in ends {
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
        "not begun",
        "not asked for",
    ];
    let counted = order.iter().filter_map(|word| words.get(word).map(|count| format!("{count} {word}")));
    counted.collect::<Vec<_>>().join(", ")
}

/// The exit code of a run: the one with the highest precedence among the outcomes of its market-days, decisions and library.
#[must_use]
pub fn code(report: &RunReport) -> u8 {
    let any = |is: fn(&Disposition) -> bool| {
        let days = report.days.iter().map(|(_, disposition)| disposition);
        let afterwards = report.decisions.iter().chain(&report.library).chain(&report.brief);
        days.chain(afterwards.map(|(_, disposition)| disposition)).any(is)
    };
    if any(|d| matches!(d, Disposition::NoSpace { .. })) {
        exit::UNEXPECTED
    } else if any(|d| matches!(d, Disposition::Unsettled { .. } | Disposition::Elsewhere { .. })) {
        exit::CONFLICT
    } else if any(|d| matches!(d, Disposition::Failed { .. })) {
        exit::SOME_FAILED
    } else if any(|d| matches!(d, Disposition::Waiting { .. } | Disposition::Held { .. })) {
        exit::EXPORTS
    } else {
        exit::DONE
    }
}

/// The exit code of a run. It does not depend on whether the output could be printed (`told`).
pub fn ended(code: u8, told: io::Result<()>) -> Result<u8, Failure> {
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(code),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::screen::CapturedText;
    use coverledger_core::model::{MarketDay, MarketId, PlatformId};

    #[test]
    fn the_gravest_end_of_a_market_day_gives_the_exit_code() {
        let reason = || String::from("why");
        let by_gravity = [
            (Disposition::Stopped, exit::DONE),
            (Disposition::Held { reason: reason() }, exit::EXPORTS),
            (Disposition::Failed { reason: reason() }, exit::SOME_FAILED),
            (Disposition::Elsewhere { by: reason() }, exit::CONFLICT),
            (Disposition::NoSpace { reason: reason() }, exit::UNEXPECTED),
        ];
        let day = MarketDay {
            platform: PlatformId::new("p"),
            market: MarketId::new("JP"),
            local_date: date(2026, 11, 21),
        };
        let mut report = RunReport::default();
        for (disposition, expected) in by_gravity {
            report.days.insert(0, (day.clone(), disposition));
            assert_eq!(code(&report), expected);
        }
        report.days = vec![(day, Disposition::Unsettled { reason: reason() })];
        assert_eq!(code(&report), exit::CONFLICT);
    }

    #[test]
    fn rows_of_counts_are_not_left_out_by_an_event_id() {
        let told = |has_event_ids: bool| {
            let rows = RowCounts { rows_in: 9, counted: 4, duplicate: 5, ..RowCounts::default() };
            let export = run::ExportOutcome { key: "e".to_owned(), bytes: 1, rows, has_event_ids, failure: None };
            let report = RunReport { exports: vec![export], ..RunReport::default() };
            CapturedText::written(|out| print(&report, out)).unwrap().to_string()
        };
        assert!(told(true).contains(", 5 left out as delivered before, by their `event_id`\n"), "{}", told(true));
        let of_counts = told(false);
        assert!(of_counts.contains(", 5 left out: a newer object"), "{of_counts}");
        assert!(!of_counts.contains("event_id"), "{of_counts}");
    }

    #[test]
    fn a_reader_that_is_gone_changes_no_exit_code_and_a_full_disk_does() {
        let error = |kind: io::ErrorKind| Err(io::Error::from(kind));
        assert!(matches!(ended(6, Ok(())), Ok(6)));
        assert!(matches!(ended(6, error(io::ErrorKind::BrokenPipe)), Ok(6)));
        assert!(
            matches!(ended(6, error(io::ErrorKind::StorageFull)), Err(failure) if failure.code == exit::UNEXPECTED)
        );
    }
}
