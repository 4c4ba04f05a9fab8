//! Two weeks of a market by hand.

use super::mix;
use crate::testing::{Scene, UNTIL, context, number, text, wavering};
use coverledger_core::model::{Count, columns as c};

fn clicks(impressions: u64, clicks: u64) -> [(Count, u64); 2] {
    [(Count::Impressions, impressions), (Count::Clicks, clicks)]
}

/// Two weeks, a broadcast a day; every day `before` and `after` of prime time and night: impressions and clicks.
fn fortnight(before: [(u64, u64); 2], after: [(u64, u64); 2]) -> Scene {
    let mut scene = Scene::default();
    for day in 0..14 {
        let broadcast = format!("b{day}");
        let week = if day < 7 { after } else { before };
        for (slot, (impressions, usual)) in ["prime", "night"].into_iter().zip(week) {
            let counts = clicks(impressions, wavering(u64::try_from(day).unwrap(), usual));
            scene.shown(day, [slot, "all", &broadcast, "a"], &counts);
        }
    }
    scene
}

#[test]
fn a_rate_that_rose_because_others_saw_it_is_told_from_one_that_rose() {
    // Clicks fell in both slots; prime time went from a fifth of the impressions to four fifths.
    let evidence = fortnight([(2_000, 100), (8_000, 80)], [(8_000, 320), (2_000, 10)]).evidence();
    let table = mix(&context(&evidence), 7).unwrap();
    assert_eq!((text(&table, c::SCOPE, 0), text(&table, c::METRIC, 0)), ("all".into(), "ctr".into()));
    let at = |column| number(&table, column, 0).unwrap();
    assert!((at(c::WITHIN) + at(c::MIX) - at(c::CHANGE)).abs() < 1e-12);
    assert!(at(c::CHANGE) > 0.014 && at(c::WITHIN) < -0.007, "{} {}", at(c::CHANGE), at(c::WITHIN));
    assert!(number(&table, &c::high(c::WITHIN), 0).unwrap() < 0.0);
    assert_eq!(table.column(c::REVERSAL).unwrap().bool().unwrap().get(0), Some(true));
    let note = text(&table, c::NOTE, 0);
    assert!(
        note.starts_with(
            "Of 100 impressions 3.29 click instead of 1.81, although within the same slots and audiences fewer do (−0.7"
        ) && note.contains("; 0 rose, 2 fell): who saw it changed, not how well it drew."),
        "{note}"
    );
    // The same of the only cover that there is.
    let cover = (0..table.height()).find(|row| text(&table, c::SCOPE, *row) == "cover").unwrap();
    assert_eq!(number(&table, c::WITHIN, cover), number(&table, c::WITHIN, 0));
    assert_eq!(text(&table, c::COVER_ID, cover), "a");
}

#[test]
fn a_rate_that_rose_everywhere_is_no_reversal() {
    let evidence = fortnight([(5_000, 100), (5_000, 50)], [(5_000, 150), (5_000, 75)]).evidence();
    let table = mix(&context(&evidence), 7).unwrap();
    assert_eq!(table.column(c::REVERSAL).unwrap().bool().unwrap().get(0), Some(false));
    assert!(number(&table, c::MIX, 0).unwrap().abs() < 1e-12);
    assert!(text(&table, c::NOTE, 0).contains(" within the same slots and audiences, "));
}

#[test]
fn a_period_without_enough_days_says_so() {
    let mut scene = Scene::default();
    for day in 0..10 {
        scene.shown(day, ["prime", "all", "b", "a"], &clicks(1_000, 20));
    }
    let mut evidence = scene.evidence();
    let table = mix(&context(&evidence), 7).unwrap();
    assert_eq!(number(&table, c::CHANGE, 0), None);
    assert_eq!(text(&table, c::NOTE, 0), "Too few days with data: 3 before and 7 after, where 4 of 7 are needed.");
    assert_eq!((number(&table, c::BEFORE_DAYS, 0), number(&table, c::AFTER_DAYS, 0)), (Some(3.0), Some(7.0)));
    evidence.since = UNTIL.yesterday().unwrap();
    let table = mix(&context(&evidence), 7).unwrap();
    assert_eq!(text(&table, c::NOTE, 0), "What is known begins on 2026-11-20: not two periods yet.");
}

#[test]
fn a_cover_of_one_period_has_nothing_to_be_split_and_one_of_neither_no_row() {
    let mut scene = fortnight([(5_000, 100), (5_000, 50)], [(5_000, 150), (5_000, 75)]);
    scene.shown(1, ["prime", "all", "b1", "new"], &clicks(1_000, 20));
    scene.shown(20, ["prime", "all", "b20", "old"], &clicks(1_000, 20));
    let evidence = scene.evidence();
    let table = mix(&context(&evidence), 7).unwrap();
    let covers: Vec<String> = (0..table.height()).map(|row| text(&table, c::COVER_ID, row)).collect();
    assert_eq!(covers, ["", "", "a", "a", "new", "new", "", ""]);
    assert_eq!(text(&table, c::NOTE, 4), "Shown in one of the periods only.");
    assert_eq!(text(&table, c::NOTE, 5), "The platform does not give the counts of this rate.");
}

#[test]
fn cells_that_went_the_other_way_by_chance_are_no_reversal() {
    // Both cells fell a little and prime time grew: no more than days differ.
    let evidence = fortnight([(4_000, 200), (6_000, 60)], [(6_000, 300), (4_000, 40)]).evidence();
    let table = mix(&context(&evidence), 7).unwrap();
    let at = |column: &str| number(&table, column, 0).unwrap();
    assert!(at(c::CHANGE) > 0.0 && at(c::WITHIN) < 0.0);
    assert_eq!((at(c::CELLS), at(c::CELLS_FELL)), (2.0, 2.0));
    assert!(at(&c::high(c::WITHIN)) > 0.0);
    assert_eq!(table.column(c::REVERSAL).unwrap().bool().unwrap().get(0), Some(false));
    assert!(text(&table, c::NOTE_ZH, 0).contains("来自相同的时段和人群"), "{}", text(&table, c::NOTE_ZH, 0));
}

#[test]
fn too_few_broadcasts_say_nothing_of_a_reversal() {
    let mut scene = Scene::default();
    for day in 0..14 {
        let week = if day < 7 { [(8_000, 320), (2_000, 10)] } else { [(2_000, 100), (8_000, 80)] };
        for (slot, (impressions, clicked)) in ["prime", "night"].into_iter().zip(week) {
            // Two broadcasts in all.
            scene.shown(day, [slot, "all", &format!("b{}", day / 7), "a"], &clicks(impressions, clicked));
        }
    }
    let evidence = scene.evidence();
    let table = mix(&context(&evidence), 7).unwrap();
    assert!(number(&table, c::CHANGE, 0).unwrap() > 0.0 && number(&table, c::WITHIN, 0).unwrap() < 0.0);
    assert_eq!(table.column(c::REVERSAL).unwrap().bool().unwrap().get(0), None);
}

#[test]
fn the_last_date_with_rows_is_held_against_the_one_before_it() {
    let mut scene = Scene::default();
    // The market paused: the last two dates lie three days apart. Rows that are partly another cover's count as all others.
    for (day, prime, night) in
        [(9, [9_000, 900], [1_000, 10]), (4, [2_000, 100], [8_000, 80]), (1, [8_000, 320], [2_000, 10])]
    {
        for (slot, [impressions, clicked], contaminated) in [("prime", prime, false), ("night", night, true)] {
            scene.row(day, [slot, "all", &format!("b{day}"), "a"], contaminated, &clicks(impressions, clicked));
        }
    }
    let table = mix(&context(&scene.evidence()), 7).unwrap();
    let row = crate::testing::row_of(&table, c::SCOPE, "last_date");
    assert_eq!((row, table.height()), (table.height() - 2, row + 2));
    assert_eq!((text(&table, c::COVER_ID, row), text(&table, c::METRIC, row)), (String::new(), "ctr".into()));
    let date = |days: i32| UNTIL.checked_sub(jiff::ToSpan::days(days)).unwrap().to_string();
    let dates = [c::BEFORE_SINCE, c::BEFORE_UNTIL, c::AFTER_SINCE].map(|column| text(&table, column, row));
    assert_eq!(dates, [date(4), date(4), date(1)]);
    let at = |column: &str| number(&table, column, row).unwrap();
    let close = |one: f64, other: f64| assert!((one - other).abs() < 1e-12, "{one} {other}");
    close(at(c::BEFORE), 0.018);
    close(at(c::AFTER), 0.033);
    // Prime time: −0.01 at half the impressions; night: −0.005 at half.
    close(at(c::WITHIN), -0.0075);
    close(at(c::MIX), 0.0225);
    assert_eq!((at(c::BEFORE_DAYS), at(c::AFTER_DAYS), at(c::BROADCASTS)), (1.0, 1.0, 2.0));
    // One broadcast a date is no interval.
    assert_eq!(number(&table, &c::low(c::WITHIN), row), None);
    assert!(text(&table, c::NOTE, row).ends_with("Too few broadcasts for an interval: that may be chance."));

    let mut scene = Scene::default();
    scene.shown(0, ["prime", "all", "b", "a"], &clicks(1_000, 20));
    let table = mix(&context(&scene.evidence()), 7).unwrap();
    assert!((0..table.height()).all(|row| text(&table, c::SCOPE, row) != "last_date"), "one date is no change");
}
