//! The page of the newest brief, once more at a path that never changes: what a server shows.
//!
//! It follows the newest receipt of the newest date, as current paths do, and proves nothing itself. It is put after them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::chain::Chain;
use super::current::{AtHand, Mended};
use super::finding::{Finding, Problem, Verification};
use super::keys::Key;
use super::verify::{Repair, Seen};
use super::{Archive, ArchiveError, Receipt, TableName, TableRecord, Unit};
use coverledger_store::{StoreError, StoreProblem, sha256_hex};

/// How often it is looked again whether others were faster.
const LOOKS: u32 = 8;

fn page_of(receipt: &Receipt) -> Option<&TableRecord> {
    receipt.content.tables.iter().find(|record| record.table == TableName::Brief)
}

impl Archive {
    /// Where the page of the newest brief lies, below the archive's place.
    #[must_use]
    pub fn latest_brief_key() -> String {
        Key::LatestBrief.path()
    }

    /// The dates of which there is a brief, with their newest revisions: one listing. Some may be retired.
    ///
    /// # Errors
    /// The store does not answer, or all receipts are behind a link.
    pub async fn briefs(&self) -> Result<BTreeMap<Date, u64>, ArchiveError> {
        let listed = self.revisions(Key::ReceiptsOfBriefs).await?;
        let of = |(unit, revisions): (Unit, BTreeSet<u64>)| match unit {
            Unit::Brief { as_of } => Some((as_of, *revisions.last()?)),
            _ => None,
        };
        Ok(listed.into_iter().filter_map(of).collect())
    }

    /// The receipt of the newest brief up to a date that has a page.
    ///
    /// # Errors
    /// The store does not answer, or a receipt is not reliable.
    pub async fn newest_brief(&self, until: Date) -> Result<Option<Receipt>, ArchiveError> {
        for (as_of, revision) in self.briefs().await?.range(..=until).rev() {
            let receipt = self.receipt(&Unit::Brief { as_of: *as_of }, *revision).await?;
            if page_of(&receipt).is_some() {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// Brings the copy up to the newest receipt. Returns whether anything was put or deleted.
    pub(super) async fn show_latest_brief(&self) -> Result<bool, ArchiveError> {
        let (key, mut changed) = (Key::LatestBrief.path(), false);
        for _ in 0..LOOKS {
            let newest = self.newest_brief(Date::MAX).await?;
            let Some((receipt, record)) = newest.as_ref().and_then(|newest| Some((newest, page_of(newest)?)))
            else {
                if self.store.size(&key).await?.is_some() {
                    self.store.delete(&key).await?;
                    changed = true;
                }
                return Ok(changed);
            };
            let is_there = match self.store.get_at_most(&key, record.size).await {
                Ok(found) => found.is_some_and(|bytes| sha256_hex(&bytes) == record.sha256),
                Err(error) if matches!(error.problem, StoreProblem::TooLarge { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            if is_there {
                return Ok(changed);
            }
            let bytes = self.bytes_of(receipt, record, &AtHand::new()).await?;
            self.store.put(&key, bytes).await?;
            // Who was slower than another publisher puts what is newer in the next turn.
            changed = true;
        }
        Ok(changed)
    }

    /// Brings the copy up to its receipt, among other current paths that are.
    pub(super) async fn mend_latest_brief(&self, outcome: &mut Mended) -> Result<(), ArchiveError> {
        let tell = |error: StoreError| tracing::warn!(%error, "the page of the newest brief is not brought up to its receipt");
        match self.show_latest_brief().await {
            Ok(_) => {}
            Err(ArchiveError::RevisionMissing { unit, .. } | ArchiveError::RevisionDamaged { unit, .. }) => {
                outcome.lost.push(*unit);
            }
            Err(ArchiveError::Store(error)) if self.is_of_object(&error.problem) => tell(error),
            Err(ArchiveError::Receipt(error)) => {
                tracing::warn!(%error, "the page of the newest brief is not brought up to its receipt");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether the copy holds what the newest receipt of the newest date says; where that cannot be read, nobody knows.
    pub(super) async fn check_latest_brief(
        &self,
        chains: &BTreeMap<Unit, Chain>,
        repair: Repair,
        verification: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let briefs = chains.iter().filter(|(unit, _)| matches!(unit, Unit::Brief { .. })).rev();
        let newest: Vec<Option<&Receipt>> = briefs.map(|(_, chain)| chain.newest()).collect();
        // Those that are newer than the newest with a page are retired; one that cannot be read leaves it open.
        let Some(Some(newest)) =
            newest.iter().find(|newest| newest.is_none_or(|newest| page_of(newest).is_some())).or(newest.first())
        else {
            return Ok(());
        };
        let key = Key::LatestBrief.path();
        if self.difference_of_latest(newest, &key).await?.is_none() {
            return Ok(());
        }
        // It may have been published since it was listed.
        let now = self.newest_brief(Date::MAX).await.ok().flatten();
        let newest = now.as_ref().unwrap_or(newest);
        let Some(problem) = self.difference_of_latest(newest, &key).await? else { return Ok(()) };
        let mut finding = Finding { key: key.clone(), problem, mended: false, quarantined: false };
        if repair == Repair::Yes {
            match self.show_latest_brief().await {
                Ok(_) => finding.mended = self.difference_of_latest(newest, &key).await?.is_none(),
                Err(ArchiveError::Store(error)) if !self.is_of_object(&error.problem) => return Err(error.into()),
                // It stays a finding, as that of its revision does.
                Err(_) => {}
            }
        }
        verification.findings.push(finding);
        Ok(())
    }

    async fn difference_of_latest(&self, newest: &Receipt, key: &str) -> Result<Option<Problem>, ArchiveError> {
        let (unit, revision) = (Box::new(newest.content.unit.clone()), newest.content.revision);
        let Some(record) = page_of(newest) else {
            let is_there = self.store.size(key).await?.is_some();
            return Ok(is_there.then_some(Problem::CurrentRetired { unit, revision }));
        };
        Ok(match self.look_at(key, record.size).await? {
            Seen::Nothing => Some(Problem::CurrentMissing { unit, revision }),
            Seen::OutOfReach(reason) => Some(Problem::CurrentOutOfReach { unit, revision, reason }),
            Seen::Bytes(sha256) if sha256 != record.sha256 => Some(Problem::CurrentDiffers { unit, revision }),
            Seen::Bytes(_) => None,
        })
    }
}
