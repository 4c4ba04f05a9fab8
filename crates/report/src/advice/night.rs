//! Which night lies ahead: the next time that the advised slot comes, and whether clocks change near it.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use polars::prelude::PolarsResult;

use super::inputs::PlaceInputs;
use super::rows::rows;
use super::words;
use crate::decision_context::Words;
use coverledger_config::Market;
use coverledger_core::model::columns as c;
use coverledger_core::time::{SlotSpan, Zone};

/// Within so many days a slot comes again, whatever clocks do.
const DAYS: i32 = 8;

/// The night that lies ahead.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Night {
    /// The local date that is meant by tonight.
    pub(super) local_date: Date,
    /// When to be on air; `None` where no slot is known.
    pub(super) air: Option<Airtime>,
}

/// A slot of a local date.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Airtime {
    pub(super) slot: String,
    pub(super) span: SlotSpan,
}

/// The night ahead of a place; `None` beyond the years that the program can represent.
pub(super) fn ahead(place: &PlaceInputs<'_>, now: Timestamp) -> Option<Night> {
    let today = place.rules.day.day_of(now)?.date;
    let advised = best_slot(place).ok().flatten().and_then(|slot| next(place.rules, &slot, today, now));
    Some(advised.unwrap_or(Night { local_date: today, air: None }))
}

/// The best slot over all audiences.
fn best_slot(place: &PlaceInputs<'_>) -> PolarsResult<Option<String>> {
    for row in rows(&place.slot_plan) {
        if row.is(c::AUDIENCE, "all")? && row.whole(c::RANK)? == Some(1) {
            return row.text(c::SLOT);
        }
    }
    Ok(None)
}

/// The first time after now that a slot begins.
fn next(market: &Market, slot: &str, today: Date, now: Timestamp) -> Option<Night> {
    let number = market.slots.names().position(|name| name == slot)?;
    let span = |local_date: Date| {
        let spans = market.slots.spans(&market.day, &market.day.day(local_date)?);
        spans.into_iter().find(|span| span.slot == number)
    };
    (0..=DAYS).filter_map(|days| today.checked_add(days.days()).ok()).find_map(|local_date| {
        let span = span(local_date).filter(|span| span.start > now)?;
        Some(Night { local_date, air: Some(Airtime { slot: slot.to_owned(), span }) })
    })
}

/// Whether the same hour there is another one at home than a week before, or will be within a week, in words.
pub(super) fn clock_note(there: &Zone, home: &Zone, start: Timestamp) -> Option<Words> {
    let week = |days: i64| start.checked_add((days * 24).hours()).ok();
    let (before, after) = (week(-7)?, week(7)?);
    let apart = |at: Timestamp| home.offset_seconds(at) - there.offset_seconds(at);
    let seconds = apart(start) - apart(before);
    if seconds != 0 {
        let (zone, is_there) = whose(there, home, before, start);
        return Some(changed(zone, is_there, before, seconds, false));
    }
    let seconds = apart(after) - apart(start);
    if seconds == 0 {
        return None;
    }
    let (zone, is_there) = whose(there, home, start, after);
    Some(changed(zone, is_there, start, seconds, true))
}

/// Whose clock changes between two instants: that of the market, if both do.
fn whose<'z>(there: &'z Zone, home: &'z Zone, from: Timestamp, to: Timestamp) -> (&'z Zone, bool) {
    let is_there = there.offset_seconds(from) != there.offset_seconds(to);
    if is_there { (there, true) } else { (home, false) }
}

fn changed(zone: &Zone, is_there: bool, from: Timestamp, seconds: i32, is_ahead: bool) -> Words {
    let change = zone.next_transition(from);
    // The change may be at midnight: the day is that on which the clock is set.
    let day = change.map(|at| words::day(zone.local(at).date())).unwrap_or_default();
    let is_back = change.is_some_and(|at| {
        let before = at.checked_sub(1.second()).unwrap_or(at);
        zone.offset_seconds(at) < zone.offset_seconds(before)
    });
    let [whose, whose_zh] = if is_there { ["Clocks there", "当地"] } else { ["Clocks at home", "本部"] };
    let [how, how_zh] = match (is_ahead, is_back) {
        (true, true) => ["go back", "将拨慢时钟"],
        (true, false) => ["go forward", "将拨快时钟"],
        (false, true) => ["went back", "已拨慢时钟"],
        (false, false) => ["went forward", "已拨快时钟"],
    };
    let (by, by_zh) = length(seconds.unsigned_abs());
    let [later, later_zh] = if seconds > 0 { ["later", "晚"] } else { ["earlier", "早"] };
    let (day, day_zh) = (day.en, day.zh);
    if is_ahead {
        return Words::new(
            format!("{whose} {how} on {day}: from then on the same hour there is {by} {later} at home."),
            format!("{whose_zh}{day_zh}{how_zh}：此后同一当地时间，在本部{later_zh}{by_zh}。"),
        );
    }
    Words::new(
        format!("{whose} {how} on {day}: the same hour there is {by} {later} at home than a week before."),
        format!("{whose_zh}{day_zh}{how_zh}：同一当地时间，在本部比上周{later_zh}{by_zh}。"),
    )
}

fn length(seconds: u32) -> (String, String) {
    if seconds == 3600 {
        return ("one hour".to_owned(), "一小时".to_owned());
    }
    let minutes = seconds / 60;
    (format!("{minutes} minutes"), format!("{minutes} 分钟"))
}
