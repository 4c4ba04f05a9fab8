//! When receipts say that they were published.
//!
//! No hash covers it, and on it rests what a snapshot takes for the truth of an instant. It is the clock of the machine
//! that published, and clocks differ; only what no clock tells by mistake is doubted.

use jiff::{SignedDuration, Timestamp};

use super::Receipt;

/// So far a clock may be ahead of the one that looks: nothing that is further off was published by anybody.
const AHEAD: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);
/// Clocks of machines that publish the same unit differ by less.
const SKEW: SignedDuration = SignedDuration::from_hours(31 * 24);
/// 2020-01-01T00:00:00Z: there was no program to write a receipt.
const FIRST: Timestamp = Timestamp::constant(1_577_836_800, 0);

/// Why a receipt cannot have been published when it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongTime {
    /// It is yet to come.
    #[error("says that it was published at {0:.0}, which is yet to come (put it back from a copy)")]
    Future(Timestamp),
    /// Nobody can have written it.
    #[error("says that it was published at {0:.0}, before there were receipts (put it back from a copy)")]
    Past(Timestamp),
    /// The one before it says that it is later.
    #[error(
        "says that it was published at {published_at:.0}, and the one before it at {before:.0} (put back from a copy what is not so)"
    )]
    Backwards {
        /// As it says.
        published_at: Timestamp,
        /// As the one before it says.
        before: Timestamp,
    },
}

/// Why a receipt cannot have been published when it says so, given the one before it; `None` if it can.
pub(super) fn wrong_time(receipt: &Receipt, before: Option<&Receipt>, now: Timestamp) -> Option<WrongTime> {
    let alone = |receipt: &Receipt| {
        // Without it, the instant is the one that the run was told.
        receipt.as_of?;
        let published_at = receipt.published_at;
        if published_at.duration_since(now) > AHEAD {
            return Some(WrongTime::Future(published_at));
        }
        (published_at < FIRST).then_some(WrongTime::Past(published_at))
    };
    if let Some(wrong) = alone(receipt) {
        return Some(wrong);
    }
    // Of two that contradict each other, one that is impossible by itself is the wrong one.
    // One that repair has put has the clock of whoever repaired.
    let before = before.filter(|before| alone(before).is_none() && before.content.quarantined.is_empty())?;
    let (published_at, before) = (receipt.as_of.map(|_| receipt.published_at)?, before.published_at);
    (before.duration_since(published_at) > SKEW).then_some(WrongTime::Backwards { published_at, before })
}
