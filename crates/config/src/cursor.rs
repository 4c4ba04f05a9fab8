//! A cursor over a file's tree. A read of a wrong value records a problem and reading goes on, so that one pass finds all
//! problems: `None` always means that the problem has been recorded.

use std::ops::RangeInclusive;

use super::config_file::ConfigFile;
use super::counting::ColumnName;
use super::problem::{among, listed};
use super::yaml::{Entry, Kind, Node, member};

/// A value in a file.
#[derive(Clone)]
pub(super) struct Cursor<'s> {
    pub file: &'s ConfigFile,
    pub node: &'s Node,
    pub line: usize,
    pub path: String,
}

impl<'s> Cursor<'s> {
    pub fn new(file: &'s ConfigFile, root: &'s Node) -> Self {
        Self { file, node: root, line: root.line, path: String::new() }
    }

    /// Leaves a problem here.
    pub fn problem(&self, message: impl Into<String>) {
        self.file.report(Some(self.line), &self.path, &message.into());
    }

    /// Leaves a warning here, for `check` to tell: what stands here is sound and probably not what was meant. Every
    /// command reads the file nevertheless.
    pub fn warn(&self, message: impl Into<String>) {
        self.file.warn(Some(self.line), &self.path, &message.into());
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
                let shown: String = self.node.source.chars().take(SHOWN).collect();
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

    pub fn is_list(&self) -> bool {
        matches!(self.node.kind, Kind::List(_))
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

    /// The name of a column in an export, a list of the names it may have, or its number in a table.
    pub fn column(&self) -> Option<ColumnName> {
        if self.is_text() {
            return self.text("a column", "the name of a column").map(ColumnName::new);
        }
        if matches!(self.node.kind, Kind::Whole(_)) {
            return self.whole("the number of a column", 1..=16_384).map(ColumnName::at);
        }
        if !matches!(self.node.kind, Kind::List(_)) {
            return self.mismatch("a column", "the name of a column, or a list of the names it may have");
        }
        let items = self.list("a list of names of one column")?;
        let names: Option<Vec<String>> =
            items.iter().map(|item| item.text("a column", "the name of a column").map(str::to_owned)).collect();
        ColumnName::any_of(names?)
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

    /// `true` or `false`.
    pub fn truth(&self) -> Option<bool> {
        match (&self.node.kind, self.node.source.as_str()) {
            (Kind::Bool, "true") => Some(true),
            (Kind::Bool, "false") => Some(false),
            _ => self.mismatch("a truth value", "`true` or `false`"),
        }
    }

    /// A number, whole or not, within bounds.
    pub fn number_within(&self, what: &str, bounds: RangeInclusive<f64>, expected: &str) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "no bound is beyond what is exact")]
        let number = match self.node.kind {
            Kind::Whole(number) => number as f64,
            Kind::Real(number) => number,
            _ => f64::NAN,
        };
        if bounds.contains(&number) { Some(number) } else { self.mismatch(what, expected) }
    }

    /// A share of the whole.
    pub fn share(&self) -> Option<f64> {
        self.number_within("a share", 0.0..=1.0, "0 to 1, such as 0.01 for one in a hundred")
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
            file: self.file,
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

    /// The keys of a map; none of anything else.
    pub fn keys(&self) -> Vec<&'s str> {
        match &self.node.kind {
            Kind::Map(entries) => entries.iter().map(|entry| entry.key.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// The value of an entry.
    pub fn below(&self, entry: &'s Entry) -> Self {
        // A value may start below its key; the key is where a person looks.
        Self { file: self.file, node: &entry.value, line: entry.line, path: member(&self.path, &entry.key) }
    }
}

/// `86400` as `86,400`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::testing;

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
}
