//! What real files are like: for each oddity the right count, or a reject or refusal that names the cause.

use super::workbook::workbook;
use super::{fixture, settle};
use crate::scenario::Scenario;

const DAY: &str = "2026-11-20";

/// One hour a row.
const DESK: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap, uniques: broadcast}
settle: 24h
exports:
  - name: hours
    rows: counts
    path: "desk/{date:%Y-%m-%d}.*"
    day: {timezone: UTC}
    format: csv
    newest: {by: modified, per: period}
    columns:
      period: {start: {column: Start, format: "%Y-%m-%d %H:%M", timezone: market}, grain: 1h}
      market: {value: GB}
      broadcast_id: Room
      cover_id: {value: c}
      counts:
        impressions: [Impressions, Impressões, Impressionen]
        clicks: [Clicks, Penonton]
"#;

/// That platform with some lines exchanged, and one export of a day.
#[track_caller]
fn desk_on(day: &str, changes: &[(&str, &str)], export: Vec<u8>) -> Scenario {
    let mut platform = DESK.to_owned();
    for (from, to) in changes {
        assert!(platform.contains(from), "{from}");
        platform = platform.replace(from, to);
    }
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("desk", &platform)
        .job("desk", "GB", 1)
        .at("2026-12-24T12:00:00Z")
        .export(&format!("desk/{day}.export"), export)
}

#[track_caller]
fn desk(changes: &[(&str, &str)], file: &str) -> Scenario {
    desk_on(DAY, changes, fixture(&format!("real_files/{file}")))
}

/// 1,200 + 800 impressions and 30 + 20 clicks, both in the morning.
#[track_caller]
fn counts_the_two_rows(scenario: &Scenario) {
    settle(scenario, DAY, DAY)
        .exits(0)
        .expect_table("slot_audience", "slot     impressions  clicks\n morning  2000         50");
}

/// The day is held back, and its only reject is the first record, for this reason and column.
#[track_caller]
fn rejects(scenario: &Scenario, reason: &str, column: &str) {
    let width = reason.len();
    let expected = format!("record  {:width$}  column\n1       {reason}  {column}", "reason");
    settle(scenario, DAY, DAY).exits(4).expect_table("rejects", &expected);
    assert!(scenario.tree("archive/slot_audience").is_empty(), "nothing is published");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_header() {
    counts_the_two_rows(&desk(&[], "byte_order_mark.csv"));
}

#[test]
fn utf_16_is_known_by_its_byte_order_mark() {
    counts_the_two_rows(&desk(&[], "utf_16_with_byte_order_mark.csv"));
}

#[test]
fn utf_16_without_a_mark_is_read_where_it_is_declared() {
    let declared = [("format: csv", "format: csv\n    encoding: utf-16le")];
    counts_the_two_rows(&desk(&declared, "utf_16_without_byte_order_mark.csv"));
}

#[test]
fn utf_16_that_nobody_declared_is_refused() {
    let scenario = desk(&[], "utf_16_without_byte_order_mark.csv");
    let reason = "it is UTF-16 without a byte order mark; expected UTF-8, or what `encoding` says";
    settle(&scenario, DAY, DAY).exits(6).says("`desk/2026-11-20.export`").says(reason);
    assert!(scenario.tree("archive/slot_audience").is_empty());
}

#[test]
fn headers_are_known_in_other_languages() {
    settle(&desk(&[], "headers_in_portuguese_and_indonesian.csv"), DAY, DAY)
        .exits(0)
        .expect_table("slot_audience", "slot     impressions  clicks\n morning  1200         30");
}

#[test]
fn soft_hyphens_in_a_header_make_no_difference() {
    settle(&desk(&[], "soft_hyphens_in_the_header.csv"), DAY, DAY)
        .exits(0)
        .expect_table("slot_audience", "slot     impressions  clicks\n morning  1200         30");
}

#[test]
fn a_preamble_and_a_second_header_row_are_no_rows() {
    let declared = [("format: csv", "format: csv\n    description_rows: 1")];
    let scenario = desk(&declared, "a_preamble_and_a_row_of_descriptions.csv");
    counts_the_two_rows(&scenario);
    let rows = &scenario.receipt("desk/GB/2026-11-20")["content"]["exports"][0]["rows"];
    assert_eq!((&rows["rows_in"], &rows["counted"]), (&2.into(), &2.into()), "{rows}");
}

#[test]
fn a_second_header_row_that_nobody_declared_is_a_reject() {
    rejects(&desk(&[], "a_preamble_and_a_row_of_descriptions.csv"), "bad_time", "Start");
}

#[test]
fn a_total_row_first_or_last_is_compared_and_not_counted() {
    for file in ["total_first.csv", "total_last.csv"] {
        let scenario = desk(&[], file);
        counts_the_two_rows(&scenario);
        settle(&scenario, DAY, DAY).expect_table(
            "reconciliation",
            "metric       scope  rows  rows_off  reported  recomputed  difference  verdict
             clicks       total  2     0         50        50          0           equal within rounding
             impressions  total  2     0         2000      2000        0           equal within rounding",
        );
        let rows = &scenario.receipt("desk/GB/2026-11-20")["content"]["exports"][0]["rows"];
        assert_eq!((&rows["rows_in"], &rows["outside"]), (&3.into(), &1.into()), "{file}: {rows}");
    }
}

#[test]
fn a_total_of_more_than_its_rows_is_told_and_explained_only_by_a_declared_cap() {
    let file = "total_of_more_than_the_rows.csv";
    for (changes, verdict) in [
        (vec![], "cannot tell"),
        (vec![("    columns:\n", "    totals: {cap: 500}\n    columns:\n")], "cannot tell"),
        (vec![("    columns:\n", "    totals: {cap: 2}\n    columns:\n")], "export is capped"),
    ] {
        let scenario = desk(&changes, file);
        counts_the_two_rows(&scenario);
        settle(&scenario, DAY, DAY).expect_table(
            "reconciliation",
            &format!(
                "metric       scope  rows  rows_off  reported  recomputed  difference  verdict
                 clicks       total  2     0         50        50          0           equal within rounding
                 impressions  total  2     1         2600      2000        600         {verdict}"
            ),
        );
    }
}

#[test]
fn a_rate_of_two_decimals_is_an_interval() {
    let derived = [(
        "        impressions: [Impressions, Impressões, Impressionen]\n        clicks: [Clicks, Penonton]\n",
        "        entries: Views\n        impressions: {of: entries, divided_by: {column: Rate, unit: signed}}\n",
    )];
    // 432 ÷ 0.0135; 432 ÷ 0.01355 = 31,881.9; 432 ÷ 0.01345 = 32,118.96.
    settle(&desk(&derived, "a_rate_of_1_35_percent.csv"), DAY, DAY).exits(0).expect_table(
        "slot_audience",
        "slot     impressions  impressions_low  impressions_high  entries  derived
         morning  32000        31882            32118             432      impressions",
    );
}

#[test]
fn numbers_and_durations_are_read_as_people_write_them() {
    let dwell = [(
        "        clicks: [Clicks, Penonton]\n",
        "        entries: Views\n        dwell_seconds: {of: entries, times: Average}\n",
    )];
    // 1.00K is 995 to 1,005; 1.3JT, 1.3 million, is 1,250,000 to 1,350,000. 10 × 88 s, 10 × 18.28 s, 10 × 155 s.
    settle(&desk(&dwell, "numbers_as_people_see_them.csv"), DAY, DAY).exits(0).expect_table(
        "slot_audience",
        "slot       impressions  impressions_low  impressions_high  entries  dwell_seconds
         night      1000         995              1005              10       880
         morning    1300000      1250000          1350000           10       182.8
         afternoon  434944680    434944680        434944680         10       1550
         prime      –            0                –                 10       –",
    );
}

#[test]
fn a_decimal_comma_and_a_currency_are_read_where_the_style_is_declared() {
    let declared =
        [("format: csv", "format: csv\n    delimiter: ';'\n    numbers: {decimal: \",\", group: \".\"}")];
    // `1.234` is 1,234 and `Rp 1.000` is 1,000; the columns with a currency in their header are nobody's.
    settle(&desk(&declared, "decimal_comma_and_currency.csv"), DAY, DAY)
        .exits(0)
        .expect_table("slot_audience", "slot     impressions  clicks\n morning  1234         1000");
}

#[test]
fn a_thousands_point_that_nobody_declared_is_a_reject_and_not_a_thousandth() {
    let declared = [("format: csv", "format: csv\n    delimiter: ';'")];
    rejects(&desk(&declared, "decimal_comma_and_currency.csv"), "bad_number", "Impressions");
}

#[test]
fn a_serial_date_of_a_spreadsheet_is_a_wall_clock() {
    let workbook_of = |start: &str| {
        let table = format!("Start | Room | Impressions | Clicks\n {start} | r1 | 1200 | 30");
        workbook(&[("Sheet1", &table)])
    };
    // 46,170.625 days after 1899-12-30 is 2026-05-28 15:00, which is 14:00 UTC in British summer.
    for start in ["46170.625", "@46170.625"] {
        let scenario = desk_on("2026-05-28", &[("format: csv", "format: xlsx")], workbook_of(start))
            // A British day of summer begins on the UTC day before.
            .export("desk/2026-05-27.export", workbook(&[("Sheet1", "Start | Room | Impressions | Clicks")]));
        settle(&scenario, "2026-05-28", "2026-05-28")
            .exits(0)
            .expect_table("slot_audience", "slot       impressions  clicks\n afternoon  1200         30");
    }
}

#[test]
fn a_serial_date_that_was_saved_as_text_is_the_same_wall_clock() {
    let nothing = b"Start,Room,Impressions,Clicks\n";
    let scenario = desk_on("2026-05-28", &[], fixture("real_files/excel_serial_as_text.csv"))
        .export("desk/2026-05-27.export", nothing);
    settle(&scenario, "2026-05-28", "2026-05-28")
        .exits(0)
        .expect_table("slot_audience", "slot       impressions  clicks\n afternoon  1200         30");
}

#[test]
fn days_and_months_are_read_in_the_declared_order_and_no_other() {
    let day_first = [("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M")];
    let month_first = [("%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M")];
    let counted = "slot     impressions\n morning  1200";
    settle(&desk(&day_first, "day_before_month.csv"), DAY, DAY).exits(0).expect_table("slot_audience", counted);
    settle(&desk(&month_first, "month_before_day.csv"), DAY, DAY).exits(0).expect_table("slot_audience", counted);
    rejects(&desk(&month_first, "day_before_month.csv"), "bad_time", "Start");
    rejects(&desk(&day_first, "month_before_day.csv"), "bad_time", "Start");
}

#[test]
fn a_space_before_an_id_with_a_dash_is_no_part_of_it() {
    settle(&desk(&[], "a_space_before_an_id_with_a_dash.csv"), DAY, DAY)
        .exits(0)
        .expect_table("funnel", "broadcast_id  impressions\n -Ab3_x        1200");
}

/// The third is neither counted nor rejected.
fn counts_the_two_rows_of_three(scenario: &Scenario) {
    counts_the_two_rows(scenario);
    let rows = &scenario.receipt("desk/GB/2026-11-20")["content"]["exports"][0]["rows"];
    assert_eq!(
        (&rows["rows_in"], &rows["outside"], &rows["rejected"]),
        (&3.into(), &1.into(), &0.into()),
        "{rows}"
    );
}

#[test]
fn a_line_that_counts_the_results_is_no_row() {
    let scenario = desk(&[], "total_of_results.csv");
    counts_the_two_rows_of_three(&scenario);
}

#[test]
fn a_line_that_counts_the_results_may_have_fewer_fields_than_the_header() {
    let scenario = desk(&[], "total_of_results_in_fewer_fields.csv");
    counts_the_two_rows_of_three(&scenario);
}

#[test]
fn an_id_that_a_spreadsheet_rounded_is_a_reject() {
    rejects(&desk(&[], "an_id_rounded_by_a_spreadsheet.csv"), "mangled_id", "Room");
}

#[test]
fn a_rate_in_percent_beside_the_same_as_a_fraction_are_both_understood() {
    let rates = [(
        "        clicks: [Clicks, Penonton]\n",
        "        clicks: [Clicks, Penonton]\n      rates:\n        ctr: {column: CTR (%), unit: percent}\n        \
         ctr_as_fraction: {column: CTR, unit: fraction, of: clicks, among: impressions}\n",
    )];
    let scenario = desk(&rates, "rate_in_percent_beside_a_fraction.csv");
    settle(&scenario, DAY, DAY)
        .exits(0)
        .expect_table("slot_audience", "slot     impressions  clicks  ctr\n morning  2000         54      0.027")
        .expect_table(
            "reconciliation",
            "metric           scope  rows  rows_off  verdict
             ctr              row    2     0         equal within rounding
             ctr_as_fraction  row    2     0         equal within rounding",
        );
}

#[test]
fn a_fraction_that_is_taken_for_percent_holds_the_day_back() {
    let rates = [(
        "        clicks: [Clicks, Penonton]\n",
        "        clicks: [Clicks, Penonton]\n      rates:\n        ctr: {column: CTR, unit: percent}\n",
    )];
    let scenario = desk(&rates, "rate_in_percent_beside_a_fraction.csv");
    let reason =
        "export `desk/2026-11-20.export`: its `ctr` is not the ratio that it is mapped as: 2 of 2 rows disagree";
    settle(&scenario, DAY, DAY).exits(4).says(reason);
}

#[test]
fn rows_with_the_same_keys_in_one_file_add_up() {
    let scenario = desk(&[], "keys_that_come_twice.csv");
    settle(&scenario, DAY, DAY)
        .exits(0)
        .expect_table("slot_audience", "slot     impressions  clicks\n morning  2800         70");
    let rows = &scenario.receipt("desk/GB/2026-11-20")["content"]["exports"][0]["rows"];
    assert_eq!((&rows["counted"], &rows["duplicate"]), (&3.into(), &0.into()), "{rows}");
}
