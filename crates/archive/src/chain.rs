//! All receipts of an archive, and the reasons why some of them are not reliable.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::keys::Key;
use super::receipt::ReceiptError;
use super::{Archive, ArchiveError, Receipt, Unit};
use coverledger_store::StoreProblem;

/// The receipts of one unit by their number.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// The reliable ones.
    pub(super) sound: BTreeMap<u64, Receipt>,
    /// Why the others are not reliable.
    pub(super) unreadable: BTreeMap<u64, ReceiptError>,
}

/// Every receipt of an archive.
#[derive(Debug, Default)]
pub(super) struct AllReceipts {
    pub(super) chains: BTreeMap<Unit, Chain>,
    /// Objects in the place of folders that are not entered, with the reason.
    pub(super) passed_over: BTreeMap<String, StoreProblem>,
    /// Objects among the receipts that are not receipts.
    pub(super) strays: Vec<String>,
}

impl Chain {
    /// Every number that exists.
    pub(super) fn present(&self) -> BTreeSet<u64> {
        self.sound.keys().chain(self.unreadable.keys()).copied().collect()
    }

    /// The newest receipt, if it is reliable.
    pub(super) fn newest(&self) -> Option<&Receipt> {
        let (number, newest) = self.sound.last_key_value()?;
        let last_unreadable = self.unreadable.last_key_value().map(|(number, _)| number);
        (Some(number) > last_unreadable).then_some(newest)
    }

    /// Numbers of receipts that a sound receipt supersedes.
    fn quarantined(&self) -> BTreeSet<u64> {
        self.sound.values().flat_map(|receipt| &receipt.content.quarantined).copied().collect()
    }

    /// Unreliable receipts that no sound receipt supersedes.
    pub(super) fn open(&self) -> impl Iterator<Item = (u64, &ReceiptError)> {
        let quarantined = self.quarantined();
        self.unreadable
            .iter()
            .filter_map(move |(number, error)| (!quarantined.contains(number)).then_some((*number, error)))
    }

    /// The first missing number of each gap that no sound receipt supersedes: a stray number may be far away.
    pub(super) fn gaps(&self) -> Vec<u64> {
        let (quarantined, mut expected, mut gaps) = (self.quarantined(), 1, Vec::new());
        for number in self.present() {
            if number > expected && !quarantined.contains(&expected) {
                gaps.push(expected);
            }
            expected = number + 1;
        }
        gaps
    }

    /// Whether a receipt names its predecessor correctly.
    pub(super) fn follows(&self, receipt: &Receipt) -> bool {
        let (revision, previous) = (receipt.content.revision, receipt.content.previous.as_deref());
        let quarantined = &receipt.content.quarantined;
        let is_passed_over = |number: &u64| *number >= revision || quarantined.contains(number);
        let before = self.present().into_iter().rev().find(|number| !is_passed_over(number));
        // A missing or unreadable predecessor is a separate finding.
        match before {
            None if !quarantined.is_empty() => previous.is_none(),
            Some(before) if before + 1 == revision || !quarantined.is_empty() => match self.sound.get(&before) {
                Some(before) => previous == Some(before.content_sha256.as_str()),
                None => previous.is_some(),
            },
            _ => previous.is_some() == (revision > 1),
        }
    }
}

impl Archive {
    /// Reads every receipt: one listing, and one read for each.
    pub(super) async fn all_receipts(&self) -> Result<AllReceipts, ArchiveError> {
        let listed = self.list_receipts(&Key::AllReceipts.path(), "").await?;
        let addresses = listed
            .revisions
            .into_iter()
            .flat_map(|(unit, revisions)| revisions.into_iter().map(move |revision| (unit.clone(), revision)));
        let reads = addresses.map(|(unit, revision)| async move {
            let read = self.receipt_or_why(&unit, revision).await?;
            Ok::<_, ArchiveError>((unit, revision, read))
        });
        let mut reads = stream::iter(reads).buffered(self.store.requests());
        let mut all =
            AllReceipts { passed_over: listed.passed_over, strays: listed.strays, ..AllReceipts::default() };
        while let Some((unit, revision, read)) = reads.try_next().await? {
            let chain = all.chains.entry(unit).or_default();
            match read {
                Ok(receipt) => {
                    chain.sound.insert(revision, receipt);
                }
                Err(error) => {
                    chain.unreadable.insert(revision, error);
                }
            }
        }
        Ok(all)
    }

    /// The objects at current paths: the keys of files, and of links that are skipped. A folder that is a link hides its
    /// content.
    pub(super) async fn current_keys(&self) -> Result<BTreeSet<String>, ArchiveError> {
        let mut keys = BTreeSet::new();
        for table in super::TableName::ALL {
            let listing = self.store.listing_after(&Key::Currents(table).path(), "").await?;
            keys.extend(listing.objects.into_iter().map(|object| object.key));
            keys.extend(listing.links);
            keys.extend(listing.no_files);
            // It cannot be requested, but a glob may read it.
            keys.extend(listing.unnameable.into_iter().map(|object| object.key));
        }
        Ok(keys)
    }
}
