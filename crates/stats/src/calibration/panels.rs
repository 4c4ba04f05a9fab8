//! Panels: how often do intervals hold what doses of the seven dates before do, and what becomes of a cause that both doses
//! and outcomes follow?

use super::percent;
use crate::{FEWEST_CLUSTERS, Panel, PanelPoint, Scale, SeededRng};

const LAGS: usize = 7;
const LEADS: usize = 3;

/// Units on dates, whose doses come in spells.
struct World {
    units: usize,
    dates: usize,
    /// What a dose does to the outcome of each of the seven dates after.
    effect: f64,
    /// What is behind doses makes outcomes worse, before, during and after.
    confounder: f64,
    /// Standard deviation of the logarithm of sizes of units.
    spread: f64,
}

/// Of so many worlds.
#[derive(Debug, Default, Clone, Copy)]
struct Counted {
    all: u32,
    held: u32,
    /// The interval lies below 0.
    lost: u32,
    /// The interval lies above 0.
    gained: u32,
    fired: u32,
    /// A loss or gain is told, more than that of the placebo, which does not fire.
    claimed: u32,
}

impl World {
    fn points(&self, chance: &mut SeededRng) -> Vec<PanelPoint> {
        let mut of_date = Vec::new();
        for _ in 0..self.dates {
            of_date.push(0.004 * chance.normal());
        }
        let mut points = Vec::new();
        for unit in 0..self.units {
            let size = (self.spread * chance.normal()).exp();
            let level = 0.05 * (0.3 * chance.normal()).exp();
            let (mut behind, mut noise) = (chance.normal(), 0.004 * chance.normal());
            let mut doses = Vec::new();
            let mut rest = Vec::new();
            for of_date in &of_date {
                behind = 0.8 * behind + 0.6 * chance.normal();
                // What is alike in a unit's dates.
                noise = 0.5 * noise + 0.87 * 0.004 * chance.normal();
                doses.push(0.1 * (0.8 * behind + 0.3 * chance.normal()).exp().min(8.0));
                rest.push(level + of_date + noise - self.confounder * behind);
            }
            for date in LAGS..self.dates - LEADS {
                // Now and then it is off air.
                if chance.uniform() < 0.2 {
                    continue;
                }
                let before: f64 = (1..=LAGS).map(|lag| self.effect * doses[date - lag]).sum();
                let shown = (4000.0 * size * (0.4 * chance.normal()).exp()).round().max(50.0);
                let rate = (rest[date] + before).clamp(0.002, 0.5);
                let clicks = super::successes(chance, shown, rate);
                let around = (0..=LAGS).map(|lag| doses[date - lag]);
                let doses = around.chain((1..=LEADS).map(|lead| doses[date + lead])).collect();
                let weight = shown / (shown + 4000.0);
                points.push(PanelPoint { unit, period: date, weight, outcome: clicks / shown, doses });
            }
        }
        points
    }

    fn counted(&self, runs: u32, seed: u64) -> Counted {
        let mut chance = SeededRng::new(seed, 0);
        let mut counted = Counted::default();
        let lags: Vec<f64> =
            (0..=LAGS + LEADS).map(|at| if (1..=LAGS).contains(&at) { 1.0 } else { 0.0 }).collect();
        let truth = self.effect * crate::float(LAGS);
        for _ in 0..runs {
            let Some(panel) = Panel::of(&self.points(&mut chance)) else { continue };
            let Some(found) = panel.along(&lags) else { continue };
            let interval = found.interval(0.95, Scale::Identity);
            let fired = placebo_p(&panel).is_none_or(|p| p <= 0.05);
            counted.all += 1;
            counted.held += u32::from(interval.low <= truth && truth <= interval.high);
            counted.lost += u32::from(interval.high < 0.0);
            counted.gained += u32::from(interval.low > 0.0);
            counted.fired += u32::from(fired);
            let is_told = interval.high < 0.0 || interval.low > 0.0;
            counted.claimed += u32::from(!fired && is_told && is_more_than_placebo(&panel));
        }
        counted
    }
}

/// That later doses do nothing: jointly, and all together; twice the smaller of the two p values.
fn placebo_p(panel: &Panel) -> Option<f64> {
    let leads: Vec<f64> = (0..=LAGS + LEADS).map(|at| if at > LAGS { 1.0 } else { 0.0 }).collect();
    let together = panel.along(&leads)?;
    let t = (together.value / together.standard_error).abs();
    let together = 2.0 * crate::student_upper(t, together.degrees);
    let joint = panel.joint_p(&[LAGS + 1, LAGS + 2, LAGS + 3]);
    Some(joint.map_or(together, |joint| (2.0 * joint.min(together)).min(1.0)))
}

/// Whether the dates before matter more than the dates after seem to, a date on average: what is behind both of them matters
/// at least as much after.
fn is_more_than_placebo(panel: &Panel) -> bool {
    let [lags, leads] = [LAGS, LEADS].map(|count| 1.0 / crate::float(count));
    let contrast: Vec<f64> = (0..=LAGS + LEADS)
        .map(|at| match at {
            0 => 0.0,
            at if at <= LAGS => lags,
            _ => -leads,
        })
        .collect();
    panel.along(&contrast).is_some_and(|found| {
        let interval = found.interval(0.95, Scale::Identity);
        interval.high < 0.0 || interval.low > 0.0
    })
}

#[test]
fn what_doses_did_lies_in_its_interval_and_a_cause_behind_them_is_caught() {
    let world = |effect, confounder| World { units: 20, dates: 42, effect, confounder, spread: 0.7 };
    let planted = world(-0.01, 0.0).counted(400, 5);
    assert!((93.0..=98.0).contains(&percent(planted.held, planted.all)), "{planted:?}");
    assert!(planted.gained == 0, "{planted:?}");
    let none = world(0.0, 0.0).counted(400, 6);
    assert!(percent(none.lost + none.gained, none.all) <= 7.0, "{none:?}");
    let confounded = world(0.0, 0.004).counted(400, 7);
    assert!(percent(confounded.claimed, confounded.all) <= 5.0, "{confounded:?}");
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_panels() {
    const RUNS: u32 = 1000;
    for (effect, confounder) in [(0.0, 0.0), (-0.005, 0.0), (0.0, 0.002), (0.0, 0.004), (0.0, 0.008)] {
        for units in [FEWEST_CLUSTERS, 20, 40] {
            for dates in [35, 56, 90] {
                let world = World { units, dates, effect, confounder, spread: 0.7 };
                let Counted { all, held, lost, gained, fired, claimed } = world.counted(RUNS, 13);
                let share = |count| percent(count, all);
                println!(
                    "| {units} | {dates} | {effect} | {confounder} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                    share(held),
                    share(lost),
                    share(gained),
                    share(fired),
                    share(claimed)
                );
            }
        }
    }
}
