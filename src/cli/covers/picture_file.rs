//! A picture on this machine, and the eye that looks at it as a nightly run would.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::run::{error_text, text_model};
use coverledger_config::Workspace;
use coverledger_picture::{Eye, Limits};
use coverledger_store::sha256_hex;

/// A picture that was read.
pub(super) struct PictureFile {
    /// As it was named.
    pub(super) path: PathBuf,
    /// At most a byte more than is looked at.
    pub(super) bytes: Vec<u8>,
    /// Hex of the SHA-256 of its bytes.
    pub(super) sha256: String,
}

impl PictureFile {
    /// Reads it, and no more of it than an eye looks at.
    pub(super) fn read(path: &Path, limits: Limits) -> Result<Self, Failure> {
        let shown = path.display();
        let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::usage(format!("no such file: `{shown}`")),
            _ => Failure::usage(format!("`{shown}` cannot be read: {error}")),
        })?;
        if metadata.is_dir() {
            return Err(Failure::usage(format!(
                "`{shown}` is a folder (name the pictures in it, such as `{shown}/*.jpg`)"
            )));
        }
        if !metadata.is_file() {
            return Err(Failure::usage(format!("`{shown}` is no file")));
        }
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(limits.file_bytes + 1).read_to_end(&mut bytes));
        read.map_err(|error| Failure::usage(format!("`{shown}` cannot be read: {error}")))?;
        let sha256 = sha256_hex(&bytes);
        Ok(Self { path: path.to_owned(), bytes, sha256 })
    }

    /// Its name without what stands behind the last dot.
    pub(super) fn stem(&self) -> Option<&str> {
        self.path.file_stem()?.to_str()
    }
}

/// An eye as `library.yaml` describes it, with the limits of what it looks at. Without that file it looks for faces and has no
/// model of text.
pub(super) fn eye(workspace: &Workspace) -> Result<(Eye, Limits), Failure> {
    let library = workspace.library.as_ref();
    let limits = library.map_or_else(Limits::default, |library| Limits {
        file_bytes: library.limits.file_bytes,
        side_px: library.limits.side_px,
        pixels: library.limits.pixels,
    });
    let model = library.map(text_model).transpose().map_err(|error| Failure::config(error_text(&error)))?;
    let eye = Eye::new(limits, model.flatten(), library.is_none_or(|library| library.faces));
    Ok((eye.map_err(|error| Failure::machine(error.to_string()))?, limits))
}
