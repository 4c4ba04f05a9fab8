//! Whether the time of publication in a receipt is possible.
//!
//! No hash protects this time, and snapshots depend on it. It comes from the clock of the machine that published, and clocks
//! differ, so only times that no clock shows by mistake are doubted.

use jiff::{SignedDuration, Timestamp};

use super::Receipt;

/// How far the clock of a publisher may be ahead of this machine's.
const AHEAD: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);
/// How much the clocks of machines that publish the same unit may differ.
const SKEW: SignedDuration = SignedDuration::from_hours(31 * 24);
/// 2020-01-01T00:00:00Z: before that, the program did not exist.
const FIRST: Timestamp = Timestamp::constant(1_577_836_800, 0);

/// Why a time of publication is impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongTime {
    /// It is in the future.
    #[error("says that it was published at {0:.0}, which is yet to come (put it back from a copy)")]
    Future(Timestamp),
    /// It is before the program existed.
    #[error("says that it was published at {0:.0}, before there were receipts (put it back from a copy)")]
    Past(Timestamp),
    /// The previous receipt has a later time.
    #[error(
        "says that it was published at {published_at:.0}, and the one before it at {before:.0} (put back from a copy what is not so)"
    )]
    Backwards {
        /// The receipt's time.
        published_at: Timestamp,
        /// The previous receipt's time.
        before: Timestamp,
    },
}

/// Why a receipt's time of publication is impossible, given the previous receipt; `None` if it is possible.
pub(super) fn wrong_time(receipt: &Receipt, before: Option<&Receipt>, now: Timestamp) -> Option<WrongTime> {
    let alone = |receipt: &Receipt| {
        // Older receipts have no `as_of`; their time may come from `--at`.
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
    // If two times contradict each other and one of them is impossible by itself, that one is wrong.
    // A receipt that was put by `--repair` has the clock of the machine that repaired.
    let before = before.filter(|before| alone(before).is_none() && before.content.quarantined.is_empty())?;
    let (published_at, before) = (receipt.as_of.map(|_| receipt.published_at)?, before.published_at);
    (before.duration_since(published_at) > SKEW).then_some(WrongTime::Backwards { published_at, before })
}
