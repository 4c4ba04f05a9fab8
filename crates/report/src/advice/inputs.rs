//! What a brief is made of.

use jiff::Timestamp;
use jiff::civil::Date;
use polars::prelude::DataFrame;

use coverledger_config::{Experiment, Market};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_core::time::Zone;

/// What all places of a night share.
#[derive(Debug)]
pub struct NightInputs<'a> {
    /// The last local date that is published anywhere.
    pub as_of: Date,
    /// Now: no slot that has begun is advised.
    pub now: Timestamp,
    /// The clock of the team.
    pub home: &'a Zone,
    /// Every place that is configured and counts.
    pub places: Vec<PlaceInputs<'a>>,
    /// Every experiment by name: its file, `None` where that is gone, and its newest table `experiment`.
    pub experiments: Vec<(String, Option<&'a Experiment>, DataFrame)>,
    /// The newest table `cover_history`.
    pub cover_history: Option<DataFrame>,
    /// The newest table `cover_checks`.
    pub cover_checks: Option<DataFrame>,
    /// Tables `advice` and `advice_log` of the brief before.
    pub before: Option<(DataFrame, DataFrame)>,
}

/// A platform in a market.
#[derive(Debug)]
pub struct PlaceInputs<'a> {
    /// Where.
    pub platform: PlatformId,
    /// Whom for.
    pub market: MarketId,
    /// The market's clock and slots.
    pub rules: &'a Market,
    /// The newest local date that is published; `None` where there is none.
    pub newest: Option<Date>,
    /// The last local date that is over now.
    pub over_until: Date,
    /// What is known of local dates that are over and not published.
    pub lacks: Vec<Lack>,
    /// When the last provisional date of the window is final.
    pub final_at: Option<Timestamp>,
    /// Local dates of the window that late exports may still change.
    pub provisional_days: i64,
    /// The newest tables of the place; empty where they are not published.
    pub cover: DataFrame,
    /// The best covers against the one on air.
    pub cover_pair: DataFrame,
    /// Covers by broadcast.
    pub cover_broadcast: DataFrame,
    /// Where covers lose viewers.
    pub diagnosis: DataFrame,
    /// When to go on air.
    pub slot_plan: DataFrame,
}

/// A local date that is over and not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Which.
    pub local_date: Date,
    /// How the last attempt ended; `None` without one.
    pub end: Option<LackEnd>,
    /// Why, in English; empty where nothing is known.
    pub reason: String,
}

/// How an attempt ended that did not publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LackEnd {
    /// Exports are not there yet.
    Waiting,
    /// What there is was held back.
    Held,
    /// It could not be read.
    Failed,
}
