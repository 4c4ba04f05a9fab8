//! The lock of a folder's writers, and sweeping half-written files of writers that were killed.
//!
//! A put into a folder stages its bytes in `name#1` first. A writer that is killed in between leaves that file behind.
//! Writers share `_lock`; a writer that gets it exclusively knows that no other is staging, and sweeps.
//!
//! Sweeping the whole archive takes longer every year. So each writer registers under `_writers/` before staging and
//! deregisters on clean exit. If no writer is registered, only folders that unregistered writers use need sweeping.

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
    held: Option<Arc<Held>>,
}

#[derive(Debug)]
struct Held {
    _file: File,
    /// What is to be taken back at the end.
    declared: Option<String>,
}

impl Store {
    /// Declares oneself a writer and, if nobody else is one, removes half-written files under `folders`: if the last
    /// writer left nothing, only under those that are `open` to others.
    ///
    /// # Errors
    /// The lock file cannot be made, or a leftover cannot be removed.
    pub async fn lock_for_writing(
        &self,
        folders: &[&'static str],
        open: &[&'static str],
    ) -> Result<WriterLock, StoreError> {
        let Kind::Folder(folder) = &self.kind else {
            return Ok(WriterLock { held: None });
        };
        let (folders, open) = (folders.to_vec(), open.to_vec());
        let locked = folder.wait(move |folder| Ok(lock(folder, &folders, &open)?)).await;
        let held = locked.map_err(|problem| self.place("lock", LOCK).fails(problem))?;
        Ok(WriterLock { held: held.map(Arc::new) })
    }

    /// Takes the declaration of a writer back, unless something half-written of his is left: his last act.
    pub async fn leave(&self, lock: WriterLock) {
        let (Kind::Folder(folder), Some(held)) = (&self.kind, lock.held) else { return };
        let left = folder.wait(move |folder| Ok(leave(folder, &held)?)).await;
        if let Err(problem) = left {
            tracing::debug!(error = %self.place("lock", LOCK).fails(problem), "the next run looks for leftovers");
        }
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
            return Ok(Some(WriterLock { held: None }));
        };
        let locked = folder.wait(|folder| Ok(lock_alone(folder)?)).await;
        locked.map_err(|problem| self.place("lock", LOCK).fails(problem))
    }
}

fn lock_alone(folder: &Folder) -> io::Result<Option<WriterLock>> {
    let file = folder.lock_file(LOCK)?;
    match file.try_lock() {
        Ok(()) => {
            let held = Held { _file: file, declared: None };
            Ok(Some(WriterLock { held: Some(Arc::new(held)) }))
        }
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(_)) => Ok(Some(WriterLock { held: None })),
    }
}

fn lock(folder: &Folder, folders: &[&'static str], open: &[&'static str]) -> io::Result<Option<Held>> {
    let file = folder.lock_file(LOCK)?;
    match file.try_lock() {
        Ok(()) => {
            // Whoever is declared is dead: the living hold the lock.
            let dead = folder.writers()?;
            let all_ended_well = dead.as_ref().is_some_and(Vec::is_empty);
            for inner in if all_ended_well { open } else { folders } {
                folder.sweep(inner)?;
            }
            for writer in dead.into_iter().flatten() {
                folder.forget_writer(&writer)?;
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
    let declared = Some(folder.declare_writer()?);
    Ok(Some(Held { _file: file, declared }))
}

fn leave(folder: &Folder, held: &Held) -> io::Result<()> {
    match &held.declared {
        Some(writer) if folder.has_nothing_staged() => folder.forget_writer(writer),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{DiskFault, DiskFaults, IfMissing};
    use super::*;

    #[tokio::test]
    async fn leftovers_are_swept_unless_someone_is_writing() {
        let temp = tempfile::tempdir().unwrap();
        let staged = temp.path().join("funnel/day/part.parquet#1");
        fs::create_dir_all(staged.parent().unwrap()).unwrap();
        fs::write(&staged, "half").unwrap();
        fs::write(temp.path().join("notes#1"), "somebody else's").unwrap();
        let store = Store::open_folder(temp.path(), IfMissing::Create).unwrap();

        let first = store.lock_for_writing(&["funnel", "rejects"], &[]).await.unwrap();
        assert!(!staged.exists());
        fs::write(&staged, "being written").unwrap();
        let second = store.lock_for_writing(&["funnel", "rejects"], &[]).await.unwrap();
        assert!(staged.exists(), "another writer was at work");
        drop((first, second));
        store.lock_for_writing(&["funnel", "rejects"], &[]).await.unwrap();
        assert!(!staged.exists());
        assert!(temp.path().join("notes#1").exists());
    }

    /// A folder with a leftover under `funnel` and one under `runs`, which is open to others.
    fn leftovers(temp: &tempfile::TempDir) -> [std::path::PathBuf; 2] {
        ["funnel/part#1", "runs/job#1"].map(|path| {
            let path = temp.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "half").unwrap();
            path
        })
    }

    async fn writer(store: &Store) -> WriterLock {
        store.lock_for_writing(&["funnel", "runs"], &["runs"]).await.unwrap()
    }

    #[tokio::test]
    async fn who_was_alone_and_left_nothing_saves_the_next_one_the_search() {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::open_folder(temp.path(), IfMissing::Create).unwrap();
        let lock = writer(&store).await;
        store.put("funnel/a", "a".into()).await.unwrap();
        store.put_new("funnel/b", "b".into()).await.unwrap();
        store.leave(lock).await;
        let [nobody_looked, open] = leftovers(&temp);
        let lock = writer(&store).await;
        assert!(nobody_looked.exists() && !open.exists());
        // This one is killed.
        drop(lock);
        drop(writer(&store).await);
        assert!(!nobody_looked.exists());
    }

    #[tokio::test]
    async fn nobody_vouches_for_a_writer_that_was_killed_beside_him() {
        for the_other_comes_first in [false, true] {
            let temp = tempfile::tempdir().unwrap();
            let store = Store::open_folder(temp.path(), IfMissing::Create).unwrap();
            let (one, other) = (writer(&store).await, writer(&store).await);
            let (stays, killed) = if the_other_comes_first { (other, one) } else { (one, other) };
            let staged = leftovers(&temp);
            drop(killed);
            store.leave(stays).await;
            drop(writer(&store).await);
            assert!(staged.iter().all(|staged| !staged.exists()), "{the_other_comes_first}");
        }
    }

    #[tokio::test]
    async fn nobody_says_that_nothing_is_left_while_something_is() {
        let temp = tempfile::tempdir().unwrap();
        let faults = Arc::new(DiskFaults::new(6, DiskFault::Dead));
        let dying = Store::open_failing_folder(temp.path(), faults).unwrap();
        let lock = writer(&dying).await;
        dying.put("funnel/a", "a".into()).await.unwrap_err();
        dying.leave(lock).await;
        let staged = temp.path().join("funnel/a#1");
        assert!(staged.exists());
        let store = Store::open_folder(temp.path(), IfMissing::Create).unwrap();
        drop(writer(&store).await);
        assert!(!staged.exists());
    }
}
