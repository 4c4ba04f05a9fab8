//! The timelines of the markets, laid out as far as rows reach.

use super::reach::{Market, Reach};
use super::{AllocationJob, LONGEST_ROW_US};
use crate::model::{Eras, TurnNumber, Turns};
use crate::time::{Cuts, Timeline};

/// Where counting cuts a market's time besides days and slots: at the changes of what a platform counts, and at turns.
#[must_use]
pub fn cuts(eras: &Eras, turns: &Turns) -> Cuts {
    let number = |(cut_us, TurnNumber(number)): &(i64, TurnNumber)| (*cut_us, *number);
    Cuts { eras_us: eras.cuts_us(), turns: turns.cuts().iter().map(number).collect() }
}

/// The timelines of a market.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    /// Cut into days and slots.
    pub(super) slots: Timeline,
    /// Cut into days only, for rows that have no slot.
    pub(super) days: Timeline,
    /// Cut into days and slots, and by turns, where there are any.
    pub(super) turns: Option<Timeline>,
}

impl Clock {
    /// The clocks of all markets, in their order.
    pub(super) fn all(job: &AllocationJob<'_>, reach: &Reach<'_>) -> Vec<Self> {
        reach.markets.iter().map(|market| Self::of(job, market).unwrap_or_default()).collect()
    }

    /// `None` for a market without rows.
    fn of(job: &AllocationJob<'_>, market: &Market<'_>) -> Option<Self> {
        let (start_us, end_us) = market.span_us?;
        let days = || job.days.iter().filter(|day| day.market == market.id);
        let first_us = days().map(|day| day.day.start.as_microsecond()).min()?;
        let last_us = days().map(|day| day.day.end.as_microsecond()).max()?;
        let span_us = (
            start_us.max(first_us.saturating_sub(LONGEST_ROW_US)),
            end_us.min(last_us.saturating_add(LONGEST_ROW_US)),
        );
        let day = days().next()?;
        let without_turns = cuts(job.eras, &Turns::default());
        let with_turns = || cuts(job.eras, day.turns);
        Some(Self {
            slots: Timeline::over(day.rule, Some(day.slots), span_us, &without_turns),
            days: Timeline::over(day.rule, None, span_us, &without_turns),
            turns: (!day.turns.is_empty())
                .then(|| Timeline::over(day.rule, Some(day.slots), span_us, &with_turns())),
        })
    }
}
