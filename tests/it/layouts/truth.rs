//! What happened, before anybody exported it: one event after the other, each on the local date on which it counts.
//!
//! Nothing here knows of exports, folders or the program.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::twin::clocks::zone;
use crate::twin::dice::Dice;

/// Zones of markets and of exporters: whole hours, halves and quarters, both sides of the date line, clock changes at
/// midnight and at noon of UTC.
pub const ZONES: [&str; 40] = [
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Bangkok",
    "Asia/Beirut",
    "Asia/Dubai",
    "Asia/Ho_Chi_Minh",
    "Asia/Jakarta",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Yangon",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Madrid",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Honolulu",
];

/// First dates of weeks with and without changes of clocks.
const WEEKS: [&str; 6] = ["2026-03-06", "2026-03-27", "2026-04-03", "2026-09-04", "2026-10-30", "2026-11-18"];

/// Names of markets, in their order.
pub const MARKETS: [&str; 2] = ["AA", "BB"];

/// What a viewer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Saw the cover.
    Show,
    /// Left the room after so many seconds; counts on the day on which the viewer came.
    Leave {
        /// How long the stay was.
        dwell_seconds: i64,
    },
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: usize,
    /// Index into [`MARKETS`].
    pub market: usize,
    pub at: Timestamp,
    pub what: What,
    pub viewer: usize,
}

/// All that happened in some markets within a few days.
pub struct Truth {
    /// The zone of each market.
    pub zones: Vec<&'static str>,
    pub from: Date,
    pub to: Date,
    pub events: Vec<Event>,
}

impl Truth {
    pub fn of(dice: &mut Dice) -> Self {
        let zones: Vec<&str> = (0..=dice.below(2)).map(|_| dice.pick(&ZONES)).collect();
        let from: Date = dice.pick(&WEEKS).parse().unwrap();
        let to = from.checked_add((3 + dice.whole(2)).days()).unwrap();
        let mut truth = Self { zones, from, to, events: Vec::new() };
        for market in 0..truth.zones.len() {
            truth.fill(market, dice);
        }
        truth
    }

    /// An event in most hours of the market's days, on the hour or anywhere within it.
    fn fill(&mut self, market: usize, dice: &mut Dice) {
        let zone = zone(self.zones[market]);
        let start = zone.to_timestamp(self.from.at(0, 0, 0, 0)).unwrap();
        let end = zone.to_timestamp(self.to.tomorrow().unwrap().at(0, 0, 0, 0)).unwrap();
        let mut hour = start;
        while hour < end {
            if !dice.one_in(6) {
                let within = if dice.one_in(3) { 0 } else { dice.whole(3_599) };
                let at = hour + SignedDuration::from_secs(within);
                // Most stays are short; some cross midnight.
                let longest = if dice.one_in(3) { 20 * 3_600 } else { 3_000 };
                let leaves = dice.one_in(7);
                let dwell_seconds = 60 + dice.whole(longest);
                let what = if leaves { What::Leave { dwell_seconds } } else { What::Show };
                self.events.push(Event { id: self.events.len(), market, at, what, viewer: dice.below(40) });
            }
            hour += SignedDuration::from_hours(1);
        }
    }

    /// The market-day on which an event counts.
    pub fn day_of(&self, event: &Event) -> (usize, Date) {
        let counts_at = match event.what {
            What::Show => event.at,
            What::Leave { dwell_seconds } => event.at - SignedDuration::from_secs(dwell_seconds),
        };
        (event.market, counts_at.to_zoned(zone(self.zones[event.market])).date())
    }
}
