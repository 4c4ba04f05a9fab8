//! The sheet of covers: what people know of a cover beside its picture, one row a cover, as CSV or YAML.
//!
//! A sheet is written by people, in a spreadsheet, in English or Chinese. So a wrong row costs itself and no other, each
//! problem is told with its line, and only what is no sheet at all is refused. Columns that nobody here knows are tags.
//! Pure: bytes in, [`Sheet`] out.

mod cell;
mod column;
mod delimited;
mod document;
mod encoding;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use super::problem::among;
use coverledger_core::model::{Look, legible};

pub use column::Declared;
use column::SheetColumn;

/// A longer sheet is refused.
pub const SHEET_MOST_BYTES: u64 = 16 << 20;

/// What people know of covers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// By cover id.
    pub covers: BTreeMap<String, DeclaredCover>,
    /// What is wrong with it, in the order of its lines. None of it keeps a sound row from being read.
    pub problems: Vec<SheetProblem>,
}

/// What is declared of a cover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclaredCover {
    /// The line of its row, from 1; 0 if that is not known any longer.
    pub line: usize,
    /// The known columns that are not blank.
    pub values: BTreeMap<Declared, String>,
    /// The others that are not blank, by their name in the sheet.
    pub tags: BTreeMap<String, String>,
}

impl DeclaredCover {
    /// The tags as a JSON object, as `covers` has them.
    #[must_use]
    pub fn tags_as_json(&self) -> String {
        serde_json::to_string(&self.tags).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Tags as `covers` has them; `None` if that is no JSON object of texts.
    #[must_use]
    pub fn tags_of_json(json: &str) -> Option<BTreeMap<String, String>> {
        serde_json::from_str(json).ok()
    }
}

/// Something wrong with a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetProblem {
    /// Line, from 1.
    pub line: usize,
    /// What was found, what is allowed, and a hint.
    pub message: String,
}

/// Why a file is no sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.0)]
pub struct NoSheet(SheetProblem);

impl fmt::Display for SheetProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, legible(&self.message))
    }
}

/// A row as it stands in a file: the names of columns with what is in them.
struct Row {
    line: usize,
    cells: Vec<(String, String)>,
}

impl Sheet {
    /// Reads a sheet; `name` says by its end whether it is YAML, and is CSV otherwise.
    ///
    /// # Errors
    /// It is no text, has no column of cover ids, or is no YAML: nothing can be read of it.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, NoSheet> {
        let mut sheet = Self::default();
        let text = encoding::decoded(bytes).map_err(|message| no_sheet(1, message))?;
        if text.is_not_utf_8 {
            sheet.problem(1, "it is not UTF-8, and is read as GB18030 (save it as UTF-8)".to_owned());
        }
        let is_yaml = name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("yaml"));
        let rows =
            if is_yaml { document::rows(&text.text, &mut sheet) } else { delimited::rows(&text.text, &mut sheet) };
        for row in rows? {
            sheet.take(row);
        }
        sheet.problems.sort_by_key(|problem| problem.line);
        Ok(sheet)
    }

    /// Takes a row, unless nobody could tell what is meant by it.
    fn take(&mut self, row: Row) {
        let line = row.line;
        let (mut id, mut cover) = (None, DeclaredCover { line, ..DeclaredCover::default() });
        for (name, value) in row.cells {
            let value = match cell::value(&value) {
                Ok(Some(value)) => value,
                Ok(None) => continue,
                Err(message) => {
                    self.problem(line, format!("`{name}`: {message}"));
                    continue;
                }
            };
            match SheetColumn::of(&name) {
                SheetColumn::CoverId => id = Some(value),
                SheetColumn::Known(Declared::File) => match cell::file(&value) {
                    Ok(file) => {
                        cover.values.insert(Declared::File, file);
                    }
                    Err(message) => self.problem(line, format!("`{name}`: {message}")),
                },
                SheetColumn::Known(column) => {
                    cover.values.insert(column, value);
                }
                SheetColumn::Tag(name) => {
                    cover.tags.insert(name, value);
                }
            }
        }
        let Some(id) = id else {
            return self.problem(line, "it names no cover (expected a `cover_id`)".to_owned());
        };
        if let Some(message) = cell::is_no_id(&id) {
            return self.problem(line, message);
        }
        match self.covers.entry(id) {
            Entry::Vacant(place) => {
                place.insert(cover);
            }
            Entry::Occupied(place) => {
                let (id, first) = (place.key().clone(), place.get().line);
                self.problem(line, format!("the cover `{id}` is declared in line {first}, and that row counts"));
            }
        }
    }

    fn problem(&mut self, line: usize, message: String) {
        self.problems.push(SheetProblem { line, message });
    }

    /// Tells what is odd about a header: columns that are named twice, that look like a known one, or that cannot be tags.
    /// Which of them are read.
    fn header(&mut self, line: usize, names: &[String]) -> Vec<bool> {
        let mut seen: BTreeMap<SheetColumn, &str> = BTreeMap::new();
        let mut are_read = Vec::with_capacity(names.len());
        for name in names {
            let column = SheetColumn::of(name);
            let tag = match &column {
                SheetColumn::Tag(tag) => Some(tag.as_str()),
                SheetColumn::CoverId | SheetColumn::Known(_) => None,
            };
            let is_read = match seen.get(&column) {
                _ if tag == Some("") => false,
                Some(first) => {
                    self.problem(line, format!("the column `{name}` says what `{first}` says, and is not read"));
                    false
                }
                None if tag.is_some_and(|tag| Look::named(tag).is_some()) => {
                    self.problem(
                        line,
                        format!(
                            "the column `{name}` has the name of a measure, and is not read (call it otherwise)"
                        ),
                    );
                    false
                }
                None => true,
            };
            if let Some(tag) = tag.filter(|_| is_read) {
                let hint = among("known", column::words(), tag);
                let message = format!("the column `{tag}` is taken for a tag ({hint})");
                // Once, and not in every row of a document.
                if hint.contains("did you mean") && self.problems.iter().all(|told| told.message != message) {
                    self.problem(line, message);
                }
            }
            seen.entry(column).or_insert(name);
            are_read.push(is_read);
        }
        are_read
    }
}

fn no_sheet(line: usize, message: impl Into<String>) -> NoSheet {
    NoSheet(SheetProblem { line, message: message.into() })
}

/// Says in a message which columns there are.
fn expected() -> String {
    "a column `cover_id` or `封面ID`".to_owned()
}

#[cfg(test)]
mod tests;
