//! What happened, before anybody wrote it into a file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan as _};

use crate::twin::clocks::zone;
use crate::twin::dice::Dice;

/// What one row of an export is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A video, an ad or a note over a day.
    Days,
    /// A broadcast, from its start to its end.
    Sessions,
    /// An hour.
    Hours,
    /// A minute.
    Minutes,
    /// Ten minutes.
    TenMinutes,
}

/// A row. `clicks` are entries where the entry is the click.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: String,
    pub title: String,
    pub campaign: String,
    pub cover: String,
    /// On the clock of the market.
    pub start: DateTime,
    pub seconds: i64,
    pub impressions: i64,
    pub clicks: i64,
    pub entries: i64,
    pub entrants: i64,
    pub mean_seconds: i64,
    pub dwell_seconds: i64,
    pub orders: i64,
    pub product_impressions: i64,
    pub product_clicks: i64,
}

/// A share in so many decimals of a percent, rounded half up, and nothing of nothing.
pub fn share(of: i64, among: i64, decimals: usize) -> String {
    percent(of, among, decimals).unwrap_or_default()
}

/// 100 × of ÷ among in so many decimals.
pub fn percent(of: i64, among: i64, decimals: usize) -> Option<String> {
    let scale = 10_i64.pow(u32::try_from(decimals).unwrap());
    let scaled = (among > 0).then(|| (of * 100 * scale * 2 + among) / (2 * among))?;
    let (whole, part) = (scaled / scale, scaled % scale);
    Some(if decimals == 0 { whole.to_string() } else { format!("{whole}.{part:0decimals$}") })
}

/// A day of a market.
#[derive(Debug, Clone)]
pub struct Truth {
    pub market: &'static str,
    pub zone: &'static str,
    pub day: Date,
    pub kind: Kind,
    pub rows: Vec<Row>,
}

/// Sums of a day or of one of its slots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub impressions: i64,
    pub clicks: i64,
    pub entries: i64,
    pub dwell_seconds: i64,
    pub orders: i64,
}

const SLOTS: [(&str, i8, i8); 5] =
    [("night", 0, 6), ("morning", 6, 12), ("afternoon", 12, 19), ("prime", 19, 23), ("late", 23, 24)];
const WORDS: [&str; 8] =
    ["Night sale", "Autumn dress", "Herbst, neu", "Promoção", "夜场", "Live \"one\"", "セール", "Đầm đỏ"];

/// The slot of a time of day.
pub fn slot(time: Time) -> &'static str {
    SLOTS.iter().find(|(_, from, until)| (*from..*until).contains(&time.hour())).unwrap().0
}

impl Truth {
    pub fn of(dice: &mut Dice, kind: Kind, (market, zone): (&'static str, &'static str), day: Date) -> Self {
        let mut truth = Self { market, zone, day, kind, rows: Vec::new() };
        let rooms = 1 + dice.below(4);
        let rows = match kind {
            Kind::Days | Kind::Sessions => 1 + dice.below(9),
            Kind::Hours | Kind::Minutes | Kind::TenMinutes => 2 + dice.below(16),
        };
        let mut taken = BTreeSet::new();
        for number in 0..rows {
            let room = if matches!(kind, Kind::Days | Kind::Sessions) { number } else { dice.below(rooms) };
            let start = truth.start(dice, &mut taken);
            truth.rows.push(truth.row(dice, room, start));
        }
        truth.rows.sort_by_key(|row| row.start);
        truth
    }

    /// A time at which nothing else begins, and that no clock change makes doubtful.
    fn start(&self, dice: &mut Dice, taken: &mut BTreeSet<Time>) -> Time {
        loop {
            let hour = i8::try_from(4 + dice.below(19)).unwrap();
            let minute = match self.kind {
                Kind::Days | Kind::Hours => 0,
                Kind::TenMinutes => 10 * i8::try_from(dice.below(6)).unwrap(),
                Kind::Minutes | Kind::Sessions => i8::try_from(dice.below(60)).unwrap(),
            };
            let time = jiff::civil::time(if self.kind == Kind::Days { 0 } else { hour }, minute, 0, 0);
            if self.kind == Kind::Days || taken.insert(time) {
                return time;
            }
        }
    }

    fn row(&self, dice: &mut Dice, room: usize, start: Time) -> Row {
        let impressions = if dice.one_in(12) { 0 } else { 40 + dice.whole(60_000) };
        let clicks = impressions * dice.whole(150) / 1000;
        let is_short = matches!(self.kind, Kind::Hours | Kind::Minutes | Kind::TenMinutes);
        let seconds = match self.kind {
            Kind::Days => 86_400,
            Kind::Hours => 3600,
            Kind::Minutes => 60,
            Kind::TenMinutes => 600,
            Kind::Sessions => {
                let (_, _, until) = SLOTS.iter().find(|(_, _, until)| start.hour() < *until).unwrap();
                let left = i64::from(*until - start.hour()) * 3600 - i64::from(start.minute()) * 60;
                60 * (1 + dice.whole(left / 60 - 1))
            }
        };
        let title = WORDS[(room + usize::from(dice.one_in(3))) % WORDS.len()];
        let entries = if is_short { clicks } else { clicks + dice.whole(400) };
        let mean_seconds = 5 + dice.whole(200);
        Row {
            id: format!("{}", 7_388_120_045_123_456_000_u64 + room as u64 * 17),
            title: title.to_owned(),
            campaign: format!("Campaign {}", room % 3),
            cover: format!("ad-{room}"),
            start: self.day.to_datetime(start),
            seconds,
            impressions,
            clicks,
            entries,
            entrants: clicks * (50 + dice.whole(50)) / 100,
            mean_seconds,
            dwell_seconds: entries * mean_seconds,
            orders: dice.whole(12),
            product_impressions: 200 + dice.whole(3000),
            product_clicks: dice.whole(150),
        }
    }

    /// The same with the entry for the click, as where the platform says so.
    pub fn entered(mut self) -> Self {
        for row in &mut self.rows {
            row.entries = row.clicks;
            row.dwell_seconds = row.entries * row.mean_seconds;
        }
        self
    }

    /// The same with means over viewers.
    pub fn per_viewer(mut self) -> Self {
        for row in &mut self.rows {
            row.dwell_seconds = row.entrants * row.mean_seconds;
        }
        self
    }

    /// The same with as many rows, each of a broadcast of its own.
    pub fn with_rows(mut self, dice: &mut Dice, rows: usize) -> Self {
        for number in self.rows.len()..rows {
            let start = self.rows[0].start.time();
            self.rows.push(self.row(dice, number, start));
        }
        self
    }

    pub fn at(&self, row: &Row) -> Timestamp {
        row.start.to_zoned(zone(self.zone)).unwrap().timestamp()
    }

    /// By slot, or under `all_day` where rows are days.
    pub fn counts(&self) -> BTreeMap<&'static str, Counts> {
        let mut counts: BTreeMap<&'static str, Counts> = BTreeMap::new();
        for row in &self.rows {
            let slot = if self.kind == Kind::Days { "all_day" } else { slot(row.start.time()) };
            let sum = counts.entry(slot).or_default();
            sum.impressions += row.impressions;
            sum.clicks += row.clicks;
            sum.entries += row.entries;
            sum.dwell_seconds += row.dwell_seconds;
            sum.orders += row.orders;
        }
        counts
    }

    /// The sums over the day.
    pub fn total(&self) -> Counts {
        self.counts().values().fold(Counts::default(), |sum, slot| Counts {
            impressions: sum.impressions + slot.impressions,
            clicks: sum.clicks + slot.clicks,
            entries: sum.entries + slot.entries,
            dwell_seconds: sum.dwell_seconds + slot.dwell_seconds,
            orders: sum.orders + slot.orders,
        })
    }

    /// Rows that begin on a date of another clock.
    pub fn on(&self, date: Date, clock: &str) -> Vec<&Row> {
        self.rows.iter().filter(|row| self.at(row).to_zoned(zone(clock)).date() == date).collect()
    }

    pub fn days_around(&self) -> [Date; 3] {
        [self.day.checked_sub(1.day()).unwrap(), self.day, self.day.checked_add(1.day()).unwrap()]
    }
}
