//! What the exports of a platform must agree about: whose name is whose, which of them counts what, who asks the log.

use std::collections::BTreeSet;

use super::definition::{Export, Platform, Rows};
use super::mapping::{CoverRule, MarketRule};
use super::place::Place;
use super::problem::among;
use super::section::Section;
use crate::model::{Count, UniqueBasis};

/// Whether all names differ; told of those that do not.
pub(super) fn check_names(items: &[Place<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    let mut differ = true;
    for item in items {
        if let Some((name, at)) = item.peek("name")
            && !seen.insert(name)
        {
            at.problem(format!("`{name}` names another export of this platform too"));
            differ = false;
        }
    }
    differ
}

/// Checks a platform as a whole; `items` are its exports in the file.
pub(super) fn check(platform: &Platform, file: &Section<'_>, items: &[Place<'_>]) -> bool {
    let mut exports = Exports { platform, items, sound: true };
    exports.check_fallbacks();
    // A fallback that is none would be told a second time.
    if exports.sound {
        exports.check_double();
    }
    exports.check_log();
    exports.check_never(file);
    exports.check_uniques(file);
    exports.sound
}

struct Exports<'a, 's> {
    platform: &'a Platform,
    items: &'a [Place<'s>],
    sound: bool,
}

impl Exports<'_, '_> {
    fn problem(&mut self, index: usize, key: &str, message: String) {
        self.sound = false;
        self.items[index].peek(key).map_or_else(|| self.items[index].clone(), |(_, at)| at).problem(message);
    }

    /// A fallback is for another export of counts that is none itself: of three, two could count the same broadcast.
    fn check_fallbacks(&mut self) {
        let platform = self.platform;
        let names =
            || platform.exports.iter().filter(|export| export.is_counts()).map(|export| export.name.as_str());
        for (index, export) in platform.exports.iter().enumerate() {
            let Some(name) = export.fallback_for() else { continue };
            let other = platform.exports.iter().find(|other| other.name == name);
            let message = match other {
                _ if name == export.name => "an export cannot be its own fallback".to_owned(),
                None => {
                    let others = names().filter(|other| *other != export.name);
                    format!("unknown export `{name}` ({})", among("known", others, name))
                }
                Some(other) if !other.is_counts() => {
                    format!("`{name}` has no `rows: counts`: only counts can stand in for counts")
                }
                Some(other) => match other.fallback_for() {
                    Some(first) => format!("`{name}` is a fallback itself, for `{first}` (a fallback has none)"),
                    None => continue,
                },
            };
            self.problem(index, "fallback_for", message);
        }
    }

    /// Two exports that both yield a count of one market would count it twice, unless both are events, which are told
    /// apart by their ids, or one gives way to the other.
    fn check_double(&mut self) {
        let platform = self.platform;
        let entry_is_click = platform.entry_is_click();
        for (index, one) in platform.exports.iter().enumerate() {
            for other in &platform.exports[..index] {
                let gives_way = one.fallback_for() == Some(&other.name) || other.fallback_for() == Some(&one.name);
                if gives_way || !(one.is_counts() || other.is_counts()) || !share_a_market(one, other) {
                    continue;
                }
                let both = one.offered(entry_is_click).and(other.offered(entry_is_click));
                let words: Vec<String> = both.iter().map(|count| format!("`{}`", count.word())).collect();
                if words.is_empty() {
                    continue;
                }
                let hint = if one.is_counts() && other.is_counts() { ", or say `fallback_for`" } else { "" };
                let message = format!(
                    "counts {} too, as `{}` does: they would be counted twice (leave them out of one{hint})",
                    words.join(", "),
                    other.name
                );
                self.problem(index, "name", message);
            }
        }
    }

    /// Who asks the log of covers needs one, and one that nobody asks is read for nothing.
    fn check_log(&mut self) {
        let platform = self.platform;
        let is_log = |export: &&Export| matches!(export.rows, Rows::Covers(_));
        let asks = |export: &&Export| export.columns.cover_id == CoverRule::Log;
        let (has_log, is_asked) =
            (platform.exports.iter().any(|e| is_log(&e)), platform.exports.iter().any(|e| asks(&e)));
        for (index, export) in platform.exports.iter().enumerate() {
            if asks(&export) && !has_log {
                let message = "`cover_id: log` needs a log: no export of this platform has `rows: covers`";
                self.problem(index, "name", message.to_owned());
            }
            if is_log(&export) && !is_asked {
                let message = "nobody asks this log: no export of this platform has `cover_id: log`";
                self.problem(index, "name", message.to_owned());
            }
        }
    }

    /// What is never offered is not read either.
    fn check_never(&mut self, file: &Section<'_>) {
        let platform = self.platform;
        let entry_is_click = platform.entry_is_click();
        for count in platform.eras.not_offered.keys() {
            let reader = platform.exports.iter().find(|export| export.offered(entry_is_click).has(*count));
            if let (Some(export), Some(at)) = (reader, file.optional("not_offered")) {
                let (count, name) = (count.word(), &export.name);
                at.problem(format!("`{count}` comes from the export `{name}` (take it out of one of the two)"));
                self.sound = false;
            }
        }
    }

    /// Viewers that are counted here are counted at their first touch, whatever the platform does.
    fn check_uniques(&mut self, file: &Section<'_>) {
        let platform = self.platform;
        let basis = platform.eras.first.uniques;
        let counted_here = platform.exports.iter().find(|export| {
            let offered = export.offered(platform.entry_is_click());
            !export.is_counts() && Count::ALL.iter().any(|count| count.is_unique() && offered.has(*count))
        });
        if let (Some(export), Some(at)) = (counted_here, file.optional("conventions"))
            && basis != UniqueBasis::FirstTouch
        {
            at.problem(format!(
                "`uniques: {}` does not go with the export `{}`, whose viewers are counted here, at their first touch",
                basis.word(),
                export.name
            ));
            self.sound = false;
        }
    }
}

fn share_a_market(one: &Export, other: &Export) -> bool {
    match (&one.columns.market, &other.columns.market) {
        (MarketRule::Value(one), MarketRule::Value(other)) => one == other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::platform;
    use super::super::testing::{self, COUNTING, changed};
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
        let unknown = "line 41, `exports[1].fallback_for`: unknown export `minuts` (known: `minutes`; did you mean `minutes`?)";
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
    fn the_log_of_covers_is_there_and_asked() {
        let (log, _) = COUNTING.split_once("  - name: cover_log").unwrap();
        let markets = BTreeSet::from(["US".to_owned()]);
        let (_, missing) = testing::read(log, |at| platform::read(at, Some(&markets)));
        let expected = "line 8, `exports[0].name`: `cover_id: log` needs a log: no export of this platform has `rows: covers`";
        assert_eq!(missing, [expected]);
        let expected =
            "line 48, `exports[2].name`: nobody asks this log: no export of this platform has `cover_id: log`";
        assert_eq!(problems(&[("cover_id: log", "cover_id: Cover")]), [expected]);
    }

    #[test]
    fn conventions_are_those_of_the_exports() {
        let never =
            "line 3, `not_offered`: `entries` comes from the export `minutes` (take it out of one of the two)";
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
            (
                "{market}/",
                "",
                "line 20, `exports[0].columns.market.path`: `path` of this export has no `{market}`",
            ),
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
}
