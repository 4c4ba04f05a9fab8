//! Rows that were taken for redeliveries and are not: their `event_id` is not one of events.

use crate::plan::PlannedDay;
use coverledger_core::count::Outcome;

use super::judge::is_above;

/// Fewer rows with the id of another event are no proof of anything.
const FEWEST_OTHERS: u64 = 10;
/// The share of a market-day's rows from which on they are: one in a hundred.
const MOST_OTHERS: f64 = 0.01;

/// Rows that were not counted since another event has their id.
#[derive(Default)]
pub(super) struct OtherEvents {
    others: u64,
    landed: u64,
    /// Whether any of the exports was not accepted before.
    is_new: bool,
    /// The export with most of them, and how many it has.
    most: Option<(String, u64)>,
}

impl OtherEvents {
    /// Takes note of an export of the market-day.
    pub(super) fn add(&mut self, key: &str, outcome: Outcome, is_accepted: bool) {
        self.landed += outcome.counted + outcome.duplicate;
        self.is_new |= !is_accepted;
        self.others += outcome.of_another;
        if outcome.of_another > self.most.as_ref().map_or(0, |(_, most)| *most) {
            self.most = Some((key.to_owned(), outcome.of_another));
        }
    }

    /// Why a market-day should not be made from them; `id` is what the configuration calls the id, with its article.
    pub(super) fn reason(&self, day: &PlannedDay, id: &str) -> Option<String> {
        let (key, _) = self.most.as_ref()?;
        let is_proof =
            self.is_new && self.others >= FEWEST_OTHERS && is_above(self.others, self.landed, MOST_OTHERS);
        is_proof.then(|| {
            format!(
                "{} of {} rows of {} have {id} that another event has, of another viewer, at another time or of another kind, most of them in `{key}`: an id that starts anew in each file, or one of sessions or requests, would have them left out as redeliveries (map an id of events, or none; give `--accept-shrink` if they are redeliveries)",
                self.others, self.landed, day.market_day
            )
        })
    }
}
