//! What an executor says of an object that it read.

use serde::{Deserialize, Serialize};

use super::piece;
use super::table::TableError;
use crate::reading::{ReadExport, Unread};

/// What an executor says of an object: how many of its signals it staged, and what reading it came to. Of one that is not to be
/// counted some signals may be staged, too.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Its number in the batch.
    pub(crate) export: u32,
    /// Rows of it that are staged.
    pub(crate) staged: u64,
    /// Since when the store has it is not known there.
    pub(crate) read: Result<ReadExport, Unread>,
}

impl Account {
    /// As payloads of rows.
    pub(super) fn payloads(&self) -> Result<Vec<Vec<u8>>, TableError> {
        let unwritten = |error: postcard::Error| TableError::Payload(error.to_string());
        let bytes = postcard::to_stdvec(self).map_err(unwritten)?;
        piece::cut(self.export, &bytes).map_err(unwritten)
    }

    /// The accounts of so many objects, in their order, from payloads in any order.
    ///
    /// # Errors
    /// Which is missing, there twice, or no account.
    pub(super) fn all<B: AsRef<[u8]>>(payloads: &[B], exports: usize) -> Result<Vec<Self>, String> {
        let joined = piece::join(payloads).map_err(|why| format!("of the accounts of objects, {why}"))?;
        let mut accounts = Vec::with_capacity(exports);
        for (number, bytes) in joined {
            let account = postcard::from_bytes::<Self>(&bytes)
                .map_err(|error| format!("the account of object {number} cannot be understood: {error}"))?;
            if account.export != number || number as usize != accounts.len() {
                return Err(format!("the account of object {} is missing", accounts.len()));
            }
            accounts.push(account);
        }
        if accounts.len() != exports {
            return Err(format!("{} objects have an account (expected {exports})", accounts.len()));
        }
        Ok(accounts)
    }
}

#[cfg(test)]
mod tests;
