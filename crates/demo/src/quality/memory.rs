//! What a viewer remembers: on which local dates a stream was bad, and when they entered by the bait.

use crate::truth::{CLICKBAIT, STREAMS};

/// What one viewer remembers. Days are local dates of the viewer's market, counted from the first.
#[derive(Clone, Copy, Default)]
pub(super) struct Memory {
    /// The last two days on which a stream was bad. Of two, because the last may be today, which matters only tomorrow.
    bad: [Option<u16>; 2],
    /// The last day of an entry by the bait, which matters tomorrow, and the one before it.
    baited: [Option<u16>; 2],
}

impl Memory {
    pub(super) fn met_bad_stream(&mut self, day: u16) {
        remember(&mut self.bad, day);
    }

    pub(super) fn was_baited(&mut self, day: u16) {
        remember(&mut self.baited, day);
    }

    /// Whether a bad stream on a day before this one still matters.
    pub(super) fn is_annoyed(&self, day: u16) -> bool {
        matters(self.bad, day, STREAMS.days)
    }

    /// Whether an entry by the bait on a day before this one still matters.
    pub(super) fn is_baited(&self, day: u16) -> bool {
        matters(self.baited, day, CLICKBAIT.days)
    }
}

fn remember(last: &mut [Option<u16>; 2], day: u16) {
    if last[0] != Some(day) {
        *last = [Some(day), last[0]];
    }
}

fn matters(last: [Option<u16>; 2], day: u16, days: u16) -> bool {
    last.iter().flatten().any(|on| *on < day && day - on <= days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_stream_matters_for_seven_days_after_its_own() {
        let mut memory = Memory::default();
        let matters = |memory: &Memory| (0..30).filter(|day| memory.is_annoyed(*day)).collect::<Vec<u16>>();
        assert_eq!(matters(&memory), []);
        memory.met_bad_stream(3);
        memory.met_bad_stream(3);
        assert_eq!(matters(&memory), (4..=10).collect::<Vec<u16>>());
        memory.met_bad_stream(10);
        assert_eq!(matters(&memory), (4..=17).collect::<Vec<u16>>(), "also on the day of the next one");
    }

    #[test]
    fn bait_matters_for_four_weeks() {
        let mut memory = Memory::default();
        assert!(!memory.is_baited(1));
        memory.was_baited(5);
        let matters: Vec<u16> = (0..60).filter(|day| memory.is_baited(*day)).collect();
        assert_eq!(matters, (6..=33).collect::<Vec<u16>>());
        memory.was_baited(30);
        assert!(memory.is_baited(30) && memory.is_baited(58) && !memory.is_baited(59));
    }
}
