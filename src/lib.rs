//! coverledger settles how live-room covers performed: by market, slot and audience, on the market's own clock.

// The floors, lowest first. A module may use only modules on a lower floor; `tests/it/floors.rs` enforces it.
pub mod stats;
pub mod time;

pub mod model;

pub mod config;
pub mod store;

pub mod archive;
pub mod count;
pub mod export;
pub mod notify;

pub mod plan;
pub mod report;

pub mod run;

pub mod demo;
pub mod inspect;
pub mod schedule;

pub mod cli;
