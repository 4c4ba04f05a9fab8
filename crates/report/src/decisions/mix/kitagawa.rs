//! A change of a rate, split into what happened within cells and what came of who was counted.

use crate::tally::Tally;

/// The parts of a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts {
    /// The rate before.
    pub(crate) before: f64,
    /// The rate after.
    pub(crate) after: f64,
    /// What the rates of the cells changed by, at the mean mix.
    pub(crate) within: f64,
    /// What the mix changed, at the mean rates.
    pub(crate) mix: f64,
    /// Cells seen in both periods.
    pub(crate) cells: usize,
    /// Of those, the ones whose rate rose.
    pub(crate) rose: usize,
    /// And fell.
    pub(crate) fell: usize,
}

/// Kitagawa (1955), J. Am. Stat. Assoc. 50, 1168–1194: with w a cell's share of the trials and r its rate, before and
/// after, within = Σ (w₀ + w₁)/2 · (r₁ − r₀) and mix = Σ (w₁ − w₀) · (r₀ + r₁)/2. A cell seen in one period only has
/// no change of rate; all of w₁ r₁ − w₀ r₀ is mix. `within` and `mix` make up the change.
///
/// `None` where a period has no trials.
pub(crate) fn parts<'a>(cells: impl Iterator<Item = (&'a Tally, &'a Tally)> + Clone) -> Option<Parts> {
    let before = Tally::sum(cells.clone().map(|(before, _)| *before));
    let after = Tally::sum(cells.clone().map(|(_, after)| *after));
    let mut parts =
        Parts { before: before.rate()?, after: after.rate()?, within: 0.0, mix: 0.0, cells: 0, rose: 0, fell: 0 };
    for (one, other) in cells {
        let (w0, w1) = (one.trials / before.trials, other.trials / after.trials);
        match (one.rate(), other.rate()) {
            (Some(r0), Some(r1)) => {
                parts.within += f64::midpoint(w0, w1) * (r1 - r0);
                parts.mix += (w1 - w0) * f64::midpoint(r0, r1);
                parts.cells += 1;
                parts.rose += usize::from(r1 > r0);
                parts.fell += usize::from(r1 < r0);
            }
            (r0, r1) => parts.mix += w1 * r1.unwrap_or(0.0) - w0 * r0.unwrap_or(0.0),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(successes: f64, trials: f64) -> Tally {
        Tally { successes, trials }
    }

    #[test]
    fn a_rate_that_fell_everywhere_and_rose_in_all_is_mix() {
        // Prime: 5 % → 4 %, night: 1 % → 0.5 %; prime's share from 20 % to 80 %.
        let before = [tally(100.0, 2000.0), tally(80.0, 8000.0)];
        let after = [tally(320.0, 8000.0), tally(10.0, 2000.0)];
        let parts = parts(before.iter().zip(&after)).unwrap();
        let close = |one: f64, other: f64| assert!((one - other).abs() < 1e-15, "{one} {other}");
        close(parts.before, 0.018);
        close(parts.after, 0.033);
        // ½·(0.2+0.8)·(−0.01) + ½·(0.8+0.2)·(−0.005)
        close(parts.within, -0.0075);
        // 0.6 · 0.045 − 0.6 · 0.0075
        close(parts.mix, 0.0225);
        assert_eq!((parts.cells, parts.rose, parts.fell), (2, 0, 2));
    }

    #[test]
    fn a_cell_seen_once_is_mix_alone() {
        let (before, after) = ([tally(10.0, 100.0), tally(0.0, 0.0)], [tally(10.0, 100.0), tally(30.0, 100.0)]);
        let parts = parts(before.iter().zip(&after)).unwrap();
        assert!((parts.within - 0.0).abs() < 1e-15);
        assert!((parts.mix - 0.1).abs() < 1e-15);
        assert_eq!(parts.cells, 1);
    }

    proptest! {
        #[test]
        fn within_and_mix_make_up_the_change(cells in prop::collection::vec((0_u32..500, 0_u32..5000, 0_u32..500, 0_u32..5000), 1..12)) {
            let tallies = |one: u32, more: u32| tally(f64::from(one.min(more)), f64::from(more));
            let before: Vec<Tally> = cells.iter().map(|(s, n, _, _)| tallies(*s, *n)).collect();
            let after: Vec<Tally> = cells.iter().map(|(_, _, s, n)| tallies(*s, *n)).collect();
            if let Some(parts) = parts(before.iter().zip(&after)) {
                prop_assert!((parts.within + parts.mix - (parts.after - parts.before)).abs() < 1e-12);
            }
        }
    }
}
