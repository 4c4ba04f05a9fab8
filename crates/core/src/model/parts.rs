//! Of how many rows a sum is known.

use super::{Count, Figures};

/// Of each count of a cell: how many rows of exports of counts say it, and how many should and do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    told: [u32; Count::ALL.len()],
    untold: [u32; Count::ALL.len()],
}

impl Parts {
    /// Those of one row.
    #[must_use]
    pub fn of_row(figures: &Figures) -> Self {
        let mut parts = Self::default();
        figures.known.iter().for_each(|count| parts.told[count as usize] = 1);
        figures.missing.iter().for_each(|count| parts.untold[count as usize] = 1);
        parts
    }

    /// Says of a count of how many rows it is known, and of how many it should be.
    pub const fn say(&mut self, count: Count, (told, rows): (u32, u32)) {
        let at = count as usize;
        (self.told[at], self.untold[at]) = (told, rows.saturating_sub(told));
    }

    /// Of how many rows a count is known, and of how many it should be.
    #[must_use]
    pub const fn of(&self, count: Count) -> (u32, u32) {
        let at = count as usize;
        (self.told[at], self.told[at].saturating_add(self.untold[at]))
    }

    /// Adds those of other rows.
    pub(crate) fn add(&mut self, other: &Self) {
        let all = self.told.iter_mut().zip(other.told).chain(self.untold.iter_mut().zip(other.untold));
        all.for_each(|(rows, more)| *rows = rows.saturating_add(more));
    }
}
