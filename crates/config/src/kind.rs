//! What a row of an export is, and which keys make sense for which rows.

use super::cursor::Cursor;
use super::registry::Keys;

/// What a row is, before its columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Events,
    Impressions,
    Counts,
    Covers,
    Quality,
}

use RowKind::{Counts, Covers, Events, Impressions, Quality};

pub(super) const WORDS: [(&str, RowKind); 5] = [
    ("events", Events),
    ("impressions", Impressions),
    ("counts", Counts),
    ("covers", Covers),
    ("quality", Quality),
];

/// Rows that are one happening each.
pub(super) const HAPPENINGS: &[RowKind] = &[Events, Impressions];
/// Rows that have an instant, and may name a viewer.
pub(super) const INSTANTS: &[RowKind] = &[Events, Impressions, Quality];
/// Rows that belong to an interval.
pub(super) const INTERVALS: &[RowKind] = &[Counts, Covers];
/// Rows that are counted.
pub(super) const COUNTED: &[RowKind] = &[Events, Impressions, Counts];
/// Rows that are of a cover.
pub(super) const COVERED: &[RowKind] = &[Events, Impressions, Counts, Covers];
/// Rows of which there may be none on a date.
pub(super) const ABSENT: &[RowKind] = &[Events, Impressions, Counts, Quality];
impl RowKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Events, Impressions, Counts, Covers, Quality];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// Whether a row belongs to an interval.
    pub fn is_interval(self) -> bool {
        INTERVALS.contains(&self)
    }
}

/// The kind of rows, for reading keys that depend on it; a wrong one is reported where `rows` is read.
pub(super) fn peek(at: &Cursor<'_>) -> Option<RowKind> {
    let (word, _) = at.peek("rows")?;
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}

/// A section whose keys depend on the kind of rows; all of them are taken where that is not known.
pub(super) fn open<'s, K: Keys<'s>>(at: &Cursor<'s>, kind: Option<RowKind>) -> Option<K> {
    let fits = |rows: &[RowKind]| rows.is_empty() || kind.is_none_or(|kind| rows.contains(&kind));
    K::open_where(
        at,
        |key| fits(key.rows),
        |name| {
            let key = K::spec().keys.into_iter().find(|key| key.name == name)?;
            let kinds: Vec<String> = key.rows.iter().map(|kind| format!("`rows: {}`", kind.word())).collect();
            Some(format!("`{name}` belongs to {}, not to this export's rows", kinds.join(" and ")))
        },
    )
}
