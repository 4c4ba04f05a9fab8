//! JSON values as fields, and keys as the header that JSON does not have.

pub(in crate::export) mod document;
mod line_template;
pub(in crate::export) mod lists;
pub(in crate::export) mod members;
pub(in crate::export) mod names;
pub(super) mod ndjson;
pub(in crate::export) mod pages;
mod path_walk;
pub(in crate::export) mod rows_at;
mod scalar;

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::field::Field;
use super::wanted::Wanted;
use crate::export::{ExportError, MissingColumns};
use coverledger_core::model::Reason;

/// Which needed columns any well-formed record had as a key, be it with null.
#[derive(Default)]
pub(super) struct Keys {
    /// Empty until there is a record.
    present: Vec<bool>,
    /// The keys of the first record that had a needed one: another may be keyed by anything, viewers too.
    header: Vec<String>,
}

impl Keys {
    /// Notes which columns a record has, and its keys if it is the first that has any.
    pub(super) fn note(
        &mut self,
        found: impl ExactSizeIterator<Item = bool>,
        header: impl FnOnce() -> Vec<String>,
    ) {
        self.present.resize(found.len(), false);
        let mut has_any = false;
        for (present, found) in self.present.iter_mut().zip(found) {
            *present |= found;
            has_any |= found;
        }
        if self.header.is_empty() && has_any {
            self.header = header();
        }
    }

    /// Refuses the export if a needed column was in none of its records, as [`MissingColumns`].
    pub(super) fn refuse_missing(
        self,
        needed: &[Wanted],
        may_be_absent: Option<usize>,
    ) -> Result<(), ExportError> {
        if self.present.iter().any(|present| *present) {
            let is_there = |place: usize| self.present.get(place).copied().unwrap_or_default();
            let missing = MissingColumns::of(needed, &self.header, &is_there, may_be_absent);
            missing.map_or(Ok(()), |missing| Err(missing.into()))
        } else if self.present.is_empty() {
            Ok(())
        } else {
            Err(ExportError::NoMappedColumn("in any of its records"))
        }
    }
}

/// Lends room for as many values as columns are needed: on the stack, unless they are very many.
pub(super) fn with_room<T, R>(count: usize, empty: impl Fn() -> T, fill: impl FnOnce(&mut [T]) -> R) -> R {
    const INLINE: usize = 16;
    if count <= INLINE {
        let mut room: [T; INLINE] = std::array::from_fn(|_| empty());
        fill(&mut room[..count])
    } else {
        fill(&mut std::iter::repeat_with(empty).take(count).collect::<Vec<T>>())
    }
}

/// A needed value, with its escapes resolved.
pub(in crate::export) enum JsonValue<'a> {
    Null,
    Nested,
    Text(Cow<'a, str>),
    Decimal(&'a str),
    Truth(bool),
}

impl<'a> JsonValue<'a> {
    pub(in crate::export) fn of(raw: Option<&'a RawValue>) -> Result<Self, Reason> {
        let Some(raw) = raw.map(RawValue::get) else { return Ok(Self::Null) };
        Ok(match raw.as_bytes() {
            b"null" | b"\"\"" => Self::Null,
            [b'{' | b'[', ..] => Self::Nested,
            [b'"', content @ .., b'"'] if memchr::memchr(b'\\', content).is_none() => {
                Self::Text(Cow::Borrowed(&raw[1..raw.len() - 1]))
            }
            [b'"', ..] => {
                Self::Text(serde_json::from_str::<String>(raw).map_err(|_| Reason::MalformedJson)?.into())
            }
            b"true" => Self::Truth(true),
            b"false" => Self::Truth(false),
            _ if raw.contains(['.', 'e', 'E']) => Self::Decimal(raw),
            _ => Self::Text(Cow::Borrowed(raw)),
        })
    }

    pub(in crate::export) fn field(&self) -> Field<'_> {
        match self {
            Self::Null => Field::Null,
            Self::Nested => Field::Nested,
            Self::Text(text) => Field::Text(text),
            Self::Decimal(text) => Field::Decimal(text),
            Self::Truth(truth) => Field::Bool(*truth),
        }
    }
}
