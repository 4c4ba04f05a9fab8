//! What a row says of how views went.

use super::{GOOD_START_MS, STALL_MS, VisitQuality};

/// What a row says of one view or of many. `None`: it does not say it, which is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VisitMeasures {
    /// How many views it is of.
    pub views: u32,
    /// How many of them had a first frame.
    pub starts: Option<u32>,
    /// How many of these had it within [`GOOD_START_MS`].
    pub good_starts: Option<u32>,
    /// How many failed.
    pub failures: Option<u32>,
    /// How often the picture stood still.
    pub stalls: Option<u32>,
    /// How many views stood still for [`STALL_MS`] or longer.
    pub stalled_views: Option<u32>,
    /// For how long the picture stood still, in milliseconds.
    pub stall_ms: Option<u64>,
    /// For how long was watched, stalls included, in milliseconds.
    pub watch_ms: Option<u64>,
    /// How long the first frame of the one view took.
    pub first_frame_ms: Option<u32>,
    /// How far sound and picture of the one view were apart, either way.
    pub offset_ms: Option<u32>,
    /// Bits in a second of the one view.
    pub bitrate_bps: Option<u32>,
}

impl VisitMeasures {
    /// Of one view: what of it is counted follows from what was measured. `has_first_frames` says whether rows tell the
    /// first frame at all, so that none is a view that never began.
    #[must_use]
    pub fn of_view(
        has_first_frames: bool,
        first_frame_ms: Option<u32>,
        (stalls, stall_ms, watch_ms): (Option<u32>, Option<u64>, Option<u64>),
        failed: Option<bool>,
    ) -> Self {
        let is_good = first_frame_ms.is_some_and(|ms| ms <= GOOD_START_MS);
        Self {
            views: 1,
            starts: has_first_frames.then_some(u32::from(first_frame_ms.is_some())),
            good_starts: has_first_frames.then_some(u32::from(is_good)),
            failures: failed.map(u32::from),
            stalls,
            stalled_views: stall_ms.map(|ms| u32::from(ms >= STALL_MS)),
            stall_ms,
            watch_ms,
            first_frame_ms,
            offset_ms: None,
            bitrate_bps: None,
        }
    }

    /// How the one view went; `None` where nothing is known of it, or nothing but that it never began.
    #[must_use]
    pub fn quality(&self) -> Option<VisitQuality> {
        let failed = self.failures.map(|failures| failures > 0);
        VisitQuality::of(self.first_frame_ms, self.stall_ms, failed, self.starts == Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_without_a_first_frame_did_not_start_only_where_first_frames_are_told() {
        let of = |told, ms| {
            let view = VisitMeasures::of_view(told, ms, (None, None, None), None);
            (view.starts, view.good_starts)
        };
        assert_eq!(of(true, Some(600)), (Some(1), Some(1)));
        assert_eq!(of(true, Some(601)), (Some(1), Some(0)));
        assert_eq!(of(true, None), (Some(0), Some(0)));
        assert_eq!(of(false, None), (None, None));
    }

    #[test]
    fn a_view_that_showed_nothing_and_did_not_fail_is_neither_good_nor_bad() {
        let of = |told, ms, stall_ms, failed| {
            VisitMeasures::of_view(told, ms, (None, stall_ms, None), failed).quality()
        };
        assert_eq!(of(true, None, Some(0), Some(false)), None, "left before the first frame");
        assert_eq!(of(true, None, Some(0), Some(true)), Some(VisitQuality::Failed));
        assert_eq!(of(true, None, Some(1_000), None), Some(VisitQuality::Stalled));
        assert_eq!(of(true, Some(600), Some(0), Some(false)), Some(VisitQuality::Good));
        assert_eq!(of(false, None, Some(0), Some(false)), Some(VisitQuality::Good), "first frames are not told");
    }

    #[test]
    fn a_stall_of_a_second_is_noticed() {
        let of = |ms| VisitMeasures::of_view(false, None, (None, ms, None), None).stalled_views;
        assert_eq!((of(Some(999)), of(Some(1_000)), of(None)), (Some(0), Some(1), None));
    }
}
