//! Allocation against a loop that knows no index: every row is held against every other, every second of it against
//! every cover.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Night, Sheet, micros};
use crate::model::Extent;
use crate::model::{Count, CountRow, Measure, OnAir};

const ROOMS: [&str; 3] = ["r1", "r2", "r3"];
const COVERS: [&str; 3] = ["a", "b", "c"];
const SECOND: i64 = 1_000_000;

/// Room, cover, whether it is contaminated, and the seconds on air.
type Fact = (String, String, bool, Option<u64>);

/// Room, cover, and the number of five minutes since 1970.
type OfBar = (String, String, i64);

/// Entries by fact and by bar, and counted and duplicate rows by page.
type Told = (BTreeMap<Fact, u64>, BTreeMap<OfBar, u64>, Vec<(u64, u64)>);

impl Night {
    fn in_scope(&self) -> impl Iterator<Item = (usize, &Sheet)> {
        let covered = |page: &usize| !self.outside.contains(&(*page, 0));
        self.sheets.iter().enumerate().filter(move |(page, _)| covered(page))
    }

    /// Whether a page in scope is newer and has a row that is alike.
    fn is_replaced<'a, R: 'a>(
        &'a self,
        (page, sheet): (usize, &Sheet),
        rows: impl Fn(&'a Sheet) -> &'a [R],
        alike: impl Fn(&'a Sheet, &'a R) -> bool,
    ) -> bool {
        self.in_scope().any(|(other, newer)| {
            newer.definition == sheet.definition
                && (newer.created_us, other) > (sheet.created_us, page)
                && rows(newer).iter().any(|row| alike(newer, row))
        })
    }

    fn row_is_replaced(&self, at: (usize, &Sheet), row: &CountRow) -> bool {
        let room = |sheet: &Sheet, row: &CountRow| sheet.page.stages[row.stage as usize].broadcast_id.clone();
        self.is_replaced(
            at,
            |sheet| &sheet.page.rows,
            |newer, other| {
                other.start_us == row.start_us
                    && match at.1.extent {
                        Extent::Period => other.end_us == row.end_us,
                        Extent::Broadcast => {
                            let is_told_alike = match (other.is_all_day, row.is_all_day) {
                                (true, true) => other.end_us == row.end_us,
                                (one, both) => one == both,
                            };
                            is_told_alike && room(newer, other) == room(at.1, row)
                        }
                    }
            },
        )
    }

    fn airing_is_replaced(&self, at: (usize, &Sheet), on_air: &OnAir) -> bool {
        self.is_replaced(
            at,
            |sheet| &sheet.page.on_air,
            |_, other| {
                other.from_us == on_air.from_us
                    && (at.1.extent == Extent::Period || other.broadcast_id == on_air.broadcast_id)
            },
        )
    }

    /// Whether the better export has rows of a broadcast that hold.
    fn is_served(&self, sheet: &Sheet, room: &str) -> bool {
        self.in_scope().filter(|(_, better)| Some(better.definition) == sheet.fallback_for).any(
            |(page, better)| {
                let rows = better.page.rows.iter();
                let of_room = rows.filter(|row| better.page.stages[row.stage as usize].broadcast_id == room);
                of_room.into_iter().any(|row| !self.row_is_replaced((page, better), row))
            },
        )
    }

    fn airings(&self) -> Vec<&OnAir> {
        let logs = self.in_scope().flat_map(|at| at.1.page.on_air.iter().map(move |on_air| (at, on_air)));
        logs.filter(|(at, on_air)| !self.airing_is_replaced(*at, on_air)).map(|(_, on_air)| on_air).collect()
    }

    /// Whose a row of whole seconds is: every second is its only cover's.
    fn cover_of(&self, room: &str, row: &CountRow) -> (String, bool, Option<u64>) {
        let airings: Vec<&OnAir> =
            self.airings().into_iter().filter(|on_air| on_air.broadcast_id == room).collect();
        let next = |from: i64| airings.iter().map(|other| other.from_us).filter(|other| *other > from).min();
        let mut seconds: Vec<(String, u64)> = Vec::new();
        for at in (row.start_us..row.end_us).step_by(1_000_000) {
            let on_air = airings.iter().filter(|on_air| {
                let until = on_air.until_us.or_else(|| next(on_air.from_us)).unwrap_or(i64::MAX);
                on_air.from_us <= at && at < until
            });
            let mut covers: Vec<&String> = on_air.map(|on_air| &on_air.cover_id).collect();
            covers.sort();
            covers.dedup();
            let [cover] = covers[..] else { continue };
            match seconds.iter_mut().find(|(known, _)| known == cover) {
                Some((_, sum)) => *sum += 1,
                None => seconds.push((cover.clone(), 1)),
            }
        }
        let most = seconds.iter().map(|(_, sum)| *sum).max();
        let longest = seconds.iter().find(|(_, sum)| Some(*sum) == most);
        let whole = row.start_us.abs_diff(row.end_us) / 1_000_000;
        longest.map_or(("unknown".to_owned(), false, Some(0)), |(cover, sum)| {
            (cover.clone(), *sum < whole, Some(*sum))
        })
    }

    /// What a loop makes of its only day, all of whose rows lie in one slot.
    fn naively(&self) -> Told {
        let mut entries: BTreeMap<Fact, u64> = BTreeMap::new();
        let mut bars: BTreeMap<OfBar, u64> = BTreeMap::new();
        let mut on_air: BTreeMap<(String, String, bool), u64> = BTreeMap::new();
        let mut outcomes = vec![(0, 0); self.sheets.len()];
        for (page, sheet) in self.in_scope() {
            for row in &sheet.page.rows {
                let stage = &sheet.page.stages[row.stage as usize];
                let room = &stage.broadcast_id;
                if self.row_is_replaced((page, sheet), row) || self.is_served(sheet, room) {
                    outcomes[page].1 += 1;
                    continue;
                }
                outcomes[page].0 += 1;
                let named = stage.cover_id.clone().map(|cover| (cover, false, None));
                let (cover, contaminated, seconds) = named.unwrap_or_else(|| self.cover_of(room, row));
                let [first, last] = [row.start_us, row.end_us - 1].map(|at| at.div_euclid(300 * SECOND));
                if first == last {
                    let entries = row.figures.value.entries;
                    *bars.entry((room.clone(), cover.clone(), first)).or_default() += entries;
                }
                *on_air.entry((room.clone(), cover.clone(), contaminated)).or_default() +=
                    seconds.unwrap_or_default();
                *entries.entry((room.clone(), cover, contaminated, None)).or_default() +=
                    row.figures.value.entries;
            }
            for airing in &sheet.page.on_air {
                let replaced = self.airing_is_replaced((page, sheet), airing);
                let froms = self.airings().into_iter().filter(|other| other.broadcast_id == airing.broadcast_id);
                let next = froms.map(|other| other.from_us).filter(|other| *other > airing.from_us).min();
                let until = airing.until_us.or(next).unwrap_or(i64::MAX);
                let day = &self.days[0];
                if airing.from_us < day.end.as_microsecond() && day.start.as_microsecond() < until {
                    *(if replaced { &mut outcomes[page].1 } else { &mut outcomes[page].0 }) += 1;
                }
            }
        }
        let facts = entries.into_iter().map(|((room, cover, contaminated, _), entries)| {
            let seconds = on_air[&(room.clone(), cover.clone(), contaminated)];
            ((room, cover, contaminated, Some(seconds)), entries)
        });
        (facts.collect(), bars, outcomes)
    }

    fn engine(&self) -> Told {
        let allocated = self.allocate();
        let facts = allocated.facts[0].iter().map(|fact| {
            let key = &fact.key;
            let on_air = Some(fact.figures.on_air.part_seconds);
            (
                (key.broadcast_id.to_string(), key.cover_id.to_string(), key.contaminated, on_air),
                fact.figures.value.entries,
            )
        });
        let outcome = |page| {
            let outcome = allocated.outcome(page, 0);
            (outcome.counted, outcome.duplicate)
        };
        let bars = allocated.bars[0].iter().map(|fact| {
            let key = &fact.key;
            let at = (key.broadcast_id.to_string(), key.cover_id.to_string(), i64::from(key.bar.number()));
            (at, fact.figures.value.entries)
        });
        (facts.collect(), bars.collect(), (0..self.sheets.len()).map(outcome).collect())
    }
}

/// Pages of a few rows each, out of few enough intervals, broadcasts and ages that they get in each other's way.
fn night() -> impl Strategy<Value = Night> {
    let row = (0_i64..6, 1_i64..4, 0_usize..3, 0_usize..4);
    let page = (0_usize..2, 0_i64..3, prop::collection::vec(row, 1..4), prop::bool::weighted(0.1));
    let airing = (-400_i64..240, prop::option::of(1_i64..200), 0_usize..3, 0_usize..3);
    let log = (0_i64..3, prop::collection::vec(airing, 1..5), prop::bool::weighted(0.1));
    let pages = prop::collection::vec(page, 1..7);
    (pages, prop::collection::vec(log, 0..3), any::<[bool; 3]>()).prop_map(|(pages, logs, in_parts)| {
        // Some rows lie in one five minutes, some in two.
        let start_us = micros("2026-11-21T07:58Z");
        let mut night = Night::in_zone("UTC", &["2026-11-21"]);
        let kind = |definition: usize| {
            let sheet = if definition == 1 { Sheet::of(1).fallback_for(0) } else { Sheet::of(definition) };
            if in_parts[definition] { sheet.in_parts() } else { sheet }
        };
        for (definition, made_at, rows, is_outside) in pages {
            let mut sheet = kind(definition).made_at(made_at);
            for (start, length, room, cover) in rows {
                let start_us = start_us + start * 30 * SECOND;
                let what = (ROOMS[room], COVERS.get(cover).copied().unwrap_or("log"));
                let interval = (start_us, start_us + length * 30 * SECOND);
                sheet = sheet.counts(interval, false, what, &[(Count::Entries, Measure::exact(1 << start))]);
            }
            if is_outside {
                night.outside.push((night.sheets.len(), 0));
            }
            night = night.page(sheet);
        }
        for (made_at, airings, is_outside) in logs {
            let mut sheet = kind(2).made_at(made_at);
            for (from, length, room, cover) in airings {
                let instant = |second: i64| jiff::Timestamp::from_microsecond(start_us + second * SECOND).unwrap();
                let until = length.map(|length| format!(" {}", instant(from + length))).unwrap_or_default();
                sheet = sheet.on_air(&format!("{} {} {}{until}", ROOMS[room], COVERS[cover], instant(from)));
            }
            if is_outside {
                night.outside.push((night.sheets.len(), 0));
            }
            night = night.page(sheet);
        }
        night
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn booking_agrees_with_a_loop(night in night()) {
        prop_assert_eq!(night.engine(), night.naively());
    }
}
