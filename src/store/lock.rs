//! Who writes to a folder, and sweeping up after those who were killed.
//!
//! A put into a folder stages its bytes in `name#1` first. A writer that is killed in between leaves that file for
//! good. Writers hold `_lock` shared; one who gets it alone knows that nobody else is staging, and sweeps.

use std::fs::{File, TryLockError};
use std::io;
use std::sync::Arc;

use super::folder::Folder;
use super::objects::Kind;
use super::{Store, StoreError};

const LOCK: &str = "_lock";

/// Held while writing to a folder; let go when dropped. A store elsewhere needs none.
#[derive(Debug, Clone)]
pub struct WriterLock {
    _held: Option<Arc<File>>,
}

impl Store {
    /// Declares oneself a writer and, if nobody else is one, removes half-written files under `folders`.
    ///
    /// # Errors
    /// The lock file cannot be made, or a leftover cannot be removed.
    pub async fn lock_for_writing(&self, folders: &[&'static str]) -> Result<WriterLock, StoreError> {
        let Kind::Folder(folder) = &self.kind else {
            return Ok(WriterLock { _held: None });
        };
        let folders = folders.to_vec();
        let locked = folder.wait(move |folder| Ok(lock(folder, &folders)?)).await;
        let held = locked.map_err(|problem| self.place("lock", LOCK).fails(problem))?;
        Ok(WriterLock { _held: held.map(Arc::new) })
    }
}

impl Store {
    /// Declares oneself the only writer until the lock is dropped; others wait. `None` if there is one. A store
    /// elsewhere, or a file system without locks, has no way to say so.
    ///
    /// # Errors
    /// The lock file cannot be made.
    pub async fn lock_alone(&self) -> Result<Option<WriterLock>, StoreError> {
        let Kind::Folder(folder) = &self.kind else {
            return Ok(Some(WriterLock { _held: None }));
        };
        let locked = folder.wait(|folder| Ok(lock_alone(folder)?)).await;
        locked.map_err(|problem| self.place("lock", LOCK).fails(problem))
    }
}

fn lock_alone(folder: &Folder) -> io::Result<Option<WriterLock>> {
    let file = folder.lock_file(LOCK)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(WriterLock { _held: Some(Arc::new(file)) })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(_)) => Ok(Some(WriterLock { _held: None })),
    }
}

fn lock(folder: &Folder, folders: &[&'static str]) -> io::Result<Option<File>> {
    let file = folder.lock_file(LOCK)?;
    match file.try_lock() {
        Ok(()) => {
            for inner in folders {
                folder.sweep(inner)?;
            }
        }
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "this folder's file system has no locks; half-written files are left alone");
            return Ok(None);
        }
    }
    // Others may come in between; nothing is staged by then, and they sweep no more than was there.
    file.unlock()?;
    file.lock_shared()?;
    Ok(Some(file))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::IfMissing;
    use super::*;

    #[tokio::test]
    async fn leftovers_are_swept_unless_someone_is_writing() {
        let temp = tempfile::tempdir().unwrap();
        let staged = temp.path().join("funnel/day/part.parquet#1");
        fs::create_dir_all(staged.parent().unwrap()).unwrap();
        fs::write(&staged, "half").unwrap();
        fs::write(temp.path().join("notes#1"), "somebody else's").unwrap();
        let store = Store::open_folder(temp.path(), IfMissing::Create).unwrap();

        let first = store.lock_for_writing(&["funnel", "rejects"]).await.unwrap();
        assert!(!staged.exists());
        fs::write(&staged, "being written").unwrap();
        let second = store.lock_for_writing(&["funnel", "rejects"]).await.unwrap();
        assert!(staged.exists(), "another writer was at work");
        drop((first, second));
        store.lock_for_writing(&["funnel", "rejects"]).await.unwrap();
        assert!(!staged.exists());
        assert!(temp.path().join("notes#1").exists());
    }
}
