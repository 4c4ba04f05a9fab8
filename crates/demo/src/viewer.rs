//! The behaviour of one viewer in one broadcast: sees covers, taps, enters, stays, buys, leaves, sees another cover.

use super::audience::{Audience, Mood};
use super::error::DemoError;
use super::plan::Broadcast;
use super::platform::Rows;
use super::random::SeededRng;
use super::row::{Event, Row};
use super::world::{COVERS, MARKETS, Market};

/// Seconds from one display to the next: exponential, mean 210.
const GAP_SECONDS: [u32; 17] = [1, 14, 28, 44, 60, 79, 99, 121, 146, 174, 206, 244, 291, 351, 437, 582, 1200];

/// Seconds in the room: lognormal, median 40, a long tail.
const DWELL_SECONDS: [u32; 17] = [2, 7, 11, 15, 19, 23, 28, 34, 40, 48, 57, 69, 84, 106, 142, 216, 700];

/// The most displays in one visit.
const MOST_DISPLAYS: u32 = 16;

/// The approximate number of rows of one visit.
pub(super) const ROWS_A_VISIT: u64 = 4;

/// How often a viewer comes.
const VISITS_EACH: u64 = 3;

/// The viewers of one platform. Each audience in each market has few enough viewers that most return during the week.
pub(super) struct ViewerPools(Vec<u32>);

impl ViewerPools {
    /// The viewers of a platform with about this many rows.
    pub(super) fn for_rows(rows: u64) -> Self {
        Self::with_visits(rows, |market| u64::from(market.size), VISITS_EACH)
    }

    /// The viewers of a platform with about this many rows, in markets of these relative sizes, of whom each comes so many times.
    pub(super) fn with_visits(rows: u64, size: impl Fn(&Market) -> u64, each: u64) -> Self {
        let sizes: u64 = MARKETS.iter().map(&size).sum();
        let mut pools = Vec::with_capacity(MARKETS.len() * 16);
        for market in &MARKETS {
            let visits = rows / ROWS_A_VISIT * size(market) / sizes;
            for audience in Audience::all() {
                let viewers = visits * audience.per_mille() / 1000 / each;
                pools.push(u32::try_from(viewers.clamp(5, 1 << 24)).unwrap_or(5));
            }
        }
        Self(pools)
    }

    /// A random viewer of this audience. The number encodes market and audience, so neither ever changes for a viewer.
    fn viewer(&self, market: usize, audience: Audience, rng: &mut SeededRng) -> u32 {
        let of_market = u32::try_from(market).unwrap_or(0);
        let pool = self.0[market * 15 + usize::try_from(audience.number()).unwrap_or(0)];
        ((of_market * 16 + audience.number()) << 24) | rng.below(pool)
    }
}

/// A display and its consequences.
struct Shown {
    at_ms: i64,
    cover: usize,
    clicked: bool,
    entered: bool,
    ordered: bool,
    dwell_seconds: u32,
}

/// One visit; `put` receives its rows in order of time.
pub(super) fn visit<'w>(
    broadcast: &'w Broadcast,
    pools: &ViewerPools,
    rng: &mut SeededRng,
    put: &mut impl FnMut(Row<'w>, &mut SeededRng) -> Result<(), DemoError>,
) -> Result<(), DemoError> {
    let at_ms = arrival_ms(broadcast, rng);
    let who = arriving(broadcast, pools, at_ms, rng);
    look_around(broadcast, who, at_ms, &|_, rate| rate, rng, put)
}

/// Who comes at this instant.
pub(super) fn arriving(
    broadcast: &Broadcast,
    pools: &ViewerPools,
    at_ms: i64,
    rng: &mut SeededRng,
) -> (u32, Audience) {
    let mood = Mood::at_hour(broadcast.local_hour_at(at_ms));
    let audience = Audience::arriving(mood, rng);
    (pools.viewer(broadcast.market, audience, rng), audience)
}

/// What a viewer does from their arrival on. `inclination` makes the probability of a click at an instant of the usual one.
pub(super) fn look_around<'w>(
    broadcast: &'w Broadcast,
    (viewer, audience): (u32, Audience),
    arrival_ms: i64,
    inclination: &impl Fn(i64, f64) -> f64,
    rng: &mut SeededRng,
    put: &mut impl FnMut(Row<'w>, &mut SeededRng) -> Result<(), DemoError>,
) -> Result<(), DemoError> {
    let mut at_ms = arrival_ms;
    for nth in 0..MOST_DISPLAYS {
        if at_ms >= broadcast.ends_at_ms {
            break;
        }
        let shown = display(broadcast, (viewer, audience), at_ms, nth, inclination, rng);
        rows(broadcast, viewer, audience, &shown, rng, put)?;
        at_ms += i64::from(shown.dwell_seconds) * 1000 + ms(rng.on_curve(&GAP_SECONDS));
        if !rng.happens(0.74) {
            break;
        }
    }
    Ok(())
}

/// Viewers arrive during the whole broadcast, more of them early.
pub(super) fn arrival_ms(broadcast: &Broadcast, rng: &mut SeededRng) -> i64 {
    let seconds = u32::try_from((broadcast.ends_at_ms - broadcast.starts_at_ms) / 1000).unwrap_or(0);
    let one = rng.below(seconds);
    let second = if rng.happens(0.5) { one.min(rng.below(seconds)) } else { one };
    broadcast.starts_at_ms + i64::from(second) * 1000 + i64::from(rng.below(1000))
}

/// Shows a viewer a cover and draws the consequences at random.
fn display(
    broadcast: &Broadcast,
    (viewer, audience): (u32, Audience),
    at_ms: i64,
    nth: u32,
    inclination: &impl Fn(i64, f64) -> f64,
    rng: &mut SeededRng,
) -> Shown {
    let (place, taste) = broadcast.cover_for(viewer, audience, at_ms, rng);
    let cover = &COVERS[place];
    let mood = Mood::at_hour(broadcast.local_hour_at(at_ms));
    let fatigue = 1.0 / (1.0 + 0.12 * f64::from(nth));
    let market = &MARKETS[broadcast.market];
    let click_rate =
        market.click_rate * cover.appeal_to(audience, market) * taste * audience.keenness(mood) * fatigue;
    let clicked = rng.happens(inclination(at_ms, click_rate));
    let entered = clicked && rng.happens(0.85);
    let mut shown = Shown { at_ms, cover: place, clicked, entered, ordered: false, dwell_seconds: 0 };
    if entered {
        let left_seconds = u32::try_from((broadcast.ends_at_ms - at_ms) / 1000).unwrap_or(0);
        let dwell = whole(rng.on_curve(&DWELL_SECONDS) * cover.stay);
        shown.dwell_seconds = dwell.min(left_seconds).max(1);
        let eagerness = if shown.dwell_seconds >= 60 { 1.6 } else { 0.6 };
        shown.ordered = rng.happens(0.03 * cover.buys * eagerness);
    }
    shown
}

/// Writes a display and its consequences as rows of the platform.
fn rows<'w>(
    broadcast: &'w Broadcast,
    viewer: u32,
    audience: Audience,
    shown: &Shown,
    rng: &mut SeededRng,
    put: &mut impl FnMut(Row<'w>, &mut SeededRng) -> Result<(), DemoError>,
) -> Result<(), DemoError> {
    let kind = broadcast.platform.rows;
    let mut row = Row {
        number: 0,
        occurred_at_ms: shown.at_ms,
        event: Event::Impression,
        broadcast,
        cover: shown.cover,
        viewer,
        audience,
        dwell_seconds: None,
        clicked: shown.clicked,
        entered: shown.entered,
        ordered: shown.ordered,
    };
    if kind == Rows::Impressions {
        row.dwell_seconds = shown.entered.then_some(shown.dwell_seconds);
        return put(row, rng);
    }
    put(row, rng)?;
    row.occurred_at_ms += 300 + i64::from(rng.below(2500));
    if shown.clicked && kind == Rows::Events {
        row.event = Event::Click;
        put(row, rng)?;
        row.occurred_at_ms += 200 + i64::from(rng.below(1200));
    }
    if !shown.entered {
        return Ok(());
    }
    let entered_at_ms = row.occurred_at_ms;
    let dwell_ms = shown.dwell_seconds * 1000;
    row.event = Event::Entry;
    put(row, rng)?;
    if kind == Rows::EventsWithoutTaps && rng.happens(0.1) {
        row.event = Event::Like;
        row.occurred_at_ms = entered_at_ms + i64::from(rng.below(dwell_ms));
        put(row, rng)?;
    }
    if shown.ordered {
        row.event = Event::Order;
        row.occurred_at_ms = entered_at_ms + i64::from(dwell_ms / 2 + rng.below(dwell_ms / 2));
        put(row, rng)?;
    }
    row.event = Event::Leave;
    row.occurred_at_ms = entered_at_ms + i64::from(dwell_ms);
    row.dwell_seconds = Some(shown.dwell_seconds);
    put(row, rng)
}

/// A number of seconds from a curve, in whole milliseconds.
fn ms(seconds: f64) -> i64 {
    i64::from(whole(seconds * 1000.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "curves are positive and below 2^32")]
fn whole(number: f64) -> u32 {
    number as u32
}
