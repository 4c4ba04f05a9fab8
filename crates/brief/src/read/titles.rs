//! What covers are called, and sentences that call them so.
//!
//! Sentences of tables name a cover by its id, some in backticks and some bare. An id may be any text, so that nobody can make
//! a sentence say what its table does not say by the choice of an id:
//!
//! * in backticks, one is replaced only from end to end, the longest first;
//! * bare, one is replaced only as a whole word, and only if no word or number of a sentence looks like it: it has no blank, a
//!   letter, and an underscore, a digit or two hyphens;
//! * what was put in is not looked at again.

use std::collections::BTreeMap;

use coverledger_core::model::{TableName, columns as c, legible};

use super::line::Line;
use super::tables::Tables;
use crate::names::NameBook;
use crate::{CoverTitle, Text};

/// Ids are not longer than that in a sentence, in bytes.
const LONGEST: usize = 2_048;

/// What covers are called.
pub(super) struct Titles {
    /// By id.
    covers: BTreeMap<String, CoverTitle>,
    /// By the id as a sentence has it; day-parts, too.
    said: BTreeMap<String, Text>,
}

impl Titles {
    /// Of the tables of covers and pictures.
    pub(super) fn read(tables: &Tables<'_>, names: NameBook<'_>) -> Self {
        let thumbnails: BTreeMap<&str, &str> = tables
            .all(TableName::Pictures)
            .filter_map(|line| Some((line.text(c::PICTURE)?, line.text(c::THUMBNAIL)?)))
            .collect();
        let titled = tables.all(TableName::Covers).filter_map(|line| {
            let thumbnail = line.text(c::PICTURE).and_then(|picture| thumbnails.get(picture));
            let thumbnail = thumbnail.copied().map(str::to_owned);
            Some((line.owned(c::COVER_ID)?, CoverTitle { title: title(line), thumbnail }))
        });
        let covers: BTreeMap<String, CoverTitle> = titled.collect();
        let slots = tables.all(TableName::SlotPlan).filter_map(|line| line.text(c::SLOT));
        let mut said: BTreeMap<String, Text> = slots.map(|slot| (slot.to_owned(), names.slot(slot))).collect();
        said.extend(covers.iter().map(|(id, cover)| (legible(id).into_owned(), cover.title.clone())));
        Self { covers, said }
    }

    /// What a cover is called: by its id, if by nothing else.
    pub(super) fn of(&self, cover: &str) -> CoverTitle {
        let unnamed = || CoverTitle { title: Text::same(&legible(cover)), thumbnail: None };
        self.covers.get(cover).cloned().unwrap_or_else(unnamed)
    }

    /// A sentence that calls covers as people do, and day-parts in backticks. `but_not` is a name in it that is none of theirs.
    pub(super) fn said(&self, text: &Text, but_not: Option<&str>) -> Text {
        Text {
            en: self.replaced(&text.en, but_not, |title| &title.en),
            zh: self.replaced(&text.zh, but_not, |title| &title.zh),
        }
    }

    fn replaced(&self, text: &str, but_not: Option<&str>, language: impl Fn(&Text) -> &str) -> String {
        let text = legible(text);
        let mut said = String::with_capacity(text.len());
        let mut rest: &str = &text;
        let mut is_in_word = false;
        while let Some(next) = rest.chars().next() {
            let found = match next {
                '`' => self.quoted(rest),
                _ if is_in_word => None,
                _ => self.bare(rest, but_not),
            };
            if let Some((length, title)) = found {
                said.push_str(&isolated(language(title)));
                rest = &rest[length..];
                is_in_word = false;
            } else {
                said.push(next);
                rest = &rest[next.len_utf8()..];
                is_in_word = is_of_word(next);
            }
        }
        said
    }

    /// The longest id in backticks with which a text begins: its length with them, and what it is called.
    fn quoted(&self, text: &str) -> Option<(usize, &Text)> {
        let inner = &text[1..];
        let ends: Vec<usize> = inner.match_indices('`').map(|(at, _)| at).take_while(|at| *at < LONGEST).collect();
        ends.into_iter().rev().find_map(|end| Some((end + 2, self.said.get(&inner[..end])?)))
    }

    /// The longest id with which a text begins as a word, if it looks like no word of a sentence.
    fn bare(&self, text: &str, but_not: Option<&str>) -> Option<(usize, &Text)> {
        let within = text.find(char::is_whitespace).unwrap_or(text.len()).min(LONGEST);
        let ends = (1..=within).rev().filter(|end| text.is_char_boundary(*end) && ends_a_word(&text[*end..]));
        ends.map(|end| &text[..end])
            .filter(|id| looks_like_an_id(id) && Some(*id) != but_not)
            .find_map(|id| Some((id.len(), self.said.get(id)?)))
    }
}

/// What a cover is called in the sheet, in the other language where one has no name, and by its id where neither has.
fn title(line: Line<'_>) -> Text {
    let name = |column| line.text(column).map(str::trim).filter(|name| !name.is_empty());
    let [en, zh] = [name(c::NAME), name(c::NAME_ZH)];
    let called = |name: Option<&str>, other: Option<&str>| {
        legible(name.or(other).unwrap_or_else(|| line.id(c::COVER_ID))).into_owned()
    };
    Text { en: called(en, zh), zh: called(zh, en) }
}

const fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Whether a word ends before this text: `.` and its like end one only where nothing of it follows.
fn ends_a_word(after: &str) -> bool {
    let mut after = after.chars();
    match after.next() {
        None => true,
        Some('.' | ':' | '/' | '\\' | '`' | '\'' | '@' | '#') => !after.next().is_some_and(is_of_word),
        Some(c) => !is_of_word(c),
    }
}

fn looks_like_an_id(text: &str) -> bool {
    let has = |is: fn(&char) -> bool| text.chars().any(|c| is(&c));
    let is_marked = has(|c| *c == '_' || c.is_ascii_digit()) || text.matches('-').count() > 1;
    has(char::is_ascii_alphabetic) && is_marked && text.starts_with(is_of_word)
}

/// A name in a sentence: one that is written from right to left turns nothing around it.
fn isolated(name: &str) -> String {
    let turns = |c: char| {
        matches!(
            c,
            '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}'
                | '\u{1e800}'..='\u{1efff}'
        )
    };
    if name.contains(turns) { format!("\u{2068}{name}\u{2069}") } else { name.to_owned() }
}
