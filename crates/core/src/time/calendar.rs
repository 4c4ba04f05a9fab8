//! A run of a market's days, cut into slots, laid out for fast look-up of many instants.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{DayRule, LocalDay, SlotTable};

/// Where an instant falls on a market's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index into [`Calendar::days`].
    pub day: usize,
    /// Index into the market's slot table.
    pub slot: usize,
    /// How many of the cuts it is after.
    pub cuts: u16,
    /// In which turn of a rotation, by the numbers of [`Cuts::turns`]; 0 is outside of all.
    pub turn: u32,
}

/// Where time is cut besides days and slots. All instants are microseconds since 1970, UTC, and sorted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cuts<'a> {
    /// Changes of what a platform counts, for one.
    pub eras_us: &'a [i64],
    /// Where turns of a rotation and parts of them begin, each with its number.
    pub turns: &'a [(i64, u32)],
}

/// Consecutive or scattered local days of one market, in order of time.
///
/// A window of a few weeks has a few hundred boundaries and a handful of transitions: finding the place of an
/// instant is a look at the last place, then a binary search, and never a computation with offsets.
#[derive(Debug, Clone)]
pub struct Calendar {
    days: Vec<LocalDay>,
    boundaries_us: Vec<i64>,
    places: Vec<Option<Place>>,
}

impl Calendar {
    /// Lays out these dates; a date that the zone skipped is left out.
    #[must_use]
    pub fn new(rule: &DayRule, slots: &SlotTable, dates: impl IntoIterator<Item = Date>, cuts: Cuts<'_>) -> Self {
        let mut dates: Vec<Date> = dates.into_iter().collect();
        dates.sort_unstable();
        dates.dedup();
        let days: Vec<LocalDay> = dates.into_iter().filter_map(|date| rule.day(date)).collect();
        let mut calendar = Self { days: Vec::new(), boundaries_us: vec![i64::MIN], places: vec![None] };
        for (index, day) in days.iter().enumerate() {
            if calendar.boundaries_us.last() == Some(&micros(day.start)) {
                calendar.boundaries_us.pop();
                calendar.places.pop();
            }
            let pieces = slots.pieces(rule, day);
            for (number, piece) in pieces.iter().enumerate() {
                let end = pieces.get(number + 1).map_or(day.end, |next| next.start);
                calendar.push_piece(index, piece.slot, (micros(piece.start), micros(end)), cuts);
            }
            calendar.boundaries_us.push(micros(day.end));
            calendar.places.push(None);
        }
        calendar.days = days;
        calendar
    }

    fn push_piece(&mut self, day: usize, slot: usize, (start_us, end_us): (i64, i64), cuts: Cuts<'_>) {
        let Cuts { eras_us, turns } = cuts;
        let is_inside = |cut: &i64| start_us < *cut && *cut < end_us;
        let first_turn = turns.partition_point(|(cut, _)| *cut <= start_us);
        let of_turns = turns[first_turn..].iter().map(|(cut, _)| *cut).take_while(|cut| *cut < end_us);
        let mut starts: Vec<i64> = eras_us.iter().copied().filter(is_inside).chain(of_turns).collect();
        starts.push(start_us);
        starts.sort_unstable();
        starts.dedup();
        for start in starts {
            let eras = eras_us.partition_point(|cut| *cut <= start);
            let turn = turns.partition_point(|(cut, _)| *cut <= start).checked_sub(1);
            self.boundaries_us.push(start);
            self.places.push(Some(Place {
                day,
                slot,
                cuts: u16::try_from(eras).unwrap_or(u16::MAX),
                turn: turn.map_or(0, |place| turns[place].1),
            }));
        }
    }

    /// The days, in order of time.
    #[must_use]
    pub fn days(&self) -> &[LocalDay] {
        &self.days
    }

    /// Where an instant (microseconds since 1970, UTC) falls; `None` outside these days.
    ///
    /// `hint` is any number; it is kept between calls because neighbours in a file are neighbours in time.
    #[must_use]
    pub fn place(&self, at_us: i64, hint: &mut usize) -> Option<Place> {
        let fits = |index: usize| {
            self.boundaries_us.get(index).is_some_and(|start| *start <= at_us)
                && self.boundaries_us.get(index + 1).is_none_or(|end| at_us < *end)
        };
        if !fits(*hint) {
            *hint = self.boundaries_us.partition_point(|start| *start <= at_us) - 1;
        }
        self.places[*hint]
    }
}

/// Microseconds since 1970 of an instant on a whole second.
fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    #[test]
    fn bounds_are_half_open_and_gaps_between_days_are_nowhere() {
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let slots =
            vec![("night".to_owned(), "00:00".parse().unwrap()), ("day".to_owned(), "06:00".parse().unwrap())];
        let slots = SlotTable::new("00:00".parse().unwrap(), slots).unwrap();
        let dates = ["2026-11-01", "2026-11-02", "2026-11-04"].map(|d| d.parse().unwrap());
        let calendar = Calendar::new(&rule, &slots, dates, Cuts::default());
        let mut hint = 99;
        let mut place = |at: &str| {
            let at: Timestamp = at.parse().unwrap();
            calendar.place(at.as_microsecond(), &mut hint).map(|p| (p.day, p.slot))
        };
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
        let slots =
            vec![("night".to_owned(), "00:00".parse().unwrap()), ("day".to_owned(), "06:00".parse().unwrap())];
        let slots = SlotTable::new("00:00".parse().unwrap(), slots).unwrap();
        let at = |at: &str| at.parse::<Timestamp>().unwrap().as_microsecond();
        let turns = [(at("2026-11-01T05:00Z"), 1), (at("2026-11-01T06:00Z"), 2), (at("2026-11-02T07:00Z"), 0)];
        let eras = [at("2026-11-01T05:30Z")];
        let dates = ["2026-11-01", "2026-11-02"].map(|d| d.parse().unwrap());
        let calendar = Calendar::new(&rule, &slots, dates, Cuts { eras_us: &eras, turns: &turns });
        let mut hint = 0;
        let mut place = |instant: &str| {
            calendar.place(at(instant), &mut hint).map(|place| (place.day, place.slot, place.cuts, place.turn))
        };
        assert_eq!(place("2026-11-01T04:59:59Z"), Some((0, 0, 0, 0)));
        assert_eq!(place("2026-11-01T05:00:00Z"), Some((0, 0, 0, 1)));
        assert_eq!(place("2026-11-01T05:30:00Z"), Some((0, 0, 1, 1)));
        assert_eq!(place("2026-11-01T06:00:00Z"), Some((0, 1, 1, 2)));
        assert_eq!(place("2026-11-02T00:00:00Z"), Some((1, 0, 1, 2)));
        assert_eq!(place("2026-11-02T06:59:59Z"), Some((1, 1, 1, 2)));
        assert_eq!(place("2026-11-02T07:00:00Z"), Some((1, 1, 1, 0)));
    }
}
