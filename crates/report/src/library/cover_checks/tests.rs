//! Which covers are looked at, and what the table says of them.

use super::*;
use crate::library::ShelvedCover;
use crate::testing::{UNTIL, split};
use coverledger_config::{Demand, PictureRule, Severity};
use coverledger_core::model::{Look, Looks};

fn row(cover: &str, days_ago: i32, rate: f64) -> HistoryRow {
    HistoryRow {
        platform: PlatformId::new("p"),
        market: MarketId::new("US"),
        cover: cover.to_owned(),
        last_aired: Some(UNTIL.saturating_sub(days_ago.days())),
        conventions: [None, None],
        rates: [Some((rate, rate - 0.001)), None],
    }
}

fn rules() -> MarketRules {
    let rule = PictureRule {
        markets: None,
        platforms: None,
        severity: Severity::Breaks,
        demand: Demand::Look { look: Look::TextShare, least: None, most: Some(0.2) },
        en: "Little text.".to_owned(),
        zh: "少字。".to_owned(),
        source: "our own rule".to_owned(),
        is_checked: true,
        is_adopted: true,
    };
    MarketRules { rules: [("little_text".to_owned(), rule)].into() }
}

/// Covers with pictures: those of even number with little text.
fn shelf(covers: &[&str]) -> Shelf {
    let mut shelf = Shelf::default();
    for (number, cover) in covers.iter().enumerate() {
        let mut looks = Looks::default();
        for (at, look) in Look::ALL.into_iter().enumerate() {
            looks.set(look, Some(f64::from(u32::try_from((number * 7 + at * 3) % 11).unwrap())));
        }
        looks.set(Look::TextShare, Some(if number % 2 == 0 { 0.1 } else { 0.3 }));
        shelf.covers.insert((*cover).to_owned(), ShelvedCover { looks: Some(looks), ..ShelvedCover::default() });
    }
    shelf
}

#[test]
fn running_and_coming_experiments_and_covers_of_the_last_week_are_looked_at() {
    let running = split(&["a", "b"]);
    let over = Experiment { to: UNTIL.saturating_sub(1.day()), ..split(&["x"]) };
    let stopped = Experiment { stopped: Some(UNTIL.saturating_sub(3.days())), ..split(&["y"]) };
    let coming =
        Experiment { from: UNTIL.saturating_add(9.days()), to: UNTIL.saturating_add(20.days()), ..split(&["c"]) };
    let experiments = [("running", running), ("over", over), ("stopped", stopped), ("coming", coming)];
    let experiments = experiments.map(|(name, experiment)| (name.to_owned(), experiment)).into();
    let history = [row("b", 30, 0.1), row("d", 6, 0.1), row("e", 7, 0.1)];
    let found = scheduled(UNTIL, &experiments, &history);
    let covers: Vec<(&str, usize, bool)> = (found.iter())
        .map(|(of, because)| (of.cover.as_str(), because.experiments.len(), because.last_aired.is_some()))
        .collect();
    assert_eq!(covers, [("a", 1, false), ("b", 1, true), ("c", 1, false), ("d", 0, true)]);
}

#[test]
fn the_table_tells_the_gravest_first_and_each_cover_of_each_rule() {
    let names = ["a", "b", "c", "d"];
    let history: Vec<HistoryRow> = names.iter().map(|cover| row(cover, 1, 0.05)).collect();
    let mut shelf = shelf(&names);
    shelf.covers.get_mut("c").unwrap().looks = None;
    let scheduled = scheduled(UNTIL, &BTreeMap::new(), &history);
    let rules = rules();
    let facts = Facts::new();
    let lines = lines(&scheduled, Some(&rules), &Covers { shelf: &shelf, facts: &facts }, &history);
    let frame = table(UNTIL, 1, &lines).unwrap();
    let column = |name: &str| -> Vec<Option<String>> {
        frame.column(name).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
    };
    let told: Vec<String> = (column(c::FINDING).into_iter().flatten())
        .zip(column(c::COVER_ID).into_iter().flatten())
        .zip(column(c::RULE))
        .map(|((finding, cover), rule)| format!("{finding} {cover} {}", rule.unwrap_or_default()))
        .collect();
    let expected = [
        "breaks b little_text",
        "breaks d little_text",
        "not judged a ",
        "not judged b ",
        "not judged c little_text",
        "not judged d ",
        "keeps a little_text",
    ];
    assert_eq!(told, expected);
    let reasons = column(c::REASON_EN);
    assert!(reasons[0].as_ref().unwrap().contains("`text_share` is 0.3; allowed: at most 0.2."), "{reasons:?}");
    assert!(reasons[4].as_ref().unwrap().contains("no picture of the cover is measured"), "{reasons:?}");
    rendered(TableName::CoverChecks, Ok(frame)).unwrap();
}

#[test]
fn without_rules_and_without_covers_the_table_has_no_rows() {
    let covers = Covers { shelf: &Shelf::default(), facts: &Facts::new() };
    let frame = table(UNTIL, 1, &lines(&BTreeMap::new(), None, &covers, &[])).unwrap();
    assert_eq!(rendered(TableName::CoverChecks, Ok(frame)).unwrap().rows, 0);
}
