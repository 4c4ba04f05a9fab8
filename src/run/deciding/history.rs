//! What was published of a market, to plan by.

use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::Evidence;
use coverledger_archive::{Archive, BoxError, PublishedTable, PublishedTables, TableName};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report as report;

/// What is known of a platform in a market over the window of decisions, up to the newest date that is published; `None`
/// if nothing is. `today` is where looking begins.
///
/// # Errors
/// The archive does not answer, or a table of it is none. A market-day that cannot be relied on is left out, and the log
/// tells why.
pub async fn history(
    workspace: &Workspace,
    archive: &Archive,
    platform: &PlatformId,
    market: &MarketId,
    today: Date,
) -> Result<Option<Evidence>, BoxError> {
    let days = workspace.decisions.as_ref().map_or(28, |decisions| decisions.window_days);
    let since = super::since(today, days);
    let revisions = archive.newest_revisions(platform, market, days, since).await?;
    let PublishedTables { tables, unreadable } =
        archive.published_tables(platform, market, &revisions, TableName::Funnel).await?;
    for (date, reason) in unreadable {
        tracing::warn!(date = date.to_string(), reason, "a market-day is left out");
    }
    evidence(workspace, platform, market, tables)
}

/// Of the tables of a platform in a market, in the order of their dates.
pub(super) fn evidence(
    workspace: &Workspace,
    platform: &PlatformId,
    market: &MarketId,
    tables: Vec<PublishedTable>,
) -> Result<Option<Evidence>, BoxError> {
    let day = |table: PublishedTable| Ok::<_, BoxError>((table.local_date, report::frame(&[table.bytes])?));
    let days = tables.into_iter().map(day).collect::<Result<Vec<_>, _>>()?;
    evidence_of(workspace, platform, market, &days)
}

/// The same of tables that were decoded.
pub(super) fn evidence_of(
    workspace: &Workspace,
    platform: &PlatformId,
    market: &MarketId,
    days: &[(Date, DataFrame)],
) -> Result<Option<Evidence>, BoxError> {
    let slots = workspace
        .markets
        .get(market)
        .map(|market| market.slots.names().map(str::to_owned).collect::<Vec<String>>());
    Ok(Evidence::read(platform, market, &slots.unwrap_or_default(), days)?)
}
