//! Columns of times of day: which of them begin or end the interval of a row, and which are not used.

use jiff::civil::Time;

use super::column::Column;
use super::column_kind::ColumnKind;
use super::interval_columns::{IntervalColumns, IntervalEnd, grain};
use super::name::fold;
use super::number;
use super::role::Role;
use super::{alias, cell};
use crate::export::{PeekCell, plain_time};

/// How times of day are written.
pub(super) const PATTERNS: [&str; 6] = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p"];
/// Words of names that tell a time of day, where values look like one.
const CLOCKS: [&str; 11] = [
    "start",
    "begin",
    "end",
    "from",
    "until",
    "live time",
    "air time",
    "time of day",
    "local time",
    "clock",
    "时间",
];
/// Words of names that tell how long something was.
const LENGTHS: [&str; 12] =
    ["avg", "average", "mean", "watch", "view", "duration", "length", "total", "stay", "dwell", "时长", "停留"];

const DAY_S: i64 = 86_400;
const HOUR_US: i64 = 3_600_000_000;

/// Whether a text is a time of day by a pattern.
pub(super) fn reads(text: &str, pattern: &str) -> bool {
    let (plain, pattern) = plain_time(text, pattern);
    Time::strptime(&*pattern, &*plain).is_ok()
}

/// Whether a name claims a time of day, so that `22:30` is one and not a length.
pub(super) fn is_claimed(name: &str, role: Option<Role>) -> bool {
    match role {
        Some(role) => matches!(role, Role::Start | Role::End | Role::Hour),
        None => tells(name),
    }
}

fn tells(name: &str) -> bool {
    let name = fold(name);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    has(&CLOCKS) && !has(&LENGTHS)
}

/// `Hour ending`: the hour is over then.
fn is_ending(name: &str) -> bool {
    let name = fold(name);
    ["ending", "ended", "end"].iter().any(|word| name.split(' ').any(|part| part == *word))
}

fn is_clock(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Hour | ColumnKind::Clock(_))
}

fn is_range(cells: &[&PeekCell]) -> bool {
    cells.iter().any(|cell| cell::text(cell).contains(['-', '~', '–']))
}

/// Since midnight, in microseconds.
fn of_day(column: &Column, cell: &PeekCell) -> Option<i64> {
    let text = cell::text(cell);
    match column.kind {
        ColumnKind::Clock(pattern) => {
            let (plain, pattern) = plain_time(&text, pattern);
            let time = Time::strptime(&*pattern, &*plain).ok()?;
            i64::try_from(time.duration_since(Time::midnight()).as_micros()).ok()
        }
        _ => number::hour(&text, true).map(|hour| i64::from(hour) * HOUR_US),
    }
}

/// Times of day put to their days.
pub(super) fn put(days: Vec<Option<i64>>, column: &Column, cells: &[&PeekCell]) -> Vec<Option<i64>> {
    days.into_iter().zip(cells).map(|(day, cell)| Some(day? + of_day(column, cell)?)).collect()
}

/// The interval of rows that have a date, `days` by row, and perhaps times of day beside it.
pub(super) fn beside(
    date: usize,
    days: Vec<Option<i64>>,
    columns: &[Column],
    cells: &[Vec<&PeekCell>],
) -> IntervalColumns {
    let of = |role: Role| {
        columns.iter().position(|column| column.role == Some(role) && is_clock(column) && !is_ending(&column.raw))
    };
    let nameless = |column: &Column| {
        is_clock(column) && matches!(column.role, None | Some(Role::Date)) && !is_ending(&column.raw)
    };
    let named = of(Role::Start).or_else(|| of(Role::Hour));
    let whole_day = IntervalColumns::Day { date, hour: None };
    let Some(time) = named.or_else(|| columns.iter().position(nameless)) else { return whole_day };
    let is_hour = columns[time].kind == ColumnKind::Hour;
    // A range says its own end.
    if is_hour && is_range(&cells[time]) {
        return IntervalColumns::Day { date, hour: Some(time) };
    }
    let end = columns.iter().position(|column| column.role == Some(Role::End) && is_clock(column));
    let length = || columns.iter().position(|column| column.role == Some(Role::Length) && !is_clock(column));
    if let Some(end) = end.map(IntervalEnd::Column).or_else(|| length().map(IntervalEnd::Length)) {
        let is_bare = cells[time].iter().any(|cell| !cell::text(cell).contains(':'));
        // A bare `7` reads as an hour only.
        return if is_hour && is_bare {
            IntervalColumns::Day { date, hour: Some(time) }
        } else {
            IntervalColumns::Span { start: date, time: Some(time), end }
        };
    }
    let moments = put(days, &columns[time], &cells[time]);
    let is_named = columns[time].role == Some(Role::Hour) || fold(&columns[time].raw).contains("hour");
    if is_hour && (is_named || follow(&moments)) {
        return IntervalColumns::Day { date, hour: Some(time) };
    }
    // Full hours with gaps, and steps of an hour, may be broadcasts of any length.
    let grain = grain(&moments).filter(|seconds| *seconds < 3_600);
    IntervalColumns::Span {
        start: date,
        time: Some(time),
        end: grain.map_or(IntervalEnd::Unknown, IntervalEnd::Grain),
    }
}

/// Whether the hours of each day follow each other without gaps, and are several.
fn follow(moments: &[Option<i64>]) -> bool {
    let mut hours: Vec<i64> = moments.iter().flatten().map(|us| us.div_euclid(HOUR_US)).collect();
    hours.sort_unstable();
    hours.dedup();
    let day = |hour: &i64| hour.div_euclid(DAY_S / 3_600);
    let is_day_whole = |hours: &[i64]| hours.windows(2).all(|pair| pair[1] - pair[0] == 1);
    let days: Vec<&[i64]> = hours.chunk_by(|one, other| day(one) == day(other)).collect();
    days.iter().all(|hours| is_day_whole(hours)) && days.iter().any(|hours| hours.len() >= 3)
}

/// Columns of times of day that a whole day leaves unused, such as hours from 1 to 24.
pub(super) fn unused(when: &IntervalColumns, columns: &[Column]) -> Vec<usize> {
    let IntervalColumns::Day { hour: None, .. } = when else { return Vec::new() };
    let is_left = |column: &Column| {
        let claims = alias::find(&fold(&column.raw));
        let is_hour = |number: &super::number::Number| (0.0..=24.0).contains(&number.value);
        let are_hours = || column.kind == ColumnKind::Whole && column.numbers.iter().flatten().all(is_hour);
        let name = fold(&column.raw);
        let is_hour = || claims == Some(Role::Hour) || name.split(' ').any(|word| word == "hour");
        let is_time =
            || matches!(claims, Some(Role::Start | Role::End | Role::Hour)) && column.kind != ColumnKind::Empty;
        is_clock(column) && column.role != Some(Role::Published)
            || is_time() && !column.kind.is_time()
            || is_hour() && are_hours() && column.role.is_none()
    };
    (0..columns.len()).filter(|index| is_left(&columns[*index])).collect()
}
