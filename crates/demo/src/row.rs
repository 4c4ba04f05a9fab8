//! One row of an export, before it takes the shape of its platform.

use super::audience::Audience;
use super::plan::Broadcast;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Impression,
    Click,
    Entry,
    /// A heart in the room: exports carry things that nobody counts.
    Like,
    Order,
    Leave,
}

/// One row of an export: an event, or an impression with all that followed from it.
#[derive(Clone, Copy)]
pub(super) struct Row<'w> {
    /// Unique over a platform; the event id is made of it.
    pub(super) number: u64,
    pub(super) occurred_at_ms: i64,
    pub(super) event: Event,
    pub(super) broadcast: &'w Broadcast,
    /// A place in the list of covers.
    pub(super) cover: usize,
    pub(super) viewer: u32,
    pub(super) audience: Audience,
    pub(super) dwell_seconds: Option<u32>,
    pub(super) clicked: bool,
    pub(super) entered: bool,
    pub(super) ordered: bool,
}
