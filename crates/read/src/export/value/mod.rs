//! What a single value says: a number with the bounds of its rounding, a length of time, an instant, an hour, an id.
//!
//! Nothing here knows of records, columns or files. A value that cannot be read is a reason, never a guess.

pub(super) mod derive;
mod digits;
pub(super) mod hour;
pub(super) mod instant;
pub(super) mod length;
pub(super) mod number;
pub(super) mod number_text;
pub(super) mod quantity;
pub(super) mod single;
