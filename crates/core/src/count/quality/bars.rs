//! How views went by bar: of each broadcast of a market-day, how many of the views that began in five minutes were bad.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::row::{VisitRow, said};
use crate::count::bars::{BarRow, BarSpool, SUMS};
use crate::count::cells::Numbered;
use crate::model::{Bar, VisitQuality};

/// How the views of a broadcast went that began in five minutes. `None` of what no row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityBarFact {
    /// The broadcast.
    pub broadcast_id: Arc<str>,
    /// When the views began.
    pub bar: Bar,
    /// How many.
    pub views: u64,
    /// Views that had a first frame.
    pub starts: Option<u64>,
    /// Those of them that had it in time.
    pub good_starts: Option<u64>,
    /// Views that began late, stood still for long enough to be noticed, or failed. Rows of many views do not say it: one view
    /// may have been all three.
    pub bad_views: Option<u64>,
}

/// What was counted by bars of a source of quality.
pub struct QualityBars {
    of: BarSpool,
    numbered: Numbered,
}

impl QualityBars {
    pub(super) const fn new(of: BarSpool, numbered: Numbered) -> Self {
        Self { of, numbered }
    }

    /// What was counted on a market-day, sorted by broadcast and bar. It can be had again.
    ///
    /// # Errors
    /// When sums that were spilled cannot be read back.
    pub fn of_day(&self, day: usize) -> io::Result<Vec<QualityBarFact>> {
        // The hosts of a broadcast are together.
        let mut sums: BTreeMap<(Arc<str>, Bar), [u64; SUMS]> = BTreeMap::new();
        for BarRow { touch, bar, sums: more, .. } in self.of.of_day(day)? {
            let (_, broadcast, _) = self.numbered.touched(touch);
            let sum = sums.entry((self.numbered.name(broadcast), Bar::numbered(bar))).or_default();
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        let facts = sums.into_iter().map(|((broadcast_id, bar), sums)| {
            let [views, starts, good_starts, bad_views, say_starts, say_good_starts, say_how] = sums;
            let known = |rows: u64, sum: u64| (rows > 0).then_some(sum);
            QualityBarFact {
                broadcast_id,
                bar,
                views,
                starts: known(say_starts, starts),
                good_starts: known(say_good_starts, good_starts),
                bad_views: known(say_how, bad_views),
            }
        });
        Ok(facts.collect())
    }
}

impl std::fmt::Debug for QualityBars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QualityBars")
    }
}

/// Adds a row to the sums of its bar.
pub(super) fn add(row: &VisitRow, sums: &mut [u64; SUMS]) {
    let [views, starts, good_starts, bad_views, say_starts, say_good_starts, say_how] = sums;
    *views += u64::from(row.views);
    *starts += u64::from(row.starts);
    *good_starts += u64::from(row.good_starts);
    *say_starts += u64::from(row.says(said::STARTS));
    *say_good_starts += u64::from(row.says(said::GOOD_STARTS));
    let quality = row.quality().filter(|_| row.says(said::ONE_VIEW));
    *bad_views += u64::from(quality.is_some_and(VisitQuality::is_bad));
    *say_how += u64::from(quality.is_some());
}
