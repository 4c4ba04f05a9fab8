//! The platforms and markets that have tables at the current paths, and the units that were ever published.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::keys::{self, Key};
use super::{Archive, ArchiveError, TableName, Unit};
use coverledger_core::model::{MarketId, PlatformId};

/// Market-days that a glob sees, of a platform in a market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How many.
    pub market_days: usize,
    /// The first local date.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Archive {
    /// Every platform and market that may have market-days at the current paths: one short listing, and one for each platform.
    /// Some may have none left ([`Archive::shown_in`]).
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn places(&self) -> Result<BTreeSet<(PlatformId, MarketId)>, ArchiveError> {
        let folder = Key::Currents(TableName::Funnel).path();
        let mut places = BTreeSet::new();
        for platform in self.store.subfolders(&folder).await? {
            let Some(name) = platform.strip_prefix("platform=").filter(|name| keys::is_id(name)) else { continue };
            for market in self.store.subfolders(&format!("{folder}/{platform}")).await? {
                if let Some(market) = market.strip_prefix("market=").filter(|name| keys::is_id(name)) {
                    places.insert((PlatformId::new(name), MarketId::new(market)));
                }
            }
        }
        Ok(places)
    }

    /// Every platform that may have tables about its exports (rejects, reconciliation) at the current paths: two short listings.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn platforms_with_rejects(&self) -> Result<BTreeSet<PlatformId>, ArchiveError> {
        let mut platforms = BTreeSet::new();
        for table in [TableName::Rejects, TableName::Reconciliation] {
            let folders = self.store.subfolders(&Key::Currents(table).path()).await?;
            let names = folders.iter().filter_map(|folder| folder.strip_prefix("platform="));
            platforms.extend(names.filter(|name| keys::is_id(name)).map(PlatformId::new));
        }
        Ok(platforms)
    }

    /// Whether there are tables about a platform's exports at the current paths: of any export, or only of those without a date.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn has_rejects(&self, platform: &PlatformId, of_any_date: bool) -> Result<bool, ArchiveError> {
        if !of_any_date {
            let unit = Unit::Rejects { platform: platform.clone(), export_date: None };
            return Ok(!self.shown_of(&unit).await?.is_empty());
        }
        for table in [TableName::Rejects, TableName::Reconciliation] {
            if !self.store.list(&keys::rejects_in(table, platform)).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The market-days of a platform in a market that are at their current paths; `None` if there is none.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn shown_in(&self, platform: &PlatformId, market: &MarketId) -> Result<Option<Shown>, ArchiveError> {
        let listed = self.store.list(&keys::currents_in(TableName::Funnel, platform, market)).await?;
        let dates: BTreeSet<Date> = listed.iter().filter_map(|object| keys::local_date_at(&object.key)).collect();
        let ends = dates.first().zip(dates.last());
        Ok(ends.map(|(&first, &last)| Shown { market_days: dates.len(), first, last }))
    }

    /// Every unit that was ever published, retired ones among them: one listing, and no receipt is read.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn ever_published(&self) -> Result<BTreeSet<Unit>, ArchiveError> {
        Ok(self.revisions(Key::AllReceipts).await?.into_keys().collect())
    }

    /// Every unit that was ever published, and whether it still has tables by its newest receipt: `false` once it was retired.
    /// One listing, and one read for each unit that is wanted; an unreliable receipt counts as one with tables.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn units(&self, wanted: impl Fn(&Unit) -> bool) -> Result<BTreeMap<Unit, bool>, ArchiveError> {
        let units = self.revisions(Key::AllReceipts).await?;
        let newest = units.into_iter().filter(|(unit, _)| wanted(unit));
        let newest = newest.filter_map(|(unit, revisions)| Some((unit, *revisions.last()?)));
        let reads = newest.map(|(unit, revision)| async move {
            let is_told = match self.receipt(&unit, revision).await {
                Ok(receipt) => !receipt.content.retired,
                Err(ArchiveError::Receipt(_)) => true,
                Err(error) => return Err(error),
            };
            Ok((unit, is_told))
        });
        stream::iter(reads).buffered(self.store.requests()).try_collect().await
    }
}
