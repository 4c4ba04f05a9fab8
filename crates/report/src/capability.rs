//! `capability`: which counts a platform offers in a market on a day, and why the others are null.

use polars::prelude::*;

use super::MarketDayContext;
use super::cells::{closing, keys};
use coverledger_core::model::{Count, Era, Unknown, columns as c};

/// Why a count is null in some rows, where nothing says in which records it is left out.
pub(super) const NOT_IN_ALL: &str = "some broadcasts are counted from an export that does not have it";

/// One row for each era of the day and each count.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn capability(context: &MarketDayContext<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let rows: Vec<(Era, Count)> =
        context.eras_of_day().flat_map(|era| Count::ALL.map(|count| (era, count))).collect();
    let words: Vec<&str> = rows.iter().map(|(_, count)| count.word()).collect();
    let reasons: Vec<Option<&str>> = rows.iter().map(|(era, count)| context.why_not(*era, *count)).collect();
    let offered: Vec<bool> = reasons.iter().map(Option::is_none).collect();
    let said = rows.iter().map(|(era, count)| unsaid(context, *era, *count));
    let reasons: Vec<Option<String>> =
        reasons.iter().zip(said).map(|(reason, unsaid)| reason.map(str::to_owned).or(unsaid)).collect();
    let definitions: Vec<Option<&str>> =
        rows.iter().map(|(era, count)| context.eras.definition(*era, *count)).collect();
    let mut table = keys(context, rows.len());
    table.push(Column::new(c::COUNT.into(), words));
    table.push(Column::new(c::OFFERED.into(), offered));
    table.push(Column::new(c::REASON.into(), reasons));
    table.push(Column::new(c::DEFINITION.into(), definitions));
    table.extend(closing(context, revision, &rows.iter().map(|(era, _)| *era).collect::<Vec<_>>()));
    DataFrame::new(rows.len(), table)
}

/// Why a count that is offered is null all the same, in some rows or in all.
fn unsaid(context: &MarketDayContext<'_>, era: Era, count: Count) -> Option<String> {
    let facts = || context.facts.iter().filter(|fact| fact.key.era == era);
    let is_told = facts().any(|fact| fact.figures.known.has(count) || fact.parts.of(count).0 > 0);
    let is_missing = facts().any(|fact| fact.figures.missing.has(count));
    if facts().all(|fact| fact.figures.known.has(count)) {
        None
    } else if !is_told {
        Some("no export of the day says it".to_owned())
    } else if !is_missing {
        Some("rows of other exports do not speak of it; the one that counts it says all of it".to_owned())
    } else {
        let rows = by_rows(context, count);
        Some(rows.unwrap_or_else(|| NOT_IN_ALL.to_owned()))
    }
}

/// Which rows leave it out: of the first object, and how many others there are.
fn by_rows(context: &MarketDayContext<'_>, count: Count) -> Option<String> {
    let mut objects = context.unknown.iter().filter(|unknown| unknown.count == count);
    let first: &Unknown = objects.next()?;
    let more = match objects.count() {
        0 => String::new(),
        1 => ", and in rows of 1 more object".to_owned(),
        more => format!(", and in rows of {more} more objects"),
    };
    Some(format!("{first}{more}"))
}
