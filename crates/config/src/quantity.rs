//! Durations (`48h`) and sizes (`512MiB`) as people write them.

use std::ops::RangeInclusive;

use super::cursor::Cursor;

pub(super) const DURATION_UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
pub(super) const SIZE_UNITS: [(&str, u64); 6] = [
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
];

/// Seconds.
pub(super) fn duration_seconds(at: &Cursor<'_>, bounds: RangeInclusive<i64>, expected: &str) -> Option<i64> {
    let expected = format!("{expected}, such as `48h`, `2d` or `90m`");
    let seconds = at.text("a duration", &expected)?;
    match duration(seconds) {
        Some(seconds) if bounds.contains(&seconds) => Some(seconds),
        _ => at.mismatch("a duration", &expected),
    }
}

/// A duration as it is written on a command line (`48h`, `400d`), in seconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    measure(text, &DURATION_UNITS).and_then(|seconds| i64::try_from(seconds).ok())
}

/// A size as it is written, in bytes.
pub(super) fn size(text: &str) -> Option<u64> {
    measure(text, &SIZE_UNITS)
}

/// Bytes.
pub(super) fn size_bytes(at: &Cursor<'_>, least: u64, expected: &str) -> Option<u64> {
    let expected = format!("{expected}, such as `512MiB` or `2GiB`");
    let size = at.text("a size", &expected)?;
    match measure(size, &SIZE_UNITS) {
        Some(bytes) if bytes >= least => Some(bytes),
        _ => at.mismatch("a size", &expected),
    }
}

fn measure(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        let seconds = |text: &str| read(text, |at| duration_seconds(at, 0..=86_400 * 90, "0 to 90 days")).0;
        let table = [("48h", 172_800), ("2d", 172_800), ("90m", 5_400), ("30s", 30), ("0h", 0)];
        for (text, expected) in table {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["48", "1.5h", "-1h", "h", "2 days", "91d", "99999999999999999999h", "[]"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_a_number_and_a_unit() {
        let bytes = |text: &str| read(text, |at| size_bytes(at, 64 << 20, "at least 64MiB")).0;
        assert_eq!(bytes("512MiB"), Some(512 << 20));
        assert_eq!(bytes("2GiB"), Some(2 << 30));
        let (_, problems) = read("1MiB", |at| size_bytes(at, 64 << 20, "at least 64MiB"));
        assert_eq!(
            problems,
            ["line 1: `1MiB` is not a size (expected at least 64MiB, such as `512MiB` or `2GiB`)"]
        );
    }
}
