//! What a newer delivery of counts replaces.

/// What a newer object replaces in an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All rows of the same market whose interval is one that the newer object has rows for. For exports that come
    /// whole: one object has all broadcasts of its period.
    Period,
    /// All rows of the same market and broadcast that begin when a row of the newer object does: a session that was
    /// told while it was on air ends later the next time. Rows of days compete for the whole of them. For exports that
    /// come in parts.
    Broadcast,
}
