//! An hour of the day as exports write it: `7`, `07:00`, `07:00:00 - 07:59:59`, `07:00-08:00`, `1 PM`.

use std::cmp::Ordering;

use super::number_text::folded;
use crate::export::format::field::Field;
use coverledger_core::model::Reason;

const DAY_SECONDS: u32 = 86_400;
/// `07:59` and `07:14:59` are the last of a range, `07:30` is the first after it.
const FIVE_MINUTES: u32 = 300;

/// Seconds of the day by the wall clock, the end exclusive; over a day's where it goes over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::export) struct Hour {
    pub(in crate::export) start: u32,
    pub(in crate::export) end: u32,
}

/// Reads it. One time stands for the hour that it begins; a range that ends at `07:59` or `07:59:59` ends with that
/// minute or second.
pub(in crate::export) fn hour(field: Field<'_>) -> Result<Hour, Reason> {
    match field.as_text() {
        Field::Null => Err(Reason::MissingValue),
        Field::Text(text) => written(&folded(text)),
        Field::Int(hour) => from_start(u32::try_from(hour).unwrap_or(u32::MAX).saturating_mul(3_600)),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole hour of a day")]
        Field::Float(hour) if hour.fract() == 0.0 && (0.0..24.0).contains(&hour) => {
            from_start(hour as u32 * 3_600)
        }
        Field::Length(ms) if ms % 1_000 == 0 => from_start(u32::try_from(ms / 1_000).unwrap_or(u32::MAX)),
        _ => Err(Reason::BadTime),
    }
}

fn written(text: &str) -> Result<Hour, Reason> {
    if text.is_empty() {
        return Err(Reason::MissingValue);
    }
    let parts: Vec<&str> = text.split(['-', '~', '\u{301c}']).map(str::trim).collect();
    match parts.as_slice() {
        [one] => from_start(time(one).ok_or(Reason::BadTime)?.0),
        [from, to] => {
            let (start, _) = time(from).ok_or(Reason::BadTime)?;
            let (last, finest) = time(to).ok_or(Reason::BadTime)?;
            let is_last = finest < 3_600 && (last + finest).is_multiple_of(FIVE_MINUTES);
            let end = if is_last { last + finest } else { last };
            let end = if end == 0 { DAY_SECONDS } else { end };
            match start.cmp(&end) {
                Ordering::Less => Ok(Hour { start, end }),
                Ordering::Equal => Err(Reason::EmptyInterval),
                Ordering::Greater => Ok(Hour { start, end: end + DAY_SECONDS }),
            }
        }
        _ => Err(Reason::BadTime),
    }
}

/// The hour that a time begins. One that begins in the middle may be any length.
fn from_start(start: u32) -> Result<Hour, Reason> {
    let is_hour = start < DAY_SECONDS && start.is_multiple_of(3_600);
    if is_hour { Ok(Hour { start, end: start + 3_600 }) } else { Err(Reason::BadTime) }
}

/// A time of day in seconds, and how many seconds its last part counts.
fn time(text: &str) -> Option<(u32, u32)> {
    let lower = text.to_ascii_lowercase();
    let halved = |half: &str, noon| Some((lower.strip_suffix(half)?.trim_end(), noon));
    let Some((clock, noon)) = halved("am", 0).or_else(|| halved("pm", DAY_SECONDS / 2)) else {
        return by_24_hours(text);
    };
    // Twelve is the first of either half, and there is neither a nought nor a thirteen.
    let (seconds, finest) = by_24_hours(clock)?;
    (3_600..13 * 3_600).contains(&seconds).then_some((seconds % (DAY_SECONDS / 2) + noon, finest))
}

fn by_24_hours(text: &str) -> Option<(u32, u32)> {
    let mut seconds = 0;
    let mut finest = 3_600;
    for (index, part) in text.split(':').enumerate() {
        let is_digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let value: u32 = is_digits.then(|| part.parse().ok()).flatten()?;
        let (unit, most) = *[(3_600, 24), (60, 59), (1, 59)].get(index)?;
        if value > most {
            return None;
        }
        seconds += value * unit;
        finest = unit;
    }
    (seconds <= DAY_SECONDS).then_some((seconds, finest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_in_every_spelling() {
        let seven = Ok(Hour { start: 25_200, end: 28_800 });
        for text in [
            "7",
            "07",
            "7:00",
            "07:00",
            "07:00:00",
            "07:00:00 - 07:59:59",
            "07:00-08:00",
            "07:00 – 07:59",
            "7-8",
            "07:00~08:00",
            "０７：００－０８：００",
        ] {
            assert_eq!(hour(Field::Text(text)), seven, "{text}");
        }
        assert_eq!(hour(Field::Int(7)), seven);
        assert_eq!(hour(Field::Length(25_200_000)), seven);
        for text in ["7 AM", "7am", "7:00 AM", "7 AM - 8 AM", "7:00 am – 7:59 am"] {
            assert_eq!(hour(Field::Text(text)), seven, "{text}");
        }
        for (text, start) in [("12 AM", 0), ("12 PM", 43_200), ("1 PM", 46_800), ("11:00:00 PM", 82_800)] {
            assert_eq!(hour(Field::Text(text)), Ok(Hour { start, end: start + 3_600 }), "{text}");
        }
        let last = Ok(Hour { start: 82_800, end: 86_400 });
        for text in ["11 PM - 12 AM", "23", "23:00:00 - 23:59:59", "23:00-24:00", "23:00 - 00:00"] {
            assert_eq!(hour(Field::Text(text)), last, "{text}");
        }
        assert_eq!(hour(Field::Text("07:30:00 - 07:44:59")), Ok(Hour { start: 27_000, end: 27_900 }));
        assert_eq!(hour(Field::Text("07:30-07:45")), Ok(Hour { start: 27_000, end: 27_900 }));
        assert_eq!(hour(Field::Text("12:00-18:00")), Ok(Hour { start: 43_200, end: 64_800 }));
    }

    #[test]
    fn what_is_no_hour_is_a_reject() {
        for text in [
            "24",
            "25:00",
            "07:30",
            "13 PM",
            "0 am",
            "7p",
            "1:30 PM",
            "07:00:00.5",
            "7-8-9",
            "a",
            "07:60-08:00",
            "-7",
            "123",
        ] {
            assert_eq!(hour(Field::Text(text)), Err(Reason::BadTime), "{text}");
        }
        assert_eq!(hour(Field::Text("22:00-01:00")), Ok(Hour { start: 79_200, end: 90_000 }));
        assert_eq!(hour(Field::Text("07:00-07:00")), Err(Reason::EmptyInterval));
        assert_eq!(hour(Field::Text(" ")), Err(Reason::MissingValue));
        assert_eq!(hour(Field::Int(-1)), Err(Reason::BadTime));
    }
}
