//! Names for the values of rows in JSON, which has no header.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::members::pairs;
use crate::export::peek_budget::MAX_COLUMNS;

/// The longest name of a column; a member with a longer one is not a column.
pub(super) const MAX_NAME_BYTES: usize = 256;
/// How deep members of members are columns.
const MAX_LEVELS: usize = 16;

/// The columns of a table, in the order in which rows were first seen to have them.
#[derive(Default)]
pub(in crate::export) struct Names {
    places: HashMap<String, usize>,
    pub(in crate::export) all: Vec<String>,
    /// Whether there are more than are kept.
    pub(in crate::export) is_cut: bool,
}

impl Names {
    /// Where the values of a name stand in their rows. `None` if there are too many columns, or the name is too long.
    pub(in crate::export) fn place(&mut self, name: &str) -> Option<usize> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        if self.all.len() == MAX_COLUMNS || name.len() > MAX_NAME_BYTES {
            self.is_cut = true;
            return None;
        }
        let place = self.all.len();
        self.places.insert(name.to_owned(), place);
        self.all.push(name.to_owned());
        Some(place)
    }
}

/// Puts a value at its place in a row, which is as wide as its last value.
pub(in crate::export) fn put<T>(row: &mut Vec<Option<T>>, place: usize, value: T) {
    if row.len() <= place {
        row.resize_with(place + 1, || None);
    }
    row[place] = Some(value);
}

/// Goes through the members of an object, and the members of these, each by its whole name: `traffic.views`. Names are
/// not copied from one level to the next, and end where nothing is called so any more.
pub(super) fn flatten<'a>(object: &'a RawValue, take: &mut dyn FnMut(&str, &'a RawValue)) {
    go(object, &mut String::new(), MAX_LEVELS, take);
}

fn go<'a>(object: &'a RawValue, name: &mut String, levels: usize, take: &mut dyn FnMut(&str, &'a RawValue)) {
    let before = name.len();
    pairs(object, &mut |key, value| {
        if before + key.len() <= MAX_NAME_BYTES {
            if before > 0 {
                name.push('.');
            }
            name.push_str(&key);
            if !value.get().starts_with('{') {
                take(name, value);
            } else if levels > 1 {
                go(value, name, levels - 1, take);
            }
            name.truncate(before);
        }
    });
}

/// The names that the values of a row can be called by.
pub(super) fn names_within(row: &RawValue) -> Vec<String> {
    let mut names = Vec::new();
    flatten(row, &mut |name, _| {
        if names.len() < MAX_COLUMNS {
            names.push(name.to_owned());
        }
    });
    names
}
