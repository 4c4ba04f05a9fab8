//! Hashes of records, which show whether two exports hold the same records where there are no event ids.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::quality::QualitySignal;
use super::signal::Signal;
use coverledger_core::model::Dimensions;

/// Hashes of the records of an export that became signals: of the text of a record where its format has one, else of
/// what was read of it.
///
/// Beyond a bound only those are kept that begin with so many zero bits, which are the same records in every export: a
/// sample that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prints {
    most: usize,
    have_viewers: bool,
    zero_bits: u32,
    kept: Vec<u64>,
    records: u64,
    sum: u64,
}

impl Prints {
    /// None yet; at most so many are kept.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Of records that name a viewer: two of them that are alike are hardly ever two.
    #[must_use]
    pub fn of_viewers(self, have_viewers: bool) -> Self {
        Self { have_viewers, ..self }
    }

    /// Whether records name a viewer.
    #[must_use]
    pub fn have_viewers(&self) -> bool {
        self.have_viewers
    }

    /// Takes a record.
    pub fn add(&mut self, print: u64) {
        self.records += 1;
        self.sum = self.sum.wrapping_add(print);
        if print.leading_zeros() >= self.zero_bits {
            self.kept.push(print);
        }
        while self.kept.len() > self.most && self.zero_bits < u64::BITS {
            self.zero_bits += 1;
            self.kept.retain(|print| print.leading_zeros() >= self.zero_bits);
        }
    }

    /// All are taken.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.kept.sort_unstable();
        self.kept.shrink_to_fit();
        self
    }

    /// How many records there were.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Equal for exports that have the same records, in whatever order.
    #[must_use]
    pub fn all(&self) -> (u64, u64) {
        (self.records, self.sum)
    }

    /// The kept ones in their order, each as often as it came.
    #[must_use]
    pub fn kept(&self) -> &[u64] {
        &self.kept
    }

    /// With how many zero bits a kept one begins at least: 0 where all are kept.
    #[must_use]
    pub fn zero_bits(&self) -> u32 {
        self.zero_bits
    }

    /// How many are kept that begin with so many zero bits.
    #[must_use]
    pub fn kept_from(&self, zero_bits: u32) -> usize {
        self.kept.partition_point(|print| print.leading_zeros() >= zero_bits)
    }
}

/// The print of a record by its text.
pub(super) fn of_text(raw: &[u8]) -> u64 {
    xxh3_64(raw.trim_ascii_end())
}

/// What a stage adds to the prints of its records.
pub(super) fn of_stage(stage: &Dimensions) -> u64 {
    let Dimensions { market, audience, broadcast_id, cover_id } = stage;
    let texts = [market.as_str(), audience, broadcast_id, cover_id.as_deref().unwrap_or_default()];
    texts.into_iter().fold(0, |seed, text| xxh3_64_with_seed(text.as_bytes(), seed))
}

/// The print of a row of how views went by what was read of it.
pub(super) fn of_visit(signal: &QualitySignal<'_>, place_print: u64) -> u64 {
    let (viewer, _) = signal.viewer_id.map(|id| id.key()).unwrap_or_default();
    let told = format!("{} {viewer} {:?} {:?}", signal.occurred_us, signal.measures, signal.rung);
    xxh3_64_with_seed(told.as_bytes(), place_print)
}

/// The print of a record by what was read of it.
pub(super) fn of_signal(signal: &Signal<'_>, stage_print: u64) -> u64 {
    let (viewer, _) = signal.viewer_id.map(|id| id.key()).unwrap_or_default();
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&signal.occurred_us.to_le_bytes());
    bytes[8..16].copy_from_slice(&viewer.to_le_bytes());
    bytes[16..20].copy_from_slice(&signal.dwell_ms.to_le_bytes());
    bytes[20] = signal.kinds.bits();
    xxh3_64_with_seed(&bytes, stage_print)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints(most: usize, records: impl IntoIterator<Item = u32>) -> Prints {
        let mut prints = Prints::at_most(most);
        records.into_iter().for_each(|record| prints.add(of_text(record.to_string().as_bytes())));
        prints.finish()
    }

    #[test]
    fn the_order_of_records_makes_no_difference() {
        let (one, other) = (prints(100, 0..50), prints(100, (0..50).rev()));
        assert_eq!(one, other);
        assert_ne!(one.all(), prints(100, 1..51).all());
    }

    #[test]
    fn samples_of_two_exports_are_the_same_records() {
        let (part, whole) = (prints(64, 0..1_000), prints(64, 0..10_000));
        assert!(part.kept().len() <= 64 && whole.kept().len() <= 64 && whole.kept().len() > 16);
        let from = whole.zero_bits();
        assert!(part.zero_bits() < from);
        let of_part = &part.kept()[..part.kept_from(from)];
        assert!(!of_part.is_empty() && of_part.iter().all(|print| whole.kept().contains(print)));
    }

    #[test]
    fn the_same_record_again_and_again_takes_no_room() {
        let same = prints(64, std::iter::repeat_n(7, 10_000));
        assert_eq!((same.records(), same.kept().len()), (10_000, 0));
    }
}
