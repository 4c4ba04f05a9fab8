//! Intervals as exports write them.

use jiff::Timestamp;

use super::*;
use crate::export::value::instant::InstantAt;
use coverledger_config::{ColumnName, InstantColumn, InstantFormat};

fn us(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn column(name: &str) -> ColumnName {
    ColumnName::new(name)
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside readings that can fail")]
fn interval(start: &str, end: &str, is_all_day: bool) -> Result<Interval, Reason> {
    Ok(Interval { start_us: us(start), end_us: us(end), is_all_day })
}

fn read_with(
    period: &Period,
    columns: &PeriodColumns,
    fields: &[Field<'_>],
    path: &PathValues,
) -> Result<Interval, Reason> {
    let market = zone("Asia/Kolkata");
    let clock = RowClock { market: Some(&market), path, numbers: NumberStyle::default(), length_ms: 1_000 };
    read(period, columns, fields, clock).map_err(|no| match no {
        NoSignal::Reject(reason, _) => reason,
        NoSignal::Ignored => panic!("ignored"),
    })
}

fn of_day(pattern: &str, zone: ZoneRule, date: Field<'_>, hour: Option<&str>) -> Result<Interval, Reason> {
    let period =
        Period::Day { date: column("Day"), pattern: pattern.into(), zone, hour: hour.map(|_| column("Hour")) };
    let columns = PeriodColumns::Day { date: 0, hour: hour.map(|_| 1) };
    let fields = [date, Field::Text(hour.unwrap_or_default())];
    read_with(&period, &columns, &fields, &PathValues::default())
}

fn of_span(end: PeriodEnd, fields: [Field<'_>; 2]) -> Result<Interval, Reason> {
    let start = InstantColumn { column: column("start"), time: None, format: InstantFormat::EpochSeconds };
    let at = |date| InstantAt { date, time: None };
    let until = (!matches!(end, PeriodEnd::Grain(_))).then_some(at(1));
    let columns = PeriodColumns::Span { start: at(0), end: until };
    read_with(&Period::Span { start, end }, &columns, &fields, &PathValues::default())
}

#[test]
fn a_date_is_a_day_of_its_zone() {
    let pacific = || ZoneRule::Named(zone("America/Los_Angeles"));
    let day = interval("2026-08-24T07:00:00Z", "2026-08-25T07:00:00Z", true);
    assert_eq!(of_day("%Y%m%d", pacific(), Field::Text("20260824"), None), day);
    assert_eq!(of_day("%Y%m%d", pacific(), Field::Int(20_260_824), None), day);
    assert_eq!(of_day("%d.%m.%Y", pacific(), Field::Wall(us("2026-08-24T00:00:00Z")), None), day);
    // 46,258 days after 1899-12-30.
    assert_eq!(of_day("%d.%m.%Y", pacific(), Field::Float(46_258.0), None), day);
    assert_eq!(of_day("%d.%m.%Y", pacific(), Field::Text("46258"), None), day);
    // The clock goes back: 25 hours.
    let long = interval("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", true);
    assert_eq!(of_day("%Y-%m-%d", pacific(), Field::Text("2026-11-01"), None), long);
    let of_market = interval("2026-08-23T18:30:00Z", "2026-08-24T18:30:00Z", true);
    assert_eq!(of_day("%Y%m%d", ZoneRule::Market, Field::Text("20260824"), None), of_market);
}

#[test]
fn day_and_month_are_never_guessed() {
    let utc = || ZoneRule::Named(Zone::utc());
    assert_eq!(of_day("%d/%m/%Y", utc(), Field::Text("08/24/2026"), None), Err(Reason::BadTime));
    assert_eq!(of_day("%d/%m/%Y", utc(), Field::Text(" "), None), Err(Reason::MissingValue));
    assert_eq!(of_day("%d/%m/%Y", utc(), Field::Text("31/12/1999"), None), Err(Reason::TimeOutOfRange));
    let apia = ZoneRule::Named(zone("Pacific/Apia"));
    assert_eq!(of_day("%F", apia, Field::Text("2011-12-30"), None), Err(Reason::TimeInGap));
}

#[test]
fn an_hour_that_comes_twice_is_both_and_one_that_never_was_is_none() {
    let hour = |day: &str, hour: &str| {
        of_day("%F", ZoneRule::Named(zone("America/New_York")), Field::Text(day), Some(hour))
    };
    assert_eq!(
        hour("2026-11-01", "00:00:00 - 00:59:59"),
        interval("2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z", false)
    );
    assert_eq!(
        hour("2026-11-01", "01:00:00 - 01:59:59"),
        interval("2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z", false)
    );
    assert_eq!(hour("2026-11-01", "2"), interval("2026-11-01T07:00:00Z", "2026-11-01T08:00:00Z", false));
    assert_eq!(hour("2026-03-08", "1"), interval("2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z", false));
    assert_eq!(hour("2026-03-08", "2"), Err(Reason::TimeInGap));
    assert_eq!(hour("2026-03-08", "3"), interval("2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z", false));
    assert_eq!(hour("2026-03-08", "23"), interval("2026-03-09T03:00:00Z", "2026-03-09T04:00:00Z", false));
    // Lord Howe's clock goes back by half an hour at 02:00.
    let howe = of_day("%F", ZoneRule::Named(zone("Australia/Lord_Howe")), Field::Text("2026-04-05"), Some("1"));
    assert_eq!(howe, interval("2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z", false));
}

#[test]
fn a_span_ends_at_a_column_a_grain_or_a_length() {
    let start = Field::Text("1787529600");
    let end = || {
        PeriodEnd::Column(InstantColumn { column: column("end"), time: None, format: InstantFormat::EpochSeconds })
    };
    let length = || PeriodEnd::Length(column("length"));
    let expected = interval("2026-08-24T00:00:00Z", "2026-08-24T01:28:05Z", false);
    assert_eq!(of_span(end(), [start, Field::Int(1_787_534_885)]), expected);
    assert_eq!(of_span(length(), [start, Field::Text("1:28:05")]), expected);
    assert_eq!(of_span(length(), [start, Field::Text("1h28m5s")]), expected);
    assert_eq!(of_span(length(), [start, Field::Int(5_285)]), expected);
    assert_eq!(of_span(length(), [start, Field::Length(5_285_000)]), expected);
    let minute = interval("2026-08-24T00:00:00Z", "2026-08-24T00:01:00Z", false);
    assert_eq!(of_span(PeriodEnd::Grain(60), [start, Field::Null]), minute);
    assert_eq!(of_span(end(), [start, start]), Err(Reason::EmptyInterval));
    assert_eq!(of_span(end(), [start, Field::Int(1_787_529_599)]), Err(Reason::EmptyInterval));
    assert_eq!(of_span(length(), [start, Field::Text("0")]), Err(Reason::EmptyInterval));
    assert_eq!(of_span(length(), [start, Field::Text("soon")]), Err(Reason::BadNumber));
    // 32 days and one second more.
    assert!(of_span(length(), [start, Field::Int(2_764_800)]).is_ok());
    assert_eq!(of_span(length(), [start, Field::Int(2_764_801)]), Err(Reason::IntervalTooLong));
}

#[test]
fn the_path_says_whole_days() {
    let path = PathValues {
        start: Some("2026-08-24T07:00:00Z".parse().unwrap()),
        end: Some("2026-08-25T07:00:00Z".parse().unwrap()),
        ..PathValues::default()
    };
    let read = read_with(&Period::Path, &PeriodColumns::Path, &[], &path);
    assert_eq!(read, interval("2026-08-24T07:00:00Z", "2026-08-25T07:00:00Z", true));
}

#[test]
fn two_times_of_one_date_go_over_midnight_on_their_clock() {
    let wall = coverledger_config::WallClock {
        zone: ZoneRule::Named(zone("America/New_York")),
        gap: coverledger_config::GapPolicy::Reject,
        fold: coverledger_config::FoldPolicy::Reject,
    };
    let format = InstantFormat::Pattern { pattern: "%Y-%m-%d %H:%M".to_owned(), wall: Some(wall) };
    let of =
        |time: &str| InstantColumn { column: column("Date"), time: Some(column(time)), format: format.clone() };
    let span = |date: &str, start: &str, end: &str, end_date: usize| {
        let period = Period::Span { start: of("Start"), end: PeriodEnd::Column(of("End")) };
        let at = |date, time| InstantAt { date, time: Some(time) };
        let columns = PeriodColumns::Span { start: at(0, 1), end: Some(at(end_date, 2)) };
        let fields = [date, start, end, date].map(Field::Text);
        read_with(&period, &columns, &fields, &PathValues::default())
    };
    let night = interval("2026-11-11T03:00:00Z", "2026-11-11T06:00:00Z", false);
    assert_eq!(span("2026-11-10", "22:00", "01:00", 0), night);
    // The clock goes back in that night: five hours.
    let long = interval("2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z", false);
    assert_eq!(span("2026-10-31", "22:00", "02:00", 0), long);
    assert_eq!(span("2026-11-10", "22:00", "22:00", 0), Err(Reason::EmptyInterval));
    // A date of its own says the day.
    assert_eq!(span("2026-11-10", "22:00", "01:00", 3), Err(Reason::EmptyInterval));
}
