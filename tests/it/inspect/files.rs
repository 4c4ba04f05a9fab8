//! What it says of a file, and of one that it cannot read.

use super::{HOURS, TRAP};
use crate::scenario::Scenario;

#[test]
fn an_unknown_export_is_told_from_its_encoding_to_its_rate() {
    let scenario = Scenario::new().export("a.csv", HOURS);
    let outcome = scenario.cli(&["inspect", "exports/a.csv"]).exits(0);
    assert_eq!(
        outcome.stdout,
        "\
exports/a.csv
  format         text, separated by `,`, encoded as utf-8

  rows           3 rows
  total          last row (`Total`), the sum of the rows to the last unit in all 3 counts
  numbers        decimal point (1,234.5), as in `1,000`
  columns        start_time   instant       start        `1795165200`
                 end_time     instant       end          `1795168800`
                 room_id      id            broadcast    `r-1`
                 Impressions  whole number  impressions  `1,000`
                 Clicks       whole number  clicks       `43`
                 CTR          percent       click rate?  `4.30%`
                 Views        whole number  entries      `50`
  time           from `start_time` to `end_time`
  clock          UTC: seconds since 1970, which are UTC
  cover's rate   `CTR` = Clicks ÷ Impressions (3 of 3 rows): clicks on the cover by times it was shown
"
    );
}

#[test]
fn an_export_whose_only_rate_is_of_products_yields_no_cover_rate_and_says_why() {
    let scenario = Scenario::new().export("trap.csv", TRAP);
    scenario.cli(&["inspect", "exports/trap.csv"]).exits(0).says(
        "  cover's rate   NONE: this export yields no click rate of the cover\n                 \
         - `CTR` = Product Clicks ÷ Views (3 of 3 rows): what people tap once they are in the room: NOT the cover's rate\n                 \
         - no column counts how often the cover was shown\n",
    );
}

#[test]
fn utf_16_with_tabs_and_soft_hyphens_is_read() {
    let text = "Inhalte\tAuf\u{ad}rufe\tImpres\u{ad}sionen\nGesamt\t12.345\t434.944\naaa\t6.000\t200.944\nbbb\t6.000\t234.000\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let scenario = Scenario::new().export("de.csv", bytes);
    let outcome = scenario.cli(&["inspect", "exports/de.csv"]).exits(0);
    let outcome = outcome.says("text, separated by tabs, encoded as utf-16le");
    let outcome = outcome.says("first row (`Gesamt`), the sum of the rows in 1 of 2 counts");
    outcome.says("`Aufrufe`: the total says 12345, the rows sum up to 12000");
}

#[test]
fn several_files_are_compared() {
    let german = HOURS.replace("Impressions,Clicks,CTR,Views", "Impressionen,Klicks,Klickrate,Aufrufe");
    let scenario = Scenario::new().export("en.csv", HOURS).export("de.csv", german);
    let outcome = scenario.cli(&["inspect", "exports/en.csv", "exports/de.csv"]).exits(0);
    let outcome = outcome.says("may be languages or generations of one export");
    outcome.says("  entries: [Aufrufe, Views]\n");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let scenario = Scenario::new();
    scenario.cli(&["inspect", "nowhere.csv"]).exits(2).complains("error: there is no file `nowhere.csv`");
    scenario.cli(&["inspect", "exports"]).exits(2).complains("error: `exports` has no files in it");
}

#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    let scenario = Scenario::new().export("empty.csv", "").export("a.csv", HOURS);
    let outcome = scenario.cli(&["inspect", "exports/empty.csv", "exports/a.csv"]).exits(6);
    let outcome = outcome.says("exports/a.csv\n  format ");
    assert!(
        outcome.stderr.starts_with("error: `exports/empty.csv` cannot be read: it is empty"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn programs_get_one_object() {
    let scenario = Scenario::new().export("a.csv", HOURS);
    let write = ["--write", "config/platforms/new.yaml", "--output", "json"];
    std::fs::create_dir_all(scenario.path("config/platforms")).unwrap();
    let outcome = scenario.cli(&[&["inspect", "exports/a.csv"][..], &write].concat()).exits(0);
    let said: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let table = &said["files"][0]["tables"][0];
    assert_eq!(table["rows"], 3);
    assert_eq!(table["time"], serde_json::json!({"start": "start_time", "end": "end_time"}));
    assert_eq!(table["dates"], serde_json::json!({"first": "2026-11-20", "last": "2026-11-20"}));
    assert_eq!(table["cover_rate"]["verdict"], "proven");
    assert_eq!(table["clock"]["zone"], "UTC");
    assert_eq!(
        said["draft"],
        serde_json::json!({"path": "config/platforms/new.yaml", "loads": true, "to_decide": []})
    );
    assert_eq!(said["next"][1], "coverledger backfill JOB --from 2026-11-20 --to 2026-11-20");
}
