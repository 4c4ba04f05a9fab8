//! The reader of one column of instants; it caches what neighbouring values share.

use jiff::Timestamp;

use super::pattern::Compiled;
use super::rfc3339::Rfc3339;
use super::{from_wall, in_range, on_the_wall, read};
use crate::export::format::field::Field;
use crate::export::value::digits::whole;
use coverledger_config::{InstantFormat, WallClock, ZoneRule};
use coverledger_core::model::Reason;
use coverledger_core::time::{Steady, Zone};

/// Reads a column of an export. [`read`] says what every value means; the usual ones are read here at a fraction of its
/// cost.
pub(in crate::export) struct Reader<'a> {
    format: &'a InstantFormat,
    shape: FastText<'a>,
}

/// Formats of text that are read by position instead of by the general parser.
enum FastText<'a> {
    Any,
    Rfc3339(Rfc3339),
    /// A count of units of so many microseconds.
    Epoch(i64),
    Pattern(Compiled, SteadyClock<'a>),
}

impl<'a> Reader<'a> {
    pub(in crate::export) fn new(format: &'a InstantFormat) -> Self {
        let shape = match format {
            InstantFormat::Rfc3339 => FastText::Rfc3339(Rfc3339::new()),
            InstantFormat::EpochSeconds => FastText::Epoch(1_000_000),
            InstantFormat::EpochMillis => FastText::Epoch(1_000),
            InstantFormat::EpochMicros => FastText::Epoch(1),
            InstantFormat::Pattern { pattern, wall: Some(wall) } => match (Compiled::of(pattern), &wall.zone) {
                (Some(compiled), ZoneRule::Named(zone)) => {
                    FastText::Pattern(compiled, SteadyClock { wall, zone, steady: None })
                }
                _ => FastText::Any,
            },
            _ => FastText::Any,
        };
        Self { format, shape }
    }

    /// How the column is written.
    pub(in crate::export) const fn format(&self) -> &'a InstantFormat {
        self.format
    }

    /// Reads a value of the column. `market` is the zone of the row's market, for clocks that are the market's.
    pub(in crate::export) fn read(&mut self, field: Field<'_>, market: Option<&Zone>) -> Result<i64, Reason> {
        if let Field::Text(text) = field {
            match &mut self.shape {
                FastText::Rfc3339(rfc3339) => {
                    if let Some(us) = rfc3339.read(text.as_bytes()) {
                        return in_range(us);
                    }
                }
                FastText::Epoch(us_per_unit) => {
                    let units = whole(text.as_bytes()).and_then(|units| i64::try_from(units).ok());
                    if let Some(us) = units.and_then(|units| units.checked_mul(*us_per_unit)) {
                        return in_range(us);
                    }
                }
                FastText::Pattern(compiled, clock) => {
                    if let Some(us) = compiled.read(text.as_bytes()) {
                        return clock.instant(us, market).and_then(in_range);
                    }
                }
                FastText::Any => {}
            }
        }
        read(field, self.format, market)
    }
}

/// A wall clock, with the stretch of time in which its offset is known to be constant.
struct SteadyClock<'a> {
    wall: &'a WallClock,
    zone: &'a Zone,
    steady: Option<Steady>,
}

impl SteadyClock<'_> {
    /// The instant at which the clock shows these microseconds since 1970.
    fn instant(&mut self, wall_us: i64, market: Option<&Zone>) -> Result<i64, Reason> {
        if let Some(at_us) = self.steady.and_then(|steady| steady.instant_us(wall_us)) {
            return Ok(at_us);
        }
        let at_us = on_the_wall(from_wall(wall_us)?, self.wall, market)?;
        self.steady = Timestamp::from_microsecond(at_us).ok().map(|at| self.zone.steady(at));
        Ok(at_us)
    }
}

#[cfg(test)]
mod tests;
