//! The trap: a column called CTR that is not the cover's.

use super::{fixture, preset, settle};
use crate::scenario::Scenario;

/// Sessions with views and product clicks, and a `CTR` that is the one over the other.
const SESSIONS: &str = r#"version: 1
conventions: {impression: displays, click: cover_tap, uniques: broadcast}
settle: 24h
exports:
  - name: sessions
    rows: counts
    path: "sessions/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    newest: {by: modified, per: period}
    columns:
      period: {start: {column: Start, format: rfc3339}, grain: 1h}
      market: {value: GB}
      broadcast_id: Room
      cover_id: {value: c}
      counts:
        entries: Views
"#;

/// 1,275 ÷ 2,976 = 0.428.
const EXPORT: &str = "Start,Room,Views,Product clicks,Impressions,CTR\n\
    2026-11-20T09:00:00Z,r1,2976,1275,101688,42.8%\n\
    2026-11-20T10:00:00Z,r1,1000,300,40000,30.0%\n";

fn sessions(platform: &str) -> Scenario {
    Scenario::new()
        .market("GB", "timezone: Europe/London, slots: day_parts")
        .platform("sessions", platform)
        .job("sessions", "GB", 1)
        .at("2026-12-24T12:00:00Z")
        .export("sessions/2026-11-20.csv", EXPORT)
}

#[test]
fn an_export_whose_only_rate_is_product_clicks_by_views_yields_no_rate_of_the_cover() {
    let scenario = sessions(SESSIONS);
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot     impressions  clicks  entries  ctr  ctr_low  ctr_high  effective_ctr  viewer_ctr
             morning  –            –       3976     –    –        –         –              –",
        )
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         false    no column of its exports is mapped to it
             unique_impressions  false    no column of its exports is mapped to it
             clicks              false    no column of its exports is mapped to it
             clickers            false    no column of its exports is mapped to it
             entries             true     –
             entrants            false    no column of its exports is mapped to it
             stays               false    no column of its exports is mapped to it
             dwell_seconds       false    no column of its exports is mapped to it
             orders              false    no column of its exports is mapped to it",
        );
}

#[test]
fn who_takes_that_rate_for_the_cover_s_is_held_back_by_its_own_numbers() {
    // Views are taken for clicks and the CTR for theirs: 2,976 ÷ 101,688 = 2.93 %, not 42.8 %.
    let fooled = SESSIONS.replace(
        "        entries: Views\n",
        "        clicks: Views\n        impressions: Impressions\n      rates:\n        ctr: {column: CTR, unit: fraction}\n",
    );
    let scenario = sessions(&fooled);
    let outcome = settle(&scenario, "2026-11-20", "2026-11-20").exits(4);
    let reason = "its `ctr` is not the ratio that it is mapped as: 2 of 2 rows disagree, the worst reports `0.428` where its counts give `0.029266`";
    outcome.says(reason).expect_table(
        "reconciliation",
        "metric  scope  rows  rows_off  reported  recomputed  verdict
         ctr     row    2     2         0.428     0.0293      mis-mapped",
    );
    assert!(scenario.tree("archive/slot_audience").is_empty(), "nothing is published");
}

#[test]
fn the_shopee_preset_has_no_rate_of_the_cover_and_says_why() {
    let scenario = preset("shopee_live", &[("ID", "Asia/Jakarta")])
        .export("shopee_live/ID/2026-11-19/sessions.json", fixture("shopee_live/sessions_of_nothing.json"))
        .export(
            "shopee_live/ID/2026-11-20/sessions.json",
            fixture("shopee_live/sessions_with_a_test_and_one_past_midnight.json"),
        );
    // The export says 0.428 in every row.
    settle(&scenario, "2026-11-20", "2026-11-20")
        .exits(0)
        .expect_table(
            "slot_audience",
            "slot   impressions  clicks  ctr  effective_ctr  viewer_ctr
             prime  –            –       –    –              –
             late   –            –       –    –              –",
        )
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         false    get_session_metric and the spreadsheets have no impressions of the cover
             unique_impressions  false    no column of its exports is mapped to it
             clicks              false    get_session_metric and the spreadsheets have no clicks on the cover; `ctr` is product clicks ÷ views
             clickers            false    no column of its exports is mapped to it
             entries             true     –
             entrants            true     no export of the day says it
             stays               false    no column of its exports is mapped to it
             dwell_seconds       true     –
             orders              false    Shopee reports placed orders, not paid ones",
        );
}
