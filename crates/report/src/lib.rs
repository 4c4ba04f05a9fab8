//! Tables: facts in, Parquet out. Pure; one file per table.
//!
//! Every table of a market-day repeats its keys in the file and carries the conventions under which it was counted,
//! so that a reader who opens one file knows what it says.

pub mod advice;
mod bridge;
mod capability;
mod carry_over;
mod cells;
mod compared;
mod contrast;
mod decision_context;
mod decisions;
mod error;
mod evidence;
mod experiment;
mod experiment_balance;
mod file;
mod frame;
mod funnel;
mod icc;
pub mod library;
mod market_day_context;
mod minutes;
mod power;
mod published;
mod quality;
mod rates;
mod reconciliation;
mod rejects;
pub mod returning;
mod seen;
mod shrink;
mod slot_audience;
mod slots_told;
mod standardize;
mod table;
mod tally;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trial;
mod turns;
mod viewer_groups;

use jiff::civil::Date;

pub use carry_over::{CarryOver, carry_over};
pub use decisions::{LevelHistory, decisions, level_held};
pub use error::ReportError;
pub use evidence::{Evidence, Observed, Turn, is_grouped_by};
pub use experiment::{Place, Standings, withdrawn};
pub use frame::frame;
pub use market_day_context::{KNOWN_PART, MarketDayContext};
pub use minutes::{broadcast_minutes, quality_minutes};
pub use power::{Noise, Power, Source, Variation, noise, power};
pub use published::{PublishedDay, Unread};
pub use quality::QualityDay;
pub use slots_told::slots_told;
pub use table::{empty, read};

use coverledger_core::model::{Check, PlatformId, Reject, TableName};
use polars::prelude::{DataFrame, PolarsResult};
use table::rendered;

/// A rendered table.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Parquet.
    pub bytes: Vec<u8>,
    /// How many rows it has.
    pub rows: usize,
}

/// Renders `funnel`, `slot_audience`, `capability` and `bridge` of a market-day, in this order.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write a table.
pub fn market_day(context: &MarketDayContext<'_>, revision: u64) -> Result<[Rendered; 4], ReportError> {
    let [funnel, slots, capability, bridge] = rendered_day(context, revision)?;
    Ok([
        rendered(TableName::Funnel, Ok(funnel))?,
        rendered(TableName::SlotAudience, Ok(slots))?,
        rendered(TableName::Capability, Ok(capability))?,
        rendered(TableName::Bridge, Ok(bridge))?,
    ])
}

/// The same tables, before they are files.
fn rendered_day(context: &MarketDayContext<'_>, revision: u64) -> Result<[DataFrame; 4], ReportError> {
    let facts = context.offered();
    let made = |table: TableName, frame: PolarsResult<DataFrame>| {
        frame.map_err(|source| ReportError { table: table.as_str(), source })
    };
    Ok([
        made(TableName::Funnel, funnel::funnel(context, &facts, revision))?,
        made(TableName::SlotAudience, slot_audience::slot_audience(context, &facts, revision))?,
        made(TableName::Capability, capability::capability(context, revision))?,
        made(TableName::Bridge, bridge::bridge(context, revision))?,
    ])
}

/// Renders `turns` of a market-day; it has no rows where no turn reaches into the day.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn turns(context: &MarketDayContext<'_>, revision: u64) -> Result<Rendered, ReportError> {
    rendered(TableName::Turns, turns::turns(context, revision))
}

/// Renders `viewer_groups` of a market-day; it has no rows where the day is not counted by groups.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn viewer_groups(context: &MarketDayContext<'_>, revision: u64) -> Result<Rendered, ReportError> {
    rendered(TableName::ViewerGroups, viewer_groups::viewer_groups(context, revision))
}

/// Renders `quality` of a market-day of a source of quality.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn quality(day: &QualityDay<'_>, revision: u64) -> Result<Rendered, ReportError> {
    rendered(TableName::Quality, quality::quality(day, revision))
}

/// Renders `rejects` of one platform and export date; rows are sorted by object and record.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn rejects(
    platform: &PlatformId,
    export_date: Option<Date>,
    rejects: &[(&str, &Reject)],
) -> Result<Rendered, ReportError> {
    rendered(TableName::Rejects, rejects::rejects(platform, export_date, rejects))
}

/// Renders `reconciliation` of one platform and export date.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn reconciliation(
    platform: &PlatformId,
    export_date: Option<Date>,
    checks: &[(&str, &Check)],
) -> Result<Rendered, ReportError> {
    rendered(TableName::Reconciliation, reconciliation::reconciliation(platform, export_date, checks))
}
