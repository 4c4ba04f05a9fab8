//! Sums within strata that lie in clusters, with errors by clusters and by groups at once.
//!
//! What is estimated is a figure of sums over strata, to each of which a stratum adds a part that depends on its own sums
//! alone. Leaving out a cluster takes away the parts of its strata; leaving out a group changes those of the strata it is in.

use std::collections::BTreeMap;

use super::Estimate;
use super::clusters::of_left_out;
use super::float;

/// What was summed of a side of a stratum in a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct StratumCell<const WIDTH: usize> {
    pub(super) cluster: usize,
    /// Numbered within the cluster.
    pub(super) stratum: usize,
    pub(super) group: usize,
    pub(super) side: usize,
    pub(super) sums: [f64; WIDTH],
}

/// The sums of all sides of a stratum, or of a group of it.
pub(super) type Sides<const SIDES: usize, const WIDTH: usize> = [[f64; WIDTH]; SIDES];

/// What a stratum adds, and what it is worth.
pub(super) type Part<const PARTS: usize> = ([f64; PARTS], f64);

/// The sums over all strata, and without each cluster and each group.
#[derive(Debug, Clone)]
pub(super) struct Leaving<const PARTS: usize> {
    pub(super) all: [f64; PARTS],
    without_cluster: Vec<[f64; PARTS]>,
    without_group: Vec<[f64; PARTS]>,
    /// Of each group of a cluster: what is lost without it.
    cells: Vec<[f64; PARTS]>,
    cluster_sizes: Vec<f64>,
    group_sizes: Vec<f64>,
}

impl<const PARTS: usize> Leaving<PARTS> {
    /// `part` is what a stratum adds, `None` where that is nothing; `size` is what the sums of a group are worth.
    pub(super) fn of<const SIDES: usize, const WIDTH: usize>(
        cells: &[StratumCell<WIDTH>],
        part: impl Fn(&Sides<SIDES, WIDTH>) -> Option<Part<PARTS>>,
        size: impl Fn(&Sides<SIDES, WIDTH>) -> f64,
    ) -> Self {
        let mut strata: BTreeMap<(usize, usize), BTreeMap<usize, Sides<SIDES, WIDTH>>> = BTreeMap::new();
        for cell in cells {
            let groups = strata.entry((cell.cluster, cell.stratum)).or_default();
            let sides = groups.entry(cell.group).or_insert([[0.0; WIDTH]; SIDES]);
            add(&mut sides[cell.side], &cell.sums);
        }
        let mut all = [0.0; PARTS];
        let mut clusters: BTreeMap<usize, Part<PARTS>> = BTreeMap::new();
        let mut groups: BTreeMap<usize, Part<PARTS>> = BTreeMap::new();
        let mut lost: BTreeMap<(usize, usize), [f64; PARTS]> = BTreeMap::new();
        for ((cluster, _), of_groups) in &strata {
            let mut whole = [[0.0; WIDTH]; SIDES];
            for sides in of_groups.values() {
                for (sum, more) in whole.iter_mut().zip(sides) {
                    add(sum, more);
                }
            }
            let Some((own, worth)) = part(&whole) else { continue };
            add(&mut all, &own);
            let (of_cluster, sum) = clusters.entry(*cluster).or_insert(([0.0; PARTS], 0.0));
            add(of_cluster, &own);
            *sum += worth;
            for (group, sides) in of_groups {
                let mut rest = whole;
                for (sum, less) in rest.iter_mut().zip(sides) {
                    for (sum, less) in sum.iter_mut().zip(less) {
                        *sum -= less;
                    }
                }
                let (left, _) = part(&rest).unwrap_or(([0.0; PARTS], 0.0));
                let mut less = own;
                for (less, left) in less.iter_mut().zip(left) {
                    *less -= left;
                }
                let (of_group, sum) = groups.entry(*group).or_insert(([0.0; PARTS], 0.0));
                add(of_group, &less);
                *sum += size(sides);
                add(lost.entry((*cluster, *group)).or_insert([0.0; PARTS]), &less);
            }
        }
        let without = |(less, _): &Part<PARTS>| {
            let mut rest = all;
            for (sum, less) in rest.iter_mut().zip(less) {
                *sum -= less;
            }
            rest
        };
        Self {
            without_cluster: clusters.values().map(without).collect(),
            without_group: groups.values().map(without).collect(),
            cells: lost.into_values().collect(),
            cluster_sizes: clusters.values().map(|(_, size)| *size).collect(),
            group_sizes: groups.values().map(|(_, size)| *size).collect(),
            all,
        }
    }

    /// In how many clusters there is something.
    pub(super) fn clusters(&self) -> usize {
        self.cluster_sizes.len()
    }

    /// How many clusters of equal worth those are worth. See [`super::information`].
    pub(super) fn information(&self) -> f64 {
        super::information(self.cluster_sizes.iter().copied())
    }

    /// A figure with its error. `along` is how the figure changes with a small change of the sums.
    ///
    /// The variance is that of two-way clustering (Cameron, Gelbach & Miller 2011, J. Bus. Econ. Stat. 29, 238–249): over
    /// clusters, plus over groups, minus over the cells of both, and at least the greater of the first two. The first two
    /// are the jackknife's, the third is that of first-order parts. `None` where it cannot be told without some cluster or
    /// group, or there are fewer than two of either.
    pub(super) fn estimate(
        &self,
        of: impl Fn(&[f64; PARTS]) -> Option<f64>,
        along: impl Fn(&[f64; PARTS]) -> f64,
    ) -> Option<Estimate> {
        let value = of(&self.all)?;
        let each = |sums: &[[f64; PARTS]]| sums.iter().map(&of).collect::<Option<Vec<f64>>>();
        let by_clusters = of_left_out(value, &each(&self.without_cluster)?)?.worth(self.information());
        let by_groups = of_left_out(value, &each(&self.without_group)?)?
            .worth(super::information(self.group_sizes.iter().copied()));
        let count = float(self.cells.len());
        let squares: f64 = self.cells.iter().map(|cell| along(cell).powi(2)).sum();
        let of_cells = if count > 1.0 { squares * count / (count - 1.0) } else { 0.0 };
        let [clusters, groups] = [by_clusters, by_groups].map(|one| one.standard_error.powi(2));
        let variance = (clusters + groups - of_cells).max(clusters).max(groups);
        Some(Estimate {
            standard_error: variance.sqrt(),
            degrees: by_clusters.degrees.min(by_groups.degrees),
            ..by_clusters
        })
    }
}

fn add<const WIDTH: usize>(sums: &mut [f64; WIDTH], more: &[f64; WIDTH]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
