//! `funnel`: one row per slot, audience, broadcast and cover of a market-day. Everything else is summed from it.

use polars::prelude::*;

use super::Sheet;
use crate::model::{Count, DayPart, Fact, columns as c};

/// The slot of counts that have none.
const ALL_DAY: &str = "all_day";

/// Renders the table. A count that the platform does not offer is null in every row.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn funnel(sheet: &Sheet<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let facts = sheet.facts;
    let height = facts.len();
    let text = |name: &str, of: &dyn Fn(&Fact) -> &str| {
        Column::new(name.into(), facts.iter().map(of).collect::<Vec<&str>>())
    };
    let mut table = keys(sheet, height);
    table.push(Column::new(c::SLOT.into(), facts.iter().map(|fact| slot_name(sheet, fact.key.part)).collect::<Vec<_>>()));
    table.push(text(c::AUDIENCE, &|fact| &fact.key.audience));
    table.push(text(c::BROADCAST_ID, &|fact| &fact.key.broadcast_id));
    table.push(text(c::COVER_ID, &|fact| &fact.key.cover_id));
    for count in Count::ALL {
        table.push(column(count, facts)?);
    }
    table.extend(closing(sheet, revision, height));
    DataFrame::new(height, table)
}

/// The name of a slot, or `all_day`.
pub(super) fn slot_name<'a>(sheet: &Sheet<'a>, part: DayPart) -> &'a str {
    match part {
        DayPart::Slot(slot) => sheet.market.slots.starts().get(slot).map_or("", |(name, _)| name.as_str()),
        DayPart::AllDay => ALL_DAY,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a day's dwell is far below 2^53 milliseconds")]
pub(super) fn column(count: Count, facts: &[Fact]) -> PolarsResult<Column> {
    let counts = facts.iter().map(|fact| fact.figures.get(count).map(|measure| measure.value));
    if count == Count::Dwell {
        let seconds: Vec<Option<f64>> = counts.map(|ms| ms.map(|ms| ms as f64 / 1000.0)).collect();
        return Ok(Column::new(count.word().into(), seconds));
    }
    let overflow = |_| polars_err!(ComputeError: "a count exceeds 64 bits");
    let counts: Vec<Option<i64>> =
        counts.map(|n| n.map(|n| i64::try_from(n).map_err(overflow)).transpose()).collect::<PolarsResult<_>>()?;
    Ok(Column::new(count.word().into(), counts))
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
        text(c::IMPRESSION_BASIS, sheet.eras.first.impression.word()),
        text(c::CLICK_EVENT, sheet.eras.first.click.word()),
        Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(sheet.provisional), height),
        Column::new_scalar(c::REVISION.into(), Scalar::from(i64::try_from(revision).unwrap_or(i64::MAX)), height),
    ]
}
