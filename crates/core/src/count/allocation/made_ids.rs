//! Rows of a market that may be one broadcast though their ids differ, since one id was made of several columns.
//!
//! A day may have as many rows as an export, so each is compared with its neighbours in order and not with all rows.

use std::collections::HashMap;

use super::conflict::{Rival, share_time};

/// Rows with a given id that are looked at for one with a made id, beyond those that are of the same broadcast or over.
const MOST_LOOKED_AT: usize = 1_000;

/// For every row with a made id, the first other that may be its broadcast, and how many others were looked at.
/// `of_market` is sorted by span, entry and row.
pub(super) fn pairs(of_market: &[Rival], is_made: &dyn Fn(&Rival) -> bool) -> (Vec<(Rival, Rival)>, usize) {
    let (made, given): (Vec<Rival>, Vec<Rival>) = of_market.iter().copied().partition(|row| is_made(row));
    let given = Given::new(given);
    let (mut pairs, mut looked_at) = (Vec::new(), 0);
    for together in made.chunk_by(|one, other| one.span_us == other.span_us) {
        let blocks: Vec<Block> = together.chunk_by(|one, other| one.entry == other.entry).map(Block::of).collect();
        for of_entry in together.chunk_by(|one, other| one.entry == other.entry) {
            let mut known: HashMap<u32, Option<Rival>> = HashMap::new();
            for row in of_entry {
                let same_span = *known.entry(row.seat.broadcast).or_insert_with(|| {
                    let mut others = blocks.iter().filter(|block| block.first.entry != row.entry);
                    others.find_map(|block| {
                        looked_at += 1;
                        block.without(row.seat.broadcast)
                    })
                });
                let sharing = given.sharing(row, &mut looked_at);
                let place = |row: &Rival| (row.span_us, row.entry, row.row);
                let other = same_span.into_iter().chain(sharing).min_by_key(place);
                pairs.extend(other.map(|other| (*row, other)));
            }
        }
    }
    (pairs, looked_at)
}

/// Rows of one object over one span: the first, and the first of another broadcast.
struct Block {
    first: Rival,
    second: Option<Rival>,
}

impl Block {
    fn of(rows: &[Rival]) -> Self {
        let first = rows[0];
        Self { first, second: rows.iter().find(|row| row.seat.broadcast != first.seat.broadcast).copied() }
    }

    /// The first row of another broadcast than this.
    fn without(&self, broadcast: u32) -> Option<Rival> {
        if self.first.seat.broadcast == broadcast { self.second } else { Some(self.first) }
    }
}

/// Rows with given ids, in the order of their spans.
struct Given {
    rows: Vec<Rival>,
    /// The latest end of each and all before it.
    latest_us: Vec<i64>,
    /// Where the next row of another broadcast is.
    next_other: Vec<usize>,
}

impl Given {
    fn new(rows: Vec<Rival>) -> Self {
        let mut latest = i64::MIN;
        let until = |row: &Rival| {
            latest = latest.max(row.span_us.1);
            latest
        };
        let latest_us = rows.iter().map(until).collect();
        let mut next_other = vec![rows.len(); rows.len()];
        for at in (1..rows.len()).rev() {
            let is_same = rows[at - 1].seat.broadcast == rows[at].seat.broadcast;
            next_other[at - 1] = if is_same { next_other[at] } else { at };
        }
        Self { rows, latest_us, next_other }
    }

    /// The first row of another broadcast that shares its time with this.
    fn sharing(&self, made: &Rival, looked_at: &mut usize) -> Option<Rival> {
        let mut at = self.latest_us.partition_point(|latest| *latest < made.span_us.0);
        for _ in 0..MOST_LOOKED_AT {
            let other = self.rows.get(at).filter(|other| other.span_us.0 <= made.span_us.1)?;
            *looked_at += 1;
            if other.seat.broadcast == made.seat.broadcast {
                at = self.next_other[at];
            } else if share_time(made, other) {
                return Some(*other);
            } else {
                at += 1;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::allocation::reach::Seat;

    fn rival(entry: u32, row: u32, broadcast: u32, span_us: (i64, i64)) -> Rival {
        let seat = Seat { market: 0, audience: 0, broadcast, cover: None };
        Rival {
            entry,
            row,
            group: 0,
            definition: 0,
            seat,
            span_us,
            is_all_day: false,
            is_counted: true,
            says_something: true,
        }
    }

    fn place(row: &Rival) -> ((i64, i64), u32, u32) {
        (row.span_us, row.entry, row.row)
    }

    /// By looking at all of them.
    fn naive(rows: &[Rival], is_made: &dyn Fn(&Rival) -> bool) -> Vec<(Rival, Rival)> {
        let other_of = |made: &Rival| {
            let may_be_it = |other: &&Rival| {
                other.entry != made.entry
                    && other.seat.broadcast != made.seat.broadcast
                    && if is_made(other) { made.span_us == other.span_us } else { share_time(made, other) }
            };
            rows.iter().find(may_be_it).copied()
        };
        rows.iter().filter(|row| is_made(row)).filter_map(|made| Some((*made, other_of(made)?))).collect()
    }

    #[test]
    fn the_same_others_are_found_as_by_looking_at_all() {
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let mut rows: Vec<Rival> = (0..40)
                .map(|row| {
                    let start = i64::try_from(next(6)).unwrap() * 600_000_000;
                    let length = i64::try_from(next(4)).unwrap() * 300_000_000;
                    rival(
                        u32::try_from(next(5)).unwrap(),
                        row,
                        u32::try_from(next(4)).unwrap(),
                        (start, start + length),
                    )
                })
                .collect();
            rows.sort_unstable_by_key(place);
            // Whether ids are made is said of an object.
            let is_made = |row: &Rival| row.entry.is_multiple_of(2);
            let told = |pairs: Vec<(Rival, Rival)>| {
                pairs.iter().map(|(made, other)| (place(made), place(other))).collect::<Vec<_>>()
            };
            assert_eq!(told(pairs(&rows, &is_made).0), told(naive(&rows, &is_made)));
        }
    }

    #[test]
    fn twice_the_rows_are_looked_at_for_twice_as_long() {
        const DAY: (i64, i64) = (0, 86_400_000_000);
        let looked_at = |count: u32, entries: u32, broadcasts: u32| {
            let mut rows: Vec<Rival> =
                (0..count).map(|row| rival(row % entries, row, row % broadcasts, DAY)).collect();
            rows.sort_unstable_by_key(place);
            let is_made = |row: &Rival| row.entry.is_multiple_of(2);
            pairs(&rows, &is_made).1
        };
        for (entries, broadcasts) in [(1, u32::MAX), (2, u32::MAX), (2, 1), (10, 3)] {
            let (once, twice) = (looked_at(2_000, entries, broadcasts), looked_at(4_000, entries, broadcasts));
            assert!(once <= 4_000 && twice <= once * 2 + 100, "{entries} objects: {once}, {twice}");
        }
    }
}
