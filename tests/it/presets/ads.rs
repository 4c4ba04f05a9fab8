//! `tiktok_ads` and `meta_ads`: hours of the advertiser and hours of the audience.

use super::{fixture, preset, settle};

#[test]
fn hours_of_the_advertiser_fall_into_the_slots_of_the_market() {
    let scenario = preset("tiktok_ads", &[("US", "America/New_York")])
        .export("tiktok_ads/US/2026-11-19.json", fixture("tiktok_ads/hours_of_nothing.json"))
        .export("tiktok_ads/US/2026-11-20.json", fixture("tiktok_ads/hours_of_the_advertiser.json"));
    // 15:00 in Los Angeles is 18:00 in New York, 16:00 is 19:00.
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "funnel",
            "slot       broadcast_id      cover_id          impressions  clicks  entries  entrants  dwell_seconds
             afternoon  1780000000000009  1790000000000001  1000         20      15       –         –
             prime      1780000000000009  1790000000000001  2000         50      40       –         –",
        )
        .expect_table(
            "slot_audience",
            "slot       ctr    click_event
             afternoon  0.02   cover_tap
             prime      0.025  cover_tap",
        )
        .expect_table(
            "bridge",
            "slot       signal   times  persons  factor
             afternoon  entries  15     12       0.8
             prime      entries  40     30       0.75",
        )
        .expect_table(
            "reconciliation",
            "export_date  metric  scope  rows  rows_off  verdict
             2026-11-19   ctr     row    0     0         cannot tell
             2026-11-20   ctr     row    2     0         equal within rounding",
        );
}

#[test]
fn hours_of_the_audience_are_on_the_clock_of_the_market() {
    let scenario = preset("meta_ads", &[("ID", "Asia/Jakarta")])
        .export("meta_ads/ID/2026-11-19.json", fixture("meta_ads/hours_of_nothing.json"))
        .export("meta_ads/ID/2026-11-20.json", fixture("meta_ads/hours_of_the_audience.json"));
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot       slot_start_utc        impressions  clicks  entries  ctr     prorated_impressions
             afternoon  2026-11-20T05:00:00Z  1234         20      –        0.0162  0
             prime      2026-11-20T12:00:00Z  500          10      –        0.02    0
             late       2026-11-20T16:00:00Z  10           0       –        0       0",
        )
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         true     –
             unique_impressions  false    with an hourly breakdown Meta reports no reach
             clicks              true     –
             clickers            false    no column of its exports is mapped to it
             entries             false    the ad report has no entries into the room
             entrants            false    no column of its exports is mapped to it
             stays               false    no column of its exports is mapped to it
             dwell_seconds       false    no column of its exports is mapped to it
             orders              false    no column of its exports is mapped to it",
        );
}
