//! The clock, zones, local days and slots.
//!
//! Inside the program every instant is UTC. A local date and a slot are derived here and nowhere else, from an
//! instant and a market's rules. Windows are half-open. A local day lasts as long as the zone says: 21 to 27 hours
//! between 2015 and 2036. Stands on nothing of this crate.

mod clock;
mod cron;
mod day;
mod lapse;
mod slot;
mod span;
mod steady;
mod timeline;
mod zone;
mod zone_name;

pub use clock::Clock;
pub use cron::{Cron, CronError};
pub use day::{DayRule, LocalDay};
pub use lapse::Lapse;
pub use slot::{SlotError, SlotSpan, SlotTable};
pub use span::span;
pub use steady::Steady;
pub use timeline::{Cuts, Hint, Piece, Place, Stretch, Timeline};
pub use zone::{Resolved, UnknownZone, Zone, tz_release};
