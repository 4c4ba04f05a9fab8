//! Tables of how views went: what players, Mux, Conviva, Agora and `ApsaraVideo` are known to call their columns.

use super::Finding;
use super::column_kind::ColumnKind;
use super::name::fold;

/// Keys of `columns`, and the names that their columns have.
#[rustfmt::skip]
const KNOWN: &[(&str, &[&str])] = &[
    ("view_id", &["view_id", "viewId", "sessionId", "session_id", "play_session_id", "playSessionId", "play_id", "播放会话ID"]),
    ("occurred_at", &["view_start", "startTimeUnixTime", "playTime", "play_time", "started_at", "started_ms", "start_time", "startTime", "view_started_at", "播放开始时间"]),
    ("host_id", &["host_id", "host", "anchor_id", "主播ID"]),
    ("viewer_id", &["viewer_user_id", "mux_viewer_id", "viewerId", "viewer_id", "viewer", "user_id", "uid", "traceId", "用户ID"]),
    ("first_frame_ms", &[
        "video_startup_time", "startupTimeMs", "first_frame_ms", "firstFrameMs", "firstFrameCost", "first_frame_time", "first_frame_cost",
        "first_frame_duration", "ttff", "ttff_ms", "首帧耗时", "首帧时长", "首屏时间", "首帧时间",
    ]),
    ("stall_ms", &["rebuffer_duration", "bufferingTimeMs", "stall_ms", "stalled_ms", "stuckDuration", "stuck_duration", "freeze_ms", "卡顿时长"]),
    ("stall_seconds", &["stall_seconds", "rebuffer_seconds", "rebuffering_seconds"]),
    ("stalls", &["rebuffer_count", "bufferingEvents", "stalls", "stall_count", "stuckCount", "stuck_count", "卡顿次数"]),
    ("watch_ms", &["watch_time", "watch_ms", "watched_ms", "playDuration", "play_duration", "观看时长"]),
    ("watch_seconds", &["watch_seconds"]),
    ("playing_ms", &["playing_time", "playingTimeMs", "playing_ms"]),
    ("audio_video_offset_ms", &["audio_video_offset_ms", "av_offset_ms", "av_sync_ms", "avsync", "音画偏移"]),
    ("failed", &["playback_failure", "startupError", "failed", "is_failed", "play_failed", "播放失败"]),
    ("bitrate_kbps", &["averageBitrateKbps", "bitrate_kbps", "kbps", "videoBitrate"]),
    ("bitrate_bps", &["weighted_average_bitrate", "bitrate_bps"]),
    ("rung", &["rung", "rendition", "definition", "清晰度"]),
];

/// What only a player measures: one of them has to be there.
const MEASURED: [&str; 4] = ["first_frame_ms", "stall_ms", "stall_seconds", "stalls"];
/// Besides that, so many other keys.
const ENOUGH: usize = 3;

/// The columns of a table of how views went, by their keys in the order of the keys; `None` of any other table.
pub(super) fn find(finding: &Finding) -> Option<Vec<(&'static str, usize)>> {
    let place = |names: &[&str]| {
        let is_named = |name: &str| names.iter().any(|known| fold(known) == name);
        finding.columns.iter().position(|column| column.kind != ColumnKind::Empty && is_named(&fold(&column.raw)))
    };
    let found: Vec<(&str, usize)> = KNOWN.iter().filter_map(|(key, names)| Some((*key, place(names)?))).collect();
    let measured = found.iter().filter(|(key, _)| MEASURED.contains(key)).count();
    (measured > 0 && found.len() >= measured.min(1) + ENOUGH).then_some(found)
}
