//! Ids that a spreadsheet rounded and wrote out: `7646166143702450000`, of which only fifteen digits are true. Two rooms
//! become one by it.
//!
//! One id in ten thousand ends in 0000 by itself, so it takes several of them, more than chance makes.

use std::collections::BTreeSet;

/// Digits that a double holds for sure; spreadsheets keep no more.
const TRUE_DIGITS: usize = 15;
/// Shorter numbers are never rounded.
const LEAST_DIGITS: usize = 16;
/// More digits than these are left of what was written as `7.65142E+18`.
const MOST_SHORT: usize = 7;
/// How much more there has to be than chance makes.
const MORE_THAN_CHANCE: f64 = 20.0;

/// Long ids of an export.
#[derive(Debug, Default)]
pub(super) struct LongIds {
    long: BTreeSet<String>,
    rounded: BTreeSet<String>,
    /// Rows with a rounded one.
    rows: u64,
}

/// How many of these ids a spreadsheet rounded and wrote out.
pub fn rounded_ids<'i>(ids: impl Iterator<Item = &'i str>) -> usize {
    let mut long = LongIds::default();
    let mut rows = 0;
    for id in ids {
        if long.add(id) {
            long.row();
            rows += 1;
        }
    }
    if long.are_rounded() { rows } else { 0 }
}

/// Ids that are kept for comparison.
const MOST_KEPT: usize = 10_000;

impl LongIds {
    /// Takes an id; whether it looks rounded.
    pub(super) fn add(&mut self, id: &str) -> bool {
        if !is_long(id) {
            return false;
        }
        let is_rounded = looks_rounded(id);
        if self.long.len() < MOST_KEPT && !self.long.contains(id) {
            self.long.insert(id.to_owned());
        }
        if is_rounded && self.rounded.len() < MOST_KEPT && !self.rounded.contains(id) {
            self.rounded.insert(id.to_owned());
        }
        is_rounded
    }

    /// Takes a row with an id that looks rounded.
    pub(super) fn row(&mut self) {
        self.rows += 1;
    }

    /// Whether those that look rounded are: there are several of them, far more than chance makes; or several rows of one
    /// of them beside others that are whole.
    #[expect(clippy::cast_precision_loss, reason = "a likelihood")]
    pub(super) fn are_rounded(&self) -> bool {
        let chance = self.rounded.iter().map(|id| likelihood(id)).fold(0.0, f64::max);
        let expected = self.long.len() as f64 * chance;
        let distinct = self.rounded.len();
        let is_more = distinct as f64 > MORE_THAN_CHANCE * expected;
        match distinct {
            0 => false,
            1 => self.rows >= 2 && self.long.len() >= 2 && is_more && chance < 2e-3,
            2 | 3 => is_more && chance < 2e-3,
            _ => is_more,
        }
    }

    /// One of them.
    pub(super) fn example(&self) -> &str {
        self.rounded.first().map_or("", String::as_str)
    }
}

fn is_long(id: &str) -> bool {
    id.len() >= LEAST_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn zeros(id: &str) -> usize {
    id.len() - id.trim_end_matches('0').len()
}

/// Zeros that an id of so many digits ends in when it was rounded; four where that would say little.
fn least_zeros(digits: usize) -> usize {
    match digits - TRUE_DIGITS {
        1 => 4,
        rounded => rounded,
    }
}

fn likelihood(id: &str) -> f64 {
    0.1_f64.powi(i32::try_from(least_zeros(id.len())).unwrap_or(i32::MAX))
}

fn looks_rounded(id: &str) -> bool {
    let zeros = zeros(id);
    let is_short = id.len() - zeros <= MOST_SHORT;
    zeros >= least_zeros(id.len()) && zeros < id.len() && (is_short || !is_a_time(id))
}

/// Whether an id is a whole second or millisecond, in finer units.
fn is_a_time(id: &str) -> bool {
    let at = |digits: usize| {
        let (head, rest) = id.split_at(digits);
        let is_whole = rest.bytes().all(|byte| byte == b'0');
        is_whole && head[..10].parse::<u64>().is_ok_and(|at| (946_684_800..4_102_444_800).contains(&at))
    };
    matches!(id.len(), 16 | 19) && (at(10) || at(13))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_rounded(ids: &[&str]) -> bool {
        rounded_ids(ids.iter().copied()) > 0
    }

    #[test]
    fn several_ids_that_end_in_noughts_are_rounded() {
        let whole = ["7646166143702453524", "7646166143702453525", "7646166143702453526"];
        let with = |more: &[&'static str]| [&whole[..], more].concat();
        assert!(are_rounded(&with(&["7646166143702450000", "7646166143702460000"])));
        assert!(are_rounded(&with(&["7646166143702450000", "7646166143702450000"])));
        assert!(are_rounded(&["7646166143702450000", "7646166143702460000"]));
        assert!(are_rounded(&["7651420000000000000", "7651430000000000000"]));
        assert!(are_rounded(&["764616614370245000", "764616614370246000", "764616614370247000"]));
        assert!(are_rounded(&["7646166143700000", "7646166143710000"]));
    }

    #[test]
    fn what_may_be_chance_or_a_time_is_none() {
        let whole = ["7646166143702453524", "7646166143702453525", "7646166143702453526"];
        assert!(!are_rounded(&whole));
        assert!(!are_rounded(&[&whole[..], &["7646166143702450000"]].concat()), "one may end so");
        assert!(!are_rounded(&["7646166143702450000", "7646166143702450000"]), "one room, and nothing beside it");
        assert!(!are_rounded(&["1764123456000000", "1764123457000000"]), "microseconds");
        assert!(!are_rounded(&["1764123456789000000", "1764123457123000000"]), "nanoseconds");
        assert!(!are_rounded(&["1000", "2000", "30000000"]));
        assert!(!are_rounded(&["room0000000000000000", "room0000000000010000"]));
        // One in ten thousand ends in four noughts: of forty thousand, four.
        let many: Vec<String> = (0..40_000_u64).map(|n| (7_646_166_143_702_400_000 + n * 7).to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(!are_rounded(&many));
    }
}
