//! A stretch of a wall clock's time in which it neither jumps nor goes back.

use jiff::{SignedDuration, Timestamp};

use super::Zone;

/// How far to either side of an instant its stretch is looked for.
const SEEN: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Two instants that a clock shows alike are nearer to each other.
const FARTHEST_US: i64 = 3 * 86_400_000_000;

/// Wall-clock times that mean exactly one instant each, by one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steady {
    /// The first of them, in microseconds since 1970 by the wall clock.
    first: i64,
    /// What comes after the last of them.
    end: i64,
    /// Microseconds east of UTC.
    offset: i64,
}

impl Steady {
    /// The instant (microseconds since 1970, UTC) at which the clock shows these microseconds since 1970; `None` if that
    /// is outside the stretch.
    #[must_use]
    pub fn instant_us(self, wall_us: i64) -> Option<i64> {
        (self.first..self.end).contains(&wall_us).then(|| wall_us - self.offset)
    }
}

impl Zone {
    /// The stretch around an instant in which the offset does not change, without the times that the clock shows twice,
    /// and no more of it than a year or so to either side. It is empty if nothing is left.
    #[must_use]
    pub fn steady(&self, at: Timestamp) -> Steady {
        let offset_us = self.offset_us(at);
        let seen_from = at.checked_sub(SEEN).unwrap_or(Timestamp::MIN);
        let seen_to = at.checked_add(SEEN).unwrap_or(Timestamp::MAX);
        let mut steady = Steady {
            first: seen_from.as_microsecond() + FARTHEST_US,
            end: seen_to.as_microsecond() - FARTHEST_US,
            offset: offset_us,
        };
        // Only ever forwards: going back, a rule for the future hides the transitions of the past.
        let (mut jump, mut before_us) = (seen_from, self.offset_us(seen_from));
        while let Some(next) = self.next_transition(jump).filter(|next| *next < seen_to) {
            let after_us = self.offset_us(next);
            if next > at {
                steady.end = next.as_microsecond() + offset_us.min(after_us);
                break;
            }
            steady.first = next.as_microsecond() + before_us.max(after_us);
            (jump, before_us) = (next, after_us);
        }
        steady
    }

    fn offset_us(&self, at: Timestamp) -> i64 {
        i64::from(self.offset_seconds(at)) * 1_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Resolved;

    fn wall(us: i64) -> jiff::civil::DateTime {
        jiff::tz::Offset::UTC.to_datetime(Timestamp::from_microsecond(us).unwrap())
    }

    #[test]
    fn within_a_stretch_every_time_of_every_zone_means_what_the_zone_says_it_means() {
        let start: Timestamp = "1999-06-01T00:00:00Z".parse().unwrap();
        let end: Timestamp = "2101-06-01T00:00:00Z".parse().unwrap();
        let mut stretches = 0;
        for name in chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name()) {
            let Ok(zone) = Zone::named(name) else { continue };
            let mut at = start;
            while at < end {
                let steady = zone.steady(at);
                let next = zone.next_transition(at);
                for edge in [steady.first, steady.end, next.unwrap_or(end).as_microsecond()] {
                    for us in [-3_600_000_000, -1, 0, 1, 3_600_000_000].map(|by| edge.saturating_add(by)) {
                        let Some(instant_us) = steady.instant_us(us) else { continue };
                        if !(start.as_microsecond()..end.as_microsecond()).contains(&us) {
                            continue;
                        }
                        let exact = Resolved::Exact(Timestamp::from_microsecond(instant_us).unwrap());
                        assert_eq!(zone.resolve(wall(us)), exact, "{name} {}", wall(us));
                    }
                }
                stretches += 1;
                let Some(next) = next else { break };
                at = next;
            }
        }
        assert!(stretches > 10_000, "{stretches}");
    }

    #[test]
    fn a_stretch_ends_where_the_clock_jumps_or_begins_to_repeat_itself() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let steady = berlin.steady("2026-07-01T00:00:00Z".parse().unwrap());
        let us = |local: &str| local.parse::<Timestamp>().unwrap().as_microsecond();
        let read = |local: &str| {
            steady.instant_us(us(local)).map(|us| Timestamp::from_microsecond(us).unwrap().to_string())
        };
        assert_eq!(read("2026-03-29T02:59:59Z"), None);
        assert_eq!(read("2026-03-29T03:00:00Z").unwrap(), "2026-03-29T01:00:00Z");
        assert_eq!(read("2026-10-25T01:59:59Z").unwrap(), "2026-10-24T23:59:59Z");
        assert_eq!(read("2026-10-25T02:00:00Z"), None);
    }
}
