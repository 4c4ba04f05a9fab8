//! When the slots of the coming week begin and end, on three clocks.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use crate::tally::float;
use coverledger_config::Market;
use coverledger_core::time::SlotSpan;

/// A slot of one local date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlannedSlot {
    pub(super) local_date: Date,
    pub(super) span: SlotSpan,
}

/// Within so many days a slot is planned.
const DAYS: i32 = 7;

/// The next time that a slot comes after `as_of`, within a week: on the next day, unless the clock jumps over it.
pub(super) fn next_slot(market: &Market, slot: &str, as_of: Date) -> Option<PlannedSlot> {
    let mut dates = (1..=DAYS).filter_map(|days| as_of.checked_add(days.days()).ok());
    let planned = |local_date: Date| Some(PlannedSlot { local_date, span: span(market, slot, local_date)? });
    dates.find_map(planned)
}

/// How many hours a slot had on a date.
pub(super) fn hours_of(market: &Market, slot: &str, local_date: Date) -> Option<f64> {
    let seconds = u64::try_from(span(market, slot, local_date)?.seconds).ok()?;
    Some(float(seconds) / 3600.0)
}

fn span(market: &Market, slot: &str, local_date: Date) -> Option<SlotSpan> {
    let slot = market.slots.names().position(|name| name == slot)?;
    let spans = market.slots.spans(&market.day, &market.day.day(local_date)?);
    spans.into_iter().find(|span| span.slot == slot)
}

/// A wall-clock time as microseconds since 1970, as if it were UTC: how a timestamp without a zone is stored.
pub(super) fn wall_us(wall: DateTime) -> Option<i64> {
    jiff::tz::Offset::UTC.to_timestamp(wall).ok().map(Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use coverledger_core::time::{DayRule, SlotTable, Zone};

    fn market(zone: &str, starts_at: &str, slots: &[(&str, &str)]) -> Market {
        let day = DayRule { zone: Zone::named(zone).unwrap(), starts_at: starts_at.parse().unwrap() };
        let slots = slots.iter().map(|(name, at)| ((*name).to_owned(), at.parse().unwrap())).collect();
        Market { slots: SlotTable::new(day.starts_at, slots).unwrap(), slots_name: "s".to_owned(), day }
    }

    #[test]
    fn prime_time_is_at_another_hour_of_utc_once_the_clock_is_set_back() {
        let market =
            market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00"), ("late", "23:00")]);
        let next = |as_of| next_slot(&market, "prime", as_of).unwrap();
        assert_eq!(next(date(2026, 10, 30)).span.start.to_string(), "2026-10-31T23:00:00Z");
        assert_eq!(next(date(2026, 10, 31)).span.start.to_string(), "2026-11-02T00:00:00Z");
        // Your late morning is their prime time; after the change an hour later.
        let home = Zone::named("Asia/Shanghai").unwrap();
        assert_eq!(home.local(next(date(2026, 10, 30)).span.start).to_string(), "2026-11-01T07:00:00");
        assert_eq!(home.local(next(date(2026, 10, 31)).span.start).to_string(), "2026-11-02T08:00:00");
    }

    #[test]
    fn a_slot_that_the_clock_lengthens_or_jumps_over_is_as_long_as_it_is() {
        let market = market("Europe/Berlin", "00:00", &[("a", "00:00"), ("b", "02:15"), ("c", "02:45")]);
        let spring = |slot| next_slot(&market, slot, date(2026, 3, 28)).unwrap();
        assert_eq!(spring("b").local_date, date(2026, 3, 30), "it does not exist on the 29th");
        assert_eq!(spring("a").span.seconds, 2 * 3600);
        let autumn = next_slot(&market, "b", date(2026, 10, 24)).unwrap().span;
        let (length, span) = (autumn.seconds, autumn.end.as_second() - autumn.start.as_second());
        assert_eq!((length, span), (3600, 5400), "half an hour, twice, with another slot between them");
        assert_eq!(hours_of(&market, "b", date(2026, 10, 25)), Some(1.0));
        assert_eq!(hours_of(&market, "b", date(2026, 3, 29)), None);
    }

    #[test]
    fn a_broadcast_day_ends_on_the_next_date() {
        let market = market("Asia/Kolkata", "04:00", &[("morning", "04:00"), ("late", "23:00")]);
        let late = next_slot(&market, "late", date(2026, 11, 20)).unwrap();
        assert_eq!(late.span.end.to_string(), "2026-11-21T22:30:00Z");
        assert_eq!(next_slot(&market, "all_day", date(2026, 11, 20)), None);
    }
}
