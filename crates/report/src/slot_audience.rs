//! `slot_audience`: how a market-day went by slot and audience, with every rate.

use polars::prelude::*;

use super::MarketDayContext;
use super::cells::{closing, counts, eras_of, instants, keys, later, slots};
use super::rates::rates;
use coverledger_core::model::{DayPart, Fact, FactKey, Series, columns as c};

/// Sums the facts by slot and audience and makes the ratios of the sums.
///
/// The sums are of whole numbers and made here: a sum of floating-point seconds would depend on how polars shares it
/// among threads, and so would the bytes.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn slot_audience(
    context: &MarketDayContext<'_>,
    facts: &[Fact],
    revision: u64,
) -> PolarsResult<DataFrame> {
    let summed = summed(facts);
    let mut table = keys(context, summed.len());
    table.push(slots(context, &summed));
    let audiences: Vec<&str> = summed.iter().map(|fact| &*fact.key.audience).collect();
    table.push(Column::new(c::AUDIENCE.into(), audiences));
    table.extend(counts(&summed)?);
    table.extend(rates(&summed.iter().map(|fact| fact.figures).collect::<Vec<_>>()));
    table.extend(spans(context, &summed)?);
    table.extend(closing(context, revision, &eras_of(&summed)));
    table.extend(later(&summed)?);
    DataFrame::new(summed.len(), table)
}

/// One fact per era, slot and audience, in the order of the facts.
fn summed(facts: &[Fact]) -> Vec<Fact> {
    let alike = |one: &FactKey, other: &FactKey| (one.part, &one.audience) == (other.part, &other.audience);
    let cells = Series::split(facts).flat_map(|series| series.chunk_by(alike).collect::<Vec<_>>());
    let fact = |cell: Series<'_>| Fact {
        key: cell.facts()[0].key.clone(),
        figures: cell.sum(),
        parts: cell.parts(),
        orphan_clicks: cell.orphan_clicks(),
    };
    cells.map(fact).collect()
}

/// Length and start of each row's slot on that day.
fn spans(context: &MarketDayContext<'_>, rows: &[Fact]) -> PolarsResult<Vec<Column>> {
    let spans = context.market.slots.spans(&context.market.day, context.day);
    let (mut seconds, mut local, mut utc) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let DayPart::Slot(slot) = row.key.part else {
            seconds.push(context.day.length_seconds());
            local.push(None);
            utc.push(None);
            continue;
        };
        let span = spans.iter().find(|span| span.slot == slot);
        let span =
            span.ok_or_else(|| polars_err!(ComputeError: "a fact lies in a slot that the day does not have"))?;
        let wall = jiff::tz::Offset::UTC.to_timestamp(span.start_local);
        seconds.push(span.seconds);
        local.push(Some(wall.map_err(|error| polars_err!(ComputeError: "{error}"))?.as_microsecond()));
        utc.push(Some(span.start.as_microsecond()));
    }
    Ok(vec![
        Column::new(c::SLOT_SECONDS.into(), seconds),
        instants(c::SLOT_START_LOCAL, local, None),
        instants(c::SLOT_START_UTC, utc, Some(TimeZone::UTC)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverledger_core::model::{CountSet, Counts, Era, Figures, Parts};

    #[test]
    fn dwell_is_summed_in_whole_milliseconds() {
        let fact = |slot, cover: &str, dwell_ms| Fact {
            key: FactKey {
                era: Era(0),
                part: DayPart::Slot(slot),
                audience: "all".into(),
                broadcast_id: "b".into(),
                cover_id: cover.into(),
                contaminated: false,
            },
            figures: Figures::exact(Counts { dwell_ms, ..Counts::default() }, CountSet::ALL),
            parts: Parts::default(),
            orphan_clicks: None,
        };
        let facts = [fact(0, "c1", 100), fact(0, "c2", 200), fact(1, "c1", 7)];
        let summed: Vec<_> =
            summed(&facts).iter().map(|fact| (fact.key.part, fact.figures.value.dwell_ms)).collect();
        assert_eq!(summed, [(DayPart::Slot(0), 300), (DayPart::Slot(1), 7)]);
    }
}
