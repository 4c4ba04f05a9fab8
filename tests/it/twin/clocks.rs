//! Clocks of markets, and the weeks in which something happens to them.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A clock and how it cuts the day, with the first dates of weeks in which something happens to it.
pub struct Clock {
    pub zone: &'static str,
    pub day_starts_at: &'static str,
    pub slots: &'static [(&'static str, &'static str)],
    pub weeks: &'static [&'static str],
}

const DAY_PARTS: &[(&str, &str)] =
    &[("night", "00:00"), ("morning", "06:00"), ("afternoon", "12:00"), ("prime", "19:00"), ("late", "23:00")];
const BROADCAST: &[(&str, &str)] =
    &[("morning", "04:00"), ("afternoon", "12:00"), ("prime", "19:00"), ("late", "23:00")];
/// Bounds inside the hours that clock changes skip and repeat.
const FINE: &[(&str, &str)] =
    &[("a", "00:00"), ("b", "01:30"), ("c", "01:45"), ("d", "02:15"), ("e", "02:45"), ("f", "12:00")];

/// Clock changes at 02:00, at midnight (missing, doubled before it), by half an hour, in the south; and none at all.
pub const CLOCKS: [Clock; 8] = [
    Clock {
        zone: "America/New_York",
        day_starts_at: "00:00",
        slots: DAY_PARTS,
        weeks: &["2026-03-07", "2026-10-31"],
    },
    Clock { zone: "Europe/Berlin", day_starts_at: "00:00", slots: FINE, weeks: &["2026-03-28", "2026-10-24"] },
    Clock { zone: "Asia/Kolkata", day_starts_at: "04:00", slots: BROADCAST, weeks: &["2026-03-07", "2026-12-30"] },
    Clock {
        zone: "Australia/Lord_Howe",
        day_starts_at: "00:00",
        slots: FINE,
        weeks: &["2026-04-04", "2026-10-03"],
    },
    Clock {
        zone: "America/Santiago",
        day_starts_at: "00:00",
        slots: DAY_PARTS,
        weeks: &["2026-04-03", "2026-09-05"],
    },
    Clock {
        zone: "America/New_York",
        day_starts_at: "04:00",
        slots: BROADCAST,
        weeks: &["2026-03-07", "2026-10-31"],
    },
    Clock {
        zone: "Australia/Adelaide",
        day_starts_at: "00:00",
        slots: FINE,
        weeks: &["2026-04-04", "2026-10-03"],
    },
    Clock {
        zone: "Asia/Kathmandu",
        day_starts_at: "00:00",
        slots: DAY_PARTS,
        weeks: &["2026-02-27", "2026-04-04"],
    },
];

/// The bundled zone data, as the program has it.
pub fn zone(name: &str) -> TimeZone {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    ZONES.get(name).unwrap()
}
