//! Turns of a rotation: time cut finer than slots, because a schedule says which cover is on air when.

use super::Fact;

/// A part of a turn: its beginning, in which viewers may still have seen the cover before, or what comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn {
    /// When the turn begins, in microseconds since 1970, UTC.
    pub starts_us: i64,
    /// Whether this is the part that does not count.
    pub burn_in: bool,
}

/// A part of a turn by its number among all of a platform in a market, in order of time from 1; 0 is outside of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TurnNumber(pub u32);

/// A turn as a schedule has it. All instants are microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnSpan {
    /// When it begins.
    pub starts_us: i64,
    /// When its burn-in is over; the same as its beginning where it has none.
    pub settles_us: i64,
    /// When it ends.
    pub ends_us: i64,
}

/// One funnel fact within a part of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnFact {
    /// Which part.
    pub turn: TurnNumber,
    /// The fact.
    pub fact: Fact,
}

/// All turns of a platform in a market.
///
/// ```
/// use coverledger_core::model::{Turn, TurnNumber, TurnSpan, Turns};
///
/// let turns = Turns::new([TurnSpan { starts_us: 100, settles_us: 120, ends_us: 200 }]);
/// assert_eq!(turns.cuts(), [(100, TurnNumber(1)), (120, TurnNumber(2)), (200, TurnNumber(0))]);
/// assert_eq!(turns.turn(TurnNumber(1)), Some(Turn { starts_us: 100, burn_in: true }));
/// assert_eq!(turns.turn(TurnNumber(0)), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turns {
    cuts: Vec<(i64, TurnNumber)>,
    list: Vec<Turn>,
}

impl Turns {
    /// The turns of schedules. Where two overlap, the one that began earlier holds until its end.
    #[must_use]
    pub fn new(spans: impl IntoIterator<Item = TurnSpan>) -> Self {
        let mut spans: Vec<TurnSpan> = spans.into_iter().collect();
        spans.sort_unstable();
        let mut turns = Self::default();
        let mut free_us = i64::MIN;
        for TurnSpan { starts_us, settles_us, ends_us } in spans {
            let from_us = starts_us.max(free_us);
            if from_us >= ends_us {
                continue;
            }
            if turns.cuts.last().is_some_and(|(cut, _)| *cut == from_us) {
                turns.cuts.pop();
            }
            if from_us < settles_us {
                turns.cut(from_us, Turn { starts_us, burn_in: true });
            }
            if settles_us < ends_us {
                turns.cut(from_us.max(settles_us), Turn { starts_us, burn_in: false });
            }
            turns.cuts.push((ends_us, TurnNumber(0)));
            free_us = ends_us;
        }
        turns
    }

    fn cut(&mut self, from_us: i64, turn: Turn) {
        self.list.push(turn);
        self.cuts.push((from_us, TurnNumber(u32::try_from(self.list.len()).unwrap_or(u32::MAX))));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Where time is cut (microseconds since 1970, UTC), in order, each with what begins there. Before the first cut
    /// nothing is in a turn.
    #[must_use]
    pub fn cuts(&self) -> &[(i64, TurnNumber)] {
        &self.cuts
    }

    /// A part of a turn by its number; `None` of 0.
    #[must_use]
    pub fn turn(&self, number: TurnNumber) -> Option<Turn> {
        let place = usize::try_from(number.0).ok()?.checked_sub(1)?;
        self.list.get(place).copied()
    }

    /// All parts of turns, in order of time, each with its number.
    pub fn numbered(&self) -> impl Iterator<Item = (TurnNumber, Turn)> + use<'_> {
        (1..).map(TurnNumber).zip(self.list.iter().copied())
    }

    /// What an instant is in.
    #[must_use]
    pub fn number_at(&self, at_us: i64) -> TurnNumber {
        let cuts = self.cuts.partition_point(|(cut, _)| *cut <= at_us);
        cuts.checked_sub(1).map_or(TurnNumber(0), |place| self.cuts[place].1)
    }

    /// The cuts after `start_us` and before `end_us`.
    pub fn cuts_within(&self, start_us: i64, end_us: i64) -> impl Iterator<Item = i64> + use<'_> {
        let first = self.cuts.partition_point(|(cut, _)| *cut <= start_us);
        self.cuts[first..].iter().map(|(cut, _)| *cut).take_while(move |cut| *cut < end_us)
    }

    /// The parts of turns that lie in a stretch of time, wholly or not, each with where it begins in it.
    pub fn over(&self, start_us: i64, end_us: i64) -> impl Iterator<Item = (i64, Turn)> + use<'_> {
        let starts = std::iter::once(start_us).chain(self.cuts_within(start_us, end_us));
        starts.filter_map(|at| self.turn(self.number_at(at)).map(|turn| (at, turn)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(starts_us: i64, settles_us: i64, ends_us: i64) -> TurnSpan {
        TurnSpan { starts_us, settles_us, ends_us }
    }

    #[test]
    fn turns_follow_each_other_without_a_gap_where_there_is_none() {
        let turns = Turns::new([span(200, 200, 300), span(100, 120, 200), span(400, 450, 450)]);
        let at = |us| turns.turn(turns.number_at(us)).map(|turn| (turn.starts_us, turn.burn_in));
        assert_eq!(at(99), None);
        assert_eq!(at(100), Some((100, true)));
        assert_eq!(at(119), Some((100, true)));
        assert_eq!(at(120), Some((100, false)));
        assert_eq!(at(200), Some((200, false)));
        assert_eq!(at(300), None);
        assert_eq!(at(449), Some((400, true)));
        assert_eq!(at(450), None);
        assert_eq!(turns.cuts().len(), 6);
    }

    #[test]
    fn of_two_that_overlap_the_earlier_holds_to_its_end() {
        let turns = Turns::new([span(100, 120, 200), span(150, 180, 300), span(160, 170, 190)]);
        let at = |us| turns.turn(turns.number_at(us)).map(|turn| (turn.starts_us, turn.burn_in));
        assert_eq!(at(180), Some((100, false)));
        assert_eq!(at(200), Some((150, false)));
        assert_eq!(at(300), None);
    }

    #[test]
    fn only_what_lies_in_a_stretch_of_time_is_over_it() {
        let turns = Turns::new([span(100, 120, 200), span(300, 300, 400)]);
        let over = |start, end| turns.over(start, end).map(|(at, turn)| (at, turn.burn_in)).collect::<Vec<_>>();
        assert_eq!(over(0, 100), []);
        assert_eq!(over(110, 130), [(110, true), (120, false)]);
        assert_eq!(over(200, 300), []);
        assert_eq!(over(150, 301), [(150, false), (300, false)]);
    }
}
