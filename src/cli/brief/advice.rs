//! Rows of the table `advice`, as they are told in a terminal.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use polars::prelude::*;

use crate::cli::rows::day;
use coverledger_core::model::columns as c;

/// What is advised for a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Advised {
    pub(super) platform: String,
    pub(super) market: String,
    pub(super) state: String,
    pub(super) data_until: Option<Date>,
    pub(super) lack: [Option<String>; 2],
    pub(super) action: String,
    pub(super) cover_id: Option<String>,
    pub(super) instead_of: Option<String>,
    pub(super) test_against: Option<String>,
    pub(super) experiment: Option<String>,
    pub(super) starts_at: Option<Timestamp>,
    pub(super) starts_local: Option<DateTime>,
    pub(super) starts_home: Option<DateTime>,
    /// Ratio − 1, with its bounds.
    pub(super) change: [Option<f64>; 3],
    pub(super) reason: [Option<String>; 2],
}

/// All places of a brief.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Advice {
    /// The earliest night first; those without one last.
    pub(super) places: Vec<Advised>,
}

impl Advice {
    /// # Errors
    /// A column is missing, which a published table has.
    pub(super) fn read(frame: &DataFrame) -> PolarsResult<Self> {
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
            state: text(c::STATE)?.unwrap_or_default(),
            data_until: frame.column(c::DATA_UNTIL)?.date()?.phys.get(row).and_then(day),
            lack: [text(c::LACK_EN)?, text(c::LACK_ZH)?],
            action: text(c::ACTION)?.unwrap_or_default(),
            cover_id: text(c::COVER_ID)?,
            instead_of: text(c::INSTEAD_OF)?,
            test_against: text(c::TEST_AGAINST)?,
            experiment: text(c::EXPERIMENT)?,
            starts_at: instant(c::SLOT_START_UTC)?,
            starts_local: wall(c::SLOT_START_LOCAL)?,
            starts_home: wall(c::SLOT_START_HOME)?,
            change: [float(c::CHANGE)?, float(&c::low(c::CHANGE))?, float(&c::high(c::CHANGE))?],
            reason: [text(c::REASON_EN)?, text(c::REASON_ZH)?],
        })
    }
}
