//! When what an export delivers for a date is complete: `parts`, `complete_when`, `if_missing`, `since`.

use jiff::civil::Date;

use super::cursor::Cursor;
use super::export::ExportKeys;
use super::pages::{self, Pages};
use super::path::{PathPart, PathPattern};
use super::pattern;

pub(super) const MISSING: [(&str, IfMissing); 2] = [("wait", IfMissing::Wait), ("quiet", IfMissing::Quiet)];

/// When what an export delivers for a date is complete, and what it means that nothing was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completeness {
    /// How many objects a date has at least, of each market where paths name it. `None`: not declared.
    pub parts: Option<u32>,
    /// The path of an object that is there once a date is complete, with the date of the export in it.
    pub complete_when: Option<PathPattern>,
    /// What a date without an object is.
    pub if_missing: IfMissing,
    /// The first export date that was delivered; market-days that need an earlier one do not use the export.
    /// Where paths have no date, the first local date.
    pub since: Option<Date>,
    /// What a JSON document says of how much of an answer it holds.
    pub pages: Pages,
}

/// What a date without an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfMissing {
    /// One that has not come yet.
    #[default]
    Wait,
    /// Once its settle time has passed, one on which nothing happened.
    Quiet,
}

/// Reads the keys of an export whose objects lie at `path`.
pub(super) fn read(export: &ExportKeys<'_>, path: Option<&PathPattern>) -> Option<Completeness> {
    let is_dated = path.is_none_or(PathPattern::is_dated);
    let parts = export.parts.read().and_then(|parts| match export.parts.at() {
        Some(at) if !is_dated => at.refuse("has no effect: `path` names no date"),
        _ => Some(parts),
    });
    let complete_when = export.complete_when.read_with(|at| {
        let marker = pattern::read(at)?;
        if is_dated { check_marker(at, &marker, path) } else { at.refuse("has no effect: `path` names no date") }
    });
    let if_missing = export.if_missing.read();
    let since = export.since.read();
    let pages = export.complete.read_or(Pages::Undeclared, pages::read);
    Some(Completeness {
        parts: parts?,
        complete_when: complete_when?,
        if_missing: if_missing?,
        since: since?,
        pages: pages?,
    })
}

/// A marker names the date that it completes, and of what else the path names at most the market.
fn check_marker(at: &Cursor<'_>, marker: &PathPattern, path: Option<&PathPattern>) -> Option<PathPattern> {
    if !marker.is_dated() {
        return at.refuse(format!(
            "`{}` names no date (expected the date of `path` in it, such as `shop/{{date:%Y-%m-%d}}/_SUCCESS`)",
            marker.text
        ));
    }
    if marker.parts.iter().any(|part| matches!(part, PathPart::Broadcast | PathPart::Instant(..))) {
        return at.refuse(format!(
            "`{}` names more than a date and a market (expected `{{date:…}}`, `{{market}}` and `*` only)",
            marker.text
        ));
    }
    if marker.names_market() && path.is_some_and(|path| !path.names_market()) {
        return at.refuse(format!("`{}` names the market, and `path` does not", marker.text));
    }
    Some(marker.clone())
}

#[cfg(test)]
mod tests {
    use super::super::registry::Keys as _;
    use super::super::testing::read as read_text;
    use super::*;

    const KEYS: [&str; 5] = ["parts", "complete_when", "if_missing", "since", "complete"];

    fn of(path: &str, text: &str) -> (Option<Completeness>, Vec<String>) {
        let (path, _) = read_text(&format!("'{path}'"), pattern::read);
        read_text(text, |at| read(&ExportKeys::of(&at.section("an export", &KEYS)?), path.as_ref()))
    }

    #[test]
    fn every_key_has_its_meaning() {
        let text =
            "{parts: 24, complete_when: 'x/{date:%F}/{market}/_SUCCESS', if_missing: quiet, since: 2026-11-20}";
        let found = of("x/{date:%F}/{market}/*.csv", text).0.unwrap();
        assert_eq!(found.parts, Some(24));
        assert_eq!(found.complete_when.unwrap().text, "x/{date:%F}/{market}/_SUCCESS");
        assert_eq!(found.if_missing, IfMissing::Quiet);
        assert_eq!(found.since.unwrap().to_string(), "2026-11-20");
        assert_eq!(of("x/{date:%F}.csv", "{}").0.unwrap(), Completeness::default());
    }

    #[test]
    fn what_could_never_be_complete_is_refused() {
        let dated = "x/{date:%F}/*.csv";
        let table = [
            (dated, "{parts: 0}", "`0` is not a count of objects (expected 1 to 100,000)"),
            ("x/*.csv", "{parts: 2}", "has no effect: `path` names no date"),
            ("x/*.csv", "{complete_when: 'x/{date:%F}'}", "has no effect: `path` names no date"),
            (dated, "{complete_when: x/_SUCCESS}", "`x/_SUCCESS` names no date"),
            (dated, "{complete_when: 'x/{date:%F}/{broadcast}'}", "names more than a date and a market"),
            (dated, "{complete_when: 'x/{date:%F}/{market}'}", "names the market, and `path` does not"),
            (dated, "{if_missing: quite}", "`quite` is not what a date without an object is"),
            (dated, "{since: yesterday}", "`yesterday` is not a day"),
        ];
        for (path, text, expected) in table {
            let (found, problems) = of(path, text);
            assert_eq!(found, None, "{text}");
            assert!(problems.concat().contains(expected), "{text}: {problems:?}");
        }
    }
}
