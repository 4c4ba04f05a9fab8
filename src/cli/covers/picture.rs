//! The picture of a cover, drawn on a terminal: by the protocols of kitty and iTerm2 where the terminal speaks one, else in
//! half-blocks.
//!
//! What is drawn is the thumbnail of the archive, never the file of the store. Where standard output is no terminal, nothing
//! is drawn.

use super::collection::KnownPicture;
use crate::cli::screen::Screen;
use crate::cli::{Failure, environment};
use coverledger_archive::Archive;
use coverledger_picture::decoded_thumbnail;

/// How wide it is drawn.
const COLUMNS: u32 = 40;

/// Draws a picture, if this is a terminal and the picture was measured.
///
/// # Errors
/// The store does not answer, or the terminal is gone.
pub(super) async fn draw(archive: &Archive, picture: &KnownPicture, out: &mut Screen<'_>) -> Result<(), Failure> {
    let Some(sha256) = picture.thumbnail.as_deref().filter(|_| out.is_terminal()) else { return Ok(()) };
    let thumbnail = archive.thumbnail(sha256).await?;
    match thumbnail.and_then(|bytes| decoded_thumbnail(&bytes)) {
        Some(thumbnail) => out.picture(&thumbnail, COLUMNS, environment::drawing())?,
        None => writeln!(out, "its thumbnail is gone or damaged; `coverledger verify` says more")?,
    }
    Ok(())
}
