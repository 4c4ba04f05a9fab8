//! Holm's adjustment for many hypotheses.

use super::float;

/// P values adjusted to control the family-wise error rate (Holm 1979), in the order given. `NaN` stays `NaN` and does
/// not count as a hypothesis.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|at| !p[*at].is_nan()).collect();
    order.sort_by(|one, other| p[*one].total_cmp(&p[*other]).then(one.cmp(other)));
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut highest: f64 = 0.0;
    for (rank, at) in order.iter().enumerate() {
        highest = highest.max(p[*at] * float(order.len() - rank)).min(1.0);
        adjusted[*at] = highest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005, 0.6], method="holm")[1]
    #[test]
    fn holm_agrees_with_statsmodels() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005, 0.6]);
        for (found, expected) in adjusted.iter().zip([0.04, 0.09, 0.09, 0.025, 0.6]) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
    }

    #[test]
    fn nothing_exceeds_one_and_what_is_not_a_number_is_no_question() {
        let adjusted = holm(&[0.9, f64::NAN, 0.02]);
        assert!((adjusted[0] - 0.9).abs() < 1e-15 && adjusted[1].is_nan() && (adjusted[2] - 0.04).abs() < 1e-15);
        assert!(holm(&[0.8, 0.7]).iter().all(|p| *p <= 1.0));
        assert!(holm(&[]).is_empty());
    }
}
