//! A week of live commerce to try coverledger on: exports, their configuration and a job.
//!
//! Three platforms deliver the events of six markets, each in its own format, columns and clock. Covers differ in
//! appeal, audiences differ by hour, clocks change inside the week, some events arrive late or twice and a few records
//! are broken. The same arguments give the same bytes, on any machine: whole-number and basic floating-point
//! arithmetic only, one seeded generator per broadcast, and no clock.
//!
//! Rows are written as they are made, one broadcast after the other, so memory does not grow with their number.
//!
//! The same week can be written as counts over intervals, as most platforms deliver it.
//!
//! Each cover has a picture, drawn here, and a row in a sheet. What is true of the covers, for a library to find, is written
//! down in [`STYLE`], [`WORDY`], [`FADING`], [`TRANSLATIONS`] and [`NOTHING`]; what is true of viewers who come back, in
//! [`STREAMS`] and [`CLICKBAIT`].

mod airing;
mod audience;
mod brief;
mod broken;
mod built_in;
mod calendar;
mod cell;
mod config;
mod counted;
mod dir;
mod error;
mod export;
mod format;
mod library;
mod parquet;
mod picture;
mod plan;
mod platform;
mod quality;
mod random;
mod row;
mod rows;
mod sheet;
mod sink;
mod table;
mod templates;
#[cfg(test)]
mod tests;
mod text;
mod truth;
mod viewer;
mod work;
mod world;

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, date};

pub use self::built_in::{LOCALIZED, Localized, REVERSAL, Reversal, SPLIT, Split};
pub use self::error::DemoError;
pub use self::format::DemoFormat;
pub use self::rows::DemoRows;
pub use self::templates::template;
pub use self::truth::{
    BadNetwork, CLICKBAIT, Clickbait, FADING, Fading, Kind, NOTHING, STREAMS, STYLE, Streams, TRANSLATIONS,
    Translation, UNFIT, Unfit, WORDY,
};

use self::calendar::Calendar;
use self::dir::Claimed;
use self::platform::{PLATFORMS, PLATFORMS_WITH_HOSTS, Platform};
use coverledger_core::VERSION;

/// The job that the demo configures.
const JOB: &str = "nightly";

/// The environment variable of the key with which a demo with `quality` has its viewers' ids hashed.
pub const RETURNING_KEY: &str = "COVERLEDGER_RETURNING_KEY";

/// The key that a demo takes if the environment has none: it is made up, as all of its viewers are, and guards nothing.
pub const MADE_UP_KEY: &str = "made up, as all viewers of the demo are";

/// New York, and with it most of North America, leaves daylight-saving time on this Sunday.
const LAST_DATE: Date = date(2026, 11, 1);

/// 2026-11-02T12:00:00Z: the one morning on which the last day that is over is [`LAST_DATE`] in every market, from
/// Sydney to New York. The last two days are not settled yet.
const RUN_AT: Timestamp = Timestamp::constant(1_793_620_800, 0);

/// The arguments of a demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Local dates, the last of which is 2026-11-01; 1 to 300.
    pub days: u16,
    /// The kind of rows. The same seed gives the same week either way.
    pub rows: DemoRows,
    /// The number of rows in all exports, met within a few per cent. If rows are counts: the number of events that are counted.
    pub events: u64,
    /// The format of every export; by default each platform uses its own.
    pub format: Option<DemoFormat>,
    /// Another seed gives another week.
    pub seed: u64,
    /// Also the telemetry of a player that watched the streams of one platform, whose viewers come back over days and remember how
    /// the stream was ([`STREAMS`]) and what a cover promised ([`CLICKBAIT`]). Its rows come on top of `events`, always as gzipped
    /// CSV. The rest of the demo is another one than without it.
    pub quality: bool,
}

impl Default for Demo {
    fn default() -> Self {
        Self { days: 7, rows: DemoRows::Events, events: 200_000, format: None, seed: 1, quality: false }
    }
}

/// The result of writing a demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number of export files.
    pub exports: u64,
    /// The number of rows in them, including redelivered, late and broken ones, without headers and totals.
    pub rows: u64,
    /// The first local date whose exports are complete in every market.
    pub first_date: Date,
    /// The last one.
    pub last_date: Date,
    /// An instant at which the job's look-back covers exactly these dates.
    pub run_at: Timestamp,
    /// The name of the job in `jobs/`.
    pub job: String,
}

impl Demo {
    /// Writes `exports/`, `pictures/`, `config/`, `jobs/` and `templates/` into `dir`, which is created if necessary. If the same
    /// demo is complete there already, nothing is written.
    ///
    /// `progress` is called from time to time with the number of rows written so far.
    ///
    /// # Errors
    /// The number of days is out of range, the folder has something other than this demo, or a file cannot be
    /// written.
    pub fn write(&self, dir: &Path, progress: &dyn Fn(u64)) -> Result<Written, DemoError> {
        if self.quality && self.rows == DemoRows::Counts {
            return Err(DemoError::QualityOfCounts);
        }
        let calendar = Calendar::ending(LAST_DATE, self.days)?;
        let (exports, rows) = match dir::claim(dir, &self.signature())? {
            Claimed::Whole { exports, rows } => (exports, rows),
            Claimed::ToWrite => {
                config::write(dir, self)?;
                templates::write(dir)?;
                library::write(dir)?;
                brief::write(dir, self)?;
                let broadcasts = plan::broadcasts(self.seed, &calendar, self.platforms(), self.quality)?;
                let tally = work::write_exports(&dir.join("exports"), self, &calendar, &broadcasts, progress)?;
                dir::finish(dir, &self.signature(), tally.exports, tally.rows)?;
                (tally.exports, tally.rows)
            }
        };
        Ok(Written {
            exports,
            rows,
            first_date: calendar.first_date,
            last_date: calendar.last_date,
            run_at: RUN_AT,
            job: JOB.to_owned(),
        })
    }

    /// The platforms whose exports are written.
    fn platforms(&self) -> &'static [Platform; 3] {
        if self.quality { &PLATFORMS_WITH_HOSTS } else { &PLATFORMS }
    }

    /// One line that identifies this demo by its arguments.
    fn signature(&self) -> String {
        let format = self.format.map_or_else(|| "each its own".to_owned(), |format| format.to_string());
        let rows = match self.rows {
            DemoRows::Events => "",
            DemoRows::Counts => ", rows counts",
        };
        let quality = if self.quality { ", with quality" } else { "" };
        let version = VERSION;
        format!(
            "coverledger {version}: days {}, events {}, format {format}, seed {}{rows}{quality}",
            self.days, self.events, self.seed
        )
    }
}
