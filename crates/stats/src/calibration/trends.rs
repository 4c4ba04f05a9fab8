//! Trends beside others: how often do 95 % intervals hold the true slope?

use super::{percent, size, successes};
use crate::{Point, Scale, SeededRng, Trend};

/// A cover of which a day leaves so much, shown beside others in two broadcasts a day.
struct World {
    broadcasts: usize,
    /// Days until half is left; infinite of one that does not fade.
    half_life: f64,
    /// Standard deviation of the logarithm of the cover's own rate from broadcast to broadcast.
    own: f64,
    /// The same of sizes.
    spread: f64,
    /// In how many stretches, each with a level of its own.
    groups: usize,
}

impl World {
    /// How many intervals held the slope, of how many there were, and how many lay below 0.
    fn held(&self, runs: u32, seed: u64) -> [u32; 3] {
        let mut chance = SeededRng::new(seed, 0);
        let slope = -std::f64::consts::LN_2 / self.half_life;
        let mut counted = [0; 3];
        for _ in 0..runs {
            let points: Vec<Point> = (0..self.broadcasts)
                .map(|cluster| {
                    let at = crate::float(cluster / 2);
                    // What a broadcast does to all its covers.
                    let rate = 0.05 * (0.3 * chance.normal()).exp();
                    let own = (slope * at + self.own * chance.normal() - self.own.powi(2) / 2.0).exp();
                    let [shown, beside] = [600.0, 1800.0].map(|mean| size(&mut chance, mean, self.spread));
                    let (won, others) = (
                        successes(&mut chance, shown, (rate * own).min(1.0)),
                        successes(&mut chance, beside, rate),
                    );
                    let all = shown + beside;
                    let group = cluster * self.groups / self.broadcasts;
                    Point { cluster, group, at, observed: won * beside / all, expected: others * shown / all }
                })
                .collect();
            let Some(trend) = Trend::of(&points) else { continue };
            let interval = trend.slope.interval(0.95, Scale::Identity);
            counted[0] += u32::from(interval.low <= slope && slope <= interval.high);
            counted[1] += 1;
            counted[2] += u32::from(interval.high < 0.0);
        }
        counted
    }
}

#[test]
fn a_half_life_lies_in_its_interval_94_to_96_times_in_a_hundred() {
    for (half_life, broadcasts, groups) in [(9.0, 28, 1), (f64::INFINITY, 40, 2)] {
        let world = World { broadcasts, half_life, own: 0.1, spread: 0.5, groups };
        let [held, all, _] = world.held(4000, 71);
        let share = percent(held, all);
        assert!((94.0..=96.3).contains(&share) && all == 4000, "{share} % of {all}");
    }
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_trends() {
    const RUNS: u32 = 10_000;
    for (own, spread) in [(0.1, 0.5), (0.3, 0.5), (0.1, 1.0), (0.3, 1.0)] {
        for broadcasts in [10, 16, 28, 56] {
            for groups in [1, 2] {
                let world = World { broadcasts, half_life: 9.0, own, spread, groups };
                let [held, all, falling] = world.held(RUNS, 73);
                println!(
                    "| {broadcasts} | {own} | {spread} | {groups} | {:.1} | {:.1} |",
                    percent(held, all),
                    percent(falling, all)
                );
            }
        }
    }
}
