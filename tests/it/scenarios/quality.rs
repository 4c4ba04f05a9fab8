//! How views went, by a source of its own: counted exactly, and never in the way of the platform whose broadcasts it watched.

use crate::receiver::Receiver;
use crate::rows::events;
use crate::scenario::{FEED, Scenario};

const MORNING: &str = "2026-11-21T03:00:00Z";
const NEXT: &str = "2026-11-22T03:00:00Z";

pub(super) const MUX: &str = r#"version: 1
of: shop
settle: 24h
exports:
  - name: views
    rows: quality
    grain: view
    path: "mux/{date:%Y-%m-%d}/*.csv"
    day: {timezone: UTC}
    late_days: 1
    format: csv
    columns:
      view_id: view_id
      occurred_at: view_start
      market: {column: country, values: {UK: GB}, otherwise: reject}
      broadcast_id: video_id
      host_id: room
      viewer_id: viewer
      first_frame_ms: startup_ms
      stall_seconds: rebuffer_s
      stalls: rebuffers
      watch_seconds: watch_s
      audio_video_offset_ms: skew_ms
      failed: failed
      bitrate_kbps: kbps
      rung: rendition
"#;

/// CSV of views, one a line: `id at market broadcast host viewer first-frame stall stalls watch offset failed kbps rung`;
/// `-` for nothing.
pub(super) fn views(lines: &str) -> String {
    let mut csv = "view_id,view_start,country,video_id,room,viewer,startup_ms,rebuffer_s,rebuffers,watch_s,skew_ms,failed,kbps,rendition\n".to_owned();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().map(|cell| if cell == "-" { "" } else { cell }).collect();
        csv.push_str(&cells.join(","));
        csv.push('\n');
    }
    csv
}

/// A day of events at the shop, and its source of quality, in one job.
fn watched() -> Scenario {
    Scenario::shop().platform("mux", MUX).job("shop, mux", "GB", 1).at(MORNING).export(
        "shop/2026-11-20/a.csv",
        events(
            "e1 2026-11-20T09:00:00Z show  GB r1 c1 v1 f 25-34 -
             e2 2026-11-20T09:00:40Z enter GB r1 c1 v1 f 25-34 -",
        ),
    )
}

pub(super) const DAY: &str = "\
    w1 2026-11-20T09:00:00Z GB r1 h1 v1 400  0   0 60 20  0 1500 720p
    w2 2026-11-20T09:00:10Z GB r1 h1 v2 600  1.5 2 30 -40 0 900  360p
    w3 2026-11-20T09:00:20Z GB r1 h1 v2 601  0   0 10 0   0 1500 720p
    w4 2026-11-20T09:00:30Z UK r1 h1 v3 -    0   0 0  -   1 -    -
    w5 2026-11-20T19:00:00Z GB r1 h1 v1 2000 0   0 50 -   0 1500 720p
    w6 2026-11-20T19:00:00Z GB r2 -  -  300  0.5 1 50 -   0 1500 720p";

#[test]
fn views_are_counted_by_slot_and_broadcast_and_the_platform_is_counted_as_ever() {
    let scenario = watched().export("mux/2026-11-20/a.csv", views(DAY));
    let outcome = scenario.run().exits(0).says("2 market-days: 2 published");
    let outcome = outcome.expect_table(
        "quality",
        "platform  of_platform  market  local_date  slot     broadcast_id  host_id  views  starts  good_starts  good_start_share  p50_first_frame_ms  p95_first_frame_ms  failures  failure_share  provisional  revision
         mux       shop         GB      2026-11-20  morning  r1            h1       4      3       2            0.6667            600                 601                 1         0.25           true         1
         mux       shop         GB      2026-11-20  prime    r1            h1       1      1       0            0                 2000                2000                0         0              true         1
         mux       shop         GB      2026-11-20  prime    r2            –        1      1       1            1                 300                 300                 0         0              true         1",
    );
    // The second view of v2 is slow, but the first had stalled already: hit once, there. v1 is hit in the evening only. Nobody
    // is named in r2.
    let outcome = outcome.expect_table(
        "quality",
        "slot     broadcast_id  stalls  stalled_views  stall_seconds  watch_seconds  stall_ratio  viewers  viewers_hit  mean_audio_video_offset_ms  mean_bitrate_kbps  rung  rung_share
         morning  r1            2       1              1.5            100            0.015        3        2            20                          1300               720p  0.6667
         prime    r1            0       0              0              50             0            0        1            –                           1500               720p  1
         prime    r2            1       0              0.5            50             0.01         –        –            –                           1500               720p  1",
    );
    outcome.expect_table(
        "funnel",
        "platform  slot     broadcast_id  cover_id  impressions  entries
         shop      morning  r1            c1        1            1",
    );
    let receipt = scenario.receipt("mux/GB/2026-11-20");
    let tables = receipt["content"]["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 1, "a source publishes no funnel: {tables:?}");
    assert_eq!(receipt["content"]["totals"]["views"], 6);
    assert_eq!(receipt["content"]["exports"][0]["rows"]["counted"], 6);
    scenario.run().exits(0).says("2 market-days: 2 current");
    scenario.cli(&["verify"]).exits(0);
    let shown = scenario.cli(&["show", "quality"]).exits(0);
    assert!(shown.stdout.contains("66.67"), "{}", shown.stdout);
}

#[test]
fn a_view_that_is_delivered_again_counts_once() {
    let scenario = watched().export("mux/2026-11-20/a.csv", views(DAY));
    scenario
        .deliver("mux/2026-11-21/b.csv", views("w2 2026-11-20T09:00:10Z GB r1 h1 v2 600 1.5 2 30 -40 0 900 360p"));
    scenario.clock(NEXT);
    let scenario = scenario.job("shop, mux", "GB", 2);
    scenario.deliver("shop/2026-11-21/a.csv", events("f1 2026-11-21T09:00:00Z show GB r1 c1 v1 f 25-34 -"));
    scenario.run().expect_table(
        "quality",
        "local_date  slot     broadcast_id  views  stalls
         2026-11-20  morning  r1            4      2
         2026-11-20  prime    r1            1      0
         2026-11-20  prime    r2            1      1",
    );
    let exports = scenario.receipt("mux/GB/2026-11-20")["content"]["exports"].clone();
    assert_eq!(exports[1]["rows"]["duplicate"], 1, "{exports}");
}

#[test]
fn a_late_source_holds_nothing_back_and_comes_when_it_comes() {
    let scenario = watched();
    let outcome = scenario.run().exits(4).says("2 market-days: 1 published, 1 waiting");
    let outcome = outcome.expect_table("funnel", "platform  impressions\nshop      1");
    drop(outcome);
    scenario.deliver("mux/2026-11-20/a.csv", views(DAY));
    let outcome = scenario.run().exits(0).says("2 market-days: 1 published, 1 current");
    outcome.expect_table(
        "quality",
        "slot     broadcast_id  views
         morning  r1            4
         prime    r1            1
         prime    r2            1",
    );
}

#[test]
fn rows_that_cannot_be_are_rejected_and_too_many_hold_the_day() {
    let bad = format!(
        "{DAY}
         w7 2026-11-20T09:00:00Z GB r1 h1 v-secret 400 61 1 60 0 0 1500 720p
         w8 2026-11-20T09:00:00Z GB r1 h1 v9 400 0 0 60 0 maybe 1500 720p"
    );
    let scenario = watched().export("mux/2026-11-20/a.csv", views(&bad));
    let outcome = scenario.run().exits(4).says("1 held");
    assert!(outcome.stdout.contains("2 of 8 records were rejected"), "{}", outcome.stdout);
    let outcome = outcome.expect_table(
        "rejects",
        "platform  record  reason              column
         mux       7       stall_exceeds_view  rebuffer_s
         mux       8       bad_flag            failed",
    );
    drop(outcome);
    for (name, bytes) in scenario.archive() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("v-secret"), "{name} names a viewer");
    }
    let scenario = scenario.setting("max_reject_share", "0.5");
    scenario.run().exits(0);
    let rows = scenario.receipt("mux/GB/2026-11-20")["content"]["exports"][0]["rows"].clone();
    assert_eq!((&rows["rows_in"], &rows["counted"], &rows["rejected"]), (&8.into(), &6.into(), &2.into()));
}

#[test]
fn rows_of_minutes_are_added_and_say_no_percentile() {
    let minutes = r#"version: 1
of: shop
settle: 24h
exports:
  - name: minutes
    rows: quality
    grain: minute
    path: "agora/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      occurred_at: minute
      market: {value: GB}
      broadcast_id: channel
      views: views
      starts: starts
      started_within_600ms: fast
      stall_ms: frozen_ms
      watch_ms: watched_ms
      failures: failed
"#;
    let scenario = watched().platform("agora", minutes).job("shop, agora", "GB", 1).export(
        "agora/2026-11-20.csv",
        "minute,channel,views,starts,fast,frozen_ms,watched_ms,failed\n\
         2026-11-20T09:00:00Z,r1,100,98,90,1500,60000,2\n\
         2026-11-20T09:01:00Z,r1,50,50,40,500,40000,0\n\
         2026-11-20T19:00:00Z,r1,10,10,10,0,0,0\n",
    );
    std::fs::remove_file(scenario.path("config/platforms/mux.yaml")).unwrap();
    scenario.run().exits(0).expect_table(
        "quality",
        "platform  slot     views  starts  good_starts  good_start_share  p50_first_frame_ms  stall_seconds  stall_ratio  failures  failure_share  viewers
         agora     morning  150    148     130          0.8784            –                   2              0.02         2         0.0133         –
         agora     prime    10     10      10           1                 –                   0              –            0         0              –",
    );
}

#[test]
fn of_has_to_name_a_platform_that_counts() {
    for (of, told) in [
        ("shoop", "unknown platform `shoop` (known: `shop`; did you mean `shop`?)"),
        ("mux", "`mux` cannot be of itself"),
        ("other", "`other` is a source of quality itself"),
    ] {
        let scenario = watched().platform("mux", &MUX.replace("of: shop", &format!("of: {of}")));
        let scenario = if of == "other" { scenario.platform("other", MUX) } else { scenario };
        let outcome = scenario.cli(&["check"]).exits(3);
        assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    }
    let scenario = Scenario::shop().platform("shop", FEED).platform("mux", &MUX.replace("of: shop", "of: feed"));
    scenario.cli(&["check"]).exits(3);
}

#[test]
fn too_many_slow_starts_are_told_once_and_over_when_a_revision_has_fewer() {
    let receiver = Receiver::new("ok");
    let url = receiver.url("/hook");
    let channels = "version: 1\nchannels:\n  ops: {kind: webhook, url_env: OPS_URL}\n";
    let mux = MUX.replace("settle: 24h", "settle: 24h\nmax_slow_starts: 0.3");
    let scenario = watched().platform("mux", &mux).export("mux/2026-11-20/a.csv", views(DAY));
    scenario.write("config/notifications.yaml", channels);
    let told = || {
        scenario.cli_with(&["run", "nightly"], &[("OPS_URL", &url)]).exits(0);
        let posts: Vec<String> = receiver.arrived().into_iter().map(|post| post.body).collect();
        posts.join("\n")
    };
    let first = told();
    assert!(first.contains("slow_starts") && first.contains("2 of 5 views had their first frame"), "{first}");
    assert_eq!(told(), "", "what is told is told once");
    let more = views(
        "w8 2026-11-20T09:30:00Z GB r1 h1 v8 300 0 0 60 0 0 1500 720p\nw9 2026-11-20T09:30:00Z GB r1 h1 v9 300 0 0 60 0 0 1500 720p",
    );
    scenario.deliver("mux/2026-11-20/b.csv", more);
    let last = told();
    assert!(last.contains("recovered") && !last.contains("slow_starts"), "{last}");
}

#[test]
fn rows_that_do_not_say_how_many_starts_were_good_are_in_no_share_and_alert_nobody() {
    let receiver = Receiver::new("ok");
    let url = receiver.url("/hook");
    let channels = "version: 1\nchannels:\n  ops: {kind: webhook, url_env: OPS_URL}\n";
    let minutes = r#"version: 1
of: shop
settle: 24h
max_slow_starts: 0.3
exports:
  - name: minutes
    rows: quality
    grain: minute
    path: "agora/{date:%Y-%m-%d}.csv"
    day: {timezone: UTC}
    format: csv
    columns:
      occurred_at: minute
      market: {value: GB}
      broadcast_id: channel
      views: views
      starts: starts
      started_within_600ms: fast
      failures: failed
"#;
    let scenario = watched().platform("agora", minutes).job("shop, agora", "GB", 1).export(
        "agora/2026-11-20.csv",
        "minute,channel,views,starts,fast,failed\n\
         2026-11-20T09:00:00Z,r1,100,100,90,\n\
         2026-11-20T09:01:00Z,r1,100,100,,5\n\
         2026-11-20T19:00:00Z,r1,10,10,,\n",
    );
    std::fs::remove_file(scenario.path("config/platforms/mux.yaml")).unwrap();
    scenario.write("config/notifications.yaml", channels);
    for _ in 0..2 {
        scenario.cli_with(&["run", "nightly"], &[("OPS_URL", &url)]).exits(0);
    }
    let told: Vec<String> = receiver.arrived().into_iter().map(|post| post.body).collect();
    assert!(told.iter().all(|body| !body.contains("slow_starts")), "{told:?}");
    scenario.cli_with(&["run", "nightly"], &[("OPS_URL", &url)]).exits(0).expect_table(
        "quality",
        "platform  slot     views  starts  good_starts  good_start_share  failures  failure_share
         agora     morning  200    200     90           0.9               5         0.05
         agora     prime    10     10      –            –                 –         –",
    );
    let receipt = scenario.receipt("agora/GB/2026-11-20");
    let totals = receipt["content"]["totals"].to_string();
    assert_eq!(totals, r#"{"good_starts":90,"starts":100,"views":210}"#);
}

#[test]
fn a_change_of_the_source_makes_its_days_due_and_no_other() {
    let scenario = watched().export("mux/2026-11-20/a.csv", views(DAY));
    scenario.run().exits(0);
    let scenario = scenario.platform("mux", &MUX.replace("      rung: rendition\n", ""));
    let outcome = scenario.run().exits(0).says("2 market-days: 1 published, 1 current");
    outcome
        .expect_table("quality", "slot     rung  revision\nmorning  –     2\nprime    –     2\nprime    –     2");
    scenario.cli(&["verify"]).exits(0);
    let name = "archive/quality/platform=mux/market=GB/local_date=2026-11-20/part.parquet";
    std::fs::remove_file(scenario.path(name)).unwrap();
    scenario.cli(&["verify", "--repair"]);
    assert!(scenario.path(name).exists());
}

#[test]
fn files_of_a_source_can_be_tried_and_are_told_what_they_would_be() {
    let scenario = watched();
    std::fs::write(scenario.path("a.csv"), views(DAY)).unwrap();
    let path = scenario.path("a.csv");
    let tried = scenario.cli(&[
        "check",
        "--sample",
        path.to_str().unwrap(),
        "--as",
        "mux/views",
        "--path",
        "mux/2026-11-20/a.csv",
    ]);
    let tried = tried.exits(0);
    assert!(tried.stdout.contains("6 records: 6 counted") && tried.stdout.contains("views"), "{}", tried.stdout);
}

#[test]
fn a_fall_of_views_is_held_until_it_is_accepted() {
    let scenario = watched().export("mux/2026-11-20/a.csv", views(DAY));
    scenario.run().exits(0);
    scenario
        .deliver("mux/2026-11-20/a.csv", views("w1 2026-11-20T09:00:00Z GB r1 h1 v1 400 0 0 60 20 0 1500 720p"));
    scenario.run().exits(4).says("`good_starts` of mux/GB/2026-11-20 would fall from 3 to 1");
    scenario.cli(&["run", "nightly", "--accept-shrink"]).exits(0);
}

#[test]
fn nothing_is_decided_or_tested_or_remembered_of_a_source() {
    let scenario = watched().export("mux/2026-11-20/a.csv", views(DAY));
    scenario.write("config/decisions.yaml", "version: 1\n");
    scenario.write("config/library.yaml", "version: 1\npictures: {url: pictures}\n");
    std::fs::create_dir(scenario.path("pictures")).unwrap();
    scenario.run().exits(0);
    for table in ["cover", "cover_months", "funnel", "capability", "slot_audience"] {
        let of_source = scenario.tree(&format!("archive/{table}/platform=mux"));
        assert!(of_source.is_empty(), "{table}");
    }
}

#[test]
fn an_id_that_starts_anew_in_each_file_holds_the_day() {
    let lines = |viewer: &str, hour: u32| -> String {
        let line = |number: u32| {
            format!(
                "w{number} 2026-11-20T{hour:02}:{:02}:00Z GB r1 h1 {viewer}{number} 300 0 0 60 0 0 1500 720p\n",
                number % 60
            )
        };
        (0..40).map(line).collect()
    };
    let scenario = watched()
        .export("mux/2026-11-20/a.csv", views(&lines("a", 9)))
        .export("mux/2026-11-20/b.csv", views(&lines("b", 15)));
    scenario.run().exits(4).says("40 of 80 rows of mux/GB/2026-11-20 have a `view_id` that another event has");
}
