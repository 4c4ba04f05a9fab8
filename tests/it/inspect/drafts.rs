//! `--write`: a draft counts right, or does not load and says what is to be decided.

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
    scenario
}

fn draft_of(scenario: &Scenario) -> String {
    std::fs::read_to_string(scenario.path("config/platforms/new.yaml")).unwrap()
}

/// Takes the `#` away before lines of a draft, as its reader does once it is decided.
fn decide(scenario: &Scenario, lines: &[(&str, &str)]) {
    let mut draft = draft_of(scenario);
    for (commented, decided) in lines {
        assert!(draft.contains(commented), "`{commented}` is not in\n{draft}");
        draft = draft.replace(commented, decided);
    }
    scenario.write("config/platforms/new.yaml", draft);
    scenario.cli(&["check"]).exits(0);
}

/// What the hours come to, however they are written.
const HOURS_COUNTED: &str = "slot       impressions  clicks  entries
    morning    1000         43      50
    afternoon  500          10      12
    prime      300          13      20";

#[test]
fn a_draft_counts_its_own_export() {
    let scenario = drafted(HOURS).at("2026-11-21T03:00:00Z");
    scenario.cli(&["check"]).exits(0);
    scenario.run().exits(0).expect_table("slot_audience", HOURS_COUNTED);
}

#[test]
fn a_draft_counts_its_own_export_in_any_dialect() {
    let plain = HOURS.replace("\"1,000\"", "1000").replace("\"1,800\"", "1800");
    let quoted: String = plain.lines().map(|line| format!("'{}'\n", line.replace(',', "','"))).collect();
    for (text, declared) in [
        (plain.replace(',', "||"), "delimiter: \"||\""),
        (plain.replace(',', "\u{1}"), "delimiter: \"\\x01\""),
        (HOURS.replace('\n', "\r"), "line_end: carriage_return"),
        (quoted, "quote: \"'\""),
    ] {
        let scenario = drafted(&text).at("2026-11-21T03:00:00Z");
        let draft = draft_of(&scenario);
        assert!(draft.contains(declared), "{declared}: {draft}");
        scenario.cli(&["check"]).exits(0);
        scenario.cli(&["check", "--sample", "exports/new/GB/a.csv"]).exits(0);
        scenario.run().exits(0).expect_table("slot_audience", HOURS_COUNTED);
    }
}

#[test]
fn the_draft_of_a_trap_has_no_impressions() {
    let scenario = drafted(TRAP);
    let draft = draft_of(&scenario);
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
    // TikTok documents whose clock it is on; the file does not say it.
    scenario.cli(&["check"]).exits(0);
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot       impressions  clicks  entries
         morning    10000        135     135
         afternoon  2000         50      50
         prime      800          8       8",
    );
}

/// A table over a month as Studio writes it: a row a video, and the day on which it came out.
const STUDIO: &str = "\
Content,Video title,Video publish time,Duration,Views,Impressions,Impressions click-through rate (%)
Total,,,,1500,50000,4.21
aaaaaaaaaa1,First,\"Feb 19, 2023\",4000,1000,30000,4.07
aaaaaaaaaa2,Second,\"Nov 20, 2026\",3000,500,20000,4.42
";

#[test]
fn a_days_table_without_a_day_is_counted_once_the_path_says_it_and_never_on_a_publication() {
    let scenario = drafted(STUDIO).at("2026-11-23T12:00:00Z");
    // 2026-11-20 is when a video came out. Nothing may be said of that day.
    let outcome = scenario.cli(&["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20"]).exits(3);
    for named in ["`exports[0].day`: missing", "`exports[0].columns.period`: missing"] {
        assert!(outcome.stderr.contains(named), "{}", outcome.stderr);
    }
    assert!(scenario.tree("archive").is_empty());
    decide(
        &scenario,
        &[
            ("# day: {timezone: America/Los_Angeles}", "day: {timezone: Europe/London}"),
            (
                "# period: {from: path, timezone: America/Los_Angeles}",
                "period: {from: path, timezone: Europe/London}",
            ),
        ],
    );
    scenario.deliver("new/GB/2026-11-21/Table data.csv", STUDIO);
    scenario.cli(&["backfill", "nightly", "--from", "2026-11-21", "--to", "2026-11-21"]).exits(0).expect_table(
        "slot_audience",
        "local_date  slot     impressions  entries
         2026-11-21  all_day  50000        1500",
    );
}

#[test]
fn a_clock_that_nobody_says_is_asked_for_and_the_answer_counts() {
    let table =
        "Room,Start,Duration,Impressions,Clicks\nr1,2026-11-20 19:30,1h,100,5\nr2,2026-11-20 06:15,2h,50,1\n";
    let scenario = drafted(table).at("2026-11-21T03:00:00Z");
    let refused = scenario.cli(&["check"]).exits(3);
    assert!(refused.stderr.contains("`exports[0].columns.period`: missing"), "{}", refused.stderr);
    assert!(draft_of(&scenario).contains("# DECIDE: whose clock `Start` is on"));
    // Nothing loads by the word that stands for the answer.
    let commented = draft_of(&scenario).replace("# period: {start", "period: {start");
    scenario.write("config/platforms/new.yaml", &commented);
    assert!(scenario.cli(&["check"]).exits(3).stderr.contains("`ZONE` is not an IANA time zone"));
    decide(&scenario, &[("timezone: ZONE", "timezone: Europe/London")]);
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot     impressions  clicks
         morning  50           1
         prime    100          5",
    );
}

#[test]
fn every_draft_loads_or_says_what_is_to_be_decided() {
    let start =
        "Room ID,Start time,Duration,Impressions,Clicks\n1,2026-11-20 19:00,1h,90,5\n2,2026-11-21 19:00,2h,80,6\n";
    let log = (0..30).fold(String::new(), |log, row| {
        format!("{log}2026-11-20T10:00:{row:02}Z,{row},{}\n", u8::from(row % 9 == 0))
    });
    let files: [(&str, String, Option<&str>); 12] = [
        ("epochs", HOURS.to_owned(), None),
        ("a trap", TRAP.to_owned(), Some("columns.period")),
        ("a table of Studio", STUDIO.to_owned(), Some("columns.period")),
        ("wall clocks", start.to_owned(), Some("columns.period")),
        ("a zone", start.replace("Start time", "Start time (GMT+8)"), None),
        ("times of creation", start.replace("Start time", "Created at"), Some("columns.period")),
        ("dates", "Date,Impressions,Clicks\n2026-11-20,5,1\n2026-11-21,6,1\n".to_owned(), Some("columns.period")),
        (
            "instants",
            "start_time,end_time,Views\n1795165200,1795168800,5\n1795179600,1795183200,6\n".to_owned(),
            None,
        ),
        ("names that nobody knows", "a,b,c\n5,6,7\n8,9,1\n2,3,4\n".to_owned(), Some("columns.counts")),
        ("displays", format!("at,item,click\n{log}"), None),
        ("words", "name,colour\none,red\ntwo,blue\n".to_owned(), Some("columns.counts")),
        (
            "objects",
            "{\"start_time\":1795165200,\"Views\":5}\n{\"start_time\":1795168800,\"Views\":6}\n".to_owned(),
            Some("columns.period"),
        ),
    ];
    for (what, file, asks) in files {
        let scenario = drafted(&file);
        let draft = draft_of(&scenario);
        let outcome = scenario.cli(&["check"]);
        match asks {
            None => assert_eq!(
                (outcome.code, draft.contains("DECIDE")),
                (0, false),
                "{what}: {}\n{draft}",
                outcome.stderr
            ),
            Some(key) => {
                assert_eq!(outcome.code, 3, "{what}: {draft}");
                assert!(
                    outcome.stderr.contains(&format!("`exports[0].{key}`: missing")),
                    "{what}: {}",
                    outcome.stderr
                );
                let told = scenario
                    .cli(&["inspect", "exports/new/GB/a.csv", "--write", "config/platforms/again.yaml"])
                    .exits(0);
                assert!(told.stdout.contains("does not load before somebody decides"), "{what}: {}", told.stdout);
                assert!(told.stdout.contains(&format!("`{key}`")), "{what}: {}", told.stdout);
            }
        }
    }
}

#[test]
fn a_folder_of_languages_is_drafted_with_lists_of_names() {
    let german = HOURS.replace("Impressions,Clicks,CTR,Views", "Impressionen,Klicks,Klickrate,Aufrufe");
    let scenario = drafted(HOURS);
    scenario.deliver("new/GB/de.csv", german);
    scenario.cli(&["inspect", "exports/new/GB", "--write", "config/platforms/again.yaml"]).exits(0);
    let draft = std::fs::read_to_string(scenario.path("config/platforms/again.yaml")).unwrap();
    assert!(draft.contains("impressions: [\"Impressions\", \"Impressionen\"]"), "{draft}");
    scenario.cli(&["check"]).exits(0);
}

/// A session told twice, counts repeated beside each product, a total that fits nothing: refused by name, not counted.
#[test]
fn rows_that_count_the_same_again_are_refused_by_name() {
    let snapshots = "Live ID,Start time,End time,Impressions,Clicks\nL1,2026-11-20T09:00:00Z,2026-11-20T10:00:00Z,10000,700\n\
                     L1,2026-11-20T09:00:00Z,2026-11-20T11:00:00Z,15000,1000\n";
    let products = "Live ID,Start time,End time,Product,Impressions,Clicks\n\
                    L1,2026-11-20T09:00:00Z,2026-11-20T11:00:00Z,p1,10000,700\n\
                    L1,2026-11-20T09:00:00Z,2026-11-20T11:00:00Z,p2,10000,700\n";
    let total = "Live ID,Start time,End time,Slice,Impressions,Clicks\n\
                 L1,2026-11-20T09:00:00Z,2026-11-20T11:00:00Z,Overall,9000,80\n\
                 L1,2026-11-20T09:00:00Z,2026-11-20T11:00:00Z,first,1000,50\n\
                 L1,2026-11-20T09:00:00Z,2026-11-20T11:00:00Z,second,1310,61\n";
    for (export, told) in
        [(snapshots, "over intervals that overlap"), (products, "and say the same"), (total, "says `Overall`")]
    {
        let scenario = drafted(export);
        let sample = scenario.cli(&["check", "--sample", "exports/new/GB/a.csv", "--as", "new/counts"]);
        assert!(sample.stdout.contains(told), "{told}: {}{}", sample.stdout, sample.stderr);
    }
    let fits = total.replace("9000,80", "2310,111");
    let scenario = drafted(fits);
    let sample = scenario.cli(&["check", "--sample", "exports/new/GB/a.csv", "--as", "new/counts"]).exits(0);
    assert!(sample.stdout.contains("3 records: 2 counted, 1 ignored"), "{}", sample.stdout);
}
