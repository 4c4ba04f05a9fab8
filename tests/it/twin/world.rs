//! A small invented world for one seed: two markets, two kinds of export, and deliveries chosen to hurt.
//!
//! Times fall on the exact bounds of days and slots and a microsecond beside them, or on a few shared instants so that
//! they tie; events come again in other files, changed or not; rows sit in early, late and far too late files.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::clocks::{CLOCKS, Clock, zone};
use super::dice::Dice;

const DAYS: i64 = 3;
const HOUR_US: i64 = 3_600_000_000;
pub const MARKETS: [&str; 2] = ["AA", "BB"];

/// One kind of export.
pub struct Export {
    pub zone: &'static str,
    pub early: i64,
    pub late: i64,
    pub suffix: &'static str,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Show,
    Tap,
    Enter,
    Leave,
    Paid,
    /// A row of the impressions export.
    Flags {
        clicked: bool,
        entered: bool,
        ordered: bool,
    },
    /// An event that the configuration ignores.
    Beat,
    /// A record that cannot be read.
    Broken(u64),
}

/// One row of one object.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub export: usize,
    pub export_date: Date,
    pub object: String,
    /// From 1, once all rows have their place.
    pub record: u32,
    pub event_id: String,
    pub occurred_us: i64,
    pub what: What,
    pub market: &'static str,
    pub broadcast: String,
    pub cover: String,
    pub viewer: String,
    pub audience: [&'static str; 2],
    pub dwell_ms: u32,
}

pub struct World {
    pub clocks: [&'static Clock; 2],
    pub exports: [Export; 2],
    pub from: Date,
    pub to: Date,
    /// The room entry is the click, and taps are not in the exports.
    pub entry_is_click: bool,
    /// Dwell comes with leaves; otherwise with entries.
    pub has_leaves: bool,
    /// Rows of unknown markets are ignored; otherwise rejected.
    pub ignores_strangers: bool,
    pub rows: Vec<Delivery>,
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn shifted(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap()
}

impl World {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let first = &CLOCKS[usize::try_from(seed % 8).unwrap()];
        let second = &CLOCKS[dice.below(8)];
        let from = date(first.weeks[dice.below(first.weeks.len())]);
        let exports = [
            Export { zone: dice.pick(&["UTC", "Asia/Shanghai"]), early: 0, late: dice.whole(2), suffix: "csv" },
            Export {
                zone: dice.pick(&["UTC", "America/Los_Angeles"]),
                early: dice.whole(1),
                late: 1,
                suffix: "ndjson",
            },
        ];
        let mut world = Self {
            clocks: [first, second],
            exports,
            from,
            to: shifted(from, DAYS - 1),
            entry_is_click: dice.one_in(3),
            has_leaves: !dice.one_in(3),
            ignores_strangers: dice.one_in(2),
            rows: Vec::new(),
        };
        world.fill(&mut dice);
        world
    }

    /// Every instant at which something begins, as far as a plain conversion tells.
    fn bounds(&self) -> Vec<i64> {
        let mut bounds = Vec::new();
        for clock in self.clocks {
            let zone = zone(clock.zone);
            for day in -1..=DAYS + 1 {
                let starts = clock.slots.iter().map(|(_, start)| *start).chain([clock.day_starts_at]);
                bounds.extend(starts.map(|start| {
                    let local = shifted(self.from, day).to_datetime(start.parse::<Time>().unwrap());
                    zone.to_timestamp(local).unwrap().as_microsecond()
                }));
            }
            let week = zone.to_timestamp(self.from.at(0, 0, 0, 0)).unwrap();
            let change = zone.following(week).next().map(|change| change.timestamp().as_microsecond());
            bounds.extend(change.filter(|at| *at < week.as_microsecond() + 24 * DAYS * HOUR_US));
        }
        bounds
    }

    fn fill(&mut self, dice: &mut Dice) {
        let bounds = self.bounds();
        let start = date_start(self.from) - 20 * HOUR_US;
        let span = (DAYS + 2) * 24 * HOUR_US;
        let ties: Vec<i64> = (0..4).map(|_| start + dice.whole(span)).collect();
        let when = |dice: &mut Dice| match dice.below(10) {
            0..4 => bounds[dice.below(bounds.len())] + dice.whole(2) - 1,
            4..6 => ties[dice.below(ties.len())],
            _ => start + dice.whole(span),
        };
        for number in 0..160 + dice.below(80) {
            let export = dice.below(2);
            let mut row = Delivery {
                export,
                export_date: self.from,
                object: String::new(),
                record: 0,
                event_id: format!("e{number}"),
                occurred_us: when(dice),
                what: self.what(dice, export),
                market: dice.pick(&["AA", "AA", "AA", "BB", "BB", "ZZ"]),
                broadcast: format!("room{}", dice.below(2)),
                cover: format!("cover{}", dice.below(2)),
                viewer: format!("v{}", dice.below(9)),
                audience: [dice.pick(&["f", "m", ""]), dice.pick(&["18-24", "25-34", ""])],
                dwell_ms: u32::try_from(dice.whole(90_000)).unwrap(),
            };
            if dice.one_in(4) {
                row.dwell_ms = u32::try_from(dice.whole(20 * 3_600_000)).unwrap();
            }
            self.place(dice, &mut row);
            self.rows.push(row.clone());
            while dice.one_in(3) {
                let mut again = row.clone();
                match dice.below(7) {
                    0 => again.occurred_us = when(dice),
                    1 => again.occurred_us += dice.whole(2) - 1,
                    2 => again.audience = ["x", "y"],
                    3 => again.market = dice.pick(&["AA", "BB", "ZZ"]),
                    4 => again.export = 1 - again.export,
                    _ => {}
                }
                if again.export != row.export || dice.one_in(4) {
                    again.what = self.what(dice, again.export);
                }
                self.place(dice, &mut again);
                self.rows.push(again);
            }
        }
        self.keep_every_date_present();
        dice.shuffle(&mut self.rows);
        let mut records: BTreeMap<String, u32> = BTreeMap::new();
        for row in &mut self.rows {
            let record = records.entry(row.object.clone()).or_default();
            *record += 1;
            row.record = *record;
        }
    }

    fn what(&self, dice: &mut Dice, export: usize) -> What {
        if dice.one_in(25) {
            return What::Broken(dice.whole(2).unsigned_abs());
        }
        if export == 1 {
            let clicked = !self.entry_is_click && dice.one_in(2);
            return What::Flags { clicked, entered: dice.one_in(2), ordered: dice.one_in(5) };
        }
        match dice.below(9) {
            0..3 => What::Show,
            3 if !self.entry_is_click => What::Tap,
            6 if self.has_leaves => What::Leave,
            7 => What::Paid,
            8 => What::Beat,
            _ => What::Enter,
        }
    }

    /// Puts a row into an object of its own day, of one that its export may use, or of one far off.
    fn place(&self, dice: &mut Dice, row: &mut Delivery) {
        let export = &self.exports[row.export];
        let own = Timestamp::from_microsecond(row.occurred_us).unwrap().to_zoned(zone(export.zone)).date();
        let days = match dice.below(12) {
            0 => 3,
            1 => -2,
            2..6 => dice.whole(export.late + export.early) - export.early,
            _ => 0,
        };
        row.export_date = shifted(own, days).clamp(shifted(self.from, -3), shifted(self.to, 4));
        row.object = self.object(row.export, row.export_date, if dice.one_in(4) { "b" } else { "a" });
    }

    /// Day before month, so that the order of names is not that of dates.
    pub fn object(&self, export: usize, date: Date, name: &str) -> String {
        format!("x/{}/{name}.{}", date.strftime("%d-%m-%Y"), self.exports[export].suffix)
    }

    /// A broken record in an object of every date, so that no market-day waits.
    fn keep_every_date_present(&mut self) {
        let mut template = self.rows[0].clone();
        template.what = What::Broken(0);
        for export in 0..2 {
            for day in -3..=DAYS + 3 {
                let export_date = shifted(self.from, day);
                let object = self.object(export, export_date, "a");
                self.rows.push(Delivery { export, export_date, object, ..template.clone() });
            }
        }
    }
}

fn date_start(date: Date) -> i64 {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap().as_microsecond()
}
