//! The check of a split: were viewers given covers by the planned shares?

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, Found, Place, Scope};
use crate::trial::{Exposure, Unit};
use coverledger_stats::{SharedOut, SharesTest, holm, shares_held};

/// A cover that was to have so many of what a broadcast gave and had none did not run in it.
const SURELY_SOME: f64 = 30.0;

/// Every check of every scope. What each broadcast gave is expected to be shared out by the planned shares among the covers
/// that ran in it, so that one that came later or was taken off is held against those that were there with it; a
/// broadcast with one cover says nothing. Clusters are what is independent of each other; of viewers who keep their cover
/// and are not told apart nothing is checked. P values are adjusted by Holm over the cells of a scope.
pub(super) fn cells(exposures: &[Exposure], shares: &[f64], unit: Unit, level: f64) -> Vec<Cell> {
    let planned = planned(exposures, shares);
    Scope::EVERY.into_iter().flat_map(|scope| of_scope(scope, exposures, &planned, unit, level)).collect()
}

/// What was given in a cell.
struct Given {
    observed: Vec<f64>,
    expected: Vec<f64>,
    clusters: BTreeMap<usize, SharedOut>,
}

fn of_scope(
    scope: Scope,
    exposures: &[Exposure],
    planned: &BTreeMap<usize, Vec<f64>>,
    unit: Unit,
    level: f64,
) -> Vec<Cell> {
    let arms = planned.values().next().map_or(0, Vec::len);
    let nothing = || vec![0.0; arms];
    let mut cells: BTreeMap<Place, Given> = BTreeMap::new();
    for exposure in exposures {
        let Some(shares) = planned.get(&exposure.cluster) else { continue };
        let empty = || Given { observed: nothing(), expected: nothing(), clusters: BTreeMap::new() };
        let given = cells.entry(scope.cell(exposure)).or_insert_with(empty);
        let add = |counts: &mut Vec<f64>, expected: &mut Vec<f64>| {
            counts[exposure.arm] += exposure.count;
            expected.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share * exposure.count);
        };
        add(&mut given.observed, &mut given.expected);
        let cluster = match unit {
            Unit::Groups => exposure.group.map(usize::from),
            Unit::NoViewerIds => None,
            Unit::Broadcasts | Unit::Turns => Some(exposure.cluster),
        };
        if let Some(cluster) = cluster.filter(|_| shares.iter().filter(|share| **share > 0.0).count() > 1) {
            let empty = || SharedOut { counts: nothing(), expected: nothing() };
            let of = given.clusters.entry(cluster).or_insert_with(empty);
            add(&mut of.counts, &mut of.expected);
        }
    }
    let tests: Vec<Option<SharesTest>> = cells
        .values()
        .map(|given| shares_held(&given.clusters.values().cloned().collect::<Vec<SharedOut>>()))
        .collect();
    let adjusted = holm(&tests.iter().map(|test| test.map_or(f64::NAN, |test| test.p)).collect::<Vec<f64>>());
    let cell = |(((place, given), test), p_adjusted): (((Place, Given), Option<SharesTest>), f64)| {
        let found = test.map(|SharesTest { statistic, degrees, inflation, p }| Found {
            inflation,
            chi_square: statistic,
            degrees,
            p_value: p,
            p_adjusted,
        });
        let Given { observed, expected, clusters } = given;
        let is_imbalanced = found.is_some_and(|found| found.p_adjusted <= level);
        Cell { scope, place, observed, expected, units: clusters.len(), found, is_imbalanced }
    };
    cells.into_iter().zip(tests).zip(adjusted).map(cell).collect()
}

/// Of each broadcast, by arm: the planned share among the covers that ran in it.
fn planned(exposures: &[Exposure], shares: &[f64]) -> BTreeMap<usize, Vec<f64>> {
    let mut broadcasts: BTreeMap<usize, (usize, Vec<f64>)> = BTreeMap::new();
    let mut dates: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); shares.len()];
    for exposure in exposures.iter().filter(|exposure| exposure.count > 0.0) {
        let (look, given) =
            broadcasts.entry(exposure.cluster).or_insert_with(|| (exposure.look, vec![0.0; shares.len()]));
        *look = (*look).max(exposure.look);
        given[exposure.arm] += exposure.count;
        dates[exposure.arm].insert(exposure.look);
    }
    let among = |(broadcast, (look, given)): (usize, (usize, Vec<f64>))| {
        let all: f64 = given.iter().sum();
        let ran = |arm: usize| {
            let is_within =
                dates[arm].range(look..).next().is_some() && dates[arm].range(..=look).next().is_some();
            given[arm] > 0.0 || (is_within && shares[arm] * all < SURELY_SOME)
        };
        let ran: Vec<f64> =
            shares.iter().enumerate().map(|(arm, share)| if ran(arm) { *share } else { 0.0 }).collect();
        let sum: f64 = ran.iter().sum();
        (broadcast, ran.into_iter().map(|share| if sum > 0.0 { share / sum } else { 0.0 }).collect())
    };
    broadcasts.into_iter().map(among).collect()
}
