//! What comes in an hour on air: do its intervals hold it, and is the better slot ranked first?

use super::{Share, lognormal, whole};
use crate::decisions::slot_plan::slot_plan;
use crate::testing::{Scene, context, number, row_of};
use coverledger_config::Market;
use coverledger_core::model::{Count, columns as c};
use coverledger_core::time::{DayRule, SlotTable, Zone};
use coverledger_stats::SeededRng;

/// Two slots of twelve hours; at night a cover that draws twice as many is shown more often.
#[derive(Debug, Clone, Copy)]
struct Station {
    days: i32,
    /// Viewers that a usual cover would draw in an hour, at night and in the day.
    per_hour: [f64; 2],
    /// How much days differ.
    between: f64,
}

fn market() -> Market {
    let day = DayRule::calendar(Zone::named("Asia/Jakarta").unwrap());
    let slots = [("night", "00:00"), ("day", "12:00")].map(|(name, at)| (name.to_owned(), at.parse().unwrap()));
    Market { slots: SlotTable::new(day.starts_at, slots.into()).unwrap(), slots_name: "halves".to_owned(), day }
}

/// Of the plain and of the adjusted pace, whether the interval holds the truth; and whether the better slot is first.
fn told(station: Station, seeds: std::ops::Range<u64>) -> [Share; 3] {
    let mut shares = [Share::default(); 3];
    for seed in seeds {
        let mut chance = SeededRng::new(seed, 3);
        let mut scene = Scene::default();
        for day in 0..station.days {
            for (slot, usual, good) in [("night", station.per_hour[0], 0.6), ("day", station.per_hour[1], 0.2)] {
                let level = lognormal(&mut chance, station.between);
                for (cover, share, strength) in [("good", good, 2.0), ("usual", 1.0 - good, 1.0)] {
                    let impressions = whole(12.0 * usual * level * share / 0.05);
                    let entrants = chance.binomial(impressions, 0.05 * strength);
                    let counts = [(Count::Impressions, impressions), (Count::Entrants, entrants)];
                    scene.shown(day, [slot, "all", &format!("{slot}{day}"), cover], &counts);
                }
            }
        }
        let evidence = scene.evidence();
        let table = slot_plan(&context(&evidence), &market(), &Zone::utc()).unwrap();
        // The mean strength of the covers over all impressions.
        let weights = station.per_hour;
        let mean = (weights[0] * 1.6 + weights[1] * 1.2) / (weights[0] + weights[1]);
        for (slot, usual, strength) in [("night", weights[0], 1.6), ("day", weights[1], 1.2)] {
            let row = row_of(&table, c::SLOT, slot);
            let holds = |name: &str, truth: f64| {
                let bound = |name: String| number(&table, &name, row).unwrap();
                bound(c::low(name)) <= truth && truth <= bound(c::high(name))
            };
            shares[0].note(holds(c::PER_HOUR, usual * strength));
            shares[1].note(holds(c::ADJUSTED_PER_HOUR, usual * mean));
        }
        let day = number(&table, c::RANK, row_of(&table, c::SLOT, "day"));
        shares[2].note(day == Some(1.0));
    }
    shares
}

#[test]
fn an_hours_interval_holds_what_comes_and_the_better_slot_is_first() {
    // By what the covers bring, night would stand first: 1.6 × 100 against 1.2 × 115.
    let [plain, adjusted, first] = told(Station { days: 28, per_hour: [100.0, 115.0], between: 0.1 }, 0..100);
    assert!(plain.get() >= 0.91 && adjusted.get() >= 0.91, "{plain:?} {adjusted:?}");
    assert!(first.get() >= 0.95, "{first:?}");
}

#[test]
#[ignore = "prints a table of docs/STATISTICS.md"]
fn table_of_hours() {
    println!("| days | days differ by | plain held, % | adjusted held, % | better slot first, % |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for (days, between) in [(8, 0.2), (14, 0.2), (28, 0.2), (8, 0.5), (14, 0.5), (28, 0.5)] {
        let shares = told(Station { days, per_hour: [100.0, 115.0], between }, 0..1_000);
        println!("| {days} | {between} | {} |", shares.map(Share::percent).join(" | "));
    }
}
