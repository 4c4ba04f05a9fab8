//! Ways to deal what was counted to arms that differ in nothing.

use std::collections::BTreeMap;

use super::{ARMS, reckoned};
use crate::tally::float;
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
    pub(super) counted: Counted,
}

/// What is dealt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// Viewers who did what is counted: entered, or bought.
    pub(super) hits: u64,
    pub(super) impressions: u64,
    /// Who was shown anything; as many as impressions where it is not known.
    pub(super) viewers: u64,
    /// What it is worth.
    pub(super) sum: f64,
}

impl Counted {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            impressions: self.impressions + other.impressions,
            viewers: self.viewers + other.viewers,
            sum: self.sum + other.sum,
        }
    }
}

/// As if the platform had drawn a cover for each viewer of each broadcast, who then has all impressions of his own. `is_uneven`
/// is whether some are worth more than others: what a viewer is worth is then taken to be exponential.
pub(super) fn by_viewers(
    cells: &[Cell],
    chance: &mut SeededRng,
    broadcasts: usize,
    is_uneven: bool,
) -> (Vec<Outcome>, Plan) {
    let mut sums: BTreeMap<(usize, usize), Counted> = BTreeMap::new();
    for cell in cells {
        let sum = sums.entry((cell.day, cell.broadcast)).or_default();
        *sum = sum.plus(cell.counted);
    }
    let mut outcomes = Vec::with_capacity(sums.len() * ARMS);
    for ((look, cluster), Counted { hits, impressions, viewers, sum }) in sums {
        let viewers = viewers.clamp(1, impressions.max(1));
        let hitting = hits.min(viewers);
        let dealt_hits = chance.deal(hitting, ARMS);
        let dealt: Vec<u64> = chance.deal(viewers - hitting, ARMS);
        let worth: Vec<f64> = dealt_hits.iter().map(|hits| worth(*hits, is_uneven, chance)).collect();
        let all: f64 = worth.iter().sum();
        for arm in 0..ARMS {
            let shown = float(dealt_hits[arm] + dealt[arm]) / float(viewers);
            let (sum, trials) = (if all > 0.0 { sum * worth[arm] / all } else { 0.0 }, float(impressions) * shown);
            outcomes.push(Outcome { look, stratum: cluster, cluster, group: None, arm, sum, trials });
        }
    }
    (outcomes, Plan::Split { planned: reckoned(broadcasts), by: Assignment::Broadcast })
}

/// What so many viewers are worth, each as much on average.
fn worth(viewers: u64, is_uneven: bool, chance: &mut SeededRng) -> f64 {
    let usual = float(viewers);
    if is_uneven { (usual + usual.sqrt() * chance.normal()).max(0.0) } else { usual }
}

/// As if covers had taken turns: a slot of a broadcast is a turn, and the turns of a slot are filled with permuted blocks. `trials`
/// are what is held against the sum of a turn.
pub(super) fn by_turns(
    cells: &[Cell],
    chance: &mut SeededRng,
    days: usize,
    trials: impl Fn(&Counted) -> f64,
) -> (Vec<Outcome>, Plan) {
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
                sum: cell.counted.sum,
                trials: trials(&cell.counted),
            }
        })
        .collect();
    (outcomes, Plan::Rotation(Draws { days, redrawn: REDRAWN, seed }))
}
