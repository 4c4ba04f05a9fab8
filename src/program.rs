//! Which program this is. Nothing that is published rests on it: numbers carry a version of their own.

pub use coverledger_core::VERSION;

/// The commit it was built from, with `-dirty` behind it if its sources were changed since; `unknown` where that is not
/// known.
pub const COMMIT: &str = env!("COVERLEDGER_COMMIT");

/// Both, as `--version` tells them.
pub const VERSION_AND_COMMIT: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("COVERLEDGER_COMMIT"), ")");
