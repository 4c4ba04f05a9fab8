//! Words of the domain as types: ids, signals, conventions, counts, facts, column names.
//!
//! Nothing here reads, writes or decides. Stands on nothing of this crate.

mod ids;
mod signal;

pub use ids::{MarketDay, MarketId, PlatformId};
pub use signal::{ClickEvent, Conventions, Event, ImpressionBasis, Offered};
