//! Zeros of continuous functions.

/// More steps than bisection needs for any finite bracket.
const MOST_STEPS: usize = 200;

/// A zero of `function` between `low` and `high`, where it has opposite signs, to the last few bits: the Illinois
/// variant of false position (Dowell & Jarratt 1971), with bisection wherever that is slow. If the signs are equal,
/// the end at which the function is closer to zero.
pub(super) fn root(function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut at_a, mut at_b) = (function(a), function(b));
    if (at_a > 0.0) == (at_b > 0.0) || at_a.is_nan() || at_b.is_nan() {
        return if at_a.abs() <= at_b.abs() { a } else { b };
    }
    let mut width = (b - a).abs();
    for step in 0..MOST_STEPS {
        let tolerance = 4.0 * f64::EPSILON * a.abs().max(b.abs()).max(f64::MIN_POSITIVE);
        if (b - a).abs() <= tolerance {
            break;
        }
        let halve = step % 3 == 2 && (b - a).abs() > 0.5 * width;
        if step % 3 == 2 {
            width = (b - a).abs();
        }
        let crossing = b - at_b * (b - a) / (at_b - at_a);
        let inside = crossing > a.min(b) && crossing < a.max(b);
        let next = if halve || !inside { a + (b - a) / 2.0 } else { crossing };
        let at_next = function(next);
        if at_next.abs() < f64::MIN_POSITIVE || at_next.is_nan() {
            return next;
        }
        if (at_next > 0.0) == (at_b > 0.0) {
            at_a /= 2.0;
        } else {
            (a, at_a) = (b, at_b);
        }
        (b, at_b) = (next, at_next);
    }
    b
}

/// The zero of a rising function between `low` and `high`, from its value and its slope at a point: Newton's method
/// from `start`, with bisection wherever a step would leave the bracket.
pub(super) fn rising_root(
    mut function: impl FnMut(f64) -> (f64, f64),
    start: f64,
    mut low: f64,
    mut high: f64,
) -> f64 {
    let mut at = start.clamp(low, high);
    for _ in 0..MOST_STEPS {
        let (value, slope) = function(at);
        if value.is_nan() || value.abs() < f64::MIN_POSITIVE {
            return at;
        }
        if value > 0.0 {
            high = at;
        } else {
            low = at;
        }
        let newton = at - value / slope;
        let next = if newton > low && newton < high { newton } else { low + (high - low) / 2.0 };
        let step = (next - at).abs();
        at = next;
        if step <= 4.0 * f64::EPSILON * at.abs().max(f64::MIN_POSITIVE) {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_is_found_to_the_last_bits_however_flat_or_steep_the_function_is() {
        assert!((root(|x| x * x - 2.0, 0.0, 2.0) - std::f64::consts::SQRT_2).abs() < 1e-14);
        assert!((root(|x| (x - 0.3).powi(3), -5.0, 1.0) - 0.3).abs() < 1e-12);
        assert!((root(|x| (1e6 * (x - 0.123)).tanh(), -100.0, 3.0) - 0.123).abs() < 1e-12);
    }

    #[test]
    fn a_rising_function_is_followed_and_never_left() {
        let near =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-15 * expected.abs(), "{found}");
        near(rising_root(|x| (x * x - 2.0, 2.0 * x), 0.1, 0.0, 2.0), std::f64::consts::SQRT_2);
        // Newton alone would jump far away from the start.
        near(rising_root(|x| (x.atan() - 0.5, 1.0 / (1.0 + x * x)), 90.0, -100.0, 100.0), 0.5_f64.tan());
        near(rising_root(|x| (x.powi(3) - 0.001, 0.0), 0.9, 0.0, 1.0), 0.1);
    }

    #[test]
    fn without_a_crossing_the_nearer_end_is_answered() {
        assert!((root(|x| x + 10.0, 0.0, 5.0) - 0.0).abs() < 1e-15);
        assert!((root(|x| 10.0 - x, 0.0, 5.0) - 5.0).abs() < 1e-15);
    }
}
