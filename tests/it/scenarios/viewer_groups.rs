//! Market-days that are counted by groups of viewers, from exports to the table, and what becomes of a split without.

use std::collections::{BTreeMap, BTreeSet};

use coverledger::model::Id;
use polars::prelude::{AnyValue, DataFrame};

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};
use crate::table;

const SPLIT: &str = "version: 1\ndesign: split\nplatforms: [shop]\nmarkets: [GB]\ncovers: [red, blue]\n\
                     window: {from: 2026-11-19, to: 2026-11-25}\nsplit: {broadcasts: 20}\n";
const MORNING: &str = "2026-11-21T03:00:00Z";
const DATES: [&str; 3] = ["2026-11-18", "2026-11-19", "2026-11-20"];
const VIEWERS: usize = 60;

/// The platform, and an export of orders of people whom it does not name.
fn shop() -> String {
    format!(
        "{SHOP}  - name: desk
    rows: events
    path: \"desk/{{date:%Y-%m-%d}}.csv\"
    day: {{timezone: UTC}}
    format: csv
    columns:
      event_id: id
      occurred_at: at
      event: {{column: event, values: {{paid: order}}}}
      market: {{value: GB}}
      broadcast_id: room
      cover_id: cover
      audience: [gender, age]
"
    )
}

/// The same viewers every day, each in a room of their own and in one for all.
fn day(date: &str) -> String {
    let mut lines = String::new();
    for viewer in 0..VIEWERS {
        let cover = if viewer % 2 == 0 { "red" } else { "blue" };
        for (room, event, minute) in
            [("own", "show", 1), ("own", "tap", 2), ("all", "show", 3), ("all", "paid", 4)]
        {
            let room = if room == "own" { format!("r{viewer}") } else { room.to_owned() };
            lines.push_str(&format!(
                "{event}-{room}-{viewer}-{date} {date}T12:{minute:02}:{:02}Z {event} GB {room} {cover} canary-{viewer} f 25-34 -\n",
                viewer % 60
            ));
        }
    }
    events(&lines)
}

/// Orders of nobody who is known.
fn desk(date: &str) -> String {
    let order =
        |(number, cover)| format!("none-{number}-{date} {date}T12:00:00Z paid GB all {cover} - f 25-34 -\n");
    events(&["red", "blue", "red"].into_iter().enumerate().map(order).collect::<String>())
}

/// Three days, of which the last two are in the window.
fn days(experiment: &str) -> Scenario {
    let scenario = Scenario::shop().platform("shop", &shop()).job("shop", "GB", 3);
    for date in DATES {
        scenario.deliver(&format!("shop/{date}/a.csv"), day(date));
        scenario.deliver(&format!("desk/{date}.csv"), desk(date));
    }
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.write("config/experiments/hero.yaml", experiment);
    scenario.at(MORNING)
}

fn frame(scenario: &Scenario, table: &str) -> DataFrame {
    table::frame(&scenario.tree(&format!("archive/{table}")))
}

fn texts(frame: &DataFrame, row: usize, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| table::cell(&frame.column(name).unwrap().get(row).unwrap())).collect()
}

/// The names of all columns of counts, with their bounds.
fn counts(frame: &DataFrame) -> Vec<String> {
    let words = coverledger::model::Count::ALL.map(coverledger::model::Count::word);
    let is_count = |name: &String| words.iter().any(|word| name == word || *name == format!("{word}_low"));
    let names = frame.columns().iter().map(|column| column.name().to_string());
    names.filter(|name| is_count(name) || name == "orphan_clicks").collect()
}

/// Sums of all counts by the keys of `funnel`; of one that is null everywhere, nothing.
fn sums(frame: &DataFrame) -> BTreeMap<Vec<String>, Vec<Option<f64>>> {
    const KEYS: [&str; 6] = ["local_date", "slot", "audience", "broadcast_id", "cover_id", "contaminated"];
    let counts = counts(frame);
    let mut sums: BTreeMap<Vec<String>, Vec<Option<f64>>> = BTreeMap::new();
    for row in 0..frame.height() {
        let sum = sums.entry(texts(frame, row, &KEYS)).or_insert_with(|| vec![None; counts.len()]);
        for (sum, name) in sum.iter_mut().zip(&counts) {
            let more = frame.column(name).unwrap().get(row).unwrap();
            if !matches!(more, AnyValue::Null) {
                *sum = Some(sum.unwrap_or(0.0) + more.extract::<f64>().unwrap());
            }
        }
    }
    sums
}

/// The group of each viewer by their own room, by date.
fn groups(scenario: &Scenario) -> BTreeMap<String, BTreeMap<String, String>> {
    let frame = frame(scenario, "viewer_groups");
    let mut groups: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in 0..frame.height() {
        let [date, room, group] = &texts(&frame, row, &["local_date", "broadcast_id", "viewer_group"])[..] else {
            unreachable!()
        };
        if room != "all" {
            let before = groups.entry(date.clone()).or_default().insert(room.clone(), group.clone());
            assert_eq!(before, None, "a viewer in two groups");
        }
    }
    groups
}

#[test]
fn a_viewer_who_comes_back_is_in_the_same_group_and_groups_add_up_to_the_funnel() {
    let scenario = days(SPLIT);
    scenario.run().exits(0).says("3 market-days: 3 published");
    let by_date = groups(&scenario);
    assert_eq!(by_date.keys().collect::<Vec<_>>(), ["2026-11-19", "2026-11-20"], "days of the window alone");
    let (one, other) = (&by_date["2026-11-19"], &by_date["2026-11-20"]);
    assert_eq!(one.len(), VIEWERS);
    assert_eq!(one, other);
    let distinct: BTreeSet<&String> = one.values().collect();
    assert!(distinct.len() > VIEWERS / 2, "{distinct:?}");

    let (funnel, by_group) = (frame(&scenario, "funnel"), frame(&scenario, "viewer_groups"));
    let mut expected = sums(&funnel);
    expected.retain(|key, _| key[0] != "2026-11-18");
    assert_eq!(sums(&by_group), expected);
    // In the room for all the viewers of a cover are told by group, and those that nobody names are in none.
    let nobody: Vec<Vec<String>> = (0..by_group.height())
        .filter(|row| by_group.column("viewer_group").unwrap().get(*row).unwrap() == AnyValue::Null)
        .map(|row| texts(&by_group, row, &["local_date", "broadcast_id", "cover_id", "impressions", "orders"]))
        .collect();
    assert_eq!(
        nobody,
        [
            ["2026-11-19", "all", "blue", "0", "1"],
            ["2026-11-19", "all", "red", "0", "2"],
            ["2026-11-20", "all", "blue", "0", "1"],
            ["2026-11-20", "all", "red", "0", "2"],
        ]
    );
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.run().exits(0).says("3 market-days: 3 current");
    scenario.cli(&["show", "viewer_groups", "--market", "GB"]).exits(0).says("viewer_group");
}

#[test]
fn other_tables_are_the_same_with_and_without_groups() {
    let tables = |experiment: &str| {
        let scenario = days(experiment);
        scenario.run().exits(0);
        let archive = scenario.archive();
        let is_of_day = |name: &String| {
            ["funnel/", "slot_audience/", "capability/"].iter().any(|table| name.starts_with(table))
        };
        (
            archive.keys().any(|name| name.starts_with("viewer_groups/")),
            archive.into_iter().filter(|(name, _)| is_of_day(name)).collect::<BTreeMap<_, _>>(),
        )
    };
    let with = tables(SPLIT);
    let without = tables(&SPLIT.replace("broadcasts: 20", "broadcasts: 20, assignment: broadcast"));
    assert_eq!((with.0, without.0), (true, false));
    assert!(with.1 == without.1 && with.1.len() == 9);
}

#[test]
fn no_viewer_reaches_the_archive_by_their_group() {
    let scenario = days(SPLIT);
    // A record that is rejected shows no viewer either.
    let bad = events("b1 noon show GB r1 red canary-61 f 25-34 -");
    let bad = bad.lines().nth(1).unwrap();
    scenario.deliver("shop/2026-11-20/a.csv", format!("{}{bad}\n", day("2026-11-20")));
    let outcome = scenario.cli(&["run", "nightly", "-vv"]);
    let mut hidden: Vec<String> = vec!["canary".to_owned()];
    for viewer in 0..VIEWERS {
        let (low, high) = Id::hash_of(&format!("canary-{viewer}"));
        for half in [low, high] {
            hidden.extend([half.to_string(), half.cast_signed().to_string(), format!("{half:016x}")]);
        }
    }
    let archive = scenario.archive();
    assert!(archive.keys().any(|name| name.starts_with("viewer_groups/")));
    let told = [("standard output", outcome.stdout), ("standard error", outcome.stderr)];
    let mut all: Vec<(String, String)> = told.map(|(name, text)| (name.to_owned(), text)).to_vec();
    for (name, bytes) in archive {
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if name.ends_with(".parquet") {
            text.push_str(&table::everything(&bytes));
        }
        all.push((name, text));
    }
    for (name, text) in all {
        let found = hidden.iter().find(|hidden| text.contains(*hidden));
        assert_eq!(found, None, "in {name}");
    }
}

#[test]
fn a_split_needs_days_that_are_counted_by_its_groups() {
    let scenario = days(SPLIT);
    std::fs::remove_file(scenario.path("config/experiments/hero.yaml")).unwrap();
    scenario.run().exits(0);
    scenario.write("config/experiments/hero.yaml", SPLIT);
    scenario.write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB]\nlookback_days: 1\n");
    scenario.run().says(
        "1 market-days, such as shop/GB/2026-11-19, were published before the split was declared, or with another key, and \
         are not counted by its groups of viewers: run `backfill` over its window",
    );
    assert!(scenario.tree("archive/experiment").is_empty());
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-19", "--to", "2026-11-20"]).exits(0);
    assert_eq!(frame(&scenario, "experiment").height(), 2);
}

#[test]
fn the_key_of_groups_comes_from_the_environment_and_another_counts_days_anew() {
    const KEY: &str = "COVERLEDGER_TEST_GROUPS";
    let scenario = days(SPLIT);
    scenario.run().exits(0);
    let by_name = groups(&scenario);
    let job = std::fs::read_to_string(scenario.path("jobs/nightly.yaml")).unwrap();
    scenario.write("jobs/nightly.yaml", format!("{job}schedule: {{cron: \"0 3 * * *\", timezone: UTC}}\n"));
    let scenario = scenario.setting("viewer_groups", &format!("{{key_env: {KEY}}}"));
    for command in [&["run", "nightly"][..], &["status"], &["schedule"]] {
        let refused = scenario.cli(command).exits(3);
        assert_eq!(
            refused.stderr.trim_end(),
            "error: `viewer_groups` in `archive.yaml`: environment variable `COVERLEDGER_TEST_GROUPS` is not set"
        );
    }
    scenario.cli(&["check"]).exits(0).says("`COVERLEDGER_TEST_GROUPS` is not set (must be set where runs start)");
    let short = scenario.cli_with(&["run", "nightly"], &[(KEY, "too short")]).exits(3);
    assert!(
        short.stderr.contains("fewer than 16 characters") && !short.stderr.contains("too short"),
        "{}",
        short.stderr
    );

    let one = [(KEY, "sixteen letters and more")];
    scenario.cli_with(&["run", "nightly"], &one).exits(0).says("3 market-days: 2 published, 1 current");
    let by_key = groups(&scenario);
    assert_ne!(by_key, by_name);
    assert_eq!(by_key["2026-11-19"], by_key["2026-11-20"]);
    // White space around it is no part of it.
    let spaced = [(KEY, " sixteen letters and more\n")];
    scenario.cli_with(&["run", "nightly"], &spaced).exits(0).says("3 market-days: 3 current");

    // A day whose export is gone keeps its groups by the former key, and is not joined with others.
    std::fs::remove_file(scenario.path("exports/shop/2026-11-19/a.csv")).unwrap();
    let other = [(KEY, "other letters, sixteen and more")];
    let told = scenario.cli_with(&["run", "nightly"], &other);
    assert!(
        told.stdout.contains("1 market-days, such as shop/GB/2026-11-19, were published before"),
        "{}",
        told.stdout
    );
    let archive = scenario.archive();
    for (name, bytes) in archive {
        assert!(!String::from_utf8_lossy(&bytes).contains("sixteen"), "the key is in {name}");
    }
}

#[test]
fn a_platform_without_viewer_ids_is_warned_of_and_read_as_a_whole() {
    let scenario = days(SPLIT);
    let without = shop().replace("      viewer_id: viewer\n", "");
    scenario.write("config/platforms/shop.yaml", &without);
    scenario.cli(&["check"]).exits(0).says(
        "warning: experiment `hero`: it assigns viewers, and no export of `shop` gives viewer ids in GB: what returning viewers do \
         cannot be told, and no winner is named there (map `viewer_id`, or say `assignment: broadcast` if viewers are drawn \
         anew in every broadcast)",
    );
    scenario.run().exits(0);
    assert!(scenario.tree("archive/viewer_groups").is_empty());
    let experiment = frame(&scenario, "experiment");
    assert_eq!(experiment.height(), 2);
    scenario.write("config/platforms/shop.yaml", shop());
    let sound = scenario.cli(&["check"]).exits(0);
    assert!(!sound.stdout.contains("it assigns viewers"), "{}", sound.stdout);
}

#[test]
fn guarded_revisits_without_viewer_ids_are_warned_of() {
    let guarded = SPLIT.replace("2026-11-25", "2026-11-27") + "guardrails: {revisits: 0.1}\n";
    let scenario = days(&guarded);
    let refused = scenario.cli(&["check"]).exits(3);
    assert!(refused.stderr.contains("`revisits` goes only with `returning`"), "{}", refused.stderr);
    let archive = std::fs::read_to_string(scenario.path("config/archive.yaml")).unwrap();
    scenario.write("config/archive.yaml", format!("{archive}returning: {{key_env: KEY_OF_VIEWERS}}\n"));
    let warning = "it guards `revisits`, and no export of `shop` gives viewer ids in GB";
    let sound = scenario.cli(&["check"]).exits(0);
    assert!(!sound.stdout.contains(warning), "{}", sound.stdout);
    scenario.write("config/platforms/shop.yaml", shop().replace("      viewer_id: viewer\n", ""));
    scenario.cli(&["check"]).exits(0).says(warning);
}

/// A log of events with viewers, and a spreadsheet of the orders of each broadcast.
const LOG_AND_SHEET: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap}
settle: 24h
exports:
  - name: log
    rows: events
    path: "live/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      occurred_at: {column: at, format: rfc3339}
      event: {column: what, values: {show: impression, tap: click}}
      market: {value: GB}
      broadcast_id: room
      cover_id: cover
      viewer_id: viewer
  - name: orders
    rows: counts
    path: "orders/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: name, per: period}
    columns:
      period: {start: start, grain: 1h}
      market: {value: GB}
      broadcast_id: room
      cover_id: {value: red}
      counts: {orders: Orders}
"#;

#[test]
fn what_comes_as_counts_is_of_no_group() {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("live", LOG_AND_SHEET)
        .job("live", "GB", 1)
        .at(MORNING)
        .export(
            "live/2026-11-20/a.csv",
            "at,what,room,cover,viewer\n2026-11-20T08:00:00Z,show,r1,red,v1\n2026-11-20T08:00:00Z,tap,r1,red,v1\n\
             2026-11-20T08:00:00Z,show,r1,red,v1\n2026-11-20T08:00:00Z,show,r2,red,v1\n",
        )
        .export(
            "orders/2026-11-20/a.csv",
            "start,room,Orders\n2026-11-20T08:00:00Z,r1,3\n2026-11-20T08:00:00Z,r3,4\n",
        );
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.write("config/experiments/hero.yaml", SPLIT.replace("[shop]", "[live]"));
    let outcome = scenario.run().exits(0);
    let by_group = frame(&scenario, "viewer_groups");
    let group = texts(&by_group, by_group.height() - 1, &["viewer_group"]).concat();
    outcome.expect_table(
        "viewer_groups",
        &format!(
            "viewer_group  broadcast_id  impressions  clicks  unique_impressions  orders
             –             r1            0            0       0                   3
             –             r3            –            –       –                   4
             {group:12}  r1            2            1       1                   –
             {group:12}  r2            1            0       1                   –"
        ),
    );
    assert_eq!(sums(&by_group), sums(&frame(&scenario, "funnel")));
}

#[test]
fn groups_are_taken_over_where_tables_are_rendered_from_the_archive() {
    let scenario = days(SPLIT);
    scenario.run().exits(0);
    let before = groups(&scenario);
    for folder in ["shop", "desk"] {
        std::fs::remove_dir_all(scenario.path(&format!("exports/{folder}"))).unwrap();
    }
    scenario
        .cli(&["backfill", "nightly", "--from", "2026-11-18", "--to", "2026-11-20", "--rerender"])
        .exits(0)
        .says("3 market-days");
    assert_eq!(groups(&scenario), before);
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

/// A date on which each of 150 viewers comes to each of so many rooms, by a cover that no experiment has.
fn crowd(date: &str, rooms: usize) -> String {
    let mut csv = "id,at,event,country,room,cover,viewer,gender,age,dwell\n".to_owned();
    for room in 0..rooms {
        for viewer in 0..150 {
            csv.push_str(&format!(
                "{date}-{room}-{viewer},{date}T12:00:00Z,show,GB,r{room},green,v{viewer},f,25-34,\n"
            ));
        }
    }
    csv
}

#[test]
fn groups_are_counted_within_the_bound_fewer_dates_at_a_time_and_what_is_beyond_is_told() {
    // 64 MiB allow for 98,304 combinations; of 128 groups, 150 viewers are in about 88.
    let scenario = Scenario::shop().setting("memory", "64MiB").job("shop", "GB", 2).at(MORNING);
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.write("config/experiments/hero.yaml", SPLIT);
    for (date, rooms) in [("2026-11-19", 600), ("2026-11-20", 600)] {
        scenario.deliver(&format!("shop/{date}/a.csv"), crowd(date, rooms));
    }
    scenario.run().exits(0).says("2 market-days: 2 published");
    assert!(frame(&scenario, "viewer_groups").height() > 100_000);
    scenario.deliver("shop/2026-11-20/a.csv", crowd("2026-11-20", 1_200));
    scenario.run().exits(6).says(
        "(or give `memory` in `archive.yaml` more: a split by viewer counts each combination in up to 129 parts, by groups of viewers)",
    );
    let scenario = scenario.setting("memory", "128MiB");
    scenario.run().exits(0).says("1 published");
}
