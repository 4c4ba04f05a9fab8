//! The page as a whole.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::page;
use crate::testing;

fn bare(brief: &crate::Brief) -> String {
    page(brief, &BTreeMap::new())
}

/// Where `tests/brief.py` wants pages of these briefs, to open them in a browser.
#[test]
#[expect(clippy::disallowed_methods, reason = "what whoever opens the pages asks for")]
fn pages_are_written_for_a_browser() {
    let Ok(folder) = std::env::var("COVERLEDGER_BRIEF_PAGES") else { return };
    let thumbnails: BTreeMap<String, Bytes> = BTreeMap::new();
    for (name, brief) in [
        ("brief", testing::brief()),
        ("empty", testing::empty()),
        ("stale", testing::stale()),
        ("hostile", testing::hostile()),
        ("sixty", testing::of_places(60)),
    ] {
        std::fs::write(format!("{folder}/{name}.html"), page(&brief, &thumbnails)).unwrap();
    }
}

#[test]
fn the_same_brief_gives_the_same_page() {
    assert_eq!(bare(&testing::brief()), bare(&testing::brief()));
    assert_ne!(bare(&testing::brief()), bare(&testing::empty()));
}

#[test]
fn sixty_places_stay_below_a_megabyte_and_a_half_with_room_for_pictures() {
    let size = bare(&testing::of_places(60)).len();
    assert!(size < (1_500_000 - (400 << 10)), "{size}");
}

#[test]
fn nothing_is_asked_for_and_nothing_styled_in_place() {
    for brief in [testing::brief(), testing::hostile(), testing::empty()] {
        let page = bare(&brief);
        for never in [" style=", " src=", "http://", "https://", "@import", "url(", "javascript:", " onclick"] {
            let quiet = page.replace("&quot;", "");
            assert!(!quiet.contains(never) || brief == testing::hostile(), "{never}");
        }
    }
}

#[test]
fn hostile_names_stay_text() {
    let page = bare(&testing::hostile());
    assert_eq!(page.matches("<script").count(), bare_scripts(&page));
    assert!(!page.contains('\u{202e}') && !page.contains('\u{0}'));
}

/// Scripts that are ours: each begins with one of these.
fn bare_scripts(page: &str) -> usize {
    ["<script>", "<script class=\"words\"", "<script class=\"part\"", "<script id=\"rvd\""]
        .iter()
        .map(|ours| page.matches(ours).count())
        .sum()
}

#[test]
fn nothing_is_said_twice_by_an_id() {
    let page = bare(&testing::brief());
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

/// What a part of the page says in English, without its marks.
fn english(part: &maud::Markup) -> String {
    let (mut text, mut depth_zh, mut rest) = (String::new(), 0_usize, part.0.as_str());
    while let Some((before, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        if depth_zh == 0 {
            text.push_str(before);
        }
        let is_void =
            ["path", "rect", "circle", "line", "br", "wbr", "img"].iter().any(|name| tag.starts_with(name));
        depth_zh = match (depth_zh, tag.starts_with('/')) {
            (0, false) if tag.contains("lang=\"zh\"") => 1,
            (0, _) => 0,
            (depth, _) if is_void => depth,
            (depth, true) => depth - 1,
            (depth, false) => depth + 1,
        };
        rest = after;
    }
    (text + rest).replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn what_is_improbable_of_one_of_two_is_said_of_the_other() {
    let kept = |probability: f64, experiment: Option<&str>| {
        let mut brief = testing::brief();
        for advice in brief.nights.iter_mut().flat_map(|night| &mut night.places) {
            advice.action = crate::Action::Try;
            advice.probability.value = Some(probability);
            advice.experiment = experiment.map(str::to_owned);
            (advice.cover_id, advice.instead_of) = (Some("red_dress_a".into()), Some("free_gift_a".into()));
        }
        english(&super::nights::nights(&super::Sheet::new(&brief)))
    };
    assert!(kept(0.13, None).contains("87 % sure that Free gift A is better"), "{}", kept(0.13, None));
    assert!(kept(0.87, None).contains("87 % sure that Red dress A is better"));
    assert!(kept(0.13, Some("t")).contains("13 % sure that Red dress A is the best of its test"));
}

#[test]
fn only_what_was_drawn_by_lot_is_called_proven() {
    let mut brief = testing::brief();
    for advice in brief.nights.iter_mut().flat_map(|night| &mut night.places) {
        advice.sureness = crate::Sureness::Open;
        advice.reason = crate::Text::same("reason");
    }
    let sheet = super::Sheet::new(&brief);
    let mut parts = vec![super::nights::nights(&sheet), super::headline::headline(&sheet)];
    parts.extend(brief.rankings.iter().map(|ranking| super::rankings::ranking(&sheet, ranking)));
    parts.extend(brief.slot_maps.iter().map(|map| super::slots::slot_map(&sheet, map)));
    for part in parts {
        let part = part.into_string().replace("proven_rate", "").replace("d-proven", "");
        for never in ["roven", "证实"] {
            assert!(!part.contains(never), "{never}: {part}");
        }
    }
    assert!(bare(&brief).contains("roven: drawn by lot"), "the word is explained");
}

#[test]
fn covers_are_tried_in_places_and_look_better_only_where_the_interval_says_so() {
    let mut brief = testing::brief();
    let said = |brief: &crate::Brief| {
        let sheet = super::Sheet::new(brief);
        (english(&super::headline::headline(&sheet)), english(&super::headline::standing_out(&sheet)))
    };
    let (headline, out) = said(&brief);
    assert!(headline.contains("try another cover in one place"), "{headline}");
    assert!(out.contains("In one place another cover looks better"), "{out}");
    for advice in brief.nights.iter_mut().flat_map(|night| &mut night.places) {
        advice.change.low.value = Some(-0.01);
    }
    assert!(!said(&brief).1.contains("looks better"));
}

#[test]
fn periods_are_headed_by_their_length() {
    let mut brief = testing::brief();
    let heads = |brief: &crate::Brief, after: i64, before: i64| {
        let mut brief = brief.clone();
        for change in brief.changes.iter_mut().filter_map(|place| place.last_week.as_mut()) {
            let days = |days: i64| jiff::ToSpan::days(days - 1);
            change.after_since = change.after_until.saturating_sub(days(after));
            change.before_since = change.before_until.saturating_sub(days(before));
        }
        english(&super::changes::changes(&super::Sheet::new(&brief)))
    };
    assert!(heads(&brief, 7, 7).contains("The last week against the week before"));
    assert!(heads(&brief, 3, 3).contains("The last 3 days against the 3 before"));
    assert!(heads(&brief, 1, 1).contains("The last day against the day before"));
    let mut other = brief.changes.iter().find(|place| place.last_week.is_some()).unwrap().clone();
    let week = other.last_week.as_mut().unwrap();
    week.after_since = week.after_until;
    brief.changes.push(other);
    let said = english(&super::changes::changes(&super::Sheet::new(&brief)));
    assert!(said.contains("The last days against those before"), "{said}");
}

#[test]
fn nights_are_still_needed_only_where_a_test_is_open() {
    let mut brief = testing::brief();
    let said = |brief: &crate::Brief| {
        english(&super::tests::tests(&super::Sheet::new(brief))).matches("nights still needed").count()
    };
    let open = |test: &crate::Test| test.arms.iter().any(|arm| arm.decision.as_deref() == Some("keep testing"));
    let running = brief.tests.iter().filter(|test| test.state == "running" && open(test)).count();
    assert!(running > 0 && running < brief.tests.len());
    assert_eq!(said(&brief), running);
    for test in &mut brief.tests {
        test.state = "over".to_owned();
    }
    assert_eq!(said(&brief), 0);
}
