//! Half-written files: made, given their name, swept.

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;

use cap_std::fs::OpenOptions;

use super::{Folder, Stays, is_absent, is_staged};
use crate::StoreProblem;

/// How often a folder is made again that another one tidied away.
const TRIES: u32 = 16;

/// The bytes of a put, on the disk under a name that no reader takes for an object.
pub(super) struct Staged<'a> {
    folder: &'a Folder,
    path: String,
}

impl Staged<'_> {
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Takes it away, if that can be done; else the next writer sweeps it.
    pub(super) fn discard(self) {
        if let Err(error) = self.folder.disk.remove(|| self.folder.dir.remove_file(&self.path)) {
            tracing::warn!(path = self.path, %error, "a half-written file stays behind until the next run");
            return;
        }
        self.has_its_name();
    }

    /// It is no half-written file any more.
    pub(super) fn has_its_name(self) {
        self.folder.staged.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A half-written file with all its bytes, which may not be on the disk yet.
pub(super) struct Written<'a> {
    staged: Staged<'a>,
    file: cap_std::fs::File,
}

impl<'a> Written<'a> {
    /// Brings it to the disk. If that fails, nothing is stored.
    pub(super) fn on_the_disk(self) -> Result<Staged<'a>, StoreProblem> {
        let Self { staged, file } = self;
        match staged.folder.disk.sync(|| file.sync_all()) {
            Ok(()) => Ok(staged),
            Err(error) => {
                staged.discard();
                Err(StoreProblem::Disk(error.to_string()))
            }
        }
    }
}

impl Folder {
    /// Writes the bytes of a put beside its key, down to the disk if they are to stay. If that fails, nothing is stored.
    pub(super) fn stage(&self, key: &str, bytes: &[u8], stays: Stays) -> Result<Staged<'_>, StoreProblem> {
        let written = self.write_beside(key, bytes)?;
        match stays {
            Stays::Certainly => written.on_the_disk(),
            Stays::WhileItRuns => Ok(written.staged),
        }
    }

    /// Writes the bytes of a put beside its key. They are not on the disk yet.
    pub(super) fn write_beside(&self, key: &str, bytes: &[u8]) -> Result<Written<'_>, StoreProblem> {
        if Path::new(key).file_name().and_then(|name| name.to_str()).is_none_or(is_staged) {
            return Err(StoreProblem::BadKey(format!("`{key}` is what half-written files are called")));
        }
        let (mut file, path) = self.stage_file(key).map_err(|error| StoreProblem::Disk(error.to_string()))?;
        let staged = Staged { folder: self, path };
        match self.disk.write(&mut file, bytes) {
            Ok(()) => Ok(Written { staged, file }),
            Err(error) => {
                staged.discard();
                Err(StoreProblem::Disk(error.to_string()))
            }
        }
    }

    fn stage_file(&self, key: &str) -> io::Result<(cap_std::fs::File, String)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let (mut number, mut tries) = (1_u32, 0);
        loop {
            let path = format!("{key}#{number}");
            match self.disk.create(|| self.dir.open_with(&path, &options)) {
                Ok(file) => {
                    self.staged.fetch_add(1, Ordering::SeqCst);
                    return Ok((file, path));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) if is_absent(&error) && tries < TRIES => {
                    tries += 1;
                    self.make_parents(key)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes the folders of a key that are not there. Most of them are, so the innermost is tried first.
    fn make_parents(&self, key: &str) -> io::Result<()> {
        let parents = Path::new(key).ancestors().skip(1).take_while(|parent| !parent.as_os_str().is_empty());
        let mut missing = Vec::new();
        for parent in parents {
            if self.make_folder(parent)? {
                break;
            }
            missing.push(parent);
        }
        for parent in missing.into_iter().rev() {
            // Another one tidied up in between; the caller begins again.
            if !self.make_folder(parent)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether a folder is there by now; not where the one that it lies in is missing.
    fn make_folder(&self, folder: &Path) -> io::Result<bool> {
        match self.disk.create(|| self.dir.create_dir(folder)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes half-written files under a folder.
    pub(crate) fn sweep(&self, folder: &str) -> io::Result<()> {
        for path in self.staged_under(folder)? {
            tracing::info!(path, "removed a half-written file of a writer that was killed");
            match self.disk.remove(|| self.dir.remove_file(&path)) {
                Err(error) if !is_absent(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
