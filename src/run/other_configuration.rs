//! Published market-days that a run did not look at and that were made by another configuration: where they meet those
//! that it made, an instant may lie in no market-day, or in two.
//!
//! It is looked for in the run after such a change, and in no other: a night on which the configuration is what it was
//! reads no receipt for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::{Disposition, RunReport, error_text};
use crate::plan::{PlannedDay, PlatformPlan};
use coverledger_archive::{Archive, ArchiveError, Receipt};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId};

/// Published market-days of another configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherConfiguration {
    /// How many.
    pub days: u64,
    /// The first local date of them.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// What makes them anew.
    pub command: String,
}

/// Looks for them in every market of a run whose configuration has changed since what it looked at was published.
/// What cannot be read is told in the log, and is no reason to fail.
pub(super) async fn other_configuration(
    workspace: &Workspace,
    plans: &[Arc<PlatformPlan>],
    report: &RunReport,
    archive: &Archive,
    job: &str,
) -> Option<OtherConfiguration> {
    let mut dates = Vec::new();
    for plan in plans {
        for (market, days) in by_market(plan) {
            let place = Place { archive, platform: &plan.platform, market };
            let config_sha256 = workspace.config_hash(&plan.platform, market);
            match place.others(plan, &days, report, &config_sha256).await {
                Ok(others) => dates.extend(others),
                Err(error) => {
                    let (platform, market) = (plan.platform.to_string(), market.to_string());
                    let error = error_text(&error);
                    tracing::warn!(platform, market, error, "receipts of days before a change cannot be read");
                }
            }
        }
    }
    let (from, to) = dates.iter().min().copied().zip(dates.iter().max().copied())?;
    let command = format!("coverledger backfill {job} --from {from} --to {to}");
    Some(OtherConfiguration { days: dates.len() as u64, from, to, command })
}

fn by_market(plan: &PlatformPlan) -> BTreeMap<&MarketId, Vec<&PlannedDay>> {
    let mut by_market: BTreeMap<&MarketId, Vec<&PlannedDay>> = BTreeMap::new();
    for day in &plan.days {
        by_market.entry(&day.market_day.market).or_default().push(day);
    }
    by_market
}

/// A market of a platform.
struct Place<'a> {
    archive: &'a Archive,
    platform: &'a PlatformId,
    market: &'a MarketId,
}

impl Place<'_> {
    /// The published dates that were not looked at and are of another configuration.
    async fn others(
        &self,
        plan: &PlatformPlan,
        days: &[&PlannedDay],
        report: &RunReport,
        config_sha256: &str,
    ) -> Result<Vec<Date>, ArchiveError> {
        let of_day = |day: &&PlannedDay| plan.receipts.get(&(self.market.clone(), day.market_day.local_date));
        let mut known = days.iter().filter_map(of_day).peekable();
        let has_changed = if known.peek().is_some() {
            known.any(|receipt| receipt.content.config_sha256 != config_sha256)
        } else {
            // Of a job that looks at the newest day alone, only the day before it can tell.
            let is_new = |day: &&PlannedDay| {
                let ends = report.days.iter().filter(|(done, _)| *done == day.market_day);
                ends.into_iter().any(|(_, end)| matches!(end, Disposition::Published { .. }))
            };
            match days.first().filter(|_| days.iter().any(is_new)) {
                Some(first) => self.is_other(first.market_day.local_date.yesterday().ok(), config_sha256).await?,
                None => false,
            }
        };
        if !has_changed {
            return Ok(Vec::new());
        }
        let looked_at: BTreeSet<Date> = days.iter().map(|day| day.market_day.local_date).collect();
        let published = self.archive.revisions_within(self.platform, self.market, Date::MIN, Date::MAX).await?;
        let outside: BTreeSet<Date> = published.into_keys().filter(|date| !looked_at.contains(date)).collect();
        let newest = self.archive.newest_of(self.platform, self.market, &outside).await?.or_warn();
        let is_other =
            |receipt: &Receipt| !receipt.content.retired && receipt.content.config_sha256 != config_sha256;
        let others = newest.into_iter().filter(|(_, receipt)| is_other(receipt));
        Ok(others.map(|(date, _)| date).collect())
    }

    /// Whether a day is published and of another configuration.
    async fn is_other(&self, date: Option<Date>, config_sha256: &str) -> Result<bool, ArchiveError> {
        let newest = self.archive.newest_of(self.platform, self.market, &date.into_iter().collect()).await?;
        Ok(newest.or_warn().into_values().any(|receipt| receipt.content.config_sha256 != config_sha256))
    }
}
