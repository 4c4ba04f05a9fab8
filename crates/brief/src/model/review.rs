//! A broadcast minute by minute, from `broadcast_minutes` and `quality_minutes`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::{Figure, PlaceName, Row};

/// A broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Which place.
    pub place: PlaceName,
    /// Its id.
    pub broadcast_id: String,
    /// The local date on which it began.
    pub local_date: Date,
    /// What its minutes have in common: the table, platform, market, and broadcast.
    pub row: Row,
    /// Minutes of a bar.
    pub minutes: i64,
    /// Its bars in order of time, those without anything too.
    pub bars: Vec<Minute>,
    /// Which cover was on air when, in order of time; of covers side by side each once, the most shown first.
    pub airings: Vec<Airing>,
    /// Whether covers were shown side by side, as a split shows them, so that none of them was on air alone.
    pub is_side_by_side: bool,
    /// Whether anything is known of how views went.
    pub has_quality: bool,
}

/// A bar. Its counts are those of all covers together; each is the sum of the rows of `broadcast_minutes` of that time.
#[derive(Debug, Clone, PartialEq)]
pub struct Minute {
    /// When it begins.
    pub starts_at: Timestamp,
    /// The same on the market's clock.
    pub starts_local: DateTime,
    /// The same on the team's own clock.
    pub starts_home: DateTime,
    /// Impressions.
    pub impressions: Option<i64>,
    /// Clicks.
    pub clicks: Option<i64>,
    /// Room entries.
    pub entries: Option<i64>,
    /// Entries that lasted.
    pub stays: Option<i64>,
    /// Paid orders.
    pub orders: Option<i64>,
    /// Views that began, of `quality_minutes`.
    pub views: Option<i64>,
    /// Views among them that were slow, stalled or failed.
    pub bad_views: Option<i64>,
}

/// A cover on air, from the first bar in which it has most of the impressions to the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Airing {
    /// Which cover.
    pub cover_id: String,
    /// The first bar, by its number.
    pub from: usize,
    /// The bar after the last.
    pub to: usize,
    /// Clicks ÷ impressions there; not a cell of a table but a ratio of sums of `broadcast_minutes`.
    pub ctr: Figure,
}
