//! When a cover went on air, as somebody writes it down: by the clock of the market.

use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

use coverledger_core::time::{Resolved, Zone};

const EXPECTED: &str = "expected a time on the market's clock, such as `2026-11-20 19:00` or `19:00`";

/// The instant that is meant; without a text now, to the minute. A time of day alone is of today.
///
/// # Errors
/// In words: no time, or one that the clock skipped or showed twice.
pub(super) fn instant(text: Option<&str>, zone: &Zone, now: Timestamp) -> Result<Timestamp, String> {
    let Some(text) = text.map(str::trim) else {
        let seconds = now.as_second();
        return Timestamp::from_second(seconds - seconds.rem_euclid(60)).map_err(|error| error.to_string());
    };
    // With an offset it is an instant by itself.
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if text.parse::<Zoned>().is_ok() {
        return Err(format!("`{text}` names a zone of its own ({EXPECTED}; or one with an offset)"));
    }
    let local = if let Ok(local) = text.parse::<DateTime>() {
        local
    } else {
        let time: Time = text.parse().map_err(|_| format!("`{text}` is no time ({EXPECTED})"))?;
        zone.local(now).date().to_datetime(time)
    };
    // A date alone is read as its midnight, which nobody means.
    if !text.contains(':') {
        return Err(format!("`{text}` has no time of day ({EXPECTED})"));
    }
    exact(local, zone)
}

/// The one instant of a time on a zone's clock.
fn exact(local: DateTime, zone: &Zone) -> Result<Timestamp, String> {
    let shown = local.strftime("%Y-%m-%d %H:%M");
    match zone.resolve(local) {
        Resolved::Exact(at) => Ok(at),
        Resolved::Gap { .. } => {
            let name = zone.name();
            Err(format!("{shown} never was in {name}: the clocks go forward over it that day"))
        }
        Resolved::Fold { earlier, later } => {
            let [earlier, later] = [earlier, later].map(|at| with_offset(at, zone));
            let name = zone.name();
            Err(format!(
                "{shown} comes twice in {name}, because the clocks go back that day: say which by `{earlier}` or `{later}`"
            ))
        }
        Resolved::OutOfRange => Err(format!("`{local}` is beyond the years that a calendar has")),
    }
}

/// `2026-11-01T01:30:00-04:00`
pub(super) fn with_offset(at: Timestamp, zone: &Zone) -> String {
    let offset = Offset::from_seconds(zone.offset_seconds(at)).unwrap_or(Offset::UTC);
    at.display_with_offset(offset).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let zone = Zone::named("America/New_York").unwrap();
        let now = "2026-11-20T12:34:56.789Z".parse().unwrap();
        instant(Some(text), &zone, now).map(|at| at.to_string())
    }

    #[test]
    fn a_time_is_of_the_markets_clock_and_one_alone_of_today() {
        for text in
            ["2026-11-20 19:00", "2026-11-20T19:00:00", "19:00", "2026-11-21T00:00Z", "2026-11-20T19:00-05:00"]
        {
            assert_eq!(read(text).as_deref(), Ok("2026-11-21T00:00:00Z"), "{text}");
        }
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let now = "2026-11-20T12:34:56.789Z".parse().unwrap();
        assert_eq!(instant(None, &zone, now).unwrap().to_string(), "2026-11-20T12:34:00Z");
    }

    #[test]
    fn a_time_that_never_was_or_came_twice_is_refused_by_name() {
        let gap = read("2026-03-08 02:30").unwrap_err();
        assert_eq!(gap, "2026-03-08 02:30 never was in America/New_York: the clocks go forward over it that day");
        let fold = read("2026-11-01 01:30").unwrap_err();
        assert!(fold.contains("comes twice in America/New_York"), "{fold}");
        assert!(fold.contains("`2026-11-01T01:30:00-04:00` or `2026-11-01T01:30:00-05:00`"), "{fold}");
        assert_eq!(read("2026-11-01T01:30:00-05:00").as_deref(), Ok("2026-11-01T06:30:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["2026-02-30 10:00", "25:00", "noon", "", "2026-11-20", "2026-11-20 19:00[Asia/Tokyo]"] {
            assert!(read(text).is_err_and(|why| why.contains("expected a time")), "{text}");
        }
    }
}
