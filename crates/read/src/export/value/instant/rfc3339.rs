//! RFC 3339, in the variants that exports use.

use super::fixed::{Fixed, fraction, two};

/// Reads `2026-11-21T19:35:42Z`, with a space in it, with a fraction, with an offset.
#[derive(Debug, Clone)]
pub(super) struct Rfc3339 {
    fixed: Fixed,
}

impl Rfc3339 {
    pub(super) fn new() -> Self {
        let fixed = Fixed {
            year: 0,
            month: 5,
            day: 8,
            hour: Some(11),
            minute: Some(14),
            second: Some(17),
            literals: vec![(4, b'-'), (7, b'-'), (13, b':'), (16, b':')],
            len: 19,
            ..Fixed::default()
        };
        Self { fixed }
    }

    /// Microseconds since 1970, UTC; `None` if the text is not plainly an instant.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<i64> {
        let (mut us, mut rest) = self.fixed.read(text)?;
        if !matches!(text[10], b'T' | b' ') {
            return None;
        }
        if let [b'.', behind @ ..] = rest {
            let (part_us, behind) = fraction(behind)?;
            (us, rest) = (us + part_us, behind);
        }
        let sign = match rest {
            [b'Z'] => return Some(us),
            [b'+', _, _, b':', _, _] => 1,
            [b'-', _, _, b':', _, _] => -1,
            _ => return None,
        };
        let (hours, minutes) = (two(rest, 1)?, two(rest, 4)?);
        let is_offset = hours <= 23 && minutes <= 59;
        is_offset.then(|| us - sign * i64::from(hours * 60 + minutes) * 60_000_000)
    }
}
