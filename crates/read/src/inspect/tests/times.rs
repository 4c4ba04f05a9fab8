//! Whose clock it is.

use std::fmt::Write as _;

use super::super::{IntervalColumns, IntervalEnd, ZoneVerdict};
use super::*;

/// Three days around the spring switch, hour by hour; `skipped` is the hour that the 29th lacks.
fn hours(skipped: Option<usize>) -> Peek {
    const NIGHT: [u32; 24] = [
        40, 30, 20, 10, 10, 20, 50, 100, 200, 210, 220, 230, 240, 250, 260, 270, 280, 300, 400, 500, 500, 400,
        200, 100,
    ];
    let mut lines = "Date | Hour | Impressions\n".to_owned();
    for day in ["2026-03-28", "2026-03-29", "2026-03-30"] {
        for (hour, shown) in NIGHT.iter().enumerate() {
            if day != "2026-03-29" || skipped != Some(hour) {
                let _ = writeln!(lines, "{day} | {hour:02}:00:00 - {hour:02}:59:59 | {shown}");
            }
        }
    }
    text(&lines)
}

fn zones(clock: &ZoneVerdict) -> Vec<&str> {
    match clock {
        ZoneVerdict::Probably { candidates, .. } => candidates[0].zones.iter().map(String::as_str).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_hour_that_is_missing_speaks_for_the_zones_that_skipped_it() {
    let peek = hours(Some(2));
    assert_eq!(zones(&look(&peek).clock), ["Europe/Berlin", "Europe/Madrid", "Europe/Paris"]);
    // London skipped the hour before, and there are rows of it.
    assert_eq!(
        said(&peek, "clock").last().unwrap(),
        "not Europe/London: its clock skipped 01:00 on 2026-03-29, and there are rows of it"
    );
}

#[test]
fn an_hour_that_is_there_rules_out_the_zones_that_skipped_it() {
    let ZoneVerdict::Unknown { ruled_out } = look(&hours(None)).clock else {
        panic!("something speaks for a zone")
    };
    let ruled_out: Vec<&str> = ruled_out.iter().filter_map(|zone| zone.split(':').next()).collect();
    assert_eq!(ruled_out, ["Europe/London", "Europe/Berlin", "Europe/Madrid", "Europe/Paris"]);
}

#[test]
fn an_hour_that_is_there_twice_speaks_for_the_zones_that_repeated_it() {
    // New York went from 01:59 back to 01:00 on 2026-11-01.
    let mut lines = "Date | Hour | Impressions\n".to_owned();
    for (day, hour) in [(31, 22), (31, 23), (1, 0), (1, 1), (1, 1), (1, 2), (1, 3), (2, 0)] {
        let month = if day == 31 { 10 } else { 11 };
        let _ = writeln!(lines, "2026-{month}-{day:02} | {hour} | 7");
    }
    // Chicago and Los Angeles repeated the same hour of their own clocks.
    let finding = look(&text(&lines));
    let ZoneVerdict::Probably { candidates, .. } = &finding.clock else { panic!("{:?}", finding.clock) };
    let found: Vec<&str> = candidates.iter().flat_map(|candidate| &candidate.zones).map(String::as_str).collect();
    assert_eq!(found, ["America/Chicago", "America/Los_Angeles", "America/New_York"]);
}

const STARTS: &str = "
    Livestream | Start Time | Duration | Views
    A | 2026-11-20 19:00 | 01:00:05 | 2976
    B | 2026-11-21 19:00 | 01:10:05 | 1000
    C | 2026-11-22 20:30 | 02:00:05 | 500";

#[test]
fn a_known_start_tells_the_zone() {
    // 19:00 in Jakarta is 12:00 UTC; so it is in Bangkok and Ho Chi Minh City.
    let start = "2026-11-20T12:00:00Z".parse().unwrap();
    let finding = look_with(&text(STARTS), &[start]);
    assert_eq!(zones(&finding.clock), ["Asia/Bangkok", "Asia/Jakarta", "Asia/Ho_Chi_Minh"]);
    let strange = "2026-11-20T12:07:00Z".parse().unwrap();
    assert!(matches!(look_with(&text(STARTS), &[strange]).clock, ZoneVerdict::Unknown { .. }));
}

#[test]
fn nothing_is_said_where_nothing_shows_it() {
    assert_eq!(
        said(&text(STARTS), "clock"),
        ["cannot tell whose; give a known start of a broadcast (`--start 2026-11-20T12:00:00Z`)"]
    );
}

#[test]
fn a_zone_in_the_header_is_believed() {
    let finding = look(&text(&STARTS.replace("Start Time", "Start Time (GMT+7)")));
    assert_eq!(zones(&finding.clock), ["Asia/Bangkok", "Asia/Jakarta", "Asia/Ho_Chi_Minh"]);
}

#[test]
fn the_quiet_hours_of_a_known_audience_tell_a_clock_that_is_not_its_own() {
    // Least happens at 21:00 by the column; it is 04:00 in Jakarta then if the column is UTC.
    let mut lines = "Date | Hour | Impressions | Sales (Rp)\n".to_owned();
    for hour in 0..24_u32 {
        let distance = hour.abs_diff(21).min(24 - hour.abs_diff(21));
        let _ = writeln!(lines, "2026-11-20 | {hour} | {} | 0", 10 + distance * 40);
    }
    // London is on UTC in November.
    assert_eq!(zones(&look(&text(&lines)).clock), ["UTC", "Europe/London"]);
}

#[test]
fn epochs_are_utc_for_certain_and_their_steps_are_the_grain() {
    let peek =
        text("start_time | views\n1763665200 | 5\n1763665260 | 6\n1763665320 | 1\n1763665380 | 2\n1763665440 | 2");
    let finding = look(&peek);
    assert_eq!(finding.when, IntervalColumns::Span { start: 0, time: None, end: IntervalEnd::Grain(60) });
    assert_eq!(said(&peek, "clock"), ["UTC: seconds since 1970, which are UTC"]);
}

#[test]
fn a_bare_date_of_an_unknown_platform_has_no_zone() {
    let peek = text("Date | Impressions | Clicks\n2026-11-20 | 5 | 1\n2026-11-21 | 6 | 1");
    assert!(matches!(look(&peek).clock, ZoneVerdict::Unknown { .. }));
    assert_eq!(said(&peek, "time"), ["`Date`: a whole day; no slot can be told"]);
}

#[test]
fn a_zone_is_a_word_of_its_own() {
    for header in ["Outcome rate", "Dutch views", "GMTO", "UTC8x"] {
        let peek = text(&STARTS.replace("Views", header));
        assert!(matches!(look(&peek).clock, ZoneVerdict::Unknown { .. }), "{header}");
    }
    // Of what a line above the table speaks, nobody knows: it is no more than a guess.
    let above = format!("Exported at 2026-11-23 10:00 UTC | | |\n{}", STARTS.trim_start());
    let ZoneVerdict::Probably { candidates, .. } = look(&text(&above)).clock else { panic!() };
    assert_eq!((candidates[0].zones[0].as_str(), &candidates[0].sure), ("UTC", &None));
    let spoken = above.replace("Exported at 2026-11-23 10:00 UTC", "Time zone: UTC");
    let ZoneVerdict::Probably { candidates, .. } = look(&text(&spoken)).clock else { panic!() };
    assert_eq!(candidates[0].sure.as_deref(), Some("UTC"));
}

#[test]
fn money_says_where_people_buy_and_names_no_clock_by_itself() {
    for (money, told) in [("$", None), ("US$", Some("America/")), ("MX$", Some("America/Mexico_City"))] {
        let peek = text(&format!(
            "Livestream | Start Time | Duration | Views | Sales\nA | 2026-11-20 19:00 | 1h | 5 | {money}12\nB | 2026-11-21 19:00 | 1h | 6 | {money}13"
        ));
        let said = said(&peek, "clock").concat();
        assert!(said.starts_with("cannot tell whose"), "{money}: {said}");
        assert_eq!(said.contains("perhaps"), told.is_some(), "{money}: {said}");
        assert!(told.is_none_or(|zone| said.contains(zone)), "{money}: {said}");
    }
}

#[test]
fn a_platform_that_documents_its_clock_is_believed_unless_the_file_says_otherwise() {
    let finding = look(&sheet("Sheet1", super::rates::TIKTOK));
    assert!(matches!(finding.clock, ZoneVerdict::Documented { zone: "market", .. }), "{:?}", finding.clock);
    let stated = look(&sheet("Sheet1", &super::rates::TIKTOK.replace("Start time", "Start time (GMT+7)")));
    assert_eq!(zones(&stated.clock)[0], "Asia/Bangkok");
    // One column alone may be called the same elsewhere.
    let other = text(
        "Start time | Duration | Impressions | Views | Tap-through rate\n2026-11-20 19:00 | 1h | 2000 | 27 | 1.35%\n2026-11-21 19:00 | 1h | 1240 | 31 | 2.5%",
    );
    assert!(matches!(look(&other).clock, ZoneVerdict::Unknown { .. }));
}

/// The kind of `Start` in a table with these values of it, and what the draft reads it by.
fn started(values: &[&str]) -> (&'static str, String) {
    let lines = values.iter().map(|value| format!("{value} | r1 | 1000 | 40\n")).collect::<Vec<_>>().concat();
    let peek = text(&format!("Start | Room | Impressions | Clicks\n{lines}"));
    let finding = look(&peek);
    assert_ne!(finding.when, IntervalColumns::Nowhere, "{values:?}");
    let draft =
        super::super::draft("new", super::super::Sample { file: "a.csv", peek: &peek, finding: &finding }, &[]);
    let pattern = draft.text.split("format: \"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    (finding.columns[0].kind.word(), pattern.unwrap_or_default())
}

#[test]
fn times_are_known_as_the_markets_languages_spell_them() {
    let wall = "date and time";
    for (values, kind, pattern) in [
        (["2026年11月3日 19:30", "2026年11月13日 19:30"], wall, "%Y年%m月%d日 %H:%M"),
        (["2026年11月03日19时30分00秒", "2026年11月04日19时30分00秒"], wall, "%Y年%m月%d日 %H时%M分%S秒"),
        (["2026年11月3日19时", "2026年11月4日20时"], wall, "%Y年%m月%d日 %H时"),
        (["2026年11月3日 下午7:30", "2026年11月4日 上午7:30"], wall, "%Y年%m月%d日 %p%I:%M"),
        (["11/23/2026 7:30 PM", "11/24/2026 7:30 AM"], wall, "%m/%d/%Y %I:%M %p"),
        (["23/11/2026 7:30 p. m.", "24/11/2026 7:30 a. m."], wall, "%d/%m/%Y %I:%M %p"),
        (["Nov 3, 2026, 7:30:00 PM", "Nov 4, 2026, 7:30:00 PM"], wall, "%b %d, %Y, %I:%M:%S %p"),
        (["2569-11-03 19:30", "2569-11-04 19:30"], wall, "%EY-%m-%d %H:%M"),
        (["2026-11-03 19:30:00 GMT+8", "2026-11-04 19:30:00 GMT+8"], "instant", "%Y-%m-%d %H:%M:%S GMT%z"),
    ] {
        assert_eq!(started(&values), (kind, pattern.to_owned()), "{values:?}");
    }
}

#[test]
fn instants_that_begin_days_are_days_beside_an_hour_and_what_mixes_is_said() {
    let rows = |dates: [&str; 3]| {
        let rows = dates.iter().map(|date| format!("{date} | 09:00 | 1000 | 40\n")).collect::<Vec<_>>().concat();
        text(&format!("date | hour | Impressions | Clicks\n{rows}"))
    };
    let mixed = rows(["2026-10-05T18:30:00.000Z", "2026-10-06T18:30:00.000Z", "2026-10-06"]);
    let finding = look(&mixed);
    assert_eq!(finding.when, IntervalColumns::Day { date: 0, hour: Some(1) });
    let told =
        "`date` has 2 instants and 1 dates: an instant is the day that begins then on the clock of `timezone`";
    assert!(finding.doubts.iter().any(|doubt| doubt.starts_with(told)), "{:?}", finding.doubts);
    // Alone they are no instants either: every row would begin at 18:30.
    let alone = rows(["2026-10-05T18:30:00.000Z", "2026-10-06T18:30:00.000Z", "2026-10-07T18:30:00.000Z"]);
    assert_eq!(look(&alone).when, IntervalColumns::Day { date: 0, hour: Some(1) });
    assert!(matches!(look(&alone).clock, ZoneVerdict::Unknown { .. } | ZoneVerdict::Probably { .. }));
    // Of different times of day nobody makes days.
    let other = rows(["2026-10-05T18:31:07.000Z", "2026-10-06T09:30:00.000Z", "2026-10-06"]);
    assert_eq!(look(&other).when, IntervalColumns::Nowhere);
    assert!(look(&other).doubts.iter().any(|doubt| doubt.starts_with("`date` has 2 instants and 1 dates")));
}
