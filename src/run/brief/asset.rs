//! A brief as it is published: the tables of what is advised and of what became of it, and the page.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::tables::Frames;
use crate::notify::Card;
use crate::run::assets::{Asset, table};
use crate::run::blocking::render;
use coverledger_archive::{BoxError, Draft, TableBytes, TableFamily, TableName, Unit};
use coverledger_brief::{Brief, BriefTables, page};
use coverledger_config::Workspace;
use coverledger_report as report;

/// A brief, with all that it is made from.
pub(in crate::run) struct MorningBrief {
    unit: Unit,
    pub(super) draft: Draft,
    of: Arc<Sources>,
    /// As the revision that comes next: only then is it known which pictures the page shows.
    prepared: Option<Prepared>,
    /// The pictures of covers that the page shows, by their SHA-256.
    pub(super) thumbnails: BTreeMap<String, Bytes>,
}

struct Sources {
    workspace: Arc<Workspace>,
    as_of: Date,
    now: Timestamp,
    frames: Frames,
}

/// A brief as one revision.
struct Prepared {
    revision: u64,
    tables: Vec<TableBytes>,
    brief: Brief,
}

impl MorningBrief {
    pub(super) fn new(
        unit: Unit,
        draft: Draft,
        workspace: Arc<Workspace>,
        as_of: Date,
        now: Timestamp,
        frames: Frames,
    ) -> Self {
        let of = Arc::new(Sources { workspace, as_of, now, frames });
        Self { unit, draft, of, prepared: None, thumbnails: BTreeMap::new() }
    }

    /// Makes all of a revision but the page.
    ///
    /// # Errors
    /// A table cannot be made or read.
    pub(super) async fn prepare(&mut self, rendering: &Semaphore, revision: u64) -> Result<(), BoxError> {
        let of = Arc::clone(&self.of);
        self.prepared = Some(render(rendering, move || of.prepare(revision)).await?);
        Ok(())
    }

    /// The thumbnails that the page would show, those that matter most first.
    pub(super) fn wanted_thumbnails(&self) -> Vec<String> {
        self.prepared.as_ref().map(|prepared| prepared.brief.wanted_thumbnails()).unwrap_or_default()
    }

    /// What people are told of it.
    pub(super) fn card(&self) -> Option<Card> {
        let url = self.of.workspace.brief.as_ref().and_then(|brief| brief.public_url.as_ref());
        self.prepared.as_ref().map(|prepared| Card::of(&prepared.brief, url.map(url::Url::as_str)))
    }

    fn made(&self, prepared: &Prepared) -> Vec<TableBytes> {
        let bytes = Bytes::from(page(&prepared.brief, &self.thumbnails));
        let page = TableBytes { table: TableName::Brief, bytes, rows: 0 };
        prepared.tables.iter().cloned().chain([page]).collect()
    }
}

impl Sources {
    fn prepare(&self, revision: u64) -> Result<Prepared, BoxError> {
        let Self { workspace, as_of, now, frames } = self;
        let made = report::advice::tables(&frames.night(workspace, *as_of, *now), revision)?;
        let tables: Vec<TableBytes> = made.into_iter().map(|(name, made)| table(name, made)).collect();
        let mut stacked = frames.stacked()?;
        for TableBytes { table, bytes, .. } in &tables {
            // As it is published, so that the page says what its tables say.
            stacked.insert(*table, report::read(*table, std::slice::from_ref(bytes))?);
        }
        let brief = Brief::read(&BriefTables { frames: stacked }, workspace, *as_of, revision)?;
        Ok(Prepared { revision, tables, brief })
    }
}

impl Asset for MorningBrief {
    const FAMILY: TableFamily = TableFamily::Brief;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        match &self.prepared {
            Some(prepared) if prepared.revision == revision => Ok(self.made(prepared)),
            _ => Ok(self.made(&self.of.prepare(revision)?)),
        }
    }
}
