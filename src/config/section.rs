//! A cursor over a file's tree. Every read that does not find what it wants leaves a problem behind and goes on, so
//! that one pass finds them all: `None` always means that the problem has been told.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::problem::{among, listed};
use super::sheet::Sheet;
use super::yaml::{Entry, Kind, Node, member};

/// A value in a file.
#[derive(Clone)]
pub(super) struct Place<'s> {
    sheet: &'s Sheet,
    node: &'s Node,
    line: usize,
    path: String,
}

/// A map with a known set of keys.
pub(super) struct Section<'s> {
    place: Place<'s>,
    entries: &'s [Entry],
}

impl<'s> Place<'s> {
    pub fn new(sheet: &'s Sheet, root: &'s Node) -> Self {
        Self { sheet, node: root, line: root.line, path: String::new() }
    }

    /// Leaves a problem here.
    pub fn problem(&self, message: impl Into<String>) {
        self.sheet.report(Some(self.line), &self.path, message.into());
    }

    /// Leaves a problem here and has nothing to give.
    pub fn refuse<T>(&self, message: impl Into<String>) -> Option<T> {
        self.problem(message);
        None
    }

    /// What stands here, for a message.
    pub fn found(&self) -> String {
        const SHOWN: usize = 60;
        match &self.node.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a section".to_owned(),
            _ => {
                let shown: String = self.node.source.chars().take(SHOWN).flat_map(char::escape_debug).collect();
                let shown = shown.replace("\\\"", "\"").replace("\\'", "'");
                format!("`{shown}{}`", if self.node.source.chars().count() > SHOWN { "…" } else { "" })
            }
        }
    }

    /// Leaves the problem that this is not what was wanted.
    pub fn mismatch<T>(&self, what: &str, expected: &str) -> Option<T> {
        self.refuse(format!("{} is not {what} (expected {expected})", self.found()))
    }

    pub fn is_text(&self) -> bool {
        matches!(self.node.kind, Kind::Text)
    }

    pub fn is_map(&self) -> bool {
        matches!(self.node.kind, Kind::Map(_))
    }

    /// A text that is not empty.
    pub fn text(&self, what: &str, expected: &str) -> Option<&'s str> {
        match self.node.kind {
            Kind::Text if !self.node.source.trim().is_empty() => Some(&self.node.source),
            Kind::Text => self.refuse(format!("an empty text is not {what} (expected {expected})")),
            Kind::Bool | Kind::Whole(_) | Kind::Real(_) => {
                let quoted = format!("\"{}\"", self.node.source);
                self.refuse(format!("{} is not {what} (expected {expected}; as text: `{quoted}`)", self.found()))
            }
            _ => self.mismatch(what, expected),
        }
    }

    /// A text that may be white space, such as a tab.
    pub fn delimiter(&self) -> Option<&'s str> {
        match self.node.kind {
            Kind::Text => Some(&self.node.source),
            _ => self.mismatch("a delimiter", "one character such as `;`"),
        }
    }

    /// The text below a key, if both are there; for checks across siblings that are read elsewhere.
    pub fn peek(&self, key: &str) -> Option<(&'s str, Self)> {
        let Kind::Map(entries) = &self.node.kind else { return None };
        let entry = entries.iter().find(|entry| entry.key == key)?;
        matches!(entry.value.kind, Kind::Text).then(|| (entry.value.source.as_str(), self.below(entry)))
    }

    /// The name of a column in an export.
    pub fn column(&self) -> Option<String> {
        self.text("a column", "the name of a column").map(str::to_owned)
    }

    /// A whole number within bounds.
    pub fn whole<N: TryFrom<i64>>(&self, what: &str, bounds: RangeInclusive<i64>) -> Option<N> {
        let (least, most) = (grouped(*bounds.start()), grouped(*bounds.end()));
        let expected = || if least == most { least.clone() } else { format!("{least} to {most}") };
        match self.node.kind {
            Kind::Whole(number) if bounds.contains(&number) => {
                N::try_from(number).ok().or_else(|| self.mismatch(what, &expected()))
            }
            Kind::Text if self.node.source.parse::<i64>().is_ok() => {
                self.mismatch(what, &format!("{}, without quotes", expected()))
            }
            _ => self.mismatch(what, &expected()),
        }
    }

    /// A share of the whole.
    pub fn share(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "only 0 and 1 are taken")]
        let share = match self.node.kind {
            Kind::Whole(number) => number as f64,
            Kind::Real(number) => number,
            _ => f64::NAN,
        };
        let expected = "0 to 1, such as 0.01 for one in a hundred";
        if (0.0..=1.0).contains(&share) { Some(share) } else { self.mismatch("a share", expected) }
    }

    /// One of a set of words.
    pub fn word<T: Copy>(&self, what: &str, words: &[(&str, T)]) -> Option<T> {
        let known = words.iter().map(|(word, _)| *word);
        if !self.is_text() {
            return self.mismatch(what, &listed(known));
        }
        let asked = self.node.source.as_str();
        let found = words.iter().find(|(word, _)| *word == asked).map(|(_, meaning)| *meaning);
        found.or_else(|| {
            self.refuse(format!("{} is not {what} ({})", self.found(), among("expected", known, asked)))
        })
    }

    /// The items of a list that is not empty.
    pub fn list(&self, what: &str) -> Option<Vec<Self>> {
        let Kind::List(items) = &self.node.kind else {
            return self.mismatch(what, "a list such as `[a, b]`");
        };
        if items.is_empty() {
            return self.refuse(format!("an empty list is not {what} (expected at least one)"));
        }
        Some(self.items(items))
    }

    /// The items of a list, of which there may be none.
    pub fn list_or_empty(&self, what: &str) -> Option<Vec<Self>> {
        match &self.node.kind {
            Kind::List(items) => Some(self.items(items)),
            _ => self.mismatch(what, "a list such as `[a, b]`"),
        }
    }

    fn items(&self, items: &'s [Node]) -> Vec<Self> {
        let item = |(index, node): (usize, &'s Node)| Self {
            sheet: self.sheet,
            node,
            line: node.line,
            path: format!("{}[{index}]", self.path),
        };
        items.iter().enumerate().map(item).collect()
    }

    /// The entries of a map whose keys are names of the user's own; at least one.
    pub fn entries(&self, what: &str, expected: &str) -> Option<Vec<(&'s str, Self)>> {
        let Kind::Map(entries) = &self.node.kind else { return self.mismatch(what, expected) };
        if entries.is_empty() {
            return self.refuse(format!("an empty section is not {what} (expected {expected})"));
        }
        Some(entries.iter().map(|entry| (entry.key.as_str(), self.below(entry))).collect())
    }

    /// A map with these keys and no others.
    pub fn section(&self, what: &str, known: &[&str]) -> Option<Section<'s>> {
        self.section_with(what, known, |_| None)
    }

    /// A map with these keys and no others; `why_not` explains keys that make sense elsewhere.
    pub fn section_with(
        &self,
        what: &str,
        known: &[&str],
        why_not: impl Fn(&str) -> Option<String>,
    ) -> Option<Section<'s>> {
        let Kind::Map(entries) = &self.node.kind else {
            return self.mismatch(what, &format!("a section with the keys {}", listed(known.iter().copied())));
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let place = self.below(entry);
            place.problem(why_not(&entry.key).unwrap_or_else(|| {
                let known = among("known", known.iter().copied(), &entry.key);
                format!("unknown key `{}` ({known}){}", entry.key, secret_hint(&entry.key))
            }));
        }
        Some(Section { place: self.clone(), entries })
    }

    fn below(&self, entry: &'s Entry) -> Self {
        // A value may start below its key; the key is where a person looks.
        Self { sheet: self.sheet, node: &entry.value, line: entry.line, path: member(&self.path, &entry.key) }
    }
}

impl<'s> Section<'s> {
    /// The value of a key, if the key is there.
    pub fn optional(&self, key: &str) -> Option<Place<'s>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| self.place.below(entry))
    }

    /// The value of a key that must be there; `expected` says what to write.
    pub fn required(&self, key: &str, expected: &str) -> Option<Place<'s>> {
        self.optional(key).or_else(|| {
            let place = Place { path: member(&self.place.path, key), ..self.place.clone() };
            place.refuse(format!("missing (expected {expected})"))
        })
    }

    /// Reads an optional key: the default where the key is absent, `None` where its value is wrong.
    pub fn or<T>(&self, key: &str, default: T, read: impl FnOnce(Place<'s>) -> Option<T>) -> Option<T> {
        self.optional(key).map_or(Some(default), read)
    }

    /// Reads an optional key that has no default: `Some(None)` where absent, `None` where its value is wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    pub fn maybe<T>(&self, key: &str, read: impl FnOnce(Place<'s>) -> Option<T>) -> Option<Option<T>> {
        self.optional(key).map_or(Some(None), |place| read(place).map(Some))
    }

    /// Where the section itself stands.
    pub fn place(&self) -> &Place<'s> {
        &self.place
    }
}

/// The section of a whole file, whose `version` this program reads.
pub(super) fn file_section<'s>(start: &Place<'s>, what: &str, known: &[&str]) -> Option<Section<'s>> {
    let with_version: Vec<&str> = ["version"].into_iter().chain(known.iter().copied()).collect();
    if let Kind::Map(entries) = &start.node.kind
        && let Some(version) = entries.iter().find(|entry| entry.key == "version")
        && let Kind::Whole(number) = version.value.kind
        && number != 1
    {
        let place = start.below(version);
        return place.mismatch("a version that this program reads", "1");
    }
    let section = start.section(what, &with_version)?;
    section.required("version", "`version: 1`")?.whole::<i64>("a version", 1..=1);
    Some(section)
}

/// Checks a name that becomes part of a path in the archive.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if starts_well && is_plain && name.len() <= 64 {
        return Ok(());
    }
    let shown: String = name.chars().take(64).collect();
    let rule = "expected 1 to 64 of A–Z a–z 0–9 `_` `.` `-`, starting with a letter or digit";
    Err(format!("`{shown}` is not a usable name ({rule})"))
}

/// The names in a list that must be known, each once. `None` for `known`: that list could not be read.
pub(super) fn known_names(
    items: &[Place<'_>],
    what: &str,
    known: Option<&BTreeSet<String>>,
) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut sound = true;
    for item in items {
        match item.text(what, &format!("the name of {what}")).and_then(|name| known_name(item, name, what, known))
        {
            Some(name) if !names.insert(name.clone()) => {
                item.problem(format!("`{name}` is here twice"));
                sound = false;
            }
            Some(_) => {}
            None => sound = false,
        }
    }
    sound.then_some(names)
}

/// A name that must be known.
pub(super) fn known_name(
    at: &Place<'_>,
    name: &str,
    what: &str,
    known: Option<&BTreeSet<String>>,
) -> Option<String> {
    let noun = what.rsplit(' ').next().unwrap_or(what);
    match known {
        Some(known) if !known.contains(name) => at.refuse(format!(
            "unknown {noun} `{name}` ({})",
            among("known", known.iter().map(String::as_str), name)
        )),
        _ => Some(name.to_owned()),
    }
}

fn secret_hint(key: &str) -> &'static str {
    let key = key.to_lowercase();
    let is_secret = ["secret", "token", "password", "credential", "access_key", "account_key"];
    if is_secret.iter().any(|word| key.contains(word)) {
        "; secrets come from the environment or the cloud's credential chain, never from a file"
    } else {
        ""
    }
}

/// `86400` as `86,400`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
pub(super) mod testing {
    use std::path::Path;

    use super::*;

    /// What reading a text gives: the value, and its problems as a person sees them, without the file.
    pub fn read<T>(text: &str, read: impl FnOnce(&Place<'_>) -> Option<T>) -> (Option<T>, Vec<String>) {
        let sheet = Sheet::parse(Path::new("test.yaml"), text);
        let value = sheet.start().and_then(|start| read(&start));
        (value, sheet.into_problems().iter().map(ToString::to_string).collect())
    }

    /// Checks a table of texts and the problems each must give.
    pub fn expect_problems<T>(table: &[(&str, &[&str])], reader: impl Fn(&Place<'_>) -> Option<T>) {
        for (text, expected) in table {
            let (_, problems) = read(text, &reader);
            assert_eq!(problems, *expected, "\n{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::expect_problems;
    use super::*;

    #[test]
    fn whole_numbers_are_checked_with_what_was_found() {
        let expected = |found: &str| format!("line 1: {found} is not a count of days (expected 1 to 400)");
        for (text, found) in [("-3", "`-3`"), ("1.5", "`1.5`"), ("x", "`x`"), ("[1]", "a list"), ("~", "nothing")]
        {
            let (_, problems) = testing::read(text, |p| p.whole::<u16>("a count of days", 1..=400));
            assert_eq!(problems, [expected(found)], "{text}");
        }
        let (value, _) = testing::read("400", |p| p.whole::<u16>("a count of days", 1..=400));
        assert_eq!(value, Some(400));
    }

    #[test]
    fn unknown_missing_and_secret_keys_are_told_together() {
        let reader = |place: &Place<'_>| {
            let section = place.section("a store", &["url", "region"])?;
            section.required("url", "where the store is").map(|_| ())
        };
        expect_problems(
            &[
                (
                    "regoin: x\nsecret_key: hunter2\n",
                    &[
                        "line 1, `regoin`: unknown key `regoin` (known: `url`, `region`; did you mean `region`?)",
                        "line 1, `url`: missing (expected where the store is)",
                        "line 2, `secret_key`: unknown key `secret_key` (known: `url`, `region`); secrets come from \
                         the environment or the cloud's credential chain, never from a file",
                    ],
                ),
                ("[]", &["line 1: a list is not a store (expected a section with the keys `url`, `region`)"]),
            ],
            reader,
        );
    }

    #[test]
    fn a_version_of_another_program_stops_the_file() {
        let reader = |place: &Place<'_>| file_section(place, "a job", &["cron"]).map(|_| ());
        expect_problems(
            &[
                (
                    "version: 2\nnew: x\n",
                    &["line 1, `version`: `2` is not a version that this program reads (expected 1)"],
                ),
                ("cron: x\n", &["line 1, `version`: missing (expected `version: 1`)"]),
                ("version: '1'\n", &["line 1, `version`: `1` is not a version (expected 1, without quotes)"]),
            ],
            reader,
        );
    }

    #[test]
    fn names_that_would_break_a_path_are_refused() {
        for name in ["", "_receipts", "../x", "a/b", "a b", "é", ".x", &"x".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
        for name in ["US", "tiktok_shop_live", "x-1.2", "7"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }
}
