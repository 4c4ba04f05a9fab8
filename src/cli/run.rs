//! `coverledger run`

use std::io::Write;

use jiff::Timestamp;

use super::args::{Global, Run};
use super::progress::Progress;
use super::{Failure, load, settled};
use crate::config::Workspace;
use crate::plan::Selection;
use crate::run::{self, RunReport};
use crate::time::Clock;

/// Runs a job once.
pub async fn run(args: &Run, global: &Global, out: &mut impl Write) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let job = run::job(&workspace, &args.job)?;
    let selection = Selection { accept_shrink: args.accept_shrink, ..Selection::nightly(job) };
    let now = clock(args.at).now();
    let report = carry_out(&workspace, &selection, now, &format!("run {}", args.job), global).await?;
    writeln!(out, "{} as of {now:.0}, run {}", args.job, report.run_id)?;
    settled::print(&report, out)?;
    Ok(settled::code(&report))
}

/// The clock of a command that can be told the time.
pub fn clock(at: Option<Timestamp>) -> Clock {
    at.map_or(Clock::System, Clock::Fixed)
}

/// Carries out a selection under a progress bar.
pub async fn carry_out(
    workspace: &Workspace,
    selection: &Selection,
    now: Timestamp,
    label: &str,
    global: &Global,
) -> Result<RunReport, Failure> {
    let progress = Progress::new(global);
    let report = run::run(workspace, selection, now, label, &|step| progress.hear(step)).await;
    progress.done();
    let report = report?;
    let (published, run_id) = (report.count("published"), report.run_id.as_str());
    tracing::info!(
        run_id,
        published,
        market_days = report.days.len(),
        spilled_bytes = report.spilled_bytes,
        "done"
    );
    for export in &report.exports {
        if let Some(failure) = &export.failure {
            tracing::warn!(run_id, export = export.key, failure, "export failed");
        }
    }
    Ok(report)
}
