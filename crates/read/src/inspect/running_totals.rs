//! Running totals: counts that never fall, as in exports that are taken repeatedly while a room is on air.
//!
//! Taken for counts of their rows, they are added up to several times what happened. Nothing but the numbers shows it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cell;
use super::column::Column;
use super::interval_columns::{self, IntervalColumns, IntervalEnd};
use super::role::Role;
use crate::export::PeekCell;
use coverledger_core::model::Count;

/// So many rows in a row that rise are no chance.
const ENOUGH: usize = 4;
/// So many counts have to do so.
const COUNTS: usize = 2;

/// The counts of a table that may be running totals: all of them rise within every broadcast, or in each of its days.
pub(super) fn find(when: &IntervalColumns, columns: &[Column], cells: &[Vec<&PeekCell>]) -> Vec<usize> {
    let is_one = |column: &Column| {
        column.is_count() && matches!(column.role, Some(Role::Count(count)) if count != Count::Dwell)
    };
    let counts: Vec<usize> = (0..columns.len()).filter(|index| is_one(&columns[*index])).collect();
    let moments = interval_columns::of_rows(when, columns, cells);
    let ends = match when {
        IntervalColumns::Nowhere | IntervalColumns::Span { end: IntervalEnd::Length(_), .. } => return Vec::new(),
        IntervalColumns::Span { end: IntervalEnd::Column(end), .. } => {
            Some(interval_columns::moments(&columns[*end], &cells[*end]))
        }
        _ => None,
    };
    if counts.len() < COUNTS {
        return Vec::new();
    }
    let is_key = |column: &Column| {
        matches!(
            column.role,
            Some(Role::Broadcast | Role::Title | Role::Market | Role::Audience | Role::Cover | Role::Zone)
        )
    };
    let keys: Vec<usize> = (0..columns.len()).filter(|index| is_key(&columns[*index])).collect();
    let mut by_key: BTreeMap<Vec<String>, Vec<Row>> = BTreeMap::new();
    for (row, start) in moments.iter().enumerate() {
        let Some(start) = *start else { continue };
        let end = ends.as_ref().and_then(|ends| ends.get(row).copied().flatten()).unwrap_or(start);
        let key = keys.iter().map(|key| cell::text(cells[*key][row])).collect();
        by_key.entry(key).or_default().push(Row { start, end, index: row });
    }
    let groups: Vec<Vec<Row>> = by_key.into_values().map(sorted).collect();
    // Rows that do not touch are broadcasts of their own.
    if ends.is_some() && !groups.iter().flat_map(|rows| rows.windows(2)).all(|two| two[1].start <= two[0].end) {
        return Vec::new();
    }
    let by_day: Vec<Vec<Row>> = groups.iter().flat_map(|rows| days(rows)).collect();
    let rise = |groups: &[Vec<Row>]| do_rise(groups, &counts, columns);
    if rise(&groups) || rise(&by_day) { counts } else { Vec::new() }
}

#[derive(Clone, Copy)]
struct Row {
    start: i64,
    end: i64,
    index: usize,
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| (row.start, row.end));
    rows
}

/// The same rows, cut at midnight.
fn days(rows: &[Row]) -> Vec<Vec<Row>> {
    let day = |row: &Row| -> Option<Date> { Some(interval_columns::wall(row.start)?.date()) };
    rows.chunk_by(|one, next| day(one) == day(next)).map(<[Row]>::to_vec).collect()
}

/// Whether nothing falls anywhere, and everywhere where enough rows follow each other they end much higher.
fn do_rise(groups: &[Vec<Row>], counts: &[usize], columns: &[Column]) -> bool {
    let numbers = |rows: &[Row], count: usize| {
        rows.iter().filter_map(|row| columns[count].numbers[row.index]).collect::<Vec<_>>()
    };
    let falls = |rows: &[Row], count: usize| numbers(rows, count).windows(2).any(|two| two[1].high < two[0].low);
    let grows = |rows: &[Row], count: usize| {
        let numbers = numbers(rows, count);
        let (first, last) = (numbers.first(), numbers.last());
        first.zip(last).is_some_and(|(first, last)| last.value > 0.0 && last.value >= first.value * 2.0)
    };
    if groups.iter().any(|rows| counts.iter().any(|count| falls(rows, *count))) {
        return false;
    }
    let mut long = groups.iter().filter(|rows| rows.len() >= ENOUGH).peekable();
    long.peek().is_some() && long.all(|rows| counts.iter().filter(|count| grows(rows, **count)).count() >= COUNTS)
}
