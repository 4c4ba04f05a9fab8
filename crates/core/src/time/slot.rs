//! Slots: the named day-parts of a market, by its wall clock.
//!
//! A slot is decided by what the clock on the wall shows. Where the clock is set back, a wall time comes twice and
//! so does its slot; where it is set forward, a slot may be shorter or missing. Either way the slots of a day cover
//! it without gap or overlap, and [`SlotSpan::seconds`] is a slot's true length that day.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use thiserror::Error;

use super::{DayRule, LocalDay};

const DAY_SECONDS: i64 = 24 * 3600;

/// A slot table that does not cut the day cleanly.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SlotError {
    /// No slots.
    #[error("there are no slots")]
    Empty,
    /// Two slots begin at the same time.
    #[error("slots `{0}` and `{1}` begin at the same time")]
    SameStart(String, String),
    /// A slot is cut in two by the start of the day.
    #[error("slot `{slot}` straddles the day's start at {day_start}: let one slot begin at {day_start}")]
    Straddles {
        /// The slot that would be cut.
        slot: String,
        /// When the day begins.
        day_start: String,
    },
}

/// The slots of a market: names and wall-clock starts, in the order of its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotTable {
    day_starts_at: Time,
    slots: Vec<(String, Time)>,
}

/// A stretch of a local day that lies in one slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SlotPiece {
    /// Its first instant.
    pub(super) start: Timestamp,
    /// The first instant after it.
    pub(super) end: Timestamp,
    /// Index into [`SlotTable::names`].
    pub(super) slot: usize,
}

/// A slot as it fell on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotSpan {
    /// Index into [`SlotTable::names`].
    pub slot: usize,
    /// Its first instant that day.
    pub start: Timestamp,
    /// What the market's clock showed then.
    pub start_local: DateTime,
    /// The first instant after it that day.
    pub end: Timestamp,
    /// Its true length that day. Where the clock is set back into it, another slot may lie between two parts of it, and it
    /// is shorter than from `start` to `end`.
    pub seconds: i64,
}

impl SlotTable {
    /// Checks that the slots cover a day that begins at `day_starts_at`.
    ///
    /// # Errors
    /// [`SlotError`] when they leave a gap, overlap, or one straddles the day's start.
    pub fn new(day_starts_at: Time, mut slots: Vec<(String, Time)>) -> Result<Self, SlotError> {
        let since_day_start = |time: Time| (seconds_of(time) - seconds_of(day_starts_at)).rem_euclid(DAY_SECONDS);
        slots.sort_by_key(|(_, start)| since_day_start(*start));
        let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Err(SlotError::Empty) };
        if first.1 != day_starts_at {
            let day_start = day_starts_at.strftime("%H:%M").to_string();
            return Err(SlotError::Straddles { slot: last.0.clone(), day_start });
        }
        if let Some(pair) = slots.windows(2).find(|pair| pair[0].1 == pair[1].1) {
            return Err(SlotError::SameStart(pair[0].0.clone(), pair[1].0.clone()));
        }
        Ok(Self { day_starts_at, slots })
    }

    /// Slot names in the order of the day.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.slots.iter().map(|(name, _)| name.as_str())
    }

    /// Names and wall-clock starts in the order of the day.
    #[must_use]
    pub fn starts(&self) -> &[(String, Time)] {
        &self.slots
    }

    /// The slot that a wall-clock time lies in.
    #[must_use]
    pub fn slot_at(&self, wall: Time) -> usize {
        let since = |time: Time| (seconds_of(time) - seconds_of(self.day_starts_at)).rem_euclid(DAY_SECONDS);
        let wanted = since(wall);
        self.slots.partition_point(|(_, start)| since(*start) <= wanted) - 1
    }

    /// Cuts a local day into stretches of one slot each, in order of time: the first starts with the day, each
    /// ends where the next starts, the last ends with the day.
    pub(super) fn pieces(&self, rule: &DayRule, day: &LocalDay) -> Vec<SlotPiece> {
        let mut pieces: Vec<SlotPiece> = Vec::with_capacity(self.slots.len() + 2);
        let mut segment_start = day.start;
        while segment_start < day.end {
            let segment_end = rule.zone.next_transition(segment_start).filter(|t| *t < day.end).unwrap_or(day.end);
            self.cut_segment(rule, segment_start, segment_end, &mut pieces);
            segment_start = segment_end;
        }
        for next in 1..pieces.len() {
            pieces[next - 1].end = pieces[next].start;
        }
        if let Some(last) = pieces.last_mut() {
            last.end = day.end;
        }
        pieces
    }

    /// One stretch without a change of offset.
    fn cut_segment(&self, rule: &DayRule, start: Timestamp, end: Timestamp, pieces: &mut Vec<SlotPiece>) {
        let wall_start = rule.zone.local(start);
        let mut push = |start: Timestamp, slot: usize| {
            if pieces.last().is_none_or(|last| last.slot != slot) {
                pieces.push(SlotPiece { start, end, slot });
            }
        };
        push(start, self.slot_at(wall_start.time()));
        let seconds_into_wall_day = seconds_of(wall_start.time());
        let mut cuts: Vec<(i64, usize)> = (0_i64..=2)
            .flat_map(|days| {
                self.slots.iter().enumerate().map(move |(slot, (_, at))| {
                    (days * DAY_SECONDS + seconds_of(*at) - seconds_into_wall_day, slot)
                })
            })
            .filter(|(after, _)| *after > 0 && *after < end.as_second() - start.as_second())
            .collect();
        cuts.sort_unstable();
        for (after, slot) in cuts {
            if let Ok(at) = Timestamp::from_second(start.as_second() + after) {
                push(at, slot);
            }
        }
    }

    /// Every slot that exists on a day, with its start and true length, in the order of the table.
    #[must_use]
    pub fn spans(&self, rule: &DayRule, day: &LocalDay) -> Vec<SlotSpan> {
        let mut spans: Vec<SlotSpan> = Vec::with_capacity(self.slots.len());
        for SlotPiece { start, end, slot } in self.pieces(rule, day) {
            let seconds = end.as_second() - start.as_second();
            match spans.iter_mut().find(|span| span.slot == slot) {
                Some(span) => {
                    span.end = end;
                    span.seconds += seconds;
                }
                None => spans.push(SlotSpan { slot, start, start_local: rule.zone.local(start), end, seconds }),
            }
        }
        spans.sort_by_key(|span| span.slot);
        spans
    }
}

fn seconds_of(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;
    use jiff::civil::{date, time};

    fn table(day_start: &str, slots: &[(&str, &str)]) -> Result<SlotTable, SlotError> {
        let slots = slots.iter().map(|(n, t)| ((*n).to_owned(), t.parse().unwrap())).collect();
        SlotTable::new(day_start.parse().unwrap(), slots)
    }

    const DAY_PARTS: &[(&str, &str)] =
        &[("night", "00:00"), ("morning", "06:00"), ("afternoon", "12:00"), ("prime", "19:00"), ("late", "23:00")];

    fn lengths(zone: &str, on: jiff::civil::Date, slots: &SlotTable) -> Vec<(usize, i64)> {
        let rule = DayRule::calendar(Zone::named(zone).unwrap());
        let day = rule.day(on).unwrap();
        slots.spans(&rule, &day).iter().map(|s| (s.slot, s.seconds)).collect()
    }

    #[test]
    fn a_slot_has_its_true_length_when_clocks_change() {
        let slots = table("00:00", DAY_PARTS).unwrap();
        let hours = |h: i64| h * 3600;
        let rest = [(1, hours(6)), (2, hours(7)), (3, hours(4)), (4, hours(1))];
        for (on, night) in [(date(2026, 3, 8), 5), (date(2026, 3, 9), 6), (date(2026, 11, 1), 7)] {
            let spans = lengths("America/New_York", on, &slots);
            assert_eq!(spans[0], (0, hours(night)), "{on}");
            assert_eq!(spans[1..], rest, "{on}");
        }
    }

    #[test]
    fn a_slot_inside_a_doubled_hour_comes_twice() {
        let slots = table("00:00", &[("a", "00:00"), ("b", "01:30"), ("c", "02:00")]).unwrap();
        let rule = DayRule::calendar(Zone::named("America/New_York").unwrap());
        let day = rule.day(date(2026, 11, 1)).unwrap();
        let order: Vec<_> = slots.pieces(&rule, &day).iter().map(|p| p.slot).collect();
        assert_eq!(order, [0, 1, 0, 1, 2]);
        assert_eq!(lengths("America/New_York", date(2026, 11, 1), &slots)[1], (1, 3600));
    }

    #[test]
    fn a_slot_inside_a_gap_is_missing() {
        let slots = table("00:00", &[("a", "00:00"), ("b", "02:15"), ("c", "02:45")]).unwrap();
        let spans = lengths("Europe/Berlin", date(2026, 3, 29), &slots);
        assert_eq!(spans, [(0, 2 * 3600), (2, 21 * 3600)]);
    }

    #[test]
    fn slots_of_a_broadcast_day_cross_midnight() {
        let slots = table("04:00", &[("morning", "04:00"), ("late", "23:00")]).unwrap();
        assert_eq!(slots.slot_at(time(3, 59, 59, 0)), 1);
        assert_eq!(slots.slot_at(time(4, 0, 0, 0)), 0);
        let rule = DayRule { zone: Zone::named("Asia/Kolkata").unwrap(), starts_at: time(4, 0, 0, 0) };
        let day = rule.day(date(2026, 11, 21)).unwrap();
        let spans: Vec<_> = slots.spans(&rule, &day).iter().map(|s| s.seconds / 3600).collect();
        assert_eq!(spans, [19, 5]);
    }

    #[test]
    fn a_table_that_straddles_the_days_start_is_refused() {
        let error = table("04:00", DAY_PARTS).unwrap_err();
        assert_eq!(error, SlotError::Straddles { slot: "night".into(), day_start: "04:00".into() });
    }

    #[test]
    fn two_slots_at_one_time_are_refused() {
        let error = table("00:00", &[("a", "00:00"), ("b", "06:00"), ("c", "06:00")]).unwrap_err();
        assert!(matches!(error, SlotError::SameStart(..)));
    }
}
