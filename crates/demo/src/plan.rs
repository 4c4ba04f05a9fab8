//! The broadcasts of the week: room, time and covers.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::airing::{Airing, Room};
use super::audience::Audience;
use super::calendar::{Calendar, PathDays};
use super::error::DemoError;
use super::platform::Platform;
use super::random::{SeededRng, mix};
use super::truth::CLICKBAIT;
use super::world::{MARKETS, Market};

const QUARTER_MS: i64 = 15 * 60 * 1000;

/// One live session in one room.
pub(super) struct Broadcast {
    /// Its id in the exports of its platform.
    pub(super) id: String,
    /// Who hosts it.
    pub(super) host: String,
    /// Unique in the demo; also the number of its random stream.
    pub(super) number: u64,
    pub(super) platform: &'static Platform,
    /// An index into [`MARKETS`].
    pub(super) market: usize,
    pub(super) local_date: Date,
    pub(super) starts_at_ms: i64,
    pub(super) ends_at_ms: i64,
    /// The time since midnight on the market's clock at the start.
    pub(super) local_start_ms: i64,
    airing: Airing,
    /// Its relative audience.
    pub(super) weight: u64,
}

impl Broadcast {
    /// The cover that a viewer sees, and the factor by which their audience taps it more often here than usual. Covers that take
    /// turns have fifteen minutes each.
    pub(super) fn cover_for(
        &self,
        viewer: u32,
        audience: Audience,
        at_ms: i64,
        rng: &mut SeededRng,
    ) -> (usize, f64) {
        let turn = usize::try_from((at_ms - self.starts_at_ms) / QUARTER_MS).unwrap_or(0);
        let place = self.airing.cover_for((self.number, viewer), audience, turn, rng);
        (place, self.airing.taste(place, audience))
    }

    pub(super) fn local_hour_at(&self, at_ms: i64) -> i64 {
        (self.local_start_ms + at_ms - self.starts_at_ms) / (4 * QUARTER_MS)
    }
}

/// The kind of a broadcast, by the market's clock.
#[derive(Clone, Copy)]
enum Show {
    /// Starts between 18:30 and 21:45, lasts two to six hours.
    Evening,
    /// On some days, and most days of a weekend: starts between 10:00 and 12:45, lasts two or three hours.
    Matinee,
    /// In a busy room: starts between 16:00 and 16:30, lasts two hours.
    Teatime,
}

impl Show {
    /// Start and length in quarters of an hour.
    fn quarters(self, rng: &mut SeededRng) -> (u32, u32) {
        match self {
            Self::Evening => (18 * 4 + 2 + rng.below(14), 8 + rng.below(17)),
            Self::Matinee => (10 * 4 + rng.below(12), 8 + rng.below(5)),
            Self::Teatime => (16 * 4 + rng.below(3), 8),
        }
    }

    /// Its relative audience.
    fn weight(self, rng: &mut SeededRng) -> u64 {
        match self {
            Self::Evening => 85 + u64::from(rng.below(31)),
            Self::Matinee | Self::Teatime => 45,
        }
    }
}

/// All broadcasts of these platforms, by local date. `has_bait`: some have the cover of [`CLICKBAIT`].
pub(super) fn broadcasts(
    seed: u64,
    calendar: &Calendar,
    platforms: &'static [Platform; 3],
    has_bait: bool,
) -> Result<Vec<Broadcast>, DemoError> {
    let mut rooms = Vec::with_capacity(MARKETS.len() * platforms.len());
    for (market, Market { code, .. }) in MARKETS.iter().enumerate() {
        for platform in platforms {
            let mut room = Room::new(seed, platform, market, calendar)?;
            if has_bait && CLICKBAIT.is_in(platform.name, code) {
                room.bait_now_and_then();
            }
            rooms.push((market, platform, room));
        }
    }
    let mut list = Vec::new();
    for date in calendar.broadcast_dates() {
        let is_eve = date < calendar.first_date;
        for (market, platform, room) in &rooms {
            let (day, place) = (u64::from(date.day_of_year().unsigned_abs()), u64::try_from(*market).unwrap_or(0));
            let mut rng = SeededRng::new(seed, mix(day * 64 + place * 8 + platform.number));
            for show in shows(room, date, is_eve, &mut rng) {
                let number = u64::try_from(list.len()).unwrap_or(0) + 1;
                let mut made = broadcast(number, (*platform, *market, room), date, show, &mut rng)?;
                // The evening before is included for shows that run past midnight, and is smaller.
                made.weight *= if is_eve { 1 } else { 4 };
                list.push(made);
            }
        }
    }
    keep_exported(calendar, platforms, list)
}

/// The broadcasts of a room on a day. No room skips the evening before, so that every platform has rows on its first day.
fn shows(room: &Room, date: Date, is_eve: bool, rng: &mut SeededRng) -> Vec<Show> {
    if is_eve {
        return vec![Show::Evening];
    }
    if room.is_busy() {
        return vec![Show::Matinee, Show::Teatime, Show::Evening];
    }
    let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let mut shows = Vec::with_capacity(2);
    if rng.happens(if is_weekend { 0.7 } else { 0.3 }) {
        shows.push(Show::Matinee);
    }
    if !rng.happens(0.05) {
        shows.push(Show::Evening);
    }
    shows
}

fn broadcast(
    number: u64,
    (platform, market, room): (&'static Platform, usize, &Room),
    date: Date,
    show: Show,
    rng: &mut SeededRng,
) -> Result<Broadcast, DemoError> {
    let (start, length) = show.quarters(rng);
    let hour = i8::try_from(start / 4).unwrap_or(0);
    let minute = i8::try_from(start % 4 * 15).unwrap_or(0);
    let zone = TimeZone::get(MARKETS[market].zone)?;
    let starts_at = date.at(hour, minute, 0, 0).to_zoned(zone)?.timestamp();
    let starts_at_ms = starts_at.as_millisecond();
    Ok(Broadcast {
        id: platform.ids.broadcast(starts_at.as_second(), number),
        host: host(market, number),
        number,
        platform,
        market,
        local_date: date,
        starts_at_ms,
        ends_at_ms: starts_at_ms + i64::from(length) * QUARTER_MS,
        local_start_ms: i64::from(start) * QUARTER_MS,
        airing: room.airing(date, rng),
        weight: show.weight(rng) * u64::from(MARKETS[market].size),
    })
}

/// A market has two or three hosts. Who is on air when is decided by nothing that viewers could know.
fn host(market: usize, number: u64) -> String {
    let hosts = 2 + u64::from(market.is_multiple_of(2));
    format!("host-{}-{}", MARKETS[market].lower_code, mix(number) % hosts + 1)
}

/// Removes broadcasts that began before the first export of their platform.
fn keep_exported(
    calendar: &Calendar,
    platforms: &[Platform],
    mut list: Vec<Broadcast>,
) -> Result<Vec<Broadcast>, DemoError> {
    for platform in platforms {
        let days = PathDays::new(calendar, platform.zone)?;
        list.retain(|made| made.platform.number != platform.number || days.day_of(made.starts_at_ms).is_some());
    }
    Ok(list)
}
