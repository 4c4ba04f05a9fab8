//! Local days: half-open windows between the first instants of two dates, of whatever length the zone made them.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Zone;

/// How a place cuts time into days: its zone, and the wall-clock time at which a day begins.
///
/// `starts_at` 00:00 gives calendar days; 04:00 gives broadcast days, in which 03:59 still belongs to the
/// evening before, as television ratings count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRule {
    /// Whose clock.
    pub zone: Zone,
    /// When a day begins by that clock.
    pub starts_at: Time,
}

/// One local day: every instant from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalDay {
    /// Its calendar date (the date on which it begins).
    pub date: Date,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant of the next day.
    pub end: Timestamp,
}

impl DayRule {
    /// Calendar days of a zone.
    #[must_use]
    pub fn calendar(zone: Zone) -> Self {
        Self { zone, starts_at: Time::midnight() }
    }

    /// The local day of a date. `None` outside the years the program can represent, and for a date that a
    /// zone skipped altogether (Pacific/Apia has no 2011-12-30).
    ///
    /// ```
    /// use coverledger_core::time::{DayRule, Zone};
    /// let day = DayRule::calendar(Zone::named("America/New_York").unwrap()).day("2026-11-01".parse().unwrap()).unwrap();
    /// assert_eq!(day.start.to_string(), "2026-11-01T04:00:00Z");
    /// assert_eq!(day.length_seconds(), 25 * 3600);
    /// ```
    #[must_use]
    pub fn day(&self, date: Date) -> Option<LocalDay> {
        let start = self.zone.first_instant_at(date.to_datetime(self.starts_at))?;
        let end = self.zone.first_instant_at(date.tomorrow().ok()?.to_datetime(self.starts_at))?;
        (start < end).then_some(LocalDay { date, start, end })
    }

    /// The local day that holds an instant.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Option<LocalDay> {
        let near = self.zone.local(at).date();
        [near, near.yesterday().ok()?, near.tomorrow().ok()?]
            .into_iter()
            .filter_map(|date| self.day(date))
            .find(|day| day.contains(at))
    }

    /// The local days that an interval reaches into, in order of time and without a gap between them. None for an
    /// interval without length; it ends early where the years end that the program can represent.
    ///
    /// ```
    /// use coverledger_core::time::{DayRule, Zone};
    /// let apia = DayRule::calendar(Zone::named("Pacific/Apia").unwrap());
    /// let (start, end) = ("2011-12-30T09:00:00Z".parse().unwrap(), "2011-12-30T11:00:00Z".parse().unwrap());
    /// let dates: Vec<String> = apia.days_over(start, end).map(|day| day.date.to_string()).collect();
    /// assert_eq!(dates, ["2011-12-29", "2011-12-31"]);
    /// ```
    pub fn days_over(&self, start: Timestamp, end: Timestamp) -> impl Iterator<Item = LocalDay> {
        std::iter::successors(self.day_of(start).filter(|_| start < end), |day| self.day_of(day.end))
            .take_while(move |day| day.start < end)
    }
}

impl LocalDay {
    /// Whether the instant lies in the day.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// How long the day is.
    #[must_use]
    pub fn length_seconds(&self) -> i64 {
        self.end.as_second() - self.start.as_second()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn rule(zone: &str) -> DayRule {
        DayRule::calendar(Zone::named(zone).unwrap())
    }

    #[test]
    fn a_day_whose_midnight_is_missing_starts_at_the_jump() {
        let day = rule("Africa/Cairo").day(date(2023, 4, 28)).unwrap();
        assert_eq!(day.start.to_string(), "2023-04-27T22:00:00Z");
        assert_eq!(day.length_seconds(), 23 * 3600);
    }

    #[test]
    fn the_instant_at_a_days_end_belongs_to_the_next() {
        let rule = rule("Asia/Tokyo");
        let day = rule.day(date(2026, 11, 21)).unwrap();
        assert_eq!(rule.day_of(day.start).unwrap().date, date(2026, 11, 21));
        assert_eq!(rule.day_of(day.end).unwrap().date, date(2026, 11, 22));
    }

    #[test]
    fn a_broadcast_day_keeps_the_small_hours() {
        let rule = DayRule { zone: Zone::named("Asia/Kolkata").unwrap(), starts_at: time(4, 0, 0, 0) };
        let late: Timestamp = "2026-11-21T22:29:59Z".parse().unwrap(); // 03:59:59 on the 22nd
        assert_eq!(rule.day_of(late).unwrap().date, date(2026, 11, 21));
    }

    #[test]
    fn a_skipped_date_is_no_day() {
        assert_eq!(rule("Pacific/Apia").day(date(2011, 12, 30)), None);
    }
}
