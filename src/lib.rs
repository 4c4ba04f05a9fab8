//! coverledger settles how live-room covers performed: by market, slot and audience, on the market's own clock.

// The floors, lowest first. A module may use only modules on a lower floor; `tests/it/floors.rs` enforces it.
pub mod archive;
pub mod config;
pub mod count;
pub mod demo;
pub mod export;
pub mod model;
pub mod store;
pub mod time;
