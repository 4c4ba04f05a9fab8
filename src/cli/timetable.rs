//! The jobs below the grid of `status`: when each runs next, when it ran last, and how many runs it missed.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;

use super::Grid;
use super::screen::Screen;
use crate::schedule::Course;
use coverledger_archive::RunRecord;
use coverledger_config::{CatchUp, Job};
use coverledger_core::time::{Lapse, Zone};

/// A job and its run record.
pub struct JobRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its configuration.
    pub job: &'a Job,
    /// The record of its last run.
    pub record: Option<RunRecord>,
}

/// Prints a table of the jobs that have a schedule or have run, and below it those whose scheduled times pass without a run.
///
/// # Errors
/// When standard output is gone.
pub fn print(lines: &[JobRow<'_>], home: &Zone, now: Timestamp, out: &mut Screen<'_>) -> io::Result<()> {
    let lines: Vec<_> = lines.iter().filter(|line| line.job.schedule.is_some() || line.record.is_some()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let next_at_home = format!("next in {home}");
    let mut table = Grid::new(["job", &next_at_home, "next in UTC", "last run", "missed", "catch_up"], 4);
    let mut overdue = BTreeMap::new();
    for JobRow { name, job, record } in lines {
        // A record that a scheduler wrote when it first saw the job belongs to no run.
        let is_of_a_run = |record: &&RunRecord| {
            !record.run_id.is_empty() || record.occurrence.is_some() || !record.troubles.is_empty()
        };
        let last = record.as_ref().filter(is_of_a_run);
        let last = last.map_or_else(|| "never".to_owned(), |record| seconds(record.as_of));
        let Some(schedule) = &job.schedule else {
            table.add_row([name, "by hand", "", &last, "", ""]);
            continue;
        };
        let next = schedule.cron.after(&schedule.timezone, now);
        let lapse = record
            .as_ref()
            .and_then(|record| Course::recall(schedule, record.occurrence, &record.schedules, now).lapse(now));
        let missed = record.as_ref().map_or(0, |record| record.missed) + lapse.map_or(0, |lapse| lapse.missed);
        let at_home = next.map(|next| home.local(next).strftime("%Y-%m-%d %H:%M:%S").to_string());
        table.add_row([
            (*name).to_owned(),
            at_home.unwrap_or_default(),
            next.map(seconds).unwrap_or_default(),
            last,
            missed.to_string(),
            word(schedule.catch_up).to_owned(),
        ]);
        if let Some(Lapse { first_missed: Some(first), missed, .. }) = lapse {
            overdue.insert(*name, (first, missed));
        }
    }
    writeln!(out)?;
    out.page(&table)?;
    for (name, (first, missed)) in overdue {
        let times = if missed == 1 { "time was" } else { "times were" };
        let first = seconds(first);
        writeln!(
            out,
            "  {name}: {missed} scheduled {times} missed, the first at {first}; is `coverledger schedule` running?"
        )?;
    }
    Ok(())
}

fn seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

fn word(catch_up: CatchUp) -> &'static str {
    match catch_up {
        CatchUp::All => "all",
        CatchUp::Latest => "latest",
        CatchUp::None => "none",
    }
}
