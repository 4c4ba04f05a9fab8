//! Counts that come as counts: which delivery of a row holds, on which cover, and how it falls on market-days and slots.
//!
//! Most exports are no logs: a row says "so many entries between 20:00 and 20:05", or "on 20261121", and comes again,
//! corrected, tomorrow. [`book`] turns pages of such rows ([`Page`]) into the same [`Fact`]s that the counter makes of
//! events:
//!
//! 1. **The newest holds.** Rows of one definition compete for their interval; where pages come in parts, for their
//!    broadcast and the instant at which they begin, since a session that was told while it was on air ends later. Of
//!    the pages in the scope of a market-day, the newest that has any row of the key wins all rows of it; the rest are
//!    `duplicate`. A newer page never adds to an older one. Within a page, equal keys are legitimate and add up. A
//!    fallback counts only broadcasts of which no better export has rows that hold.
//! 2. **The log says the cover.** A row that names no cover is the one's that was on air, by the logs in scope. If that
//!    was not so for all of the row, it is the one's that was on air longest, and `contaminated`. If none was, it is
//!    `unknown`. Time in which logs say two covers at once is nobody's.
//! 3. **Time shares it out.** What reaches over the edge of a slot, of a market-day or of an era is shared out by the
//!    microseconds of overlap, by largest remainder, ties to the earlier piece: whole counts, none lost and none made.
//!    The shares are of the row's whole interval, whichever days are booked. `prorated` says how much of a cell came
//!    about so. Rows that say no more than the day have no slot; `day_match` says how well their day is the market's.
//! 4. **Turns come second.** What fell on a slot is shared out once more over the turns of a rotation within it, so that
//!    a schedule changes no number of a slot. Rows that say no more than the day are outside of all turns.
//! 5. **Null is not zero.** Within a definition, a sum is known if all rows know it; else what is known of it is the
//!    least it can be, and the rows that do not say it are told. Definitions complete each other: between them, one is
//!    enough.
//!
//! Booking is pure and works day by day: a market-day is booked from exactly the pages in its scope, so its numbers do
//! not depend on which other days a run settles. The price is that two days can stand on different deliveries of a row
//! that reaches into both, if only one of them has the newer in its scope; that is what a window of late days means.
//!
//! It refuses nothing: rows that make no sense were rejected when they were read. It takes from its readers that a row
//! ends after it starts and lasts 32 days at most.
//!
//! All pages are gone through once, and each row is then looked at once for every booked day it reaches into.

mod airtime;
mod allot;
mod cells;
mod clock;
mod conflict;
mod log_told;
mod made_ids;
mod names;
mod newest;
mod reach;
mod sheet;
mod unsaid;

#[cfg(test)]
mod tests;

use self::airtime::UNKNOWN;
use self::clock::Clock;
pub use self::clock::cuts;
pub use self::conflict::{Conflict, ConflictKind, Delivered};
pub use self::log_told::{LogTold, Overlap, Without};
use self::reach::Reach;
use self::sheet::{DayBooked, Sheet};
use self::unsaid::Unsaid;
pub use self::unsaid::UnsaidRows;
use super::scope::Scope;
use super::tally::Outcome;
use crate::model::Extent;
use crate::model::{Count, CountSet, Eras, Fact, MarketId, Page, TurnFact, Turns};
use crate::time::{DayRule, LocalDay, SlotTable};

/// How far beyond the booked days time is laid out.
const LONGEST_ROW_US: i64 = 32 * 24 * 3600 * 1_000_000;

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
    /// The turns of the platform in the market; the same on all of its days.
    pub turns: &'a Turns,
}

/// The page of one object.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The object's number in the scope; objects are numbered in the order of their keys.
    pub export: usize,
    /// The number of the first of the objects that are one delivery, such as the pages of one answer; its own if it
    /// came alone. They add up, as the rows of one object do, and have one age.
    pub delivery: usize,
    /// Which of the platform's exports it belongs to.
    pub definition: usize,
    /// Of which of the platform's exports its rows are the fallback.
    pub fallback_for: Option<usize>,
    /// What it replaces in older pages of the same definition.
    pub extent: Extent,
    /// What makes it newer: an instant (microseconds since 1970, UTC), 0 where only the order of keys counts. The
    /// larger is the newer; of equal ones the later key.
    pub created_us: i64,
    /// What tells whose numbers its rows are.
    pub subject: Subject,
    /// What it says.
    pub page: &'a Page,
    /// Counts that none of its rows say, and that others of the market's broadcasts have from the export that it is a
    /// fallback for, or from its fallback: their sums are known in part.
    pub lacks: CountSet,
}

/// What tells whose numbers a row has, besides its market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The broadcast that it names.
    Broadcast,
    /// The cover that it names; all rows are of one broadcast.
    Cover,
    /// Nothing: two rows may be of two broadcasts, or of one.
    Nothing,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Booked {
    /// Facts by market-day, sorted by key.
    pub facts: Vec<Vec<Fact>>,
    /// The same by turn, for market-days that a turn reaches into; sorted by turn, then by key.
    pub turns: Vec<Vec<TurnFact>>,
    /// By market-day: objects that it cannot all take at their word. They are booked by their keys all the same.
    pub conflicts: Vec<Vec<Conflict>>,
    /// By market-day: what the logs of covers leave open.
    pub logs: Vec<LogTold>,
    outcomes: Vec<Outcome>,
    days: usize,
    unsaid: Vec<Unsaid>,
}

impl Booked {
    /// Which rows on a market-day do not say a count that they should: by count, then by the number of the object in
    /// the scope.
    pub fn unsaid(&self, day: usize) -> impl Iterator<Item = (Count, usize, &UnsaidRows)> {
        self.unsaid.get(day).into_iter().flat_map(Unsaid::iter)
    }

    /// What became of the rows of an object (by its number in the scope) that reach into a market-day. `duplicate` are
    /// those that a newer object or a better export replaces.
    #[must_use]
    pub fn outcome(&self, export: usize, day: usize) -> Outcome {
        self.outcomes.get(export * self.days + day).copied().unwrap_or_default()
    }
}

/// Books every market-day.
///
/// ```
/// use coverledger_core::model::Extent;
/// use coverledger_core::count::{Book, BookDay, Entry, Scope, Subject, book};
/// use coverledger_core::model::{
///     ClickEvent, Conventions, Count, CountRow, CountSet, Counts, Eras, Figures, ImpressionBasis, MarketId, Page, Stage,
///     Turns, UniqueBasis,
/// };
/// use coverledger_core::time::{DayRule, SlotTable, Zone};
///
/// // A broadcast in Tokyo from 18:00 to 20:00 had 10 entries. The evening begins at 19:30.
/// let market = MarketId::new("JP");
/// let rule = DayRule::calendar(Zone::named("Asia/Tokyo").unwrap());
/// let slots = [("day", "00:00"), ("evening", "19:30")].map(|(name, at)| (name.to_owned(), at.parse().unwrap()));
/// let slots = SlotTable::new("00:00".parse().unwrap(), slots.to_vec()).unwrap();
/// let instant = |at: &str| at.parse::<jiff::Timestamp>().unwrap().as_microsecond();
/// let stage = Stage {
///     market: market.clone(),
///     audience: String::new(),
///     broadcast_id: "r1".to_owned(),
///     cover_id: Some("c1".to_owned()),
/// };
/// let entries = Counts { entries: 10, ..Counts::default() };
/// let row = CountRow {
///     record: 1,
///     stage: 0,
///     start_us: instant("2026-11-21T09:00Z"),
///     end_us: instant("2026-11-21T11:00Z"),
///     is_all_day: false,
///     figures: Figures::exact(entries, CountSet::default().with(Count::Entries)),
/// };
/// let page = Page { stages: vec![stage], rows: vec![row], ..Page::default() };
///
/// let day = rule.day("2026-11-21".parse().unwrap()).unwrap();
/// let mut scope = Scope::new(1, 1);
/// scope.cover(0, 0);
/// let booked = book(&Book {
///     days: &[BookDay { market: &market, rule: &rule, slots: &slots, day, turns: &Turns::default() }],
///     scope: &scope,
///     entries: &[Entry {
///         export: 0,
///         delivery: 0,
///         definition: 0,
///         fallback_for: None,
///         extent: Extent::Period,
///         created_us: 0,
///         subject: Subject::Broadcast,
///         page: &page,
///         lacks: CountSet::default(),
///     }],
///     eras: &Eras::only(Conventions {
///         impression: ImpressionBasis::Displays,
///         click: ClickEvent::RoomEntry,
///         uniques: UniqueBasis::FirstTouch,
///     }),
/// });
/// // Three quarters of 10 are 7.5: the odd one goes to the earlier of two with equal claims.
/// let shares: Vec<u64> = booked.facts[0].iter().map(|fact| fact.figures.value.entries).collect();
/// assert_eq!(shares, [8, 2]);
/// assert_eq!(booked.outcome(0, 0).counted, 1);
/// ```
#[must_use]
pub fn book(book: &Book<'_>) -> Booked {
    let mut reach = Reach::new(book);
    let unknown = reach.names.number(UNKNOWN);
    let clocks = Clock::all(book, &reach);
    let days = book.days.len();
    let mut outcomes = vec![Outcome::default(); book.scope.exports() * days];
    let mut unsaid = vec![Unsaid::default(); days];
    let facts = book.days.iter().enumerate().map(|(number, day)| {
        let (start_us, end_us) = (day.day.start.as_microsecond(), day.day.end.as_microsecond());
        let has_turns = day.turns.over(start_us, end_us).next().is_some();
        let sheet = Sheet { book, reach: &reach, clocks: &clocks, unknown, number, day, has_turns };
        sheet.facts(&mut unsaid[number], |entry, is_counted| {
            let outcome = &mut outcomes[book.entries[entry].export * days + number];
            *(if is_counted { &mut outcome.counted } else { &mut outcome.duplicate }) += 1;
        })
    });
    let mut booked = Booked { days, ..Booked::default() };
    for DayBooked { facts, turns, conflicts, log } in facts {
        booked.facts.push(facts);
        booked.turns.push(turns);
        booked.conflicts.push(conflicts);
        booked.logs.push(log);
    }
    Booked { outcomes, unsaid, ..booked }
}
