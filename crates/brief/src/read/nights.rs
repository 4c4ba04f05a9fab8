//! Tonight: rows of `advice`, and what not to use.

use std::collections::BTreeMap;

use coverledger_core::model::{TableName, columns as c};
use jiff::Timestamp;

use super::avoided::Avoiding;
use super::line::Line;
use super::reading::Reading;
use super::words::sureness;
use crate::calendar::plain_day;
use crate::{Action, Advice, Air, MarketNight, State, Text};

/// Markets, the one that is on air first by the team's own clock before the others.
pub(super) fn nights(reading: &Reading<'_>) -> Vec<MarketNight> {
    let lines = reading.tables.newest(TableName::Advice, reading.as_of);
    let avoiding = Avoiding::new(reading);
    let everywhere = until_when(&lines);
    let mut markets: BTreeMap<&str, MarketNight> = BTreeMap::new();
    for line in lines {
        let id = line.id(c::MARKET);
        let market = markets.entry(id).or_insert_with(|| MarketNight {
            market: id.to_owned(),
            title: reading.names.market(id),
            city: reading
                .zone(id)
                .map_or_else(|| reading.names.market(id), |zone| reading.names.city(zone.name())),
            clock_note: None,
            places: Vec::new(),
        });
        if market.clock_note.is_none() {
            market.clock_note = line.words(c::CLOCK_NOTE_EN, c::CLOCK_NOTE_ZH);
        }
        market.places.extend(advice(reading, &avoiding, line, everywhere));
    }
    let mut nights: Vec<MarketNight> = markets.into_values().filter(|market| !market.places.is_empty()).collect();
    for night in &mut nights {
        night.places.sort_by(|a, b| (starts_at(a), &a.place.platform).cmp(&(starts_at(b), &b.place.platform)));
    }
    nights.sort_by(|a, b| (first(a), &a.market).cmp(&(first(b), &b.market)));
    nights
}

/// Where nothing goes on air, last.
fn starts_at(advice: &Advice) -> Timestamp {
    advice.air.as_ref().map_or(Timestamp::MAX, |air| air.starts_at)
}

fn first(night: &MarketNight) -> Timestamp {
    night.places.iter().map(starts_at).min().unwrap_or(Timestamp::MAX)
}

/// The state and the last date that all places share, if they do.
fn until_when(lines: &[Line<'_>]) -> Option<(State, Option<jiff::civil::Date>)> {
    let mut all = lines.iter().map(|line| (state(*line), line.day(c::DATA_UNTIL)));
    let first = all.next()?;
    (lines.len() > 1 && all.all(|other| other == first)).then_some(first)
}

/// How a place stands, by the word of its row.
pub(super) fn state(line: Line<'_>) -> State {
    match line.id(c::STATE) {
        "fresh" => State::Fresh,
        "late" => State::Late,
        "held" => State::Held,
        "failed" => State::Failed,
        _ => State::Nothing,
    }
}

/// What is advised, by the word of its row; `None` of a word that a later release has.
pub(super) fn action(line: Line<'_>) -> Option<Action> {
    Some(match line.id(c::ACTION) {
        "change" => Action::Change,
        "take_off" => Action::TakeOff,
        "try" => Action::Try,
        "test" => Action::Test,
        "keep" => Action::Keep,
        "follow_plan" => Action::FollowPlan,
        "no_data" => Action::NoData,
        _ => return None,
    })
}

fn advice(
    reading: &Reading<'_>,
    avoiding: &Avoiding<'_>,
    line: Line<'_>,
    everywhere: Option<(State, Option<jiff::civil::Date>)>,
) -> Option<Advice> {
    Some(Advice {
        place: reading.place(line),
        row: line.row(),
        action: action(line)?,
        cover_id: line.owned(c::COVER_ID),
        instead_of: line.owned(c::INSTEAD_OF),
        test_against: line.owned(c::TEST_AGAINST),
        air: air(reading, line),
        experiment: line.owned(c::EXPERIMENT),
        metric: line.owned(c::METRIC),
        rate: line.interval(c::RATE),
        against_rate: line.interval(c::AGAINST_RATE),
        change: line.interval(c::CHANGE),
        probability: line.figure(c::PROBABILITY),
        sureness: sureness(line),
        reason: reading.reason(line),
        avoid: avoiding.of(line),
        held: held(line).filter(|_| everywhere != Some((state(line), line.day(c::DATA_UNTIL)))),
    })
}

fn air(reading: &Reading<'_>, line: Line<'_>) -> Option<Air> {
    Some(Air {
        slot: reading.names.slot(line.text(c::SLOT)?),
        starts_at: line.instant(c::SLOT_START_UTC)?,
        ends_at: line.instant(c::SLOT_END_UTC)?,
        starts_local: line.wall_time(c::SLOT_START_LOCAL)?,
        ends_local: line.wall_time(c::SLOT_END_LOCAL)?,
        starts_home: line.wall_time(c::SLOT_START_HOME)?,
        ends_home: line.wall_time(c::SLOT_END_HOME)?,
    })
}

/// Until when data goes and why no further, of a place of which something is missing.
fn held(line: Line<'_>) -> Option<Text> {
    if matches!(state(line), State::Fresh | State::Nothing) {
        return None;
    }
    let until = plain_day(line.day(c::DATA_UNTIL)?);
    let mut told = Text { en: format!("data until {}", until.en), zh: format!("数据截至{}", until.zh) };
    if let Some(lack) = line.words(c::LACK_EN, c::LACK_ZH) {
        told.en = format!("{}: {}", told.en, lack.en);
        told.zh = format!("{}：{}", told.zh, lack.zh);
    }
    Some(told)
}
