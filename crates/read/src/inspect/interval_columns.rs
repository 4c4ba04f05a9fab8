//! The columns that give the interval of a row.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::cell;
use super::column::Column;
use super::column_kind::{ColumnKind, InstantWay};
use super::number;
use super::role::Role;
use crate::export::PeekCell;

/// The columns that give the interval of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntervalColumns {
    /// From a column to another, or for as long as a third says, or for a grain.
    Span {
        /// The column of the start, or of its date.
        start: usize,
        /// The column of its time of day, if that is another.
        time: Option<usize>,
        /// Where it ends.
        end: IntervalEnd,
    },
    /// A day, or an hour of it.
    Day {
        /// The column of the date.
        date: usize,
        /// The column of the hour.
        hour: Option<usize>,
    },
    /// No column says.
    Nowhere,
}

/// Where a span ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalEnd {
    /// A column says.
    Column(usize),
    /// A column says how long it is.
    Length(usize),
    /// So many seconds after its start: what starts have in common.
    Grain(i64),
    /// Nothing says.
    Unknown,
}

/// Finds the columns of time.
pub(super) fn find(columns: &[Column], cells: &[Vec<&PeekCell>]) -> IntervalColumns {
    let role = |role: Role| columns.iter().position(|column| column.role == Some(role) && column.kind.is_time());
    let is_moment = |column: &Column| matches!(column.kind, ColumnKind::Instant(_) | ColumnKind::Wall(_));
    let moment = |wanted: Role| columns.iter().position(|column| column.role == Some(wanted) && is_moment(column));
    let nameless = |column: &Column| is_moment(column) && column.role.is_none();
    // Instants at which days begin by some clock, beside hours.
    let hours = columns.iter().position(|column| column.kind == ColumnKind::Hour);
    let is_day = |index: &usize| {
        let column = &columns[*index];
        let at = moments(column, &cells[*index]).into_iter().flatten();
        column.kind == ColumnKind::Instant(InstantWay::Rfc3339)
            && super::time_patterns::are_days(at.filter_map(|us| Timestamp::from_microsecond(us).ok()))
    };
    let day = moment(Role::Date).or_else(|| moment(Role::Start)).filter(|index| hours.is_some() && is_day(index));
    if let Some(date) = day {
        return IntervalColumns::Day { date, hour: hours };
    }
    let start = moment(Role::Start).or_else(|| moment(Role::Date)).or_else(|| moment(Role::Hour));
    if let Some(start) = start.or_else(|| columns.iter().position(nameless)) {
        let length = columns.iter().position(|column| column.role == Some(Role::Length));
        let at = |index: usize| moments(&columns[index], &cells[index]);
        let end = match moment(Role::End) {
            Some(end) if is_stopgap(&at(start), &at(end), length.is_some()) => {
                Some(length.map_or(IntervalEnd::Unknown, IntervalEnd::Length))
            }
            end => end.map(IntervalEnd::Column).or(length.map(IntervalEnd::Length)),
        };
        let by_name = || super::name::fold(&columns[start].raw).contains("hour").then_some(3_600);
        let grain = || grain(&moments(&columns[start], &cells[start])).or_else(by_name);
        let grain = || grain().map_or(IntervalEnd::Unknown, IntervalEnd::Grain);
        return IntervalColumns::Span { start, time: None, end: end.unwrap_or_else(grain) };
    }
    let is_date = |column: &Column| matches!(column.kind, ColumnKind::Date(_));
    let date = role(Role::Date).filter(|index| is_date(&columns[*index]));
    let is_loose = |column: &Column| is_date(column) && matches!(column.role, None | Some(Role::Start));
    let date = date.or_else(|| columns.iter().position(is_loose));
    let Some(date) = date else { return IntervalColumns::Nowhere };
    super::clock::beside(date, moments(&columns[date], &cells[date]), columns, cells)
}

/// Whether ends are no ends of their rows, but what stands there for want of one, such as the end of the range that was
/// exported: beyond a day where another column says how long a row is, or the same beyond a day for rows that begin at
/// different times.
fn is_stopgap(starts: &[Option<i64>], ends: &[Option<i64>], has_length: bool) -> bool {
    let pairs: Vec<(i64, i64)> =
        starts.iter().zip(ends).filter_map(|(start, end)| Some(((*start)?, (*end)?))).collect();
    let is_long = pairs.iter().any(|(start, end)| end - start > 86_400_000_000);
    let distinct = |of: fn(&(i64, i64)) -> i64| pairs.iter().map(of).collect::<BTreeSet<i64>>().len();
    is_long && (has_length || (distinct(|pair| pair.0) > 1 && distinct(|pair| pair.1) == 1))
}

/// The moment of each row by the column's own clock, in microseconds; instants by UTC.
pub(super) fn moments(column: &Column, cells: &[&PeekCell]) -> Vec<Option<i64>> {
    cells.iter().map(|cell| moment(&column.kind, cell)).collect()
}

fn moment(kind: &ColumnKind, cell: &PeekCell) -> Option<i64> {
    let text = cell::text(cell);
    let scaled = |scale: i64| text.parse::<i64>().ok()?.checked_mul(scale);
    match kind {
        ColumnKind::Instant(InstantWay::Seconds) => scaled(1_000_000),
        ColumnKind::Instant(InstantWay::Millis) => scaled(1000),
        ColumnKind::Instant(InstantWay::Micros) => scaled(1),
        ColumnKind::Instant(InstantWay::Pattern(pattern)) => {
            Some(super::time_patterns::instant_of(&text, pattern)?.as_microsecond())
        }
        ColumnKind::Instant(InstantWay::Rfc3339) => Some(text.parse::<Timestamp>().ok()?.as_microsecond()),
        #[expect(clippy::cast_possible_truncation, reason = "a day between 2000 and 2100, in seconds")]
        ColumnKind::Instant(InstantWay::Serial) => {
            let days = number::of(cell, coverledger_config::NumberStyle::default())?.value;
            Some(((days - 25_569.0) * 86_400.0).round() as i64 * 1_000_000)
        }
        ColumnKind::Wall(Some(pattern)) => Some(wall_us(super::time_patterns::wall_of(&text, pattern)?)),
        ColumnKind::Date(Some(pattern)) => Some(wall_us(
            super::time_patterns::date_of(&text, pattern)?.to_datetime(jiff::civil::Time::midnight()),
        )),
        _ => match cell {
            PeekCell::Wall(us) | PeekCell::Instant(us) => Some(*us),
            _ => None,
        },
    }
}

fn wall_us(wall: DateTime) -> i64 {
    wall.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_microsecond())
}

/// The wall clock that shows these microseconds.
pub(super) fn wall(us: i64) -> Option<DateTime> {
    DateTime::new(1970, 1, 1, 0, 0, 0, 0).ok()?.checked_add(us.microseconds()).ok()
}

/// The moment of each row, hours of the day put to their days.
pub(super) fn of_rows(when: &IntervalColumns, columns: &[Column], cells: &[Vec<&PeekCell>]) -> Vec<Option<i64>> {
    match when {
        IntervalColumns::Span { start, time, .. } => {
            let starts = moments(&columns[*start], &cells[*start]);
            match time {
                None => starts,
                Some(time) => super::clock::put(starts, &columns[*time], &cells[*time]),
            }
        }
        IntervalColumns::Day { date, hour } => {
            let days = moments(&columns[*date], &cells[*date]);
            let Some(hour) = hour else { return days };
            super::clock::put(days, &columns[*hour], &cells[*hour])
        }
        IntervalColumns::Nowhere => Vec::new(),
    }
}

/// The first and the last date of the rows by their own clock; of instants by UTC.
pub(super) fn dates(when: &IntervalColumns, columns: &[Column], cells: &[Vec<&PeekCell>]) -> Option<(Date, Date)> {
    let dates = || of_rows(when, columns, cells).into_iter().flatten().filter_map(|us| Some(wall(us)?.date()));
    dates().min().zip(dates().max())
}

/// Whether day and month could as well be exchanged.
pub(super) fn is_ambiguous(when: &IntervalColumns, columns: &[Column]) -> bool {
    match when {
        IntervalColumns::Span { start: at, .. } | IntervalColumns::Day { date: at, .. } => {
            columns[*at].is_ambiguous
        }
        IntervalColumns::Nowhere => false,
    }
}

/// What all starts have in common: the length of a row, if rows follow each other.
pub(super) fn grain(moments: &[Option<i64>]) -> Option<i64> {
    let mut starts: Vec<i64> = moments.iter().flatten().map(|us| us / 1_000_000).collect();
    starts.sort_unstable();
    starts.dedup();
    let steps = || starts.windows(2).map(|pair| pair[1] - pair[0]);
    let least = steps().min()?;
    let is_common = steps().filter(|step| *step == least).count() * 2 >= steps().count();
    let divides = steps().all(|step| step % least == 0) && starts.iter().all(|start| start % least.min(3600) == 0);
    (starts.len() >= 4 && (60..=86_400).contains(&least) && is_common && divides).then_some(least)
}
