//! Wilson's score interval of a proportion.

use super::{Interval, normal_quantile};

/// The 97.5 % quantile of the standard normal distribution: how many standard errors a 95 % interval reaches to each
/// side.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// The 95 % Wilson score interval of `successes` among `trials`, which are more than 0. Neither has to be whole.
///
/// Wilson (1927), J. Am. Stat. Assoc. 22, 209–212: for p = s ÷ n,
/// (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n). It treats trials as independent. By rounding, the
/// lower end without successes can miss 0, and the upper end without failures can miss 1, by the last bit: callers set those
/// ends themselves.
///
/// ```
/// let interval = coverledger_stats::wilson(42.0, 10_000.0);
/// assert!((interval.low - 0.003_109).abs() < 1e-6 && (interval.high - 0.005_672).abs() < 1e-6);
/// ```
#[must_use]
pub fn wilson(successes: f64, trials: f64) -> Interval {
    reaching(successes, trials, Z_95)
}

/// The same with another confidence, between 0 and 1, and its ends exact: 0 without successes and 1 without failures.
#[must_use]
pub fn wilson_at(successes: f64, trials: f64, level: f64) -> Interval {
    // The constant has all digits, which the quantile does not reach.
    let z = if (level - 0.95).abs() < f64::EPSILON { Z_95 } else { normal_quantile(f64::midpoint(1.0, level)) };
    let Interval { low, high } = reaching(successes, trials, z);
    Interval { low: if successes <= 0.0 { 0.0 } else { low }, high: if successes >= trials { 1.0 } else { high } }
}

/// With so many standard errors to each side.
fn reaching(successes: f64, trials: f64, z: f64) -> Interval {
    let p = successes / trials;
    let z2 = z * z;
    let centre = p + z2 / (2.0 * trials);
    let half = z * (p * (1.0 - p) / trials + z2 / (4.0 * trials * trials)).sqrt();
    let scale = 1.0 + z2 / trials;
    Interval { low: (centre - half) / scale, high: (centre + half) / scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_references() {
        // proportion_confint(42, 10000, method="wilson"), and the formula in Python of 1 among 3.
        for (of, among, low, high) in [
            (42.0, 10_000.0, 0.003_108_876_968_138_527, 0.005_671_895_816_224_385),
            (1.0, 3.0, 0.061_491_944_720_396_215, 0.792_340_399_197_952_3),
        ] {
            let interval = wilson(of, among);
            assert!((interval.low - low).abs() < 1e-12, "{interval:?}");
            assert!((interval.high - high).abs() < 1e-12, "{interval:?}");
        }
    }

    #[test]
    fn its_ends_are_where_the_score_test_rejects() {
        // |p̂ − p| = z √(p(1 − p) / n) at both ends.
        for (of, among) in [(0.0, 7.0), (3.0, 11.0), (450.5, 901.25), (9.0, 9.0)] {
            let Interval { low, high } = wilson(of, among);
            for end in [low, high] {
                let distance = (of / among - end).abs();
                assert!((distance - Z_95 * (end * (1.0 - end) / among).abs().sqrt()).abs() < 1e-7, "{of} {among}");
            }
        }
    }

    #[test]
    fn another_confidence_has_another_reach_and_ends_are_exact() {
        // proportion_confint(42, 10000, alpha=0.2, method="wilson") and alpha=0.01.
        for (level, low, high) in [
            (0.8, 0.003_448_699_632_986, 0.005_114_131_471_057),
            (0.99, 0.002_831_335_359_827, 0.006_226_144_755_872),
        ] {
            let interval = wilson_at(42.0, 10_000.0, level);
            assert!((interval.low - low).abs() < 1e-9 && (interval.high - high).abs() < 1e-9, "{interval:?}");
        }
        assert_eq!(wilson_at(42.0, 10_000.0, 0.95), wilson(42.0, 10_000.0));
        for trials in 1..200 {
            let trials = f64::from(trials);
            let ends = [wilson_at(0.0, trials, 0.95).low, wilson_at(trials, trials, 0.95).high];
            assert_eq!(ends.map(f64::to_bits), [0.0_f64, 1.0].map(f64::to_bits), "{trials}");
        }
    }

    #[test]
    fn the_constant_is_the_quantile() {
        assert!((normal_quantile(0.975) - Z_95).abs() < 1e-12);
    }
}
