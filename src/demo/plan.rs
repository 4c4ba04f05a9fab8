//! The broadcasts of the week: who is on air when, with which covers.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::calendar::{Calendar, PathDays};
use super::chance::{Chance, mix};
use super::error::DemoError;
use super::platform::{PLATFORMS, Platform};
use super::world::{COVERS, MARKETS, Market};

const QUARTER_MS: i64 = 15 * 60 * 1000;

/// One live session in one room.
pub(super) struct Broadcast {
    /// Its id in the exports of its platform.
    pub(super) id: String,
    /// Unique over the demo; its stream of chance.
    pub(super) number: u64,
    pub(super) platform: &'static Platform,
    /// A place in [`MARKETS`].
    pub(super) market: usize,
    pub(super) local_date: Date,
    pub(super) starts_at_ms: i64,
    pub(super) ends_at_ms: i64,
    /// What the market's clock reads at the start, from midnight.
    pub(super) local_start_ms: i64,
    /// Places in [`COVERS`]: three to five, on air in turn.
    covers: Vec<usize>,
    /// Its relative audience.
    pub(super) weight: u64,
}

impl Broadcast {
    /// The cover on air: they take turns of fifteen minutes.
    pub(super) fn cover_at(&self, at_ms: i64) -> usize {
        let turn = usize::try_from((at_ms - self.starts_at_ms) / QUARTER_MS).unwrap_or(0);
        self.covers[turn % self.covers.len()]
    }

    pub(super) fn local_hour_at(&self, at_ms: i64) -> i64 {
        (self.local_start_ms + at_ms - self.starts_at_ms) / (4 * QUARTER_MS)
    }
}

/// When a broadcast is put on, by the market's clock.
enum Show {
    /// Starts between 18:30 and 21:45, lasts two to six hours.
    Evening,
    /// On some weekend days: starts between 10:00 and 12:45, lasts two or three hours.
    Matinee,
}

/// All broadcasts, by local date.
pub(super) fn broadcasts(seed: u64, calendar: &Calendar) -> Result<Vec<Broadcast>, DemoError> {
    let mut list = Vec::new();
    for date in calendar.broadcast_dates() {
        let is_eve = date < calendar.first_date;
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        for (market, place) in MARKETS.iter().zip(0..) {
            for platform in &PLATFORMS {
                let day = u64::from(date.day_of_year().unsigned_abs());
                let mut chance = Chance::new(seed, mix(day * 64 + place * 8 + platform.number));
                // The eve is there for the shows that run past midnight, and is smaller. Nobody skips it, so that
                // every platform has rows on its first day.
                let weight = if is_eve { 1 } else { 4 };
                let mut put_on = |show: Show, weight: u64, chance: &mut Chance| {
                    let number = u64::try_from(list.len()).unwrap_or(0) + 1;
                    let market_at = (market, usize::try_from(place).unwrap_or(0));
                    broadcast(number, platform, market_at, date, &show, weight, chance).map(|made| list.push(made))
                };
                if is_eve || !chance.happens(0.05) {
                    put_on(Show::Evening, weight * (85 + u64::from(chance.below(31))), &mut chance)?;
                }
                if !is_eve && is_weekend && chance.happens(0.4) {
                    put_on(Show::Matinee, weight * 45, &mut chance)?;
                }
            }
        }
    }
    keep_exported(calendar, list)
}

fn broadcast(
    number: u64,
    platform: &'static Platform,
    (market, place): (&Market, usize),
    date: Date,
    show: &Show,
    weight: u64,
    chance: &mut Chance,
) -> Result<Broadcast, DemoError> {
    // In quarters of an hour.
    let (start, length) = match show {
        Show::Evening => (18 * 4 + 2 + chance.below(14), 8 + chance.below(17)),
        Show::Matinee => (10 * 4 + chance.below(12), 8 + chance.below(5)),
    };
    let hour = i8::try_from(start / 4).unwrap_or(0);
    let minute = i8::try_from(start % 4 * 15).unwrap_or(0);
    let zone = TimeZone::get(market.zone)?;
    let starts_at = date.at(hour, minute, 0, 0).to_zoned(zone)?.timestamp();
    let starts_at_ms = starts_at.as_millisecond();
    Ok(Broadcast {
        id: platform.ids.broadcast(starts_at.as_second(), number),
        number,
        platform,
        market: place,
        local_date: date,
        starts_at_ms,
        ends_at_ms: starts_at_ms + i64::from(length) * QUARTER_MS,
        local_start_ms: i64::from(start) * QUARTER_MS,
        covers: covers(chance),
        weight: weight * u64::from(market.size),
    })
}

/// Three to five different covers, the order by chance.
fn covers(chance: &mut Chance) -> Vec<usize> {
    let mut places: Vec<usize> = (0..COVERS.len()).collect();
    let count = 3 + chance.index(3);
    for place in 0..count {
        let other = place + chance.index(places.len() - place);
        places.swap(place, other);
    }
    places.truncate(count);
    places
}

/// Leaves out what began before the first export of its platform.
fn keep_exported(calendar: &Calendar, mut list: Vec<Broadcast>) -> Result<Vec<Broadcast>, DemoError> {
    for platform in &PLATFORMS {
        let days = PathDays::new(calendar, platform.zone)?;
        list.retain(|made| made.platform.number != platform.number || days.day_of(made.starts_at_ms).is_some());
    }
    Ok(list)
}
