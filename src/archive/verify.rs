//! The archive against its receipts, and bytes against hashes.
//!
//! Reads every receipt and every table that a receipt names. Repair puts sound revision bytes at the current path and
//! changes nothing else.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::current::AtHand;
use super::finding::{Finding, Problem, Verification};
use super::keys::{self, Key};
use super::{Archive, ArchiveError, Receipt, TableName, Unit, retention};
use crate::store::sha256_hex;

/// Whether to mend what can be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Only look.
    No,
    /// Bring current paths up to their newest receipts.
    Yes,
}

/// The receipts of one unit that can be relied on, by number; and every number that is there.
#[derive(Default)]
struct Chain {
    present: BTreeSet<u64>,
    sound: BTreeMap<u64, Receipt>,
}

impl Archive {
    /// Checks everything: receipts whole, in their place, in an unbroken chain; every table that a receipt names there
    /// and as hashed, unless it was pruned as it may be; every current path as its newest receipt says, and none besides.
    ///
    /// # Errors
    /// The store does not answer. What is wrong in the archive is no error but a [`Finding`].
    pub async fn verify(&self, repair: Repair) -> Result<Verification, ArchiveError> {
        let mut verification = Verification::default();
        // Before the receipts: then whatever lies here has had its receipt by the time those are listed.
        let currents = self.current_keys().await?;
        let chains = self.chains(&mut verification).await?;
        for (unit, chain) in &chains {
            check_chain(unit, chain, &mut verification);
        }
        self.check_revisions(&chains, &mut verification).await?;
        let newest = chains.values().filter_map(|chain| chain.sound.get(chain.present.last()?));
        let newest: Vec<&Receipt> = newest.collect();
        self.check_currents(&newest, repair, &mut verification).await?;
        for key in strays(currents, &chains) {
            verification.found(key, Problem::StrayTable);
        }
        verification.units = chains.len();
        verification.findings.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(verification)
    }

    async fn current_keys(&self) -> Result<BTreeSet<String>, ArchiveError> {
        let mut keys = BTreeSet::new();
        for table in TableName::ALL {
            keys.extend(self.store.list(&Key::Currents(table).path()).await?.into_iter().map(|object| object.key));
        }
        Ok(keys)
    }

    async fn chains(&self, verification: &mut Verification) -> Result<BTreeMap<Unit, Chain>, ArchiveError> {
        let mut addresses = Vec::new();
        for object in self.store.list(&Key::AllReceipts.path()).await? {
            match keys::receipt_at(&object.key) {
                Some(address) => addresses.push(address),
                None => verification.found(object.key, Problem::StrayReceipt),
            }
        }
        let reads = addresses.into_iter().map(|(unit, revision)| async move {
            let read = match self.receipt(&unit, revision).await {
                Ok(receipt) => Ok(receipt),
                Err(ArchiveError::Receipt(error)) => Err(error),
                Err(error) => return Err(error),
            };
            Ok((unit, revision, read))
        });
        let reads: Vec<_> = stream::iter(reads).buffered(self.store.requests()).try_collect().await?;
        verification.receipts = reads.len();
        let mut chains: BTreeMap<Unit, Chain> = BTreeMap::new();
        for (unit, revision, read) in reads {
            let chain = chains.entry(unit).or_default();
            chain.present.insert(revision);
            match read {
                Ok(receipt) => {
                    chain.sound.insert(revision, receipt);
                }
                Err(error) => verification.found(error.key, Problem::Receipt(error.problem)),
            }
        }
        Ok(chains)
    }

    async fn check_revisions(
        &self,
        chains: &BTreeMap<Unit, Chain>,
        verification: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let mut named: BTreeMap<String, &Receipt> = BTreeMap::new();
        for receipt in chains.values().flat_map(|chain| chain.sound.values()) {
            for table in &receipt.content.tables {
                named.entry(table.sha256.clone()).or_insert(receipt);
            }
        }
        verification.revisions = named.len();
        let checks = named.into_iter().map(|(sha256, receipt)| async move {
            let (unit, revision) = (Box::new(receipt.content.unit.clone()), receipt.content.revision);
            let key = Key::Revision(&sha256).path();
            let problem = match self.store.get(&key).await? {
                None => Some(Problem::RevisionMissing { unit, revision }),
                Some(bytes) if sha256_hex(&bytes) != sha256 => Some(Problem::RevisionDamaged { unit, revision }),
                Some(_) => None,
            };
            Ok::<_, ArchiveError>((key, problem))
        });
        let checked: Vec<_> = stream::iter(checks).buffered(self.store.requests()).try_collect().await?;
        // Read after the tables: whoever prunes says so before.
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
                Some(problem) => verification.found(key, problem),
            }
        }
        Ok(())
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
            // It may have been published anew since it was listed.
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
                Finding { key, problem, mended: false }
            }));
        }
        for table in &receipt.content.tables {
            let unit = Box::new(unit.clone());
            let problem = match self.store.get(&table.key).await? {
                None => Problem::CurrentMissing { unit, revision },
                Some(bytes) if sha256_hex(&bytes) != table.sha256 => Problem::CurrentDiffers { unit, revision },
                Some(_) => continue,
            };
            findings.push(Finding { key: table.key.clone(), problem, mended: false });
        }
        Ok(findings)
    }

    /// Mends table by table, so that one without sound bytes does not keep the others from it.
    async fn repair(&self, receipt: &Receipt) -> Result<(), ArchiveError> {
        if receipt.content.retired {
            self.hide(receipt).await?;
        }
        for table in &receipt.content.tables {
            let mut one = receipt.clone();
            one.content.tables = vec![table.clone()];
            match self.show_missing(&one, &AtHand::new()).await {
                Ok(_) | Err(ArchiveError::RevisionMissing { .. } | ArchiveError::RevisionDamaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.follow(receipt).await?;
        Ok(())
    }
}

fn check_chain(unit: &Unit, chain: &Chain, verification: &mut Verification) {
    let mut expected = 1;
    for &revision in &chain.present {
        if revision > expected {
            // One finding a gap, at its first missing number: a stray number may be far away.
            verification.found(Key::Receipt(unit, expected).path(), Problem::Gap { unit: Box::new(unit.clone()) });
        }
        expected = revision + 1;
    }
    for (&revision, receipt) in &chain.sound {
        let previous = receipt.content.previous.as_deref();
        let follows = match chain.sound.get(&(revision - 1)) {
            Some(before) => previous == Some(before.content_sha256.as_str()),
            // The one before is missing or unreadable, which is a finding of its own.
            None => previous.is_some() == (revision > 1),
        };
        if !follows {
            verification.found(Key::Receipt(unit, revision).path(), Problem::BrokenChain);
        }
    }
}

/// Current objects that no unit's receipts account for. A unit whose newest receipt cannot be read is given the
/// benefit of the doubt.
fn strays(mut currents: BTreeSet<String>, chains: &BTreeMap<Unit, Chain>) -> BTreeSet<String> {
    for unit in chains.keys() {
        for table in TableName::ALL {
            currents.remove(&Key::Current(table, unit).path());
        }
    }
    currents
}
