//! Rows of the table `advice`, as they are told in a terminal.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use polars::prelude::*;

use super::rows::day;
use coverledger_core::model::columns as c;

/// What is advised for a place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advised {
    pub platform: String,
    pub market: String,
    /// As of which date.
    pub as_of: Option<Date>,
    pub state: String,
    pub data_until: Option<Date>,
    pub lack: [Option<String>; 2],
    pub action: String,
    pub cover_id: Option<String>,
    pub instead_of: Option<String>,
    pub test_against: Option<String>,
    pub experiment: Option<String>,
    pub slot: Option<String>,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub starts_local: Option<DateTime>,
    pub starts_home: Option<DateTime>,
    /// Ratio − 1, with its bounds.
    pub change: [Option<f64>; 3],
    pub reason: [Option<String>; 2],
}

/// All places of a brief.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// The earliest night first; those without one last.
    pub places: Vec<Advised>,
}

impl Advice {
    /// # Errors
    /// A column is missing, which a published table has.
    pub fn read(frame: &DataFrame) -> PolarsResult<Self> {
        let mut places =
            (0..frame.height()).map(|row| Advised::read(frame, row)).collect::<PolarsResult<Vec<_>>>()?;
        places.sort_by_key(|place| (place.starts_at.is_none(), place.starts_at));
        Ok(Self { places })
    }
}

impl Advised {
    fn read(frame: &DataFrame, row: usize) -> PolarsResult<Self> {
        let text = |name: &str| -> PolarsResult<Option<String>> {
            Ok(frame.column(name)?.str()?.get(row).map(str::to_owned))
        };
        let float = |name: &str| -> PolarsResult<Option<f64>> { Ok(frame.column(name)?.f64()?.get(row)) };
        let date = |name: &str| -> PolarsResult<Option<Date>> {
            Ok(frame.column(name)?.date()?.phys.get(row).and_then(day))
        };
        let instant = |name: &str| -> PolarsResult<Option<Timestamp>> {
            let us = frame.column(name)?.datetime()?.phys.get(row);
            Ok(us.and_then(|us| Timestamp::from_microsecond(us).ok()))
        };
        // A wall clock is kept as if it were that of UTC.
        let wall = |name: &str| -> PolarsResult<Option<DateTime>> {
            Ok(instant(name)?.map(|at| jiff::tz::TimeZone::UTC.to_datetime(at)))
        };
        Ok(Self {
            platform: text(c::PLATFORM)?.unwrap_or_default(),
            market: text(c::MARKET)?.unwrap_or_default(),
            as_of: date(c::AS_OF)?,
            state: text(c::STATE)?.unwrap_or_default(),
            data_until: date(c::DATA_UNTIL)?,
            lack: [text(c::LACK_EN)?, text(c::LACK_ZH)?],
            action: text(c::ACTION)?.unwrap_or_default(),
            cover_id: text(c::COVER_ID)?,
            instead_of: text(c::INSTEAD_OF)?,
            test_against: text(c::TEST_AGAINST)?,
            experiment: text(c::EXPERIMENT)?,
            slot: text(c::SLOT)?,
            starts_at: instant(c::SLOT_START_UTC)?,
            ends_at: instant(c::SLOT_END_UTC)?,
            starts_local: wall(c::SLOT_START_LOCAL)?,
            starts_home: wall(c::SLOT_START_HOME)?,
            change: [float(c::CHANGE)?, float(&c::low(c::CHANGE))?, float(&c::high(c::CHANGE))?],
            reason: [text(c::REASON_EN)?, text(c::REASON_ZH)?],
        })
    }
}
