//! A configuration that is changed leaves no seam: who does what the run says ends up with the archive that the new
//! configuration makes from nothing.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use polars::prelude::DataFrame;

use super::delivery::Layout;
use super::truth::{MARKETS, Truth, ZONES};
use crate::scenario::Scenario;
use crate::table;
use crate::twin::dice::Dice;

const CHANGES: u64 = 50;
/// Tables of market-days.
const TABLES: [&str; 4] = ["funnel", "slot_audience", "capability", "bridge"];

/// How one market is configured.
#[derive(Debug, Clone)]
struct Market {
    name: String,
    zone: &'static str,
    slots: &'static str,
    day_starts_at: Option<&'static str>,
}

impl Market {
    fn definition(&self) -> String {
        let starts = self.day_starts_at.map(|at| format!(", day_starts_at: \"{at}\"")).unwrap_or_default();
        format!("timezone: {}, slots: {}{starts}", self.zone, self.slots)
    }

    /// The same market after somebody thought again.
    fn changed(&self, dice: &mut Dice) -> Self {
        let mut changed = Self { name: self.name.clone(), ..*self };
        match dice.below(5) {
            0 => changed.zone = another(self.zone),
            1 => (changed.slots, changed.day_starts_at) = ("broadcast", Some("04:00")),
            2 => changed.slots = "halves",
            3 => (changed.zone, changed.slots) = ("Asia/Kathmandu", "halves"),
            _ => "ZZ".clone_into(&mut changed.name),
        }
        changed
    }
}

/// A zone some rows further down the list.
fn another(zone: &str) -> &'static str {
    let place = ZONES.iter().position(|other| *other == zone).unwrap();
    ZONES[(place + 7) % ZONES.len()]
}

/// A workspace whose platform knows markets by the names that exports give them.
fn workspace(markets: &[Market], layout: &Layout, lookback_days: u16) -> Scenario {
    let mut scenario = Scenario::in_memory();
    for market in markets {
        scenario = scenario.market(&market.name, &market.definition());
    }
    configure(scenario, markets, layout, lookback_days)
}

fn configure(scenario: Scenario, markets: &[Market], layout: &Layout, lookback_days: u16) -> Scenario {
    let yaml = String::from_utf8(scenario.tree("config")["markets.yaml"].clone()).unwrap();
    let halves = "slots:\n  halves: {first: \"00:00\", second: \"12:00\"}\n";
    scenario.write("config/markets.yaml", yaml.replace("slots:\n", halves));
    let renamed: Vec<String> = MARKETS
        .iter()
        .zip(markets)
        .filter(|(exported, market)| **exported != market.name)
        .map(|(exported, market)| format!("{exported}: {}", market.name))
        .collect();
    let values = if renamed.is_empty() { String::new() } else { format!("values: {{{}}}, ", renamed.join(", ")) };
    let yaml = layout.yaml().replace("{column: market, ", &format!("{{column: market, {values}"));
    let names: Vec<&str> = markets.iter().map(|market| market.name.as_str()).collect();
    scenario.platform("shop", &yaml).job("shop", &names.join(", "), lookback_days)
}

fn deliver(scenario: &Scenario, truth: &Truth, layout: &Layout, at: Timestamp) {
    for object in layout.objects.keys() {
        scenario.deliver_at(object, layout.csv(truth, object, usize::MAX), at - SignedDuration::from_hours(24));
    }
}

/// Every published table of a market-day between two dates, without the number of its revision: a day that was
/// published twice is at its second.
fn tables(scenario: &Scenario, from: Date, to: Date) -> BTreeMap<String, DataFrame> {
    let mut tables = BTreeMap::new();
    for name in TABLES {
        for (path, bytes) in scenario.tree(&format!("archive/{name}")) {
            let date: Date = path.split("local_date=").nth(1).unwrap()[..10].parse().unwrap();
            if (from..=to).contains(&date) {
                let frame = table::frame(&[(path.clone(), bytes)].into());
                let frame = frame.drop("revision").unwrap_or(frame);
                tables.insert(format!("{name}/{path}"), frame);
            }
        }
    }
    tables
}

/// Every command that a text tells people to give, between back-ticks.
fn advice(text: &str) -> Vec<Vec<String>> {
    let mut commands: Vec<Vec<String>> = text
        .split('`')
        .filter_map(|quoted| quoted.strip_prefix("coverledger "))
        .map(|command| command.split_whitespace().map(str::to_owned).collect())
        .collect();
    commands.dedup();
    commands
}

#[test]
fn after_a_change_and_what_the_run_advises_the_archive_is_one_made_from_nothing() {
    let (mut changes, mut advised, mut seed) = (0, 0, 0);
    while changes < CHANGES {
        seed += 1;
        let mut dice = Dice::new(50_000_000 + seed);
        let truth = Truth::of(&mut dice);
        let layout = Layout::of(&mut dice, &truth);
        // On which day deliveries began is part of an archive's past, and no configuration's.
        let begins_early = layout.begins_before(&truth);
        if !layout.is_sound() || !begins_early || layout.restated.is_some() || layout.doubled.is_some() {
            continue;
        }
        changes += 1;
        let before: Vec<Market> = MARKETS
            .iter()
            .zip(&truth.zones)
            .map(|(name, zone)| Market { name: (*name).to_owned(), zone, slots: "day_parts", day_starts_at: None })
            .collect();
        let mut after = before.clone();
        let which = dice.below(after.len());
        after[which] = before[which].changed(&mut dice);
        let at = truth.to.checked_add(5.days()).unwrap();
        let at: Timestamp = format!("{at}T12:00:00Z").parse().unwrap();

        let scenario = workspace(&before, &layout, 16);
        deliver(&scenario, &truth, &layout, at);
        scenario.clock(&at.to_string());
        scenario.run();
        // The same folder with the new configuration, and a job that looks back too short to see all of it.
        let mut scenario = scenario.without_markets();
        for market in &after {
            scenario = scenario.market(&market.name, &market.definition());
        }
        let scenario = configure(scenario, &after, &layout, 2);
        let run = scenario.run();
        let mut commands = advice(&run.stdout);
        if after[which].name != before[which].name {
            // Days of a new name were never published under it; whoever gives it asks for them.
            let range = ["backfill", "nightly", "--from", &truth.from.to_string(), "--to", &truth.to.to_string()];
            commands.push(range.map(str::to_owned).to_vec());
        }
        for command in commands {
            advised += 1;
            let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
            let followed = scenario.cli(&arguments);
            assert!([0, 4].contains(&followed.code), "{command:?}: {}\n{}", followed.stdout, followed.stderr);
        }

        let afresh = workspace(&after, &layout, 16);
        deliver(&afresh, &truth, &layout, at);
        afresh.clock(&at.to_string());
        afresh.run();
        let (continued, expected) =
            (tables(&scenario, truth.from, truth.to), tables(&afresh, truth.from, truth.to));
        let about = format!("seed {seed}: {:?} became {:?}\n{}", before[which], after[which], run.stdout);
        let names = |tables: &BTreeMap<String, DataFrame>| tables.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&continued), names(&expected), "{about}");
        for (name, frame) in &expected {
            assert!(frame.equals_missing(&continued[name]), "{name}\n{about}");
        }
        assert!(!expected.is_empty(), "{about}");
    }
    assert!(advised > usize::try_from(CHANGES).unwrap() / 2, "{advised} commands were advised");
}
