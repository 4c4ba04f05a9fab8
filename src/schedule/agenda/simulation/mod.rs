//! Weeks under a clock that jumps, with ticks that are lost and doubled, restarts, and runs that fail or are slow.
//!
//! The world keeps its own list of scheduled times, made date by date without cron, and its own idea of what each
//! order means. What a brain does against it is a violation. The agenda has none over 200 seeds; a brain that trusts
//! ticks and one that keeps its first offset have many.

mod brains;
mod world;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use brains::{Brain, KeepsItsOffset, TrustsTicks};
use world::World;

use super::Agenda;

/// A seed's worth of chance.
struct Dice(Pcg64Mcg);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// From 0 to below `end`.
    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.0.next_u64() % end.unsigned_abs()).unwrap()
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        let count = i64::try_from(among.len()).unwrap();
        among[usize::try_from(self.below(count)).unwrap()]
    }
}

/// What is wrong with a brain after half a month of one seed.
fn violations<B: Brain>(seed: u64, steps: fn(&mut Dice) -> Step) -> (Vec<String>, World<B>) {
    let mut dice = Dice::new(seed);
    let mut world = World::<B>::new(&mut dice);
    while !world.is_over() {
        let step = steps(&mut dice);
        world.take(step, &mut dice);
    }
    world.calm_down();
    (std::mem::take(&mut world.violations), world)
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Time passes to the next scheduled time of any job, and a little more; then there are so many ticks.
    Next { late_seconds: i64, ticks: u8 },
    /// Time passes, and then there is a tick.
    Pass { seconds: i64 },
    /// Somebody sets the clock, and then there is a tick.
    SetClock { seconds: i64 },
    /// The scheduler is killed and started again after a while.
    Restart { seconds: i64 },
}

/// Whatever can happen, with clocks that jump.
fn anything(dice: &mut Dice) -> Step {
    match dice.below(20) {
        0 => Step::SetClock { seconds: 60 + dice.below(2 * 86_400) },
        1 => Step::SetClock { seconds: -1 - dice.below(3 * 3600) },
        2 => Step::SetClock { seconds: -dice.below(2 * 86_400) },
        _ => steady(dice),
    }
}

/// Whatever can happen under a clock that nobody sets.
fn steady(dice: &mut Dice) -> Step {
    match dice.below(17) {
        0 => Step::Pass { seconds: 1 + dice.below(4 * 3600) },
        1 => Step::Restart { seconds: 1 + dice.below(20) },
        2 if dice.one_in(3) => Step::Restart { seconds: dice.below(2 * 86_400) },
        3 => Step::Next { late_seconds: dice.below(5), ticks: 2 },
        4 => Step::Next { late_seconds: 30 + dice.below(7200), ticks: 1 },
        5 => Step::Next { late_seconds: dice.below(5), ticks: 0 },
        _ => Step::Next { late_seconds: dice.below(5), ticks: 1 },
    }
}

const SEEDS: u64 = 200;

#[test]
fn no_scheduled_time_is_skipped_or_doubled_whatever_the_clock_does() {
    let (mut runs, mut days, mut passes) = (0, 0, 0);
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let (violations, world) = violations::<Agenda>(seed, if seed % 2 == 0 { anything } else { steady });
        wrong.extend(violations.into_iter().map(|violation| format!("seed {seed}: {violation}")));
        let (more_runs, more_days, more_passes) = world.figures();
        (runs, days, passes) = (runs + more_runs, days + more_days, passes + more_passes);
    }
    assert!(wrong.is_empty(), "{} violations:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(runs > 50_000 && days > 5_000 && passes > 500, "{runs} runs, {days} market-days, {passes} passes");
}

#[test]
fn a_brain_that_trusts_ticks_is_found_out() {
    let found = (0..20).filter(|seed| !violations::<TrustsTicks>(*seed, steady).0.is_empty()).count();
    assert_eq!(found, 20);
}

#[test]
fn a_brain_that_keeps_its_first_offset_is_found_out() {
    // Only where the clock changes: not every zone of the world has such a night.
    let calm = |dice: &mut Dice| Step::Next { late_seconds: dice.below(5), ticks: 1 };
    let found = |seed| {
        let (violations, world) = violations::<KeepsItsOffset>(seed, calm);
        (world.clock_changes(), violations.iter().any(|what| what.contains("no scheduled time")))
    };
    let found: Vec<_> = (0..40).map(found).collect();
    assert!(found.iter().all(|(changes, is_found)| changes == is_found), "{found:?}");
    assert!(found.iter().filter(|(changes, _)| *changes).count() > 20);
    // And under the same calm steps the agenda is right.
    for seed in 0..40 {
        assert_eq!(violations::<Agenda>(seed, calm).0, [""; 0], "seed {seed}");
    }
}
