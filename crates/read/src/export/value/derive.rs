//! Counts that follow from another count and a rate, with the range of possible values.

use super::number::{Number, ceil, rounded};
use coverledger_core::model::Measure;

/// Counts and milliseconds beyond this are not believed.
const MOST: i128 = 100_000_000_000_000;

/// So many things of which `of` are the share `ratio`. `None` where the share may be nothing: then it can be any number.
pub(in crate::export) fn divided(of: Measure, ratio: Number) -> Option<Measure> {
    let (low, value, high) = ratio.bounds();
    if low <= 0 {
        return None;
    }
    let of = [of.low, of.value, of.high].map(|of| i128::from(of).checked_mul(ratio.unit()));
    let [of_low, of_value, of_high] = of;
    let (of_low, of_high) = (of_low?, of_high?);
    between((of_low, high), (of_value?, value), (of_high, low))
}

/// The share `ratio` of so many things; or so many times a length of time.
pub(in crate::export) fn times(of: Measure, ratio: Number) -> Option<Measure> {
    let (low, value, high) = ratio.bounds();
    let unit = ratio.unit();
    let product = |of: u64, by: i128| i128::from(of).checked_mul(by).map(|product| (product, unit));
    between(product(of.low, low)?, product(of.value, value)?, product(of.high, high)?)
}

/// The whole numbers between two fractions; where there are none, those around them.
fn between(low: (i128, i128), value: (i128, i128), high: (i128, i128)) -> Option<Measure> {
    let (mut least, mut most) = (ceil(low.0, low.1), high.0.div_euclid(high.1));
    if least > most {
        (least, most) = (most, least);
    }
    let value = rounded(value.0, value.1).clamp(least, most);
    let whole = |x: i128| u64::try_from(x).ok();
    (most <= MOST).then_some(Measure { low: whole(least)?, value: whole(value)?, high: whole(most)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::length::length;
    use super::super::number::number;
    use super::*;
    use coverledger_config::NumberStyle;

    fn ratio(text: &str) -> Number {
        number(text, NumberStyle::default()).unwrap().unwrap().ratio(false).unwrap()
    }

    #[test]
    fn views_over_a_rounded_rate_carry_their_bounds() {
        // 1,000 ÷ 0.01355 = 73,800.7…, ÷ 0.0135 = 74,074.07…, ÷ 0.01345 = 74,349.4…
        let impressions = divided(Measure::exact(1_000), ratio("1.35%"));
        assert_eq!(impressions, Some(Measure { low: 73_801, value: 74_074, high: 74_349 }));
        // 10 ÷ 0.00055 = 18,181.8…, ÷ 0.0005 = 20,000, ÷ 0.00045 = 22,222.2…: ten percent either way.
        let impressions = divided(Measure::exact(10), ratio("0.05%"));
        assert_eq!(impressions, Some(Measure { low: 18_182, value: 20_000, high: 22_222 }));
        assert_eq!(divided(Measure::exact(3), ratio("0.00%")), None);
        assert_eq!(divided(Measure::exact(0), ratio("0.00%")), None, "nobody came, to however many");
    }

    #[test]
    fn impressions_times_a_rate_are_clicks() {
        // 10,000 × 0.01345 = 134.5, × 0.0135 = 135, × 0.01355 = 135.5
        let clicks = times(Measure::exact(10_000), ratio("1.35%"));
        assert_eq!(clicks, Some(Measure { low: 135, value: 135, high: 135 }));
        // 1,000 × 0.0123456789 = 12.3…: no whole number is between the bounds, so it is one of the two around them.
        let clicks = times(Measure::exact(1_000), ratio("0.0123456789"));
        assert_eq!(clicks, Some(Measure { low: 12, value: 12, high: 13 }));
    }

    #[test]
    fn entries_times_a_mean_length_are_dwell() {
        let mean = length("1m28s", NumberStyle::default()).unwrap().unwrap();
        let dwell = times(Measure { low: 95, value: 100, high: 104 }, mean);
        assert_eq!(dwell, Some(Measure { low: 8_312_500, value: 8_800_000, high: 9_204_000 }));
    }

    proptest! {
        #[test]
        fn derived_impressions_contain_the_real_ones(impressions in 1..10_000_000_u64, share in 0.0..1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any share will do")]
            let views = (impressions as f64 * share * share) as u64;
            let hundredths = (views * 100 * 100 * 2 + impressions) / (2 * impressions);
            let rate = format!("{}.{:02}%", hundredths / 100, hundredths % 100);
            if let Some(derived) = divided(Measure::exact(views), ratio(&rate)) {
                prop_assert!(derived.low <= impressions && impressions <= derived.high, "{views} at {rate}: {derived:?}");
                prop_assert!(derived.low <= derived.value && derived.value <= derived.high);
            }
            let clicks = times(Measure::exact(impressions), ratio(&rate)).unwrap();
            prop_assert!(clicks.low <= views && views <= clicks.high, "{impressions} at {rate}: {clicks:?}");
            prop_assert!(clicks.low <= clicks.value && clicks.value <= clicks.high);
        }
    }
}
