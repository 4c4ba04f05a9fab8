//! Mapping of many rows at once. Instants, keys of dimensions, events and ids are worked out column by column; a row whose
//! values are all valid then becomes a signal without another look at its text. Any other row is mapped as a single
//! record, which finds the reason of its reject.

use super::EventMapper;
use crate::export::format::batch::Batch;
use crate::export::format::field::{Field, Records};
use crate::export::map::NoSignal;
use crate::export::map::dimension_cache::Resolution;
use crate::export::map::dimension_keys::NO_KEY;
use crate::export::map::prints;
use crate::export::map::signal::{Signal, Signals};

/// In place of an instant that cannot be read.
const NO_INSTANT: i64 = i64::MIN;

impl<S: Signals> EventMapper<'_, S> {
    /// Maps the rows of a batch, in their order.
    pub(super) fn map_batch(&mut self, batch: &Batch<'_>) {
        let layout = self.layout;
        let columns = batch.columns;
        let mut instants = std::mem::take(&mut self.instants);
        let mut keys = std::mem::take(&mut self.keys);
        instants.clear();
        let mut instant = |row: usize| {
            // A date and a time in two columns are read row by row.
            let occurred_at = self.occurred_at.as_mut().filter(|_| layout.occurred_at_time.is_none())?;
            occurred_at.read(columns[layout.occurred_at].get(row), None).ok()
        };
        instants.extend((0..batch.rows).map(|row| instant(row).unwrap_or(NO_INSTANT)));
        self.coded.keys(batch, &mut keys);
        let mut events = std::mem::take(&mut self.events);
        if let Some(column) = layout.event {
            events.prepare(&columns[column], |field| self.event_of(field));
        }
        self.events = events;
        if let Some(column) = layout.event_id {
            self.event_ids.prepare(&columns[column]);
        }
        if let Some(column) = layout.viewer_id {
            self.viewer_ids.prepare(&columns[column]);
        }
        let mut fields = vec![Field::Null; columns.len()];
        for (row, (occurred_us, key)) in instants.iter().zip(&keys).enumerate() {
            let is_mapped =
                *occurred_us != NO_INSTANT && self.map_sound(batch, row, (*occurred_us, *key), &mut fields);
            if !is_mapped {
                batch.fields(row, &mut fields);
                if let Some(text) = batch.text(row) {
                    self.text(text);
                }
                self.record(batch.at(row), &fields, &|| batch.raw(row));
            }
        }
        (self.instants, self.keys) = (instants, keys);
    }

    /// Maps a row if all its values are valid, and returns whether it did.
    #[inline]
    fn map_sound<'b>(
        &mut self,
        batch: &'b Batch<'_>,
        row: usize,
        (occurred_us, key): (i64, u128),
        fields: &mut [Field<'b>],
    ) -> bool {
        let layout = self.layout;
        let columns = batch.columns;
        let Ok(record) = u32::try_from(batch.first + row as u64) else { return false };
        let event = layout.event.and_then(|column| {
            let values = &columns[column];
            self.events.get(values, row, |field| self.event_of(field))
        });
        let (kinds, dwell_ms, credited_us) =
            match self.happened(event, |column| columns[column].get(row), occurred_us) {
                Ok(happened) => happened,
                Err(NoSignal::Ignored) => {
                    self.outcomes.stats.record(occurred_us);
                    self.outcomes.ignored += 1;
                    return true;
                }
                Err(NoSignal::Reject(..)) => return false,
            };
        let (mut of_event, mut of_viewer) = (itoa::Buffer::new(), itoa::Buffer::new());
        let event_id = match layout.event_id {
            None => None,
            Some(column) => match self.event_ids.get(&columns[column], row, &mut of_event) {
                None => return false,
                of_row => of_row,
            },
        };
        let viewer_id = match layout.viewer_id {
            None => None,
            Some(column) => match self.viewer_ids.get(&columns[column], row, &mut of_viewer) {
                None => return false,
                of_row => of_row,
            },
        };
        let known = if key == NO_KEY { None } else { self.coded.get(key) };
        let stage = if let Some(Resolution::Stage(stage)) = known {
            *stage
        } else {
            let known = known.copied().unwrap_or_else(|| {
                batch.fields(row, fields);
                let known = self.stages.look(fields, |stage| {
                    self.of_stages.push(prints::of_stage(stage));
                    self.reaches_us.push(self.reach.in_market(&stage.market));
                    self.signals.stage(stage);
                });
                if key != NO_KEY {
                    self.coded.insert(key, known);
                }
                known
            });
            match known {
                Resolution::Stage(stage) => stage,
                Resolution::Ignored => {
                    self.outcomes.stats.record(occurred_us);
                    self.outcomes.ignored += 1;
                    return self.stages.settle(known).is_err();
                }
                Resolution::Reject(..) => return false,
            }
        };
        if !self.is_in_reach(stage, credited_us) {
            return false;
        }
        self.outcomes.stats.record(occurred_us);
        self.outcomes.stats.taken(credited_us, occurred_us);
        self.outcomes.taken += 1;
        let signal = Signal { record, occurred_us, credited_us, kinds, dwell_ms, event_id, viewer_id, stage };
        if let Some(prints) = &mut self.prints {
            let of_signal = || prints::of_signal(&signal, self.of_stages[stage]);
            prints.add(batch.text(row).map_or_else(of_signal, prints::of_text));
        }
        self.signals.signal(&signal);
        true
    }
}
