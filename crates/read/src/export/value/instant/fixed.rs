//! Dates and times whose every digit has its place: read by position.

use crate::export::value::digits::are_digits;

/// Years in which nothing needs a second look: instants of any offset lie behind 1970. The rest goes the general way.
const YEARS: std::ops::Range<u32> = 1971..2200;

/// Where the digits of a wall-clock time stand in a text, and what stands between them.
#[derive(Debug, Clone, Default)]
pub(super) struct Fixed {
    pub(super) year: usize,
    pub(super) month: usize,
    pub(super) day: usize,
    pub(super) hour: Option<usize>,
    pub(super) minute: Option<usize>,
    pub(super) second: Option<usize>,
    pub(super) literals: Vec<(usize, u8)>,
    /// Bytes in all.
    pub(super) len: usize,
    /// The date read last, since neighbours are of one day: its digits as a number, and its microseconds since 1970.
    pub(super) last_day: Option<(u32, i64)>,
    pub(super) last_head: Option<Head>,
}

/// What stands before a clock of eight characters, `09:31:00`, at the end of a text that was read; the same again is the same
/// day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Its first eight bytes and its last eight.
    ends: [[u8; 8]; 2],
    bytes: usize,
    /// Zeros in place of the digits of the clock, and what stands between them.
    clock: u64,
    day_us: i64,
}

impl Fixed {
    /// What the clock shows in microseconds since 1970, and what follows. `None` if it is not plainly a time.
    pub(super) fn read<'t>(&mut self, text: &'t [u8]) -> Option<(i64, &'t [u8])> {
        if let Some(us) = self.last_head.as_ref().and_then(|last| last.read(text)) {
            return Some((us, &text[self.len..]));
        }
        let (head, rest) = text.split_at_checked(self.len)?;
        if self.literals.iter().any(|(at, byte)| head.get(*at) != Some(byte)) {
            return None;
        }
        let day = two(head, self.day)? + 100 * (two(head, self.month)? + 100 * four(head, self.year)?);
        let (hour, minute, second) = (part(head, self.hour)?, part(head, self.minute)?, part(head, self.second)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let day_us = match self.last_day {
            Some((last, us)) if last == day => us,
            _ => {
                let us = day_us(day / 10_000, day / 100 % 100, day % 100)?;
                self.last_day = Some((day, us));
                us
            }
        };
        self.last_head = self.head(head, day_us);
        Some((day_us + time_us(hour, minute, second), rest))
    }

    /// The head of a text that was read, if a clock of eight characters ends it.
    fn head(&self, text: &[u8], day_us: i64) -> Option<Head> {
        let (at, minute, second) = (self.hour?, self.minute?, self.second?);
        let is_clock = (minute, second, text.len()) == (at + 3, at + 6, at + 8);
        let (head, clock) = text.split_at_checked(at)?;
        let [.., first, _, _, other, _, _] = *clock.first_chunk::<8>()?;
        let clock = u64::from_le_bytes([b'0', b'0', first, b'0', b'0', other, b'0', b'0']);
        let ends = [*head.first_chunk()?, *head.last_chunk()?];
        (is_clock && at <= 16).then_some(Head { ends, bytes: at, clock, day_us })
    }
}

impl Head {
    /// Microseconds since 1970 if a text has the same head, and a clock behind it.
    #[inline]
    fn read(&self, text: &[u8]) -> Option<i64> {
        let (head, rest) = text.split_at_checked(self.bytes)?;
        if *head.first_chunk::<8>()? != self.ends[0] || *head.last_chunk::<8>()? != self.ends[1] {
            return None;
        }
        let digits = u64::from_le_bytes(*rest.first_chunk()?) ^ self.clock;
        let [.., first, _, _, other, _, _] = digits.to_le_bytes();
        if !are_digits(digits) || first | other != 0 {
            return None;
        }
        let [hour, _, _, minute, _, _, second, _] = (digits * 10 + (digits >> 8)).to_le_bytes();
        (hour <= 23 && minute <= 59 && second <= 59)
            .then(|| self.day_us + time_us(hour.into(), minute.into(), second.into()))
    }
}

/// A time of day in microseconds.
fn time_us(hour: u32, minute: u32, second: u32) -> i64 {
    i64::from((hour * 60 + minute) * 60 + second) * 1_000_000
}

fn part(text: &[u8], at: Option<usize>) -> Option<u32> {
    at.map_or(Some(0), |at| two(text, at))
}

fn four(text: &[u8], at: usize) -> Option<u32> {
    Some(two(text, at)? * 100 + two(text, at + 2)?)
}

/// Two digits as a number.
pub(super) fn two(text: &[u8], at: usize) -> Option<u32> {
    let [tens, ones] = [text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0')];
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// Digits behind a point as microseconds, further ones cut off, and what follows them. `None` unless there are one to
/// nine.
pub(super) fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let mut us = 0;
    let mut digits = 0;
    while let Some(digit) = text.get(digits).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        if digits < 6 {
            us = us * 10 + i64::from(digit);
        }
        digits += 1;
        if digits > 9 {
            return None;
        }
    }
    if digits == 0 {
        return None;
    }
    for _ in digits..6 {
        us *= 10;
    }
    Some((us, &text[digits..]))
}

/// The beginning of a day of the calendar in microseconds since 1970.
fn day_us(year: u32, month: u32, day: u32) -> Option<i64> {
    const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let index = usize::try_from(month).ok()?.checked_sub(1)?;
    let before = *BEFORE.get(index)?;
    let next = BEFORE.get(index + 1).copied().unwrap_or(365);
    let days = next - before + u32::from(month == 2 && is_leap);
    if !YEARS.contains(&year) || !(1..=days).contains(&day) {
        return None;
    }
    let earlier = year - 1;
    let leap_days = |years: u32| years / 4 - years / 100 + years / 400;
    let since = (year - 1970) * 365 + leap_days(earlier) - leap_days(1969);
    let in_year = before + u32::from(month > 2 && is_leap) + day - 1;
    Some(i64::from(since + in_year) * 86_400_000_000)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_day_of_two_centuries_has_its_number() {
        for year in 1971..2200_i16 {
            for (month, day) in (1..=12_i8).flat_map(|month| (1..=31_i8).map(move |day| (month, day))) {
                let expected = jiff::civil::Date::new(year, month, day)
                    .ok()
                    .map(|day| date(1970, 1, 1).until(day).unwrap().get_days())
                    .map(|days| i64::from(days) * 86_400_000_000);
                let found =
                    day_us(year.unsigned_abs().into(), month.unsigned_abs().into(), day.unsigned_abs().into());
                assert_eq!(found, expected, "{year}-{month}-{day}");
            }
        }
        for none in [(1970, 1, 1), (2200, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0)] {
            assert_eq!(day_us(none.0, none.1, none.2), None, "{none:?}");
        }
    }
}
