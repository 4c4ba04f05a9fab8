//! The output of `schedule`: when each job runs next, how each run ended, and whether an edited configuration was taken. One
//! line each, for people; programs read the JSON log.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;

use super::screen::Screen;
use crate::run::Account;
use crate::schedule::{Ending, Event, Found, RunEnd};
use coverledger_config::Job;

/// Prints when each job that has a schedule runs next.
pub fn next_runs(jobs: &BTreeMap<String, Job>, now: Timestamp, out: &mut Screen<'_>) -> io::Result<()> {
    for (name, job) in jobs {
        if let Some(schedule) = &job.schedule
            && let Some(next) = schedule.cron.after(&schedule.timezone, now)
        {
            let (cron, zone) = (&schedule.cron, &schedule.timezone);
            writeln!(out, "{name}: `{cron}` in {zone}, next at {next}")?;
        }
    }
    out.flush()
}

/// Prints one event.
pub fn event(event: &Event, jobs: &BTreeMap<String, Job>, now: Timestamp, out: &mut Screen<'_>) -> io::Result<()> {
    match event {
        Event::RunEnded { end, next } => {
            let next = next.map(|next| format!("; next at {next}")).unwrap_or_default();
            writeln!(out, "{}: {}{next}", end.job, how(end))?;
        }
        Event::Files { found: Found::Taken { changed }, .. } => {
            writeln!(out, "the configuration was changed and is taken: {}", changed.join(", "))?;
            next_runs(jobs, now, out)?;
        }
        Event::Files { found: Found::Refused { problems }, .. } => {
            writeln!(out, "the configuration was changed and is not sound; the last sound one stays in force")?;
            for line in problems.lines() {
                writeln!(out, "  {line}")?;
            }
        }
        Event::Files { found: Found::Restored, .. } => {
            writeln!(out, "the configuration is again what it was")?;
        }
        Event::Files { found: Found::NothingNew, .. } => {}
    }
    out.flush()
}

/// `done at 2026-11-23T19:30:41Z after 41 s: 3 published, 39 current`
fn how(end: &RunEnd) -> String {
    let RunEnd { ended_at, seconds, ending, .. } = end;
    let when = format!("at {ended_at:.0} after {seconds:.0} s");
    match ending {
        Ending::Accounted(account) if account.exit_code == 0 => format!("done {when}: {}", outcomes(account)),
        Ending::Accounted(account) => {
            format!("incomplete {when} (exit code {}): {}", account.exit_code, outcomes(account))
        }
        Ending::Failed { reason, try_again } => {
            let again = if *try_again { ", to be tried again soon" } else { "" };
            format!("failed {when}{again}: {reason}")
        }
        Ending::Stopped => format!("stopped {when}; it goes on at the next start"),
        Ending::HandledElsewhere => "another scheduler had run it".to_owned(),
    }
}

/// How many market-days ended how.
fn outcomes(account: &Account) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for day in account.days.iter().filter(|day| day.outcome != "not over") {
        *counts.entry(day.outcome.as_str()).or_default() += 1;
    }
    if counts.is_empty() {
        return "nothing to do".to_owned();
    }
    counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect::<Vec<_>>().join(", ")
}
