//! The engine that counts in this process: rows packed, parted, spilled beyond a bound.

use super::counter::{CountOptions, Counted, Counter};
use super::engine::{CountJob, Engine, EngineError, OpenCount, SignalWriter};
use super::writer::{CountWriter, Input, PartialCounts, RowsByDay};

/// Counts in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalEngine;

impl Engine for LocalEngine {
    type Count = Counter;

    const NAME: &'static str = "local/1";

    fn open(&self, job: CountJob, options: CountOptions) -> Result<Counter, EngineError> {
        Ok(Counter::of(job, options))
    }
}

impl OpenCount for Counter {
    type Writer<'c> = CountWriter<'c>;
    type Partial = PartialCounts;

    fn writer(&self) -> CountWriter<'_> {
        CountWriter::new(self)
    }

    fn finish(self, partials: Vec<PartialCounts>) -> Result<Counted, EngineError> {
        Ok(self.settle_all(partials)?)
    }
}

impl SignalWriter for CountWriter<'_> {
    type Partial = PartialCounts;

    fn begin(&mut self, export: usize) {
        self.begin_export(export);
    }

    fn dimensions(&mut self, audience: &str, broadcast_id: &str, cover_id: &str) {
        self.announce([audience, broadcast_id, cover_id]);
    }

    #[inline]
    fn push(&mut self, input: &Input<'_>) -> Result<(), EngineError> {
        Ok(self.take(input)?)
    }

    fn too_many(&self) -> Option<usize> {
        self.cells_beyond_bound()
    }

    fn end(&mut self) -> RowsByDay {
        self.end_export()
    }

    fn leave(&mut self, export: usize) -> Result<(), EngineError> {
        Ok(self.leave_export(export)?)
    }

    fn finish(self) -> Result<PartialCounts, EngineError> {
        Ok(self.hand_over()?)
    }
}
