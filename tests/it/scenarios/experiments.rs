//! What a run makes of experiments.

use std::collections::BTreeMap;

use crate::rows::events;
use crate::scenario::Scenario;
use crate::scenarios::sameness::same;

const SPLIT: &str = "version: 1\ndesign: split\nplatforms: [shop]\nmarkets: [GB, JP]\ncovers: [red, blue]\n\
                     window: {from: 2026-11-16, to: 2026-11-25}\nsplit: {broadcasts: 20}\n";
const ROTATION: &str = "version: 1\ndesign: rotation\nplatforms: [shop]\nmarkets: [GB]\ncovers: [red, blue]\n\
                        window: {from: 2026-11-16, to: 2026-11-20}\nrotation: {turn: 30m, burn_in: 5m, seed: 1}\n";
const MORNING: &str = "2026-11-21T03:00:00Z";
const DATES: [&str; 7] =
    ["2026-11-14", "2026-11-15", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"];

/// In each of two rooms every other viewer sees the red cover, of whom a third taps and enters, and a fifth of those
/// orders; blue is tapped, entered and ordered by twice as many.
fn day(date: &str, markets: &[&str], viewers: usize) -> String {
    let mut lines = String::new();
    for market in markets {
        for viewer in 0..viewers {
            let who = format!("{date}-{market}-{viewer}");
            // On some dates a few come no more, or no two dates would differ.
            let stays_away = viewer % 11 == date.bytes().map(usize::from).sum::<usize>() % 11;
            let (cover, comes) = if viewer % 2 == 0 { ("red", viewer % 6 == 0) } else { ("blue", viewer % 6 < 4) };
            let comes = comes && !stays_away;
            let room = viewer / 2 % 2;
            for (event, dwell) in [("show", "-"), ("tap", "-"), ("enter", "-"), ("leave", "90"), ("paid", "-")] {
                if event == "show" || comes && (event != "paid" || viewer % 10 < 2) {
                    lines.push_str(&format!(
                        "{event}-{who} {date}T12:0{room}:00Z {event} {market} {date}-{market}-r{room} {cover} {who} f 25-34 {dwell}\n"
                    ));
                }
            }
        }
    }
    events(&lines)
}

/// Five days of GB and JP, and an experiment from the third date on.
fn week(experiment: &str) -> Scenario {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 5);
    for date in DATES {
        scenario.deliver(&format!("shop/{date}/a.csv"), day(date, &["GB", "JP"], 480));
    }
    scenario.write("config/decisions.yaml", "version: 1\nwindow_days: 4\nperiod_days: 2\n");
    scenario.write("config/experiments/red_or_blue.yaml", experiment);
    scenario.at(MORNING)
}

fn receipts(scenario: &Scenario) -> BTreeMap<String, serde_json::Value> {
    let files = scenario.tree("archive/_receipts/_experiments/red_or_blue");
    files.into_iter().map(|(name, text)| (name, serde_json::from_slice(&text).unwrap())).collect()
}

#[test]
fn an_experiment_is_decided_on_all_its_market_days_and_once() {
    let scenario = week(SPLIT);
    scenario.run().exits(0).says("10 market-days: 10 published").says("3 decisions: 3 published").expect_table(
        "experiment/experiment=red_or_blue",
        "experiment   market  as_of       cover_id  is_control  decision  state    decided_on  days  broadcasts  impressions  orders  on_air
         red_or_blue  GB      2026-11-20  red       true        –         decided  2026-11-19  4     8           960          58      blue
         red_or_blue  GB      2026-11-20  blue      false       winner    decided  2026-11-19  4     8           960          114     blue
         red_or_blue  JP      2026-11-20  red       true        –         decided  2026-11-19  4     8           960          58      blue
         red_or_blue  JP      2026-11-20  blue      false       winner    decided  2026-11-19  4     8           960          114     blue",
    );
    let first = scenario.archive();
    let receipt = &receipts(&scenario)["2026-11-20/00000001.json"]["content"];
    let facts = receipt["facts"].as_array().unwrap();
    assert_eq!(facts.len(), 10, "five days of two markets");
    assert_eq!((&facts[0]["market"], &facts[0]["local_date"]), (&"GB".into(), &"2026-11-16".into()));
    scenario.run().exits(0).says("10 market-days: 10 current").says("3 decisions: 3 current");
    same(&first, &scenario.archive(), "a second run");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
}

#[test]
fn a_late_export_and_another_rule_decide_an_experiment_anew() {
    let scenario = week(SPLIT);
    scenario.run().exits(0);
    scenario.deliver("shop/2026-11-18/b.csv", day("2026-11-18", &["GB"], 12).replace("-GB-", "-late-"));
    scenario.run().exits(0);
    assert_eq!(receipts(&scenario).len(), 2);
    // Before the window nothing changes.
    scenario.deliver("shop/2026-11-14/b.csv", day("2026-11-14", &["GB"], 12).replace("-GB-", "-late-"));
    scenario.run().exits(0);
    assert_eq!(receipts(&scenario).len(), 2);
    scenario.write("config/experiments/red_or_blue.yaml", format!("{SPLIT}worth: 0.1\n"));
    scenario.run().exits(0).says("10 market-days: 10 current");
    assert_eq!(receipts(&scenario).len(), 3);
}

#[test]
fn a_job_that_has_nothing_to_do_with_an_experiment_leaves_it() {
    let scenario = week(&SPLIT.replace("[GB, JP]", "[JP]"));
    scenario.write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB]\nlookback_days: 5\n");
    scenario.run().exits(0).says("1 decisions: 1 published");
    assert!(receipts(&scenario).is_empty());
}

#[test]
fn what_a_killed_run_did_not_show_of_an_experiment_is_shown_by_the_next() {
    let scenario = week(SPLIT);
    scenario.run().exits(0);
    let whole = scenario.archive();
    let current = "experiment=red_or_blue/as_of=2026-11-20/part.parquet";
    std::fs::remove_file(scenario.path(&format!("archive/experiment_pooled/{current}"))).unwrap();
    scenario.run().exits(0);
    same(&whole, &scenario.archive(), "a current path lost");
    for folder in ["experiment", "experiment_balance", "experiment_pooled", "_receipts/_experiments"] {
        std::fs::remove_dir_all(scenario.path(&format!("archive/{folder}"))).unwrap();
    }
    scenario.run().exits(0);
    same(&whole, &scenario.archive(), "receipts lost");
    let bytes = &whole[&format!("experiment_pooled/{current}")];
    let revision = whole.iter().find(|(name, other)| name.starts_with("_revisions") && *other == bytes).unwrap().0;
    std::fs::remove_file(scenario.path(&format!("archive/{revision}"))).unwrap();
    std::fs::remove_file(scenario.path(&format!("archive/experiment_pooled/{current}"))).unwrap();
    scenario.run().exits(0);
    same(&whole, &scenario.archive(), "bytes lost");
}

#[test]
fn a_rotation_needs_days_that_are_cut_by_its_turns() {
    let scenario = week(ROTATION);
    let experiment = scenario.path("config/experiments/red_or_blue.yaml");
    std::fs::remove_file(&experiment).unwrap();
    scenario.run().exits(0);
    scenario.write("config/experiments/red_or_blue.yaml", ROTATION);
    scenario.write("jobs/nightly.yaml", "version: 1\nplatforms: [shop]\nmarkets: [GB]\nlookback_days: 2\n");
    let told = scenario.run();
    told.says("3 market-days, such as shop/GB/2026-11-16, were published before the rotation was declared");
    assert!(receipts(&scenario).is_empty());
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-16", "--to", "2026-11-20"]).exits(0);
    assert_eq!(receipts(&scenario)["2026-11-20/00000001.json"]["content"]["facts"].as_array().unwrap().len(), 5);
    let shown = scenario.cli(&["show", "turns", "--market", "GB"]).exits(0);
    assert!(shown.stdout.contains("2026-11-20T12:00:00Z"), "{}", shown.stdout);
    // Everybody saw both covers in every turn, so half of all was off the plan.
    let table = scenario.cli(&["show", "experiment", "--market", "GB", "--wide"]).exits(0);
    assert!(table.stdout.contains("invalid: imbalance"), "{}", table.stdout);
}

#[test]
fn covers_that_took_turns_by_the_schedule_are_decided_on() {
    let scenario = week(ROTATION).job("shop", "GB", 5);
    scenario.cli(&["plan-test", "red_or_blue", "--csv", "schedule.csv"]).exits(0);
    let schedule = std::fs::read_to_string(scenario.path("schedule.csv")).unwrap();
    let mut days: BTreeMap<String, String> =
        DATES.into_iter().map(|date| (date.to_owned(), String::new())).collect();
    for (number, turn) in schedule.lines().skip(1).enumerate() {
        let fields: Vec<&str> = turn.split(',').collect();
        let (date, start, cover) = (fields[1], fields[3], fields[7]);
        // Ten minutes into the turn, when its burn-in is over; of blue twice as many come as of red.
        let minute = format!("{}:{}", &start[11..13], if &start[14..16] == "00" { "10" } else { "40" });
        if !("08".."20").contains(&&start[11..13]) {
            continue;
        }
        let come = if cover == "blue" { 8 } else { 4 } + number % 3;
        for viewer in 0..20 {
            let who = format!("{date}-{number}-{viewer}");
            for event in ["show", "tap", "enter", "paid"] {
                if event == "show" || viewer < come && (event != "paid" || viewer % 2 == 0) {
                    days.get_mut(date).unwrap().push_str(&format!(
                        "{event}-{who} {date}T{minute}:00Z {event} GB {date}-r {cover} {who} f 25-34 -\n"
                    ));
                }
            }
        }
    }
    for (date, lines) in days {
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&lines));
    }
    scenario.run().exits(0).expect_table(
        "experiment/experiment=red_or_blue",
        "design    market  cover_id  is_control  decision  state    decided_on  on_air  days  broadcasts  turns  impressions  off_plan_share  hours_on_air
         rotation  GB      red       true        –         decided  2026-11-16  blue    1     1           12     240          0               5.1667
         rotation  GB      blue      false       winner    decided  2026-11-16  blue    1     1           12     240          0               5.1667",
    );
    scenario.cli(&["show", "experiment"]).exits(0).says("Decided on 2026-11-16.");
}

#[test]
fn show_prints_an_experiment_by_market() {
    let scenario = week(SPLIT);
    scenario.run().exits(0);
    let of_gb = scenario.cli(&["show", "experiment", "--market", "GB"]).exits(0);
    assert!(of_gb.stdout.contains("winner") && !of_gb.stdout.contains("JP"), "{}", of_gb.stdout);
    let checks = scenario.cli(&["show", "experiment_balance", "--market", "JP", "--rows", "0"]).exits(0);
    assert!(checks.stdout.contains("slot_audience") && !checks.stdout.contains("GB"), "{}", checks.stdout);
    scenario
        .cli(&["show", "experiment", "--market", "US"])
        .exits(2)
        .complains("error: there is no market `US` (known: `GB`, `JP`)");
}

#[test]
fn an_experiment_whose_file_is_gone_says_so_and_puts_nothing_on_air() {
    let scenario = week(SPLIT);
    scenario.run().exits(0);
    let file = scenario.path("config/experiments/red_or_blue.yaml");
    std::fs::remove_file(&file).unwrap();
    // Its days are counted without groups of viewers from now on.
    scenario.run().exits(0).expect_table(
        "experiment/experiment=red_or_blue",
        "market  cover_id  decision  on_air  state  revision
         GB      red       –         –       gone   2
         GB      blue      –         –       gone   2
         JP      red       –         –       gone   2
         JP      blue      –         –       gone   2",
    );
    scenario.cli(&["show", "experiment", "--output", "json"]).exits(0).says("is gone").says("was `winner`");
    let first = scenario.archive();
    scenario.run().exits(0);
    same(&first, &scenario.archive(), "a second night without the file");
    scenario.cli(&["verify"]).exits(0).says("0 problems");
    scenario.write("config/experiments/red_or_blue.yaml", SPLIT);
    scenario.run().exits(0);
    assert_eq!(receipts(&scenario).len(), 3, "the file is back, and so is the decision");
}

#[test]
fn a_test_stopped_by_hand_keeps_its_schedule_and_counts_no_further() {
    let scenario = week(ROTATION);
    let hash = || {
        let planned = scenario.cli(&["plan-test", "red_or_blue"]).exits(0);
        planned.stdout.lines().find(|line| line.starts_with("sha256: ")).unwrap().to_owned()
    };
    let running = hash();
    scenario.write("config/experiments/red_or_blue.yaml", format!("{ROTATION}stopped: 2026-11-18\n"));
    assert_eq!(hash(), running);
    scenario.cli(&["check"]).exits(0).says("2026-11-16 to 2026-11-20, stopped on 2026-11-18");
    scenario.run().exits(0);
    let table = scenario.cli(&["show", "experiment", "--market", "GB", "--wide"]).exits(0);
    assert!(table.stdout.contains("stopped"), "{}", table.stdout);
}

#[test]
fn an_experiment_needs_the_file_that_switches_deciding_on() {
    let scenario = week(SPLIT);
    std::fs::remove_file(scenario.path("config/decisions.yaml")).unwrap();
    let refused = scenario.cli(&["check"]).exits(3);
    assert!(refused.stderr.contains("decisions.yaml"), "{}", refused.stderr);
}

#[test]
fn plan_test_prints_writes_and_records_a_schedule() {
    let scenario = week(ROTATION);
    let file = "config/experiments/red_or_blue.yaml";
    scenario
        .cli(&["check"])
        .exits(0)
        .says("experiment red_or_blue: rotation of 2 covers, 2026-11-16 to 2026-11-20");
    let first = scenario.cli(&["plan-test", "red_or_blue", "--csv", "schedule.csv", "--write"]).exits(0);
    let sha256 = first.stdout.lines().find_map(|line| line.strip_prefix("sha256: ")).unwrap().to_owned();
    assert!(first.stdout.contains("GB, by the clock of Europe/London"), "{}", first.stdout);
    let recorded = std::fs::read_to_string(scenario.path(file)).unwrap();
    assert_eq!(recorded, ROTATION.replace("seed: 1}", &format!("seed: 1, sha256: {sha256}}}")));
    let csv = std::fs::read_to_string(scenario.path("schedule.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 5 * 48, "half hours of five days");
    assert_eq!(lines[0], "market,local_date,slot,starts_utc,settles_utc,ends_utc,starts_local,cover_id");
    assert!(lines[1].starts_with("GB,2026-11-16,night,2026-11-16T00:00:00Z,"), "{}", lines[1]);
    scenario.cli(&["plan-test", "red_or_blue", "--write"]).exits(0).says("already recorded in");
    scenario.write(file, recorded.replace("seed: 1,", "seed: 2,"));
    let refused = scenario.cli(&["check"]).exits(3);
    assert!(refused.stderr.contains("no longer the one that was recorded"), "{}", refused.stderr);
}

#[test]
fn plan_test_tells_what_would_be_found_once_there_is_a_history() {
    let scenario = week(SPLIT);
    scenario.cli(&["plan-test", "red_or_blue"]).exits(0).says("shop/GB: not known: fewer than 8 broadcasts");
    scenario.run().exits(0);
    let told = scenario
        .cli(&["plan-test", "red_or_blue"])
        .exits(0)
        .says("  shop/GB: a gain of 5 % with a probability of ");
    assert!(told.stdout.contains("(8 broadcasts, 2026-11-17 to 2026-11-20)"), "{}", told.stdout);
    scenario.cli(&["plan-test", "red_or_blue", "--write"]).exits(2);
    scenario.cli(&["plan-test", "blue_or_red"]).exits(2);
}
