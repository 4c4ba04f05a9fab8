//! Who writes to a folder, and sweeping up after those who were killed.
//!
//! A put into a folder stages its bytes in `name#1` first. A writer that is killed in between leaves that file for
//! good. Writers hold `_lock` shared; one who gets it alone knows that nobody else is staging, and sweeps.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Store, StoreError, folder};

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
        let Some(root) = self.folder.clone() else {
            return Ok(WriterLock { _held: None });
        };
        let folders = folders.to_vec();
        let place = self.place("lock", LOCK);
        let locked = tokio::task::spawn_blocking(move || lock(&root, &folders)).await;
        let held = locked.map_err(|error| place.io(&error))?.map_err(|error| place.io(&error))?;
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
        let Some(root) = self.folder.clone() else {
            return Ok(Some(WriterLock { _held: None }));
        };
        let place = self.place("lock", LOCK);
        let locked = tokio::task::spawn_blocking(move || lock_alone(&root)).await;
        locked.map_err(|error| place.io(&error))?.map_err(|error| place.io(&error))
    }
}

fn lock_alone(root: &Path) -> io::Result<Option<WriterLock>> {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(root.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(WriterLock { _held: Some(Arc::new(file)) })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(_)) => Ok(Some(WriterLock { _held: None })),
    }
}

fn lock(root: &Path, folders: &[&'static str]) -> io::Result<Option<File>> {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(root.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => {
            for folder in folders {
                sweep(&root.join(folder))?;
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

fn sweep(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sweep(&entry.path())?;
        } else if kind.is_file() && entry.file_name().to_str().is_some_and(folder::is_staged) {
            tracing::info!(path = %entry.path().display(), "removed a half-written file of a writer that was killed");
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
