//! Seeded chance: the same seed and stream give the same draws on every machine.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::normal_quantile;

/// 2^-53: the distance between neighbouring draws of [`Chance::uniform`].
const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;

/// A sequence of draws that its seed and stream fix for ever.
#[derive(Debug, Clone)]
pub struct Chance(Pcg64Mcg);

impl Chance {
    /// Streams of one seed have nothing to do with each other.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(mix(mix(seed) ^ stream)))
    }

    /// From 0 to below 1, in steps of 2^-53.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * UNIT
    }

    /// A whole number from 0 to below `bound`, each equally likely; 0 where `bound` is 0 or 1. Draws that would make
    /// some likelier than others are thrown away (Lemire 2019).
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

    /// Puts the items into an order of which each is equally likely (Fisher & Yates 1938, Durstenfeld 1964).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
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
    fn a_seed_fixes_every_draw_and_streams_differ() {
        let draws = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            (chance.uniform().to_bits(), chance.below(1000), chance.normal().to_bits())
        };
        assert_eq!(draws(7, 1), draws(7, 1));
        assert_ne!(draws(7, 1), draws(7, 2));
        assert_ne!(draws(7, 1), draws(8, 1));
    }

    #[test]
    fn uniform_and_normal_draws_have_the_moments_they_should() {
        let mut chance = Chance::new(1, 0);
        let uniform: f64 = (0..100_000).map(|_| chance.uniform()).sum::<f64>() / 1e5;
        assert!((uniform - 0.5).abs() < 0.004, "{uniform}");
        let normal: Vec<f64> = (0..100_000).map(|_| chance.normal()).collect();
        let mean = normal.iter().sum::<f64>() / 1e5;
        let square = normal.iter().map(|draw| draw * draw).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.013 && (square - 1.0).abs() < 0.018, "{mean} {square}");
    }

    #[test]
    fn every_order_of_three_is_equally_likely() {
        let mut chance = Chance::new(2, 0);
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
