//! Arms against the control, by figures that can be checked by hand.

use coverledger_config::Assignment;

use super::{Draws, Effect, Outcome, Plan, choice, contrast, effects, p_by_look};

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

#[test]
fn an_arm_that_came_later_is_compared_where_both_were_shown() {
    // All rates double when the arm comes.
    let doubled = |outcome: &mut Outcome| {
        if outcome.look >= 10 {
            outcome.sum *= 2.0;
        }
    };
    let mut outcomes = by_broadcast(20, 100.0);
    outcomes.iter_mut().for_each(doubled);
    outcomes.retain(|outcome| outcome.arm == 0 || outcome.look >= 10);
    let found = effect(&outcomes, 20, SPLIT);
    assert!(found.value.abs() < 0.01 && found.p_value() > 0.5, "{found:?}");
    assert_eq!((found.clusters, found.left_out), (10, Some(0.0)));
    // The other way round all of the arm's earlier trials are left out.
    let turned = effects(&outcomes, 2, 1, 20, SPLIT, 0.05)[0].unwrap();
    assert_eq!((turned.clusters, turned.left_out), (10, Some(0.5)));
    assert!(turned.value.abs() < 0.01, "{turned:?}");
}

#[test]
fn looks_begin_where_broadcasts_are_worth_eight_of_equal_size() {
    let mut outcomes = by_broadcast(10, 200.0);
    assert!(effect(&outcomes, 10, SPLIT).interval.is_some());
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.look == 4) {
        outcome.sum *= 6.0;
        outcome.trials *= 6.0;
    }
    let found = effect(&outcomes, 10, SPLIT);
    assert_eq!((found.interval, found.today, found.p_value()), (None, None, 1.0));
    assert!((found.information.unwrap() - 15.0 * 15.0 / 45.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn what_was_worse_and_turned_is_not_proven_to_be_better() {
    let mut outcomes = by_broadcast(12, 60.0);
    outcomes.extend(by_broadcast(40, 125.0).into_iter().filter(|outcome| outcome.look >= 12));
    let found = effect(&outcomes, 40, Plan::Split { planned: 40.0, by: Assignment::Broadcast });
    assert!(found.value > 0.0 && found.p_worse < 1e-3, "{found:?}");
    assert!(found.p_better > 0.2 && found.p_value() > 0.2, "{found:?}");
    let today = found.today.unwrap();
    assert!(today.low < 0.0 && 0.0 < today.high, "{found:?}");
    // Of both directions each look has the least so far.
    let by_look = p_by_look(&outcomes, 2, 0, 40, SPLIT, 0.0)[1].clone().unwrap();
    assert_eq!(by_look.len(), 40);
    assert!(by_look.windows(2).all(|pair| pair[1][0] <= pair[0][0] && pair[1][1] <= pair[0][1]));
    assert!(by_look[11][1] < 0.05 && by_look[11][0] >= 1.0, "{:?}", by_look[11]);
}

/// The same outcomes, each shared out among groups of viewers.
fn by_groups(outcomes: &[Outcome], groups: u16) -> Vec<Outcome> {
    let part = |outcome: &Outcome, group: u16| Outcome {
        group: Some(group),
        sum: outcome.sum / f64::from(groups),
        trials: outcome.trials / f64::from(groups),
        ..*outcome
    };
    outcomes.iter().flat_map(|outcome| (0..groups).map(move |group| part(outcome, group))).collect()
}

#[test]
fn viewers_who_keep_their_cover_are_held_against_each_other_by_groups() {
    let plan = Plan::Split { planned: 20.0, by: Assignment::Viewer };
    let outcomes = by_broadcast(20, 130.0);
    // Nobody is told apart: an effect, and nothing to say of how much is chance.
    let untold = effect(&outcomes, 20, plan);
    assert!((untold.value - 0.3).abs() < 0.01, "{untold:?}");
    assert_eq!((untold.interval, untold.today, untold.p_value()), (None, None, 1.0));
    // Groups that are all alike add nothing to what broadcasts differ by.
    let told = effect(&by_groups(&outcomes, 20), 20, plan);
    let by_broadcasts = effect(&outcomes, 20, SPLIT);
    assert!((told.value - by_broadcasts.value).abs() < 1e-9, "{told:?}");
    assert!(told.p_value() < 1e-3, "{told:?}");
    // One group buys all that there is.
    let mut few = by_groups(&outcomes, 20);
    for outcome in &mut few {
        let is_regular = outcome.group == Some(3) && outcome.arm == 1;
        outcome.sum *= if is_regular { 8.0 } else { 0.8 };
    }
    let regulars = effect(&few, 20, plan);
    assert!(regulars.p_value() > 0.2, "{regulars:?}");
    // A single row without a group is one too many.
    few[0].group = None;
    assert_eq!(effect(&few, 20, plan).interval, None);
}

#[test]
fn which_is_best_is_as_doubtful_as_viewers_are_few() {
    let plan = Plan::Split { planned: 20.0, by: Assignment::Viewer };
    let outcomes = by_broadcast(20, 110.0);
    assert_eq!(choice::choice(&outcomes, 2, plan, 0.05), None);
    let alike = choice::choice(&by_groups(&outcomes, 20), 2, plan, 0.05).unwrap();
    let by_broadcasts = choice::choice(&outcomes, 2, SPLIT, 0.05).unwrap();
    assert!((alike.best[1] - by_broadcasts.best[1]).abs() < 0.01 && alike.best[1] > 0.99, "{alike:?}");
    let mut few = by_groups(&outcomes, 20);
    for outcome in &mut few {
        let is_regular = outcome.group == Some(3) && outcome.arm == 1;
        outcome.sum *= if is_regular { 4.0 } else { 0.84 };
    }
    let few = choice::choice(&few, 2, plan, 0.05).unwrap();
    assert!(few.best[1] < 0.9, "{few:?}");
    // Broadcasts in which there was one arm alone say nothing.
    let mut late = by_broadcast(20, 110.0);
    late.retain(|outcome| outcome.arm == 0 || outcome.look >= 12);
    assert!(choice::choice(&late, 2, SPLIT, 0.05).is_some());
    late.retain(|outcome| outcome.arm == 0 || outcome.look >= 13);
    assert_eq!(choice::choice(&late, 2, SPLIT, 0.05), None);
}

#[test]
fn a_contrast_is_of_its_dates_alone() {
    // A gain of a half that is gone after ten days.
    let mut outcomes = by_broadcast(10, 150.0);
    outcomes.extend(by_broadcast(20, 100.0).into_iter().filter(|outcome| outcome.look >= 10));
    let [early, late] = [0..10, 10..20].map(|days| contrast(&outcomes, 1, 0, days).unwrap());
    assert!((early.value - 0.4).abs() < 0.02 && late.value.abs() < 0.02, "{early:?} {late:?}");
    assert_eq!(early.clusters, 10);
    assert_eq!(contrast(&outcomes, 1, 0, 10..14), None);
}
