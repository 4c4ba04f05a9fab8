//! A file that is there whole, or as it was before.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::Failure;
use crate::cli::screen::Screen;

/// A file in the making.
pub struct OutputFile {
    /// The name that was asked for.
    named: PathBuf,
    place: Place,
}

enum Place {
    /// Beside the file that it will be.
    Beside { made: NamedTempFile, path: PathBuf },
    /// No plain file, such as a pipe or `/dev/stdout`: there is nothing to put in its place.
    Stream(File),
}

impl OutputFile {
    /// A file of that name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(named: &Path) -> Result<Self, Failure> {
        Ok(Self { place: place(named).map_err(|error| cannot(named, &error))?, named: named.to_owned() })
    }

    /// What it is written by.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn screen(&self) -> Result<Screen<'static>, Failure> {
        let file = match &self.place {
            Place::Beside { made, .. } => made.as_file().try_clone(),
            Place::Stream(file) => file.try_clone(),
        };
        Ok(Screen::file(file.map_err(|error| cannot(&self.named, &error))?))
    }

    /// Puts it in its place, once it is whole.
    ///
    /// # Errors
    /// It cannot be put there.
    pub fn keep(self) -> Result<(), Failure> {
        let Place::Beside { made, path } = self.place else { return Ok(()) };
        made.as_file().sync_all().map_err(|error| cannot(&self.named, &error))?;
        made.persist(path).map_err(|error| cannot(&self.named, &error.error))?;
        Ok(())
    }
}

fn place(named: &Path) -> io::Result<Place> {
    // Through a link, so that the link stays one.
    let path = fs::canonicalize(named).unwrap_or_else(|_| named.to_owned());
    if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        return File::options().write(true).open(&path).map(Place::Stream);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".coverledger-");
    // As other new files are, less what the umask takes.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    Ok(Place::Beside { made: builder.tempfile_in(folder)?, path })
}

fn cannot(named: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write `{}`: {error}", named.display()))
}
