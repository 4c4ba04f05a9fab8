//! The period that a path gives, in the zone that the export names for it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::find::PathValues;
use coverledger_config::{Export, PathPeriod, Period, Rows};
use coverledger_core::time::{DayRule, Zone};

/// Puts the period of an object on the clock of `period: {from: path, timezone: …}`.
///
/// A date is the whole of its day there; none that the zone skipped. Instants are read off the path as if they were
/// UTC's, since a path alone says no zone; of a time that the clock showed twice it is the first, and of one that it
/// jumped over the jump.
pub(super) fn on_its_clock(export: &Export, export_date: Option<Date>, path: PathValues) -> PathValues {
    let Rows::Counts(counts) = &export.rows else { return path };
    let Period::PathIn { zone, by } = &counts.period else { return path };
    let (start, end) = match by {
        PathPeriod::Date => {
            let day = export_date.and_then(|date| DayRule::calendar(zone.clone()).day(date));
            (day.map(|day| day.start), day.map(|day| day.end))
        }
        PathPeriod::StartEnd => {
            let there = |at: Timestamp| zone.first_instant_at(Zone::utc().local(at));
            (path.start.and_then(there), path.end.and_then(there))
        }
    };
    PathValues { start, end, ..path }
}
