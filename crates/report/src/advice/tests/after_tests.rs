//! What is advised where lots were drawn.

use super::*;

fn effect(name: &str, effect: [f64; 3]) -> Line {
    bounded(name, effect)
}

/// `old` on air, and `new` against it.
fn won(on_air: &str, by: [f64; 3]) -> World {
    let more =
        with(effect(c::EFFECT, by), line([(c::EFFECTIVE_CTR, V::F(0.041)), (c::PROBABILITY_BEST, V::F(0.995))]));
    let control = line([(c::EFFECTIVE_CTR, V::F(0.03))]);
    World::of(on_air, &["new", "old", "other"]).test(
        "dresses",
        "decided",
        "new",
        vec![("old", "", control), ("new", "winner", more)],
    )
}

#[test]
fn a_winner_that_is_not_on_air_goes_on_air() {
    let advice = won("old", [0.24, 0.12, 0.39]).advise();
    assert_eq!(said(&advice), ["change", "new", "old", "proven"]);
    assert_eq!(text(&advice, c::RANDOMIZED, 0), "true");
    assert_eq!([c::EXPERIMENT, c::METRIC].map(|column| text(&advice, column, 0)), ["dresses", "effective_ctr"]);
    let figures = [c::RATE, c::AGAINST_RATE, c::CHANGE, "change_low", "change_high", c::PROBABILITY];
    let figures = figures.map(|column| crate::testing::number(&advice, column, 0).unwrap());
    assert_eq!(figures.map(|figure| figure.to_string()), ["0.041", "0.03", "0.24", "0.12", "0.39", "0.995"]);
    let [en, zh] = reasons(&advice);
    assert_eq!(
        en,
        "new won the test dresses against old: +24\u{202f}% (12 to 39) in value. Lots were drawn, so that is proven. Of 100 \
         impressions 4.1 enter, with old 3.0."
    );
    assert!(zh.starts_with("new 在测试 dresses 中胜过 old：价值 +24%（12 至 39）。"), "{zh}");
}

#[test]
fn a_winner_that_is_on_air_stays() {
    let advice = won("new", [0.24, 0.12, 0.39]).advise();
    assert_eq!(said(&advice), ["keep", "new", "", "proven"]);
    // Another cover that looks better and was in no test with it is worth one, and no change.
    let challenged = won("new", [0.24, 0.12, 0.39]).pair(["other", "new", "ctr"], [1.2, 1.05, 1.4], 0.98, 12);
    let advice = challenged.advise();
    assert_eq!(said(&advice), ["test", "new", "", "likely"]);
    assert_eq!(text(&advice, c::TEST_AGAINST, 0), "other");
    // The control has lost already, however it looks.
    let again = won("new", [0.24, 0.12, 0.39]).pair(["old", "new", "ctr"], [1.2, 1.05, 1.4], 0.98, 12);
    assert_eq!(said(&again.advise()), ["keep", "new", "", "proven"]);
}

#[test]
fn what_an_interval_with_nought_says_is_never_proven_and_changes_nothing() {
    let advice = won("old", [0.11, -0.01, 0.25]).advise();
    assert_eq!(said(&advice), ["keep", "old", "", "unknown"]);
    assert_ne!(text(&advice, c::RANDOMIZED, 0), "true");
}

#[test]
fn a_winner_tells_nothing_of_a_cover_that_was_not_in_its_test() {
    let world = won("other", [0.24, 0.12, 0.39]);
    let advice = world.advise();
    assert_eq!(said(&advice), ["test", "other", "", "unknown"]);
    assert_eq!(text(&advice, c::TEST_AGAINST, 0), "new");
    let [en, _] = reasons(&advice);
    assert!(en.contains("but other was not in it"), "{en}");
    // With a comparison beside it, that counts.
    let seen = world.pair(["new", "other", "ctr"], [1.3, 1.1, 1.5], 0.99, 9).advise();
    assert_eq!(said(&seen), ["try", "new", "other", "likely"]);
}

#[test]
fn a_cover_that_breaks_its_guardrail_comes_off_air() {
    let lost = |decision: &str, guardrail: Line| {
        let more = with(effect(c::EFFECT, [0.2, 0.1, 0.3]), guardrail);
        World::of("gift", &["gift", "old"]).test(
            "gifts",
            "over",
            "old",
            vec![("old", "", Vec::new()), ("gift", decision, more)],
        )
    };
    let failed = with(line([(c::STAY_GUARDRAIL, t("failed"))]), effect(c::STAYS_EFFECT, [-0.5, -0.6, -0.4]));
    let advice = lost("guardrail failed", failed.clone()).advise();
    assert_eq!(said(&advice), ["take_off", "old", "gift", "proven"]);
    assert_eq!(text(&advice, c::AVOID, 0), "gift");
    let [en, zh] = reasons(&advice);
    assert!(
        en.starts_with("gift costs more stays than is tolerated: \u{2212}50\u{202f}% (\u{2212}60 to \u{2212}40)"),
        "{en}"
    );
    assert!(zh.contains("请撤下它，改播 old。"), "{zh}");
    // Where the interval of what is lost is not all loss, nothing is proven.
    let open = with(line([(c::STAY_GUARDRAIL, t("failed"))]), effect(c::STAYS_EFFECT, [-0.5, -0.9, 0.1]));
    assert_eq!(said(&lost("guardrail failed", open).advise())[0], "keep");

    let worse = World::of("gift", &["gift", "old"]).test(
        "gifts",
        "decided",
        "old",
        vec![("old", "", Vec::new()), ("gift", "worse", effect(c::EFFECT, [-0.2, -0.3, -0.1]))],
    );
    assert_eq!(said(&worse.advise()), ["take_off", "old", "gift", "proven"]);
}

#[test]
fn while_a_test_runs_its_plan_says_what_is_on_air() {
    let running = |decision: &str, more: Line| {
        let arms =
            vec![("old", "", Vec::new()), ("new", decision, with(effect(c::EFFECT, [0.08, -0.11, 0.31]), more))];
        World::of("old", &["new", "old"]).test("dresses", "running", "old", arms)
    };
    let nights = line([(c::NIGHTS_NEEDED, V::W(5))]);
    let world = running("keep testing", nights).pair(["new", "old", "ctr"], [1.5, 1.3, 1.7], 0.99, 20);
    let advice = world.advise();
    assert_eq!(said(&advice), ["follow_plan", "old", "", "open"]);
    let [en, zh] = reasons(&advice);
    assert_eq!(
        en,
        "The test dresses runs until Monday 30 November: its plan says what is on air. Not settled: new +8\u{202f}% (\u{2212}11 to \
         31) against old. About 5 more nights like these would settle it."
    );
    assert!(zh.contains("尚无定论：new 与 old 相比为 +8%（\u{2212}11 至 31）。"), "{zh}");
    // What costs more than is tolerated comes off air in the middle of it.
    let failed = with(line([(c::STAY_GUARDRAIL, t("failed"))]), effect(c::STAYS_EFFECT, [-0.5, -0.6, -0.4]));
    let advice = running("guardrail failed", failed).advise();
    assert_eq!(said(&advice), ["take_off", "old", "new", "proven"]);
    assert_eq!(text(&advice, c::AVOID, 0), "new");
    // After its last date a plan says nothing.
    let mut over = running("not settled", Vec::new());
    over.tests[0].1.to = date(2026, 11, 21);
    assert_eq!(said(&over.advise())[0], "keep");
}

#[test]
fn a_test_that_begins_tonight_has_no_rows_yet() {
    let mut world = World::of("old", &["new", "old"]).test(
        "dresses",
        "running",
        "old",
        vec![("old", "", Vec::new()), ("new", "", Vec::new())],
    );
    world.tests[0].2.clear();
    world.tests[0].1.from = date(2026, 11, 22);
    assert_eq!(said(&world.advise()), ["follow_plan", "old", "", "unknown"]);
    world.tests[0].1.from = date(2026, 11, 28);
    assert_eq!(said(&world.advise())[0], "keep");
}

#[test]
fn the_newest_test_has_the_last_word() {
    let arms = |winner: &'static str| {
        let arm = |cover: &'static str| {
            let decision = if cover == winner { "winner" } else { "not chosen" };
            (cover, decision, effect(c::EFFECT, [0.2, 0.1, 0.3]))
        };
        vec![("old", "", Vec::new()), arm("b"), arm("c")]
    };
    let mut world = World::of("old", &["old", "b", "c"]).test("first", "decided", "b", arms("b")).test(
        "second",
        "decided",
        "c",
        arms("c"),
    );
    for (at, day) in [(0, date(2026, 11, 2)), (1, date(2026, 11, 20))] {
        for row in &mut world.tests[at].2 {
            row.push((c::DECIDED_ON.to_owned(), V::D(day)));
        }
    }
    assert_eq!(said(&world.advise()), ["change", "c", "old", "proven"]);
}

#[test]
fn a_test_rules_over_what_was_only_seen_and_a_rule_of_the_market_over_a_test() {
    let advice = won("old", [0.24, 0.12, 0.39]).found("new", "overpromises").advise();
    assert_eq!(said(&advice), ["change", "new", "old", "proven"]);
    assert_eq!(text(&advice, c::AVOID, 0), "");
    let rule = line([(c::COVER_ID, t("new")), (c::FINDING, t("breaks")), (c::RULE, t("no_prices"))]);
    let advice = World { checks: vec![with(place(), rule)], ..won("old", [0.24, 0.12, 0.39]) }.advise();
    assert_eq!(said(&advice)[..2], ["keep", "old"]);
    assert_eq!(text(&advice, c::AVOID, 0), "new");
}

#[test]
fn what_a_test_has_settled_is_not_tried_again() {
    let world = |decision: &str| {
        World::of("old", &["new", "old"])
            .test("dresses", "over", "old", vec![("old", "", Vec::new()), ("new", decision, Vec::new())])
            .pair(["new", "old", "ctr"], [1.5, 1.3, 1.7], 0.99, 20)
    };
    let again = world("not settled").advise();
    assert_eq!(said(&again), ["test", "old", "", "open"]);
    assert_eq!(text(&again, c::TEST_AGAINST, 0), "new");
    assert_eq!(said(&world("no difference worth having").advise())[..2], ["keep", "old"]);
}

#[test]
fn a_cover_of_a_running_test_is_not_one_to_avoid() {
    let arms = || vec![("old", "", Vec::new()), ("new", "keep testing", Vec::new())];
    let world = World::of("old", &["old"]).found("new", "overpromises").found("gift", "overpromises");
    let running = world.clone().test("dresses", "running", "old", arms()).advise();
    assert_eq!(text(&running, c::AVOID, 0), "gift");
    let over = world.test("dresses", "over", "old", arms()).advise();
    assert_eq!(text(&over, c::AVOID, 0), "gift new");
}
