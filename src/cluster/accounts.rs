//! The accounts of all objects of a batch, and what comes back from a cluster held against them.
//!
//! An empty answer is never "no rows": readers say how many signals they staged, and on which market-days those are. So many have to be
//! staged, and so many have to be counted.

use std::collections::BTreeMap;

use super::account::Account;
use super::sums::Sums;
use crate::reading::{Read, ReadExport, Room, Unread};
use coverledger_core::count::Scope;

/// The accounts of all objects of a batch, in their order.
#[derive(Debug)]
pub(super) struct Accounts(Vec<Account>);

impl Accounts {
    /// From payloads in any order: of each object one.
    ///
    /// # Errors
    /// Which is missing or there twice, or cannot be right.
    pub(super) fn of<B: AsRef<[u8]>>(payloads: &[B], exports: usize, days: usize) -> Result<Self, String> {
        let accounts = Account::all(payloads, exports)?;
        accounts.iter().try_for_each(|account| check(account, days))?;
        Ok(Self(accounts))
    }

    /// How many signals are staged.
    pub(super) fn staged(&self) -> u64 {
        self.0.iter().fold(0, |sum, account| sum.saturating_add(account.staged))
    }

    /// Counts none of the objects, because of this.
    pub(super) fn refuse(&mut self, why: impl Fn() -> Unread) {
        self.0.iter_mut().for_each(|account| account.read = Err(why()));
    }

    /// Whether rows of counts find no room together, though they did in tasks of their own; those that do not are not counted.
    pub(super) fn are_too_many(&mut self, room: &Room) -> bool {
        for account in &mut self.0 {
            if let Ok(ReadExport { rows: Read::Counts(page), .. }) = &account.read
                && let Err(unread) = room.take(page)
            {
                account.read = Err(unread);
            }
        }
        self.0.iter().any(|account| account.read.as_ref().is_err_and(|unread| unread.is_too_much))
    }

    /// Whether so many signals were counted as are staged, on each market-day as many as were read of it. Of an object that is not
    /// counted nobody knows on which they are.
    ///
    /// # Errors
    /// What is missing, or too much.
    pub(super) fn hold(&self, sums: &Sums, scope: &Scope) -> Result<(), String> {
        let (all, counted) = (self.staged(), sums.rows());
        if all != counted {
            return Err(format!("{all} signals are staged, and {counted} are counted"));
        }
        let mut of_days: BTreeMap<u32, u64> = sums.rows_by_day();
        for (day, number) in (0..scope.days()).zip(0..) {
            let counted = of_days.remove(&number).unwrap_or_default();
            let mut read = 0;
            let mut is_whole = true;
            for (export, account) in self.0.iter().enumerate() {
                match account.read.as_ref().map(|read| &read.rows) {
                    Ok(Read::Signals(landed)) => read += landed.by_day[day],
                    Ok(_) => {}
                    Err(_) => is_whole &= !scope.covers(export, day),
                }
            }
            if if is_whole { counted != read } else { counted < read } {
                return Err(format!("of market-day {day}, {read} signals were read, and {counted} are counted"));
            }
        }
        match of_days.first_key_value() {
            Some((day, _)) => Err(format!("market-day {day} is counted, and is none of the batch")),
            None => Ok(()),
        }
    }

    /// What reading the objects came to.
    pub(super) fn into_exports(self) -> Vec<Result<ReadExport, Unread>> {
        self.0.into_iter().map(|account| account.read).collect()
    }
}

/// Whether an account says what it can.
fn check(Account { export, staged, read }: &Account, days: usize) -> Result<(), String> {
    let Ok(ReadExport { rows, report, .. }) = read else { return Ok(()) };
    match rows {
        Read::Signals(landed) => {
            let on_days: u64 = landed.by_day.iter().sum();
            if landed.by_day.len() != days || on_days + landed.outside != report.taken {
                return Err(format!("the rows of object {export} do not balance in its account"));
            }
            if *staged < on_days || *staged > report.taken {
                let taken = report.taken;
                return Err(format!(
                    "of object {export}, {staged} signals are staged (expected {on_days} to {taken})"
                ));
            }
            Ok(())
        }
        Read::Counts(_) if *staged == 0 => Ok(()),
        Read::Counts(_) | Read::Views(_) | Read::Allocated => {
            Err(format!("object {export} has rows that are not staged"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_core::count::RowsByDay;
    use coverledger_core::model::CountTable;
    use coverledger_read::export::ReadReport;

    fn account(rows: Read, staged: u64, taken: u64) -> Account {
        let report = ReadReport { taken, ..ReadReport::default() };
        Account { export: 3, staged, read: Ok(ReadExport { sha256: String::new(), modified: None, report, rows }) }
    }

    fn signals(by_day: &[u64], outside: u64) -> Read {
        Read::Signals(RowsByDay { by_day: by_day.to_vec(), outside })
    }

    #[test]
    fn an_account_that_contradicts_itself_is_refused() {
        let told = |account| check(&account, 2);
        assert_eq!(told(account(signals(&[2, 3], 4), 7, 9)), Ok(()));
        let unbalanced = Err("the rows of object 3 do not balance in its account".to_owned());
        assert_eq!(told(account(signals(&[2, 3], 4), 7, 8)), unbalanced);
        assert_eq!(told(account(signals(&[2, 3, 0], 4), 7, 9)), unbalanced);
        let staged = |staged| Err(format!("of object 3, {staged} signals are staged (expected 5 to 9)"));
        assert_eq!(told(account(signals(&[2, 3], 4), 4, 9)), staged(4));
        assert_eq!(told(account(signals(&[2, 3], 4), 10, 9)), staged(10));
        assert_eq!(told(account(Read::Counts(CountTable::default()), 0, 9)), Ok(()));
        let strange = Err("object 3 has rows that are not staged".to_owned());
        assert_eq!(told(account(Read::Counts(CountTable::default()), 1, 9)), strange);
        assert_eq!(told(account(Read::Views(RowsByDay::none(2)), 0, 0)), strange);
        assert_eq!(told(Account { export: 3, staged: 9, read: Err(Unread::new(String::new())) }), Ok(()));
    }
}
