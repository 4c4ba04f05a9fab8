//! `reconciliation`: what a platform's exports of one date report about themselves, held against their own rows.

use jiff::civil::Date;
use polars::prelude::*;

use super::cells::{dates, same_text};
use coverledger_core::model::{Bounds, Check, PlatformId, columns as c};

/// Renders the table; rows are sorted by object, metric and scope.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn reconciliation(
    platform: &PlatformId,
    export_date: Option<Date>,
    checks: &[(&str, &Check)],
) -> PolarsResult<DataFrame> {
    let mut checks = checks.to_vec();
    checks.sort_by(|(object, one), (of_other, other)| {
        (object, &one.metric, one.scope).cmp(&(of_other, &other.metric, other.scope))
    });
    let text = |name: &str, of: &dyn Fn(&Check) -> String| {
        Column::new(name.into(), checks.iter().map(|(_, check)| of(check)).collect::<Vec<_>>())
    };
    let whole = |name: &str, of: fn(&Check) -> u64| {
        let numbers = checks.iter().map(|(_, check)| i64::try_from(of(check)).unwrap_or(i64::MAX));
        Column::new(name.into(), numbers.collect::<Vec<_>>())
    };
    let number = |name: &str, of: &dyn Fn(&Check) -> Option<f64>| {
        Column::new(name.into(), checks.iter().map(|(_, check)| of(check)).collect::<Vec<_>>())
    };
    let bounds = |name: &str, of: fn(&Check) -> Option<Bounds>| {
        [
            number(name, &|check| of(check).map(|bounds| bounds.value)),
            number(&c::low(name), &|check| of(check).map(|bounds| bounds.low)),
            number(&c::high(name), &|check| of(check).map(|bounds| bounds.high)),
        ]
    };
    let mut table = vec![
        same_text(c::PLATFORM, platform.as_str(), checks.len()),
        dates(c::EXPORT_DATE, vec![export_date; checks.len()]),
        Column::new(c::OBJECT.into(), checks.iter().map(|(object, _)| *object).collect::<Vec<_>>()),
        text(c::METRIC, &|check| check.metric.clone()),
        text(c::SCOPE, &|check| check.scope.word().to_owned()),
        whole(c::ROWS, |check| check.rows),
        whole(c::ROWS_OFF, |check| check.rows_off),
    ];
    table.extend(bounds(c::REPORTED, |check| check.reported));
    table.extend(bounds(c::RECOMPUTED, |check| check.recomputed));
    table.push(number(c::DIFFERENCE, &|check| Some(check.reported?.value - check.recomputed?.value)));
    table.push(text(c::VERDICT, &|check| check.verdict.word().to_owned()));
    DataFrame::new(checks.len(), table)
}
