//! `capability`: which counts a platform offers in a market on a day, and why the others are null.

use polars::prelude::*;

use super::Sheet;
use super::cells::{closing, keys};
use crate::model::{Count, Era, columns as c};

/// One row for each era of the day and each count.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn capability(sheet: &Sheet<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let rows: Vec<(Era, Count)> =
        sheet.eras_of_day().flat_map(|era| Count::ALL.map(|count| (era, count))).collect();
    let words: Vec<&str> = rows.iter().map(|(_, count)| count.word()).collect();
    let reasons: Vec<Option<&str>> = rows.iter().map(|(era, count)| sheet.why_not(*era, *count)).collect();
    let offered: Vec<bool> = reasons.iter().map(Option::is_none).collect();
    let said = rows.iter().map(|(era, count)| unsaid(sheet, *era, *count));
    let reasons: Vec<Option<&str>> = reasons.iter().zip(said).map(|(reason, unsaid)| reason.or(unsaid)).collect();
    let definitions: Vec<Option<&str>> =
        rows.iter().map(|(era, count)| sheet.eras.definition(*era, *count)).collect();
    let mut table = keys(sheet, rows.len());
    table.push(Column::new(c::COUNT.into(), words));
    table.push(Column::new(c::OFFERED.into(), offered));
    table.push(Column::new(c::REASON.into(), reasons));
    table.push(Column::new(c::DEFINITION.into(), definitions));
    table.extend(closing(sheet, revision, &rows.iter().map(|(era, _)| *era).collect::<Vec<_>>()));
    DataFrame::new(rows.len(), table)
}

/// Why a count that is offered may still be null: the exports of the day do not say it.
fn unsaid(sheet: &Sheet<'_>, era: Era, count: Count) -> Option<&'static str> {
    let facts = sheet.facts.iter().filter(|fact| fact.key.era == era);
    let (told, all) =
        facts.fold((0_u64, 0_u64), |(told, all), fact| (told + u64::from(fact.figures.known.has(count)), all + 1));
    match all - told {
        0 => None,
        untold if untold == all => Some("no export of the day says it"),
        _ => Some("not all exports of the day say it"),
    }
}
