//! `bridge`: how many persons stand behind how many times, where a platform gives both.

use polars::prelude::*;

use super::MarketDayContext;
use super::cells::{closing, count_column, eras_of, keys, slots};
use super::rates::Proportion;
use coverledger_core::model::{Count, Fact, Figures, Measure, Series, columns as c};

/// One signal of a slot, in times and in persons.
struct Span {
    /// Where it was seen; of its figures nothing is read.
    fact: Fact,
    signal: Count,
    times: Measure,
    persons: Measure,
}

/// Sums the booked facts by slot over audiences, broadcasts and covers, of each signal those that give it both ways.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn bridge(context: &MarketDayContext<'_>, revision: u64) -> PolarsResult<DataFrame> {
    let spans = spans(context);
    let facts: Vec<Fact> = spans.iter().map(|span| span.fact.clone()).collect();
    let factors: Vec<Proportion> = spans.iter().map(|span| Proportion::of(span.persons, span.times)).collect();
    let mut table = keys(context, spans.len());
    table.push(slots(context, &facts));
    table.push(Column::new(c::SIGNAL.into(), spans.iter().map(|span| span.signal.word()).collect::<Vec<_>>()));
    for (name, of) in [(c::TIMES, (|span| span.times) as fn(&Span) -> Measure), (c::PERSONS, |span| span.persons)]
    {
        let bound = |name: &str, bound: fn(Measure) -> u64| {
            count_column(name, Count::Impressions, spans.iter().map(|span| Some(bound(of(span)))))
        };
        table.push(bound(name, |measure| measure.value)?);
        table.push(bound(&c::low(name), |measure| measure.low)?);
        table.push(bound(&c::high(name), |measure| measure.high)?);
    }
    let factor = |name: &str, of: fn(&Proportion) -> Option<f64>| {
        Column::new(name.into(), factors.iter().map(of).collect::<Vec<_>>())
    };
    table.push(factor(c::FACTOR, |factor| factor.ratio));
    table.push(factor(&c::low(c::FACTOR), |factor| factor.low));
    table.push(factor(&c::high(c::FACTOR), |factor| factor.high));
    table.extend(closing(context, revision, &eras_of(&facts)));
    DataFrame::new(spans.len(), table)
}

fn spans(context: &MarketDayContext<'_>) -> Vec<Span> {
    let booked = context.booked_as_offered();
    let slots = Series::split(&booked)
        .flat_map(|series| series.chunk_by(|one, other| one.part == other.part).collect::<Vec<_>>());
    let uniques = || Count::ALL.into_iter().filter_map(|persons| Some((persons, persons.times_of()?)));
    let span = |slot: Series<'_>, (persons, signal): (Count, Count)| {
        let has_both = |figures: &Figures| figures.known.has(persons) && figures.known.has(signal);
        let sum = slot.sum_where(has_both);
        let (times, persons) = (sum.get(signal)?, sum.get(persons)?);
        (times.value > 0).then(|| Span { fact: slot.facts()[0].clone(), signal, times, persons })
    };
    slots.flat_map(|slot| uniques().filter_map(|pair| span(slot, pair)).collect::<Vec<_>>()).collect()
}
