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
