//! `coverledger run`

use std::io::BufRead as _;

use jiff::Timestamp;
use tracing::{Instrument as _, Span};

use super::args::{Global, Output, Run};
use super::cause::by_cause;
use super::progress::Progress;
use super::screen::Screen;
use super::signals::Signals;
use super::{Failure, environment, load, settled, with_engine, with_keys};
use crate::notify::Delivery;
use crate::plan::{Dates, Selection};
use crate::run::{self, Account, AlertState, RunError, RunFinalizer, RunReport, Stop, error_text};
use crate::stores;
use coverledger_archive::RunRecord;
use coverledger_config::{Snapshot, Workspace, load_from};
use coverledger_core::time::Clock;

/// Runs a job once.
pub async fn run(args: &Run, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = if args.files_on_stdin { load_from(&handed()?)? } else { load(global)? };
    let workspace = with_engine(with_keys(workspace)?, args.engine.as_ref())?;
    let job = run::job(&workspace, &args.job)?;
    let nightly = Selection::nightly(job);
    let dates =
        args.look_back_from.map_or(nightly.dates, |since| Dates::LookbackSince { days: job.lookback_days, since });
    let selection = Selection { accept_shrink: args.accept_shrink, dates, ..nightly };
    let now = clock(args.at).now();
    let label = format!("run {}", args.job);
    let run_id = run::run_id(&label, &selection, now);
    let span = span(&run_id);
    let work = async {
        let signals = Signals::listen()?;
        if args.scheduled.is_some() {
            signals.heed_standard_input();
        }
        let report = carry_out(&workspace, &selection, now, &label, &signals.stop, global).await;
        let told = conclude(args, &workspace, now, &run_id, &signals.stop, report.as_ref()).await;
        let report = report?;
        let code = signals.code(&report, settled::code(&report));
        let said = match args.output {
            Output::Text => writeln!(out, "{} as of {now:.0}, run {run_id}", args.job)
                .and_then(|()| settled::print(&report, out)),
            Output::Json => out.json(&Account::of(&report, &told, now, code)),
        };
        settled::ended(code, said)
    };
    Box::pin(work.instrument(span)).await
}

/// The configuration as the scheduler read it, on one line: the files may have changed since, or be half saved.
fn handed() -> Result<Snapshot, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    serde_json::from_str(&line)
        .map_err(|error| Failure::machine(format!("the scheduler handed no configuration: {error}")))
}

/// The span that adds the run id to every line of a run's log.
pub fn span(run_id: &str) -> Span {
    tracing::error_span!("run", run_id)
}

/// Sends notifications about a finished run, and records it.
async fn conclude(
    args: &Run,
    workspace: &Workspace,
    now: Timestamp,
    run_id: &str,
    stop: &Stop,
    report: Result<&RunReport, &RunError>,
) -> Vec<Delivery> {
    // If a run fails, the scheduler that started it records that, whatever ended the run.
    if report.is_err() && args.scheduled.is_some() {
        return Vec::new();
    }
    let archive = match report {
        Err(RunError::Store(_) | RunError::Archive(_)) => None,
        _ => stores::archive_for_recording(&workspace.settings)
            .inspect_err(|error| tracing::warn!(error = error_text(error), "the run cannot be recorded"))
            .ok(),
    };
    // The next start handles what a stopped run left.
    let occurrence = args.scheduled.filter(|_| report.is_ok_and(|report| !report.is_stopped()));
    let finalizer = RunFinalizer {
        job: &args.job,
        run_id,
        as_of: now,
        occurrence,
        missed: if occurrence.is_some() { args.missed } else { 0 },
        workspace,
        channels: &environment::channels(&workspace.channels),
        card: report.ok().and_then(|report| report.card.as_ref()),
        stop,
    };
    let late_after_seconds = workspace.settings.late_after_seconds;
    let state = |before: Option<&RunRecord>| match report {
        Ok(report) => AlertState::after(report, now, late_after_seconds, before),
        Err(error) => AlertState::of_dead_run(&error_text(error), before),
    };
    finalizer.finalize(archive.as_ref(), state).await
}

/// The clock of a command with `--at`.
pub fn clock(at: Option<Timestamp>) -> Clock {
    at.map_or(Clock::System, Clock::Fixed)
}

/// Runs a selection, with a progress bar.
pub async fn carry_out(
    workspace: &Workspace,
    selection: &Selection,
    now: Timestamp,
    label: &str,
    stop: &Stop,
    global: &Global,
) -> Result<RunReport, RunError> {
    let progress = Progress::new(global);
    let report = Box::pin(run::run(workspace, selection, now, label, stop, &|step| progress.hear(step))).await;
    progress.done();
    let report = report?;
    tracing::info!(
        published = report.count("published"),
        market_days = report.days.len(),
        spilled_bytes = report.spilled_bytes,
        "done"
    );
    let failures =
        report.exports.iter().filter_map(|export| Some((export.key.as_str(), export.failure.as_deref()?)));
    for ((export, failure), others) in by_cause(failures, |(_, failure)| failure) {
        tracing::warn!(export, failure, others_like_it = others, "export failed");
    }
    Ok(report)
}
