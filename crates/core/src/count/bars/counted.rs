//! What was counted by bars, market-day by market-day.

use std::io;
use std::sync::Arc;

use super::{BarRow, BarSpool};
use crate::count::cells::Numbered;
use crate::model::{Bar, BarFact, BarKey, Counts, Era, Figures, Kinds};

/// What an engine counted by bars.
pub struct Bars(Kept);

enum Kept {
    /// Sums of this process, with what their numbers mean.
    Spooled(BarSpool, Arc<Numbered>),
    /// By market-day.
    Given(Vec<Vec<BarFact>>),
}

impl Bars {
    pub(in crate::count) fn spooled(of: BarSpool, numbered: Arc<Numbered>) -> Self {
        Self(Kept::Spooled(of, numbered))
    }

    /// Facts by market-day, in any order.
    #[must_use]
    pub fn given(mut days: Vec<Vec<BarFact>>) -> Self {
        for facts in &mut days {
            facts.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        }
        Self(Kept::Given(days))
    }

    /// What was counted in a bar of a broadcast and cover, by kind in the order of their bits.
    pub(in crate::count) fn fact(
        numbered: &Numbered,
        (era, broadcast, cover, bar): (Era, u32, u32, i32),
        [impressions, clicks, entries, stays, orders]: [u64; Kinds::COUNT],
    ) -> BarFact {
        let counts = Counts { impressions, clicks, entries, stays, orders, ..Counts::default() };
        BarFact {
            key: BarKey {
                era,
                broadcast_id: numbered.name(broadcast),
                cover_id: numbered.name(cover),
                bar: Bar::numbered(bar),
            },
            figures: Figures::exact(counts, BarFact::counts()),
        }
    }

    /// What was counted on a market-day, sorted by key. It can be had again.
    ///
    /// # Errors
    /// When sums that were spilled cannot be read back.
    pub fn of_day(&self, day: usize) -> io::Result<Vec<BarFact>> {
        match &self.0 {
            Kept::Given(days) => Ok(days.get(day).cloned().unwrap_or_default()),
            Kept::Spooled(of, numbered) => {
                let mut facts: Vec<BarFact> = of.of_day(day)?.iter().map(|row| fact(row, numbered)).collect();
                facts.sort_unstable_by(|one, other| one.key.cmp(&other.key));
                Ok(facts)
            }
        }
    }
}

impl std::fmt::Debug for Bars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bars")
    }
}

fn fact(row: &BarRow, numbered: &Numbered) -> BarFact {
    let (_, broadcast, cover) = numbered.touched(row.touch);
    let era = Era(u16::try_from(row.era).unwrap_or(u16::MAX));
    Bars::fact(numbered, (era, broadcast, cover, row.bar), row.by_kind())
}
