//! How a count over an interval falls on the pieces of it: whole counts, none lost and none made.

use std::cmp::Reverse;

use jiff::civil::Date;

use crate::model::{Count, Figures, Measure, Share};
use crate::time::Piece;

const SECOND_US: u64 = 1_000_000;

/// Divides whole numbers. Keeps its memory between calls.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    parts: Vec<u64>,
    by_remainder: Vec<(Reverse<u128>, usize)>,
}

impl Sharing {
    /// Divides a whole number in proportion to the overlaps by largest remainder: every piece gets its share rounded
    /// down, and the rest goes, one each, to the pieces with the largest remainders, of equals to the earlier.
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

    /// The part of a row's counts that falls on each piece. Each bound is divided like the count itself, and then kept on
    /// its side of the count.
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
    let inside = pieces.iter().filter(|piece| piece.place.local_date == date).map(|piece| piece.overlap_us).sum();
    share_of(inside, length_us)
}

/// A part of a time in seconds, both rounded up: a whole stays a whole, and a part is never 0.
pub(super) fn share_of(part_us: u64, whole_us: u64) -> Share {
    Share { part_seconds: part_us.div_ceil(SECOND_US), whole_seconds: whole_us.div_ceil(SECOND_US) }
}
