//! The table `cover_type`.

use jiff::civil::Date;
use polars::prelude::*;

use super::{ALL, Found, Scope, TypeRow, words};
use crate::cells::dates;
use crate::decision_context::{Words, floats, texts, wholes};
use crate::library::PlaceMonths;
use crate::library::kinds::Sort;
use coverledger_core::model::columns as c;
use coverledger_stats::Interval;

/// Renders the table.
///
/// # Errors
/// When polars cannot build it.
pub(in crate::library) fn cover_type(
    places: &[&PlaceMonths],
    found: &Found,
    as_of: Date,
    revision: u64,
) -> PolarsResult<DataFrame> {
    let Found { kinds, rows, markets, asked } = found;
    let of = |row: &TypeRow| match row.scope {
        Scope::Place(place) => Some(places[place]),
        Scope::Market(_) | Scope::All => None,
    };
    let market = |row: &TypeRow| match row.scope {
        Scope::Place(place) => Some(places[place].market.as_str()),
        Scope::Market(market) => Some(markets[market].as_str()),
        Scope::All => None,
    };
    let all = |name: Option<&str>| Some(name.unwrap_or(ALL).to_owned());
    let ratio = |log: f64| Some(log.exp());
    let raw_end = |row: &TypeRow, end: fn(Interval) -> f64| row.raw.as_ref().map(|raw| end(raw.interval).exp());
    let pooled_end =
        |row: &TypeRow, end: fn(Interval) -> f64| row.pooled.map(|pooled| end(pooled.interval()).exp());
    let elsewhere_end = |row: &TypeRow, end: fn(Interval) -> f64| {
        row.elsewhere.as_ref().map(|elsewhere| end(elsewhere.raw.interval).exp())
    };
    let words: Vec<Words> = rows.iter().map(|row| words::reason(row, &kinds[row.kind], *asked)).collect();
    let numbered: Vec<(&TypeRow, &Words)> = rows.iter().zip(&words).collect();
    let table = vec![
        dates(c::AS_OF, vec![Some(as_of); rows.len()]),
        texts(c::KIND, rows, |row| Some(kinds[row.kind].name.clone())),
        texts(c::VALUE, rows, |row| Some(kinds[row.kind].value().to_owned())),
        texts(c::PLATFORM, rows, |row| all(of(row).map(|place| place.platform.as_str()))),
        texts(c::MARKET, rows, |row| all(market(row))),
        texts(c::SLOT, rows, |row| all(of(row).zip(row.slot).map(|(place, slot)| place.slots[slot].as_str()))),
        texts(c::AUDIENCE, rows, |row| {
            all(of(row).zip(row.audience).map(|(place, audience)| place.audiences[audience].as_str()))
        }),
        texts(c::METRIC, rows, |row| Some(of(row)?.metric?.name.to_owned())),
        wholes(c::COVERS, rows, |row| Some(row.raw.as_ref().map_or(0, |raw| raw.units))),
        wholes(c::COVERS_OF_KIND, rows, |row| {
            let is_tag = matches!(kinds[row.kind].sort, Sort::Tag(_));
            is_tag.then(|| row.raw.as_ref().map_or(0, |raw| raw.of_kind))
        }),
        floats(c::STEP, rows, |row| match kinds[row.kind].sort {
            Sort::Measure { step } => Some(step),
            Sort::Tag(_) => None,
        }),
        floats(c::RATIO, rows, |row| ratio(row.pooled?.value)),
        floats(&c::low(c::RATIO), rows, |row| pooled_end(row, |interval| interval.low)),
        floats(&c::high(c::RATIO), rows, |row| pooled_end(row, |interval| interval.high)),
        floats(c::RAW_RATIO, rows, |row| ratio(row.raw.as_ref()?.fit.slope)),
        floats(&c::low(c::RAW_RATIO), rows, |row| raw_end(row, |interval| interval.low)),
        floats(&c::high(c::RAW_RATIO), rows, |row| raw_end(row, |interval| interval.high)),
        floats(c::BORROWED, rows, |row| Some(row.pooled?.borrowed)),
        floats(c::BETWEEN_COVERS, rows, |row| Some(row.raw.as_ref()?.fit.between)),
        floats(c::P, rows, |row| Some(row.raw.as_ref()?.p)),
        floats(c::P_ADJUSTED, rows, |row| row.p_adjusted),
        floats(c::ELSEWHERE_RATIO, rows, |row| ratio(row.elsewhere.as_ref()?.raw.fit.slope)),
        floats(&c::low(c::ELSEWHERE_RATIO), rows, |row| elsewhere_end(row, |interval| interval.low)),
        floats(&c::high(c::ELSEWHERE_RATIO), rows, |row| elsewhere_end(row, |interval| interval.high)),
        floats(c::P_ELSEWHERE, rows, |row| Some(row.elsewhere.as_ref()?.raw.p)),
        floats(c::P_ELSEWHERE_ADJUSTED, rows, |row| Some(row.elsewhere.as_ref()?.p_adjusted)),
        texts(c::FINDING_ELSEWHERE, rows, |row| Some(row.elsewhere.as_ref()?.finding().word().to_owned())),
        texts(c::FINDING, rows, |row| Some(row.finding().word().to_owned())),
        texts(c::REASON_EN, &numbered, |(_, words)| Some(words.en.clone())),
        texts(c::REASON_ZH, &numbered, |(_, words)| Some(words.zh.clone())),
        wholes(c::REVISION, rows, |_| usize::try_from(revision).ok()),
    ];
    DataFrame::new(rows.len(), table)
}
