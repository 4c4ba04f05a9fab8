//! The registered writers: an empty folder under `_writers/` for each, which a killed writer leaves behind.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;

use super::{Folder, Stays, is_absent, present};

const WRITERS: &str = "_writers";

impl Folder {
    /// The writers that registered and did not deregister; `None` if none ever registered.
    pub(crate) fn writers(&self) -> io::Result<Option<Vec<String>>> {
        let Some(dir) = present(self.dir.open_dir(WRITERS))? else { return Ok(None) };
        let names = dir.entries()?.map(|entry| Ok(format!("{WRITERS}/{}", entry?.file_name().display())));
        names.collect::<io::Result<_>>().map(Some)
    }

    /// Registers a writer on the disk, so that it is known after a power failure.
    pub(crate) fn declare_writer(&self) -> io::Result<String> {
        let writer = format!("{WRITERS}/{:016x}", RandomState::new().build_hasher().finish());
        self.dir.create_dir_all(&writer)?;
        self.sync_parents(&writer, Stays::Certainly).map_err(|problem| io::Error::other(problem.to_string()))?;
        Ok(writer)
    }

    /// Deregisters a writer.
    pub(crate) fn forget_writer(&self, writer: &str) -> io::Result<()> {
        match self.dir.remove_dir(writer) {
            Err(error) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        }
    }
}
