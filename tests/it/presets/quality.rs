//! Sources of quality: Mux, Agora, Conviva, `ApsaraVideo` and one's own player, each beside the platform that it watches.

use super::{fixture, preset, settle, shipped};
use crate::scenario::Scenario;

/// A source beside the platform that it is of.
fn source(name: &str, of: &str) -> Scenario {
    preset(name, &[("GB", "Europe/London")]).platform(of, &shipped(of))
}

#[test]
fn mux_views_count_once_however_often_they_come() {
    let scenario = source("mux", "tiktok_shop_live")
        .export("mux/2026-11-19/views.csv.gz", "country,playback_failure,rebuffer_count,rebuffer_duration,video_id,video_startup_time,view_id,view_start,viewer_user_id,watch_time\n")
        .export("mux/2026-11-20/views.csv.gz", fixture("mux/views_redelivered.csv"))
        .export("mux/2026-11-21/views.csv.gz", "country,playback_failure,rebuffer_count,rebuffer_duration,video_id,video_startup_time,view_id,view_start,viewer_user_id,watch_time\n");
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "quality",
        "of_platform       slot     broadcast_id  views  starts  good_starts  p50_first_frame_ms  p95_first_frame_ms  stalls  stall_seconds  watch_seconds  failures  viewers  viewers_hit
         tiktok_shop_live  morning  r1            3      2       1            412                 650                 2       1.5            90             1         3        2",
    );
}

#[test]
fn one_s_own_player_says_everything() {
    let views = String::from_utf8(fixture("player/views.ndjson")).unwrap();
    // A file has a record: one of the next day.
    let next = views.lines().next().unwrap().replace("1795165200000", "1795251600000").replace("w1", "x1") + "\n";
    let scenario = source("player", "events")
        .export("player/dt=2026-11-20/a.ndjson.gz", views)
        .export("player/dt=2026-11-21/a.ndjson.gz", next);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "quality",
        "slot     broadcast_id  host_id  views  good_start_share  stall_ratio  failure_share  viewers  viewers_hit  mean_audio_video_offset_ms  mean_bitrate_kbps  rung  rung_share
         morning  r1            h1       3      0.5               0.02         0.3333         2        2            40                          1000               360p  0.5",
    );
}

#[test]
fn agora_minutes_are_added() {
    let scenario = source("agora", "events").export("agora/2026-11-20.csv", fixture("agora/minutes.csv"));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "quality",
        "slot     broadcast_id  views  starts  good_starts  p50_first_frame_ms  stall_seconds  watch_seconds  stall_ratio  failures  viewers
         morning  r1            200    198     175          –                   40             5000           0.008        2         –",
    );
}

#[test]
fn conviva_playing_time_has_stalls_added() {
    let header = "sessionId,startTimeUnixTime,country,asset,viewerId,startupTimeMs,playingTimeMs,bufferingTimeMs,bufferingEvents,startupError,averageBitrateKbps\n";
    let scenario = source("conviva", "events")
        .export("conviva/2026-11-19/a.csv.gz", header)
        .export("conviva/2026-11-20/a.csv.gz", fixture("conviva/sessions.csv"))
        .export("conviva/2026-11-21/a.csv.gz", header);
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "quality",
        "slot     broadcast_id  views  starts  p50_first_frame_ms  p95_first_frame_ms  stalls  stall_seconds  watch_seconds  stall_ratio  failures  mean_bitrate_kbps
         morning  r1            3      2       500                 900                 3       10             200            0.05         1         1500",
    );
}

#[test]
fn apsaravideo_sessions_are_counted_by_their_end() {
    let sessions = String::from_utf8(fixture("apsaravideo/sessions.ndjson")).unwrap();
    let other =
        |at: &str| sessions.lines().next().unwrap().replace("1795165200000", at).replace("\"s1", "\"x") + "\n";
    let (before, after) = (other("1795078800000"), other("1795251600000"));
    let scenario = source("apsaravideo", "events")
        .export("apsaravideo/20261119/a.ndjson", before)
        .export("apsaravideo/20261120/a.ndjson", sessions)
        .export("apsaravideo/20261121/a.ndjson", after.replace("\"x", "\"y"));
    settle(&scenario, "2026-11-20", "2026-11-20").exits(0).expect_table(
        "quality",
        "slot     broadcast_id  views  starts  good_starts  stalls  stalled_views  failures  viewers  viewers_hit  rung
         morning  r1            3      2       1            1       1              1         3        2            HD",
    );
}
