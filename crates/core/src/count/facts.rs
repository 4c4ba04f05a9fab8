//! Cells and what was counted in them, as facts.

use std::collections::BTreeMap;

use super::cells::Numbered;
use super::scope::Scope;
use crate::model::{
    CountSet, Counts, DayPart, Era, Fact, FactKey, Figures, GroupFact, Parts, TurnFact, TurnNumber,
};

/// Facts by market-day, and the same by turn and by viewer group.
pub(super) struct Facts {
    pub(super) all: Vec<Vec<Fact>>,
    pub(super) turns: Vec<Vec<TurnFact>>,
    pub(super) groups: Vec<Vec<GroupFact>>,
}

/// Facts by market-day, and the same by turn and by viewer group. A cell in which nothing was counted (its rows were all
/// redeliveries) is no fact.
pub(super) fn facts(numbered: &Numbered, (counts, orphans): (&[Counts], &[u64]), scope: &Scope) -> Facts {
    let days = scope.days();
    let mut facts =
        Facts { all: vec![Vec::new(); days], turns: vec![Vec::new(); days], groups: vec![Vec::new(); days] };
    let cuts = cuts_of_days(numbered, counts, days);
    for ((cell, counts), orphans) in numbered.cells().iter().zip(counts).zip(orphans) {
        if *counts != Counts::default() {
            let key = FactKey {
                era: Era(cell.era),
                part: DayPart::Slot(cell.slot.into()),
                audience: numbered.name(cell.audience),
                broadcast_id: numbered.name(cell.broadcast),
                cover_id: numbered.name(cell.cover),
                contaminated: false,
            };
            let fact = Fact {
                key,
                figures: Figures::exact(*counts, CountSet::ALL),
                parts: Parts::default(),
                orphan_clicks: scope.orphans_from_us(cell.day as usize).map(|_| *orphans),
            };
            let day = cell.day as usize;
            if cuts[day].by_turn {
                facts.turns[day].push(TurnFact { turn: cell.turn, fact: fact.clone() });
            }
            if cuts[day].by_group {
                facts.groups[day].push(GroupFact { group: cell.group, fact });
            } else if !cuts[day].by_turn {
                facts.all[day].push(fact);
            }
        }
    }
    let days = facts.all.iter_mut().zip(&mut facts.turns).zip(&mut facts.groups);
    for (((all, turns), groups), cut) in days.zip(cuts) {
        // Cells of several groups are in one turn, and the other way round.
        add_alike(
            turns,
            |one, other| (one.turn, &one.fact.key).cmp(&(other.turn, &other.fact.key)),
            |sum, more| add(&mut sum.fact, &more.fact),
        );
        add_alike(
            groups,
            |one, other| (one.group, &one.fact.key).cmp(&(other.group, &other.fact.key)),
            |sum, more| add(&mut sum.fact, &more.fact),
        );
        if cut.by_turn {
            all.extend(turns.iter().map(|of_turn| of_turn.fact.clone()));
        } else if cut.by_group {
            *all = sums(groups);
        }
        add_alike(all, |one, other| one.key.cmp(&other.key), add);
    }
    facts
}

/// Sorts parts of facts, and adds up those that are in one place.
fn add_alike<P>(parts: &mut Vec<P>, order: impl Fn(&P, &P) -> std::cmp::Ordering, add: impl Fn(&mut P, &P)) {
    parts.sort_unstable_by(&order);
    parts.dedup_by(|next, sum| {
        let is_same = order(next, sum).is_eq();
        if is_same {
            add(sum, next);
        }
        is_same
    });
}

/// Facts over all groups. A fact has up to 129 parts, so they are added one by one and not copied first.
fn sums(groups: &[GroupFact]) -> Vec<Fact> {
    let mut sums: BTreeMap<&FactKey, Fact> = BTreeMap::new();
    for GroupFact { fact, .. } in groups {
        sums.entry(&fact.key).and_modify(|sum| add(sum, fact)).or_insert_with(|| fact.clone());
    }
    sums.into_values().collect()
}

fn add(sum: &mut Fact, more: &Fact) {
    sum.figures.add(&more.figures);
    sum.orphan_clicks = sum.orphan_clicks.zip(more.orphan_clicks).map(|(sum, more)| sum + more);
}

/// What a market-day is cut by.
#[derive(Debug, Clone, Copy, Default)]
struct DayCuts {
    by_turn: bool,
    by_group: bool,
}

/// On which market-days something was counted in a turn, and on which of a viewer in a group.
fn cuts_of_days(numbered: &Numbered, counts: &[Counts], days: usize) -> Vec<DayCuts> {
    let mut cuts = vec![DayCuts::default(); days];
    for (cell, counts) in numbered.cells().iter().zip(counts) {
        let is_something = *counts != Counts::default();
        let cut = &mut cuts[cell.day as usize];
        cut.by_turn |= cell.turn != TurnNumber(0) && is_something;
        cut.by_group |= cell.group.is_some() && is_something;
    }
    cuts
}
