//! Rows that come early, late, twice, and first.

use crate::rows::events;
use crate::scenario::{SHOP, Scenario};

const AFTER_TWO_DAYS: &str = "2026-11-22T03:00:00Z";

#[test]
fn early_and_late_rows_in_neighbouring_files_count_on_their_own_day() {
    // Where leaves carry the dwell, a day reads one file more.
    let early_too = SHOP.replace("    late_days: 1\n", "    late_days: 1\n    early_days: 1\n");
    let early_too = early_too.replace("      dwell_seconds: dwell\n", "");
    let scenario = Scenario::shop()
        .platform("shop", &early_too)
        .at("2026-11-21T03:00:00Z")
        .export("shop/2026-11-19/a.csv", events("e1 2026-11-20T00:00:01Z show GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-20/a.csv", events("e2 2026-11-20T12:00:00Z show GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-21/a.csv", events("e3 2026-11-20T23:59:59Z show GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-22/a.csv", events("e4 2026-11-20T23:59:58Z show GB r1 c1 v1 f 25-34 -"));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot       impressions
         2026-11-20  night      1
         2026-11-20  afternoon  1
         2026-11-20  late       1",
    );
    let receipt = scenario.receipt("shop/GB/2026-11-20");
    let read: Vec<&str> =
        receipt["content"]["exports"].as_array().unwrap().iter().map(|e| e["key"].as_str().unwrap()).collect();
    assert_eq!(
        read,
        ["shop/2026-11-19/a.csv", "shop/2026-11-20/a.csv", "shop/2026-11-21/a.csv"],
        "and no further"
    );
}

#[test]
fn an_event_that_is_delivered_again_counts_once_where_it_was_earliest() {
    let scenario = Scenario::shop()
        .at("2026-11-21T03:00:00Z")
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T20:00:00Z show GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T09:00:00Z show GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T09:00:00Z show GB r1 c1 v1 x later -",
            ),
        )
        .export(
            "shop/2026-11-20/b.csv",
            events(
                "e1 2026-11-20T10:00:00Z show GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T09:00:00Z show GB r1 c1 v1 x later -",
            ),
        )
        .export("shop/2026-11-21/a.csv", events("e1 2026-11-20T20:00:00Z show GB r1 c1 v1 f 25-34 -"));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot     audience   impressions  unique_impressions
         2026-11-20  morning  f / 25-34  2            1",
    );
    let rows = |export: usize| {
        let receipt = scenario.receipt("shop/GB/2026-11-20");
        let rows = &receipt["content"]["exports"][export]["rows"];
        [rows["counted"].as_u64().unwrap(), rows["duplicate"].as_u64().unwrap()]
    };
    assert_eq!([rows(0), rows(1), rows(2)], [[1, 2], [1, 1], [0, 1]]);
}

#[test]
fn a_copy_that_moved_across_midnight_does_not_count_a_second_time() {
    let scenario = || {
        Scenario::shop()
            .job("shop", "GB", 2)
            .at(AFTER_TWO_DAYS)
            .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T23:59:59Z show GB r1 c1 v1 f 25-34 -"))
            .export("shop/2026-11-21/a.csv", events("e1 2026-11-21T00:00:01Z show GB r1 c1 v1 f 25-34 -"))
    };
    let early_too = SHOP.replace("    late_days: 1\n", "    late_days: 1\n    early_days: 1\n");
    scenario().platform("shop", &early_too).run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot  impressions
         2026-11-20  late  1",
    );
    // Without early days the 21st does not stand on the 20th's exports: for it, their deliveries do not exist.
    scenario().run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot   impressions
         2026-11-20  late   1
         2026-11-21  night  1",
    );
}

#[test]
fn a_late_copy_in_the_next_days_file_is_no_impression_of_the_next_day() {
    let scenario = Scenario::shop()
        .job("shop", "GB", 2)
        .at(AFTER_TWO_DAYS)
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T23:59:59Z show GB r1 c1 v1 f 25-34 -"))
        .export(
            "shop/2026-11-21/a.csv",
            events(
                "e1 2026-11-20T23:59:59Z show GB r1 c1 v1 f 25-34 -
                 e1 2026-11-21T00:00:01Z show GB r1 c1 v1 f 25-34 -",
            ),
        );
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot  impressions
         2026-11-20  late  1",
    );
}

#[test]
fn a_viewer_is_unique_once_a_day_where_they_were_first() {
    let scenario = Scenario::shop()
        .job("shop", "GB", 2)
        .at(AFTER_TWO_DAYS)
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T20:00:00Z show  GB r1 c1 v1 f 35-44 -
                 e2 2026-11-20T09:00:00Z show  GB r1 c1 v1 f 25-34 -
                 e3 2026-11-20T09:00:00Z tap   GB r1 c1 v1 f 35-44 -
                 e4 2026-11-20T09:00:00Z tap   GB r1 c1 v1 f 25-34 -
                 e5 2026-11-20T20:00:00Z enter GB r1 c1 v1 f 35-44 -
                 e6 2026-11-20T20:00:00Z show  GB r1 c2 v1 f 35-44 -",
            ),
        )
        .export("shop/2026-11-21/a.csv", events("e7 2026-11-21T20:00:00Z show GB r1 c1 v1 f 35-44 -"));
    scenario.run().exits(0).expect_table(
        "funnel",
        "local_date  slot     audience   cover_id  impressions  unique_impressions  clicks  clickers  entries  entrants
         2026-11-20  morning  f / 25-34  c1        1            1                   1       0         0        0
         2026-11-20  morning  f / 35-44  c1        0            0                   1       1         0        0
         2026-11-20  prime    f / 35-44  c1        1            0                   0       0         1        1
         2026-11-20  prime    f / 35-44  c2        1            1                   0       0         0        0
         2026-11-21  prime    f / 35-44  c1        1            1                   0       0         0        0",
    );
}
