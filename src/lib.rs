//! coverledger settles how live-room covers performed: by market, slot and audience, on the market's own clock.
//!
//! The floors below the program are crates of their own, so that the compiler keeps them apart; this library shows them under
//! one name, to its tests, benchmarks and whoever embeds it.

pub use coverledger_archive as archive;
pub use coverledger_brief as brief;
pub use coverledger_config as config;
pub use coverledger_core::{count, model, time};
pub use coverledger_demo as demo;
pub use coverledger_read::{export, inspect};
pub use coverledger_report as report;
pub use coverledger_stats as stats;
pub use coverledger_store as store;

pub mod error_text;
pub mod program;
pub mod variables;

// The program's own floors, lowest first. A module may use only modules on a lower floor; `tests/it/floors.rs` enforces it.
pub mod notify;
pub mod plan;
pub mod stores;

pub mod reading;

#[cfg(feature = "spark")]
pub mod cluster;

pub mod run;

pub mod schedule;

pub mod cli;
