//! What is published, whatever it is made from: one trait, one driver, and the list of all of them.
//!
//! An asset is a kind of unit with its tables. Each has one file that says what a unit of it is made from and renders its
//! tables; the driver looks whether a unit is due, renders, publishes and says how that ended. Market-days are due by their
//! exports (`plan`), and have another way: what is derived from `funnel` is rendered from the archive (`rerender.rs`).

mod driver;
mod rerender;

use std::collections::BTreeMap;

pub(super) use driver::{Driver, Look, failed};
pub(super) use rerender::{Renderer, mapped};

use super::brief::MorningBrief;
use super::deciding::{DecidedExperiment, DecidedMarket};
use super::library::{CataloguedPictures, CoversAsOf, CoversOfMonth};
use super::publishing::{CountedDay, ToldDate};
use super::returning::{DayVisits, ViewersAsOf};
use coverledger_archive::{BoxError, Draft, ExportRecord, State, TableBytes, TableFamily, TableName, Unit};
use coverledger_config::EngineChoice;
use coverledger_core::VERSION;
use coverledger_core::count::{Engine as _, LocalEngine};
use coverledger_core::time::tz_release;
use coverledger_report::Rendered;

/// One unit of an asset, with all that it is made from.
pub(super) trait Asset: Send + Sync + 'static {
    /// Which tables it has, and by which version they are made.
    const FAMILY: TableFamily;

    /// Which unit.
    fn unit(&self) -> &Unit;

    /// What is recorded of its publication: the fingerprint of its inputs and what these are.
    fn draft(&self) -> &Draft;

    /// What viewers did, of a market-day of which that is kept. It is kept before the receipt is put.
    fn visits(&self) -> Option<&DayVisits> {
        None
    }

    /// Its tables as those of a revision. The same revision gives the same bytes.
    ///
    /// # Errors
    /// A table cannot be made.
    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError>;
}

/// Every asset: whoever adds one adds a line. One that is missing here does not compile where it is published.
const ASSETS: [TableFamily; 9] = [
    CountedDay::FAMILY,
    ToldDate::FAMILY,
    DecidedMarket::FAMILY,
    DecidedExperiment::FAMILY,
    CataloguedPictures::FAMILY,
    CoversOfMonth::FAMILY,
    CoversAsOf::FAMILY,
    ViewersAsOf::FAMILY,
    MorningBrief::FAMILY,
];

const fn is_listed(family: TableFamily) -> bool {
    let mut at = 0;
    while at < ASSETS.len() {
        if ASSETS[at] as u8 == family as u8 {
            return true;
        }
        at += 1;
    }
    false
}

/// A unit that may have to be published, with what its asset needs to know.
pub(super) struct Candidate<T> {
    pub(super) unit: Unit,
    pub(super) fingerprint: String,
    pub(super) of: T,
}

/// What receipts call Spark.
const SPARK: &str = "spark/1";

/// What receipts call an engine.
pub(super) const fn engine_name(engine: &EngineChoice) -> &'static str {
    match engine {
        EngineChoice::Local => LocalEngine::NAME,
        EngineChoice::Spark(_) => SPARK,
    }
}

/// What is recorded of every publication, without its totals. What is derived from published tables is made here.
pub(super) fn draft(state: State, fingerprint: &str, exports: Vec<ExportRecord>, config_sha256: &str) -> Draft {
    Draft {
        state,
        fingerprint: fingerprint.to_owned(),
        exports,
        facts: Vec::new(),
        totals: BTreeMap::new(),
        config_sha256: config_sha256.to_owned(),
        program_version: VERSION.to_owned(),
        tz_release: tz_release().to_owned(),
        engine: LocalEngine::NAME.to_owned(),
        partly: None,
    }
}

/// A table as a file.
pub(super) fn table(table: TableName, rendered: Rendered) -> TableBytes {
    TableBytes { table, bytes: rendered.bytes.into(), rows: rendered.rows as u64 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_is_of_one_asset_and_every_asset_has_a_table() {
        let of_tables: BTreeSet<TableFamily> = TableName::ALL.into_iter().map(TableName::family).collect();
        let of_assets: BTreeSet<TableFamily> = ASSETS.into_iter().collect();
        assert_eq!(of_assets.len(), ASSETS.len(), "two assets publish the same units");
        assert_eq!(of_tables, of_assets);
    }
}
