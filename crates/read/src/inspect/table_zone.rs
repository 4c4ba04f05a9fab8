//! The zone of a table's times: certain, documented, or guessed from everything in the table.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::column::Column;
use super::column_kind::{ColumnKind, InstantWay};
use super::interval_columns::{self, IntervalColumns};
use super::role::Role;
use super::zone::{self, ZoneVerdict};
use super::{cell, known_platform, number, offset};
use crate::export::PeekCell;
use coverledger_core::model::Count;

/// The zone of the times.
pub(super) fn of(
    when: &IntervalColumns,
    columns: &[Column],
    cells: &[Vec<&PeekCell>],
    around: &[Vec<PeekCell>],
    starts: &[Timestamp],
    known: Option<&'static known_platform::KnownPlatform>,
) -> ZoneVerdict {
    let (column, is_fine) = match when {
        IntervalColumns::Span { start, .. } => (*start, true),
        IntervalColumns::Day { date, hour } => (*date, hour.is_some()),
        IntervalColumns::Nowhere => return ZoneVerdict::None,
    };
    let certain = match columns[column].kind {
        ColumnKind::Instant(InstantWay::Rfc3339 | InstantWay::Pattern(_)) => {
            Some("every value has its own offset from UTC")
        }
        ColumnKind::Instant(InstantWay::Seconds) => Some("seconds since 1970, which are UTC"),
        ColumnKind::Instant(InstantWay::Millis) => Some("milliseconds since 1970, which are UTC"),
        ColumnKind::Instant(InstantWay::Micros) => Some("microseconds since 1970, which are UTC"),
        ColumnKind::Instant(InstantWay::Native) => Some("the file marks them as UTC"),
        _ => None,
    };
    // Instants that begin days are days of the clock by which they begin, and of no other.
    if let Some(why) = certain.filter(|_| matches!(when, IntervalColumns::Span { .. })) {
        return ZoneVerdict::Certain { why: why.to_owned() };
    }
    let volume = [Count::Impressions, Count::Entries, Count::Entrants].into_iter().find_map(|count| {
        columns.iter().find(|column| column.role == Some(Role::Count(count)) && column.is_count())
    });
    let volume = volume.or_else(|| columns.iter().find(|column| column.is_count()));
    let rows = cells.first().map_or(0, Vec::len);
    let volume: Vec<f64> = (0..rows)
        .map(|row| volume.and_then(|column| column.numbers[row]).map_or(1.0, |number| number.value))
        .collect();
    let is_key = |column: &Column| {
        matches!(column.role, Some(Role::Broadcast | Role::Market | Role::Audience | Role::Title | Role::Cover))
            || matches!(column.kind, ColumnKind::Id(_) | ColumnKind::Text)
    };
    let keys: Vec<usize> = (0..columns.len()).filter(|index| is_key(&columns[*index])).collect();
    let group: Vec<String> = (0..rows)
        .map(|row| keys.iter().map(|key| cell::text(cells[*key][row])).collect::<Vec<_>>().join("\u{1f}"))
        .collect();
    let texts: Vec<String> = around.iter().flatten().map(cell::text).filter(|text| !text.is_empty()).collect();
    let stated = stated(when, columns, cells, &texts);
    let guess = zone::guess(&zone::Clues {
        moments: &interval_columns::of_rows(when, columns, cells),
        volume: &volume,
        group: &group,
        is_fine,
        stated: &stated,
        texts: &texts,
        signs: &signs(columns, cells),
        starts,
        known: known.filter(|_| !is_fine).and_then(|known| known.day),
    });
    let is_sure = matches!(&guess, ZoneVerdict::Probably { candidates, .. } if candidates[0].sure.is_some());
    let documented = known.filter(|_| is_fine && !is_sure).and_then(|known| known.clock_of(columns));
    documented.map_or(guess, |(zone, why)| ZoneVerdict::Documented { zone, why })
}

/// Texts that say whose clock the times are on: their own header, a column that has one zone for all rows, and lines
/// around the table that speak of time zones.
fn stated(when: &IntervalColumns, columns: &[Column], cells: &[Vec<&PeekCell>], texts: &[String]) -> Vec<String> {
    let own = match when {
        IntervalColumns::Span { start, time, .. } => std::iter::once(*start).chain(*time).collect(),
        IntervalColumns::Day { date, hour } => std::iter::once(*date).chain(*hour).collect(),
        IntervalColumns::Nowhere => Vec::new(),
    };
    let headers = own.iter().flat_map(|index| {
        let column = &columns[*index];
        std::iter::once(column.raw.clone()).chain(column.description.clone())
    });
    let zones = columns.iter().zip(cells).filter(|(column, _)| column.role == Some(Role::Zone));
    let zones = zones.filter_map(|(_, cells)| {
        let all: BTreeSet<String> = cells.iter().map(|cell| cell::text(cell)).collect();
        // Rows on several clocks share none.
        if all.len() == 1 { all.into_iter().next() } else { None }
    });
    let lines = texts.iter().filter(|text| offset::speaks_of_zones(text)).cloned();
    headers.chain(zones).chain(lines).collect()
}

/// Signs of where the audience is: money, countries, the script of the headers.
fn signs(columns: &[Column], cells: &[Vec<&PeekCell>]) -> BTreeSet<String> {
    let mut signs = BTreeSet::new();
    for (column, cells) in columns.iter().zip(cells) {
        let money = number::money(&format!("1 {}", column.raw.trim_end_matches([')', '）'])));
        signs.extend(number::money(&column.sample).or(money).map(str::to_owned));
        if column.role == Some(Role::Market) {
            let countries: BTreeSet<String> = cells.iter().map(|cell| cell::text(cell)).collect();
            // Several countries share no clock.
            signs.extend((countries.len() == 1).then_some(countries).into_iter().flatten());
        }
        let has = |range: std::ops::RangeInclusive<char>| column.raw.chars().any(|c| range.contains(&c));
        if has('\u{3040}'..='\u{30ff}') {
            signs.insert("ja".to_owned());
        } else if has('\u{ac00}'..='\u{d7a3}') {
            signs.insert("ko".to_owned());
        } else if has('\u{4e00}'..='\u{9fff}') {
            signs.insert("zh".to_owned());
        }
    }
    signs
}
