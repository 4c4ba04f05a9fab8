//! Reading a record at a time where a format has columns, for tests: mapping by columns has to come to the same.

use std::fs::File;

use super::format::field::{Field, Position, Records};
use super::map::event::EventMapper;
use super::map::layout::Layout;
use super::{ExportError, Halt, ReadReport, Reading, Signals, decode, guarded};
use coverledger_core::model::Reason;

/// Reads an export of events as [`read`](super::read) does, a record at a time.
///
/// # Errors
/// The same.
pub fn read_row_by_row(
    reading: &Reading<'_>,
    file: File,
    signals: &mut impl Signals,
) -> Result<ReadReport, ExportError> {
    guarded(|| {
        let layout = Layout::of(reading.export);
        let mut rows = RowByRow(EventMapper::new(reading, &layout, signals));
        let decoded = decode(reading, file, &layout.columns, layout.may_be_absent(), &mut rows)?;
        Ok(ReadReport { claim: decoded.claim, ..rows.0.done()?.report(decoded.rows, Vec::new())? })
    })
}

/// Takes records one by one: its batches are the trait's own.
struct RowByRow<R>(R);

impl<R: Records> Records for RowByRow<R> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        self.0.record(at, fields, raw);
    }

    fn text(&mut self, raw: &[u8]) {
        self.0.text(raw);
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.0.broken(at, reason, raw);
    }

    fn is_refused(&self) -> bool {
        self.0.is_refused()
    }

    fn halt(&self) -> Halt {
        self.0.halt()
    }
}
