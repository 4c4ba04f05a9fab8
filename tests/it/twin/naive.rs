//! The contract in the plainest words: loops over rows, one zone conversion a row, nothing of the crate.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan as _};

use super::clocks::{Clock, zone};
use super::world::{Delivery, MARKETS, What, World};

/// Market, date, slot, audience, broadcast, cover.
pub type Key = (String, String, String, String, String, String);
/// Impressions, unique impressions, clicks, clickers, entries, entrants, stays, dwell in milliseconds, orders.
pub type Counts = [i64; 9];
/// Market, date, object → rows in, counted, duplicate, outside, rejected.
pub type Accounts = BTreeMap<(String, String, String), [u64; 5]>;

#[derive(Default)]
pub struct Settled {
    pub funnel: BTreeMap<Key, Counts>,
    pub accounts: Accounts,
}

/// Which delivery of an event came first.
type Order<'a> = (i64, &'a str, u32);

fn order(row: &Delivery) -> Order<'_> {
    (row.occurred_us, &row.object, row.record)
}

/// Of an instant in microseconds and a viewer.
pub type Part<'p> = &'p dyn Fn(i64, &str) -> String;

pub fn settle(world: &World) -> Settled {
    settle_by(world, &|_, _| String::new())
}

/// The same by parts of a slot: a slot is told with the part that an instant and a viewer are in.
pub fn settle_by(world: &World, part: Part<'_>) -> Settled {
    let mut settled = Settled::default();
    for (market, clock) in MARKETS.iter().zip(world.clocks) {
        let mut date = world.from;
        while date <= world.to {
            settle_day(world, (market, clock, date), part, &mut settled);
            date = date.tomorrow().unwrap();
        }
    }
    settled
}

fn settle_day(world: &World, (market, clock, date): (&str, &Clock, Date), part: Part<'_>, settled: &mut Settled) {
    // The day's bounds: the first quarters of an hour whose date is this one and the next one.
    let start = first_instant(clock, date);
    let end = first_instant(clock, date.tomorrow().unwrap());
    // The exports that the day stands on.
    let scope: Vec<&Delivery> = world.rows.iter().filter(|row| reads(world, row, start, end)).collect();
    // Of each event, the delivery that counts.
    let mut first: BTreeMap<&str, Order<'_>> = BTreeMap::new();
    for row in scope.iter().filter(|row| is_signal(world, row) && is_in_reach(world, row)) {
        let best = first.entry(&row.event_id).or_insert(order(row));
        *best = (*best).min(order(row));
    }
    let text = |date: Date| date.to_string();
    let mut counted: Vec<(&Delivery, Key)> = Vec::new();
    for row in &scope {
        let account = settled.accounts.entry((market.to_owned(), text(date), row.object.clone())).or_default();
        account[0] += 1;
        if is_rejected(world, row) || (is_signal(world, row) && !is_in_reach(world, row)) {
            account[4] += 1;
            continue;
        }
        let credited = credited_us(row);
        if !is_signal(world, row) || row.market != market || local_date(clock, credited) != date {
            account[3] += 1;
        } else if first[row.event_id.as_str()] != order(row) {
            account[2] += 1;
        } else {
            account[1] += 1;
            let slot = slot(clock, credited).to_owned() + &part(credited, &row.viewer);
            let key =
                (market.to_owned(), text(date), slot, audience(row), row.broadcast.clone(), row.cover.clone());
            counted.push((row, key));
        }
    }
    for (row, key) in &counted {
        let counts = settled.funnel.entry(key.clone()).or_default();
        for (kind, at) in [(Kind::Show, 0), (Kind::Click, 2), (Kind::Enter, 4), (Kind::Order, 8)] {
            counts[at] += i64::from(is(world, row, kind));
        }
        if let Some(dwell_ms) = dwell_ms(world, row) {
            counts[6] += i64::from(dwell_ms >= 60_000);
            counts[7] += i64::from(dwell_ms);
        }
    }
    for (kind, at) in [(Kind::Show, 1), (Kind::Click, 3), (Kind::Enter, 5)] {
        let mut touches: BTreeMap<(&str, &str, &str), (Order<'_>, &Key)> = BTreeMap::new();
        for (row, key) in counted.iter().filter(|(row, _)| is(world, row, kind)) {
            let touch = touches.entry((&row.viewer, &row.broadcast, &row.cover)).or_insert((order(row), key));
            if order(row) < touch.0 {
                *touch = (order(row), key);
            }
        }
        for (_, key) in touches.into_values() {
            settled.funnel.get_mut(key).unwrap()[at] += 1;
        }
    }
    settled.funnel.retain(|_, counts| *counts != [0; 9]);
}

/// Whether the day from `start` to `end` stands on the object of a row.
fn reads(world: &World, row: &Delivery, start: i64, end: i64) -> bool {
    let export = &world.exports[row.export];
    let export_day = |us: i64| Timestamp::from_microsecond(us).unwrap().to_zoned(zone(export.zone)).date();
    let first = export_day(start).checked_sub(export.early.days()).unwrap();
    // A leave that is late is so from its own day, and that may be the one after the entry's.
    let late = export.late + i64::from(world.has_leaves && export.suffix == "csv");
    let last = export_day(end - 1).checked_add(late.days()).unwrap();
    first <= row.export_date && row.export_date <= last
}

/// Whether the day that a row counts on, looked at in this run or not, stands on the row's object.
fn is_in_reach(world: &World, row: &Delivery) -> bool {
    let at = MARKETS.iter().position(|market| *market == row.market).unwrap();
    let clock = world.clocks[at];
    let date = local_date(clock, credited_us(row));
    reads(world, row, first_instant(clock, date), first_instant(clock, date.tomorrow().unwrap()))
}

fn is_rejected(world: &World, row: &Delivery) -> bool {
    let is_stranger = !MARKETS.contains(&row.market) && row.what != What::Beat;
    matches!(row.what, What::Broken(_)) || (is_stranger && !world.ignores_strangers)
}

fn is_signal(world: &World, row: &Delivery) -> bool {
    !is_rejected(world, row) && row.what != What::Beat && MARKETS.contains(&row.market)
}

#[derive(Clone, Copy)]
enum Kind {
    Show,
    Click,
    Enter,
    Order,
}

fn is(world: &World, row: &Delivery, kind: Kind) -> bool {
    let enters = matches!(row.what, What::Enter | What::Flags { entered: true, .. });
    match kind {
        Kind::Show => matches!(row.what, What::Show | What::Flags { .. }),
        Kind::Click if world.entry_is_click => enters,
        Kind::Click => matches!(row.what, What::Tap | What::Flags { clicked: true, .. }),
        Kind::Enter => enters,
        Kind::Order => matches!(row.what, What::Paid | What::Flags { ordered: true, .. }),
    }
}

/// What a row says about time in the room.
pub fn dwell_ms(world: &World, row: &Delivery) -> Option<u32> {
    let carries = match row.what {
        What::Leave => true,
        What::Enter => !world.has_leaves,
        What::Flags { entered, .. } => entered,
        _ => false,
    };
    carries.then_some(row.dwell_ms)
}

/// A leave is evidence about the entry that began its dwell before.
fn credited_us(row: &Delivery) -> i64 {
    if row.what == What::Leave { row.occurred_us - i64::from(row.dwell_ms) * 1000 } else { row.occurred_us }
}

fn audience(row: &Delivery) -> String {
    row.audience.map(|part| if part.is_empty() { "unknown" } else { part }).join(" / ")
}

fn local_date(clock: &Clock, us: i64) -> Date {
    let local = Timestamp::from_microsecond(us).unwrap().to_zoned(zone(clock.zone)).datetime();
    let day_starts_at: Time = clock.day_starts_at.parse().unwrap();
    if local.time() < day_starts_at { local.date().yesterday().unwrap() } else { local.date() }
}

/// The last slot that has begun by the wall clock; in the small hours of a broadcast day, the last of all.
fn slot(clock: &Clock, us: i64) -> &'static str {
    let wall = Timestamp::from_microsecond(us).unwrap().to_zoned(zone(clock.zone)).time();
    let begun = clock.slots.iter().rev().find(|(_, start)| start.parse::<Time>().unwrap() <= wall);
    begun.or(clock.slots.last()).unwrap().0
}

fn first_instant(clock: &Clock, date: Date) -> i64 {
    const QUARTER_US: i64 = 900_000_000;
    let midnight = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap().as_microsecond();
    (-96..192).map(|quarter| midnight + quarter * QUARTER_US).find(|us| local_date(clock, *us) == date).unwrap()
}
