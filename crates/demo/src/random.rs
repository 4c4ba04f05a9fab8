//! Seeded random numbers. Curves are tables with straight lines between their points, because `ln` and `exp` may differ in
//! their last bit from one machine to the next.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A sequence of random decisions that depends only on its seed and stream.
pub(super) struct SeededRng(Pcg64Mcg);

impl SeededRng {
    /// Streams of one seed are independent of each other.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(mix(mix(seed) ^ stream)))
    }

    /// From 0 to below 1.
    pub(super) fn share(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// From 0 to below `bound`.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let product = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// An index into a list of this length.
    pub(super) fn index(&mut self, len: usize) -> usize {
        let bound = u32::try_from(len).unwrap_or(u32::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// An index into this list, with probabilities proportional to the weights.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return place,
            }
        }
        0
    }

    /// A value from a curve given by its quantiles at 0, 1/16, 2/16 … 1.
    pub(super) fn on_curve(&mut self, quantiles: &[u32; 17]) -> f64 {
        let at = self.0.next_u32();
        let place = usize::try_from(at >> 28).unwrap_or(0);
        let (low, high) = (f64::from(quantiles[place]), f64::from(quantiles[place + 1]));
        low + (high - low) * (f64::from(at & 0x0FFF_FFFF) / 268_435_456.0)
    }
}

/// Spreads the bits of a number over all 64, one to one (the finalizer of `SplitMix64`).
pub(super) fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
