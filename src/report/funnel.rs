//! `funnel`: one row per slot, audience, broadcast and cover of a market-day. Everything else is summed from it.

use polars::prelude::*;

use super::Sheet;
use crate::model::{Counts, Fact, Offered, columns as c};

/// A count: its column, its name among a receipt's totals, whether a platform offers it, and where it stands in
/// [`Counts`].
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) total: &'static str,
    pub(super) offered: fn(Offered) -> bool,
    pub(super) of: fn(&Counts) -> u64,
}

/// Every count, in the order of the tables. Dwell is carried in milliseconds and published in seconds.
pub(super) const COUNTS: [Count; 9] = [
    Count { name: c::IMPRESSIONS, total: c::IMPRESSIONS, offered: |o| o.impressions, of: |n| n.impressions },
    Count {
        name: c::UNIQUE_IMPRESSIONS,
        total: c::UNIQUE_IMPRESSIONS,
        offered: |o| o.unique_impressions,
        of: |n| n.unique_impressions,
    },
    Count { name: c::CLICKS, total: c::CLICKS, offered: |o| o.clicks, of: |n| n.clicks },
    Count { name: c::CLICKERS, total: c::CLICKERS, offered: |o| o.clickers, of: |n| n.clickers },
    Count { name: c::ENTRIES, total: c::ENTRIES, offered: |o| o.entries, of: |n| n.entries },
    Count { name: c::ENTRANTS, total: c::ENTRANTS, offered: |o| o.entrants, of: |n| n.entrants },
    Count { name: c::STAYS, total: c::STAYS, offered: |o| o.dwell, of: |n| n.stays },
    Count { name: c::DWELL_SECONDS, total: "dwell_ms", offered: |o| o.dwell, of: |n| n.dwell_ms },
    Count { name: c::ORDERS, total: c::ORDERS, offered: |o| o.orders, of: |n| n.orders },
];

/// Renders the table. A count that the platform does not offer is null in every row.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn funnel(sheet: &Sheet<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let facts = sheet.facts;
    let height = facts.len();
    let slots: Vec<&str> = sheet.market.slots.names().collect();
    let text = |name: &str, of: &dyn Fn(&Fact) -> &str| {
        Column::new(name.into(), facts.iter().map(of).collect::<Vec<&str>>())
    };
    let mut table = keys(sheet, height);
    table.push(Column::new(c::SLOT.into(), facts.iter().map(|fact| slots[fact.slot]).collect::<Vec<_>>()));
    table.push(text(c::AUDIENCE, &|fact| &fact.audience));
    table.push(text(c::BROADCAST_ID, &|fact| &fact.broadcast_id));
    table.push(text(c::COVER_ID, &|fact| &fact.cover_id));
    for count in &COUNTS {
        table.push(column(count, sheet.offered, facts)?);
    }
    table.extend(closing(sheet, revision, height));
    DataFrame::new(height, table)
}

#[expect(clippy::cast_precision_loss, reason = "a day's dwell is far below 2^53 milliseconds")]
pub(super) fn column(count: &Count, offered: Offered, facts: &[Fact]) -> PolarsResult<Column> {
    let is_seconds = count.name == c::DWELL_SECONDS;
    if !(count.offered)(offered) {
        let of_type = if is_seconds { DataType::Float64 } else { DataType::Int64 };
        return Ok(Column::full_null(count.name.into(), facts.len(), &of_type));
    }
    let counts = facts.iter().map(|fact| (count.of)(&fact.counts));
    if is_seconds {
        let seconds: Vec<f64> = counts.map(|ms| ms as f64 / 1000.0).collect();
        return Ok(Column::new(count.name.into(), seconds));
    }
    let overflow = |_| polars_err!(ComputeError: "a count exceeds 64 bits");
    let counts: Vec<i64> = counts.map(|n| i64::try_from(n).map_err(overflow)).collect::<PolarsResult<_>>()?;
    Ok(Column::new(count.name.into(), counts))
}

/// Platform, market and local date: in the file as well as in its path, so that every reader sees them.
pub(super) fn keys(sheet: &Sheet<'_>, height: usize) -> Vec<Column> {
    let day = sheet.market_day;
    let text = |name: &str, value: &str| {
        Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(value.into())), height)
    };
    vec![
        text(c::PLATFORM, day.platform.as_str()),
        text(c::MARKET, day.market.as_str()),
        date_column(c::LOCAL_DATE, Some(day.local_date), height),
    ]
}

/// A column of one date.
pub(super) fn date_column(name: &str, date: Option<jiff::civil::Date>, height: usize) -> Column {
    let days = date.and_then(|date| {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.until((jiff::Unit::Day, date)).ok().map(|span| span.get_days())
    });
    let value = days.map_or(AnyValue::Null, AnyValue::Date);
    Column::new_scalar(name.into(), Scalar::new(DataType::Date, value), height)
}

/// Conventions, provisional and revision: the last columns of every table of a market-day.
pub(super) fn closing(sheet: &Sheet<'_>, revision: u64, height: usize) -> Vec<Column> {
    let text = |name: &str, value: &'static str| {
        Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(value.into())), height)
    };
    vec![
        text(c::IMPRESSION_BASIS, sheet.conventions.impression.word()),
        text(c::CLICK_EVENT, sheet.conventions.click.word()),
        Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(sheet.provisional), height),
        Column::new_scalar(c::REVISION.into(), Scalar::from(i64::try_from(revision).unwrap_or(i64::MAX)), height),
    ]
}
