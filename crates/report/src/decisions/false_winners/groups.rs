//! The same for viewers who keep their cover, which only a running test can tell apart.

use super::{SEED, TESTS, history::LevelHistory};
use crate::trial::{Metric, Outcome, Trial, Unit, p_values};
use coverledger_stats::SeededRng;

/// How often this test finds something where there is nothing: the groups of viewers who were given the control are dealt to two
/// arms by lot, over and over, and these are looked at every night. All of them saw the same cover, came back as they do, and
/// bought as they do. `None` unless viewers keep their cover and are told apart, and where the value is not known.
pub(crate) fn among_groups(trial: &Trial<'_>) -> Option<LevelHistory> {
    if trial.unit() != Unit::Groups {
        return None;
    }
    let experiment = trial.experiment();
    let of_value = trial.outcomes(Metric::Value)?;
    let outcomes: Vec<Outcome> =
        of_value.iter().copied().filter(|outcome| outcome.arm == experiment.control).collect();
    let groups = outcomes.iter().filter_map(|outcome| outcome.group).max().map_or(0, |most| usize::from(most) + 1);
    let is_told = |test: &u16| {
        let dealt = dealt(&mut SeededRng::new(SEED, u64::from(*test)), groups);
        let arm = |outcome: &Outcome| outcome.group.map_or(0, |group| dealt[usize::from(group)]);
        let outcomes: Vec<Outcome> =
            outcomes.iter().map(|outcome| Outcome { arm: arm(outcome), ..*outcome }).collect();
        let p_values = p_values(&outcomes, 2, 0, trial.looks(), trial.plan());
        p_values[1].is_some_and(|p| p <= experiment.level)
    };
    let found = u32::try_from((0..TESTS).filter(is_told).count()).ok()?;
    Some(LevelHistory { tests: u32::from(TESTS), found, level: experiment.level })
}

/// An arm for each group, as many of the one as of the other.
fn dealt(chance: &mut SeededRng, groups: usize) -> Vec<usize> {
    let mut dealt: Vec<usize> = (0..groups).map(|group| group % 2).collect();
    chance.shuffle(&mut dealt);
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::float;
    use crate::testing::{Scene, split};
    use coverledger_config::{Assignment, Design};
    use coverledger_core::model::Count;

    /// Four weeks of regulars in 64 groups, some of whom buy far more than others.
    fn regulars() -> LevelHistory {
        let mut scene = Scene::default();
        let mut chance = SeededRng::new(4, 0);
        let eager: Vec<f64> = (0..64).map(|_| (0.8 * chance.normal()).exp()).collect();
        for day in 0..28 {
            for (group, eager) in (0_u16..).zip(&eager) {
                for cover in ["calm", "loud"] {
                    let orders = chance.poisson(2.0 * eager);
                    let counts = [(Count::Impressions, 40), (Count::Orders, orders)];
                    let name = format!("b{day:02}");
                    // The scene has no groups: the slot stands for them.
                    scene.shown(day, [&format!("{group:02}"), "all", &name, cover], &counts);
                }
            }
        }
        let mut evidence = scene.evidence();
        for row in &mut evidence.rows {
            row.group = evidence.slots[row.slot].parse().ok();
        }
        let mut experiment = split(&["calm", "loud"]);
        let Design::Split(design) = &mut experiment.design else { panic!("{experiment:?}") };
        design.assignment = Assignment::Viewer;
        let trial = Trial::new(&evidence, &experiment, &[], evidence.until);
        among_groups(&trial).unwrap()
    }

    #[test]
    fn regulars_of_one_cover_are_not_found_to_differ() {
        let LevelHistory { tests, found, level } = regulars();
        assert_eq!((tests, level), (100, 0.05));
        assert!(found <= 5, "{found} of 100");
    }

    #[test]
    fn only_viewers_who_keep_their_cover_are_dealt() {
        let evidence = Scene::default().shown(0, ["a", "b", "c", "calm"], &[(Count::Impressions, 1)]).evidence();
        let experiment = split(&["calm", "loud"]);
        assert_eq!(among_groups(&Trial::new(&evidence, &experiment, &[], evidence.until)), None);
        let mut chance = SeededRng::new(1, 0);
        let ones: usize = dealt(&mut chance, 128).iter().sum();
        assert!((float(ones as u64) - 64.0).abs() < 1e-9);
    }
}
