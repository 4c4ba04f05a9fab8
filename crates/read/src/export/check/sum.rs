//! Sums of rows, with the bounds of their rounding.

use coverledger_core::model::{Count, Figures, Measure};

/// Sums of rows.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::export) struct Sum {
    pub(super) rows: u64,
    low: [u128; Count::ALL.len()],
    value: [u128; Count::ALL.len()],
    high: [u128; Count::ALL.len()],
    /// Rows that do not say.
    pub(super) unknown: [u64; Count::ALL.len()],
}

/// How a row agrees with a sum.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreement {
    /// Counts of more than nothing that are the same.
    pub(super) same: usize,
    /// Counts that are not, of those that add up.
    pub(super) other: usize,
}

impl Sum {
    pub(super) fn add(&mut self, figures: &Figures) {
        self.rows += 1;
        for (at, count) in Count::ALL.into_iter().enumerate() {
            match figures.get(count) {
                None => self.unknown[at] += 1,
                Some(Measure { low, value, high }) => {
                    self.low[at] += u128::from(low);
                    self.value[at] += u128::from(value);
                    self.high[at] += u128::from(high);
                }
            }
        }
    }

    /// Whether it is the sum of more than one row.
    pub(in crate::export) const fn is_of_several(&self) -> bool {
        self.rows > 1
    }

    pub(super) fn bounds(&self, at: usize) -> [u128; 3] {
        [self.low[at], self.value[at], self.high[at]]
    }

    /// Whether it is more than a row in anything that adds up.
    pub(super) fn exceeds(&self, figures: &Figures) -> bool {
        Count::ALL
            .into_iter()
            .enumerate()
            .filter(|(_, count)| !count.is_unique())
            .any(|(at, count)| figures.get(count).is_some_and(|stated| self.low[at] > u128::from(stated.high)))
    }

    /// How a row agrees with the sum in what it states itself. Viewers may be in several rows, so theirs need not.
    pub(super) fn agreement(&self, figures: &Figures) -> Agreement {
        let mut agreement = Agreement::default();
        for (at, count) in Count::ALL.into_iter().enumerate() {
            let Some(stated) = figures.get(count).filter(|_| !figures.derived.has(count)) else { continue };
            if self.unknown[at] > 0 || self.rows == 0 {
                continue;
            }
            let is_same = u128::from(stated.low) <= self.high[at] && self.low[at] <= u128::from(stated.high);
            agreement.same += usize::from(is_same && stated.value > 0);
            agreement.other += usize::from(!is_same && !count.is_unique());
        }
        agreement
    }
}
