//! What one row of an export counts as.

/// What a row counts as; a row of `impressions` with flags can be several things at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u8);

impl Kinds {
    /// A cover was shown.
    pub const IMPRESSION: Self = Self(1);
    /// The cover was clicked.
    pub const CLICK: Self = Self(2);
    /// The room was entered.
    pub const ENTRY: Self = Self(4);
    /// An entry lasted.
    pub const STAY: Self = Self(8);
    /// An order was paid.
    pub const ORDER: Self = Self(16);

    /// How many there are.
    pub const COUNT: usize = 5;

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in here.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The places of its bits, from 0.
    #[inline]
    pub fn numbers(self) -> impl Iterator<Item = usize> {
        let bits = std::iter::successors(Some(self.0), |bits| Some(bits & bits.wrapping_sub(1)));
        bits.take_while(|bits| *bits != 0).map(|bits| bits.trailing_zeros() as usize)
    }

    /// The instant that a row is credited to which counts as these: its own; of a leave, which is no more than a stay,
    /// that of the entry it ends.
    #[must_use]
    #[inline]
    pub fn credited_us(self, occurred_us: i64, dwell_ms: u32) -> i64 {
        if self.0 & !Self::STAY.0 == 0 { occurred_us - i64::from(dwell_ms) * 1_000 } else { occurred_us }
    }

    /// As five bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From five bits.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leave_is_credited_to_its_entry_and_everything_else_to_itself() {
        let of = |kinds: Kinds| kinds.credited_us(100_000_000, 30_000);
        assert_eq!(of(Kinds::default()), 70_000_000);
        assert_eq!(of(Kinds::STAY), 70_000_000);
        assert_eq!(of(Kinds::ENTRY.and(Kinds::STAY)), 100_000_000, "an entry that says how long it lasted");
        assert_eq!(of(Kinds::IMPRESSION), 100_000_000);
    }
}
