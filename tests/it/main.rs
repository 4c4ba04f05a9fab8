//! The one integration binary: everything that is tested from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_exports;
mod data;
mod floors;
mod tz_golden;
