//! Whose room each broadcast of an export is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

/// Hosts by broadcast. A broadcast has one: the first that a record names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hosts {
    by_broadcast: BTreeMap<String, String>,
    /// A broadcast that is said to have two, with these.
    contradiction: Option<[String; 3]>,
}

impl Hosts {
    /// Takes a host of a broadcast.
    pub(super) fn add(&mut self, broadcast_id: &str, host_id: &str) {
        match self.by_broadcast.entry(broadcast_id.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(host_id.to_owned());
            }
            Entry::Occupied(known) if known.get() != host_id => {
                let all = || [broadcast_id.to_owned(), known.get().clone(), host_id.to_owned()];
                self.contradiction.get_or_insert_with(all);
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Takes the hosts of a later export.
    pub fn extend(&mut self, later: &Self) {
        later.by_broadcast.iter().for_each(|(broadcast_id, host_id)| self.add(broadcast_id, host_id));
        if self.contradiction.is_none() {
            self.contradiction.clone_from(&later.contradiction);
        }
    }

    /// The host of a broadcast; `None` if nothing says it.
    #[must_use]
    pub fn of(&self, broadcast_id: &str) -> Option<&str> {
        self.by_broadcast.get(broadcast_id).map(String::as_str)
    }

    /// Whether nothing says of any broadcast whose it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_broadcast.is_empty()
    }

    /// A broadcast that is said to have two hosts, the one that counts, and another.
    #[must_use]
    pub const fn contradiction(&self) -> Option<&[String; 3]> {
        self.contradiction.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_host_of_a_broadcast_counts_and_a_second_is_told() {
        let mut hosts = Hosts::default();
        hosts.add("r1", "mei");
        hosts.add("r2", "mei");
        hosts.add("r1", "mei");
        assert_eq!((hosts.of("r1"), hosts.of("r3"), hosts.contradiction()), (Some("mei"), None, None));
        let mut later = Hosts::default();
        later.add("r2", "ann");
        later.add("r3", "bo");
        hosts.extend(&later);
        assert_eq!((hosts.of("r2"), hosts.of("r3")), (Some("mei"), Some("bo")));
        assert_eq!(hosts.contradiction(), Some(&["r2", "mei", "ann"].map(str::to_owned)));
    }
}
