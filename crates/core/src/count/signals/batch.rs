//! Record batches of the signal table to rows.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, StringArray};
use jiff::Span;
use thiserror::Error;

use super::builder::EPOCH;
use super::{COLUMNS, SignalPlace, SignalRow};
use crate::model::{Era, IdHash, Kinds, Turn, ViewerGroup};

/// Why a record batch is not one of the signal table, or not of this count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignalTableError {
    /// A column is missing, or of another type.
    #[error("column `{column}` is {found} (expected {expected})")]
    Column {
        /// Which.
        column: &'static str,
        /// What is there.
        found: String,
        /// What has to be.
        expected: String,
    },
    /// A value that the table cannot hold.
    #[error("row {row}: `{column}` is {found} (expected {expected})")]
    Value {
        /// Which row of the batch, from 0.
        row: usize,
        /// In which column.
        column: &'static str,
        /// What is there.
        found: String,
        /// What has to be.
        expected: &'static str,
    },
    /// Arrow refuses the columns.
    #[error("the columns make no record batch: {0}")]
    Batch(String),
}

/// A record batch of the signal table.
#[derive(Debug)]
pub struct SignalBatch<'a> {
    rows: usize,
    export: &'a StringArray,
    definition: &'a PrimitiveArray<Int32Type>,
    record: &'a PrimitiveArray<Int64Type>,
    occurred_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    kinds: [&'a BooleanArray; Kinds::COUNT],
    dwell_ms: &'a PrimitiveArray<Int64Type>,
    event: [&'a PrimitiveArray<Int64Type>; 2],
    viewer: [&'a PrimitiveArray<Int64Type>; 2],
    market: &'a StringArray,
    local_date: &'a PrimitiveArray<Date32Type>,
    slot: &'a StringArray,
    era: &'a PrimitiveArray<Int32Type>,
    turn_starts_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    turn_burn_in: &'a BooleanArray,
    audience: &'a StringArray,
    broadcast_id: &'a StringArray,
    cover_id: &'a StringArray,
    viewer_group: &'a PrimitiveArray<Int32Type>,
}

impl<'a> SignalBatch<'a> {
    /// Looks at a batch. Columns are found by name; others beside them are left alone.
    ///
    /// # Errors
    /// When a column is missing or of another type, or a value is null that must not be.
    pub fn of(batch: &'a RecordBatch) -> Result<Self, SignalTableError> {
        let mut arrays: Vec<&'a ArrayRef> = Vec::with_capacity(COLUMNS.len());
        for column in &COLUMNS {
            let expected = column.kind.arrow();
            let found = batch.column_by_name(column.name);
            let array = found.filter(|array| *array.data_type() == expected).ok_or_else(|| {
                let found = found.map_or_else(|| "missing".to_owned(), |array| array.data_type().to_string());
                SignalTableError::Column { column: column.name, found, expected: expected.to_string() }
            })?;
            if column.null.is_none()
                && let Some(row) = (0..array.len()).find(|row| array.is_null(*row))
            {
                return Err(value(row, column.name, &"null", "a value"));
            }
            arrays.push(array);
        }
        let long = |index: usize| arrays[index].as_primitive::<Int64Type>();
        Ok(Self {
            rows: batch.num_rows(),
            export: arrays[0].as_string(),
            definition: arrays[1].as_primitive(),
            record: long(2),
            occurred_at: arrays[3].as_primitive(),
            kinds: std::array::from_fn(|kind| arrays[4 + kind].as_boolean()),
            dwell_ms: long(9),
            event: [long(10), long(11)],
            viewer: [long(12), long(13)],
            market: arrays[14].as_string(),
            local_date: arrays[15].as_primitive(),
            slot: arrays[16].as_string(),
            era: arrays[17].as_primitive(),
            turn_starts_at: arrays[18].as_primitive(),
            turn_burn_in: arrays[19].as_boolean(),
            audience: arrays[20].as_string(),
            broadcast_id: arrays[21].as_string(),
            cover_id: arrays[22].as_string(),
            viewer_group: arrays[23].as_primitive(),
        })
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = Result<SignalRow<'a>, SignalTableError>> {
        (0..self.rows).map(|row| self.row(row))
    }

    /// A row by its number, from 0.
    pub(in crate::count) fn row(&self, row: usize) -> Result<SignalRow<'a>, SignalTableError> {
        let bits = |bits: u8, kind: usize| bits | u8::from(self.kinds[kind].value(row)) << kind;
        let (export, definition) = self.export(row)?;
        Ok(SignalRow {
            export,
            definition,
            record: self.record(row)?,
            occurred_us: self.occurred_at.value(row),
            kinds: Kinds::from_bits((0..Kinds::COUNT).fold(0, bits)),
            dwell_ms: whole(row, "dwell_ms", self.dwell_ms.value(row))?,
            event: self.event(row)?,
            viewer: self.viewer(row)?,
            place: self.place(row)?,
        })
    }

    /// The key of the object that a row is of, and by which definition it was read.
    pub(in crate::count) fn export(&self, row: usize) -> Result<(&'a str, u16), SignalTableError> {
        Ok((self.export.value(row), small(row, "definition", self.definition.value(row))?))
    }

    pub(in crate::count) fn record(&self, row: usize) -> Result<u32, SignalTableError> {
        whole(row, "record", self.record.value(row))
    }

    pub(in crate::count) fn event(&self, row: usize) -> Result<Option<IdHash>, SignalTableError> {
        id(row, "event_bucket", self.event)
    }

    pub(in crate::count) fn viewer(&self, row: usize) -> Result<Option<IdHash>, SignalTableError> {
        id(row, "viewer_bucket", self.viewer)
    }

    fn place(&self, row: usize) -> Result<Option<SignalPlace<'a>>, SignalTableError> {
        let texts = [
            ("slot", self.slot),
            ("audience", self.audience),
            ("broadcast_id", self.broadcast_id),
            ("cover_id", self.cover_id),
        ];
        let is_placed = self.market.is_valid(row);
        let halves = [("local_date", self.local_date.is_valid(row)), ("era", self.era.is_valid(row))];
        let halves = halves.into_iter().chain(texts.map(|(name, array)| (name, array.is_valid(row))));
        for (column, is_there) in halves {
            if is_there != is_placed {
                let found = if is_there { "there" } else { "null" };
                return Err(value(row, column, &found, "null where `market` is, and nowhere else"));
            }
        }
        if !is_placed {
            return Ok(None);
        }
        let [slot, audience, broadcast_id, cover_id] = texts.map(|(_, array)| array.value(row));
        let days = self.local_date.value(row);
        let local_date = Span::new().try_days(days).and_then(|span| EPOCH.checked_add(span));
        let local_date =
            local_date.map_err(|_| value(row, "local_date", &days, "days from the year -9999 to 9999"))?;
        let era = small(row, "era", self.era.value(row))?;
        let turn = match (self.turn_starts_at.is_valid(row), self.turn_burn_in.is_valid(row)) {
            (false, false) => None,
            (true, true) => {
                Some(Turn { starts_us: self.turn_starts_at.value(row), burn_in: self.turn_burn_in.value(row) })
            }
            _ => {
                let expected = "null where `turn_starts_at` is, and nowhere else";
                return Err(value(row, "turn_burn_in", &"null or not", expected));
            }
        };
        let group = self.viewer_group.is_valid(row).then(|| viewer_group(row, self.viewer_group.value(row)));
        let group = group.transpose()?;
        let market = self.market.value(row);
        let era = Era(era);
        Ok(Some(SignalPlace { market, local_date, slot, era, turn, audience, broadcast_id, cover_id, group }))
    }
}

fn id(
    row: usize,
    column: &'static str,
    [low, high]: [&PrimitiveArray<Int64Type>; 2],
) -> Result<Option<IdHash>, SignalTableError> {
    match (low.is_valid(row), high.is_valid(row)) {
        (true, true) => Ok(Some((low.value(row).cast_unsigned(), high.value(row).cast_unsigned()))),
        (false, false) => Ok(None),
        _ => Err(value(row, column, &"null or not", "null where the other half is, and nowhere else")),
    }
}

fn whole(row: usize, column: &'static str, found: i64) -> Result<u32, SignalTableError> {
    u32::try_from(found).map_err(|_| value(row, column, &found, "0 to 4,294,967,295"))
}

fn viewer_group(row: usize, found: i32) -> Result<ViewerGroup, SignalTableError> {
    let group = u8::try_from(found).ok().and_then(ViewerGroup::new);
    group.ok_or_else(|| value(row, "viewer_group", &found, "0 to 127"))
}

fn small(row: usize, column: &'static str, found: i32) -> Result<u16, SignalTableError> {
    u16::try_from(found).map_err(|_| value(row, column, &found, "0 to 65,535"))
}

pub(in crate::count) fn value(
    row: usize,
    column: &'static str,
    found: &dyn std::fmt::Display,
    expected: &'static str,
) -> SignalTableError {
    SignalTableError::Value { row, column, found: found.to_string(), expected }
}
