//! What a run would do: which market-days are due, and which exports can hold their rows.
//!
//! Pure: configuration, listings, receipts and "now" in, a plan out. It is what `--dry-run` prints and `status` shows.
//! Nightly runs, catching up, late data and backfill differ only in their [`Selection`].

mod batch;
mod day_facts;
mod day_status;
mod delivered;
mod fingerprint;
mod lack;
mod platform_plan;
mod reach;
mod selection;
mod window;

pub use batch::Batch;
pub use day_status::{Because, DayStatus};
pub use delivered::Place;
pub use fingerprint::rendering;
pub use platform_plan::{Known, PlannedDay, PlannedExport, PlatformPlan, export_dates, listed_dates, windows};
pub use reach::{reach, reach_in};
pub use selection::{Dates, Reprocess, Selection};
pub use window::{Window, settles_after_seconds};
