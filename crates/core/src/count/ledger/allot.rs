//! How a count over an interval falls on market-days and slots.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::{Count, DayPart, Era, Eras, Figures, Measure, Share, TurnNumber, Turns};
use crate::time::{DayRule, LocalDay, SlotTable};

const SECOND_US: u64 = 1_000_000;

/// A market's time, cut by its days, its slots (unless only days matter), the changes of what is counted and, if they
/// are asked for, turns.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    starts_us: Vec<i64>,
    places: Vec<Place>,
    end_us: i64,
}

/// Where a piece of an interval lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) date: Date,
    pub(super) part: DayPart,
    pub(super) era: Era,
    /// Outside of all, in a grid that is not cut by turns.
    pub(super) turn: TurnNumber,
}

/// What of an interval lies in one place. Where clocks are set back, that can be two stretches of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) overlap_us: u64,
}

impl Place {
    /// The same place, not cut by turns.
    pub(super) fn whole(self) -> Self {
        Self { turn: TurnNumber(0), ..self }
    }
}

impl Grid {
    /// Lays out the market-days that reach into `start_us..end_us` (microseconds since 1970, UTC).
    pub(super) fn new(
        rule: &DayRule,
        slots: Option<&SlotTable>,
        (eras, turns): (&Eras, &Turns),
        (start_us, end_us): (i64, i64),
    ) -> Self {
        let cuts_us = eras.cuts_us();
        let mut grid = Self { end_us: i64::MIN, ..Self::default() };
        let (Ok(start), Ok(end)) = (Timestamp::from_microsecond(start_us), Timestamp::from_microsecond(end_us))
        else {
            return grid;
        };
        for day in rule.days_over(start, end) {
            let parts = parts(rule, slots, &day);
            for (number, (start_us, part)) in parts.iter().enumerate() {
                grid.end_us = parts.get(number + 1).map_or(day.end.as_microsecond(), |next| next.0);
                let inside = cuts_us.iter().copied().filter(|cut| start_us < cut && *cut < grid.end_us);
                let of_turns = turns.cuts_within(*start_us, grid.end_us);
                let mut starts: Vec<i64> = std::iter::once(*start_us).chain(inside).chain(of_turns).collect();
                starts.sort_unstable();
                starts.dedup();
                for start_us in starts {
                    let (era, turn) = (eras.at(start_us), turns.number_at(start_us));
                    grid.starts_us.push(start_us);
                    grid.places.push(Place { date: day.date, part: *part, era, turn });
                }
            }
        }
        grid
    }

    /// Cuts an interval. `hint` is any number; it is kept between calls because neighbours in a file are neighbours
    /// in time.
    ///
    /// The pieces are in order of time by where they begin, and their overlaps add up to the interval as far as it is
    /// laid out.
    pub(super) fn cut(&self, start_us: i64, end_us: i64, hint: &mut usize, pieces: &mut Vec<Piece>) {
        pieces.clear();
        if !self.starts_us.get(*hint).is_some_and(|start| *start <= start_us && start_us < self.end_of(*hint)) {
            *hint = self.starts_us.partition_point(|start| *start <= start_us).saturating_sub(1);
        }
        let reached =
            self.starts_us[(*hint).min(self.starts_us.len())..].iter().take_while(|start| **start < end_us);
        for (index, piece_start) in (*hint..).zip(reached) {
            let (from_us, until_us) = (start_us.max(*piece_start), end_us.min(self.end_of(index)));
            if from_us < until_us {
                add_piece(pieces, self.places[index], from_us.abs_diff(until_us));
            }
        }
    }

    fn end_of(&self, index: usize) -> i64 {
        self.starts_us.get(index + 1).copied().unwrap_or(self.end_us)
    }
}

/// The parts of a day with their first instants.
fn parts(rule: &DayRule, slots: Option<&SlotTable>, day: &LocalDay) -> Vec<(i64, DayPart)> {
    let Some(slots) = slots else { return vec![(day.start.as_microsecond(), DayPart::AllDay)] };
    let pieces = slots.pieces(rule, day);
    pieces.iter().map(|piece| (piece.start.as_microsecond(), DayPart::Slot(piece.slot))).collect()
}

/// Adds a stretch of time to the piece in the same place, which can only be one of the same day.
fn add_piece(pieces: &mut Vec<Piece>, place: Place, overlap_us: u64) {
    let today = pieces.iter_mut().rev().take_while(|piece| piece.place.date == place.date);
    match today.into_iter().find(|piece| piece.place == place) {
        Some(piece) => piece.overlap_us += overlap_us,
        None => pieces.push(Piece { place, overlap_us }),
    }
}

/// Shares out whole numbers. Keeps its memory between calls.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    parts: Vec<u64>,
    by_remainder: Vec<(Reverse<u128>, usize)>,
}

impl Sharing {
    /// Shares out a whole number in proportion to the overlaps: everyone gets the whole part of what is due to them,
    /// and what is left goes, one each, to those who lost most by that; of equals to the earlier (largest remainder).
    pub(super) fn share(&mut self, whole: u64, pieces: &[Piece]) -> &[u64] {
        let length: u128 = pieces.iter().map(|piece| u128::from(piece.overlap_us)).sum();
        self.parts.clear();
        self.by_remainder.clear();
        let mut left = whole;
        for (index, piece) in pieces.iter().enumerate() {
            let due = u128::from(whole) * u128::from(piece.overlap_us);
            let part = u64::try_from(due / length.max(1)).unwrap_or(whole);
            self.parts.push(part);
            self.by_remainder.push((Reverse(due % length.max(1)), index));
            left -= part;
        }
        if left > 0 {
            self.by_remainder.sort_unstable();
            let lucky = self.by_remainder.iter().take(usize::try_from(left).unwrap_or(usize::MAX));
            lucky.for_each(|(_, index)| self.parts[*index] += 1);
        }
        &self.parts
    }

    /// What of a row's counts falls on each piece. Each bound is shared out like the count itself, and then kept on
    /// its side of it.
    pub(super) fn allot(&mut self, row: &Figures, pieces: &[Piece]) -> Vec<Figures> {
        let mut allotted =
            vec![Figures { derived: row.derived, missing: row.missing, ..Figures::default() }; pieces.len()];
        for (count, whole) in row.known.iter().filter_map(|count| Some((count, row.get(count)?))) {
            let mut measures: Vec<Measure> =
                self.share(whole.value, pieces).iter().copied().map(Measure::exact).collect();
            if !whole.is_exact() {
                let lows = measures.iter_mut().zip(self.share(whole.low, pieces));
                lows.for_each(|(measure, low)| measure.low = measure.value.min(*low));
                let highs = measures.iter_mut().zip(self.share(whole.high, pieces));
                highs.for_each(|(measure, high)| measure.high = measure.value.max(*high));
            }
            for (figures, measure) in allotted.iter_mut().zip(measures) {
                figures.put(count, measure);
                match count {
                    Count::Impressions => figures.prorated.impressions = measure.value,
                    Count::Entries => figures.prorated.entries = measure.value,
                    _ => {}
                }
            }
        }
        allotted
    }
}

/// How much of a row's time lies in a market-day.
pub(super) fn day_match(pieces: &[Piece], date: Date, length_us: u64) -> Share {
    let inside = pieces.iter().filter(|piece| piece.place.date == date).map(|piece| piece.overlap_us).sum();
    share_of(inside, length_us)
}

/// A part of a time in seconds, each begun second a whole one: a whole stays a whole, and none becomes nothing.
pub(super) fn share_of(part_us: u64, whole_us: u64) -> Share {
    Share { part_seconds: part_us.div_ceil(SECOND_US), whole_seconds: whole_us.div_ceil(SECOND_US) }
}
