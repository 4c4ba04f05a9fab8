//! Local files through the whole path of a run, without a store and without an archive.
//!
//! The files are put into an empty folder that stands for the exports' store, another one stands for the archive, and a
//! run like any other is carried out on them: what it publishes or holds back there, a night would. Of a platform only
//! those exports are there that the files are of, and what else a market-day stands on is told instead of waited for.
//! Both folders go with the answer.

mod first;
mod log;
mod own;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use jiff::{Timestamp, ToSpan as _};
use thiserror::Error;

pub use first::FirstRow;
pub use log::Seam;
pub use place::{PlaceError, Placed, full_name, place};

use super::{Disposition, RunError, RunReport, Stop, run};
use crate::plan::{Dates, Reprocess, Selection};
use coverledger_archive::ArchiveError;
use coverledger_config::{Platform, Workspace};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_read::export::ReadReport;
use own::Own;

/// So long after the last of a sample it is settled whatever the platform needs.
const SETTLED_DAYS: i64 = 400;

/// Why files cannot be tried.
#[derive(Debug, Error)]
pub enum SampleError {
    /// One cannot be read.
    #[error("`{file}` cannot be read")]
    File {
        /// Which.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no room for a while.
    #[error("there is no folder to try it in")]
    Folder(#[source] io::Error),
    /// The run on them could not be carried out.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What it published cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// What became of a file by itself.
#[derive(Debug)]
pub struct Tried {
    /// What it was tried as.
    pub placed: Placed,
    /// What was read of it, or why it cannot be.
    pub read: Result<ReadReport, String>,
    /// Its first rows as they are counted.
    pub first: Vec<FirstRow>,
    /// Whether it is a log of covers.
    pub is_log: bool,
    /// Of a log of covers: gaps between covers, and two covers at once.
    pub seams: Vec<Seam>,
}

/// A market-day that the files reach into.
#[derive(Debug)]
pub struct TriedDay {
    /// Which.
    pub market_day: MarketDay,
    /// How it would end.
    pub end: Disposition,
    /// Whether it is over by the clock.
    pub is_over: bool,
    /// Rows of the files that count on it; `None` where it would not be published.
    pub rows: Option<u64>,
    /// The sums that would be published.
    pub totals: BTreeMap<String, i64>,
}

/// What became of files that were tried.
#[derive(Debug)]
pub struct Trial {
    /// Each file by itself.
    pub files: Vec<Tried>,
    /// The market-days that they reach into, those without a row left out.
    pub days: Vec<TriedDay>,
    /// How many market-days would be published without a row.
    pub empty_days: usize,
    /// The run as a whole.
    pub report: RunReport,
    /// Platforms that no job names: their markets are all that are configured.
    pub without_job: BTreeSet<PlatformId>,
    /// Exports of these platforms that no file is of.
    pub left_out: Vec<String>,
}

/// Carries files through the whole path.
///
/// # Errors
/// When they cannot be read or there is no room for a while. What is wrong in them is in the trial.
pub async fn try_files(workspace: &Workspace, placed: Vec<Placed>, now: Timestamp) -> Result<Trial, SampleError> {
    let own = Own::new(workspace, &placed)?;
    let mut files: Vec<Tried> = Vec::new();
    let mut spans: Vec<Option<(Timestamp, Timestamp)>> = Vec::new();
    for placed in placed {
        let (tried, span) = own.read(placed).await?;
        files.push(tried);
        spans.push(span);
    }
    let without_job = own.platforms().filter(|id| !is_in_a_job(workspace, id)).cloned().collect();
    let left_out = left_out(workspace, &own.workspace);
    let dates = own.dates(spans.iter().flatten().copied());
    let Some((from, to)) = dates.filter(|_| files.iter().all(|file| file.read.is_ok())) else {
        let report = RunReport::default();
        return Ok(Trial { files, days: Vec::new(), empty_days: 0, report, without_job, left_out });
    };
    let later = spans.iter().flatten().map(|(_, until)| *until).fold(now, Timestamp::max);
    let later = later.checked_add((SETTLED_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
    own.age_files(later)?;
    let selection = Selection {
        platforms: own.platforms().cloned().collect(),
        markets: markets(workspace, &own.workspace),
        dates: Dates::Range { from, to },
        reprocess: Reprocess::Sample,
        accept_shrink: false,
    };
    let stop = Stop::new();
    let again = run(&own.workspace, &selection, later, "check --sample", &stop, &|_| ());
    let mut report = Box::pin(again).await?;
    // Where several markets are, the dates of one are looked at in all of them.
    let is_reached = |day: &MarketDay| spans.iter().flatten().any(|span| own.reaches(day, *span));
    report.days.retain(|(day, _)| is_reached(day));
    let logs = files.iter().filter(|file| file.is_log).map(|file| file.placed.key.as_str()).collect();
    let (days, empty_days) = own.days(&report, &logs, now).await?;
    Ok(Trial { files, days, empty_days, report, without_job, left_out })
}

fn is_in_a_job(workspace: &Workspace, platform: &PlatformId) -> bool {
    workspace.jobs.values().any(|job| job.platforms.contains(platform))
}

/// The markets of the jobs that name the platforms; where no job names one, all.
fn markets(workspace: &Workspace, own: &Workspace) -> BTreeSet<MarketId> {
    let jobs = workspace.jobs.values().filter(|job| own.platforms.keys().any(|id| job.platforms.contains(id)));
    let of_jobs: BTreeSet<MarketId> = jobs.flat_map(|job| job.markets.iter().cloned()).collect();
    let is_named = own.platforms.keys().all(|id| is_in_a_job(workspace, id));
    if is_named { of_jobs } else { workspace.markets.keys().cloned().collect() }
}

fn left_out(workspace: &Workspace, own: &Workspace) -> Vec<String> {
    let of_platform = |(id, tried): (&PlatformId, &Platform)| {
        let all = workspace.platforms.get(id).map_or(&[][..], |platform| &platform.exports);
        let is_tried = |name: &str| tried.exports.iter().any(|export| export.name == name);
        let left = all.iter().filter(|export| !is_tried(&export.name));
        left.map(|export| format!("{id}/{}", export.name)).collect::<Vec<_>>()
    };
    own.platforms.iter().flat_map(of_platform).collect()
}
