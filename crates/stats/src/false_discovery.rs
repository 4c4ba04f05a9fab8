//! The Benjamini–Hochberg adjustment for many hypotheses.

use super::float;

/// P values adjusted to control the rate of false discoveries (Benjamini & Hochberg 1995), in the order given: of all
/// hypotheses whose adjusted value is at most q, no more than q are false on average, where values are independent or
/// positively dependent (Benjamini & Yekutieli 2001). `NaN` stays `NaN` and does not count as a hypothesis.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|at| !p[*at].is_nan()).collect();
    order.sort_by(|one, other| p[*other].total_cmp(&p[*one]).then(other.cmp(one)));
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut lowest: f64 = 1.0;
    for (place, at) in order.iter().enumerate() {
        lowest = lowest.min(p[*at] * float(order.len()) / float(order.len() - place));
        adjusted[*at] = lowest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005, 0.6], method="fdr_bh")[1]
    #[test]
    fn the_adjustment_agrees_with_statsmodels() {
        let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.6]);
        for (found, expected) in adjusted.iter().zip([0.025, 0.05, 0.05, 0.025, 0.6]) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_no_question() {
        let adjusted = benjamini_hochberg(&[0.9, f64::NAN, 0.02]);
        assert!((adjusted[0] - 0.9).abs() < 1e-15 && adjusted[1].is_nan() && (adjusted[2] - 0.04).abs() < 1e-15);
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
