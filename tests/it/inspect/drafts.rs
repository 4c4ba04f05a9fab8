//! `--write`: a draft loads, and counts right.

use super::{HOURS, TRAP};
use crate::scenario::Scenario;

const WRITE: [&str; 2] = ["--write", "config/platforms/new.yaml"];

fn drafted(export: impl AsRef<[u8]>) -> Scenario {
    drafted_as("a.csv", export)
}

fn drafted_as(file: &str, export: impl AsRef<[u8]>) -> Scenario {
    let scenario = Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .job("new", "GB", 1)
        .export(&format!("new/GB/{file}"), export);
    std::fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    let export = format!("exports/new/GB/{file}");
    scenario.cli(&[&["inspect", export.as_str()][..], &WRITE].concat()).exits(0);
    scenario.cli(&["check"]).exits(0);
    scenario
}

#[test]
fn a_draft_counts_its_own_export() {
    let scenario = drafted(HOURS).at("2026-11-21T03:00:00Z");
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks  entries
         morning    1000         43      50
         afternoon  500          10      12
         prime      300          13      20",
    );
}

#[test]
fn the_draft_of_a_trap_has_no_impressions() {
    let scenario = drafted(TRAP);
    let draft = std::fs::read_to_string(scenario.path("config/platforms/new.yaml")).unwrap();
    assert!(
        draft.contains("# This export yields no click rate of the cover:\n#   `CTR` = Product Clicks ÷ Views"),
        "{draft}"
    );
    assert!(!draft.contains("impressions:"), "{draft}");
}

#[test]
fn nothing_is_overwritten() {
    let scenario = drafted(HOURS);
    let before = std::fs::read(scenario.path("config/platforms/new.yaml")).unwrap();
    scenario
        .cli(&[&["inspect", "exports/new/GB/a.csv"][..], &WRITE].concat())
        .exits(2)
        .complains("error: `config/platforms/new.yaml` is there already and is not overwritten");
    assert_eq!(std::fs::read(scenario.path("config/platforms/new.yaml")).unwrap(), before);
}

/// Sessions of 2026-11-20 (day 46346 of spreadsheets) from 06:00, 12:00 and 19:30, below a preamble.
fn workbook() -> Vec<u8> {
    let names = ["LIVE ID", "Start time", "LIVE duration", "Impressions", "Views", "Tap-through rate"];
    let rows = [
        ("7651420000000000001", 46346.25, "1h0m0s", 10_000, 135, "1.35%"),
        ("7651420000000000002", 46346.5, "2h0m0s", 2_000, 50, "2.50%"),
        ("7651420000000000003", 46346.8125, "1h28m5s", 800, 8, "1.00%"),
    ];
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let time = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let sheet = workbook.add_worksheet();
    sheet.write_string(0, 0, "Report of 2026-11-20").unwrap();
    for (column, name) in (0..).zip(names) {
        sheet.write_string(2, column, name).unwrap();
    }
    for (row, (id, start, length, impressions, views, rate)) in (3..).zip(rows) {
        sheet.write_string(row, 0, id).unwrap();
        sheet.write_number_with_format(row, 1, start, &time).unwrap();
        sheet.write_string(row, 2, length).unwrap();
        sheet.write_number(row, 3, impressions).unwrap();
        sheet.write_number(row, 4, views).unwrap();
        sheet.write_string(row, 5, rate).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_draft_counts_its_own_workbook_by_the_clock_of_the_market() {
    let scenario = drafted_as("a.xlsx", workbook()).at("2026-11-21T03:00:00Z");
    scenario
        .cli(&["inspect", "exports/new/GB/a.xlsx"])
        .exits(0)
        .says("`Tap-through rate` = Views ÷ Impressions (3 of 3 rows): the click is the room entry");
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks  entries
         morning    10000        135     135
         afternoon  2000         50      50
         prime      800          8       8",
    );
}
