//! `slot_plan`: in which slot each audience is best met, and when that is in the coming week.

mod clock;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::{dates, instants};
use crate::decision_context::{DecisionContext, floats, texts, wholes};
use crate::icc::Icc;
use crate::rates::Rate;
use crate::shrink::{ENOUGH_EXPECTED, posteriors, proven, ranks};
use crate::tally::{Clusters, LEVEL, Piece, Tally, float};
use clock::{PlannedSlot, planned_slots, wall_us};
use coverledger_config::Market;
use coverledger_core::model::{Count, columns as c};
use coverledger_core::time::{SlotSpan, Zone};
use coverledger_stats::{Beta, FEWEST_CLUSTERS, Interval, Scale, jackknife};

/// What comes in a day on which the slot was on air.
#[derive(Debug, Clone, Copy, Default)]
struct Volume {
    mean: Option<f64>,
    interval: Option<Interval>,
}

/// A slot of one audience.
struct Prospect {
    audience: usize,
    slot: usize,
    broadcasts: usize,
    days: usize,
    expected: Option<Beta>,
    rank: Option<usize>,
    impressions: Volume,
    entrants: Volume,
}

/// One row.
struct Line<'a> {
    prospect: &'a Prospect,
    planned: PlannedSlot,
}

/// Renders the table: by audience, rank, and date.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn slot_plan(context: &DecisionContext<'_>, market: &Market, home: &Zone) -> PolarsResult<DataFrame> {
    let (metric, prospects) = prospects(context, market);
    let mut lines = Vec::new();
    for prospect in &prospects {
        let planned = planned_slots(market, &context.evidence.slots[prospect.slot], context.as_of);
        lines.extend(planned.into_iter().map(|planned| Line { prospect, planned }));
    }
    table(context, metric, &lines, market, home)
}

/// Slots of the market's clock in which an audience was met, by audience and rank; and what they are ranked by.
fn prospects(context: &DecisionContext<'_>, market: &Market) -> (Option<&'static str>, Vec<Prospect>) {
    let evidence = context.evidence;
    let is_known = |rate: &Rate| evidence.rows.iter().any(|row| Tally::of(rate, &row.figures).is_some());
    let metric = [c::EFFECTIVE_CTR, c::CTR].into_iter().find(|name| Rate::named(name).is_some_and(is_known));
    let rate = metric.and_then(Rate::named);
    let mut prospects = Vec::new();
    for audience in 0..evidence.audiences.len() {
        let mut slots: Vec<(Prospect, Option<Clusters>)> = (0..evidence.slots.len())
            .filter(|slot| market.slots.names().any(|name| name == evidence.slots[*slot]))
            .filter_map(|slot| prospect(context, rate, slot, audience))
            .collect();
        rank(&mut slots);
        let mut slots: Vec<Prospect> = slots.into_iter().map(|(prospect, _)| prospect).collect();
        slots.sort_by_key(|prospect| (prospect.rank.is_none(), prospect.rank, prospect.slot));
        prospects.extend(slots);
    }
    (metric, prospects)
}

/// `None` where the audience was never met in the slot.
fn prospect(
    context: &DecisionContext<'_>,
    rate: Option<&Rate>,
    slot: usize,
    audience: usize,
) -> Option<(Prospect, Option<Clusters>)> {
    let rows = || context.evidence.rows.iter().filter(move |row| row.slot == slot);
    let mine = || rows().filter(move |row| row.audience == audience);
    mine().next()?;
    // A day on which the slot was on air and this audience did not come counts as nought.
    let days: BTreeSet<Date> = rows().map(|row| row.local_date).collect();
    let volume = |count: Count| {
        let mut sums: BTreeMap<Date, f64> = days.iter().map(|day| (*day, 0.0)).collect();
        for row in mine() {
            let Some(measure) = row.figures.get(count) else { return Volume::default() };
            *sums.entry(row.local_date).or_default() += float(measure.value);
        }
        volume(&sums.into_values().collect::<Vec<_>>())
    };
    let pieces = rate.map(|rate| {
        let piece = |row: &crate::evidence::Observed| {
            Some(Piece { bin: 0, broadcast: row.broadcast, tally: Tally::of(rate, &row.figures)? })
        };
        mine().map(piece).collect::<Option<Vec<Piece>>>()
    });
    let prospect = Prospect {
        audience,
        slot,
        broadcasts: mine().map(|row| row.broadcast).collect::<BTreeSet<_>>().len(),
        days: days.len(),
        expected: None,
        rank: None,
        impressions: volume(Count::Impressions),
        entrants: volume(Count::Entrants),
    };
    Some((prospect, pieces.flatten().map(|pieces| Clusters::new(1, pieces))))
}

/// The mean of a day, with its interval where there are days enough.
fn volume(days: &[f64]) -> Volume {
    let whole: f64 = days.iter().sum();
    let count = float(days.len() as u64);
    if days.is_empty() {
        return Volume::default();
    }
    let interval = (days.len() >= FEWEST_CLUSTERS).then(|| {
        jackknife(days.len(), |left_out| {
            Some(left_out.map_or(whole / count, |day| (whole - days[day]) / (count - 1.0)))
        })
    });
    let interval = interval.flatten().map(|mean| mean.interval(LEVEL, Scale::Identity));
    let interval = interval.map(|Interval { low, high }| Interval { low: low.max(0.0), high });
    Volume { mean: Some(whole / count), interval }
}

/// Shrinks the slots of an audience towards each other and ranks them by what they surely hold.
fn rank(slots: &mut [(Prospect, Option<Clusters>)]) {
    let whole = Tally::sum(slots.iter().filter_map(|(_, clusters)| clusters.as_ref()).map(|all| all.total[0]));
    let Some(usual) = whole.rate() else { return };
    let icc = Icc::of(&slots.iter().filter_map(|(_, all)| Some(all.as_ref()?.by_broadcast())).collect::<Vec<_>>());
    let sums: Vec<Option<Tally>> =
        slots.iter().map(|(_, clusters)| clusters.as_ref().map(|all| all.total[0])).collect();
    let worth: Vec<Option<Tally>> = slots
        .iter()
        .map(|(_, clusters)| {
            let clusters = clusters.as_ref()?;
            let trials = icc.effective(&clusters.by_broadcast());
            Some(Tally { successes: clusters.total[0].rate()? * trials, trials })
        })
        .collect();
    let is_enough: Vec<bool> =
        sums.iter().map(|sum| sum.is_some_and(|sum| sum.trials * usual >= ENOUGH_EXPECTED)).collect();
    let expected = posteriors(&worth, &is_enough, usual);
    let ranks = ranks(&expected, &is_enough);
    for ((prospect, _), (beta, rank)) in slots.iter_mut().zip(expected.into_iter().zip(ranks)) {
        prospect.expected = beta;
        prospect.rank = rank;
    }
}

fn table(
    context: &DecisionContext<'_>,
    metric: Option<&str>,
    lines: &[Line<'_>],
    market: &Market,
    home: &Zone,
) -> PolarsResult<DataFrame> {
    let evidence = context.evidence;
    let mut table = context.keys(lines.len());
    table.push(texts(c::AUDIENCE, lines, |line| Some(evidence.audiences[line.prospect.audience].clone())));
    table.push(wholes(c::RANK, lines, |line| line.prospect.rank));
    table.push(texts(c::SLOT, lines, |line| Some(evidence.slots[line.prospect.slot].clone())));
    table.push(dates(c::LOCAL_DATE, lines.iter().map(|line| Some(line.planned.local_date)).collect()));
    let walls = |name: &str, zone: &Zone, at: fn(&SlotSpan) -> jiff::Timestamp| {
        let wall = |line: &Line<'_>| wall_us(zone.local(at(&line.planned.span)));
        instants(name, lines.iter().map(wall).collect(), None)
    };
    let utc = |name: &str, at: fn(&SlotSpan) -> jiff::Timestamp| {
        instants(
            name,
            lines.iter().map(|line| Some(at(&line.planned.span).as_microsecond())).collect(),
            Some(TimeZone::UTC),
        )
    };
    table.push(walls(c::SLOT_START_LOCAL, &market.day.zone, |span| span.start));
    table.push(walls(c::SLOT_END_LOCAL, &market.day.zone, |span| span.end));
    table.push(utc(c::SLOT_START_UTC, |span| span.start));
    table.push(utc(c::SLOT_END_UTC, |span| span.end));
    table.push(walls(c::SLOT_START_HOME, home, |span| span.start));
    table.push(walls(c::SLOT_END_HOME, home, |span| span.end));
    table.push(texts(c::HOME_TIMEZONE, lines, |_| Some(home.name().to_owned())));
    let seconds: Vec<i64> = lines.iter().map(|line| line.planned.span.seconds).collect();
    table.push(Column::new(c::SLOT_SECONDS.into(), seconds));
    table.push(texts(c::RANKED_BY, lines, |line| line.prospect.rank.and(metric).map(str::to_owned)));
    let expected = |of: fn(&Beta) -> f64| move |line: &Line<'_>| line.prospect.expected.as_ref().map(of);
    table.push(floats(c::EXPECTED, lines, expected(Beta::mean)));
    table.push(floats(&c::low(c::EXPECTED), lines, expected(|beta| beta.quantile(0.025))));
    table.push(floats(&c::high(c::EXPECTED), lines, expected(|beta| beta.quantile(0.975))));
    table.push(floats(c::PROVEN_RATE, lines, expected(proven)));
    table.push(wholes(c::BROADCASTS, lines, |line| Some(line.prospect.broadcasts)));
    table.push(wholes(c::DAYS, lines, |line| Some(line.prospect.days)));
    for (name, of) in [
        (c::IMPRESSIONS_PER_DAY, (|prospect| prospect.impressions) as fn(&Prospect) -> Volume),
        (c::ENTRANTS_PER_DAY, |prospect| prospect.entrants),
    ] {
        table.push(floats(name, lines, |line| of(line.prospect).mean));
        table.push(floats(&c::low(name), lines, |line| of(line.prospect).interval.map(|interval| interval.low)));
        table.push(floats(&c::high(name), lines, |line| of(line.prospect).interval.map(|interval| interval.high)));
    }
    table.extend(context.closing(lines.len()));
    DataFrame::new(lines.len(), table)
}
