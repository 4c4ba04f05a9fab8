//! By bar: rows that say of no more than five minutes what was counted.

use super::super::Allocation;
use super::{Night, Sheet};
use crate::model::{Count, Measure};

/// The bars of every day as lines: when, broadcast, cover and what is known.
fn told(allocated: &Allocation) -> Vec<String> {
    let line = |fact: &crate::model::BarFact| {
        let (key, figures) = (&fact.key, &fact.figures);
        let at = jiff::Timestamp::from_microsecond(key.bar.start_us()).unwrap().strftime("%H:%M");
        let known = figures.known.iter().filter_map(|count| Some((count, figures.get(count)?)));
        let known: Vec<String> = known.map(|(count, of)| format!("{}={}", count.word(), of.value)).collect();
        format!("{at} era {} {} {} {}", key.era.0, key.broadcast_id, key.cover_id, known.join(" "))
    };
    allocated.bars.iter().flatten().map(line).collect()
}

fn entries(count: u64) -> Vec<(Count, u64)> {
    vec![(Count::Entries, count)]
}

#[test]
fn a_row_of_five_minutes_or_less_is_in_its_bar_and_a_longer_one_in_none() {
    let night = Night::in_zone("UTC", &["2026-11-21"]).page(
        Sheet::new()
            .row("2026-11-21T10:00Z 300s r a", &entries(5))
            .row("2026-11-21T10:01Z 60s r a", &entries(7))
            .row("2026-11-21T10:04Z 120s r a", &entries(100))
            .row("2026-11-21T10:05Z 1h r a", &entries(1_000))
            .row("2026-11-21T10:05Z 301s r a", &entries(10_000))
            .row("2026-11-21T00:00Z 1d r a", &entries(100_000))
            .row("2026-11-21T10:07Z 60s r b", &entries(2)),
    );
    assert_eq!(told(&night.allocate()), ["10:00 era 0 r a entries=12", "10:05 era 0 r b entries=2"]);
    let off = Night { bars: false, ..night };
    assert_eq!(told(&off.allocate()), Vec::<String>::new());
    assert!(!off.allocate().facts[0].is_empty());
}

#[test]
fn the_newest_delivery_is_valid_by_bars_too_and_the_log_says_the_cover() {
    let night = Night::in_zone("UTC", &["2026-11-21"])
        .page(Sheet::of(0).made_at(1).row("2026-11-21T10:00Z 300s r log", &entries(5)))
        .page(Sheet::of(0).made_at(2).row("2026-11-21T10:00Z 300s r log", &entries(6)))
        .page(Sheet::of(2).on_air("r a 2026-11-21T10:00Z").on_air("r b 2026-11-21T10:02Z"));
    assert_eq!(told(&night.allocate()), ["10:00 era 0 r b entries=6"], "b was on air longest");
}

#[test]
fn null_is_not_zero_in_a_bar() {
    let night = Night::in_zone("UTC", &["2026-11-21"])
        .page(
            Sheet::of(0)
                .row("2026-11-21T10:00Z 60s r a", &[(Count::Entries, 5), (Count::Orders, 1)])
                .row("2026-11-21T10:01Z 60s r a", &entries(5))
                .row("2026-11-21T10:05Z 60s r a", &[(Count::Entries, 0), (Count::Orders, 0)]),
        )
        .page(Sheet::of(1).row("2026-11-21T10:00Z 300s r a", &[(Count::Impressions, 50), (Count::Entrants, 4)]));
    assert_eq!(
        told(&night.allocate()),
        ["10:00 era 0 r a impressions=50 entries=10", "10:05 era 0 r a entries=0 orders=0"],
        "definitions complete each other, one row without orders makes their sum unknown, and viewers are not counted"
    );
}

#[test]
fn a_row_in_a_bar_that_days_share_is_divided_like_its_cells() {
    let days = ["2026-11-20", "2026-11-21"].map(|date| date.parse().unwrap());
    let interval = (super::micros("2026-11-21T10:00Z"), super::micros("2026-11-21T10:04Z"));
    let counts = [(Count::Entries, Measure::exact(12))];
    let night = Night::of("UTC", "10:02", &[("all", "10:02")], days).page(Sheet::new().counts(
        interval,
        false,
        ("r", "a"),
        &counts,
    ));
    let allocated = night.allocate();
    assert!(allocated.bars.iter().all(|of_day| of_day.len() == 1), "{allocated:?}");
    for (bars, facts) in allocated.bars.iter().zip(&allocated.facts) {
        assert_eq!(bars[0].figures.value.entries, facts[0].figures.value.entries);
    }
    assert_eq!(allocated.bars[0][0].key, allocated.bars[1][0].key);
}
