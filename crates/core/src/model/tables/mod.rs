//! The published tables. Each is declared once, as a [`TableSpec`]: what it is called, which question it answers, and every
//! column with its type, unit, meaning of null and one sentence.
//!
//! Everything else that has to know a table reads the specification: the writer refuses a table that differs from it,
//! readers fill columns that an older file lacks, `docs/FORMATS.md` is generated from it, and `show` takes its columns and
//! their formats from it.
//!
//! A table is declared in the file of its family and gets a line in the list below. Columns are only ever added: nullable,
//! at the end, with the schema version that brought them.
//!
//! Each family has a version of its numbers, a constant in its file. Whoever changes a byte of a table that is made from
//! unchanged inputs raises the version of its family by one, by hand. Fingerprints hold it, so everything that was made by
//! another version is due again. `tests/it/numbers.rs` fails when bytes change and the version does not.

mod brief;
mod catalogue;
mod column;
mod cover_months;
mod cover_pair;
mod decisions;
mod experiments;
mod groups;
mod headings;
mod library;
mod market_days;
mod minutes;
mod quality;
mod quality_effect;
#[cfg(test)]
mod reference;
mod rejects;
mod shown;
mod spec;
#[cfg(test)]
mod tests;
mod viewers;

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::columns as c;

pub use catalogue::MEASURES;
pub use column::{ColumnSpec, ColumnType};
pub use cover_months::COUNTS_OF_COVERS;
pub use headings::heading_zh;
pub use shown::{Shown, ShownBy, View};
pub use spec::TableSpec;

/// Tables that are made together, by the same rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableFamily {
    /// Of a market-day.
    MarketDays,
    /// Of the exports of a date.
    Rejects,
    /// Of a platform in a market as of a date.
    Decisions,
    /// Of an experiment as of a date.
    Experiments,
    /// Of the pictures of covers.
    Catalogue,
    /// Of the covers of a platform in a market in a month.
    CoverMonths,
    /// Of every cover ever aired, as of a date.
    Library,
    /// Of the viewers of a platform in a market over days, as of a date.
    Viewers,
    /// Of the morning brief as of a date.
    Brief,
}

impl TableFamily {
    /// The version of its numbers.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Self::MarketDays => market_days::MARKET_DAYS,
            Self::Rejects => rejects::REJECTS,
            Self::Decisions => decisions::DECISIONS,
            Self::Experiments => experiments::EXPERIMENTS,
            Self::Catalogue => catalogue::CATALOGUE,
            Self::CoverMonths => cover_months::COVER_MONTHS,
            Self::Library => library::LIBRARY,
            Self::Viewers => viewers::VIEWERS,
            Self::Brief => brief::BRIEF,
        }
    }

    /// The version of the tables that are derived from others of the same unit; where there are none, that of its numbers.
    #[must_use]
    pub const fn derived_version(self) -> u32 {
        match self {
            Self::MarketDays => market_days::MARKET_DAYS_DERIVED,
            Self::Rejects
            | Self::Decisions
            | Self::Experiments
            | Self::Catalogue
            | Self::CoverMonths
            | Self::Library
            | Self::Viewers
            | Self::Brief => self.version(),
        }
    }

    /// The name of its constant.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MarketDays => "MARKET_DAYS",
            Self::Rejects => "REJECTS",
            Self::Decisions => "DECISIONS",
            Self::Experiments => "EXPERIMENTS",
            Self::Catalogue => "CATALOGUE",
            Self::CoverMonths => "COVER_MONTHS",
            Self::Library => "LIBRARY",
            Self::Viewers => "VIEWERS",
            Self::Brief => "BRIEF",
        }
    }

    /// The column of the date by which its tables are published; the same in their paths. `None` where there is one of each
    /// table.
    #[must_use]
    pub const fn date_column(self) -> Option<&'static str> {
        match self {
            Self::MarketDays => Some(c::LOCAL_DATE),
            Self::Rejects => Some(c::EXPORT_DATE),
            Self::Decisions | Self::Experiments | Self::Library | Self::Viewers | Self::Brief => Some(c::AS_OF),
            Self::CoverMonths => Some(c::MONTH),
            Self::Catalogue => None,
        }
    }
}

/// Declares [`TableName`] and connects each name with its specification.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $spec:expr,)*) => {
        /// A published table. The order is that of receipts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum TableName {
            $($(#[$doc])* $name,)*
        }

        impl TableName {
            /// Every table.
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];

            /// Its specification.
            #[must_use]
            pub const fn spec(self) -> &'static TableSpec {
                match self {
                    $(Self::$name => &$spec,)*
                }
            }

            /// Its columns, in their order. They are made once: a table is held against them each time it is written.
            #[must_use]
            pub fn columns(self) -> &'static [ColumnSpec] {
                const TABLES: usize = TableName::ALL.len();
                static COLUMNS: [OnceLock<Vec<ColumnSpec>>; TABLES] = [const { OnceLock::new() }; TABLES];
                COLUMNS[self as usize].get_or_init(|| self.spec().columns())
            }

            /// The version of its schema: that of the newest column.
            #[must_use]
            pub fn schema_version(self) -> u32 {
                self.columns().iter().map(|column| column.since).max().unwrap_or(1)
            }
        }
    };
}

tables! {
    /// Counts by broadcast and cover.
    Funnel = market_days::FUNNEL,
    /// Rates by slot and audience.
    SlotAudience = market_days::SLOT_AUDIENCE,
    /// What the platform offers.
    Capability = market_days::CAPABILITY,
    /// Persons against times.
    Bridge = market_days::BRIDGE,
    /// Records that were not counted, with their reasons.
    Rejects = rejects::REJECTED,
    /// What exports report, against their own rows.
    Reconciliation = rejects::RECONCILIATION,
    /// Covers against each other.
    Cover = decisions::COVER,
    /// Covers by broadcast.
    CoverBroadcast = decisions::COVER_BROADCAST,
    /// What a change of a rate is made of.
    Mix = decisions::MIX,
    /// What a cover promises, and what the room holds.
    Diagnosis = decisions::DIAGNOSIS,
    /// When to go on air.
    SlotPlan = decisions::SLOT_PLAN,
    /// What localized versions gained.
    Localization = decisions::LOCALIZATION,
    /// How often a test of nothing would have had a winner.
    FalseWinners = decisions::FALSE_WINNERS,
    /// How the variants of an experiment stand.
    Experiment = experiments::EXPERIMENT,
    /// How evenly they were shown.
    ExperimentBalance = experiments::EXPERIMENT_BALANCE,
    /// An experiment over all its markets.
    ExperimentPooled = experiments::EXPERIMENT_POOLED,
    /// Counts by turns of a rotation.
    Turns = market_days::TURNS,
    /// Counts by groups of viewers.
    ViewerGroups = market_days::VIEWER_GROUPS,
    /// What pictures look like.
    Pictures = catalogue::PICTURES,
    /// What is declared and found out of covers.
    Covers = catalogue::COVERS,
    /// Counts of the covers of a month.
    CoverMonths = cover_months::COVERS_OF_MONTH,
    /// How every cover did, where and for how long.
    CoverHistory = library::COVER_HISTORY,
    /// Which kinds of cover work where.
    CoverType = library::COVER_TYPE,
    /// What to test next.
    NextTests = library::NEXT_TESTS,
    /// What breaks a market's rules.
    CoverChecks = library::COVER_CHECKS,
    /// Who came back.
    Revisit = viewers::REVISIT,
    /// What bad visits cost later.
    QualityEffect = quality_effect::QUALITY_EFFECT,
    /// Who came back, by groups of viewers.
    RevisitGroups = viewers::REVISIT_GROUPS,
    /// How views went.
    Quality = quality::QUALITY,
    /// Covers against the one on air.
    CoverPair = cover_pair::COVER_PAIR,
    /// Broadcasts by bars of five minutes.
    BroadcastMinutes = minutes::BROADCAST_MINUTES,
    /// How views went by bars of five minutes.
    QualityMinutes = minutes::QUALITY_MINUTES,
    /// What goes on air next.
    Advice = brief::ADVICE,
    /// What became of advice.
    AdviceLog = brief::ADVICE_LOG,
    /// The page that says it, which is no table. It comes last of its unit, so that all are there where it is.
    Brief = brief::PAGE,
}

impl TableName {
    /// Its folder in the archive, and its word in receipts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.spec().name
    }

    /// Whether a unit can do without it: without rows it is published only where it replaces one.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        self.spec().is_optional
    }

    /// The column of the date by which it is published; the same in its path. `None` where there is one of it.
    #[must_use]
    pub const fn date_column(self) -> Option<&'static str> {
        self.family().date_column()
    }

    /// With which others it is made.
    #[must_use]
    pub const fn family(self) -> TableFamily {
        self.spec().family
    }

    /// Whether it is a page to look at: it is published like a table, and has neither rows nor columns.
    #[must_use]
    pub const fn is_page(self) -> bool {
        matches!(self, Self::Brief)
    }

    /// Every table that has rows.
    pub fn with_rows() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|table| !table.is_page())
    }

    /// What its file is called at its current path.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        if self.is_page() { "index.html" } else { "part.parquet" }
    }

    /// What the name of its file ends in.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        if self.is_page() { "html" } else { "parquet" }
    }

    /// Whether it is derived from other tables of its unit, so that it can be rendered from the archive.
    #[must_use]
    pub const fn is_derived(self) -> bool {
        matches!(self, Self::SlotAudience | Self::Capability | Self::Bridge)
    }

    /// The version of its numbers.
    #[must_use]
    pub const fn version(self) -> u32 {
        if self.is_derived() { self.family().derived_version() } else { self.family().version() }
    }

    /// The name of the constant of its version.
    #[must_use]
    pub const fn version_name(self) -> &'static str {
        if self.is_derived() { "MARKET_DAYS_DERIVED" } else { self.family().as_str() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
