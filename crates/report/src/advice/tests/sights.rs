//! What is advised where nobody drew lots.

use super::*;

#[test]
fn what_is_clear_is_tried_and_never_proven() {
    let world =
        World::of("old", &["new", "old"]).pair(["new", "old", "effective_ctr"], [1.2, 1.05, 1.4], 0.999, 8);
    let advice = world.advise();
    assert_eq!(said(&advice), ["try", "new", "old", "likely"]);
    assert_eq!(text(&advice, c::RANDOMIZED, 0), "false");
    let [en, zh] = reasons(&advice);
    assert_eq!(
        en,
        "new drew +20\u{202f}% (5 to 40) against old in the same broadcasts, slots and audiences. Of 100 impressions 4.0 enter, with \
         old 3.0. Nobody drew lots, so it is not proven: try it tonight, best as a test of the two."
    );
    assert!(zh.ends_with("没有随机抽签，因此还没有证实：今晚试播，最好作为两张封面的对测。"), "{zh}");
}

#[test]
fn what_is_likely_and_not_clear_is_tested_and_what_is_neither_is_kept() {
    let world = |probability: f64, broadcasts: i64| {
        World::of("old", &["new", "old"])
            .pair(["old", "new", "ctr"], [0.9, 0.8, 1.01], 1.0 - probability, broadcasts)
            .pair(["new", "old", "ctr"], [1.11, 0.99, 1.25], probability, broadcasts)
    };
    let advice = world(0.94, 12).advise();
    assert_eq!(said(&advice), ["test", "old", "", "likely"]);
    assert_eq!(text(&advice, c::TEST_AGAINST, 0), "new");
    let [en, _] = reasons(&advice);
    assert!(
        en.contains("new looks better, +11\u{202f}% (\u{2212}1 to 25), 94\u{202f}% sure, but nobody drew lots"),
        "{en}"
    );

    let advice = world(0.89, 12).advise();
    assert_eq!(said(&advice), ["keep", "old", "", "open"]);
    // Of `keep` the figures are those of the cover on air against the best of the others.
    let change = crate::testing::number(&advice, c::CHANGE, 0).unwrap();
    assert!((change + 0.1).abs() < 1e-9, "{change}");

    let advice = world(0.97, 7).advise();
    assert_eq!(said(&advice)[0], "keep", "seven broadcasts tell nothing");
    assert!(reasons(&advice)[0].contains("seen together in 7 broadcasts; an interval needs 8"));
    assert_eq!(said(&World::of("old", &["old"]).advise()), ["keep", "old", "", "unknown"]);
}

#[test]
fn a_challenger_that_does_not_hold_or_fades_or_breaks_a_rule_is_not_tried() {
    let clear = || {
        World::of("old", &["new", "old"]).pair(["old", "new", "ctr"], [0.8, 0.7, 0.9], 0.01, 12).pair(
            ["new", "old", "ctr"],
            [1.25, 1.1, 1.4],
            0.99,
            12,
        )
    };
    assert_eq!(said(&clear().advise())[0], "try");
    let at_place = |more: Line| with(place(), with(line([(c::COVER_ID, t("new"))]), more));
    let fading = at_place(line([(c::LEVEL, t("cover")), (c::SLOT, t("all")), (c::FATIGUE, t("fading"))]));
    let breaking = at_place(line([(c::FINDING, t("breaks")), (c::RULE, t("no_prices"))]));
    let cases = [
        (
            clear().found("new", "overpromises"),
            "new",
            "promises what the room does not hold. Of 100 who enter 6 stay, usual 32.",
        ),
        (
            clear().found("new", "costs_revisits"),
            "new",
            "comes back less often than by other covers: \u{2212}30\u{202f}%",
        ),
        (World { history: vec![fading], ..clear() }, "", "new is fading."),
        (World { checks: vec![breaking], ..clear() }, "new", "new breaks the rule no_prices of this market."),
    ];
    for (world, avoided, why) in cases {
        let advice = world.advise();
        assert_eq!(said(&advice)[..2], ["keep", "old"], "{why}");
        assert_eq!(text(&advice, c::AVOID, 0), avoided, "{why}");
        let [en, _] = reasons(&advice);
        assert!(en.contains(why) && en.ends_with("It drew more and is not advised all the same."), "{en}");
    }
    // Of another place nothing is said here.
    let elsewhere = with(
        line([(c::PLATFORM, t("p")), (c::MARKET, t("BR")), (c::COVER_ID, t("new"))]),
        line([(c::FINDING, t("breaks")), (c::RULE, t("no_prices"))]),
    );
    assert_eq!(said(&World { checks: vec![elsewhere], ..clear() }.advise())[0], "try");
}

#[test]
fn a_cover_on_air_that_does_not_hold_is_replaced_by_the_best_that_may_go_on_air() {
    let world = World::of("gift", &["gift", "fading", "good"])
        .found("gift", "overpromises")
        .pair(["good", "gift", "ctr"], [0.7, 0.6, 0.8], 0.01, 12)
        .pair(["good", "gift", "stay_rate"], [5.0, 4.0, 6.0], 0.999, 12);
    let fading =
        line([(c::COVER_ID, t("fading")), (c::LEVEL, t("cover")), (c::SLOT, t("all")), (c::FATIGUE, t("fading"))]);
    let world = World { history: vec![with(place(), fading)], ..world };
    let advice = world.advise();
    assert_eq!(said(&advice), ["try", "good", "gift", "likely"]);
    assert_eq!(text(&advice, c::METRIC, 0), "stay_rate");
    assert_eq!(text(&advice, c::AVOID, 0), "gift");
    let [en, zh] = reasons(&advice);
    assert!(
        en.starts_with(
            "gift promises what the room does not hold. Of 100 who enter 6 stay, usual 32. Nobody drew lots"
        ),
        "{en}"
    );
    assert!(zh.starts_with("gift 承诺的内容直播间没有兑现。每 100 个进房的人有 6 个停留，基准 32 个。"), "{zh}");
    // Nothing else may go on air.
    let alone = World::of("gift", &["gift"]).found("gift", "overpromises").advise();
    assert_eq!(said(&alone), ["keep", "gift", "", "unknown"]);
    assert_eq!(text(&alone, c::AVOID, 0), "", "a row never says both");
    assert!(reasons(&alone)[0].ends_with("make a new one."));
}

#[test]
fn without_data_or_a_cover_on_air_nothing_is_advised() {
    let advice = World::default().advise();
    assert_eq!(said(&advice), ["no_data", "", "", "unknown"]);
    assert_eq!(text(&advice, c::RANDOMIZED, 0), "");
    let advice = World::of("nobody", &["a", "b"]).advise();
    assert_eq!(said(&advice), ["no_data", "", "", "unknown"]);
    assert!(reasons(&advice)[0].starts_with("Which cover was on air last is not known"));
}

#[test]
fn what_the_log_of_covers_does_not_know_is_never_advised() {
    let world = World::of("old", &["unknown", "old"])
        .pair(["old", "unknown", "ctr"], [0.8, 0.7, 0.9], 0.01, 12)
        .pair(["unknown", "old", "ctr"], [1.25, 1.1, 1.4], 0.99, 12);
    let advice = world.advise();
    assert_eq!(said(&advice), ["keep", "old", "", "unknown"]);
    assert!(!reasons(&advice)[0].contains("unknown"), "{}", reasons(&advice)[0]);
    let held =
        World::of("gift", &["gift", "unknown"]).found("gift", "overpromises").found("unknown", "overpromises");
    let advice = held.advise();
    assert_eq!(said(&advice), ["keep", "gift", "", "unknown"]);
    assert_eq!(text(&advice, c::AVOID, 0), "");
    let other = World::of("gift", &["unknown", "gift", "good"]).found("gift", "overpromises").advise();
    assert_eq!(said(&other)[..2], ["try", "good"]);
}

#[test]
fn a_cover_is_replaced_by_what_it_fails_in_and_never_by_another_rate() {
    let world = |finding: &str| {
        World::of("gift", &["gift", "good"]).found("gift", finding).pair(
            ["good", "gift", "ctr"],
            [0.7, 0.6, 0.8],
            0.01,
            12,
        )
    };
    let figures = |advice: &DataFrame| {
        [c::RATE, c::CHANGE, "change_high", c::PROBABILITY].map(|name| crate::testing::number(advice, name, 0))
    };
    let stays = world("overpromises").advise();
    assert_eq!((text(&stays, c::METRIC, 0), figures(&stays)), ("stay_rate".to_owned(), [None; 4]));
    let revisits = world("costs_revisits").advise();
    assert_eq!((text(&revisits, c::METRIC, 0), figures(&revisits)), (String::new(), [None; 4]));
    // A ratio of which nothing says how sure it is may be any number.
    let mut unsure = world("overpromises").pair(["good", "gift", "stay_rate"], [26.0, 1.64, 413.52], 0.5, 3);
    unsure.pairs[1].retain(|(name, _)| name != c::PROBABILITY);
    let advice = unsure.advise();
    assert_eq!(said(&advice), ["try", "good", "gift", "unknown"]);
    assert_eq!(figures(&advice), [Some(0.04), None, None, None]);
}

#[test]
fn a_cover_on_air_that_leads_is_said_to_lead() {
    let kept = |ratio: [f64; 3], probability: f64| {
        let world = World::of("old", &["old", "new"]).pair(["old", "new", "ctr"], ratio, probability, 20);
        let advice = world.advise();
        assert_eq!(said(&advice)[..2], ["keep", "old"]);
        reasons(&advice)
    };
    let [en, zh] = kept([1.49, 1.13, 1.97], 0.995);
    assert_eq!(
        en,
        "old leads. Against new, the best of the others, it drew +49\u{202f}% (13 to 97) in the same broadcasts, slots and \
         audiences, over 99\u{202f}% sure that old is better; nobody drew lots."
    );
    assert!(zh.starts_with("old 领先。") && zh.contains("old 更好的把握为 超过 99%"), "{zh}");
    let [en, zh] = kept([1.05, 0.9, 1.2], 0.75);
    assert!(
        en.starts_with("Nothing is surely better.") && en.contains("75\u{202f}% sure that old is better"),
        "{en}"
    );
    assert!(zh.contains("old 更好的把握为 75%"), "{zh}");
    let [en, _] = kept([0.95, 0.8, 1.1], 0.3);
    assert!(en.contains("70\u{202f}% sure that new is better"), "{en}");
}
