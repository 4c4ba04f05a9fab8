//! Which night lies ahead.

use super::*;
use crate::advice::night_starts;

/// A world in which this slot is the best; another audience has another one.
fn world(slot: &str) -> World {
    let row = |audience: &str, slot: &str| {
        with(place(), line([(c::AUDIENCE, t(audience)), (c::SLOT, t(slot)), (c::RANK, V::W(1))]))
    };
    World { slots: vec![row("f", "late"), row("all", slot)], ..World::of("a", &["a"]) }
}

const SLOTS: [(&str, &str); 3] = [("day", "06:00"), ("prime", "20:00"), ("late", "23:00")];

/// Start of the night there and at home, and its first instant.
fn night(zone: &str, starts_at: &str, slot: &str, now: &str) -> [String; 3] {
    let market = market(zone, starts_at, &SLOTS);
    let advice = world(slot).advise_in(&market, now);
    let starts = world(slot).inputs(&market, now, |inputs| night_starts(inputs));
    let is_known = advice.column(c::SLOT_START_UTC).unwrap().null_count() == 0;
    assert_eq!(starts[0].2.is_some(), is_known);
    if let Some(start) = starts[0].2 {
        assert!(start > now.parse().unwrap(), "{start} has begun");
    }
    [c::SLOT_START_LOCAL, c::SLOT_START_HOME]
        .map(|column| text(&advice, column, 0).trim_end_matches(".000000").to_owned())
        .into_iter()
        .chain([starts[0].2.map(|start| start.to_string()).unwrap_or_default()])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

#[test]
fn what_has_begun_is_not_tonight() {
    // 09:00 in Shanghai: the evening before in São Paulo, whose prime time is at 07:00 in Shanghai.
    let of = |now: &str| night("America/Sao_Paulo", "06:00", "prime", now);
    assert_eq!(of("2026-11-22T22:59:59Z"), ["2026-11-22 20:00:00", "2026-11-23 07:00:00", "2026-11-22T23:00:00Z"]);
    // At its first instant it has begun.
    assert_eq!(of("2026-11-22T23:00:00Z"), ["2026-11-23 20:00:00", "2026-11-24 07:00:00", "2026-11-23T23:00:00Z"]);
}

#[test]
fn clocks_of_half_hours_and_days_that_begin_in_the_morning_are_kept() {
    assert_eq!(
        night("Asia/Kolkata", "06:00", "late", NOW),
        ["2026-11-23 23:00:00", "2026-11-24 01:30:00", "2026-11-23T17:30:00Z"]
    );
    // 02:00 there is still Sunday's broadcast day, whose late slot has begun.
    assert_eq!(night("Asia/Kolkata", "06:00", "late", "2026-11-22T20:30:00Z")[0], "2026-11-23 23:00:00");
    // A slot that begins after midnight belongs to the broadcast day before.
    let market = market("Asia/Jakarta", "06:00", &[("day", "06:00"), ("small_hours", "01:00")]);
    let advice = world("small_hours").advise_in(&market, NOW);
    assert!(text(&advice, c::SLOT_START_LOCAL, 0).starts_with("2026-11-24 01:00:00"));
}

#[test]
fn a_slot_that_the_clock_jumps_over_comes_on_the_next_day() {
    let market = market("Europe/Berlin", "00:00", &[("a", "00:00"), ("b", "02:15"), ("c", "02:45")]);
    let advice = world("b").advise_in(&market, "2026-03-28T12:00:00Z");
    assert!(text(&advice, c::SLOT_START_LOCAL, 0).starts_with("2026-03-30 02:15:00"));
}

#[test]
fn without_a_slot_there_is_no_hour() {
    assert_eq!(night("Asia/Kolkata", "06:00", "all_day", NOW), ["", "", ""]);
    let market = market("Asia/Kolkata", "06:00", &SLOTS);
    let advice = World::of("a", &["a"]).advise_in(&market, NOW);
    assert_eq!([c::SLOT, c::SLOT_END_HOME, c::CLOCK_NOTE_EN].map(|column| text(&advice, column, 0)), ["", "", ""]);
    assert_eq!(text(&advice, c::HOME_TIMEZONE, 0), "Asia/Shanghai");
}

#[test]
fn a_change_of_clocks_within_a_week_is_told() {
    let note = |now: &str| {
        let market = market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00")]);
        let advice = world("prime").advise_in(&market, now);
        [c::CLOCK_NOTE_EN, c::CLOCK_NOTE_ZH].map(|column| text(&advice, column, 0))
    };
    let ahead = [
        "Clocks there go back on Sunday 1 November: from then on the same hour there is one hour later at home.",
        "当地11月1日（周日）将拨慢时钟：此后同一当地时间，在本部晚一小时。",
    ];
    assert_eq!(note("2026-10-28T01:00:00Z"), ahead);
    let behind = [
        "Clocks there went back on Sunday 1 November: the same hour there is one hour later at home than a week before.",
        "当地11月1日（周日）已拨慢时钟：同一当地时间，在本部比上周晚一小时。",
    ];
    assert_eq!(note("2026-11-03T01:00:00Z"), behind);
    assert!(
        note("2026-03-10T01:00:00Z")[0]
            .contains("went forward on Sunday 8 March: the same hour there is one hour earlier")
    );
    assert_eq!(note(NOW), ["", ""]);
}
