//! All that receipts say, with what cannot be relied on.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::keys::Key;
use super::receipt::ReceiptError;
use super::{Archive, ArchiveError, Receipt, Unit};
use coverledger_store::StoreProblem;

/// The receipts of one unit by their number.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Those that can be relied on.
    pub(super) sound: BTreeMap<u64, Receipt>,
    /// Why the others that are there cannot.
    pub(super) unreadable: BTreeMap<u64, ReceiptError>,
}

/// Every receipt of an archive.
#[derive(Debug, Default)]
pub(super) struct AllReceipts {
    pub(super) chains: BTreeMap<Unit, Chain>,
    /// What lies in the place of folders and is not gone into, with why.
    pub(super) passed_over: BTreeMap<String, StoreProblem>,
    /// What lies among the receipts and is none.
    pub(super) strays: Vec<String>,
}

impl Chain {
    /// Every number that is there.
    pub(super) fn present(&self) -> BTreeSet<u64> {
        self.sound.keys().chain(self.unreadable.keys()).copied().collect()
    }

    /// The newest receipt, if it can be relied on.
    pub(super) fn newest(&self) -> Option<&Receipt> {
        let (number, newest) = self.sound.last_key_value()?;
        let last_unreadable = self.unreadable.last_key_value().map(|(number, _)| number);
        (Some(number) > last_unreadable).then_some(newest)
    }

    /// Numbers that a sound receipt says it takes the place of.
    fn quarantined(&self) -> BTreeSet<u64> {
        self.sound.values().flat_map(|receipt| &receipt.content.quarantined).copied().collect()
    }

    /// Receipts that cannot be relied on and of which no sound one takes the place.
    pub(super) fn open(&self) -> impl Iterator<Item = (u64, &ReceiptError)> {
        let quarantined = self.quarantined();
        self.unreadable
            .iter()
            .filter_map(move |(number, error)| (!quarantined.contains(number)).then_some((*number, error)))
    }

    /// The first missing number of each gap of which no sound receipt takes the place: a stray number may be far away.
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

    /// Whether a receipt names the one before it as the one before it.
    pub(super) fn follows(&self, receipt: &Receipt) -> bool {
        let (revision, previous) = (receipt.content.revision, receipt.content.previous.as_deref());
        let quarantined = &receipt.content.quarantined;
        let is_passed_over = |number: &u64| *number >= revision || quarantined.contains(number);
        let before = self.present().into_iter().rev().find(|number| !is_passed_over(number));
        // One that is missing or unreadable is a finding of its own.
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

    /// What lies at current paths: the keys of files, and of links that are passed over. A folder that is a link hides
    /// what lies behind it.
    pub(super) async fn current_keys(&self) -> Result<BTreeSet<String>, ArchiveError> {
        let mut keys = BTreeSet::new();
        for table in super::TableName::ALL {
            let listing = self.store.listing_after(&Key::Currents(table).path(), "").await?;
            keys.extend(listing.objects.into_iter().map(|object| object.key));
            keys.extend(listing.links);
            keys.extend(listing.no_files);
            // No request can name it, and it may be what a glob reads.
            keys.extend(listing.unnameable.into_iter().map(|object| object.key));
        }
        Ok(keys)
    }
}
