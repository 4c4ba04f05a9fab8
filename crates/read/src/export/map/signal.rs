//! The result of reading events: one signal a row, in UTC.

use coverledger_core::model::{Dimensions, Id, Kinds};

/// One counted row.
#[derive(Debug, Clone, Copy)]
pub struct Signal<'a> {
    /// Which record of the object, from 1.
    pub record: u32,
    /// When the row says it happened: what decides which of two deliveries is the earlier.
    pub occurred_us: i64,
    /// The instant it is credited to. A `leave` is evidence about the entry that began `dwell` before it, so it is
    /// credited to that entry's instant; everything else to its own.
    pub credited_us: i64,
    /// What it counts as.
    pub kinds: Kinds,
    /// Milliseconds in the room.
    pub dwell_ms: u32,
    /// The event's id, where events have ids.
    pub event_id: Option<Id<'a>>,
    /// The viewer's id, where viewers have ids.
    pub viewer_id: Option<Id<'a>>,
    /// Index into the stages of this export.
    pub stage: usize,
}

/// What takes the signals of an export.
pub trait Signals {
    /// A new stage; its index is one more than the last one's.
    fn stage(&mut self, stage: &Dimensions);

    /// A signal at a stage that was announced before.
    fn signal(&mut self, signal: &Signal<'_>);

    /// How many distinct combinations were more than can be kept, once they are: the export is then refused.
    fn too_many(&self) -> Option<usize> {
        None
    }
}
