//! Every cover ever aired, as of a date.

use crate::run::assets::Asset;
use coverledger_archive::{BoxError, Draft, TableBytes, TableFamily, Unit};

/// What is told of every cover as of a date.
pub(in crate::run) struct CoversAsOf {
    unit: Unit,
    draft: Draft,
}

impl Asset for CoversAsOf {
    const FAMILY: TableFamily = TableFamily::Library;

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
