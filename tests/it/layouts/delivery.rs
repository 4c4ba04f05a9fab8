//! How a platform delivers what happened: cut into objects by some clock, late, twice, in parts, or not at all; and
//! what the configuration believes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::truth::{Event, MARKETS, Truth, What, ZONES};
use crate::twin::clocks::zone;
use crate::twin::dice::Dice;

/// What one object covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An object a day.
    Daily,
    /// A folder a day, with so many objects among which rows are dealt.
    Parts(usize),
    /// A folder a day, with an object an hour.
    Hourly,
    /// Objects that do not say which day they are of.
    Undated,
}

/// How the delivery was made.
pub struct Layout {
    pub shape: Shape,
    /// By whose days objects are cut.
    pub cut: &'static str,
    /// By whose days the configuration says that they are.
    pub configured: &'static str,
    pub late_days: i64,
    /// Whether some rows are later than the configuration allows.
    pub too_late: bool,
    pub has_ids: bool,
    /// The object that was delivered twice, and its copy.
    pub doubled: Option<(String, String)>,
    /// What never came.
    pub missing: Option<String>,
    /// What came first with only a part of its rows, and whole after the first run.
    pub restated: Option<String>,
    /// Events by object, in the order of their records.
    pub objects: BTreeMap<String, Vec<usize>>,
}

impl Layout {
    pub fn of(dice: &mut Dice, truth: &Truth) -> Self {
        let shape = match dice.below(6) {
            0 | 1 => Shape::Daily,
            2 => Shape::Parts(2 + dice.below(3)),
            3 | 4 => Shape::Hourly,
            _ => Shape::Undated,
        };
        let cut = dice.pick(&ZONES);
        let configured = if dice.one_in(3) { dice.pick(&ZONES) } else { cut };
        let mut layout = Self {
            shape,
            cut,
            configured,
            late_days: dice.whole(2),
            too_late: dice.one_in(8),
            has_ids: !dice.one_in(3),
            doubled: None,
            missing: None,
            restated: None,
            objects: BTreeMap::new(),
        };
        layout.deal(dice, truth);
        match dice.below(5) {
            0 => layout.double(dice),
            1 => layout.lose(dice),
            2 => layout.restated = layout.any(dice),
            _ => {}
        }
        layout
    }

    fn folder(&self, date: Date) -> String {
        match self.shape {
            Shape::Daily => format!("shop/{date}.csv"),
            Shape::Parts(_) | Shape::Hourly => format!("shop/{date}/"),
            Shape::Undated => "shop/".to_owned(),
        }
    }

    fn deal(&mut self, dice: &mut Dice, truth: &Truth) {
        // Every date has its objects, whether anything happened on it or not. Some platforms began to deliver long before,
        // some on the day on which the first of all happened.
        let first = truth.events.iter().map(|event| event.at.to_zoned(zone(self.cut)).date()).min();
        let first = first.filter(|_| dice.one_in(2)).unwrap_or(shifted(truth.from, -4));
        for date in dates(first, shifted(truth.to, 6)) {
            for object in self.of_date(date) {
                self.objects.entry(object).or_default();
            }
        }
        for event in &truth.events {
            let own = event.at.to_zoned(zone(self.cut));
            let late = match dice.below(12) {
                0 => dice.whole(self.late_days),
                1 if self.too_late => self.late_days + 1 + dice.whole(1),
                _ => 0,
            };
            let date = shifted(own.date(), late);
            let objects = self.of_date(date);
            let number = match self.shape {
                Shape::Hourly => usize::try_from(own.hour()).unwrap(),
                _ => dice.below(objects.len()),
            };
            self.objects.entry(objects[number].clone()).or_default().push(event.id);
        }
    }

    fn of_date(&self, date: Date) -> Vec<String> {
        let folder = self.folder(date);
        match self.shape {
            Shape::Daily => vec![folder],
            Shape::Parts(parts) => (0..parts).map(|part| format!("{folder}part-{part}.csv")).collect(),
            Shape::Hourly => (0..24).map(|hour| format!("{folder}{hour:02}.csv")).collect(),
            Shape::Undated => vec![format!("{folder}all.csv"), format!("{folder}more.csv")],
        }
    }

    /// An object with rows in it.
    fn any(&self, dice: &mut Dice) -> Option<String> {
        let full: Vec<&String> =
            self.objects.iter().filter(|(_, rows)| rows.len() > 2).map(|(key, _)| key).collect();
        (!full.is_empty()).then(|| full[dice.below(full.len())].clone())
    }

    fn double(&mut self, dice: &mut Dice) {
        let Some(object) = self.any(dice).filter(|_| self.shape != Shape::Daily) else { return };
        let copy = object.replace(".csv", " (1).csv");
        self.objects.insert(copy.clone(), self.objects[&object].clone());
        self.doubled = Some((object, copy));
    }

    fn lose(&mut self, dice: &mut Dice) {
        let Some(object) = self.any(dice) else { return };
        self.objects.remove(&object);
        self.missing = Some(object);
    }

    /// Whether deliveries began days before anything happened.
    pub fn begins_before(&self, truth: &Truth) -> bool {
        let of_date = self.of_date(shifted(truth.from, -4));
        of_date.iter().any(|object| self.objects.contains_key(object))
    }

    /// Whether the configuration says of the delivery what is true of it, and nothing is amiss with it.
    pub fn is_sound(&self) -> bool {
        let is_told_truly = self.cut == self.configured && !self.too_late;
        let counts_once = self.doubled.is_none() || self.has_ids;
        is_told_truly && counts_once && self.missing.is_none() && self.shape != Shape::Undated
    }

    /// Whether an event that was not delivered lay in an object of its own day, and that objects of other days show that
    /// one lacks. Whether there were rows in a file that is there for late rows alone nobody can know.
    pub fn is_missed(&self, event: &Event) -> bool {
        let own = event.at.to_zoned(zone(self.cut)).date();
        let is_told_truly = self.cut == self.configured && self.shape != Shape::Undated;
        is_told_truly && self.missing.as_ref().is_some_and(|object| self.of_date(own).contains(object))
    }

    /// Events that are in some object.
    pub fn delivered(&self) -> BTreeSet<usize> {
        self.objects.values().flatten().copied().collect()
    }

    /// What the configuration says of the platform.
    pub fn yaml(&self) -> String {
        let path = match self.shape {
            Shape::Daily => "shop/{date:%Y-%m-%d}.csv",
            Shape::Parts(_) | Shape::Hourly => "shop/{date:%Y-%m-%d}/*.csv",
            Shape::Undated => "shop/*.csv",
        };
        let day = match self.shape {
            Shape::Undated => String::new(),
            _ => format!("    day: {{timezone: {}}}\n    late_days: {}\n", self.configured, self.late_days),
        };
        let event_id = if self.has_ids { "      event_id: id\n" } else { "" };
        format!(
            "version: 1\nconventions: {{impression: displays, click: cover_tap}}\nsettle: 24h\nexports:\n  - name: events\n    \
             rows: events\n    path: \"{path}\"\n{day}    format: csv\n    columns:\n{event_id}      occurred_at: at\n      \
             event: {{column: event, values: {{show: impression, leave: leave}}}}\n      market: {{column: market, otherwise: reject}}\n      \
             broadcast_id: room\n      cover_id: cover\n      viewer_id: viewer\n      dwell_seconds: dwell\n"
        )
    }

    /// The text of an object with the first so many of its rows.
    pub fn csv(&self, truth: &Truth, object: &str, rows: usize) -> String {
        let mut csv = "id,at,event,market,room,cover,viewer,dwell\n".to_owned();
        for id in self.objects[object].iter().take(rows) {
            let event = &truth.events[*id];
            let (word, dwell) = match event.what {
                What::Show => ("show", String::new()),
                What::Leave { dwell_seconds } => ("leave", dwell_seconds.to_string()),
            };
            let (market, viewer) = (MARKETS[event.market], event.viewer);
            csv.push_str(&format!("e{id},{},{word},{market},r{market},c1,v{viewer},{dwell}\n", event.at));
        }
        csv
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shape, cut, configured, late_days, too_late, has_ids, doubled, missing, restated, objects } =
            self;
        write!(f, "{shape:?} in {} objects, cut by {cut}, {configured} says the configuration, ", objects.len())?;
        write!(f, "late_days {late_days} (too late: {too_late}), ids: {has_ids}, doubled {doubled:?}, ")?;
        write!(f, "missing {missing:?}, restated {restated:?}")
    }
}

fn shifted(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap()
}

fn dates(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |date| date.tomorrow().ok()).take_while(move |date| *date <= to)
}
