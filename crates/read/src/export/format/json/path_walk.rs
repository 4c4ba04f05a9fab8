//! Walks along `rows_at` through a JSON document to its lists of rows.

use serde_json::value::RawValue;

use super::members::{each, every, members, names, unclear};
use super::rows_at::{self, EACH, EVERY};
use crate::export::ExportError;
use crate::export::error::list;

/// A walk through a document to its lists of rows.
pub(super) struct PathWalk<'s, 'a> {
    steps: &'s [&'s str],
    /// The values that were gone through, the document first.
    passed: Vec<&'a RawValue>,
    /// The key of the last object that every member was gone through of.
    key: Option<&'a RawValue>,
    /// Lists that were reached.
    lists: u64,
    /// Why one branch ended early, in case all of them do.
    lost: Option<ExportError>,
}

/// What a list of rows is handed to: with what it lies in.
pub(super) type TakeList<'t, 'a> =
    dyn FnMut(&[&'a RawValue], Option<&'a RawValue>, &'a RawValue) -> Result<(), ExportError> + 't;

impl<'s, 'a> PathWalk<'s, 'a> {
    /// Hands over every list of rows that the steps lead to.
    pub(in crate::export) fn go(
        steps: &'s [&'s str],
        document: &'a RawValue,
        take: &mut TakeList<'_, 'a>,
    ) -> Result<(), ExportError> {
        let mut way = Self { steps, passed: Vec::new(), key: None, lists: 0, lost: None };
        way.walk(document, take)?;
        way.refuse_lost()
    }

    /// Goes on from a value that so many steps led to.
    fn walk(&mut self, node: &'a RawValue, take: &mut TakeList<'_, 'a>) -> Result<(), ExportError> {
        let depth = self.passed.len();
        let step = self.steps[depth];
        let is_row_list = depth + 1 == self.steps.len();
        if step == EACH && !node.get().starts_with('[') {
            return self.end(depth, &format!("is {}, not a list", kind(node)), node);
        }
        if step == EVERY && !(node.get().starts_with('{') || is_empty_list(node)) {
            return self.end(depth, &format!("is {}, not an object", kind(node)), node);
        }
        if is_row_list {
            self.lists += 1;
            return take(&self.passed, self.key, node);
        }
        self.passed.push(node);
        if step == EACH {
            each(node, &mut |element| self.walk(element, take))?;
        } else if step == EVERY {
            every(node, &mut |key, value| {
                self.key = Some(key);
                self.walk(value, take)
            })?;
        } else if !node.get().starts_with('{') {
            self.end(depth, &format!("is {}, not an object with a member `{step}`", kind(node)), node)?;
        } else {
            let mut member = [None];
            members(node, &[step], &mut member).map_err(|reason| unclear(step, reason))?;
            if let Some(member) = member[0] {
                self.walk(member, take)?;
            } else {
                let why = format!("has no member `{step}` (it has: {})", list(&names(node)));
                self.end(depth, &why, node)?;
            }
        }
        self.passed.pop();
        Ok(())
    }

    /// The way leads nowhere. One of several may, if nothing is there at all.
    fn end(&mut self, depth: usize, why: &str, node: &RawValue) -> Result<(), ExportError> {
        let reached = match rows_at::shown(&self.steps[..depth]) {
            reached if reached.is_empty() => "the document".to_owned(),
            reached => format!("`{reached}`"),
        };
        let error = ExportError::RowsAt { way: rows_at::shown(self.steps), why: format!("{reached} {why}") };
        let is_one_of_several = self.steps[..depth].iter().any(|step| matches!(*step, EACH | EVERY));
        let is_nothing = node.get() == "null" || (self.steps[depth] != EACH && node.get().starts_with('{'));
        if is_one_of_several && is_nothing {
            self.lost.get_or_insert(error);
            return Ok(());
        }
        Err(error)
    }

    /// Refuses a document in which no way led to a list, though there were some to go.
    fn refuse_lost(self) -> Result<(), ExportError> {
        match self.lost {
            Some(error) if self.lists == 0 => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether a value is a list of nothing: some languages write an object without members so.
fn is_empty_list(value: &RawValue) -> bool {
    value.get().strip_prefix('[').is_some_and(|rest| rest.trim_start() == "]")
}

/// What a value is, for messages.
fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "text",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a truth value",
        _ => "a number",
    }
}
