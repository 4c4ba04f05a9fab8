//! Arms against the control, by figures that can be checked by hand.

use coverledger_config::Assignment;

use super::{Draws, Effect, Outcome, Plan, effects};

const SPLIT: Plan = Plan::Split { planned: 10.0, by: Assignment::Broadcast };
const ROTATION: Plan = Plan::Rotation(Draws { days: 10, redrawn: 499, seed: 3 });

/// One broadcast a day in which the arm has so many of 1,000 and the control 100, a little more or less.
fn by_broadcast(days: usize, arm: f64) -> Vec<Outcome> {
    let wavering = |day: usize| [0.0, 6.0, -4.0, 2.0, -6.0][day % 5];
    let outcome = |look: usize, arm, sum: f64| Outcome {
        look,
        stratum: look,
        cluster: look,
        group: None,
        arm,
        sum: sum + wavering(look + 2 * arm),
        trials: 1000.0,
    };
    (0..days).flat_map(|day| [outcome(day, 0, 100.0), outcome(day, 1, arm)]).collect()
}

/// The second arm.
fn effect(outcomes: &[Outcome], days: usize, plan: Plan) -> Effect {
    let found = effects(outcomes, 2, 0, days, plan, 0.05);
    assert_eq!(found[0], None);
    found[1].unwrap()
}

#[test]
fn an_effect_is_a_ratio_of_rates() {
    for plan in [SPLIT, ROTATION] {
        let found = effect(&by_broadcast(10, 130.0), 10, plan);
        assert!((found.value - 0.3).abs() < 0.01, "{found:?}");
        assert!(found.p_value() <= 0.03, "{found:?}");
        let interval = found.interval.unwrap();
        assert!(
            0.1 < interval.low && interval.low < 0.3 && 0.3 < interval.high && interval.high < 0.5,
            "{found:?}"
        );
        // Held against the arm, the control's loss is the same ratio the other way round.
        let turned = effects(&by_broadcast(10, 130.0), 2, 1, 10, plan, 0.05)[0].unwrap();
        assert!(((1.0 + found.value) * (1.0 + turned.value) - 1.0).abs() < 1e-9, "{turned:?}");
    }
}

#[test]
fn nothing_is_said_of_fewer_than_eight_broadcasts() {
    let found = effect(&by_broadcast(7, 200.0), 7, SPLIT);
    assert_eq!((found.interval, found.p_value(), found.clusters), (None, 1.0, 7));
    assert!(effect(&by_broadcast(8, 200.0), 8, SPLIT).p_value() < 0.05);
}

#[test]
fn what_was_found_stays_found() {
    // A gain for ten days, and then as much of a loss.
    let mut outcomes = by_broadcast(10, 150.0);
    let later = by_broadcast(20, 60.0).into_iter().filter(|outcome| outcome.look >= 10);
    outcomes.extend(later);
    let early = effect(&outcomes[..20], 10, Plan::Split { planned: 20.0, by: Assignment::Broadcast });
    let late = effect(&outcomes, 20, Plan::Split { planned: 20.0, by: Assignment::Broadcast });
    assert!(late.p_better <= early.p_better, "{early:?} {late:?}");
    let (interval, first) = (late.interval.unwrap(), early.interval.unwrap());
    assert!(interval.low <= late.value && late.value <= interval.high, "{late:?}");
    assert!(first.low > late.value, "what held the gain does not hold what came of it: {first:?}");
}

#[test]
fn an_arm_that_was_never_on_air_has_no_effect() {
    for plan in [SPLIT, ROTATION] {
        let alone: Vec<Outcome> = by_broadcast(10, 1.0).into_iter().filter(|outcome| outcome.arm == 0).collect();
        assert_eq!(effects(&alone, 2, 0, 10, plan, 0.05), [None, None]);
    }
}

#[test]
fn an_arm_without_a_single_success_has_lost_all() {
    let outcomes: Vec<Outcome> = by_broadcast(10, 100.0)
        .into_iter()
        .map(|outcome| Outcome { sum: if outcome.arm == 1 { 0.0 } else { outcome.sum }, ..outcome })
        .collect();
    for plan in [SPLIT, ROTATION] {
        let found = effect(&outcomes, 10, plan);
        assert_eq!((found.value, found.interval), (-1.0, None));
        // Against it nothing is a multiple.
        assert_eq!(effects(&outcomes, 2, 1, 10, plan, 0.05), [None, None]);
    }
}

#[test]
fn a_better_slot_is_no_better_cover() {
    // The second slot has thrice the rate of the first, and most of the arm's trials.
    let mut outcomes = Vec::new();
    for look in 0..10 {
        for (slot, rate, shares) in [(0, 0.02, [900.0, 300.0]), (1, 0.06, [300.0, 900.0])] {
            for (arm, trials) in shares.into_iter().enumerate() {
                let cluster = 2 * look + slot;
                outcomes.push(Outcome {
                    look,
                    stratum: cluster,
                    cluster,
                    group: None,
                    arm,
                    sum: trials * rate,
                    trials,
                });
            }
        }
    }
    let found = effect(&outcomes, 10, ROTATION);
    assert!(found.value.abs() < 1e-9, "{found:?}");
    assert!(found.p_value() > 0.5, "{found:?}");
}
