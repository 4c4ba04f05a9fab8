//! Words of the domain as types: ids, signals, conventions, counts, rejects, column names.
//!
//! Nothing here reads, writes or decides. Stands on nothing of this crate.

mod check;
pub mod columns;
mod convention;
mod count;
mod counts;
mod fact;
mod figures;
mod id;
mod ids;
mod kinds;
mod legible;
mod measure;
mod page;
mod parts;
pub mod program;
mod reject;
mod signal;
mod turn;
mod unknown;

pub use check::{Bounds, Check, CheckScope, Verdict};
pub use convention::{Change, ClickEvent, Conventions, Eras, ImpressionBasis, UniqueBasis};
pub use count::{Count, CountSet};
pub use counts::Counts;
pub use fact::{DayPart, Era, Fact, FactKey, Series};
pub use figures::{Figures, Prorated, Share};
pub use id::{Id, IdHash};
pub use ids::{MarketDay, MarketId, PlatformId};
pub use kinds::Kinds;
pub(crate) use legible::shown;
pub use legible::{is_steering, legible, legible_json};
pub use measure::Measure;
pub use page::{CountRow, LEAST_OVERLAP_US, OnAir, Page, Stage};
pub use parts::Parts;
pub use reject::{Reason, Reject};
pub use signal::Event;
pub use turn::{Turn, TurnFact, TurnNumber, TurnSpan, Turns};
pub use unknown::Unknown;
