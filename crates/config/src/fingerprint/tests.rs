//! What changes the hash, and what does not.

use super::*;
use crate::testing::{COUNTING, Tree, WORKING, changed};

fn hash(changes: &[(&str, &str)]) -> String {
    let mut files: Vec<(&str, String)> = WORKING.iter().map(|(file, text)| (*file, (*text).to_owned())).collect();
    for (from, to) in changes {
        assert!(files.iter().any(|(_, text)| text.contains(from)), "{from}");
        for (_, text) in &mut files {
            *text = text.replace(from, to);
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (*file, text.as_str())).collect();
    let workspace = Tree::new(&files).load().unwrap();
    workspace.config_hash(&PlatformId::new("tiktok"), &MarketId::new("US"))
}

#[test]
fn what_changes_the_numbers_changes_the_hash() {
    let plain = hash(&[]);
    let changes = [
        ("stay_seconds: 60", "stay_seconds: 61"),
        ("America/New_York", "America/Chicago"),
        ("morning: \"06:00\"", "morning: \"06:30\""),
        ("morning:", "early:"),
        ("click: cover_tap", "click: room_entry"),
        ("settle: 48h", "settle: 49h"),
        ("late_days: 1", "late_days: 2"),
        ("tap: click", "tap: ignore"),
        ("otherwise: reject", "otherwise: ignore"),
        ("audience: [gender, age]", "audience: [age, gender]"),
        ("format: csv", "format: tsv"),
        ("format: rfc3339", "format: epoch_s"),
    ];
    let mut seen = vec![plain.clone()];
    for change in changes {
        let other = hash(&[change]);
        assert!(!seen.contains(&other), "{change:?}");
        seen.push(other);
    }
    assert_eq!(plain.len(), 64);
}

#[test]
fn every_key_of_counts_changes_the_hash() {
    let counting = |changes: &[(&str, &str)]| {
        let tree = Tree::new(WORKING);
        tree.write("config/platforms/tiktok.yaml", changed(COUNTING, changes));
        let workspace = tree.load().unwrap_or_else(|error| panic!("{changes:?}: {error}"));
        workspace.config_hash(&PlatformId::new("tiktok"), &MarketId::new("US"))
    };
    let mut seen = vec![counting(&[])];
    let changes = [
        ("uniques: broadcast", "uniques: day"),
        ("nothing is sold", "nothing is sold there"),
        ("{orders:", "{stays:"),
        ("since: 2026-08-24", "since: 2026-08-27"),
        ("America/Los_Angeles, redefined", "UTC, redefined"),
        ("redefined: {entries: a view is a start}", "withdrawn: {entries: a view is a start}"),
        ("redefined: {entries: a view is a start}", "introduced: {entries: a view is a start}"),
        ("redefined: {entries: a view is a start}", "impression: viewers"),
        ("{broadcast}_", "{broadcast}-"),
        ("data.intervals[]", "data[]"),
        ("{by: path, per: broadcast}", "{by: path, per: period}"),
        ("{by: modified,", "{by: name,"),
        ("{by: modified,", "{by: {column: made, format: epoch_s},"),
        ("totals: {column: Content", "totals: {column: Title"),
        ("words: [Gesamt]", "words: [Summe]"),
        ("cap: 500", "cap: 1000"),
        ("is_test: [1, ", "is_test: [2, "),
        ("skip: {is_test", "skip: {test"),
        ("start: {column: start_time", "start: {column: time"),
        ("format: epoch_s}, grain: 1m", "format: epoch_ms}, grain: 1m"),
        ("grain: 1m", "grain: 5m"),
        ("grain: 1m", "length: Duration"),
        ("grain: 1m", "end: {column: end_time, format: epoch_s}"),
        ("{path: {us: US}}", "path"),
        ("{path: {us: US}}", "{path: {us: GB}}"),
        ("[Views, Penonton]", "[Penonton, Views]"),
        ("[Views, Penonton]", "Views"),
        ("divided_by: {", "times: {"),
        ("Tap-through rate, unit: percent", "Tap-through rate, unit: fraction"),
        ("impressions: {of: entries", "stays: Stays\n        impressions: {of: stays"),
        ("impressions: {of: entries", "impressions: {column: Impressions, of: entries"),
        ("optional: [impressions]", "optional: [impressions, dwell_seconds]"),
        ("{column: CTR, unit: percent}", "{column: CTR, unit: fraction}"),
        ("room_rate:", "enter_rate:"),
        ("of: entries, among: impressions", "of: impressions, among: entries"),
        ("optional: [impressions]", "optional: [impressions]\n      blank: {entries: zero}"),
        ("optional: [impressions]", "optional: [impressions]\n      may_exceed: [entries]"),
        ("rows: counts\n    path: \"sessions/*.csv\"", "rows: counts\n    path: \"sessions/*.tsv\""),
        ("utf-16le", "utf-16be"),
        ("header_within: 10", "header_within: 11"),
        ("description_rows: 1", "description_rows: 0"),
        ("decimal: \",\"", "group: \" \""),
        ("date: Day", "date: Tag"),
        ("format: \"%Y%m%d\"", "format: \"%d%m%Y\""),
        ("timezone: market", "timezone: Asia/Tokyo"),
        (", hour: Hour", ""),
        ("format: csv\n    encoding: utf-16le", "format: xlsx"),
        ("format: csv\n    encoding: utf-16le", "format: xlsx\n    sheets: [Sheet1]"),
        ("cover_id: {value: only}", "cover_id: {value: other}"),
        ("audience: [gender]", "audience: [age]"),
        ("from: {column: from", "from: {column: since"),
        ("      until: to\n", ""),
    ];
    let (_, log) = COUNTING.split_once("  - name: cover_log").unwrap();
    let changes = changes.iter().map(|change| vec![*change]);
    for change in
        changes.chain([vec![("cover_id: log", "cover_id: Cover"), ("  - name: cover_log", ""), (log, "")]])
    {
        let hash = counting(&change);
        assert!(!seen.contains(&hash), "{change:?}");
        seen.push(hash);
    }
}

#[test]
fn what_does_not_change_the_numbers_does_not() {
    let plain = hash(&[]);
    let changes = [
        ("url: archive", "url: elsewhere"),
        ("Asia/Shanghai", "Asia/Tokyo"),
        ("lookback_days: 7", "lookback_days: 8"),
        ("Europe/London", "Europe/Paris"),
        ("day_parts", "parts"),
        ("stay_seconds: 60", "stay_seconds: 60\nmemory: 1GiB\nthreads: 2\nmax_shrink_share: 0.5"),
        ("GB: ", "DE: {timezone: Europe/Berlin, slots: day_parts}\n  GB: "),
    ];
    for change in changes {
        assert_eq!(hash(&[change]), plain, "{change:?}");
    }
}

#[test]
fn a_market_that_takes_strays_depends_on_which_markets_are_known() {
    let strays = ("otherwise: reject", "otherwise: US");
    let one_more = ("GB: ", "DE: {timezone: Europe/Berlin, slots: day_parts}\n  GB: ");
    assert_ne!(hash(&[strays]), hash(&[strays, one_more]));
}

#[test]
fn adopted_rules_of_markets_have_a_hash_and_those_that_are_not_adopted_change_none() {
    let rules = |asks: &str, adopted: bool| {
        let tree = Tree::new(WORKING);
        let rule =
            format!("severity: breaks, {asks}, en: a, zh: 甲, source: b, checked: true, adopted: {adopted}");
        let kept = "severity: warns, tag: {name: b}, en: a, zh: 甲, source: b";
        let text = format!("version: 1\nrules:\n  a: {{markets: [US], {rule}}}\n  b: {{markets: all, {kept}}}\n");
        tree.write("config/market_rules.yaml", text);
        tree.load().unwrap_or_else(|error| panic!("{error}")).market_rules_hash()
    };
    let none = Tree::new(WORKING).load().unwrap().market_rules_hash();
    assert_eq!(rules("look: {measure: faces, most: 1}", false), none);
    let mut seen = vec![none];
    for asks in [
        "look: {measure: faces, most: 1}",
        "look: {measure: faces, least: 1}",
        "look: {measure: text_lines, most: 1}",
        "language: {includes: [ar]}",
        "language: {only: [ar]}",
        "script: {only: [Arab]}",
        "tag: {name: ar}",
        "tag: {name: skin, none_of: [bare]}",
        "words: {columns: [name], none_of: [bare]}",
    ] {
        let hash = rules(asks, true);
        assert!(!seen.contains(&hash), "{asks}");
        seen.push(hash);
    }
}
