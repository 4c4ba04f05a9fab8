//! The check of a rotation: the real schedule against others that were as likely.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cell, Found, Place, Scope, sums};
use crate::trial::Exposure;
use coverledger_stats::SeededRng;

/// Schedules that the real one is held against: the least p value is 1 in 2,000.
const REDRAWN: usize = 1_999;

/// Every check of every scope. Within a permuted block all orders of the arms are as likely, so schedules are drawn anew by
/// shuffling the arms of each block. The p value of a cell is the share of schedules that are as uneven there; adjusted,
/// the share in which any cell of the scope is as uneven for its own usual unevenness (max-T, Westfall & Young 1993).
pub(super) fn cells(exposures: &[Exposure], arms: usize, seed: u64, level: f64) -> Vec<Cell> {
    let scopes = Scope::EVERY;
    let observed: Vec<BTreeMap<Place, Vec<f64>>> =
        scopes.iter().map(|scope| sums(*scope, exposures, arms)).collect();
    let blocks: Vec<usize> =
        exposures.iter().map(|exposure| exposure.cluster).collect::<BTreeSet<_>>().into_iter().collect();
    let mut chance = SeededRng::new(seed, u64::MAX);
    let index = |scope: &Scope, cells: &BTreeMap<Place, Vec<f64>>| -> Vec<usize> {
        let places: Vec<&Place> = cells.keys().collect();
        let place = |exposure: &Exposure| places.binary_search(&&scope.cell(exposure)).unwrap_or_default();
        exposures.iter().map(place).collect()
    };
    let indices: Vec<Vec<usize>> =
        scopes.iter().zip(&observed).map(|(scope, cells)| index(scope, cells)).collect();
    let block_of: Vec<usize> =
        exposures.iter().map(|exposure| blocks.binary_search(&exposure.cluster).unwrap_or_default()).collect();
    // By scope: of each cell the statistic under each schedule.
    let mut redrawn: Vec<Vec<Vec<f64>>> = observed.iter().map(|cells| vec![Vec::new(); cells.len()]).collect();
    let mut orders: Vec<Vec<usize>> = blocks.iter().map(|_| (0..arms).collect()).collect();
    for _ in 0..REDRAWN {
        for order in &mut orders {
            chance.shuffle(order);
        }
        for (index, statistics) in indices.iter().zip(&mut redrawn) {
            let mut sums = vec![0.0; statistics.len() * arms];
            for ((exposure, block), cell) in exposures.iter().zip(&block_of).zip(index) {
                sums[cell * arms + orders[*block][exposure.arm]] += exposure.count;
            }
            for (cell, statistics) in sums.chunks(arms).zip(statistics) {
                statistics.push(unevenness(cell));
            }
        }
    }
    let by_scope = scopes.into_iter().zip(observed).zip(redrawn);
    by_scope.flat_map(|((scope, cells), redrawn)| of_scope(scope, cells, &redrawn, blocks.len(), level)).collect()
}

fn of_scope(
    scope: Scope,
    cells: BTreeMap<Place, Vec<f64>>,
    redrawn: &[Vec<f64>],
    blocks: usize,
    level: f64,
) -> Vec<Cell> {
    let found: Vec<f64> = cells.values().map(|cell| unevenness(cell)).collect();
    let usual: Vec<f64> =
        redrawn.iter().map(|statistics| statistics.iter().sum::<f64>() / share(REDRAWN)).collect();
    // Where no schedule is uneven at all there is nothing to be held against.
    let scaled = |cell: usize, statistic: f64| if usual[cell] > 0.0 { statistic / usual[cell] } else { 0.0 };
    let most: Vec<f64> = (0..REDRAWN)
        .map(|draw| redrawn.iter().enumerate().map(|(cell, of)| scaled(cell, of[draw])).fold(0.0, f64::max))
        .collect();
    let rank = |as_much: usize| share(as_much + 1) / share(REDRAWN + 1);
    cells
        .into_iter()
        .enumerate()
        .map(|(number, (place, observed))| {
            let total: f64 = observed.iter().sum();
            let p_value = rank(redrawn[number].iter().filter(|one| **one >= found[number]).count());
            let here = scaled(number, found[number]);
            let p_adjusted = rank(most.iter().filter(|one| **one >= here).count());
            Cell {
                scope,
                place,
                expected: vec![total / share(observed.len()); observed.len()],
                units: blocks,
                found: Some(Found {
                    inflation: 1.0,
                    chi_square: found[number],
                    degrees: observed.len().saturating_sub(1),
                    p_value,
                    p_adjusted,
                }),
                is_imbalanced: p_adjusted <= level,
                observed,
            }
        })
        .collect()
}

/// Pearson's statistic against equal shares; of whole numbers, so that equal schedules give equal ones.
fn unevenness(cell: &[f64]) -> f64 {
    let total: f64 = cell.iter().sum();
    let expected = total / share(cell.len());
    if expected > 0.0 { cell.iter().map(|one| (one - expected).powi(2) / expected).sum() } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand schedules")]
fn share(count: usize) -> f64 {
    count as f64
}
