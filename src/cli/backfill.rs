//! `coverledger backfill`

use std::collections::BTreeSet;

use tracing::Instrument as _;

use super::args::{Backfill, Global, Which};
use super::run::{carry_out, clock, span};
use super::screen::Screen;
use super::signals::Signals;
use super::{Failure, in_ticks, load_with_keys, settled, with_engine};
use crate::plan::{Batch, Dates, DayStatus, PlatformPlan, Reprocess, Selection};
use crate::run::{self, RunError};
use crate::stores;
use coverledger_config::{Job, Workspace};
use coverledger_core::model::{MarketId, PlatformId};

/// Runs a job over chosen dates, or says what that would be.
pub async fn run(args: &Backfill, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    if args.from > args.to {
        return Err(Failure::usage(format!("`--from {}` is after `--to {}`", args.from, args.to)));
    }
    let workspace = with_engine(load_with_keys(global)?, args.engine.as_ref())?;
    let job = run::job(&workspace, &args.job)?;
    let selection = selection(args, job)?;
    let now = clock(args.at).now();
    if args.dry_run {
        return dry_run(&workspace, &selection, now, out).await;
    }
    let label = format!("backfill {}", args.job);
    let span = span(&run::run_id(&label, &selection, now));
    let work = async {
        let signals = Signals::listen()?;
        let report = carry_out(&workspace, &selection, now, &label, &signals.stop, global).await?;
        let said = writeln!(out, "{} from {} to {}, run {}", args.job, args.from, args.to, report.run_id)
            .and_then(|()| settled::print(&report, out));
        settled::ended(signals.code(&report, settled::code(&report)), said)
    };
    work.instrument(span).await
}

fn selection(args: &Backfill, job: &Job) -> Result<Selection, RunError> {
    let reprocess = match args.reprocess {
        None if args.rerender => Reprocess::Rendered,
        None => Reprocess::Due,
        Some(Which::Missing) => Reprocess::Missing,
        Some(Which::Failed) => Reprocess::Failed,
        Some(Which::All) => Reprocess::All,
    };
    Ok(Selection {
        platforms: chosen(&args.job, "platform", &job.platforms, &args.platforms, |name| PlatformId::new(name))?,
        markets: chosen(&args.job, "market", &job.markets, &args.markets, |name| MarketId::new(name))?,
        dates: Dates::Range { from: args.from, to: args.to },
        reprocess,
        accept_shrink: args.accept_shrink,
    })
}

/// The names asked for, all of which the job has to know; without any, the job's own.
fn chosen<T: Ord + Clone + std::fmt::Display>(
    job: &str,
    what: &'static str,
    of_job: &BTreeSet<T>,
    asked: &[String],
    id: impl Fn(&str) -> T,
) -> Result<BTreeSet<T>, RunError> {
    if asked.is_empty() {
        return Ok(of_job.clone());
    }
    let check = |name: &String| {
        let found = id(name);
        of_job.contains(&found).then_some(found).ok_or_else(|| RunError::NotInJob {
            job: job.to_owned(),
            what,
            name: name.clone(),
            known: in_ticks(of_job),
        })
    };
    asked.iter().map(check).collect()
}

async fn dry_run(
    workspace: &Workspace,
    selection: &Selection,
    now: jiff::Timestamp,
    out: &mut Screen<'_>,
) -> Result<u8, Failure> {
    let exports = stores::exports(&workspace.settings).map_err(RunError::Exports)?;
    let archive = stores::archive_for_planning(&workspace.settings).map_err(RunError::Store)?;
    let plans = run::plan(workspace, selection, &exports, &archive, now).await?;
    for plan in &plans {
        print_plan(plan, out)?;
    }
    Ok(super::exit::DONE)
}

fn print_plan(plan: &PlatformPlan, out: &mut Screen<'_>) -> std::io::Result<()> {
    for day in plan.days.iter().rev() {
        let what = match &day.status {
            DayStatus::Due(because) => format!("would be settled: {because}"),
            DayStatus::ToRender { because, .. } => format!("would be rendered from the archive: {because}"),
            DayStatus::NotAsked(because) => format!("is due ({because}) but not asked for"),
            DayStatus::NotOver => "is not over".to_owned(),
            DayStatus::NotBegun => "ended before the platform delivered anything".to_owned(),
            DayStatus::Waiting { missing, incomplete, since } => {
                let missing: Vec<&str> = missing.iter().chain(incomplete).map(String::as_str).collect();
                format!("waits for {} since {since}", missing.join(", "))
            }
            DayStatus::Current { revision, .. } => format!("is current at revision {revision}"),
            DayStatus::Held { reason } => format!("is held back: {reason}"),
            DayStatus::Unreadable { reason } => format!("cannot be looked at: {reason}"),
        };
        writeln!(out, "{} {what}", day.market_day)?;
    }
    let batches = plan.batches(usize::MAX, u64::MAX);
    let (exports, bytes): (usize, u64) = batches
        .iter()
        .map(|batch| (batch.exports.len(), Batch::bytes(batch)))
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    writeln!(out, "{}: {exports} exports of {bytes} bytes would be read", plan.platform)
}
