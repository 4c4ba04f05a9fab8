//! How fresh a place is said to be.

use super::*;
use crate::advice::{Lack, LackEnd};
use crate::testing::number;

fn lack(day: i8, end: Option<LackEnd>, reason: &str) -> Lack {
    Lack { local_date: date(2026, 11, day), end, reason: reason.to_owned() }
}

/// State, missing days and why, of a place that is published until the 20th and over until a date.
fn stands(newest: Option<Date>, over_until: Date, lacks: &[Lack]) -> (String, f64, String, String) {
    let market = market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00")]);
    World::of("a", &["a"]).inputs(&market, NOW, |inputs| {
        let place = &mut inputs.places[0];
        (place.newest, place.over_until, place.lacks) = (newest, over_until, lacks.to_vec());
        let advised = table::advised(inputs).unwrap();
        let advice = table::advice(inputs, &advised, 1).unwrap();
        let [state, en, zh] = [c::STATE, c::LACK_EN, c::LACK_ZH].map(|column| text(&advice, column, 0));
        (state, number(&advice, c::MISSING_DAYS, 0).unwrap(), en, zh)
    })
}

#[test]
fn a_place_stands_as_its_dates_do() {
    let until = Some(date(2026, 11, 20));
    let over = date(2026, 11, 22);
    let state = |newest, over, lacks: &[Lack]| {
        let (state, missing, ..) = stands(newest, over, lacks);
        (state, missing.to_string())
    };
    let told = |state: &str, missing: &str| (state.to_owned(), missing.to_owned());
    // A market whose day is not over lacks nothing.
    assert_eq!(state(until, date(2026, 11, 20), &[]), told("fresh", "0"));
    assert_eq!(state(until, over, &[]), told("late", "2"));
    assert_eq!(state(until, over, &[lack(21, Some(LackEnd::Waiting), "")]), told("late", "2"));
    assert_eq!(state(until, over, &[lack(21, Some(LackEnd::Held), "")]), told("held", "2"));
    let both = [lack(21, Some(LackEnd::Held), ""), lack(22, Some(LackEnd::Failed), "")];
    assert_eq!(state(until, over, &both), told("failed", "2"));
    // A hole in the past counts; what is not over does not.
    assert_eq!(state(until, date(2026, 11, 20), &[lack(15, None, "")]), told("late", "1"));
    assert_eq!(state(until, date(2026, 11, 20), &[lack(21, Some(LackEnd::Held), "")]), told("fresh", "0"));
    assert_eq!(state(None, over, &[]).0, "nothing");
}

#[test]
fn what_is_missing_is_said_with_its_reason() {
    let lacks = [lack(21, Some(LackEnd::Held), "the total of clicks is off by 12 %.")];
    let (_, _, en, zh) = stands(Some(date(2026, 11, 20)), date(2026, 11, 21), &lacks);
    assert_eq!(
        en,
        "Held back: data until Friday 20 November, 1 day missing (the total of clicks is off by 12 %)."
    );
    assert_eq!(zh, "暂不发布：数据止于11月20日（周五），缺 1 天（the total of clicks is off by 12 %）。");
    let (_, _, en, zh) = stands(Some(AS_OF), AS_OF, &[]);
    assert_eq!([en, zh], [String::new(), String::new()]);
    let (_, _, en, _) = stands(None, AS_OF, &[]);
    assert_eq!(en, "Not there yet: nothing was ever published.");
}

#[test]
fn provisional_dates_are_final_on_the_teams_own_clock() {
    let market = market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00")]);
    let final_by = |provisional_days| {
        World::of("a", &["a"]).inputs(&market, NOW, |inputs| {
            // 01:00 of the 25th in Shanghai.
            inputs.places[0].final_at = Some("2026-11-24T17:00:00Z".parse().unwrap());
            inputs.places[0].provisional_days = provisional_days;
            let advised = table::advised(inputs).unwrap();
            let advice = table::advice(inputs, &advised, 1).unwrap();
            [c::FINAL_BY, c::PROVISIONAL].map(|column| text(&advice, column, 0))
        })
    };
    assert_eq!(final_by(2), ["2026-11-25", "true"]);
    assert_eq!(final_by(0), ["", "false"]);
}
