//! `youtube`: the reach report by its own times, and Studio in three languages.

use super::{fixture, preset, settle, shipped};
use crate::scenario::Scenario;

const COVERS: &str = "youtube/covers/log.csv";

fn tokyo() -> Scenario {
    preset("youtube", &[("JP", "Asia/Tokyo")]).export(COVERS, fixture("youtube/covers.csv"))
}

/// A market that keeps Pacific days itself.
fn west() -> Scenario {
    preset("youtube", &[("WEST", "America/Los_Angeles")]).export(COVERS, fixture("youtube/covers.csv"))
}

fn reach(day: &str, start: &str, end: &str, created: &str) -> String {
    format!("youtube/JP/reach/{day}/{start}_{end}_{created}.csv")
}

fn with_reports(scenario: Scenario) -> Scenario {
    let first = ("2026-11-18", "20261118T080000Z", "20261119T080000Z");
    let second = ("2026-11-19", "20261119T080000Z", "20261120T080000Z");
    scenario
        // The one made later is delivered first: what counts is when YouTube made it.
        .export(
            &reach(first.0, first.1, first.2, "20261122T101500Z"),
            fixture("youtube/reach_of_18_november_made_again.csv"),
        )
        .export(
            &reach(first.0, first.1, first.2, "20261120T093000Z"),
            fixture("youtube/reach_of_18_november_as_first_made.csv"),
        )
        .export(
            &reach(second.0, second.1, second.2, "20261121T093000Z"),
            fixture("youtube/reach_of_19_november.csv"),
        )
}

#[test]
fn a_pacific_day_is_shared_out_between_the_two_tokyo_days_that_it_overlaps() {
    let scenario = with_reports(tokyo());
    // The Pacific 18th has 17 hours of Tokyo's 19th, the Pacific 19th 7: 24,000 × 17/24 + 2,400 × 7/24.
    // Clicks: 24,000 × 0.0413 = 991.2; 990 to 992 with the rounding of the rate. 991 × 17/24 = 701.96, the larger remainder;
    // 990 × 17/24 = 701.25, the smaller; 992 × 17/24 = 702.67, the larger. And 120 × 7/24 = 35.
    settle(&scenario, "2026-11-19", "2026-11-19").exits(0).expect_table(
        "slot_audience",
        "local_date  slot     impressions  clicks  clicks_low  clicks_high  ctr     day_match  prorated_impressions  entries  convention_since  derived
         2026-11-19  all_day  17700        737     736         738          0.0416  0.5        17700                 –        2026-08-24        clicks",
    );
}

#[test]
fn a_report_made_later_replaces_the_older_one_with_all_its_videos() {
    let scenario = with_reports(tokyo());
    settle(&scenario, "2026-11-19", "2026-11-19").exits(0).expect_table(
        "funnel",
        "broadcast_id  cover_id  impressions  clicks  contaminated
         v1            thumb-a   17700        737     false",
    );
    let receipt = scenario.receipt("youtube/JP/2026-11-19");
    let exports = receipt["content"]["exports"].as_array().unwrap();
    let rows: Vec<_> =
        exports.iter().map(|export| (&export["rows"]["counted"], &export["rows"]["duplicate"])).collect();
    let (zero, one, two) = (&0.into(), &1.into(), &2.into());
    // By key: the 18th as first made, made again, the 19th; then the log of covers.
    assert_eq!(rows[..3], [(zero, two), (one, zero), (one, zero)]);
}

#[test]
fn a_pacific_day_of_a_pacific_market_is_that_day() {
    let scenario = west().export(
        "youtube/WEST/reach/2026-11-18/20261118T080000Z_20261119T080000Z_20261122T101500Z.csv",
        fixture("youtube/reach_of_18_november_made_again.csv"),
    );
    settle(&scenario, "2026-11-18", "2026-11-18").exits(0).expect_table(
        "slot_audience",
        "slot     impressions  clicks  day_match  prorated_impressions
         all_day  24000        991     1          0",
    );
}

#[test]
fn studio_is_read_in_three_languages_and_its_total_row_is_compared_and_not_counted() {
    let scenario = west()
        .export("youtube/WEST/studio/2026-11-18/Table data.csv", fixture("youtube/studio_english_total_first.csv"))
        .export(
            "youtube/WEST/studio/2026-11-19/Tabellendaten.csv",
            fixture("youtube/studio_german_soft_hyphens.csv"),
        )
        .export("youtube/WEST/studio/2026-11-20/Dados da tabela.csv", fixture("youtube/studio_portuguese.csv"));
    // 30,000 × 4.07 % = 1,221 (1,219.5 to 1,222.5); 20,010 × 4.41 % = 882.4 (881.4 to 883.4); 1,000 × 155 s + 500 × 60 s.
    // 10,000 × 5.03 %, 300 × 70 s; 1,000 × 2.60 %, 40 × 30 s.
    let outcome = settle(&scenario, "2026-11-18", "2026-11-20").exits(0).expect_table(
        "slot_audience",
        "local_date  slot     impressions  clicks  clicks_low  clicks_high  entries  dwell_seconds  day_match
         2026-11-18  all_day  50010        2103    2102        2105         1500     185000         1
         2026-11-19  all_day  10000        503     503         503          300      21000          1
         2026-11-20  all_day  1000         26      26          26           40       1200           1",
    );
    // Only what stands in the row of totals: clicks and time are derived here.
    outcome.expect_table(
        "reconciliation",
        "export_date  metric       scope  rows  rows_off  reported  recomputed  difference  verdict
         2026-11-18   entries      total  2     0         1500      1500        0           equal within rounding
         2026-11-18   impressions  total  2     0         50010     50010       0           equal within rounding
         2026-11-19   entries      total  1     0         300       300         0           equal within rounding
         2026-11-19   impressions  total  1     0         10000     10000       0           equal within rounding
         2026-11-20   entries      total  1     0         40        40          0           equal within rounding
         2026-11-20   impressions  total  1     0         1000      1000        0           equal within rounding",
    );
}

#[test]
fn a_total_beyond_500_rows_is_explained_by_the_cap() {
    let header = "Content,Date,Views,Impressions,Impressions click-through rate (%)\n";
    let rows: Vec<String> = (0..500).map(|video| format!("x{video},2026-11-18,2,100,4.00\n")).collect();
    let scenario = west().export(
        "youtube/WEST/studio/2026-11-18/Table data.csv",
        format!("{header}Total,,1300,61234,4.00\n{}", rows.concat()),
    );
    settle(&scenario, "2026-11-18", "2026-11-18")
        .exits(0)
        .expect_table("slot_audience", "impressions  entries\n 50000        1000")
        .expect_table(
            "reconciliation",
            "metric       scope  rows  rows_off  reported  recomputed  difference  verdict
             entries      total  500   1         1300      1000        300         export is capped
             impressions  total  500   1         61234     50000       11234       export is capped",
        );
}

/// One video on one day, with so many views.
fn studio(day: &str, views: u32) -> (String, String) {
    let text = String::from_utf8(fixture("youtube/studio_around_the_new_views.csv")).unwrap();
    let text = text.replace("{date}", day).replace("{views}", &views.to_string());
    (format!("youtube/WEST/studio/{day}/Table data.csv"), text)
}

#[test]
fn views_before_and_after_they_were_redefined_are_two_series() {
    let scenario = [studio("2026-08-23", 40), studio("2026-08-24", 55)]
        .into_iter()
        .fold(west(), |scenario, (path, text)| scenario.export(&path, text));
    settle(&scenario, "2026-08-23", "2026-08-24").exits(0).expect_table(
        "slot_audience",
        "local_date  entries  convention_since
             2026-08-23  40       2026-01-15
             2026-08-24  55       2026-08-24",
    );
    let definitions = scenario.tree("archive/capability");
    let after =
        crate::table::everything(&definitions["platform=youtube/market=WEST/local_date=2026-08-24/part.parquet"]);
    assert!(after.contains("views as YouTube counts them since 2026-08-24"), "{after}");
}

#[test]
fn impressions_before_they_were_introduced_are_null_and_the_capability_says_why() {
    let (path, text) = studio("2026-01-14", 40);
    let scenario = west().export(&path, text);
    settle(&scenario, "2026-01-14", "2026-01-14")
        .exits(0)
        .expect_table(
            "slot_audience",
            "impressions  clicks  ctr  entries  convention_since
             –            –       –    40       –",
        )
        .expect_table(
            "capability",
            "count               offered  reason
             impressions         false    in bulk reports (channel_reach_basic_a1) since 2026-01-15
             unique_impressions  false    YouTube reports no unique impressions
             clicks              false    in bulk reports (channel_reach_basic_a1) since 2026-01-15
             clickers            false    no column of its exports is mapped to it
             entries             true     –
             entrants            false    YouTube reports no unique viewers by video and day
             stays               false    no column of its exports is mapped to it
             dwell_seconds       true     –
             orders              false    YouTube reports no orders",
        );
}

#[test]
fn views_are_not_mapped_as_the_numerator_of_any_rate() {
    assert!(!shipped("youtube").contains("rates:"), "views ÷ impressions is no rate of a thumbnail");
}

#[test]
fn a_chart_in_the_folder_of_the_table_is_refused_by_all_that_it_lacks() {
    let chart =
        "Date,Content,Video title,Video publish time,Duration,Views\n2026-11-18,v1,One,\"Nov 1, 2026\",60,40\n";
    let scenario = west()
        .export("youtube/WEST/studio/2026-11-18/Table data.csv", fixture("youtube/studio_english_total_first.csv"))
        .export("youtube/WEST/studio/2026-11-18/Chart data.csv", chart);
    settle(&scenario, "2026-11-18", "2026-11-18")
        .exits(6)
        .says("`youtube/WEST/studio/2026-11-18/Chart data.csv`")
        .says("it has no column for 2 that are mapped: `Impressions` or `Thumbnail impressions`, ")
        .says("`Impressions click-through rate (%)` or `Thumbnail click-through rate (%)`, ");
}

#[test]
fn a_table_says_nowhere_which_day_it_is_of_and_the_folder_does() {
    let table = "Content,Video title,Video publish time,Views,Thumbnail impressions,Thumbnail click-through rate (%)\n\
        Total,,,11,220,1.35\nv1,First,\"Sep 30, 2026\",11,220,1.35\nv2,Second,\"Sep 29, 2026\",,0,\n";
    let scenario = west().export("youtube/WEST/studio/2026-11-18/Table data.csv", table);
    // 220 × 1.35 % = 2.97, 2.96 to 2.98. Nothing was shown of the second, and its rate is left out; its views are 0.
    settle(&scenario, "2026-11-18", "2026-11-18").exits(0).expect_table(
        "slot_audience",
        "local_date  slot     impressions  clicks  clicks_low  clicks_high  entries
         2026-11-18  all_day  220          3       2           3            11",
    );
}
