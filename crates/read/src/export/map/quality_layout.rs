//! The places of the columns of quality in a decoded record.

use super::layout::Layout;
use crate::export::value::instant::InstantAt;
use coverledger_config::{ColumnName, Export, QualityRows, Scaled};

/// The columns of an export of quality.
pub(in crate::export) struct QualityLayout<'a> {
    /// Market and broadcast, and the columns themselves.
    pub(in crate::export) seat: Layout,
    pub(super) rows: &'a QualityRows,
    pub(super) occurred_at: InstantAt,
    pub(super) view_id: Option<usize>,
    pub(super) viewer_id: Option<usize>,
    pub(super) host_id: Option<usize>,
    pub(super) views: Option<usize>,
    pub(super) starts: Option<usize>,
    pub(super) good_starts: Option<usize>,
    pub(super) failures: Option<usize>,
    pub(super) stalls: Option<usize>,
    pub(super) stalled_views: Option<usize>,
    pub(super) first_frame: Option<Number>,
    pub(super) stall: Option<Number>,
    pub(super) watch: Option<Number>,
    pub(super) offset: Option<Number>,
    pub(super) bitrate: Option<Number>,
    pub(super) failed: Option<usize>,
    pub(super) rung: Option<usize>,
}

/// Where a number stands, and what one of it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub(super) column: usize,
    pub(super) one_is: u32,
}

impl<'a> QualityLayout<'a> {
    pub(in crate::export) fn of(export: &Export, rows: &'a QualityRows) -> Self {
        let mut seat = Layout::of(export);
        let occurred_at = seat.instant(&rows.occurred_at);
        let mut place = |column: &Option<ColumnName>| column.as_ref().map(|column| seat.place(column));
        let view_id = place(&rows.view_id);
        let viewer_id = place(&rows.viewer_id);
        let host_id = place(&rows.host_id);
        let (views, starts, good_starts) = (place(&rows.views), place(&rows.starts), place(&rows.good_starts));
        let (failures, stalls) = (place(&rows.failures), place(&rows.stalls));
        let (stalled_views, rung) = (place(&rows.stalled_views), place(&rows.rung));
        let failed = rows.failed.as_ref().map(|failed| seat.place(&failed.column));
        let mut number = |scaled: Option<&Scaled>| {
            scaled.map(|Scaled { column, one_is }| Number { column: seat.place(column), one_is: *one_is })
        };
        let first_frame = number(rows.first_frame.as_ref());
        let stall = number(rows.stall.as_ref());
        let watch = number(rows.watch.as_ref().map(|watch| &watch.time));
        let (offset, bitrate) = (number(rows.offset.as_ref()), number(rows.bitrate.as_ref()));
        Self {
            seat,
            rows,
            occurred_at,
            view_id,
            viewer_id,
            host_id,
            views,
            starts,
            good_starts,
            failures,
            stalls,
            stalled_views,
            first_frame,
            stall,
            watch,
            offset,
            bitrate,
            failed,
            rung,
        }
    }
}
