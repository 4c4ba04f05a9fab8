//! The catalogue: which pictures there are, what they look like, and which cover each is.

use crate::run::assets::Asset;
use coverledger_archive::{BoxError, Draft, TableBytes, TableFamily, Unit};

/// The pictures and covers of the catalogue.
pub(in crate::run) struct CataloguedPictures {
    unit: Unit,
    draft: Draft,
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
        Ok(Vec::new())
    }
}
