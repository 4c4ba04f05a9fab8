//! What a newer delivery of counts replaces.

/// What a newer object replaces in an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All rows of the same market whose interval is one that the newer object has rows for. For exports that are
    /// delivered whole: one object has all broadcasts of its period.
    Period,
    /// All rows of the same market and broadcast that start when a row of the newer object does: a session that was
    /// exported while it was on air has a later end in the next export. Rows of days compete for the whole day. For
    /// exports that are delivered in parts.
    Broadcast,
}
