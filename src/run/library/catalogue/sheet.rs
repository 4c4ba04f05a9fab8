//! The sheet of covers: read when its entry in the listing is another than that of the newest receipt, and otherwise known
//! from the covers that were published.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::listing::{Listed, etag_of};
use super::rows::Rows;
use super::{Librarian, Unmade};
use crate::run::blocking::blocking;
use coverledger_archive::{ExportRecord, Receipt, RowCounts, TableFamily};
use coverledger_config::{DeclaredCover, SHEET_MOST_BYTES, Sheet, SheetProblem};
use coverledger_store::Object;

/// What people know of covers, and which file said it.
pub(super) struct SheetOfCovers {
    pub(super) covers: BTreeMap<String, DeclaredCover>,
    /// What is wrong with it; empty where it was not read tonight.
    pub(super) problems: Vec<SheetProblem>,
    /// The key of the sheet, for messages.
    pub(super) key: String,
    /// For the receipt.
    pub(super) record: ExportRecord,
}

impl Librarian<'_> {
    /// The sheet as it is now, if there is one.
    pub(super) async fn sheet(
        &self,
        listed: &Listed,
        newest: Option<&Receipt>,
        before: &Rows,
    ) -> Result<Option<SheetOfCovers>, Unmade> {
        let Some(object) = &listed.sheet else { return Ok(None) };
        let is_it = |record: &&ExportRecord| {
            record.key == object.key && record.etag == Some(etag_of(object)) && record.size == object.size
        };
        // An earlier release may have taken for a tag what is a column now.
        let version = Some(TableFamily::Catalogue.version());
        let is_understood = |newest: &&Receipt| before.is_whole() && newest.content.numbers_version == version;
        let records = newest.into_iter().filter(is_understood).flat_map(|newest| &newest.content.exports);
        match records.clone().find(is_it) {
            Some(record) => Ok(Some(known(record, before))),
            None => self.read_sheet(listed, object).await.map(Some),
        }
    }

    async fn read_sheet(&self, listed: &Listed, object: &Object) -> Result<SheetOfCovers, Unmade> {
        let key = &object.key;
        if object.size > SHEET_MOST_BYTES {
            let most = SHEET_MOST_BYTES;
            return Err(Unmade::Failed(format!(
                "the sheet `{key}` has {} bytes, and more than {most} are not read",
                object.size
            )));
        }
        let fetched = listed.store.fetch(object, &self.spill_dir).await.map_err(|error| Unmade::of(&error))?;
        let (mut file, name, sha256) = (fetched.file, key.clone(), fetched.sha256);
        let read = move || {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            Sheet::read(&name, &bytes).map_err(|error| error.to_string())
        };
        let sheet = blocking(read).await.map_err(|error| Unmade::of(&error))?;
        let Sheet { covers, problems } = sheet.map_err(|reason| {
            Unmade::Failed(format!(
                "the sheet `{key}` cannot be read: {reason} (until it can, the catalogue stays what it was)"
            ))
        })?;
        let (counted, rejected) = (covers.len() as u64, problems.len() as u64);
        let rows = RowCounts { rows_in: counted + rejected, counted, rejected, ..RowCounts::default() };
        let record = ExportRecord {
            key: key.clone(),
            etag: Some(etag_of(object)),
            size: object.size,
            sha256,
            rows,
            modified: None,
        };
        Ok(SheetOfCovers { covers, problems, key: key.clone(), record })
    }
}

/// What the published covers say that the sheet says.
fn known(record: &ExportRecord, before: &Rows) -> SheetOfCovers {
    let declared =
        before.covers.iter().filter_map(|cover| Some((cover.cover_id.clone(), cover.declared.clone()?)));
    SheetOfCovers {
        covers: declared.collect(),
        problems: Vec::new(),
        key: record.key.clone(),
        record: record.clone(),
    }
}
