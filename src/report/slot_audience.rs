//! `slot_audience`: how a market-day went by slot and audience, with every rate.

use polars::prelude::*;

use super::Sheet;
use super::funnel::{COUNTS, closing, column, keys};
use super::rates::{MEAN_DWELL, PROPORTIONS};
use crate::model::{Fact, columns as c};

/// Sums the facts by slot and audience and makes the ratios of the sums.
///
/// The sums are of whole numbers and made here: a sum of floating-point seconds would depend on how polars shares it
/// among threads, and so would the bytes.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn slot_audience(sheet: &Sheet<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let summed = summed(sheet.facts);
    let height = summed.len();
    let names: Vec<&str> = sheet.market.slots.names().collect();
    let mut keys_and_counts = vec![
        Column::new(c::SLOT.into(), summed.iter().map(|fact| names[fact.slot]).collect::<Vec<_>>()),
        Column::new(c::AUDIENCE.into(), summed.iter().map(|fact| &*fact.audience).collect::<Vec<_>>()),
    ];
    for count in &COUNTS {
        keys_and_counts.push(column(count, sheet.offered, &summed)?);
    }
    let rates = PROPORTIONS.iter().flat_map(super::rates::Rate::with_interval).chain([MEAN_DWELL.ratio()]);
    let table = DataFrame::new(height, keys_and_counts)?.lazy();
    let table = table.with_columns(rates.collect::<Vec<_>>()).collect()?;
    let mut columns = keys(sheet, height);
    columns.extend(table.columns().iter().cloned());
    columns.extend(slots(sheet, &summed)?);
    columns.extend(closing(sheet, revision, height));
    DataFrame::new(height, columns)
}

/// One fact per slot and audience, in the order of the facts: by slot in the order of the day, then by audience.
fn summed(facts: &[Fact]) -> Vec<Fact> {
    let of_one_cell = facts.chunk_by(|one, other| (one.slot, &one.audience) == (other.slot, &other.audience));
    let sum = |facts: &[Fact]| {
        let mut sum = facts[0].clone();
        for fact in &facts[1..] {
            sum.counts += fact.counts;
        }
        sum
    };
    of_one_cell.map(sum).collect()
}

/// Length and start of each row's slot on that day.
fn slots(sheet: &Sheet<'_>, rows: &[Fact]) -> PolarsResult<Vec<Column>> {
    let spans = sheet.market.slots.spans(&sheet.market.day, sheet.day);
    let (mut seconds, mut local, mut utc) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let span = spans.iter().find(|span| span.slot == row.slot);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Counts;

    #[test]
    fn dwell_is_summed_in_whole_milliseconds() {
        let fact = |slot, cover: &str, dwell_ms| Fact {
            slot,
            audience: "all".into(),
            broadcast_id: "b".into(),
            cover_id: cover.into(),
            counts: Counts { dwell_ms, ..Counts::default() },
        };
        let facts = [fact(0, "c1", 100), fact(0, "c2", 200), fact(1, "c1", 7)];
        let summed: Vec<_> = summed(&facts).iter().map(|fact| (fact.slot, fact.counts.dwell_ms)).collect();
        assert_eq!(summed, [(0, 300), (1, 7)]);
    }
}
