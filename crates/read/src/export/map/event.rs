//! From the values of a record to a signal, or to a reject with its reason.

mod batch;

use super::dictionary_table::{EventTable, IdTable};
use super::dimension_cache::DimensionCache;
use super::dimension_keys::DimensionKeys;
use super::layout::Layout;
use super::prints::{self, Prints};
use super::record_outcomes::RecordOutcomes;
use super::signal::{Signal, Signals};
use super::{Mapped, NoSignal};
use crate::export::format::batch::Batch;
use crate::export::format::field::{Field, Position, Records};
use crate::export::value::instant::{self, InstantAt, Reader};
use crate::export::value::single::{dwell_ms, flag, id};
use crate::export::{ExportError, Reach, Reading};
use coverledger_config::{Export, Rows};
use coverledger_core::model::{Event, Id, Kinds, Reason};

/// With more words than these a tree finds one sooner.
const FEW_WORDS: usize = 12;

/// Turns records into signals.
pub(in crate::export) struct EventMapper<'a, S> {
    export: &'a Export,
    layout: &'a Layout,
    /// `None` where rows are no events.
    occurred_at: Option<Reader<'a>>,
    stages: DimensionCache<'a>,
    reach: &'a Reach,
    /// By stage: the instants whose market-days read the object.
    reaches_us: Vec<(i64, i64)>,
    entry_is_click: bool,
    dwell_is_on_leave: bool,
    stay_ms: u32,
    signals: &'a mut S,
    outcomes: RecordOutcomes<'a>,
    coded: DimensionKeys,
    events: EventTable,
    event_ids: IdTable,
    viewer_ids: IdTable,
    /// `None` where event ids tell records apart.
    prints: Option<Prints>,
    /// Of the record that is read, if it has a text.
    print: Option<u64>,
    of_stages: Vec<u64>,
    /// Room for what is worked out for each row of a batch.
    instants: Vec<i64>,
    keys: Vec<u128>,
}

impl<'a, S: Signals> EventMapper<'a, S> {
    pub(in crate::export) fn new(reading: &'a Reading<'_>, layout: &'a Layout, signals: &'a mut S) -> Self {
        let Reading { export, entry_is_click, path, reach, markets, stay_seconds, excerpt, most_prints, .. } =
            reading;
        Self {
            export,
            layout,
            occurred_at: export.rows.each().map(|each| Reader::new(&each.occurred_at.format)),
            stages: DimensionCache::new(export, layout, path, markets),
            reach,
            reaches_us: Vec::new(),
            entry_is_click: *entry_is_click,
            dwell_is_on_leave: export.maps(Event::Leave),
            stay_ms: stay_seconds.saturating_mul(1000),
            signals,
            outcomes: RecordOutcomes::new(layout, *excerpt),
            coded: DimensionKeys::new(layout),
            events: EventTable::default(),
            event_ids: IdTable::default(),
            viewer_ids: IdTable::default(),
            prints: layout
                .event_id
                .is_none()
                .then(|| Prints::at_most(*most_prints).of_viewers(layout.viewer_id.is_some())),
            print: None,
            of_stages: Vec::new(),
            instants: Vec::new(),
            keys: Vec::new(),
        }
    }

    fn map(&mut self, at: Position, fields: &[Field<'_>]) -> Mapped<()> {
        let record = self.outcomes.number(at).ok_or(NoSignal::Ignored)?;
        let layout = self.layout;
        let Some(occurred_at) = &mut self.occurred_at else { return Err(NoSignal::Ignored) };
        let blame = |column: usize| move |reason| NoSignal::Reject(reason, Some(column));
        let occurred_us = match layout.occurred_at_time {
            None => occurred_at.read(fields[layout.occurred_at], None).map_err(blame(layout.occurred_at))?,
            Some(time) => {
                let at = InstantAt { date: layout.occurred_at, time: Some(time) };
                instant::read_at(fields, at, occurred_at.format(), None)
                    .map_err(|(reason, column)| NoSignal::Reject(reason, Some(column)))?
            }
        };
        self.outcomes.stats.record(occurred_us);
        let (kinds, dwell_ms, credited_us) = {
            let get = |column: usize| fields[column];
            let event = self.layout.event.and_then(|column| self.event_of(fields[column]));
            self.happened(event, get, occurred_us)?
        };
        let (mut event_id, mut viewer_id) = (itoa::Buffer::new(), itoa::Buffer::new());
        let event_id =
            layout.event_id.map(|column| id(fields[column], &mut event_id).map_err(blame(column))).transpose()?;
        let viewer_id = layout
            .viewer_id
            .map(|column| id(fields[column], &mut viewer_id).map_err(blame(column)))
            .transpose()?;
        let stage = self.stages.of(fields, |stage| {
            self.reaches_us.push(self.reach.in_market(&stage.market));
            self.of_stages.push(prints::of_stage(stage));
            self.signals.stage(stage);
        })?;
        if !self.is_in_reach(stage, credited_us) {
            return Err(self.beyond(stage, occurred_us, credited_us));
        }
        self.outcomes.stats.taken(credited_us, occurred_us);
        let [event_id, viewer_id] = [event_id, viewer_id].map(|id| id.map(Id::of));
        let signal = Signal { record, occurred_us, credited_us, kinds, dwell_ms, event_id, viewer_id, stage };
        if let Some(prints) = &mut self.prints {
            prints.add(self.print.take().unwrap_or_else(|| prints::of_signal(&signal, self.of_stages[stage])));
        }
        self.signals.signal(&signal);
        Ok(())
    }

    /// Whether the market-day that an instant is of reads the object.
    #[inline]
    fn is_in_reach(&self, stage: usize, at_us: i64) -> bool {
        let (from_us, until_us) = self.reaches_us[stage];
        from_us <= at_us && at_us < until_us
    }

    /// The reject of a row that counts on a market-day which does not read the object: it would be lost.
    fn beyond(&mut self, stage: usize, occurred_us: i64, credited_us: i64) -> NoSignal {
        let is_long_stay = self.is_in_reach(stage, occurred_us);
        self.outcomes.stats.beyond.record((credited_us, credited_us), is_long_stay);
        let dwell = self.layout.dwell_seconds.filter(|_| is_long_stay);
        NoSignal::Reject(Reason::BeyondReach, Some(dwell.unwrap_or(self.layout.occurred_at)))
    }

    /// The event that a word stands for; `None` if it stands for none.
    fn event_of(&self, field: Field<'_>) -> Option<Event> {
        let Rows::Events { values, .. } = &self.export.rows else { return None };
        match field.as_text() {
            Field::Text(word) if values.len() <= FEW_WORDS => {
                values.iter().find(|(known, _)| known.as_str() == word).map(|(_, event)| *event)
            }
            Field::Text(word) => values.get(word).copied(),
            Field::Int(code) => values.get(itoa::Buffer::new().format(code)).copied(),
            Field::Bool(truth) => values.get(if truth { "true" } else { "false" }).copied(),
            _ => None,
        }
    }

    /// What the row counts as, its dwell, and the instant it is credited to.
    #[inline]
    fn happened<'f>(
        &self,
        event: Option<Event>,
        get: impl Fn(usize) -> Field<'f>,
        occurred_us: i64,
    ) -> Mapped<(Kinds, u32, i64)> {
        match &self.export.rows {
            Rows::Events { .. } => self.event(event, get, occurred_us),
            Rows::Impressions { .. } => {
                let (kinds, dwell_ms) = self.flags(get)?;
                Ok((kinds, dwell_ms, occurred_us))
            }
            Rows::Counts(_) | Rows::Covers(_) | Rows::Quality(_) => Err(NoSignal::Ignored),
        }
    }

    #[inline]
    fn event<'f>(
        &self,
        event: Option<Event>,
        get: impl Fn(usize) -> Field<'f>,
        occurred_us: i64,
    ) -> Mapped<(Kinds, u32, i64)> {
        let column = self.layout.event.unwrap_or_default();
        let Some(event) = event else {
            let is_missing = get(column) == Field::Null;
            let reason = if is_missing { Reason::MissingValue } else { Reason::UnknownEvent };
            return Err(NoSignal::Reject(reason, Some(column)));
        };
        let kinds = match event {
            Event::Impression => Kinds::IMPRESSION,
            Event::Click => Kinds::CLICK,
            Event::Entry if self.entry_is_click => Kinds::ENTRY.and(Kinds::CLICK),
            Event::Entry => Kinds::ENTRY,
            Event::Leave => Kinds::default(),
            Event::Order => Kinds::ORDER,
            Event::Ignore => return Err(NoSignal::Ignored),
        };
        let carries_dwell = if self.dwell_is_on_leave { event == Event::Leave } else { event == Event::Entry };
        let Some(column) = self.layout.dwell_seconds.filter(|_| carries_dwell) else {
            return Ok((kinds, 0, occurred_us));
        };
        let dwell_ms = dwell_ms(get(column)).map_err(|reason| NoSignal::Reject(reason, Some(column)))?;
        let dwell_ms = dwell_ms.ok_or(NoSignal::Reject(Reason::MissingValue, Some(column)))?;
        let kinds = self.with_stay(kinds, dwell_ms);
        Ok((kinds, dwell_ms, kinds.credited_us(occurred_us, dwell_ms)))
    }

    #[inline]
    fn flags<'f>(&self, get: impl Fn(usize) -> Field<'f>) -> Mapped<(Kinds, u32)> {
        let flag = |column: Option<usize>| match column {
            Some(column) => flag(get(column)).map_err(|reason| NoSignal::Reject(reason, Some(column))),
            None => Ok(false),
        };
        let mut kinds = Kinds::IMPRESSION;
        if flag(self.layout.clicked)? {
            kinds = kinds.and(Kinds::CLICK);
        }
        let entered = flag(self.layout.entered)?;
        if entered {
            kinds = kinds.and(Kinds::ENTRY);
            if self.entry_is_click {
                kinds = kinds.and(Kinds::CLICK);
            }
        }
        if flag(self.layout.ordered)? {
            kinds = kinds.and(Kinds::ORDER);
        }
        let Some(column) = self.layout.dwell_seconds else { return Ok((kinds, 0)) };
        let reject = |reason| NoSignal::Reject(reason, Some(column));
        let dwell_ms = dwell_ms(get(column)).map_err(reject)?;
        match (entered, dwell_ms) {
            (true, Some(dwell_ms)) => Ok((self.with_stay(kinds, dwell_ms), dwell_ms)),
            (true, None) => Err(reject(Reason::MissingValue)),
            (false, None | Some(0)) => Ok((kinds, 0)),
            (false, Some(_)) => Err(reject(Reason::DwellWithoutEntry)),
        }
    }

    fn with_stay(&self, kinds: Kinds, dwell_ms: u32) -> Kinds {
        if dwell_ms >= self.stay_ms { kinds.and(Kinds::STAY) } else { kinds }
    }

    /// What became of the records.
    pub(in crate::export) fn done(mut self) -> Result<RecordOutcomes<'a>, ExportError> {
        let refusal = self.outcomes.refusal.take();
        let refusal = refusal.or_else(|| self.stages.rounded());
        if let Some(refusal) = refusal.or_else(|| self.signals.too_many().map(ExportError::TooManyCells)) {
            return Err(refusal);
        }
        self.outcomes.stats.other_markets = self.stages.other_markets;
        self.outcomes.stats.hosts = self.stages.hosts;
        self.outcomes.stats.prints = self.prints.map(Prints::finish);
        Ok(self.outcomes)
    }
}

impl<S: Signals> Records for EventMapper<'_, S> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        let mapped = self.map(at, fields);
        self.outcomes.settle_row(at, &mapped, (fields, self.layout.viewer_id), raw);
    }

    fn text(&mut self, raw: &[u8]) {
        self.print = self.prints.is_some().then(|| prints::of_text(raw));
    }

    fn batch(&mut self, batch: &Batch<'_>) {
        self.map_batch(batch);
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.outcomes.broken(at, reason, raw, self.layout.viewer_id.is_some());
    }

    fn is_refused(&self) -> bool {
        self.outcomes.refusal.is_some() || self.signals.too_many().is_some()
    }
}
