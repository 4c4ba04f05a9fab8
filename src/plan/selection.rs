//! Which market-days a run looks at.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use coverledger_config::{Job, Market};
use coverledger_core::model::{MarketId, PlatformId};

/// The local dates of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// The last N dates that are over in each market.
    Lookback(u16),
    /// The last N dates that are over in each market, and all dates that a run at an earlier instant would have covered.
    LookbackSince {
        /// The number of dates.
        days: u16,
        /// The earlier instant.
        since: Timestamp,
    },
    /// Chosen dates, both ends included.
    Range {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
    },
}

/// Which of the selected market-days are processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reprocess {
    /// Those that are due: never published, published from other inputs, or settled since.
    #[default]
    Due,
    /// Those that were never published.
    Missing,
    /// Those whose last attempt was held back or failed.
    Failed,
    /// All of them, even if nothing changed.
    All,
    /// Those that are published: their derived tables, from the archive. No export is read.
    Rendered,
    /// All of them, from what is there: missing exports are reported and not waited for. For `check --sample`.
    Sample,
}

/// The market-days that a run looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Platforms.
    pub platforms: BTreeSet<PlatformId>,
    /// Markets.
    pub markets: BTreeSet<MarketId>,
    /// Local dates.
    pub dates: Dates,
    /// Which of these market-days.
    pub reprocess: Reprocess,
    /// Whether a revision may have smaller totals than the one before.
    pub accept_shrink: bool,
}

impl Selection {
    /// The selection of a job's nightly run.
    #[must_use]
    pub fn nightly(job: &Job) -> Self {
        Self {
            platforms: job.platforms.clone(),
            markets: job.markets.clone(),
            dates: Dates::Lookback(job.lookback_days),
            reprocess: Reprocess::Due,
            accept_shrink: false,
        }
    }
}

impl Dates {
    /// The local dates of a market, oldest first. The look-back starts at the last day that is over.
    #[must_use]
    pub fn of(&self, market: &Market, now: Timestamp) -> BTreeSet<Date> {
        let (from, to) = match *self {
            Self::Range { from, to } => (Some(from), Some(to)),
            Self::Lookback(days) => looking_back(market, days, now),
            Self::LookbackSince { days, since } => {
                (looking_back(market, days, since.min(now)).0, looking_back(market, days, now).1)
            }
        };
        let Some((from, to)) = from.zip(to) else { return BTreeSet::new() };
        std::iter::successors(Some(from), |date| date.tomorrow().ok()).take_while(|date| *date <= to).collect()
    }
}

fn looking_back(market: &Market, days: u16, now: Timestamp) -> (Option<Date>, Option<Date>) {
    let over = market.day.day_of(now).and_then(|today| today.date.yesterday().ok());
    let from = over.and_then(|last| last.checked_sub((i64::from(days) - 1).days()).ok());
    (from, over)
}
