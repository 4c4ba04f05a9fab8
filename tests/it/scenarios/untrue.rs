//! Exports whose numbers cannot be true, or that count the same twice: right, or refused by name.

use crate::bad_exports::workbook::{sheet, workbook};
use crate::scenario::Scenario;

const NIGHT: &str = "2026-11-21T03:00:00Z";

/// Broadcasts of GB with their start and an hour's length.
fn desk(format: &str, counts: &str, more: &str) -> Scenario {
    let yaml = format!(
        r#"version: 1
conventions: {{impression: displays, click: cover_tap, uniques: broadcast}}
settle: 1h
exports:
  - name: sheet
    rows: counts
    path: "desk/{{date:%Y-%m-%d}}/*.{format}"
    day: {{timezone: UTC}}
    format: {format}
    newest: {{by: name, per: period}}
{more}    columns:
      period: {{start: start, grain: 1h}}
      market: {{value: GB}}
      broadcast_id: room
      cover_id: {{value: only}}
      counts: {{{counts}}}
"#
    );
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("desk", &yaml)
        .job("desk", "GB", 1)
        .at(NIGHT)
}

const BY_RATE: &str = "impressions: shown, clicks: {of: impressions, times: {column: CTR, unit: UNIT}}";
const RATES: &str =
    "start,room,shown,CTR\n2026-11-20T10:00:00Z,r1,20000,4.05\n2026-11-20T11:00:00Z,r2,8000,3.10\n";

#[test]
fn a_rate_in_percent_that_is_read_as_a_fraction_publishes_nothing() {
    let scenario = desk("csv", &BY_RATE.replace("UNIT", "fraction"), "").export("desk/2026-11-20/a.csv", RATES);
    scenario
        .run()
        .exits(4)
        .says("2 of 2 records were rejected")
        .says("all are `part_exceeds_whole` in column `CTR`: is the `unit` of the rate right");
    assert!(scenario.tree("archive/funnel").is_empty());
    let scenario = desk("csv", &BY_RATE.replace("UNIT", "percent"), "").export("desk/2026-11-20/a.csv", RATES);
    scenario.run().exits(0).expect_table(
        "funnel",
        "broadcast_id  impressions  clicks
         r1            20000        810
         r2            8000         248",
    );
}

#[test]
fn a_rate_without_a_unit_is_asked_for() {
    let scenario = desk("csv", "impressions: shown, clicks: {of: impressions, times: CTR}", "");
    scenario
        .cli(&["check"])
        .exits(3)
        .complains(
        "error: 1 problem in `config/platforms/desk.yaml`\n  line 16, `exports[0].columns.counts.clicks.times`: does not say the unit of its rates (expected \
         `{column: CTR, unit: percent}`, `unit: fraction`, or `unit: signed` where every rate has its `%`)",
    );
    let scenario = desk("csv", "impressions: shown, clicks: {of: impressions, times: {column: CTR}}", "");
    scenario.cli(&["check"]).exits(3).complains(
        "error: 1 problem in `config/platforms/desk.yaml`\n  line 16, `exports[0].columns.counts.clicks.times.unit`: missing (expected `percent` or \
         `fraction`, as a number without `%` is meant, or `signed` where every rate has its `%`)",
    );
    // Where every rate has its sign, one without is no rate.
    let signed = RATES.replace("4.05", "4.05%");
    let scenario = desk("csv", &BY_RATE.replace("UNIT", "signed"), "").export("desk/2026-11-20/a.csv", signed);
    scenario.run().exits(4).says("1 of 2 records were rejected").says("`bad_number` in column `CTR`");
}

#[test]
fn more_clicks_than_impressions_are_refused_unless_the_platform_counts_so() {
    let counts = "impressions: shown, clicks: clicks";
    // Exchanged columns: far more in each row. One more here and there: over all rows.
    let far = "start,room,shown,clicks\n2026-11-20T10:00:00Z,r1,41,850\n2026-11-20T11:00:00Z,r2,52,1000\n";
    let scenario = desk("csv", counts, "").export("desk/2026-11-20/a.csv", far);
    scenario.run().exits(4).says("all are `part_exceeds_whole` in column `clicks`").says("`may_exceed`");
    let mut little = "start,room,shown,clicks\n".to_owned();
    for room in 0..20 {
        little.push_str(&format!("2026-11-20T10:00:00Z,r{room},1,4\n"));
    }
    let scenario = desk("csv", counts, "").export("desk/2026-11-20/a.csv", &little);
    scenario.run().exits(6).says("it counts 80 `clicks` of 20 `impressions`, which cannot be");
    assert!(scenario.tree("archive/funnel").is_empty());
    let allowed = desk("csv", &format!("{counts}}}\n      may_exceed: [clicks]\n      blank: {{clicks: zero"), "");
    allowed.export("desk/2026-11-20/a.csv", far).run().exits(0).expect_table(
        "funnel",
        "broadcast_id  impressions  clicks
         r1            41           850
         r2            52           1000",
    );
    // A click an hour after its impression is late, and no more than that.
    let late = "start,room,shown,clicks\n2026-11-20T10:00:00Z,r1,850,41\n2026-11-20T11:00:00Z,r1,0,2\n";
    desk("csv", counts, "").export("desk/2026-11-20/a.csv", late).run().exits(0);
}

#[test]
fn a_unit_in_a_header_is_applied() {
    let counts = "impressions: 曝光（万）, clicks: \"Clicks (in thousands)\"";
    let scenario = desk("csv", counts, "").export(
        "desk/2026-11-20/a.csv",
        "start,room,曝光（万）,Clicks (in thousands)\n2026-11-20T10:00:00Z,r1,2.0,0.8\n2026-11-20T11:00:00Z,r2,12,3.05\n",
    );
    scenario.run().exits(0).expect_table(
        "funnel",
        "broadcast_id  impressions  impressions_low  impressions_high  clicks  clicks_low  clicks_high
         r1            20000        19500            20500             800     750         850
         r2            120000       115000           125000            3050    3045        3055",
    );
    let unclear = desk("csv", "impressions: Shown (M)", "");
    unclear.cli(&["check"]).exits(3).complains(
        "error: 1 problem in `config/platforms/desk.yaml`\n  line 16, `exports[0].columns.counts.impressions`: `Shown (M)` may say a unit, and which is not \
         clear (expected `{column: …, one_is: 1000000}`, or `one_is: 1` if it says none)",
    );
    let said = desk("csv", "impressions: {column: Shown (M), one_is: 1000000}", "")
        .export("desk/2026-11-20/a.csv", "start,room,Shown (M)\n2026-11-20T10:00:00Z,r1,1.25\n");
    said.run().exits(0).expect_table("funnel", "broadcast_id  impressions\n r1            1250000");
}

#[test]
fn thousands_by_points_are_no_parts_of_a_count() {
    let rows = "start,room,shown,clicks\n2026-11-20T10:00:00Z,r1,850,41\n2026-11-20T11:00:00Z,r2,1.000,52\n";
    let counts = "impressions: shown, clicks: clicks";
    let scenario = desk("csv", counts, "").export("desk/2026-11-20/a.csv", rows);
    scenario.run().exits(4).says("all are `bad_number` in column `shown`: numbers are written in another way");
    let scenario = desk("csv", counts, "    numbers: {decimal: \",\"}\n").export("desk/2026-11-20/a.csv", rows);
    scenario.run().exits(0).expect_table(
        "funnel",
        "broadcast_id  impressions  clicks
         r1            850          41
         r2            1000         52",
    );
}

#[test]
fn ids_against_a_spreadsheet_are_ids_and_rounded_ones_are_none() {
    let rows = "start,room,shown\n\
                2026-11-20T10:00:00Z,764616614370245351,10\n\
                2026-11-20T11:00:00Z,'764616614370245352,20\n\
                2026-11-20T12:00:00Z,\"=\"\"764616614370245353\"\"\",30\n\
                2026-11-20T13:00:00Z,=\"764616614370245354\",40\n\
                2026-11-20T14:00:00Z,764616614370246000,50\n\
                2026-11-20T15:00:00Z,764616614370247000,60\n\
                2026-11-20T16:00:00Z,\"764,616,614,370,245,355\",70\n\
                2026-11-20T17:00:00Z,--,80\n\
                2026-11-20T18:00:00Z,,90\n";
    let scenario = desk("csv", "impressions: shown", "")
        .setting("max_reject_share", "1")
        .export("desk/2026-11-20/a.csv", rows);
    scenario
        .run()
        .exits(0)
        .expect_table(
            "funnel",
            "broadcast_id        impressions
             764616614370245351  10
             764616614370245352  20
             764616614370245353  30
             764616614370245354  40",
        )
        .expect_table(
            "rejects",
            "record  reason         column
             5       mangled_id     room
             6       mangled_id     room
             7       mangled_id     room
             8       missing_value  room
             9       missing_value  room",
        );
}

const MONDAY: &str = "start,room,shown,clicks\n2026-11-20T10:00:00Z,r1,850,41\n2026-11-20T11:00:00Z,r2,1000,52\n";
const EVENING: &str = "start,room,shown,clicks\n2026-11-20T19:00:00Z,r3,12000,615\n";

#[test]
fn a_workbook_does_not_count_a_row_of_two_sheets_twice() {
    let counts = "impressions: shown, clicks: clicks";
    let hidden = |name: &str, text: &str| {
        let mut sheet = sheet(name, text);
        sheet.set_hidden(true);
        sheet
    };
    let whole = format!("{MONDAY}{}", EVENING.lines().nth(1).unwrap());
    let books = [
        (
            vec![sheet("data", &whole), hidden("backup", &whole)],
            "its sheet `backup` is hidden, and has the columns too",
        ),
        (
            vec![sheet("data", &whole), sheet("data (2)", &whole)],
            "its sheets `data` and `data (2)` hold 3 rows that are the same",
        ),
        (
            vec![sheet("day", MONDAY), sheet("evening", EVENING), sheet("data", &whole)],
            "its sheets `day` and `data` hold 2 rows that are the same",
        ),
    ];
    let table = "broadcast_id  impressions  clicks
         r1            850          41
         r2            1000         52
         r3            12000        615";
    for (sheets, refusal) in books {
        let book = workbook(sheets);
        let scenario = desk("xlsx", counts, "").export("desk/2026-11-20/a.xlsx", &book);
        scenario.run().exits(6).says(refusal);
        assert!(scenario.tree("archive/funnel").is_empty());
        let scenario = desk("xlsx", counts, "    sheets: [data]\n").export("desk/2026-11-20/a.xlsx", &book);
        scenario.run().exits(0).expect_table("funnel", table);
    }
    // Sheets that are parts of one whole, each with its total.
    let parts = vec![
        sheet("day", &format!("{MONDAY}Total,,1850,93\n")),
        sheet("evening", &format!("{EVENING}Total,,12000,615\n")),
    ];
    let scenario = desk("xlsx", counts, "").export("desk/2026-11-20/a.xlsx", workbook(parts));
    scenario.run().exits(0).expect_table("funnel", table).expect_table(
        "reconciliation",
        "metric       verdict
         clicks       equal within rounding
         clicks       equal within rounding
         impressions  equal within rounding
         impressions  equal within rounding",
    );
}

#[test]
fn a_download_that_broke_off_is_refused_by_the_total_in_it() {
    let counts = "impressions: shown, clicks: clicks";
    let broken = format!("{MONDAY}Total of 3 results,-,13850,708\n");
    let scenario = desk("csv", counts, "    totals: {cap: 500}\n").export("desk/2026-11-20/a.csv", &broken);
    scenario.run().exits(6).says("it says `Total of 3 results`, and has 2 rows: 1 are missing");
    assert!(scenario.tree("archive/funnel").is_empty());
}
