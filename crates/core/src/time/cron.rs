//! Cron expressions on a zone's clock.
//!
//! croner reads an expression and says which wall-clock times it names; it is shown a clock without a zone. What such
//! a time means in a zone is decided here, with this program's own offsets:
//!
//! * A **fixed time** (`30 2 * * *`) happens once a day. In a gap it fires where the gap ends; several that fall into
//!   one gap fire there once. In a fold it fires at its first pass.
//! * A **repeating time** (a star or a step in the second, minute or hour field: `*/15 * * * *`) fires in both passes
//!   of a fold, so that as much time goes by between firings as ever.
//! * In a gap, a star or a step in the *hour* field leaves out what the clock left out: the hour before and the hour
//!   after are next to each other. Without one (`*/15 2 * * *`) the day would be skipped, so it fires where the gap ends.

use std::fmt;

use chrono::{DateTime as ChronoDateTime, Utc};
use croner::Cron as Pattern;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::Zone;

/// Five fields, or six with seconds first.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    pattern: Pattern,
    /// Whether it fires in both passes of a fold.
    repeats: bool,
    /// Whether it leaves out what a gap leaves out.
    skips_gaps: bool,
}

/// Why a text is no cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CronError(String);

impl Cron {
    /// Parses an expression of five or six fields.
    ///
    /// # Errors
    /// [`CronError`] says why it is none.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if text.contains('@') || !(5..=6).contains(&fields.len()) {
            return Err(CronError(format!("it has {} fields", fields.len())));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        match parser.parse(text) {
            Ok(pattern) => {
                let repeats = |field: &&str| field.contains(['*', '?', '/']);
                let hour = fields.len() - 4;
                Ok(Self {
                    text: text.to_owned(),
                    pattern,
                    repeats: fields[..=hour].iter().any(repeats),
                    skips_gaps: repeats(&fields[hour]),
                })
            }
            Err(error) => {
                let error = error.to_string().to_lowercase();
                let reason = error.split_once(": ").map_or(error.as_str(), |(_, reason)| reason);
                Err(CronError(reason.trim_end_matches('.').to_owned()))
            }
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time it fires after an instant, never at it, on the zone's clock. `None` for an expression that
    /// never fires again, such as `0 0 30 2 *`.
    ///
    /// ```
    /// use coverledger_core::time::{Cron, Zone};
    /// let berlin = Zone::named("Europe/Berlin").unwrap();
    /// let cron = Cron::parse("30 2 * * *").unwrap();
    /// let after = |at: &str| cron.after(&berlin, at.parse().unwrap()).unwrap().to_string();
    /// // 02:30 happens twice on 2026-10-25, and it fires the first time.
    /// assert_eq!(after("2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
    /// assert_eq!(after("2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    /// // On 2026-03-29 the clock jumps over 02:30, and it fires at 03:00.
    /// assert_eq!(after("2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
    /// ```
    #[must_use]
    pub fn after(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        // Expressions know whole seconds: what fires after 12:00:00.5 fires after 12:00:00.
        let after =
            Timestamp::from_second(after.as_nanosecond().div_euclid(1_000_000_000).try_into().ok()?).ok()?;
        if self.repeats { self.after_repeating(zone, after) } else { self.after_fixed(zone, after) }
    }

    /// Of a time that happens twice, the first.
    fn after_fixed(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let mut local = zone.local(after);
        loop {
            // The instants of growing wall-clock times never fall. Those of a second pass are over and passed by.
            local = self.next_local(local, false)?;
            let at = zone.first_instant_at(local)?;
            if at > after {
                return Some(at);
            }
        }
    }

    /// From one change of the offset to the next, in which time and wall clock go together.
    fn after_repeating(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let (mut from, mut may_be_now) = (after, false);
        loop {
            let offset = Offset::from_seconds(zone.offset_seconds(from)).ok()?;
            let local = self.next_local(offset.to_datetime(from), may_be_now)?;
            let at = offset.to_timestamp(local).ok()?;
            let Some(change) = zone.next_transition(from).filter(|change| *change <= at) else { return Some(at) };
            let (gap_start, gap_end) = (offset.to_datetime(change), zone.local(change));
            if !self.skips_gaps && self.next_local(gap_start, true)? < gap_end {
                return Some(change);
            }
            (from, may_be_now) = (change, true);
        }
    }

    /// The next wall-clock time that the expression names, whether or not a zone shows it.
    fn next_local(&self, local: DateTime, may_be_now: bool) -> Option<DateTime> {
        let as_if_utc: ChronoDateTime<Utc> =
            ChronoDateTime::from_timestamp(Offset::UTC.to_timestamp(local).ok()?.as_second(), 0)?;
        let found = self.pattern.find_next_occurrence(&as_if_utc, may_be_now).ok()?;
        let found = Offset::UTC.to_datetime(Timestamp::from_second(found.timestamp()).ok()?);
        (found >= local).then_some(found)
    }

    /// The last time it fired in the time after `after` up to and including `until`.
    ///
    /// Costs some thirty steps, however many firings lie between.
    #[must_use]
    pub fn latest(&self, zone: &Zone, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let fires = |from: Timestamp| self.after(zone, from).filter(|at| *at <= until);
        let mut latest = fires(after)?;
        // From `over` on it fires no more.
        let mut over = until.as_second() + 1;
        while over - latest.as_second() > 1 {
            let middle = latest.as_second() + (over - latest.as_second()) / 2;
            match Timestamp::from_second(middle - 1).ok().and_then(fires) {
                Some(at) => latest = at,
                None => over = middle,
            }
        }
        Some(latest)
    }

    /// Every time it fires after an instant, in order.
    pub fn all_after(&self, zone: &Zone, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.after(zone, after), |at| self.after(zone, *at))
    }
}

/// As written: `0 3 * * *` and `00 3 * * *` are two.
impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Cron {}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    /// The next firings after an instant.
    fn firings(zone: &str, cron: &str, after: &str, count: usize) -> Vec<String> {
        let (zone, cron) = (Zone::named(zone).unwrap(), Cron::parse(cron).unwrap());
        cron.all_after(&zone, after.parse().unwrap()).take(count).map(|at| at.to_string()).collect()
    }

    #[test]
    fn every_kind_of_expression_passes_gaps_and_folds_as_promised() {
        let (spring, autumn) = ("2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"); // 01:00 and 02:00 in Berlin
        let table: &[(&str, &str, &[&str])] = &[
            ("30 2 * * *", spring, &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
            ("0,20,40 2 * * *", spring, &["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
            ("0 2,3 * * *", spring, &["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z", "2026-03-30T01:00:00Z"]),
            ("*/20 2 * * *", spring, &["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
            ("*/20 2-3 * * *", spring, &["2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z"]),
            ("45 * * * *", spring, &["2026-03-29T00:45:00Z", "2026-03-29T01:45:00Z"]),
            ("30 */2 * * *", spring, &["2026-03-29T02:30:00Z", "2026-03-29T04:30:00Z"]),
            ("*/30 * * * * *", spring, &["2026-03-29T00:00:30Z", "2026-03-29T00:01:00Z"]),
            ("0 2 * * *", autumn, &["2026-10-26T01:00:00Z"]),
            ("30 2 * * *", autumn, &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            ("0 30 2 * * *", autumn, &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            ("*/30 2 * * *", autumn, &["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"]),
            ("0 * * * *", autumn, &["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"]),
            ("0 0-23/2 * * *", autumn, &["2026-10-25T01:00:00Z", "2026-10-25T03:00:00Z"]),
        ];
        for (cron, after, expected) in table {
            assert_eq!(firings("Europe/Berlin", cron, after, expected.len()), *expected, "{cron} after {after}");
        }
    }

    #[test]
    fn a_fixed_time_is_over_in_its_second_pass() {
        for after in ["2026-10-25T00:31:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:29:59.9Z"] {
            assert_eq!(firings("Europe/Berlin", "30 2 * * *", after, 1), ["2026-10-26T01:30:00Z"], "{after}");
        }
    }

    #[test]
    fn it_never_fires_at_the_instant_itself() {
        let after = |after: &str| firings("UTC", "* * * * * *", after, 1);
        assert_eq!(after("2026-11-23T00:00:00Z"), ["2026-11-23T00:00:01Z"]);
        assert_eq!(after("2026-11-23T00:00:00.999999999Z"), ["2026-11-23T00:00:01Z"]);
        assert_eq!(after("1969-12-31T23:59:58.5Z"), ["1969-12-31T23:59:59Z"]);
    }

    #[test]
    fn what_never_happens_never_fires() {
        for cron in ["0 0 30 2 *", "*/5 0 31 4 *", "0 0 31 2,4,6,9,11 *"] {
            assert_eq!(firings("Europe/Berlin", cron, "2026-11-23T00:00:00Z", 1), [""; 0], "{cron}");
        }
        assert_eq!(firings("UTC", "0 0 29 2 *", "2096-03-01T00:00:00Z", 1), ["2104-02-29T00:00:00Z"]);
        assert_eq!(firings("Asia/Tokyo", "*/30 0 29 2 *", "2026-03-01T00:00:00Z", 1), ["2028-02-28T15:00:00Z"]);
    }

    #[test]
    fn the_latest_firing_is_the_last_of_all() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let until: Timestamp = "2026-10-25T01:15:30Z".parse().unwrap();
        for (cron, hours) in
            [("30 2 * * *", 50), ("*/15 * * * *", 9), ("*/7 * * * * *", 1), ("0 0 1 * *", 3000), ("0 0 30 2 *", 9)]
        {
            let (cron, after) = (Cron::parse(cron).unwrap(), until - hours.hours());
            let last = cron.all_after(&zone, after).take_while(|at| *at <= until).last();
            assert_eq!(cron.latest(&zone, after, until), last, "{cron}");
        }
    }
}
