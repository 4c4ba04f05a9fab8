//! Stops reading between two records, or two batches of them, once a [`Halt`] is asked for.

use super::Halt;
use super::format::batch::Batch;
use super::format::field::{Field, Position, Records};
use coverledger_core::model::Reason;

/// Takes records until the halt is asked for.
pub(super) struct Interruptible<'a, R> {
    pub(super) halt: &'a Halt,
    pub(super) records: &'a mut R,
}

impl<R: Records> Records for Interruptible<'_, R> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        self.records.record(at, fields, raw);
    }

    fn text(&mut self, raw: &[u8]) {
        self.records.text(raw);
    }

    fn looks_beside(&self) -> bool {
        self.records.looks_beside()
    }

    fn beside(&mut self, text: &str) {
        self.records.beside(text);
    }

    fn sheet(&mut self, name: &str) {
        self.records.sheet(name);
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        self.records.batch(batch);
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.records.broken(at, reason, raw);
    }

    fn is_refused(&self) -> bool {
        self.halt.is_asked() || self.records.is_refused()
    }

    fn halt(&self) -> Halt {
        self.halt.clone()
    }
}
