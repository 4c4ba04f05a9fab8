//! Takes the signals of an object on an executor, and gives them away as they come.

use arrow_array::RecordBatch;

use super::table::with_buckets;
use crate::reading::Stop;
use coverledger_core::count::apart::event_bucket;
use coverledger_core::count::signals::SignalTableError;
use coverledger_core::count::{BatchSink, BatchWriter, CountJob, EngineError, Input, RowsByDay, SignalWriter};

/// Where rows go. Given `false`, nobody takes any more.
pub(super) type Emit<'e> = &'e mut dyn FnMut(RecordBatch) -> bool;

/// A writer of the signal table that leaves out rows that can play no part: those without an event id, which nothing has to meet,
/// that are on none of the market-days.
pub(super) struct StagingWriter<'c, 'e> {
    batches: BatchWriter<'c, Staging<'e>>,
    left_out: u64,
}

impl<'c, 'e> StagingWriter<'c, 'e> {
    /// Of the exports of a job. Asks `quit` to stop reading as soon as nobody takes rows any more.
    pub(super) fn new(job: &'c CountJob, emit: Emit<'e>, quit: Stop) -> Self {
        Self { batches: BatchWriter::new(job, Staging { emit, quit, rows: 0, is_over: false }), left_out: 0 }
    }
}

impl SignalWriter for StagingWriter<'_, '_> {
    type Partial = Emitted;

    fn begin(&mut self, export: usize) {
        self.batches.begin(export);
    }

    fn dimensions(&mut self, audience: &str, broadcast_id: &str, cover_id: &str) {
        self.batches.dimensions(audience, broadcast_id, cover_id);
    }

    fn push(&mut self, input: &Input<'_>) -> Result<(), EngineError> {
        if input.place.is_none() && input.event_id.is_none() {
            self.left_out += 1;
            return Ok(());
        }
        self.batches.push(input)
    }

    fn end(&mut self) -> RowsByDay {
        let mut landed = self.batches.end();
        landed.outside += std::mem::take(&mut self.left_out);
        landed
    }

    fn finish(self) -> Result<Emitted, EngineError> {
        self.batches.finish()
    }
}

/// What went away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Emitted {
    pub(super) rows: u64,
    /// Nobody takes rows any more.
    pub(super) is_over: bool,
}

struct Staging<'e> {
    emit: Emit<'e>,
    quit: Stop,
    rows: u64,
    is_over: bool,
}

impl BatchSink for Staging<'_> {
    type Partial = Emitted;

    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        if self.is_over {
            return Ok(());
        }
        let buckets = event_bucket(&batch)?;
        let rows = with_buckets(&batch, buckets).map_err(|error| SignalTableError::Batch(error.to_string()))?;
        self.rows += rows.num_rows() as u64;
        if !(self.emit)(rows) {
            self.is_over = true;
            self.quit.ask();
        }
        Ok(())
    }

    fn finish(self) -> Result<Emitted, EngineError> {
        Ok(Emitted { rows: self.rows, is_over: self.is_over })
    }
}
