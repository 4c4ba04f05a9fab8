//! A date and times of day beside it.

use super::super::{Drafted, IntervalColumns, IntervalEnd, Sample, draft};
use super::*;

const COUNTS: &str = "Room | Impressions | Clicks";

/// A table of a date, more columns of time, and counts.
fn table(header: &str, rows: &[&str]) -> Peek {
    let rows: Vec<String> =
        rows.iter().enumerate().map(|(at, row)| format!("{row} | r{at} | 1000 | 4{at}")).collect();
    text(&format!("{header} | {COUNTS}\n{}", rows.join("\n")))
}

fn drafted(peek: &Peek) -> Drafted {
    draft("new", Sample { file: "a.csv", peek, finding: &look(peek) }, &[])
}

/// The line of the period in a draft, and what is asked.
fn period(header: &str, rows: &[&str]) -> (String, String) {
    let Drafted { text, to_decide, .. } = drafted(&table(header, rows));
    let line = text.lines().find(|line| line.contains("period: {")).unwrap_or_default();
    (line.trim().to_owned(), to_decide.join("\n"))
}

const APART: &str =
    "# period: {start: {column: \"Date\", time: \"Start time\", format: \"%Y-%m-%d %H:%M\", timezone: ZONE}, ";

#[test]
fn a_session_between_two_times_of_a_date_ends_at_the_second() {
    let rows = ["2026-11-10 | 09:00 | 11:00", "2026-11-10 | 18:00 | 21:00", "2026-11-11 | 22:00 | 01:00"];
    let (line, asked) = period("Date | Start time | End time", &rows);
    let end = "end: {column: \"Date\", time: \"End time\", format: \"%Y-%m-%d %H:%M\", timezone: ZONE}}";
    assert_eq!(line, format!("{APART}{end}"));
    assert!(!asked.contains("how long"), "{asked}");
    // On no full hour, and by other names.
    let rows = ["2026-11-10 | 22:30 | 00:30", "2026-11-11 | 22:30 | 01:00"];
    let (line, _) = period("Day | From | To", &rows);
    assert!(line.contains("time: \"From\"") && line.contains("end: {column: \"Day\", time: \"To\""), "{line}");
}

#[test]
fn a_length_on_full_hours_is_no_hour() {
    let rows = ["2026-11-10 | 09:00 | 2:00:00", "2026-11-10 | 18:00 | 3:00:00"];
    let (line, asked) = period("Date | Start time | Duration", &rows);
    assert_eq!(line, format!("{APART}length: \"Duration\"}}"));
    assert!(!asked.contains("how long"), "{asked}");
}

#[test]
fn a_start_on_full_hours_alone_is_asked_for_its_length() {
    for rows in [
        &["2026-11-10 | 18:00", "2026-11-11 | 18:00", "2026-11-12 | 22:00"][..],
        &["2026-11-10 | 18:00", "2026-11-10 | 19:00", "2026-11-10 | 21:00", "2026-11-10 | 22:00"],
    ] {
        let (line, asked) = period("Date | Start time", rows);
        assert!(line.starts_with(APART) && asked.contains("how long a row is"), "{line}\n{asked}");
    }
    // Hours without gaps are hours, and so is what is called one.
    let rows = ["2026-11-10 | 18:00", "2026-11-10 | 19:00", "2026-11-10 | 20:00", "2026-11-11 | 07:00"];
    assert_eq!(look(&table("Date | Time", &rows)).when, IntervalColumns::Day { date: 0, hour: Some(1) });
    let rows = ["2026-11-10 | 18", "2026-11-10 | 21", "2026-11-11 | 07"];
    assert_eq!(look(&table("Date | Hour", &rows)).when, IntervalColumns::Day { date: 0, hour: Some(1) });
    // A range says its end itself.
    let rows = ["2026-11-10 | 09:00-11:00", "2026-11-11 | 22:00-01:00"];
    assert_eq!(look(&table("Date | Time", &rows)).when, IntervalColumns::Day { date: 0, hour: Some(1) });
}

#[test]
fn steps_below_an_hour_are_the_grain() {
    for (step, seconds) in [(10, 600), (30, 1_800)] {
        let rows: Vec<String> =
            (0..6).map(|at| format!("2026-11-10 | {}:{:02}", 18 + at * step / 60, at * step % 60)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let when = IntervalColumns::Span { start: 0, time: Some(1), end: IntervalEnd::Grain(seconds) };
        assert_eq!(look(&table("Date | Time", &rows)).when, when);
    }
}

#[test]
fn a_whole_day_beside_times_that_nothing_uses_is_asked() {
    for (header, values) in [
        ("Hour", ["1", "12", "24"]),
        ("Hour ending", ["12", "19", "23"]),
        ("Hour ending", ["12:00", "19:00", "23:00"]),
        ("End time", ["12:30", "19:30", "23:30"]),
        ("Time", ["evening", "noon", "evening"]),
    ] {
        let rows = values.map(|value| format!("2026-11-10 | {value}"));
        let (line, asked) = period(&format!("Date | {header}"), &rows.each_ref().map(String::as_str));
        assert_eq!(line, "# period: {date: \"Date\", format: \"%Y-%m-%d\", timezone: ZONE}", "{header}");
        assert!(asked.contains(&format!("what `{header}`, such as `{}`", values[0])), "{header}: {asked}");
    }
    // How long somebody watched is no time of day.
    let (_, asked) = period("Date | Watch time", &["2026-11-10 | 12:30", "2026-11-11 | 13:30"]);
    assert!(!asked.contains("Watch time"), "{asked}");
}

#[test]
fn a_file_in_the_folder_of_a_country_and_a_day_is_found_there() {
    let of = |file: &str, lines: &str| {
        let peek = text(lines);
        let drafted = draft("x", Sample { file, peek: &peek, finding: &look(&peek) }, &[]);
        let path = drafted.text.lines().find(|line| line.trim().starts_with("path: ")).map(str::trim);
        (path.unwrap_or_default().to_owned(), drafted.lies_at)
    };
    let dated = "Date | Impressions | Clicks\n2026-11-10 | 1000 | 40\n2026-11-11 | 2000 | 41";
    let path = |path: &str, lies_at: &str| (format!("path: \"{path}\""), lies_at.to_owned());
    assert_eq!(of("x/BR/2026-11-10/all.csv", dated), path("x/{market}/*/*", "x/BR/2026-11-10/all.csv"));
    assert_eq!(of("in/x/BR/all.csv", dated), path("x/{market}/*", "x/BR/all.csv"));
    assert_eq!(of("all.csv", dated), path("x/{market}/*", "x/MARKET/all.csv"));
    let undated = "Video | Impressions | Clicks\na | 1000 | 40\nb | 2000 | 41";
    let expected = path("x/{market}/{date:%Y-%m-%d}/*", "x/BR/2026-11-10/all.csv");
    assert_eq!(of("x/BR/2026-11-10/all.csv", undated), expected);
    assert_eq!(of("x/BR/all.csv", undated).1, "x/BR/DATE/all.csv");
}

#[test]
fn an_end_that_is_that_of_the_range_is_none_of_the_rows() {
    let range = "2026-12-31 23:59:59";
    let rows = ["2026-12-06 04:27:00", "2026-12-06 07:40:00", "2026-12-07 07:55:00"];
    let with_length: Vec<String> = rows.iter().map(|start| format!("{start} | {range} | 1:05:00")).collect();
    let with_length: Vec<&str> = with_length.iter().map(String::as_str).collect();
    for rows in [&with_length[..], &with_length[..1]] {
        let (line, _) = period("Start time | End time | Duration", rows);
        assert!(line.contains("length: \"Duration\"") && !line.contains("End time"), "{line}");
    }
    let without: Vec<String> = rows.iter().map(|start| format!("{start} | {range}")).collect();
    let (_, asked) = period("Start time | End time", &without.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(asked.contains("how long a row is"), "{asked}");
    // Rows that differ may well end at the same time, within a day.
    let rows = ["2026-12-06 04:27:00 | 2026-12-06 09:00:00", "2026-12-06 07:40:00 | 2026-12-06 09:00:00"];
    let (line, _) = period("Start time | End time", &rows);
    assert!(line.contains("end: {column: \"End time\""), "{line}");
}
