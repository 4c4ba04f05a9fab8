//! Rotations in a small configuration.

use std::collections::BTreeMap;

use crate::testing::{Tree, WORKING, changed};
use crate::{Assignment, Design, Experiment, Guardrail, Guardrails, Rotation, Split, Value, Workspace};
use coverledger_core::model::{MarketId, PlatformId};
use jiff::civil::date;

const HERO: &str = "version: 1\ndesign: rotation\nplatforms: [tiktok]\nmarkets: [US, GB]\ncovers: [a, b, c]\n\
                    window: {from: 2026-10-24, to: 2026-11-02}\nrotation: {turn: 30m, burn_in: 5m, seed: 7}\n";

fn tree(hero: &str) -> Tree {
    let tree = Tree::new(WORKING);
    tree.write("config/decisions.yaml", "version: 1\n");
    tree.write("config/experiments/hero.yaml", hero);
    tree
}

/// The same where viewers are kept over days.
fn keeping(hero: &str) -> Tree {
    let tree = tree(hero);
    let (name, archive) = WORKING.iter().find(|(name, _)| *name == "config/archive.yaml").unwrap();
    tree.write(name, format!("{archive}returning: {{key_env: KEY}}\n"));
    tree
}

fn hero(workspace: &Workspace) -> &Experiment {
    &workspace.experiments["hero"]
}

fn rotation(workspace: &Workspace) -> &Rotation {
    hero(workspace).rotation().unwrap()
}

#[test]
fn turns_follow_each_other_without_a_gap_over_both_changes_of_the_clock() {
    let workspace = tree(HERO).load().unwrap();
    let rotation = rotation(&workspace);
    for (market, start, end) in [
        ("US", "2026-10-24T04:00:00Z", "2026-11-03T05:00:00Z"),
        ("GB", "2026-10-23T23:00:00Z", "2026-11-03T00:00:00Z"),
    ] {
        let turns = rotation.schedule.turns(&MarketId::new(market));
        assert_eq!(turns.len(), (10 * 24 + 1) * 2, "{market}: ten days, one of 25 hours");
        assert_eq!(turns[0].starts_at, start.parse().unwrap());
        assert_eq!(turns.last().unwrap().ends_at, end.parse().unwrap());
        assert!(turns.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at));
        for pair in turns.windows(2) {
            let burn_in = pair[1].settles_at.as_second() - pair[1].starts_at.as_second();
            assert_eq!(burn_in, if pair[0].cover == pair[1].cover { 0 } else { 300 });
        }
    }
}

#[test]
fn between_two_stints_another_cover_goes_on_air_and_within_one_none_does() {
    let workspace = tree(&format!("{HERO}stopped: 2026-10-26\n")).load().unwrap();
    let (hero, us) = (hero(&workspace), MarketId::new("US"));
    let turns = rotation(&workspace).schedule.turns(&us);
    let counted: Vec<_> = turns.iter().filter(|turn| turn.local_date <= date(2026, 10, 26)).collect();
    let changes = counted.windows(2).filter(|pair| pair[0].cover != pair[1].cover).count();
    let stints = hero.stints(&us);
    assert!(changes < counted.len() - 1, "some turn keeps its cover, or this shows nothing");
    assert_eq!(stints.len(), changes + 1);
    assert_eq!(stints[0].instead_of, None);
    for pair in stints.windows(2) {
        assert_eq!((pair[0].ends_at, Some(pair[0].cover)), (pair[1].starts_at, pair[1].instead_of));
        assert_ne!(pair[0].cover, pair[1].cover);
    }
    let last = stints.last().unwrap();
    assert_eq!(last.ends_at, counted.last().unwrap().ends_at, "what was stopped switches no more");
    let at = stints[1].starts_at;
    assert_eq!(hero.stints_at(&us, at), (Some(stints[1]), Some(stints[2])));
    assert_eq!(hero.stints_at(&us, last.ends_at), (None, None));
    assert_eq!(hero.stints_within(&us, stints[0].starts_at, at), [stints[1]]);
    assert_eq!(hero.stints_within(&us, at, at), []);
}

#[test]
fn within_a_slot_no_cover_is_ever_two_turns_ahead() {
    let workspace = tree(HERO).load().unwrap();
    for market in ["US", "GB"] {
        let mut counts: BTreeMap<usize, [u32; 3]> = BTreeMap::new();
        for turn in rotation(&workspace).schedule.turns(&MarketId::new(market)) {
            let counts = counts.entry(turn.slot).or_default();
            counts[turn.cover] += 1;
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
        }
        assert_eq!(counts.len(), 2);
    }
}

#[test]
fn every_cover_is_as_likely_in_a_turn_over_seeds() {
    let workspace = tree(HERO).load().unwrap();
    let us = MarketId::new("US");
    let mut first = [0_u32; 3];
    for seed in 0..600 {
        first[hero(&workspace).redrawn(&workspace.markets, seed).unwrap().turns(&us)[0].cover] += 1;
    }
    assert!(first.iter().all(|count| count.abs_diff(200) < 58), "{first:?}: five standard deviations");
}

#[test]
fn the_same_seed_draws_the_same_schedule_and_a_changed_file_is_found() {
    let workspace = tree(HERO).load().unwrap();
    let (hero, rotation) = (hero(&workspace), rotation(&workspace));
    assert_eq!(hero.redrawn(&workspace.markets, 7).as_ref(), Some(&rotation.schedule));
    let hash = rotation.schedule.sha256(&hero.covers);
    let recorded = changed(HERO, &[("seed: 7", &format!("seed: 7, sha256: {hash}"))]);
    assert!(tree(&recorded).load().is_ok());
    for change in [("seed: 7", "seed: 8"), ("[a, b, c]", "[a, c, b]"), ("11-02", "11-03"), ("30m", "60m")] {
        let text = tree(&changed(&recorded, &[change])).complaint();
        assert!(text.contains("the schedule is no longer the one that was recorded"), "{change:?}: {text}");
    }
}

#[test]
fn a_turn_has_a_burn_in_by_default_and_a_schedule_that_was_recorded_without_one_stays() {
    let text = changed(HERO, &[(", burn_in: 5m", "")]);
    let workspace = tree(&text).load().unwrap();
    assert_eq!(rotation(&workspace).burn_in_seconds, 300, "a sixth of half an hour");
    let hash = |workspace: &Workspace| rotation(workspace).schedule.sha256(&hero(workspace).covers);
    let recorded = |hash: &str| changed(&text, &[("seed: 7", &format!("seed: 7, sha256: {hash}"))]);
    let now = tree(&recorded(&hash(&workspace))).load().unwrap();
    assert_eq!(rotation(&now).burn_in_seconds, 300);
    let former = tree(&changed(HERO, &[("burn_in: 5m", "burn_in: 0m")])).load().unwrap();
    let workspace = tree(&recorded(&hash(&former))).load().unwrap();
    assert_eq!(rotation(&workspace), rotation(&former), "recorded when there was none by default");
    let other = changed(&recorded(&hash(&former)), &[("seed: 7", "seed: 8")]);
    assert!(tree(&other).complaint().contains("no longer the one that was recorded"));
}

#[test]
fn only_the_platform_and_the_markets_of_a_rotation_are_cut_into_turns() {
    let text = changed(HERO, &[("[US, GB]", "[GB]")]);
    let workspace = tree(&text).load().unwrap();
    let turns = |platform: &str, market: &str| workspace.turns(&PlatformId::new(platform), &MarketId::new(market));
    assert!(!turns("tiktok", "GB").is_empty());
    assert!(turns("tiktok", "US").is_empty());
    assert!(turns("youtube", "GB").is_empty());
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    for (change, expected) in [
        (("[a, b, c]", "[a]"), "1 covers are no experiment (expected 2 to 5)"),
        (("[a, b, c]", "[a, b, a]"), "`a` is here twice"),
        (("rotation\nplat", "splitt\nplat"), "`splitt` is not a design"),
        (("rotation\nplat", "split\nplat"), "says how a rotation is made, and the design is `split`"),
        (("version: 1", "version: 1\ncontrol: d"), "`d` is not one of the covers (expected one of a, b, c)"),
        (("seed: 7", "seed: 7, assignment: viewer"), "unknown key `assignment`"),
        (("version: 1", "version: 1\nlevel: 0.5"), "`0.5` is not a level (expected 0.001 to 0.2, such as 0.05)"),
        (("version: 1", "version: 1\nworth: 0"), "`0` is not a gain"),
        (("version: 1", "version: 1\nvalue: {orders: 0}"), "nothing is worth anything"),
        (("version: 1", "version: 1\nguardrails: {stay: no}"), "is not a loss"),
        (
            ("version: 1", "version: 1\nstopped: 2026-11-03"),
            "is not within the window (expected 2026-10-24 to 2026-11-02)",
        ),
        (("[tiktok]", "[tiktak]"), "unknown platform `tiktak`"),
        (("11-02", "12-24"), "2026-10-24 to 2026-12-24 is not a window (expected 1 to 60 days)"),
        (("to: 2026-11-02", "to: 2026-10-23"), "is not a window"),
        (("burn_in: 5m", "burn_in: 30m"), "leaves nothing of a turn"),
        (("turn: 30m", "turn: 4h"), "turns do not fit evenly into the slot `night` of GB"),
        (("burn_in: 5m", "burn_in: 30s"), "within a count of `tiktok`"),
        (("seed: 7", "seed: x"), "`x` is not a seed"),
    ] {
        let text = tree(&changed(HERO, &[change])).complaint();
        assert!(text.contains(expected), "{change:?}: {text}");
    }
}

#[test]
fn a_test_that_is_stopped_by_hand_keeps_its_schedule_and_its_hash() {
    let hash = |text: &str| {
        let workspace = tree(text).load().unwrap();
        let Experiment { covers, design, stopped, .. } = hero(&workspace);
        let Design::Rotation(rotation) = design else { panic!("{design:?}") };
        (rotation.schedule.sha256(covers), *stopped, hero(&workspace).last_date())
    };
    let (running, never, last) = hash(HERO);
    assert_eq!((never, last), (None, date(2026, 11, 2)));
    let day = date(2026, 10, 30);
    assert_eq!(hash(&format!("{HERO}stopped: {day}\n")), (running, Some(day), day));
}

#[test]
fn two_rotations_on_one_screen_at_a_time_are_refused() {
    let tree = tree(HERO);
    tree.write("config/experiments/later.yaml", changed(HERO, &[("10-24", "11-03"), ("11-02", "11-09")]));
    assert!(tree.load().is_ok());
    tree.write("config/experiments/second.yaml", HERO);
    assert!(
        tree.complaint().contains("`hero` is on the same platform in the same market"),
        "{}",
        tree.complaint()
    );
}

#[test]
fn a_split_has_shares_and_every_other_key_a_default() {
    let split = "version: 1\ndesign: split\nplatforms: [tiktok]\nmarkets: [US]\ncovers: [a, b]\n\
                 window: {from: 2026-10-24, to: 2026-11-02}\nsplit: {broadcasts: 40}\n";
    let workspace = tree(split).load().unwrap();
    let Experiment { control, level, worth, value, guardrails, imbalance, design, .. } = hero(&workspace);
    assert_eq!((*control, *level, *worth, *imbalance), (0, 0.05, 0.05, 0.001));
    assert_eq!(*value, Value { orders: 1.0, retained_minutes: 0.0 });
    let default = Some(Guardrail { tolerated: 0.1, is_required: false });
    assert_eq!(*guardrails, Guardrails { stay: default, orders: None, conversion: None, revisits: None });
    assert_eq!(
        *design,
        Design::Split(Split { shares: vec![0.5, 0.5], broadcasts: 40, assignment: Assignment::Viewer })
    );
    assert!(workspace.turns(&PlatformId::new("tiktok"), &MarketId::new("US")).is_empty());
    let all = changed(
        split,
        &[(
            "split: {broadcasts: 40}",
            "control: b\nlevel: 0.1\nworth: 0.02\nvalue: {retained_minutes: 2}\nimbalance: 0.01\n\
             guardrails: {stay: off, conversion: 0.2, revisits: 0.15}\nsplit: {shares: {a: 1, b: 3}, broadcasts: 8, assignment: broadcast}",
        )],
    );
    let workspace = keeping(&all).load().unwrap();
    let Experiment { control, level, worth, value, guardrails, imbalance, design, .. } = hero(&workspace);
    assert_eq!((*control, *level, *worth, *imbalance), (1, 0.1, 0.02, 0.01));
    assert_eq!(*value, Value { orders: 0.0, retained_minutes: 2.0 });
    let asked = Some(Guardrail { tolerated: 0.2, is_required: true });
    let revisits = Some(Guardrail { tolerated: 0.15, is_required: true });
    assert_eq!(*guardrails, Guardrails { stay: None, orders: default, conversion: asked, revisits });
    assert_eq!(
        *design,
        Design::Split(Split { shares: vec![0.25, 0.75], broadcasts: 8, assignment: Assignment::Broadcast })
    );
    for (change, expected) in [
        (("a: 1, b: 3", "a: 1"), "a share for each cover"),
        (("broadcasts: 8", "broadcasts: 7"), "`7` is not a count of broadcasts"),
        (
            ("assignment: broadcast", "assignment: room"),
            "`room` is not an assignment (expected: `viewer`, `broadcast`",
        ),
    ] {
        let text = keeping(&changed(&all, &[change])).complaint();
        assert!(text.contains(expected), "{change:?}: {text}");
    }
}

#[test]
fn revisits_are_guarded_in_a_split_only() {
    let text = tree(&format!("{HERO}guardrails: {{revisits: 0.1}}\n")).complaint();
    assert!(text.contains("`revisits` goes only with a split"), "{text}");
}

#[test]
fn revisits_are_guarded_only_where_viewers_are_kept_and_for_longer_than_a_week() {
    let split = "version: 1\ndesign: split\nplatforms: [tiktok]\nmarkets: [US]\ncovers: [a, b]\n\
                 window: {from: 2026-10-24, to: 2026-11-01}\nguardrails: {revisits: 0.1}\nsplit: {broadcasts: 40}\n";
    assert_eq!(keeping(split).load().unwrap().experiments.len(), 1, "nine local dates are enough");
    let text = tree(split).complaint();
    assert!(
        text.contains("line 7, `guardrails`: `revisits` goes only with `returning` in `archive.yaml`"),
        "{text}"
    );
    let text = keeping(&split.replace("2026-11-01", "2026-10-31")).complaint();
    assert!(
        text.contains(
            "line 7, `guardrails`: `revisits` takes a window of 9 local dates or more, and this one has 8"
        ),
        "{text}"
    );
    let off = changed(split, &[("revisits: 0.1", "revisits: off")]);
    assert_eq!(tree(&off).load().unwrap().experiments.len(), 1, "what is not guarded needs nothing");
}

#[test]
fn an_experiment_without_decisions_is_refused() {
    let tree = Tree::new(WORKING);
    tree.write("config/experiments/hero.yaml", HERO);
    assert!(tree.complaint().contains("nothing is decided without `decisions.yaml`"), "{}", tree.complaint());
}
