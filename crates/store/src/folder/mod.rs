//! A folder of this machine as a store.
//!
//! Everything goes through one handle on the folder, and nothing is ever opened outside of it: neither `..` nor a
//! symbolic link leads out, whenever it was put there. What is put is staged in `name#1` first, is on the disk, and only
//! then gets its name: whole, or not at all.

mod batch;
mod disk;
mod listing;
mod names;
mod staging;
mod writers;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::{PutNew, StoreProblem};
pub(super) use disk::Disk;
#[cfg(any(test, feature = "testing"))]
pub use disk::{Fault, Faults};
pub(super) use listing::{etag, is_staged};
use names::Names;
use staging::Staged;

/// Whether an object has to be there after a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stays {
    /// It is on the disk when its put returns.
    Certainly,
    /// It speaks of a process at work: after a power failure it may be gone, or empty.
    WhileItRuns,
}

/// A folder, opened.
pub(super) struct Folder {
    dir: Dir,
    root: PathBuf,
    disk: Disk,
    names: Names,
    /// Half-written files that one made and did not take away.
    staged: AtomicUsize,
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Folder").field(&self.root).finish()
    }
}

impl Folder {
    pub(super) fn open(folder: &Path, disk: Disk) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        let dir = Dir::open_ambient_dir(&root, ambient_authority())?;
        Ok(Self { dir, root, disk, names: Names::default(), staged: AtomicUsize::new(0) })
    }

    /// Where it lies.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Carries out work that waits for the disk, on a thread that may wait.
    pub(super) async fn wait<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreProblem> + Send + 'static,
    ) -> Result<T, StoreProblem> {
        let folder = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&folder)).await;
        done.unwrap_or_else(|error| Err(StoreProblem::Other(error.to_string())))
    }

    /// The file at a key, open for reading; `None` if there is nothing but a folder perhaps.
    pub(super) fn file(&self, key: &str) -> Result<Option<File>, StoreProblem> {
        self.disk.reads()?;
        // Opening a pipe would wait for whoever writes into it.
        if !present(self.dir.metadata(key))?.is_some_and(|metadata| metadata.is_file()) {
            return match present(self.dir.symlink_metadata(key))? {
                None => Ok(None),
                Some(metadata) if metadata.is_dir() => Ok(None),
                Some(metadata) if metadata.is_symlink() => Err(StoreProblem::Link),
                Some(_) => Err(StoreProblem::NoFile),
            };
        }
        match present(self.dir.open(key))? {
            Some(file) if file.metadata()?.is_file() => Ok(Some(file.into_std())),
            _ => Ok(None),
        }
    }

    /// The bytes of a file of at most so many.
    pub(super) fn bytes(&self, key: &str, most: u64) -> Result<Option<Bytes>, StoreProblem> {
        let Some(file) = self.file(key)? else { return Ok(None) };
        let size = file.metadata()?.len();
        if size > most {
            return Err(StoreProblem::TooLarge { size, most });
        }
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        Ok(Some(bytes.into()))
    }

    pub(super) fn size(&self, key: &str) -> Result<Option<u64>, StoreProblem> {
        self.disk.reads()?;
        let metadata = present(self.dir.metadata(key))?;
        Ok(metadata.filter(cap_std::fs::Metadata::is_file).map(|metadata| metadata.len()))
    }

    pub(super) fn put_new(&self, key: &str, bytes: &[u8], stays: Stays) -> Result<PutNew, StoreProblem> {
        let found = self.link(self.stage(key, bytes, stays)?, key)?;
        // Where it was there, whoever put it may have been killed before it was on the disk.
        self.sync_parents(key, stays)?;
        Ok(found)
    }

    pub(super) fn put(&self, key: &str, bytes: &[u8], stays: Stays) -> Result<(), StoreProblem> {
        self.rename(self.stage(key, bytes, stays)?, key)?;
        self.sync_parents(key, stays)
    }

    /// Gives a half-written file its name, if nothing has that name.
    fn link(&self, staged: Staged<'_>, key: &str) -> Result<PutNew, StoreProblem> {
        let linked = self.disk.link(|| self.dir.hard_link(staged.path(), &self.dir, key));
        // Once it is linked, what goes wrong leaves no more than a file to sweep up.
        staged.discard();
        match linked {
            Ok(()) => Ok(PutNew::Stored),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(PutNew::Exists),
            Err(error) => Err(unnamed(&error)),
        }
    }

    /// Gives a half-written file its name, in place of what has it.
    fn rename(&self, staged: Staged<'_>, key: &str) -> Result<(), StoreProblem> {
        let rename = || self.disk.rename(|| self.dir.rename(staged.path(), &self.dir, key));
        let renamed = match rename() {
            // An empty folder in the way is nobody's.
            Err(_) if self.dir.remove_dir(key).is_ok() => rename(),
            renamed => renamed,
        };
        match renamed {
            Ok(()) => {
                staged.has_its_name();
                Ok(())
            }
            Err(error) => {
                staged.discard();
                Err(unnamed(&error))
            }
        }
    }

    /// Removes a file, and the folders that are empty then.
    pub(super) fn delete(&self, key: &str) -> Result<(), StoreProblem> {
        if present(self.disk.remove(|| self.dir.remove_file(key)))?.is_none() {
            return Ok(());
        }
        let parents = Path::new(key).ancestors().skip(1).take_while(|parent| !parent.as_os_str().is_empty());
        for parent in parents {
            if self.disk.remove(|| self.dir.remove_dir(parent)).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Deletes a folder with all that is in it, whatever that is; a symbolic link in it is deleted and not followed.
    pub(super) fn delete_all(&self, folder: &str) -> Result<(), StoreProblem> {
        present(self.disk.remove(|| self.dir.remove_dir_all(folder)))?;
        Ok(())
    }

    /// Whether no half-written file of one's own is left.
    pub(super) fn has_nothing_staged(&self) -> bool {
        self.staged.load(Ordering::SeqCst) == 0
    }

    /// A file that is made if need be, to be locked.
    pub(super) fn lock_file(&self, key: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        self.dir.open_with(key, &options).map(cap_std::fs::File::into_std)
    }
}

/// Why a name was not given. Only of a full disk is it certain that it was not.
fn unnamed(error: &io::Error) -> StoreProblem {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreProblem::Disk(error.to_string()),
        _ => StoreProblem::Other(error.to_string()),
    }
}

/// What is not there is `None`.
fn present<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests;
