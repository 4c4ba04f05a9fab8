//! How good the covers of a slot were, whatever the slot.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::evidence::Evidence;
use crate::rates::Rate;
use crate::tally::{Tally, cell_of};

/// A fit that changes by less than this is done; so it is after so many rounds.
const DONE: f64 = 1e-12;
const ROUNDS: usize = 500;
/// The same of a fit that starts from another and only says how much that one varies.
const NEARLY_DONE: f64 = 1e-9;

/// Successes among trials of each cell and cover.
pub(super) type Cells = BTreeMap<(usize, usize), Tally>;

/// Of the rows that are a cover's own and know the rate.
pub(super) fn cells_by_day(evidence: &Evidence, rate: &Rate) -> BTreeMap<Date, Cells> {
    let mut days = BTreeMap::<Date, Cells>::new();
    for row in evidence.rows.iter().filter(|row| !row.contaminated) {
        if let Some(tally) = Tally::of(rate, &row.figures).filter(|tally| tally.trials > 0.0) {
            let cells = days.entry(row.local_date).or_default();
            let sum = cells.entry((cell_of(evidence, row), row.cover)).or_default();
            *sum = sum.plus(tally);
        }
    }
    days
}

/// Adds, or takes away, so many times.
pub(super) fn add(to: &mut Cells, more: &Cells, times: f64) {
    for (key, tally) in more {
        let sum = to.entry(*key).or_default();
        *sum = Tally {
            successes: sum.successes + times * tally.successes,
            trials: sum.trials + times * tally.trials,
        };
    }
}

/// Rates as a level of each cell times a strength of each cover: two factors without interaction, fitted by maximum
/// likelihood of a Poisson count (iterative proportional fitting, Deming and Stephan 1940, Ann. Math. Stat. 11, 427–444).
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// Of each cover, with a mean of 1 over the impressions of the cells that covers link.
    strengths: Vec<f64>,
    /// By cell: Σ trials, and Σ trials × strength.
    cells: BTreeMap<usize, [f64; 2]>,
    /// Covers link cells that they were shown in: the least number of a cell of each such group.
    groups: BTreeMap<usize, usize>,
}

impl Fit {
    /// `start` is a fit of nearly the same tallies.
    pub(super) fn of(tallies: &Cells, cells: usize, covers: usize, start: Option<&Self>) -> Self {
        let mut strengths = start.map_or_else(|| vec![1.0; covers], |fit| fit.strengths.clone());
        let pieces: Vec<(usize, usize, Tally)> = tallies
            .iter()
            .filter(|(_, tally)| tally.trials > 0.5)
            .map(|((cell, cover), tally)| (*cell, *cover, *tally))
            .collect();
        let done = if start.is_some() { NEARLY_DONE } else { DONE };
        let mut won = vec![0.0; covers];
        let mut of_cells = vec![0.0; cells];
        for (cell, cover, tally) in &pieces {
            won[*cover] += tally.successes;
            of_cells[*cell] += tally.successes;
        }
        for _ in 0..ROUNDS {
            let mut worth = vec![0.0; cells];
            for (cell, cover, tally) in &pieces {
                worth[*cell] += tally.trials * strengths[*cover];
            }
            let mut expected = vec![0.0; covers];
            for (cell, cover, tally) in pieces.iter().filter(|(cell, ..)| worth[*cell] > 0.0) {
                expected[*cover] += tally.trials * of_cells[*cell] / worth[*cell];
            }
            let mut change = 0.0_f64;
            for (strength, (won, expected)) in strengths.iter_mut().zip(won.iter().zip(&expected)) {
                if *expected > 0.0 {
                    let next = won / expected;
                    change = change.max((next - *strength).abs() / strength.max(DONE));
                    *strength = next;
                }
            }
            if change < done {
                break;
            }
        }
        let groups = groups(&pieces);
        level(&mut strengths, &pieces, &groups);
        let mut sums = BTreeMap::<usize, [f64; 2]>::new();
        for (cell, cover, tally) in &pieces {
            let sum = sums.entry(*cell).or_default();
            *sum = [sum[0] + tally.trials, sum[1] + tally.trials * strengths[*cover]];
        }
        Self { strengths, cells: sums, groups }
    }

    /// How much more the covers of a slot draw than those of all slots that they are linked with; `None` where they are
    /// linked with no other.
    pub(super) fn of_slot(&self, evidence: &Evidence, slot: usize, audience: Option<usize>) -> Option<f64> {
        let audiences = evidence.audiences.len();
        let is_of =
            |cell: usize| cell / audiences == slot && audience.is_none_or(|audience| cell % audiences == audience);
        let mine = || self.cells.iter().filter(|(cell, _)| is_of(**cell));
        let linked: BTreeSet<usize> = mine().filter_map(|(cell, _)| self.groups.get(cell).copied()).collect();
        let is_linked = |(cell, group): (&usize, &usize)| cell / audiences != slot && linked.contains(group);
        if !self.groups.iter().any(is_linked) {
            return None;
        }
        let [trials, worth] = mine().fold([0.0, 0.0], |sum, (_, cell)| [sum[0] + cell[0], sum[1] + cell[1]]);
        (trials > 0.0 && worth > 0.0).then(|| worth / trials)
    }
}

/// Brings the strengths of each group to a mean of 1 over its trials.
fn level(strengths: &mut [f64], pieces: &[(usize, usize, Tally)], groups: &BTreeMap<usize, usize>) {
    let mut means = BTreeMap::<usize, [f64; 2]>::new();
    let mut group_of = BTreeMap::<usize, usize>::new();
    for (cell, cover, tally) in pieces {
        let mean = means.entry(groups[cell]).or_default();
        *mean = [mean[0] + tally.trials, mean[1] + tally.trials * strengths[*cover]];
        group_of.insert(*cover, groups[cell]);
    }
    for (cover, group) in group_of {
        let [trials, worth] = means[&group];
        if worth > 0.0 {
            strengths[cover] *= trials / worth;
        }
    }
}

fn groups(pieces: &[(usize, usize, Tally)]) -> BTreeMap<usize, usize> {
    let mut groups: BTreeMap<usize, usize> = pieces.iter().map(|(cell, ..)| (*cell, *cell)).collect();
    let mut of_covers = BTreeMap::<usize, usize>::new();
    loop {
        let mut is_done = true;
        for (cell, cover, _) in pieces {
            let of_cover = of_covers.entry(*cover).or_insert(usize::MAX);
            let least = groups[cell].min(*of_cover);
            is_done &= *of_cover == least && groups[cell] == least;
            *of_cover = least;
            groups.insert(*cell, least);
        }
        if is_done {
            return groups;
        }
    }
}
