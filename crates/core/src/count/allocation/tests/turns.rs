//! Turns of a rotation: what fell on a slot is shared out once more, and no number of a slot changes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Night, Sheet, describe, micros};
use crate::model::Count::{Entries, Impressions};
use crate::model::{FactKey, Figures, Measure, TurnSpan, Turns};

const MINUTE: i64 = 60_000_000;

impl Night {
    /// Turns as (start, minutes of burn-in, minutes in all).
    fn with_turns(mut self, turns: &[(&str, i64, i64)]) -> Self {
        self.turns = Turns::new(turns.iter().map(|(start, burn_in, length)| {
            let starts_us = micros(start);
            TurnSpan { starts_us, settles_us: starts_us + burn_in * MINUTE, ends_us: starts_us + length * MINUTE }
        }));
        self
    }

    /// The facts of the first day by turn: minutes since its start and `!` for burn-in, slot, cover, counts.
    fn by_turn(&self) -> Vec<String> {
        let start_us = self.days[0].start.as_microsecond();
        let allocated = self.allocate();
        let line = |of_turn: &crate::model::TurnFact| {
            let turn = self.turns.turn(of_turn.turn).map_or_else(
                || "outside".to_owned(),
                |turn| {
                    let mark = if turn.burn_in { "!" } else { "" };
                    format!("{}{mark}", (turn.starts_us - start_us) / MINUTE)
                },
            );
            let mut line = format!("{turn} {:?} {}", of_turn.fact.key.part, of_turn.fact.key.cover_id);
            describe(&of_turn.fact.figures, &mut line);
            line
        };
        allocated.turns[0].iter().map(line).collect()
    }
}

#[test]
fn what_fell_on_a_slot_is_shared_out_over_its_turns() {
    // An hour over the edge of 19:00: 30 minutes in each slot, 5 and 5 of 10. Of the second half an hour ten minutes are
    // before the turn, five its burn-in, fifteen what counts.
    let night = Night::in_zone("UTC", &["2026-11-21"])
        .with_turns(&[("2026-11-21T19:10Z", 5, 60)])
        .page(Sheet::new().row("2026-11-21T18:30Z 1h r1 a", &[(Entries, 10)]));
    let slots = ["2026-11-21 day r1 a entries=5 split=0/5", "2026-11-21 prime r1 a entries=5 split=0/5"];
    assert_eq!(night.table(), slots);
    assert_eq!(
        night.by_turn(),
        [
            "outside Slot(1) a entries=5 split=0/5",
            "outside Slot(2) a entries=2 split=0/2",
            "1150! Slot(2) a entries=1 split=0/1",
            "1150 Slot(2) a entries=2 split=0/2",
        ]
    );
}

#[test]
fn a_row_within_a_turn_is_not_split_and_a_row_of_a_day_is_outside_of_all() {
    let night = Night::in_zone("UTC", &["2026-11-21"])
        .with_turns(&[("2026-11-21T10:00Z", 10, 60)])
        .page(Sheet::new().row("2026-11-21T10:10Z 300s r1 a", &[(Impressions, 7)]))
        .page(Sheet::of(1).row("2026-11-21T00:00Z 1d r1 b", &[(Impressions, 9)]));
    assert_eq!(
        night.by_turn(),
        ["outside AllDay b impressions=9 match=86400/86400", "600 Slot(1) a impressions=7"]
    );
}

#[test]
fn a_day_that_no_turn_reaches_into_has_no_facts_by_turn() {
    let night = Night::in_zone("UTC", &["2026-11-21", "2026-11-22"])
        .with_turns(&[("2026-11-22T10:00Z", 0, 60)])
        .page(Sheet::new().row("2026-11-21T10:10Z 300s r1 a", &[(Impressions, 7)]))
        .page(Sheet::of(1).row("2026-11-22T12:00Z 300s r1 a", &[(Impressions, 3)]));
    let allocated = night.allocate();
    assert_eq!((allocated.turns[0].len(), allocated.turns[1].len()), (0, 1));
}

/// Rows of a few minutes to hours, and turns that cut them anywhere.
fn nights() -> impl Strategy<Value = Night> {
    let row = (0_i64..1440, 1_i64..300, 0_u64..50, 0_u64..9);
    let turn = (-60_i64..1500, 0_i64..30, 1_i64..90);
    let (rows, turns) = (prop::collection::vec(row, 1..8), prop::collection::vec(turn, 1..12));
    (rows, turns).prop_map(|(rows, turns)| {
        let start_us = micros("2026-11-21T00:00Z");
        let mut night = Night::in_zone("UTC", &["2026-11-21"]);
        night.turns = Turns::new(turns.into_iter().map(|(start, burn_in, length)| TurnSpan {
            starts_us: start_us + start * MINUTE,
            settles_us: start_us + (start + burn_in) * MINUTE,
            ends_us: start_us + (start + length) * MINUTE,
        }));
        let mut sheet = Sheet::new();
        for (start, length, value, more) in rows {
            let span = (start_us + start * MINUTE, start_us + (start + length) * MINUTE);
            let measure = Measure { low: value, value: value + more, high: value + 2 * more };
            sheet =
                sheet.counts(span, false, ("r1", "a"), &[(Impressions, measure), (Entries, Measure::exact(more))]);
        }
        night.page(sheet)
    })
}

proptest! {
    #[test]
    fn turns_add_up_to_slots_and_leave_them_as_they_were(night in nights()) {
        let allocated = night.allocate();
        let plain = Night { turns: Turns::default(), ..night };
        let without = plain.allocate();
        prop_assert_eq!(&allocated.facts, &without.facts);
        let mut sums: BTreeMap<FactKey, Figures> = BTreeMap::new();
        for of_turn in &allocated.turns[0] {
            let sum = sums.entry(of_turn.fact.key.clone());
            sum.and_modify(|sum| sum.add(&of_turn.fact.figures)).or_insert(of_turn.fact.figures);
        }
        if !allocated.turns[0].is_empty() {
            let value = |figures: &Figures| (figures.value, figures.known);
            let summed: Vec<_> = sums.iter().map(|(key, figures)| (key.clone(), value(figures))).collect();
            let facts = allocated.facts[0].iter().map(|fact| (fact.key.clone(), value(&fact.figures)));
            prop_assert_eq!(summed, facts.collect::<Vec<_>>());
            for of_turn in &allocated.turns[0] {
                let Figures { value, low, high, .. } = of_turn.fact.figures;
                prop_assert!(low.impressions <= value.impressions && value.impressions <= high.impressions);
            }
        }
    }
}
