//! The checked definition of exports whose rows are counts, and of logs of covers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::mapping::{InstantColumn, ZoneRule};
use coverledger_core::model::{Count, CountSet, Extent};
use coverledger_core::time::Zone;

/// A column by its name, or by any of the names it has over languages and generations of an export.
///
/// Names are compared after Unicode normalization: case, soft hyphens, kinds of spaces and full-width letters make no
/// difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnName {
    names: Vec<String>,
    /// Its place from 1, where it has no name.
    number: Option<u16>,
}

impl ColumnName {
    /// A column of one name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { names: vec![name.into()], number: None }
    }

    /// A column of several names, the one for messages first. `None` without a name.
    #[must_use]
    pub fn any_of(names: Vec<String>) -> Option<Self> {
        (!names.is_empty()).then_some(Self { names, number: None })
    }

    /// The column at this place of a table, from 1, whatever it is called.
    #[must_use]
    pub fn at(number: u16) -> Self {
        Self { names: vec![format!("column {number}")], number: Some(number) }
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.names[0]
    }

    /// Every name.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Its place from 1, if it is told by that and not by a name.
    #[must_use]
    pub const fn number(&self) -> Option<u16> {
        self.number
    }
}

/// A part of fingerprints: a column with a name reads as it always did.
impl fmt::Debug for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            None => f.debug_tuple("ColumnName").field(&self.names).finish(),
            Some(number) => f.debug_tuple("ColumnName").field(&number).finish(),
        }
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A row is a count over an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRows {
    /// Which interval.
    pub period: Period,
    /// Which of several deliveries of the same is counted.
    pub newest: Newest,
    /// Another export of the platform: a broadcast that it has rows of is not counted from this one.
    pub fallback_for: Option<String>,
    /// What is counted, and how it is read. At least one.
    pub counts: BTreeMap<Count, CountRule>,
    /// Columns that state a count which is otherwise derived, where an object has them.
    pub stated: BTreeMap<Count, ColumnName>,
    /// Which of them an object may lack the columns of; they are then null.
    pub optional: CountSet,
    /// Ratios that the export reports, for comparison with its counts.
    pub rates: Vec<ReportedRate>,
    /// How rows of totals are recognized.
    pub totals: Totals,
    /// How numbers are written.
    pub numbers: NumberStyle,
    /// Rows that are not counted: a column, and its values (such as `is_test: [1]`).
    pub skip: BTreeMap<ColumnName, BTreeSet<String>>,
    /// What a blank cell says of a count; one that is not here is not known there.
    pub blank: BTreeMap<Count, Blank>,
    /// Counts that may be more than what they are otherwise a part of.
    pub may_exceed: CountSet,
    /// What one in the column of a count stands for, where that is not one: ten thousand under `曝光（万）`. Of dwell, in
    /// milliseconds, where it is not a second.
    pub one_is: BTreeMap<Count, u64>,
}

/// What it means that a count has a blank cell: nothing, white space or null, and no word for nothing known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// The count is not known.
    Unknown,
    /// It is 0: the platform leaves out what is nothing.
    Zero,
    /// It has to be there: the row is rejected.
    Reject,
}

/// A row says which cover was on air in a broadcast. The export's `broadcast_id` and `cover_id` are columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverRows {
    /// Since when.
    pub from: InstantColumn,
    /// Until when, exclusive. Without it, or where it is empty, until the next cover of the broadcast.
    pub until: Option<InstantColumn>,
    /// Which of several deliveries of the same is believed.
    pub newest: Newest,
}

/// The interval of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Period {
    /// From a start to an end.
    Span {
        /// The first instant.
        start: InstantColumn,
        /// Where it ends.
        end: PeriodEnd,
    },
    /// A day, or an hour of it.
    Day {
        /// The column of the date.
        date: ColumnName,
        /// Its strptime pattern, such as `%Y%m%d`. A spreadsheet's own dates need none and ignore it.
        pattern: String,
        /// Whose day.
        zone: ZoneRule,
        /// The column of the hour on that clock: `7`, `07:00` or `07:00:00 - 07:59:59`. Without it the row has no
        /// slot but `all_day`.
        hour: Option<ColumnName>,
    },
    /// What `{start:…}` and `{end:…}` in the object's path say. Its rows have no slot but `all_day`.
    Path,
    /// What the object's path says on this clock. Its rows have no slot but `all_day`.
    PathIn {
        /// Whose clock the path is written by.
        zone: Zone,
        /// What in the path says it.
        by: PathPeriod,
    },
}

/// What in a path says the period of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathPeriod {
    /// `{date:…}`: the whole day.
    Date,
    /// `{start:…}` and `{end:…}`.
    StartEnd,
}

impl Period {
    /// Whether the path of an object says it, and nothing in its rows does.
    #[must_use]
    pub const fn is_in_path(&self) -> bool {
        matches!(self, Self::Path | Self::PathIn { .. })
    }

    /// Whether `{start:…}` and `{end:…}` in the path are read.
    #[must_use]
    pub const fn reads_start_and_end(&self) -> bool {
        matches!(self, Self::Path | Self::PathIn { by: PathPeriod::StartEnd, .. })
    }
}

/// Where a span ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodEnd {
    /// At this instant, exclusive.
    Column(InstantColumn),
    /// So many seconds after its start.
    Grain(u32),
    /// After as long as this column says: `1:28:05`, `1h28m`, `5285` (seconds), a spreadsheet's time.
    Length(ColumnName),
}

/// Which of several deliveries of the same rows is counted: the newest, and only that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// What makes one newer. Equal ones are ordered by key.
    pub by: Order,
    /// What it replaces.
    pub per: Extent,
}

/// What makes an object newer than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// When the store got it.
    Modified,
    /// Its key, as text.
    Name,
    /// `{created:…}` in its path.
    Path,
    /// The latest value of this column among its rows.
    Column(InstantColumn),
}

/// How a count is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountRule {
    /// It stands there. Dwell: the total time in the room.
    Column(ColumnName),
    /// Another count of the row times a rate; for dwell, times a mean duration.
    Times {
        /// The other count; itself read from a column.
        of: Count,
        /// The rate.
        by: RateColumn,
    },
    /// Another count of the row divided by a rate.
    DividedBy {
        /// The other count; itself read from a column.
        of: Count,
        /// The rate.
        by: RateColumn,
    },
}

/// A column of rates. `1.35%` is one whatever the unit; a bare number is read by it. Durations have units of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateColumn {
    /// The column.
    pub column: ColumnName,
    /// How a number without `%` is meant.
    pub unit: RateUnit,
}

/// How a rate without a percent sign is meant. Nobody guesses: `0.5` may be half of all or one in two hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateUnit {
    /// In percent.
    Percent,
    /// As a share of one.
    Fraction,
    /// There is none: every rate has its sign, and a bare number is a bad one.
    Signed,
    /// It is a length of time, and a bare number counts so many milliseconds each.
    Length(u64),
}

/// A ratio that an export reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedRate {
    /// What tables call it: `ctr`, or a name of the team's own.
    pub name: String,
    /// Where it stands.
    pub column: RateColumn,
    /// Its numerator.
    pub of: Count,
    /// Its denominator.
    pub among: Count,
}

/// How rows of totals are recognized, besides the words that are known for them in many languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// The column whose text says so; without it the columns of the period, the market, the broadcast, the cover and
    /// the audience are looked at.
    pub column: Option<ColumnName>,
    /// More words.
    pub words: BTreeSet<String>,
    /// After how many rows the platform cuts its exports off (such as 500): a total beyond the rows is then no wonder.
    pub cap: Option<u32>,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberStyle {
    /// Between whole and part: `.` or `,`.
    pub decimal: char,
    /// Between thousands.
    pub group: char,
}

impl Default for NumberStyle {
    fn default() -> Self {
        Self { decimal: '.', group: ',' }
    }
}
