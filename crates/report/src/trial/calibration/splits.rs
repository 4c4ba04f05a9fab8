//! Splits of nothing, and of a gain of 15 %, looked at every night: equal and unequal broadcasts, covers that suit some
//! broadcasts better than others, and viewers who come back and keep their cover.

use super::{LEVEL, NIGHTS, lognormal, miscalibration};
use crate::tally::float;
use crate::trial::{Outcome, Plan, choice, effects, p_values};
use coverledger_config::Assignment;
use coverledger_stats::calibration::{percent, size, successes};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Matched, SeededRng, holm, sequence};

/// Impressions of an arm in a broadcast, on average, and the share of them that counts.
const SIZE: f64 = 1500.0;
const RATE: f64 = 0.05;
/// Groups that viewers fall into.
const GROUPS: usize = 128;

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Viewers {
    /// Nobody twice.
    New,
    /// So many who come to three broadcasts in four and keep their cover, some of them eager and most of them not; and a quarter
    /// as many in each broadcast who come only then.
    Regulars(usize),
}

/// What a split is drawn from.
#[derive(Debug, Clone, Copy)]
struct World {
    arms: usize,
    nightly: usize,
    /// The standard deviation of the logarithm of the size of broadcasts, and of an arm's own part of the rate in each.
    spread: f64,
    own: f64,
    viewers: Viewers,
    /// Of the second arm, times the usual rate.
    lift: f64,
}

const NOTHING: World = World { arms: 2, nightly: 1, spread: 0.0, own: 0.1, viewers: Viewers::New, lift: 1.0 };

fn drawn(chance: &mut SeededRng, world: World) -> (Vec<Outcome>, Plan) {
    let broadcasts = NIGHTS * world.nightly;
    let (outcomes, by) = match world.viewers {
        Viewers::New => {
            let outcomes = (0..broadcasts).flat_map(|broadcast| of_new(chance, world, broadcast));
            (outcomes.collect(), Assignment::Broadcast)
        }
        Viewers::Regulars(count) => (of_regulars(chance, world, broadcasts, count), Assignment::Viewer),
    };
    (outcomes, Plan::Split { planned: float(broadcasts as u64), by })
}

/// The rate of each arm in a broadcast.
fn rates(chance: &mut SeededRng, world: World) -> Vec<f64> {
    let usual = RATE * lognormal(chance, 0.3);
    let lift = |arm: usize| if arm == 1 { world.lift } else { 1.0 };
    (0..world.arms).map(|arm| usual * lift(arm) * lognormal(chance, world.own)).collect()
}

fn of_new(chance: &mut SeededRng, world: World, broadcast: usize) -> Vec<Outcome> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of impressions")]
    let impressions = size(chance, SIZE * float(world.arms as u64), world.spread) as u64;
    let rates = rates(chance, world);
    let dealt = chance.deal(impressions, world.arms);
    let outcome = |(arm, trials): (usize, u64)| {
        let trials = float(trials);
        let sum = successes(chance, trials, rates[arm].min(1.0));
        Outcome {
            look: broadcast / world.nightly,
            stratum: broadcast,
            cluster: broadcast,
            group: None,
            arm,
            sum,
            trials,
        }
    };
    dealt.into_iter().enumerate().map(outcome).collect()
}

/// A viewer: group, cover, and how many times as eager as usual.
type Viewer = (usize, usize, f64);

fn of_regulars(chance: &mut SeededRng, world: World, broadcasts: usize, count: usize) -> Vec<Outcome> {
    let viewer = |chance: &mut SeededRng| -> Viewer {
        (chance.below(GROUPS), chance.below(world.arms), lognormal(chance, 1.0))
    };
    let regulars: Vec<Viewer> = (0..count).map(|_| viewer(chance)).collect();
    let mut outcomes = Vec::new();
    for broadcast in 0..broadcasts {
        let rates = rates(chance, world);
        let mut cells = vec![[0.0; 2]; GROUPS * world.arms];
        let mut watching: Vec<Viewer> = regulars.iter().filter(|_| chance.below(4) > 0).copied().collect();
        watching.extend((0..count / 4).map(|_| viewer(chance)));
        for (group, arm, eager) in watching {
            let impressions = 1.0 + float(chance.poisson(1.0));
            let cell = &mut cells[group * world.arms + arm];
            *cell = [cell[0] + float(chance.poisson(impressions * rates[arm] * eager)), cell[1] + impressions];
        }
        outcomes.extend(cells.into_iter().enumerate().map(|(at, [sum, trials])| Outcome {
            look: broadcast / world.nightly,
            stratum: broadcast,
            cluster: broadcast,
            group: u16::try_from(at / world.arms).ok(),
            arm: at % world.arms,
            sum,
            trials,
        }));
    }
    outcomes
}

/// Whether any arm was found to differ, and whether the second one was found to be better, all arms together at the level.
fn found(outcomes: &[Outcome], arms: usize, plan: Plan) -> [bool; 2] {
    let effects = effects(outcomes, arms, 0, NIGHTS, plan, LEVEL);
    let p_values = p_values(outcomes, arms, 0, NIGHTS, plan);
    let any = holm(&p_values.iter().flatten().copied().collect::<Vec<f64>>());
    let better: Vec<f64> = effects.iter().flatten().map(|effect| effect.p_better).collect();
    [any.iter().any(|p| *p <= LEVEL), holm(&better)[0] <= LEVEL]
}

/// The same with errors taken for known and broadcasts counted as they come, of whatever size.
fn found_before(outcomes: &[Outcome], arms: usize, planned: f64) -> [bool; 2] {
    let p_values: Vec<[f64; 2]> = (1..arms)
        .map(|arm| {
            let mut matched = Matched::new(0);
            let mut least = [1.0_f64; 2];
            for look in 0..NIGHTS {
                for outcome in outcomes.iter().filter(|one| one.look == look && [0, arm].contains(&one.arm)) {
                    matched.add(outcome.stratum, 0, outcome.arm == arm, outcome.sum, outcome.trials);
                }
                let broadcasts = matched.strata();
                let Some(estimate) = matched.estimate().filter(|_| broadcasts >= FEWEST_CLUSTERS) else {
                    continue;
                };
                let known = Estimate { degrees: f64::INFINITY, ..estimate };
                let side = usize::from(estimate.value < 0.0);
                least[side] = least[side].min(sequence::p_value(&known, float(broadcasts as u64), planned));
            }
            least
        })
        .collect();
    let any = holm(&p_values.iter().map(|p| p[0].min(p[1])).collect::<Vec<f64>>());
    let better = holm(&p_values.iter().map(|p| p[0]).collect::<Vec<f64>>());
    [any.iter().any(|p| *p <= LEVEL), better[0] <= LEVEL]
}

/// Of so many tests: how many found anything and how many the second arm, and the same before.
fn simulated(tests: u32, world: World, seed: u64) -> [u32; 4] {
    (0..tests).fold([0; 4], |sum, test| {
        let (outcomes, plan) = drawn(&mut SeededRng::new(seed, u64::from(test)), world);
        let planned = float((NIGHTS * world.nightly) as u64);
        let [any, better] = found(&outcomes, world.arms, plan);
        let [any_before, better_before] = found_before(&outcomes, world.arms, planned);
        let told = [any, better, any_before, better_before];
        std::array::from_fn(|at| sum[at] + u32::from(told[at]))
    })
}

/// The level and two standard errors of it, in so many tests.
fn most(tests: u32) -> u32 {
    let level = LEVEL * f64::from(tests);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of tests")]
    let most = (level + 2.0 * (level * (1.0 - LEVEL)).sqrt()) as u32;
    most
}

#[test]
fn the_level_is_held_whatever_the_sizes_of_broadcasts_and_whatever_suits_them() {
    for (seed, spread, own) in [(61, 0.0, 0.0), (62, 0.0, 0.1), (63, 1.0, 0.1), (64, 1.5, 0.1)] {
        let [any, _, before, _] = simulated(120, World { spread, own, ..NOTHING }, seed);
        assert!(any <= most(120), "sizes {spread}, own {own}: {any} of 120");
        assert!(spread < 1.5 || before > most(120), "it would have been done anyway: {before} of 120");
    }
}

#[test]
fn viewers_who_come_back_are_no_winner() {
    let world = World { viewers: Viewers::Regulars(400), ..NOTHING };
    let [any, _, before, _] = simulated(80, world, 65);
    assert!(any <= most(80), "{any} of 80");
    assert!(before > most(80), "broadcasts would have done: {before} of 80");
}

/// How far off the probabilities of being best are among regulars, by groups and by broadcasts alone.
fn miscalibrated(tests: u64, seed: u64) -> [f64; 2] {
    let mut bins = [[[0.0; 3]; 10]; 2];
    for test in 0..tests {
        let mut chance = SeededRng::new(seed, test);
        let lift = (0.08 * chance.normal()).exp();
        let (outcomes, by_groups) = drawn(&mut chance, World { lift, viewers: Viewers::Regulars(400), ..NOTHING });
        let by_broadcasts = Plan::Split { planned: 30.0, by: Assignment::Broadcast };
        for (bins, plan) in bins.iter_mut().zip([by_groups, by_broadcasts]) {
            let chosen = choice::choice(&outcomes, 2, plan, 0.05).unwrap();
            for (probability, is_best) in chosen.best.iter().zip([lift < 1.0, lift > 1.0]) {
                let tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
                let bin = &mut bins[tenths.iter().filter(|tenth| **tenth <= *probability).count()];
                *bin = [bin[0] + 1.0, bin[1] + probability, bin[2] + f64::from(u8::from(is_best))];
            }
        }
    }
    bins.each_ref().map(miscalibration)
}

#[test]
fn what_is_probably_the_best_among_regulars_is_it_as_often_as_said() {
    let [by_groups, by_broadcasts] = miscalibrated(300, 69);
    assert!(by_groups < 0.07, "{by_groups}");
    assert!(by_broadcasts > by_groups + 0.03, "broadcasts would have done: {by_broadcasts}");
}

#[test]
fn what_is_found_is_found_still() {
    let [_, better, _, before] = simulated(120, World { lift: 1.15, own: 0.1, nightly: 2, ..NOTHING }, 66);
    assert!(better + 6 >= before && better > 100, "{better} of 120, and {before} before");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_splits() {
    const TESTS: u32 = 1000;
    let mut worlds = Vec::new();
    for arms in [2, 3] {
        for nightly in [1, 2] {
            for spread in [0.0, 1.0, 1.5] {
                for own in [0.0, 0.1] {
                    worlds.push(World { arms, nightly, spread, own, ..NOTHING });
                }
            }
        }
        worlds.push(World { arms, nightly: 1, own: 0.0, viewers: Viewers::Regulars(2000), ..NOTHING });
        worlds.push(World { arms, nightly: 1, own: 0.1, viewers: Viewers::Regulars(2000), ..NOTHING });
    }
    for world in worlds {
        let [any, _, any_before, _] = simulated(TESTS, world, 67);
        let [_, better, _, better_before] = simulated(TESTS, World { lift: 1.15, ..world }, 68);
        let of = |count: u32| percent(count, TESTS);
        let viewers = if world.viewers == Viewers::New { "new" } else { "regulars" };
        let World { arms, nightly, spread, own, .. } = world;
        println!(
            "| {arms} | {nightly} | {spread} | {own} | {viewers} | {:.1} | {:.1} | {:.1} | {:.1} |",
            of(any),
            of(any_before),
            of(better),
            of(better_before)
        );
    }
}
