//! `experiment_balance`: did each arm get its share of the audience, overall and in every slot and audience?
//!
//! A split whose arms were not given what was planned compares audiences and not covers (a sample ratio mismatch,
//! Fabijan et al. 2019), so it is invalid. In a rotation impressions are partly what a cover earns, so there the check
//! is told and decides nothing; what decides is whether the planned cover was on air.

mod permutation;
mod table;
#[cfg(test)]
mod tests;

pub(super) use table::table;

use std::collections::BTreeMap;

use super::trial::{Exposure, Trial};
use coverledger_config::{Design, Experiment};
use coverledger_core::model::Count;
use coverledger_stats::{FEWEST_CLUSTERS, chi_square_upper, holm, imbalance};

/// The median of the χ² distribution is where its upper tail is this.
const HALF: f64 = 0.5;
/// Below so many expected exposures of an arm, χ² says nothing.
const FEWEST_EXPECTED: f64 = 5.0;

/// Which exposures are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    All,
    Slot,
    Audience,
    SlotAudience,
}

impl Scope {
    const EVERY: [Self; 4] = [Self::All, Self::Slot, Self::Audience, Self::SlotAudience];

    /// Its word in the table.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Slot => "slot",
            Self::Audience => "audience",
            Self::SlotAudience => "slot_audience",
        }
    }

    fn cell(self, exposure: &Exposure) -> Place {
        let slot = matches!(self, Self::Slot | Self::SlotAudience).then_some(exposure.slot);
        let audience = matches!(self, Self::Audience | Self::SlotAudience).then_some(exposure.audience);
        Place { slot, audience }
    }
}

/// Where; `None` is everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) slot: Option<usize>,
    pub(super) audience: Option<usize>,
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) scope: Scope,
    pub(super) place: Place,
    /// By arm.
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
    /// Divided by the inflation.
    pub(super) chi_square: Option<f64>,
    pub(super) p_value: Option<f64>,
    /// All cells of the scope together.
    pub(super) p_adjusted: Option<f64>,
    pub(super) is_imbalanced: bool,
}

/// All checks of an experiment in one market of a platform.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Balance {
    /// What was counted.
    pub(super) basis: Count,
    /// By how much the statistic is divided, for viewers have several impressions; 1 for viewers.
    pub(super) inflation: f64,
    /// Whether what is uneven makes the experiment invalid.
    pub(super) decides: bool,
    pub(super) cells: Vec<Cell>,
}

impl Balance {
    /// Viewers are counted where every row knows them, else impressions; `None` where neither is known.
    pub(super) fn of(trial: &Trial<'_>, experiment: &Experiment) -> Option<Self> {
        let by = |count| trial.exposures(count).filter(|exposures| !exposures.is_empty()).map(|all| (count, all));
        match &experiment.design {
            Design::Split(split) => {
                let (basis, exposures) = by(Count::UniqueImpressions).or_else(|| by(Count::Impressions))?;
                let inflation = match basis {
                    Count::UniqueImpressions => Some(1.0),
                    _ => inflation(&exposures, &split.shares),
                };
                let cells = Scope::EVERY.into_iter().flat_map(|scope| {
                    let test = |observed: &[f64]| statistic(observed, &split.shares, inflation?);
                    by_lot(scope, &exposures, &split.shares, experiment.imbalance, test)
                });
                let cells = cells.collect();
                Some(Self { basis, inflation: inflation.unwrap_or(1.0), decides: true, cells })
            }
            Design::Rotation(rotation) => {
                let (basis, exposures) = by(Count::Impressions)?;
                let cells =
                    permutation::cells(&exposures, experiment.covers.len(), rotation.seed, experiment.imbalance);
                Some(Self { basis, inflation: 1.0, decides: false, cells })
            }
        }
    }

    /// Cells that make the experiment invalid, the surest first.
    pub(super) fn uneven(&self) -> Vec<&Cell> {
        let mut uneven: Vec<&Cell> = self.cells.iter().filter(|cell| self.decides && cell.is_imbalanced).collect();
        uneven.sort_by(|one, other| one.p_adjusted.unwrap_or(1.0).total_cmp(&other.p_adjusted.unwrap_or(1.0)));
        uneven
    }

    /// The least p value of all.
    pub(super) fn p_value(&self) -> Option<f64> {
        self.cells.iter().filter_map(|cell| cell.p_adjusted).reduce(f64::min)
    }
}

/// Sums by cell of a scope, by arm.
fn sums(scope: Scope, exposures: &[Exposure], arms: usize) -> BTreeMap<Place, Vec<f64>> {
    let mut sums: BTreeMap<Place, Vec<f64>> = BTreeMap::new();
    for exposure in exposures {
        sums.entry(scope.cell(exposure)).or_insert_with(|| vec![0.0; arms])[exposure.arm] += exposure.count;
    }
    sums
}

/// Pearson's χ² and its p value, as [`imbalance`] has it but for the inflation.
fn statistic(observed: &[f64], shares: &[f64], inflation: f64) -> Option<(f64, f64)> {
    let total: f64 = observed.iter().sum();
    let fewest = shares.iter().filter(|share| **share > 0.0).map(|share| share * total).reduce(f64::min)?;
    let found = imbalance(observed, shares).filter(|_| fewest >= FEWEST_EXPECTED)?;
    let statistic = found.statistic / inflation;
    let degrees = crate::tally::float(found.degrees as u64);
    Some((statistic, chi_square_upper(statistic, degrees)))
}

fn by_lot(
    scope: Scope,
    exposures: &[Exposure],
    shares: &[f64],
    level: f64,
    test: impl Fn(&[f64]) -> Option<(f64, f64)>,
) -> Vec<Cell> {
    let sums = sums(scope, exposures, shares.len());
    let found: Vec<Option<(f64, f64)>> = sums.values().map(|observed| test(observed)).collect();
    let p_values: Vec<f64> = found.iter().map(|found| found.map_or(f64::NAN, |(_, p)| p)).collect();
    let cells = sums.into_iter().zip(found).zip(holm(&p_values));
    cells
        .map(|(((place, observed), found), adjusted)| {
            let total: f64 = observed.iter().sum();
            let p_adjusted = found.map(|_| adjusted);
            Cell {
                scope,
                place,
                expected: shares.iter().map(|share| share * total).collect(),
                observed,
                chi_square: found.map(|(statistic, _)| statistic),
                p_value: found.map(|(_, p)| p),
                p_adjusted,
                is_imbalanced: p_adjusted.is_some_and(|p| p <= level),
            }
        })
        .collect()
}

/// By how much impressions of the same viewers widen χ²: the median statistic of the broadcasts ÷ that of the χ²
/// distribution, and never less than 1 (genomic control, Devlin & Roeder 1999). A split that is uneven everywhere widens
/// the median too, and so takes the more to be found. `None` with fewer broadcasts than an interval needs.
fn inflation(exposures: &[Exposure], shares: &[f64]) -> Option<f64> {
    let mut broadcasts: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for exposure in exposures {
        broadcasts.entry(exposure.cluster).or_insert_with(|| vec![0.0; shares.len()])[exposure.arm] +=
            exposure.count;
    }
    let mut statistics: Vec<f64> =
        broadcasts.values().filter_map(|observed| Some(statistic(observed, shares, 1.0)?.0)).collect();
    if statistics.len() < FEWEST_CLUSTERS {
        return None;
    }
    statistics.sort_by(f64::total_cmp);
    let middle = statistics.len() / 2;
    let median = if statistics.len() % 2 == 1 {
        statistics[middle]
    } else {
        f64::midpoint(statistics[middle - 1], statistics[middle])
    };
    let degrees = shares.iter().filter(|share| **share > 0.0).count().saturating_sub(1);
    Some((median / chi_square_median(degrees)).max(1.0))
}

/// By halving: no closed form, and the tail is at hand.
fn chi_square_median(degrees: usize) -> f64 {
    let degrees = crate::tally::float(degrees as u64);
    let (mut low, mut high) = (0.0, degrees + 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if chi_square_upper(middle, degrees) > HALF { low = middle } else { high = middle }
    }
    low
}
