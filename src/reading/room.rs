//! What of the memory bound is for what: rows of signals, which spill, and rows of counts and covers, which are kept while a
//! batch is read.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::read_export::{Read, Unread};
use crate::error_text::error_text;
use coverledger_config::Settings;
use coverledger_core::count::Memory;
use coverledger_core::model::{CountRow, CountTable};
use coverledger_read::export::{self, ExportError, ReadReport, Reading};

/// What rows of signals may take before they spill to a folder. The rest is for decoding, for the tables of cells and first
/// touches, and for rows of counts.
pub(crate) fn memory_of_rows(settings: &Settings, spill_dir: PathBuf) -> Arc<Memory> {
    Memory::new(settings.memory_bytes / 4 * 3, spill_dir, settings.open_files)
}

/// The share of the memory bound that rows of counts and covers may take.
const SHARE_OF_MEMORY: u64 = 4;

/// How many more rows of a batch may be kept.
pub(crate) struct Room {
    rows: usize,
    left: AtomicUsize,
}

impl Room {
    pub(crate) fn new(memory_bytes: u64) -> Self {
        let rows = memory_bytes / SHARE_OF_MEMORY / size_of::<CountRow>() as u64;
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        Self { rows, left: AtomicUsize::new(rows) }
    }

    /// Reads the page of one export, if its rows find room.
    pub(crate) fn read(&self, reading: &Reading<'_>, file: File) -> Result<(ReadReport, Read), Unread> {
        let left = self.left.load(Ordering::Relaxed);
        let (report, page) = match export::read_page(reading, file, left) {
            Ok(read) => read,
            Err(ExportError::TooManyRows(_)) => return Err(self.too_much()),
            Err(error) => return Err(Unread::new(error_text(&error))),
        };
        self.take(&page)?;
        Ok((report, Read::Counts(page)))
    }

    /// Keeps the rows of a page, if they find room.
    pub(crate) fn take(&self, page: &CountTable) -> Result<(), Unread> {
        let rows = page.rows.len() + page.on_air.len();
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(rows));
        taken.map(|_| ()).map_err(|_| self.too_much())
    }

    /// The same words for every export: which of them came last and found no room is chance.
    fn too_much(&self) -> Unread {
        let reason = format!(
            "the exports of counts that are counted together have more than {} rows, which is more than `memory` in `archive.yaml` allows for (give it more)",
            self.rows
        );
        Unread { is_too_much: true, ..Unread::new(reason) }
    }
}
