//! Market-days that are due but older than the look-back of every job, so that no run reaches them.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;

use super::screen::Screen;
use crate::plan::{Because, Dates, DayStatus, PlannedDay, PlatformPlan};
use coverledger_config::{Job, Workspace};

/// The due market-days behind the look-back of one job, for one reason.
#[derive(Debug)]
struct DueDays {
    count: usize,
    from: Date,
    to: Date,
}

/// Prints which due days no run of these jobs reaches, and the command that settles them.
///
/// # Errors
/// When standard output is gone.
pub fn print(
    plans: &[PlatformPlan],
    jobs: &[(&str, &Job)],
    workspace: &Workspace,
    now: Timestamp,
    out: &mut Screen<'_>,
) -> io::Result<()> {
    let mut behind: BTreeMap<(&str, String), DueDays> = BTreeMap::new();
    for (plan, day) in plans.iter().flat_map(|plan| plan.days.iter().map(move |day| (plan, day))) {
        let (DayStatus::Due(because) | DayStatus::ToRender { because, .. }) = &day.status else { continue };
        let Some(market) = workspace.markets.get(&day.market_day.market) else { continue };
        let of_day = |job: &Job| {
            job.platforms.contains(&day.market_day.platform) && job.markets.contains(&day.market_day.market)
        };
        let date = day.market_day.local_date;
        let looks_at = |job: &Job| Dates::Lookback(job.lookback_days).of(market, now).contains(&date);
        // A job that was not selected may reach it.
        if workspace.jobs.values().any(|job| of_day(job) && looks_at(job)) {
            continue;
        }
        let Some((name, _)) = jobs.iter().find(|(_, job)| of_day(job)) else { continue };
        let found = behind.entry((name, why(plan, day, *because)));
        let behind = found.or_insert(DueDays { count: 0, from: date, to: date });
        behind.count += 1;
        (behind.from, behind.to) = (behind.from.min(date), behind.to.max(date));
    }
    for ((job, why), DueDays { count, from, to }) in behind {
        let (days, them) = if count == 1 { ("day is", "it") } else { ("days are", "them") };
        writeln!(
            out,
            "  due: {count} market-{days} behind the look-back of job {job} ({why}), {from} to {to}: no run comes to {them} any more"
        )?;
        writeln!(out, "    `coverledger backfill {job} --from {from} --to {to}` settles {them}")?;
    }
    Ok(())
}

/// Why a day is due. A changed configuration is distinguished from other changed inputs.
fn why(plan: &PlatformPlan, day: &PlannedDay, because: Because) -> String {
    let key = (day.market_day.market.clone(), day.market_day.local_date);
    let is_of_another =
        plan.receipts.get(&key).is_some_and(|receipt| receipt.content.config_sha256 != day.config_sha256);
    match because {
        Because::InputsChanged if is_of_another => "published by another configuration".to_owned(),
        because => because.to_string(),
    }
}
