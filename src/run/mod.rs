//! One run: plan → read → localize → count → report → publish → decide → shelve → brief.
//!
//! Nightly runs, catching up after downtime, late data and backfill are this one path; they differ in the
//! [`Selection`] only. Each export is read once per batch however many market-days it feeds. Trouble with one export
//! ends the market-days that stand on it, by name, and nothing else.

mod account;
mod alert_state;
mod allocation;
mod assets;
mod blocking;
mod brief;
mod brief_news;
mod conflict;
mod cover_log;
mod coverage;
mod deciding;
mod delivered;
mod error;
mod judge;
mod known_since;
mod leasing;
mod library;
mod mend;
mod moved;
#[cfg_attr(not(feature = "spark"), path = "without_spark.rs")]
mod on_spark;
mod ordered;
mod orphans;
mod other_configuration;
mod other_events;
mod outcome;
mod pages;
mod pipeline;
mod planning;
mod progress;
mod publish_worker;
mod publishing;
mod reach_mend;
mod reading;
mod returning;
mod run_finalizer;
pub mod sample;
mod skipped;
mod slow_starts;
mod suspect;
mod unconfigured;

use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Semaphore;

pub use account::{
    Account, DayAccount, DecisionAccount, OtherConfigurationAccount, ShelvedAccount, ToldAccount,
    UnconfiguredAccount, UnknownAccount,
};
pub use alert_state::{AlertChanges, AlertState};
pub use deciding::{ended_rotations, history, turns_of};
pub use error::RunError;
pub use library::{
    Offline, TextModelError, catalogue_standing, named_thumbnails, offline, text_model, wrong_model,
};
pub use orphans::Orphans;
pub use other_configuration::OtherConfiguration;
pub use outcome::{Disposition, ExportOutcome, RunReport, waits_for};
pub use planning::plan;
pub use progress::{Observer, Step};
pub use run_finalizer::RunFinalizer;
pub use slow_starts::Starts;
pub use unconfigured::{Unconfigured, unconfigured, unit_lacks};

pub(crate) use crate::error_text::error_text;
use crate::plan::{Batch, DayStatus, PlatformPlan, Selection};
pub use crate::reading::Stop;
use crate::reading::memory_of_rows;
use crate::stores;
use coverledger_archive::Stamp;
use coverledger_config::{EngineChoice, Job, Workspace};
use coverledger_core::model::PlatformId;
use coverledger_core::time::Clock;
use coverledger_store::{Store, sha256_hex};
use leasing::Leasing;
use on_spark::OnSpark;
use pipeline::Pipeline;
use reading::Source;

/// Local dates that are counted together.
const BATCH_DATES: usize = 31;
/// Bytes of exports that are counted together; beyond the memory bound their rows wait on disk.
const BATCH_BYTES: u64 = 2 << 30;

/// So many bytes of exports are counted at a time by what counts a platform. A cluster has room, and begins anew with each
/// batch.
fn batch_bytes(workspace: &Workspace, platform: &PlatformId) -> u64 {
    match workspace.engine_of(platform) {
        EngineChoice::Local => BATCH_BYTES,
        EngineChoice::Spark(_) => u64::MAX,
    }
}

/// The job of that name.
///
/// # Errors
/// [`RunError::UnknownJob`].
pub fn job<'w>(workspace: &'w Workspace, name: &str) -> Result<&'w Job, RunError> {
    workspace.jobs.get(name).ok_or_else(|| {
        let names: Vec<String> = workspace.jobs.keys().map(|job| format!("`{job}`")).collect();
        let distance = |job: &&String| strsim::damerau_levenshtein(job, name);
        let near = workspace.jobs.keys().min_by_key(distance).filter(|job| distance(job) <= 3);
        let hint = near.map(|job| format!("; did you mean `{job}`?")).unwrap_or_default();
        RunError::UnknownJob { job: name.to_owned(), known: format!("known: {}{hint}", names.join(", ")) }
    })
}

/// Carries out a selection as of `now`. Asked to stop, it publishes the market-day in hand, begins nothing new and
/// says of the rest that they are [`Disposition::Stopped`].
///
/// # Errors
/// [`RunError`] when stores, archive or spill folder do not serve. What is wrong with single exports or market-days
/// is in the report.
pub async fn run(
    workspace: &Workspace,
    selection: &Selection,
    now: Timestamp,
    label: &str,
    stop: &Stop,
    observer: Observer<'_>,
) -> Result<RunReport, RunError> {
    let exports = stores::exports(&workspace.settings).map_err(RunError::Exports)?;
    let stamp = Stamp { run_id: run_id(label, selection, now), now, clock: Clock::System };
    let ends = planning::ends(workspace, selection, now);
    let mut report = RunReport { run_id: stamp.run_id.clone(), ends, ..RunReport::default() };
    let Some(archive) = stop.or(stores::archive_for_writing(&workspace.settings)).await else {
        report.leave_rest(now, observer);
        return Ok(report);
    };
    let archive = archive.map_err(RunError::Store)?;
    returning::check_key(workspace, &archive).await?;
    // Whatever else fails.
    let mut of_viewers = returning::prune(workspace, &archive, now).await;
    let planned = stop.or(plan(workspace, selection, &exports, &archive, now)).await;
    let mut plans = planned.transpose()?.unwrap_or_default();
    tell_plan(workspace, &plans, &stamp.run_id, observer);
    let on_spark = OnSpark::new(&archive, &stamp.run_id, workspace.settings.lease_seconds);
    let source = Arc::new(source(workspace, exports, stop, on_spark));
    let leasing = Leasing::new(&archive, &stamp.run_id, workspace.settings.lease_seconds);
    let rendering = Semaphore::new(source.threads);
    let renderer = assets::Renderer {
        workspace: &source.workspace,
        archive: &archive,
        stamp: &stamp,
        rendering: &rendering,
        stop,
        observer,
    };
    renderer.rerender(&mut plans, &mut report).await;
    let mut plans: Vec<Arc<PlatformPlan>> = plans.into_iter().map(Arc::new).collect();
    let pipeline = Pipeline {
        source: &source,
        observer,
        selection,
        archive: &archive,
        stamp: &stamp,
        leasing: &leasing,
        rendering: &rendering,
    };
    let worked = pipeline.run(&mut plans, &mut report).await;
    source.on_spark.end().await;
    leasing.end().await;
    worked?;
    if !stop.is_asked() {
        skipped::retire_skipped(workspace, selection, &archive, &stamp).await;
    }
    let job = label.split_once(' ').map_or(label, |(_, job)| job);
    let others = other_configuration::other_configuration(workspace, &plans, &report, &archive, job);
    report.other_configuration = stop.or(others).await.flatten();
    report.slow_starts = slow_starts::told(workspace, &plans, &report.starts, &report.days);
    let librarian = library::Librarian {
        workspace: &source.workspace,
        selection,
        archive: &archive,
        stamp: &stamp,
        stop,
        rendering: &rendering,
        threads: source.threads,
        spill_dir: source.spill_dir.clone(),
    };
    // Families of covers that pictures tell of are compared by decisions.
    report.library = librarian.keep_pictures().await;
    // Decisions stand on what is told of viewers.
    let teller = returning::Teller {
        workspace: &source.workspace,
        selection,
        archive: &archive,
        stamp: &stamp,
        stop,
        rendering: &rendering,
        spool_dir: &source.spill_dir,
    };
    of_viewers.extend(teller.tell().await);
    let desk = deciding::Desk {
        workspace: &source.workspace,
        selection,
        archive: &archive,
        stamp: &stamp,
        stop,
        rendering: &rendering,
    };
    report.decisions = desk.decide().await;
    report.decisions.extend(of_viewers);
    report.library.extend(librarian.keep_covers().await);
    // The brief stands on everything that is published.
    let editor = brief::Editor {
        workspace: &source.workspace,
        archive: &archive,
        stamp: &stamp,
        stop,
        rendering: &rendering,
    };
    let edited = Box::pin(editor.edit()).await;
    (report.brief, report.card) = (edited.ends, edited.card);
    report.unconfigured = stop.or(unconfigured(workspace, &archive)).await.unwrap_or_default();
    let (traffic, of_archive) = (source.exports.traffic(), archive.store().traffic());
    archive.close().await;
    report.leave_rest(now, observer);
    report.spilled_bytes = source.memory.spilled_bytes();
    report.retries = traffic.retries + of_archive.retries;
    report.bytes_reread = traffic.bytes_reread;
    report.days.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(report)
}

/// What reading stands on, by the settings.
fn source(workspace: &Workspace, exports: Store, stop: &Stop, on_spark: OnSpark) -> Source {
    let settings = &workspace.settings;
    let spill_dir = stores::scratch_dir(settings);
    let threads = settings.threads.or_else(|| std::thread::available_parallelism().ok());
    Source {
        workspace: Arc::new(workspace.clone()),
        exports,
        memory: memory_of_rows(settings, spill_dir.clone()),
        spill_dir,
        threads: threads.map_or(1, NonZeroUsize::get),
        stop: stop.clone(),
        on_spark,
    }
}

fn tell_plan(workspace: &Workspace, plans: &[PlatformPlan], run_id: &str, observer: Observer<'_>) {
    let of_plan = |plan| PlatformPlan::batches(plan, BATCH_DATES, batch_bytes(workspace, &plan.platform));
    let batches: Vec<_> = plans.iter().flat_map(of_plan).collect();
    let is_due =
        |plan: &PlatformPlan| plan.days.iter().filter(|day| matches!(day.status, DayStatus::Due(_))).count();
    observer(&Step::Planned {
        run_id,
        due: plans.iter().map(is_due).sum(),
        exports: batches.iter().map(|batch| batch.exports.len()).sum(),
        bytes: batches.iter().map(Batch::bytes).sum(),
    });
}

/// The same run of the same selection at the same instant has the same id: a repeated run leaves the same receipts.
#[must_use]
pub fn run_id(label: &str, selection: &Selection, now: Timestamp) -> String {
    let mut id = sha256_hex(format!("{label}\n{selection:?}\n{now}").as_bytes());
    id.truncate(16);
    id
}
