//! What is planted is told in the published tables, in words that fit.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::world::{CoverTruth, FIRST, Truth, rules, shelf};
use crate::library::{PlaceMonths, Shelf, as_of};
use crate::testing::{number, split, text};
use coverledger_core::model::{Look, MarketId, PlatformId, TableName, columns as c};
use coverledger_stats::SeededRng;

/// The three tables, as they are published and read again.
fn tables(places: &[PlaceMonths], shelf: &Shelf) -> BTreeMap<TableName, DataFrame> {
    let rendered = as_of(places, shelf, &rules(&BTreeMap::new()), FIRST, 1).unwrap();
    rendered
        .into_iter()
        .map(|(table, rendered)| (table, crate::read(table, &[rendered.bytes.into()]).unwrap()))
        .collect()
}

fn history(truth: &Truth, seed: u64, shelf: &Shelf) -> DataFrame {
    tables(&[truth.told(seed, shelf)], shelf).remove(&TableName::CoverHistory).unwrap()
}

/// The row of a cover or family, of all slots.
fn row(table: &DataFrame, level: &str, name: &str) -> usize {
    (0..table.height())
        .find(|row| {
            text(table, c::LEVEL, *row) == level
                && text(table, c::COVER_ID, *row) == name
                && text(table, c::SLOT, *row) == "all"
        })
        .unwrap()
}

fn day(of: i32) -> String {
    FIRST.checked_add(jiff::Span::new().days(of)).unwrap().to_string()
}

#[test]
fn a_half_life_of_nine_days_is_told_with_the_interval_that_holds_it() {
    let mut truth = Truth::of(8);
    truth.covers[3].half_life = Some(9.0);
    let table = history(&truth, 5, &Shelf::default());
    let fading = row(&table, "cover", &Truth::name(3));
    assert_eq!(text(&table, c::FATIGUE, fading), "fading");
    let [value, low, high] = [c::HALF_LIFE_DAYS.to_owned(), c::low(c::HALF_LIFE_DAYS), c::high(c::HALF_LIFE_DAYS)]
        .map(|name| number(&table, &name, fading).unwrap());
    assert!(low < value && value < high && low <= 9.0 && high >= 9.0, "{low} {value} {high}");
    assert!(text(&table, c::REASON_EN, fading).contains("fades"));
    for cover in [0, 1, 2, 4, 5, 6, 7] {
        let other = row(&table, "cover", &Truth::name(cover));
        assert_ne!(text(&table, c::FATIGUE, other), "fading", "{cover}");
    }
    // What is beside a slot has no fatigue of its own.
    let of_slot = (0..table.height()).find(|row| text(&table, c::SLOT, *row) == "prime").unwrap();
    assert_eq!(text(&table, c::FATIGUE, of_slot), "");
}

#[test]
fn a_platform_that_changes_its_ways_is_told_and_never_taken_for_fatigue() {
    let truth = Truth { jump: Some((20, 0.4)), broadcasts_a_day: 6, noise: 0.1, ..Truth::of(8) };
    let table = history(&truth, 7, &Shelf::default());
    for cover in 0..8 {
        let at = row(&table, "cover", &Truth::name(cover));
        assert_eq!(text(&table, c::CHANGE_KIND, at), "level");
        let found: jiff::civil::Date = text(&table, c::CHANGED_ON, at).parse().unwrap();
        assert!(found.since(FIRST).unwrap().get_days().abs_diff(20) <= 1, "{found}");
        assert_ne!(text(&table, c::FATIGUE, at), "fading");
    }
}

#[test]
fn other_conventions_are_a_change_and_their_counts_are_not_added() {
    let truth = Truth { recount: Some((30, 1.5)), ..Truth::of(6) };
    let table = history(&truth, 9, &Shelf::default());
    let at = row(&table, "cover", &Truth::name(0));
    assert_eq!(
        [text(&table, c::CHANGE_KIND, at), text(&table, c::CHANGED_ON, at)],
        ["conventions".to_owned(), day(30)]
    );
    assert_eq!(text(&table, c::IMPRESSION_BASIS, at), "viewers");
    // Six weeks on air, of which the counts are of the last twelve days.
    let impressions = number(&table, "impressions", at).unwrap();
    let broadcasts = number(&table, c::BROADCASTS, at).unwrap();
    assert!(impressions < 400.0 * broadcasts * 0.5, "{impressions} in {broadcasts}");
    assert_ne!(text(&table, c::FATIGUE, at), "fading");
}

#[test]
fn a_rest_that_restores_is_told_and_so_is_one_that_goes_on() {
    let mut truth = Truth { broadcasts_a_day: 6, ..Truth::of(6) };
    // Twelve days on air leave 0.4 of it; the rest gives that back.
    truth.covers[0] = CoverTruth { half_life: Some(9.0), rest: Some((12, 28, 2.5)), ..CoverTruth::usual(42) };
    truth.covers[1].days = 0..20;
    let table = history(&truth, 11, &Shelf::default());
    let back = row(&table, "cover", &Truth::name(0));
    assert_eq!(text(&table, c::REST, back), "restored");
    let [low, high] =
        [c::low(c::AFTER_REST), c::high(c::AFTER_REST)].map(|name| number(&table, &name, back).unwrap());
    assert!(low <= 2.5 && 2.5 <= high, "{low} {high}");
    let resting = row(&table, "cover", &Truth::name(1));
    assert_eq!(text(&table, c::RESTED_SINCE, resting), day(20));
    assert_eq!(number(&table, c::RESTED_DAYS, resting), Some(22.0));
    assert_eq!(text(&table, c::REST, resting), "");
}

#[test]
fn a_picture_that_was_uploaded_again_fades_as_a_family() {
    let mut truth = Truth::of(8);
    for (cover, days) in [(0, 0..14), (1, 14..28), (2, 28..42)] {
        // Each begins where the one before had come to.
        let faded = -std::f64::consts::LN_2 / 9.0 * f64::from(days.start);
        truth.covers[cover] = CoverTruth { half_life: Some(9.0), strength: faded, days, ..CoverTruth::usual(42) };
    }
    let mut shelf = shelf((0..8).map(|_| (Vec::new(), Vec::new())));
    for cover in 0..3 {
        shelf.covers.get_mut(&Truth::name(cover)).unwrap().family = Some("hero".to_owned());
    }
    shelf.covers.get_mut(&Truth::name(5)).unwrap().family = Some("alone".to_owned());
    let truth = Truth { broadcasts_a_day: 4, abreast: 6, ..truth };
    let table = history(&truth, 13, &shelf);
    let family = row(&table, "family", "hero");
    assert_eq!(text(&table, c::FATIGUE, family), "fading");
    assert_eq!(number(&table, c::DAYS, family), Some(42.0));
    assert_eq!(text(&table, c::FAMILY, row(&table, "cover", &Truth::name(0))), "hero");
    // One cover of a family is no family here.
    assert!(!(0..table.height()).any(|row| text(&table, c::COVER_ID, row) == "alone"));
}

fn styles(truths: &[(&'static str, f64)], covers: usize) -> (Vec<PlaceMonths>, Shelf) {
    let shelf = shelf((0..covers).map(|cover| {
        let style = if cover % 3 == 0 { "neon" } else { "plain" };
        (vec![("style", style.to_owned())], vec![(Look::Aspect, crate::tally::float(cover as u64 % 5))])
    }));
    let place = |(market, effect): &(&'static str, f64)| {
        let mut truth = Truth { market, ..Truth::of(covers) };
        for (cover, about) in truth.covers.iter_mut().enumerate() {
            about.strength = if cover % 3 == 0 { *effect } else { 0.0 };
        }
        truth.told(17, &shelf)
    };
    (truths.iter().map(place).collect(), shelf)
}

#[test]
fn a_new_market_gets_a_prior_that_says_it_is_borrowed() {
    let (mut places, shelf) = styles(&[("BR", 0.3), ("ID", 0.35), ("US", 0.25)], 12);
    let none = std::iter::empty();
    let (platform, market) = (PlatformId::new("p"), MarketId::new("VN"));
    let slots = ["morning".to_owned()];
    let new =
        PlaceMonths::read(&platform, &market, &slots, none, FIRST, &shelf, &rules(&BTreeMap::new())).unwrap();
    places.push(new);
    let table = tables(&places, &shelf).remove(&TableName::CoverType).unwrap();
    let row = |market: &str| {
        (0..table.height())
            .find(|row| {
                text(&table, c::MARKET, *row) == market
                    && text(&table, c::VALUE, *row) == "neon"
                    && text(&table, c::SLOT, *row) == "all"
            })
            .unwrap()
    };
    let prior = row("VN");
    assert_eq!(number(&table, c::BORROWED, prior), Some(1.0));
    assert_eq!(text(&table, c::FINDING, prior), "too few covers");
    let [low, ratio, high] = [c::low(c::RATIO), c::RATIO.to_owned(), c::high(c::RATIO)]
        .map(|name| number(&table, &name, prior).unwrap());
    assert!(low < ratio && ratio < high && (1.1..1.8).contains(&ratio), "{low} {ratio} {high}");
    let known = row("US");
    assert_eq!(text(&table, c::FINDING, known), "difference");
    assert!(number(&table, c::BORROWED, known).unwrap() < 0.9);
    assert!(number(&table, c::low(c::RATIO).as_str(), known).unwrap() > 1.0);
    assert!(text(&table, c::REASON_EN, known).contains("Not randomized"));
    assert!(text(&table, c::REASON_ZH, prior).contains("先验"));
}

#[test]
fn a_style_that_works_in_one_market_is_told_by_how_the_same_covers_do_elsewhere() {
    let mut chance = SeededRng::new(19, 0);
    let quality: Vec<f64> = (0..24).map(|_| 0.5 * chance.normal()).collect();
    let shelf = shelf(
        (0..24)
            .map(|cover| (vec![("style", if cover % 4 == 0 { "neon" } else { "plain" }.to_owned())], Vec::new())),
    );
    let mut places = Vec::new();
    for platform in ["feed", "shop"] {
        for market in ["BR", "ID", "MX", "US"] {
            let mut truth = Truth { platform, market, ..Truth::of(24) };
            for (cover, about) in truth.covers.iter_mut().enumerate() {
                about.strength = quality[cover] + if cover % 4 == 0 && market == "US" { 0.5 } else { 0.0 };
            }
            places.push(truth.told(places.len() as u64, &shelf));
        }
    }
    let table = tables(&places, &shelf).remove(&TableName::CoverType).unwrap();
    let row = |platform: &str, market: &str| {
        let is_it = |row: &usize| {
            [c::PLATFORM, c::MARKET, c::VALUE, c::SLOT].map(|name| text(&table, name, *row))
                == [platform, market, "neon", "all"]
        };
        (0..table.height()).find(is_it).unwrap()
    };
    let here = row("all", "US");
    let [low, high] =
        [c::low(c::ELSEWHERE_RATIO), c::high(c::ELSEWHERE_RATIO)].map(|name| number(&table, &name, here).unwrap());
    assert!(low > 1.3 && (low..=high).contains(&0.5_f64.exp()), "{low} {high}");
    assert_eq!(text(&table, c::FINDING_ELSEWHERE, here), "difference");
    assert!(text(&table, c::REASON_EN, here).contains("what they draw in the other markets"));
    assert!(text(&table, c::REASON_ZH, here).contains("其他市场"));
    for market in ["BR", "ID", "MX"] {
        assert_eq!(text(&table, c::FINDING_ELSEWHERE, row("all", market)), "no difference told", "{market}");
    }
    // What is said of a market is not said again of each of its platforms.
    assert_eq!(number(&table, c::ELSEWHERE_RATIO, row("shop", "US")), None);
}

#[test]
fn four_covers_are_too_few_to_tell_a_kind_by() {
    let (places, shelf) = styles(&[("US", 0.5)], 4);
    let table = tables(&places, &shelf).remove(&TableName::CoverType).unwrap();
    assert!((0..table.height()).all(|row| text(&table, c::FINDING, row) == "too few covers"));
}

#[test]
fn the_next_tests_are_five_at_most_and_none_that_was_run() {
    let (places, shelf) = styles(&[("BR", 0.3), ("ID", 0.0), ("US", 0.2), ("MX", 0.1)], 8);
    let table = tables(&places, &shelf).remove(&TableName::NextTests).unwrap();
    assert_eq!(table.height(), 5);
    let gains: Vec<f64> = (0..5).map(|row| number(&table, c::EXPECTED_GAIN, row).unwrap()).collect();
    assert!(gains.is_sorted_by(|one, other| one >= other) && gains[4] > 0.0, "{gains:?}");
    assert!((0..5).any(|row| number(&table, c::BROADCASTS_NEEDED, row).is_some()));
    // Once the two were tested against each other, another pair is proposed.
    let of_covers = (0..5).find(|row| text(&table, c::ABOUT, *row) == "covers").unwrap();
    let [market, cover, against] =
        [c::MARKET, c::COVER_ID, c::AGAINST_COVER_ID].map(|name| text(&table, name, of_covers));
    let mut experiment = split(&[&against, &cover]);
    experiment.markets = BTreeSet::from([MarketId::new(&market)]);
    let experiments = BTreeMap::from([("hero".to_owned(), experiment)]);
    let rendered = as_of(&places, &shelf, &rules(&experiments), FIRST, 1).unwrap();
    let (_, rendered) = rendered.into_iter().find(|(table, _)| *table == TableName::NextTests).unwrap();
    let again = crate::read(TableName::NextTests, &[rendered.bytes.into()]).unwrap();
    let pair = |row: usize| [c::MARKET, c::COVER_ID, c::AGAINST_COVER_ID].map(|name| text(&again, name, row));
    assert!((0..again.height()).all(|row| text(&again, c::ABOUT, row) != "covers"
        || pair(row) != [market.clone(), cover.clone(), against.clone()]));
}

/// What no sentence may hold.
const NEVER: [&str; 9] = [" 1 broadcasts", " 1 days", "NaN", " inf", "-0 ", "  ", " .", "{", "None"];

#[test]
fn every_row_has_whole_sentences_in_both_languages_that_say_it_was_not_randomized() {
    let (places, shelf) = styles(&[("BR", 0.3), ("US", -0.2)], 9);
    for (name, table) in tables(&places, &shelf) {
        assert!(table.height() > 0, "{name}");
        for row in 0..table.height() {
            let (en, zh) = (text(&table, c::REASON_EN, row), text(&table, c::REASON_ZH, row));
            assert!(en.ends_with('.') && zh.ends_with('。'), "{en} {zh}");
            assert!(en.contains("ot randomized") && zh.contains("未随机分配"), "{en} {zh}");
            assert!(NEVER.iter().all(|never| !en.contains(never) && !zh.contains(never)), "{en} {zh}");
        }
    }
}

#[test]
fn the_order_of_places_changes_no_byte() {
    let (mut places, shelf) = styles(&[("BR", 0.3), ("ID", 0.1), ("US", -0.2)], 9);
    let bytes = |places: &[PlaceMonths]| -> Vec<Vec<u8>> {
        let rendered = as_of(places, &shelf, &rules(&BTreeMap::new()), FIRST, 3).unwrap();
        rendered.into_iter().map(|(_, rendered)| rendered.bytes).collect()
    };
    let first = bytes(&places);
    places.reverse();
    assert_eq!(bytes(&places), first);
}
