//! Drafts of platform files.

use super::super::draft;
use super::*;

fn drafted(peek: &Peek) -> String {
    draft("new", "a.csv", peek, &look(peek))
}

/// Asserts that a draft has these lines, comments behind them left out.
fn has(draft: &str, lines: &[&str]) {
    for line in lines {
        let is_it = |drafted: &str| drafted.split("   #").next().unwrap_or_default().trim() == *line;
        assert!(draft.lines().any(is_it), "`{line}` is not in\n{draft}");
    }
}

#[test]
fn a_proven_room_entry_is_drafted_with_its_check() {
    let draft = drafted(&sheet("Sheet1", super::rates::TIKTOK));
    has(
        &draft,
        &[
            "conventions: {impression: displays, click: room_entry, uniques: broadcast}",
            "# `Tap-through rate` is Views ÷ Impressions in 4 of 4 rows.",
            "path: \"new/{market}/*.xlsx\"",
            "format: xlsx",
            "description_rows: 1",
            "newest: {by: modified, per: broadcast}",
            "period: {start: {column: \"Start time\", format: \"%Y-%m-%d %H:%M:%S\", timezone: market}, length: \"LIVE duration\"}",
            "broadcast_id: \"LIVE ID\"",
            "impressions: \"Impressions\"",
            "entries: \"Views\"",
            "entrants: \"Viewers\"",
            "entries_per_impressions: {column: \"Tap-through rate\", of: entries, among: impressions}",
        ],
    );
    // What nothing proves is only proposed.
    assert!(draft.contains("# dwell_seconds: {of: entrants, times: \"Avg. viewing duration\"}"), "{draft}");
}

#[test]
fn the_trap_is_drafted_without_impressions_or_clicks_and_says_why() {
    let draft = drafted(&text(super::rates::TRAP));
    assert!(draft.contains("# This export yields no click rate of the cover:"), "{draft}");
    assert!(!draft.contains("impressions:") && !draft.contains("clicks:") && !draft.contains("ctr:"), "{draft}");
    has(
        &draft,
        &["entries: \"Views\"", "orders: \"Orders\"", "totals: {column: \"Livestream\", words: [\"Total\"]}"],
    );
}

#[test]
fn clicks_follow_from_impressions_and_a_claimed_rate() {
    has(
        &drafted(&text(super::rates::REACH)),
        &[
            "conventions: {impression: displays, click: cover_tap, uniques: day}",
            "newest: {by: modified, per: period}",
            "period: {date: \"date\", format: \"%Y%m%d\", timezone: America/Los_Angeles}",
            "clicks: {of: impressions, times: {column: \"video_thumbnail_impressions_ctr\", unit: fraction}}",
        ],
    );
}

#[test]
fn impressions_follow_from_views_and_a_claimed_tap_through_rate() {
    let peek = text(
        "LIVE ID | Start time | Views | Tap-through rate\n1 | 2026-11-20 19:00 | 27 | 1.35%\n2 | 2026-11-21 19:00 | 31 | 2.5%",
    );
    has(&drafted(&peek), &["impressions: {of: entries, divided_by: {column: \"Tap-through rate\"}}"]);
}

#[test]
fn a_german_draft_has_its_encoding_its_signs_and_its_total() {
    let mut peek = text(super::tables::GERMAN);
    peek.encoding = Some("utf-16le");
    peek.format = PeekFormat::Delimited { delimiter: b'\t' };
    has(
        &drafted(&peek),
        &[
            "path: \"new/{market}/{start:%Y-%m-%d}_{end:%Y-%m-%d}.*\"",
            "format: tsv",
            "encoding: utf-16le",
            "numbers: {decimal: \",\", group: \".\"}",
            "totals: {column: \"Inhalte\", words: [\"Gesamt\"]}",
            "period: path",
            "clicks: {of: impressions, times: {column: \"Klickrate der Impressionen (%)\", unit: percent}}",
        ],
    );
}
