//! Which values a key may have, for the reference and the schema.

use super::{Keys, Spec};

/// The values that a key may have.
#[derive(Clone)]
pub(crate) enum Shape {
    /// `true` or `false`.
    Truth,
    /// A whole number within bounds.
    Whole(i64, i64),
    /// A number within bounds.
    Number(f64, f64),
    /// A text that is not blank.
    Text,
    /// A text that may be blank.
    AnyText,
    /// A text that matches a regular expression (of ECMA 262, anchored).
    Pattern(&'static str),
    /// One of some words.
    Words(Vec<&'static str>),
    /// A text, a whole number or a truth value.
    Scalar,
    /// A duration within bounds, both as written.
    Duration(&'static str, &'static str),
    /// A size of at least so much, as written.
    Size(&'static str),
    /// A column of an export: a name, a list of the names that it may have, or its number.
    Column,
    /// A section with keys of its own.
    Section(fn() -> Spec),
    /// Entries under names of the user's own; at least one.
    Entries(Box<Shape>),
    /// The same under names that become a part of a path.
    Named(Box<Shape>),
    /// Entries under the words for counts.
    Counts(Box<Shape>),
    /// The same, of which there may be none.
    CountsOrNone(Box<Shape>),
    /// A list; at least so many and at most so many items.
    List(Box<Shape>, usize, Option<usize>),
    /// One of several.
    AnyOf(Vec<Shape>),
    /// The same values, which the reference calls by another name.
    Called(&'static str, Box<Shape>),
}

impl Shape {
    /// A section.
    pub fn section<'s, K: Keys<'s>>() -> Self {
        Self::Section(K::spec)
    }

    /// A list with at least one item.
    pub fn list(of: Self) -> Self {
        Self::List(Box::new(of), 1, None)
    }

    /// The same values under another name.
    pub fn called(self, name: &'static str) -> Self {
        Self::Called(name, Box::new(self))
    }
}
