//! Whatever way rows are cut into objects, each is counted in exactly one market-day, or is in a reject with a reason,
//! or holds its day. Nothing is silently outside of all days.
//!
//! [`truth`] says what happened, [`delivery`] how it was delivered and what the configuration believes; the program sees
//! the delivery alone. `COVERLEDGER_LAYOUTS=20000` tries more of them.

mod changes;
mod delivery;
mod truth;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use polars::prelude::AnyValue;

use crate::scenario::Scenario;
use crate::table;
use crate::twin::dice::Dice;
use delivery::Layout;
use truth::{MARKETS, Truth};

/// Of each of the tests below.
const LAYOUTS: u64 = 120;

type MarketDay = (usize, Date);

/// A platform's deliveries in a workspace, and what the program made of them.
struct Night {
    truth: Truth,
    layout: Layout,
    scenario: Scenario,
}

/// What became of a market-day by the account of the run.
struct Outcome {
    word: String,
    state: String,
    reason: String,
}

/// How often each thing happened, so that a world in which nothing does is noticed.
#[derive(Debug, Default)]
struct Seen {
    published: usize,
    withheld: usize,
    rejected: usize,
    sound_days: usize,
    lacking: usize,
}

impl Night {
    fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let truth = Truth::of(&mut dice);
        let layout = Layout::of(&mut dice, &truth);
        let scenario = scenario(&truth).platform("shop", &layout.yaml());
        Self { truth, layout, scenario }
    }

    /// Delivers everything and runs until nothing changes: at once where all came at once, else twice.
    fn run(&self) -> BTreeMap<MarketDay, Outcome> {
        let last = self.truth.to.checked_add(6.days()).unwrap();
        self.scenario.clock(&format!("{last}T00:00:00Z"));
        let newest = || format!("{last}T00:00:00Z").parse::<Timestamp>().unwrap() - SignedDuration::from_hours(24);
        for object in self.layout.objects.keys() {
            let rows = if self.layout.restated.as_ref() == Some(object) { 1 } else { usize::MAX };
            self.scenario.deliver_at(object, self.layout.csv(&self.truth, object, rows), newest());
        }
        let first = self.account();
        let Some(object) = &self.layout.restated else { return first };
        self.scenario.deliver_at(object, self.layout.csv(&self.truth, object, usize::MAX), newest());
        self.account()
    }

    fn account(&self) -> BTreeMap<MarketDay, Outcome> {
        let run = self.scenario.cli(&["run", "nightly", "--output", "json"]);
        let account: serde_json::Value = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}\n{}", run.stdout, run.stderr, self.layout));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let days = account["days"].as_array().unwrap().iter();
        days.map(|day| {
            let market = MARKETS.iter().position(|market| *market == text(&day["market"])).unwrap();
            let date = text(&day["local_date"]).parse().unwrap();
            let outcome = Outcome {
                word: text(&day["outcome"]),
                state: text(&day["state"]),
                reason: format!("{} {}", text(&day["reason"]), day["notes"]),
            };
            ((market, date), outcome)
        })
        .collect()
    }

    /// What the published table of a market-day counts, if there is one.
    fn published(&self, (market, date): MarketDay) -> Option<i64> {
        let folder = format!("archive/funnel/platform=shop/market={}/local_date={date}", MARKETS[market]);
        let objects = self.scenario.tree(&folder);
        (!objects.is_empty()).then(|| {
            let frame = table::frame(&objects);
            let sum = |name: &str| -> i64 {
                let column = frame.column(name).unwrap();
                let value = |row: usize| column.get(row).unwrap().extract::<i64>().unwrap_or(0);
                (0..frame.height()).map(value).sum()
            };
            sum("impressions") + sum("stays")
        })
    }

    /// Rejected records: object and number from 1.
    fn rejects(&self) -> BTreeSet<(String, u64)> {
        let objects = self.scenario.tree("archive/rejects");
        if objects.is_empty() {
            return BTreeSet::new();
        }
        let frame = table::frame(&objects);
        let (object, record) = (frame.column("object").unwrap(), frame.column("record").unwrap());
        let text = |value: AnyValue<'_>| value.str_value().into_owned();
        (0..frame.height())
            .map(|row| (text(object.get(row).unwrap()), record.get(row).unwrap().extract().unwrap()))
            .collect()
    }

    /// Events of which every copy was rejected.
    fn rejected_events(&self) -> BTreeSet<usize> {
        let rejects = self.rejects();
        let mut copies: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (object, rows) in &self.layout.objects {
            for (index, id) in rows.iter().enumerate() {
                let (all, rejected) = copies.entry(*id).or_default();
                *all += 1;
                *rejected += usize::from(rejects.contains(&(object.clone(), index as u64 + 1)));
            }
        }
        copies.into_iter().filter(|(_, (all, rejected))| all == rejected).map(|(id, _)| id).collect()
    }

    /// Events of a market-day that were delivered, and whether some lack that the files of other days show to be lacking.
    fn expected(&self) -> BTreeMap<MarketDay, (BTreeSet<usize>, bool)> {
        let delivered = self.layout.delivered();
        let mut expected: BTreeMap<MarketDay, (BTreeSet<usize>, bool)> = BTreeMap::new();
        for event in &self.truth.events {
            let (events, lacks) = expected.entry(self.truth.day_of(event)).or_default();
            if delivered.contains(&event.id) {
                events.insert(event.id);
            } else {
                *lacks |= self.layout.is_missed(event);
            }
        }
        expected
    }

    /// Holds what was published against what happened; says what is wrong.
    fn judge(&self, seen: &mut Seen) -> Result<(), String> {
        let outcomes = self.run();
        let mut expected = self.expected();
        let rejected = self.rejected_events();
        for (day, outcome) in &outcomes {
            let (events, lacks) = expected.remove(day).unwrap_or_default();
            let Outcome { word, state, reason } = outcome;
            let counted = events.difference(&rejected).count();
            let of_rejected = events.len() - counted;
            seen.rejected += of_rejected;
            let is_told = ["held", "waiting", "failed"].contains(&word.as_str()) && reason.len() > 10;
            // What was published before stays while a day is held.
            let Some(published) = self.published(*day).filter(|_| !is_told) else {
                // Before anything was delivered nothing can be lost.
                let is_before_all = word == "not begun" && counted == 0;
                if !is_before_all && !is_told {
                    return Err(format!("{day:?} of {} events is {word} ({reason})", events.len()));
                }
                // Days before which nothing was delivered may wait for what came before.
                let is_whole = self.layout.is_sound() && self.layout.begins_before(&self.truth);
                if is_whole && !events.is_empty() {
                    return Err(format!("{day:?} is sound and {word} ({reason})"));
                }
                seen.withheld += 1;
                continue;
            };
            if usize::try_from(published) != Ok(counted) {
                return Err(format!("{day:?} counts {published}, not {counted}; {of_rejected} are rejected"));
            }
            seen.published += 1;
            seen.sound_days += usize::from(self.layout.is_sound());
            seen.lacking += usize::from(lacks);
            if lacks && state != "provisional" && reason.len() < 10 {
                return Err(format!("{day:?} lacks rows and is {state}"));
            }
        }
        expected.retain(|_, (events, _)| !events.is_empty());
        if expected.is_empty() { Ok(()) } else { Err(format!("{:?} were not looked at", expected.keys())) }
    }
}

/// The markets of a truth, and a job that looks at all its days.
fn scenario(truth: &Truth) -> Scenario {
    let mut scenario = Scenario::in_memory();
    for (name, zone) in MARKETS.iter().zip(&truth.zones) {
        scenario = scenario.market(name, &format!("timezone: {zone}, slots: day_parts"));
    }
    scenario.job("shop", &MARKETS[..truth.zones.len()].join(", "), 12)
}

fn layouts(from: u64) {
    let more: Option<u64> = std::env::var("COVERLEDGER_LAYOUTS").ok().map(|count| count.parse().unwrap());
    let mut seen = Seen::default();
    let mut wrong = Vec::new();
    for number in 0..more.map_or(LAYOUTS, |count| count / 4) {
        let world = from * 1_000_000 + number;
        let case = Night::of(world);
        if let Err(what) = case.judge(&mut seen) {
            wrong.push(format!("seed {world}: {what}\n  {}, markets in {:?}", case.layout, case.truth.zones));
        }
    }
    println!("{seen:?}");
    assert!(wrong.is_empty(), "{} layouts:\n{}", wrong.len(), wrong.join("\n"));
    if more.is_none() {
        assert!(seen.published > 300 && seen.withheld > 100 && seen.rejected > 20, "{seen:?}");
        assert!(seen.sound_days > 100, "{seen:?}");
    }
}

#[test]
fn every_row_of_a_layout_is_counted_once_or_rejected_or_holds_its_day() {
    layouts(0);
}

#[test]
fn every_row_of_another_layout_is_counted_once_or_rejected_or_holds_its_day() {
    layouts(1);
}

#[test]
fn every_row_of_a_third_layout_is_counted_once_or_rejected_or_holds_its_day() {
    layouts(2);
}

#[test]
fn every_row_of_a_fourth_layout_is_counted_once_or_rejected_or_holds_its_day() {
    layouts(3);
}
