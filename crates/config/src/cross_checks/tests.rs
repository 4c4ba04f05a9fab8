//! What the exports of a platform have to agree about.

use crate::platform;
use crate::testing::{self, COUNTING, changed};
use std::collections::BTreeSet;

fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    let markets = BTreeSet::from(["US".to_owned(), "GB".to_owned()]);
    testing::read(&changed(COUNTING, changes), |at| platform::read(at, Some(&markets))).1
}

const FALLBACK: &str = "    fallback_for: minutes\n";

#[test]
fn a_count_of_a_market_comes_from_one_export_or_its_fallback() {
    let twice = "line 32, `exports[1].name`: counts `clicks`, `entries` too, as `minutes` does: they would be counted twice \
                 (leave them out of one, or say `fallback_for`)";
    assert_eq!(problems(&[(FALLBACK, "")]), [twice]);
    // Another count, or another market, is another thing.
    assert_eq!(problems(&[(FALLBACK, ""), ("entries: Aufrufe", "stays: Aufrufe")]), <[&str; 0]>::default());
    let minutes_of_us = [
        (FALLBACK, ""),
        ("{market}/", ""),
        ("market: {path: {us: US}}", "market: {value: US}"),
        ("{column: Land, values: {Amerika: US}}", "{value: GB}"),
    ];
    assert_eq!(problems(&minutes_of_us), <[&str; 0]>::default());
}

#[test]
fn events_do_not_stand_beside_counts_of_the_same() {
    let events = "  - name: events\n    rows: events\n    path: events.csv\n    format: csv\n    columns:\n      \
                  occurred_at: at\n      market: {value: US}\n      broadcast_id: room\n      cover_id: cover\n      \
                  event: {column: kind, values: {enter: entry}}\n  - name: cover_log\n";
    let expected = "line 48, `exports[2].name`: counts `clicks`, `entries` too, as `minutes` does: they would be counted \
                    twice (leave them out of one)";
    assert_eq!(problems(&[("  - name: cover_log\n", events)])[0], expected);
}

#[test]
fn a_fallback_is_for_counts_that_are_none() {
    let fallback = |to: &str| problems(&[(FALLBACK, &format!("    fallback_for: {to}\n"))]);
    let unknown =
        "line 41, `exports[1].fallback_for`: unknown export `minuts` (known: `minutes`; did you mean `minutes`?)";
    assert_eq!(fallback("minuts")[0], unknown);
    let itself = "line 41, `exports[1].fallback_for`: an export cannot be its own fallback";
    assert_eq!(fallback("sessions")[0], itself);
    let log = "line 41, `exports[1].fallback_for`: `cover_log` has no `rows: counts`: only counts can stand in for counts";
    assert_eq!(fallback("cover_log")[0], log);
    let ring = problems(&[("    newest: {by: path", "    fallback_for: sessions\n    newest: {by: path")]);
    let expected = [
        "line 15, `exports[0].fallback_for`: `sessions` is a fallback itself, for `minutes` (a fallback has none)",
        "line 42, `exports[1].fallback_for`: `minutes` is a fallback itself, for `sessions` (a fallback has none)",
    ];
    assert_eq!(ring, expected);
}

#[test]
fn an_export_that_counts_viewers_makes_uniques_a_word_to_say() {
    let viewers = [(", uniques: broadcast", ""), ("entries: Aufrufe", "entrants: Aufrufe")];
    let expected = "line 2, `conventions`: the export `sessions` counts viewers, so `uniques` has to say within what each is \
                    counted once (expected: `first_touch`, `broadcast`, `day`, `row`)";
    assert!(problems(&viewers).contains(&expected.to_owned()), "{:?}", problems(&viewers));
}

#[test]
fn the_log_of_covers_is_there_and_asked() {
    let (log, _) = COUNTING.split_once("  - name: cover_log").unwrap();
    let markets = BTreeSet::from(["US".to_owned()]);
    let (_, missing) = testing::read(log, |at| platform::read(at, Some(&markets)));
    let expected =
        "line 8, `exports[0].name`: `cover_id: log` needs a log: no export of this platform has `rows: covers`";
    assert_eq!(missing, [expected]);
    let expected =
        "line 48, `exports[2].name`: nobody asks this log: no export of this platform has `cover_id: log`";
    assert_eq!(problems(&[("cover_id: log", "cover_id: Cover")]), [expected]);
}

#[test]
fn conventions_are_those_of_the_exports() {
    let never = "line 3, `not_offered`: `entries` comes from the export `minutes` (take it out of one of the two)";
    assert_eq!(problems(&[("not_offered: {orders", "not_offered: {entries")]), [never]);
    let events = "  - name: events\n    rows: impressions\n    path: events.csv\n    format: csv\n    columns:\n      \
                  occurred_at: at\n      market: {value: GB}\n      broadcast_id: room\n      cover_id: cover\n      \
                  viewer_id: who\n  - name: cover_log\n";
    let changes = [
        ("  - name: cover_log\n", events),
        ("{market}/", ""),
        ("market: {path: {us: US}}", "market: {value: US}"),
        ("{column: Land, values: {Amerika: US}}", "{value: US}"),
    ];
    let expected = "line 2, `conventions`: `uniques: broadcast` does not go with the export `events`, whose viewers are \
                    counted here, at their first touch";
    assert_eq!(problems(&changes), [expected]);
}

#[test]
fn what_the_path_says_is_read_and_what_is_read_is_said() {
    let table: &[(&str, &str, &str)] = &[
        ("{market}/", "", "line 20, `exports[0].columns.market.path`: `path` of this export has no `{market}`"),
        (
            "{broadcast}_",
            "",
            "line 21, `exports[0].columns.broadcast_id`: `path` of this export has no `{broadcast}` (for a column of \
             that name write `{column: path}`)",
        ),
        (
            "market: {path: {us: US}}",
            "market: {value: US}",
            "line 10, `exports[0].path`: nothing reads `{market}` (expected `market: path`, or `*` in its place)",
        ),
        (
            "broadcast_id: path",
            "broadcast_id: room",
            "line 10, `exports[0].path`: nothing reads `{broadcast}` (expected `broadcast_id: path`, or `*` in its place)",
        ),
        (
            "{by: path, per",
            "{by: modified, per",
            "line 10, `exports[0].path`: nothing reads `{created:…}` (expected `newest: {by: path, …}`, or `*` in its \
             place)",
        ),
        (
            "{created:%Y",
            "{start:%s}_{created:%Y",
            "line 10, `exports[0].path`: nothing reads `{start:…}` (expected `period: path`, or `*` in its place)",
        ),
        (
            "market: {path: {us: US}}",
            "market: {path: {us: US}, otherwise: reject}",
            "line 20, `exports[0].columns.market.otherwise`: does not go with `path`, whose own values are below it: \
             `{path: {us: US}}`",
        ),
        (
            "cover_id: cover\n",
            "cover_id: log\n",
            "line 59, `exports[2].columns.cover_id`: `log` goes only with `rows: counts` (for a column of that name \
             write `{column: log}`)",
        ),
    ];
    for (from, to, expected) in table {
        assert_eq!(problems(&[(from, to)]), [*expected], "{to}");
    }
}
