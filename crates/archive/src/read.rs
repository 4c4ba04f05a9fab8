//! The newest receipts.
//!
//! An unreliable receipt affects only its own unit: readers of many units get the reliable receipts and, separately, the
//! reasons why the others are not.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::keys::{self, Key};
use super::receipt::{Content, ReceiptError, ReceiptProblem};
use super::{Archive, ArchiveError, Receipt, Unit, sound};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_store::{StoreError, StoreProblem};

/// The newest receipts of several units, by the unit's key.
#[derive(Debug, Clone)]
pub struct Newest<K> {
    /// The reliable ones.
    pub receipts: BTreeMap<K, Receipt>,
    /// Why the others are not reliable.
    pub unreadable: BTreeMap<K, ReceiptError>,
}

impl<K> Default for Newest<K> {
    fn default() -> Self {
        Self { receipts: BTreeMap::new(), unreadable: BTreeMap::new() }
    }
}

impl<K> Newest<K> {
    /// The reliable ones; for the others the reason is logged.
    #[must_use]
    pub fn or_warn(self) -> BTreeMap<K, Receipt> {
        for error in self.unreadable.values() {
            tracing::warn!(%error, "a receipt is left out");
        }
        self.receipts
    }
}

/// The receipts in a listing.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The revisions that have a receipt, by unit. The receipt may still be unreadable.
    pub(super) revisions: BTreeMap<Unit, BTreeSet<u64>>,
    /// Objects in the place of folders that are not entered: a link, or something that is not a file.
    pub(super) passed_over: BTreeMap<String, StoreProblem>,
    /// Objects that are not receipts.
    pub(super) strays: Vec<String>,
}

impl Archive {
    /// The newest receipt of a unit, `None` if it was never published.
    ///
    /// # Errors
    /// The store fails, or the receipt is not reliable.
    pub async fn newest(&self, unit: &Unit) -> Result<Option<Receipt>, ArchiveError> {
        let listed = self.revisions(Key::Receipts(unit)).await?;
        match listed.get(unit).and_then(BTreeSet::last) {
            Some(&revision) => self.receipt(unit, revision).await.map(Some),
            None => Ok(None),
        }
    }

    /// The newest receipt of a unit, if it is of a later revision than this one. If it is this one, it is read back: what does not
    /// lie there as it was put is an error now and not in the next run.
    ///
    /// # Errors
    /// As those of [`Archive::newest`].
    pub(super) async fn newest_after(&self, receipt: &Receipt) -> Result<Option<Receipt>, ArchiveError> {
        let Content { unit, revision, .. } = &receipt.content;
        let listed = self.revisions(Key::Receipts(unit)).await?;
        let Some(&newest) = listed.get(unit).and_then(BTreeSet::last) else { return Ok(None) };
        if newest == *revision {
            let found = self.store.get_at_most(&Key::Receipt(unit, newest).path(), sound::MOST_BYTES).await;
            if found.is_ok_and(|found| found.is_some_and(|found| found == receipt.to_bytes())) {
                return Ok(None);
            }
        }
        let found = self.receipt(unit, newest).await?;
        Ok(Some(found).filter(|_| newest > *revision))
    }

    /// The receipt of the revision before, `None` before the first.
    ///
    /// # Errors
    /// The store fails, or the receipt is not reliable.
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
    /// The store fails, or all receipts of the market are behind a link.
    pub async fn newest_of(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        local_dates: &BTreeSet<Date>,
    ) -> Result<Newest<Date>, ArchiveError> {
        let folder = Key::ReceiptsOfMarket(platform, market);
        let date_of = |unit: &Unit| match unit {
            Unit::MarketDay(day) => Some(day.local_date).filter(|date| local_dates.contains(date)),
            _ => None,
        };
        self.newest_in(folder, local_dates.first().copied(), date_of).await
    }

    /// Whether a market-day of a platform in a market was published that is earlier than a date: one listing.
    ///
    /// # Errors
    /// The store fails, or all receipts of the market are behind a link.
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
    /// The store fails, or all receipts of the market are behind a link.
    pub async fn newer_of(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        known: &BTreeMap<Date, u64>,
    ) -> Result<Newest<Date>, ArchiveError> {
        let first = known.keys().next().copied();
        let listed = self.revisions_since(Key::ReceiptsOfMarket(platform, market), first).await?;
        let newer = listed.revisions.into_iter().filter_map(|(unit, revisions)| {
            let Unit::MarketDay(day) = &unit else { return None };
            let (date, newest) = (day.local_date, *revisions.last()?);
            known.get(&date).is_some_and(|known| newest > *known).then_some((date, unit, newest))
        });
        self.read_each(newer).await
    }

    /// The newest receipts of a platform's rejects for these export dates, `None` for exports without one.
    ///
    /// # Errors
    /// The store fails, or all receipts of the platform's rejects are behind a link.
    pub async fn newest_rejects_of(
        &self,
        platform: &PlatformId,
        export_dates: &BTreeSet<Option<Date>>,
    ) -> Result<Newest<Option<Date>>, ArchiveError> {
        // Exports without a date come after all that have one.
        let first = export_dates.iter().flatten().next().copied();
        let date_of = |unit: &Unit| match unit {
            Unit::Rejects { export_date, .. } => Some(*export_date).filter(|date| export_dates.contains(date)),
            _ => None,
        };
        self.newest_in(Key::ReceiptsOfRejects(platform), first, date_of).await
    }

    async fn newest_in<K: Ord>(
        &self,
        folder: Key<'_>,
        first: Option<Date>,
        key_of: impl Fn(&Unit) -> Option<K>,
    ) -> Result<Newest<K>, ArchiveError> {
        let listed = self.revisions_since(folder, first).await?;
        let units = listed.revisions.into_iter();
        let newest = units.filter_map(|(unit, revisions)| Some((key_of(&unit)?, unit, *revisions.last()?)));
        let mut newest = self.read_each(newest).await?;
        for (key, problem) in listed.passed_over {
            if let Some(date) = keys::unit_in(&key).and_then(|unit| key_of(&unit)) {
                newest.unreadable.insert(date, out_of_reach(key, problem));
            }
        }
        Ok(newest)
    }

    async fn read_each<K: Ord>(
        &self,
        newest: impl Iterator<Item = (K, Unit, u64)>,
    ) -> Result<Newest<K>, ArchiveError> {
        let reads = newest.map(|(key, unit, revision)| async move {
            Ok::<_, ArchiveError>((key, self.receipt_or_why(&unit, revision).await?))
        });
        let mut reads = stream::iter(reads).buffered(self.store.requests());
        let mut newest = Newest::default();
        while let Some((key, read)) = reads.try_next().await? {
            match read {
                Ok(receipt) => {
                    newest.receipts.insert(key, receipt);
                }
                Err(error) => {
                    newest.unreadable.insert(key, error);
                }
            }
        }
        Ok(newest)
    }

    /// The revisions that have receipts below a folder, by unit. Other objects and links are skipped; `verify` reports them.
    pub(super) async fn revisions(&self, folder: Key<'_>) -> Result<BTreeMap<Unit, BTreeSet<u64>>, ArchiveError> {
        Ok(self.revisions_since(folder, None).await?.revisions)
    }

    /// The content of a folder of dates, from a date on. A folder that is a link, or is behind one, is an error: its content is
    /// unknown, which does not mean that nothing was published.
    pub(super) async fn revisions_since(
        &self,
        folder: Key<'_>,
        first: Option<Date>,
    ) -> Result<Listed, ArchiveError> {
        let folder = folder.path();
        // Years before 0 do not sort as text.
        let after = first.filter(|date| date.year() >= 0).map(|date| format!("{folder}/{date}"));
        let listed = match self.list_receipts(&folder, after.as_deref().unwrap_or_default()).await {
            Err(error) if error.problem == StoreProblem::Link => {
                return Err(out_of_reach(folder, StoreProblem::Link).into());
            }
            listed => listed?,
        };
        match listed.passed_over.get(&folder) {
            Some(problem) => Err(out_of_reach(folder, problem.clone()).into()),
            None => Ok(listed),
        }
    }

    /// The objects that sort after `after` in a folder of receipts.
    pub(super) async fn list_receipts(&self, folder: &str, after: &str) -> Result<Listed, StoreError> {
        let listing = self.store.listing_after(folder, after).await?;
        let strays = listing.unnameable.into_iter().map(|object| object.key).collect();
        let mut listed = Listed { strays, ..Listed::default() };
        let objects = listing.objects.into_iter().map(|object| (object.key, None));
        let links = listing.links.into_iter().map(|key| (key, Some(StoreProblem::Link)));
        let no_files = listing.no_files.into_iter().map(|key| (key, Some(StoreProblem::NoFile)));
        for (key, problem) in objects.chain(links).chain(no_files) {
            match (keys::receipt_at(&key), problem) {
                (Some((unit, revision)), _) => {
                    listed.revisions.entry(unit).or_default().insert(revision);
                }
                (None, Some(problem)) => {
                    listed.passed_over.insert(key, problem);
                }
                (None, None) => listed.strays.push(key),
            }
        }
        Ok(listed)
    }

    /// The receipt of a revision, if it is reliable.
    ///
    /// # Errors
    /// The store does not answer, or the receipt is missing or not reliable.
    pub async fn receipt(&self, unit: &Unit, revision: u64) -> Result<Receipt, ArchiveError> {
        Ok(self.receipt_or_why(unit, revision).await??)
    }

    /// The receipt of a revision, or what is wrong with it. A failure of the store is a separate error.
    pub(super) async fn receipt_or_why(
        &self,
        unit: &Unit,
        revision: u64,
    ) -> Result<Result<Receipt, ReceiptError>, ArchiveError> {
        let key = Key::Receipt(unit, revision).path();
        let problem = match self.store.get_at_most(&key, sound::MOST_BYTES).await {
            Ok(Some(bytes)) => return Ok(Receipt::parse(&key, unit, revision, &bytes)),
            Ok(None) => ReceiptProblem::Gone,
            Err(error) if self.is_of_object(&error.problem) => ReceiptProblem::OutOfReach(error.problem),
            Err(error) => return Err(error.into()),
        };
        Ok(Err(ReceiptError { key, problem }))
    }

    /// A note beside the receipts. It decides nothing, so one that cannot be read is ignored.
    pub(super) async fn note_at(&self, key: &str) -> Result<Option<Bytes>, ArchiveError> {
        match self.store.get_at_most(key, sound::MOST_BYTES).await {
            Err(error) if self.is_of_object(&error.problem) => {
                tracing::warn!(%error, "this note is taken for none");
                Ok(None)
            }
            read => Ok(read?),
        }
    }

    /// Whether a problem concerns only the requested object, so that others may still be readable. On a disk a single file may
    /// be unreadable.
    pub(super) fn is_of_object(&self, problem: &StoreProblem) -> bool {
        problem.is_of_object() || (self.store.folder().is_some() && matches!(problem, StoreProblem::Other(_)))
    }
}

fn out_of_reach(key: String, problem: StoreProblem) -> ReceiptError {
    ReceiptError { key, problem: ReceiptProblem::OutOfReach(problem) }
}
