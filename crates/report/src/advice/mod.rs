//! What is advised for the night that lies ahead, and what became of earlier advice: the tables of the morning brief.
//!
//! Pure: published tables, a clock and the configuration in, tables out. Now has a say in one thing only, which night lies ahead.

mod action;
mod bar;
mod choice;
mod fresh;
mod inputs;
mod log;
mod night;
mod observed;
mod place;
mod reason;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod trial;
mod words;

use coverledger_core::model::TableName;
use jiff::Timestamp;

pub use inputs::{Lack, LackEnd, NightInputs, PlaceInputs};

use crate::table::rendered;
use crate::{Rendered, ReportError};

/// The first instant of the slot that is advised in each place, by platform and market: all that now has a say in. `None`
/// where no slot is known.
#[must_use]
pub fn night_starts(inputs: &NightInputs<'_>) -> Vec<(String, String, Option<Timestamp>)> {
    let start = |place: &PlaceInputs<'_>| {
        let night = night::ahead(place, inputs.now);
        let start = night.and_then(|night| Some(night.air?.span.start));
        (place.platform.as_str().to_owned(), place.market.as_str().to_owned(), start)
    };
    inputs.places.iter().map(start).collect()
}

/// Renders `advice` and `advice_log`.
///
/// # Errors
/// [`ReportError`] when a table lacks a column, or polars cannot build or write one.
pub fn tables(inputs: &NightInputs<'_>, revision: u64) -> Result<Vec<(TableName, Rendered)>, ReportError> {
    let advised = table::advised(inputs);
    let advice = advised.and_then(|advised| table::advice(inputs, &advised, revision));
    Ok(vec![
        (TableName::Advice, rendered(TableName::Advice, advice)?),
        (TableName::AdviceLog, rendered(TableName::AdviceLog, log::advice_log(inputs, revision))?),
    ])
}
