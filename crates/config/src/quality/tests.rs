//! What is read of exports of quality, and what is refused.

use std::collections::BTreeSet;

use super::*;
use crate::definition::Rows;
use crate::testing::{self, WORKING, changed};
use crate::{CoverRule, Platform, platform};

const SOURCE: &str = "version: 1
of: tiktok
settle: 24h
max_slow_starts: 0.2
exports:
  - name: views
    rows: quality
    grain: view
    path: \"mux/{date:%Y-%m-%d}/*.csv\"
    day: {timezone: UTC}
    format: csv
    columns:
      view_id: view_id
      occurred_at: view_start
      market: {column: country}
      broadcast_id: video_id
      host_id: room
      viewer_id: viewer
      first_frame_ms: startup
      stall_seconds: rebuffer
      stalls: rebuffers
      playing_ms: played
      audio_video_offset_ms: skew
      failed: {column: outcome, values: {error: true, ended: false}}
      bitrate_kbps: kbps
      rung: rendition
";

fn source(changes: &[(&str, &str)]) -> (Option<Platform>, Vec<String>) {
    let markets = BTreeSet::from(["US".to_owned()]);
    testing::read(&changed(SOURCE, changes), |at| platform::read(at, Some(&markets)))
}

#[test]
fn every_key_of_views_is_read() {
    let (platform, problems) = source(&[]);
    assert_eq!(problems, <[&str; 0]>::default());
    let platform = platform.unwrap();
    assert!(platform.is_quality_source());
    assert_eq!((platform.of.as_ref().unwrap().as_str(), platform.max_slow_starts), ("tiktok", Some(0.2)));
    let export = &platform.exports[0];
    assert_eq!(export.columns.cover_id, CoverRule::Unsaid);
    assert!(export.offered(false).is_empty(), "nothing is counted");
    let Rows::Quality(rows) = &export.rows else { panic!("not quality") };
    let scaled = |name: &str, one_is| Scaled { column: ColumnName::new(name), one_is };
    assert!(rows.is_of_views());
    assert_eq!(rows.first_frame, Some(scaled("startup", 1)));
    assert_eq!(rows.stall, Some(scaled("rebuffer", 1_000)));
    assert_eq!(rows.watch, Some(Watch { time: scaled("played", 1), has_stalls: false }));
    assert_eq!(rows.bitrate, Some(scaled("kbps", 1_000)));
    assert!(rows.failed.as_ref().unwrap().values["error"]);
    assert_eq!(rows.host_id, Some(ColumnName::new("room")));
}

#[test]
fn rows_of_many_views_have_numbers_of_views() {
    let (start, _) = SOURCE.split_once("      view_id").unwrap();
    let of_many = format!(
        "{}      occurred_at: minute\n      market: {{column: country}}\n      broadcast_id: room\n      views: views\n      \
         starts: starts\n      started_within_600ms: fast\n      failures: failed\n      stalled_views: stalled\n",
        start.replace("grain: view", "grain: minute")
    );
    let read = |text: &str| {
        let markets = BTreeSet::from(["US".to_owned()]);
        testing::read(text, |at| platform::read(at, Some(&markets)))
    };
    let (platform, problems) = read(&of_many);
    assert_eq!(problems, <[&str; 0]>::default());
    let Rows::Quality(rows) = &platform.unwrap().exports[0].rows else { panic!("not quality") };
    assert_eq!((rows.grain, &rows.view_id), (QualityGrain::Minute, &None));
    let without_views = of_many.replace("      views: views\n", "");
    let expected =
        "line 12, `exports[0].columns.views`: missing (expected the column with the number of views of a row)";
    assert_eq!(read(&without_views).1, [expected]);
    let of_one = of_many.replace("failures: failed", "viewer_id: v\n      first_frame_ms: startup");
    let message = "is of one view, and a mean or a percentile of many cannot be added (expected in `grain: view`; of many views: `starts`, `started_within_600ms`, `failures`)";
    assert_eq!(
        read(&of_one).1,
        [
            format!("line 19, `exports[0].columns.viewer_id`: {message}"),
            format!("line 20, `exports[0].columns.first_frame_ms`: {message}"),
        ]
    );
    let without_starts = of_many.replace("      starts: starts\n", "");
    assert_eq!(
        read(&without_starts).1,
        [
            "line 17, `exports[0].columns.started_within_600ms`: is a part of `starts`, which is not mapped (map the number of views that had a first frame)"
        ]
    );
}

#[test]
fn one_fault_gives_one_problem() {
    let table: &[(&str, &str, &str)] = &[
        (
            "settle: 24h",
            "settle: 24h\nconventions: {impression: displays, click: cover_tap}",
            "line 4, `conventions`: does not go with `of`: it says how a platform counts, and this one counts nothing (take it out)",
        ),
        (
            "settle: 24h",
            "settle: 24h\nmax_orphan_share: 0.1",
            "line 4, `max_orphan_share`: does not go with `of`: it says how a platform counts, and this one counts nothing (take it out)",
        ),
        (
            "stall_seconds: rebuffer",
            "stall_seconds: rebuffer\n      stall_ms: other",
            "line 20, `exports[0].columns.stall_seconds`: says what another key says in another unit (expected one of the two)",
        ),
        (
            "playing_ms: played",
            "playing_ms: played\n      watch_ms: watched",
            "line 22, `exports[0].columns.playing_ms`: is the time watched without stalls, and the time with them is mapped too (expected one of the two)",
        ),
        (
            "      stall_seconds: rebuffer\n",
            "",
            "line 21, `exports[0].columns.playing_ms`: is the time without stalls, to which `stall_ms` or `stall_seconds` is added, and neither is mapped",
        ),
        (
            "rung: rendition",
            "views: many",
            "line 26, `exports[0].columns.views`: is a number of views, and a row of `grain: view` is one (expected in `grain: minute` or `broadcast`)",
        ),
        (
            "rung: rendition",
            "cover_id: cover",
            "line 26, `exports[0].columns.cover_id`: `cover_id` belongs to `rows: events` and `rows: impressions` and `rows: counts` and `rows: covers`, not to this export's rows",
        ),
        (
            "grain: view",
            "grain: session",
            "line 8, `exports[0].grain`: `session` is not what a row is of (expected: `view`, `minute`, `broadcast`)",
        ),
    ];
    for (from, to, expected) in table {
        assert_eq!(source(&[(from, to)]).1, [*expected]);
    }
}

#[test]
fn a_source_and_a_platform_that_counts_are_two_files() {
    let (_, problems) = source(&[("of: tiktok\n", "conventions: {impression: displays, click: cover_tap}\n")]);
    assert_eq!(problems, ["line 4, `max_slow_starts`: goes only with `of`: nothing here says how views began"]);
    let counting = [
        ("of: tiktok\n", "conventions: {impression: displays, click: cover_tap}\n"),
        ("max_slow_starts: 0.2\n", ""),
    ];
    let message = "`rows: quality` goes in a platform file of its own, with `of` (the platform whose broadcasts it watched), so that a late file of it never holds that platform's days back";
    assert_eq!(source(&counting).1, [format!("line 6, `exports[0].rows`: {message}")]);
}

#[test]
fn a_bound_on_slow_starts_takes_an_export_that_tells_them() {
    let message = "no export says how soon views began (expected `first_frame_ms` or `first_frame_seconds` of single views in one, or `started_within_600ms` of many)";
    let without = ("      first_frame_ms: startup\n", "");
    assert_eq!(source(&[without]).1, [format!("line 4, `max_slow_starts`: {message}")]);
    assert_eq!(source(&[without, ("max_slow_starts: 0.2\n", "")]).1, <[&str; 0]>::default());
}

#[test]
fn of_names_another_platform_that_counts() {
    let told = |of: &str, more: &[(&str, String)]| {
        let folder = tempfile::tempdir().unwrap();
        let mut files: Vec<(&str, String)> =
            WORKING.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        files.push(("config/platforms/mux.yaml", changed(SOURCE, &[("of: tiktok", &format!("of: {of}"))])));
        files.extend(more.iter().cloned());
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let loaded = crate::load(&folder.path().join("config"), &folder.path().join("jobs"));
        let problems = loaded.err().map(|error| error.problems).unwrap_or_default();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told("tiktok", &[]), <[&str; 0]>::default());
    let ends = |problems: Vec<String>, end: &str| {
        assert!(matches!(&problems[..], [one] if one.ends_with(end)), "{problems:?}");
    };
    ends(told("tiktik", &[]), "line 2, `of`: unknown platform `tiktik` (known: `tiktok`; did you mean `tiktok`?)");
    ends(
        told("mux", &[]),
        "line 2, `of`: `mux` cannot be of itself (expected the platform whose broadcasts it watched; known: `tiktok`)",
    );
    let other = ("config/platforms/agora.yaml", SOURCE.to_owned());
    ends(
        told("agora", &[other]),
        "line 2, `of`: `agora` is a source of quality itself, which has no broadcasts (known: `tiktok`)",
    );
}
