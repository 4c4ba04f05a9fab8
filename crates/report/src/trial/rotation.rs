//! Turns of a rotation: a randomization test of one cover against the control.
//!
//! Given where the other covers stood in a permuted block, the schedule's generator puts the two covers into the places
//! that are left either way with the same probability. So schedules are drawn anew by exchanging the two, block by block,
//! which no other cover's effect disturbs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draws, Effect, Outcome};
use coverledger_stats::{Interval, RandomizationTest, SeededRng};

/// How often the end of an interval is halved in; from e³ to one in a thousand.
const HALVINGS: usize = 12;
/// How far off the ends of an interval are looked for, in logarithms.
const FARTHEST: f64 = 3.0;
/// In strata of so many blocks each way to exchange covers is worked out once, and otherwise schedule by schedule.
const FEW_BLOCKS: usize = 4;
/// Statistics are compared without their last bits (one in 10¹²): sums that are added in another order are still equal.
const ROUNDED_BITS: u64 = 1 << 12;

/// See [`super::effects`]; outcomes are those of the arm and of the control only.
pub(super) fn effect(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws, level: f64) -> Option<Effect> {
    let test = Test::new(outcomes, arm, looks, draws);
    let found = test.log_ratio();
    // Without anything of the control there is no ratio; of an arm with nothing it is nothing.
    if found.is_nan() || found == f64::INFINITY {
        return None;
    }
    let end = |side: Side, direction: f64| {
        let (mut inside, mut outside) = (found, found + direction * FARTHEST);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if test.rejects(side, middle, level) { outside = middle } else { inside = middle }
        }
        outside
    };
    // Where not even the estimate itself holds, the effect was another at an earlier look.
    let holds = found.is_finite() && SIDES.iter().all(|side| !test.rejects(*side, found, level));
    let interval =
        holds.then(|| Interval { low: end(Side::Better, -1.0).exp_m1(), high: end(Side::Worse, 1.0).exp_m1() });
    let [p_better, p_worse] = SIDES.map(|side| test.p_by_look(side, 0.0).last().copied().unwrap_or(1.0));
    let Compared { turns, left_out } = compared(outcomes, arm);
    Some(Effect {
        value: found.exp_m1(),
        interval,
        today: interval,
        p_better,
        p_worse,
        clusters: turns,
        information: None,
        left_out,
    })
}

/// See [`super::p_by_look`]; outcomes are those of the arm and of the control only.
pub(super) fn p_by_look(
    outcomes: &[Outcome],
    arm: usize,
    looks: usize,
    draws: Draws,
    log_ratio: f64,
) -> Vec<[f64; 2]> {
    let test = Test::new(outcomes, arm, looks, draws);
    let [better, worse] = SIDES.map(|side| test.p_by_look(side, log_ratio));
    better.into_iter().zip(worse).map(|(better, worse)| [better, worse]).collect()
}

/// The standard error of the logarithm of the ratio after the last look: how far it lies from nothing over the redrawn
/// schedules, once the effect that was found is taken out. `None` where there is no ratio.
pub(super) fn standard_error(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws) -> Option<f64> {
    let test = Test::new(outcomes, arm, looks, draws);
    let found = test.log_ratio();
    if !found.is_finite() {
        return None;
    }
    let last = test.statistics(looks.checked_sub(1)?, Side::Better, found);
    let squares: Vec<f64> =
        last.into_iter().map(|of| of.ln().powi(2)).filter(|square| square.is_finite()).collect();
    let blocks = outcomes.iter().map(|outcome| outcome.cluster).collect::<BTreeSet<_>>().len();
    // The effect that was taken out was found in the same blocks.
    let degrees = float(blocks) / float(blocks.checked_sub(1)?);
    let variance = degrees * squares.iter().sum::<f64>() / float(squares.len());
    (variance.is_finite() && variance > 0.0).then(|| variance.sqrt())
}

/// The smallest p value that so many blocks can give: there are two ways to fill each with a pair of covers, and no more
/// schedules are drawn than `redrawn` beside the real one. Both directions are counted.
pub(super) fn least_p(blocks: usize, redrawn: usize) -> f64 {
    let ways = i32::try_from(blocks).map_or(f64::INFINITY, |blocks| 2.0_f64.powi(blocks));
    (2.0 / ways.min(float(redrawn + 1))).min(1.0)
}

/// Whether a plain test, looked at every night, ever told the arm from the control.
pub(super) fn unguarded(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws, level: f64) -> bool {
    let test = Test::new(outcomes, arm, looks, draws);
    let is_told = |(look, side): (usize, Side)| {
        let statistics = test.statistics(look, side, 0.0);
        let as_far = statistics.iter().filter(|one| **one >= statistics[0]).count();
        !statistics[0].is_nan() && 2.0 * float(as_far) / float(statistics.len()) <= level
    };
    (0..looks).flat_map(|look| SIDES.map(|side| (look, side))).any(is_told)
}

/// What is tested: that the arm's rate is above the control's times a ratio, or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Better,
    Worse,
}

const SIDES: [Side; 2] = [Side::Better, Side::Worse];

/// What stands for the arm, and what for the control, of what the arm itself had and of what the control had:
/// `[arm's for the arm, control's for the arm, arm's for the control, control's for the control]`. Each stratum adds what
/// it had times the other side's share of its trials (Mantel and Haenszel 1959; Greenland and Robins 1985 for rates).
type Parts = [f64; 4];

/// The real schedule and others that were as likely, at every look.
struct Test {
    /// The share of the level that is spent by each look.
    spent: Vec<f64>,
    /// The number of schedules, with the real one.
    all: usize,
    /// After each date with outcomes, of each schedule; the real one is the first.
    columns: Vec<Vec<Parts>>,
    /// Which of these is the last by each look.
    column_of: Vec<Option<usize>>,
}

impl Test {
    fn new(outcomes: &[Outcome], arm: usize, looks: usize, draws: Draws) -> Self {
        let all = draws.redrawn + 1;
        let exchanged = Exchanged::new(outcomes, arm, draws);
        let mut strata: BTreeMap<usize, Vec<&Outcome>> = BTreeMap::new();
        let mut blocks: BTreeSet<usize> = BTreeSet::new();
        let mut sums: Vec<Parts> = vec![[0.0; 4]; all];
        let (mut columns, mut column_of, mut spent): (Vec<Vec<Parts>>, _, _) =
            (Vec::new(), Vec::new(), Vec::new());
        let mut rest = outcomes.iter().peekable();
        for look in 0..looks {
            let mut news: BTreeMap<usize, Vec<&Outcome>> = BTreeMap::new();
            while let Some(outcome) = rest.next_if(|outcome| outcome.look <= look) {
                news.entry(outcome.stratum).or_default().push(outcome);
                blocks.insert(outcome.cluster);
            }
            let is_news = !news.is_empty();
            for (stratum, news) in news {
                let of_stratum = strata.entry(stratum).or_default();
                if !of_stratum.is_empty() {
                    exchanged.add(of_stratum, -1.0, &mut sums);
                }
                of_stratum.extend(news);
                exchanged.add(of_stratum, 1.0, &mut sums);
            }
            if is_news {
                columns.push(sums.clone());
            }
            column_of.push(columns.len().checked_sub(1));
            // While there are fewer blocks than tell all schedules apart, many of them are the same, and the level could not
            // be spent. It is saved for later, and at the latest for the last date.
            let is_fine = blocks.len() >= exchanged.doublings || look + 1 >= draws.days;
            let share = (float(look + 1) / float(draws.days.max(1))).min(1.0);
            spent.push(if is_fine { share } else { 0.0 });
        }
        Self { spent, all, columns, column_of }
    }

    /// The logarithm of the ratio of rates after the last look; `NaN` where nothing stands for either.
    fn log_ratio(&self) -> f64 {
        let last = self.columns.last().map_or([0.0; 4], |column| column[0]);
        (last[0] / last[3]).ln()
    }

    /// Of each schedule, the ratio of rates over e to `log_ratio`, once what the arm had is divided by that; upside down
    /// on the other side. `NaN` until there is something to compare.
    fn statistics(&self, look: usize, side: Side, log_ratio: f64) -> Vec<f64> {
        let Some(column) = self.column_of[look] else { return vec![f64::NAN; self.all] };
        let ratio = log_ratio.exp();
        let statistic = |[of_arm, of_control, arm_aside, control_aside]: &Parts| {
            let (arm, control) = (of_arm + of_control * ratio, arm_aside + control_aside * ratio);
            let statistic = if side == Side::Better { arm / control } else { control / arm };
            if statistic.is_finite() { rounded(statistic) } else { statistic }
        };
        self.columns[column].iter().map(statistic).collect()
    }

    /// After each look, how surely the arm's rate is on that side of the control's times e to `log_ratio`. Each side has
    /// half of the level, so that both together have all of it.
    fn p_by_look(&self, side: Side, log_ratio: f64) -> Vec<f64> {
        let looks = 0..self.column_of.len();
        let test =
            RandomizationTest { statistics: looks.map(|look| self.statistics(look, side, log_ratio)).collect() };
        test.p_by_look(&self.spent, 0.5).into_iter().map(|p| (2.0 * p).min(1.0)).collect()
    }

    fn rejects(&self, side: Side, log_ratio: f64, level: f64) -> bool {
        let statistics = |look| self.statistics(look, side, log_ratio);
        RandomizationTest::rejects(self.all, &self.spent, level / 2.0, statistics)
    }
}

/// In which blocks each schedule exchanges the two covers.
struct Exchanged {
    arm: usize,
    /// So many blocks, the first ones, are exchanged in every combination, as often each: with no more blocks than these
    /// the test is exact, and with more of them it depends less on the draw.
    doublings: usize,
    /// By block, a bit for each schedule; never of the first, which is the real one.
    bits: BTreeMap<usize, Vec<u64>>,
}

impl Exchanged {
    fn new(outcomes: &[Outcome], arm: usize, draws: Draws) -> Self {
        let all = draws.redrawn + 1;
        let doublings = usize::try_from(all.ilog2()).unwrap_or(0);
        let mut bits: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for outcome in outcomes {
            let place = bits.len();
            bits.entry(outcome.cluster).or_insert_with(|| {
                // Drawn for each block by itself, so that no later block changes what an earlier look says.
                let mut chance = SeededRng::new(draws.seed, mixed(arm, outcome.cluster));
                let is_counted = all.is_power_of_two() && place < doublings;
                let word = |word: usize| if is_counted { counted(place, word) } else { chance.bits() };
                let mut words: Vec<u64> = (0..all.div_ceil(64)).map(word).collect();
                words[0] &= !1;
                words
            });
        }
        Self { arm, doublings, bits }
    }

    /// Adds what a stratum stands for under each schedule, `times` over.
    fn add(&self, of_stratum: &[&Outcome], times: f64, sums: &mut [Parts]) {
        let blocks: BTreeSet<usize> = of_stratum.iter().map(|outcome| outcome.cluster).collect();
        let blocks: Vec<usize> = blocks.into_iter().collect();
        let bits: Vec<&[u64]> = blocks.iter().map(|block| self.bits[block].as_slice()).collect();
        let placed: Vec<(usize, &Outcome)> = of_stratum
            .iter()
            .map(|outcome| (blocks.binary_search(&outcome.cluster).unwrap_or_default(), *outcome))
            .collect();
        let parts =
            |is_exchanged: &dyn Fn(usize) -> bool| self.parts(&placed, is_exchanged).map(|part| times * part);
        if blocks.len() <= FEW_BLOCKS {
            let ways: Vec<Parts> =
                (0..1_usize << blocks.len()).map(|way| parts(&|place| way >> place & 1 == 1)).collect();
            for (schedule, sums) in sums.iter_mut().enumerate() {
                let way = bits.iter().rev().fold(0, |way, bits| way << 1 | bit(bits, schedule));
                plus(sums, &ways[way]);
            }
        } else {
            for (schedule, sums) in sums.iter_mut().enumerate() {
                plus(sums, &parts(&|place| bit(bits[place], schedule) == 1));
            }
        }
    }

    fn parts(&self, placed: &[(usize, &Outcome)], is_exchanged: &dyn Fn(usize) -> bool) -> Parts {
        let mut trials = [0.0; 2];
        let mut sums = [[0.0; 2]; 2];
        for (place, outcome) in placed {
            let is_arm = outcome.arm == self.arm;
            let side = usize::from(is_arm == is_exchanged(*place));
            trials[side] += outcome.trials;
            sums[side][usize::from(!is_arm)] += outcome.sum;
        }
        let all = trials[0] + trials[1];
        if all <= 0.0 {
            return [0.0; 4];
        }
        let [arm, control] = [trials[1] / all, trials[0] / all];
        [sums[0][0] * arm, sums[0][1] * arm, sums[1][0] * control, sums[1][1] * control]
    }
}

fn plus(sums: &mut Parts, parts: &Parts) {
    for (sum, part) in sums.iter_mut().zip(parts) {
        *sum += part;
    }
}

fn bit(bits: &[u64], schedule: usize) -> usize {
    usize::from(bits[schedule / 64] >> (schedule % 64) & 1 == 1)
}

/// The bits of 64 schedules in which the block at this place is exchanged, where schedules count through all combinations.
fn counted(place: usize, word: usize) -> u64 {
    const WITHIN: [u64; 6] = [
        0xAAAA_AAAA_AAAA_AAAA,
        0xCCCC_CCCC_CCCC_CCCC,
        0xF0F0_F0F0_F0F0_F0F0,
        0xFF00_FF00_FF00_FF00,
        0xFFFF_0000_FFFF_0000,
        0xFFFF_FFFF_0000_0000,
    ];
    match place.checked_sub(WITHIN.len()) {
        None => WITHIN[place],
        Some(place) if word >> place & 1 == 1 => u64::MAX,
        Some(_) => 0,
    }
}

fn mixed(arm: usize, block: usize) -> u64 {
    (arm as u64) << 32 | block as u64
}

fn rounded(statistic: f64) -> f64 {
    f64::from_bits((statistic.to_bits() + ROUNDED_BITS / 2) & !(ROUNDED_BITS - 1))
}

/// What is compared with each other.
struct Compared {
    /// Turns of both covers in strata that had both.
    turns: usize,
    /// The share of the arm's trials in the other strata; `None` where it had none.
    left_out: Option<f64>,
}

fn compared(outcomes: &[Outcome], arm: usize) -> Compared {
    let mut strata: BTreeMap<usize, ([f64; 2], usize)> = BTreeMap::new();
    for outcome in outcomes {
        let (trials, turns) = strata.entry(outcome.stratum).or_default();
        trials[usize::from(outcome.arm == arm)] += outcome.trials;
        *turns += 1;
    }
    let has_both = |trials: &[f64; 2]| trials.iter().all(|trials| *trials > 0.0);
    let turns = strata.values().filter(|(trials, _)| has_both(trials)).map(|(_, turns)| turns).sum();
    let all: f64 = strata.values().map(|(trials, _)| trials[1]).sum();
    let alone: f64 = strata.values().filter(|(trials, _)| !has_both(trials)).map(|(trials, _)| trials[1]).sum();
    Compared { turns, left_out: (all > 0.0).then(|| alone / all) }
}

#[expect(clippy::cast_precision_loss, reason = "days of a window, and schedules")]
fn float(count: usize) -> f64 {
    count as f64
}
