//! Which places a brief is of.

use jiff::civil::Date;

use coverledger_config::{Market, Workspace};
use coverledger_core::model::{MarketId, PlatformId};

/// Local dates that are looked at where no job says how many.
const LOOKBACK_DAYS: u16 = 7;

/// A place that is configured and counts.
pub(super) struct ConfiguredPlace<'w> {
    pub(super) platform: &'w PlatformId,
    pub(super) market: &'w MarketId,
    pub(super) rules: &'w Market,
    /// Over how many local dates jobs look for it.
    pub(super) lookback_days: u16,
    /// Whether any job settles it: one that none does and that was never published is left out.
    pub(super) is_settled: bool,
}

/// Every platform that counts in every market that it feeds.
pub(super) fn configured(workspace: &Workspace) -> impl Iterator<Item = ConfiguredPlace<'_>> {
    let counting = workspace.platforms.iter().filter(|(platform, _)| workspace.counts(platform));
    counting.flat_map(move |(platform, definition)| {
        let fed = workspace.markets.iter().filter(|(market, _)| {
            let feeds = |export: &coverledger_config::Export| export.feeds(market);
            definition.exports.iter().any(feeds)
        });
        fed.map(move |(market, rules)| {
            let jobs = workspace.jobs.values();
            let jobs = jobs.filter(|job| job.platforms.contains(platform) && job.markets.contains(market));
            let lookback = jobs.map(|job| job.lookback_days).max();
            ConfiguredPlace {
                platform,
                market,
                rules,
                lookback_days: lookback.unwrap_or(LOOKBACK_DAYS),
                is_settled: lookback.is_some(),
            }
        })
    })
}

/// The last local date that was over at an instant; `None` beyond the years that the program can represent.
pub(super) fn over_until(rules: &Market, now: jiff::Timestamp) -> Option<Date> {
    let mut date = rules.day.day_of(now)?.date.yesterday().ok()?;
    // A zone may have skipped the date before.
    while rules.day.day(date).is_none() {
        date = date.yesterday().ok()?;
    }
    Some(date)
}
