//! The model of text: read from this machine and held against its hash before any picture is looked at.

use std::path::PathBuf;

use thiserror::Error;

use coverledger_config::{Library, TextModelFile, Workspace};
use coverledger_picture::{EyeError, TextModel};
use coverledger_store::sha256_hex;

/// No model is as large.
const MOST_BYTES: u64 = 1 << 30;

/// Why the model of text is not used.
#[derive(Debug, Error)]
pub enum TextModelError {
    /// It is not there, or cannot be read.
    #[error(
        "the model of text `{path}` cannot be read: {reason} (`text_model` in `library.yaml` names it; without one only a coarse share of text is told)"
    )]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// It is another file.
    #[error(
        "the model of text `{path}` has the SHA-256 `{found}`, and `library.yaml` says `{expected}` (put the file there that was meant, or correct `sha256`)"
    )]
    Another {
        /// Where it is.
        path: PathBuf,
        /// The hash of its bytes.
        found: String,
        /// As it should be.
        expected: String,
    },
    /// It is the file that was meant, and no model that can be run.
    #[error(transparent)]
    Unusable(#[from] EyeError),
}

/// The bytes of the model, which are those that were meant.
pub(super) struct TextModelSource(Option<Vec<u8>>);

impl TextModelSource {
    /// Reads the model, if one is configured.
    ///
    /// # Errors
    /// It cannot be read, or is another one.
    pub(super) fn read(model: Option<&TextModelFile>) -> Result<Self, TextModelError> {
        let Some(TextModelFile { path, sha256 }) = model else { return Ok(Self(None)) };
        let unreadable = |reason: String| TextModelError::Unreadable { path: path.clone(), reason };
        let found = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
        if !found.is_file() || found.len() > MOST_BYTES {
            return Err(unreadable("it is no file, or one of more than 1 GiB".to_owned()));
        }
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let found = sha256_hex(&bytes);
        if found != *sha256 {
            return Err(TextModelError::Another { path: path.clone(), found, expected: sha256.clone() });
        }
        Ok(Self(Some(bytes)))
    }

    /// The model, ready to run.
    ///
    /// # Errors
    /// It is no model that can be run.
    pub(super) fn load(self) -> Result<Option<TextModel>, TextModelError> {
        Ok(self.0.map(TextModel::load).transpose()?)
    }
}

/// The configured model of text, ready to run; `None` where none is configured.
///
/// # Errors
/// It cannot be read, is another one, or is no model that can be run.
pub fn text_model(library: &Library) -> Result<Option<TextModel>, TextModelError> {
    TextModelSource::read(library.text_model.as_ref())?.load()
}

/// What is wrong with the configured model of text, by this machine.
#[must_use]
pub fn wrong_model(workspace: &Workspace) -> Option<TextModelError> {
    TextModelSource::read(workspace.library.as_ref()?.text_model.as_ref()).err()
}
