//! What a row of an export is, and which keys make sense for which rows.

use super::place::Place;
use super::section::Section;

/// What a row is, before its columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Events,
    Impressions,
    Counts,
    Covers,
}

use RowKind::{Counts, Covers, Events, Impressions};

const WORDS: [(&str, RowKind); 4] =
    [("events", Events), ("impressions", Impressions), ("counts", Counts), ("covers", Covers)];

/// Rows that are one happening each.
pub(super) const HAPPENINGS: &[RowKind] = &[Events, Impressions];
/// Rows that belong to an interval.
pub(super) const INTERVALS: &[RowKind] = &[Counts, Covers];
/// Rows that are counted.
pub(super) const COUNTED: &[RowKind] = &[Events, Impressions, Counts];
/// All.
pub(super) const ALL: &[RowKind] = &[Events, Impressions, Counts, Covers];

/// A key and the kinds of rows that it makes sense for.
pub(super) type Key = (&'static str, &'static [RowKind]);

impl RowKind {
    /// The word in configuration.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// Whether a row belongs to an interval.
    pub fn is_interval(self) -> bool {
        INTERVALS.contains(&self)
    }
}

/// Reads `rows`.
pub(super) fn read(at: &Place<'_>) -> Option<RowKind> {
    at.word("a kind of rows", &WORDS)
}

/// What `rows` says, for those who must know before it is read.
pub(super) fn peek(at: &Place<'_>) -> Option<RowKind> {
    let (word, _) = at.peek("rows")?;
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}

/// A section whose keys depend on the kind of rows; all of them are taken where that is not known.
pub(super) fn section<'s>(at: &Place<'s>, what: &str, keys: &[Key], kind: Option<RowKind>) -> Option<Section<'s>> {
    let fits = |kinds: &[RowKind]| kind.is_none_or(|kind| kinds.contains(&kind));
    let known: Vec<&str> = keys.iter().filter(|(_, kinds)| fits(kinds)).map(|(key, _)| *key).collect();
    at.section_with(what, &known, |key| {
        let (_, kinds) = keys.iter().find(|(known, _)| *known == key)?;
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("`rows: {}`", kind.word())).collect();
        Some(format!("`{key}` belongs to {}, not to this export's rows", kinds.join(" and ")))
    })
}
