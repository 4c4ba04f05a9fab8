//! Two rates compared within strata, as counts come in.

use std::collections::{BTreeMap, BTreeSet};

use super::clusters::of_left_out;
use super::{Estimate, float};

/// Successes and trials.
type Counts = [f64; 2];
/// Of the one and of the other.
type Pair = [Counts; 2];
/// What a stratum adds to the two sums whose ratio is the estimate.
type Part = [f64; 2];

/// The ratio of two rates that were both observed in the same strata, by Mantel and Haenszel (1959), for rates (Greenland &
/// Robins 1985, Biometrics 41, 55–68): the other's rate ÷ the one's is Σ s′ n ÷ (n + n′) over Σ s n′ ÷ (n + n′), with s of n
/// of the one and s′ of n′ of the other in each stratum. A stratum in which only one was observed does not count.
///
/// The error is the jackknife's over strata. Where counts are by groups too, that of two-way clustering (Cameron, Gelbach &
/// Miller 2011, J. Bus. Econ. Stat. 29, 238–249): the variance over strata, plus that over groups, minus that over the
/// cells of both, and at least the greater of the first two; the first two by leaving out one at a time, the third from the
/// first-order part of each cell.
///
/// Everything is kept as sums: counts of one stratum cost as much as that stratum has groups, and an estimate as much as
/// there are strata and groups.
#[derive(Debug, Clone)]
pub struct Matched {
    strata: BTreeMap<usize, Stratum>,
    /// Strata whose part is not yet what their counts say.
    changed: BTreeSet<usize>,
    sums: Sums,
}

#[derive(Debug, Clone)]
struct Stratum {
    counts: Pair,
    groups: Vec<Pair>,
    /// What the sums hold of it; `None` where it does not count.
    settled: Option<Settled>,
}

/// What a stratum adds to the sums.
#[derive(Debug, Clone)]
struct Settled {
    part: Part,
    size: f64,
    /// By group: the stratum's part without it, and its trials.
    groups: Vec<(Part, f64)>,
}

/// Over strata that count.
#[derive(Debug, Clone, Default)]
struct Sums {
    part: Part,
    strata: usize,
    size: f64,
    squared_size: f64,
    /// Of each group: the sum of parts without it, and its trials.
    groups: Vec<(Part, f64)>,
    /// Of the first-order parts of cells: products of the first with itself, of both, of the second with itself.
    cells: [f64; 3],
    cell_count: usize,
}

impl Matched {
    /// Nothing yet; of so many groups, and 0 where counts are not by groups.
    #[must_use]
    pub fn new(groups: usize) -> Self {
        let sums = Sums { groups: vec![([0.0; 2], 0.0); groups], ..Sums::default() };
        Self { strata: BTreeMap::new(), changed: BTreeSet::new(), sums }
    }

    /// Adds successes of trials in a stratum, of the other where `is_other`. A group that there is not counts for no group.
    pub fn add(&mut self, stratum: usize, group: usize, is_other: bool, successes: f64, trials: f64) {
        let groups = self.sums.groups.len();
        let empty = || Stratum { counts: Pair::default(), groups: vec![Pair::default(); groups], settled: None };
        let Stratum { counts, groups, .. } = self.strata.entry(stratum).or_insert_with(empty);
        for counts in [Some(counts), groups.get_mut(group)].into_iter().flatten() {
            let side = &mut counts[usize::from(is_other)];
            *side = [side[0] + successes, side[1] + trials];
        }
        self.changed.insert(stratum);
    }

    /// Brings the sums up to date with what was added.
    fn settle(&mut self) {
        for stratum in std::mem::take(&mut self.changed) {
            let Some(of) = self.strata.get_mut(&stratum) else { continue };
            if let Some(settled) = of.settled.take() {
                self.sums.change(&settled, -1.0);
            }
            of.settled = Settled::of(of);
            if let Some(settled) = &of.settled {
                self.sums.change(settled, 1.0);
            }
        }
    }

    /// In how many strata both were observed.
    pub fn strata(&mut self) -> usize {
        self.settle();
        self.sums.strata
    }

    /// How many strata of equal size those are worth: (Σn)² ÷ Σn², n being the trials of both. See [`super::information`].
    pub fn information(&mut self) -> f64 {
        self.settle();
        let Sums { size, squared_size, .. } = self.sums;
        if squared_size > 0.0 { size * size / squared_size } else { 0.0 }
    }

    /// The same of the groups; infinite where there are none.
    pub fn group_information(&mut self) -> f64 {
        self.settle();
        if self.sums.groups.is_empty() {
            return f64::INFINITY;
        }
        super::information(self.sums.groups.iter().map(|(_, trials)| *trials))
    }

    /// The share of the other's trials in strata where the one was not observed; `None` where it had none.
    #[must_use]
    pub fn left_out(&self) -> Option<f64> {
        let mut trials = [0.0; 2];
        for Stratum { counts: [one, other], .. } in self.strata.values() {
            trials[usize::from(one[1] > 0.0)] += other[1];
        }
        let all = trials[0] + trials[1];
        (all > 0.0).then(|| trials[0] / all)
    }

    /// The other's rate ÷ the one's; `None` where both were in no stratum, or the one had no success.
    pub fn ratio(&mut self) -> Option<f64> {
        self.settle();
        let [other, one] = self.sums.part;
        (self.sums.strata > 0 && one > 0.0).then(|| other / one)
    }

    /// Its logarithm with its error. The degrees of freedom are the jackknife's over strata, and not more than
    /// [`Self::information`] less one; and the same over groups, if they are fewer. `None` with fewer than two strata or
    /// groups, and where the ratio or one of those without a stratum or a group is 0 or none.
    pub fn estimate(&mut self) -> Option<Estimate> {
        self.settle();
        let value = log_ratio(self.sums.part)?;
        let parts = self.strata.values().filter_map(|stratum| Some(stratum.settled.as_ref()?.part));
        let [other, one] = self.sums.part;
        let without: Vec<f64> =
            parts.map(|part| log_ratio([other - part[0], one - part[1]])).collect::<Option<_>>()?;
        let information = self.information();
        let by_strata = of_left_out(value, &without)?.worth(information);
        if self.sums.groups.is_empty() {
            return Some(by_strata);
        }
        let seen = self.sums.groups.iter().filter(|(_, trials)| *trials > 0.0);
        let without: Vec<f64> = seen.map(|(part, _)| log_ratio(*part)).collect::<Option<_>>()?;
        let by_groups = of_left_out(value, &without)?.worth(self.group_information());
        let [strata, groups] = [by_strata, by_groups].map(|estimate| estimate.standard_error.powi(2));
        let variance = (strata + groups - self.variance_of_cells()).max(strata).max(groups);
        Some(Estimate {
            standard_error: variance.sqrt(),
            degrees: by_strata.degrees.min(by_groups.degrees),
            ..by_strata
        })
    }

    fn variance_of_cells(&self) -> f64 {
        let Sums { part: [other, one], cells: [squares, products, other_squares], cell_count, .. } = self.sums;
        let count = float(cell_count);
        let sum = squares / other.powi(2) - 2.0 * products / (other * one) + other_squares / one.powi(2);
        if cell_count > 1 { sum.max(0.0) * count / (count - 1.0) } else { 0.0 }
    }
}

impl Settled {
    fn of(stratum: &Stratum) -> Option<Self> {
        let Stratum { counts, groups, .. } = stratum;
        let trials = |counts: &Pair| counts[0][1] + counts[1][1];
        let without = |group: &Pair| (part(&minus(counts, group)).unwrap_or_default(), trials(group));
        Some(Self { part: part(counts)?, size: trials(counts), groups: groups.iter().map(without).collect() })
    }
}

impl Sums {
    /// Adds a stratum, or takes it away again.
    fn change(&mut self, stratum: &Settled, sign: f64) {
        let add = |sum: &mut f64, number: f64| *sum += sign * number;
        let count = |sum: &mut usize| *sum = if sign > 0.0 { *sum + 1 } else { sum.saturating_sub(1) };
        let Settled { part, size, groups } = stratum;
        count(&mut self.strata);
        add(&mut self.size, *size);
        add(&mut self.squared_size, size * size);
        add(&mut self.part[0], part[0]);
        add(&mut self.part[1], part[1]);
        for ((sums, trials), (without, of_group)) in self.groups.iter_mut().zip(groups) {
            add(&mut sums[0], without[0]);
            add(&mut sums[1], without[1]);
            if *of_group > 0.0 {
                add(trials, *of_group);
                let [other, one] = [part[0] - without[0], part[1] - without[1]];
                for (sum, product) in self.cells.iter_mut().zip([other * other, other * one, one * one]) {
                    add(sum, product);
                }
                count(&mut self.cell_count);
            }
        }
    }
}

/// Of the other, and of the one; `None` where only one of them was observed.
fn part([one, other]: &Pair) -> Option<Part> {
    let all = one[1] + other[1];
    (one[1] > 0.0 && other[1] > 0.0).then(|| [other[0] * one[1] / all, one[0] * other[1] / all])
}

fn minus(one: &Pair, other: &Pair) -> Pair {
    [0, 1].map(|side| [0, 1].map(|number| one[side][number] - other[side][number]))
}

fn log_ratio([other, one]: Part) -> Option<f64> {
    (other > 0.0 && one > 0.0).then(|| (other / one).ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} instead of {expected}");
    }

    #[test]
    fn rates_are_compared_where_both_were_observed() {
        let mut matched = Matched::new(0);
        for (stratum, is_other, successes, trials) in [
            (0, true, 10.0, 100.0),
            (0, false, 15.0, 300.0),
            (1, true, 3.0, 300.0),
            (1, false, 2.0, 100.0),
            // Only the other was there, and would have twice the rate.
            (2, true, 40.0, 200.0),
        ] {
            matched.add(stratum, 0, is_other, successes, trials);
        }
        let ratio = (10.0 * 300.0 / 400.0 + 3.0 * 100.0 / 400.0) / (15.0 * 100.0 / 400.0 + 2.0 * 300.0 / 400.0);
        near(matched.ratio().unwrap(), ratio);
        assert_eq!(matched.strata(), 2);
        near(matched.information(), 2.0);
        near(matched.left_out().unwrap(), 1.0 / 3.0);
        assert_eq!(Matched::new(4).ratio(), None);
        assert_eq!(Matched::new(4).left_out(), None);
    }

    /// Counts of strata and groups, some of them none.
    fn drawn(chance: &mut SeededRng) -> Vec<(usize, usize, bool, f64, f64)> {
        let mut counts = Vec::new();
        for stratum in 0..9 {
            for group in 0..12 {
                for is_other in [false, true] {
                    let trials = float(20 + chance.below(60));
                    counts.push((
                        stratum,
                        group,
                        is_other,
                        (trials * (0.1 + 0.3 * chance.uniform())).round(),
                        trials,
                    ));
                }
            }
        }
        counts
    }

    #[test]
    fn what_comes_in_bit_by_bit_is_what_comes_at_once() {
        let mut chance = SeededRng::new(8, 0);
        let counts = drawn(&mut chance);
        let (mut at_once, mut by_bits) = (Matched::new(12), Matched::new(12));
        for (stratum, group, is_other, successes, trials) in &counts {
            at_once.add(*stratum, *group, *is_other, *successes, *trials);
            by_bits.add(*stratum, *group, *is_other, successes / 2.0, trials / 2.0);
            let _ = by_bits.estimate();
            by_bits.add(*stratum, *group, *is_other, successes / 2.0, trials / 2.0);
        }
        let [one, other] = [&mut at_once, &mut by_bits].map(|matched| matched.estimate().unwrap());
        near(other.value, one.value);
        near(other.standard_error, one.standard_error);
        near(other.degrees, one.degrees);
    }

    #[test]
    fn the_error_is_never_less_than_over_strata_or_over_groups_alone() {
        let mut chance = SeededRng::new(9, 0);
        for _ in 0..20 {
            let counts = drawn(&mut chance);
            let mut both = Matched::new(12);
            let (mut strata, mut groups) = (Matched::new(0), Vec::new());
            for (stratum, group, is_other, successes, trials) in &counts {
                both.add(*stratum, *group, *is_other, *successes, *trials);
                strata.add(*stratum, 0, *is_other, *successes, *trials);
            }
            let found = both.estimate().unwrap();
            for left_out in 0..12 {
                let mut rest = Matched::new(0);
                for (stratum, group, is_other, successes, trials) in &counts {
                    if *group != left_out {
                        rest.add(*stratum, 0, *is_other, *successes, *trials);
                    }
                }
                groups.push(rest.ratio().unwrap().ln());
            }
            let by_groups = of_left_out(found.value, &groups).unwrap().standard_error;
            let by_strata = strata.estimate().unwrap().standard_error;
            assert!(found.standard_error >= by_strata.max(by_groups) * (1.0 - 1e-12), "{found:?}");
        }
    }

    #[test]
    fn what_has_no_error_is_none() {
        let mut matched = Matched::new(0);
        matched.add(0, 0, false, 5.0, 100.0);
        matched.add(0, 0, true, 5.0, 100.0);
        assert_eq!(matched.estimate(), None);
        matched.add(1, 0, false, 5.0, 100.0);
        matched.add(1, 0, true, 0.0, 100.0);
        // Without the first stratum the other has nothing.
        assert_eq!(matched.estimate(), None);
        assert!(matched.ratio().is_some());
    }
}
