//! Who is writing, or was when he was killed: a folder without anything in it for each.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;

use super::{Folder, Stays, is_absent, present};

const WRITERS: &str = "_writers";

impl Folder {
    /// Those who declared themselves writers and did not take it back; `None` if nobody ever did.
    pub(crate) fn writers(&self) -> io::Result<Option<Vec<String>>> {
        let Some(dir) = present(self.dir.open_dir(WRITERS))? else { return Ok(None) };
        let names = dir.entries()?.map(|entry| Ok(format!("{WRITERS}/{}", entry?.file_name().display())));
        names.collect::<io::Result<_>>().map(Some)
    }

    /// Declares oneself a writer, on the disk: after a power failure it is still known.
    pub(crate) fn declare_writer(&self) -> io::Result<String> {
        let writer = format!("{WRITERS}/{:016x}", RandomState::new().build_hasher().finish());
        self.dir.create_dir_all(&writer)?;
        self.sync_parents(&writer, Stays::Certainly).map_err(|problem| io::Error::other(problem.to_string()))?;
        Ok(writer)
    }

    /// Takes the declaration of a writer back.
    pub(crate) fn forget_writer(&self, writer: &str) -> io::Result<()> {
        match self.dir.remove_dir(writer) {
            Err(error) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        }
    }
}
