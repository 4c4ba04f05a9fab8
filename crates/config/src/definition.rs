//! The checked configuration: what is left once every file has been read and found sound.
//!
//! These types can hold nothing impossible. They are made only by [`super::load`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::brief::Brief;
use super::completeness::Completeness;
use super::counting::{ColumnName, CountRows, CoverRows};
use super::decisions::Decisions;
use super::dialect::Dialect;
use super::experiments::Experiment;
use super::library::Library;
use super::mapping::{Columns, InstantColumn};
use super::market_rules::MarketRules;
use super::path::PathPattern;
use super::problem::Problem;
use super::quality::QualityRows;
use super::snapshot::Snapshot;
use super::viewer_groups::ViewerGroups;
use coverledger_core::model::{Eras, Event, MarketId, PlatformId, ReturningKey, Turns};
use coverledger_core::time::{Cron, DayRule, SlotTable, Zone};

/// Everything under `config/` and `jobs/`.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// `config/archive.yaml`.
    pub settings: Settings,
    /// `config/markets.yaml`.
    pub markets: BTreeMap<MarketId, Market>,
    /// `config/platforms/*.yaml`, by file name.
    pub platforms: BTreeMap<PlatformId, Platform>,
    /// `jobs/*.yaml`, by file name.
    pub jobs: BTreeMap<String, Job>,
    /// `config/experiments/*.yaml`, by file name; empty without that folder.
    pub experiments: BTreeMap<String, Experiment>,
    /// `config/decisions.yaml`; without that file nothing is decided.
    pub decisions: Option<Decisions>,
    /// `config/brief.yaml`; without that file there is no morning brief.
    pub brief: Option<Brief>,
    /// `config/library.yaml`; without that file no picture is looked at.
    pub library: Option<Library>,
    /// The turns of these rotations, by platform and market.
    pub rotations: BTreeMap<(PlatformId, MarketId), Turns>,
    /// The groups of viewers of every split that assigns viewers, by experiment; none as long as a configured secret is not
    /// handed in ([`Workspace::with_viewer_groups_secret`]).
    pub viewer_groups: BTreeMap<String, ViewerGroups>,
    /// What viewers are kept by over days; `None` without `returning`, and as long as the secret is not handed in
    /// ([`Workspace::with_returning_secret`]).
    pub returning: Option<ReturningKey>,
    /// `config/notifications.yaml`, by name; empty without that file.
    pub channels: BTreeMap<String, Channel>,
    /// How long before a rotation puts another cover on air it is told, in seconds; `None`: it is not told.
    pub remind_seconds: Option<i64>,
    /// `config/market_rules.yaml`; without that file no cover is held against anything.
    pub market_rules: Option<MarketRules>,
    /// What is sound and probably not meant, file by file: `check` tells it, and nothing else heeds it.
    pub warnings: Vec<Problem>,
    /// The files that all of this was read from, for whoever hands it on. What is handed in later, such as keys, is not in them.
    pub files: Arc<Snapshot>,
}

impl Workspace {
    /// Whether a platform is configured and counts: what is decided, tested and remembered of covers stands on such ones
    /// alone, and not on sources of quality.
    #[must_use]
    pub fn counts(&self, platform: &PlatformId) -> bool {
        self.platforms.get(platform).is_some_and(|platform| !platform.is_quality_source())
    }
}

/// What all jobs share.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The team's own clock, for people reading a schedule.
    pub home_timezone: Zone,
    /// Where exports are delivered.
    pub exports: StoreLocation,
    /// Where the archive is published.
    pub archive: StoreLocation,
    /// An entry that lasted at least this long is a stay. 1 to 86,400; default 60.
    pub stay_seconds: u32,
    /// The share of rejected records above which the market-days of an export are held back. 0 to 1; default 0.01.
    pub max_reject_share: f64,
    /// The share by which a total may fall from one revision to the next. 0 to 1; default 0.1.
    pub max_shrink_share: f64,
    /// How much counting may keep in memory before it spills to disk, in bytes. At least 64 MiB; default 128 MiB.
    pub memory_bytes: u64,
    /// Worker threads; default the machine's.
    pub threads: Option<NonZeroUsize>,
    /// Characters of a rejected record kept in `rejects`; 0 keeps none. 0 to 10,000; default 200.
    pub reject_text_chars: usize,
    /// Whether the text of a rejected record may show viewer ids; default no: they are masked, and a record that
    /// cannot be cut into fields shows no text.
    pub reject_viewer_ids: bool,
    /// Where counting spills; default the system's temporary folder.
    pub spill_dir: Option<PathBuf>,
    /// Requests to one store at a time. 1 to 256; default 16.
    pub requests: usize,
    /// Bytes of exports read from a bucket in a second, over all threads; default no limit.
    pub bandwidth_bytes: Option<u64>,
    /// Files that counting keeps open at a time, over all threads. At least 64; default 512.
    pub open_files: usize,
    /// How long one export may be read before it is given up. 1 s to 1 d; default 30 min.
    pub export_limit_seconds: u64,
    /// How long a lease on a market-day holds unless it is renewed. 2 to 3,600 s; default 60.
    pub lease_seconds: u32,
    /// How long after its end a market-day may wait for exports before it is reported as late. Default 36 h.
    pub late_after_seconds: i64,
    /// The environment variable that holds the secret of viewer groups; without one their keys come of the names of
    /// experiments.
    pub viewer_groups_key_env: Option<String>,
    /// What is kept of viewers over days; `None`: nothing. It has no say in what market-days publish, so no fingerprint of
    /// theirs has it.
    pub returning: Option<Returning>,
    /// What counts; default this process. It has no say in the counts, so no fingerprint has it.
    pub engine: EngineChoice,
}

/// What is kept of viewers over days, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returning {
    /// The environment variable that holds the secret.
    pub key_env: String,
    /// Which secret it is: a new one has a new number.
    pub generation: u16,
    /// For so many local dates. 8 to 400; default [`Self::USUAL_DAYS`].
    pub keep_days: u16,
}

impl Returning {
    /// For how long viewers are kept where nothing else is said, in local dates.
    pub const USUAL_DAYS: u16 = 35;
}

/// What counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineChoice {
    /// This process.
    Local,
    /// Executors of Spark.
    Spark(SparkEngine),
}

/// A server of Spark Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparkEngine {
    /// `sc://host:port`, with settings behind `/;`; never with a token.
    pub url: String,
    /// The Python of its executors, such as `3.11`.
    pub python: String,
    /// The environment variable that holds its token.
    pub token_env: Option<String>,
    /// How executors call the archive's place, as a full URL without a slash at its end; `None` where they call it as this
    /// process does.
    pub staging: Option<String>,
    /// The token, once it is handed in.
    pub token: Option<SparkToken>,
}

/// A server's token. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SparkToken(String);

impl SparkToken {
    /// A token.
    #[must_use]
    pub const fn new(token: String) -> Self {
        Self(token)
    }

    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SparkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SparkToken")
    }
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// A folder on this machine. Relative paths are resolved against the folder that holds `config/`.
    Folder(PathBuf),
    /// `s3://`, `az://`, `gs://` … with a bucket and an optional prefix.
    Url(url::Url),
}

/// A market: whose clock, and how its day is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// Zone and start of the day.
    pub day: DayRule,
    /// Name of the slot table, for messages.
    pub slots_name: String,
    /// The slots.
    pub slots: SlotTable,
}

/// A platform: how it counts and what it delivers.
#[derive(Debug, Clone, PartialEq)]
pub struct Platform {
    /// How it counts, and how that changed.
    pub eras: Eras,
    /// How long after a day's end its exports may still change.
    pub settle_seconds: i64,
    /// What it delivers; at least one.
    pub exports: Vec<Export>,
    /// Which share of the clicks of a market-day may have no impression by the same viewer.
    pub max_orphan_share: f64,
    /// The platform whose broadcasts it watched, where it delivers nothing but how views went.
    pub of: Option<PlatformId>,
    /// Which share of the starts of a market-day may be slow before somebody is told.
    pub max_slow_starts: Option<f64>,
}

impl Platform {
    /// Whether it says how views of another platform's broadcasts went, and nothing else: such a source has market-days with
    /// the table `quality`, and no part in what is counted, decided or tested.
    #[must_use]
    pub const fn is_quality_source(&self) -> bool {
        self.of.is_some()
    }
}

/// One kind of export and how to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Unique within the platform.
    pub name: String,
    /// What a row is.
    pub rows: Rows,
    /// Where its objects lie.
    pub path: PathPattern,
    /// Whose day the date in the path names.
    pub day_zone: Zone,
    /// By how many days a row may sit in an earlier object than its own day's.
    pub early_days: u16,
    /// By how many days a row may sit in a later object than its own day's.
    pub late_days: u16,
    /// How its bytes are read.
    pub format: Format,
    /// Where a row was seen.
    pub columns: Columns,
    /// When what it delivers for a date is complete.
    pub completeness: Completeness,
    /// Which files within a ZIP archive hold rows, by patterns in which `*` stands for any characters; empty: none, and
    /// a ZIP archive is refused.
    pub members: Vec<String>,
}

/// What a row of an export is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// One event each; a column says which.
    Events {
        /// When, who, and which delivery.
        each: EventColumns,
        /// The column that names the event.
        column: ColumnName,
        /// Its values and what they mean. A value that is not here is a reject.
        values: BTreeMap<String, Event>,
    },
    /// One impression each, with flags for what followed. `None`: not offered.
    Impressions {
        /// When, who, and which delivery.
        each: EventColumns,
        /// Whether the cover was clicked.
        clicked: Option<ColumnName>,
        /// Whether the room was entered.
        entered: Option<ColumnName>,
        /// Whether an order was paid.
        ordered: Option<ColumnName>,
    },
    /// A count over an interval.
    Counts(Box<CountRows>),
    /// Which cover was on air.
    Covers(Box<CoverRows>),
    /// How views went.
    Quality(Box<QualityRows>),
}

/// What rows have that are one happening each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventColumns {
    /// Unique per event; without it nothing is a duplicate.
    pub event_id: Option<ColumnName>,
    /// When it happened.
    pub occurred_at: InstantColumn,
    /// Who; without it there are no unique counts.
    pub viewer_id: Option<ColumnName>,
    /// Whose room it is; without it all broadcasts of a platform in a market are one host's.
    pub host_id: Option<ColumnName>,
    /// Seconds in the room.
    pub dwell_seconds: Option<ColumnName>,
}

/// The bytes of an export. Gzip and Zstandard are recognized by their first bytes, whatever the name says.
#[derive(Clone, PartialEq, Eq)]
pub enum Format {
    /// Delimited text with a header: comma for `csv`, tab for `tsv`, or what `delimiter` says.
    Delimited {
        /// What stands between its fields, around them, and behind a record.
        dialect: Dialect,
        /// Its encoding, by its WHATWG label; UTF-8 and, by their byte order mark, both UTF-16 are recognized anyway.
        encoding: Option<String>,
        /// Where its header is.
        header: Header,
    },
    /// One JSON object a line.
    Ndjson,
    /// One JSON document with a list of rows in it.
    Json {
        /// The way to the rows: members to go through, and `[]` for every element of a list. The last one is `[]`:
        /// the elements that it goes through are the rows.
        rows_at: Vec<String>,
    },
    /// A spreadsheet of Excel.
    Xlsx {
        /// Its sheets that hold rows; empty: every sheet that has the columns.
        sheets: Vec<String>,
        /// Where their header is.
        header: Header,
    },
    /// Parquet.
    Parquet,
}

/// A part of fingerprints: a dialect of RFC 4180 reads as it always did.
impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delimited { dialect, encoding, header } => {
                let usual = Dialect::by(b',');
                let Dialect { delimiter, quote, escape, line_end } = dialect;
                let mut shown = f.debug_struct("Delimited");
                shown.field("delimiter", delimiter);
                if *quote != usual.quote {
                    shown.field("quote", quote);
                }
                if *escape != usual.escape {
                    shown.field("escape", escape);
                }
                if *line_end != usual.line_end {
                    shown.field("line_end", line_end);
                }
                shown.field("encoding", encoding).field("header", header).finish()
            }
            Self::Ndjson => f.write_str("Ndjson"),
            Self::Json { rows_at } => f.debug_struct("Json").field("rows_at", rows_at).finish(),
            Self::Xlsx { sheets, header } => {
                f.debug_struct("Xlsx").field("sheets", sheets).field("header", header).finish()
            }
            Self::Parquet => f.write_str("Parquet"),
        }
    }
}

/// Where the header of a table is.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// It is the first of so many lines that has all needed columns. 1: the first line, and nothing else will do.
    pub within_lines: u16,
    /// Lines after it that describe the columns once more.
    pub description_lines: u16,
    /// How many lines it has: 1, or 2 where cells of the first are merged over several columns of the second.
    pub lines: u16,
    /// Of a table that has none: the names of its columns in their order; empty where they are told by their numbers.
    pub given: Option<Vec<String>>,
    /// Rows before all of these that are passed unread.
    pub skipped: u16,
}

impl Header {
    /// The first line.
    pub const FIRST_LINE: Self = Self::within(1, 0);

    /// One of the first so many lines, with so many lines behind it that describe the columns once more.
    #[must_use]
    pub const fn within(within_lines: u16, description_lines: u16) -> Self {
        Self { within_lines, description_lines, lines: 1, given: None, skipped: 0 }
    }
}

/// A part of fingerprints: a header of one line reads as it always did.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { within_lines, description_lines, lines, given, skipped } = self;
        let mut shown = f.debug_struct("Header");
        shown.field("within_lines", within_lines).field("description_lines", description_lines);
        if *lines != 1 {
            shown.field("lines", lines);
        }
        if let Some(given) = given {
            shown.field("given", given);
        }
        if *skipped != 0 {
            shown.field("skipped", skipped);
        }
        shown.finish()
    }
}

/// One job: what to settle and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// When it runs; `None` for a job that is only started by hand.
    pub schedule: Option<Schedule>,
    /// Which platforms, sorted.
    pub platforms: BTreeSet<PlatformId>,
    /// Which markets, sorted.
    pub markets: BTreeSet<MarketId>,
    /// How many local dates before today each run looks at. 1 to 400.
    pub lookback_days: u16,
    /// How long a run may take before `schedule` ends it as failed. Default 6 h.
    pub limit_seconds: i64,
}

/// A cron expression on a zone's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Five or six fields.
    pub cron: Cron,
    /// Whose clock.
    pub timezone: Zone,
    /// What becomes of times that were missed.
    pub catch_up: CatchUp,
}

/// What becomes of scheduled times that were missed while nothing ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// One run that looks at every local date that the missed runs would have looked at.
    All,
    /// One run now, as if only the latest had been missed.
    #[default]
    Latest,
    /// None: the next scheduled time is soon enough.
    None,
}

/// Where people are told. Its address is a secret and comes from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// What is posted.
    pub kind: ChannelKind,
    /// The environment variable that holds its URL.
    pub url_env: String,
    /// The environment variable that holds what messages are signed with.
    pub secret_env: Option<String>,
    /// What is told there; not empty.
    pub tell: BTreeSet<Topic>,
    /// In which language; default English.
    pub language: Language,
}

/// The language that people are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl Language {
    /// The words in configuration.
    pub const WORDS: [(&'static str, Self); 2] = [("en", Self::English), ("zh", Self::Chinese)];

    /// Its word, also its tag by BCP 47.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

/// What is posted to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// JSON of our own.
    Webhook,
    /// Slack's incoming webhook.
    Slack,
    /// The custom bot of Feishu or Lark.
    Feishu,
    /// The custom bot of `DingTalk`.
    DingTalk,
}

/// What may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A market-day or a whole run failed.
    Failed,
    /// A market-day is held back.
    Held,
    /// A market-day waits for exports beyond the limit.
    Late,
    /// What had been told is over.
    Recovered,
    /// The configuration was edited while `schedule` ran.
    Configuration,
    /// More views of a market-day began late than its source of quality allows.
    SlowStarts,
    /// A brief says something new.
    Brief,
    /// A rotation puts another cover on air soon.
    Switch,
}

impl Topic {
    /// The one word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Late => "late",
            Self::Recovered => "recovered",
            Self::Configuration => "configuration",
            Self::SlowStarts => "slow_starts",
            Self::Brief => "brief",
            Self::Switch => "switch",
        }
    }
}
