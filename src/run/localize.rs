//! From signals on UTC to rows on a market's clock: the bridge between reading and counting.

use std::collections::BTreeMap;
use std::io;

use crate::plan::PlannedDay;
use coverledger_config::Workspace;
use coverledger_core::count::{Feed, Input, Placed};
use coverledger_core::model::{Era, MarketId, Stage, TurnNumber, Turns};
use coverledger_core::time::{Calendar, Cuts};
use coverledger_read::export::{Signal, Signals};

/// The calendars of all markets of a batch.
pub(super) struct Clocks {
    markets: BTreeMap<MarketId, usize>,
    calendars: Vec<MarketClock>,
}

/// One market's days of a batch.
struct MarketClock {
    calendar: Calendar,
    /// Index into the batch's market-days, by day of the calendar.
    day_numbers: Vec<usize>,
}

impl Clocks {
    pub(super) fn new(
        workspace: &Workspace,
        days: &[&PlannedDay],
        eras_us: &[i64],
        turns: &BTreeMap<MarketId, Turns>,
    ) -> Self {
        let mut clocks = Self { markets: BTreeMap::new(), calendars: Vec::new() };
        for (id, market) in &workspace.markets {
            let of_market = |day: &&PlannedDay| day.market_day.market == *id;
            let dates = days.iter().copied().filter(|day| of_market(day)).map(|day| day.market_day.local_date);
            let turns: Vec<(i64, u32)> = turns
                .get(id)
                .map(|turns| turns.cuts().iter().map(|(cut, TurnNumber(number))| (*cut, *number)).collect())
                .unwrap_or_default();
            let cuts = Cuts { eras_us, turns: &turns };
            let calendar = Calendar::new(&market.day, &market.slots, dates, cuts);
            let number = |date| days.iter().position(|day| of_market(day) && day.market_day.local_date == date);
            let day_numbers: Vec<usize> = calendar.days().iter().filter_map(|day| number(day.date)).collect();
            if !day_numbers.is_empty() {
                clocks.markets.insert(id.clone(), clocks.calendars.len());
                clocks.calendars.push(MarketClock { calendar, day_numbers });
            }
        }
        clocks
    }
}

/// Puts the signals of one export on their markets' clocks and feeds them to the counter.
pub(super) struct Localizing<'a, 'c> {
    clocks: &'a Clocks,
    feed: &'a mut Feed<'c>,
    stage_clock: Vec<Option<usize>>,
    hints: Vec<usize>,
    /// Why rows could not be taken.
    pub(super) failure: Option<io::Error>,
}

impl<'a, 'c> Localizing<'a, 'c> {
    pub(super) fn new(clocks: &'a Clocks, feed: &'a mut Feed<'c>) -> Self {
        let hints = vec![0; clocks.calendars.len()];
        Self { clocks, feed, stage_clock: Vec::new(), hints, failure: None }
    }
}

impl Signals for Localizing<'_, '_> {
    fn stage(&mut self, stage: &Stage) {
        self.stage_clock.push(self.clocks.markets.get(&stage.market).copied());
        let cover_id = stage.cover_id.as_deref().unwrap_or_default();
        self.feed.stage(&stage.audience, &stage.broadcast_id, cover_id);
    }

    fn too_many(&self) -> Option<usize> {
        self.feed.too_many()
    }

    fn signal(&mut self, signal: &Signal<'_>) {
        let place = self.stage_clock[signal.stage].and_then(|clock| {
            let MarketClock { calendar, day_numbers } = &self.clocks.calendars[clock];
            let place = calendar.place(signal.credited_us, &mut self.hints[clock])?;
            Some(Placed {
                stage: signal.stage,
                day: day_numbers[place.day],
                slot: place.slot,
                era: Era(place.cuts),
                turn: TurnNumber(place.turn),
            })
        });
        let taken = self.feed.push(&Input {
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
