//! Reasons to suspect that receipts are missing. Then it is unknown which tables are still needed, and which were in force at an
//! instant.

use std::collections::BTreeSet;
use std::fmt;

use super::Unit;
use super::chain::AllReceipts;
use super::keys::{self, Key};
use super::receipt::ReceiptError;
use super::times::WrongTime;
use super::verify::stray_currents;
use coverledger_store::StoreProblem;

/// The number of reasons that are listed one by one.
const TOLD: usize = 5;

/// Signs that receipts are damaged or missing. Each is a lowercase fragment that names the object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Doubts(Vec<String>);

impl Doubts {
    /// The reasons for doubt in an archive, given the objects at the current paths and whether there is any table by content.
    /// Quarantined receipts are known to be lost and are no reason for doubt.
    pub(super) fn of(all: &AllReceipts, currents: BTreeSet<String>, has_revisions: bool) -> Self {
        let mut doubts = Self::default();
        for (key, problem) in &all.passed_over {
            doubts.passed_over(key, problem);
        }
        for (unit, chain) in &all.chains {
            for (_, error) in chain.open() {
                doubts.receipt(error);
            }
            for number in chain.gaps() {
                doubts.missing(&Key::Receipt(unit, number).path());
            }
        }
        doubts.unaccounted(all.chains.keys(), currents);
        if all.chains.is_empty() && has_revisions {
            doubts.no_receipts();
        }
        doubts
    }

    /// Something in the place of a folder of receipts.
    pub(super) fn passed_over(&mut self, key: &str, problem: &StoreProblem) {
        self.0.push(match problem {
            StoreProblem::NoFile => {
                format!("`{key}` is a pipe, a socket or a device, and receipts may have lain in its place")
            }
            _ => format!("`{key}` is a symbolic link, and no receipt behind it is read"),
        });
    }

    /// A receipt with an impossible time of publication.
    pub(super) fn time(&mut self, key: &str, time: &WrongTime) {
        self.0.push(format!("the receipt `{key}` {time}"));
    }

    pub(super) fn receipt(&mut self, error: &ReceiptError) {
        self.0.push(error.to_string());
    }

    pub(super) fn missing(&mut self, key: &str) {
        self.0.push(format!("the receipt `{key}` is not there, though a later one is"));
    }

    /// A table at a current path whose bytes no receipt names: there must have been a receipt when it was put.
    pub(super) fn lost_receipt_of(&mut self, current: &str, table: &str) {
        self.0.push(format!("`{current}` holds the bytes of `{table}`, which none below `_receipts` names: its receipt seems to be lost"));
    }

    pub(super) fn table(&mut self, key: &str, problem: &str) {
        self.0.push(format!("the table `{key}` {problem}"));
    }

    /// Tables of units without any receipt, given the units that have one.
    pub(super) fn unaccounted<'u>(&mut self, units: impl Iterator<Item = &'u Unit>, currents: BTreeSet<String>) {
        let is_current = |key: &String| keys::current_at(key).is_some();
        let mut strays = stray_currents(currents, units).into_iter().filter(is_current);
        if let Some(first) = strays.next() {
            self.0.push(format!(
                "`{first}` and {} other tables are there, and nothing below `_receipts` is of them",
                strays.count()
            ));
        }
    }

    pub(super) fn no_receipts(&mut self) {
        self.0.push("there are tables in `_revisions`, and no receipt below `_receipts`".to_owned());
    }

    /// Whether there is no reason for doubt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Doubts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; "))?;
        match self.0.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, "; and {more} more (`coverledger verify` names all)"),
        }
    }
}
