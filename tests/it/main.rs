//! The one integration binary: everything that is tested from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests read where their data is and talk to children"
)]
#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "what reads plainly is worth more here than one allocation"
)]

mod bad_exports;
mod completions;
mod cron_dst;
mod data;
mod deploy;
mod features;
mod files;
mod floors;
mod formats;
mod fuzz;
mod inspect;
mod layouts;
mod numbers;
mod open_bandit;
mod presets;
mod receiver;
mod rows;
mod scenario;
mod scenarios;
mod snapshots;
mod table;
mod templates;
mod twin;
mod tz_golden;
mod upgrade;
