//! One market-day, booked.

use hashbrown::HashMap;

use super::allot::{Grid, Sharing, day_match};
use super::cells::{Cell, Cells};
use super::reach::{Logged, Market, Reach, Room, RowAt, Seat};
use super::timeline::{Airing, Attribution, Timeline};
use super::{Book, BookDay};
use crate::model::{CountRow, Fact, Figures};

/// How far beyond the booked days time is laid out: readers refuse longer rows.
const LONGEST_ROW_US: i64 = 32 * 24 * 3600 * 1_000_000;

/// The clocks of a market: cut into slots, and into days only.
#[derive(Debug, Clone, Default)]
struct Clock {
    slots: Grid,
    days: Grid,
}

/// The clocks of all markets.
#[derive(Debug)]
pub(super) struct Grids(Vec<Clock>);

impl Grids {
    /// Lays out as much time as rows reach over.
    pub(super) fn new(book: &Book<'_>, reach: &Reach<'_>) -> Self {
        Self(reach.markets.iter().map(|market| clock(book, market).unwrap_or_default()).collect())
    }
}

fn clock(book: &Book<'_>, market: &Market<'_>) -> Option<Clock> {
    let (start_us, end_us) = market.span_us?;
    let days = || book.days.iter().filter(|day| day.market == market.id);
    let earliest_us = days().map(|day| day.day.start.as_microsecond()).min()?.saturating_sub(LONGEST_ROW_US);
    let latest_us = days().map(|day| day.day.end.as_microsecond()).max()?.saturating_add(LONGEST_ROW_US);
    let span_us = (start_us.max(earliest_us), end_us.min(latest_us));
    let day = days().next()?;
    Some(Clock {
        slots: Grid::new(day.rule, Some(day.slots), book.eras, span_us),
        days: Grid::new(day.rule, None, book.eras, span_us),
    })
}

/// What booking one market-day needs.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) book: &'a Book<'a>,
    pub(super) reach: &'a Reach<'a>,
    pub(super) grids: &'a Grids,
    /// The number of the cover that nobody knows.
    pub(super) unknown: u32,
    pub(super) number: usize,
    pub(super) day: &'a BookDay<'a>,
}

impl Sheet<'_> {
    /// The facts of the day. `outcome` is told of every row that reaches into it: its entry, and whether it counts.
    pub(super) fn facts(self, mut outcome: impl FnMut(usize, bool)) -> Vec<Fact> {
        let timelines = self.timelines(&mut outcome);
        let mut served: HashMap<(usize, Room), bool> = HashMap::new();
        let (mut cells, mut sharing, mut pieces) = (Cells::default(), Sharing::default(), Vec::new());
        let (mut slot_hint, mut day_hint) = (0, 0);
        for at in &self.reach.rows[self.number] {
            let (row, Some(seat)) = self.row(*at) else { continue };
            let definition = self.book.entries[at.entry].definition;
            let room = (seat.market, seat.broadcast);
            let is_counted = self.holds(*at)
                && !*served.entry((definition, room)).or_insert_with(|| self.is_served(definition, room));
            outcome(at.entry, is_counted);
            if !is_counted {
                continue;
            }
            let clock = &self.grids.0[seat.market as usize];
            let (grid, hint) =
                if row.is_all_day { (&clock.days, &mut day_hint) } else { (&clock.slots, &mut slot_hint) };
            grid.cut(row.start_us, row.end_us, hint, &mut pieces);
            let attribution = seat.cover.is_none().then(|| attribute(&timelines, room, row));
            let mut add = |index: usize, figures: &Figures| {
                let place: super::allot::Place = pieces[index].place;
                if place.date != self.day.day.date {
                    return;
                }
                let mut figures = *figures;
                if row.is_all_day {
                    figures.day_match = day_match(&pieces, place.date, row.start_us.abs_diff(row.end_us));
                }
                figures.on_air = attribution.map(|attribution| attribution.on_air).unwrap_or_default();
                let attributed = attribution.and_then(|attribution| attribution.cover);
                let cell = Cell {
                    era: place.era,
                    part: place.part,
                    audience: seat.audience,
                    broadcast: seat.broadcast,
                    cover: seat.cover.or(attributed).unwrap_or(self.unknown),
                    contaminated: attribution.is_some_and(|attribution| attribution.contaminated),
                };
                cells.add(cell, definition, &figures);
            };
            if let [_] = pieces[..] {
                add(0, &row.figures);
            } else {
                let allotted = sharing.allot(&row.figures, &pieces);
                allotted.iter().enumerate().for_each(|(index, figures)| add(index, figures));
            }
        }
        cells.into_facts(&self.reach.names)
    }

    fn row(&self, at: RowAt) -> (&CountRow, Option<Seat>) {
        let row = &self.book.entries[at.entry].page.rows[at.row];
        (row, self.reach.seats[at.entry][row.stage as usize])
    }

    fn is_in_scope(&self, entry: usize) -> bool {
        self.book.scope.covers(self.book.entries[entry].export, self.number)
    }

    /// Whether no newer page in scope says something about the key of this row.
    fn holds(&self, at: RowAt) -> bool {
        self.reach.row_claims.holder(at.group, |entry| self.is_in_scope(entry)) == Some(at.entry)
    }

    /// Whether a better export than this has rows of a broadcast, or one that is better still.
    fn is_served(&self, definition: usize, room: Room) -> bool {
        let step = |definition: &usize| self.reach.fallback_for.get(definition).copied();
        let better = std::iter::successors(step(&definition), step).take(self.reach.fallback_for.len());
        let has_rows = |definition: usize| {
            let claims = self.reach.better.get(&(definition, room)).map(Vec::as_slice).unwrap_or_default();
            claims.iter().any(|(group, entry)| {
                self.reach.row_claims.holder(*group, |entry| self.is_in_scope(entry)) == Some(*entry)
            })
        };
        better.into_iter().any(has_rows)
    }

    /// What the logs in scope say of every broadcast of the market. A row of a log reaches into the days on which its
    /// cover was on air.
    fn timelines(&self, outcome: &mut impl FnMut(usize, bool)) -> HashMap<Room, Timeline> {
        let (day_start, day_end) = (self.day.day.start.as_microsecond(), self.day.day.end.as_microsecond());
        let mut timelines = HashMap::new();
        let rooms = self
            .reach
            .log
            .iter()
            .filter(|((market, _), _)| self.reach.markets[*market as usize].id == self.day.market);
        for (room, logged) in rooms {
            let in_scope = || logged.iter().filter(|logged| self.is_in_scope(logged.entry));
            let holds = |logged: &Logged| {
                self.reach.log_claims.holder(logged.group, |entry| self.is_in_scope(entry)) == Some(logged.entry)
            };
            let airings: Vec<Airing> =
                in_scope().filter(|logged| holds(logged)).map(|logged| logged.airing).collect();
            let timeline = Timeline::new(&airings);
            for logged in in_scope() {
                let Airing { from_us, until_us, .. } = logged.airing;
                if from_us < day_end && day_start < timeline.end_of(from_us, until_us) {
                    outcome(logged.entry, holds(logged));
                }
            }
            timelines.insert(*room, timeline);
        }
        timelines
    }
}

fn attribute(timelines: &HashMap<Room, Timeline>, room: Room, row: &CountRow) -> Attribution {
    match timelines.get(&room) {
        Some(timeline) => timeline.attribute(row.start_us, row.end_us),
        None => Timeline::default().attribute(row.start_us, row.end_us),
    }
}
