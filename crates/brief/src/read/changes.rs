//! What changed: rows of `mix`.

use coverledger_core::model::{TableName, columns as c};

use super::line::Line;
use super::reading::Reading;
use super::tables::PlaceId;
use crate::{Change, PlaceChanges};

/// How many covers are told of.
const MOST_COVERS: usize = 5;

/// What changed in each place.
pub(super) fn changes(reading: &Reading<'_>) -> Vec<PlaceChanges> {
    let places = reading.tables.newest_of_places(TableName::Mix, reading.as_of);
    places.into_iter().filter_map(|(place, lines)| of_place(reading, place, &lines)).collect()
}

fn of_place(reading: &Reading<'_>, (platform, market): PlaceId<'_>, lines: &[Line<'_>]) -> Option<PlaceChanges> {
    let of_scope = |scope: &str| {
        let lines: Vec<Line<'_>> = lines.iter().copied().filter(|line| line.id(c::SCOPE) == scope).collect();
        by_metric(&lines)
    };
    let place = reading.place_of(platform, market);
    let last_date = of_scope("last_date").and_then(|line| change(reading, line, line.day(c::AFTER_SINCE)));
    let last_week = of_scope("all").and_then(|line| change(reading, line, line.day(c::UNTIL)));
    let covers = covers(reading, lines);
    (last_date.is_some() || last_week.is_some() || !covers.is_empty()).then_some(PlaceChanges {
        place,
        last_date,
        last_week,
        covers,
    })
}

/// The row of the rate that covers are ranked by, or of CTR where that is not known.
fn by_metric<'t>(lines: &[Line<'t>]) -> Option<Line<'t>> {
    let of = |metric: &str| lines.iter().copied().find(|line| line.id(c::METRIC) == metric);
    let is_known = |line: &Line<'_>| line.number(c::CHANGE).is_some();
    of(c::EFFECTIVE_CTR).filter(is_known).or_else(|| of(c::CTR)).or_else(|| of(c::EFFECTIVE_CTR))
}

/// Covers that changed beyond chance, those that changed most first.
fn covers(reading: &Reading<'_>, lines: &[Line<'_>]) -> Vec<(String, Change)> {
    let mut covers: Vec<&str> = Vec::new();
    for line in lines.iter().filter(|line| line.id(c::SCOPE) == "cover") {
        let id = line.id(c::COVER_ID);
        if !covers.contains(&id) {
            covers.push(id);
        }
    }
    let changed = |id: &str| {
        let of_cover = |line: &Line<'_>| line.id(c::SCOPE) == "cover" && line.id(c::COVER_ID) == id;
        let lines: Vec<Line<'_>> = lines.iter().copied().filter(of_cover).collect();
        by_metric(&lines).filter(|line| is_beyond_chance(*line))
    };
    let mut changed: Vec<(&str, Line<'_>)> =
        covers.into_iter().filter_map(|id| Some((id, changed(id)?))).collect();
    let within = |line: Line<'_>| line.number(c::WITHIN).unwrap_or(0.0).abs();
    changed.sort_by(|a, b| within(b.1).total_cmp(&within(a.1)).then_with(|| a.0.cmp(b.0)));
    let told = changed.into_iter().take(MOST_COVERS);
    told.filter_map(|(id, line)| Some((id.to_owned(), change(reading, line, line.day(c::UNTIL))?))).collect()
}

fn is_beyond_chance(line: Line<'_>) -> bool {
    let bounds = (line.number(&c::low(c::WITHIN)), line.number(&c::high(c::WITHIN)));
    matches!(bounds, (Some(low), Some(high)) if low > 0.0 || high < 0.0)
}

fn change(reading: &Reading<'_>, line: Line<'_>, after_until: Option<jiff::civil::Date>) -> Option<Change> {
    let note = line.words(c::NOTE, c::NOTE_ZH).unwrap_or_default();
    Some(Change {
        row: line.row(),
        before_since: line.day(c::BEFORE_SINCE)?,
        before_until: line.day(c::BEFORE_UNTIL)?,
        after_since: line.day(c::AFTER_SINCE)?,
        after_until: after_until?,
        before: line.figure(c::BEFORE),
        after: line.figure(c::AFTER),
        change: line.figure(c::CHANGE),
        within: line.interval(c::WITHIN),
        mix: line.figure(c::MIX),
        note: reading.titles.said(&note, None),
    })
}
