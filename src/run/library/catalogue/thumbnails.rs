//! Which thumbnails there should be, and which are lost.

use std::collections::{BTreeMap, BTreeSet};

use crate::run::error_text;
use coverledger_archive::{Archive, ArchiveError, TableName, Unit};
use coverledger_report::library::{Measured, Picture};

/// The thumbnails that the newest catalogue names; none where there is no catalogue, or it cannot be read, which is a finding
/// of its own.
///
/// # Errors
/// The archive does not answer.
pub async fn named_thumbnails(archive: &Archive) -> Result<BTreeSet<String>, ArchiveError> {
    let newest = match archive.newest(&Unit::Catalogue).await {
        Ok(Some(newest)) => newest,
        Ok(None) | Err(ArchiveError::Receipt(_)) => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let pictures = match archive.tables_of(&newest).await {
        Ok(mut tables) => tables.remove(&TableName::Pictures).map(Picture::read),
        Err(ArchiveError::RevisionMissing { .. } | ArchiveError::RevisionDamaged { .. }) => None,
        Err(error) => return Err(error),
    };
    let pictures = pictures.transpose().unwrap_or_else(|error| {
        let error = error_text(&error);
        tracing::warn!(error, "the catalogue cannot be read: nobody knows which thumbnails there should be");
        None
    });
    let named = pictures.iter().flatten().filter_map(Picture::measured);
    Ok(named.map(|measured| measured.thumbnail.clone()).collect())
}

/// Whether the thumbnail of a picture lies where it belongs, as far as a listing tells.
pub(super) fn is_there(picture: &Picture, thumbnails: &BTreeMap<String, u64>) -> bool {
    picture.measured().is_none_or(|Measured { thumbnail, thumbnail_bytes, .. }| {
        thumbnails.get(thumbnail) == Some(thumbnail_bytes)
    })
}
