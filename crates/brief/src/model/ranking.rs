//! Which covers: the ranking of a place, from `cover`, `diagnosis`, `cover_history` and `revisit`.

use jiff::civil::Date;

use super::{Figure, Interval, PlaceName, Row, Text};

/// The covers of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Which place.
    pub place: PlaceName,
    /// Since when it looks back.
    pub since: Date,
    /// Until when.
    pub until: Date,
    /// Covers to put on air, the best first; eight at most.
    pub covers: Vec<RankedCover>,
    /// How many more there are.
    pub more: usize,
    /// Covers that promise what the room does not hold; never among the others, whatever their rate.
    pub overpromising: Vec<RankedCover>,
}

/// A cover: a row of `cover`.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedCover {
    /// Which one.
    pub cover_id: String,
    /// Its row of `cover`.
    pub row: Row,
    /// Its rank.
    pub rank: Figure,
    /// Whether it was on air last.
    pub is_on_air: bool,
    /// Which rate it is ranked by.
    pub metric: Option<String>,
    /// That rate on the common mix of slots and audiences.
    pub rate: Interval,
    /// The market's rate × `ratio`: what it is ranked by where it was beside others in eight broadcasts.
    pub adjusted_rate: Figure,
    /// What the rate that it is ranked by exceeds with 95 %.
    pub proven_rate: Figure,
    /// Its rate ÷ that of the other covers of the same broadcasts.
    pub ratio: Interval,
    /// Entries ÷ who stay.
    pub stay_rate: Interval,
    /// Impressions.
    pub impressions: Figure,
    /// Broadcasts.
    pub broadcasts: Figure,
    /// `finding` of `diagnosis`.
    pub finding: Option<String>,
    /// What to do, in words, of `diagnosis`.
    pub diagnosis: Option<Text>,
    /// `fading`, `growing`, `steady` or `too little to tell`, of `cover_history`.
    pub fatigue: Option<String>,
    /// Days on air after which half of the rate is left.
    pub half_life_days: Option<Figure>,
    /// How long it has not been on air.
    pub rested_days: Option<Figure>,
    /// Whether that is as long as `rested` says.
    pub is_rested: bool,
    /// The rules of the market that it breaks, in words.
    pub breaks: Vec<Text>,
    /// What viewers who entered by it do later, in words, of `revisit`.
    pub revisits: Option<Text>,
}
