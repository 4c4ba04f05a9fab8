//! What the archive knows of covers, for a picture to be held against.

use std::collections::BTreeMap;

use bytes::Bytes;
use polars::prelude::PolarsResult;

use crate::cli::covers::picture_file::PictureFile;
use crate::run::error_text;
use crate::stores;
use coverledger_archive::{Archive, TableName};
use coverledger_config::Workspace;
use coverledger_read::export::caught;
use coverledger_report::library::{CataloguedCover, Facts, HistoryRow, Picture, Shelf, facts};

/// What was published of covers last.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Covers with what they look like.
    pub(super) shelf: Shelf,
    /// What is declared of each cover.
    pub(super) facts: Facts,
    /// How each cover did in each place.
    pub(super) history: Vec<HistoryRow>,
    /// The covers of each picture, by the SHA-256 of its bytes.
    by_content: BTreeMap<String, Vec<String>>,
}

/// By what a picture is known to be a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownBy {
    /// The command line names it.
    Name,
    /// The catalogue has the same bytes.
    Content,
    /// The file is called like the cover.
    FileName,
}

impl KnownBy {
    /// Its words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Name => "as named",
            Self::Content => "by its content",
            Self::FileName => "by its file name",
        }
    }
}

impl Known {
    /// Reads it; or why there is nothing to read.
    pub(super) async fn read(workspace: &Workspace) -> Result<Self, String> {
        let archive = stores::archive_for_planning(&workspace.settings).map_err(|error| error_text(&error))?;
        let covers = newest(&archive, TableName::Covers, CataloguedCover::read).await?.unwrap_or_default();
        let pictures = newest(&archive, TableName::Pictures, Picture::read).await?.unwrap_or_default();
        let rows = |bytes| HistoryRow::read(&coverledger_report::read(TableName::CoverHistory, &[bytes])?);
        let history = newest(&archive, TableName::CoverHistory, rows).await?;
        if covers.is_empty() && history.is_none() {
            return Err("the archive has no catalogue and no history of covers".to_owned());
        }
        let mut by_content: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for cover in &covers {
            if let Some(sha256) = &cover.sha256 {
                by_content.entry(sha256.clone()).or_default().push(cover.cover_id.clone());
            }
        }
        let shelf = Shelf::of(&covers, &pictures);
        Ok(Self { shelf, facts: facts(&covers), history: history.unwrap_or_default(), by_content })
    }

    /// Whether there is a cover of this name.
    pub(super) fn has(&self, cover: &str) -> bool {
        self.shelf.covers.contains_key(cover)
    }

    /// The cover that a picture is.
    pub(super) fn cover_of<'k>(
        &'k self,
        named: Option<&'k str>,
        file: &'k PictureFile,
    ) -> Option<(&'k str, KnownBy)> {
        if let Some(named) = named {
            return Some((named, KnownBy::Name));
        }
        let stem = file.stem().filter(|stem| self.has(stem));
        let same = self.by_content.get(&file.sha256).map_or(&[][..], Vec::as_slice);
        match same {
            [] => stem.map(|stem| (stem, KnownBy::FileName)),
            // The picture of several covers is the one that it is called like.
            several => {
                let named = stem.filter(|stem| several.iter().any(|cover| cover == stem));
                Some((named.unwrap_or(&several[0]), KnownBy::Content))
            }
        }
    }
}

/// The newest object of a table, read; `None` where there is none.
async fn newest<T>(
    archive: &Archive,
    table: TableName,
    read: impl FnOnce(Bytes) -> PolarsResult<T>,
) -> Result<Option<T>, String> {
    let objects = archive.newest_of_table(table, &[]).await.map_err(|error| error_text(&error))?;
    if let Some((key, problem)) = objects.unreadable.first() {
        return Err(format!("`{key}` cannot be read: {problem}"));
    }
    let Some((key, bytes)) = objects.read.into_iter().next_back() else { return Ok(None) };
    let damaged = |why: String| format!("`{key}` is damaged: {why} (`coverledger verify` says more)");
    match caught(|| read(bytes)) {
        Ok(Ok(rows)) => Ok(Some(rows)),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("no sound Parquet file".to_owned())),
    }
}
