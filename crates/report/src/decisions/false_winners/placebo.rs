//! Ways to deal what was counted to arms that differ in nothing.

use std::collections::BTreeMap;

use super::{ARMS, reckoned};
use crate::tally::{Tally, float};
use crate::trial::{Draws, Outcome, Plan};
use coverledger_config::Assignment;
use coverledger_stats::SeededRng;

/// Schedules that each rotation is held against: few, for it is done often; the level holds with any number.
const REDRAWN: usize = 127;

/// What was counted in one slot of a date, in one broadcast.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// In days since the first of the window.
    pub(super) day: usize,
    pub(super) slot: usize,
    pub(super) broadcast: usize,
    pub(super) tally: Tally,
}

/// As if the platform had drawn a cover for each impression.
pub(super) fn by_viewers(cells: &[Cell], chance: &mut SeededRng, broadcasts: usize) -> (Vec<Outcome>, Plan) {
    let mut sums: BTreeMap<(usize, usize), Tally> = BTreeMap::new();
    for cell in cells {
        let sum = sums.entry((cell.day, cell.broadcast)).or_default();
        *sum = sum.plus(cell.tally);
    }
    let mut outcomes = Vec::with_capacity(sums.len() * ARMS);
    for ((look, cluster), tally) in sums {
        let [hits, misses] = [tally.successes, tally.trials - tally.successes].map(whole);
        let dealt = chance.deal(hits, ARMS).into_iter().zip(chance.deal(misses, ARMS));
        for (arm, (hits, misses)) in dealt.enumerate() {
            let (sum, trials) = (float(hits), float(hits + misses));
            outcomes.push(Outcome { look, stratum: cluster, cluster, group: None, arm, sum, trials });
        }
    }
    (outcomes, Plan::Split { planned: reckoned(broadcasts), by: Assignment::Broadcast })
}

/// As if covers had taken turns: a slot of a broadcast is a turn, and the turns of a slot are filled with permuted blocks.
pub(super) fn by_turns(cells: &[Cell], chance: &mut SeededRng, days: usize) -> (Vec<Outcome>, Plan) {
    let seed = chance.below(usize::MAX) as u64;
    let mut blocks: BTreeMap<usize, (Vec<usize>, usize)> = BTreeMap::new();
    let mut begun = 0;
    let slots = cells.iter().map(|cell| cell.slot + 1).max().unwrap_or(1);
    let mut abreast: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for cell in cells {
        *abreast.entry((cell.day, cell.slot)).or_default() += 1;
    }
    let outcomes = cells
        .iter()
        .map(|cell| {
            let (left, block) = blocks.entry(cell.slot).or_default();
            if left.is_empty() {
                *left = (0..ARMS).collect();
                chance.shuffle(left);
                *block = begun;
                begun += 1;
            }
            // As in a rotation: where a date has fewer turns of a slot than arms, it would compare nothing.
            let are_enough = abreast[&(cell.day, cell.slot)] >= ARMS;
            Outcome {
                look: cell.day,
                stratum: if are_enough { cell.day * slots + cell.slot } else { days * slots + *block },
                cluster: *block,
                group: None,
                arm: left.pop().unwrap_or(0),
                sum: cell.tally.successes,
                trials: cell.tally.trials,
            }
        })
        .collect();
    (outcomes, Plan::Rotation(Draws { days, redrawn: REDRAWN, seed }))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts; casts saturate")]
fn whole(count: f64) -> u64 {
    count as u64
}
