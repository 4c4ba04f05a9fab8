//! Rows as this counter keeps them: packed, fixed in size, ready to be written to disk as they are.

use bytemuck::{Pod, Zeroable};

use crate::count::row::{EventRow, Origin};
use crate::model::{IdHash, VisitMeasures, VisitQuality};

/// Which numbers of a row are said, as bits.
pub(super) mod said {
    pub const STARTS: u32 = 1;
    pub const GOOD_STARTS: u32 = 1 << 1;
    pub const FAILURES: u32 = 1 << 2;
    pub const STALLS: u32 = 1 << 3;
    pub const STALLED_VIEWS: u32 = 1 << 4;
    pub const STALL_MS: u32 = 1 << 5;
    pub const WATCH_MS: u32 = 1 << 6;
    pub const FIRST_FRAME: u32 = 1 << 7;
    pub const OFFSET: u32 = 1 << 8;
    pub const BITRATE: u32 = 1 << 9;
    pub const VIEW_ID: u32 = 1 << 10;
    pub const VIEWER: u32 = 1 << 11;
    /// The row is of one view.
    pub const ONE_VIEW: u32 = 1 << 12;
    /// The row is of a time that lies in one bar.
    pub const IN_BAR: u32 = 1 << 13;
}

/// No rung is named.
pub(super) const NO_RUNG: u32 = u32::MAX;

/// A row on its way to deduplication. 104 bytes.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct VisitRow {
    /// 64 bits of the hash of the view's id; others chose the partition.
    pub(super) view: u64,
    /// All 128 bits of the hash of the viewer's id: what tells viewers over days is made of them.
    pub(super) viewer: [u64; 2],
    pub(super) occurred_us: i64,
    pub(super) origin: Origin,
    pub(super) stall_ms: u64,
    pub(super) watch_ms: u64,
    pub(super) views: u32,
    pub(super) starts: u32,
    pub(super) good_starts: u32,
    pub(super) failures: u32,
    pub(super) stalls: u32,
    pub(super) stalled_views: u32,
    pub(super) first_frame_ms: u32,
    pub(super) offset_ms: u32,
    pub(super) bitrate_bps: u32,
    pub(super) rung: u32,
    pub(super) cell: u32,
    pub(super) said: u32,
}

impl VisitRow {
    pub(super) fn new(
        (view, viewer): (Option<IdHash>, IdHash),
        occurred_us: i64,
        origin: Origin,
        (cell, rung): (u32, u32),
        measures: &VisitMeasures,
    ) -> Self {
        let VisitMeasures {
            views,
            starts,
            good_starts,
            failures,
            stalls,
            stalled_views,
            stall_ms,
            watch_ms,
            first_frame_ms,
            offset_ms,
            bitrate_bps,
        } = *measures;
        let bits = [
            (said::STARTS, starts.is_some()),
            (said::GOOD_STARTS, good_starts.is_some()),
            (said::FAILURES, failures.is_some()),
            (said::STALLS, stalls.is_some()),
            (said::STALLED_VIEWS, stalled_views.is_some()),
            (said::STALL_MS, stall_ms.is_some()),
            (said::WATCH_MS, watch_ms.is_some()),
            (said::FIRST_FRAME, first_frame_ms.is_some()),
            (said::OFFSET, offset_ms.is_some()),
            (said::BITRATE, bitrate_bps.is_some()),
            (said::VIEW_ID, view.is_some()),
            (said::VIEWER, origin.has_viewer()),
        ];
        Self {
            view: view.unwrap_or_default().0,
            viewer: [viewer.0, viewer.1],
            occurred_us,
            origin,
            stall_ms: stall_ms.unwrap_or_default(),
            watch_ms: watch_ms.unwrap_or_default(),
            views,
            starts: starts.unwrap_or_default(),
            good_starts: good_starts.unwrap_or_default(),
            failures: failures.unwrap_or_default(),
            stalls: stalls.unwrap_or_default(),
            stalled_views: stalled_views.unwrap_or_default(),
            first_frame_ms: first_frame_ms.unwrap_or_default(),
            offset_ms: offset_ms.unwrap_or_default(),
            bitrate_bps: bitrate_bps.unwrap_or_default(),
            rung,
            cell,
            said: bits.iter().filter(|(_, is_said)| *is_said).fold(0, |said, (bit, _)| said | bit),
        }
    }

    pub(super) const fn says(&self, bit: u32) -> bool {
        self.said & bit != 0
    }

    /// How the one view of the row went.
    pub(super) fn quality(&self) -> Option<VisitQuality> {
        let first_frame_ms = self.says(said::FIRST_FRAME).then_some(self.first_frame_ms);
        let stall_ms = self.says(said::STALL_MS).then_some(self.stall_ms);
        let failed = self.says(said::FAILURES).then_some(self.failures > 0);
        let never_began = self.says(said::STARTS) && self.starts == 0;
        VisitQuality::of(first_frame_ms, stall_ms, failed, never_began)
    }

    /// The row as deduplication sees it.
    pub(super) const fn as_event(&self) -> EventRow {
        let Self { view, viewer, occurred_us, origin, cell, .. } = *self;
        EventRow { event: view, viewer: viewer[0], occurred_us, origin, cell, dwell_ms: 0 }
    }
}

/// A first frame that counts, on its way to percentiles: its place and its milliseconds, in one number that sorts by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct FrameRow(u64);

impl FrameRow {
    pub(super) fn new(cell: u32, first_frame_ms: u32) -> Self {
        Self(u64::from(cell) << 32 | u64::from(first_frame_ms))
    }

    pub(super) fn cell(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or(u32::MAX)
    }

    pub(super) fn first_frame_ms(self) -> u32 {
        u32::try_from(self.0 & u64::from(u32::MAX)).unwrap_or(u32::MAX)
    }
}

/// A visit that counts of a viewer who is named. 40 bytes.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ViewerRow {
    pub(super) viewer: [u64; 2],
    pub(super) occurred_us: i64,
    pub(super) origin: Origin,
    pub(super) cell: u32,
    /// How it went: 0 where nothing is known of it, else one more than its place in [`VisitQuality::ALL`].
    pub(super) quality: u32,
}

impl ViewerRow {
    /// How a visit went, as a number.
    pub(super) fn number_of(quality: Option<VisitQuality>) -> u32 {
        let place = VisitQuality::ALL.iter().position(|known| Some(*known) == quality);
        place.and_then(|place| u32::try_from(place + 1).ok()).unwrap_or(0)
    }

    /// How it went.
    pub(super) fn quality_of(number: u32) -> Option<VisitQuality> {
        VisitQuality::ALL.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
    }
}
