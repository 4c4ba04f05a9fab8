//! Checks the archive against its receipts, and bytes against hashes.
//!
//! Reads every receipt and every table that a receipt names. Repair quarantines unreadable receipts, puts the sound bytes of
//! revisions at current paths and changes nothing else. One damaged object never prevents checking the others.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::chain::{AllReceipts, Chain};
use super::current::AtHand;
use super::finding::{Finding, Problem, Verification};
use super::keys::{self, Key};
use super::times::wrong_time;
use super::{Archive, ArchiveError, Receipt, TableName, Unit, retention};
use coverledger_core::time::Clock;
use coverledger_store::{StoreProblem, sha256_hex};

/// Whether to repair what can be repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Only check.
    No,
    /// Quarantine receipts that cannot be read, and update current paths to their newest receipts.
    Yes,
}

impl Archive {
    /// Checks everything: receipts are complete, in the right place and in an unbroken chain; every table that a receipt names
    /// is there and matches its hash, unless it was pruned as allowed; every current path matches its newest receipt, and there
    /// are no others. Repair quarantines receipts that cannot be read (`quarantine.rs`) and updates current paths to their
    /// newest receipts.
    ///
    /// # Errors
    /// The store fails. Anything wrong in the archive is not an error but a [`Finding`].
    pub async fn verify(&self, repair: Repair) -> Result<Verification, ArchiveError> {
        let mut verification = Verification::default();
        // Listed before the receipts: every table here then has its receipt by the time those are listed.
        let currents = self.current_keys().await?;
        let AllReceipts { mut chains, passed_over, strays } = self.all_receipts().await?;
        verification.receipts = chains.values().map(|chain| chain.present().len()).sum();
        for key in strays {
            verification.found(key, Problem::StrayReceipt);
        }
        for (key, problem) in &passed_over {
            let is_link = *problem != StoreProblem::NoFile;
            verification.found(key, if is_link { Problem::ReceiptsBehindLink } else { Problem::ReceiptsNoFile });
        }
        for (unit, chain) in &mut chains {
            check_chain(unit, chain, &mut verification);
            // A table that seems to be missing may be behind a link.
            if repair == Repair::Yes && passed_over.is_empty() && self.quarantine(unit, chain).await? {
                verification.quarantine(unit, chain);
            }
        }
        verification.quarantined =
            chains.values().map(|chain| chain.unreadable.len() - chain.open().count()).sum();
        self.check_revisions(&chains, repair, &mut verification).await?;
        let newest: Vec<&Receipt> = chains.values().filter_map(Chain::newest).collect();
        self.check_currents(&newest, repair, &mut verification).await?;
        self.check_latest_brief(&chains, repair, &mut verification).await?;
        for key in stray_currents(currents, chains.keys()) {
            verification.found(key, Problem::StrayTable);
        }
        verification.units = chains.len();
        verification.has_catalogue = chains.contains_key(&Unit::Catalogue);
        verification.findings.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(verification)
    }

    async fn check_revisions(
        &self,
        chains: &BTreeMap<Unit, Chain>,
        repair: Repair,
        verification: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let mut named: BTreeMap<String, (TableName, &Receipt, u64)> = BTreeMap::new();
        for receipt in chains.values().flat_map(|chain| chain.sound.values()) {
            for table in &receipt.content.tables {
                let (_, _, size) = named.entry(table.sha256.clone()).or_insert((table.table, receipt, table.size));
                *size = table.size.max(*size);
            }
        }
        verification.revisions = named.len();
        let listed = self.store.list(&Key::Revisions.path()).await?;
        let hashes = listed.iter().filter_map(|object| keys::revision_at(&object.key));
        verification.unaccounted = hashes.filter(|hash| !named.contains_key(*hash)).count();
        let checks = named.into_iter().map(|(sha256, (table, receipt, size))| async move {
            let (unit, revision) = (Box::new(receipt.content.unit.clone()), receipt.content.revision);
            let key = Key::Revision(table, &sha256).path();
            let problem = match self.look_at(&key, size).await? {
                Seen::Nothing => Some(Problem::RevisionMissing { unit, revision }),
                Seen::OutOfReach(reason) => Some(Problem::RevisionOutOfReach { unit, revision, reason }),
                Seen::Bytes(found) if found != sha256 => Some(Problem::RevisionDamaged { unit, revision }),
                Seen::Bytes(_) => None,
            };
            Ok::<_, ArchiveError>((key, problem))
        });
        let checked: Vec<_> = stream::iter(checks).buffered(self.store.requests()).try_collect().await?;
        // Read after the tables, because `prune` writes it before it deletes anything.
        let pruned_before = match self.retention().await {
            Ok(retention) => retention.map(|retention| retention.pruned_before),
            Err(ArchiveError::Retention { key, reason }) => {
                verification.found(key, Problem::Retention(reason));
                None
            }
            Err(error) => return Err(error),
        };
        let kept = pruned_before.map(|cutoff| retention::kept(chains.values().map(|chain| &chain.sound), cutoff));
        for (key, problem) in checked {
            let may_be_missing = || {
                let sha256 = keys::revision_at(&key);
                kept.as_ref().is_some_and(|kept| sha256.is_some_and(|sha256| !kept.contains(sha256)))
            };
            match problem {
                None => {}
                Some(Problem::RevisionMissing { .. }) if may_be_missing() => verification.pruned += 1,
                Some(problem) => {
                    let mended = repair == Repair::Yes && self.keep_from_current(&key, chains).await?;
                    verification.findings.push(Finding { key, problem, mended, quarantined: false });
                }
            }
        }
        Ok(())
    }

    /// Restores a table in `_revisions` from a current path that has exactly these bytes, if there is one.
    async fn keep_from_current(&self, key: &str, chains: &BTreeMap<Unit, Chain>) -> Result<bool, ArchiveError> {
        let Some(sha256) = keys::revision_at(key) else { return Ok(false) };
        let tables = chains.values().filter_map(Chain::newest).flat_map(|newest| &newest.content.tables);
        for table in tables.filter(|table| table.sha256 == sha256) {
            if let Some(bytes) = self.bytes_if_read(&table.key, table.size).await?
                && sha256_hex(&bytes) == sha256
            {
                return match self.store.put(key, bytes).await {
                    Ok(()) => Ok(true),
                    // A folder is there, or it cannot be written: it stays a finding.
                    Err(error) if self.is_of_object(&error.problem) => Ok(false),
                    Err(error) => Err(error.into()),
                };
            }
        }
        Ok(false)
    }

    async fn check_currents(
        &self,
        newest: &[&Receipt],
        repair: Repair,
        verification: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let checks = newest.iter().map(|receipt| self.check_current(receipt, repair));
        let checked: Vec<Vec<Finding>> =
            stream::iter(checks).buffered(self.store.requests()).try_collect().await?;
        verification.currents = newest.iter().map(|receipt| receipt.content.tables.len()).sum();
        verification.findings.extend(checked.into_iter().flatten());
        Ok(())
    }

    async fn check_current(&self, receipt: &Receipt, repair: Repair) -> Result<Vec<Finding>, ArchiveError> {
        let mut receipt = receipt.clone();
        loop {
            let mut findings = self.differences(&receipt).await?;
            if findings.is_empty() {
                return Ok(findings);
            }
            // It may have been published again since it was listed.
            if let Ok(Some(newer)) = self.newest(&receipt.content.unit).await
                && newer.content.revision > receipt.content.revision
            {
                receipt = newer;
                continue;
            }
            if repair == Repair::Yes {
                self.repair(&receipt).await?;
                let left = self.differences(&receipt).await?;
                for finding in &mut findings {
                    finding.mended = left.iter().all(|other| other.key != finding.key);
                }
            }
            return Ok(findings);
        }
    }

    async fn differences(&self, receipt: &Receipt) -> Result<Vec<Finding>, ArchiveError> {
        let (unit, revision) = (&receipt.content.unit, receipt.content.revision);
        let mut findings = Vec::new();
        if receipt.content.retired {
            let shown = self.shown_of(unit).await?.into_iter();
            findings.extend(shown.map(|key| {
                let problem = Problem::CurrentRetired { unit: Box::new(unit.clone()), revision };
                Finding { key, problem, mended: false, quarantined: false }
            }));
        }
        for table in &receipt.content.tables {
            let unit = Box::new(unit.clone());
            let problem = match self.look_at(&table.key, table.size).await? {
                Seen::Nothing => Problem::CurrentMissing { unit, revision },
                Seen::OutOfReach(reason) => Problem::CurrentOutOfReach { unit, revision, reason },
                Seen::Bytes(sha256) if sha256 != table.sha256 => Problem::CurrentDiffers { unit, revision },
                Seen::Bytes(_) => continue,
            };
            findings.push(Finding { key: table.key.clone(), problem, mended: false, quarantined: false });
        }
        Ok(findings)
    }

    /// The hash of the object at a key, which should have at most `size` bytes.
    pub(super) async fn look_at(&self, key: &str, size: u64) -> Result<Seen, ArchiveError> {
        match self.store.get_at_most(key, size).await {
            Ok(None) => Ok(Seen::Nothing),
            Ok(Some(bytes)) => Ok(Seen::Bytes(sha256_hex(&bytes))),
            Err(error) if self.is_of_object(&error.problem) => Ok(Seen::OutOfReach(error.problem.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Repairs table by table, so that a table without sound bytes does not prevent the others.
    async fn repair(&self, receipt: &Receipt) -> Result<(), ArchiveError> {
        if receipt.content.retired {
            match self.hide(receipt).await {
                Err(ArchiveError::Store(error)) if self.is_of_object(&error.problem) => {}
                hidden => {
                    hidden?;
                }
            }
        }
        for table in &receipt.content.tables {
            let mut one = receipt.clone();
            one.content.tables = vec![table.clone()];
            let shown = match self.show_missing(&one, &AtHand::new()).await {
                // Perhaps a link: a put replaces the link, and its target is not changed.
                Err(ArchiveError::Store(error)) if self.is_of_object(&error.problem) => self.put_anew(&one).await,
                shown => shown.map(|_| ()),
            };
            match shown {
                Ok(()) | Err(ArchiveError::RevisionMissing { .. } | ArchiveError::RevisionDamaged { .. }) => {}
                // It is behind a link, or cannot be written: it stays a finding.
                Err(ArchiveError::Store(error)) if self.is_of_object(&error.problem) => {}
                Err(error) => return Err(error),
            }
        }
        self.follow(receipt).await?;
        Ok(())
    }

    async fn put_anew(&self, receipt: &Receipt) -> Result<(), ArchiveError> {
        for table in &receipt.content.tables {
            let bytes = self.bytes_of(receipt, table, &AtHand::new()).await?;
            self.store.put(&table.key, bytes).await?;
        }
        Ok(())
    }
}

/// The content of a key.
pub(super) enum Seen {
    Nothing,
    /// SHA-256 of its bytes, in hex.
    Bytes(String),
    /// The object cannot be read.
    OutOfReach(String),
}

fn check_chain(unit: &Unit, chain: &Chain, verification: &mut Verification) {
    for number in chain.gaps() {
        verification.found(Key::Receipt(unit, number).path(), Problem::Gap { unit: Box::new(unit.clone()) });
    }
    for (_, error) in chain.open() {
        verification.found(error.key.clone(), Problem::Receipt(error.problem.clone()));
    }
    let (mut before, now) = (None, Clock::System.now());
    for (&revision, receipt) in &chain.sound {
        if !chain.follows(receipt) {
            verification.found(Key::Receipt(unit, revision).path(), Problem::BrokenChain);
        }
        if let Some(time) = wrong_time(receipt, before, now) {
            verification.found(Key::Receipt(unit, revision).path(), Problem::Time(time));
        }
        before = Some(receipt);
    }
}

/// Current objects that no receipt explains. Objects of a unit whose newest receipt cannot be read are not reported.
pub(super) fn stray_currents<'u>(
    mut currents: BTreeSet<String>,
    units: impl Iterator<Item = &'u Unit>,
) -> BTreeSet<String> {
    for unit in units {
        for table in TableName::ALL {
            currents.remove(&Key::Current(table, unit).path());
        }
        if matches!(unit, Unit::Brief { .. }) {
            currents.remove(&Key::LatestBrief.path());
        }
    }
    currents
}
