//! Rows as the engine keeps them: packed, fixed in size, ready to be written to disk as they are.

use bytemuck::{Pod, Zeroable};

use crate::model::Kinds;

/// The cell of a row that belongs to no market-day of this run. It still takes part in deduplication.
pub(super) const NO_CELL: u32 = u32::MAX;

const HAS_VIEWER: u8 = 32;
const MAX_EXPORTS: u32 = 1 << 24;

/// Which export and record a row came from, and what it counts as, in one number that sorts by export and record.
///
/// Exports are numbered in the order of their names, so this order is the contract's tie-break:
/// "the first by object name and record number".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct Origin(u64);

impl Origin {
    pub(super) fn new(export: u32, record: u32, kinds: Kinds, has_viewer: bool) -> Self {
        debug_assert!(export < MAX_EXPORTS);
        let flags = kinds.bits() | if has_viewer { HAS_VIEWER } else { 0 };
        Self(u64::from(export) << 40 | u64::from(record) << 8 | u64::from(flags))
    }

    pub(super) fn export(self) -> usize {
        usize::try_from(self.0 >> 40).unwrap_or(usize::MAX)
    }

    pub(super) fn record(self) -> u32 {
        u32::try_from(self.0 >> 8 & u64::from(u32::MAX)).unwrap_or(u32::MAX)
    }

    pub(super) fn kinds(self) -> Kinds {
        Kinds::from_bits(self.0.to_le_bytes()[0])
    }

    pub(super) fn has_viewer(self) -> bool {
        self.0.to_le_bytes()[0] & HAS_VIEWER != 0
    }
}

/// A row on its way to deduplication. 40 bytes.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct EventRow {
    /// 64 bits of the event id's key; six or more others chose the partition.
    pub(super) event: u64,
    /// 64 bits of the viewer id's key.
    pub(super) viewer: u64,
    pub(super) occurred_us: i64,
    pub(super) origin: Origin,
    pub(super) cell: u32,
    pub(super) dwell_ms: u32,
}

/// A counted row on its way to first touches. 32 bytes.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ViewerRow {
    pub(super) viewer: u64,
    pub(super) occurred_us: i64,
    pub(super) origin: Origin,
    pub(super) cell: u32,
    pub(super) unused: u32,
}

/// A visit on its way to the store of viewers over days. 32 bytes.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct VisitRow {
    /// A keyed hash.
    pub(super) viewer: u64,
    pub(super) first_us: i64,
    pub(super) cell: u32,
    pub(super) impressions: u32,
    pub(super) clicks: u32,
    /// And [`Self::STAYED`], if any of them lasted.
    pub(super) entries: u32,
}

impl VisitRow {
    /// The bit that says that an entry lasted.
    pub(super) const STAYED: u32 = 1 << 31;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_sort_by_export_then_record_whatever_they_count_as() {
        let first = Origin::new(1, 7, Kinds::ORDER, true);
        let second = Origin::new(1, 8, Kinds::IMPRESSION, false);
        let third = Origin::new(2, 1, Kinds::IMPRESSION, false);
        assert!(first < second && second < third);
        assert_eq!((first.export(), first.record()), (1, 7));
        assert_eq!((first.kinds(), first.has_viewer()), (Kinds::ORDER, true));
    }
}
