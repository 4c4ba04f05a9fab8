//! Two covers held against each other in the cells where both were seen.

use crate::tally::Tally;

/// Two rates on one mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Matched {
    pub(crate) one: f64,
    pub(crate) other: f64,
    /// Cells in which both were seen.
    pub(crate) cells: usize,
}

/// Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22, 719–748, for rates (Greenland and Robins 1985, Biometrics 41,
/// 55–68): a cell in which they have n and m trials weighs n m ÷ (n + m), so that one in which either was hardly seen
/// hardly counts. The ratio and the difference of the two rates are those of Mantel and Haenszel.
///
/// `None` where there is no such cell.
pub(crate) fn matched<'a>(cells: impl Iterator<Item = (&'a Tally, &'a Tally)>) -> Option<Matched> {
    let (mut one, mut other, mut weights, mut count) = (0.0, 0.0, 0.0, 0);
    for (its, others) in cells {
        let (Some(rate), Some(other_rate)) = (its.rate(), others.rate()) else { continue };
        let weight = its.trials * others.trials / (its.trials + others.trials);
        one += weight * rate;
        other += weight * other_rate;
        weights += weight;
        count += 1;
    }
    (count > 0).then(|| Matched { one: one / weights, other: other / weights, cells: count })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(successes: f64, trials: f64) -> Tally {
        Tally { successes, trials }
    }

    #[test]
    fn covers_are_compared_where_both_were_seen() {
        // 100 and 300 trials weigh 75; the cell that only one was seen in weighs nothing.
        let one = [tally(10.0, 100.0), tally(3.0, 300.0), tally(50.0, 50.0)];
        let other = [tally(15.0, 300.0), tally(2.0, 100.0), tally(0.0, 0.0)];
        let found = matched(one.iter().zip(&other)).unwrap();
        let close = |one: f64, other: f64| assert!((one - other).abs() < 1e-12, "{one} {other}");
        close(found.one, f64::midpoint(0.1, 0.01));
        close(found.other, f64::midpoint(0.05, 0.02));
        assert_eq!(found.cells, 2);
        // Σ s m / N ÷ Σ t n / N, as statsmodels' and every textbook's ratio.
        let ratio = (10.0 * 300.0 / 400.0 + 3.0 * 100.0 / 400.0) / (15.0 * 100.0 / 400.0 + 2.0 * 300.0 / 400.0);
        close(found.one / found.other, ratio);
        assert_eq!(matched([tally(1.0, 9.0)].iter().zip(&[tally(0.0, 0.0)])), None);
    }
}
