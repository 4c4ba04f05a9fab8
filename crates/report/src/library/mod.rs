//! The library of covers: every cover ever aired, how it did, and which kinds of cover work where.
//!
//! A month of a platform in a market is summed up once ([`cover_months`]). Places are then read one after the other and
//! reduced to what is told of them ([`PlaceMonths`]), and what they say together is told of all ([`as_of`]). Nothing here
//! was randomized, and every sentence says so.

mod beside;
mod catalogue;
mod change;
mod cover_checks;
mod effects;
mod families;
mod fatigue;
mod history;
mod history_rows;
mod kindred;
mod kinds;
mod look_scale;
mod month;
mod next_tests;
mod place;
mod proven;
mod recent;
mod rows;
mod rules;
mod shelf;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::table::rendered;
use crate::{Rendered, ReportError};
pub use catalogue::{CataloguedCover, Measured, Picture, Seen};
pub use cover_checks::{Facts, cover_checks, facts};
use coverledger_config::Experiment;
use coverledger_core::model::TableName;
pub use families::{Contradiction, FamilyOfCover, FamilySource, HashedCover, MOST_PROPOSED, families};
pub use history_rows::HistoryRow;
pub use kindred::{Kindred, Relative};
pub use look_scale::{Apart, LookScale};
pub use month::cover_months;
pub use place::PlaceMonths;
pub use proven::{ENOUGH_PROVEN, Likeness, Proven};
pub use rows::CoverRows;
pub use rules::{Finding, Judged, Subject, Unseen, judge};
pub use shelf::{Shelf, ShelvedCover};

/// What the team has decided about its library.
#[derive(Debug, Clone, Copy)]
pub struct LibraryRules<'a> {
    /// How many days off air are a rest.
    pub rested_days: u16,
    /// The experiments that there are: what was tested needs no test.
    pub experiments: &'a BTreeMap<String, Experiment>,
}

/// Renders `cover_history`, `cover_type` and `next_tests`. `places` are all that the configuration has, with months or
/// without: one of which nothing is known is told what it can expect. The same places in any order give the same bytes.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write a table.
pub fn as_of(
    places: &[PlaceMonths],
    shelf: &Shelf,
    rules: &LibraryRules<'_>,
    as_of: Date,
    revision: u64,
) -> Result<Vec<(TableName, Rendered)>, ReportError> {
    let mut places: Vec<&PlaceMonths> = places.iter().collect();
    places.sort_by_key(|place| (&place.platform, &place.market));
    let kinds = types::found(&places, shelf);
    let tests = next_tests::proposed(&places, &kinds, rules);
    let tables = [
        (TableName::CoverHistory, history::cover_history(&places, rules, as_of, revision)),
        (TableName::CoverType, types::cover_type(&places, &kinds, as_of, revision)),
        (TableName::NextTests, next_tests::next_tests(&places, (&kinds, &tests), as_of, revision)),
    ];
    tables.into_iter().map(|(table, frame)| Ok((table, rendered(table, frame)?))).collect()
}
