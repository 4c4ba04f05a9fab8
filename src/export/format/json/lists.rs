//! The lists of objects in a JSON document, each with the way that leads to it.

use serde_json::value::RawValue;

use super::members::{each, every, flatten, names};
use super::rows_at::{EACH, EVERY, shown};

/// An object may be keyed by ids: beyond so many ways nobody reads the list of them.
const MAX_WAYS: usize = 64;

/// A list of objects, or several that the same way leads to.
pub(in crate::export) struct List<'a> {
    /// Such as `data.intervals[]`.
    pub(in crate::export) way: String,
    /// The first rows, each as its names and scalar values; what the list lies in is named from `$.`.
    pub(in crate::export) rows: Vec<Vec<(String, &'a RawValue)>>,
    pub(in crate::export) is_cut: bool,
}

/// Every list of objects in a document, in its order.
pub(in crate::export) fn lists(document: &RawValue, max_rows: usize) -> Vec<List<'_>> {
    let mut search = Search { max_rows, lists: Vec::new() };
    search.look(document, &mut Vec::new(), &[]);
    search.lists
}

struct Search<'a> {
    max_rows: usize,
    lists: Vec<List<'a>>,
}

impl<'a> Search<'a> {
    fn look(&mut self, node: &'a RawValue, way: &mut Vec<String>, around: &[(String, &'a RawValue)]) {
        match node.get().as_bytes().first() {
            Some(b'[') => {
                way.push(EACH.to_owned());
                let name = name(way);
                let _ = each(node, &mut |element| {
                    if element.get().starts_with('{') {
                        self.row(&name, element, around);
                    }
                    if element.get().starts_with(['{', '[']) {
                        self.look(element, way, around);
                    }
                    Ok(())
                });
                way.pop();
            }
            Some(b'{') => {
                let mut around = around.to_vec();
                let prefix = name(way);
                let mut inner = Vec::new();
                super::members::pairs(node, &mut |key, value| match value.get().as_bytes().first() {
                    Some(b'[' | b'{') => inner.push((key, value)),
                    _ if prefix.is_empty() => around.push((format!("$.{key}"), value)),
                    _ => around.push((format!("$.{prefix}.{key}"), value)),
                });
                if is_keyed(&inner) {
                    way.push(EVERY.to_owned());
                    let name = name(way);
                    let _ = every(node, &mut |key, row| {
                        let mut around = around.clone();
                        around.push(("$key".to_owned(), key));
                        self.row(&name, row, &around);
                        self.look(row, way, &around);
                        Ok(())
                    });
                    way.pop();
                    return;
                }
                for (key, value) in inner {
                    way.push(key);
                    self.look(value, way, &around);
                    way.pop();
                }
            }
            _ => {}
        }
    }

    fn row(&mut self, way: &str, row: &'a RawValue, around: &[(String, &'a RawValue)]) {
        let known = self.lists.iter().position(|list| list.way == way);
        let place = match known {
            Some(place) => place,
            None if self.lists.len() == MAX_WAYS => return,
            None => {
                self.lists.push(List { way: way.to_owned(), rows: Vec::new(), is_cut: false });
                self.lists.len() - 1
            }
        };
        let list = &mut self.lists[place];
        if list.rows.len() == self.max_rows {
            list.is_cut = true;
            return;
        }
        let mut values = Vec::new();
        flatten(row, "", &mut |name, value| {
            if !value.get().starts_with('[') {
                values.push((name, value));
            }
        });
        values.extend(around.iter().cloned());
        list.rows.push(values);
    }
}

/// Whether the members of an object are rows under their ids: objects, two or more, with the same names in them, scalars
/// among these.
fn is_keyed(inner: &[(String, &RawValue)]) -> bool {
    let [(_, first), others @ ..] = inner else { return false };
    let is_row = |value: &RawValue| value.get().starts_with('{');
    let mut has_scalar = false;
    if is_row(first) {
        super::members::pairs(first, &mut |_, value| has_scalar |= !value.get().starts_with(['{', '[']));
    }
    let like = names(first);
    has_scalar && !others.is_empty() && others.iter().all(|(_, value)| is_row(value) && names(value) == like)
}

fn name(way: &[String]) -> String {
    shown(&way.iter().map(String::as_str).collect::<Vec<_>>())
}
