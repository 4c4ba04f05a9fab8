//! `show` for people: what fits their terminal, the newest and biggest first, only what they ask for, in their language, and
//! why there is nothing.

use std::process::Stdio;

use coverledger::export::{PeekBudget, PeekCell, peek};
use coverledger::model::{TableName, is_steering};
use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr as _;

use crate::rows::events;
use crate::scenario::{Outcome, Scenario};

/// Covers as others name them: plain, as a formula, and one that turns text around and is as long as an id may be.
fn hostile() -> [String; 3] {
    ["red".to_owned(), "=HYPERLINK(1)".to_owned(), format!("\u{202e}封面👩‍👩‍👧{}", "long".repeat(54))]
}

/// Seven days of GB and JP, with more viewers from cover to cover.
fn week() -> Scenario {
    let scenario =
        Scenario::shop().market("JP", "timezone: Asia/Tokyo, slots: day_parts").job("shop", "GB, JP", 6);
    for date in ["2026-11-15", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"] {
        let mut lines = String::new();
        for market in ["GB", "JP"] {
            for viewer in 0..30 {
                let cover = ["c0", "c1", "c1", "c2", "c2", "c2"][viewer % 6];
                let who = format!("{date}-{market}-{viewer}");
                for (event, dwell) in [("show", "-"), ("tap", "-"), ("enter", "-"), ("leave", "90")] {
                    if event == "show" || viewer % 4 == 0 {
                        lines.push_str(&format!(
                            "{event}-{who} {date}T13:00:00Z {event} {market} {date}-r {cover} {who} f 25-34 {dwell}\n"
                        ));
                    }
                }
            }
        }
        let [plain, formula, long] = hostile();
        let text = events(&lines).replace(",c0,", &format!(",{plain},")).replace(",c1,", &format!(",{formula},"));
        scenario.deliver(&format!("shop/{date}/a.csv"), text.replace(",c2,", &format!(",{long},")));
    }
    scenario.write("config/decisions.yaml", "version: 1\nwindow_days: 6\nperiod_days: 3\n");
    let scenario = scenario.at("2026-11-21T03:00:00Z");
    scenario.run().exits(0);
    scenario
}

fn show<'s>(scenario: &'s Scenario, args: &str, columns: &str) -> Outcome<'s> {
    let args: Vec<&str> = ["show"].into_iter().chain(args.split(' ')).collect();
    scenario.cli_with(&args, &[("COLUMNS", columns)])
}

fn rows(outcome: &Outcome<'_>) -> Vec<Json> {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn a_table_fits_the_terminal_and_what_does_not_fit_is_named() {
    let scenario = week();
    for table in
        ["funnel", "slot_audience", "cover", "cover_broadcast", "mix", "diagnosis", "slot_plan", "capability"]
    {
        for lang in ["en", "zh"] {
            for columns in [60, 80, 120, 200] {
                let shown =
                    show(&scenario, &format!("{table} --lang {lang}"), &columns.to_string()).exits(0).stdout;
                let widest = shown.lines().map(|line| line.trim_end().width()).max().unwrap();
                assert!(widest <= columns, "{table} takes {widest} of {columns} columns:\n{shown}");
                assert!(!shown.chars().any(|c| is_steering(c) && c != '\n'), "{shown:?}");
            }
        }
    }
    let narrow = show(&scenario, "funnel --market GB", "80").exits(0).says("=HYPERLINK(1)").stdout;
    assert!(
        narrow.contains("not shown") && narrow.contains("`orders`") && narrow.contains("`--wide`"),
        "{narrow}"
    );
    let wide = show(&scenario, "funnel --market GB --wide", "80").exits(0).says("orders").stdout;
    assert!(!wide.contains("not shown"), "{wide}");
    // Where nothing says how wide it is, there are 120 columns.
    let piped = scenario.cli(&["show", "funnel"]).exits(0).stdout;
    assert_eq!(piped, show(&scenario, "funnel", "120").exits(0).stdout);
    assert_eq!(piped, show(&scenario, "funnel", "many").exits(0).stdout);
}

/// `script` gives the program a terminal, `stty` tells it how wide it is.
#[cfg(unix)]
#[test]
fn a_terminal_says_how_wide_it_is_itself() {
    let scenario = week();
    let command = format!("stty rows 24 cols 60; '{}' show funnel --market GB", env!("CARGO_BIN_EXE_coverledger"));
    let output = std::process::Command::new("timeout")
        .args(["60", "script", "-qec", &command, "/dev/null"])
        .current_dir(scenario.path("."))
        .env("COLUMNS", "200")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    assert_eq!(text, show(&scenario, "funnel --market GB", "60").exits(0).stdout);
}

#[test]
fn columns_are_chosen_by_name_and_an_unknown_one_gets_the_near_ones() {
    let scenario = week();
    let chosen = show(&scenario, "funnel --market GB --columns clicks,local_date,revision", "60").exits(0).stdout;
    let header: Vec<&str> = chosen.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["clicks", "local_date", "revision"], "{chosen}");
    for output in ["json", "csv"] {
        let chosen =
            show(&scenario, &format!("funnel --columns clicks,cover_id --rows 1 --output {output}"), "60");
        let first = chosen.exits(0).stdout.replace('"', "");
        assert!(first.contains("clicks:") || first.starts_with("clicks,cover_id\r\n"), "{first}");
    }
    let all = TableName::Funnel.spec().columns().len();
    show(&scenario, "funnel --columns cliks", "80").exits(2).complains(&format!(
        "error: table `funnel` has no column `cliks` (near: `clicks`; `docs/FORMATS.md` has all {all})"
    ));
    let none = show(&scenario, "funnel --columns zzz", "80").exits(2).stderr;
    assert!(none.contains("`docs/FORMATS.md` has its"), "{none}");
}

#[test]
fn people_read_the_newest_and_biggest_first_and_programs_what_is_in_the_archive() {
    let scenario = week();
    let text = show(&scenario, "funnel --columns local_date,impressions", "80").exits(0).stdout;
    let lines = text.lines().skip(2).map(|line| {
        let mut words = line.split_whitespace();
        (words.next().unwrap().to_owned(), words.next().unwrap().parse::<i64>().unwrap())
    });
    let lines: Vec<(String, i64)> = lines.collect();
    assert!(lines.len() == 36 && lines[0].0 == "2026-11-20" && lines[35].0 == "2026-11-15", "{text}");
    let falls = |pair: &[(String, i64)]| (&pair[0].0, pair[0].1) >= (&pair[1].0, pair[1].1);
    assert!(lines.windows(2).all(falls), "{text}");
    let dates: Vec<Json> = rows(&show(&scenario, "funnel --market GB --columns local_date --output json", "80"));
    assert_eq!(dates[0]["local_date"], "2026-11-15");
    // The last rows are those that are left out.
    let few = show(&scenario, "funnel --columns local_date --rows 6", "80").exits(0).says("6 of 36 rows").stdout;
    assert!(!few.contains("2026-11-19"), "{few}");
}

#[test]
fn rows_are_chosen_by_what_they_hold() {
    let scenario = week();
    let count = |conditions: &[&str]| {
        let conditions = conditions.iter().flat_map(|condition| ["--where", condition]);
        let args: Vec<&str> = ["show", "funnel", "--output", "json"].into_iter().chain(conditions).collect();
        rows(&scenario.cli(&args).exits(0)).len()
    };
    for (conditions, rows) in [
        (&["cover_id=red"][..], 12),
        (&["cover_id!=red"], 24),
        (&["cover_id==HYPERLINK(1)"], 12),
        (&["impressions>5"], 24),
        (&["impressions>=15", "market=JP"], 6),
        (&["impressions<=5"], 12),
        (&["impressions<5"], 0),
        (&["local_date>2026-11-18"], 12),
        (&["local_date<=2026-11-15"], 6),
        (&["convention_since="], 36),
        (&["convention_since!="], 0),
        (&["contaminated=false"], 36),
        (&["contaminated!=false"], 0),
    ] {
        assert_eq!(count(conditions), rows, "{conditions:?}");
    }
    for condition in ["slot_start_utc>=2026-11-20", "slot_start_local<2026-11-15T18:00:00", "ctr>20%", "ctr>0.2"] {
        let found =
            rows(&show(&scenario, &format!("slot_audience --output json --where {condition}"), "80").exits(0));
        assert!(!found.is_empty() && found.len() <= 12, "{condition}: {}", found.len());
    }
    for (condition, message) in [
        (
            "impressions",
            "`--where impressions` compares nothing (expected `column=value`, or `!=`, `<`, `<=`, `>` or `>=` in place of `=`)",
        ),
        (
            "impressions>many",
            "`--where impressions>many`: `many` is no value of `impressions` (expected a whole number, such as `500`: its type is `int64`)",
        ),
        (
            "local_date=20th",
            "`--where local_date=20th`: `20th` is no value of `local_date` (expected a date, such as `2026-11-20`: its type is `date`)",
        ),
        (
            "contaminated=no",
            "`--where contaminated=no`: `no` is no value of `contaminated` (expected `true` or `false`: its type is `bool`)",
        ),
        ("cover_id<b", "`--where cover_id<b`: `cover_id` is text, which has no order (expected `=` or `!=`)"),
        ("impressions<", "`--where impressions<`: `impressions` is compared with nothing (give a value)"),
        ("impresions=1", "table `funnel` has no column `impresions` (near: `impressions`"),
    ] {
        let told = show(&scenario, &format!("funnel --where {condition}"), "80").exits(2).stderr;
        assert!(told.starts_with(&format!("error: {message}")), "{told}");
    }
    show(&scenario, "funnel --where impressions>1000", "80")
        .exits(0)
        .says("no rows: 36 rows are there, and none is as `--where` says\n");
}

#[test]
fn a_place_that_does_not_exist_gets_the_near_ones_and_one_of_the_past_is_shown() {
    let scenario = week();
    for (args, message) in [
        ("funnel --market gb", "there is no market `gb` (known: `GB`, `JP`; did you mean `GB`?)"),
        ("cover --market US", "there is no market `US` (known: `GB`, `JP`)"),
        (
            "funnel --platform shp --output json",
            "there is no platform `shp` (known: `shop`; did you mean `shop`?)",
        ),
    ] {
        let told = show(&scenario, args, "80").exits(2);
        assert!(told.stdout.is_empty() && told.stderr == format!("error: {message}\n"), "{}", told.stderr);
    }
    let table = show(&scenario, "funel", "80").exits(2).stderr;
    assert!(table.contains("did you mean `funnel`?"), "{table}");
}

#[test]
fn a_market_that_is_no_longer_configured_is_still_shown() {
    let scenario = week();
    let markets = std::fs::read_to_string(scenario.path("config/markets.yaml")).unwrap();
    let without: String =
        markets.lines().filter(|line| !line.contains("JP:")).map(|line| format!("{line}\n")).collect();
    scenario.write("config/markets.yaml", without);
    let job = std::fs::read_to_string(scenario.path("jobs/nightly.yaml")).unwrap();
    scenario.write("jobs/nightly.yaml", job.replace("GB, JP", "GB"));
    show(&scenario, "funnel --market JP", "80").exits(0).says("JP");
}

#[test]
fn an_empty_table_says_why_in_both_languages() {
    let scenario = week();
    let why = |args: &str, en: &str, zh: &str| {
        let said = show(&scenario, args, "80").exits(0).stdout;
        assert!(said.starts_with("no rows: ") && said.contains(en), "{args}: {said}");
        let said = show(&scenario, &format!("{args} --lang zh"), "80").exits(0).stdout;
        assert!(said.starts_with("没有数据：") && said.contains(zh), "{args}: {said}");
        let piped = show(&scenario, &format!("{args} --output json"), "80").exits(0);
        assert!(piped.stdout == "[]\n" && piped.stderr.contains(en), "{args}: {}", piped.stderr);
    };
    why("localization", "no `families` of covers", "没有封面系列");
    why("experiment", "no experiment in `config/experiments`", "没有测试");
    why("turns", "is a rotation", "轮换测试");
    why("viewer_groups", "a split that assigns viewers", "分流测试");
    why("quality", "no source of quality", "没有配置播放质量的数据源");
    why("revisit", "has no `returning`", "没有 `returning`");
    why("cover_history", "`config/library.yaml`", "没有封面库");
    why("rejects", "none was rejected", "没有被拒绝的");
    why("reconciliation", "no export reports a rate", "没有导出文件");
    why(
        "funnel --date 2026-01-01",
        "no local_date `2026-01-01` (there is: 2026-11-15 to 2026-11-20)",
        "2026-11-15 至 2026-11-20",
    );
    std::fs::remove_file(scenario.path("config/decisions.yaml")).unwrap();
    std::fs::remove_dir_all(scenario.path("archive/cover")).unwrap();
    why("cover", "`config/decisions.yaml`", "`config/decisions.yaml`");
    let nothing = Scenario::shop();
    std::fs::create_dir(nothing.path("archive")).unwrap();
    nothing
        .cli(&["show", "funnel"])
        .exits(0)
        .says("no rows: nothing is published yet: `coverledger run JOB` does");
    nothing.cli(&["show", "cover", "--lang", "zh"]).exits(0).says("没有数据：没有 `config/decisions.yaml`");
}

#[test]
fn chinese_stands_in_place_of_english_where_the_table_has_it() {
    let scenario = week();
    let zh = show(&scenario, "cover --market GB --lang zh", "200").exits(0).says("名次").says("进房率 %").stdout;
    let en = show(&scenario, "cover --market GB", "200").exits(0).says("rank").stdout;
    let notes: Vec<Json> = rows(&show(&scenario, "cover --market GB --lang zh --output json", "80"));
    let [english, chinese] = ["note", "note_zh"].map(|column| notes[0][column].as_str().unwrap().to_owned());
    let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
    let begin = |text: &str| without_spaces(text).chars().take(12).collect::<String>();
    assert!(without_spaces(&zh).contains(&begin(&chinese)), "{chinese}\n{zh}");
    assert!(!without_spaces(&zh).contains(&begin(&english)), "{english}\n{zh}");
    assert!(without_spaces(&en).contains(&begin(&english)), "{english}\n{en}");
    // Who asks for a column by its name gets that.
    let asked = show(&scenario, "diagnosis --market GB --columns action_en --lang zh", "200").exits(0).stdout;
    assert!(asked.lines().nth(2).unwrap().is_ascii(), "{asked}");
    // Programs know columns by their names; a workbook is for people.
    let file = scenario.path("cover.xlsx");
    let path = file.to_str().unwrap();
    scenario.cli(&["show", "cover", "--lang", "zh", "--output", "xlsx", "--output-file", path]).exits(0);
    let book = peek(std::fs::File::open(&file).unwrap(), 100, &mut PeekBudget::default()).unwrap();
    let header = &book.tables[0].rows[0];
    let has = |name: &str| header.contains(&PeekCell::Text(name.to_owned()));
    assert!(has("封面") && has("说明") && !has("note") && !has("note_zh"), "{header:?}");
    let names = rows(&show(&scenario, "cover --lang zh --rows 1 --output json", "80"));
    assert_eq!(names[0]["market"], json!("GB"));
    assert_eq!(names[0].as_object().unwrap().len(), TableName::Cover.spec().columns().len());
}

#[test]
fn the_change_of_a_rate_begins_with_its_story() {
    let scenario = week();
    let text = show(&scenario, "mix", "80").exits(0).stdout;
    let story: Vec<&str> = text.lines().take_while(|line| !line.contains("cover_id")).collect();
    let story = story.join(" ");
    let periods = "2026-11-18 to 2026-11-20 against 2026-11-15 to 2026-11-17";
    let begins = format!("GB, shop: {periods}: Of 100 impressions 26.67 enter instead of 26.67");
    assert!(story.starts_with(&begins), "{text}");
    assert!(story.contains(&format!("JP, shop: {periods}: Of 100 impressions ")), "{text}");
    let zh = show(&scenario, "mix --lang zh", "80").exits(0).stdout;
    assert!(zh.starts_with("GB · shop：2026-11-18 至 2026-11-20 对比 2026-11-15 至 2026-11-17："), "{zh}");
    assert!(rows(&show(&scenario, "mix --output json", "80")).len() > 4);
}
