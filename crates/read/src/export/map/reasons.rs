//! Counts of rejects by reason and column.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use coverledger_core::model::Reason;

/// Rejects by reason and column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasons(BTreeMap<(Reason, Option<String>), u64>);

/// The reason that most rejects have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commonest<'a> {
    /// Why.
    pub reason: Reason,
    /// In which column, where all of this reason are in one.
    pub column: Option<&'a str>,
    /// How many rejects have this reason, in whatever column.
    pub count: u64,
}

impl Reasons {
    pub(super) fn count(&mut self, reason: Reason, column: Option<&str>) {
        match self.0.iter_mut().find(|((known, of), _)| *known == reason && of.as_deref() == column) {
            Some((_, count)) => *count += 1,
            None => drop(self.0.insert((reason, column.map(str::to_owned)), 1)),
        }
    }

    /// Every reason with its column and how many rejects have it, the commonest first.
    #[must_use]
    pub fn each(&self) -> Vec<(Reason, Option<&str>, u64)> {
        let each = self.0.iter().map(|((reason, column), count)| (*reason, column.as_deref(), *count));
        let mut each: Vec<_> = each.collect();
        each.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        each
    }

    /// The reason that most rejects have; of several, the first in their order. `None` without a reject.
    #[must_use]
    pub fn commonest(&self) -> Option<Commonest<'_>> {
        let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
        for ((reason, _), count) in &self.0 {
            *counts.entry(*reason).or_default() += count;
        }
        let (reason, count) =
            counts.into_iter().max_by_key(|(reason, count)| (*count, std::cmp::Reverse(*reason)))?;
        let mut columns = self.0.keys().filter(|(known, _)| *known == reason).map(|(_, column)| column.as_deref());
        let column = match (columns.next(), columns.next()) {
            (Some(column), None) => column,
            _ => None,
        };
        Some(Commonest { reason, column, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_reason_is_told_with_its_column_if_it_has_one() {
        let mut reasons = Reasons::default();
        assert_eq!(reasons.commonest(), None);
        for (reason, column) in
            [(Reason::BadTime, Some("at")), (Reason::MangledId, Some("room")), (Reason::MangledId, Some("room"))]
        {
            reasons.count(reason, column);
        }
        let expected = Commonest { reason: Reason::MangledId, column: Some("room"), count: 2 };
        assert_eq!(reasons.commonest(), Some(expected));
        reasons.count(Reason::MangledId, Some("cover"));
        let expected = Commonest { reason: Reason::MangledId, column: None, count: 3 };
        assert_eq!(reasons.commonest(), Some(expected));
    }
}
