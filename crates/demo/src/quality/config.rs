//! The configuration of the player's telemetry, and of what is kept so that viewers are known again.

use crate::RETURNING_KEY;
use crate::truth::STREAMS;

/// The default, and the least with which it is known who came back within four weeks.
const FEWEST_DAYS: u16 = 35;

/// What `archive.yaml` has besides, for a demo of so many days: all of them are kept.
pub(crate) fn returning(days: u16) -> String {
    let keep = (days + 7).max(FEWEST_DAYS);
    format!(
        r"
# Viewers who come back are known by a keyed hash, in private files that are removed after so many days. Without this nobody is.
returning: {{key_env: {RETURNING_KEY}, keep: {keep}d}}
"
    )
}

/// The file of the player.
pub(crate) fn source_file() -> String {
    format!(
        r#"# The player's telemetry: a row for each view of a stream, one file a day. It has market-days of its own, so that a file that
# comes late does not hold back those of the platform that it watched.
version: 1
of: {platform}
settle: 48h

exports:
  - name: views
    rows: quality
    grain: view                                            # a row is one view
    path: "{source}/{{date:%Y-%m-%d}}.csv.gz"
    day: {{timezone: UTC}}
    late_days: 1
    format: csv
    columns:
      view_id: view_id
      occurred_at: {{column: started_at, format: rfc3339}}
      market: {{column: country, otherwise: reject}}
      broadcast_id: room_id
      host_id: host
      viewer_id: user_id
      first_frame_ms: first_frame_ms
      stall_seconds: stall_seconds
      stalls: stalls
      watch_seconds: watch_seconds
      failed: failed
      bitrate_kbps: bitrate_kbps
      rung: rung
      audio_video_offset_ms: av_offset_ms
"#,
        platform = STREAMS.platform,
        source = STREAMS.source,
    )
}
