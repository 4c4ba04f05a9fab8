//! The covers of a platform in a market in a month.

use crate::run::assets::Asset;
use coverledger_archive::{BoxError, Draft, TableBytes, TableFamily, Unit};

/// The covers of a month.
pub(in crate::run) struct CoversOfMonth {
    unit: Unit,
    draft: Draft,
}

impl Asset for CoversOfMonth {
    const FAMILY: TableFamily = TableFamily::CoverMonths;

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
