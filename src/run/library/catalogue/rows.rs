//! The catalogue as it was published last.

use std::collections::BTreeMap;

use super::listing::{Listed, etag_of};
use super::thumbnails;
use crate::run::error_text;
use coverledger_archive::{Archive, BoxError, Receipt, TableName};
use coverledger_report::library::{CataloguedCover, Picture, Seen};
use coverledger_store::Object;

/// The rows of the newest revision, and which thumbnails are there.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) pictures: BTreeMap<String, Picture>,
    pub(super) covers: Vec<CataloguedCover>,
    thumbnails: BTreeMap<String, u64>,
    /// Whether the tables could be read: otherwise everything is measured anew.
    is_whole: bool,
}

impl Rows {
    /// Reads them by their receipt. What cannot be read is measured anew.
    pub(super) async fn of(archive: &Archive, newest: &Receipt) -> Self {
        Self::try_of(archive, newest).await.unwrap_or_else(|error| {
            let error = error_text(&*error);
            tracing::warn!(error, "the catalogue of before cannot be read: every picture is measured anew");
            Self::default()
        })
    }

    async fn try_of(archive: &Archive, newest: &Receipt) -> Result<Self, BoxError> {
        let mut tables = archive.tables_of(newest).await?;
        let mut table = |name| tables.remove(&name).ok_or_else(|| format!("its table `{name}` is not there"));
        let pictures = Picture::read(table(TableName::Pictures)?)?;
        let covers = CataloguedCover::read(table(TableName::Covers)?)?;
        let thumbnails = archive.thumbnails().await?;
        let pictures = pictures.into_iter().map(|picture| (picture.key.clone(), picture)).collect();
        Ok(Self { pictures, covers, thumbnails, is_whole: true })
    }

    /// Whether the tables could be read.
    pub(super) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether nothing is to be made again.
    pub(super) fn has_all_thumbnails(&self) -> bool {
        self.is_whole && self.pictures.values().all(|picture| thumbnails::is_there(picture, &self.thumbnails))
    }

    /// The row of an object that is what it was, and was measured by the same.
    pub(super) fn row_of(&self, object: &Object, measured_by: &str) -> Option<&Picture> {
        let row = self.pictures.get(&object.key)?;
        let is_same = row.size_bytes == object.size && row.etag == etag_of(object);
        (is_same && row.measured_by == measured_by && thumbnails::is_there(row, &self.thumbnails)).then_some(row)
    }

    /// What is known of contents, by their hashes: a copy under another name is not measured again.
    pub(super) fn contents(&self, measured_by: &str) -> BTreeMap<&str, &Seen> {
        let known = self.pictures.values().filter(|row| row.measured_by == measured_by);
        let there = known.filter(|row| thumbnails::is_there(row, &self.thumbnails));
        there.filter_map(|row| Some((row.sha256.as_deref()?, &row.seen))).collect()
    }

    /// What there is to say of a night on which nothing changed.
    pub(super) fn notes(&self, listed: &Listed) -> Vec<String> {
        let refused = self.pictures.values().filter(|picture| picture.refused().is_some()).count();
        let mut notes = vec![format!("{} pictures, none new{}", self.pictures.len(), of_refused(refused))];
        notes.extend(passed_over(listed));
        notes
    }
}

pub(super) fn of_refused(refused: usize) -> String {
    match refused {
        0 => String::new(),
        refused => format!(", {refused} refused (`coverledger show pictures` says why)"),
    }
}

/// What lies in the store and cannot be read from it.
pub(super) fn passed_over(listed: &Listed) -> Option<String> {
    let first = listed.passed_over.first()?;
    let more = match listed.passed_over.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("`{first}`{more}: a link, or a name that no request can have, is passed over"))
}
