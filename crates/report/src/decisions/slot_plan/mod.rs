//! `slot_plan`: in which slot most viewers come in an hour on air, and when it comes next.

mod clock;
mod fit;
mod note;
mod pace;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::{dates, instants};
use crate::decision_context::{DecisionContext, Words, floats, texts, truths, wholes};
use crate::evidence::{Evidence, Observed};
use crate::icc::Icc;
use crate::rates::Rate;
use crate::shrink::{ENOUGH_EXPECTED, posteriors, proven};
use crate::tally::{Clusters, LEVEL, Piece, Tally, float};
use clock::{PlannedSlot, next_slot, wall_us};
use coverledger_config::Market;
use coverledger_core::model::{Count, columns as c};
use coverledger_core::time::{SlotSpan, Zone};
use coverledger_stats::{Beta, FEWEST_CLUSTERS, Interval, Scale, jackknife};
use note::note;
use pace::{Pace, Paces, worth};

/// What comes in a day on which the slot was on air.
#[derive(Debug, Clone, Copy, Default)]
struct Volume {
    mean: Option<f64>,
    interval: Option<Interval>,
}

/// A slot of one audience, or of all together.
struct Prospect {
    audience: Option<usize>,
    slot: usize,
    broadcasts: usize,
    days: usize,
    expected: Option<Beta>,
    rank: Option<usize>,
    impressions: Volume,
    entrants: Volume,
    pace: Pace,
}

/// One row.
struct Line<'a> {
    prospect: &'a Prospect,
    planned: PlannedSlot,
    note: Words,
}

/// The audience of rows over all audiences; also the only one where none is mapped.
const ALL: &str = "all";

/// Renders the table: by audience, all together first, and rank.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn slot_plan(context: &DecisionContext<'_>, market: &Market, home: &Zone) -> PolarsResult<DataFrame> {
    let evidence = context.evidence;
    let is_known = |rate: &Rate| evidence.rows.iter().any(|row| Tally::of(rate, &row.figures).is_some());
    let rate = [c::EFFECTIVE_CTR, c::CTR].into_iter().filter_map(Rate::named).find(|rate| is_known(rate));
    let paces = Paces::of(evidence, market, rate);
    let others = (0..evidence.audiences.len()).filter(|audience| evidence.audiences[*audience] != ALL);
    let prospects: Vec<Prospect> = std::iter::once(None)
        .chain(others.map(Some))
        .flat_map(|audience| prospects(context, market, rate, &paces, audience))
        .collect();
    let line = |prospect: &'_ Prospect| {
        let planned = next_slot(market, &evidence.slots[prospect.slot], context.as_of)?;
        Some((planned, note(&prospect.pace, prospect.days)))
    };
    let lines: Vec<Line<'_>> = (prospects.iter())
        .filter_map(|prospect| line(prospect).map(|(planned, note)| Line { prospect, planned, note }))
        .collect();
    table(context, &paces, &lines, market, home)
}

/// Slots of the market's clock in which an audience was met, by rank.
fn prospects(
    context: &DecisionContext<'_>,
    market: &Market,
    rate: Option<&Rate>,
    paces: &Paces<'_>,
    audience: Option<usize>,
) -> Vec<Prospect> {
    let evidence = context.evidence;
    let is_of = |row: &Observed| audience.is_none_or(|audience| row.audience == audience);
    let met: Vec<usize> = (0..evidence.slots.len())
        .filter(|slot| market.slots.names().any(|name| name == evidence.slots[*slot]))
        .filter(|slot| evidence.rows.iter().any(|row| row.slot == *slot && is_of(row)))
        .collect();
    let clusters: Vec<Option<Clusters>> = met.iter().map(|slot| clusters(evidence, rate, *slot, is_of)).collect();
    let expected = expected(&clusters);
    let mut prospects: Vec<Prospect> = (met.iter().zip(expected).zip(paces.of_audience(audience, &met)))
        .map(|((slot, expected), pace)| prospect(context, *slot, audience, expected, pace))
        .collect();
    // By what is surely there in an hour; of equals the earlier.
    let mut order: Vec<(usize, f64)> =
        prospects.iter().enumerate().filter_map(|(at, prospect)| Some((at, prospect.pace.proven?))).collect();
    order.sort_by(|(one, its), (other, others)| others.total_cmp(its).then(one.cmp(other)));
    for (place, (at, _)) in order.into_iter().enumerate() {
        prospects[at].rank = Some(place + 1);
    }
    prospects.sort_by_key(|prospect| (prospect.rank.is_none(), prospect.rank, prospect.slot));
    prospects
}

/// The broadcasts of a slot and audience; `None` where the rate is not known in each row.
fn clusters(
    evidence: &Evidence,
    rate: Option<&Rate>,
    slot: usize,
    is_of: impl Fn(&Observed) -> bool,
) -> Option<Clusters> {
    let rate = rate?;
    let piece =
        |row: &Observed| Some(Piece { bin: 0, broadcast: row.broadcast, tally: Tally::of(rate, &row.figures)? });
    let mine = evidence.rows.iter().filter(|row| row.slot == slot && is_of(row));
    Some(Clusters::new(1, mine.map(piece).collect::<Option<Vec<Piece>>>()?))
}

fn prospect(
    context: &DecisionContext<'_>,
    slot: usize,
    audience: Option<usize>,
    expected: Option<Beta>,
    pace: Pace,
) -> Prospect {
    let rows = || context.evidence.rows.iter().filter(move |row| row.slot == slot);
    let mine = || rows().filter(move |row| audience.is_none_or(|audience| row.audience == audience));
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
    Prospect {
        audience,
        slot,
        broadcasts: mine().map(|row| row.broadcast).collect::<BTreeSet<_>>().len(),
        days: days.len(),
        expected,
        rank: None,
        impressions: volume(Count::Impressions),
        entrants: volume(Count::Entrants),
        pace,
    }
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
    let interval = interval.flatten().map(|mean| mean.worth(worth(days.iter())).interval(LEVEL, Scale::Identity));
    let interval = interval.map(|Interval { low, high }| Interval { low: low.max(0.0), high });
    Volume { mean: Some(whole / count), interval }
}

/// The rate of each slot of an audience, shrunken towards the others.
fn expected(slots: &[Option<Clusters>]) -> Vec<Option<Beta>> {
    let sums: Vec<Option<Tally>> = slots.iter().map(|slot| slot.as_ref().map(|all| all.total[0])).collect();
    let Some(usual) = Tally::sum(sums.iter().flatten().copied()).rate() else { return vec![None; slots.len()] };
    let icc = Icc::of(&slots.iter().flatten().map(Clusters::by_broadcast).collect::<Vec<_>>());
    let worth = |slot: &Option<Clusters>| {
        let clusters = slot.as_ref()?;
        let trials = icc.effective(&clusters.by_broadcast());
        Some(Tally { successes: clusters.total[0].rate()? * trials, trials })
    };
    let worth: Vec<Option<Tally>> = slots.iter().map(worth).collect();
    let is_enough: Vec<bool> =
        sums.iter().map(|sum| sum.is_some_and(|sum| sum.trials * usual >= ENOUGH_EXPECTED)).collect();
    posteriors(&worth, &is_enough, usual)
}

fn table(
    context: &DecisionContext<'_>,
    paces: &Paces<'_>,
    lines: &[Line<'_>],
    market: &Market,
    home: &Zone,
) -> PolarsResult<DataFrame> {
    let evidence = context.evidence;
    let mut table = context.keys(lines.len());
    table.push(texts(c::AUDIENCE, lines, |line| {
        Some(
            line.prospect.audience.map_or_else(|| ALL.to_owned(), |audience| evidence.audiences[audience].clone()),
        )
    }));
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
    let ranked_by = paces.counted.map(|counted| format!("{}_{}", counted.word(), c::PER_HOUR));
    table.push(texts(c::RANKED_BY, lines, |line| line.prospect.rank.and(ranked_by.clone())));
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
    table.extend(paced(lines));
    table.push(truths(c::RANDOMIZED, lines, |_| Some(false)));
    table.push(texts(c::NOTE, lines, |line| Some(line.note.en.clone())));
    table.push(texts(c::NOTE_ZH, lines, |line| Some(line.note.zh.clone())));
    DataFrame::new(lines.len(), table)
}

/// What comes in an hour on air.
fn paced(lines: &[Line<'_>]) -> Vec<Column> {
    let mut columns = vec![floats(c::HOURS_ON_AIR, lines, |line| Some(line.prospect.pace.hours))];
    for (name, of) in [
        (c::PER_HOUR, (|pace| (pace.per_hour, pace.interval)) as fn(&Pace) -> (Option<f64>, Option<Interval>)),
        (c::ADJUSTED_PER_HOUR, |pace| (pace.adjusted, pace.adjusted_interval)),
    ] {
        let bounds = |line: &Line<'_>| of(&line.prospect.pace).1;
        columns.push(floats(name, lines, |line| of(&line.prospect.pace).0));
        columns.push(floats(&c::low(name), lines, |line| bounds(line).map(|interval| interval.low)));
        columns.push(floats(&c::high(name), lines, |line| bounds(line).map(|interval| interval.high)));
    }
    columns.push(floats(c::PROVEN_PER_HOUR, lines, |line| line.prospect.pace.proven));
    columns
}
