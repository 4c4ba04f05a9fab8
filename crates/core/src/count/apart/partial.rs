//! What was found in a part of the signals.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::error::ApartError;
use crate::count::bars::Bars;
use crate::count::cells::{Cell, Numbered};
use crate::count::counter::Counted;
use crate::count::engine::CountJob;
use crate::count::facts::{Facts, facts};
use crate::count::tally::Outcome;
use crate::model::{Count, Counts, Era, Kinds};

/// What was found in a part of the signals of a job, by market-day: cells, bars, what became of rows, and how many rows there were.
///
/// Exports, market-days, slots and turns are by their numbers in the job, which has to be the same wherever parts are counted and
/// put together. It is serialized in one order, so equal ones are equal bytes.
#[derive(Debug, Clone, Default)]
pub struct Partial {
    pub(super) numbered: Numbered,
    /// By cell.
    pub(super) of_cells: Vec<OfCell>,
    pub(super) bars: HashMap<BarOf, [u64; Kinds::COUNT]>,
    /// By market-day and export.
    pub(super) outcomes: BTreeMap<(u32, u32), Outcome>,
    pub(super) of_days: BTreeMap<u32, Totals>,
    pub(super) outside: u64,
}

/// What was counted in a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OfCell {
    pub(super) counts: Counts,
    pub(super) orphans: u64,
}

/// A bar, with names by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BarOf {
    pub(super) day: u32,
    pub(super) era: u16,
    pub(super) broadcast: u32,
    pub(super) cover: u32,
    pub(super) bar: i32,
}

/// How many rows went into a part, and from one step to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows that [`super::count_events`] was given.
    pub rows: u64,
    /// Those of them that it gave, for viewers to be counted.
    pub passed_on: u64,
    /// Rows that [`super::count_viewers`] was given.
    pub received: u64,
}

impl Totals {
    /// Adds others.
    fn add(&mut self, other: Self) -> Result<(), ApartError> {
        let Self { rows, passed_on, received } = other;
        add(&mut self.rows, rows)?;
        add(&mut self.passed_on, passed_on)?;
        add(&mut self.received, received)
    }
}

impl Partial {
    /// How many rows went into it, on market-days and outside of them. A number beyond 64 bits stays at their end.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let outside = Totals { rows: self.outside, ..Totals::default() };
        self.of_days.values().fold(outside, |sum, of_day| Totals {
            rows: sum.rows.saturating_add(of_day.rows),
            passed_on: sum.passed_on.saturating_add(of_day.passed_on),
            received: sum.received.saturating_add(of_day.received),
        })
    }

    /// How many distinct names and cells it has, to be held against [`most_cells`](crate::count::most_cells).
    #[must_use]
    pub fn cells(&self) -> usize {
        self.numbered.names() as usize + self.of_cells.len()
    }

    /// How many rows of market-days went into it, by the numbers of these in ascending order; of those that are missing, none.
    pub fn by_day(&self) -> impl Iterator<Item = (u32, Totals)> {
        self.of_days.iter().map(|(day, totals)| (*day, *totals))
    }

    /// Adds another part of the same job.
    ///
    /// # Errors
    /// [`ApartError::Overflow`] when a sum is beyond 64 bits; then this is worth nothing any more.
    pub fn add(&mut self, other: Self) -> Result<(), ApartError> {
        if self.is_empty() {
            *self = other;
            return Ok(());
        }
        let mut names = Renamed::default();
        for (cell, found) in other.numbered.cells().iter().zip(&other.of_cells) {
            let cell = names.cell(*cell, &other.numbered, &mut self.numbered);
            let sum = self.of_cell(cell);
            for count in Count::ALL {
                add(sum.counts.get_mut(count), found.counts.get(count))?;
            }
            add(&mut sum.orphans, found.orphans)?;
        }
        for (bar, sums) in &other.bars {
            let bar = names.bar(*bar, &other.numbered, &mut self.numbered);
            let all = self.bars.entry(bar).or_default();
            all.iter_mut().zip(sums).try_for_each(|(sum, more)| add(sum, *more))?;
        }
        for (of, Outcome { counted, duplicate, of_another }) in other.outcomes {
            let sum = self.outcomes.entry(of).or_default();
            add(&mut sum.counted, counted)?;
            add(&mut sum.duplicate, duplicate)?;
            add(&mut sum.of_another, of_another)?;
        }
        for (day, totals) in other.of_days {
            self.of_days.entry(day).or_default().add(totals)?;
        }
        add(&mut self.outside, other.outside)
    }

    /// Cuts it by market-day: the number of each with what was found of it, in ascending order. The pieces add up to the whole, which
    /// they would not with one left out: rows that are on no market-day are in the first. There is always one.
    #[must_use]
    pub fn split(self) -> Vec<(u32, Self)> {
        let Self { numbered, of_cells, bars, outcomes, of_days, outside } = self;
        let mut days: BTreeMap<u32, (Self, Renamed)> = BTreeMap::new();
        for (cell, found) in numbered.cells().iter().zip(of_cells) {
            let (piece, names) = days.entry(cell.day).or_default();
            let cell = names.cell(*cell, &numbered, &mut piece.numbered);
            *piece.of_cell(cell) = found;
        }
        for (bar, sums) in bars {
            let (piece, names) = days.entry(bar.day).or_default();
            let bar = names.bar(bar, &numbered, &mut piece.numbered);
            piece.bars.insert(bar, sums);
        }
        for (of, outcome) in outcomes {
            days.entry(of.0).or_default().0.outcomes.insert(of, outcome);
        }
        for (day, totals) in of_days {
            days.entry(day).or_default().0.of_days.insert(day, totals);
        }
        if days.is_empty() {
            days.entry(0).or_default();
        }
        if let Some(mut first) = days.first_entry() {
            first.get_mut().0.outside = outside;
        }
        days.into_iter().map(|(day, (piece, _))| (day, piece)).collect()
    }

    /// What an engine would have found in all signals, once this is the sum of all parts.
    ///
    /// # Errors
    /// [`ApartError::Visits`] when the job wants visits, [`ApartError::Unknown`] when this is of another job, and
    /// [`ApartError::Unbalanced`] when a part is missing or there twice: when the rows of a market-day are not those that were counted
    /// or found to be redeliveries, or viewers were counted of other rows than were passed on.
    pub fn into_counted(self, job: &CountJob) -> Result<Counted, ApartError> {
        self.check(job)?;
        let Self { numbered, of_cells, bars, outcomes: found, .. } = self;
        let (counts, orphans): (Vec<Counts>, Vec<u64>) =
            of_cells.into_iter().map(|OfCell { counts, orphans }| (counts, orphans)).unzip();
        let Facts { all, turns, groups } = facts(&numbered, (&counts, &orphans), &job.scope);
        let days = job.days.len();
        let mut outcomes = vec![Outcome::default(); job.exports.len() * days];
        for ((day, export), outcome) in found {
            outcomes[export as usize * days + day as usize] = outcome;
        }
        let mut of_days = vec![Vec::new(); days];
        for (BarOf { day, era, broadcast, cover, bar }, sums) in bars {
            of_days[day as usize].push(Bars::fact(&numbered, (Era(era), broadcast, cover, bar), sums));
        }
        let bars = job.bars.then(|| Bars::given(of_days));
        Ok(Counted::new(all, turns, groups, outcomes).with_bars(bars))
    }

    /// Whether the job has all that this names, and no part is missing.
    fn check(&self, job: &CountJob) -> Result<(), ApartError> {
        if job.days.iter().any(|day| day.visits_by.is_some()) {
            return Err(ApartError::Visits);
        }
        let is_known = |what, number: u32, is_there: bool| {
            let number = number.into();
            if is_there { Ok(()) } else { Err(ApartError::Unknown { what, number }) }
        };
        let day = |number: u32| {
            job.days.get(number as usize).ok_or(ApartError::Unknown { what: "market-day", number: number.into() })
        };
        for cell in self.numbered.cells() {
            let day = day(cell.day)?;
            is_known("slot", cell.slot.into(), usize::from(cell.slot) < day.slots.len())?;
            is_known("turn", cell.turn.0, cell.turn.0 == 0 || day.turns.turn(cell.turn).is_some())?;
        }
        self.bars.keys().try_for_each(|bar| day(bar.day).map(|_| ()))?;
        let mut became: BTreeMap<u32, u64> = BTreeMap::new();
        for ((of, export), outcome) in &self.outcomes {
            day(*of)?;
            is_known("export", *export, (*export as usize) < job.exports.len())?;
            let sum = became.entry(*of).or_default();
            add(sum, outcome.counted)?;
            add(sum, outcome.duplicate)?;
        }
        for (number, Totals { rows, passed_on, received }) in &self.of_days {
            day(*number)?;
            let unbalanced =
                |what, found, expected| ApartError::Unbalanced { day: *number, what, found, expected };
            let became = became.remove(number).unwrap_or_default();
            if became != *rows {
                return Err(unbalanced("rows", became, *rows));
            }
            if received != passed_on {
                return Err(unbalanced("rows of viewers", *received, *passed_on));
            }
        }
        became
            .into_iter()
            .find(|(_, rows)| *rows > 0)
            .map_or(Ok(()), |(day, found)| Err(ApartError::Unbalanced { day, what: "rows", found, expected: 0 }))
    }

    fn is_empty(&self) -> bool {
        self.of_cells.is_empty()
            && self.bars.is_empty()
            && self.outcomes.is_empty()
            && self.of_days.is_empty()
            && self.outside == 0
    }

    /// What is counted in a cell, whose names are by this part's numbers.
    pub(super) fn of_cell(&mut self, cell: Cell) -> &mut OfCell {
        let number = self.numbered.number_cell(cell) as usize;
        if self.of_cells.len() <= number {
            self.of_cells.resize(number + 1, OfCell::default());
        }
        &mut self.of_cells[number]
    }
}

/// Numbers that names of one part have in another.
#[derive(Default)]
struct Renamed(HashMap<u32, u32>);

impl Renamed {
    fn name(&mut self, name: u32, of: &Numbered, to: &mut Numbered) -> u32 {
        *self.0.entry(name).or_insert_with(|| to.number_name(of.name(name)))
    }

    fn cell(&mut self, cell: Cell, of: &Numbered, to: &mut Numbered) -> Cell {
        let [audience, broadcast, cover] =
            [cell.audience, cell.broadcast, cell.cover].map(|name| self.name(name, of, to));
        Cell { audience, broadcast, cover, ..cell }
    }

    fn bar(&mut self, bar: BarOf, of: &Numbered, to: &mut Numbered) -> BarOf {
        let [broadcast, cover] = [bar.broadcast, bar.cover].map(|name| self.name(name, of, to));
        BarOf { broadcast, cover, ..bar }
    }
}

/// Adds, unless the sum is beyond 64 bits.
pub(super) fn add(sum: &mut u64, more: u64) -> Result<(), ApartError> {
    *sum = sum.checked_add(more).ok_or(ApartError::Overflow)?;
    Ok(())
}
