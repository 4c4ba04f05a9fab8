//! What the program made of a file, beside what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use polars::prelude::{AnyValue, DataFrame};

use super::truth::{Counts, Truth};
use crate::scenario::Scenario;
use crate::table;

/// Reads a count of the truth.
type Reads = fn(&Counts) -> i64;

/// The counts that are compared.
const COUNTED: [(&str, Reads); 5] = [
    ("impressions", |counts| counts.impressions),
    ("clicks", |counts| counts.clicks),
    ("entries", |counts| counts.entries),
    ("dwell_seconds", |counts| counts.dwell_seconds),
    ("orders", |counts| counts.orders),
];

/// What is published, by the count.
type Said = BTreeMap<&'static str, Option<Measure>>;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All that is published is what happened; how many counts that is.
    Equal(usize),
    /// Nothing is published, and this is why.
    Refused(String),
    /// It does not load, and this is what to decide.
    Asked(String),
    /// Something else is published, or nothing and nobody says why.
    Silent(String),
}

/// A count as published: what it is, and what it is at least and at most.
type Measure = (f64, f64, f64);

/// A market-day as published.
#[derive(Debug, Default)]
struct Day {
    by_slot: BTreeMap<String, BTreeMap<&'static str, Option<Measure>>>,
    broadcasts: BTreeSet<String>,
}

impl Day {
    fn of(frame: &DataFrame) -> Self {
        let mut day = Self::default();
        let at =
            |name: &str, row: usize| frame.column(name).ok().map(|column| column.get(row).unwrap().into_static());
        let number = |name: &str, row: usize| at(name, row).and_then(|value| value.extract::<f64>());
        let text =
            |name: &str, row: usize| at(name, row).map(|value: AnyValue<'_>| value.str_value().into_owned());
        for row in 0..frame.height() {
            day.broadcasts.extend(text("broadcast_id", row));
            let slot = day.by_slot.entry(text("slot", row).unwrap()).or_default();
            for (name, _) in COUNTED {
                let said = number(name, row).map(|value| {
                    let end = |end: &str| number(&format!("{name}_{end}"), row).unwrap_or(value);
                    (value, end("low"), end("high"))
                });
                let sum = slot.entry(name).or_insert(Some((0.0, 0.0, 0.0)));
                *sum = sum.zip(said).map(|(sum, said)| (sum.0 + said.0, sum.1 + said.1, sum.2 + said.2));
            }
        }
        day
    }

    fn says_something(&self) -> bool {
        self.by_slot
            .values()
            .flat_map(BTreeMap::values)
            .any(|measure| measure.is_some_and(|(value, ..)| value > 0.0))
    }

    /// The sums over all slots.
    fn whole(&self) -> BTreeMap<&'static str, Option<Measure>> {
        let mut whole: BTreeMap<&'static str, Option<Measure>> = BTreeMap::new();
        for (name, measure) in self.by_slot.values().flatten() {
            let sum = whole.entry(name).or_insert(Some((0.0, 0.0, 0.0)));
            *sum = sum.zip(*measure).map(|(sum, said)| (sum.0 + said.0, sum.1 + said.1, sum.2 + said.2));
        }
        whole
    }
}

/// What a workspace has published of a platform, and what it says of the days of which it has not.
pub struct Published {
    days: BTreeMap<(String, Date), Day>,
    reasons: BTreeMap<(String, Date), String>,
}

impl Published {
    /// Runs the nightly job and reads the archive.
    pub fn by(scenario: &Scenario, platform: &str) -> Self {
        let run = scenario.cli(&["run", "nightly", "--output", "json"]);
        let account: serde_json::Value = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr));
        let mut reasons = BTreeMap::new();
        for day in account["days"].as_array().unwrap() {
            let text = |key: &str| day[key].as_str().unwrap_or_default().to_owned();
            if text("platform") == platform {
                let said = [text("outcome"), text("state"), text("reason"), day["notes"].to_string()].join(" ");
                let is_said = !text("reason").is_empty();
                let date: Date = text("local_date").parse().unwrap();
                reasons.insert((text("market"), date), if is_said { said } else { String::new() });
            }
        }
        let mut days = BTreeMap::new();
        let folder = format!("archive/funnel/platform={platform}");
        for (name, bytes) in scenario.tree(&folder) {
            let (market, rest) = name.strip_prefix("market=").unwrap().split_once("/local_date=").unwrap();
            let date: Date = rest.split('/').next().unwrap().parse().unwrap();
            let frame = table::frame(&[(String::new(), bytes)].into());
            days.insert((market.to_owned(), date), Day::of(&frame));
        }
        Self { days, reasons }
    }

    /// Holds what is published of a file's day, and of those around it, against what happened. A draft may know the
    /// day and not the time.
    pub fn judge(&self, truth: &Truth, tells_broadcasts: bool, is_draft: bool) -> Verdict {
        let [before, day, after] = truth.days_around();
        let of = |date: Date| self.days.get(&(truth.market.to_owned(), date));
        for date in [before, after] {
            if of(date).is_some_and(Day::says_something) {
                return Verdict::Silent(format!("{date} has counts that are of {day}"));
            }
        }
        let Some(published) = of(day).filter(|day| !day.by_slot.is_empty()) else {
            let reason = self.reasons.get(&(truth.market.to_owned(), day)).cloned().unwrap_or_default();
            let is_nothing = truth.total() == Counts::default();
            return match (reason.is_empty(), is_nothing) {
                (false, _) => Verdict::Refused(reason),
                (true, true) => Verdict::Equal(0),
                (true, false) => Verdict::Silent("nothing is published, and nothing says why".to_owned()),
            };
        };
        let mut equal = 0;
        let truths: BTreeMap<&str, Counts> = truth.counts();
        let knows_no_slot = is_draft && published.by_slot.keys().all(|slot| slot == "all_day");
        let pairs: Vec<(String, Counts, Said)> = if knows_no_slot {
            vec![("all_day".to_owned(), truth.total(), published.whole())]
        } else {
            let slots: BTreeSet<&str> =
                truths.keys().copied().chain(published.by_slot.keys().map(String::as_str)).collect();
            let pair = |slot: &str| {
                let said = published.by_slot.get(slot).cloned();
                let nothing = || COUNTED.map(|(name, _)| (name, Some((0.0, 0.0, 0.0)))).into();
                (slot.to_owned(), truths.get(slot).copied().unwrap_or_default(), said.unwrap_or_else(nothing))
            };
            slots.into_iter().map(pair).collect()
        };
        for (slot, truth, said) in pairs {
            for (name, count) in COUNTED {
                let Some((value, low, high)) = said[name] else { continue };
                #[expect(clippy::cast_precision_loss, reason = "counts are small")]
                let (meant, slack) =
                    (count(&truth) as f64, if name == "dwell_seconds" { truth.entries as f64 / 2.0 } else { 0.0 });
                if !(low - slack - 1e-6..=high + slack + 1e-6).contains(&meant) {
                    return Verdict::Silent(format!(
                        "{slot}: {value} ({low} to {high}) {name} instead of {meant}"
                    ));
                }
                equal += 1;
            }
        }
        let rooms: BTreeSet<&str> = truth.rows.iter().map(|row| row.id.as_str()).collect();
        if tells_broadcasts && !is_draft && published.broadcasts.len() != rooms.len() {
            return Verdict::Silent(format!(
                "{} broadcasts instead of {}",
                published.broadcasts.len(),
                rooms.len()
            ));
        }
        Verdict::Equal(equal)
    }
}

/// Where a draft looks for a file of a day.
pub fn path_of_draft(draft: &str, truth: &Truth, ending: &str) -> Option<String> {
    let line = draft.lines().map(str::trim).find(|line| line.starts_with("path:"))?;
    let pattern = line.trim_start_matches("path:").trim().trim_matches('"');
    let mut path = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let (inside, behind) = after.split_once('}')?;
        let (name, format) = inside.split_once(':').unwrap_or((inside, ""));
        let on = |date: Date| date.strftime(format).to_string();
        path.push_str(&match name {
            "market" => truth.market.to_owned(),
            "date" | "start" => on(truth.day),
            "end" => on(truth.days_around()[2]),
            "broadcast" => truth.rows.first()?.id.clone(),
            _ => return None,
        });
        rest = behind;
    }
    path.push_str(rest);
    let name =
        if path.ends_with('*') && !path.contains('.') { format!("file.{ending}") } else { "file".to_owned() };
    let path = path.replacen('*', &name, 1).replace('*', "");
    Path::new(&path).is_relative().then_some(path)
}
