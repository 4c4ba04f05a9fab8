//! A market's time, cut into days, slots and whatever else counts apart: the one way from instants to local dates and
//! slots.
//!
//! A [`Timeline`] is laid out once for some local days of a market and then answers two questions:
//!
//! * [`Timeline::place`]: on which local date and in which slot does an instant fall? So every event is localized.
//! * [`Timeline::cut`]: into which dates and slots does an interval fall, and for how long? So every row that counts
//!   over an interval is shared out.
//!
//! [`Timeline::stretches`] lists the cuts themselves: schedules of turns are made of them.
//!
//! Besides days and slots, time can be cut at [`Cuts`]: where a platform began to count something else, and where turns
//! of a rotation begin. All windows are half-open. What lies outside of the laid-out days has no place, so days may be
//! scattered.
//!
//! Zones are looked at while a timeline is laid out and never after. A window of a few weeks has a few hundred
//! boundaries: an answer is a look at the place of the last one, then a binary search, and no computation with offsets.

use jiff::Timestamp;
use jiff::civil::Date;

use super::slot::SlotPiece;
use super::{DayRule, LocalDay, SlotTable};

/// Where an instant falls on a market's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index into [`Timeline::days`].
    pub day: usize,
    /// The date of that day.
    pub local_date: Date,
    /// Index into the market's slot table; `None` on a timeline without slots.
    pub slot: Option<usize>,
    /// How many of [`Cuts::eras_us`] lie at or before it.
    pub era: u16,
    /// In which turn of a rotation, by the numbers of [`Cuts::turns`]; 0 is outside of all.
    pub turn: u32,
}

/// Where time is cut besides days and slots. All instants are microseconds since 1970, UTC, and sorted.
#[derive(Debug, Clone, Default)]
pub struct Cuts {
    /// Changes of what a platform counts.
    pub eras_us: Vec<i64>,
    /// Where turns of a rotation and parts of them begin, each with its number; 0 begins where a turn ends.
    pub turns: Vec<(i64, u32)>,
}

/// What of an interval lies in one place. Where clocks are set back, that can be two stretches of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where.
    pub place: Place,
    /// For how long: microseconds, never 0.
    pub overlap_us: u64,
}

/// A stretch of time without a cut: from `start_us` up to, not including, `end_us` (microseconds since 1970, UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Where it lies.
    pub place: Place,
    /// Its first instant.
    pub start_us: i64,
    /// The first instant after it.
    pub end_us: i64,
}

/// Remembers where the last answer was found: neighbours in a file are neighbours in time. Any value gives the same
/// answers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint(usize);

/// Consecutive or scattered local days of one market, in order of time, cut into slots.
///
/// # Example: an event
///
/// On the first Sunday of November the clocks of New York are set back from 02:00 to 01:00.
///
/// ```
/// use coverledger_core::time::{Cuts, DayRule, Hint, SlotTable, Timeline, Zone};
/// let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
/// let starts = [("night", "00:00"), ("day", "06:00"), ("prime", "19:00")];
/// let starts = starts.map(|(name, at)| (name.to_owned(), at.parse().unwrap())).to_vec();
/// let slots = SlotTable::new(rule.starts_at, starts).unwrap();
/// let timeline = Timeline::of_dates(&rule, Some(&slots), ["2026-11-01".parse().unwrap()], &Cuts::default());
///
/// let place = |at: &str| {
///     let at_us = at.parse::<jiff::Timestamp>().unwrap().as_microsecond();
///     timeline.place(at_us, &mut Hint::default()).map(|place| (place.local_date.to_string(), place.slot))
/// };
/// // 05:59 by the wall clock, and 06:00.
/// assert_eq!(place("2026-11-01T10:59:59Z"), Some(("2026-11-01".to_owned(), Some(0))));
/// assert_eq!(place("2026-11-01T11:00:00Z"), Some(("2026-11-01".to_owned(), Some(1))));
/// // The day ends 25 hours after it began, and the next day is not laid out.
/// assert_eq!(place("2026-11-02T05:00:00Z"), None);
/// ```
///
/// # Example: an interval
///
/// A broadcast from 23:30 to 00:45 by the clock of Berlin, in days without slots:
///
/// ```
/// use coverledger_core::time::{Cuts, DayRule, Hint, Timeline, Zone};
/// let rule = DayRule::calendar(Zone::named("Europe/Berlin").unwrap());
/// let micros = |at: &str| at.parse::<jiff::Timestamp>().unwrap().as_microsecond();
/// let (start_us, end_us) = (micros("2026-11-20T22:30Z"), micros("2026-11-20T23:45Z"));
/// let timeline = Timeline::over(&rule, None, (start_us, end_us), &Cuts::default());
///
/// let mut pieces = Vec::new();
/// timeline.cut(start_us, end_us, &mut Hint::default(), &mut pieces);
/// let minutes: Vec<_> =
///     pieces.iter().map(|piece| (piece.place.local_date.day(), piece.overlap_us / 60_000_000)).collect();
/// assert_eq!(minutes, [(20, 30), (21, 45)]);
/// ```
#[derive(Debug, Clone)]
pub struct Timeline {
    days: Vec<LocalDay>,
    /// Where each stretch begins; the first is the beginning of time, and the last never ends.
    starts_us: Vec<i64>,
    /// `None`: outside of the days.
    places: Vec<Option<Place>>,
}

impl Default for Timeline {
    /// No days: nothing has a place.
    fn default() -> Self {
        Self { days: Vec::new(), starts_us: vec![i64::MIN], places: vec![None] }
    }
}

impl Timeline {
    /// Lays out local days, which are in order of time.
    #[must_use]
    pub fn new(
        rule: &DayRule,
        slots: Option<&SlotTable>,
        days: impl IntoIterator<Item = LocalDay>,
        cuts: &Cuts,
    ) -> Self {
        let mut timeline = Self::default();
        for day in days {
            if timeline.starts_us.last() == Some(&day.start.as_microsecond()) {
                timeline.starts_us.pop();
                timeline.places.pop();
            }
            for (slot, start, end) in parts(rule, slots, &day) {
                timeline.push(&day, slot, (start.as_microsecond(), end.as_microsecond()), cuts);
            }
            timeline.starts_us.push(day.end.as_microsecond());
            timeline.places.push(None);
            timeline.days.push(day);
        }
        timeline
    }

    /// Lays out the days of these dates, in whatever order. A date that the zone skipped is left out.
    #[must_use]
    pub fn of_dates(
        rule: &DayRule,
        slots: Option<&SlotTable>,
        dates: impl IntoIterator<Item = Date>,
        cuts: &Cuts,
    ) -> Self {
        let mut dates: Vec<Date> = dates.into_iter().collect();
        dates.sort_unstable();
        dates.dedup();
        Self::new(rule, slots, dates.into_iter().filter_map(|date| rule.day(date)), cuts)
    }

    /// Lays out every day that an interval (microseconds since 1970, UTC) reaches into. An interval without length, or
    /// outside of the years that the program can represent, reaches into none.
    #[must_use]
    pub fn over(rule: &DayRule, slots: Option<&SlotTable>, (start_us, end_us): (i64, i64), cuts: &Cuts) -> Self {
        match (Timestamp::from_microsecond(start_us), Timestamp::from_microsecond(end_us)) {
            (Ok(start), Ok(end)) => Self::new(rule, slots, rule.days_over(start, end), cuts),
            _ => Self::default(),
        }
    }

    /// Adds a stretch of one day and slot, cut further.
    fn push(&mut self, day: &LocalDay, slot: Option<usize>, (start_us, end_us): (i64, i64), cuts: &Cuts) {
        let Cuts { eras_us, turns } = cuts;
        let eras_inside = eras_us.iter().copied().filter(|cut| start_us < *cut && *cut < end_us);
        let first_turn = turns.partition_point(|(cut, _)| *cut <= start_us);
        let turns_inside = turns[first_turn..].iter().map(|(cut, _)| *cut).take_while(|cut| *cut < end_us);
        let mut starts: Vec<i64> = std::iter::once(start_us).chain(eras_inside).chain(turns_inside).collect();
        starts.sort_unstable();
        starts.dedup();
        for start_us in starts {
            let eras = eras_us.partition_point(|cut| *cut <= start_us);
            let turn = turns.partition_point(|(cut, _)| *cut <= start_us).checked_sub(1);
            self.starts_us.push(start_us);
            self.places.push(Some(Place {
                day: self.days.len(),
                local_date: day.date,
                slot,
                era: u16::try_from(eras).unwrap_or(u16::MAX),
                turn: turn.map_or(0, |index| turns[index].1),
            }));
        }
    }

    /// The days, in order of time.
    #[must_use]
    pub fn days(&self) -> &[LocalDay] {
        &self.days
    }

    /// Where an instant (microseconds since 1970, UTC) falls; `None` outside of these days.
    #[must_use]
    #[inline]
    pub fn place(&self, at_us: i64, hint: &mut Hint) -> Option<Place> {
        self.places[self.find(at_us, hint)]
    }

    /// Cuts the interval from `start_us` up to, not including, `end_us` (microseconds since 1970, UTC) into `pieces`,
    /// which are emptied first.
    ///
    /// Each place comes once, and pieces are in order of time by where they begin. Their overlaps add up to the
    /// interval as far as it is laid out.
    pub fn cut(&self, start_us: i64, end_us: i64, hint: &mut Hint, pieces: &mut Vec<Piece>) {
        pieces.clear();
        for index in self.find(start_us, hint)..self.starts_us.len() {
            if self.starts_us[index] >= end_us {
                break;
            }
            let Some(place) = self.places[index] else { continue };
            let (from_us, until_us) = (start_us.max(self.starts_us[index]), end_us.min(self.end_us(index)));
            if from_us < until_us {
                add_piece(pieces, place, from_us.abs_diff(until_us));
            }
        }
    }

    /// Every stretch of the laid-out days, in order of time.
    ///
    /// ```
    /// use coverledger_core::time::{Cuts, DayRule, SlotTable, Timeline, Zone};
    /// let rule = DayRule::calendar(Zone::named("Asia/Tokyo").unwrap());
    /// let starts = [("day", "00:00"), ("prime", "19:00")];
    /// let starts = starts.map(|(name, at)| (name.to_owned(), at.parse().unwrap())).to_vec();
    /// let slots = SlotTable::new(rule.starts_at, starts).unwrap();
    /// let timeline = Timeline::of_dates(&rule, Some(&slots), ["2026-11-21".parse().unwrap()], &Cuts::default());
    /// let hours: Vec<i64> =
    ///     timeline.stretches().map(|stretch| (stretch.end_us - stretch.start_us) / 3_600_000_000).collect();
    /// assert_eq!(hours, [19, 5]);
    /// ```
    pub fn stretches(&self) -> impl Iterator<Item = Stretch> + use<'_> {
        self.places.iter().enumerate().filter_map(|(index, place)| {
            place.map(|place| Stretch { place, start_us: self.starts_us[index], end_us: self.end_us(index) })
        })
    }

    /// The index of the stretch that holds an instant.
    #[inline]
    fn find(&self, at_us: i64, hint: &mut Hint) -> usize {
        let holds = |index: usize| {
            self.starts_us.get(index).is_some_and(|start| *start <= at_us)
                && self.starts_us.get(index + 1).is_none_or(|end| at_us < *end)
        };
        if !holds(hint.0) {
            hint.0 = self.starts_us.partition_point(|start| *start <= at_us) - 1;
        }
        hint.0
    }

    fn end_us(&self, index: usize) -> i64 {
        self.starts_us.get(index + 1).copied().unwrap_or(i64::MAX)
    }
}

/// The slots of a day, or the whole of it, with their first instants and the first after them.
fn parts(rule: &DayRule, slots: Option<&SlotTable>, day: &LocalDay) -> Vec<(Option<usize>, Timestamp, Timestamp)> {
    let part = |piece: &SlotPiece| (Some(piece.slot), piece.start, piece.end);
    slots.map_or_else(
        || vec![(None, day.start, day.end)],
        |slots| slots.pieces(rule, day).iter().map(part).collect(),
    )
}

/// Adds a stretch of time to the piece in the same place, which can only be one of the same day.
fn add_piece(pieces: &mut Vec<Piece>, place: Place, overlap_us: u64) {
    let today = pieces.iter_mut().rev().take_while(|piece| piece.place.day == place.day);
    match today.into_iter().find(|piece| piece.place == place) {
        Some(piece) => piece.overlap_us += overlap_us,
        None => pieces.push(Piece { place, overlap_us }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    fn slots(starts: &[(&str, &str)]) -> SlotTable {
        let starts = starts.iter().map(|(name, at)| ((*name).to_owned(), at.parse().unwrap())).collect();
        SlotTable::new("00:00".parse().unwrap(), starts).unwrap()
    }

    fn micros(at: &str) -> i64 {
        at.parse::<Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn bounds_are_half_open_and_gaps_between_days_are_nowhere() {
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let slots = slots(&[("night", "00:00"), ("day", "06:00")]);
        let dates = ["2026-11-04", "2026-11-02", "2026-11-01"].map(|date| date.parse().unwrap());
        let timeline = Timeline::of_dates(&rule, Some(&slots), dates, &Cuts::default());
        let mut hint = Hint(99);
        let mut place = |at: &str| timeline.place(micros(at), &mut hint).map(|p| (p.day, p.slot.unwrap()));
        assert_eq!(place("2026-11-01T03:59:59.999999Z"), None);
        assert_eq!(place("2026-11-01T04:00:00Z"), Some((0, 0)));
        assert_eq!(place("2026-11-01T10:59:59.999999Z"), Some((0, 0)));
        assert_eq!(place("2026-11-01T11:00:00Z"), Some((0, 1)));
        assert_eq!(place("2026-11-02T05:00:00Z"), Some((1, 0)));
        assert_eq!(place("2026-11-03T05:00:00Z"), None);
        assert_eq!(place("2026-11-04T05:00:00Z"), Some((2, 0)));
        assert_eq!(place("2026-11-05T05:00:00Z"), None);
    }

    #[test]
    fn turns_cut_slots_and_end_with_their_day() {
        let rule = DayRule::calendar(Zone::named("UTC").unwrap());
        let slots = slots(&[("night", "00:00"), ("day", "06:00")]);
        let turns =
            [(micros("2026-11-01T05:00Z"), 1), (micros("2026-11-01T06:00Z"), 2), (micros("2026-11-02T07:00Z"), 0)];
        let eras = [micros("2026-11-01T05:30Z")];
        let dates = ["2026-11-01", "2026-11-02"].map(|date| date.parse().unwrap());
        let timeline = Timeline::of_dates(
            &rule,
            Some(&slots),
            dates,
            &Cuts { eras_us: eras.to_vec(), turns: turns.to_vec() },
        );
        let mut hint = Hint::default();
        let mut place =
            |at: &str| timeline.place(micros(at), &mut hint).map(|p| (p.day, p.slot.unwrap(), p.era, p.turn));
        assert_eq!(place("2026-11-01T04:59:59Z"), Some((0, 0, 0, 0)));
        assert_eq!(place("2026-11-01T05:00:00Z"), Some((0, 0, 0, 1)));
        assert_eq!(place("2026-11-01T05:30:00Z"), Some((0, 0, 1, 1)));
        assert_eq!(place("2026-11-01T06:00:00Z"), Some((0, 1, 1, 2)));
        assert_eq!(place("2026-11-02T00:00:00Z"), Some((1, 0, 1, 2)));
        assert_eq!(place("2026-11-02T06:59:59Z"), Some((1, 1, 1, 2)));
        assert_eq!(place("2026-11-02T07:00:00Z"), Some((1, 1, 1, 0)));
    }

    #[test]
    fn a_slot_that_comes_twice_is_one_piece_and_time_outside_of_the_days_is_none() {
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let slots = slots(&[("a", "00:00"), ("b", "01:30"), ("c", "02:00")]);
        let dates = ["2026-11-01", "2026-11-03"].map(|date| date.parse().unwrap());
        let timeline = Timeline::of_dates(&rule, Some(&slots), dates, &Cuts::default());
        let mut pieces = Vec::new();
        timeline.cut(micros("2026-11-01T03:00Z"), micros("2026-11-03T06:00Z"), &mut Hint(7), &mut pieces);
        let minutes: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.place.day, piece.place.slot.unwrap(), piece.overlap_us / 60_000_000))
            .collect();
        // 00:00 to 01:30 and, after the clock is set back, 01:00 to 01:30; half an hour twice; the rest of the day.
        assert_eq!(minutes, [(0, 0, 120), (0, 1, 60), (0, 2, 22 * 60), (1, 0, 60)]);
    }

    #[test]
    fn whatever_is_cut_lies_where_its_instants_lie() {
        let rule = DayRule::calendar(Zone::named("Australia/Lord_Howe").unwrap());
        let slots = slots(&[("a", "00:00"), ("b", "01:45"), ("c", "13:00")]);
        let (start_us, end_us) = (micros("2026-04-03T12:34:56Z"), micros("2026-04-07T01:02:03Z"));
        let eras = [micros("2026-04-04T00:00Z")];
        let turns = [(micros("2026-04-05T00:10Z"), 1), (micros("2026-04-05T02:00Z"), 0)];
        let timeline = Timeline::over(
            &rule,
            Some(&slots),
            (start_us, end_us),
            &Cuts { eras_us: eras.to_vec(), turns: turns.to_vec() },
        );
        let mut pieces = Vec::new();
        timeline.cut(start_us, end_us, &mut Hint::default(), &mut pieces);
        let mut hint = Hint::default();
        let mut seconds = vec![0_u64; pieces.len()];
        for at_us in (start_us..end_us).step_by(1_000_000) {
            let place = timeline.place(at_us, &mut hint).unwrap();
            seconds[pieces.iter().position(|piece| piece.place == place).unwrap()] += 1;
        }
        let cut: Vec<u64> = pieces.iter().map(|piece| piece.overlap_us / 1_000_000).collect();
        assert_eq!(cut, seconds);
    }

    #[test]
    fn no_days_are_nowhere() {
        let rule = DayRule::calendar(Zone::named("UTC").unwrap());
        let mut pieces = Vec::new();
        for (start_us, end_us) in [(5, 5), (i64::MIN, i64::MAX)] {
            let timeline = Timeline::over(&rule, None, (start_us, end_us), &Cuts::default());
            timeline.cut(i64::MIN, i64::MAX, &mut Hint::default(), &mut pieces);
            assert_eq!((timeline.stretches().count(), pieces.len()), (0, 0));
            assert_eq!(timeline.place(5, &mut Hint::default()), None);
        }
    }
}
