//! Configuration: YAML → raw shape → checked definitions, with every problem found at once.
//!
//! `config/` is what jobs share, `jobs/` has one file a job. A file is parsed once (`yaml`), read once with a
//! cursor that notes each problem and goes on (`cursor`, `registry`, where every key is declared), and comes out as types that can hold nothing impossible
//! (`definition`). Unknown keys, duplicate keys, anchors, aliases, tags, secrets and files that nobody reads are
//! refused. Nothing here reads the environment or a store. Stands on `model` and `time`.

mod archive;
mod brief;
mod columns;
mod completeness;
mod config_file;
mod count_rule;
mod counting;
mod counts;
mod cross_checks;
mod cursor;
mod decisions;
mod definition;
mod dialect;
mod engine;
mod eras;
mod exceeding;
mod experiments;
mod export;
mod export_context;
mod fingerprint;
mod format;
mod ids;
mod instant;
mod job;
mod kind;
mod library;
mod location;
mod mapping;
mod market_rule;
mod market_rules;
mod markets;
mod names;
mod newest;
mod notifications;
mod numbers;
mod offering;
mod pages;
mod path;
mod pattern;
mod period;
mod period_in_path;
mod placeholder;
mod platform;
mod problem;
mod quality;
mod quality_sources;
mod quantity;
mod rates;
mod reading;
mod registry;
mod returning;
mod section;
mod sheet;
mod snapshot;
mod totals;
mod turns;
mod unit_in_name;
mod viewer_groups;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use brief::{Brief, Names, Title};
pub use completeness::{Completeness, IfMissing};
pub use counting::*;
pub use coverledger_core::model::Extent;
pub use decisions::{Decisions, Family};
pub use definition::*;
pub use dialect::{Delimiter, Dialect, LineEnd};
pub use experiments::{
    Assignment, Design, Experiment, Guardrail, Guardrails, PlannedTurn, Rotation, Split, Stint, TurnSchedule,
    Value,
};
pub use instant::BUDDHIST_YEAR;
pub use library::{Library, PictureLimits, TextModelFile};
pub use mapping::*;
pub use market_rules::{DeclaredText, Demand, MarketRules, PictureRule, Severity};
pub use pages::{Pages, PagesRule};
pub use path::*;
pub use problem::{ConfigError, Problem, among};
pub use quality::{FailedColumn, QualityGrain, QualityRows, Scaled, Watch};
pub use quantity::duration;
pub use registry::schema::{schema, schema_names};
pub use sheet::{Declared, DeclaredCover, NoSheet, SHEET_MOST_BYTES, Sheet, SheetProblem};
pub use snapshot::Snapshot;
pub use viewer_groups::ViewerGroups;

use config_file::{ConfigFile, files_of, is_bare, strangers_in};
use coverledger_core::model::PlatformId;
use cursor::Cursor;
use markets::Markets;
use names::{alike, alike_message, check_name};

/// Reads and checks everything under `config_dir` and `jobs_dir`.
///
/// Relative folders of stores are resolved against the folder that holds `config_dir`. Problems name files as the two
/// folders were given.
///
/// # Errors
/// [`ConfigError`] with every problem of every file.
pub fn load(config_dir: &Path, jobs_dir: &Path) -> Result<Workspace, ConfigError> {
    load_from(&Snapshot::read(config_dir, jobs_dir))
}

/// As [`load`], while there may be no job yet: a file can be tried before anybody says when to run.
///
/// # Errors
/// As [`load`], but not for want of a job.
pub fn load_before_jobs(config_dir: &Path, jobs_dir: &Path) -> Result<Workspace, ConfigError> {
    check_files(&Snapshot::read(config_dir, jobs_dir), Jobs::MayComeLater)
}

/// Checks a configuration that was read.
///
/// # Errors
/// As [`load`].
pub fn load_from(snapshot: &Snapshot) -> Result<Workspace, ConfigError> {
    check_files(snapshot, Jobs::Needed)
}

/// Whether a configuration needs a job to be sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Jobs {
    Needed,
    MayComeLater,
}

fn check_files(snapshot: &Snapshot, jobs: Jobs) -> Result<Workspace, ConfigError> {
    let config_dir = snapshot.config_dir();
    if let Err(message) = snapshot.files_in(config_dir) {
        let message = format!("{message} (`--config` names it; `coverledger demo` writes one that works)");
        return Err(ConfigError { problems: ConfigFile::broken(config_dir, &message).into_problems() });
    }
    let files = Files::parse(snapshot, jobs);
    let workspace = files.check(&folder_that_holds(config_dir), snapshot);
    let problems = files.into_problems();
    match workspace {
        Some(workspace) if problems.is_empty() => Ok(workspace),
        _ => Err(ConfigError { problems }),
    }
}

/// Whether there is no such folder, or nothing in it.
fn is_without_jobs(snapshot: &Snapshot, folder: &Path) -> bool {
    is_bare(snapshot, folder) || !folder.exists()
}

/// Every file of a configuration.
struct Files {
    archive: ConfigFile,
    markets: ConfigFile,
    decisions: Option<ConfigFile>,
    library: Option<ConfigFile>,
    brief: Option<ConfigFile>,
    notifications: Option<ConfigFile>,
    market_rules: Option<ConfigFile>,
    strangers: Vec<ConfigFile>,
    platforms: Vec<ConfigFile>,
    jobs: Vec<ConfigFile>,
    experiments: Vec<ConfigFile>,
}

impl Files {
    fn parse(snapshot: &Snapshot, jobs: Jobs) -> Self {
        let config_dir = snapshot.config_dir();
        let if_there = |name: &str| {
            let file = config_dir.join(name);
            snapshot.has(&file).then(|| ConfigFile::of(&file, snapshot))
        };
        Self {
            archive: ConfigFile::of(&config_dir.join("archive.yaml"), snapshot),
            markets: ConfigFile::of(&config_dir.join("markets.yaml"), snapshot),
            decisions: if_there("decisions.yaml"),
            library: if_there("library.yaml"),
            brief: if_there("brief.yaml"),
            notifications: if_there("notifications.yaml"),
            market_rules: if_there("market_rules.yaml"),
            strangers: strangers_in(
                snapshot,
                config_dir,
                &[
                    "archive.yaml",
                    "markets.yaml",
                    "decisions.yaml",
                    "library.yaml",
                    "brief.yaml",
                    "notifications.yaml",
                    "market_rules.yaml",
                ],
            ),
            platforms: files_of(
                snapshot,
                &config_dir.join("platforms"),
                "platform",
                "its name is the platform's: `platforms/youtube.yaml`",
            ),
            jobs: match snapshot.jobs_dir() {
                folder if jobs == Jobs::MayComeLater && is_without_jobs(snapshot, folder) => Vec::new(),
                folder => files_of(snapshot, folder, "job", "`--jobs` names the folder"),
            },
            experiments: match config_dir.join("experiments") {
                // A folder from which the last experiment was moved away is no mistake.
                folder if snapshot.has_folder(&folder) && !is_bare(snapshot, &folder) => files_of(
                    snapshot,
                    &folder,
                    "experiment",
                    "its name is the experiment's: `experiments/hero.yaml`",
                ),
                _ => Vec::new(),
            },
        }
    }

    fn check(&self, base: &Path, snapshot: &Snapshot) -> Option<Workspace> {
        let settings = self.archive.start().and_then(|start| archive::read(&start, base));
        let markets = self.markets.start().and_then(|start| markets::read(&start));
        let market_names = markets.as_ref().map(|markets| &markets.names);
        let platforms = named(&self.platforms, "platform", |start| platform::read(start, market_names));
        quality_sources::check(&self.platforms);
        let platform_names: BTreeSet<String> = self.platforms.iter().map(|file| file.stem().to_owned()).collect();
        let jobs = named(&self.jobs, "job", |start| job::read(start, Some(&platform_names), market_names));
        let known = markets.as_ref().map(|markets| experiments::Known {
            platforms: &platforms,
            platform_names: &platform_names,
            markets: &markets.sound,
            market_names: &markets.names,
            keeps_viewers: settings.as_ref().map(|settings| settings.returning.is_some()),
        });
        let experiments = named(&self.experiments, "experiment", |start| experiments::read(start, known.as_ref()));
        for (name, other) in experiments::check_apart(&experiments) {
            if let Some(file) = self.experiments.iter().find(|file| file.stem() == name) {
                let message = "is on the same platform in the same market at the same time";
                file.report(None, "", &format!("`{other}` {message}"));
            }
        }
        if let Some(file) = self.experiments.first().filter(|_| self.decisions.is_none()) {
            file.report(None, "", "nothing is decided without `decisions.yaml` (expected one with `version: 1`)");
        }
        let decisions = match &self.decisions {
            Some(file) => file.start().and_then(|start| decisions::read(&start, market_names)).map(Some),
            None => Some(None),
        };
        let library = match &self.library {
            Some(file) => file.start().and_then(|start| library::read(&start, base, settings.as_ref())).map(Some),
            None => Some(None),
        };
        let brief = match &self.brief {
            Some(file) => {
                let slots = markets.as_ref().map(Markets::slot_names);
                let known = brief::Known {
                    markets: market_names,
                    platforms: Some(&platform_names),
                    slots: slots.as_ref(),
                };
                file.start().and_then(|start| brief::read(&start, known)).map(Some)
            }
            None => Some(None),
        };
        let notifications = match &self.notifications {
            Some(file) => file.start().and_then(|start| notifications::read(&start)),
            None => Some(notifications::Notifications::default()),
        };
        let market_rules = match &self.market_rules {
            Some(file) => {
                file.start().and_then(|start| market_rules::read(&start, market_names, &platform_names)).map(Some)
            }
            None => Some(None),
        };
        let settings = settings?;
        let notifications = notifications?;
        // A configured secret is handed in later; without it there are no groups.
        let viewer_groups = match settings.viewer_groups_key_env {
            Some(_) => BTreeMap::new(),
            None => ViewerGroups::of(&experiments, ""),
        };
        Some(Workspace {
            settings,
            markets: markets?.sound,
            platforms: platforms.into_iter().map(|(name, platform)| (PlatformId::new(name), platform)).collect(),
            jobs,
            rotations: experiments::turns(&experiments),
            viewer_groups,
            returning: None,
            experiments,
            decisions: decisions?,
            library: library?,
            brief: brief?,
            channels: notifications.channels,
            remind_seconds: notifications.remind_seconds,
            market_rules: market_rules?,
            warnings: self.all().flat_map(ConfigFile::warnings).collect(),
            files: Arc::new(snapshot.clone()),
        })
    }

    /// Every file, in the order in which they are told of.
    fn all(&self) -> impl Iterator<Item = &ConfigFile> {
        let Self {
            archive,
            markets,
            decisions,
            library,
            brief,
            notifications,
            market_rules,
            strangers,
            platforms,
            jobs,
            experiments,
        } = self;
        let lists = [strangers, platforms, jobs, experiments];
        [archive, markets]
            .into_iter()
            .chain(decisions)
            .chain(library)
            .chain(brief)
            .chain(notifications)
            .chain(market_rules)
            .chain(lists.into_iter().flatten())
    }

    fn into_problems(self) -> Vec<Problem> {
        let Self {
            archive,
            markets,
            decisions,
            library,
            brief,
            notifications,
            market_rules,
            strangers,
            platforms,
            jobs,
            experiments,
        } = self;
        let all = [archive, markets]
            .into_iter()
            .chain(decisions)
            .chain(library)
            .chain(brief)
            .chain(notifications)
            .chain(market_rules)
            .chain(strangers)
            .chain(platforms)
            .chain(jobs)
            .chain(experiments);
        all.flat_map(ConfigFile::into_problems).collect()
    }
}

/// What the sound files hold, by file name.
fn named<T>(files: &[ConfigFile], what: &str, read: impl Fn(&Cursor<'_>) -> Option<T>) -> BTreeMap<String, T> {
    let mut values = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        if let Some(other) = alike(file.stem(), files[..number].iter().map(ConfigFile::stem)) {
            let message = alike_message(file.stem(), other);
            file.report(None, "", &format!("the file's name names the {what}, and {message}"));
        }
        let Some(start) = file.start() else { continue };
        if let Err(message) = check_name(file.stem()) {
            file.report(None, "", &format!("the file's name names the {what}, and {message}"));
        }
        if let Some(value) = read(&start) {
            values.insert(file.stem().to_owned(), value);
        }
    }
    values
}

fn folder_that_holds(config_dir: &Path) -> PathBuf {
    match (config_dir.file_name(), config_dir.parent()) {
        (Some(_), Some(parent)) => parent.to_owned(),
        _ => config_dir.join(".."),
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
