//! What is advised where lots were drawn and did not decide everything.

use super::*;
use crate::testing::number;

const WON: [f64; 3] = [0.2, 0.1, 0.3];
const OPEN: [f64; 3] = [0.06, -0.05, 0.18];

fn arm(cover: &'static str, decision: &'static str, effect: [f64; 3]) -> (&'static str, &'static str, Line) {
    (cover, decision, bounded(c::EFFECT, effect))
}

fn control(cover: &'static str) -> (&'static str, &'static str, Line) {
    (cover, "", line([(c::EFFECTIVE_CTR, V::F(0.03))]))
}

impl World {
    /// The test of this number was decided on a day of November.
    fn decided(mut self, at: usize, day: i8) -> Self {
        for row in &mut self.tests[at].2 {
            row.push((c::DECIDED_ON.to_owned(), V::D(date(2026, 11, day))));
        }
        self
    }

    /// The newest date is the last one of its tests.
    fn until_today(mut self) -> Self {
        for (_, plan, _) in &mut self.tests {
            plan.to = AS_OF;
        }
        self
    }
}

#[test]
fn an_older_test_does_not_overrule_a_newer_one_of_the_same_covers() {
    let twice = |newer: &'static str, effect: [f64; 3]| {
        World::of("a", &["a", "b"])
            .test("first", "decided", "b", vec![control("a"), arm("b", "winner", WON)])
            .test("second", "over", "a", vec![control("a"), arm("b", newer, effect)])
            .decided(0, 2)
            .decided(1, 20)
    };
    assert_eq!(said(&twice("worse", [-0.2, -0.3, -0.1]).advise())[..2], ["keep", "a"]);
    assert_eq!(said(&twice("not settled", OPEN).advise())[..2], ["keep", "a"]);
    assert_eq!(said(&twice("winner", WON).advise())[..2], ["change", "b"]);
    // It lost to another cover than the one on air.
    let elsewhere = World::of("a", &["a", "b", "x"])
        .test("first", "decided", "b", vec![control("a"), arm("b", "winner", WON)])
        .test("second", "decided", "x", vec![control("x"), arm("b", "worse", [-0.2, -0.3, -0.1])])
        .decided(0, 2)
        .decided(1, 20);
    assert_eq!(said(&elsewhere.advise())[..2], ["keep", "a"]);
}

#[test]
fn where_lots_did_not_decide_nothing_is_tried_on_sight() {
    let world = |probability: f64| {
        World::of("old", &["new", "old"])
            .test("dresses", "over", "old", vec![control("old"), arm("new", "not settled", OPEN)])
            .pair(["old", "new", "ctr"], [0.8, 0.7, 0.9], 1.0 - probability, 20)
            .pair(["new", "old", "ctr"], [1.25, 1.1, 1.4], probability, 20)
    };
    let again = world(0.99).advise();
    assert_eq!(said(&again), ["test", "old", "", "open"]);
    assert_eq!([c::TEST_AGAINST, c::EXPERIMENT].map(|name| text(&again, name, 0)), ["new", "dresses"]);
    assert_eq!(text(&again, c::RANDOMIZED, 0), "true");
    assert_eq!(number(&again, c::CHANGE, 0), Some(0.06));
    let [en, zh] = reasons(&again);
    assert_eq!(
        en,
        "The test dresses ended without a decision. By lot new was worth +6\u{202f}% (\u{2212}5 to 18) against old. What was seen \
         favours new, which proves nothing: keep old and test the two again."
    );
    assert!(zh.starts_with("测试 dresses 结束时没有得出结论。"), "{zh}");
    let kept = world(0.6).advise();
    assert_eq!(said(&kept), ["keep", "old", "", "open"]);
    assert!(!reasons(&kept)[0].contains("nobody drew lots"), "{}", reasons(&kept)[0]);
}

#[test]
fn on_the_last_date_of_a_split_the_cover_of_most_impressions_is_chance() {
    let over = |seen: &str, decision: &'static str, effect: [f64; 3], on_air: &str| {
        let arms = vec![control("old"), arm("new", decision, effect)];
        World::of(seen, &["new", "old"]).test("dresses", "over", on_air, arms).until_today()
    };
    for seen in ["old", "new"] {
        assert_eq!(said(&over(seen, "not settled", OPEN, "old").advise()), ["keep", "old", "", "open"], "{seen}");
        assert_eq!(said(&over(seen, "winner", WON, "new").advise()), ["change", "new", "old", "proven"], "{seen}");
        let running = World::of(seen, &["new", "old"]).test(
            "dresses",
            "running",
            "old",
            vec![control("old"), arm("new", "keep testing", OPEN)],
        );
        assert_eq!(said(&running.advise()), ["follow_plan", "old", "", "open"], "{seen}");
    }
    let again = over("new", "not settled", OPEN, "old").pair(["old", "new", "ctr"], [0.8, 0.7, 0.9], 0.01, 20);
    assert_eq!(said(&again.advise())[..2], ["test", "old"]);
    // It was decided before, so the team had the say since; and so it has where turns are drawn.
    let before = over("new", "winner", WON, "new").decided(0, 20);
    assert_eq!(said(&before.advise())[..2], ["keep", "new"]);
    let mut turns = over("new", "not settled", OPEN, "old");
    turns.tests[0].1.design = crate::testing::rotation(&["old", "new"]).0.design;
    assert_eq!(said(&turns.advise())[..2], ["keep", "new"]);
}

#[test]
fn a_winner_is_proven_against_the_control_alone() {
    let on = |cover: &str| {
        let arms = vec![control("a"), arm("b", "not chosen", OPEN), arm("c", "winner", WON)];
        World::of(cover, &["a", "b", "c"]).test("dresses", "decided", "c", arms).advise()
    };
    assert_eq!(said(&on("a")), ["change", "c", "a", "proven"]);
    let advice = on("b");
    assert_eq!(said(&advice), ["change", "c", "b", "likely"]);
    for column in [c::RATE, c::AGAINST_RATE, c::CHANGE, "change_low", c::PROBABILITY] {
        assert_eq!(number(&advice, column, 0), None, "{column}");
    }
    let [en, _] = reasons(&advice);
    assert_eq!(
        en,
        "c won the test dresses against the control a: +20\u{202f}% (10 to 30) in value. b, which is on air, was an arm of that test \
         and did not win."
    );
    let unknown = on("nobody");
    assert_eq!(said(&unknown), ["change", "c", "", "likely"]);
    assert!(reasons(&unknown)[0].ends_with("Which cover was on air last is not known."));
}

#[test]
fn what_a_guardrail_says_is_not_hidden_by_another_decision() {
    let running = |seen: &str, more: Line| {
        let worse = with(bounded(c::EFFECT, [-0.2, -0.3, -0.1]), more);
        let arms = vec![control("old"), ("gift", "worse", worse), arm("new", "keep testing", OPEN)];
        let mut world = World::of(seen, &["gift", "old", "new"]).test("gifts", "running", "old", arms);
        world.tests[0].1.design = crate::testing::rotation(&["old", "gift", "new"]).0.design;
        world
    };
    let failed = || {
        let stays = bounded(c::STAYS_EFFECT, [-0.5, -0.6, -0.4]);
        with(line([(c::STAY_GUARDRAIL, t("failed")), (c::STAY_RATE, V::F(0.1))]), stays)
    };
    let advice = running("old", failed()).advise();
    assert_eq!(said(&advice), ["take_off", "old", "gift", "proven"]);
    assert_eq!(number(&advice, c::CHANGE, 0), Some(-0.5));
    assert_eq!(text(&advice, c::METRIC, 0), "stay_rate");
    assert!(reasons(&advice)[0].starts_with("gift costs more stays than is tolerated"));
    // What is worse and nothing more comes off where it is on air.
    assert_eq!(said(&running("gift", Vec::new()).advise()), ["take_off", "old", "gift", "proven"]);
    assert_eq!(said(&running("old", Vec::new()).advise())[0], "follow_plan");
    // Of two guardrails that failed the one that is sure counts.
    let mut orders = failed();
    orders.extend(with(
        line([(c::ORDERS_GUARDRAIL, t("failed"))]),
        with(bounded(c::ORDERS_EFFECT, [-0.3, -0.4, -0.2]), bounded(c::STAYS_EFFECT, [-0.5, -0.9, 0.1])),
    ));
    let advice = running("old", orders).advise();
    assert!(reasons(&advice)[0].starts_with("gift costs more orders than is tolerated"));
    assert_eq!(text(&advice, c::METRIC, 0), "");
}

#[test]
fn one_settled_arm_does_not_settle_the_others() {
    let world = |decision: &'static str| {
        let arms = vec![control("a"), arm("b", "no difference worth having", OPEN), arm("c", decision, OPEN)];
        World::of("b", &["c", "b", "a"]).test("dresses", "over", "a", arms).pair(
            ["c", "b", "ctr"],
            [1.3, 1.1, 1.5],
            0.99,
            20,
        )
    };
    let advice = world("not settled").advise();
    assert_eq!(said(&advice)[..2], ["test", "b"]);
    assert_eq!(text(&advice, c::TEST_AGAINST, 0), "c");
    assert_eq!(number(&advice, c::CHANGE, 0), None, "lots tell of each against the control");
    assert_eq!(said(&world("no difference worth having").advise())[..2], ["keep", "b"]);
}
