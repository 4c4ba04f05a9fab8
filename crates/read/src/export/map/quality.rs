//! From the values of a record to how views went, or to a reject with its reason.

mod values;

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::dimension_cache::DimensionCache;
use super::prints::{self, Prints};
use super::quality_layout::QualityLayout;
use super::record_outcomes::RecordOutcomes;
use super::{Mapped, NoSignal};
use crate::export::format::field::{Field, Position, Records};
use crate::export::value::instant;
use crate::export::value::quantity::is_blank;
use crate::export::value::single::id;
use crate::export::{ExportError, Reach, Reading};
use coverledger_core::model::{Dimensions, Id, MarketId, Reason, VisitMeasures};
use coverledger_core::time::Zone;
use values::{Limits, count, failed, measure};

/// There are few renditions: a column with more words than this is another one.
const MOST_RUNGS: usize = 256;

/// A row of how views went.
#[derive(Debug, Clone, Copy)]
pub struct QualitySignal<'a> {
    /// Which record of the object, from 1.
    pub record: u32,
    /// When the view, the minute or the broadcast began.
    pub occurred_us: i64,
    /// The id of the row, where rows have ids.
    pub view_id: Option<Id<'a>>,
    /// The viewer's id, where rows have one.
    pub viewer_id: Option<Id<'a>>,
    /// Index into the places of this export.
    pub place: usize,
    /// What it says.
    pub measures: VisitMeasures,
    /// Index into the renditions of this export.
    pub rung: Option<usize>,
}

/// What takes how views went.
pub trait QualitySignals {
    /// A new place; its index is one more than the last one's.
    fn place(&mut self, market: &MarketId, broadcast_id: &str, host_id: Option<&str>);

    /// A new rendition; its index is one more than the last one's.
    fn rung(&mut self, name: &str);

    /// A row at a place that was announced before.
    fn signal(&mut self, signal: &QualitySignal<'_>);

    /// How many distinct combinations were more than can be kept, once they are: the export is then refused.
    fn too_many(&self) -> Option<usize> {
        None
    }
}

/// Turns records into how views went.
pub(in crate::export) struct QualityMapper<'a, S> {
    layout: &'a QualityLayout<'a>,
    stages: DimensionCache<'a>,
    seen: Vec<(Dimensions, (i64, i64))>,
    places: HashMap<(usize, Option<Box<str>>), usize>,
    rungs: HashMap<Box<str>, usize>,
    markets: &'a BTreeMap<MarketId, Zone>,
    reach: &'a Reach,
    signals: &'a mut S,
    outcomes: RecordOutcomes<'a>,
    limits: Limits,
    /// `None` where ids tell rows apart.
    prints: Option<Prints>,
    print: Option<u64>,
}

impl<'a, S: QualitySignals> QualityMapper<'a, S> {
    pub(in crate::export) fn new(
        reading: &'a Reading<'_>,
        layout: &'a QualityLayout<'a>,
        signals: &'a mut S,
    ) -> Self {
        let prints = || Prints::at_most(reading.most_prints).of_viewers(layout.viewer_id.is_some());
        Self {
            layout,
            stages: DimensionCache::new(reading.export, &layout.seat, reading.path, reading.markets),
            seen: Vec::new(),
            places: HashMap::new(),
            rungs: HashMap::new(),
            markets: reading.markets,
            reach: reading.reach,
            signals,
            outcomes: RecordOutcomes::new(&layout.seat, reading.excerpt),
            limits: Limits::of(layout.rows),
            prints: layout.view_id.is_none().then(prints),
            print: None,
        }
    }

    fn map(&mut self, at: Position, fields: &[Field<'_>]) -> Mapped<()> {
        let record = self.outcomes.number(at).ok_or(NoSignal::Ignored)?;
        let layout = self.layout;
        let blame = |column: usize| move |reason| NoSignal::Reject(reason, Some(column));
        let (mut view_id, mut viewer_id) = (itoa::Buffer::new(), itoa::Buffer::new());
        let view_id =
            layout.view_id.map(|column| id(fields[column], &mut view_id).map_err(blame(column))).transpose()?;
        // A view of nobody who is known counts as a view.
        let viewer_id = layout
            .viewer_id
            .filter(|column| !is_blank(fields[*column]))
            .map(|column| id(fields[column], &mut viewer_id).map_err(blame(column)))
            .transpose()?;
        let measures = self.measures(fields)?;
        let (seen, reach) = (&mut self.seen, self.reach);
        let stage = self.stages.of(fields, |stage| seen.push((stage.clone(), reach.in_market(&stage.market))))?;
        let (dimensions, (from_us, until_us)) = &self.seen[stage];
        let market = self.markets.get(&dimensions.market);
        let occurred_us = instant::read_at(fields, layout.occurred_at, &layout.rows.occurred_at.format, market)
            .map_err(|(reason, column)| NoSignal::Reject(reason, Some(column)))?;
        self.outcomes.stats.record(occurred_us);
        if occurred_us < *from_us || occurred_us >= *until_us {
            self.outcomes.stats.beyond.record((occurred_us, occurred_us), false);
            return Err(NoSignal::Reject(Reason::BeyondReach, Some(layout.occurred_at.date)));
        }
        let rung = self.rung(fields)?;
        let place = self.place(stage, fields)?;
        self.outcomes.stats.taken(occurred_us, occurred_us);
        let [view_id, viewer_id] = [view_id, viewer_id].map(|id| id.map(Id::of));
        let signal = QualitySignal { record, occurred_us, view_id, viewer_id, place, measures, rung };
        if let Some(prints) = &mut self.prints {
            let of_place = prints::of_stage(&self.seen[stage].0);
            prints.add(self.print.take().unwrap_or_else(|| prints::of_visit(&signal, of_place)));
        }
        self.signals.signal(&signal);
        Ok(())
    }

    /// The place of a row: its stage, and its host.
    fn place(&mut self, stage: usize, fields: &[Field<'_>]) -> Mapped<usize> {
        let mut number = itoa::Buffer::new();
        let host = match self.layout.host_id.filter(|column| !is_blank(fields[*column])) {
            None => None,
            Some(column) => {
                let host = id(fields[column], &mut number);
                Some(host.map_err(|reason| NoSignal::Reject(reason, Some(column)))?)
            }
        };
        let next = self.places.len();
        let key = (stage, host.map(Box::from));
        if let Some(place) = self.places.get(&key) {
            return Ok(*place);
        }
        self.places.insert(key, next);
        let dimensions = &self.seen[stage].0;
        self.signals.place(&dimensions.market, &dimensions.broadcast_id, host);
        Ok(next)
    }

    fn rung(&mut self, fields: &[Field<'_>]) -> Mapped<Option<usize>> {
        let Some(column) = self.layout.rung.filter(|column| !is_blank(fields[*column])) else { return Ok(None) };
        let reject = |reason| NoSignal::Reject(reason, Some(column));
        let mut number = itoa::Buffer::new();
        let name = id(fields[column], &mut number).map_err(reject)?;
        if let Some(rung) = self.rungs.get(name) {
            return Ok(Some(*rung));
        }
        if self.rungs.len() >= MOST_RUNGS {
            return Err(reject(Reason::BadValue));
        }
        let next = self.rungs.len();
        self.rungs.insert(name.into(), next);
        self.signals.rung(name);
        Ok(Some(next))
    }

    /// What the row says, and whether that can be.
    fn measures(&self, fields: &[Field<'_>]) -> Mapped<VisitMeasures> {
        let (layout, limits) = (self.layout, &self.limits);
        let stall_ms = measure(fields, layout.stall, limits.time_ms)?;
        let watch_ms = self.watch_ms(fields, stall_ms)?;
        if let (Some(stalled), Some(watched), Some(stall)) = (stall_ms, watch_ms, layout.stall)
            && stalled > watched
        {
            return Err(NoSignal::Reject(Reason::StallExceedsView, Some(stall.column)));
        }
        let stalls = count(fields, layout.stalls, limits.stalls)?;
        if layout.rows.is_of_views() {
            let first_frame_ms = small(measure(fields, layout.first_frame, limits.first_frame_ms)?);
            let failed = failed(fields, layout.failed, layout.rows.failed.as_ref())?;
            let has_first_frames = layout.first_frame.is_some();
            let view =
                VisitMeasures::of_view(has_first_frames, first_frame_ms, (stalls, stall_ms, watch_ms), failed);
            return Ok(VisitMeasures {
                offset_ms: small(values::distance(fields, layout.offset, limits.offset_ms)?),
                bitrate_bps: small(measure(fields, layout.bitrate, limits.bitrate_bps)?),
                ..view
            });
        }
        self.of_many(fields, stalls, (stall_ms, watch_ms))
    }

    /// The time watched with stalls in it.
    fn watch_ms(&self, fields: &[Field<'_>], stall_ms: Option<u64>) -> Mapped<Option<u64>> {
        let watched = measure(fields, self.layout.watch, self.limits.time_ms)?;
        let has_stalls = self.layout.rows.watch.as_ref().is_none_or(|watch| watch.has_stalls);
        Ok(if has_stalls { watched } else { watched.zip(stall_ms).map(|(played, stalled)| played + stalled) })
    }

    /// What a row says of many views: of a part there are no more than of the whole.
    fn of_many(
        &self,
        fields: &[Field<'_>],
        stalls: Option<u32>,
        (stall_ms, watch_ms): (Option<u64>, Option<u64>),
    ) -> Mapped<VisitMeasures> {
        let (layout, most) = (self.layout, self.limits.views);
        let missing = NoSignal::Reject(Reason::MissingValue, layout.views);
        let views = count(fields, layout.views, most)?.ok_or(missing)?;
        let of = |column: Option<usize>, whole: Option<u32>| {
            let part = count(fields, column, most)?;
            match (part, whole) {
                (Some(part), Some(whole)) if part > whole => {
                    Err(NoSignal::Reject(Reason::PartExceedsWhole, column))
                }
                _ => Ok(part),
            }
        };
        let starts = of(layout.starts, Some(views))?;
        Ok(VisitMeasures {
            views,
            starts,
            good_starts: of(layout.good_starts, starts.or(Some(views)))?,
            failures: of(layout.failures, Some(views))?,
            stalls,
            stalled_views: of(layout.stalled_views, Some(views))?,
            stall_ms,
            watch_ms,
            ..VisitMeasures::default()
        })
    }

    /// What became of the records.
    pub(in crate::export) fn done(mut self) -> Result<RecordOutcomes<'a>, ExportError> {
        let refusal = self.outcomes.refusal.take().or_else(|| self.stages.rounded());
        if let Some(refusal) = refusal.or_else(|| self.signals.too_many().map(ExportError::TooManyCells)) {
            return Err(refusal);
        }
        self.outcomes.stats.other_markets = self.stages.other_markets;
        self.outcomes.stats.prints = self.prints.map(Prints::finish);
        Ok(self.outcomes)
    }
}

/// A number that is within 32 bits by its limit.
fn small(number: Option<u64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

impl<S: QualitySignals> Records for QualityMapper<'_, S> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        let mapped = self.map(at, fields);
        self.outcomes.settle_row(at, &mapped, (fields, self.layout.viewer_id), raw);
    }

    fn text(&mut self, raw: &[u8]) {
        self.print = self.prints.is_some().then(|| prints::of_text(raw));
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.outcomes.broken(at, reason, raw, self.layout.viewer_id.is_some());
    }

    fn is_refused(&self) -> bool {
        self.outcomes.refusal.is_some() || self.signals.too_many().is_some()
    }
}

#[cfg(test)]
mod tests;
