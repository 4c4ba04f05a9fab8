//! What is kept of a viewer on a market-day, to know that they came back.

use std::sync::Arc;

use super::VisitQuality;

/// A viewer, a broadcast and a cover on a market-day; of a quality source, a viewer and a broadcast.
///
/// It is kept in the private store alone, and in no table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    /// Who: a keyed hash ([`super::ViewerKey`]).
    pub viewer: u64,
    /// Which broadcast.
    pub broadcast_id: Arc<str>,
    /// By which cover; `None` in a quality source's.
    pub cover_id: Option<Arc<str>>,
    /// Whose room it was; `None` where no export says it.
    pub host_id: Option<Arc<str>>,
    /// The slot of their first entry by that cover, of their first impression where they did not enter, of their first click
    /// where there is no impression either.
    pub slot: Arc<str>,
    /// When that was (microseconds since 1970, UTC).
    pub first_us: i64,
    /// How often they saw the cover.
    pub impressions: u32,
    /// How often they clicked it.
    pub clicks: u32,
    /// How often they entered.
    pub entries: u32,
    /// Whether any of these entries lasted.
    pub stayed: bool,
    /// How it went, at worst; `None` where nobody measured it.
    pub quality: Option<VisitQuality>,
}
