//! Experiments by hand, and what is decided on them.

use polars::prelude::DataFrame;

use super::decide::{Arm, Decision, Standing, decide};
use crate::evidence::{Evidence, Turn};
use crate::testing::{Scene, UNTIL, number, rotation as whole_rotation, row_of, split, text, wavering};
use crate::trial::Effect;
use crate::{Standings, frame};
use coverledger_config::{Experiment, Value};
use coverledger_core::model::{Count, Measure, columns as c};
use coverledger_stats::Interval;

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

/// Table `experiment`.
fn table(scene: &Scene, experiment_: &Experiment) -> DataFrame {
    let tables = Standings::of(experiment_, &[scene.evidence()]).tables("calm_or_loud", UNTIL, 1).unwrap();
    frame(&[tables[0].1.bytes.clone().into()]).unwrap()
}

fn decision(table: &DataFrame, cover: &str) -> String {
    text(table, c::DECISION, row_of(table, c::COVER_ID, cover))
}

#[test]
fn clickbait_fails_its_guardrail_and_the_winner_is_worth_more_with_fewer_clicks() {
    let clickbait = ("clickbait", [4000, 400, 400, 80, 60]);
    let honest = ("honest", [4000, 160, 160, 90, 60]);
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
    assert!(en.contains("fewer of those who enter stay") && zh.contains("停留的比例"), "{en} {zh}");
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
    let mut by_orders = split(&["calm", "long"]);
    by_orders.guardrails.conversion = None;
    assert_eq!(decision(&table(&scene, &by_orders), "long"), "no difference worth having");
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
    assert_eq!(decision(&table_, "other"), "keep testing");
    assert!(text(&table_, c::REASON_EN, 1).contains("The window is over"), "{table_}");
    let early = table(&scene(7, &[CONTROL, ("other", [4000, 200, 200, 100, 80])]), &fine);
    assert_eq!(decision(&early, "other"), "keep testing");
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
    let tables = Standings::of(&split(&["calm", "better"]), &[scene.evidence()]).tables("e", UNTIL, 1).unwrap();
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
fn a_value_that_is_not_known_is_kept_testing_and_says_why() {
    let mut scene = scene(28, &[CONTROL, ("other", [4000, 200, 200, 100, 60])]);
    for row in &mut scene.rows {
        let mut figures = coverledger_core::model::Figures::default();
        for count in [Count::Impressions, Count::Clicks] {
            figures.put(count, row.3.get(count).unwrap());
        }
        row.3 = figures;
    }
    let table = table(&scene, &split(&["calm", "other"]));
    assert_eq!(decision(&table, "other"), "keep testing");
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
        let tables = Standings::of(&experiment_, &[evidence]).tables("e", UNTIL, 1).unwrap();
        frame(&[tables[0].1.bytes.clone().into()]).unwrap()
    };
    let better = of([20, 26], usize::MAX);
    assert_eq!(decision(&better, "loud"), "winner", "{better}");
    assert!((number(&better, c::OFF_PLAN_SHARE, 1).unwrap() - 1.0 / 168.0).abs() < 1e-12);
    assert_eq!(number(&better, c::TURNS, 1), Some(84.0));
    assert!((number(&better, c::EFFECT, 1).unwrap() - 0.3).abs() < 0.03, "{better}");
    let alike = of([20, 20], usize::MAX);
    assert!(
        ["keep testing", "no difference worth having"].contains(&decision(&alike, "loud").as_str()),
        "{alike}"
    );
    // A turn belongs to the cover that was planned, whatever was on air; but not for long.
    let nearly = of([20, 26], 12);
    assert_eq!(decision(&nearly, "loud"), "winner", "{nearly}");
    let neglected = of([20, 26], 5);
    assert_eq!(decision(&neglected, "loud"), "invalid: imbalance");
    assert!(text(&neglected, c::REASON_EN, 0).starts_with("20 % of impressions in its turns"), "{neglected}");
}

fn told(value: f64, interval: Option<Interval>, p_value: f64) -> Effect {
    let [p_better, p_worse] = if value < 0.0 { [1.0, p_value] } else { [p_value, 1.0] };
    let (clusters, information, left_out) = (20, Some(20.0), Some(0.0));
    Effect { value, interval, today: interval, p_better, p_worse, clusters, information, left_out }
}

/// An arm with an effect, exactly counted.
fn arm(effect: f64, half: f64, p: f64, best: f64) -> Arm {
    let interval = Some(Interval { low: effect - half, high: effect + half });
    Arm {
        value: Some([10.0 * (1.0 + effect); 3]),
        effect: Some(told(effect, interval, p)),
        p_holm: Some(p),
        best: Some(best),
        guardrails: [Standing::Held; 2],
    }
}

fn control() -> Arm {
    Arm { value: Some([10.0; 3]), effect: None, p_holm: None, best: Some(0.0), guardrails: [Standing::Off; 2] }
}

fn decided(arms: &[Arm]) -> Vec<Option<Decision>> {
    decide(arms, 0, true, 0.05, 0.05)
}

#[test]
fn of_several_that_win_the_one_that_is_probably_the_best_goes_on_air() {
    use Decision::{KeepTesting, NoDifference, Winner};
    let found =
        decided(&[control(), arm(0.2, 0.1, 0.01, 0.3), arm(0.3, 0.1, 0.001, 0.7), arm(0.0, 0.04, 1.0, 0.0)]);
    assert_eq!(found, [None, Some(KeepTesting), Some(Winner), Some(NoDifference)]);
    // Sure to be worse is no winner, however sure.
    assert_eq!(decided(&[control(), arm(-0.2, 0.1, 0.001, 0.0)])[1], Some(NoDifference));
    assert_eq!(decided(&[control(), arm(0.2, 0.3, 0.06, 0.9)])[1], Some(KeepTesting));
}

#[test]
fn a_guardrail_that_looks_broken_bars_winning_before_it_is_settled() {
    let mut open = arm(0.3, 0.1, 0.001, 0.9);
    open.guardrails[0] = Standing::Open { is_beyond: true };
    assert_eq!(decided(&[control(), open])[1], Some(Decision::KeepTesting));
    open.guardrails[0] = Standing::Open { is_beyond: false };
    assert_eq!(decided(&[control(), open])[1], Some(Decision::Winner));
    open.guardrails[0] = Standing::Unknown;
    assert_eq!(decided(&[control(), open])[1], Some(Decision::Winner));
    open.guardrails[1] = Standing::Failed;
    assert_eq!(decided(&[control(), open])[1], Some(Decision::GuardrailFailed));
}

#[test]
fn standings_follow_from_the_interval() {
    let effect = |value: f64, low: f64, high: f64| Some(told(value, Some(Interval { low, high }), 1.0));
    let word = |effect, tolerated| Standing::of(effect, tolerated).word();
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
