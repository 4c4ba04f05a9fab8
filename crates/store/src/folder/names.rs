//! Brings the names of new files and folders to the disk (`fsync` of directories), each only as often as needed.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use cap_std::fs::{Metadata, MetadataExt as _};

use super::{Folder, Stays};
use crate::StoreProblem;

/// Folders whose own names are on the disk, up to that of the store.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashSet<Identity>>);

/// What no other folder has ever had: a number is given again, at another time.
type Identity = (u64, u64, SystemTime);

impl Names {
    fn are_known(&self, folder: Identity) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&folder)
    }

    fn learn(&self, folders: impl IntoIterator<Item = Identity>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(folders);
    }
}

/// `None` where a file system does not tell when a folder was made.
fn identity(folder: &Metadata) -> Option<Identity> {
    Some((folder.dev(), folder.ino(), folder.created().ok()?.into_std()))
}

impl Folder {
    /// Makes sure that a name is on the disk, and those of the folders it lies in: whoever made them may not have come
    /// so far. Those of which this was made sure before are left alone.
    pub(super) fn sync_parents(&self, key: &str, stays: Stays) -> Result<(), StoreProblem> {
        self.sync_parents_of([key], stays)
    }

    /// The same of several names that are all there by now: a folder that holds several of them is brought to the disk once.
    pub(super) fn sync_parents_of<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k str>,
        stays: Stays,
    ) -> Result<(), StoreProblem> {
        if stays == Stays::WhileItRuns {
            return Ok(());
        }
        let mut synced = BTreeSet::new();
        let of_each = keys.into_iter().try_for_each(|key| self.sync_upwards(key, &mut synced));
        of_each.map_err(|error| StoreProblem::Other(error.to_string()))
    }

    fn sync_upwards<'k>(&self, key: &'k str, synced: &mut BTreeSet<&'k Path>) -> io::Result<()> {
        let mut learned = Vec::new();
        for parent in Path::new(key).ancestors().skip(1) {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            if !synced.insert(parent) {
                break;
            }
            let folder = self.dir.open(parent)?;
            let identity = identity(&folder.metadata()?);
            self.disk.sync(|| folder.sync_all())?;
            if identity.is_some_and(|folder| self.names.are_known(folder)) {
                break;
            }
            learned.extend(identity);
        }
        self.names.learn(learned);
        Ok(())
    }
}
