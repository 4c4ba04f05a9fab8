//! Experiments by hand, and what is decided on them.

mod endings;

use polars::prelude::DataFrame;

use super::decide::{Arm, Decision, Obstacle, decide};
use super::guardrail::{Guard, Guarded, GuardrailState};
use super::stopping::State;
use crate::evidence::{Evidence, Turn};
use crate::testing::{Scene, UNTIL, number, rotation as whole_rotation, row_of, split, text, wavering};
use crate::trial::Effect;
use crate::{LevelHistory, Place, Standings, frame};
use coverledger_config::{Experiment, Guardrail, Value};
use coverledger_core::model::{Count, Measure, columns as c};
use coverledger_stats::Interval;
use jiff::ToSpan as _;

/// Of each cover, for each of its broadcasts: impressions, clicks, entrants, stays and orders, a little more or less.
type Usual = (&'static str, [u64; 5]);

const CONTROL: Usual = ("calm", [4000, 200, 200, 100, 40]);

fn scene(days: i32, covers: &[Usual]) -> Scene {
    let mut scene = Scene::default();
    for day in 0..days {
        for (at, (cover, [impressions, clicks, entrants, stays, orders])) in covers.iter().enumerate() {
            let number = u64::try_from(day).unwrap() + 3 * u64::try_from(at).unwrap();
            let counts = [
                (Count::Impressions, *impressions),
                (Count::Clicks, wavering(number, *clicks)),
                (Count::Entries, *entrants),
                (Count::Entrants, *entrants),
                (Count::Stays, wavering(number + 1, *stays)),
                (Count::Orders, wavering(number + 2, *orders)),
            ];
            scene.shown(day, ["prime", "all", &format!("b{day:02}"), cover], &counts);
        }
    }
    scene
}

fn place(evidence: Evidence) -> Place {
    Place { evidence, history: None }
}

/// Table `experiment`.
fn table(scene: &Scene, experiment_: &Experiment) -> DataFrame {
    let tables = Standings::of(experiment_, &[place(scene.evidence())]).tables("calm_or_loud", UNTIL, 1).unwrap();
    frame(&[tables[0].1.bytes.clone().into()]).unwrap()
}

fn decision(table: &DataFrame, cover: &str) -> String {
    text(table, c::DECISION, row_of(table, c::COVER_ID, cover))
}

#[test]
fn clickbait_fails_its_guardrail_and_the_winner_is_worth_more_with_fewer_clicks() {
    let clickbait = ("clickbait", [4000, 400, 400, 80, 60]);
    let honest = ("honest", [4000, 160, 160, 97, 60]);
    let covers = ["calm", "clickbait", "honest"];
    let table = table(&scene(28, &[CONTROL, clickbait, honest]), &split(&covers));
    assert_eq!(text(&table, c::COVER_ID, 0), "calm");
    assert_eq!(decision(&table, "clickbait"), "guardrail failed");
    assert_eq!(decision(&table, "honest"), "winner");
    assert_eq!(decision(&table, "calm"), "");
    for row in 0..3 {
        assert_eq!(text(&table, c::ON_AIR, row), "honest");
    }
    let [clickbait, honest] = ["clickbait", "honest"].map(|cover| row_of(&table, c::COVER_ID, cover));
    assert!(number(&table, c::CTR_EFFECT, clickbait).unwrap() > 0.9);
    assert!(number(&table, c::CTR_EFFECT, honest).unwrap() < -0.15);
    assert_eq!(text(&table, c::STAY_GUARDRAIL, clickbait), "failed");
    assert_eq!(text(&table, c::STAY_GUARDRAIL, honest), "held");
    let (en, zh) = (text(&table, c::REASON_EN, clickbait), text(&table, c::REASON_ZH, clickbait));
    assert!(en.contains("Stays per 1,000 impressions: -20") && zh.contains("停留人数"), "{en} {zh}");
    assert!(number(&table, c::EFFECT, honest).unwrap() > 0.4);
    // Clickbait is worth as much by its orders; it is out all the same.
    assert!(number(&table, c::EFFECT, clickbait).unwrap() > 0.4);
    assert!((number(&table, c::VALUE_PER_MILLE, 0).unwrap() - 10.0).abs() < 0.2);
}

#[test]
fn weights_say_what_a_cover_is_worth() {
    // Twice the stays in minutes, and fewer orders.
    let mut scene = scene(28, &[CONTROL, ("long", [4000, 200, 200, 120, 30])]);
    for row in &mut scene.rows {
        let minutes = if row.1[3] == "long" { 4000 } else { 2000 };
        row.3.put(Count::Dwell, Measure::exact(minutes * 60_000));
    }
    let by_orders = split(&["calm", "long"]);
    assert_eq!(decision(&table(&scene, &by_orders), "long"), "worse");
    let by_minutes = Experiment { value: Value { orders: 0.0, retained_minutes: 1.0 }, ..by_orders };
    let table = table(&scene, &by_minutes);
    assert_eq!(decision(&table, "long"), "winner");
    assert!((number(&table, c::VALUE_PER_MILLE, 1).unwrap() - 1000.0).abs() < 1e-9);
}

#[test]
fn covers_alike_are_no_difference_worth_having_or_still_tested() {
    let alike = ("other", [4000, 200, 200, 100, 40]);
    let covers = ["calm", "other"];
    let coarse = Experiment { worth: 0.3, ..split(&covers) };
    assert_eq!(decision(&table(&scene(28, &[CONTROL, alike]), &coarse), "other"), "no difference worth having");
    let fine = Experiment { worth: 0.001, ..split(&covers) };
    let table_ = table(&scene(28, &[CONTROL, alike]), &fine);
    assert_eq!(decision(&table_, "other"), "not settled");
    assert_eq!(text(&table_, c::STATE, 1), "over");
    assert!(text(&table_, c::REASON_EN, 1).contains("The window is over"), "{table_}");
    let later = Experiment { to: UNTIL.checked_add(1.day()).unwrap(), ..fine };
    let early = table(&scene(7, &[CONTROL, ("other", [4000, 200, 200, 100, 80])]), &later);
    assert_eq!(decision(&early, "other"), "keep testing");
    assert_eq!(text(&early, c::STATE, 1), "running");
    assert!(text(&early, c::REASON_EN, 1).contains("7 broadcasts"), "{early}");
    assert_eq!(number(&early, c::P_VALUE, 1), Some(1.0));
}

#[test]
fn rounding_that_could_flip_the_winner_leaves_it_undecided() {
    let better = ("better", [4000, 200, 200, 100, 48]);
    let experiment_ = split(&["calm", "better"]);
    let mut scene = scene(28, &[CONTROL, better]);
    assert_eq!(decision(&table(&scene, &experiment_), "better"), "winner");
    for row in &mut scene.rows {
        // Impressions as `4K`, to the half: a gain of a fifth is less than what rounding hides.
        *row.3.low.get_mut(Count::Impressions) = 3500;
        *row.3.high.get_mut(Count::Impressions) = 4500;
    }
    let table = table(&scene, &experiment_);
    assert_eq!(decision(&table, "better"), "undecidable: rounding");
    assert_eq!(decision(&table, "calm"), "undecidable: rounding");
    assert_eq!(text(&table, c::ON_AIR, 0), "calm");
    assert!(number(&table, &c::low(c::VALUE_PER_MILLE), 1) < number(&table, &c::high(c::VALUE_PER_MILLE), 0));
}

#[test]
fn arms_that_were_not_given_what_was_planned_decide_nothing() {
    let better = ("better", [4000, 200, 200, 100, 60]);
    let mut scene = scene(28, &[CONTROL, better]);
    for row in &mut scene.rows {
        let viewers = if row.1[3] == "better" { 3000 } else { 3300 };
        row.3.put(Count::UniqueImpressions, Measure::exact(viewers));
    }
    let tables =
        Standings::of(&split(&["calm", "better"]), &[place(scene.evidence())]).tables("e", UNTIL, 1).unwrap();
    let [arms, checks] = [0, 1].map(|at| frame(&[tables[at].1.bytes.clone().into()]).unwrap());
    assert_eq!(decision(&arms, "better"), "invalid: imbalance");
    assert_eq!(decision(&arms, "calm"), "invalid: imbalance");
    let reason = text(&arms, c::REASON_EN, 0);
    assert!(
        reason.starts_with("Overall arms were given 52.4 / 47.6 % of the audience instead of 50.0 / 50.0 %"),
        "{reason}"
    );
    assert_eq!(text(&checks, c::SCOPE, 0), "all");
    assert_eq!(text(&checks, c::EXPOSURE_BASIS, 0), "unique_impressions");
    assert_eq!(number(&checks, c::EXPOSURES, 0), Some(28.0 * 3300.0));
}

#[test]
fn a_value_that_is_not_known_is_not_settled_and_says_why() {
    let mut scene = scene(28, &[CONTROL, ("other", [4000, 200, 200, 100, 60])]);
    for row in &mut scene.rows {
        let mut figures = coverledger_core::model::Figures::default();
        for count in [Count::Impressions, Count::Clicks] {
            figures.put(count, row.3.get(count).unwrap());
        }
        row.3 = figures;
    }
    let table = table(&scene, &split(&["calm", "other"]));
    assert_eq!(decision(&table, "other"), "not settled");
    assert!(text(&table, c::REASON_EN, 1).contains("not known"), "{table}");
    assert_eq!(text(&table, c::STAY_GUARDRAIL, 1), "unknown");
    assert_eq!(number(&table, c::EFFECT, 1), None);
}

/// Two weeks of turns of two hours, and what was seen in them: 400 impressions and so many orders of the cover that was
/// planned; every so manieth turn shows the other one.
fn rotation(orders: [u64; 2], off_plan_every: usize) -> (Experiment, Evidence) {
    let (experiment_, turns) = whole_rotation(&["calm", "loud"]);
    let mut scene = Scene::default();
    let mut of_rows = Vec::new();
    for (number, turn) in turns.iter().enumerate() {
        let days = UNTIL.since(turn.local_date).unwrap().get_days();
        let shown = if number % off_plan_every == 0 { 1 - turn.cover } else { turn.cover };
        let counts = [
            (Count::Impressions, 400),
            (Count::Orders, wavering(u64::try_from(number).unwrap(), orders[turn.cover])),
        ];
        let broadcast = format!("b{number:03}");
        scene.shown(days, [["day", "night"][turn.slot], "all", &broadcast, ["calm", "loud"][shown]], &counts);
        of_rows.push(Turn { starts_at: turn.starts_at, burn_in: false });
        // What came in a burn-in is nobody's: it would make the calm cover win.
        let burned = [(Count::Impressions, 1), (Count::Orders, if turn.cover == 0 { 90 } else { 0 })];
        scene.shown(days, [["day", "night"][turn.slot], "burn", &broadcast, ["calm", "loud"][shown]], &burned);
    }
    let mut evidence = scene.evidence();
    for row in &mut evidence.rows {
        let number: usize = evidence.broadcasts[row.broadcast][1..].parse().unwrap();
        row.turn = Some(Turn { burn_in: evidence.audiences[row.audience] == "burn", ..of_rows[number] });
    }
    (experiment_, evidence)
}

#[test]
fn a_rotation_is_decided_by_its_turns() {
    let of = |orders, off_plan_every| {
        let (experiment_, evidence) = rotation(orders, off_plan_every);
        let tables = Standings::of(&experiment_, &[place(evidence)]).tables("e", UNTIL, 1).unwrap();
        frame(&[tables[0].1.bytes.clone().into()]).unwrap()
    };
    let better = of([20, 26], usize::MAX);
    assert_eq!(decision(&better, "loud"), "winner", "{better}");
    // Everything is as of the night that decided it: one turn of twelve a day was of the other cover.
    let days = number(&better, c::DAYS, 1).unwrap();
    assert!(days < 14.0 && text(&better, c::STATE, 1) == "decided", "{better}");
    assert!((number(&better, c::OFF_PLAN_SHARE, 1).unwrap() - 1.0 / (12.0 * days)).abs() < 1e-12);
    assert_eq!(number(&better, c::TURNS, 1), Some(6.0 * days));
    assert!((number(&better, c::EFFECT, 1).unwrap() - 0.3).abs() < 0.05, "{better}");
    let alike = of([20, 20], usize::MAX);
    assert!(["not settled", "no difference worth having"].contains(&decision(&alike, "loud").as_str()), "{alike}");
    // A turn belongs to the cover that was planned, whatever was on air; but not for long.
    let nearly = of([20, 26], 12);
    assert_eq!(decision(&nearly, "loud"), "winner", "{nearly}");
    let neglected = of([20, 26], 5);
    assert_eq!(decision(&neglected, "loud"), "invalid: imbalance");
    assert!(text(&neglected, c::REASON_EN, 0).starts_with("20 % of impressions in its turns"), "{neglected}");
}

/// An arm with an effect, exactly counted.
fn arm(effect: f64, half: f64, p: f64, best: f64) -> Arm {
    let interval = Some(Interval { low: effect - half, high: effect + half });
    let [p_better, p_worse] = if effect > 0.0 { [p, 1.0] } else { [1.0, p] };
    let effect = Effect {
        value: effect,
        interval,
        today: interval,
        p_better,
        p_worse,
        clusters: 20,
        information: Some(20.0),
        left_out: Some(0.0),
    };
    Arm {
        value: Some([10.0 * (1.0 + effect.value); 3]),
        effect: Some(effect),
        p_holm: Some([p_better, p_worse]),
        best: Some(best),
        has_faded: false,
        guards: guards(GuardrailState::Held, false),
    }
}

/// Stays in this state, and nothing else guarded.
fn guards(state: GuardrailState, is_required: bool) -> [Guard; Guarded::ALL.len()] {
    let rule = Some(Guardrail { tolerated: 0.1, is_required });
    [
        Guard { of: Guarded::Stays, state, effect: None, rule },
        Guard::off(Guarded::Orders),
        Guard::off(Guarded::Conversion),
        Guard::off(Guarded::Revisits),
    ]
}

fn control() -> Arm {
    Arm {
        value: Some([10.0; 3]),
        effect: None,
        p_holm: None,
        best: Some(0.0),
        has_faded: false,
        guards: Guarded::ALL.map(Guard::off),
    }
}

fn decided(arms: &[Arm]) -> Vec<Option<Decision>> {
    decide(arms, 0, None, 0.05, 0.05)
}

#[test]
fn of_several_that_win_the_one_that_is_probably_the_best_goes_on_air() {
    use Decision::{KeepTesting, NoDifference, NotChosen, Winner, Worse};
    let found =
        decided(&[control(), arm(0.2, 0.1, 0.01, 0.3), arm(0.3, 0.1, 0.001, 0.7), arm(0.0, 0.04, 1.0, 0.0)]);
    assert_eq!(found, [None, Some(NotChosen), Some(Winner), Some(NoDifference)]);
    // Sure to be worse is no winner, however sure; what is worse is said to be.
    assert_eq!(decided(&[control(), arm(-0.38, 0.04, 0.001, 0.0)])[1], Some(Worse));
    assert_eq!(decided(&[control(), arm(0.2, 0.3, 0.06, 0.9)])[1], Some(KeepTesting));
}

#[test]
fn a_winner_is_a_winner_today() {
    use Decision::KeepTesting;
    // Proven at an earlier look; today nothing is ruled out.
    let mut old = arm(0.1, 0.05, 0.001, 0.9);
    old.effect.as_mut().unwrap().today = Some(Interval { low: -0.02, high: 0.2 });
    assert_eq!(decided(&[control(), old])[1], Some(KeepTesting));
    let faded = Arm { has_faded: true, ..arm(0.2, 0.1, 0.001, 0.9) };
    assert_eq!(decided(&[control(), faded])[1], Some(KeepTesting));
}

#[test]
fn a_guardrail_that_the_file_names_has_to_hold_and_a_default_one_must_not_look_broken() {
    let with = |state, is_required| {
        let arm = Arm { guards: guards(state, is_required), ..arm(0.3, 0.1, 0.001, 0.9) };
        decided(&[control(), arm])[1].unwrap()
    };
    let open = |is_beyond| GuardrailState::Open { is_beyond };
    for (state, by_default, if_named) in [
        (GuardrailState::Held, Decision::Winner, Decision::Winner),
        (open(false), Decision::Winner, Decision::KeepTesting),
        (open(true), Decision::KeepTesting, Decision::KeepTesting),
        (GuardrailState::Unknown, Decision::Winner, Decision::KeepTesting),
        (GuardrailState::Failed, Decision::GuardrailFailed, Decision::GuardrailFailed),
    ] {
        assert_eq!((with(state, false), with(state, true)), (by_default, if_named), "{state:?}");
    }
}

#[test]
fn where_there_is_an_obstacle_nothing_is_decided() {
    let arms = [control(), arm(0.3, 0.1, 0.001, 0.9)];
    for (obstacle, word) in [
        (Obstacle::Imbalance, "invalid: imbalance"),
        (Obstacle::NoViewerIds, "undecidable: no viewer ids"),
        (Obstacle::LevelNotHeld, "undecidable: level not held"),
    ] {
        let found = decide(&arms, 0, Some(obstacle), 0.05, 0.05);
        assert!(found.iter().all(|decision| decision.unwrap().word() == word), "{found:?}");
    }
}

#[test]
fn guardrails_follow_from_the_interval() {
    let effect = |value: f64, low: f64, high: f64| {
        let interval = Some(Interval { low, high });
        Some(Effect { value, interval, ..arm(0.1, 0.0, 1.0, 0.0).effect.unwrap() })
    };
    let word = |effect, tolerated: Option<f64>| {
        let rule = tolerated.map(|tolerated| Guardrail { tolerated, is_required: false });
        GuardrailState::of(effect, rule).word()
    };
    assert_eq!(word(effect(-0.02, -0.09, 0.05), Some(0.1)), "held");
    assert_eq!(word(effect(-0.3, -0.4, -0.2), Some(0.1)), "failed");
    assert_eq!(word(effect(-0.3, -0.6, 0.1), Some(0.1)), "open");
    assert_eq!(word(effect(-0.05, -0.12, -0.01), Some(0.1)), "open");
    assert_eq!(word(None, Some(0.1)), "unknown");
    assert_eq!(word(effect(-0.3, -0.4, -0.2), None), "off");
}

#[test]
fn rounding_between_two_winners_is_undecided_too() {
    let mut first = arm(0.30, 0.1, 0.001, 0.6);
    let mut second = arm(0.28, 0.1, 0.001, 0.4);
    assert_eq!(decided(&[control(), first, second])[1], Some(Decision::Winner));
    first.value = Some([12.8, 13.0, 13.2]);
    second.value = Some([12.6, 12.8, 13.0]);
    let found = decided(&[control(), first, second]);
    assert_eq!(found, [None, Some(Decision::Rounding), Some(Decision::Rounding)]);
}
