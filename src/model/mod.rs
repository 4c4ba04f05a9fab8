//! Words of the domain as types: ids, signals, conventions, counts, rejects, column names.
//!
//! Nothing here reads, writes or decides. Stands on nothing of this crate.

pub mod columns;
mod counts;
mod ids;
mod kinds;
mod reject;
mod signal;

pub use counts::{Counts, Fact};
pub use ids::{MarketDay, MarketId, PlatformId};
pub use kinds::Kinds;
pub use reject::{Reason, Reject};
pub use signal::{ClickEvent, Conventions, Event, ImpressionBasis, Offered};
