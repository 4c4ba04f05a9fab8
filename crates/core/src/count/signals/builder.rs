//! Rows to record batches of the signal table.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use jiff::civil::{Date, date};

use super::{SignalRow, SignalTableError, schema};
use crate::model::{IdHash, Kinds};

/// The day from which Arrow counts dates.
pub(super) const EPOCH: Date = date(1970, 1, 1);

/// Gathers rows into record batches.
#[derive(Debug)]
pub struct SignalBatchBuilder {
    export: StringBuilder,
    definition: Int32Builder,
    record: Int64Builder,
    occurred_at: TimestampMicrosecondBuilder,
    kinds: [BooleanBuilder; Kinds::COUNT],
    dwell_ms: Int64Builder,
    event: [Int64Builder; 2],
    viewer: [Int64Builder; 2],
    market: StringBuilder,
    local_date: Date32Builder,
    slot: StringBuilder,
    era: Int32Builder,
    turn_starts_at: TimestampMicrosecondBuilder,
    turn_burn_in: BooleanBuilder,
    audience: StringBuilder,
    broadcast_id: StringBuilder,
    cover_id: StringBuilder,
    viewer_group: Int32Builder,
}

impl Default for SignalBatchBuilder {
    fn default() -> Self {
        let instants = || TimestampMicrosecondBuilder::new().with_timezone("UTC");
        Self {
            export: StringBuilder::new(),
            definition: Int32Builder::new(),
            record: Int64Builder::new(),
            occurred_at: instants(),
            kinds: Default::default(),
            dwell_ms: Int64Builder::new(),
            event: Default::default(),
            viewer: Default::default(),
            market: StringBuilder::new(),
            local_date: Date32Builder::new(),
            slot: StringBuilder::new(),
            era: Int32Builder::new(),
            turn_starts_at: instants(),
            turn_burn_in: BooleanBuilder::new(),
            audience: StringBuilder::new(),
            broadcast_id: StringBuilder::new(),
            cover_id: StringBuilder::new(),
            viewer_group: Int32Builder::new(),
        }
    }
}

impl SignalBatchBuilder {
    /// Adds a row.
    pub fn push(&mut self, row: &SignalRow<'_>) {
        self.export.append_value(row.export);
        self.definition.append_value(row.definition.into());
        self.record.append_value(row.record.into());
        self.occurred_at.append_value(row.occurred_us);
        for (number, flags) in self.kinds.iter_mut().enumerate() {
            flags.append_value(row.kinds.bits() >> number & 1 == 1);
        }
        self.dwell_ms.append_value(row.dwell_ms.into());
        append_id(&mut self.event, row.event);
        append_id(&mut self.viewer, row.viewer);
        let place = row.place.as_ref();
        self.market.append_option(place.map(|place| place.market));
        self.local_date.append_option(place.map(|place| days_since_1970(place.local_date)));
        self.slot.append_option(place.map(|place| place.slot));
        self.era.append_option(place.map(|place| place.era.0.into()));
        let turn = place.and_then(|place| place.turn);
        self.turn_starts_at.append_option(turn.map(|turn| turn.starts_us));
        self.turn_burn_in.append_option(turn.map(|turn| turn.burn_in));
        self.audience.append_option(place.map(|place| place.audience));
        self.broadcast_id.append_option(place.map(|place| place.broadcast_id));
        self.cover_id.append_option(place.map(|place| place.cover_id));
        let group = place.and_then(|place| place.group);
        self.viewer_group.append_option(group.map(|group| group.number().into()));
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.record.values_slice().len()
    }

    /// The rows so far as a record batch; the next begins empty.
    ///
    /// # Errors
    /// When Arrow refuses the columns, which it does not.
    pub fn finish(&mut self) -> Result<RecordBatch, SignalTableError> {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.export.finish()),
            Arc::new(self.definition.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.occurred_at.finish()),
        ];
        columns.extend(self.kinds.iter_mut().map(|flags| Arc::new(flags.finish()) as ArrayRef));
        columns.push(Arc::new(self.dwell_ms.finish()));
        let ids = self.event.iter_mut().chain(&mut self.viewer);
        columns.extend(ids.map(|half| Arc::new(half.finish()) as ArrayRef));
        let place: [ArrayRef; 10] = [
            Arc::new(self.market.finish()),
            Arc::new(self.local_date.finish()),
            Arc::new(self.slot.finish()),
            Arc::new(self.era.finish()),
            Arc::new(self.turn_starts_at.finish()),
            Arc::new(self.turn_burn_in.finish()),
            Arc::new(self.audience.finish()),
            Arc::new(self.broadcast_id.finish()),
            Arc::new(self.cover_id.finish()),
            Arc::new(self.viewer_group.finish()),
        ];
        columns.extend(place);
        RecordBatch::try_new(schema(), columns).map_err(|error| SignalTableError::Batch(error.to_string()))
    }
}

fn append_id([low, high]: &mut [Int64Builder; 2], id: Option<IdHash>) {
    low.append_option(id.map(|id| id.0.cast_signed()));
    high.append_option(id.map(|id| id.1.cast_signed()));
}

fn days_since_1970(date: Date) -> i32 {
    (date - EPOCH).get_days()
}
