//! When a test ends and what stays: teams that follow the advice, covers that fade, tests that are stopped or gone.

use super::*;
use crate::returning::GroupRevisits;
use crate::withdrawn;
use coverledger_config::{Assignment, Design};
use coverledger_core::model::TableName;
use jiff::civil::Date;

/// A month of a broadcast a night, in which the covers of each night have these impressions and orders.
fn month(nights: i32, of_night: impl Fn(i32) -> Vec<(&'static str, [u64; 5])>) -> Scene {
    let mut scene = Scene::default();
    for night in 0..nights {
        for (at, (cover, [impressions, clicks, entrants, stays, orders])) in
            of_night(night).into_iter().enumerate()
        {
            let number = u64::try_from(night).unwrap() + 3 * u64::try_from(at).unwrap();
            let counts = [
                (Count::Impressions, impressions),
                (Count::Clicks, clicks),
                (Count::Entries, entrants),
                (Count::Entrants, entrants),
                (Count::Stays, wavering(number + 1, stays)),
                (Count::Orders, wavering(number + 2, orders)),
            ];
            scene.shown(27 - night, ["prime", "all", &format!("b{night:02}"), cover], &counts);
        }
    }
    scene
}

const BETTER: Usual = ("loud", [4000, 240, 240, 120, 60]);

fn night(number: i32) -> Date {
    UNTIL.checked_sub((27 - number).days()).unwrap()
}

#[test]
fn who_follows_the_advice_keeps_the_winner_on_air() {
    let covers = split(&["calm", "loud"]);
    let both = table(&month(28, |_| vec![CONTROL, BETTER]), &covers);
    let decided_on = text(&both, c::DECIDED_ON, 1);
    assert_eq!((text(&both, c::STATE, 1), decision(&both, "loud")), ("decided".to_owned(), "winner".to_owned()));
    // From the day after the decision on only the winner is shown: no split, so nothing that could be in balance.
    let ended = (0..28).find(|number| night(*number).to_string() == decided_on).unwrap();
    let followed = month(28, |number| if number <= ended { vec![CONTROL, BETTER] } else { vec![BETTER] });
    let after = table(&followed, &covers);
    for column in [c::DECIDED_ON, c::DECISION, c::ON_AIR, c::STATE, c::REASON_EN, c::EFFECT] {
        let of = |table: &DataFrame| table.column(column).unwrap().clone();
        assert_eq!(of(&both), of(&after), "{column}");
    }
    assert_eq!(text(&after, c::ON_AIR, 0), "loud");
    let reason = text(&after, c::REASON_EN, 1);
    assert!(
        reason.starts_with(&format!("Decided on {decided_on}.")) && reason.ends_with("Put it on air."),
        "{reason}"
    );
    let control = text(&after, c::REASON_EN, 0);
    assert!(control.contains("Take it off air") && !control.contains("stays on air"), "{control}");
}

#[test]
fn a_cover_that_is_worse_stays_worse_when_it_is_taken_off_air() {
    let bad = ("bad", [4000, 120, 120, 60, 25]);
    let covers = split(&["calm", "bad"]);
    let found = table(&month(28, |number| if number < 14 { vec![CONTROL, bad] } else { vec![CONTROL] }), &covers);
    assert_eq!(decision(&found, "bad"), "worse", "{found}");
    assert_eq!(text(&found, c::ON_AIR, 1), "calm");
    assert!(text(&found, c::REASON_ZH, 1).contains("请不要使用"), "{found}");
}

#[test]
fn what_was_proven_worse_once_does_not_win_with_that() {
    let bad = ("loud", [4000, 120, 120, 60, 24]);
    let good = ("loud", [4000, 300, 300, 150, 90]);
    let turned = month(28, |number| vec![CONTROL, if number < 12 { bad } else { good }]);
    let found = table(&turned, &Experiment { guardrails: off(), ..split(&["calm", "loud"]) });
    assert_ne!(decision(&found, "loud"), "winner", "{found}");
}

fn off() -> coverledger_config::Guardrails {
    coverledger_config::Guardrails { stay: None, orders: None, conversion: None, revisits: None }
}

#[test]
fn a_novelty_that_fades_wins_nothing() {
    // Half as much again for ten nights, and nothing after.
    let new = ("new", [4000, 240, 240, 120, 60]);
    let old = ("new", [4000, 200, 200, 100, 40]);
    let faded = month(28, |number| vec![CONTROL, if number < 12 { new } else { old }]);
    let found = table(&faded, &split(&["calm", "new"]));
    assert_eq!(decision(&found, "new"), "faded", "{found}");
    assert_eq!(text(&found, c::ON_AIR, 1), "calm");
    assert!(number(&found, c::RECENT_EFFECT, 1).unwrap().abs() < 0.1, "{found}");
    let reason = text(&found, c::REASON_EN, 1);
    assert!(reason.contains("its effect is gone") && reason.contains("Last 7 nights"), "{reason}");
}

#[test]
fn more_orders_from_more_and_less_willing_entrants_win() {
    // A sixth more orders per impression, of twice the entrants: fewer of them buy.
    let lively = ("lively", [4000, 400, 400, 160, 48]);
    let found = table(&month(28, |_| vec![CONTROL, lively]), &split(&["calm", "lively"]));
    assert_eq!(decision(&found, "lively"), "winner", "{found}");
    assert!(number(&found, c::CONVERSION_EFFECT, 1).unwrap() < -0.3, "{found}");
    assert_eq!(
        (text(&found, c::STAY_GUARDRAIL, 1), text(&found, c::CONVERSION_GUARDRAIL, 1)),
        ("held".to_owned(), "off".to_owned())
    );
}

#[test]
fn a_guardrail_that_cannot_be_seen_is_said_and_where_it_was_asked_for_bars() {
    let mut scene = month(28, |_| vec![CONTROL, BETTER]);
    for row in &mut scene.rows {
        let mut figures = coverledger_core::model::Figures::default();
        for count in [Count::Impressions, Count::Clicks, Count::Entrants, Count::Orders] {
            figures.put(count, row.3.get(count).unwrap());
        }
        row.3 = figures;
    }
    let mut covers = split(&["calm", "loud"]);
    let found = table(&scene, &covers);
    assert_eq!(decision(&found, "loud"), "winner");
    let reason = text(&found, c::REASON_EN, 1);
    assert!(reason.contains("Nothing guards stays: they are not counted here."), "{reason}");
    covers.guardrails.stay = Some(Guardrail { tolerated: 0.1, is_required: true });
    let found = table(&scene, &covers);
    assert_eq!(
        (decision(&found, "loud"), text(&found, c::ON_AIR, 1)),
        ("not settled".to_owned(), "calm".to_owned())
    );
    let reason = text(&found, c::REASON_EN, 1);
    assert!(reason.contains("Stays per 1,000 impressions: not counted here, so it does not win."), "{reason}");
}

#[test]
fn a_test_that_is_stopped_by_hand_counts_no_further() {
    let alike = ("loud", [4000, 200, 200, 100, 40]);
    let scene = month(28, |number| vec![CONTROL, if number < 20 { alike } else { BETTER }]);
    let stopped = Experiment { stopped: Some(night(19)), worth: 0.001, ..split(&["calm", "loud"]) };
    let found = table(&scene, &stopped);
    assert_eq!(
        (text(&found, c::STATE, 1), decision(&found, "loud")),
        ("stopped".to_owned(), "not settled".to_owned())
    );
    assert_eq!(number(&found, c::DAYS, 1), Some(20.0));
    assert!(number(&found, c::EFFECT, 1).unwrap().abs() < 0.1, "{found}");
    assert!(text(&found, c::REASON_EN, 1).contains("The test was stopped"), "{found}");
}

#[test]
fn a_market_whose_own_history_finds_false_winners_names_none() {
    let evidence = month(28, |_| vec![CONTROL, BETTER]).evidence();
    let covers = split(&["calm", "loud"]);
    let with = |found| {
        let history = Some(LevelHistory { tests: 100, found, level: 0.05 });
        let places = [Place { evidence: evidence.clone(), history }];
        let tables = Standings::of(&covers, &places).tables("e", UNTIL, 1).unwrap();
        frame(&[tables[0].1.bytes.clone().into()]).unwrap()
    };
    assert_eq!(decision(&with(5), "loud"), "winner");
    let distrusted = with(14);
    assert_eq!(decision(&distrusted, "loud"), "undecidable: level not held");
    assert_eq!(text(&distrusted, c::ON_AIR, 1), "calm");
    assert!(text(&distrusted, c::REASON_EN, 1).contains("14 of 100 tests"), "{distrusted}");
    assert_eq!(number(&distrusted, c::FALSE_WINNERS_SHARE, 1), Some(0.14));
}

#[test]
fn a_winner_by_viewers_stands_beside_tests_among_viewers_of_the_control() {
    let mut covers = split(&["calm", "loud"]);
    let Design::Split(of) = &mut covers.design else { panic!("{covers:?}") };
    of.assignment = Assignment::Viewer;
    let of = |better: Usual| {
        let mut scene = month(28, |_| vec![CONTROL, better]);
        // The audience stands for the group of viewers.
        scene.rows = (0..16)
            .flat_map(|group| {
                scene.rows.iter().cloned().map(move |mut row| {
                    row.1[1] = format!("{group:02}");
                    row
                })
            })
            .collect();
        let mut evidence = scene.evidence();
        for row in &mut evidence.rows {
            row.group = evidence.audiences[row.audience].parse().ok();
        }
        let places = [Place { evidence, history: None }];
        let tables = Standings::of(&covers, &places).tables("e", UNTIL, 1).unwrap();
        frame(&[tables[0].1.bytes.clone().into()]).unwrap()
    };
    let found = of(BETTER);
    assert_eq!(decision(&found, "loud"), "winner", "{found}");
    assert!(number(&found, c::FALSE_WINNERS_SHARE, 1).unwrap() <= 0.05, "{found}");
    let alike = of((BETTER.0, CONTROL.1));
    assert_eq!(number(&alike, c::FALSE_WINNERS_SHARE, 1), None);
}

#[test]
fn viewers_who_are_not_told_apart_give_no_winner() {
    let mut covers = split(&["calm", "loud"]);
    let Design::Split(of) = &mut covers.design else { panic!("{covers:?}") };
    of.assignment = Assignment::Viewer;
    let found = table(&month(28, |_| vec![CONTROL, BETTER]), &covers);
    assert_eq!(decision(&found, "loud"), "undecidable: no viewer ids");
    assert!(text(&found, c::REASON_EN, 1).contains("`assignment: broadcast`"), "{found}");
    assert_eq!(
        (text(&found, c::UNIT, 1), text(&found, c::ASSIGNMENT, 1)),
        ("no_viewer_ids".to_owned(), "viewer".to_owned())
    );
}

#[test]
fn a_test_whose_file_is_gone_says_so_and_nothing_else() {
    let evidence = month(28, |_| vec![CONTROL, BETTER]).evidence();
    let covers = split(&["calm", "loud"]);
    let tables = Standings::of(&covers, &[place(evidence)]).tables("e", UNTIL, 1).unwrap();
    let published: Vec<_> = tables.into_iter().map(|(name, made)| (name, made.bytes.into())).collect();
    let gone = withdrawn("e", &published, 2).unwrap();
    let names: Vec<TableName> = gone.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, published.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let table = frame(&[gone[0].1.bytes.clone().into()]).unwrap();
    for row in 0..2 {
        assert_eq!(
            (text(&table, c::STATE, row), text(&table, c::ON_AIR, row)),
            ("gone".to_owned(), String::new())
        );
        assert_eq!((text(&table, c::DECISION, row), number(&table, c::REVISION, row)), (String::new(), Some(2.0)));
    }
    let reason = text(&table, c::REASON_EN, row_of(&table, c::COVER_ID, "loud"));
    assert!(reason.contains("`config/experiments/e.yaml` is gone") && reason.contains("was `winner`"), "{reason}");
    let again: Vec<_> = gone.into_iter().map(|(name, made)| (name, made.bytes.into())).collect();
    let again = withdrawn("e", &again, 2).unwrap();
    assert_eq!(frame(&[again[0].1.bytes.clone().into()]).unwrap(), table);
}

#[test]
fn places_together_say_how_far_they_differ_and_how_many_false_words_to_expect() {
    let covers = split(&["calm", "loud"]);
    let of = |orders| place(month(28, |_| vec![CONTROL, ("loud", [4000, 240, 240, 120, orders])]).evidence());
    let places = [of(50), of(56), of(60)];
    let tables = Standings::of(&covers, &places).tables("e", UNTIL, 1).unwrap();
    let (name, made) = tables.last().unwrap();
    assert_eq!(*name, TableName::ExperimentPooled);
    let pooled = frame(&[made.bytes.clone().into()]).unwrap();
    assert_eq!(pooled.height(), 1, "the control has no row");
    let value = number(&pooled, c::POOLED_EFFECT, 0).unwrap();
    assert!((0.3..0.5).contains(&value), "{pooled}");
    assert!(number(&pooled, &c::low(c::PREDICTED_EFFECT), 0) < number(&pooled, &c::low(c::POOLED_EFFECT), 0));
    assert_eq!((number(&pooled, c::PLACES, 0), number(&pooled, c::PLACES_WON, 0)), (Some(3.0), Some(3.0)));
    assert!((number(&pooled, c::ANY_FALSE_WORD, 0).unwrap() - (1.0 - 0.95_f64.powi(3))).abs() < 1e-12);
    assert!(text(&pooled, c::REASON_EN, 0).contains("more than chance"), "{pooled}");
}

#[test]
fn every_word_is_said_in_both_languages_and_as_people_say_it() {
    let covers = split(&["calm", "loud", "third"]);
    let third = ("third", [4000, 200, 200, 100, 40]);
    let mut tables = Vec::new();
    for nights in [1, 2, 9, 20, 28] {
        for arm in [
            BETTER,
            ("loud", [4000, 120, 120, 60, 25]),
            ("loud", [4000, 400, 400, 60, 60]),
            ("loud", [4000, 200, 200, 100, 40]),
        ] {
            for worth in [0.001, 0.3] {
                let covers = Experiment { worth, ..covers.clone() };
                tables.push(table(&month(nights, |_| vec![CONTROL, arm, third]), &covers));
            }
        }
    }
    let words: Vec<&str> = Decision::ALL.into_iter().map(Decision::word).collect();
    let states: Vec<&str> = State::ALL.into_iter().map(State::word).collect();
    for table in &tables {
        for row in 0..table.height() {
            let (en, zh) = (text(table, c::REASON_EN, row), text(table, c::REASON_ZH, row));
            assert!(
                !en.is_empty() && zh.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign)),
                "{en} {zh}"
            );
            assert!(
                !en.contains("1 broadcasts")
                    && !en.contains("1 nights")
                    && !en.contains("e0")
                    && !en.contains("NaN"),
                "{en}"
            );
            assert!(!en.contains("  ") && !zh.contains("  "), "{en} {zh}");
            let (word, state) = (text(table, c::DECISION, row), text(table, c::STATE, row));
            assert!(word.is_empty() || words.contains(&word.as_str()), "{word}");
            assert!(
                states.contains(&state.as_str()) && (state == "running" || word != "keep testing"),
                "{state} {word}"
            );
            let on_air = text(table, c::ON_AIR, row);
            let says_other = covers
                .covers
                .iter()
                .any(|cover| *cover != on_air && en.contains(&format!("`{cover}` stays on air")));
            assert!(!says_other, "{en} and {on_air} on air");
        }
    }
}

/// A month of a better cover, of whose entrants so many of 100 come back within a week, where 30 of the control's do.
fn coming_back(of_hundred: u64) -> Evidence {
    let mut evidence = month(28, |_| vec![CONTROL, BETTER]).evidence();
    for number in 0..28 {
        for (cover, back) in [("calm", 300), ("loud", 10 * of_hundred)] {
            for group in 0..10_u16 {
                let chance = wavering(u64::try_from(number).unwrap() + 5 * u64::from(group), back / 10);
                evidence.revisits.push(GroupRevisits {
                    local_date: night(number),
                    broadcast_id: format!("b{number:02}"),
                    cover_id: cover.to_owned(),
                    group,
                    due: 100,
                    back: chance,
                });
            }
        }
    }
    evidence
}

#[test]
fn a_cover_that_costs_revisits_wins_nothing_where_they_are_guarded() {
    let told = |evidence: &Evidence, covers: &Experiment| {
        let tables = Standings::of(covers, &[place(evidence.clone())]).tables("e", UNTIL, 1).unwrap();
        frame(&[tables[0].1.bytes.clone().into()]).unwrap()
    };
    let mut covers = split(&["calm", "loud"]);
    // Nobody asked: it is told and bars nothing.
    let half = coming_back(15);
    let found = told(&half, &covers);
    assert_eq!(
        (decision(&found, "loud"), text(&found, c::REVISITS_GUARDRAIL, 1)),
        ("winner".to_owned(), "off".to_owned())
    );
    covers.guardrails.revisits = Some(Guardrail { tolerated: 0.1, is_required: true });
    let found = told(&half, &covers);
    assert_eq!(text(&found, c::REVISITS_GUARDRAIL, 1), "failed");
    assert_eq!(
        (decision(&found, "loud"), text(&found, c::ON_AIR, 1)),
        ("guardrail failed".to_owned(), "calm".to_owned())
    );
    let effect = number(&found, c::REVISITS_EFFECT, 1).unwrap();
    assert!((effect + 0.5).abs() < 0.05, "{effect}");
    let [en, zh] = [c::REASON_EN, c::REASON_ZH].map(|column| text(&found, column, 1));
    assert!(
        en.contains("Entrants who come back within 7 days: -5") && zh.contains("7 天内再来的比例"),
        "{en} {zh}"
    );
    // As many come back: it is shown, and a week later than the rest, for nobody knows it sooner.
    let found = told(&coming_back(30), &covers);
    assert_eq!(
        (decision(&found, "loud"), text(&found, c::REVISITS_GUARDRAIL, 1)),
        ("winner".to_owned(), "held".to_owned())
    );
    assert!(text(&found, c::DECIDED_ON, 1) >= night(7 + 8 - 1).to_string(), "{found}");
    // Where viewers are not kept nothing guards it.
    let found = told(&month(28, |_| vec![CONTROL, BETTER]).evidence(), &covers);
    assert_eq!(
        (decision(&found, "loud"), text(&found, c::REVISITS_GUARDRAIL, 1)),
        ("not settled".to_owned(), "unknown".to_owned())
    );
}
