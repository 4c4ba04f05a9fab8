//! Texts that people read, whole, as files in `tests/it/snapshots/`: help, `check`, `run`, `status`, `show` and messages.
//!
//! A text that changed is a diff in a red test. To accept it, run the test with `INSTA_UPDATE=always`, and read the diff of the
//! files before you commit it. Beside each snapshot stands one plain assertion of what it is about, so that a snapshot that
//! was accepted without being read does not take the point with it. No number in them depends on the machine or its clock.

use std::collections::BTreeSet;
use std::process::Command;

use crate::rows::impressions;
use crate::scenario::{FEED, Outcome, Scenario};

/// Compares a text with the file `tests/it/snapshots/NAME.snap`.
#[track_caller]
pub fn is_as_in(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What the program printed: the exit code, standard output and standard error, without the id of the run.
fn whole(command: &str, outcome: &Outcome<'_>) -> String {
    let Outcome { code, stdout, stderr, .. } = outcome;
    let is_id = |word: &str| word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lines = [stdout, stderr].into_iter().flat_map(|text| text.lines());
    let lines = lines.map(|line| {
        let words = line.split(' ').map(|word| if is_id(word) { "RUN-ID" } else { word });
        words.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    });
    let lines: Vec<String> = lines.collect();
    format!("$ coverledger {command}\n{}\nexit code {code}", lines.join("\n"))
}

/// A command of the scenario and what it printed.
pub fn answer(scenario: &Scenario, command: &str) -> String {
    let arguments: Vec<&str> = command.split(' ').collect();
    whole(command, &scenario.cli(&arguments))
}

/// Help as it is printed where no terminal tells its width.
fn help(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coverledger"));
    let output = command.args(arguments).env("COLUMNS", "100").output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Three days of a feed: one that is sound, one whose time is not a time, and one that was not delivered.
fn three_days() -> Scenario {
    Scenario::new()
        .market("GB", "timezone: Etc/UTC, slots: day_parts")
        .platform("feed", FEED)
        .job("feed", "GB", 3)
        .at("2026-11-23T03:00:00Z")
        .export(
            "feed/20261120.ndjson",
            impressions(
                "e1 2026-11-20T12:00:00Z GB r1 c1 v1 f 25-34 clicked+entered 90
                 e2 2026-11-20T12:30:00Z GB r1 c1 v2 f 25-34 - -
                 e3 2026-11-20T20:00:00Z GB r1 c2 v3 m 18-24 clicked+entered+ordered 600",
            ),
        )
        .export("feed/20261121.ndjson", impressions("e4 noon GB r1 c1 v1 f 25-34 - -"))
}

#[test]
fn every_command_has_its_help() {
    let main = help(&["--help"]);
    let lines = main.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Further lines of a description are indented further.
    let lines = lines.filter(|line| !line.starts_with("   "));
    let mut commands: BTreeSet<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.remove("help") && commands.contains("run"), "{commands:?}");
    is_as_in("help", &main);
    for command in commands {
        let text = help(&[command, "--help"]);
        assert!(
            text.contains(&format!("Usage: coverledger {command}")) && text.contains("--config <DIR>"),
            "{text}"
        );
        is_as_in(&format!("help_{command}"), &text);
    }
    for command in ["check", "list", "show", "similar"] {
        is_as_in(&format!("help_covers_{command}"), &help(&["covers", command, "--help"]));
    }
}

#[test]
fn check_on_a_sound_configuration() {
    let scenario = three_days();
    let text = answer(&scenario, "check");
    assert!(text.contains("configuration is sound\n") && text.ends_with("exit code 0"), "{text}");
    is_as_in("check_sound", &text);
}

#[test]
fn check_on_a_broken_configuration() {
    let scenario = three_days()
        .platform("feed", &FEED.replace("settle:", "setle:").replace("cover_tap", "cover_tab"))
        .job("feed, fed", "GB, DEE", 0)
        .setting("max_reject_share", "12");
    let text = answer(&scenario, "check");
    assert!(text.contains("unknown key `setle`") && text.contains("did you mean `settle`?"), "{text}");
    assert!(text.ends_with("exit code 3"), "{text}");
    is_as_in("check_broken", &text);
}

#[test]
fn run_says_what_was_published_and_what_was_not() {
    let scenario = three_days();
    let text = answer(&scenario, "run nightly");
    assert!(text.contains("3 market-days: 1 published, 1 waiting, 1 held\n"), "{text}");
    is_as_in("run_first", &text);
    let text = answer(&scenario, "run nightly");
    assert!(text.contains("1 current") && !text.contains("published"), "{text}");
    is_as_in("run_again", &text);
}

#[test]
fn status_says_where_every_market_day_stands() {
    let scenario = three_days();
    scenario.run().exits(4);
    let text = answer(&scenario, "status --days 4");
    assert!(text.contains("held: feed/GB/2026-11-21") && text.contains("waiting: feed/GB/2026-11-22"), "{text}");
    is_as_in("status", &text);
}

#[test]
fn show_prints_tables_for_people() {
    let scenario = three_days();
    scenario.run().exits(4);
    for (table, point) in [("funnel", "c2"), ("slot_audience", "f / 25-34"), ("rejects", "bad_time")] {
        let text = answer(&scenario, &format!("show {table}"));
        assert!(text.contains(point) && text.ends_with("exit code 0"), "{text}");
        is_as_in(&format!("show_{table}"), &text);
    }
}

#[test]
fn messages_name_what_is_wrong_and_what_is_known() {
    let scenario = three_days();
    scenario.run().exits(4);
    let mut all = Vec::new();
    for (command, point) in [
        ("run nigthly", "there is no job `nigthly` (known: `nightly`; did you mean `nightly`?)"),
        ("runn", "'prune', 'run'"),
        ("show funel", "known: "),
        ("show funnel --market US", "there is no market `US` (known: `GB`)"),
        ("backfill nightly --from 2026-11-21 --to 2026-11-20", "`--from 2026-11-21` is after `--to 2026-11-20`"),
        ("prune --older-than 2h", "expected at least 1d"),
        ("schedule", "no job in `jobs` has a schedule"),
        ("plan-test autumn", "`autumn`"),
        ("status --config elsewhere", "no such folder"),
        ("completions tcsh", "[possible values: bash, elvish, fish, powershell, zsh]"),
    ] {
        let text = answer(&scenario, command);
        assert!(text.contains(point), "`{point}` is not in\n{text}");
        all.push(text);
    }
    is_as_in("messages", &all.join("\n\n"));
}
