//! How the catalogue stands, for `status`.

use super::rows::of_refused;
use crate::run::error_text;
use coverledger_archive::{Archive, ArchiveError, TableName, Unit};
use coverledger_report::library::Picture;

/// How the catalogue stands, in a line.
///
/// # Errors
/// The archive does not answer.
pub async fn catalogue_standing(archive: &Archive) -> Result<String, ArchiveError> {
    let Some(newest) = archive.newest(&Unit::Catalogue).await? else {
        return Ok("catalogue: not published yet".to_owned());
    };
    let revision = newest.content.revision;
    let pictures = match archive.table_of(&Unit::Catalogue, revision, TableName::Pictures).await {
        Ok(bytes) => bytes.map(Picture::read).transpose().map_err(|error| error.to_string()),
        Err(error @ (ArchiveError::RevisionMissing { .. } | ArchiveError::RevisionDamaged { .. })) => {
            Err(error_text(&error))
        }
        Err(error) => return Err(error),
    };
    let found = match pictures {
        Ok(pictures) => {
            let pictures = pictures.unwrap_or_default();
            let refused = pictures.iter().filter(|picture| picture.refused().is_some()).count();
            let covers = newest.content.tables.iter().find(|table| table.table == TableName::Covers);
            let covers = covers.map_or(0, |table| table.rows);
            format!("{} pictures of {covers} covers{}", pictures.len(), of_refused(refused))
        }
        Err(reason) => format!("it cannot be read: {reason}"),
    };
    Ok(format!("catalogue: revision {revision}, {found}"))
}
