//! `tiktok_shop_live`: minutes of the API and both generations of the workbench's sheets.

use super::workbook::workbook;
use super::{fixture, preset, settle};
use crate::scenario::Scenario;

const MINUTES: &str = "tiktok_shop_live/GB/2026-11-20/minutes/7388120045123456789/1.json";
const SHEET: &str = "tiktok_shop_live/GB/2026-11-20/sheets/live.xlsx";
const COVERS: &str = "tiktok_shop_live/covers/log.csv";

fn britain() -> Scenario {
    preset("tiktok_shop_live", &[("GB", "Europe/London")])
        .export(COVERS, fixture("tiktok_shop_live/covers_change_within_a_minute.csv"))
}

#[test]
fn minutes_are_counted_by_slot_and_the_room_entry_is_the_click() {
    let scenario = britain().export(MINUTES, fixture("tiktok_shop_live/minutes_on_both_sides_of_a_slot.json"));
    // Before 19:00: 200 + 300 shown, 10 + 12 in; 8 viewers × 30 s + 10 × 45 s. After: 16 × 60 s + 5 × 20.5 s.
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "slot_audience",
        "slot       audience  impressions  unique_impressions  clicks  clickers  entries  entrants  stays  dwell_seconds  orders  ctr    effective_ctr  click_event  unique_basis
         afternoon  all       500          –                   22      –         22       –         –      690            1       0.044  –              room_entry   row
         prime      all       500          –                   25      –         25       –         –      1062.5         2       0.05   –              room_entry   row",
    );
}

#[test]
fn minutes_say_why_they_have_no_viewers_and_how_many_times_stand_behind_one() {
    let scenario = britain().export(MINUTES, fixture("tiktok_shop_live/minutes_on_both_sides_of_a_slot.json"));
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         true     –
             unique_impressions  false    no column of its exports is mapped to it
             clicks              true     –
             clickers            false    viewers per row do not add up to viewers
             entries             true     –
             entrants            false    viewers per row do not add up to viewers
             stays               false    no column of its exports is mapped to it
             dwell_seconds       true     –
             orders              true     –",
        )
        // 18 of 22 and 21 of 25.
        .expect_table(
            "bridge",
            "slot       signal   times  persons  factor
             afternoon  clicks   22     18       0.8182
             afternoon  entries  22     18       0.8182
             prime      clicks   25     21       0.84
             prime      entries  25     21       0.84",
        );
}

#[test]
fn the_minute_in_which_the_cover_changed_is_marked_and_told_apart() {
    let scenario = britain().export(MINUTES, fixture("tiktok_shop_live/minutes_on_both_sides_of_a_slot.json"));
    // 19:01 had the red dress for 15 seconds and the blue one for 45.
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot       broadcast_id         cover_id    impressions  entries  contaminated  cover_share
         afternoon  7388120045123456789  red-dress   500          22       false         1
         prime      7388120045123456789  blue-dress  100          5        true          0.75
         prime      7388120045123456789  red-dress   400          20       false         1",
    );
}

#[test]
fn a_day_without_a_broadcast_is_a_document_without_rows() {
    let scenario = britain().export(MINUTES, fixture("tiktok_shop_live/minutes_of_nothing.json"));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table("slot_audience", "slot  impressions");
}

#[test]
fn minutes_without_impressions_have_no_rate_and_no_zero_either() {
    let scenario = britain().export(MINUTES, fixture("tiktok_shop_live/minutes_without_impressions.json"));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "slot_audience",
        "slot   impressions  clicks  entries  ctr  dwell_seconds
         prime  –            20      20       –    960",
    );
}

/// As the workbench gives it now: a line on the period, an empty one, the header, and impressions with them.
fn newer_sheet() -> Vec<u8> {
    workbook(&[(
        "performance_detail",
        "2026-11-20 ~ 2026-11-20

         Room ID              | Room Title | Start Time          | End Time            | Duration | Attributed GMV | Attributed SKU orders | Views | Impressions | Avg. viewing duration per view | Tap through rate | LIVE CTR | CTR
         '7388999900011122233 | Friday     | 2026-11-20 20:00:00 | 2026-11-20 21:00:00 | 3600     | £1,204.50      | 7                     | 432   | 32000       | 1m28s                          | 1.35%            | 42.8%    | 5.1%",
    )])
}

#[test]
fn a_newer_sheet_has_impressions_and_its_tap_through_rate_is_held_against_them() {
    let scenario = britain().export(SHEET, newer_sheet());
    // 432 ÷ 32,000 is 1.35 %. 432 × 88 s, and the second 87.5 to 88.5 s.
    let outcome = settle(&scenario, "2026-11-20", "2026-11-20").exits(0);
    let outcome = outcome.expect_table(
        "slot_audience",
        "slot   impressions  impressions_low  impressions_high  clicks  entries  entrants  dwell_seconds  orders  ctr     derived
         prime  32000        32000            32000             432     432      –         38016          7       0.0135  dwell_seconds",
    );
    outcome.expect_table(
        "reconciliation",
        "metric       scope  rows  reported  recomputed  verdict
         tap_through  row    1     0.0135    0.0135      equal within rounding",
    );
}

#[test]
fn an_older_sheet_calls_the_rate_otherwise_and_rounds_it_worse() {
    let sheet = workbook(&[(
        "Sheet1",
        "LIVE ID              | Start time          | Duration | Viewers | Views | Enter room rate | CTR
         '7388999900044455566 | 2026-11-20 21:00:00 | 0:30:00  | 9       | 10    | 0.05%           | 12.1%",
    )]);
    let scenario = britain().export(SHEET, sheet);
    // 10 ÷ 0.0005, ÷ 0.00055 = 18,181.8, ÷ 0.00045 = 22,222.2: ±10 %.
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "slot_audience",
        "slot   impressions  impressions_low  impressions_high  entries  entrants  dwell_seconds  orders  unique_basis
         prime  20000        18182            22222             10       –         –              –       row",
    );
}

#[test]
fn every_sheet_of_a_workbook_that_has_the_columns_is_read() {
    let of = |room: &str, views: u32| {
        format!(
            "Room ID | Start Time          | Duration | Views   | Tap-through rate
             '{room} | 2026-11-20 20:00:00 | 1800     | {views} | 50%"
        )
    };
    let (first, second) = (of("1", 100), of("2", 7));
    let sheet = workbook(&[("notes", "What the columns mean"), ("a", &first), ("b", &second), ("empty", "")]);
    let scenario = britain().export(SHEET, sheet);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "broadcast_id  cover_id  entries
         1             unknown   100
         2             unknown   7",
    );
}

#[test]
fn a_sheet_without_the_rate_is_refused_by_the_name_of_the_column() {
    // `LIVE CTR` is product clicks ÷ views: nothing may take its place.
    let sheet = workbook(&[(
        "performance_detail",
        "Room ID | Start Time          | Duration | Views | LIVE CTR | CTR
         '1      | 2026-11-20 20:00:00 | 1800     | 100   | 42.8%    | 5.1%",
    )]);
    let scenario = britain().export(SHEET, sheet);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(6).says("`Tap-through rate`");
    assert!(scenario.tree("archive/slot_audience").is_empty(), "nothing is published");
}

#[test]
fn a_sheet_counts_only_broadcasts_that_have_no_minutes() {
    let sheet = workbook(&[(
        "performance_detail",
        "Room ID              | Start Time          | Duration | Views | Tap-through rate
         '7388120045123456789 | 2026-11-20 18:58:00 | 240      | 47    | 4.70%
         '7388999900011122233 | 2026-11-20 20:00:00 | 3600     | 432   | 1.35%",
    )]);
    let scenario = britain()
        .export(MINUTES, fixture("tiktok_shop_live/minutes_on_both_sides_of_a_slot.json"))
        .export(SHEET, sheet);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot       broadcast_id         cover_id    impressions  entries
         afternoon  7388120045123456789  red-dress   500          22
         prime      7388120045123456789  blue-dress  100          5
         prime      7388120045123456789  red-dress   400          20
         prime      7388999900011122233  red-dress   32000        432",
    );
    let receipt = scenario.receipt("tiktok_shop_live/GB/2026-11-20");
    let rows = &receipt["content"]["exports"][1]["rows"];
    assert_eq!((&rows["counted"], &rows["duplicate"]), (&1.into(), &1.into()), "{rows}");
}

#[test]
fn minutes_delivered_again_replace_the_older_ones() {
    let again = "tiktok_shop_live/GB/2026-11-20/minutes/7388120045123456789/2.json";
    let scenario = britain()
        .export(MINUTES, fixture("tiktok_shop_live/minutes_on_both_sides_of_a_slot.json"))
        .export(again, fixture("tiktok_shop_live/minutes_without_impressions.json"));
    // 19:00 is now 20 entries without impressions, in place of 400 and 20; the sum of impressions of that slot is unknown.
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "slot_audience",
        "slot       impressions  entries
         afternoon  500          22
         prime      –            25",
    );
}

/// The sheet of a creator's broadcasts of 2026: titles, no ids, starts without seconds.
const CREATOR: &str = "2026-11-01 ~ 2026-11-28

     Livestream | Start time       | Duration | Attributed SKU orders | Views | LIVE impressions | Avg. viewing duration | Tap-through rate | CTR      | LIVE CTR | Product clicks | Product impressions
     Night sale | 2026-11-20 10:06 | 2400     | 12                    | 3541  | 29522            | 52.060738             | 0.119944         | 0.00706  | 0.011905 | 25             | 2100
     Dress      | 2026-11-20 14:30 | 5400     | 20                    | 5685  | 47309            | 117.136659            | 0.120167         | 0.01073  | 0.018485 | 61             | 3300
     Night sale | 2026-11-20 20:10 | 1800     | 5                     | 2134  | 20370            | 31.5                  | 0.104762         | 0.008435 | 0.011465 | 18             | 1570";

#[test]
fn rooms_of_one_title_without_ids_are_told_apart_by_their_starts() {
    let scenario = britain().export(SHEET, workbook(&[("Sheet1", CREATOR)]));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot       broadcast_id                   cover_id  impressions  entries  orders
         morning    Night sale / 2026-11-20 10:06  unknown   29522        3541     12
         afternoon  Dress / 2026-11-20 14:30       unknown   47309        5685     20
         prime      Night sale / 2026-11-20 20:10  unknown   20370        2134     5",
    );
}

#[test]
fn the_log_of_covers_names_a_room_without_an_id_by_title_and_start() {
    let log =
        "market,broadcast,cover,from,until\nGB,Night sale / 2026-11-20 10:06,red-dress,2026-11-20T10:00:00Z,\n";
    let scenario = britain().export(SHEET, workbook(&[("Sheet1", CREATOR)])).export(COVERS, log);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot       broadcast_id                   cover_id
         morning    Night sale / 2026-11-20 10:06  red-dress
         afternoon  Dress / 2026-11-20 14:30       unknown
         prime      Night sale / 2026-11-20 20:10  unknown",
    );
}

#[test]
fn a_room_without_an_id_may_be_one_that_has_minutes_and_holds_the_day_back() {
    // The minutes of the fixture are from 18:58 to 19:02.
    let sheet = "Livestream | Start time       | Duration | Views | LIVE impressions | Tap-through rate
                 Night sale | 2026-11-20 18:30 | 3600     | 47    | 1000             | 0.047";
    let scenario = britain()
        .export(MINUTES, fixture("tiktok_shop_live/minutes_on_both_sides_of_a_slot.json"))
        .export(SHEET, workbook(&[("Sheet1", sheet)]));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(4).says("may both count `Night sale / 2026-11-20 18:30`");
    assert!(scenario.tree("archive/slot_audience").is_empty(), "nothing is published");
    let accepted = ["backfill", "nightly", "--from", "2026-11-20", "--to", "2026-11-20", "--accept-shrink"];
    scenario
        .cli(&accepted)
        .exits(0)
        .expect_table("slot_audience", "slot       entries\n afternoon  46\n prime      48");
}

#[test]
fn a_sheet_of_which_some_rows_have_an_id_is_refused() {
    let sheet = "Room ID | Livestream | Start time       | Duration | Views | Impressions | Tap-through rate
                 '77     | One        | 2026-11-20 10:00 | 3600     | 47    | 1000        | 0.047
                         | Two        | 2026-11-20 14:00 | 3600     | 47    | 1000        | 0.047";
    let scenario = britain().export(SHEET, workbook(&[("Sheet1", sheet)]));
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(6)
        .says("some of its rows have an id of their broadcast and others none");
}

#[test]
fn a_refusal_names_everything_that_lacks_and_what_is_near() {
    let sheet = "Livestreams | Start times      | Duration | View | Tap-through rate
                 One         | 2026-11-20 10:00 | 3600     | 47   | 0.047";
    let scenario = britain().export(SHEET, workbook(&[("Sheet1", sheet)]));
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(6)
        .says("it has no column for 3 that are mapped: ")
        .says("`Views` (nearest: `View`)")
        .says("`Livestream` in place of `Room ID` or `LIVE ID` (nearest: `Livestreams`)");
}
