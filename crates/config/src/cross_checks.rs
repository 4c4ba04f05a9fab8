//! Cross-export checks: unique names, no signal counted twice, cover logs present.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::definition::{Export, Platform, Rows};
use super::mapping::{CoverRule, MarketRule};
use super::platform::PlatformKeys;
use super::problem::among;
use coverledger_core::model::{Count, UniqueBasis};

/// Whether all names differ; told of those that do not.
pub(super) fn check_names(items: &[Cursor<'_>]) -> bool {
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
pub(super) fn check(platform: &Platform, file: &PlatformKeys<'_>, items: &[Cursor<'_>]) -> bool {
    let mut exports = Exports { platform, items, sound: true };
    exports.check_quality();
    if platform.is_quality_source() {
        return exports.sound;
    }
    exports.check_fallbacks();
    // Otherwise a wrong fallback would be reported twice.
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
    items: &'a [Cursor<'s>],
    sound: bool,
}

impl Exports<'_, '_> {
    fn problem(&mut self, index: usize, key: &str, message: String) {
        self.sound = false;
        self.items[index].peek(key).map_or_else(|| self.items[index].clone(), |(_, at)| at).problem(message);
    }

    /// What a player measured comes from another vendor than what is counted, so that it never holds that back.
    fn check_quality(&mut self) {
        let is_source = self.platform.is_quality_source();
        for (index, export) in self.platform.exports.iter().enumerate() {
            let message = match (&export.rows, is_source) {
                (Rows::Quality(_), false) => {
                    "`rows: quality` goes in a platform file of its own, with `of` (the platform whose broadcasts it watched), so that a late file of it never holds that platform's days back"
                }
                (Rows::Quality(_), true) | (_, false) => continue,
                (_, true) => {
                    "a file with `of` has only `rows: quality` (what the platform counts goes in its own file)"
                }
            };
            self.problem(index, "rows", message.to_owned());
        }
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
    fn check_never(&mut self, file: &PlatformKeys<'_>) {
        let platform = self.platform;
        let entry_is_click = platform.entry_is_click();
        for count in platform.eras.not_offered.keys() {
            let reader = platform.exports.iter().find(|export| export.offered(entry_is_click).has(*count));
            if let (Some(export), Some(at)) = (reader, file.not_offered.at()) {
                let (count, name) = (count.word(), &export.name);
                at.problem(format!("`{count}` comes from the export `{name}` (take it out of one of the two)"));
                self.sound = false;
            }
        }
    }

    /// Viewers that are counted here are counted at their first touch, whatever the platform does. Within what those are
    /// unique that an export counted, only its user can say.
    fn check_uniques(&mut self, file: &PlatformKeys<'_>) {
        let platform = self.platform;
        let basis = platform.eras.first.uniques;
        let counts_viewers = |export: &&Export| matches!(&export.rows, Rows::Counts(rows) if rows.counts.keys().any(|count| count.is_unique()));
        if let (Some(export), Some(at)) = (platform.exports.iter().find(counts_viewers), file.conventions.at())
            && at.peek("uniques").is_none()
        {
            let words = UniqueBasis::ALL.map(|basis| format!("`{}`", basis.word())).join(", ");
            at.problem(format!(
                "the export `{}` counts viewers, so `uniques` has to say within what each is counted once (expected: {words})",
                export.name
            ));
            self.sound = false;
        }
        let counted_here = platform.exports.iter().find(|export| {
            let offered = export.offered(platform.entry_is_click());
            !export.is_counts() && Count::ALL.iter().any(|count| count.is_unique() && offered.has(*count))
        });
        if let (Some(export), Some(at)) = (counted_here, file.conventions.at())
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
mod tests;
