//! Successes among trials, and how they fall on broadcasts: what every comparison of covers is reckoned from.

use std::collections::BTreeMap;

use super::evidence::{Evidence, Observed};
use coverledger_core::model::{Figures, Rate};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Interval, Scale, information, jackknife, wilson};

/// The level of every interval.
pub(super) const LEVEL: f64 = 0.95;

/// Successes among trials: clicks among impressions. Both are whole numbers, so that sums are exact in any order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Tally {
    pub(super) successes: f64,
    pub(super) trials: f64,
}

impl Tally {
    /// Successes and trials of a rate as they were counted; `None` where one of them is not known.
    pub(super) fn of(rate: &Rate, figures: &Figures) -> Option<Self> {
        let (of, among) = (figures.get(rate.of)?, figures.get(rate.among)?);
        Some(Self { successes: float(of.value), trials: float(among.value) })
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { successes: self.successes + other.successes, trials: self.trials + other.trials }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self { successes: self.successes - other.successes, trials: self.trials - other.trials }
    }

    pub(super) fn sum(tallies: impl IntoIterator<Item = Self>) -> Self {
        tallies.into_iter().fold(Self::default(), Self::plus)
    }

    /// `None` without trials.
    pub(super) fn rate(self) -> Option<f64> {
        (self.trials > 0.0).then(|| self.successes / self.trials)
    }
}

/// What was counted in one bin and one broadcast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub(super) bin: usize,
    pub(super) broadcast: usize,
    pub(super) tally: Tally,
}

/// One rate over the cells of slot and audience of a market: of each cover, and of all of them.
#[derive(Debug)]
pub(super) struct Tallies {
    /// How many cells there are.
    pub(super) cells: usize,
    /// Of each cover, sorted by cell and broadcast; `None` where a part of its sum is not known.
    pub(super) covers: Vec<Option<Vec<Piece>>>,
    /// Of each cell, all covers together: of the rows that know both counts.
    pub(super) market: Vec<Tally>,
}

impl Tallies {
    /// Adds up the rows whose counts are the cover's own: contaminated ones are left out.
    pub(super) fn of(evidence: &Evidence, rate: &Rate) -> Self {
        let cells = evidence.slots.len() * evidence.audiences.len();
        let mut market = vec![Tally::default(); cells];
        let mut sums = vec![BTreeMap::<(usize, usize), Tally>::new(); evidence.covers.len()];
        let mut is_known = vec![true; evidence.covers.len()];
        for row in evidence.rows.iter().filter(|row| !row.contaminated) {
            let Some(tally) = Tally::of(rate, &row.figures) else {
                is_known[row.cover] = false;
                continue;
            };
            let cell = cell_of(evidence, row);
            market[cell] = market[cell].plus(tally);
            let sum = sums[row.cover].entry((cell, row.broadcast)).or_default();
            *sum = sum.plus(tally);
        }
        let pieces = |sums: BTreeMap<(usize, usize), Tally>| {
            sums.into_iter().map(|((bin, broadcast), tally)| Piece { bin, broadcast, tally }).collect()
        };
        let covers =
            sums.into_iter().zip(is_known).map(|(sums, is_known)| is_known.then(|| pieces(sums))).collect();
        Self { cells, covers, market }
    }

    /// The broadcasts of each cover, over the cells; `None` where its sum is not known or nothing was tried.
    pub(super) fn clusters(&self) -> Vec<Option<Clusters>> {
        let clusters = |pieces: &Option<Vec<Piece>>| {
            let clusters = Clusters::new(self.cells, pieces.as_ref()?.iter().copied());
            (clusters.whole().trials > 0.0).then_some(clusters)
        };
        self.covers.iter().map(clusters).collect()
    }

    /// All covers and cells together.
    pub(super) fn market_rate(&self) -> Option<f64> {
        Tally::sum(self.market.iter().copied()).rate()
    }
}

/// The number of a row's cell of slot and audience.
pub(super) fn cell_of(evidence: &Evidence, row: &Observed) -> usize {
    row.slot * evidence.audiences.len() + row.audience
}

/// Tallies by bin, from which one broadcast at a time can be left out.
#[derive(Debug)]
pub(super) struct Clusters {
    /// All together, by bin.
    pub(super) total: Vec<Tally>,
    parts: BTreeMap<usize, Vec<Piece>>,
}

impl Clusters {
    pub(super) fn new(bins: usize, pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut total = vec![Tally::default(); bins];
        let mut parts = BTreeMap::<usize, Vec<Piece>>::new();
        for piece in pieces {
            total[piece.bin] = total[piece.bin].plus(piece.tally);
            parts.entry(piece.broadcast).or_default().push(piece);
        }
        Self { total, parts }
    }

    /// All bins together.
    pub(super) fn whole(&self) -> Tally {
        Tally::sum(self.total.iter().copied())
    }

    /// How many broadcasts there are.
    pub(super) fn broadcasts(&self) -> usize {
        self.parts.len()
    }

    /// Whether there are enough of them for an interval.
    pub(super) fn are_enough(&self) -> bool {
        self.broadcasts() >= FEWEST_CLUSTERS
    }

    /// The sum of each broadcast.
    pub(super) fn by_broadcast(&self) -> Vec<Tally> {
        self.parts.values().map(|pieces| Tally::sum(pieces.iter().map(|piece| piece.tally))).collect()
    }

    /// The bins of each broadcast.
    pub(super) fn cells_by_broadcast(&self) -> impl Iterator<Item = Vec<Tally>> {
        self.parts.values().map(|pieces| {
            let mut cells = vec![Tally::default(); self.total.len()];
            for piece in pieces {
                cells[piece.bin] = cells[piece.bin].plus(piece.tally);
            }
            cells
        })
    }

    /// Leaves out one broadcast after the other. `None` where there are too few, or where one of them is all there is
    /// to the figure.
    pub(super) fn jackknife(&self, of: impl Fn(&[Tally]) -> Option<f64>) -> Option<Estimate> {
        if !self.are_enough() {
            return None;
        }
        let parts: Vec<&Vec<Piece>> = self.parts.values().collect();
        let estimate = jackknife(parts.len(), |left_out| {
            let Some(left_out) = left_out else { return of(&self.total) };
            let mut rest = self.total.clone();
            for piece in parts[left_out] {
                rest[piece.bin] = rest[piece.bin].minus(piece.tally);
            }
            of(&rest)
        });
        // Few broadcasts of unequal size are worth fewer of equal size.
        Some(estimate?.worth(information(self.by_broadcast().iter().map(|tally| tally.trials))))
    }

    /// The interval of a proportion, on the logit scale. At 0 and at 1, where broadcasts do not differ and so say
    /// nothing of the error, it is Wilson's among so many trials.
    pub(super) fn interval(&self, effective: f64, of: impl Fn(&[Tally]) -> Option<f64>) -> Option<Interval> {
        of_proportion(self.jackknife(of)?, effective)
    }
}

/// The interval of a proportion that was estimated by broadcasts, as [`Clusters::interval`] has it.
pub(super) fn of_proportion(estimate: Estimate, effective: f64) -> Option<Interval> {
    let value = estimate.value;
    if value > 0.0 && value < 1.0 {
        return Some(estimate.interval(LEVEL, Scale::Logit));
    }
    (value <= 1.0 && effective > 0.0).then(|| {
        let Interval { low, high } = wilson(value * effective, effective);
        if value <= 0.0 { Interval { low: 0.0, high } } else { Interval { low, high: 1.0 } }
    })
}

/// A whole number as a fraction; exact below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "counts of people and days")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
