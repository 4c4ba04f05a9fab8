//! Counts that come as counts: which delivery of a row holds, on which cover, and how it falls on market-days and slots.
//!
//! [`book`] is pure and works day by day: a market-day is booked from exactly the pages in its scope, so its numbers do
//! not depend on which other days a run settles. A whole count is never lost or made: what is split is shared out by
//! largest remainder.

mod allot;
mod cells;
mod names;
mod newest;
mod reach;
mod sheet;
mod timeline;

use self::reach::Reach;
use self::sheet::{Grids, Sheet};
use self::timeline::UNKNOWN;
use super::scope::Scope;
use super::tally::Outcome;
use crate::config::Extent;
use crate::model::{Eras, Fact, MarketId, Page};
use crate::time::{DayRule, LocalDay, SlotTable};

/// What is booked together.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// The market-days, in the order of the scope.
    pub days: &'a [BookDay<'a>],
    /// Which pages each market-day stands on, by [`Entry::export`].
    pub scope: &'a Scope,
    /// Every page of counts and of covers.
    pub entries: &'a [Entry<'a>],
    /// How the platform counts over time.
    pub eras: &'a Eras,
}

/// A market-day.
#[derive(Debug, Clone, Copy)]
pub struct BookDay<'a> {
    /// Its market.
    pub market: &'a MarketId,
    /// How the market cuts time into days.
    pub rule: &'a DayRule,
    /// And days into slots.
    pub slots: &'a SlotTable,
    /// The day.
    pub day: LocalDay,
}

/// The page of one object.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The object's number in the scope; objects are numbered in the order of their keys.
    pub export: usize,
    /// Which of the platform's exports it belongs to.
    pub definition: usize,
    /// Of which of the platform's exports its rows are the fallback.
    pub fallback_for: Option<usize>,
    /// What it replaces in older pages of the same definition.
    pub extent: Extent,
    /// What makes it newer: an instant (microseconds since 1970, UTC), 0 where only the order of keys counts. The
    /// larger is the newer; of equal ones the later key.
    pub created_us: i64,
    /// What it says.
    pub page: &'a Page,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Booked {
    /// Facts by market-day, sorted by key.
    pub facts: Vec<Vec<Fact>>,
    outcomes: Vec<Outcome>,
    days: usize,
}

impl Booked {
    /// What became of the rows of an object (by its number in the scope) that reach into a market-day. `duplicate` are
    /// those that a newer object or a better export replaces.
    #[must_use]
    pub fn outcome(&self, export: usize, day: usize) -> Outcome {
        self.outcomes.get(export * self.days + day).copied().unwrap_or_default()
    }
}

/// Books every market-day.
#[must_use]
pub fn book(book: &Book<'_>) -> Booked {
    let mut reach = Reach::new(book);
    let unknown = reach.names.number(UNKNOWN);
    let grids = Grids::new(book, &reach);
    let mut booked = Booked {
        facts: Vec::with_capacity(book.days.len()),
        outcomes: vec![Outcome::default(); book.scope.exports() * book.days.len()],
        days: book.days.len(),
    };
    for (number, day) in book.days.iter().enumerate() {
        let outcomes = &mut booked.outcomes;
        let count = |entry: usize, is_counted: bool| {
            let outcome = &mut outcomes[book.entries[entry].export * book.days.len() + number];
            *(if is_counted { &mut outcome.counted } else { &mut outcome.duplicate }) += 1;
        };
        booked.facts.push(Sheet { book, reach: &reach, grids: &grids, unknown, number, day }.facts(count));
    }
    booked
}

#[cfg(test)]
mod tests;
