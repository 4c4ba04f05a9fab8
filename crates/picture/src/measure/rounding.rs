//! How precisely measures are published.

/// Significant digits of a published measure. Processors differ in the last of sixteen digits, and in the last bit of a
/// pixel; nobody sees either.
const DIGITS: usize = 4;

/// A measure as it is published: the number of four significant digits next to it.
pub(crate) fn rounded(value: f64) -> f64 {
    // By way of its decimal digits, so that what is stored is what is read. A zero has no sign.
    let digits = DIGITS - 1;
    format!("{value:.digits$e}").parse::<f64>().unwrap_or(value) + 0.0
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn four_digits_are_left() {
        for (value, expected) in [
            (0.123_456, "0.1235"),
            (6503.7, "6504"),
            (0.000_012_345_6, "0.00001235"),
            (99.999_9, "100"),
            (-0.0, "0"),
            (1.0, "1"),
            (-0.066_666, "-0.06667"),
        ] {
            assert_eq!(rounded(value).to_string(), expected);
        }
        assert!(rounded(-0.0).is_sign_positive());
    }
}
