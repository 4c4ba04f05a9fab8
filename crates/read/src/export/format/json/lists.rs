//! The lists of objects in a JSON document, each with the path that leads to it.

use serde_json::value::RawValue;

use super::members::{each, every, names, pairs};
use super::names::{MAX_NAME_BYTES, Names, flatten, put};
use super::rows_at::{EACH, EVERY, shown};
use crate::export::peek_budget::{MAX_COLUMNS, PeekBudget};

/// An object may be keyed by ids: a longer list of paths is of no use to anybody.
const MAX_WAYS: usize = 64;
/// Rows lie two to six lists and members deep. Every level is gone through for itself, so there is an end to them.
const MAX_STEPS: usize = 24;

/// A list of objects, or several that the same way leads to.
pub(in crate::export) struct List<'a> {
    /// Such as `data.intervals[]`.
    pub(in crate::export) way: String,
    /// What its values are called; what the list lies in is named from `$.`.
    pub(in crate::export) names: Names,
    /// The first rows, each as its scalar values in the order of the names.
    pub(in crate::export) rows: Vec<Vec<Option<&'a RawValue>>>,
    pub(in crate::export) is_cut: bool,
}

/// Every list of objects in a document, in its order. Of all of them no more than there is room for is kept.
pub(in crate::export) fn lists<'a>(
    document: &'a RawValue,
    max_rows: usize,
    room: &mut PeekBudget,
) -> Vec<List<'a>> {
    let mut search = Search { max_rows, room, lists: Vec::new() };
    search.look(document, &mut Vec::new(), None);
    search.lists
}

struct Search<'r, 'a> {
    max_rows: usize,
    room: &'r mut PeekBudget,
    lists: Vec<List<'a>>,
}

/// The scalars of an object that rows lie in, by their names from `$.`; and those of what it lies in itself. They are
/// there once, however many rows there are.
struct Around<'o, 'a> {
    outer: Option<&'o Around<'o, 'a>>,
    values: Vec<(String, &'a RawValue)>,
}

impl<'a> Search<'_, 'a> {
    fn look(&mut self, node: &'a RawValue, way: &mut Vec<String>, around: Option<&Around<'_, 'a>>) {
        if way.len() == MAX_STEPS || way.iter().map(String::len).sum::<usize>() > MAX_NAME_BYTES {
            return;
        }
        match node.get().as_bytes().first() {
            Some(b'[') => {
                way.push(EACH.to_owned());
                let (name, mut place) = (name(way), None);
                let _ = each(node, &mut |element| {
                    if element.get().starts_with('{') {
                        self.row(&name, &mut place, element, around);
                    }
                    if element.get().starts_with(['{', '[']) {
                        self.look(element, way, around);
                    }
                    Ok(())
                });
                way.pop();
            }
            Some(b'{') => self.look_within(node, way, around),
            _ => {}
        }
    }

    fn look_within(&mut self, node: &'a RawValue, way: &mut Vec<String>, around: Option<&Around<'_, 'a>>) {
        let (mut kin, mut own) = (MemberShape::default(), Vec::new());
        pairs(node, &mut |key, value| match value.get().as_bytes().first() {
            Some(b'[' | b'{') => kin.see(value),
            // More than there are columns cannot be shown.
            _ if own.len() < MAX_COLUMNS => own.push((key, value)),
            _ => {}
        });
        if kin.members == 0 {
            return;
        }
        let prefix = match name(way) {
            way if way.is_empty() => "$.".to_owned(),
            way => format!("$.{way}."),
        };
        own.retain(|(key, _)| prefix.len() + key.len() <= MAX_NAME_BYTES);
        let values = own.into_iter().map(|(key, value)| (format!("{prefix}{key}"), value)).collect();
        let around = Around { outer: around, values };
        if kin.are_rows() {
            way.push(EVERY.to_owned());
            let (name, mut place) = (name(way), None);
            let _ = every(node, &mut |key, row| {
                let around = Around { outer: Some(&around), values: vec![("$key".to_owned(), key)] };
                self.row(&name, &mut place, row, Some(&around));
                self.look(row, way, Some(&around));
                Ok(())
            });
            way.pop();
            return;
        }
        // Gone through once more rather than kept: there may be millions.
        pairs(node, &mut |key, value| {
            if value.get().starts_with(['{', '[']) {
                way.push(key);
                self.look(value, way, Some(&around));
                way.pop();
            }
        });
    }

    /// Takes a row in; `place` is where its list is, once that is known.
    fn row(&mut self, way: &str, place: &mut Option<usize>, row: &'a RawValue, around: Option<&Around<'_, 'a>>) {
        let known = place.or_else(|| self.lists.iter().position(|list| list.way == way));
        *place = match known {
            None if self.lists.len() < MAX_WAYS => {
                let list = List { way: way.to_owned(), names: Names::default(), rows: Vec::new(), is_cut: false };
                self.lists.push(list);
                Some(self.lists.len() - 1)
            }
            known => known,
        };
        let Some(place) = *place else { return };
        let list = &mut self.lists[place];
        if list.rows.len() == self.max_rows || list.is_cut {
            list.is_cut = true;
            return;
        }
        let mut values = Vec::new();
        flatten(row, &mut |name, value| {
            if !value.get().starts_with('[')
                && let Some(place) = list.names.place(name)
            {
                put(&mut values, place, value);
            }
        });
        put_around(&mut values, &mut list.names, around);
        let text_bytes = values.iter().flatten().map(|value| value.get().len()).sum();
        if self.room.take(values.len(), text_bytes) {
            list.rows.push(values);
        } else {
            list.is_cut = true;
        }
    }
}

/// Puts what lies around a row behind its own values, the outermost first.
fn put_around<'a>(row: &mut Vec<Option<&'a RawValue>>, names: &mut Names, around: Option<&Around<'_, 'a>>) {
    let Some(around) = around else { return };
    put_around(row, names, around.outer);
    for (name, value) in &around.values {
        if let Some(place) = names.place(name) {
            put(row, place, *value);
        }
    }
}

/// What the lists and objects in an object have in common.
#[derive(Default)]
struct MemberShape {
    members: usize,
    /// The names of the first.
    names: Vec<String>,
    has_scalar: bool,
    are_alike: bool,
}

impl MemberShape {
    fn see(&mut self, value: &RawValue) {
        self.members += 1;
        let is_object = value.get().starts_with('{');
        if self.members == 1 && is_object {
            self.are_alike = true;
            self.names = names(value);
            pairs(value, &mut |_, inner| self.has_scalar |= !inner.get().starts_with(['{', '[']));
        } else {
            self.are_alike = self.are_alike && is_object && names(value) == self.names;
        }
    }

    /// Whether they are rows under their ids: objects, two or more, with the same names in them, scalars among these.
    fn are_rows(&self) -> bool {
        self.members > 1 && self.are_alike && self.has_scalar
    }
}

fn name(way: &[String]) -> String {
    shown(&way.iter().map(String::as_str).collect::<Vec<_>>())
}
