//! The common mix of slot and audience, and what a rate would be on it.
//!
//! Direct standardization: the rate of each cell, weighted by how often the market's viewers are there (Fleiss, Levin
//! and Paik 2003, *Statistical Methods for Rates and Proportions*, ch. 19). Cells in which the cover was seen too
//! little to have a rate of their own are taken together and those that it never met are filled, both by the ratio of
//! observed to expected successes (indirect standardization, ibid.) times the market's rate there.

use super::shrink::ENOUGH_EXPECTED;
use super::tally::Tally;

/// The standard: how the trials of a market fall on its cells, and its rate in each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standard {
    weights: Vec<f64>,
    rates: Vec<f64>,
    /// The market's rate on its own mix.
    pub(super) rate: f64,
}

/// How each cell of a cover is treated; decided once and kept when broadcasts are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stratum {
    /// It has a rate of its own.
    Own,
    /// It is taken together with others that were seen too little.
    Pooled,
    /// The cover was never seen there.
    Unmet,
}

/// The strata of one cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Strata(Vec<Stratum>);

impl Standard {
    /// `None` for a market without trials.
    pub(super) fn of(market: &[Tally]) -> Option<Self> {
        let whole = Tally::sum(market.iter().copied());
        let rate = whole.rate()?;
        let weights = market.iter().map(|cell| cell.trials / whole.trials).collect();
        let rates = market.iter().map(|cell| cell.rate().unwrap_or(0.0)).collect();
        Some(Self { weights, rates, rate })
    }

    /// How many successes these trials would have had at the market's rates.
    pub(super) fn expected(&self, cells: &[Tally]) -> f64 {
        cells.iter().zip(&self.rates).map(|(cell, rate)| cell.trials * rate).sum()
    }

    /// The share of the common mix on which there are trials.
    pub(super) fn covered(&self, cells: &[Tally]) -> f64 {
        let met = cells.iter().zip(&self.weights).filter(|(cell, _)| cell.trials > 0.0);
        let covered: f64 = met.map(|(_, weight)| weight).sum();
        covered.min(1.0)
    }

    /// Which cells have a rate of their own: those with enough expected successes. The others are taken together, with
    /// the least of the former if that is still not enough.
    pub(super) fn strata(&self, cells: &[Tally]) -> Strata {
        let expected = |cell: usize| cells[cell].trials * self.rates[cell];
        let mut strata: Vec<Stratum> =
            (cells.iter()).map(|cell| if cell.trials > 0.0 { Stratum::Own } else { Stratum::Unmet }).collect();
        let mut met: Vec<usize> = (0..cells.len()).filter(|cell| strata[*cell] == Stratum::Own).collect();
        met.sort_by(|one, other| expected(*one).total_cmp(&expected(*other)).then(one.cmp(other)));
        let mut pooled = 0.0;
        for (number, cell) in met.into_iter().enumerate() {
            if expected(cell) >= ENOUGH_EXPECTED && (number == 0 || pooled >= ENOUGH_EXPECTED) {
                break;
            }
            pooled += expected(cell);
            strata[cell] = Stratum::Pooled;
        }
        Strata(strata)
    }

    /// What one success in each cell adds to the standardized rate; `None` where the expected successes are nought and
    /// some of the mix would have to be filled by them.
    fn shares(&self, strata: &Strata, cells: &[Tally]) -> Option<Vec<f64>> {
        let worth = |cell: usize| self.weights[cell] * self.rates[cell];
        let expected = |cell: usize| cells[cell].trials * self.rates[cell];
        let of = |stratum| (0..cells.len()).filter(move |cell| strata.0[*cell] == stratum);
        let pool: f64 = of(Stratum::Pooled).map(expected).sum();
        let mut unmet: f64 = of(Stratum::Unmet).map(worth).sum();
        unmet += of(Stratum::Own).filter(|cell| cells[*cell].trials <= 0.0).map(worth).sum::<f64>();
        let pool_worth: f64 = of(Stratum::Pooled).map(worth).sum();
        let pool_share = if pool > 0.0 { pool_worth / pool } else { 0.0 };
        if pool <= 0.0 {
            unmet += pool_worth;
        }
        let whole = self.expected(cells);
        let fill = if unmet <= 0.0 { 0.0 } else { (whole > 0.0).then(|| unmet / whole)? };
        let share = |cell: usize| {
            fill + match strata.0[cell] {
                Stratum::Own if cells[cell].trials > 0.0 => self.weights[cell] / cells[cell].trials,
                Stratum::Pooled => pool_share,
                _ => 0.0,
            }
        };
        Some((0..cells.len()).map(share).collect())
    }

    /// The rate on the common mix; `None` where nothing can be said of it.
    pub(super) fn standardized(&self, strata: &Strata, cells: &[Tally]) -> Option<f64> {
        if cells.iter().all(|cell| cell.trials <= 0.0) {
            return None;
        }
        let shares = self.shares(strata, cells)?;
        Some(shares.iter().zip(cells).map(|(share, cell)| share * cell.successes).sum())
    }

    /// How many trials on the common mix would say as much of the market's rate as these do of the standardized one:
    /// p (1 − p) ÷ Σ a² n m (1 − m), with a what a success adds, n the trials of a cell and m the market's rate there.
    pub(super) fn worth(&self, strata: &Strata, cells: &[Tally]) -> Option<f64> {
        let trials = Tally::sum(cells.iter().copied()).trials;
        let shares = self.shares(strata, cells)?;
        let noise =
            |(share, (cell, rate)): (&f64, (&Tally, &f64))| share * share * cell.trials * rate * (1.0 - rate);
        let variance: f64 = shares.iter().zip(cells.iter().zip(&self.rates)).map(noise).sum();
        // Cells of different rates make a stratified sum surer than one draw; no more trials than there were are claimed.
        Some(if variance > 0.0 { (self.rate * (1.0 - self.rate) / variance).min(trials) } else { trials })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(successes: f64, trials: f64) -> Tally {
        Tally { successes, trials }
    }

    fn of(standard: &Standard, cells: &[Tally]) -> f64 {
        standard.standardized(&standard.strata(cells), cells).unwrap()
    }

    #[test]
    fn a_rate_is_weighted_by_where_the_markets_viewers_are() {
        let standard = Standard::of(&[tally(900.0, 9_000.0), tally(20.0, 1_000.0)]).unwrap();
        let cells = [tally(80.0, 1_000.0), tally(60.0, 2_000.0)];
        assert!((of(&standard, &cells) - (0.9 * 0.08 + 0.1 * 0.03)).abs() < 1e-15);
        assert!((standard.expected(&cells) - (100.0 + 2.0 * 20.0)).abs() < 1e-9);
        // Σ a² n m (1 − m) with a = w ÷ n, against p (1 − p).
        let variance = 0.9_f64.powi(2) / 1_000.0 * 0.1 * 0.9 + 0.1_f64.powi(2) / 2_000.0 * 0.02 * 0.98;
        let worth = standard.worth(&standard.strata(&cells), &cells).unwrap();
        assert!((worth - 0.092 * 0.908 / variance).abs() < 1e-6, "{worth}");
    }

    #[test]
    fn one_lucky_click_in_a_cell_does_not_carry_the_cells_whole_weight() {
        let standard = Standard::of(&[tally(500.0, 50_000.0), tally(500.0, 50_000.0)]).unwrap();
        // 1 of 3 in the second cell is pooled with the first, whose ten expected successes would else stand alone.
        let rate = of(&standard, &[tally(10.0, 1_000.0), tally(1.0, 3.0)]);
        assert!((rate - 0.01 * 11.0 / 10.03).abs() < 1e-12, "{rate}");
    }

    #[test]
    fn without_any_expectation_nothing_is_filled_in() {
        let standard = Standard::of(&[tally(0.0, 100.0), tally(5.0, 100.0)]).unwrap();
        let cells = [tally(0.0, 10.0), tally(0.0, 0.0)];
        assert_eq!(standard.standardized(&standard.strata(&cells), &cells), None);
        assert_eq!(Standard::of(&[tally(0.0, 0.0)]), None);
    }

    proptest! {
        #[test]
        fn on_the_common_mix_the_standardized_rate_is_the_crude_one(
            cells in prop::collection::vec((1_u32..400, 0.0_f64..1.0, 0.0_f64..0.2), 1..12),
            share in 1_u32..20,
        ) {
            // The cover was seen a `share`th as often as the market in every cell.
            let successes = |rate: f64, trials: f64| (rate * trials).floor();
            let market: Vec<Tally> = cells.iter().map(|(n, _, rate)| {
                let trials = f64::from(*n) * f64::from(share);
                tally(successes(*rate, trials) + f64::from(*n), trials + f64::from(*n))
            }).collect();
            let market: Vec<Tally> = market.iter().zip(&cells).map(|(cell, (n, _, _))| tally(cell.successes.min(f64::from(n * share)), f64::from(n * share))).collect();
            let cover: Vec<Tally> = cells.iter().map(|(n, rate, _)| tally(successes(*rate, f64::from(*n)), f64::from(*n))).collect();
            let standard = Standard::of(&market).unwrap();
            let crude = Tally::sum(cover.iter().copied()).rate().unwrap();
            prop_assert!((of(&standard, &cover) - crude).abs() < 1e-9, "{} {crude}", of(&standard, &cover));
        }

        #[test]
        fn leaving_the_market_as_it_is_gives_its_own_rate(cells in prop::collection::vec((0_u32..50, 50_u32..5_000), 1..12)) {
            let market: Vec<Tally> = cells.iter().map(|(s, n)| tally(f64::from(*s), f64::from(*n))).collect();
            let standard = Standard::of(&market).unwrap();
            prop_assert!((of(&standard, &market) - standard.rate).abs() < 1e-12);
        }
    }
}
