//! Slots of New York and Jakarta by hand.

use polars::prelude::DataFrame;

use super::slot_plan;
use crate::testing::{Scene, context, number, row_of, text, wavering};
use coverledger_config::Market;
use coverledger_core::model::{Count, columns as c};
use coverledger_core::time::{DayRule, SlotTable, Zone};

fn market(zone: &str) -> Market {
    let day = DayRule::calendar(Zone::named(zone).unwrap());
    let slots = [("night", "00:00"), ("prime", "19:00")].map(|(name, at)| (name.to_owned(), at.parse().unwrap()));
    Market { slots: SlotTable::new(day.starts_at, slots.into()).unwrap(), slots_name: "s".to_owned(), day }
}

/// Ten days with so many entrants of 10,000 impressions in each slot.
fn plan(audiences: &[(&str, u64, u64)]) -> DataFrame {
    let mut scene = Scene::default();
    for day in 0..10 {
        for (audience, night, prime) in audiences {
            for (slot, usual) in [("night", night), ("prime", prime), ("all_day", night)] {
                let entrants = wavering(u64::try_from(day).unwrap(), *usual);
                let counts = [(Count::Impressions, 10_000), (Count::Entrants, entrants)];
                scene.shown(day, [slot, audience, &format!("b{day}"), "a"], &counts);
            }
        }
    }
    let evidence = scene.evidence();
    slot_plan(&context(&evidence), &market("America/New_York"), &Zone::named("Asia/Shanghai").unwrap()).unwrap()
}

#[test]
fn the_best_slot_of_each_audience_comes_first_with_its_next_time_on_three_clocks() {
    let table = plan(&[("f", 100, 300), ("m", 500, 100)]);
    // Two audiences and all together, two slots; what has no slot has no clock.
    assert_eq!(table.height(), 6);
    let at = |row| (text(&table, c::AUDIENCE, row), text(&table, c::SLOT, row), number(&table, c::RANK, row));
    let expected =
        [("all", "prime"), ("all", "night"), ("f", "prime"), ("f", "night"), ("m", "night"), ("m", "prime")];
    for (row, (audience, slot)) in expected.into_iter().enumerate() {
        let rank = f64::from(u32::try_from(row).unwrap() % 2 + 1);
        assert_eq!(at(row), (audience.into(), slot.into(), Some(rank)));
    }
    // The evening in New York is the next morning in Shanghai.
    let day = |column| text(&table, column, 0);
    assert_eq!(day(c::LOCAL_DATE), "2026-11-22");
    assert_eq!(day(c::SLOT_START_LOCAL), "2026-11-22 19:00:00");
    assert_eq!(day(c::SLOT_END_LOCAL), "2026-11-23 00:00:00");
    let utc = table.column(c::SLOT_START_UTC).unwrap().datetime().unwrap().phys.get(0);
    let midnight: jiff::Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    assert_eq!(utc, Some(midnight.as_microsecond()));
    assert_eq!(day(c::SLOT_START_HOME), "2026-11-23 08:00:00");
    assert_eq!(day(c::SLOT_END_HOME), "2026-11-23 13:00:00");
    assert_eq!(number(&table, c::SLOT_SECONDS, 0), Some(5.0 * 3600.0));
    assert_eq!(text(&table, c::RANKED_BY, 0), "entrants_per_hour");
    assert!(text(&table, c::NOTE, 0).starts_with("Not randomized"), "{}", text(&table, c::NOTE, 0));
    assert!(text(&table, c::NOTE_ZH, 0).starts_with("未随机分配"));
}

#[test]
fn what_is_to_be_expected_has_an_interval_and_volume_is_that_of_a_day_on_air() {
    let table = plan(&[("f", 100, 300)]);
    let at = |column: &str| number(&table, column, 2).unwrap();
    assert_eq!((text(&table, c::AUDIENCE, 2), text(&table, c::SLOT, 2)), ("f".into(), "prime".into()));
    assert!(at(&c::low(c::EXPECTED)) < at(c::EXPECTED) && at(c::EXPECTED) < at(&c::high(c::EXPECTED)));
    assert!(at(c::PROVEN_RATE) < at(c::EXPECTED) && at(c::PROVEN_RATE) > at(&c::low(c::EXPECTED)));
    assert!((at(c::EXPECTED) - 0.03).abs() < 0.001, "{}", at(c::EXPECTED));
    assert!((at(c::IMPRESSIONS_PER_DAY) - 10_000.0).abs() < 1e-9);
    assert!(at(&c::low(c::ENTRANTS_PER_DAY)) < at(c::ENTRANTS_PER_DAY));
    assert_eq!((at(c::DAYS), at(c::BROADCASTS)), (10.0, 10.0));
    // Five hours on each of ten days.
    assert!((at(c::HOURS_ON_AIR) - 50.0).abs() < 1e-9 && (at(c::PER_HOUR) - 60.0).abs() < 0.1);
    assert!(at(&c::low(c::PER_HOUR)) < at(c::PER_HOUR) && at(c::PER_HOUR) < at(&c::high(c::PER_HOUR)));
    // There is one cover, which is as good in either slot.
    assert!((at(c::ADJUSTED_PER_HOUR) - at(c::PER_HOUR)).abs() < 1e-9);
    assert!(at(c::PROVEN_PER_HOUR) < at(c::ADJUSTED_PER_HOUR));
}

#[test]
fn a_day_on_air_without_this_audience_counts_as_nought() {
    let mut scene = Scene::default();
    let counts = [(Count::Impressions, 100), (Count::Entrants, 10)];
    scene.shown(0, ["prime", "f", "b0", "a"], &counts);
    for day in 0..4 {
        scene.shown(day, ["prime", "m", &format!("b{day}"), "a"], &counts);
    }
    let evidence = scene.evidence();
    let table = slot_plan(&context(&evidence), &market("Asia/Jakarta"), &Zone::utc()).unwrap();
    let f = row_of(&table, c::AUDIENCE, "f");
    assert_eq!(number(&table, c::IMPRESSIONS_PER_DAY, f), Some(25.0));
    assert_eq!(number(&table, &c::low(c::IMPRESSIONS_PER_DAY), f), None, "four days are too few for an interval");
    assert_eq!(number(&table, c::PER_HOUR, f), Some(0.5));
    assert_eq!(number(&table, &c::low(c::PER_HOUR), f), None);
    let note = text(&table, c::NOTE, f);
    assert!(note.contains("On air there on 4 days: too few") && note.contains("ran in no other slot"), "{note}");
    assert_eq!(number(&table, c::ADJUSTED_PER_HOUR, f), None);
}

/// Days with so many impressions and entrants of a cover in each slot, where it was on air.
fn slots(days: i32, shown: &[(&str, &str, u64, u64)]) -> DataFrame {
    let mut scene = Scene::default();
    for day in 0..days {
        for (slot, cover, impressions, entrants) in shown {
            let entrants = wavering(u64::try_from(day).unwrap(), *entrants);
            let counts = [(Count::Impressions, *impressions), (Count::Entrants, entrants)];
            scene.shown(day, [slot, "all", &format!("{slot}{day}"), cover], &counts);
        }
    }
    let evidence = scene.evidence();
    slot_plan(&context(&evidence), &market("America/New_York"), &Zone::utc()).unwrap()
}

#[test]
fn a_night_of_few_viewers_does_not_stand_above_prime_time_for_its_rate() {
    // 48 entrants of 400 impressions at night, 2,586 of 86,200 in prime time.
    let table = slots(10, &[("night", "a", 400, 48), ("prime", "a", 86_200, 2_586)]);
    assert_eq!(table.height(), 2, "there is one audience, and it is all");
    assert_eq!((text(&table, c::SLOT, 0), number(&table, c::RANK, 0)), ("prime".into(), Some(1.0)));
    let of = |column: &str, row| number(&table, column, row).unwrap();
    assert!(of(c::EXPECTED, 0) < of(c::EXPECTED, 1), "the night's rate is the higher one");
    assert!((of(c::PER_HOUR, 0) - 2_586.0 / 5.0).abs() < 0.1 && (of(c::PER_HOUR, 1) - 48.0 / 19.0).abs() < 0.1);
}

#[test]
fn what_good_covers_brought_is_not_the_slots() {
    // `good` draws twice as many as `plain` in either slot, and ran mostly at night, which has 19 hours and prime 5.
    let table = slots(
        10,
        &[
            ("night", "good", 17_100, 1_710),
            ("night", "plain", 1_900, 95),
            ("prime", "good", 500, 50),
            ("prime", "plain", 4_500, 225),
        ],
    );
    let row = |slot| row_of(&table, c::SLOT, slot);
    let of = |column: &str, slot| number(&table, column, row(slot)).unwrap();
    // 1,805 in 19 hours against 275 in 5, of 1,000 impressions an hour in either.
    assert!((of(c::PER_HOUR, "night") - 95.0).abs() < 0.1 && (of(c::PER_HOUR, "prime") - 55.0).abs() < 0.1);
    let (night, prime) = (of(c::ADJUSTED_PER_HOUR, "night"), of(c::ADJUSTED_PER_HOUR, "prime"));
    assert!((night / prime - 1.0).abs() < 0.01, "{night} {prime}");
    assert!(
        of(&c::low(c::ADJUSTED_PER_HOUR), "night") < night && night < of(&c::high(c::ADJUSTED_PER_HOUR), "night")
    );
}

#[test]
fn covers_of_one_slot_alone_say_so_and_one_lucky_day_does_not_come_first() {
    let mut scene = Scene::default();
    let counts = |entrants| [(Count::Impressions, 10_000), (Count::Entrants, entrants)];
    for day in 0..10_i32 {
        let entrants = if day % 2 == 0 { 100 } else { 300 };
        scene.shown(day, ["night", "all", &format!("n{day}"), "a"], &counts(entrants));
    }
    // 12 an hour on one day, and 10.5 on ten.
    scene.shown(0, ["prime", "all", "p0", "b"], &counts(60));
    let evidence = scene.evidence();
    let table = slot_plan(&context(&evidence), &market("America/New_York"), &Zone::utc()).unwrap();
    let of = |column: &str, slot| number(&table, column, row_of(&table, c::SLOT, slot)).unwrap();
    assert!(of(c::PER_HOUR, "prime") > of(c::PER_HOUR, "night"));
    assert_eq!((of(c::RANK, "night"), of(c::RANK, "prime")), (1.0, 2.0), "{table}");
    let note = text(&table, c::NOTE, row_of(&table, c::SLOT, "prime"));
    assert!(note.contains("On air there on 1 day: too few") && note.contains("ran in no other slot"), "{note}");
}

#[test]
fn clicks_stand_in_where_entrants_are_not_known_and_without_either_there_is_no_rank() {
    for (count, ranked_by) in [(Count::Clicks, "clicks_per_hour"), (Count::Stays, "")] {
        let mut scene = Scene::default();
        for day in 0..10 {
            let counts = [(Count::Impressions, 1_000), (count, 50)];
            scene.shown(day, ["prime", "all", &format!("b{day}"), "a"], &counts);
        }
        let evidence = scene.evidence();
        let table = slot_plan(&context(&evidence), &market("America/New_York"), &Zone::utc()).unwrap();
        assert_eq!(text(&table, c::RANKED_BY, 0), ranked_by);
        assert_eq!(number(&table, c::RANK, 0).is_some(), !ranked_by.is_empty());
    }
}
