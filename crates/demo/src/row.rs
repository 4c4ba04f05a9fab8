//! One row of an export, independent of its platform's format.

use super::audience::Audience;
use super::plan::Broadcast;

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Impression,
    Click,
    Entry,
    /// A heart in the room. Exports also have events that are not counted.
    Like,
    Order,
    Leave,
}

/// One row of an export: an event, or an impression with everything that followed from it.
#[derive(Clone, Copy)]
pub(super) struct Row<'w> {
    /// Unique for a platform; the event id is made from it.
    pub(super) number: u64,
    pub(super) occurred_at_ms: i64,
    pub(super) event: Event,
    pub(super) broadcast: &'w Broadcast,
    /// An index into the list of covers.
    pub(super) cover: usize,
    pub(super) viewer: u32,
    pub(super) audience: Audience,
    pub(super) dwell_seconds: Option<u32>,
    pub(super) clicked: bool,
    pub(super) entered: bool,
    pub(super) ordered: bool,
}
