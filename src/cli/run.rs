//! `coverledger run`

use std::io::Write;

use jiff::Timestamp;

use super::args::{Global, Output, Run};
use super::progress::Progress;
use super::signals::Signals;
use super::{Failure, load, settled};
use crate::config::Workspace;
use crate::plan::{Dates, Selection};
use crate::run::{self, Account, Aftermath, RunError, RunReport, Situation, Stop, error_text, stores};
use crate::time::Clock;

/// Runs a job once.
pub async fn run(args: &Run, global: &Global, out: &mut impl Write) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let job = run::job(&workspace, &args.job)?;
    let nightly = Selection::nightly(job);
    let dates =
        args.look_back_from.map_or(nightly.dates, |since| Dates::LookbackSince { days: job.lookback_days, since });
    let selection = Selection { accept_shrink: args.accept_shrink, dates, ..nightly };
    let now = clock(args.at).now();
    let label = format!("run {}", args.job);
    let signals = Signals::listen()?;
    if args.scheduled.is_some() {
        signals.heed_standard_input();
    }
    let report = carry_out(&workspace, &selection, now, &label, &signals.stop, global).await;
    let run_id = run::run_id(&label, &selection, now);
    conclude(args, &workspace, now, &run_id, report.as_ref()).await;
    let report = report?;
    let code = signals.code(&report, settled::code(&report));
    match args.output {
        Output::Text => {
            writeln!(out, "{} as of {now:.0}, run {}", args.job, report.run_id)?;
            settled::print(&report, out)?;
        }
        Output::Json => {
            let account = serde_json::to_string(&Account::of(&report, now, code)).map_err(std::io::Error::from)?;
            writeln!(out, "{account}")?;
        }
    }
    Ok(code)
}

/// Records a run that is over.
async fn conclude(
    args: &Run,
    workspace: &Workspace,
    now: Timestamp,
    run_id: &str,
    report: Result<&RunReport, &RunError>,
) {
    // A scheduler looks after the runs of its own that came to nothing, whatever ended them.
    if report.is_err() && args.scheduled.is_some() {
        return;
    }
    let archive = match (report, stores::archive_for_recording(&workspace.settings)) {
        (Err(RunError::Store(_) | RunError::Archive(_)), _) => return,
        (_, Ok(archive)) => archive,
        (_, Err(error)) => {
            tracing::warn!(error = error_text(&error), "the run cannot be recorded");
            return;
        }
    };
    // What was stopped is for the next start to handle.
    let occurrence = args.scheduled.filter(|_| report.is_ok_and(|report| report.count("stopped") == 0));
    let channels: Vec<&str> = workspace.channels.keys().map(String::as_str).collect();
    let missed = if occurrence.is_some() { args.missed } else { 0 };
    let aftermath = Aftermath { job: &args.job, run_id, as_of: now, occurrence, missed, channels: &channels };
    let late_after_seconds = workspace.settings.late_after_seconds;
    aftermath
        .conclude(&archive, |before| match report {
            Ok(report) => Situation::after(report, now, late_after_seconds, before),
            Err(error) => Situation::of_dead_run(&error_text(error), before),
        })
        .await;
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
    stop: &Stop,
    global: &Global,
) -> Result<RunReport, RunError> {
    let progress = Progress::new(global);
    let report = run::run(workspace, selection, now, label, stop, &|step| progress.hear(step)).await;
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
