//! The newest receipts.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::keys::{self, Key};
use super::receipt::{ReceiptError, ReceiptProblem};
use super::{Archive, ArchiveError, Receipt, Unit};
use crate::model::{MarketId, PlatformId};

impl Archive {
    /// The newest receipt of a unit, `None` if it was never published.
    ///
    /// # Errors
    /// The store does not answer, or the receipt cannot be relied on.
    pub async fn newest(&self, unit: &Unit) -> Result<Option<Receipt>, ArchiveError> {
        let revisions = self.revisions(Key::Receipts(unit)).await?;
        match revisions.get(unit).and_then(BTreeSet::last) {
            Some(&revision) => self.receipt(unit, revision).await.map(Some),
            None => Ok(None),
        }
    }

    /// The receipt of the revision before, `None` before the first.
    ///
    /// # Errors
    /// The store does not answer, or the receipt cannot be relied on.
    pub async fn before(&self, receipt: &Receipt) -> Result<Option<Receipt>, ArchiveError> {
        match receipt.content.revision {
            0 | 1 => Ok(None),
            revision => self.receipt(&receipt.content.unit, revision - 1).await.map(Some),
        }
    }

    /// The newest receipts of a platform in a market for these local dates: one listing from the first of them on, and
    /// one read for each date that was published.
    ///
    /// # Errors
    /// The store does not answer, or a receipt cannot be relied on.
    pub async fn newest_of(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        local_dates: &BTreeSet<Date>,
    ) -> Result<BTreeMap<Date, Receipt>, ArchiveError> {
        let found = self
            .newest_in(Key::ReceiptsOfMarket(platform, market), local_dates.first().copied(), |unit| match unit {
                Unit::MarketDay(day) => local_dates.contains(&day.local_date),
                _ => false,
            })
            .await?;
        let dated = found.into_iter().filter_map(|receipt| match &receipt.content.unit {
            Unit::MarketDay(day) => Some((day.local_date, receipt)),
            _ => None,
        });
        Ok(dated.collect())
    }

    /// Whether a market-day of a platform in a market was published that is earlier than a date: one listing.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn is_published_before(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        date: Date,
    ) -> Result<bool, ArchiveError> {
        let published = self.revisions(Key::ReceiptsOfMarket(platform, market)).await?;
        let is_earlier = |unit: &Unit| matches!(unit, Unit::MarketDay(day) if day.local_date < date);
        Ok(published.keys().any(is_earlier))
    }

    /// The newest receipts of those dates that have a later revision than these, of a platform in a market: one
    /// listing, and a read for each that has.
    ///
    /// # Errors
    /// The store does not answer, or a receipt cannot be relied on.
    pub async fn newer_of(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        known: &BTreeMap<Date, u64>,
    ) -> Result<BTreeMap<Date, Receipt>, ArchiveError> {
        let first = known.keys().next().copied();
        let listed = self.revisions_since(Key::ReceiptsOfMarket(platform, market), first).await?;
        let newer = listed.into_iter().filter_map(|(unit, revisions)| {
            let Unit::MarketDay(day) = &unit else { return None };
            let (date, newest) = (day.local_date, *revisions.last()?);
            known.get(&date).is_some_and(|known| newest > *known).then_some((date, unit, newest))
        });
        let reads = newer.map(|(date, unit, revision)| async move {
            Ok::<_, ArchiveError>((date, self.receipt(&unit, revision).await?))
        });
        stream::iter(reads).buffered(self.store.requests()).try_collect().await
    }

    /// The newest receipts of a platform's rejects for these export dates, `None` for exports without one.
    ///
    /// # Errors
    /// The store does not answer, or a receipt cannot be relied on.
    pub async fn newest_rejects_of(
        &self,
        platform: &PlatformId,
        export_dates: &BTreeSet<Option<Date>>,
    ) -> Result<BTreeMap<Option<Date>, Receipt>, ArchiveError> {
        // Exports without a date come after all that have one.
        let first = export_dates.iter().flatten().next().copied();
        let found = self
            .newest_in(Key::ReceiptsOfRejects(platform), first, |unit| match unit {
                Unit::Rejects { export_date, .. } => export_dates.contains(export_date),
                _ => false,
            })
            .await?;
        let dated = found.into_iter().filter_map(|receipt| match &receipt.content.unit {
            Unit::Rejects { export_date, .. } => Some((*export_date, receipt)),
            _ => None,
        });
        Ok(dated.collect())
    }

    async fn newest_in(
        &self,
        folder: Key<'_>,
        first: Option<Date>,
        wanted: impl Fn(&Unit) -> bool,
    ) -> Result<Vec<Receipt>, ArchiveError> {
        let newest: Vec<(Unit, u64)> = self
            .revisions_since(folder, first)
            .await?
            .into_iter()
            .filter(|(unit, _)| wanted(unit))
            .filter_map(|(unit, revisions)| Some((unit, *revisions.last()?)))
            .collect();
        let reads = newest.into_iter().map(|(unit, revision)| async move { self.receipt(&unit, revision).await });
        stream::iter(reads).buffered(self.store.requests()).try_collect().await
    }

    /// Which revisions of which units have receipts under a folder. What is no receipt there is passed over;
    /// `verify` names it.
    pub(super) async fn revisions(&self, folder: Key<'_>) -> Result<BTreeMap<Unit, BTreeSet<u64>>, ArchiveError> {
        self.revisions_since(folder, None).await
    }

    /// The same for a folder of dates, from one of them on.
    pub(super) async fn revisions_since(
        &self,
        folder: Key<'_>,
        first: Option<Date>,
    ) -> Result<BTreeMap<Unit, BTreeSet<u64>>, ArchiveError> {
        let folder = folder.path();
        // Years before 0 do not sort as they are written.
        let after = first.filter(|date| date.year() >= 0).map(|date| format!("{folder}/{date}"));
        let mut revisions: BTreeMap<Unit, BTreeSet<u64>> = BTreeMap::new();
        for object in self.store.list_after(&folder, after.as_deref().unwrap_or_default()).await? {
            if let Some((unit, revision)) = keys::receipt_at(&object.key) {
                revisions.entry(unit).or_default().insert(revision);
            }
        }
        Ok(revisions)
    }

    pub(super) async fn receipt(&self, unit: &Unit, revision: u64) -> Result<Receipt, ArchiveError> {
        let key = Key::Receipt(unit, revision).path();
        match self.store.get(&key).await? {
            Some(bytes) => Ok(Receipt::parse(&key, unit, revision, &bytes)?),
            None => Err(ReceiptError { key, problem: ReceiptProblem::Gone }.into()),
        }
    }
}
