//! Record batches of the signal table into any writer.

use std::sync::Arc;

use arrow_array::RecordBatch;
use hashbrown::HashMap;
use jiff::civil::Date;

use super::super::engine::{CountJob, EngineError, SignalWriter};
use super::super::writer::{Input, Placed, RowsByDay};
use super::batch::value;
use super::{SignalBatch, SignalPlace, SignalTableError};
use crate::model::{Id, IdHash, Turn, TurnNumber};

/// Feeds the record batches of a count to a writer: the other way round from [`super::BatchWriter`].
///
/// Rows of one export may come in any number of batches, between rows of others. Rows of market-days that are not the
/// job's are outside.
pub struct BatchFeeder<'j> {
    exports: HashMap<(&'j str, u16), usize>,
    markets: HashMap<&'j str, Market<'j>>,
    /// By export.
    landed: Vec<RowsByDay>,
    /// Which export the writer is at.
    export: Option<usize>,
    /// What was announced of that export.
    dimensions: HashMap<[Arc<str>; 3], usize>,
    /// Where the last row was: neighbours are often in one place.
    last: Option<(Owned, Option<Placed>)>,
}

/// A market of the job.
struct Market<'j> {
    days: HashMap<Date, usize>,
    slots: HashMap<&'j str, usize>,
    turns: HashMap<Turn, TurnNumber>,
}

/// A place by its values, but for the viewer's group: neighbours are in one place and of many viewers.
type Owned = (Arc<str>, Date, Arc<str>, u16, Option<Turn>, [Arc<str>; 3]);

impl<'j> BatchFeeder<'j> {
    /// Knows the names of a job.
    #[must_use]
    pub fn new(job: &'j CountJob) -> Self {
        let mut markets: HashMap<&str, Market<'j>> = HashMap::new();
        for (number, day) in job.days.iter().enumerate() {
            let market = markets.entry(day.market.as_str()).or_insert_with(|| Market {
                days: HashMap::new(),
                slots: day.slots.iter().enumerate().map(|(slot, name)| (name.as_str(), slot)).collect(),
                turns: day.turns.numbered().map(|(number, turn)| (turn, number)).collect(),
            });
            market.days.insert(day.local_date, number);
        }
        Self {
            exports: job
                .exports
                .iter()
                .enumerate()
                .map(|(number, export)| ((&*export.key, export.definition), number))
                .collect(),
            markets,
            landed: vec![RowsByDay::none(job.days.len()); job.exports.len()],
            export: None,
            dimensions: HashMap::new(),
            last: None,
        }
    }

    /// Feeds a batch.
    ///
    /// # Errors
    /// When it is not one of the signal table, names an export, a slot or a turn that the job does not have, or the
    /// writer fails.
    pub fn feed(&mut self, writer: &mut impl SignalWriter, batch: &RecordBatch) -> Result<(), EngineError> {
        self.feed_all(writer, std::slice::from_ref(batch))
    }

    /// Feeds batches, the rows of all of them export by export: beginning one costs more than a row does, and a cluster
    /// hands rows over in any order.
    ///
    /// # Errors
    /// As of [`Self::feed`].
    pub fn feed_all(
        &mut self,
        writer: &mut impl SignalWriter,
        batches: &[RecordBatch],
    ) -> Result<(), EngineError> {
        let batches = batches.iter().map(SignalBatch::of).collect::<Result<Vec<_>, _>>()?;
        let mut order = Vec::with_capacity(batches.iter().map(SignalBatch::len).sum());
        for (of, batch) in batches.iter().enumerate() {
            for row in 0..batch.len() {
                let (key, definition) = batch.export(row)?;
                let known = self.exports.get(&(key, definition)).copied();
                let export =
                    known.ok_or_else(|| value(row, "export", &key, "one of the exports that are counted"))?;
                order.push((export, of, row));
            }
        }
        order.sort_unstable();
        for (export, of, number) in order {
            let row = batches[of].row(number)?;
            if self.export != Some(export) {
                self.end(writer);
                writer.begin(export);
                self.export = Some(export);
            }
            let place = match &row.place {
                Some(place) => self.placed(writer, place).map_err(|unknown| unknown.at(number))?,
                None => None,
            };
            writer.push(&Input {
                record: row.record,
                occurred_us: row.occurred_us,
                kinds: row.kinds,
                dwell_ms: row.dwell_ms,
                event_id: row.event.map(id),
                viewer_id: row.viewer.map(id),
                place,
            })?;
        }
        Ok(())
    }

    /// Where the rows went, by export.
    #[must_use]
    pub fn finish(mut self, writer: &mut impl SignalWriter) -> Vec<RowsByDay> {
        self.end(writer);
        self.landed
    }

    fn end(&mut self, writer: &mut impl SignalWriter) {
        if let Some(export) = self.export.take() {
            self.landed[export].merge(&writer.end());
        }
        self.dimensions.clear();
        self.last = None;
    }

    fn placed(
        &mut self,
        writer: &mut impl SignalWriter,
        place: &SignalPlace<'_>,
    ) -> Result<Option<Placed>, Unknown> {
        if let Some((last, placed)) = &self.last
            && is_same(last, place)
        {
            return Ok(placed.map(|placed| Placed { group: place.group, ..placed }));
        }
        let placed = self.look_up(writer, place)?;
        self.last = Some((owned(place), placed));
        Ok(placed)
    }

    fn look_up(
        &mut self,
        writer: &mut impl SignalWriter,
        place: &SignalPlace<'_>,
    ) -> Result<Option<Placed>, Unknown> {
        let Some(market) = self.markets.get(place.market) else { return Ok(None) };
        let Some(day) = market.days.get(&place.local_date).copied() else { return Ok(None) };
        let slot = market.slots.get(place.slot).copied();
        let slot = slot.ok_or_else(|| Unknown("slot", place.slot.to_owned(), "a slot of the market"))?;
        let turn = match place.turn {
            None => TurnNumber(0),
            Some(turn) => market.turns.get(&turn).copied().ok_or_else(|| {
                Unknown("turn_starts_at", turn.starts_us.to_string(), "the beginning of a turn in the market")
            })?,
        };
        let names = [place.audience, place.broadcast_id, place.cover_id];
        let next = self.dimensions.len();
        let dimensions = *self.dimensions.entry(names.map(Arc::from)).or_insert_with(|| {
            writer.dimensions(names[0], names[1], names[2]);
            next
        });
        Ok(Some(Placed { dimensions, day, slot, era: place.era, turn, group: place.group }))
    }
}

/// A value that the job does not have: in which column, what, and what would be one.
struct Unknown(&'static str, String, &'static str);

impl Unknown {
    fn at(self, row: usize) -> SignalTableError {
        value(row, self.0, &self.1, self.2)
    }
}

fn id(hash: IdHash) -> Id<'static> {
    Id::hashed(hash)
}

fn owned(place: &SignalPlace<'_>) -> Owned {
    let names = [place.audience, place.broadcast_id, place.cover_id].map(Arc::from);
    (Arc::from(place.market), place.local_date, Arc::from(place.slot), place.era.0, place.turn, names)
}

fn is_same((market, local_date, slot, era, turn, names): &Owned, place: &SignalPlace<'_>) -> bool {
    let [audience, broadcast_id, cover_id] = names.each_ref().map(|name| &**name);
    (&**market, *local_date, &**slot, *era, *turn)
        == (place.market, place.local_date, place.slot, place.era.0, place.turn)
        && (audience, broadcast_id, cover_id) == (place.audience, place.broadcast_id, place.cover_id)
}
