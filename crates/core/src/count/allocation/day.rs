//! The allocation of one market-day.

use hashbrown::HashMap;

use super::airtime::{Airing, Airtime, Attribution};
use super::allot::{Sharing, day_match};
use super::bars::{CellBars, bar_of};
use super::cells::{Cell, Cells};
use super::clocks::Clock;
use super::conflict::{Conflict, Conflicts, Rival};
use super::log_told::{LogTold, Telling};
use super::names::number;
use super::reach::{Logged, Reach, Room, RowAt, Seat};
use super::unsaid::Unsaid;
use super::{AllocationDay, AllocationJob, Entry};
use crate::model::{BarFact, CountRow, CountSet, DayPart, Era, Fact, Figures, TurnFact, TurnNumber};
use crate::time::{Hint, Piece, Place};

/// Allocates one market-day.
#[derive(Clone, Copy)]
pub(super) struct DayAllocator<'a> {
    pub(super) job: &'a AllocationJob<'a>,
    pub(super) reach: &'a Reach<'a>,
    /// By market.
    pub(super) clocks: &'a [Clock],
    /// The number of the cover `unknown`.
    pub(super) unknown: u32,
    /// The number of the day.
    pub(super) number: usize,
    pub(super) day: &'a AllocationDay<'a>,
    /// Whether a turn reaches into the day.
    pub(super) has_turns: bool,
}

/// The allocation of one market-day.
pub(super) struct DayAllocation {
    pub(super) facts: Vec<Fact>,
    /// The same by turn if one reaches into the day.
    pub(super) turns: Vec<TurnFact>,
    /// The same by bar if bars are wanted.
    pub(super) bars: Vec<BarFact>,
    /// Deliveries that contradict each other.
    pub(super) conflicts: Vec<Conflict>,
    /// What the cover logs leave open.
    pub(super) log: LogTold,
}

/// Buffers, kept between rows.
#[derive(Default)]
struct Scratch {
    pieces: Vec<Piece>,
    of_turns: Vec<Piece>,
    sharing: Sharing,
    slot_hint: Hint,
    day_hint: Hint,
    turn_hint: Hint,
}

impl DayAllocator<'_> {
    /// The facts of the day and notes about them. `outcome` is called for every row that reaches into it, with its entry
    /// and whether it counts.
    pub(super) fn facts(self, unsaid: &mut Unsaid, mut outcome: impl FnMut(usize, bool)) -> DayAllocation {
        let mut conflicts = Conflicts::new(self);
        let mut telling = Telling::default();
        let airtimes = self.airtimes(&mut outcome, &mut conflicts, &mut telling);
        // Rows stand in the order of their objects.
        let reaching = &self.reach.rows[self.number];
        let are_several = reaching.first().map(|at| at.entry) != reaching.last().map(|at| at.entry);
        let mut rivals = Vec::new();
        let mut served: HashMap<(usize, Room), bool> = HashMap::new();
        let (mut cells, mut of_turns, mut scratch) = (Cells::default(), Cells::default(), Scratch::default());
        let mut bars = self.job.bars.then(CellBars::default);
        for at in reaching {
            let entry = at.entry as usize;
            let (row, Some(seat)) = self.row(*at) else { continue };
            let definition = self.job.entries[entry].definition;
            let is_served =
                served.entry((definition, seat.room())).or_insert_with(|| self.is_served(definition, seat.room()));
            let is_counted = !*is_served && self.holds(at.group, entry);
            outcome(entry, is_counted);
            if are_several && !*is_served {
                rivals.push(Rival {
                    entry: at.entry,
                    row: at.row,
                    group: at.group,
                    definition,
                    seat,
                    span_us: (row.start_us, row.end_us),
                    is_all_day: row.is_all_day,
                    is_counted,
                    says_something: row.figures.says_something(),
                });
            }
            if is_counted {
                let log = airtimes.get(&seat.broadcast);
                let attribution = seat.cover.is_none().then(|| attribute(log, row));
                if let Some(attribution) = &attribution {
                    telling.row(seat.broadcast, row, attribution, log);
                }
                let Entry { lacks, page, .. } = self.job.entries[entry];
                let mut unknown = CountSet::default();
                let mut by_bar = bars.as_mut().and_then(|bars| Some((bars, bar_of(row)?)));
                self.enter(row, seat, attribution, &mut scratch, |cell, figures, by_turn| {
                    let figures = &self.missing(*figures, lacks, cell.era);
                    unknown = unknown.or(figures.missing.minus(lacks).minus(page.absent));
                    cells.add(cell, definition, figures);
                    if let Some((bars, bar)) = &mut by_bar {
                        bars.add(*bar, &cell, definition, figures);
                    }
                    for (turn, figures) in by_turn {
                        let figures = self.missing(*figures, lacks, cell.era);
                        of_turns.add(Cell { turn: *turn, ..cell }, definition, &figures);
                    }
                });
                unsaid.note(unknown, self.job.entries[entry].export, row.record);
            }
        }
        conflicts.look(rivals);
        let names = &self.reach.names;
        DayAllocation {
            facts: cells.into_facts(names).into_iter().map(|of_turn| of_turn.fact).collect(),
            turns: of_turns.into_facts(names),
            bars: bars.map(|bars| bars.into_facts(names)).unwrap_or_default(),
            conflicts: conflicts.finish(),
            log: telling.finish(names),
        }
    }

    /// With what the row of these figures should have said, as far as the platform offers it in an era.
    fn missing(&self, mut figures: Figures, lacks: CountSet, era: Era) -> Figures {
        figures.miss(lacks);
        figures.missing = self.job.eras.offered(era, figures.missing);
        figures
    }

    fn row(&self, at: RowAt) -> (&CountRow, Option<Seat>) {
        let entry = at.entry as usize;
        let row = &self.job.entries[entry].page.rows[at.row as usize];
        (row, self.reach.seats[entry][row.stage as usize])
    }

    fn is_in_scope(&self, entry: usize) -> bool {
        self.job.scope.covers(self.job.entries[entry].export, self.number)
    }

    /// The entry that provides the rows with a key.
    pub(super) fn holder(&self, group: u32) -> Option<usize> {
        self.reach.row_claims.holder(group, |entry| self.is_in_scope(entry))
    }

    /// Whether two entries came as one delivery.
    pub(super) fn are_one(&self, one: usize, other: usize) -> bool {
        self.job.entries[one].delivery == self.job.entries[other].delivery
    }

    /// Whether no newer table in scope has rows with the key of these rows.
    fn holds(&self, group: u32, entry: usize) -> bool {
        self.holder(group).is_some_and(|holder| self.are_one(holder, entry))
    }

    /// The entry that provides a row of a log.
    fn log_holder(&self, logged: &Logged) -> Option<usize> {
        self.reach.log_claims.holder(logged.group, |entry| self.is_in_scope(entry))
    }

    /// Whether no newer log in scope replaces it.
    fn log_holds(&self, logged: &Logged) -> bool {
        self.log_holder(logged).is_some_and(|holder| self.are_one(holder, logged.entry))
    }

    /// Whether a better definition, directly or through others, has valid rows of a broadcast.
    fn is_served(&self, definition: usize, room: Room) -> bool {
        let better_than = |definition: &usize| self.reach.fallback_for.get(definition).copied();
        let better = std::iter::successors(better_than(&definition), better_than);
        better.take(self.reach.fallback_for.len()).any(|definition| {
            let claims = self.reach.better.get(&(definition, room)).map(Vec::as_slice).unwrap_or_default();
            claims.iter().any(|(group, entry)| self.holds(*group, *entry))
        })
    }

    /// Adds the part of a row that falls on this day, and its division among turns. The row is divided among all days that
    /// it reaches into; the other days' parts are left to them.
    fn enter(
        &self,
        row: &CountRow,
        seat: Seat,
        attribution: Option<Attribution>,
        scratch: &mut Scratch,
        mut add: impl FnMut(Cell, &Figures, &[(TurnNumber, Figures)]),
    ) {
        let clock = &self.clocks[seat.market as usize];
        let (timeline, hint) = if row.is_all_day {
            (&clock.days, &mut scratch.day_hint)
        } else {
            (&clock.slots, &mut scratch.slot_hint)
        };
        timeline.cut(row.start_us, row.end_us, hint, &mut scratch.pieces);
        let allotted = match scratch.pieces[..] {
            [_] => None,
            _ => Some(scratch.sharing.allot(&row.figures, &scratch.pieces)),
        };
        let turns = clock.turns.as_ref().filter(|_| !row.is_all_day && self.has_turns);
        scratch.of_turns.clear();
        if let Some(timeline) = turns {
            timeline.cut(row.start_us, row.end_us, &mut scratch.turn_hint, &mut scratch.of_turns);
        }
        let today = |piece: &Piece| piece.place.local_date == self.day.day.date;
        for (index, Piece { place, .. }) in scratch.pieces.iter().enumerate().filter(|(_, piece)| today(piece)) {
            let mut figures = allotted.as_ref().map_or(row.figures, |allotted| allotted[index]);
            if row.is_all_day {
                figures.day_match =
                    day_match(&scratch.pieces, place.local_date, row.start_us.abs_diff(row.end_us));
            }
            figures.on_air = attribution.map(|attribution| attribution.on_air).unwrap_or_default();
            let attributed = attribution.and_then(|attribution| attribution.cover);
            let cell = Cell {
                era: Era(place.era),
                part: place.slot.map_or(DayPart::AllDay, DayPart::Slot),
                audience: seat.audience,
                broadcast: seat.broadcast,
                cover: seat.cover.or(attributed).unwrap_or(self.unknown),
                contaminated: attribution.is_some_and(|attribution| attribution.contaminated),
                turn: TurnNumber(0),
            };
            let within: Vec<Piece> =
                scratch.of_turns.iter().copied().filter(|piece| is_within(piece, place)).collect();
            let by_turn = match within[..] {
                [] if self.has_turns => vec![(TurnNumber(0), figures)],
                [] => Vec::new(),
                [only] => vec![(TurnNumber(only.place.turn), figures)],
                _ => {
                    let shares = scratch.sharing.allot(&figures, &within).into_iter().zip(&within);
                    let with_time = |(share, piece): (Figures, &Piece)| {
                        (TurnNumber(piece.place.turn), Figures { on_air: figures.on_air, ..share })
                    };
                    shares.map(with_time).collect()
                }
            };
            add(cell, &figures, &by_turn);
        }
    }

    /// What the logs in scope say of every broadcast of the market. A row of a log reaches into the days on which its
    /// cover was on air by it.
    fn airtimes(
        &self,
        outcome: &mut impl FnMut(usize, bool),
        conflicts: &mut Conflicts<'_>,
        telling: &mut Telling,
    ) -> HashMap<u32, Airtime> {
        let (day_start, day_end) = (self.day.day.start.as_microsecond(), self.day.day.end.as_microsecond());
        let mut airtimes = HashMap::new();
        let Some(market) = self.reach.market(self.day.market) else { return airtimes };
        for (broadcast, logged) in &self.reach.markets[market as usize].log {
            let in_scope = || logged.iter().filter(|logged| self.is_in_scope(logged.entry));
            let holding = in_scope().filter(|logged| self.log_holds(logged));
            let airtime = Airtime::new(&holding.map(|logged| logged.airing).collect::<Vec<_>>());
            for logged in in_scope() {
                let Airing { from_us, until_us, .. } = logged.airing;
                if from_us < day_end && day_start < airtime.end_of(from_us, until_us) {
                    outcome(logged.entry, self.log_holds(logged));
                    if let Some(holder) =
                        self.log_holder(logged).filter(|holder| !self.are_one(*holder, logged.entry))
                    {
                        let span_us = (from_us, until_us.unwrap_or(from_us));
                        let [older, newer] = [logged.entry, holder].map(|entry| (number(entry), span_us));
                        conflicts.replaced(market, older, newer, *broadcast);
                    }
                }
            }
            telling.log(*broadcast, &airtime, (day_start, day_end));
            airtimes.insert(*broadcast, airtime);
        }
        airtimes
    }
}

/// Whether a piece that is cut by turns lies in a place that is not.
fn is_within(piece: &Piece, place: &Place) -> bool {
    Place { turn: 0, ..piece.place } == *place
}

fn attribute(log: Option<&Airtime>, row: &CountRow) -> Attribution {
    match log {
        Some(airtime) => airtime.attribute(row.start_us, row.end_us),
        None => Airtime::default().attribute(row.start_us, row.end_us),
    }
}
