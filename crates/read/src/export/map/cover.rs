//! From the values of a record to a cover on air, or to a reject with its reason.

use std::collections::BTreeMap;

use super::count_layout::CoverLayout;
use super::dimension_cache::DimensionCache;
use super::record_outcomes::RecordOutcomes;
use super::{Mapped, NoSignal};
use crate::export::format::field::{Field, Position, Records};
use crate::export::value::instant::{self, InstantAt};
use crate::export::value::number_text::{folded, is_unknown};
use crate::export::{ExportError, Reach, Reading};
use coverledger_core::model::{CountTable, Dimensions, MarketId, OnAir, Reason};
use coverledger_core::time::Zone;

/// Turns records into covers on air.
pub(in crate::export) struct CoverMapper<'a> {
    layout: &'a CoverLayout<'a>,
    stages: DimensionCache<'a>,
    seen: Vec<Dimensions>,
    markets: &'a BTreeMap<MarketId, Zone>,
    reach: &'a Reach,
    max_rows: usize,
    outcomes: RecordOutcomes<'a>,
    page: CountTable,
}

impl<'a> CoverMapper<'a> {
    pub(in crate::export) fn new(reading: &'a Reading<'_>, layout: &'a CoverLayout<'a>, max_rows: usize) -> Self {
        Self {
            layout,
            stages: DimensionCache::new(reading.export, &layout.seat, reading.path, reading.markets),
            seen: Vec::new(),
            markets: reading.markets,
            reach: reading.reach,
            max_rows,
            outcomes: RecordOutcomes::new(&layout.seat, reading.excerpt),
            page: CountTable::default(),
        }
    }

    /// What became of the records, and the page.
    pub(in crate::export) fn done(mut self) -> Result<(RecordOutcomes<'a>, CountTable), ExportError> {
        let refusal = self.outcomes.refusal.take().or_else(|| self.stages.rounded());
        match refusal {
            Some(refusal) => Err(refusal),
            None => self.stages.made_ids.refuse_both().map(|()| (self.outcomes, self.page)),
        }
    }

    fn map(&mut self, record: u32, fields: &[Field<'_>]) -> Mapped<()> {
        let seen = &mut self.seen;
        let stage = self.stages.of(fields, |stage| seen.push(stage.clone()))?;
        let stage = &self.seen[stage];
        let market = self.markets.get(&stage.market);
        let read = |(at, instant): (InstantAt, &coverledger_config::InstantColumn)| {
            instant::read_at(fields, at, &instant.format, market)
                .map_err(|(reason, column)| NoSignal::Reject(reason, Some(column)))
        };
        let from_us = read(self.layout.from)?;
        let until_us = self.layout.until.filter(|(at, _)| is_there(fields[at.date])).map(read).transpose()?;
        if let Some(((at, _), until_us)) = self.layout.until.zip(until_us)
            && until_us <= from_us
        {
            return Err(NoSignal::Reject(Reason::EmptyInterval, Some(at.date)));
        }
        let (reach_from_us, reach_until_us) = self.reach.in_market(&stage.market);
        if from_us >= reach_until_us || until_us.is_some_and(|until_us| until_us <= reach_from_us) {
            self.outcomes.stats.beyond.record((from_us, until_us.map_or(from_us, |until_us| until_us - 1)), false);
            return Err(NoSignal::Reject(Reason::BeyondReach, Some(self.layout.from.0.date)));
        }
        let created_us = self.layout.newest.map(read).transpose()?;
        if self.page.on_air.len() >= self.max_rows {
            self.outcomes.refusal.get_or_insert(ExportError::TooManyRows(self.max_rows));
            return Err(NoSignal::Ignored);
        }
        self.page.created_us = self.page.created_us.max(created_us);
        self.page.on_air.push(OnAir {
            record,
            market: stage.market.clone(),
            broadcast_id: stage.broadcast_id.clone(),
            cover_id: stage.cover_id.clone().unwrap_or_default(),
            from_us,
            until_us,
        });
        Ok(())
    }
}

/// Whether a cover has an end yet: an empty value or a dash is none.
fn is_there(field: Field<'_>) -> bool {
    match field {
        Field::Null => false,
        Field::Text(text) => !is_unknown(&folded(text)),
        _ => true,
    }
}

impl Records for CoverMapper<'_> {
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String) {
        let Some(record) = self.outcomes.number(at) else { return };
        let seen = self.seen.len();
        let mapped = self.map(record, fields);
        if mapped.is_err() && self.seen.len() > seen {
            self.seen.pop();
            self.stages.take_back();
        }
        self.outcomes.settle_row(at, &mapped, (fields, None), raw);
    }

    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.outcomes.broken(at, reason, raw, false);
    }

    fn is_refused(&self) -> bool {
        self.outcomes.refusal.is_some()
    }
}
