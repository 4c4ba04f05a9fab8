//! `experiment_balance`: did each arm get its share of the audience, overall and in every slot and audience?
//!
//! A split whose arms were not given what was planned compares audiences and not covers (a sample ratio mismatch,
//! Fabijan et al. 2019), so it is invalid. In a rotation impressions are partly what a cover earns, so there the check
//! is told and decides nothing; what decides is whether the planned cover was on air.

mod lots;
mod permutation;
mod table;
#[cfg(test)]
mod tests;

pub(super) use table::table;

use std::collections::BTreeMap;

use super::trial::{Exposure, Trial, Unit};
use coverledger_config::{Design, Experiment};
use coverledger_core::model::Count;

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
    /// By arm: of what each broadcast gave to the covers that ran in it.
    pub(super) expected: Vec<f64>,
    /// What is independent of each other in it: broadcasts, groups of viewers, or permuted blocks.
    pub(super) units: usize,
    /// `None` where nothing can be said.
    pub(super) found: Option<Found>,
    pub(super) is_imbalanced: bool,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// By how much counts vary more than independent ones; 1 for a rotation.
    pub(super) inflation: f64,
    /// Divided by the inflation.
    pub(super) chi_square: f64,
    pub(super) degrees: usize,
    pub(super) p_value: f64,
    /// All cells of the scope together.
    pub(super) p_adjusted: f64,
}

/// All checks of an experiment in one market of a platform.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Balance {
    /// What was counted.
    pub(super) basis: Count,
    /// What is independent of each other. Of viewers who are not told apart nothing is checked.
    pub(super) unit: Unit,
    /// Whether what is uneven makes the experiment invalid.
    pub(super) decides: bool,
    pub(super) cells: Vec<Cell>,
}

impl Balance {
    /// Viewers are counted where every row knows them, else impressions; `None` where neither is known.
    pub(super) fn of(trial: &Trial<'_>, experiment: &Experiment) -> Option<Self> {
        let by = |count| trial.exposures(count).filter(|exposures| !exposures.is_empty()).map(|all| (count, all));
        let unit = trial.unit();
        match &experiment.design {
            Design::Split(split) => {
                let (basis, exposures) = by(Count::UniqueImpressions).or_else(|| by(Count::Impressions))?;
                let cells = lots::cells(&exposures, &split.shares, unit, experiment.imbalance);
                Some(Self { basis, unit, decides: true, cells })
            }
            Design::Rotation(rotation) => {
                let (basis, exposures) = by(Count::Impressions)?;
                let cells =
                    permutation::cells(&exposures, experiment.covers.len(), rotation.seed, experiment.imbalance);
                Some(Self { basis, unit, decides: false, cells })
            }
        }
    }

    /// Cells that make the experiment invalid, the surest first.
    pub(super) fn uneven(&self) -> Vec<&Cell> {
        let mut uneven: Vec<&Cell> = self.cells.iter().filter(|cell| self.decides && cell.is_imbalanced).collect();
        let p_adjusted = |cell: &Cell| cell.found.map_or(1.0, |found| found.p_adjusted);
        uneven.sort_by(|one, other| p_adjusted(one).total_cmp(&p_adjusted(other)));
        uneven
    }

    /// The least p value of all; `None` where nothing could be checked.
    pub(super) fn p_value(&self) -> Option<f64> {
        self.cells.iter().filter_map(|cell| Some(cell.found?.p_adjusted)).reduce(f64::min)
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
