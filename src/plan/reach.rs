//! The reverse of a window: the instants of the market-days that read an object of a given date.

use jiff::Timestamp;
use jiff::civil::Date;

use super::window::spread;
use coverledger_config::Export;
use coverledger_core::time::{DayRule, LocalDay};

/// The start and end of the platform's days whose market-days read an object of this date. The end is excluded.
#[must_use]
pub fn reach(export: &Export, export_date: Date) -> Option<(Timestamp, Timestamp)> {
    let platform_days = DayRule::calendar(export.day_zone.clone());
    let (early, late) = spread(export);
    let first = day_near(&platform_days, export_date.checked_sub(late).ok()?, Date::tomorrow)?;
    let last = day_near(&platform_days, export_date.checked_add(early).ok()?, Date::yesterday)?;
    Some((first.start, last.end))
}

/// The start and end of the market-days that read an object of this date, in a market with this day rule. The end is
/// excluded. `None` at the limits of the calendar.
///
/// A market-day reads the object if the platform's days that it overlaps are close enough to the date
/// ([`super::Window::covers`]). These are the market-days that overlap the days in [`reach`], each as a whole.
#[must_use]
pub fn reach_in(export: &Export, export_date: Date, rule: &DayRule) -> Option<(Timestamp, Timestamp)> {
    let (from, until) = reach(export, export_date)?;
    let last_instant = Timestamp::from_nanosecond(until.as_nanosecond() - 1).ok()?;
    Some((rule.day_of(from)?.start, rule.day_of(last_instant)?.end))
}

/// The day of a date, or the nearest day on one side of it if the zone skipped the date.
fn day_near(rule: &DayRule, date: Date, next: impl Fn(Date) -> Result<Date, jiff::Error>) -> Option<LocalDay> {
    std::iter::successors(Some(date), |date| next(*date).ok()).take(3).find_map(|date| rule.day(date))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;
    use crate::plan::Window;
    use crate::plan::fingerprint::tests::platform;
    use coverledger_config::{Order, PathPart};
    use coverledger_core::model::MarketId;
    use coverledger_core::time::Zone;

    /// A cover log with UTC days; cover logs are always read one day early.
    fn dated(zone: &str, early_days: u16, late_days: u16) -> Export {
        let mut export = platform(Order::Name).exports.remove(0);
        export.path.parts = vec![PathPart::Date("%F".into())];
        Export { day_zone: Zone::named(zone).unwrap(), early_days, late_days, ..export }
    }

    #[test]
    fn an_object_reaches_the_instants_of_the_market_days_whose_windows_cover_its_date() {
        let date: Date = "2026-11-01".parse().unwrap();
        let zones = ["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"];
        for (of_platform, of_market) in zones.into_iter().flat_map(|one| zones.map(|other| (one, other))) {
            for (early, late, starts_at) in [(0, 0, "00:00"), (1, 2, "04:00"), (3, 1, "23:30")] {
                let export = dated(of_platform, early, late);
                let starts_at = starts_at.parse().unwrap();
                let rule = DayRule { zone: Zone::named(of_market).unwrap(), starts_at };
                let (from, until) = reach_in(&export, date, &rule).unwrap();
                for local_date in (-7..=7).map(|days| date.checked_add(days.days()).unwrap()) {
                    let day = rule.day(local_date).unwrap();
                    let window = Window::of(&export, &MarketId::new("US"), &day).unwrap();
                    let is_read = window.covers(Some(date));
                    let is_whole = from <= day.start && day.end <= until;
                    let is_apart = day.end <= from || until <= day.start;
                    assert!(if is_read { is_whole } else { is_apart }, "{of_platform} {of_market} {local_date}");
                }
            }
        }
    }

    #[test]
    fn a_date_that_the_platforms_zone_skipped_bounds_nothing_by_itself() {
        let rule = DayRule::calendar(Zone::utc());
        let (from, _) = reach_in(&dated("Pacific/Apia", 0, 1), "2011-12-31".parse().unwrap(), &rule).unwrap();
        assert_eq!(from.to_string(), "2011-12-30T00:00:00Z");
    }
}
