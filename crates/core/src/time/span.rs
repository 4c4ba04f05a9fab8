//! A span of time as people write it.

use std::time::Duration;

/// `90s`, `6h`: as the configuration writes it.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let unit = [(86_400, "d"), (3600, "h"), (60, "m")].into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_as_it_is_written() {
        for (seconds, text) in [(1, "1s"), (90, "90s"), (60, "1m"), (5400, "90m"), (21_600, "6h"), (172_800, "2d")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
