//! Two covers of one market against each other, where both were shown.

use super::matched::matched;
use super::{Shared, above, estimate, never_drawn};
use crate::icc::Icc;
use crate::shrink::ENOUGH_EXPECTED;
use crate::tally::{Clusters, Piece, Tallies};
use coverledger_stats::Interval;

/// What the comparison of two covers of a market stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PairBasis {
    /// Both were on air together.
    SameBroadcasts,
    /// Both were seen in the same slots and audiences, and never together.
    SameMarket,
    /// Neither.
    NotComparable,
}

impl PairBasis {
    /// Its word in tables.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::SameBroadcasts => "same_broadcasts",
            Self::SameMarket => "same_market",
            Self::NotComparable => "not_comparable",
        }
    }
}

/// How two covers did on one mix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) basis: PairBasis,
    /// Of the one and of the other.
    pub(crate) rates: Option<[f64; 2]>,
    /// What holds each of them with 95 %, by broadcasts.
    pub(crate) rate_intervals: [Option<Interval>; 2],
    /// The one ÷ the other.
    pub(crate) ratio: Option<f64>,
    pub(crate) ratio_interval: Option<Interval>,
    pub(crate) difference_interval: Option<Interval>,
    pub(crate) cells: Option<usize>,
    /// How much of the one's trials is compared.
    pub(crate) share: Option<f64>,
    /// Broadcasts in which both were shown.
    pub(crate) broadcasts: usize,
    /// Successes to be expected of the one at the other's rates, and how many independent viewers stand behind its rate.
    expected: f64,
    effective: f64,
}

impl Pair {
    const NONE: Self = Self {
        basis: PairBasis::NotComparable,
        rates: None,
        rate_intervals: [None; 2],
        ratio: None,
        ratio_interval: None,
        difference_interval: None,
        cells: None,
        share: None,
        broadcasts: 0,
        expected: 0.0,
        effective: 0.0,
    };

    /// Of two covers' pieces among these.
    pub(crate) fn of(tallies: &Tallies, one: &[Piece], other: &[Piece]) -> Self {
        let beside = Shared::beside(one, other);
        let Some(rates) = beside.rates() else { return Self::apart(tallies, one, other) };
        let leveled = beside.leveled(tallies.market_rate().unwrap_or(0.0));
        let effective = Icc::of(std::slice::from_ref(&leveled)).effective(&leveled);
        Self {
            basis: PairBasis::SameBroadcasts,
            rates: Some(rates),
            rate_intervals: beside.intervals_of_rates(effective),
            ratio: beside.ratio(),
            ratio_interval: beside.interval(effective),
            difference_interval: beside.interval_of_difference(),
            cells: Some(beside.cells()),
            share: Some(beside.share()),
            broadcasts: beside.broadcasts(),
            expected: beside.expected(),
            effective,
        }
    }

    /// Both were shown here, and never together: what one week did cannot be told from what one cover did.
    fn apart(tallies: &Tallies, one: &[Piece], other: &[Piece]) -> Self {
        let side = |pieces: &[Piece]| Clusters::new(tallies.cells, pieces.iter().copied()).total;
        let (one, other) = (side(one), side(other));
        let pairs = || one.iter().zip(&other);
        let Some(found) = matched(pairs()) else { return Self::NONE };
        let of_matched: f64 = pairs().filter(|(_, other)| other.trials > 0.0).map(|(own, _)| own.trials).sum();
        Self {
            basis: PairBasis::SameMarket,
            rates: Some([found.one, found.other]),
            ratio: divided(found.one, found.other),
            cells: Some(found.cells),
            share: divided(of_matched, one.iter().map(|cell| cell.trials).sum()),
            ..Self::NONE
        }
    }

    /// With which probability the ratio is above 1, where logarithms of two covers' true rates differ by this variance;
    /// `None` with fewer than eight broadcasts, or fewer than five successes to be expected.
    pub(crate) fn above(&self, between: f64) -> Option<f64> {
        let interval = self.ratio_interval.filter(|_| self.expected >= ENOUGH_EXPECTED)?;
        if let Some((log, error)) = estimate(self.ratio?, interval) {
            return Some(above(log, error, between));
        }
        self.rates.map(|[_, other]| never_drawn(self.effective * other))
    }
}

/// `None` where there is nothing to divide by but a remainder of rounding.
pub(crate) fn divided(of: f64, by: f64) -> Option<f64> {
    (by > super::NOTHING).then(|| of / by)
}
