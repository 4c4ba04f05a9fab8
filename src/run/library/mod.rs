//! The library of covers: pictures are found and measured, months of covers are summed up, and what they taught is
//! published, once a run has published its market-days.
//!
//! Each of the three stands on what the one before it published, and none reads an export. Without `config/library.yaml`
//! nothing here happens. What goes wrong is told like other troubles and takes nothing back of what is published.

mod catalogue;
mod covers_as_of;
mod month;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::assets::Driver;
use super::deciding::Decided;
use super::{Disposition, Stop};
use crate::plan::Selection;
use coverledger_archive::{Archive, Stamp};
use coverledger_config::Workspace;

pub(super) use catalogue::CataloguedPictures;
pub use catalogue::{
    Offline, TextModelError, catalogue_standing, named_thumbnails, offline, text_model, wrong_model,
};
pub(super) use covers_as_of::CoversAsOf;
pub(super) use month::CoversOfMonth;

/// So many places are looked at side by side; each of them asks the store for several things at a time.
const PLACES_AT_A_TIME: usize = 4;

/// What keeping the library needs.
pub(super) struct Librarian<'a> {
    pub(super) workspace: &'a Arc<Workspace>,
    pub(super) selection: &'a Selection,
    pub(super) archive: &'a Archive,
    pub(super) stamp: &'a Stamp,
    pub(super) stop: &'a Stop,
    /// Permits to render tables.
    pub(super) rendering: &'a Semaphore,
    /// How many pictures may be looked at at a time.
    pub(super) threads: usize,
    /// Where pictures from buckets are spooled.
    pub(super) spill_dir: PathBuf,
}

impl Librarian<'_> {
    /// Publishes what is new of the pictures. Asked to stop, it begins nothing new.
    pub(super) async fn keep_pictures(&self) -> Decided {
        let mut told = Decided::new();
        if let Some(library) = &self.workspace.library {
            self.catalogue(library, &mut told).await;
        }
        told
    }

    /// Publishes what is new of what was learnt of covers. Asked to stop, it begins nothing new.
    pub(super) async fn keep_covers(&self) -> Decided {
        let mut told = Decided::new();
        if self.workspace.library.is_some() && self.stop.is_asked() {
            told.push(("library".to_owned(), Disposition::Stopped));
        } else if self.workspace.library.is_some() {
            self.months(&mut told).await;
            self.covers_as_of(&mut told).await;
        }
        told
    }

    fn driver(&self) -> Driver<'_> {
        Driver { archive: self.archive, stamp: self.stamp, rendering: self.rendering }
    }
}
