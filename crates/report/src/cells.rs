//! Columns that the tables of a market-day share.

use jiff::civil::Date;
use polars::prelude::*;

use super::MarketDayContext;
use coverledger_core::model::{Count, DayPart, Era, Fact, Figures, Measure, columns as c};

/// The slot of counts that have none.
pub(super) const ALL_DAY: &str = "all_day";
/// What the log of covers calls the cover of a time of which it says nothing.
pub(super) const UNKNOWN: &str = "unknown";

/// Platform, market and local date: in the file as well as in its path, so that every reader sees them.
pub(super) fn keys(context: &MarketDayContext<'_>, height: usize) -> Vec<Column> {
    let day = context.market_day;
    vec![
        same_text(c::PLATFORM, day.platform.as_str(), height),
        same_text(c::MARKET, day.market.as_str(), height),
        dates(c::LOCAL_DATE, vec![Some(day.local_date); height]),
    ]
}

/// The names of slots, or `all_day`.
pub(super) fn slots(context: &MarketDayContext<'_>, facts: &[Fact]) -> Column {
    let name = |fact: &Fact| match fact.key.part {
        DayPart::Slot(slot) => context.market.slots.starts().get(slot).map_or("", |(name, _)| name.as_str()),
        DayPart::AllDay => ALL_DAY,
    };
    Column::new(c::SLOT.into(), facts.iter().map(name).collect::<Vec<_>>())
}

/// Every count with its bounds, and what has to be said about them.
pub(super) fn counts(facts: &[Fact]) -> PolarsResult<Vec<Column>> {
    let figures: Vec<Figures> = facts.iter().map(|fact| fact.figures).collect();
    let mut table = figures_columns(&figures)?;
    let prorated = |name, count, of: fn(&Fact) -> u64| {
        let known = |fact: &Fact| fact.figures.known.has(count).then(|| of(fact));
        count_column(name, count, facts.iter().map(known))
    };
    table.push(prorated(c::PRORATED_IMPRESSIONS, Count::Impressions, |fact| fact.figures.prorated.impressions)?);
    table.push(prorated(c::PRORATED_ENTRIES, Count::Entries, |fact| fact.figures.prorated.entries)?);
    let day_match =
        |fact: &Fact| (fact.key.part == DayPart::AllDay).then(|| fact.figures.day_match.ratio()).flatten();
    table.push(Column::new(c::DAY_MATCH.into(), facts.iter().map(day_match).collect::<Vec<_>>()));
    Ok(table)
}

/// Every count with its bounds, and which of them were derived.
pub(super) fn figures_columns(rows: &[Figures]) -> PolarsResult<Vec<Column>> {
    let mut table = bounded(Count::first(), rows)?;
    table.push(Column::new(c::DERIVED.into(), rows.iter().map(derived).collect::<Vec<_>>()));
    Ok(table)
}

/// The counts that were added later, with their bounds: the last columns of a table.
pub(super) fn later_figures_columns(rows: &[Figures]) -> PolarsResult<Vec<Column>> {
    bounded(Count::later(), rows)
}

fn bounded(counts: impl Iterator<Item = Count>, rows: &[Figures]) -> PolarsResult<Vec<Column>> {
    let mut table = Vec::new();
    for count in counts {
        let bound = |name: &str, of: fn(Measure) -> u64| {
            count_column(name, count, rows.iter().map(|figures| figures.get(count).map(of)))
        };
        table.push(bound(count.word(), |measure| measure.value)?);
        table.push(count_column(&c::low(count.word()), count, rows.iter().map(|figures| figures.least(count)))?);
        table.push(bound(&c::high(count.word()), |measure| measure.high)?);
    }
    Ok(table)
}

/// Every count as stated or counted, without its bounds.
pub(super) fn plain_counts(rows: &[Figures]) -> PolarsResult<Vec<Column>> {
    plain(Count::first(), rows)
}

/// The counts that were added later, without their bounds: the last columns of a table.
pub(super) fn later_plain_counts(rows: &[Figures]) -> PolarsResult<Vec<Column>> {
    plain(Count::later(), rows)
}

fn plain(counts: impl Iterator<Item = Count>, rows: &[Figures]) -> PolarsResult<Vec<Column>> {
    let plain = |count: Count| {
        let values = rows.iter().map(|figures| figures.get(count).map(|measure| measure.value));
        count_column(count.word(), count, values)
    };
    counts.map(plain).collect()
}

fn derived(figures: &Figures) -> Option<String> {
    let derived = figures.derived.and(figures.known.or(figures.missing));
    (!derived.is_empty()).then(|| derived.iter().map(Count::word).collect::<Vec<_>>().join(", "))
}

/// A column of whole numbers; dwell, carried in milliseconds, becomes seconds.
pub(super) fn count_column(
    name: &str,
    count: Count,
    numbers: impl Iterator<Item = Option<u64>>,
) -> PolarsResult<Column> {
    let overflow = |_| polars_err!(ComputeError: "a count exceeds 64 bits");
    let numbers: Vec<Option<i64>> =
        numbers.map(|n| n.map(|n| i64::try_from(n).map_err(overflow)).transpose()).collect::<PolarsResult<_>>()?;
    if count.is_time() {
        let seconds = numbers.into_iter().map(|ms| ms.map(|ms| seconds(ms.unsigned_abs())));
        return Ok(Column::new(name.into(), seconds.collect::<Vec<_>>()));
    }
    Ok(Column::new(name.into(), numbers))
}

#[expect(clippy::cast_precision_loss, reason = "a day's dwell is far below 2^53 milliseconds")]
pub(super) fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// A column of one text.
pub(super) fn same_text(name: &str, value: &str, height: usize) -> Column {
    Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(value.into())), height)
}

/// A column of dates.
pub(super) fn dates(name: &str, dates: Vec<Option<Date>>) -> Column {
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = |date| epoch.until((jiff::Unit::Day, date)).ok().map(|span| span.get_days());
    let days: Vec<Option<i32>> = dates.into_iter().map(|date| date.and_then(days)).collect();
    Int32Chunked::new(name.into(), days).into_date().into_column()
}

/// A column of instants in microseconds since 1970, on a zone's clock or, without one, on a wall.
pub(super) fn instants(name: &str, us: Vec<Option<i64>>, zone: Option<TimeZone>) -> Column {
    // Not a cast: without polars' own time zones a cast to a zoned type drops the zone of any column with rows in it.
    Int64Chunked::new(name.into(), us).into_datetime(TimeUnit::Microseconds, zone).into_column()
}

/// Conventions, provisional and revision: the last columns of every table of a market-day.
pub(super) fn closing(context: &MarketDayContext<'_>, revision: u64, eras: &[Era]) -> Vec<Column> {
    let text = |name: &str, of: &dyn Fn(Era) -> &'static str| {
        Column::new(name.into(), eras.iter().map(|era| of(*era)).collect::<Vec<_>>())
    };
    let conventions = |era| context.eras.conventions(era);
    vec![
        text(c::IMPRESSION_BASIS, &|era| conventions(era).impression.word()),
        text(c::CLICK_EVENT, &|era| conventions(era).click.word()),
        text(c::UNIQUE_BASIS, &|era| conventions(era).uniques.word()),
        dates(c::CONVENTION_SINCE, eras.iter().map(|era| context.eras.since(*era)).collect()),
        Column::new_scalar(c::PROVISIONAL.into(), Scalar::from(context.provisional), eras.len()),
        Column::new_scalar(
            c::REVISION.into(),
            Scalar::from(i64::try_from(revision).unwrap_or(i64::MAX)),
            eras.len(),
        ),
    ]
}

/// What tables did not have from the beginning, in the order in which it came.
pub(super) fn later(facts: &[Fact]) -> PolarsResult<Vec<Column>> {
    let orphans = facts.iter().map(|fact| fact.orphan_clicks);
    let mut table = vec![partly_known(facts), count_column(c::ORPHAN_CLICKS, Count::Clicks, orphans)?];
    table.extend(later_figures_columns(&facts.iter().map(|fact| fact.figures).collect::<Vec<_>>())?);
    Ok(table)
}

/// Of which counts only a part is known, and of how many rows.
fn partly_known(facts: &[Fact]) -> Column {
    let text = |fact: &Fact| {
        let of_rows = |count: Count| match fact.parts.of(count) {
            (_, 0) => count.word().to_owned(),
            (told, rows) => format!("{} {told} of {rows} rows", count.word()),
        };
        let missing = fact.figures.missing;
        (!missing.is_empty()).then(|| missing.iter().map(of_rows).collect::<Vec<_>>().join(", "))
    };
    Column::new(c::PARTLY_KNOWN.into(), facts.iter().map(text).collect::<Vec<_>>())
}

/// The era of each fact.
pub(super) fn eras_of(facts: &[Fact]) -> Vec<Era> {
    facts.iter().map(|fact| fact.key.era).collect()
}
