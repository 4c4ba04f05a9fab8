//! Which program this is. Nothing that is published rests on it: numbers carry a version of their own.

/// Its release: `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit it was built from, with `-dirty` behind it if its sources were changed since; `unknown` where that is not
/// known.
pub const COMMIT: &str = env!("COVERLEDGER_COMMIT");

/// Both, as `--version` tells them.
pub const VERSION_AND_COMMIT: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("COVERLEDGER_COMMIT"), ")");
