//! What became of advice, by hand.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use polars::prelude::DataFrame;

use super::advice_log;
use crate::advice::tests::{AS_OF, Line, NOW, V, World, bounded, frame, line, market, t};
use crate::cells::instants;
use crate::table::empty;
use crate::testing::{number, text};
use coverledger_core::model::{Count, TableName, columns as c};

/// `new` instead of `old`, advised as of this date.
fn advised(on: Date, action: &str) -> Line {
    let mut row = line([
        (c::AS_OF, V::D(on)),
        (c::PLATFORM, t("p")),
        (c::MARKET, t("US")),
        (c::ACTION, t(action)),
        (c::COVER_ID, t("new")),
        (c::INSTEAD_OF, t("old")),
        (c::METRIC, t("ctr")),
        (c::SURENESS, t("proven")),
    ]);
    row.extend(bounded(c::CHANGE, [0.2, 0.1, 0.3]));
    row
}

/// A cover in a broadcast so many days before [`AS_OF`].
fn aired(cover: &str, days_before: i64, impressions: i64, clicks: i64) -> Line {
    let day = AS_OF.checked_sub(days_before.days()).unwrap();
    line([
        (c::PLATFORM, t("p")),
        (c::MARKET, t("US")),
        (c::COVER_ID, t(cover)),
        (c::BROADCAST_ID, t(&format!("b{days_before}"))),
        (c::CONTAMINATED, V::B(false)),
        (c::FIRST_LOCAL_DATE, V::D(day)),
        (c::LAST_LOCAL_DATE, V::D(day)),
        (Count::Impressions.word(), V::W(impressions)),
        (Count::Clicks.word(), V::W(clicks)),
    ])
}

/// Ten days ago; `old` was on air for ten days up to it.
const ADVISED: i64 = 10;

fn ten_days_ago() -> Date {
    AS_OF.checked_sub(ADVISED.days()).unwrap()
}

fn before() -> Vec<Line> {
    (0..10).map(|day| aired("old", ADVISED + day, 10_000, 300 + 7 * (day % 3))).collect()
}

/// The log after these broadcasts.
fn log(advice: &[Line], logged: &DataFrame, broadcasts: Vec<Line>) -> DataFrame {
    let market = market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00")]);
    let world = World { broadcasts, ..World::of("new", &["new", "old"]) };
    world.inputs(&market, NOW, |inputs| {
        inputs.before = Some((frame(TableName::Advice, advice), logged.clone()));
        advice_log(inputs, 1).unwrap()
    })
}

fn after(since: Vec<Line>) -> DataFrame {
    let broadcasts = before().into_iter().chain(since).collect();
    log(&[advised(ten_days_ago(), "change")], &empty(TableName::AdviceLog), broadcasts)
}

fn outcome(log: &DataFrame) -> String {
    assert_eq!(log.height(), 1);
    text(log, c::OUTCOME, 0)
}

#[test]
fn advice_that_was_followed_paid_or_did_not() {
    for (clicks, expected, words) in [
        (450, "paid", "That is more than chance; what else changed is in it, too."),
        (200, "did_not_pay", "That is less, beyond chance; what else changed is in it, too."),
        (299, "too_early", "Within chance."),
    ] {
        let since = (0..8).map(|day| aired("new", day, 10_000, clicks + 5 * (day % 4))).collect();
        let log = after(since);
        assert_eq!(outcome(&log), expected);
        assert!(text(&log, c::REASON_EN, 0).ends_with(words), "{}", text(&log, c::REASON_EN, 0));
        assert_eq!(text(&log, c::FIRST_AIRED, 0), "2026-11-15");
        assert_eq!(number(&log, c::BROADCASTS_BEFORE, 0), Some(10.0));
        assert_eq!(number(&log, c::BROADCASTS_SINCE, 0), Some(8.0));
        let [value, low, high] = [c::SINCE, "since_low", "since_high"].map(|name| number(&log, name, 0).unwrap());
        // Worked by hand: ten broadcasts of 300, 307, 314, … of 10,000 before, eight of so many since.
        let rate_before = (4.0 * 300.0 + 3.0 * 307.0 + 3.0 * 314.0) / 100_000.0;
        let rate_since = (8.0 * f64::from(u16::try_from(clicks).unwrap()) + 2.0 * 30.0) / 80_000.0;
        assert!((value - (rate_since / rate_before - 1.0)).abs() < 1e-9, "{value}");
        assert!(low < value && value < high);
        assert!((number(&log, "expected_low", 0).unwrap() - 0.1).abs() < 1e-12);
    }
}

/// `old` drew many who did not stay; `new` draws fewer, who do.
fn clickbait(action: &str, metric: Option<&str>) -> DataFrame {
    let with_stays = |mut row: Line, stays: i64| {
        row.extend(line([(Count::Entries.word(), V::W(200)), (Count::Stays.word(), V::W(stays))]));
        row
    };
    let before = before().into_iter().zip(0..).map(|(row, day)| with_stays(row, 12 + day % 3));
    let since = (0..8).map(|day| with_stays(aired("new", day, 10_000, 200 + day), 60 + day % 4));
    let mut row = advised(ten_days_ago(), action);
    row.retain(|(name, _)| name != c::METRIC);
    row.extend(metric.into_iter().flat_map(|metric| line([(c::METRIC, t(metric))])));
    log(&[row], &empty(TableName::AdviceLog), before.chain(since).collect())
}

#[test]
fn what_went_off_for_its_stays_is_judged_by_stays_and_for_what_no_rate_tells_by_none() {
    for action in ["take_off", "try"] {
        let stays = clickbait(action, Some(c::STAY_RATE));
        assert_eq!(outcome(&stays), "paid", "{action}");
        let beyond = clickbait(action, None);
        assert_eq!(outcome(&beyond), "too_early", "{action}");
        assert_eq!(number(&beyond, c::SINCE, 0), None);
        assert!(text(&beyond, c::REASON_EN, 0).ends_with("so whether that paid is not judged."));
    }
    // What changed for its value is judged by who enters, also where the test has no figures of the two.
    assert_eq!(outcome(&clickbait("change", None)), "did_not_pay");
    // The loss of the cover that went off is not what was expected of the other one.
    assert_eq!(number(&clickbait("take_off", Some(c::STAY_RATE)), c::EXPECTED_CHANGE, 0), None);
    assert_eq!(number(&clickbait("try", Some(c::STAY_RATE)), c::EXPECTED_CHANGE, 0), Some(0.2));
    // Stays that are not known are no reason to judge by who enters.
    let mut row = advised(ten_days_ago(), "take_off");
    row.extend(line([(c::METRIC, t(c::STAY_RATE))]));
    let since = (0..8).map(|day| aired("new", day, 10_000, 200 + day));
    let unknown = log(&[row], &empty(TableName::AdviceLog), before().into_iter().chain(since).collect());
    assert_eq!(outcome(&unknown), "too_early");
}

/// With the night that was advised, by the market's clock.
fn for_night(advice: &[Line], nights: &[Date]) -> DataFrame {
    let micros = |date: &Date| {
        let evening = date.at(19, 0, 0, 0);
        Some(jiff::tz::Offset::UTC.to_timestamp(evening).unwrap().as_microsecond())
    };
    let mut advice = frame(TableName::Advice, advice);
    advice.with_column(instants(c::SLOT_START_LOCAL, nights.iter().map(micros).collect(), None)).unwrap();
    advice
}

#[test]
fn the_night_that_was_advised_may_be_of_the_date_of_the_brief() {
    let market = market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00")]);
    let on = ten_days_ago();
    let after = |advice: DataFrame, logged: DataFrame, broadcasts: Vec<Line>| {
        let world = World { broadcasts, ..World::of("new", &["new", "old"]) };
        world.inputs(&market, NOW, |inputs| {
            inputs.before = Some((advice, logged));
            advice_log(inputs, 1).unwrap()
        })
    };
    let aired_on_it = || vec![aired("old", ADVISED + 1, 10_000, 300), aired("new", ADVISED, 10_000, 300)];
    let none = || empty(TableName::AdviceLog);
    let log = after(for_night(&[advised(on, "change")], &[on]), none(), aired_on_it());
    assert_eq!((outcome(&log), text(&log, c::FIRST_AIRED, 0)), ("too_early".to_owned(), on.to_string()));
    assert_eq!(text(&log, c::ADVISED_ON, 0), on.yesterday().unwrap().to_string());
    let next = on.tomorrow().unwrap();
    let log = after(for_night(&[advised(on, "change")], &[next]), none(), aired_on_it());
    assert_eq!(outcome(&log), "nothing_since");
    // Without a slot the newest date of the place tells.
    let mut row = advised(on, "change");
    row.extend(line([(c::DATA_UNTIL, V::D(on.yesterday().unwrap()))]));
    assert_eq!(outcome(&after(frame(TableName::Advice, &[row]), none(), aired_on_it())), "too_early");
    // Two briefs advised the same night: what came last was advised.
    let first = after(for_night(&[advised(on, "try")], &[next]), none(), Vec::new());
    let second = after(for_night(&[advised(next, "change")], &[next]), first, Vec::new());
    assert_eq!((second.height(), text(&second, c::ACTION, 0)), (1, "change".to_owned()));
}

#[test]
fn fewer_than_eight_broadcasts_in_all_are_too_early() {
    let some = |before: i64, since: i64| {
        let broadcasts = (0..before)
            .map(|day| aired("old", ADVISED + day, 10_000, 300 + day))
            .chain((0..since).map(|day| aired("new", day, 10_000, 600 + day)))
            .collect();
        log(&[advised(ten_days_ago(), "change")], &empty(TableName::AdviceLog), broadcasts)
    };
    for (before, since, expected) in [(4, 3, "too_early"), (4, 4, "paid"), (10, 1, "too_early")] {
        let log = some(before, since);
        assert_eq!(outcome(&log), expected, "{before} {since}");
        assert_eq!(number(&log, "since_low", 0).is_some(), expected == "paid");
        assert!(number(&log, c::SINCE, 0).is_some());
    }
}

#[test]
fn advice_that_was_not_followed_is_told_so_once_the_night_is_known() {
    // Nothing is published since, or only of the date on which the slot may have begun before the brief was read.
    assert_eq!(outcome(&after(Vec::new())), "nothing_since");
    assert_eq!(outcome(&after(vec![aired("old", ADVISED - 1, 10_000, 300)])), "nothing_since");
    let log = after(vec![aired("old", ADVISED - 2, 10_000, 300)]);
    assert_eq!(outcome(&log), "not_followed");
    assert_eq!(text(&log, c::REASON_EN, 0), "new was not on air since.");
    // A cover that was on air before it was advised has not followed anything.
    let log = after(vec![aired("new", ADVISED, 10_000, 300), aired("old", 1, 10_000, 300)]);
    assert_eq!(outcome(&log), "not_followed");
}

#[test]
fn the_same_advice_in_a_row_of_nights_is_one_row() {
    let first = ten_days_ago();
    let nights = |dates: &[(Date, &str)]| {
        let mut logged = empty(TableName::AdviceLog);
        for (on, action) in dates {
            logged = log(&[advised(*on, action)], &logged, before());
        }
        let row = |row: usize| [c::ADVISED_ON, c::ADVISED_UNTIL, c::ACTION].map(|name| text(&logged, name, row));
        (0..logged.height()).map(|at| row(at).join(" ")).collect::<Vec<_>>()
    };
    let next = first.tomorrow().unwrap();
    assert_eq!(nights(&[(first, "change"), (next, "change")]), ["2026-11-12 2026-11-13 change"]);
    // The same brief once more changes nothing.
    assert_eq!(nights(&[(first, "change"), (first, "change")]), ["2026-11-12 2026-11-12 change"]);
    assert_eq!(
        nights(&[(first, "try"), (next, "change")]),
        ["2026-11-13 2026-11-13 change", "2026-11-12 2026-11-12 try"]
    );
    let later = first.checked_add(8.days()).unwrap();
    assert_eq!(nights(&[(first, "change"), (later, "change")]).len(), 2);
    // What asks for nothing is not looked at afterwards, and neither is the brief of the same date.
    assert!(nights(&[(first, "keep"), (next, "follow_plan"), (next, "no_data")]).is_empty());
    assert!(nights(&[(AS_OF, "change")]).is_empty());
}

#[test]
fn a_test_that_was_advised_is_of_the_cover_that_was_to_be_tested() {
    let mut row = advised(ten_days_ago(), "test");
    row.extend(line([(c::COVER_ID, t("old")), (c::INSTEAD_OF, t("old")), (c::TEST_AGAINST, t("new"))]));
    let log = log(&[row], &empty(TableName::AdviceLog), before());
    assert_eq!([c::COVER_ID, c::INSTEAD_OF].map(|name| text(&log, name, 0)), ["new", "old"]);
}

#[test]
fn advice_leaves_the_log_after_eight_weeks_and_with_its_place() {
    let logged = |until: Date| {
        let mut row = line([
            (c::AS_OF, V::D(AS_OF)),
            (c::PLATFORM, t("p")),
            (c::MARKET, t("US")),
            (c::ADVISED_ON, V::D(date(2026, 8, 1))),
            (c::ADVISED_UNTIL, V::D(until)),
            (c::ACTION, t("change")),
            (c::COVER_ID, t("new")),
        ]);
        row.extend(line([(c::OUTCOME, t("paid"))]));
        row
    };
    let kept = |row: Line| log(&[], &frame(TableName::AdviceLog, &[row]), Vec::new()).height();
    assert_eq!(kept(logged(AS_OF.checked_sub(56.days()).unwrap())), 1);
    assert_eq!(kept(logged(AS_OF.checked_sub(57.days()).unwrap())), 0);
    let mut elsewhere = logged(AS_OF);
    elsewhere.extend(line([(c::MARKET, t("BR"))]));
    assert_eq!(kept(elsewhere), 0);
}

#[test]
fn what_stood_on_more_broadcasts_stays_when_they_leave_the_window() {
    let since = || (0..8).map(|day| aired("new", day, 10_000, 450 + day));
    let whole = after(since().collect());
    assert_eq!(outcome(&whole), "paid");
    // A month later the broadcasts of before are gone.
    let later = log(&[], &whole, since().collect());
    assert_eq!(outcome(&later), "paid");
    assert_eq!(number(&later, c::BROADCASTS_BEFORE, 0), Some(10.0));
    assert_eq!(number(&later, c::SINCE, 0), number(&whole, c::SINCE, 0));
}
