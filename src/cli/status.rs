//! `coverledger status`

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::args::{Global, Status};
use super::reasons::Reasons;
use super::rows::Destination;
use super::run::clock;
use super::screen::Screen;
use super::{Failure, Grid, behind_lookback, day_notes, exit, load_with_keys, timetable, unconfigured};
use crate::plan::{Because, Dates, DayStatus, PlannedDay, PlatformPlan, Reprocess, Selection};
use crate::run::{self, RunError};
use crate::stores;
use coverledger_archive::{AttemptEnd, State};
use coverledger_config::Job;
use coverledger_core::model::{MarketId, PlatformId};

/// Prints a grid of market-days and, below it, why some are not published, and the jobs; for programs a row for each
/// market-day.
pub async fn run(args: &Status, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    let workspace = load_with_keys(global)?;
    let now = clock(args.at).now();
    let jobs: Vec<(&str, &Job)> = match &args.job {
        Some(name) => vec![(name, run::job(&workspace, name)?)],
        None => workspace.jobs.iter().map(|(name, job)| (name.as_str(), job)).collect(),
    };
    let selection = Selection {
        platforms: jobs.iter().flat_map(|(_, job)| job.platforms.clone()).collect(),
        markets: jobs.iter().flat_map(|(_, job)| job.markets.clone()).collect(),
        dates: Dates::Lookback(args.days),
        reprocess: Reprocess::Due,
        accept_shrink: false,
    };
    let exports = stores::exports(&workspace.settings).map_err(RunError::Exports)?;
    let archive = stores::archive_for_planning(&workspace.settings).map_err(RunError::Store)?;
    let plans = run::plan(&workspace, &selection, &exports, &archive, now).await?;
    if let Some(destination) = destination {
        rows::write(&plans, destination, out)?;
        return Ok(exit::DONE);
    }
    out.page(&table(&plans))?;
    writeln!(
        out,
        "F final   P provisional   W waiting for exports   H held back   X failed   D due   · not over   - not begun"
    )?;
    let mut reasons = Reasons::default();
    for day in plans.iter().flat_map(|plan| &plan.days) {
        if let DayStatus::Waiting { missing, incomplete, since } = &day.status {
            reasons.add_since("waiting", run::waits_for(missing, incomplete), &day.market_day, *since);
        } else if let Some((word, reason)) = trouble(day) {
            reasons.add(word, reason, &day.market_day);
        }
    }
    reasons.print(out)?;
    let current = |day: &&PlannedDay| matches!(day.status, DayStatus::Current { .. });
    let noted = plans.iter().flat_map(|plan| &plan.days).filter(current);
    day_notes::print(noted.map(|day| (&day.market_day, day.notes.as_slice())), out)?;
    behind_lookback::print(&plans, &jobs, &workspace, now, out)?;
    unconfigured::print(&run::unconfigured(&workspace, &archive).await, out)?;
    if workspace.library.is_some() {
        writeln!(out, "library of covers: {}", run::catalogue_standing(&archive).await?)?;
    }
    let mut lines = Vec::new();
    for (name, job) in jobs {
        lines.push(timetable::JobRow { name, job, record: archive.run_record(name).await? });
    }
    timetable::print(&lines, &workspace.settings.home_timezone, now, out)?;
    Ok(exit::DONE)
}

fn table(plans: &[PlatformPlan]) -> Grid {
    let days = || plans.iter().flat_map(|plan| &plan.days);
    let dates: BTreeSet<Date> = days().map(|day| day.market_day.local_date).collect();
    let mut rows: BTreeMap<(&PlatformId, &MarketId), BTreeMap<Date, char>> = BTreeMap::new();
    for day in days() {
        let row = rows.entry((&day.market_day.platform, &day.market_day.market)).or_default();
        row.insert(day.market_day.local_date, standing(day).0);
    }
    let mut header = vec!["platform".to_owned(), "market".to_owned()];
    header.extend(dates.iter().map(|date| date.strftime("%m-%d").to_string()));
    let mut table = Grid::new(header, 2);
    for ((platform, market), letters) in rows {
        let mut row = vec![platform.to_string(), market.to_string()];
        row.extend(dates.iter().map(|date| letters.get(date).copied().unwrap_or(' ').to_string()));
        table.add_row(row);
    }
    table
}

/// Where a market-day stands: its letter in the grid, and the word for programs.
fn standing(day: &PlannedDay) -> (char, &'static str) {
    match (&day.status, day.attempt.as_ref().map(|attempt| attempt.end)) {
        (DayStatus::Current { state: State::Final, .. }, _) => ('F', "final"),
        (DayStatus::Current { state: State::Provisional, .. }, _) => ('P', "provisional"),
        (DayStatus::Waiting { .. }, _) => ('W', "waiting"),
        (DayStatus::Held { .. }, _) | (DayStatus::Due(_), Some(AttemptEnd::Held)) => ('H', "held"),
        (DayStatus::Unreadable { .. }, _) | (DayStatus::Due(_), Some(AttemptEnd::Failed)) => ('X', "failed"),
        (DayStatus::Due(_) | DayStatus::ToRender { .. } | DayStatus::NotAsked(_), _) => ('D', "due"),
        (DayStatus::NotOver, _) => ('·', "not_over"),
        (DayStatus::NotBegun, _) => ('-', "not_begun"),
    }
}

fn trouble(day: &PlannedDay) -> Option<(&'static str, String)> {
    match (&day.status, &day.attempt) {
        (DayStatus::Held { reason }, _) => Some(("held", reason.clone())),
        (DayStatus::Unreadable { reason }, _) => Some(("failed", reason.clone())),
        (DayStatus::Due(_), Some(attempt)) if attempt.end == AttemptEnd::Held => {
            Some(("held", attempt.reason.clone()))
        }
        (DayStatus::Due(_), Some(attempt)) if attempt.end == AttemptEnd::Failed => {
            Some(("failed", attempt.reason.clone()))
        }
        // After an upgrade a whole grid may be due; people should see why.
        (DayStatus::Due(because @ Because::NumbersChanged { .. }) | DayStatus::ToRender { because, .. }, _) => {
            Some(("due", because.to_string()))
        }
        _ => None,
    }
}
