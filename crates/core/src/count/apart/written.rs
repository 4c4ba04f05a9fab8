//! Partial counts as they are written: by values, in one order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::partial::{BarOf, OfCell, Partial, Totals};
use crate::count::cells::Cell;
use crate::count::tally::Outcome;
use crate::model::{Count, Counts, Kinds, TurnNumber, ViewerGroup};

/// A part, whatever it says.
#[derive(Serialize, Deserialize)]
struct Written {
    outside: u64,
    /// Audiences, broadcasts and covers, sorted. Everything else has their places in this list.
    names: Vec<String>,
    /// By market-day, in ascending order.
    days: BTreeMap<u32, WrittenDay>,
}

#[derive(Serialize, Deserialize, Default)]
struct WrittenDay {
    rows: u64,
    passed_on: u64,
    received: u64,
    /// Sorted.
    cells: Vec<WrittenCell>,
    /// Sorted.
    bars: Vec<WrittenBar>,
    /// Export; counted, redelivered, and of these of another event. By export.
    outcomes: Vec<(u32, [u64; 3])>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct WrittenCell {
    /// Of the audience, broadcast and cover.
    names: [u32; 3],
    slot: u16,
    era: u16,
    turn: u32,
    group: Option<u8>,
    counts: [u64; Count::ALL.len()],
    orphans: u64,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct WrittenBar {
    /// Of the broadcast and cover.
    names: [u32; 2],
    era: u16,
    bar: i32,
    sums: [u64; Kinds::COUNT],
}

impl From<&Partial> for Written {
    fn from(partial: &Partial) -> Self {
        let of = &partial.numbered;
        let found = || of.cells().iter().zip(&partial.of_cells).filter(|(_, found)| **found != OfCell::default());
        let used = found().flat_map(|(cell, _)| [cell.audience, cell.broadcast, cell.cover]);
        let used: BTreeSet<&str> = used
            .chain(partial.bars.keys().flat_map(|bar| [bar.broadcast, bar.cover]))
            .map(|name| of.text(name))
            .collect();
        let place: hashbrown::HashMap<&str, u32> = used.iter().copied().zip(0..).collect();
        let name = |name: u32| place[of.text(name)];
        let mut days: BTreeMap<u32, WrittenDay> = BTreeMap::new();
        for (day, Totals { rows, passed_on, received }) in &partial.of_days {
            let (rows, passed_on, received) = (*rows, *passed_on, *received);
            days.insert(*day, WrittenDay { rows, passed_on, received, ..WrittenDay::default() });
        }
        for (cell, found) in found() {
            let Cell { slot, era, turn, group, .. } = *cell;
            days.entry(cell.day).or_default().cells.push(WrittenCell {
                names: [cell.audience, cell.broadcast, cell.cover].map(name),
                slot,
                era,
                turn: turn.0,
                group: group.map(ViewerGroup::number),
                counts: Count::ALL.map(|count| found.counts.get(count)),
                orphans: found.orphans,
            });
        }
        for (BarOf { day, era, broadcast, cover, bar }, sums) in &partial.bars {
            let names = [*broadcast, *cover].map(name);
            let bar = WrittenBar { names, era: *era, bar: *bar, sums: *sums };
            days.entry(*day).or_default().bars.push(bar);
        }
        for ((day, export), Outcome { counted, duplicate, of_another }) in &partial.outcomes {
            let outcomes = &mut days.entry(*day).or_default().outcomes;
            outcomes.push((*export, [*counted, *duplicate, *of_another]));
        }
        for day in days.values_mut() {
            day.cells.sort_unstable();
            day.bars.sort_unstable();
        }
        Self { outside: partial.outside, names: used.into_iter().map(str::to_owned).collect(), days }
    }
}

impl TryFrom<Written> for Partial {
    type Error = &'static str;

    fn try_from(Written { outside, names, days }: Written) -> Result<Self, Self::Error> {
        let mut partial = Self { outside, ..Self::default() };
        let names: Vec<u32> =
            names.into_iter().map(|name| partial.numbered.number_name(Arc::from(name))).collect();
        let name = |place: u32| names.get(place as usize).copied().ok_or("a name that is not in the list");
        for (day, of_day) in days {
            let WrittenDay { rows, passed_on, received, cells, bars, outcomes } = of_day;
            partial.of_days.insert(day, Totals { rows, passed_on, received });
            for WrittenCell { names: [audience, broadcast, cover], slot, era, turn, group, counts, orphans } in
                cells
            {
                let group = group.map(|group| ViewerGroup::new(group).ok_or("a viewer group beyond 127"));
                let cell = Cell {
                    day,
                    slot,
                    era,
                    audience: name(audience)?,
                    broadcast: name(broadcast)?,
                    cover: name(cover)?,
                    turn: TurnNumber(turn),
                    group: group.transpose()?,
                };
                let of_cell = partial.of_cell(cell);
                if *of_cell != OfCell::default() {
                    return Err("a cell twice");
                }
                let mut all = Counts::default();
                Count::ALL.into_iter().zip(counts).for_each(|(count, value)| *all.get_mut(count) = value);
                *of_cell = OfCell { counts: all, orphans };
            }
            for WrittenBar { names: [broadcast, cover], era, bar, sums } in bars {
                let bar = BarOf { day, era, broadcast: name(broadcast)?, cover: name(cover)?, bar };
                if partial.bars.insert(bar, sums).is_some() {
                    return Err("a bar twice");
                }
            }
            for (export, [counted, duplicate, of_another]) in outcomes {
                let outcome = Outcome { counted, duplicate, of_another };
                if partial.outcomes.insert((day, export), outcome).is_some() {
                    return Err("an export twice");
                }
            }
        }
        Ok(partial)
    }
}

impl Serialize for Partial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Partial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Written::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
