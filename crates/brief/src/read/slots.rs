//! When: the rows of `slot_plan` as a map of slots by audiences.

use coverledger_core::model::{TableName, columns as c};
use jiff::civil::DateTime;

use super::line::Line;
use super::reading::Reading;
use super::tables::PlaceId;
use crate::{AudienceRow, Row, Slot, SlotCell, SlotMap};

/// How many audiences a map has at most, all together among them.
const MOST_AUDIENCES: usize = 16;
/// In how many broadcasts an audience must have been met for a slot to be its best.
const ENOUGH: i64 = 8;
/// All audiences together.
const ALL: &str = "all";

/// The map of each place.
pub(super) fn slot_maps(reading: &Reading<'_>) -> Vec<SlotMap> {
    let places = reading.tables.newest_of_places(TableName::SlotPlan, reading.as_of);
    places.into_iter().filter_map(|(place, lines)| slot_map(reading, place, &lines)).collect()
}

fn slot_map(reading: &Reading<'_>, (platform, market): PlaceId<'_>, lines: &[Line<'_>]) -> Option<SlotMap> {
    let first = lines.first()?;
    let inside = [c::AUDIENCE, c::SLOT];
    let key = first.row().key.into_iter().filter(|(column, _)| !inside.contains(column)).collect();
    let slots = slots(reading, lines);
    let audiences = audiences(lines);
    let shown = audiences.iter().take(MOST_AUDIENCES);
    Some(SlotMap {
        place: reading.place_of(platform, market),
        row: Row { table: TableName::SlotPlan, key },
        metric: if lines.iter().any(|line| line.id(c::RANKED_BY) == "clicks_per_hour") {
            c::CTR
        } else {
            c::EFFECTIVE_CTR
        },
        audiences: shown.map(|audience| row_of(reading, audience, &slots, lines)).collect(),
        more_audiences: audiences.len().saturating_sub(MOST_AUDIENCES),
        slots,
    })
}

/// Slots in the order of the market's day, which may begin at another hour than midnight.
fn slots(reading: &Reading<'_>, lines: &[Line<'_>]) -> Vec<Slot> {
    let mut slots: Vec<(i64, Slot)> = Vec::new();
    for line in lines {
        let id = line.id(c::SLOT);
        if slots.iter().any(|(_, slot)| slot.id == id) {
            continue;
        }
        slots.extend(slot(reading, *line));
    }
    slots.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    slots.into_iter().map(|(_, slot)| slot).collect()
}

fn slot(reading: &Reading<'_>, line: Line<'_>) -> Option<(i64, Slot)> {
    let id = line.text(c::SLOT)?;
    let starts_local = line.wall_time(c::SLOT_START_LOCAL)?;
    let day: DateTime = line.day(c::LOCAL_DATE)?.to_datetime(jiff::civil::Time::midnight());
    let slot = Slot {
        id: id.to_owned(),
        title: reading.names.slot(id),
        starts_local,
        ends_local: line.wall_time(c::SLOT_END_LOCAL)?,
        starts_home: line.wall_time(c::SLOT_START_HOME)?,
        ends_home: line.wall_time(c::SLOT_END_HOME)?,
    };
    Some((day.duration_until(starts_local).as_secs(), slot))
}

/// Audiences by their ids, all together first; those that are met most where there are more than a map has.
fn audiences<'t>(lines: &[Line<'t>]) -> Vec<&'t str> {
    let mut met: Vec<(&str, i64)> = Vec::new();
    for line in lines {
        let (audience, broadcasts) = (line.id(c::AUDIENCE), line.whole(c::BROADCASTS).unwrap_or(0));
        match met.iter_mut().find(|(other, _)| *other == audience) {
            Some((_, sum)) => *sum += broadcasts,
            None => met.push((audience, broadcasts)),
        }
    }
    met.sort_by_key(|(audience, broadcasts)| (*audience != ALL, -*broadcasts, *audience));
    let (shown, more) = met.split_at(met.len().min(MOST_AUDIENCES));
    let mut shown: Vec<&str> = shown.iter().map(|(audience, _)| *audience).collect();
    shown.sort_by_key(|audience| (*audience != ALL, *audience));
    shown.into_iter().chain(more.iter().map(|(audience, _)| *audience)).collect()
}

fn row_of(reading: &Reading<'_>, audience: &str, slots: &[Slot], lines: &[Line<'_>]) -> AudienceRow {
    let of_audience: Vec<Line<'_>> =
        lines.iter().copied().filter(|line| line.id(c::AUDIENCE) == audience).collect();
    let is_enough = |line: &&Line<'_>| line.whole(c::BROADCASTS).is_some_and(|broadcasts| broadcasts >= ENOUGH);
    let proven = of_audience.iter().filter(is_enough).filter(|line| line.number(c::PROVEN_PER_HOUR).is_some());
    let best = proven.filter_map(|line| line.whole(c::RANK)).min();
    let cell = |slot: &Slot| {
        let line = of_audience.iter().find(|line| line.id(c::SLOT) == slot.id)?;
        Some(SlotCell {
            rate: line.interval(c::EXPECTED),
            proven_rate: line.figure(c::PROVEN_RATE),
            broadcasts: line.figure(c::BROADCASTS),
            per_hour: line.interval(c::PER_HOUR),
            rank: line.figure(c::RANK),
            is_best_proven: best.is_some() && line.whole(c::RANK) == best,
        })
    };
    AudienceRow {
        id: audience.to_owned(),
        title: reading.names.audience(audience),
        cells: slots.iter().map(cell).collect(),
    }
}
