//! What a bad stream cost, from `quality_effect` and `quality`.

use super::{Figure, Interval, PlaceName, Row, Text};

/// How streams went in a place, and what bad ones cost.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceQuality {
    /// Which place, by the platform whose broadcasts were watched.
    pub place: PlaceName,
    /// What bad visits cost.
    pub losses: Vec<QualityLoss>,
}

/// A row of `quality_effect`.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityLoss {
    /// Its row.
    pub row: Row,
    /// `viewers` or `panel`.
    pub method: String,
    /// `ctr` or `entries`.
    pub metric: String,
    /// `all_bad`, `slow`, `stalled`, `failed` or `per_step`.
    pub step: String,
    /// `loss`, `gain`, `no_difference`, `placebo_fired`, `too_few` or `no_data`.
    pub finding: String,
    /// How much more there is after a bad visit; below 0 it is lost.
    pub effect: Interval,
    /// Bad visits.
    pub bad_visits: Figure,
    /// Clicks that were lost.
    pub clicks_lost: Interval,
    /// Orders that were lost.
    pub orders_lost: Interval,
    /// What has to hold for it to be an effect.
    pub assumptions: Text,
    /// In words.
    pub reason: Text,
}
