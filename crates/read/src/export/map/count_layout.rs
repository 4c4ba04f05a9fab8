//! The places of the columns of counts and covers in a decoded record.

use std::collections::BTreeSet;

use super::layout::Layout;
use crate::export::value::instant::InstantAt;
use crate::export::value::quantity::SECOND_MS;
use coverledger_config::{
    ColumnName, CountRows, CountRule, CoverRows, Export, InstantColumn, Newest, NumberStyle, Order, Period,
    PeriodEnd, ReportedRate,
};
use coverledger_core::model::{Count, CountSet};

/// The columns of an export of counts.
pub(in crate::export) struct CountLayout<'a> {
    /// Where a row was seen, and the columns themselves.
    pub(in crate::export) seat: Layout,
    pub(super) period: PeriodColumns,
    /// How every count is read, and from which column: that of the count, or of the rate. Those that are derived from
    /// others come after all others.
    pub(in crate::export) counts: Vec<(Count, &'a CountRule, usize)>,
    /// Where counts stand that are otherwise derived, if the object has them.
    pub(super) stated: Vec<(Count, usize)>,
    pub(super) rates: Vec<(&'a ReportedRate, usize)>,
    pub(super) newest: Option<(InstantAt, &'a InstantColumn)>,
    /// Where a row says that it is a total.
    pub(in crate::export) totals: Vec<usize>,
    pub(super) skip: Vec<(usize, &'a BTreeSet<String>)>,
    pub(in crate::export) numbers: NumberStyle,
    /// What a bare number is in the column of the length of a row, in milliseconds.
    pub(super) length_ms: u64,
}

/// The columns of the interval of a row.
pub(super) enum PeriodColumns {
    Span { start: InstantAt, end: Option<InstantAt> },
    Day { date: usize, hour: Option<usize> },
    Path,
}

impl PeriodColumns {
    /// Where a span begins.
    pub(super) const fn start(&self) -> Option<InstantAt> {
        match self {
            Self::Span { start, .. } => Some(*start),
            Self::Day { .. } | Self::Path => None,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        let columns = match self {
            Self::Span { start, end } => {
                [Some(start.date), start.time, end.map(|end| end.date), end.and_then(|end| end.time)]
            }
            Self::Day { date, hour } => [Some(*date), *hour, None, None],
            Self::Path => [None; 4],
        };
        columns.into_iter().flatten()
    }
}

impl<'a> CountLayout<'a> {
    pub(in crate::export) fn of(export: &Export, rows: &'a CountRows) -> Self {
        let mut seat = Layout::of(export);
        let period = match &rows.period {
            Period::Span { start, end } => PeriodColumns::Span {
                start: seat.instant(start),
                end: match end {
                    PeriodEnd::Column(end) => Some(seat.instant(end)),
                    PeriodEnd::Length(column) => Some(InstantAt { date: seat.place(column), time: None }),
                    PeriodEnd::Grain(_) => None,
                },
            },
            Period::Day { date, hour, .. } => {
                PeriodColumns::Day { date: seat.place(date), hour: hour.as_ref().map(|hour| seat.place(hour)) }
            }
            Period::Path | Period::PathIn { .. } => PeriodColumns::Path,
        };
        let newest = newest(&mut seat, &rows.newest);
        let counts = place_counts(&mut seat, rows);
        let stated = rows.stated.iter().map(|(count, column)| (*count, seat.place_if_there(column))).collect();
        let rates = rows.rates.iter().map(|rate| (rate, seat.place_if_there(&rate.column.column))).collect();
        let totals = if let Some(column) = &rows.totals.column {
            // Where a blank cell says it, a column that is not there would say it of every row.
            vec![if rows.totals.words.contains("") { seat.place(column) } else { seat.place_if_there(column) }]
        } else {
            let seen = seat
                .market
                .into_iter()
                .chain(seat.broadcast_id)
                .chain(seat.made_of.iter().copied())
                .chain(seat.cover_id);
            period.all().chain(seen).chain(seat.audience.iter().copied()).collect()
        };
        let mut place_skip = |(column, values): (&ColumnName, &'a BTreeSet<String>)| {
            (if values.contains("") { seat.place(column) } else { seat.place_if_there(column) }, values)
        };
        let skip = rows.skip.iter().map(&mut place_skip).collect();
        let length_ms = match &rows.period {
            Period::Span { end: PeriodEnd::Length(column), .. } => column.length_ms(),
            _ => SECOND_MS,
        };
        Self { seat, period, counts, stated, rates, newest, totals, skip, numbers: rows.numbers, length_ms }
    }
}

/// What no object needs to have is asked for as such, unless another count needs it.
fn place_counts<'a>(seat: &mut Layout, rows: &'a CountRows) -> Vec<(Count, &'a CountRule, usize)> {
    let mut place = |count: Count, rule: &'a CountRule| {
        let column = column_of(rule);
        let place = if rows.optional.has(count) { seat.place_if_there(column) } else { seat.place(column) };
        (count, rule, place)
    };
    let mut counts: Vec<_> = rows.counts.iter().map(|(count, rule)| place(*count, rule)).collect();
    counts.sort_by_key(|(_, rule, _)| !matches!(rule, CountRule::Column(_)));
    counts
}

fn column_of(rule: &CountRule) -> &ColumnName {
    match rule {
        CountRule::Column(column) => column,
        CountRule::Times { by, .. } | CountRule::DividedBy { by, .. } => &by.column,
    }
}

/// The column that a count is read from, or the rate that it is derived by.
pub(super) fn column_behind(rows: &CountRows, count: Count, entry_is_click: bool) -> Option<&ColumnName> {
    let count = if rows.counts.contains_key(&count) || !entry_is_click { count } else { entered(count) };
    rows.counts.get(&count).map(column_of)
}

/// What stands for a count where the entry is the click.
pub(super) const fn entered(count: Count) -> Count {
    match count {
        Count::Clicks => Count::Entries,
        Count::Clickers => Count::Entrants,
        other => other,
    }
}

/// The counts that an object says itself, not by way of a rate.
pub(in crate::export) fn stated(rows: &CountRows) -> CountSet {
    rows.counts.iter().filter(|(_, rule)| matches!(rule, CountRule::Column(_))).map(|(count, _)| *count).collect()
}

fn newest<'a>(seat: &mut Layout, newest: &'a Newest) -> Option<(InstantAt, &'a InstantColumn)> {
    match &newest.by {
        Order::Column(column) => Some((seat.instant(column), column)),
        Order::Modified | Order::Name | Order::Path => None,
    }
}

/// The columns of a log of covers.
pub(in crate::export) struct CoverLayout<'a> {
    pub(in crate::export) seat: Layout,
    pub(in crate::export) from: (InstantAt, &'a InstantColumn),
    pub(in crate::export) until: Option<(InstantAt, &'a InstantColumn)>,
    pub(super) newest: Option<(InstantAt, &'a InstantColumn)>,
}

impl<'a> CoverLayout<'a> {
    pub(in crate::export) fn of(export: &Export, rows: &'a CoverRows) -> Self {
        let mut seat = Layout::of(export);
        let from = (seat.instant(&rows.from), &rows.from);
        let until = rows.until.as_ref().map(|until| (seat.instant(until), until));
        let newest = newest(&mut seat, &rows.newest);
        Self { seat, from, until, newest }
    }
}
