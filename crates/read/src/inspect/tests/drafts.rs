//! Drafts of platform files.

use super::super::{Drafted, Sample, draft};
use super::*;

fn asked(peek: &Peek) -> Drafted {
    draft("new", Sample { file: "a.csv", peek, finding: &look(peek) }, &[])
}

fn drafted(peek: &Peek) -> String {
    asked(peek).text
}

/// Asserts that a draft has these lines, comments behind them left out.
fn has(draft: &str, lines: &[&str]) {
    for line in lines {
        let is_it = |drafted: &str| drafted.trim().split("   #").next().unwrap_or_default().trim() == *line;
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
            "entries_per_impressions: {column: \"Tap-through rate\", unit: signed, of: entries, among: impressions}",
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
        &[
            "broadcast_id: {columns: [\"Livestream\", \"Start Time\"]}",
            "entries: \"Views\"",
            "orders: \"Orders\"",
            "totals: {column: \"Livestream\", words: [\"Total\"]}",
        ],
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
    has(
        &drafted(&peek),
        &["impressions: {of: entries, divided_by: {column: \"Tap-through rate\", unit: signed}}"],
    );
}

#[test]
fn a_german_draft_has_its_encoding_its_signs_and_its_total() {
    let mut peek = text(super::tables::GERMAN);
    peek.encoding = Some("utf-16le");
    peek.format = PeekFormat::Delimited { dialect: coverledger_config::Dialect::by(b'\t') };
    has(
        &drafted(&peek),
        &[
            "path: \"new/{market}/{date:%Y-%m-%d}/*\"",
            "# day: {timezone: America/Los_Angeles}",
            "format: tsv",
            "encoding: utf-16le",
            "numbers: {decimal: \",\", group: \".\"}",
            "totals: {column: \"Inhalte\", words: [\"Gesamt\"], cap: 500}",
            "# period: {from: path, timezone: America/Los_Angeles}",
            "clicks: {of: impressions, times: {column: \"Klickrate der Impressionen (%)\", unit: percent}}",
        ],
    );
}

/// Studio's table over a month: four videos, each with the day on which it came out.
fn studio(published: &str, dates: [&str; 2]) -> Peek {
    text(&format!(
        "Content | Video title | {published} | Duration | Views | Impressions | Impressions click-through rate (%)
        Total | | | | 1500 | 50010 | 4.21
        aaaaaaaaaa1 | First | {} | 4000 | 1000 | 30000 | 4.07
        aaaaaaaaaa2 | Second | {} | 3000 | 500 | 20000 | 4.42",
        dates[0], dates[1]
    ))
}

#[test]
fn the_day_of_a_publication_is_no_period() {
    for (published, dates) in [
        ("Video publish time", ["Feb 19, 2023", "Oct 30, 2026"]),
        ("Ver\u{ad}öffentlichungs\u{ad}zeitpunkt des Videos", ["19.02.2023", "30.10.2026"]),
        ("Horário de publicação do vídeo", ["2023-02-19", "2026-10-30"]),
        ("Fecha de creación", ["2023-02-19 10:00:00", "2026-10-30 10:00:00"]),
        ("发布时间", ["2023-02-19", "2026-10-30"]),
    ] {
        let peek = studio(published, dates);
        assert_eq!(look(&peek).when, super::super::IntervalColumns::Nowhere, "{published}");
        let Drafted { text, to_decide, .. } = asked(&peek);
        assert!(to_decide[0].contains("`columns.period`"), "{to_decide:?}");
        assert!(!text.lines().any(|line| line.trim().starts_with("period:")), "{text}");
        assert!(text.contains("says when something was published"), "{text}");
        let told = said(&peek, "time").concat();
        assert!(
            told.starts_with("no column says when (`") && told.ends_with("the path of the file has to"),
            "{told}"
        );
    }
}

#[test]
fn what_is_only_guessed_is_asked() {
    let asks = |lines: &str, about: &str| {
        let Drafted { text, to_decide, .. } = asked(&text(lines));
        assert!(to_decide.iter().any(|question| question.contains(about)), "{about}: {to_decide:?}\n{text}");
        assert!(!text.lines().any(|line| line.trim().starts_with("period:")), "{text}");
    };
    let table = "LIVE ID | START | LENGTH | Impressions | Views\n1 | A | B | 90 | 5\n2 | C | D | 80 | 6";
    let with = |start: &str, length: &str, [a, b, c, d]: [&str; 4]| {
        let named = table.replace("START", start).replace("LENGTH", length);
        let row = |text: &str| text.replace(" A ", &format!(" {a} ")).replace(" B ", &format!(" {b} "));
        row(&named).replace(" C ", &format!(" {c} ")).replace(" D ", &format!(" {d} "))
    };
    let walls = ["2026-11-20 19:00", "1h", "2026-11-21 19:00", "2h"];
    let epochs = ["1795165200", "1h", "1795251600", "2h"];
    asks(&with("Start time", "LIVE duration", walls), "whose clock `Start time` is on");
    asks(&with("When", "LIVE duration", epochs), "whether `When` is when a row begins");
    asks(&with("Start time (UTC)", "Something", epochs), "how long a row is");
    asks(
        &with("Start time (UTC)", "LIVE duration", ["1795165200", "60", "1795251600", "90"]),
        "what `LIVE duration` is counted in",
    );
    asks(
        &with("Start time (UTC)", "LIVE duration", ["1795165200", "1:30", "1795251600", "0:45"]),
        "hours and minutes",
    );
    asks(
        &with("Start time (UTC)", "LIVE duration", ["03/04/2026 19:00", "1h", "05/06/2026 19:00", "2h"]),
        "whether the day or the month comes first",
    );
    asks("Day | Impressions | Clicks\n2026-11-20 | 5 | 1\n2026-11-21 | 6 | 1", "whose day `Day` is");
    // The same hour of every day is no length of a row.
    asks(
        "LIVE ID | start_time | Views\n1 | 1795165200 | 5\n2 | 1795251600 | 6\n3 | 1795338000 | 6\n4 | 1795424400 | 6",
        "how long a row is: they are 24h apart",
    );
}

#[test]
fn what_the_file_says_is_not_asked() {
    let peek = text(
        "LIVE ID | Start time (GMT+8) | Duration | Impressions | Clicks
        1 | 2026-11-20 19:00 | 1h | 90 | 5
        2 | 2026-11-21 19:00 | 2h | 80 | 6",
    );
    let Drafted { text: draft, to_decide, .. } = asked(&peek);
    assert_eq!(to_decide, <[&str; 0]>::default());
    has(
        &draft,
        &[
            "newest: {by: modified, per: broadcast}",
            "period: {start: {column: \"Start time (GMT+8)\", format: \"%Y-%m-%d %H:%M\", timezone: Asia/Shanghai}, length: \"Duration\"}",
        ],
    );
}

#[test]
fn an_offset_with_summer_time_nowhere_has_a_zone_of_its_own() {
    let peek = text(
        "LIVE ID | Start time (GMT+1) | Duration | Impressions
        1 | 2026-11-20 19:00 | 1h | 90
        2 | 2026-11-21 19:00 | 2h | 80",
    );
    assert!(drafted(&peek).contains("timezone: Etc/GMT-1}"), "{}", drafted(&peek));
}

#[test]
fn no_cap_is_read_off_the_number_of_rows_and_the_word_of_a_total_holds_tomorrow() {
    let rows: String = (0..700)
        .fold(String::new(), |rows, row| format!("{rows}Camp {} | 2026-10-01 | {} | 1\n", row % 7, 1000 + row));
    let peek =
        text(&format!("Campaign | Date | Impressions | Clicks\n{rows}Total of 700 results | - | 944650 | 700"));
    has(&drafted(&peek), &["totals: {column: \"Campaign\", words: [\"Total of\"]}"]);
    assert!(!drafted(&peek).contains("cap:"));
    has(
        &drafted(&studio("Video publish time", ["Feb 19, 2023", "Oct 30, 2026"])),
        &["totals: {column: \"Content\", words: [\"Total\"], cap: 500}"],
    );
}

#[test]
fn clicks_that_a_rate_shows_to_be_others_are_only_proposed() {
    let peek = text(
        &super::rates::TRAP
            .replace("Product Clicks", "Clicks")
            .replace("Duration", "Impressions")
            .replace("01:00:05", "90000"),
    );
    let Drafted { text, .. } = asked(&peek);
    assert!(text.contains("`CTR` is Clicks ÷ Views, so these may be clicks on something else"), "{text}");
    assert!(text.contains("        # clicks: \"Clicks\""), "{text}");
}

#[test]
fn a_rate_that_may_be_in_percent_or_not_derives_nothing() {
    let peek = text(
        "Date | Impressions | Impressions click-through rate\n2026-11-20 | 500 | 0.43\n2026-11-21 | 600 | 0.5",
    );
    let Drafted { text, .. } = asked(&peek);
    assert!(
        text.contains(
            "# clicks: {of: impressions, times: {column: \"Impressions click-through rate\", unit: fraction}}"
        ),
        "{text}"
    );
    assert!(text.contains("`unit: percent`"), "{text}");
}

#[test]
fn a_log_of_displays_is_drafted_as_such() {
    let rows = (0..40).fold(String::new(), |rows, row| {
        format!(
            "{rows}2026-10-01T10:00:{row:02}Z | {row} | {} | {} | 0.0 | 0.0\n",
            row % 3 + 1,
            u8::from(row % 20 == 0)
        )
    });
    let peek = text(&format!("at | item | position | click | affinity_0 | affinity_1\n{rows}"));
    assert_eq!(said(&peek, "contradictions"), <[&str; 0]>::default());
    let Drafted { text, to_decide, export, .. } = asked(&peek);
    assert_eq!((to_decide.len(), export), (0, "impressions"));
    has(&text, &["rows: impressions", "occurred_at: {column: \"at\", format: rfc3339}", "clicked: \"click\""]);
}

#[test]
fn languages_become_lists_of_names() {
    let english = studio("Video publish time", ["Feb 19, 2023", "Oct 30, 2026"]);
    let mut german = english.clone();
    let names = [
        "Inhalte",
        "Videotitel",
        "Veröffentlicht",
        "Dauer",
        "Aufrufe",
        "Impressionen",
        "Klickrate der Impressionen (%)",
    ];
    german.tables[0].rows[0] = names.iter().map(|name| PeekCell::Text((*name).to_owned())).collect();
    let mut comma = german.clone();
    comma.tables[0].rows[1][6] = PeekCell::Text("4,21".to_owned());
    for row in &mut comma.tables[0].rows[2..] {
        row[6] = PeekCell::Text("4,1".to_owned());
    }
    let (one, two, three) = (look(&english), look(&german), look(&comma));
    let sample = |file, peek, finding| Sample { file, peek, finding };
    let others = [sample("de.csv", &german, &two), sample("at.csv", &comma, &three)];
    let Drafted { text, .. } = draft("new", sample("en.csv", &english, &one), &others);
    has(
        &text,
        &[
            "broadcast_id: [\"Content\", \"Inhalte\"]",
            "impressions: [\"Impressions\", \"Impressionen\"]",
            "entries: [\"Views\", \"Aufrufe\"]",
            "totals: {column: [\"Content\", \"Inhalte\"], words: [\"Total\"], cap: 500}",
        ],
    );
    assert!(text.contains("# `at.csv` writes its numbers otherwise: draft a file of its own from it."), "{text}");
}

#[test]
fn how_views_went_is_drafted_as_comments_with_the_units_that_names_have() {
    let mux = "
        view_id | view_start | country | video_id | viewer_user_id | video_startup_time | rebuffer_duration | rebuffer_count | watch_time
        w1 | 2026-11-20T09:00:00Z | GB | r1 | v1 | 412 | 0 | 0 | 60000
        w2 | 2026-11-20T09:00:10Z | GB | r1 | v2 | 650 | 1500 | 2 | 30000";
    let asked = asked(&text(mux));
    assert_eq!((asked.export, asked.to_decide.len()), ("views", 2));
    let draft = &asked.text;
    has(draft, &["rows: quality", "grain: view", "# of: PLATFORM"]);
    for line in [
        "# view_id: \"view_id\"",
        "# occurred_at: {column: \"view_start\", format: rfc3339}",
        "# first_frame_ms: \"video_startup_time\"",
        "# stall_ms: \"rebuffer_duration\"",
        "# watch_ms: \"watch_time\"",
        "# broadcast_id: \"video_id\"",
    ] {
        assert!(draft.contains(line), "`{line}` is not in\n{draft}");
    }
    assert!(!draft.contains("conventions") && !draft.contains("v1"), "no id of a viewer is kept\n{draft}");
    // A table of counts is none.
    assert!(!drafted(&text(super::rates::TRAP)).contains("rows: quality"));
}
