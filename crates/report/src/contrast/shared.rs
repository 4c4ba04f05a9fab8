//! What a cover and others had in the broadcasts in which both were shown.

use std::collections::{BTreeMap, BTreeSet};

use super::NOTHING;
use crate::tally::{LEVEL, Piece, Tally, of_proportion};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Interval, Scale, information, jackknife, wilson};

/// Several covers together in each broadcast and cell of slot and audience.
pub(crate) struct Strata(BTreeMap<(usize, usize), Tally>);

impl Strata {
    pub(crate) fn of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Self {
        let mut strata = BTreeMap::<(usize, usize), Tally>::new();
        for piece in pieces {
            let sum = strata.entry((piece.broadcast, piece.bin)).or_default();
            *sum = sum.plus(piece.tally);
        }
        Self(strata)
    }

    /// All but these, where these were shown.
    fn others(&self, piece: &Piece) -> Option<Tally> {
        let others = self.0.get(&(piece.broadcast, piece.bin))?.minus(piece.tally);
        (others.trials > 0.0 && piece.tally.trials > 0.0).then_some(others)
    }
}

/// What a cover and the others had in one broadcast, over the slots and audiences in which both were shown.
///
/// Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22, 719–748: a stratum in which the cover had s of n and the others
/// t of m adds s m ÷ (n + m) to what was observed and t n ÷ (n + m) to what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Part {
    observed: f64,
    expected: f64,
    /// n m ÷ (n + m): what the stratum weighs, in trials.
    weight: f64,
    /// n: the cover's own trials.
    trials: f64,
}

impl Part {
    fn of(own: Tally, others: Tally) -> Self {
        let all = own.trials + others.trials;
        Self {
            observed: own.successes * others.trials / all,
            expected: others.successes * own.trials / all,
            weight: own.trials * others.trials / all,
            trials: own.trials,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            observed: self.observed + other.observed,
            expected: self.expected + other.expected,
            weight: self.weight + other.weight,
            trials: self.trials + other.trials,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            observed: self.observed - other.observed,
            expected: self.expected - other.expected,
            weight: self.weight - other.weight,
            trials: self.trials - other.trials,
        }
    }

    fn ratio(self) -> Option<f64> {
        (self.expected > NOTHING).then(|| (self.observed / self.expected).max(0.0))
    }

    fn rates(self) -> Option<[f64; 2]> {
        (self.weight > NOTHING).then(|| [self.observed / self.weight, self.expected / self.weight])
    }
}

/// The broadcasts of a cover in which others were shown too, in the same slot and audience.
pub(crate) struct Shared {
    whole: Tally,
    total: Part,
    parts: Vec<(usize, Part)>,
    cells: usize,
}

impl Shared {
    /// A cover's pieces against the rest of these strata, which include them.
    pub(super) fn of(pieces: &[Piece], strata: &Strata) -> Self {
        let mut parts = BTreeMap::<usize, Part>::new();
        let mut cells = BTreeSet::new();
        for piece in pieces {
            if let Some(others) = strata.others(piece) {
                let sum = parts.entry(piece.broadcast).or_default();
                *sum = sum.plus(Part::of(piece.tally, others));
                cells.insert(piece.bin);
            }
        }
        let parts: Vec<(usize, Part)> = parts.into_iter().collect();
        let total = parts.iter().map(|(_, part)| *part).fold(Part::default(), Part::plus);
        Self { whole: Tally::sum(pieces.iter().map(|piece| piece.tally)), total, parts, cells: cells.len() }
    }

    /// A cover against one other.
    pub(crate) fn beside(own: &[Piece], other: &[Piece]) -> Self {
        Self::of(own, &Strata::of(own.iter().chain(other)))
    }

    /// All that the cover had, beside others or alone.
    pub(crate) fn whole(&self) -> Tally {
        self.whole
    }

    /// How many broadcasts there are.
    pub(crate) fn broadcasts(&self) -> usize {
        self.parts.len()
    }

    /// How many cells of slot and audience.
    pub(crate) fn cells(&self) -> usize {
        self.cells
    }

    /// How much of the cover's trials lies in them.
    pub(crate) fn share(&self) -> f64 {
        if self.whole.trials > 0.0 { (self.total.trials / self.whole.trials).min(1.0) } else { 0.0 }
    }

    /// How many successes were to be expected at the others' rates, for what the comparison weighs.
    pub(crate) fn expected(&self) -> f64 {
        self.total.expected
    }

    /// The cover's rate ÷ that of the others; `None` where they had no success.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.total.ratio()
    }

    /// The rates of the cover and of the others on the same mix; `None` where they were never together.
    pub(crate) fn rates(&self) -> Option<[f64; 2]> {
        self.total.rates()
    }

    /// Observed and expected successes of each broadcast.
    pub(crate) fn by_broadcast(&self) -> impl Iterator<Item = (usize, Tally)> {
        let tally = |part: &Part| Tally { successes: part.observed, trials: part.expected };
        self.parts.iter().map(move |(broadcast, part)| (*broadcast, tally(part)))
    }

    /// What the cover would have drawn in each broadcast, had the others drawn what is usual in the market.
    pub(crate) fn leveled(&self, market: f64) -> Vec<Tally> {
        let leveled = |(_, part): &(usize, Part)| {
            let ratio = part.ratio()?;
            Some(Tally { successes: (ratio * market).min(1.0) * part.weight, trials: part.weight })
        };
        self.parts.iter().filter_map(leveled).collect()
    }

    /// What holds the ratio with 95 %, by leaving out one broadcast at a time; `None` with fewer than eight. Where the
    /// cover had no success at all broadcasts do not differ and say nothing of the error: the upper bound is then Wilson's
    /// among so many `effective` trials.
    pub(crate) fn interval(&self, effective: f64) -> Option<Interval> {
        if self.total.observed <= 0.0 {
            let [_, others] = self.rates().filter(|_| self.parts.len() >= FEWEST_CLUSTERS)?;
            let is_known = others > 0.0 && effective > 0.0;
            return is_known.then(|| Interval { low: 0.0, high: wilson(0.0, effective).high / others });
        }
        Some(self.jackknife(Part::ratio)?.interval(LEVEL, Scale::Log))
    }

    /// What holds the difference of the two rates.
    pub(crate) fn interval_of_difference(&self) -> Option<Interval> {
        let difference = |part: Part| part.rates().map(|[own, others]| own - others);
        Some(self.jackknife(difference)?.interval(LEVEL, Scale::Identity))
    }

    /// What holds the rates of the cover and of the others on the same mix, as so many `effective` trials where broadcasts
    /// say nothing of the error; `None` with fewer than eight of them.
    pub(crate) fn intervals_of_rates(&self, effective: f64) -> [Option<Interval>; 2] {
        [0, 1].map(|side| of_proportion(self.jackknife(|part| Some(part.rates()?[side]))?, effective))
    }

    fn jackknife(&self, of: impl Fn(Part) -> Option<f64>) -> Option<Estimate> {
        if self.parts.len() < FEWEST_CLUSTERS {
            return None;
        }
        let estimate = jackknife(self.parts.len(), |left_out| {
            of(left_out.map_or(self.total, |at| self.total.minus(self.parts[at].1)))
        });
        // Few broadcasts of unequal size are worth fewer of equal size.
        Some(estimate?.worth(information(self.parts.iter().map(|(_, part)| part.weight))))
    }
}
