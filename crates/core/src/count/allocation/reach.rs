//! Which rows reach into which market-days, and under which keys they compete.
//!
//! All tables are read once, whatever the number of market-days; a market-day then looks only at its own rows.

use hashbrown::HashMap;

use super::airtime::Airing;
use super::names::{Names, number};
use super::newest::{Claiming, Claims, Newness};
use super::{AllocationJob, Entry, Subject};
use crate::model::Extent;
use crate::model::{Dimensions, MarketId};

/// A broadcast in a market, both as numbers.
pub(super) type Room = (u32, u32);

/// Rows compete within a definition and market for their interval; where pages come in parts, for the instant at which
/// they begin in their broadcast. Covers compete for the instant at which they begin.
type Key = (usize, u32, i64, i64, Option<u32>);

/// A row by its entry and its place in that page.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowAt {
    pub(super) entry: u32,
    pub(super) row: u32,
    /// The number of the key under which it competes.
    pub(super) group: u32,
}

/// A stage in a market that is allocated, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat {
    pub(super) market: u32,
    pub(super) audience: u32,
    pub(super) broadcast: u32,
    /// `None` where the cover log says it.
    pub(super) cover: Option<u32>,
}

impl Seat {
    pub(super) const fn room(self) -> Room {
        (self.market, self.broadcast)
    }

    /// The subject of its rows, if anything identifies it.
    pub(super) const fn subject(self, by: Subject) -> Option<u32> {
        match by {
            Subject::Broadcast => Some(self.broadcast),
            Subject::Cover => self.cover,
            Subject::Nothing => None,
        }
    }
}

/// A row of a log of covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logged {
    pub(super) entry: usize,
    pub(super) group: u32,
    pub(super) airing: Airing,
}

/// A market, and when its allocated days are, in order of time.
#[derive(Debug)]
pub(super) struct Market<'a> {
    pub(super) id: &'a MarketId,
    days: Vec<(i64, i64, usize)>,
    /// From the first start to the last end of the rows that reach into one of its days.
    pub(super) span_us: Option<(i64, i64)>,
    /// What the logs say of its broadcasts, by broadcast.
    pub(super) log: HashMap<u32, Vec<Logged>>,
}

impl Market<'_> {
    /// The allocated days that an interval reaches into.
    fn days_over(&self, start_us: i64, end_us: i64) -> impl Iterator<Item = usize> {
        let first = self.days.partition_point(|(_, end, _)| *end <= start_us);
        self.days[first..].iter().take_while(move |(start, ..)| *start < end_us).map(|(.., day)| *day)
    }
}

/// The rows of all tables, indexed for allocation.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    pub(super) names: Names<'a>,
    pub(super) markets: Vec<Market<'a>>,
    /// By entry and stage; `None` for markets that are not allocated.
    pub(super) seats: Vec<Vec<Option<Seat>>>,
    /// By market-day: the rows that reach into it, of the pages in its scope.
    pub(super) rows: Vec<Vec<RowAt>>,
    pub(super) row_claims: Claims,
    pub(super) log_claims: Claims,
    /// Which definition is the fallback of which.
    pub(super) fallback_for: HashMap<usize, usize>,
    /// For definitions that have a fallback: under which keys which entries have rows of a broadcast.
    pub(super) better: HashMap<(usize, Room), Vec<(u32, usize)>>,
    /// By entry: the subjects of its rows, by market; sorted, each once.
    pub(super) subjects: Vec<Vec<(u32, Option<u32>)>>,
    pub(super) newness: Newness,
}

impl<'a> Reach<'a> {
    pub(super) fn new(job: &AllocationJob<'a>) -> Self {
        let mut gathering = Gathering::new(job);
        for number in 0..job.entries.len() {
            gathering.take_rows(number);
            gathering.take_log(number);
        }
        gathering.finish()
    }

    /// The number of a market that is allocated.
    pub(super) fn market(&self, id: &MarketId) -> Option<u32> {
        self.markets.iter().position(|market| market.id == id).map(number)
    }
}

/// Builds the index.
struct Gathering<'a, 'b> {
    job: &'b AllocationJob<'a>,
    market_numbers: HashMap<&'a MarketId, u32>,
    row_claims: Claiming<Key>,
    log_claims: Claiming<Key>,
    gathered: Reach<'a>,
}

impl<'a, 'b> Gathering<'a, 'b> {
    fn new(job: &'b AllocationJob<'a>) -> Self {
        let markets = markets(job);
        let fallbacks = job.entries.iter().filter_map(|entry| Some((entry.definition, entry.fallback_for?)));
        Self {
            job,
            market_numbers: markets.iter().enumerate().map(|(index, market)| (market.id, number(index))).collect(),
            row_claims: Claiming::default(),
            log_claims: Claiming::default(),
            gathered: Reach {
                names: Names::default(),
                markets,
                seats: Vec::with_capacity(job.entries.len()),
                rows: vec![Vec::new(); job.days.len()],
                row_claims: Claims::default(),
                log_claims: Claims::default(),
                fallback_for: fallbacks.collect(),
                better: HashMap::new(),
                subjects: Vec::with_capacity(job.entries.len()),
                newness: Newness::new(job.entries),
            },
        }
    }

    fn take_rows(&mut self, entry_number: usize) {
        let entry: &'b Entry<'a> = &self.job.entries[entry_number];
        let seats: Vec<_> = entry.page.stages.iter().map(|stage| self.seat(stage)).collect();
        let gathered = &mut self.gathered;
        let has_fallback = gathered.fallback_for.values().any(|better| *better == entry.definition);
        for (index, row) in entry.page.rows.iter().enumerate() {
            let Some(seat) = seats[row.stage as usize] else { continue };
            let market = &mut gathered.markets[seat.market as usize];
            let is_allocated = market.days_over(row.start_us, row.end_us).next().is_some();
            let is_part = entry.extent == Extent::Broadcast;
            // An older delivery of a part may have reached into an allocated day.
            if !is_allocated && !has_fallback && !is_part {
                continue;
            }
            let part = is_part.then_some(seat.broadcast);
            // A session that is exported while it is on air has a later end in the next export.
            let end_us = if is_part && !row.is_all_day { row.start_us } else { row.end_us };
            let key = (entry.definition, seat.market, row.start_us, end_us, part);
            let group = self.row_claims.claim(key, entry_number);
            if has_fallback {
                let claims = gathered.better.entry((entry.definition, seat.room())).or_default();
                if claims.last() != Some(&(group, entry_number)) {
                    claims.push((group, entry_number));
                }
            }
            if is_allocated {
                let (start, end) = market.span_us.unwrap_or((row.start_us, row.end_us));
                market.span_us = Some((start.min(row.start_us), end.max(row.end_us)));
            }
            let days = market.days_over(row.start_us, row.end_us);
            for day in days.filter(|day| self.job.scope.covers(entry.export, *day)) {
                gathered.rows[day].push(RowAt { entry: number(entry_number), row: number(index), group });
            }
        }
        let subjects = seats.iter().flatten().map(|seat| (seat.market, seat.subject(entry.subject)));
        gathered.subjects.push(subjects.collect());
        gathered.seats.push(seats);
    }

    fn seat(&mut self, stage: &'a Dimensions) -> Option<Seat> {
        let market = *self.market_numbers.get(&stage.market)?;
        let names = &mut self.gathered.names;
        Some(Seat {
            market,
            audience: names.number(&stage.audience),
            broadcast: names.number(&stage.broadcast_id),
            cover: stage.cover_id.as_deref().map(|cover| names.number(cover)),
        })
    }

    fn take_log(&mut self, entry_number: usize) {
        let entry: &'b Entry<'a> = &self.job.entries[entry_number];
        for on_air in &entry.page.on_air {
            let Some(market) = self.market_numbers.get(&on_air.market).copied() else { continue };
            let names = &mut self.gathered.names;
            let (broadcast, cover) = (names.number(&on_air.broadcast_id), names.number(&on_air.cover_id));
            let part = (entry.extent == Extent::Broadcast).then_some(broadcast);
            let key = (entry.definition, market, on_air.from_us, on_air.from_us, part);
            let group = self.log_claims.claim(key, entry_number);
            let airing = Airing { from_us: on_air.from_us, until_us: on_air.until_us, cover };
            let log = &mut self.gathered.markets[market as usize].log;
            log.entry(broadcast).or_default().push(Logged { entry: entry_number, group, airing });
            self.gathered.subjects[entry_number].push((market, Some(broadcast)));
        }
        let subjects = &mut self.gathered.subjects[entry_number];
        subjects.sort_unstable();
        subjects.dedup();
    }

    fn finish(self) -> Reach<'a> {
        let newness = &self.gathered.newness;
        Reach {
            row_claims: self.row_claims.finish(newness),
            log_claims: self.log_claims.finish(newness),
            ..self.gathered
        }
    }
}

fn markets<'a>(job: &AllocationJob<'a>) -> Vec<Market<'a>> {
    let mut markets: Vec<Market<'a>> = Vec::new();
    let mut places: HashMap<&MarketId, usize> = HashMap::new();
    for (number, day) in job.days.iter().enumerate() {
        let place = *places.entry(day.market).or_insert(markets.len());
        if place == markets.len() {
            let log = HashMap::new();
            markets.push(Market { id: day.market, days: Vec::new(), span_us: None, log });
        }
        let (start, end) = (day.day.start.as_microsecond(), day.day.end.as_microsecond());
        markets[place].days.push((start, end, number));
    }
    for market in &mut markets {
        market.days.sort_unstable();
    }
    markets
}
