//! `status`, `inspect` and `plan-test` for programs: the same options and the same rules as `show`, and no formula in a
//! spreadsheet.

use std::fs;
use std::io::Read;

use coverledger::export::{PeekBudget, PeekCell, peek};
use serde_json::Value as Json;

use crate::rows::events;
use crate::scenario::Scenario;

/// A cover that a spreadsheet would run.
const FORMULA: &str = "=HYPERLINK(\"http://x\")";

/// A day that is published, one that is broken, and one that was not delivered.
fn three_days() -> Scenario {
    let scenario = Scenario::shop().job("shop", "GB", 5).at("2026-11-22T03:00:00Z");
    let scenario = scenario
        .export("shop/2026-11-17/a.csv", events("e1 2026-11-17T12:30:00Z show GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-18/a.csv", events(""))
        .export("shop/2026-11-19/a.csv", events(""))
        .export("shop/2026-11-20/a.csv", "broken");
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario
}

fn experiment(design: &str) -> String {
    let formula = FORMULA.replace('"', "\\\"");
    format!(
        "version: 1\nplatforms: [shop]\nmarkets: [GB]\ncovers: [\"{formula}\", \"-5\", \"c\\e[2J\"]\n\
         window: {{from: 2026-11-16, to: 2026-11-17}}\n{design}\n"
    )
}

const ROTATION: &str = "design: rotation\nrotation: {turn: 30m, burn_in: 5m, seed: 1}";
const SPLIT: &str = "design: split\nsplit: {broadcasts: 40, assignment: broadcast}";

fn json(scenario: &Scenario, args: &[&str]) -> Vec<Json> {
    let args = [args, &["--output", "json"]].concat();
    serde_json::from_str(&scenario.cli(&args).exits(0).stdout).unwrap()
}

/// The cells of the only sheet of a workbook, which has no formula and no link.
fn sheet(scenario: &Scenario, args: &[&str]) -> Vec<Vec<PeekCell>> {
    let file = scenario.path("rows.xlsx");
    let path = file.to_str().unwrap();
    let args = [args, &["--output", "xlsx", "--output-file", path]].concat();
    assert_eq!(scenario.cli(&args).exits(0).stdout, "");
    let mut book = ::zip::ZipArchive::new(fs::File::open(&file).unwrap()).unwrap();
    let mut text = String::new();
    book.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut text).unwrap();
    assert!(!text.contains("<f>") && !text.contains("hyperlink"), "{text}");
    let mut book = peek(fs::File::open(&file).unwrap(), 10_000, &mut PeekBudget::default()).unwrap();
    book.tables.remove(0).rows
}

fn is_text(cell: &PeekCell, text: &str) -> bool {
    matches!(cell, PeekCell::Text(found) if found == text)
}

#[test]
fn status_is_a_row_for_each_market_day() {
    let scenario = three_days();
    scenario.run().exits(6);
    let rows = json(&scenario, &["status", "--days", "5"]);
    let of = |date: &str| rows.iter().find(|row| row["local_date"] == date).unwrap();
    assert_eq!((&of("2026-11-17")["status"], &of("2026-11-17")["revision"]), (&"final".into(), &1.into()));
    assert_eq!(of("2026-11-20")["status"], "failed");
    assert!(of("2026-11-20")["reason"].as_str().unwrap().contains("export `shop/2026-11-20/a.csv`"));
    assert_eq!((&of("2026-11-21")["status"], &of("2026-11-21")["revision"]), (&"waiting".into(), &Json::Null));
    assert_eq!(of("2026-11-21")["waiting_since"], "2026-11-22T00:00:00Z");
    let dates: Vec<&str> = rows.iter().map(|row| row["local_date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted() && dates.len() == 5, "{dates:?}");
    let csv = scenario.cli(&["status", "--days", "5", "--output", "csv"]).exits(0).stdout;
    assert!(csv.starts_with("platform,market,local_date,status,waiting_since,revision,reason,notes\r\n"), "{csv}");
    assert!(csv.contains("\r\nshop,GB,2026-11-20,failed,,,"), "{csv}");
    let sheet = sheet(&scenario, &["status", "--days", "5"]);
    assert!(sheet.len() == 6 && is_text(&sheet[1][3], "final"), "{sheet:?}");
    scenario
        .cli(&["status", "--output-file", "status.csv"])
        .exits(2)
        .complains("error: `--output-file` is for `--output json`, `csv` or `xlsx`");
}

#[test]
fn inspect_is_a_row_for_each_column_and_its_json_stays_one_object() {
    let scenario = Scenario::new();
    let numbers: String = (1..10).map(|number| format!("b{number},c{number},{number},12345\n")).collect();
    scenario.write("live.csv", format!("id,=1+1,@impressions,\"+a,\"\"b\"\"\"\n{numbers}"));
    let csv = scenario.cli(&["inspect", "live.csv", "--output", "csv"]).exits(0).stdout;
    let header = "file,format,table,rows,position,column,kind,role,sample,empty,cover_rate\r\n";
    assert!(csv.starts_with(header), "{csv}");
    // Such words are no header to it: it shows them as they stand there.
    assert!(csv.contains(",2,2,text,,'=1+1,") && csv.contains(",3,3,text,,'@impressions,"), "{csv}");
    assert!(csv.contains(",4,4,text,,\"'+a,\"\"b\"\"\","), "{csv}");
    let rows = sheet(&scenario, &["inspect", "live.csv"]);
    assert!(rows.len() == 5 && is_text(&rows[2][8], "=1+1"), "{rows:?}");
    let printed = scenario.cli(&["inspect", "live.csv", "--output", "json"]).exits(0).stdout;
    let object: Json = serde_json::from_str(&printed).unwrap();
    assert_eq!(object["files"][0]["tables"][0]["columns"][1]["sample"], "=1+1");
    scenario.cli(&["inspect", "live.csv", "--output", "json", "--output-file", "live.json"]).exits(0);
    assert_eq!(fs::read_to_string(scenario.path("live.json")).unwrap(), printed);
    // What it was called before there were tables.
    scenario.cli(&["inspect", "live.csv", "--output", "text"]).exits(0).says("live.csv");
}

#[test]
fn plan_test_is_a_row_for_each_turn_and_no_cover_is_a_formula() {
    let scenario = three_days();
    scenario.write("config/experiments/red.yaml", experiment(ROTATION));
    let turns = json(&scenario, &["plan-test", "red"]);
    assert_eq!(turns.len(), 96);
    assert!(turns.iter().any(|turn| turn["cover_id"] == FORMULA), "{turns:?}");
    assert!(turns.iter().all(|turn| turn["experiment"] == "red" && turn["market"] == "GB"));
    let first = &turns[0];
    assert_eq!(
        (&first["local_date"], &first["starts_utc"]),
        (&"2026-11-16".into(), &"2026-11-16T00:00:00Z".into())
    );
    let csv = scenario.cli(&["plan-test", "red", "--output", "csv"]).exits(0).stdout;
    assert!(csv.contains(",\"'=HYPERLINK(\"\"http://x\"\")\"\r\n") && csv.contains(",'-5\r\n"), "{csv}");
    let rows = sheet(&scenario, &["plan-test", "red"]);
    assert!(rows.len() == 97 && rows.iter().any(|row| is_text(&row[8], FORMULA)), "{rows:?}");
    // People on a terminal read both parts.
    let today = ["plan-test", "red", "--today", "--at", "2026-11-16T12:00:00Z"];
    let today = json(&scenario, &today);
    assert!(today.len() < 96 && !today.is_empty(), "{}", today.len());
    for (args, told) in [
        (&["plan-test", "red", "--part", "power"][..], "`--part` is for `--output json`"),
        (&["plan-test", "red", "--write", "--output", "json"], "not for `--output`"),
    ] {
        let stderr = scenario.cli(args).exits(2).stderr;
        assert!(stderr.contains(told), "{stderr}");
    }
}

#[test]
fn plan_test_tells_programs_what_a_test_would_find() {
    let scenario = three_days();
    scenario.write("config/experiments/red.yaml", experiment(SPLIT));
    let power = json(&scenario, &["plan-test", "red"]);
    assert_eq!(power.len(), 1, "{power:?}");
    assert_eq!((&power[0]["platform"], &power[0]["needed"]), (&"shop".into(), &Json::Null));
    assert!(power[0]["note"].as_str().unwrap().starts_with("not known: "), "{power:?}");
    assert_eq!(power[0]["unit"], "broadcasts");
    let none = scenario.cli(&["plan-test", "red", "--part", "schedule", "--output", "csv"]).exits(2).stderr;
    assert!(none.contains("`red` is a split"), "{none}");
}
