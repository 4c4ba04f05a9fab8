//! Which rows reach into which market-days, and under which keys they compete.

use hashbrown::HashMap;

use super::names::{Names, number};
use super::newest::{Claiming, Claims, Newness};
use super::timeline::Airing;
use super::{Book, Entry};
use crate::config::Extent;
use crate::model::{CountRow, MarketId, OnAir, Stage};

/// A broadcast in a market, both as numbers.
pub(super) type Room = (u32, u32);

/// A row by its entry and its place in that page.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowAt {
    pub(super) entry: usize,
    pub(super) row: usize,
    /// The number of the key under which it competes.
    pub(super) group: u32,
}

/// A stage in a market that is booked, as numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) market: u32,
    pub(super) audience: u32,
    pub(super) broadcast: u32,
    /// `None` where the log of covers says it.
    pub(super) cover: Option<u32>,
}

/// A row of a log of covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logged {
    pub(super) entry: usize,
    pub(super) group: u32,
    pub(super) airing: Airing,
}

/// A market, and when its booked days are, in order of time.
#[derive(Debug)]
pub(super) struct Market<'a> {
    pub(super) id: &'a MarketId,
    days: Vec<(i64, i64, usize)>,
    /// From the first start to the last end of the rows that reach into one of its days.
    pub(super) span_us: Option<(i64, i64)>,
}

/// All pages, gone through once, whatever the number of market-days.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    pub(super) names: Names<'a>,
    pub(super) markets: Vec<Market<'a>>,
    /// By entry and stage; `None` for markets that are not booked.
    pub(super) seats: Vec<Vec<Option<Seat>>>,
    /// By market-day: the rows that reach into it, of the pages in its scope.
    pub(super) rows: Vec<Vec<RowAt>>,
    pub(super) row_claims: Claims,
    /// What the rows of definitions that others are a fallback of are about: keys and entries.
    pub(super) better: HashMap<(usize, Room), Vec<(u32, usize)>>,
    /// Which definition is the fallback of which.
    pub(super) fallback_for: HashMap<usize, usize>,
    pub(super) log: HashMap<Room, Vec<Logged>>,
    pub(super) log_claims: Claims,
}

/// Rows compete within a definition and market for their interval, and for their broadcast where pages come in parts.
/// Covers compete for the instant at which they begin.
type Key = (usize, u32, i64, i64, Option<u32>);

impl<'a> Reach<'a> {
    pub(super) fn new(book: &Book<'a>) -> Self {
        let mut names = Names::default();
        let mut markets = markets(book);
        let market_numbers: HashMap<&MarketId, u32> =
            markets.iter().enumerate().map(|(index, market)| (market.id, number(index))).collect();
        let fallback_for: HashMap<usize, usize> =
            book.entries.iter().filter_map(|entry| Some((entry.definition, entry.fallback_for?))).collect();
        let mut better: HashMap<(usize, Room), Vec<(u32, usize)>> = HashMap::new();
        let is_better = |definition: usize| fallback_for.values().any(|better| *better == definition);
        let (mut row_claims, mut log_claims) = (Claiming::<Key>::default(), Claiming::<Key>::default());
        let mut rows: Vec<Vec<RowAt>> = vec![Vec::new(); book.days.len()];
        let mut log: HashMap<Room, Vec<Logged>> = HashMap::new();
        let mut seats: Vec<Vec<Option<Seat>>> = Vec::with_capacity(book.entries.len());
        for (number, entry) in book.entries.iter().enumerate() {
            let stages = entry.page.stages.iter();
            let its_seats: Vec<_> = stages.map(|stage| seat(stage, &market_numbers, &mut names)).collect();
            let is_better = is_better(entry.definition);
            for (index, row) in entry.page.rows.iter().enumerate() {
                let Some(seat) = its_seats[row.stage as usize] else { continue };
                let market = &mut markets[seat.market as usize];
                let is_booked = market.days_of(row.start_us, row.end_us).next().is_some();
                if !is_booked && !is_better {
                    continue;
                }
                let group = row_claims.claim(row_key(entry, seat, row), number);
                if is_better {
                    let claims = better.entry((entry.definition, (seat.market, seat.broadcast))).or_default();
                    if claims.last() != Some(&(group, number)) {
                        claims.push((group, number));
                    }
                }
                for day in
                    market.days_of(row.start_us, row.end_us).filter(|day| book.scope.covers(entry.export, *day))
                {
                    rows[day].push(RowAt { entry: number, row: index, group });
                }
                if is_booked {
                    let (start, end) = market.span_us.unwrap_or((row.start_us, row.end_us));
                    market.span_us = Some((start.min(row.start_us), end.max(row.end_us)));
                }
            }
            for on_air in &entry.page.on_air {
                let Some(market) = market_numbers.get(&on_air.market).copied() else { continue };
                let broadcast = names.number(&on_air.broadcast_id);
                let group = log_claims.claim(log_key(entry, (market, broadcast), on_air), number);
                let cover = names.number(&on_air.cover_id);
                let airing = Airing { from_us: on_air.from_us, until_us: on_air.until_us, cover };
                log.entry((market, broadcast)).or_default().push(Logged { entry: number, group, airing });
            }
            seats.push(its_seats);
        }
        let newness = Newness::new(book.entries);
        let (row_claims, log_claims) = (row_claims.finish(&newness), log_claims.finish(&newness));
        Self { names, markets, seats, rows, row_claims, better, fallback_for, log, log_claims }
    }
}

impl Market<'_> {
    /// The booked days that an interval reaches into.
    fn days_of(&self, start_us: i64, end_us: i64) -> impl Iterator<Item = usize> {
        let first = self.days.partition_point(|(_, end, _)| *end <= start_us);
        self.days[first..].iter().take_while(move |(start, ..)| *start < end_us).map(|(.., day)| *day)
    }
}

fn markets<'a>(book: &Book<'a>) -> Vec<Market<'a>> {
    let mut markets: Vec<Market<'a>> = Vec::new();
    let mut places: HashMap<&MarketId, usize> = HashMap::new();
    for (number, day) in book.days.iter().enumerate() {
        let place = *places.entry(day.market).or_insert(markets.len());
        if place == markets.len() {
            markets.push(Market { id: day.market, days: Vec::new(), span_us: None });
        }
        let (start, end) = (day.day.start.as_microsecond(), day.day.end.as_microsecond());
        markets[place].days.push((start, end, number));
    }
    markets.iter_mut().for_each(|market| market.days.sort_unstable());
    markets
}

fn seat<'a>(stage: &'a Stage, markets: &HashMap<&MarketId, u32>, names: &mut Names<'a>) -> Option<Seat> {
    let market = *markets.get(&stage.market)?;
    Some(Seat {
        market,
        audience: names.number(&stage.audience),
        broadcast: names.number(&stage.broadcast_id),
        cover: stage.cover_id.as_deref().map(|cover| names.number(cover)),
    })
}

fn row_key(entry: &Entry<'_>, seat: Seat, row: &CountRow) -> Key {
    let part = (entry.extent == Extent::Broadcast).then_some(seat.broadcast);
    (entry.definition, seat.market, row.start_us, row.end_us, part)
}

fn log_key(entry: &Entry<'_>, (market, broadcast): Room, on_air: &OnAir) -> Key {
    let part = (entry.extent == Extent::Broadcast).then_some(broadcast);
    (entry.definition, market, on_air.from_us, on_air.from_us, part)
}
