//! Rotations of two covers whose truth is known: hours and days have trends, and turns hang on to those before.

use super::super::nights::LOOKING;
use super::super::rotation::{effect, p_by_look, standard_error};
use super::super::{Draws, Outcome};
use super::lognormal;
use crate::tally::float;
use crate::trial::redrawn;
use coverledger_stats::calibration::percent;
use coverledger_stats::{SeededRng, normal_quantile};

const LEVEL: f64 = 0.05;
const SLOTS: usize = 2;

/// What a rotation is drawn from.
#[derive(Debug, Clone, Copy)]
struct World {
    nights: usize,
    /// Turns of each slot on each date; two make a block.
    turns: usize,
    /// Of the second cover, times what the first has: impressions of a turn, and orders of a turn.
    more: f64,
    lift: f64,
    /// By how much the logarithm of the rate rises over a date, and over the window.
    trend: f64,
    /// Standard deviation of a turn's logarithm, and its correlation with the turn before.
    noise: f64,
    hangs_on: f64,
    /// The share of a turn in which the cover before is still seen.
    carried: f64,
    /// Orders of a turn.
    orders: f64,
    /// The share of turns in which nothing is on air.
    off_air: f64,
}

const NOTHING: World = World {
    nights: 30,
    turns: 4,
    more: 1.0,
    lift: 1.0,
    trend: 0.5,
    noise: 0.35,
    hangs_on: 0.3,
    carried: 0.0,
    orders: 40.0,
    off_air: 0.0,
};

/// What the arms are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Hours,
    Impressions,
}

/// By what turns are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strata {
    DateAndSlot,
    Slot,
}

fn drawn(chance: &mut SeededRng, world: World, by: By, strata: Strata) -> (Vec<Outcome>, Draws) {
    let World { nights, turns, .. } = world;
    let mut outcomes = Vec::new();
    let (mut mood, mut before) = (0.0, 0);
    for look in 0..nights {
        let evening = lognormal(chance, 0.3);
        let is_on_air: Vec<bool> = (0..SLOTS * turns / 2).map(|_| chance.uniform() >= world.off_air).collect();
        for turn in 0..SLOTS * turns {
            let slot = turn / turns;
            let arm = if turn % 2 == 0 { chance.below(2) } else { 1 - before };
            mood = world.hangs_on * mood + world.noise * (1.0 - world.hangs_on.powi(2)).sqrt() * chance.normal();
            let progress =
                float(turn as u64) / float((SLOTS * turns) as u64) + float(look as u64) / float(nights as u64);
            let lift = |cover: usize| if cover == 1 { world.lift } else { 1.0 };
            let lift = (1.0 - world.carried) * lift(arm) + world.carried * lift(before);
            let mean = world.orders * evening * (mood + world.trend * progress).exp() * lift;
            let sum = float(chance.poisson(mean));
            let impressions = 1000.0 * lognormal(chance, 0.4) * if arm == 1 { world.more } else { 1.0 };
            before = arm;
            if !is_on_air[turn / 2] {
                continue;
            }
            let stratum = if strata == Strata::Slot { slot } else { look * SLOTS + slot };
            let trials = if by == By::Hours { 0.5 } else { impressions };
            let cluster = look * (SLOTS * turns / 2) + turn / 2;
            outcomes.push(Outcome { look, stratum, cluster, group: None, arm, sum, trials });
        }
    }
    (outcomes, Draws { days: nights, redrawn: redrawn(2), seed: chance.bits() })
}

/// How many tests ever found the second cover better, and worse.
fn found(tests: u64, world: World, (by, strata): (By, Strata), seed: u64) -> [u32; 2] {
    (0..tests).fold([0; 2], |sum, test| {
        let (outcomes, draws) = drawn(&mut SeededRng::new(seed, test), world, by, strata);
        let p = p_by_look(&outcomes, 1, world.nights, draws, 0.0).last().copied().unwrap();
        [0, 1].map(|side| sum[side] + u32::from(p[side] <= LEVEL))
    })
}

const PLAIN: (By, Strata) = (By::Hours, Strata::DateAndSlot);

/// 5 % of so many tests, and two standard errors.
fn most(tests: u32) -> u32 {
    let bound = 0.05 * f64::from(tests) + 2.0 * (0.0475 * f64::from(tests)).sqrt();
    (0..=tests).take_while(|found| f64::from(*found) <= bound).last().unwrap_or(0)
}

#[test]
fn trends_of_hours_and_days_and_turns_that_hang_together_are_no_effect() {
    for world in [NOTHING, World { hangs_on: 0.8, trend: 1.5, ..NOTHING }, World { off_air: 0.3, ..NOTHING }] {
        let [better, worse] = found(300, world, PLAIN, 61);
        assert!(better + worse <= most(300), "{better} and {worse} of 300 in {world:?}");
    }
}

#[test]
fn a_gain_of_three_tenths_is_found_in_three_of_four_and_never_the_wrong_way_round() {
    for carried in [0.0, 0.1] {
        let world = World { lift: 1.3, carried, nights: 20, ..NOTHING };
        let [better, worse] = found(20, world, PLAIN, 62);
        assert!(better >= 15 && worse == 0, "{better} better and {worse} worse of 20");
    }
}

#[test]
fn a_cover_that_brings_more_impressions_wins_by_what_its_hours_earn() {
    let world = World { more: 1.6, lift: 1.44, nights: 20, ..NOTHING };
    let [better, worse] = found(20, world, PLAIN, 63);
    assert!(better >= 18 && worse == 0, "{better} better and {worse} worse of 20");
    let [better, _] = found(20, world, (By::Impressions, Strata::DateAndSlot), 63);
    assert_eq!(better, 0, "by impressions it has lost a tenth");
}

#[test]
fn intervals_hold_the_effect() {
    let world = World { lift: 1.2, nights: 14, ..NOTHING };
    let holds = |test: &u64| {
        let (outcomes, draws) = drawn(&mut SeededRng::new(64, *test), world, By::Hours, Strata::DateAndSlot);
        let interval = effect(&outcomes, 1, world.nights, draws, LEVEL).unwrap().interval;
        interval.is_some_and(|interval| interval.low <= 0.2 && 0.2 <= interval.high)
    };
    let held = (0..100).filter(holds).count();
    assert!(held >= 91, "{held} of 100");
}

#[test]
fn six_blocks_are_tested_exactly() {
    // Three nights with two blocks each: 64 schedules, and the most extreme one in either direction is 1 in 32.
    let world = World { nights: 3, turns: 2, ..NOTHING };
    let (mut outcomes, draws) = drawn(&mut SeededRng::new(65, 0), world, By::Hours, Strata::DateAndSlot);
    for outcome in &mut outcomes {
        outcome.sum = if outcome.arm == 1 { 30.0 } else { 20.0 } + float((outcome.cluster % 5) as u64);
    }
    let by_look = p_by_look(&outcomes, 1, 3, draws, 0.0);
    assert!(by_look[1].iter().all(|p| *p > 0.99), "the level is kept for the last night: {by_look:?}");
    assert!((by_look[2][0] - 2.0 / 64.0).abs() < 1e-12, "{by_look:?}");
    let [better, worse] = found(400, world, PLAIN, 66);
    assert!(better + worse <= most(400), "{better} and {worse} of 400");
    let all = World { lift: 3.0, noise: 0.1, ..world };
    let [better, worse] = found(20, all, PLAIN, 67);
    assert!(better >= 15 && worse == 0, "{better} better and {worse} worse of 20");
}

/// Over so many tests of this world, how many nights are needed for this gain by the errors after ten nights.
fn needed(tests: u64, world: World, gain: f64) -> f64 {
    let error = |test: u64| {
        let (outcomes, draws) = drawn(&mut SeededRng::new(68, test), world, By::Hours, Strata::DateAndSlot);
        standard_error(&outcomes, 1, world.nights, draws).unwrap().powi(2)
    };
    let squared = (0..tests).map(error).sum::<f64>() / float(tests);
    let errors = normal_quantile(0.8) + normal_quantile(1.0 - LEVEL / 2.0) + LOOKING;
    float(world.nights as u64) * squared * (errors / gain.ln_1p()).powi(2)
}

#[test]
fn so_many_nights_as_are_needed_find_it_four_times_in_five() {
    let gain = 0.15;
    let nights = needed(40, World { nights: 10, ..NOTHING }, gain).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few nights")]
    let world = World { nights: nights as usize, lift: 1.0 + gain, ..NOTHING };
    let [better, _] = found(200, world, PLAIN, 69);
    assert!((72.0..=88.0).contains(&percent(better, 200)), "{better} of 200 in {nights} nights");
}

#[test]
#[ignore = "prints the tables of docs/STATISTICS.md"]
fn tables_of_rotations() {
    const TESTS: u64 = 2000;
    for (name, world) in [
        ("trends", World { hangs_on: 0.0, ..NOTHING }),
        ("trends, turns hang together by 0.3", NOTHING),
        ("trends, turns hang together by 0.8", World { hangs_on: 0.8, trend: 1.5, ..NOTHING }),
        ("three in ten blocks off air", World { off_air: 0.3, ..NOTHING }),
        ("+15 %", World { lift: 1.15, ..NOTHING }),
        ("+15 %, a tenth of a turn carried over", World { lift: 1.15, carried: 0.1, ..NOTHING }),
        ("+30 %, 20 nights", World { lift: 1.3, nights: 20, ..NOTHING }),
        ("1.6 × the impressions, +44 % orders, 20 nights", World { more: 1.6, lift: 1.44, nights: 20, ..NOTHING }),
        ("three nights of two blocks", World { nights: 3, turns: 2, ..NOTHING }),
    ] {
        let [better, worse] = found(TESTS, world, PLAIN, 70).map(|count| percent(count, 2000));
        println!("| {name} | {better:.1} | {worse:.1} |");
    }
    for (lift, nights) in [(1.15, 20), (1.2, 20)] {
        for by in [By::Hours, By::Impressions] {
            for strata in [Strata::Slot, Strata::DateAndSlot] {
                let world = World { nights, lift, ..NOTHING };
                let better = percent(found(500, world, (by, strata), 71)[0], 500);
                println!("| {lift} | {by:?} | {strata:?} | {better:.1} |");
            }
        }
    }
    let holds = |lift: f64| {
        let world = World { lift, nights: 20, ..NOTHING };
        let holds = |test: &u64| {
            let (outcomes, draws) = drawn(&mut SeededRng::new(72, *test), world, By::Hours, Strata::DateAndSlot);
            let interval = effect(&outcomes, 1, world.nights, draws, LEVEL).unwrap().interval;
            interval.is_some_and(|interval| interval.low < lift - 1.0 && lift - 1.0 < interval.high)
        };
        (0..1000_u64).filter(holds).count()
    };
    println!("intervals hold: {} and {} of 1000", holds(1.0), holds(1.3));
    for gain in [0.1, 0.15, 0.3] {
        let nights = needed(100, World { nights: 10, ..NOTHING }, gain).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few nights")]
        let world = World { nights: nights as usize, lift: 1.0 + gain, ..NOTHING };
        println!("| {gain} | {nights} | {:.1} |", percent(found(500, world, PLAIN, 73)[0], 500));
    }
}
