//! Ids of broadcasts that an export does not have and that are made of several of its columns.
//!
//! What is written in another way must not become another broadcast: a time is written as `2026-11-03 10:06` whether
//! the export has it as text or as a spreadsheet's own, with seconds of nothing or without.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::export::ExportError;
use crate::export::format::field::Field;
use crate::export::value::single::{MAX_NAME_BYTES, id};
use coverledger_core::model::Reason;

/// Between the parts of a made id.
const BETWEEN: &str = " / ";

/// Whether the ids of an object's broadcasts were given or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct MadeIds {
    pub(super) are_given: bool,
    pub(super) are_made: bool,
}

impl MadeIds {
    /// Refuses an object that has both: a made id can match no given one, and the same broadcast might count twice.
    ///
    /// # Errors
    /// [`ExportError::MixedIds`].
    pub(super) fn refuse_both(self) -> Result<(), ExportError> {
        if self.are_given && self.are_made { Err(ExportError::MixedIds) } else { Ok(()) }
    }
}

/// The values of these columns, joined. Each has to be there.
pub(super) fn made_of(columns: &[usize], fields: &[Field<'_>]) -> Result<String, (Reason, usize)> {
    let mut made = String::new();
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            made.push_str(BETWEEN);
        }
        made.push_str(&part(fields[*column]).map_err(|reason| (reason, *column))?);
        if made.len() > MAX_NAME_BYTES {
            return Err((Reason::TooLong, *column));
        }
    }
    Ok(made)
}

fn part(field: Field<'_>) -> Result<String, Reason> {
    match field {
        Field::Wall(us) | Field::Instant(us) => {
            let at = Timestamp::from_microsecond(us).map_err(|_| Reason::BadValue)?;
            Ok(written(at.to_zoned(jiff::tz::TimeZone::UTC).datetime()))
        }
        Field::Length(ms) => {
            let length = SignedDuration::from_millis(ms);
            let (hours, minutes) = (length.as_hours(), length.as_mins() % 60);
            Ok(format!("{hours}:{minutes:02}:{:02}", length.as_secs() % 60))
        }
        field => {
            let mut number = itoa::Buffer::new();
            let text = id(field, &mut number)?;
            let time = text.contains(':').then(|| text.parse::<DateTime>().ok()).flatten();
            Ok(time.map_or_else(|| text.to_owned(), written))
        }
    }
}

/// A time of a wall clock as it stands in an id.
fn written(at: DateTime) -> String {
    if at.second() == 0 && at.subsec_nanosecond() == 0 {
        at.strftime("%Y-%m-%d %H:%M").to_string()
    } else {
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_same_however_it_is_written() {
        let at = |start: Field<'_>| made_of(&[0, 1], &[Field::Text(" Night sale "), start]).unwrap();
        let wall: DateTime = "2026-11-03T10:06".parse().unwrap();
        let us = wall.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond();
        for start in ["2026-11-03 10:06", "2026-11-03 10:06\t", "2026-11-03 10:06:00", "2026-11-03T10:06"] {
            assert_eq!(at(Field::Text(start)), "Night sale / 2026-11-03 10:06", "{start}");
        }
        assert_eq!(at(Field::Wall(us)), "Night sale / 2026-11-03 10:06");
        assert_eq!(at(Field::Text("2026-11-03 10:06:31")), "Night sale / 2026-11-03 10:06:31");
        assert_eq!(at(Field::Text("20261103")), "Night sale / 20261103", "no time of day, so it stays as it is");
    }

    #[test]
    fn every_part_has_to_be_there() {
        let made = |start: Field<'_>| made_of(&[1, 0], &[start, Field::Text("Night sale")]);
        assert_eq!(made(Field::Text(" ")), Err((Reason::MissingValue, 0)));
        assert_eq!(made(Field::Null), Err((Reason::MissingValue, 0)));
        assert_eq!(made(Field::Float(1.5)), Err((Reason::MangledId, 0)));
        assert_eq!(made(Field::Text(&"x".repeat(300))), Err((Reason::TooLong, 0)));
    }
}
