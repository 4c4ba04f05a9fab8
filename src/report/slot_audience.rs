//! `slot_audience`: how a market-day went by slot and audience, with every rate.

use polars::prelude::*;

use super::Sheet;
use super::funnel::{COUNTS, closing, keys};
use super::rates::{MEAN_DWELL, PROPORTIONS};
use crate::model::columns as c;

/// Sums the funnel by slot and audience and makes the ratios of the sums.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn slot_audience(sheet: &Sheet<'_>, funnel: &DataFrame, revision: u64) -> PolarsResult<DataFrame> {
    let summed = summed(sheet, funnel)?;
    let rates = PROPORTIONS.iter().flat_map(super::rates::Rate::with_interval).chain([MEAN_DWELL.ratio()]);
    let table = summed.lazy().with_columns(rates.collect::<Vec<_>>()).collect()?;
    let height = table.height();
    let mut columns = keys(sheet, height);
    columns.extend(table.columns().iter().cloned());
    columns.extend(slots(sheet, &table)?);
    columns.extend(closing(sheet, revision, height));
    DataFrame::new(height, columns)
}

/// One row per slot and audience, in the order of the facts: by slot in the order of the day, then by audience.
fn summed(sheet: &Sheet<'_>, funnel: &DataFrame) -> PolarsResult<DataFrame> {
    // A sum over nulls is zero; a count that is not offered has to stay null.
    let sums = COUNTS
        .iter()
        .map(|count| if (count.offered)(sheet.offered) { col(count.name).sum() } else { col(count.name).first() });
    funnel.clone().lazy().group_by_stable([col(c::SLOT), col(c::AUDIENCE)]).agg(sums.collect::<Vec<_>>()).collect()
}

/// Length and start of each row's slot on that day.
fn slots(sheet: &Sheet<'_>, table: &DataFrame) -> PolarsResult<Vec<Column>> {
    let names: Vec<&str> = sheet.market.slots.names().collect();
    let spans = sheet.market.slots.spans(&sheet.market.day, sheet.day);
    let (mut seconds, mut local, mut utc) = (Vec::new(), Vec::new(), Vec::new());
    for name in table.column(c::SLOT)?.str()?.iter() {
        let span = spans.iter().find(|span| Some(names[span.slot]) == name);
        let span =
            span.ok_or_else(|| polars_err!(ComputeError: "a fact lies in a slot that the day does not have"))?;
        let wall = jiff::tz::Offset::UTC.to_timestamp(span.start_local);
        seconds.push(span.seconds);
        local.push(wall.map_err(|error| polars_err!(ComputeError: "{error}"))?.as_microsecond());
        utc.push(span.start.as_microsecond());
    }
    // Not a cast: without polars' own time zones a cast to a zoned type drops the zone of any column with rows in it.
    let instants = |name: &str, us: Vec<i64>, zone| {
        Int64Chunked::from_vec(name.into(), us).into_datetime(TimeUnit::Microseconds, zone).into_column()
    };
    Ok(vec![
        Column::new(c::SLOT_SECONDS.into(), seconds),
        instants(c::SLOT_START_LOCAL, local, None),
        instants(c::SLOT_START_UTC, utc, Some(TimeZone::UTC)),
    ])
}
