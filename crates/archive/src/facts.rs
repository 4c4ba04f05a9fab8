//! Published facts, read back by their receipts to derive decisions from them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::current::AtHand;
use super::keys::Key;
use super::receipt::{State, TableRecord};
use super::{Archive, ArchiveError, Receipt, TableName, Unit};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};

/// A table of a market-day, by its receipt.
#[derive(Debug, Clone)]
pub struct PublishedTable {
    /// Of which day.
    pub local_date: Date,
    /// Whether late exports may still change it.
    pub state: State,
    /// The Parquet file.
    pub bytes: Bytes,
}

/// A table of several market-days.
#[derive(Debug, Clone, Default)]
pub struct PublishedTables {
    /// In the order of their dates; of those that have it.
    pub tables: Vec<PublishedTable>,
    /// Market-days of which the receipt cannot be relied on, and why.
    pub unreadable: BTreeMap<Date, String>,
}

impl Archive {
    /// The last so many local dates up to the newest that a platform has published in a market, with the newest
    /// revision of each: one listing from `since` on, and another if the newest is not as young as that. No receipt is
    /// read, for a revision once published is never another.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_revisions(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        days: u16,
        since: Date,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        let first_of = |last: Date| last.saturating_sub(i64::from(days.saturating_sub(1)).days());
        let mut revisions = self.revisions_of_days(platform, market, Some(since)).await?;
        let is_young = |last: &Date| first_of(*last) >= since;
        if !revisions.keys().next_back().is_some_and(is_young) {
            let first = revisions.keys().next_back().map(|last| first_of(*last));
            revisions = self.revisions_of_days(platform, market, first).await?;
        }
        let first = revisions.keys().next_back().map(|last| first_of(*last));
        Ok(first.map(|first| revisions.split_off(&first)).unwrap_or_default())
    }

    /// The newest revision of each local date from `first` to `last` that a platform has published in a market.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn revisions_within(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        first: Date,
        last: Date,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        let mut revisions = self.revisions_of_days(platform, market, Some(first)).await?;
        revisions.retain(|date, _| *date <= last);
        Ok(revisions)
    }

    /// The newest revision of every local date that a platform has published in a market.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn revisions_of_place(
        &self,
        platform: &PlatformId,
        market: &MarketId,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        self.revisions_of_days(platform, market, None).await
    }

    /// The newest revision of every month of covers that a platform has published in a market, by the month's first day.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn months_of_covers(
        &self,
        platform: &PlatformId,
        market: &MarketId,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        let found = self.revisions(Key::ReceiptsOfCoverMonths(platform, market)).await?;
        let newest = |(unit, revisions): (Unit, BTreeSet<u64>)| match unit {
            Unit::CoverMonth { month, .. } => Some((month, *revisions.last()?)),
            _ => None,
        };
        Ok(found.into_iter().filter_map(newest).collect())
    }

    async fn revisions_of_days(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        first: Option<Date>,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        let found = self.revisions_since(Key::ReceiptsOfMarket(platform, market), first).await?.revisions;
        let newest = |(unit, revisions): (Unit, BTreeSet<u64>)| match unit {
            Unit::MarketDay(day) => Some((day.local_date, *revisions.last()?)),
            _ => None,
        };
        Ok(found.into_iter().filter_map(newest).collect())
    }

    /// The newest date as of which anything was decided of each experiment.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn experiments(&self) -> Result<BTreeMap<String, Date>, ArchiveError> {
        let found = self.revisions(Key::ReceiptsOfExperiments).await?;
        let newest = |unit: Unit| match unit {
            Unit::Experiment { experiment, as_of } => Some((experiment, as_of)),
            _ => None,
        };
        // Units are sorted by date, so the last one of a name is the newest.
        Ok(found.into_keys().filter_map(newest).collect())
    }

    /// The dates as of which anything was decided of a platform in a market, each with its newest revision.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn decided_dates(
        &self,
        platform: &PlatformId,
        market: &MarketId,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        self.newest_as_of(Key::ReceiptsOfDecisions(platform, market)).await
    }

    /// The dates as of which viewers over days were told of, of a platform in a market, each with its newest revision.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn viewers_dates(
        &self,
        platform: &PlatformId,
        market: &MarketId,
    ) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        self.newest_as_of(Key::ReceiptsOfViewers(platform, market)).await
    }

    /// The newest date from `since` on as of which anything was decided of a platform in a market, with its newest revision;
    /// an earlier one where there is none as young as that.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_decisions(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        since: Date,
    ) -> Result<Option<(Date, u64)>, ArchiveError> {
        self.newest_since(Key::ReceiptsOfDecisions(platform, market), since).await
    }

    /// The same of what is told of viewers over days.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_viewers(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        since: Date,
    ) -> Result<Option<(Date, u64)>, ArchiveError> {
        self.newest_since(Key::ReceiptsOfViewers(platform, market), since).await
    }

    /// The same of the library of covers.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_library(&self, since: Date) -> Result<Option<(Date, u64)>, ArchiveError> {
        self.newest_since(Key::ReceiptsOfLibrary, since).await
    }

    async fn newest_since(&self, receipts: Key<'_>, since: Date) -> Result<Option<(Date, u64)>, ArchiveError> {
        let newest = |(unit, revisions): (Unit, BTreeSet<u64>)| match unit {
            Unit::Decisions { as_of, .. } | Unit::Viewers { as_of, .. } | Unit::Library { as_of } => {
                Some((as_of, *revisions.last()?))
            }
            _ => None,
        };
        for first in [Some(since), None] {
            let found = self.revisions_since(receipts, first).await?.revisions;
            if let Some(newest) = found.into_iter().filter_map(newest).next_back() {
                return Ok(Some(newest));
            }
        }
        Ok(None)
    }

    /// The newest revision of a unit: one listing, and no receipt is read.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_revision(&self, unit: &Unit) -> Result<Option<u64>, ArchiveError> {
        let found = self.revisions(Key::Receipts(unit)).await?;
        Ok(found.get(unit).and_then(|revisions| revisions.last().copied()))
    }

    /// The newest date as of which anything was decided of each experiment, with its newest revision.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn newest_experiments(&self) -> Result<BTreeMap<String, (Date, u64)>, ArchiveError> {
        let found = self.revisions(Key::ReceiptsOfExperiments).await?;
        let newest = |(unit, revisions): (Unit, BTreeSet<u64>)| match unit {
            Unit::Experiment { experiment, as_of } => Some((experiment, (as_of, *revisions.last()?))),
            _ => None,
        };
        // Units are sorted by date, so the last one of a name is the newest.
        Ok(found.into_iter().filter_map(newest).collect())
    }

    async fn newest_as_of(&self, receipts: Key<'_>) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        let newest = |(unit, revisions): (Unit, BTreeSet<u64>)| match unit {
            Unit::Decisions { as_of, .. } | Unit::Viewers { as_of, .. } => Some((as_of, *revisions.last()?)),
            _ => None,
        };
        Ok(self.revisions(receipts).await?.into_iter().filter_map(newest).collect())
    }

    /// A table of a revision of any unit; `None` where that has no such table.
    ///
    /// # Errors
    /// The store does not answer, the receipt is not reliable, or the table's own bytes are missing or damaged.
    pub async fn table_of(
        &self,
        unit: &Unit,
        revision: u64,
        table: TableName,
    ) -> Result<Option<Bytes>, ArchiveError> {
        let receipt = self.receipt(unit, revision).await?;
        match receipt.content.tables.iter().find(|record| record.table == table) {
            Some(record) => Ok(Some(self.bytes_of(&receipt, record, &AtHand::new()).await?)),
            None => Ok(None),
        }
    }

    /// A table of these revisions of market-days. As many are read at a time as the store may be asked.
    ///
    /// # Errors
    /// The store does not answer, or a table's own bytes are missing or damaged.
    pub async fn published_tables(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        revisions: &BTreeMap<Date, u64>,
        table: TableName,
    ) -> Result<PublishedTables, ArchiveError> {
        let reads = revisions.iter().map(|(&local_date, &revision)| async move {
            let (platform, market) = (platform.clone(), market.clone());
            let unit = Unit::MarketDay(MarketDay { platform, market, local_date });
            match self.published_table(&unit, local_date, revision, table).await {
                Ok(found) => Ok(found.map(Ok)),
                Err(ArchiveError::Receipt(error)) => Ok(Some(Err((local_date, error.to_string())))),
                Err(error) => Err(error),
            }
        });
        let mut reads = stream::iter(reads).buffered(self.store.requests());
        let mut found = PublishedTables::default();
        while let Some(read) = reads.try_next().await? {
            match read {
                Some(Ok(table)) => found.tables.push(table),
                Some(Err((date, reason))) => {
                    found.unreadable.insert(date, reason);
                }
                None => {}
            }
        }
        Ok(found)
    }

    /// Every table of a revision, by its receipt.
    ///
    /// # Errors
    /// The store does not answer, or a table's own bytes are missing or damaged.
    pub async fn tables_of(&self, receipt: &Receipt) -> Result<BTreeMap<TableName, Bytes>, ArchiveError> {
        let reads = receipt.content.tables.iter().map(|record| async move {
            Ok::<_, ArchiveError>((record.table, self.bytes_of(receipt, record, &AtHand::new()).await?))
        });
        stream::iter(reads).buffered(self.store.requests()).try_collect().await
    }

    async fn published_table(
        &self,
        unit: &Unit,
        local_date: Date,
        revision: u64,
        table: TableName,
    ) -> Result<Option<PublishedTable>, ArchiveError> {
        let receipt = self.receipt(unit, revision).await?;
        let is_it = |record: &&TableRecord| record.table == table;
        let Some(record) = receipt.content.tables.iter().find(is_it) else { return Ok(None) };
        let bytes = self.bytes_of(&receipt, record, &AtHand::new()).await?;
        Ok(Some(PublishedTable { local_date, state: receipt.content.state, bytes }))
    }
}
