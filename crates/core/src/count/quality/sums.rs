//! What is added up of a place: a market-day, slot, broadcast and host.

use std::sync::Arc;

use super::row::{VisitRow, said};

/// Sums over the views of a place. `None` of what no row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QualitySums {
    /// Views.
    pub views: u64,
    starts: u64,
    good_starts: u64,
    failures: u64,
    stalls: u64,
    stalled_views: u64,
    stall_ms: u64,
    watch_ms: u64,
    ratio: (u64, u64),
    good_of_starts: (u64, u64),
    failures_of_views: (u64, u64),
    offset: (u64, u64),
    bitrate: (u64, u64),
    said: u32,
}

impl QualitySums {
    pub(super) fn take(&mut self, row: &VisitRow) {
        self.views += u64::from(row.views);
        self.starts += u64::from(row.starts);
        self.good_starts += u64::from(row.good_starts);
        self.failures += u64::from(row.failures);
        self.stalls += u64::from(row.stalls);
        self.stalled_views += u64::from(row.stalled_views);
        self.stall_ms += row.stall_ms;
        self.watch_ms += row.watch_ms;
        if row.says(said::STALL_MS) && row.says(said::WATCH_MS) {
            self.ratio = (self.ratio.0 + row.stall_ms, self.ratio.1 + row.watch_ms);
        }
        if row.says(said::GOOD_STARTS) && row.says(said::STARTS) {
            let (good, all) = self.good_of_starts;
            self.good_of_starts = (good + u64::from(row.good_starts), all + u64::from(row.starts));
        }
        if row.says(said::FAILURES) {
            let (failed, all) = self.failures_of_views;
            self.failures_of_views = (failed + u64::from(row.failures), all + u64::from(row.views));
        }
        if row.says(said::OFFSET) {
            self.offset = (self.offset.0 + u64::from(row.offset_ms), self.offset.1 + 1);
        }
        if row.says(said::BITRATE) {
            self.bitrate = (self.bitrate.0 + u64::from(row.bitrate_bps), self.bitrate.1 + 1);
        }
        self.said |= row.said;
    }

    /// Adds the sums of other rows.
    pub fn add(&mut self, other: &Self) {
        let both = |one: (u64, u64), other: (u64, u64)| (one.0 + other.0, one.1 + other.1);
        self.views += other.views;
        self.starts += other.starts;
        self.good_starts += other.good_starts;
        self.failures += other.failures;
        self.stalls += other.stalls;
        self.stalled_views += other.stalled_views;
        self.stall_ms += other.stall_ms;
        self.watch_ms += other.watch_ms;
        self.ratio = both(self.ratio, other.ratio);
        self.good_of_starts = both(self.good_of_starts, other.good_of_starts);
        self.failures_of_views = both(self.failures_of_views, other.failures_of_views);
        self.offset = both(self.offset, other.offset);
        self.bitrate = both(self.bitrate, other.bitrate);
        self.said |= other.said;
    }

    fn known(&self, bit: u32, sum: u64) -> Option<u64> {
        (self.said & bit != 0).then_some(sum)
    }

    /// Views that had a first frame.
    #[must_use]
    pub fn starts(&self) -> Option<u64> {
        self.known(said::STARTS, self.starts)
    }

    /// Those of them that had it in time.
    #[must_use]
    pub fn good_starts(&self) -> Option<u64> {
        self.known(said::GOOD_STARTS, self.good_starts)
    }

    /// Views that failed.
    #[must_use]
    pub fn failures(&self) -> Option<u64> {
        self.known(said::FAILURES, self.failures)
    }

    /// How often the picture stood still.
    #[must_use]
    pub fn stalls(&self) -> Option<u64> {
        self.known(said::STALLS, self.stalls)
    }

    /// Views in which it stood still for long enough to be noticed.
    #[must_use]
    pub fn stalled_views(&self) -> Option<u64> {
        self.known(said::STALLED_VIEWS, self.stalled_views)
    }

    /// For how long, in milliseconds.
    #[must_use]
    pub fn stall_ms(&self) -> Option<u64> {
        self.known(said::STALL_MS, self.stall_ms)
    }

    /// For how long was watched, in milliseconds.
    #[must_use]
    pub fn watch_ms(&self) -> Option<u64> {
        self.known(said::WATCH_MS, self.watch_ms)
    }

    /// Milliseconds stalled and watched, over the rows that say both; `None` where none does or nothing was watched.
    #[must_use]
    pub fn ratio(&self) -> Option<(u64, u64)> {
        Some(self.ratio).filter(|(_, watched)| *watched > 0)
    }

    /// Good starts and starts, over the rows that say both; `None` where none does.
    #[must_use]
    pub fn good_of_starts(&self) -> Option<(u64, u64)> {
        (self.said & said::GOOD_STARTS != 0).then_some(self.good_of_starts)
    }

    /// Failures and views, over the rows that say how many failed; `None` where none does.
    #[must_use]
    pub fn failures_of_views(&self) -> Option<(u64, u64)> {
        (self.said & said::FAILURES != 0).then_some(self.failures_of_views)
    }

    /// Whether a row names a viewer.
    #[must_use]
    pub fn names_viewers(&self) -> bool {
        self.said & said::VIEWER != 0
    }

    /// Milliseconds by which sound and picture were apart, summed, and of how many views.
    #[must_use]
    pub fn offset(&self) -> Option<(u64, u64)> {
        Some(self.offset).filter(|(_, views)| *views > 0)
    }

    /// Bits in a second, summed, and of how many views.
    #[must_use]
    pub fn bitrate(&self) -> Option<(u64, u64)> {
        Some(self.bitrate).filter(|(_, views)| *views > 0)
    }
}

/// What was counted of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityFact {
    /// Index into the market's slot table.
    pub slot: usize,
    /// The broadcast.
    pub broadcast_id: Arc<str>,
    /// Its room or host, where rows say it.
    pub host_id: Option<Arc<str>>,
    /// Sums over its views.
    pub sums: QualitySums,
    /// The first frame, in milliseconds, that half of the starts had at the latest, and that 95 in 100 had.
    pub first_frame_ms: Option<(u32, u32)>,
    /// Viewers whose first visit of the broadcast that day is here; `None` where no row names one.
    pub viewers: Option<u64>,
    /// Viewers whose first bad visit of the broadcast that day is here.
    pub viewers_hit: Option<u64>,
    /// The rendition that most views had, with how many of how many had it: of several the first by name.
    pub rung: Option<(Arc<str>, u64, u64)>,
}
