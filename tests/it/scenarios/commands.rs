//! What a person types, and what the program answers.

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

const MORNING: &str = "2026-11-21T03:00:00Z";

fn one_day() -> Scenario {
    Scenario::shop()
        .at(MORNING)
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"))
}

#[test]
fn a_typing_error_in_the_configuration_is_told_with_its_line() {
    let scenario = one_day().platform("shop", &SHOP.replace("settle:", "setle:")).job("shop", "GB, DEE", 1);
    let outcome = scenario.run().exits(3);
    outcome.complains(
        "error: 2 problems in `config/platforms/shop.yaml`\n  \
           line 1, `settle`: missing (expected how long after a day's end its exports may still arrive, such as `48h`)\n  \
           line 3, `setle`: unknown key `setle` (known: `version`, `of`, `conventions`, `not_offered`, `changes`, `settle`, `exports`, `max_orphan_share`, `max_slow_starts`; did you mean `settle`?)\n\
         1 problem in `jobs/nightly.yaml`\n  \
           line 3, `markets[1]`: unknown market `DEE` (known: `GB`)",
    );
}

#[test]
fn an_unknown_job_is_a_usage_error_that_names_the_known_ones() {
    let scenario = one_day();
    scenario
        .cli(&["run", "nigthly"])
        .exits(2)
        .complains("error: there is no job `nigthly` (known: `nightly`; did you mean `nightly`?)");
    scenario.cli(&["status", "weekly"]).exits(2).complains("error: there is no job `weekly` (known: `nightly`)");
}

#[test]
fn exports_that_are_nowhere_are_told_with_their_place() {
    let scenario = one_day();
    std::fs::remove_dir_all(scenario.path("exports")).unwrap();
    scenario.run().exits(1).complains(
        "error: the exports cannot be reached: open `exports`: this folder is not there (create it, or correct `stores` in `archive.yaml`)",
    );
}

#[test]
fn an_archive_that_is_a_file_is_told() {
    let scenario = one_day();
    scenario.write("archive", "not a folder");
    let outcome = scenario.run().exits(1);
    assert!(outcome.stderr.starts_with("error: the archive cannot be reached: "), "{}", outcome.stderr);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_writes_nothing() {
    let scenario = one_day();
    let before = scenario.tree("");
    let dry = ["backfill", "nightly", "--from", "2026-11-19", "--to", "2026-11-21", "--dry-run"];
    // Before the first run there is no archive at all, and a dry run makes none.
    let outcome = scenario.cli(&dry).exits(0);
    assert_eq!(
        outcome.stdout,
        "shop/GB/2026-11-21 is not over\n\
         shop/GB/2026-11-20 would be settled: never published\n\
         shop/GB/2026-11-19 would be settled: never published\n\
         shop: 1 exports of 105 bytes would be read\n"
    );
    assert_eq!(scenario.tree(""), before);
}

#[test]
fn a_backfill_that_ends_before_it_begins_is_refused() {
    let scenario = one_day();
    let outcome = scenario.cli(&["backfill", "nightly", "--from", "2026-11-21", "--to", "2026-11-20"]).exits(2);
    outcome.complains("error: `--from 2026-11-21` is after `--to 2026-11-20`");
}

#[test]
fn a_backfill_takes_only_platforms_and_markets_of_its_job() {
    let scenario = one_day();
    let backfill = |more: &[&str]| {
        let args = [&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"], more].concat();
        scenario.cli(&args)
    };
    backfill(&["--market", "US"]).exits(2).complains("error: job `nightly` has no market `US` (it has: `GB`)");
    backfill(&["--platform", "tv"])
        .exits(2)
        .complains("error: job `nightly` has no platform `tv` (it has: `shop`)");
    backfill(&["--market", "GB", "--platform", "shop"]).exits(0);
}

#[test]
fn wrong_words_are_usage_errors() {
    let scenario = one_day();
    for args in [
        &[][..],
        &["runn"],
        &["run"],
        &["run", "nightly", "--frm"],
        &["run", "nightly", "-q", "-v"],
        &["backfill", "nightly", "--from", "2026-02-30", "--to", "2026-03-01"],
        &["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--reprocess", "some"],
        &["show", "funel"],
        &["show", "funnel", "--date", "yesterday"],
        &["snapshot"],
        &["snapshot", "--as-of", "2026-11-20 08:00"],
        &["status", "--days", "0"],
        &["verify", "--log", "xml"],
    ] {
        let outcome = scenario.cli(args).exits(2);
        assert!(!outcome.stderr.is_empty() && outcome.stdout.is_empty(), "{args:?}: {}", outcome.stderr);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let scenario = one_day();
    let version = scenario.cli(&["--version"]).exits(0).stdout;
    let rest = version.strip_prefix(concat!("coverledger ", env!("CARGO_PKG_VERSION"), " (")).unwrap();
    let commit = rest.trim_end().strip_suffix(')').unwrap();
    let digits = commit.strip_suffix("-dirty").unwrap_or(commit);
    let is_commit = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_commit || commit == "unknown" || option_env!("COVERLEDGER_COMMIT") == Some(commit), "{version}");
    scenario
        .cli(&["--help"])
        .exits(0)
        .says("Exit codes: 0 done or nothing to do; 1 unexpected; 2 usage; 3 config;");
}

#[test]
fn check_says_what_is_configured() {
    let scenario = one_day();
    assert_eq!(
        scenario.cli(&["check"]).exits(0).stdout,
        "configuration is sound\n  platforms: shop\n  markets:   GB\n  job nightly: by hand only, looks at 1 market-days\n\
         warning: job `nightly` looks back 1 days, and the exports of `shop` settle up to 73 hours after a \
         day's end (`settle`, and the days of files that a market-day also reads): its market-days leave the \
         look-back while they are provisional, and stay so (give `lookback_days: 5` or more)\n"
    );
    let enough = scenario.job("shop", "GB", 5);
    assert!(!enough.cli(&["check"]).exits(0).stdout.contains("warning"));
}

#[test]
fn status_has_a_letter_for_where_every_market_day_stands() {
    let scenario = one_day()
        .market("JP", "timezone: Asia/Tokyo, slots: day_parts")
        .job("shop", "GB, JP", 7)
        .at("2026-11-22T00:00:00Z")
        .export("shop/2026-11-15/a.csv", events(""))
        .export("shop/2026-11-16/a.csv", events(""))
        .export("shop/2026-11-17/a.csv", "broken")
        .export("shop/2026-11-18/a.csv", events("e1 noon show GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-21/a.csv", events(""));
    scenario.run().exits(6);
    scenario.clock("2026-11-22T01:00:00Z");
    scenario.deliver("shop/2026-11-20/late.csv", events(""));
    let outcome = scenario.cli(&["status", "--days", "7"]).exits(0);
    let lines: Vec<&str> = outcome.stdout.lines().map(str::trim).collect();
    assert_eq!(
        lines.join("\n"),
        "platform   market   11-15   11-16   11-17   11-18   11-19   11-20   11-21\n\
         ───────────────────────────────────────────────────────────────────────────\n\
         shop       GB           X       X       X       H       W       D       P\n\
         shop       JP           X       X       X       X       W       W       D\n\
         F final   P provisional   W waiting for exports   H held back   X failed   D due   · not over   - not begun\n\
         failed: shop/GB/2026-11-15, shop/GB/2026-11-16, shop/GB/2026-11-17, shop/JP/2026-11-15 and 3 more\n\
         export `shop/2026-11-17/a.csv`: none of the mapped columns is in its first line; has it a header, and this delimiter and encoding?\n\
         held: shop/GB/2026-11-18\n\
         export `shop/2026-11-18/a.csv`: 1 of 1 records were rejected, more than the 1 % that `max_reject_share` \
         allows; all are `bad_time` in column `at`: the column holds times in another `format` than the configuration \
         says (see `coverledger show rejects`)\n\
         waiting: shop/GB/2026-11-19 since 2026-11-20T00:00:00Z, shop/JP/2026-11-19 since 2026-11-19T15:00:00Z, \
         shop/JP/2026-11-20 since 2026-11-20T15:00:00Z\n\
         no export at `shop/2026-11-19/*.csv`\n\n\
         job       next in Asia/Shanghai   next in UTC   last run               missed   catch_up\n\
         ──────────────────────────────────────────────────────────────────────────────────────────\n\
         nightly   by hand                               2026-11-22T00:00:00Z"
    );
}

#[test]
fn show_prints_a_table_for_people() {
    let scenario = one_day();
    scenario.run().exits(0);
    let outcome = scenario.cli(&["show", "slot_audience", "--market", "GB", "--wide"]).exits(0);
    let lines: Vec<Vec<&str>> = outcome.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let expected = "local_date market platform slot audience impressions entries ctr % effective_ctr % click_conversion % \
                    stay_rate % mean_dwell_seconds";
    assert_eq!(lines[0].join(" "), expected);
    let expected = "2026-11-20 GB shop afternoon f / 25-34 1 0 0.00 0.00–79.35 0.00 0.00–79.35 – – –";
    assert_eq!(lines[2].join(" "), expected, "no quotes, rates in percent with their interval, no rate as a dash");
    let nowhere = "error: there is no market `US` (known: `GB`)";
    scenario.cli(&["show", "slot_audience", "--market", "US"]).exits(2).complains(nowhere);
}

#[test]
fn a_json_log_is_json_on_every_line_and_names_its_run() {
    let scenario = one_day().export("shop/2026-11-21/a.csv", "broken");
    let outcome = scenario.cli(&["run", "nightly", "--log", "json"]).exits(6);
    let lines: Vec<serde_json::Value> =
        outcome.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let done = lines.iter().find(|line| line["message"] == "done").expect("a line that says it is done");
    let run_id = done["run_id"].as_str().unwrap();
    assert!(outcome.stdout.contains(&format!("run {run_id}")), "{}", outcome.stdout);
    assert!(lines.len() > 4 && lines.iter().all(|line| line["run_id"] == run_id), "{}", outcome.stderr);
    let failed = lines.iter().find(|line| line["message"] == "export failed").unwrap();
    assert_eq!((&failed["export"], &failed["run_id"]), (&"shop/2026-11-21/a.csv".into(), &run_id.into()));
}

#[test]
fn nothing_is_said_on_standard_error_when_all_is_well() {
    one_day().run().exits(0).complains("");
}

#[test]
fn an_archive_in_which_nothing_was_published_yet_has_a_status() {
    let scenario = one_day();
    scenario.cli(&["status"]).exits(0).says("D due");
    assert!(!scenario.path("archive").exists());
}

#[test]
fn what_is_due_behind_the_look_back_is_told_with_the_command_that_settles_it() {
    let scenario = Scenario::shop()
        .market("GB", "timezone: Etc/UTC, slots: day_parts")
        .job("shop", "GB", 5)
        .at("2026-11-22T03:00:00Z");
    for date in ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]
    {
        let row = format!("e-{date} {date}T09:00:00Z show GB r1 c1 v1 f 25-34 -");
        scenario.deliver(&format!("shop/{date}/a.csv"), events(&row));
    }
    scenario.run().exits(0).says("5 published");
    let status = |scenario: &Scenario| scenario.cli(&["status", "--days", "5"]).exits(0).stdout;
    assert!(!status(&scenario).contains("behind the look-back"));
    // Another configuration; and the job looks at the last two days only.
    let scenario = scenario.setting("stay_seconds", "90").job("shop", "GB", 2);
    let told = status(&scenario);
    assert!(
        told.contains(
            "  due: 3 market-days are behind the look-back of job nightly (published by another configuration), \
             2026-11-17 to 2026-11-19: no run comes to them any more\n    \
             `coverledger backfill nightly --from 2026-11-17 --to 2026-11-19` settles them\n"
        ),
        "{told}"
    );
    scenario.run().exits(0).says("2 published");
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-17", "--to", "2026-11-19"]).exits(0);
    assert!(!status(&scenario).contains("behind the look-back"));
}

#[test]
fn check_warns_of_zones_that_are_not_what_their_names_say() {
    let scenario = one_day().market("SG", "timezone: Etc/GMT+8, slots: day_parts");
    scenario.cli(&["check"]).exits(0).says(
        "`markets.SG.timezone`: `Etc/GMT+8` is UTC-08:00: the sign in its name is reversed; `Etc/GMT-8` is UTC+08:00",
    );
    let unknown = one_day().market("SG", "timezone: GMT+8, slots: day_parts");
    let told = unknown.cli(&["check"]).exits(3).stderr;
    assert!(told.contains("such as `Asia/Shanghai`; that offset all year is `Etc/GMT-8`"), "{told}");
}
