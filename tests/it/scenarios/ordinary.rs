//! Ordinary days: what every count means.

use crate::rows::{events, impressions};
use crate::scenario::{FEED, SHOP, Scenario};

const MORNING: &str = "2026-11-21T03:00:00Z";

#[test]
fn an_ordinary_day_of_events_is_counted_by_slot_and_audience() {
    let scenario = Scenario::shop().at(MORNING).export(
        "shop/2026-11-20/a.csv",
        events(
            "e01 2026-11-20T09:00:00Z show  GB r1 c1 v1 f 25-34 -
             e02 2026-11-20T09:00:30Z show  GB r1 c1 v1 f 25-34 -
             e03 2026-11-20T09:00:40Z tap   GB r1 c1 v1 f 25-34 -
             e04 2026-11-20T09:00:41Z enter GB r1 c1 v1 f 25-34 -
             e05 2026-11-20T09:02:11Z leave GB r1 c1 v1 f 25-34 90
             e06 2026-11-20T09:05:00Z show  UK r1 c2 v2 m -     -
             e07 2026-11-20T19:00:00Z show  GB r2 c3 v1 f 25-34 -
             e08 2026-11-20T19:00:01Z show  GB r2 c3 v3 f 25-34 -
             e09 2026-11-20T19:00:02Z tap   GB r2 c3 v3 f 25-34 -
             e10 2026-11-20T19:00:03Z enter GB r2 c3 v3 f 25-34 -
             e11 2026-11-20T19:00:13Z leave GB r2 c3 v3 f 25-34 10
             e12 2026-11-20T19:00:12Z paid  GB r2 c3 v3 f 25-34 -
             e13 2026-11-20T19:00:12Z beat  GB r2 c3 v3 f 25-34 -",
        ),
    );
    let outcome = scenario.run().exits(0);
    let outcome = outcome.expect_table(
        "slot_audience",
        "slot     audience     impressions  unique_impressions  clicks  clickers  entries  entrants  stays  dwell_seconds  orders
         morning  f / 25-34    2            1                   1       1         1        1         1      90             0
         morning  m / unknown  1            1                   0       0         0        0         0      0              0
         prime    f / 25-34    2            2                   1       1         1        1         0      10             1",
    );
    let outcome = outcome.expect_table(
        "slot_audience",
        "slot     audience     ctr  ctr_low  ctr_high  effective_ctr  click_conversion  viewer_ctr  stay_rate  mean_dwell_seconds  impression_basis  click_event  provisional  revision
         morning  f / 25-34    0.5  0.0945   0.9055    0.5            0                 1           1          90                  displays          cover_tap    true         1
         morning  m / unknown  0    0        0.7935    0              –                 0           –          –                   displays          cover_tap    true         1
         prime    f / 25-34    0.5  0.0945   0.9055    0.5            1                 0.5         0          10                  displays          cover_tap    true         1",
    );
    outcome.expect_table(
        "funnel",
        "market  local_date  slot     audience     broadcast_id  cover_id  impressions  unique_impressions  clicks  entries
         GB      2026-11-20  morning  f / 25-34    r1            c1        2            1                   1       1
         GB      2026-11-20  morning  m / unknown  r1            c2        1            1                   0       0
         GB      2026-11-20  prime    f / 25-34    r2            c3        2            2                   1       1",
    );
    let rows = &scenario.receipt("shop/GB/2026-11-20")["content"]["exports"][0]["rows"];
    assert_eq!(rows["rows_in"], 13);
    assert_eq!(rows["counted"], 12, "the ignored event is outside");
    assert_eq!(rows["outside"], 1);
}

#[test]
fn impressions_with_flags_count_as_the_events_they_stand_for() {
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("feed", FEED)
        .job("feed", "GB", 1)
        .at(MORNING)
        .export(
            "feed/20261120.ndjson",
            impressions(
                "i1 2026-11-20T20:00:00Z GB r1 c1 v1 f 25-34 clicked+entered+ordered 75
                 i2 2026-11-20T20:01:00Z GB r1 c1 v1 f 25-34 -                       -
                 i3 2026-11-20T20:02:00Z GB r1 c1 v2 f 25-34 clicked                 -
                 i4 2026-11-20T20:03:00Z GB r1 c2 v2 - 25-34 entered                 59.999",
            ),
        )
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot   audience         impressions  unique_impressions  clicks  clickers  entries  entrants  stays  dwell_seconds  orders
             prime  f / 25-34        3            2                   2       2         1        1         1      75             1
             prime  unknown / 25-34  1            1                   0       0         1        1         0      59.999         0",
        );
}

#[test]
fn a_signal_that_a_platform_does_not_offer_is_null_and_so_are_its_rates() {
    let without_viewers_and_orders =
        SHOP.replace("      viewer_id: viewer\n", "").replace(", paid: order", ", paid: ignore");
    Scenario::shop()
        .platform("shop", &without_viewers_and_orders)
        .at(MORNING)
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T09:00:00Z show GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T09:00:30Z tap  GB r1 c1 v1 f 25-34 -
                 e3 2026-11-20T09:00:40Z paid GB r1 c1 v1 f 25-34 -",
            ),
        )
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot     impressions  unique_impressions  clicks  clickers  entries  entrants  stays  dwell_seconds  orders  ctr  viewer_ctr  click_conversion
             morning  1            –                   1       –         0        –         0      0              –       1    –           –",
        );
}

#[test]
fn where_the_room_entry_is_the_click_entries_are_clicks_and_the_rows_say_so() {
    let room_entry = SHOP.replace("cover_tap", "room_entry").replace("tap: click, ", "");
    Scenario::shop()
        .platform("shop", &room_entry)
        .at(MORNING)
        .export(
            "shop/2026-11-20/a.csv",
            events(
                "e1 2026-11-20T09:00:00Z show  GB r1 c1 v1 f 25-34 -
                 e2 2026-11-20T09:00:30Z enter GB r1 c1 v1 f 25-34 -
                 e3 2026-11-20T09:10:30Z enter GB r1 c1 v1 f 25-34 -",
            ),
        )
        .run()
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot     impressions  clicks  clickers  entries  entrants  ctr  click_event
             morning  1            2       1         2        1         2    room_entry",
        );
}

#[test]
fn a_leave_is_credited_to_the_instant_of_its_entry() {
    // In at 18:59:30, out at 19:00:40: the stay belongs to the afternoon, as the entry does.
    let scenario = Scenario::shop().at(MORNING).export(
        "shop/2026-11-20/a.csv",
        events(
            "e1 2026-11-20T18:59:30Z enter GB r1 c1 v1 f 25-34 -
             e2 2026-11-20T19:00:40Z leave GB r1 c1 v1 f 25-34 70
             e3 2026-11-20T19:00:40Z show  GB r1 c1 v1 f 25-34 -",
        ),
    );
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "slot       slot_start_utc        impressions  entries  stays  dwell_seconds
         afternoon  2026-11-20T12:00:00Z  0            1        1      70
         prime      2026-11-20T19:00:00Z  1            0        0      0",
    );
}

#[test]
fn a_leave_after_midnight_counts_on_the_day_of_its_entry() {
    let scenario = Scenario::shop()
        .job("shop", "GB", 2)
        .at("2026-11-22T03:00:00Z")
        .export("shop/2026-11-20/a.csv", events("e1 2026-11-20T23:59:00Z enter GB r1 c1 v1 f 25-34 -"))
        .export("shop/2026-11-21/a.csv", events("e2 2026-11-21T00:01:00Z leave GB r1 c1 v1 f 25-34 120"));
    scenario.run().exits(0).expect_table(
        "slot_audience",
        "local_date  slot  entries  stays  dwell_seconds
         2026-11-20  late  1        1      120",
    );
}

#[test]
fn an_export_with_nothing_but_a_header_publishes_an_empty_market_day() {
    let scenario = Scenario::shop().at(MORNING).export("shop/2026-11-20/a.csv", events(""));
    scenario
        .run()
        .exits(0)
        .says("1 market-days: 1 published")
        .expect_table("slot_audience", "slot  audience  impressions")
        .expect_table("funnel", "slot  broadcast_id  impressions");
    let receipt = scenario.receipt("shop/GB/2026-11-20");
    assert_eq!(
        receipt["content"]["tables"][0]["rows"], 0,
        "not here yet is a missing market-day, not an empty one"
    );
}
