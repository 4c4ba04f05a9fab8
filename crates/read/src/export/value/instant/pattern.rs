//! Patterns whose parts have a fixed width, made ready once for an export.

use super::fixed::{Fixed, fraction};

/// A pattern that is read by position.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    fixed: Fixed,
    fraction: Fraction,
    /// What stands behind the fraction.
    tail: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fraction {
    None,
    /// `%f`: one to nine digits.
    Digits,
    /// `%.f`: a point and digits, or nothing.
    Point,
}

impl Compiled {
    /// Makes a pattern ready; `None` for one that has anything in it but the parts of a date and a time of day, each
    /// once, and text between them.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let written = pattern.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%R", "%H:%M");
        let mut rest = written.as_bytes();
        let mut compiled = Self { fixed: Fixed::default(), fraction: Fraction::None, tail: Vec::new() };
        let (mut year, mut month, mut day) = (None, None, None);
        loop {
            let place = compiled.fixed.len;
            let (part, width, taken) = match rest {
                [] => break,
                [b'%', b'Y', ..] => (&mut year, 4, 2),
                [b'%', b'm', ..] => (&mut month, 2, 2),
                [b'%', b'd', ..] => (&mut day, 2, 2),
                [b'%', b'H', ..] => (&mut compiled.fixed.hour, 2, 2),
                [b'%', b'M', ..] => (&mut compiled.fixed.minute, 2, 2),
                [b'%', b'S', ..] => (&mut compiled.fixed.second, 2, 2),
                [b'%', b'f', tail @ ..] => {
                    compiled.end(Fraction::Digits, tail)?;
                    break;
                }
                [b'%', b'.', b'f', tail @ ..] => {
                    compiled.end(Fraction::Point, tail)?;
                    break;
                }
                [b'%', ..] => return None,
                [literal, behind @ ..] => {
                    compiled.fixed.literals.push((place, *literal));
                    compiled.fixed.len += 1;
                    rest = behind;
                    continue;
                }
            };
            if part.replace(place).is_some() {
                return None;
            }
            compiled.fixed.len += width;
            rest = &rest[taken..];
        }
        let Fixed { hour, minute, second, .. } = &compiled.fixed;
        // An hour without minutes is whole, minutes without an hour are nothing.
        let is_time = hour.is_some() >= minute.is_some()
            && minute.is_some() >= second.is_some()
            && (second.is_some() || compiled.fraction == Fraction::None);
        compiled.fixed.year = year?;
        compiled.fixed.month = month?;
        compiled.fixed.day = day?;
        is_time.then_some(compiled)
    }

    /// Ends a pattern with a fraction and text in which nobody can look for more of it.
    fn end(&mut self, fraction: Fraction, tail: &[u8]) -> Option<()> {
        self.fraction = fraction;
        self.tail = tail.to_vec();
        let is_apart = tail.first().is_none_or(|byte| !byte.is_ascii_digit() && *byte != b'.');
        (is_apart && !tail.contains(&b'%')).then_some(())
    }

    /// What the clock shows in microseconds since 1970; `None` if the text is not plainly what the pattern says.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<i64> {
        let (whole_us, rest) = self.fixed.read(text)?;
        let (part_us, rest) = match (self.fraction, rest) {
            (Fraction::Digits, rest) | (Fraction::Point, [b'.', rest @ ..]) => fraction(rest)?,
            (Fraction::None | Fraction::Point, rest) => (0, rest),
        };
        let is_whole = if self.tail.is_empty() { rest.is_empty() } else { rest == self.tail };
        is_whole.then_some(whole_us + part_us)
    }
}
