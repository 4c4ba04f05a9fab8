//! What was published of a market, to plan by.

use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::Evidence;
use coverledger_archive::{Archive, BoxError, PublishedTable, PublishedTables, TableName};
use coverledger_config::{Experiment, Workspace};
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

/// Rotations of the configuration that are over in this place, with their names, the last one last.
#[must_use]
pub fn ended_rotations<'w>(
    workspace: &'w Workspace,
    platform: &PlatformId,
    market: &MarketId,
    today: Date,
) -> Vec<(&'w str, &'w Experiment)> {
    let is_ended = |experiment: &Experiment| {
        experiment.rotation().is_some()
            && experiment.to < today
            && experiment.platforms.contains(platform)
            && experiment.markets.contains(market)
    };
    let mut ended: Vec<(&str, &Experiment)> = workspace
        .experiments
        .iter()
        .map(|(name, experiment)| (name.as_str(), experiment))
        .filter(|(_, experiment)| is_ended(experiment))
        .collect();
    ended.sort_by_key(|(_, experiment)| experiment.to);
    ended
}

/// What is known of the turns of a rotation in a market of a platform; `None` if nothing is published of them.
///
/// # Errors
/// As of [`history`].
pub async fn turns_of(
    workspace: &Workspace,
    archive: &Archive,
    platform: &PlatformId,
    market: &MarketId,
    rotation: &Experiment,
) -> Result<Option<Evidence>, BoxError> {
    let revisions = archive.revisions_within(platform, market, rotation.from, rotation.to).await?;
    let published = archive.published_tables(platform, market, &revisions, TableName::Turns).await?;
    evidence(workspace, platform, market, published.tables)
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
