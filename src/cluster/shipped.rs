//! What is sent to executors: a batch by names, and the configuration that says what they mean.
//!
//! No secret is in it: executors take their own from their environment. They make the same plan of it as the driver, and say
//! which part is another one if it is.

use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::executor_error::ExecutorError;
use crate::plan::{Batch, Dates, Known, PlannedDay, PlannedExport, PlatformPlan, Reprocess, Selection};
use crate::program::{COMMIT, VERSION};
use crate::variables;
use coverledger_archive::TableFamily;
use coverledger_config::{Platform, Snapshot, StoreLocation, Workspace, load_from};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_read::export::{Found, PathValues};
use coverledger_store::Object;

/// Objects are read together up to so many bytes, which takes some seconds; a larger one is a task of its own.
const MOST_TASK_BYTES: u64 = 64 << 20;
/// With less to read there are more tasks, for more executors to share.
const TASKS: u64 = 64;
/// A task of less costs more to begin than to do.
const LEAST_TASK_BYTES: u64 = 4 << 20;
/// Besides its bytes an object costs as much as so many, for asking and opening.
const OBJECT_BYTES: u64 = 256 << 10;

/// A batch for executors.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shipped {
    release: Release,
    /// The configuration as the driver read it.
    files: Snapshot,
    exports_at: Location,
    platform: PlatformId,
    /// In the order of the batch.
    days: Vec<ShippedDay>,
    /// In the order of the batch.
    exports: Vec<ShippedExport>,
    /// By task, the numbers of the exports that it reads.
    tasks: Vec<Vec<u32>>,
}

/// Which program sends, or is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Release {
    version: String,
    /// `unknown` where that is not known.
    commit: String,
    /// The version of the numbers of market-days.
    numbers_version: u32,
}

/// What is looked at before anything else: other releases send the rest in another shape.
#[derive(Debug, Serialize, Deserialize)]
struct Sender {
    release: Release,
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Location {
    /// A folder, under one name on every machine.
    Folder(PathBuf),
    Url(String),
}

/// A market-day of the batch.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ShippedDay {
    market: MarketId,
    local_date: Date,
    /// The hash over everything that determines it.
    fingerprint: String,
}

/// An object of the batch, as it was listed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ShippedExport {
    /// The definition's place in the platform's `exports`.
    definition: usize,
    key: String,
    etag: Option<String>,
    size: u64,
    last_modified: Timestamp,
    export_date: Option<Date>,
    market: Option<MarketId>,
    broadcast: Option<String>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    created: Option<Timestamp>,
}

impl Release {
    /// That of this program.
    fn here() -> Self {
        let numbers_version = TableFamily::MarketDays.version();
        Self { version: VERSION.to_owned(), commit: COMMIT.to_owned(), numbers_version }
    }

    /// Whether both count alike, as far as can be known.
    fn is_as(&self, other: &Self) -> bool {
        let is_unknown = |release: &Self| release.commit == "unknown";
        self.version == other.version
            && self.numbers_version == other.numbers_version
            && (self.commit == other.commit || is_unknown(self) || is_unknown(other))
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { version, commit, numbers_version } = self;
        write!(f, "{version} ({commit}, numbers {numbers_version})")
    }
}

/// What an executor is asked first of all, to try whether it could count: which program this is, as JSON.
///
/// # Panics
/// Never: a release has only text and numbers.
#[must_use]
pub fn release() -> Vec<u8> {
    serde_json::to_vec(&Sender { release: Release::here() }).expect("a release has only text and numbers")
}

/// Whether what was sent is of this release; nothing else of it is looked at.
///
/// # Errors
/// [`ExecutorError::Version`] when it is of another.
pub(super) fn check_sender(bytes: &[u8]) -> Result<(), ExecutorError> {
    let Sender { release } = serde_json::from_slice(bytes).map_err(not_understood)?;
    let here = Release::here();
    if release.is_as(&here) {
        return Ok(());
    }
    Err(ExecutorError::Version { needed: release.to_string(), here: here.to_string() })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what a closure is given")]
fn not_understood(error: serde_json::Error) -> ExecutorError {
    ExecutorError::Shipped(error.to_string())
}

impl Location {
    /// Executors work in folders of their own, so folders are told from the root on.
    fn of(location: &StoreLocation) -> Result<Self, ExecutorError> {
        match location {
            StoreLocation::Folder(folder) => match std::path::absolute(folder) {
                Ok(folder) => Ok(Self::Folder(folder)),
                Err(error) => Err(ExecutorError::Shipped(format!("`{}`: {error}", folder.display()))),
            },
            StoreLocation::Url(url) => Ok(Self::Url(url.to_string())),
        }
    }

    fn checked(&self) -> Result<StoreLocation, ExecutorError> {
        match self {
            Self::Folder(folder) => Ok(StoreLocation::Folder(folder.clone())),
            Self::Url(url) => match url.parse() {
                Ok(url) => Ok(StoreLocation::Url(url)),
                Err(error) => Err(ExecutorError::Shipped(format!("where exports are is no URL: {error}"))),
            },
        }
    }
}

impl ShippedExport {
    fn of(planned: &PlannedExport) -> Self {
        let PlannedExport { export, found: Found { object, export_date, path }, .. } = planned.clone();
        let Object { key, etag, size, last_modified } = object;
        let PathValues { market, broadcast, start, end, created } = path;
        Self {
            definition: export,
            key,
            etag,
            size,
            last_modified,
            export_date,
            market,
            broadcast,
            start,
            end,
            created,
        }
    }

    fn planned(&self, platform: &PlatformId) -> PlannedExport {
        let Self { key, etag, market, broadcast, .. } = self;
        let (key, etag, market, broadcast) = (key.clone(), etag.clone(), market.clone(), broadcast.clone());
        PlannedExport {
            platform: platform.clone(),
            export: self.definition,
            found: Found {
                object: Object { key, etag, size: self.size, last_modified: self.last_modified },
                export_date: self.export_date,
                path: PathValues { market, broadcast, start: self.start, end: self.end, created: self.created },
            },
        }
    }
}

impl Shipped {
    /// A batch of a platform under a configuration.
    ///
    /// # Errors
    /// When the folder of exports has no full name.
    pub(crate) fn of(
        workspace: &Workspace,
        platform: &PlatformId,
        batch: &Batch<'_>,
    ) -> Result<Self, ExecutorError> {
        let day = |day: &&PlannedDay| ShippedDay {
            market: day.market_day.market.clone(),
            local_date: day.market_day.local_date,
            fingerprint: day.fingerprint.clone(),
        };
        let sizes: Vec<u64> = batch.exports.iter().map(|planned| planned.found.object.size).collect();
        Ok(Self {
            release: Release::here(),
            files: (*workspace.files).clone(),
            exports_at: Location::of(&workspace.settings.exports)?,
            platform: platform.clone(),
            days: batch.days.iter().map(day).collect(),
            exports: batch.exports.iter().map(|planned| ShippedExport::of(planned)).collect(),
            tasks: tasks(&sizes),
        })
    }

    /// As it is sent.
    ///
    /// # Errors
    /// When a name of a file or folder is no text.
    pub(crate) fn to_bytes(&self) -> Result<Bytes, ExecutorError> {
        serde_json::to_vec(self).map(Bytes::from).map_err(not_understood)
    }

    /// How many tasks read it; none without an object.
    pub(crate) fn tasks(&self) -> u32 {
        u32::try_from(self.tasks.len()).unwrap_or(u32::MAX)
    }

    /// What was sent.
    ///
    /// # Errors
    /// When it is of another release, or no such batch.
    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self, ExecutorError> {
        check_sender(bytes)?;
        serde_json::from_slice(bytes).map_err(not_understood)
    }

    /// The numbers of the exports that a task reads.
    ///
    /// # Errors
    /// When there is no such task.
    pub(super) fn task(&self, number: u32) -> Result<&[u32], ExecutorError> {
        let task = self.tasks.get(number as usize).map(Vec::as_slice);
        task.ok_or_else(|| ExecutorError::Shipped(format!("it has no task {number}")))
    }

    /// Plans it again, and checks that it is the same batch.
    ///
    /// # Errors
    /// When it is another one here, or its configuration is not sound.
    pub(super) fn plan(&self) -> Result<Replanned, ExecutorError> {
        let workspace = load_from(&self.files).map_err(|error| ExecutorError::Shipped(error.to_string()))?;
        let (mut workspace, no_key) = match variables::with_viewer_groups_key(workspace.clone()) {
            Ok(keyed) => (keyed, None),
            Err(reason) => (workspace, Some(reason)),
        };
        workspace.settings.exports = self.exports_at.checked()?;
        // A folder of another machine.
        workspace.settings.spill_dir = None;
        let of_platform = |day: &ShippedDay| MarketDay {
            platform: self.platform.clone(),
            market: day.market.clone(),
            local_date: day.local_date,
        };
        let days: Vec<MarketDay> = self.days.iter().map(of_platform).collect();
        let known = Known {
            exports: self.exports.iter().map(|export| export.planned(&self.platform)).collect(),
            ..Known::default()
        };
        let platform = platform_of(&workspace, &self.platform)?;
        // What is due was decided by the driver: that of no day is asked for here.
        let now = Timestamp::UNIX_EPOCH;
        let plan = PlatformPlan::new(&workspace, &self.platform, platform, &selection(&days), now, known);
        let replanned = Replanned { workspace, platform: self.platform.clone(), plan, days };
        match (self.difference(&replanned.batch()), no_key) {
            (None, _) => Ok(replanned),
            (Some(_), Some(reason)) => Err(ExecutorError::Key(reason)),
            (Some(difference), None) => Err(ExecutorError::OtherBatch(difference)),
        }
    }

    /// What is another one in a batch.
    fn difference(&self, batch: &Batch<'_>) -> Option<String> {
        if batch.days.len() != self.days.len() {
            return Some(format!("it has {} market-days (expected {})", batch.days.len(), self.days.len()));
        }
        for (planned, shipped) in batch.days.iter().zip(&self.days) {
            let MarketDay { market, local_date, .. } = &planned.market_day;
            if (market, *local_date, &planned.fingerprint)
                != (&shipped.market, shipped.local_date, &shipped.fingerprint)
            {
                return Some(format!(
                    "market-day {} is made from something else, such as another key of viewer groups or other time zones",
                    planned.market_day
                ));
            }
        }
        let mut exports = batch.exports.iter().map(|planned| ShippedExport::of(planned)).zip(&self.exports);
        match exports.find(|(planned, shipped)| planned != *shipped) {
            Some((planned, _)) => Some(format!("export `{}` has another place in it", planned.key)),
            None if batch.exports.len() != self.exports.len() => {
                Some(format!("it has {} exports (expected {})", batch.exports.len(), self.exports.len()))
            }
            None => None,
        }
    }
}

/// A batch that was planned again.
pub(super) struct Replanned {
    pub(super) workspace: Workspace,
    platform: PlatformId,
    plan: PlatformPlan,
    days: Vec<MarketDay>,
}

impl Replanned {
    /// Its platform.
    ///
    /// # Errors
    /// When the configuration has none of the name.
    pub(super) fn platform(&self) -> Result<&Platform, ExecutorError> {
        platform_of(&self.workspace, &self.platform)
    }

    /// The batch of the driver.
    pub(super) fn batch(&self) -> Batch<'_> {
        self.plan.batch_of(&self.days)
    }
}

fn platform_of<'w>(workspace: &'w Workspace, id: &PlatformId) -> Result<&'w Platform, ExecutorError> {
    let platform = workspace.platforms.get(id);
    platform.ok_or_else(|| ExecutorError::Shipped(format!("its configuration has no platform `{id}`")))
}

/// What market-days are planned by: at least those.
fn selection(days: &[MarketDay]) -> Selection {
    let dates = || days.iter().map(|day| day.local_date);
    let (from, to) = (dates().min().unwrap_or_default(), dates().max().unwrap_or_default());
    Selection {
        platforms: days.iter().map(|day| day.platform.clone()).collect(),
        markets: days.iter().map(|day| day.market.clone()).collect(),
        dates: Dates::Range { from, to },
        reprocess: Reprocess::All,
        accept_shrink: false,
    }
}

/// Which objects are read together, by their numbers; large ones first, so that none begins when all others are done.
fn tasks(sizes: &[u64]) -> Vec<Vec<u32>> {
    let costs = |size: u64| size.saturating_add(OBJECT_BYTES);
    let all = sizes.iter().fold(0_u64, |all, size| all.saturating_add(costs(*size)));
    let most = (all / TASKS).clamp(LEAST_TASK_BYTES, MOST_TASK_BYTES);
    let mut order: Vec<(u64, u32)> = sizes.iter().copied().zip(0..).collect();
    order.sort_by_key(|(size, number)| (std::cmp::Reverse(*size), *number));
    let mut tasks: Vec<Vec<u32>> = Vec::new();
    let mut left = 0;
    for (size, number) in order {
        match tasks.last_mut() {
            Some(task) if costs(size) <= left => {
                task.push(number);
                left -= costs(size);
            }
            _ => {
                tasks.push(vec![number]);
                left = most.saturating_sub(costs(size));
            }
        }
    }
    tasks
}

#[cfg(test)]
mod tests;
