//! From an instant to a market's date and slot; the floor stores a number for each.

use std::hint::black_box;

use coverledger::time::{Cuts, DayRule, Hint, SlotTable, Timeline, Zone};
use criterion::{Criterion, Throughput};
use jiff::ToSpan;
use jiff::civil::{Date, date, time};
use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

const INSTANTS: usize = 100_000;
const WEEK_US: u64 = 7 * 86_400_000_000;

pub fn bench(criterion: &mut Criterion) {
    let zone = Zone::named("America/New_York").expect("a zone");
    let rule = DayRule::calendar(zone);
    let starts = [("night", 0), ("morning", 6), ("day", 12), ("prime", 19)];
    let starts = starts.map(|(name, hour)| (name.to_owned(), time(hour, 0, 0, 0))).to_vec();
    let slots = SlotTable::new(time(0, 0, 0, 0), starts).expect("slots");
    let first: Date = date(2026, 10, 26);
    let dates = (0..7_i64).map(|day| first.checked_add(day.days()).expect("a date"));
    let timeline = Timeline::of_dates(&rule, Some(&slots), dates, &Cuts::default());
    let start_us = rule.day(first).expect("a day").start.as_microsecond();
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut instants: Vec<i64> =
        (0..INSTANTS).map(|_| start_us + i64::try_from(random.next_u64() % WEEK_US).unwrap_or_default()).collect();
    let mut group = criterion.benchmark_group("localize");
    group.throughput(Throughput::Elements(INSTANTS as u64));
    let mut places = vec![0; INSTANTS];
    for order in ["as they come", "sorted"] {
        group.bench_function(order, |bencher| {
            bencher.iter(|| {
                let mut hint = Hint::default();
                for (stored, at_us) in places.iter_mut().zip(&instants) {
                    *stored = timeline
                        .place(*at_us, &mut hint)
                        .map_or(0, |place| place.day * 4 + place.slot.unwrap_or(0));
                }
                black_box(&mut places);
            });
        });
        instants.sort_unstable();
    }
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            for (stored, at_us) in places.iter_mut().zip(&instants) {
                *stored = usize::from(*at_us > start_us);
            }
            black_box(&mut places);
        });
    });
    group.finish();
}
