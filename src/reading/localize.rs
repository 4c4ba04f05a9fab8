//! From signals on UTC to rows on a market's clock: the bridge between reading and counting.

use std::collections::BTreeMap;

use super::count_job;
use crate::plan::PlannedDay;
use coverledger_config::Workspace;
use coverledger_core::count::{EngineError, Input, Placed, SignalWriter, cuts};
use coverledger_core::model::{Dimensions, Era, Eras, GroupKey, MarketId, TurnNumber, Turns, ViewerGroup};
use coverledger_core::time::{Hint, Timeline};
use coverledger_read::export::{Signal, Signals};

/// The timelines of all markets of a batch.
pub(crate) struct Clocks<'w> {
    markets: BTreeMap<MarketId, usize>,
    of_markets: Vec<MarketClock>,
    /// By market-day of the batch; none where no day is counted by groups of viewers.
    group_keys: Vec<Option<&'w GroupKey>>,
}

/// One market's days of a batch.
struct MarketClock {
    timeline: Timeline,
    /// Index into the batch's market-days, by day of the timeline.
    day_numbers: Vec<usize>,
}

impl<'w> Clocks<'w> {
    pub(crate) fn new(
        workspace: &'w Workspace,
        days: &[&PlannedDay],
        eras: &Eras,
        turns: &BTreeMap<MarketId, Turns>,
    ) -> Self {
        let mut group_keys = count_job::group_keys(workspace, days);
        if group_keys.iter().all(Option::is_none) {
            group_keys.clear();
        }
        let mut clocks = Self { markets: BTreeMap::new(), of_markets: Vec::new(), group_keys };
        for (id, market) in &workspace.markets {
            let of_market = |day: &&PlannedDay| day.market_day.market == *id;
            let dates = days.iter().copied().filter(|day| of_market(day)).map(|day| day.market_day.local_date);
            let cuts = cuts(eras, turns.get(id).unwrap_or(&Turns::default()));
            let timeline = Timeline::of_dates(&market.day, Some(&market.slots), dates, &cuts);
            let number = |date| days.iter().position(|day| of_market(day) && day.market_day.local_date == date);
            let day_numbers: Vec<usize> = timeline.days().iter().filter_map(|day| number(day.date)).collect();
            if !day_numbers.is_empty() {
                clocks.markets.insert(id.clone(), clocks.of_markets.len());
                clocks.of_markets.push(MarketClock { timeline, day_numbers });
            }
        }
        clocks
    }

    /// The clock of a market; `None` where none of its days is in the batch.
    pub(crate) fn of_market(&self, market: &MarketId) -> Option<usize> {
        self.markets.get(market).copied()
    }

    /// No hint yet, for every clock.
    pub(crate) fn hints(&self) -> Vec<Hint> {
        vec![Hint::default(); self.of_markets.len()]
    }

    /// The market-day of the batch and the slot of an instant, by a clock.
    pub(crate) fn day_and_slot(&self, clock: usize, at_us: i64, hint: &mut Hint) -> Option<(usize, usize)> {
        let MarketClock { timeline, day_numbers } = &self.of_markets[clock];
        let place = timeline.place(at_us, hint)?;
        Some((day_numbers[place.day], place.slot?))
    }

    /// Whether a market-day of the batch is counted by groups of viewers.
    pub(crate) const fn has_groups(&self) -> bool {
        !self.group_keys.is_empty()
    }

    /// The group of the viewer of a signal on a market-day that is counted by groups.
    fn group(&self, day: usize, signal: &Signal<'_>) -> Option<ViewerGroup> {
        let key = self.group_keys.get(day).copied().flatten()?;
        signal.viewer_id.map(|id| key.group(id.hash()))
    }
}

/// Puts the signals of one export on their markets' clocks and hands them to a writer of the engine.
pub(crate) struct Localizing<'a, W> {
    clocks: &'a Clocks<'a>,
    writer: &'a mut W,
    stage_clock: Vec<Option<usize>>,
    hints: Vec<Hint>,
    /// Why rows could not be taken.
    pub(crate) failure: Option<EngineError>,
}

impl<'a, W: SignalWriter> Localizing<'a, W> {
    pub(crate) fn new(clocks: &'a Clocks<'a>, writer: &'a mut W) -> Self {
        let hints = vec![Hint::default(); clocks.of_markets.len()];
        Self { clocks, writer, stage_clock: Vec::new(), hints, failure: None }
    }
}

impl<W: SignalWriter> Signals for Localizing<'_, W> {
    fn stage(&mut self, stage: &Dimensions) {
        self.stage_clock.push(self.clocks.markets.get(&stage.market).copied());
        let cover_id = stage.cover_id.as_deref().unwrap_or_default();
        self.writer.dimensions(&stage.audience, &stage.broadcast_id, cover_id);
    }

    fn too_many(&self) -> Option<usize> {
        self.writer.too_many()
    }

    #[expect(clippy::inline_always, reason = "a signal that is handed over in memory takes longer than its place")]
    #[inline(always)]
    fn signal(&mut self, signal: &Signal<'_>) {
        let place = self.stage_clock[signal.stage].and_then(|clock| {
            let MarketClock { timeline, day_numbers } = &self.clocks.of_markets[clock];
            let place = timeline.place(signal.credited_us, &mut self.hints[clock])?;
            let day = day_numbers[place.day];
            Some(Placed {
                dimensions: signal.stage,
                day,
                slot: place.slot?,
                era: Era(place.era),
                turn: TurnNumber(place.turn),
                group: self.clocks.group(day, signal),
            })
        });
        let taken = self.writer.push(&Input {
            record: signal.record,
            occurred_us: signal.occurred_us,
            kinds: signal.kinds,
            dwell_ms: signal.dwell_ms,
            event_id: signal.event_id,
            viewer_id: signal.viewer_id,
            place,
        });
        if let Err(error) = taken {
            self.failure.get_or_insert(error);
        }
    }
}
