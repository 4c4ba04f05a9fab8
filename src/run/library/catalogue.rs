//! The catalogue: which pictures there are, what they look like, and which cover each is.
//!
//! The store of pictures is listed once. Its listing, the sheet's entry in it and the configuration are the fingerprint: a
//! night on which they are what they were fetches nothing. Otherwise every picture that was measured before, by the same
//! program, model and limits, keeps its row, and only the others are fetched. Thumbnails are put before the table that names
//! them. What could not be fetched is in the fingerprint too, so that the next night tries it again.

mod listing;
mod looked_at;
mod looking;
mod model;
mod offline;
mod portrait;
mod rows;
mod sheet;
mod shelving;
mod standing;
mod thumbnails;

use std::sync::Arc;

use super::Librarian;
use crate::run::assets::{Asset, Candidate, Look, draft, table};
use crate::run::deciding::Decided;
use crate::run::{Disposition, error_text};
use crate::stores;
use coverledger_archive::{
    BoxError, Draft, ExportRecord, Fingerprint, State, TableBytes, TableFamily, TableName, Unit,
};
use coverledger_config::Library;
use coverledger_core::model::MEASURES;
use coverledger_report::library::{CataloguedCover, Picture};
use coverledger_store::sha256_hex;

use listing::Listed;
use model::TextModelSource;
use rows::Rows;

pub use model::{TextModelError, text_model, wrong_model};
pub use offline::{Offline, offline};
pub use standing::catalogue_standing;
pub use thumbnails::named_thumbnails;

/// What its troubles are called that do not keep the rest of it from being published.
const LEFT_OUT: &str = "catalogue, pictures left out";

/// Why the catalogue is not brought up to date.
enum Unmade {
    Stopped,
    Failed(String),
}

impl Unmade {
    fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Failed(error_text(error))
    }
}

impl Librarian<'_> {
    /// Publishes the catalogue of the pictures that are there now.
    pub(super) async fn catalogue(&self, library: &Library, told: &mut Decided) {
        let ended = match self.try_catalogue(library, told).await {
            Ok(disposition) => disposition,
            Err(Unmade::Stopped) => Disposition::Stopped,
            Err(Unmade::Failed(reason)) => Disposition::Failed { reason },
        };
        told.insert(0, (Unit::Catalogue.to_string(), ended));
    }

    async fn try_catalogue(&self, library: &Library, told: &mut Decided) -> Result<Disposition, Unmade> {
        let model = TextModelSource::read(library.text_model.as_ref()).map_err(|error| Unmade::of(&error))?;
        let listed = self.or_stop(self.listed(library)).await??;
        let fingerprint = self.fingerprint(&listed, &[]);
        let newest = match self.look(fingerprint).await? {
            Look::Current(newest) => {
                let before = self.or_stop(Rows::of(self.archive, &newest)).await?;
                if before.has_all_thumbnails() {
                    let notes = before.notes(&listed);
                    let (revision, state) = (newest.content.revision, newest.content.state);
                    return Ok(Disposition::Current { revision, state, notes });
                }
                Some((newest, before))
            }
            Look::Due(None) => None,
            Look::Due(Some(newest)) => {
                let before = self.or_stop(Rows::of(self.archive, &newest)).await?;
                Some((newest, before))
            }
        };
        let (newest, before) =
            newest.map_or_else(|| (None, Rows::default()), |(newest, rows)| (Some(newest), rows));
        let sheet = self.or_stop(self.sheet(&listed, newest.as_ref(), &before)).await??;
        let seen = self.looked_at(library, &listed, &before, model).await?;
        let covers = shelving::covers(&seen.pictures, sheet.as_ref(), library.link, library.propose);
        let mut notes = seen.notes(&before, &listed);
        notes.extend(covers.notes);
        if let Some(reason) = seen.trouble() {
            told.push((LEFT_OUT.to_owned(), Disposition::Failed { reason }));
        }
        let fingerprint = self.fingerprint(&listed, &seen.unread_keys());
        let exports = sheet.map(|sheet| sheet.record).into_iter().collect();
        let asset = self.asset(&fingerprint, exports, seen.pictures, covers.covers);
        Ok(self.driver().publish(newest, Arc::new(asset), notes).await)
    }

    /// What the store of pictures holds.
    async fn listed(&self, library: &Library) -> Result<Listed, Unmade> {
        let store = stores::pictures(&self.workspace.settings, library).map_err(|error| Unmade::of(&error))?;
        let listing = store.listing_after("", "").await.map_err(|error| Unmade::of(&error))?;
        Listed::new(store, listing, library.sheet.as_deref()).map_err(Unmade::Failed)
    }

    /// How the catalogue stands against its newest receipt.
    async fn look(&self, fingerprint: String) -> Result<Look, Unmade> {
        let candidate = Candidate { unit: Unit::Catalogue, fingerprint, of: () };
        let looks = self.or_stop(self.driver().look(vec![candidate])).await?;
        let look = looks.into_iter().next().map(|(_, look)| look);
        look.unwrap_or(Ok(Look::Due(None))).map_err(|error| Unmade::of(&error))
    }

    fn fingerprint(&self, listed: &Listed, unread: &[&str]) -> String {
        let mut fingerprint = Fingerprint::new(TableFamily::Catalogue, &self.workspace.catalogue_hash());
        listed.lines().for_each(|line| fingerprint.line(line));
        for key in unread {
            fingerprint.line(format_args!("not read\t{key}"));
        }
        fingerprint.hash()
    }

    /// By what a picture is measured tonight.
    fn measured_by(&self) -> String {
        let (version, config) = (MEASURES, self.workspace.pictures_hash());
        let mut hash = sha256_hex(format!("{version}\n{config}").as_bytes());
        hash.truncate(16);
        hash
    }

    fn asset(
        &self,
        fingerprint: &str,
        exports: Vec<ExportRecord>,
        pictures: Vec<Picture>,
        covers: Vec<CataloguedCover>,
    ) -> CataloguedPictures {
        let draft = draft(State::Final, fingerprint, exports, &self.workspace.catalogue_hash());
        CataloguedPictures { unit: Unit::Catalogue, draft, pictures, covers }
    }

    async fn or_stop<T>(&self, work: impl Future<Output = T>) -> Result<T, Unmade> {
        self.stop.or(work).await.ok_or(Unmade::Stopped)
    }
}

/// The pictures and covers of the catalogue.
pub(in crate::run) struct CataloguedPictures {
    unit: Unit,
    draft: Draft,
    pictures: Vec<Picture>,
    covers: Vec<CataloguedCover>,
}

impl Asset for CataloguedPictures {
    const FAMILY: TableFamily = TableFamily::Catalogue;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, _revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        Ok(vec![
            table(TableName::Pictures, Picture::render(&self.pictures)?),
            table(TableName::Covers, CataloguedCover::render(&self.covers)?),
        ])
    }
}
