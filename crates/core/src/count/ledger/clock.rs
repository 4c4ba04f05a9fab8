//! The clocks of the markets, laid out as far as rows reach.

use super::allot::Grid;
use super::reach::{Market, Reach};
use super::{Book, LONGEST_ROW_US};
use crate::model::Turns;

/// The clock of a market.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    /// Cut into days and slots.
    pub(super) slots: Grid,
    /// Cut into days only, for rows that have no slot.
    pub(super) days: Grid,
    /// Cut into days and slots, and by turns, where there are any.
    pub(super) turns: Option<Grid>,
}

impl Clock {
    /// The clocks of all markets, in their order.
    pub(super) fn all(book: &Book<'_>, reach: &Reach<'_>) -> Vec<Self> {
        reach.markets.iter().map(|market| Self::of(book, market).unwrap_or_default()).collect()
    }

    /// `None` for a market without rows.
    fn of(book: &Book<'_>, market: &Market<'_>) -> Option<Self> {
        let (start_us, end_us) = market.span_us?;
        let days = || book.days.iter().filter(|day| day.market == market.id);
        let first_us = days().map(|day| day.day.start.as_microsecond()).min()?;
        let last_us = days().map(|day| day.day.end.as_microsecond()).max()?;
        let span_us = (
            start_us.max(first_us.saturating_sub(LONGEST_ROW_US)),
            end_us.min(last_us.saturating_add(LONGEST_ROW_US)),
        );
        let day = days().next()?;
        let none = Turns::default();
        Some(Self {
            slots: Grid::new(day.rule, Some(day.slots), (book.eras, &none), span_us),
            days: Grid::new(day.rule, None, (book.eras, &none), span_us),
            turns: (!day.turns.is_empty())
                .then(|| Grid::new(day.rule, Some(day.slots), (book.eras, day.turns), span_us)),
        })
    }
}
