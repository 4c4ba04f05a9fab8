//! Which cover was on air in a broadcast, and to which cover a row without one is attributed.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::allot::share_of;
use crate::model::Share;

/// The cover of a row during which no cover was on air.
pub(super) const UNKNOWN: &str = "unknown";

/// A cover on air, by a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Airing {
    pub(super) from_us: i64,
    /// The first instant after it; `None`: until the next of the broadcast.
    pub(super) until_us: Option<i64>,
    /// The number of the cover.
    pub(super) cover: u32,
}

/// The covers of one broadcast over time: stretches without overlap in which exactly one was on air.
#[derive(Debug, Clone, Default)]
pub(super) struct Airtime {
    begins_us: Vec<i64>,
    stretches: Vec<Stretch>,
    /// Time in which two covers are on air at once: from, until and which two.
    overlaps: Vec<(i64, i64, [u32; 2])>,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    start_us: i64,
    end_us: i64,
    cover: u32,
}

/// To which cover a row is attributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribution {
    /// The number of the cover; `None`: none was on air.
    pub(super) cover: Option<u32>,
    /// Whether another, or none, was on air for a part of the row.
    pub(super) contaminated: bool,
    /// For how much of the row it was.
    pub(super) on_air: Share,
}

impl Airtime {
    /// Lays out a log's rows of one broadcast. Time with two covers at once is attributed to neither.
    pub(super) fn new(airings: &[Airing]) -> Self {
        let begins_us = airings.iter().map(|airing| airing.from_us).collect();
        let mut airtime = Self { begins_us, ..Self::default() };
        airtime.begins_us.sort_unstable();
        let mut changes: Vec<(i64, bool, u32)> = Vec::with_capacity(airings.len() * 2);
        for airing in airings {
            let end_us = airtime.end_of(airing.from_us, airing.until_us);
            if airing.from_us < end_us {
                changes.extend([(airing.from_us, true, airing.cover), (end_us, false, airing.cover)]);
            }
        }
        changes.sort_unstable();
        let mut on_air: BTreeMap<u32, u32> = BTreeMap::new();
        for (index, (at_us, is_start, cover)) in changes.iter().enumerate() {
            let times = on_air.entry(*cover).or_default();
            *times = if *is_start { *times + 1 } else { times.saturating_sub(1) };
            if *times == 0 {
                on_air.remove(cover);
            }
            let next_us = changes.get(index + 1).map_or(*at_us, |next| next.0);
            let mut covers = on_air.keys().copied();
            match (covers.next(), covers.next()) {
                (Some(cover), None) => airtime.push(*at_us, next_us, cover),
                (Some(one), Some(other)) if *at_us < next_us => {
                    airtime.overlaps.push((*at_us, next_us, [one, other]));
                }
                _ => {}
            }
        }
        airtime
    }

    fn push(&mut self, start_us: i64, end_us: i64, cover: u32) {
        match self.stretches.last_mut() {
            _ if start_us >= end_us => {}
            Some(last) if last.end_us == start_us && last.cover == cover => last.end_us = end_us,
            _ => self.stretches.push(Stretch { start_us, end_us, cover }),
        }
    }

    /// Time in which two covers are on air at once: from, until and which two.
    pub(super) fn overlaps(&self) -> impl Iterator<Item = (i64, i64, [u32; 2])> {
        self.overlaps.iter().copied()
    }

    /// The first gap between two covers that lasts so long within an interval: neither cover was on air, nor two at once.
    pub(super) fn gap_within(&self, start_us: i64, end_us: i64, least_us: i64) -> Option<(i64, i64)> {
        let first = self.stretches.partition_point(|stretch| stretch.end_us <= start_us).saturating_sub(1);
        let pairs = self.stretches[first..].windows(2).take_while(|pair| pair[0].end_us < end_us);
        let gaps = pairs.map(|pair| (pair[0].end_us.max(start_us), pair[1].start_us.min(end_us)));
        let is_whole = |(from, until): &(i64, i64)| until - from >= least_us;
        let is_open =
            |(from, until): &(i64, i64)| !self.overlaps.iter().any(|(start, end, _)| start < until && from < end);
        gaps.filter(is_whole).find(is_open)
    }

    /// The end of a cover that begins at an instant: its own, or else the beginning of the next, or else none.
    pub(super) fn end_of(&self, from_us: i64, until_us: Option<i64>) -> i64 {
        let next = self.begins_us.partition_point(|begin| *begin <= from_us);
        until_us.or(self.begins_us.get(next).copied()).unwrap_or(i64::MAX)
    }

    /// The cover that was on air for the longest part of an interval; of two as long, the first.
    pub(super) fn attribute(&self, start_us: i64, end_us: i64) -> Attribution {
        let length_us = start_us.abs_diff(end_us);
        let first = self.stretches.partition_point(|stretch| stretch.end_us <= start_us);
        let reached = self.stretches[first..].iter().take_while(|stretch| stretch.start_us < end_us);
        let overlaps = reached
            .map(|stretch| (stretch.cover, stretch.start_us.max(start_us).abs_diff(stretch.end_us.min(end_us))));
        let Some((cover, overlap_us)) = longest(overlaps, length_us) else {
            return Attribution { cover: None, contaminated: false, on_air: share_of(0, length_us) };
        };
        let contaminated = overlap_us < length_us;
        Attribution { cover: Some(cover), contaminated, on_air: share_of(overlap_us, length_us) }
    }
}

/// The cover with the most time, and how much; of equals the first to appear.
fn longest(mut overlaps: impl Iterator<Item = (u32, u64)>, length_us: u64) -> Option<(u32, u64)> {
    let first = overlaps.next()?;
    if first.1 == length_us {
        return Some(first);
    }
    let mut sums: Vec<(u32, u64)> = vec![first];
    let mut place_of: HashMap<u32, usize> = HashMap::from([(first.0, 0)]);
    for (cover, overlap_us) in overlaps {
        let place = *place_of.entry(cover).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, sum)) => *sum += overlap_us,
            None => sums.push((cover, overlap_us)),
        }
    }
    sums.into_iter().reduce(|most, next| if next.1 > most.1 { next } else { most })
}
