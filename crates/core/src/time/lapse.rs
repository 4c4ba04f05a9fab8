//! Occurrences of a schedule that were missed, or handled elsewhere, since the last one that was handled here.

use jiff::{SignedDuration, Timestamp};

use super::{Cron, Zone};

/// An occurrence at which nothing ran within this time is missed.
const ON_TIME: SignedDuration = SignedDuration::from_secs(60);
/// Missed occurrences are counted up to this number: a job that runs every second and was off for a week has 600,000.
const COUNTED: usize = 10_000;

/// The occurrences of a schedule since the last that was handled, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    /// The latest occurrence.
    pub latest: Timestamp,
    /// The first occurrence that is more than a minute ago, if there is one.
    pub first_missed: Option<Timestamp>,
    /// How many are more than a minute ago, counted to 10,000.
    pub missed: u64,
    /// Whether the latest is at most a minute ago.
    pub is_on_time: bool,
}

impl Lapse {
    /// The occurrences after `handled`, up to and including `until`, judged as of `now`. `None` if there are none.
    ///
    /// ```
    /// use coverledger_core::time::{Cron, Lapse, Zone};
    /// let cron = Cron::parse("30 3 * * *").unwrap();
    /// let at = |at: &str| at.parse().unwrap();
    /// let lapse = |now: &str| Lapse::since(&cron, &Zone::utc(), at("2026-11-20T03:30:00Z"), at(now), at(now));
    /// assert_eq!(lapse("2026-11-21T03:29:59Z"), None);
    /// let late = lapse("2026-11-22T03:30:01Z").unwrap();
    /// assert_eq!((late.latest, late.is_on_time), (at("2026-11-22T03:30:00Z"), true));
    /// assert_eq!((late.missed, late.first_missed), (1, Some(at("2026-11-21T03:30:00Z"))));
    /// ```
    #[must_use]
    pub fn since(cron: &Cron, zone: &Zone, handled: Timestamp, until: Timestamp, now: Timestamp) -> Option<Self> {
        let latest = cron.latest(zone, handled, until)?;
        let is_missed = |at: &Timestamp| *at <= latest && at.duration_until(now) > ON_TIME;
        let mut missed = cron.all_after(zone, handled).take_while(is_missed).take(COUNTED);
        let first_missed = missed.next();
        let missed = if first_missed.is_some() { 1 + missed.count() } else { 0 };
        Some(Self { latest, first_missed, missed: missed as u64, is_on_time: !is_missed(&latest) })
    }

    /// These times and those of another schedule that came after them.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self {
            latest: later.latest,
            first_missed: self.first_missed.or(later.first_missed),
            missed: self.missed + later.missed,
            is_on_time: later.is_on_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    #[test]
    fn a_time_is_missed_once_it_is_more_than_a_minute_past() {
        let (cron, zone) = (Cron::parse("0 * * * *").unwrap(), Zone::named("Asia/Shanghai").unwrap());
        let handled: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let lapse = |seconds: i64| {
            let now = handled + seconds.seconds();
            Lapse::since(&cron, &zone, handled, now, now)
        };
        assert_eq!(lapse(3599), None);
        assert_eq!(lapse(-3599), None);
        assert!(matches!(lapse(3660), Some(Lapse { missed: 0, first_missed: None, is_on_time: true, .. })));
        assert!(matches!(lapse(3661), Some(Lapse { missed: 1, is_on_time: false, .. })));
        assert!(matches!(lapse(7200), Some(Lapse { missed: 1, is_on_time: true, .. })));
        assert_eq!(lapse(7261).unwrap().first_missed, Some(handled + 1.hour()));
    }

    #[test]
    fn times_after_the_one_that_ran_do_not_count() {
        let (cron, zone) = (Cron::parse("* * * * *").unwrap(), Zone::utc());
        let handled: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let lapse = Lapse::since(&cron, &zone, handled, handled + 3.minutes(), handled + 9.hours()).unwrap();
        assert_eq!((lapse.missed, lapse.latest), (3, handled + 3.minutes()));
    }

    #[test]
    fn a_second_by_second_job_that_lay_for_years_is_counted_to_a_bound() {
        let (cron, zone) = (Cron::parse("* * * * * *").unwrap(), Zone::utc());
        let handled: Timestamp = "2022-11-23T00:00:00Z".parse().unwrap();
        let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let lapse = Lapse::since(&cron, &zone, handled, now, now).unwrap();
        assert_eq!((lapse.missed, lapse.latest, lapse.is_on_time), (10_000, now, true));
    }
}
