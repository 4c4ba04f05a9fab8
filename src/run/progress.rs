//! Progress events of a run; the command line draws them, everything else ignores them.

use coverledger_core::model::MarketDay;

use super::Disposition;

/// A step of a run.
#[derive(Debug, Clone)]
pub enum Step<'a> {
    /// The plan is made: so many exports of so many bytes are to be read for so many market-days.
    Planned {
        /// The run's id, for telling its steps from those of others.
        run_id: &'a str,
        /// Market-days that are due.
        due: usize,
        /// Exports that will be read.
        exports: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// An export was read.
    Read {
        /// Its key.
        key: &'a str,
        /// Its bytes.
        bytes: u64,
    },
    /// A market-day is done with.
    Done {
        /// Which.
        market_day: &'a MarketDay,
        /// How it ended.
        disposition: &'a Disposition,
    },
}

/// Receives the steps of a run.
pub type Observer<'a> = &'a (dyn Fn(&Step<'_>) + Sync);
