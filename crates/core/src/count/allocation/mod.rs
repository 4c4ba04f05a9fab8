//! Allocation of pre-aggregated counts: which delivery of a row is valid, which cover it belongs to, and how its counts are
//! divided among market-days and slots.
//!
//! Most exports are no event logs. A row says "so many entries between 20:00 and 20:05", or "on 20261121", and is delivered
//! again, corrected, tomorrow. [`allocate`] turns tables of such rows ([`CountTable`]) into the same [`Fact`]s that an engine
//! makes of events:
//!
//! 1. **The newest delivery is valid.** Rows of one definition compete for their interval. Where tables are delivered in
//!    parts, they compete for their broadcast and start instead, since a session that was exported while it was on air has a
//!    later end in the next export. Of the tables in the scope of a market-day, the newest that has any row with a key
//!    provides all rows with that key; the others are counted as `duplicate`. A newer table never adds to an older one.
//!    Within one table, rows with equal keys are legitimate and are summed. A fallback definition counts only for
//!    broadcasts of which no better definition has valid rows.
//! 2. **The cover log says the cover.** A row without a cover id is attributed to the cover that the cover logs in scope show
//!    on air. If another cover, or none, was on air for part of the row, the row is attributed to the cover that was on air
//!    longest and marked `contaminated`. If none was on air, the cover is `unknown`. Time for which logs show two covers at
//!    once is attributed to neither.
//! 3. **Counts are divided by time.** A row that crosses the edge of a slot, a market-day or an era is divided in proportion
//!    to the overlap in microseconds, by largest remainder, ties to the earlier piece: counts stay whole, and their sum stays
//!    the row's. The shares are of the row's whole interval, whichever days are allocated. `prorated` says how much of a
//!    cell came from divided rows. Rows that give only a day have no slot; `day_match` says how well their day matches the
//!    market's.
//! 4. **Turns come second.** What falls into a slot is divided once more among the turns of a rotation within the slot, so
//!    that a schedule changes no number of a slot. Rows that give only a day belong to no turn.
//! 5. **Bars come third**, where they are wanted: what of a row falls on the day is counted again by the five minutes in which
//!    the row lies. A row of a longer time lies in none, and is divided among none.
//! 6. **Null is not zero.** Within a definition, a sum is known if every row has the count. Otherwise the known part is a
//!    lower bound, and the rows without the count are listed. Definitions complete each other: a sum is known if one of them
//!    knows it.
//!
//! Allocation is pure and works day by day. A market-day is allocated from exactly the tables in its scope, so its numbers
//! do not depend on which other days a run settles. In return, two days can use different deliveries of a row that reaches
//! into both, if only one of them has the newer delivery in its scope; that is what a window of late days means.
//!
//! Nothing is refused here: invalid rows were rejected when they were read. Every row ends after it starts and lasts at most
//! 32 days.
//!
//! All tables are read once, and each row is then looked at once for every market-day that it reaches into.

mod airtime;
mod allot;
mod bars;
mod cells;
mod clocks;
mod conflict;
mod day;
mod log_told;
mod made_ids;
mod names;
mod newest;
mod reach;
mod unsaid;

#[cfg(test)]
mod tests;

use self::airtime::UNKNOWN;
use self::clocks::Clock;
pub use self::clocks::cuts;
pub use self::conflict::{Conflict, ConflictKind, Delivered};
use self::day::{DayAllocation, DayAllocator};
pub use self::log_told::{LogTold, Overlap, Without};
use self::reach::Reach;
use self::unsaid::Unsaid;
pub use self::unsaid::UnsaidRows;
use super::scope::Scope;
use super::tally::Outcome;
use crate::model::Extent;
use crate::model::{BarFact, Count, CountSet, CountTable, Eras, Fact, MarketId, TurnFact, Turns};
use crate::time::{DayRule, LocalDay, SlotTable};

/// How far beyond the allocated days the timelines are laid out.
const LONGEST_ROW_US: i64 = 32 * 24 * 3600 * 1_000_000;

/// The input of [`allocate`].
#[derive(Debug, Clone, Copy)]
pub struct AllocationJob<'a> {
    /// The market-days, in the order of the scope.
    pub days: &'a [AllocationDay<'a>],
    /// Which objects each market-day is allocated from, by [`Entry::export`].
    pub scope: &'a Scope,
    /// Every object of counts and of cover logs.
    pub entries: &'a [Entry<'a>],
    /// How the platform counts over time.
    pub eras: &'a Eras,
    /// Whether it is to be counted by bars, too.
    pub bars: bool,
}

/// A market-day.
#[derive(Debug, Clone, Copy)]
pub struct AllocationDay<'a> {
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

/// One object.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The object's number in the scope; objects are numbered in the order of their keys.
    pub export: usize,
    /// The number of the first object of its delivery, such as the pages of one answer; its own if it was delivered alone.
    /// Objects of one delivery are summed, as the rows of one object are, and have one age.
    pub delivery: usize,
    /// Which of the platform's exports it belongs to.
    pub definition: usize,
    /// For which of the platform's exports its rows are the fallback.
    pub fallback_for: Option<usize>,
    /// What it replaces in older objects of the same definition.
    pub extent: Extent,
    /// Its age: an instant (microseconds since 1970, UTC), 0 where only the order of keys counts. The larger is newer; of
    /// equal ones the later key.
    pub created_us: i64,
    /// What identifies the subject of its rows.
    pub subject: Subject,
    /// Its rows.
    pub page: &'a CountTable,
    /// Counts that none of its rows have, and that other broadcasts of the market have from the definition that it is a
    /// fallback for, or from its fallback: their sums are known in part.
    pub lacks: CountSet,
}

/// What identifies the subject of a row, besides its market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Its broadcast.
    Broadcast,
    /// Its cover; all rows are of one broadcast.
    Cover,
    /// Nothing: two rows may be of one broadcast or of two.
    Nothing,
}

/// The output of [`allocate`].
#[derive(Debug, Clone, Default)]
pub struct Allocation {
    /// Facts by market-day, sorted by key.
    pub facts: Vec<Vec<Fact>>,
    /// The same by turn, for market-days that a turn reaches into; sorted by turn, then by key.
    pub turns: Vec<Vec<TurnFact>>,
    /// By market-day and bar: what rows say that lie in a bar; sorted by key. None unless bars are wanted.
    pub bars: Vec<Vec<BarFact>>,
    /// By market-day: objects that cannot all be right. They are allocated by their keys nevertheless.
    pub conflicts: Vec<Vec<Conflict>>,
    /// By market-day: what the cover logs leave open.
    pub logs: Vec<LogTold>,
    outcomes: Vec<Outcome>,
    days: usize,
    unsaid: Vec<Unsaid>,
}

impl Allocation {
    /// Rows of a market-day that lack a count that they should have: by count, then by the number of the object in the
    /// scope.
    pub fn unsaid(&self, day: usize) -> impl Iterator<Item = (Count, usize, &UnsaidRows)> {
        self.unsaid.get(day).into_iter().flat_map(Unsaid::iter)
    }

    /// What became of the rows of an object (by its number in the scope) that reach into a market-day. `duplicate` are
    /// those that a newer object or a better definition replaces.
    #[must_use]
    pub fn outcome(&self, export: usize, day: usize) -> Outcome {
        self.outcomes.get(export * self.days + day).copied().unwrap_or_default()
    }
}

/// Allocates every market-day.
///
/// ```
/// use coverledger_core::model::Extent;
/// use coverledger_core::count::{AllocationJob, AllocationDay, Entry, Scope, Subject, allocate};
/// use coverledger_core::model::{
///     ClickEvent, Conventions, Count, CountRow, CountSet, CountTable, Counts, Dimensions, Eras, Figures, ImpressionBasis, MarketId,
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
/// let stage = Dimensions {
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
/// let page = CountTable { stages: vec![stage], rows: vec![row], ..CountTable::default() };
///
/// let day = rule.day("2026-11-21".parse().unwrap()).unwrap();
/// let mut scope = Scope::new(1, 1);
/// scope.cover(0, 0);
/// let allocated = allocate(&AllocationJob {
///     days: &[AllocationDay { market: &market, rule: &rule, slots: &slots, day, turns: &Turns::default() }],
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
///     bars: false,
/// });
/// // Three quarters of 10 are 7.5: the odd one goes to the earlier of two with equal claims.
/// let shares: Vec<u64> = allocated.facts[0].iter().map(|fact| fact.figures.value.entries).collect();
/// assert_eq!(shares, [8, 2]);
/// assert_eq!(allocated.outcome(0, 0).counted, 1);
/// ```
#[must_use]
pub fn allocate(job: &AllocationJob<'_>) -> Allocation {
    let mut reach = Reach::new(job);
    let unknown = reach.names.number(UNKNOWN);
    let clocks = Clock::all(job, &reach);
    let days = job.days.len();
    let mut outcomes = vec![Outcome::default(); job.scope.exports() * days];
    let mut unsaid = vec![Unsaid::default(); days];
    let facts = job.days.iter().enumerate().map(|(number, day)| {
        let (start_us, end_us) = (day.day.start.as_microsecond(), day.day.end.as_microsecond());
        let has_turns = day.turns.over(start_us, end_us).next().is_some();
        let allocator = DayAllocator { job, reach: &reach, clocks: &clocks, unknown, number, day, has_turns };
        allocator.facts(&mut unsaid[number], |entry, is_counted| {
            let outcome = &mut outcomes[job.entries[entry].export * days + number];
            *(if is_counted { &mut outcome.counted } else { &mut outcome.duplicate }) += 1;
        })
    });
    let mut allocated = Allocation { days, ..Allocation::default() };
    for DayAllocation { facts, turns, bars, conflicts, log } in facts {
        allocated.facts.push(facts);
        allocated.turns.push(turns);
        allocated.bars.push(bars);
        allocated.conflicts.push(conflicts);
        allocated.logs.push(log);
    }
    Allocation { outcomes, unsaid, ..allocated }
}
