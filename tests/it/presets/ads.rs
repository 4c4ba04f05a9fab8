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

#[test]
fn the_last_line_of_ads_manager_is_a_total_and_no_ad() {
    let export = "\u{feff}Campaign name,Ad Group Name,Date,Ad Name,Cost,Impression,Clicks (Destination),CTR (Destination),Conversions,Currency\n\
        Spring,G,2026-11-20,Ad 1,12.50,1000,30,3.00,2,USD\n\
        Spring,G,2026-11-20,Ad 2,10.00,500,5,1.00,0,USD\n\
        Total of 2 results,-,-,-,22.50,1500,35,2.33,2,USD\n";
    let scenario = preset("tiktok_ads_manager", &[("WEST", "America/Los_Angeles")])
        .export("tiktok_ads_manager/WEST/2026-11-20/ads.csv", export);
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "funnel",
            "slot     broadcast_id  cover_id  impressions  clicks  orders
             all_day  Spring        Ad 1      1000         30      –
             all_day  Spring        Ad 2      500          5       –",
        )
        .expect_table(
            "reconciliation",
            "metric       scope  rows  reported  recomputed  verdict
             clicks       total  2     35        35          equal within rounding
             ctr          row    2     0.03      0.03        equal within rounding
             impressions  total  2     1500      1500        equal within rounding",
        );
}

#[test]
fn no_total_of_google_ads_is_counted() {
    let export = "Campaign report\n\"November 20, 2026 - November 20, 2026\"\n\
        Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,CTR,Conversions\n\
        2026-11-20,Spring,12345678901,CAD,12.34,\"1,234\",7,0.57%,1.00\n\
        2026-11-20,Brand,22222222222,CAD,3.10,40,2,5.00%,0.00\n\
        Total: Account,--,--,CAD,15.44,\"1,274\",9,0.71%,1.00\n\
        Total: Video,--,--,CAD,15.44,\"1,274\",9,0.71%,1.00\n";
    let scenario = preset("google_ads", &[("WEST", "America/Los_Angeles")])
        .export("google_ads/WEST/2026-11-20/report.csv", export);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "funnel",
        "slot     broadcast_id  impressions  clicks
         all_day  Brand         40           2
         all_day  Spring        1234         7",
    );
}
