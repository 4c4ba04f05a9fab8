//! A seeded random generator: the same seed and stream give the same draws on every machine.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{float, normal_quantile};

/// 2^-53: the distance between neighbouring draws of [`SeededRng::uniform`].
const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;

/// A sequence of random draws, determined by its seed and stream.
#[derive(Debug, Clone)]
pub struct SeededRng(Pcg64Mcg);

impl SeededRng {
    /// Streams of one seed are independent of each other.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(mix(mix(seed) ^ stream)))
    }

    /// 64 fair coins.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From 0 to below 1, in steps of 2^-53.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * UNIT
    }

    /// A whole number from 0 to below `bound`, each equally likely; 0 where `bound` is 0 or 1. Draws that would bias
    /// the result are discarded (Lemire 2019).
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        let least = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(bound);
            let [low, high] = [product & u128::from(u64::MAX), product >> 64];
            if low >= u128::from(least) {
                return usize::try_from(high).unwrap_or(0);
            }
        }
    }

    /// A standard normal draw, by inversion: one uniform draw each, so that sequences stay aligned.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform() + UNIT / 2.0)
    }

    /// The number of successes among `trials`, each with probability `rate`: by inversion where the variance is small,
    /// otherwise a rounded normal draw.
    pub fn binomial(&mut self, trials: u64, rate: f64) -> u64 {
        const WIDE: f64 = 50.0;
        let (n, p) = (whole(trials), rate.clamp(0.0, 1.0));
        if p > 0.5 {
            return trials - self.binomial(trials, 1.0 - p);
        }
        let (mean, variance) = (n * p, n * p * (1.0 - p));
        if variance > WIDE {
            return rounded(mean + variance.sqrt() * self.normal()).min(trials);
        }
        let mut left = self.uniform();
        let mut mass = (n * (-p).ln_1p()).exp();
        let mut count = 0;
        while left > mass && count < trials {
            left -= mass;
            mass *= whole(trials - count) / whole(count + 1) * p / (1.0 - p);
            count += 1;
        }
        count
    }

    /// A Poisson draw with this mean: by inversion where the mean is small, otherwise a rounded normal draw.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        const OFTEN: f64 = 50.0;
        if mean > OFTEN {
            return rounded(mean + mean.sqrt() * self.normal());
        }
        let mut left = self.uniform();
        let mut mass = (-mean).exp();
        let mut count = 0;
        while left > mass && mass > 0.0 {
            left -= mass;
            count += 1;
            mass *= mean / whole(count);
        }
        count
    }

    /// Deals `many` to `hands` hands, each with the same probability (a multinomial draw).
    pub fn deal(&mut self, many: u64, hands: usize) -> Vec<u64> {
        let mut left = many;
        let one = |hand: usize| {
            let dealt = if hand + 1 == hands { left } else { self.binomial(left, 1.0 / float(hands - hand)) };
            left -= dealt;
            dealt
        };
        (0..hands).map(one).collect()
    }

    /// Shuffles the items; every order is equally likely (Fisher & Yates 1938, Durstenfeld 1964).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a draw is rounded anyway")]
fn whole(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts saturate, and less than none is none"
)]
fn rounded(draw: f64) -> u64 {
    draw.round() as u64
}

/// Spreads the bits of a number over all 64, one to one (the finalizer of `SplitMix64`).
fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealing_loses_none_and_is_as_wide_as_the_multinomial() {
        let mut chance = SeededRng::new(11, 0);
        for many in [90_u64, 30_000] {
            let mean = whole(many) / 3.0;
            let variance = mean * 2.0 / 3.0;
            let mut squares = [0.0; 3];
            for _ in 0..2000 {
                let dealt = chance.deal(many, 3);
                assert_eq!(dealt.iter().sum::<u64>(), many);
                for (square, one) in squares.iter_mut().zip(dealt) {
                    *square += (whole(one) - mean).powi(2) / 2000.0;
                }
            }
            assert!(squares.iter().all(|square| (square / variance - 1.0).abs() < 0.12), "{many}: {squares:?}");
        }
        assert_eq!(chance.deal(7, 1), [7]);
        assert_eq!(chance.deal(7, 0), [0_u64; 0]);
    }

    #[test]
    fn what_happens_at_random_varies_as_much_as_it_happens() {
        let mut chance = SeededRng::new(13, 0);
        for mean in [0.0, 0.4, 12.0, 800.0] {
            let draws: Vec<f64> = (0..4000).map(|_| whole(chance.poisson(mean))).collect();
            let found = draws.iter().sum::<f64>() / 4000.0;
            let variance = draws.iter().map(|draw| (draw - found).powi(2)).sum::<f64>() / 4000.0;
            assert!((found - mean).abs() <= 4.0 * (mean / 4000.0).sqrt(), "{mean}: {found}");
            assert!((variance - mean).abs() <= 0.12 * mean, "{mean}: {variance}");
        }
    }

    #[test]
    fn a_seed_fixes_every_draw_and_streams_differ() {
        let draws = |seed, stream| {
            let mut chance = SeededRng::new(seed, stream);
            (chance.uniform().to_bits(), chance.below(1000), chance.normal().to_bits())
        };
        assert_eq!(draws(7, 1), draws(7, 1));
        assert_ne!(draws(7, 1), draws(7, 2));
        assert_ne!(draws(7, 1), draws(8, 1));
    }

    #[test]
    fn uniform_and_normal_draws_have_the_moments_they_should() {
        let mut chance = SeededRng::new(1, 0);
        let uniform: f64 = (0..100_000).map(|_| chance.uniform()).sum::<f64>() / 1e5;
        assert!((uniform - 0.5).abs() < 0.004, "{uniform}");
        let normal: Vec<f64> = (0..100_000).map(|_| chance.normal()).collect();
        let mean = normal.iter().sum::<f64>() / 1e5;
        let square = normal.iter().map(|draw| draw * draw).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.013 && (square - 1.0).abs() < 0.018, "{mean} {square}");
    }

    #[test]
    fn every_order_of_three_is_equally_likely() {
        let mut chance = SeededRng::new(2, 0);
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            let mut items = [0, 1, 2];
            chance.shuffle(&mut items);
            *seen.entry(items).or_insert(0_u32) += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(seen.values().all(|count| count.abs_diff(10_000) < 400), "{seen:?}");
        assert_eq!((chance.below(0), chance.below(1)), (0, 0));
    }
}
