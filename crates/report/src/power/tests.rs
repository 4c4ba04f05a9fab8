//! What is promised, held against fresh traffic of the same process.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of impressions")]

use super::*;
use crate::testing::{Scene, rotation, split};

/// Standard deviation of a cover's own part in each broadcast.
const OWN: f64 = 0.1;
/// Simulated experiments of each history.
const TOLD: u32 = 100;

/// Broadcasts of one process, each with two covers: about 120 orders of 2,000 impressions, and half as many again or fewer.
fn history(seed: u64, own: f64) -> Scene {
    let mut chance = SeededRng::new(seed, 1);
    let mut scene = Scene::default();
    for number in 0..28 {
        let (impressions, rate) = broadcast(&mut chance);
        shown(&mut scene, number, ["prime", &format!("b{number:02}")], (impressions, rate, own), &mut chance);
    }
    scene
}

/// A broadcast that shows either of two covers to half of its viewers.
fn shown(
    scene: &mut Scene,
    days_before: i32,
    [slot, broadcast]: [&str; 2],
    (impressions, rate, own): (u64, f64, f64),
    chance: &mut SeededRng,
) {
    for cover in ["red", "green"] {
        let rate = rate * own_part(own, chance);
        let orders = chance.binomial(impressions / 2, rate);
        let counts = [(Count::Impressions, impressions / 2), (Count::Orders, orders)];
        scene.shown(days_before, [slot, "all", broadcast, cover], &counts);
    }
}

/// Its impressions, and its rate.
fn broadcast(chance: &mut SeededRng) -> (u64, f64) {
    ((2000.0 * (0.4 * chance.normal()).exp()) as u64, 0.06 * (0.4 * chance.normal()).exp())
}

/// How often experiments on fresh broadcasts of that process find a gain, each viewer's cover drawn by lot.
fn fresh(gain: f64, own: f64, tests: u64) -> f64 {
    let is_found = |test: &u64| {
        let mut chance = SeededRng::new(99, *test);
        let mut outcomes = Vec::new();
        for cluster in 0..28 {
            let (impressions, rate) = broadcast(&mut chance);
            for (arm, trials) in chance.deal(impressions, 2).into_iter().enumerate() {
                let rate = if arm == 1 { rate * (1.0 + gain) } else { rate } * own_part(own, &mut chance);
                let (sum, trials) = (float(chance.binomial(trials, rate)), float(trials));
                outcomes.push(Outcome { look: cluster, stratum: cluster, cluster, group: None, arm, sum, trials });
            }
        }
        is_better(&outcomes, 28, Plan::Split { planned: 28.0, by: Assignment::Broadcast })
    };
    float((0..tests).filter(is_found).count() as u64) / float(tests)
}

fn is_better(outcomes: &[Outcome], looks: usize, plan: Plan) -> bool {
    crate::trial::effects(outcomes, 2, 0, looks, plan, 0.05)[1].is_some_and(|effect| effect.p_better <= 0.05)
}

/// What is promised of a gain by each of so many histories.
fn promised_of_splits(gain: f64, own: f64, histories: u64) -> Vec<f64> {
    let experiment = Experiment { worth: gain, ..split(&["red", "blue"]) };
    (0..histories)
        .map(|seed| power(&history(seed, own).evidence(), &experiment, &[], None).unwrap().found)
        .collect()
}

/// Rates of a slot differ by date and by turn.
fn rates(chance: &mut SeededRng) -> [f64; 2] {
    [0.04, 0.08].map(|usual| usual * (0.2 * chance.normal()).exp())
}

/// The same of rotations; in the history there is another broadcast every two hours, as long as a turn.
fn promised_of_rotations(gain: f64, own: f64, histories: u64) -> Vec<f64> {
    let (experiment, turns) = rotation(&["red", "blue"]);
    let history = |seed| {
        let mut chance = SeededRng::new(seed, 2);
        let mut scene = Scene::default();
        for day in 0..28 {
            for number in 0..12 {
                let rate = rates(&mut chance)[number / 6];
                let names = [["day", "night"][number / 6], &format!("b{day:02}{number:02}")];
                shown(&mut scene, day, names, (400, rate, own), &mut chance);
            }
        }
        scene.evidence()
    };
    let promised = |seed| History::of(&history(seed), &experiment, &turns, None).unwrap().share(gain, TOLD);
    (0..histories).map(promised).collect()
}

/// How often rotations on fresh turns of that process find a gain.
fn fresh_turns(gain: f64, own: f64, tests: u64) -> f64 {
    let (experiment, turns) = rotation(&["red", "blue"]);
    let (blocks, strata) = (crate::trial::blocks(&turns, 2), strata(&turns, 2));
    let is_found = |test: &u64| {
        let mut chance = SeededRng::new(98, *test);
        let turn = |(at, turn): (usize, &PlannedTurn)| {
            let lift = if turn.cover == 1 { 1.0 + gain } else { 1.0 } * own_part(own, &mut chance);
            let rate = rates(&mut chance)[turn.slot] * lift;
            let hours = turn.ends_at.duration_since(turn.settles_at).as_secs_f64() / 3600.0;
            let sum = float(chance.binomial((200.0 * hours) as u64, rate));
            let look = usize::try_from(turn.local_date.since(experiment.from).unwrap().get_days()).unwrap();
            let (stratum, cluster) = (strata[at], blocks[at]);
            Outcome { look, stratum, cluster, group: None, arm: turn.cover, sum, trials: hours }
        };
        let outcomes: Vec<Outcome> = turns.iter().enumerate().map(turn).collect();
        is_better(&outcomes, 14, Plan::Rotation(Draws { days: 14, redrawn: redrawn(2), seed: *test }))
    };
    float((0..tests).filter(is_found).count() as u64) / float(tests)
}

fn mean(shares: &[f64]) -> f64 {
    shares.iter().sum::<f64>() / float(shares.len() as u64)
}

#[test]
fn power_of_a_split_is_what_fresh_broadcasts_find() {
    for (gain, own) in [(0.1, 0.0), (0.15, OWN)] {
        let (promised, found) = (mean(&promised_of_splits(gain, own, 40)), fresh(gain, own, 4000));
        assert!((0.3..0.95).contains(&found), "{found} tells nothing");
        assert!((promised - found).abs() < 0.05, "{promised} was promised and {found} found, {own}");
    }
}

#[test]
fn power_of_a_rotation_is_what_fresh_turns_find() {
    for own in [0.0, OWN] {
        let (promised, found) = (mean(&promised_of_rotations(0.15, own, 8)), fresh_turns(0.15, own, 400));
        assert!((0.3..0.95).contains(&found), "{found} tells nothing");
        assert!((promised - found).abs() < 0.05, "{promised} was promised and {found} found, {own}");
    }
}

#[test]
#[ignore = "prints the table of docs/STATISTICS.md"]
fn table_of_power() {
    let row = |design: &str, own: f64, gain: f64, mut promised: Vec<f64>, found: f64| {
        promised.sort_by(f64::total_cmp);
        let [mean, low, high, found] =
            [mean(&promised), promised[promised.len() / 10], promised[promised.len() * 9 / 10], found]
                .map(|share| 100.0 * share);
        println!("| {design} | {own} | {:.0} % | {mean:.1} | {low:.0} to {high:.0} | {found:.1} |", 100.0 * gain);
    };
    for own in [0.0, OWN] {
        for gain in [0.08, 0.1, 0.15] {
            row("split", own, gain, promised_of_splits(gain, own, 40), fresh(gain, own, 4000));
        }
        for gain in [0.1, 0.15, 0.2] {
            row("rotation", own, gain, promised_of_rotations(gain, own, 20), fresh_turns(gain, own, 2000));
        }
    }
}

#[test]
fn variation_of_covers_between_broadcasts_is_seen_where_they_share_them() {
    let deviations = |own: f64| {
        let of = |seed| variation(&history(seed, own).evidence(), split(&["red", "blue"]).value).unwrap();
        (0..40).map(of).map(|of| (of.deviation, of.broadcasts)).unzip::<f64, Option<usize>, Vec<f64>, Vec<_>>()
    };
    let (strong, counts) = deviations(0.3);
    assert!((mean(&strong) - 0.3).abs() < 0.05, "{strong:?}");
    assert_eq!(counts, vec![Some(28); 40]);
    assert!(mean(&deviations(0.0).0) < 0.08);
    let mut alone = history(1, 0.3);
    alone.rows.retain(|row| row.1[3] == "red");
    let assumed = variation(&alone.evidence(), split(&["red", "blue"]).value);
    assert_eq!(assumed, Some(Variation { deviation: 0.1, broadcasts: None }));
}

#[test]
fn a_gain_that_is_found_four_times_in_five_is_found_by_more_broadcasts_if_smaller() {
    let evidence = history(1, 0.0).evidence();
    let smallest = |broadcasts: u32| {
        let mut experiment = split(&["red", "blue"]);
        let Design::Split(plan) = &mut experiment.design else { panic!("a split") };
        plan.broadcasts = broadcasts;
        power(&evidence, &experiment, &[], None).unwrap().smallest.unwrap()
    };
    let (few, many) = (smallest(20), smallest(160));
    assert!(many < few && many > 0.02 && few < 1.0, "{many} {few}");
}

#[test]
fn without_orders_or_broadcasts_nothing_is_promised() {
    let experiment = split(&["red", "blue"]);
    let mut short = history(1, 0.0);
    short.rows.truncate(14);
    assert_eq!(power(&short.evidence(), &experiment, &[], None), None);
    let mut unknown = Scene::default();
    for number in 0..10 {
        unknown.shown(number, ["prime", "all", &format!("b{number}"), "red"], &[(Count::Impressions, 100)]);
    }
    assert_eq!(power(&unknown.evidence(), &experiment, &[], None), None);
}

#[test]
fn twice_the_error_needs_four_times_the_nights() {
    assert_eq!(needed(14, 0.21, 0.1), 56);
    assert_eq!(needed(14, 0.1, 0.1), 14);
}

/// Turns of two hours by their slots alone: four weeks of one broadcast a day.
fn by_slots(seed: u64, noise: f64) -> Evidence {
    let mut chance = SeededRng::new(seed, 4);
    let mut scene = Scene::default();
    for day in 0..28 {
        let usual = (0.3 * chance.normal()).exp();
        for slot in ["day", "night"] {
            let rate: f64 = (0..6).map(|_| usual * own_part(noise, &mut chance) * 40.0).sum();
            let counts = [(Count::Impressions, 5000), (Count::Orders, chance.poisson(rate))];
            scene.shown(day, [slot, "all", &format!("b{day:02}"), "red"], &counts);
        }
    }
    scene.evidence()
}

#[test]
fn turns_differ_by_what_slots_of_a_date_differ_by() {
    let (experiment, turns) = rotation(&["red", "blue"]);
    let of = |noise: f64| {
        let found = |seed| {
            let cells = cells(&by_slots(seed, noise), experiment.value).unwrap();
            let found = noise::of_slots(&cells, &abreast(&turns));
            assert_eq!(found.source, Source::Slots);
            found.deviation
        };
        mean(&(0..20).map(found).collect::<Vec<f64>>())
    };
    let (none, much) = (of(0.0), of(0.4));
    assert!(none < 0.12 && (much - 0.4).abs() < 0.06, "{none} {much}");
    let found = |noise: f64, earlier| {
        History::of(&by_slots(1, noise), &experiment, &turns, earlier).unwrap().share(0.15, 100)
    };
    let earlier = Noise { deviation: 0.8, source: Source::Turns };
    let found = [found(0.0, None), found(0.4, None), found(0.0, Some(earlier))];
    assert!(found[0] > found[1] && found[1] > found[2], "{found:?}");
}
