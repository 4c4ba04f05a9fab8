//! Slots of New York and Jakarta by hand.

use polars::prelude::DataFrame;

use super::slot_plan;
use crate::testing::{Scene, context, number, text, wavering};
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
fn the_best_slot_of_each_audience_comes_first_with_its_week_on_three_clocks() {
    let table = plan(&[("f", 100, 300), ("m", 300, 100)]);
    // Two audiences, two slots, seven days; what has no slot has no clock.
    assert_eq!(table.height(), 28);
    let at = |row| (text(&table, c::AUDIENCE, row), text(&table, c::SLOT, row), number(&table, c::RANK, row));
    assert_eq!(at(0), ("f".into(), "prime".into(), Some(1.0)));
    assert_eq!(at(7), ("f".into(), "night".into(), Some(2.0)));
    assert_eq!(at(14), ("m".into(), "night".into(), Some(1.0)));
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
    assert_eq!(text(&table, c::RANKED_BY, 0), "effective_ctr");
}

#[test]
fn what_is_to_be_expected_has_an_interval_and_volume_is_that_of_a_day_on_air() {
    let table = plan(&[("f", 100, 300)]);
    let at = |column: &str| number(&table, column, 0).unwrap();
    assert!(at(&c::low(c::EXPECTED)) < at(c::EXPECTED) && at(c::EXPECTED) < at(&c::high(c::EXPECTED)));
    assert!(at(c::PROVEN_RATE) < at(c::EXPECTED) && at(c::PROVEN_RATE) > at(&c::low(c::EXPECTED)));
    assert!((at(c::EXPECTED) - 0.03).abs() < 0.001, "{}", at(c::EXPECTED));
    assert!((at(c::IMPRESSIONS_PER_DAY) - 10_000.0).abs() < 1e-9);
    assert!(at(&c::low(c::ENTRANTS_PER_DAY)) < at(c::ENTRANTS_PER_DAY));
    assert_eq!((at(c::DAYS), at(c::BROADCASTS)), (10.0, 10.0));
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
    assert_eq!(number(&table, c::IMPRESSIONS_PER_DAY, 0), Some(25.0));
    assert_eq!(number(&table, &c::low(c::IMPRESSIONS_PER_DAY), 0), None, "four days are too few for an interval");
}
