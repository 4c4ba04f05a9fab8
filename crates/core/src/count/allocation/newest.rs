//! Which delivery of a row holds: the newest in a market-day's scope, and only that.

use std::cmp::Reverse;
use std::hash::Hash;

use hashbrown::HashMap;

use super::Entry;
use super::names::number;

/// Who says something about which key, while pages are gone through.
#[derive(Debug)]
pub(super) struct Claiming<K> {
    groups: HashMap<K, u32>,
    claims: Vec<(u32, u32)>,
}

impl<K> Default for Claiming<K> {
    fn default() -> Self {
        Self { groups: HashMap::new(), claims: Vec::new() }
    }
}

impl<K: Hash + Eq> Claiming<K> {
    /// Notes that an entry has a row of this key. Returns the number of the key.
    pub(super) fn claim(&mut self, key: K, entry: usize) -> u32 {
        let next = number(self.groups.len());
        let group = *self.groups.entry(key).or_insert(next);
        let claim = (group, number(entry));
        if self.claims.last() != Some(&claim) {
            self.claims.push(claim);
        }
        group
    }

    /// Everything is claimed.
    pub(super) fn finish(self, order: &Newness) -> Claims {
        let Self { groups, mut claims } = self;
        let groups = groups.len();
        for (_, entry) in &mut claims {
            *entry = order.rank[*entry as usize];
        }
        claims.sort_unstable();
        claims.dedup();
        let mut starts = vec![0; groups + 1];
        for (group, _) in &claims {
            starts[*group as usize + 1] += 1;
        }
        for group in 0..groups {
            starts[group + 1] += starts[group];
        }
        Claims { starts, entries: claims.into_iter().map(|(_, rank)| order.entry[rank as usize]).collect() }
    }
}

/// Entries by age.
#[derive(Debug)]
pub(super) struct Newness {
    /// Entries, the newest first.
    entry: Vec<u32>,
    /// The place of each entry in that order.
    rank: Vec<u32>,
}

impl Newness {
    /// The one made later is newer; of those made at the same time, the one with the later key.
    pub(super) fn new(entries: &[Entry<'_>]) -> Self {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_unstable_by_key(|entry| Reverse((entries[*entry].created_us, entries[*entry].export)));
        let mut rank = vec![0; entries.len()];
        for (place, entry) in order.iter().enumerate() {
            rank[*entry] = number(place);
        }
        Self { entry: order.into_iter().map(number).collect(), rank }
    }

    /// Whether the one is older than the other.
    pub(super) fn is_older(&self, one: u32, other: u32) -> bool {
        self.rank[one as usize] > self.rank[other as usize]
    }
}

/// For every key the entries that say something about it, the newest first.
#[derive(Debug, Default)]
pub(super) struct Claims {
    starts: Vec<usize>,
    entries: Vec<u32>,
}

impl Claims {
    /// The entry in scope that provides the rows with a key.
    pub(super) fn holder(&self, group: u32, mut is_in_scope: impl FnMut(usize) -> bool) -> Option<usize> {
        let group = group as usize;
        let contenders = &self.entries[self.starts[group]..self.starts[group + 1]];
        contenders.iter().map(|entry| *entry as usize).find(|entry| is_in_scope(*entry))
    }
}
