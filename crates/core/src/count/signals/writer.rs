//! A writer for engines that count elsewhere: rows go into record batches of the signal table.

use arrow_array::RecordBatch;

use super::super::engine::{CountJob, EngineError, SignalWriter};
use super::super::writer::{Input, Placed, RowsByDay};
use super::{SignalBatchBuilder, SignalPlace, SignalRow};

/// A batch is handed on when it has so many rows: a few megabytes.
pub(in crate::count) const BATCH_ROWS: usize = 16_384;

/// Takes the record batches of a writer.
pub trait BatchSink {
    /// What is left at the end.
    type Partial: Send;

    /// Takes a batch.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError>;

    /// Ends.
    ///
    /// # Errors
    /// When the batches cannot be kept.
    fn finish(self) -> Result<Self::Partial, EngineError>;
}

/// Keeps them in memory.
impl BatchSink for Vec<RecordBatch> {
    type Partial = Self;

    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        self.push(batch);
        Ok(())
    }

    fn finish(self) -> Result<Self, EngineError> {
        Ok(self)
    }
}

/// A [`SignalWriter`] that makes record batches.
#[derive(Debug)]
pub struct BatchWriter<'c, S> {
    job: &'c CountJob,
    sink: S,
    rows: SignalBatchBuilder,
    export: usize,
    /// Audience, broadcast and cover, as announced.
    dimensions: Vec<[Box<str>; 3]>,
    landed: RowsByDay,
}

impl<'c, S> BatchWriter<'c, S> {
    /// Writes the batches of a job to a sink.
    #[must_use]
    pub fn new(job: &'c CountJob, sink: S) -> Self {
        let rows = SignalBatchBuilder::default();
        Self { job, sink, rows, export: 0, dimensions: Vec::new(), landed: RowsByDay::default() }
    }
}

impl<S: BatchSink> SignalWriter for BatchWriter<'_, S> {
    type Partial = S::Partial;

    fn begin(&mut self, export: usize) {
        self.export = export;
        self.dimensions.clear();
        self.landed = RowsByDay::none(self.job.days.len());
    }

    fn dimensions(&mut self, audience: &str, broadcast_id: &str, cover_id: &str) {
        self.dimensions.push([audience, broadcast_id, cover_id].map(Box::from));
    }

    fn push(&mut self, input: &Input<'_>) -> Result<(), EngineError> {
        self.landed.add(&self.job.scope, self.export, input.place.map(|placed| placed.day));
        let export = &self.job.exports[self.export];
        self.rows.push(&SignalRow {
            export: &export.key,
            definition: export.definition,
            record: input.record,
            occurred_us: input.occurred_us,
            kinds: input.kinds,
            dwell_ms: input.dwell_ms,
            event: input.event_id.map(|id| id.hash()),
            viewer: input.viewer_id.map(|id| id.hash()),
            place: input.place.map(|placed| place(self.job, &self.dimensions, placed)),
        });
        if self.rows.rows() >= BATCH_ROWS {
            self.sink.take(self.rows.finish()?)?;
        }
        Ok(())
    }

    fn end(&mut self) -> RowsByDay {
        std::mem::take(&mut self.landed)
    }

    fn finish(mut self) -> Result<S::Partial, EngineError> {
        if self.rows.rows() > 0 {
            self.sink.take(self.rows.finish()?)?;
        }
        self.sink.finish()
    }
}

/// A place by its values.
fn place<'a>(job: &'a CountJob, dimensions: &'a [[Box<str>; 3]], placed: Placed) -> SignalPlace<'a> {
    let day = &job.days[placed.day];
    let [audience, broadcast_id, cover_id] = dimensions[placed.dimensions].each_ref().map(|name| &**name);
    SignalPlace {
        market: day.market.as_str(),
        local_date: day.local_date,
        slot: &day.slots[placed.slot],
        era: placed.era,
        turn: day.turns.turn(placed.turn),
        audience,
        broadcast_id,
        cover_id,
        group: placed.group,
    }
}
