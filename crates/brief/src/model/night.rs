//! Tonight: which cover goes on air, where and when, and why.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Figure, Interval, PlaceName, Row, Text};

/// What a market does in the night to come.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketNight {
    /// The market's id.
    pub market: String,
    /// What people call it.
    pub title: Text,
    /// The city of its clock.
    pub city: Text,
    /// Whether its clock or the team's own one is set otherwise than a week before, in words.
    pub clock_note: Option<Text>,
    /// Its platforms; the earliest first.
    pub places: Vec<Advice>,
}

/// When a cover is on air: the slot that is advised.
#[derive(Debug, Clone, PartialEq)]
pub struct Air {
    /// The slot's name, as people call it.
    pub slot: Text,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// The first instant after it.
    pub ends_at: Timestamp,
    /// The same on the market's clock.
    pub starts_local: DateTime,
    /// The end there.
    pub ends_local: DateTime,
    /// The same on the team's own clock.
    pub starts_home: DateTime,
    /// The end there.
    pub ends_home: DateTime,
}

/// What to do: `action` of `advice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Proven by lot: another cover goes on air.
    Change,
    /// Proven by lot: this cover goes off air.
    TakeOff,
    /// Not drawn by lot and clear all the same: try another one, best as a test.
    Try,
    /// Keep, and test another one against it.
    Test,
    /// Keep.
    Keep,
    /// A test is running: follow its plan.
    FollowPlan,
    /// Nothing is known.
    NoData,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sureness {
    /// Drawn by lot, and the interval excludes nothing.
    Proven,
    /// At least 90 %, and not drawn by lot.
    Likely,
    /// Below that, or drawn by lot and undecided.
    Open,
    /// There is nothing to tell it by.
    Unknown,
}

/// A cover that is not to be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Avoided {
    /// Which one.
    pub cover_id: String,
    /// Its row of `diagnosis`.
    pub row: Row,
    /// Of 100 who enter, how many stay.
    pub stay_rate: Figure,
    /// How many would with other covers.
    pub stay_usual: Figure,
    /// Why, in words.
    pub reason: Text,
}

/// What a place does: a row of `advice`.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Which place.
    pub place: PlaceName,
    /// Its row of `advice`.
    pub row: Row,
    /// What to do.
    pub action: Action,
    /// The cover that goes on air; `None` where nothing is known.
    pub cover_id: Option<String>,
    /// The cover that was on air last, where it is another one.
    pub instead_of: Option<String>,
    /// The cover that is to be tested against it.
    pub test_against: Option<String>,
    /// When; `None` where no slot is known.
    pub air: Option<Air>,
    /// The experiment that it rests on.
    pub experiment: Option<String>,
    /// Which rate `rate` and `against_rate` are: `effective_ctr`, `ctr` or `stay_rate`.
    pub metric: Option<String>,
    /// The rate of the one that is better or to be tested.
    pub rate: Interval,
    /// The rate of the one that it is held against.
    pub against_rate: Interval,
    /// Their ratio − 1, or the effect of the experiment.
    pub change: Interval,
    /// How probably it is better.
    pub probability: Figure,
    /// How sure that is.
    pub sureness: Sureness,
    /// Why, in a sentence.
    pub reason: Text,
    /// What not to use here.
    pub avoid: Vec<Avoided>,
    /// Until when data goes here and why no further, where that is not as everywhere.
    pub held: Option<Text>,
}
