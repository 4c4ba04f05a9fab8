//! The keys of the archive. Every key is formed and parsed here.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{TableFamily, TableName, Unit};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// The folders that the archive writes to, for removing half-written files. What lies in [`STAGING`] is removed whole.
pub(super) const FOLDERS: [&str; 8 + TableName::ALL.len()] = {
    let mut folders = [ATTEMPTS; 8 + TableName::ALL.len()];
    let others = [LEASES, RECEIPTS, REVISIONS, RUNS, "_probe", THUMBNAILS, RETURNING];
    let mut at = 0;
    while at < others.len() {
        folders[1 + at] = others[at];
        at += 1;
    }
    let mut table = 0;
    while table < TableName::ALL.len() {
        folders[8 + table] = TableName::ALL[table].as_str();
        table += 1;
    }
    folders
};

/// Those that always stay small, or that are written without the lock.
pub(super) const SMALL_FOLDERS: [&str; 4] = [ATTEMPTS, LEASES, RUNS, "_probe"];

const ATTEMPTS: &str = "_attempts";
const LEASES: &str = "_leases";
const RECEIPTS: &str = "_receipts";
const REVISIONS: &str = "_revisions";
const RUNS: &str = "_runs";
const REJECTS: &str = "_rejects";
const DECISIONS: &str = "_decisions";
const EXPERIMENTS: &str = "_experiments";
const COVER_MONTHS: &str = "_covers";
const LIBRARY: &str = "_library";
const VIEWERS: &str = "_viewers";
const BRIEF: &str = "_brief";
/// Its receipts lie beside those of the dates of the library.
const CATALOGUE: &str = "catalogue";
const THUMBNAILS: &str = "_thumbnails";
const RETURNING: &str = "_returning";
const STAGING: &str = "_staging";
const RETENTION: &str = "_retention.json";
const UNDATED: &str = "undated";
/// Nothing is published so often.
const LAST_REVISION: u64 = 99_999_999;
/// Hive's name for a partition without a value; readers turn it into null.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The notes of all that is staged.
pub(super) const STAGED: &str = STAGING;

/// What a session of a cluster stages lies below this.
pub(super) fn staging(session: &str) -> String {
    format!("{STAGING}/{session}")
}

/// The note of a session, beside what it stages.
pub(super) fn staging_note(session: &str) -> String {
    format!("{STAGING}/{session}.json")
}

/// The session of a key below [`STAGED`], of a note or of what is staged.
pub(super) fn staging_of(key: &str) -> Option<&str> {
    let name = key.strip_prefix(STAGING)?.strip_prefix('/')?.split('/').next()?;
    let session = name.strip_suffix(".json").unwrap_or(name);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!session.is_empty() && session.bytes().all(is_name)).then_some(session)
}

/// One place in the archive.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a> {
    /// The present bytes of a table.
    Current(TableName, &'a Unit),
    /// The folder of a table's present bytes.
    Currents(TableName),
    /// A copy of the page of the newest brief, for a server that shows one folder.
    LatestBrief,
    /// A table by its content.
    Revision(TableName, &'a str),
    /// The folder of all tables by their content.
    Revisions,
    /// A thumbnail by its content.
    Thumbnail(&'a str),
    /// The folder of all thumbnails.
    Thumbnails,
    /// The record of the instant since which nothing was pruned.
    Retention,
    /// The visits of a market-day, by the generation of the key that hides their viewers, the revision that they are of, and
    /// 16 digits of the hash of the file.
    Visits(u16, &'a MarketDay, u64, &'a str),
    /// The folder of the visits of a platform in a market.
    VisitsOfMarket(u16, &'a PlatformId, &'a MarketId),
    /// What tells the key of a generation from others.
    Generation(u16),
    /// The folder of all visits.
    AllVisits,
    /// A receipt by its unit and number.
    Receipt(&'a Unit, u64),
    /// The folder of a unit's receipts.
    Receipts(&'a Unit),
    /// The folder of all receipts of a platform in a market.
    ReceiptsOfMarket(&'a PlatformId, &'a MarketId),
    /// The folder of all receipts of a platform's rejects.
    ReceiptsOfRejects(&'a PlatformId),
    /// The folder of all receipts of experiments.
    ReceiptsOfExperiments,
    /// The folder of all receipts of a platform's decisions in a market.
    ReceiptsOfDecisions(&'a PlatformId, &'a MarketId),
    /// The folder of all receipts of the viewers of a platform in a market.
    ReceiptsOfViewers(&'a PlatformId, &'a MarketId),
    /// The folder of all receipts of an experiment.
    ReceiptsOfExperiment(&'a str),
    /// The folder of all receipts of the covers of a platform in a market.
    ReceiptsOfCoverMonths(&'a PlatformId, &'a MarketId),
    /// The folder of all receipts of the library and its catalogue.
    ReceiptsOfLibrary,
    /// The folder of all receipts of briefs.
    ReceiptsOfBriefs,
    /// The folder of all receipts.
    AllReceipts,
    /// The folder of all notes on attempts of a platform.
    Attempts(&'a PlatformId),
    /// The note on a market-day's last attempt that published nothing.
    Attempt(&'a MarketDay),
    /// The record of a job's last run.
    RunRecord(&'a str),
    /// A lease of a platform's market-days by its number.
    Lease(&'a PlatformId, u64),
    /// A lease of one market-day by its number, as earlier releases wrote it.
    DayLease(&'a MarketDay, u64),
    /// The folder of a platform's leases.
    LeasesOf(&'a PlatformId),
    /// The folder of all leases.
    AllLeases,
}

impl Key<'_> {
    /// The key, or the prefix of a folder.
    pub(super) fn path(self) -> String {
        match self {
            Self::Current(table, unit) => current(table, unit),
            Self::LatestBrief => format!("{}/latest/{}", TableName::Brief, TableName::Brief.file_name()),
            Self::Currents(table) => table.to_string(),
            Self::Revision(table, sha256) => format!("{REVISIONS}/{}.{}", segment(sha256), table.extension()),
            Self::Revisions => REVISIONS.to_owned(),
            Self::Thumbnail(sha256) => format!("{THUMBNAILS}/{}.webp", segment(sha256)),
            Self::Thumbnails => THUMBNAILS.to_owned(),
            Self::Retention => RETENTION.to_owned(),
            Self::Visits(generation, day, revision, hash) => {
                let folder = Key::VisitsOfMarket(generation, &day.platform, &day.market).path();
                format!("{folder}/{}/{revision:08}-{}.parquet", day.local_date, segment(hash))
            }
            Self::VisitsOfMarket(generation, platform, of) => {
                format!("{RETURNING}/{generation:04}/{}/{}", segment(platform.as_str()), market(of))
            }
            Self::Generation(generation) => format!("{RETURNING}/{generation:04}/key.json"),
            Self::AllVisits => RETURNING.to_owned(),
            Self::Receipt(unit, revision) => format!("{}/{revision:08}.json", Key::Receipts(unit).path()),
            Self::Receipts(Unit::MarketDay(day)) => {
                format!("{}/{}", Key::ReceiptsOfMarket(&day.platform, &day.market).path(), day.local_date)
            }
            Self::Receipts(Unit::Rejects { platform, export_date }) => format!(
                "{}/{}",
                Key::ReceiptsOfRejects(platform).path(),
                export_date.map_or_else(|| UNDATED.to_owned(), |date| date.to_string())
            ),
            Self::Receipts(Unit::Decisions { platform, market, as_of }) => {
                format!("{}/{as_of}", Key::ReceiptsOfDecisions(platform, market).path())
            }
            Self::Receipts(Unit::Experiment { experiment, as_of }) => {
                format!("{}/{as_of}", Key::ReceiptsOfExperiment(experiment).path())
            }
            Self::Receipts(Unit::Catalogue) => format!("{}/{CATALOGUE}", Key::ReceiptsOfLibrary.path()),
            Self::Receipts(Unit::CoverMonth { platform, market, month }) => {
                format!("{}/{month}", Key::ReceiptsOfCoverMonths(platform, market).path())
            }
            Self::Receipts(Unit::Viewers { platform, market, as_of }) => {
                format!("{}/{as_of}", Key::ReceiptsOfViewers(platform, market).path())
            }
            Self::Receipts(Unit::Library { as_of }) => format!("{}/{as_of}", Key::ReceiptsOfLibrary.path()),
            Self::Receipts(Unit::Brief { as_of }) => format!("{}/{as_of}", Key::ReceiptsOfBriefs.path()),
            Self::ReceiptsOfBriefs => format!("{RECEIPTS}/{BRIEF}"),
            Self::ReceiptsOfCoverMonths(platform, of) => {
                format!("{RECEIPTS}/{}/{COVER_MONTHS}/{}", segment(platform.as_str()), market(of))
            }
            Self::ReceiptsOfLibrary => format!("{RECEIPTS}/{LIBRARY}"),
            Self::ReceiptsOfDecisions(platform, of) => {
                format!("{RECEIPTS}/{}/{DECISIONS}/{}", segment(platform.as_str()), market(of))
            }
            Self::ReceiptsOfViewers(platform, of) => {
                format!("{RECEIPTS}/{}/{VIEWERS}/{}", segment(platform.as_str()), market(of))
            }
            Self::ReceiptsOfExperiments => format!("{RECEIPTS}/{EXPERIMENTS}"),
            Self::ReceiptsOfExperiment(experiment) => format!("{RECEIPTS}/{EXPERIMENTS}/{}", segment(experiment)),
            Self::ReceiptsOfMarket(platform, of) => {
                format!("{RECEIPTS}/{}/{}", segment(platform.as_str()), market(of))
            }
            Self::ReceiptsOfRejects(platform) => format!("{RECEIPTS}/{}/{REJECTS}", segment(platform.as_str())),
            Self::AllReceipts => RECEIPTS.to_owned(),
            Self::Attempt(day) => {
                let folder = Key::Attempts(&day.platform).path();
                format!("{folder}/{}/{}.json", market(&day.market), day.local_date)
            }
            Self::Attempts(platform) => format!("{ATTEMPTS}/{}", segment(platform.as_str())),
            Self::RunRecord(job) => format!("{RUNS}/{}.json", segment(job)),
            Self::Lease(platform, number) => format!("{}/{number:08}.json", Key::LeasesOf(platform).path()),
            Self::DayLease(day, number) => {
                let folder = Key::LeasesOf(&day.platform).path();
                format!("{folder}/{}/{}/{number:08}.json", market(&day.market), day.local_date)
            }
            Self::LeasesOf(platform) => format!("{LEASES}/{}", segment(platform.as_str())),
            Self::AllLeases => LEASES.to_owned(),
        }
    }
}

/// The present bytes of a table of a unit.
fn current(table: TableName, unit: &Unit) -> String {
    match unit {
        Unit::MarketDay(day) => format!(
            "{table}/platform={}/market={}/local_date={}/part.parquet",
            segment(day.platform.as_str()),
            market(&day.market),
            day.local_date
        ),
        Unit::Rejects { platform, export_date } => format!(
            "{table}/platform={}/export_date={}/part.parquet",
            segment(platform.as_str()),
            export_date.map_or_else(|| HIVE_NULL.to_owned(), |date| date.to_string())
        ),
        Unit::Decisions { platform, market: of, as_of } | Unit::Viewers { platform, market: of, as_of } => {
            format!(
                "{table}/platform={}/market={}/as_of={as_of}/part.parquet",
                segment(platform.as_str()),
                market(of)
            )
        }
        Unit::Experiment { experiment, as_of } => {
            format!("{table}/experiment={}/as_of={as_of}/part.parquet", segment(experiment))
        }
        Unit::Catalogue => format!("{table}/part.parquet"),
        Unit::CoverMonth { platform, market: of, month } => format!(
            "{table}/platform={}/market={}/month={month}/part.parquet",
            segment(platform.as_str()),
            market(of)
        ),
        Unit::Library { as_of } | Unit::Brief { as_of } => {
            format!("{table}/as_of={as_of}/{}", table.file_name())
        }
    }
}

/// The receipt that a key belongs to, if it is a receipt's.
pub(super) fn receipt_at(key: &str) -> Option<(Unit, u64)> {
    let parts: Vec<&str> = key.split('/').collect();
    let (&first, parts) = parts.split_first()?;
    let (&file, parts) = parts.split_last()?;
    if first != RECEIPTS || !parts.iter().all(|part| is_segment(part)) {
        return None;
    }
    let unit = match *parts {
        [platform, DECISIONS, market, as_of] if is_name(platform) && is_name(market) => {
            let (platform, market) = (PlatformId::new(platform), MarketId::new(market));
            Unit::Decisions { platform, market, as_of: exact_date(as_of)? }
        }
        [platform, COVER_MONTHS, market, month] if is_name(platform) && is_name(market) => {
            let (platform, market) = (PlatformId::new(platform), MarketId::new(market));
            Unit::CoverMonth { platform, market, month: exact_month(month)? }
        }
        [platform, VIEWERS, market, as_of] if is_name(platform) && is_name(market) => {
            let (platform, market) = (PlatformId::new(platform), MarketId::new(market));
            Unit::Viewers { platform, market, as_of: exact_date(as_of)? }
        }
        [LIBRARY, CATALOGUE] => Unit::Catalogue,
        [LIBRARY, as_of] => Unit::Library { as_of: exact_date(as_of)? },
        [BRIEF, as_of] => Unit::Brief { as_of: exact_date(as_of)? },
        [EXPERIMENTS, experiment, as_of] => {
            Unit::Experiment { experiment: experiment.to_owned(), as_of: exact_date(as_of)? }
        }
        [platform, REJECTS, UNDATED] => Unit::Rejects { platform: PlatformId::new(platform), export_date: None },
        [platform, REJECTS, date] => {
            Unit::Rejects { platform: PlatformId::new(platform), export_date: Some(exact_date(date)?) }
        }
        [platform, market, date] if is_name(market) => {
            let (platform, market) = (PlatformId::new(platform), MarketId::new(market));
            Unit::MarketDay(MarketDay { platform, market, local_date: exact_date(date)? })
        }
        _ => return None,
    };
    let revision: u64 = file.strip_suffix(".json")?.parse().ok()?;
    (is_revision(revision) && Key::Receipt(&unit, revision).path() == key).then_some((unit, revision))
}

/// The unit whose receipts a folder contains, if it can be a unit's.
pub(super) fn unit_in(folder: &str) -> Option<Unit> {
    receipt_at(&format!("{folder}/00000001.json")).map(|(unit, _)| unit)
}

/// The table and unit that a key belongs to, if it is a current path.
pub(super) fn current_at(key: &str) -> Option<(TableName, Unit)> {
    let (path, file) = key.rsplit_once('/')?;
    let (table, folders) = path.split_once('/').unwrap_or((path, ""));
    let table = TableName::ALL.into_iter().find(|name| name.as_str() == table && name.file_name() == file)?;
    let mut values = BTreeMap::new();
    for folder in folders.split('/').filter(|_| !folders.is_empty()) {
        let (name, value) = folder.split_once('=').filter(|(_, value)| is_id(value))?;
        values.insert(name, value);
    }
    let value = |name| values.get(name).copied();
    let platform = || value("platform").map(PlatformId::new);
    let market = || value("market").map(MarketId::new);
    let date = |name| value(name).and_then(exact_date);
    let unit = match table.family() {
        TableFamily::MarketDays => {
            let (platform, market, local_date) = (platform()?, market()?, date("local_date")?);
            Unit::MarketDay(MarketDay { platform, market, local_date })
        }
        TableFamily::Rejects => {
            let export_date = match value("export_date")? {
                HIVE_NULL => None,
                date => Some(exact_date(date)?),
            };
            Unit::Rejects { platform: platform()?, export_date }
        }
        TableFamily::Decisions => {
            Unit::Decisions { platform: platform()?, market: market()?, as_of: date("as_of")? }
        }
        TableFamily::Experiments => {
            Unit::Experiment { experiment: value("experiment")?.to_owned(), as_of: date("as_of")? }
        }
        TableFamily::Catalogue => Unit::Catalogue,
        TableFamily::CoverMonths => {
            let month = value("month").and_then(exact_month)?;
            Unit::CoverMonth { platform: platform()?, market: market()?, month }
        }
        TableFamily::Library => Unit::Library { as_of: date("as_of")? },
        TableFamily::Brief => Unit::Brief { as_of: date("as_of")? },
        TableFamily::Viewers => Unit::Viewers { platform: platform()?, market: market()?, as_of: date("as_of")? },
    };
    (Key::Current(table, &unit).path() == key).then_some((table, unit))
}

/// The hash in the key of a table in `_revisions`, if it is one.
pub(super) fn revision_at(key: &str) -> Option<&str> {
    let (sha256, extension) = key.strip_prefix(REVISIONS)?.strip_prefix('/')?.split_once('.')?;
    let is_known = [TableName::Funnel, TableName::Brief].iter().any(|table| table.extension() == extension);
    (is_known && is_sha256(sha256)).then_some(sha256)
}

/// The hash in the key of a thumbnail, if it is one.
pub(super) fn thumbnail_at(key: &str) -> Option<&str> {
    let sha256 = key.strip_prefix(THUMBNAILS)?.strip_prefix('/')?.strip_suffix(".webp")?;
    is_sha256(sha256).then_some(sha256)
}

/// Whose visits lie at a key, if any do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VisitsAt<'k> {
    pub(super) generation: u16,
    pub(super) market_day: MarketDay,
    pub(super) revision: u64,
    /// The first 16 digits of the hash of the file.
    pub(super) hash: &'k str,
}

/// Which visits lie at a key, if any do.
pub(super) fn visits_at(key: &str) -> Option<VisitsAt<'_>> {
    let parts: Vec<&str> = key.split('/').collect();
    let [RETURNING, generation, platform, market, date, file] = *parts.as_slice() else { return None };
    if !is_segment(platform) || !is_id(market) {
        return None;
    }
    let (revision, hash) = file.strip_suffix(".parquet")?.split_once('-').filter(|(_, hash)| is_segment(hash))?;
    let (generation, revision) = (generation.parse().ok()?, revision.parse().ok()?);
    let (platform, market) = (PlatformId::new(platform), MarketId::new(market));
    let market_day = MarketDay { platform, market, local_date: exact_date(date)? };
    let made = Key::Visits(generation, &market_day, revision, hash).path();
    (made == key).then_some(VisitsAt { generation, market_day, revision, hash })
}

/// The generation of a key of returning viewers whose check lies at this key.
pub(super) fn returning_key_at(key: &str) -> Option<u16> {
    let generation = key.strip_prefix(RETURNING)?.strip_prefix('/')?.strip_suffix("/key.json")?.parse().ok()?;
    (Key::Generation(generation).path() == key).then_some(generation)
}

/// Whether it is a SHA-256 as it is written here: 64 lower-case hex digits.
pub(super) fn is_sha256(text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.len() == 64 && text.bytes().all(is_hex)
}

/// Whether it can be the number of a revision: it has eight digits, so that receipts sort by number.
pub(super) const fn is_revision(number: u64) -> bool {
    1 <= number && number <= LAST_REVISION
}

/// Where a lease lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LeaseAt {
    /// A platform's lease of this number.
    Platform(PlatformId, u64),
    /// A market-day's lease of this number, as earlier releases wrote it.
    MarketDay(MarketDay, u64),
}

impl LeaseAt {
    pub(super) const fn number(&self) -> u64 {
        match self {
            Self::Platform(_, number) | Self::MarketDay(_, number) => *number,
        }
    }

    pub(super) const fn is_of_platform(&self) -> bool {
        matches!(self, Self::Platform(..))
    }
}

/// Which lease lies at a key, if it is one.
pub(super) fn lease_at(key: &str) -> Option<LeaseAt> {
    let parts: Vec<&str> = key.split('/').collect();
    let [LEASES, platform, of @ .., file] = parts.as_slice() else { return None };
    let number: u64 = file.strip_suffix(".json")?.parse().ok().filter(|number| *number > 0)?;
    if !is_segment(platform) {
        return None;
    }
    let platform = PlatformId::new(*platform);
    let (at, made) = match of {
        [] => {
            let made = Key::Lease(&platform, number).path();
            (LeaseAt::Platform(platform, number), made)
        }
        [market, date] if is_id(market) => {
            let day = MarketDay { platform, market: MarketId::new(*market), local_date: exact_date(date)? };
            let made = Key::DayLease(&day, number).path();
            (LeaseAt::MarketDay(day, number), made)
        }
        _ => return None,
    };
    (made == key).then_some(at)
}

/// The folder that holds all dates beside this one, of a receipt or a current path.
pub(super) fn folder_of_dates(key: &str) -> &str {
    key.rsplitn(3, '/').nth(2).unwrap_or_default()
}

/// The folder of its own date, of a receipt or a current path.
pub(super) fn folder_of_date(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder of a table's present bytes of a platform in a market.
pub(super) fn currents_in(table: TableName, platform: &PlatformId, of: &MarketId) -> String {
    format!("{table}/platform={}/market={}", segment(platform.as_str()), market(of))
}

/// The folder of a table's present bytes of a platform's exports.
pub(super) fn rejects_in(table: TableName, platform: &PlatformId) -> String {
    format!("{table}/platform={}", segment(platform.as_str()))
}

/// Whether a name may be one of a platform or a market.
pub(super) fn is_id(name: &str) -> bool {
    is_segment(name) && is_name(name)
}

/// The local date of the market-day whose present bytes lie at a key, if they do.
pub(super) fn local_date_at(key: &str) -> Option<Date> {
    let folder = key.strip_suffix("/part.parquet")?;
    exact_date(folder.rsplit_once("/local_date=")?.1)
}

fn exact_date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| date.to_string() == text)
}

/// A month, by its first day.
fn exact_month(text: &str) -> Option<Date> {
    exact_date(text).filter(|date| date.day() == 1)
}

fn market(market: &MarketId) -> &str {
    let name = segment(market.as_str());
    assert!(is_name(name), "a market's name would be taken for one of the archive's own folders");
    name
}

/// Whether it is not one of the archive's own folders beside platforms and markets.
fn is_name(segment: &str) -> bool {
    ![REJECTS, DECISIONS, EXPERIMENTS, COVER_MONTHS, LIBRARY, VIEWERS, BRIEF].contains(&segment)
}

/// Ids are used as path segments unchanged: the configuration accepts only ids for which that works.
fn segment(id: &str) -> &str {
    assert!(is_segment(id), "`{id}` is no path segment; the configuration should have refused it");
    id
}

fn is_segment(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    !id.is_empty() && id != "." && id != ".." && id.bytes().all(plain)
}

#[cfg(test)]
mod tests;
