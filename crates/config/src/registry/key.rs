//! A key: its declaration, and where it stands in a file.

use std::path::Path;

use super::forms::{Form, Part, Shaped};
use super::{Declaration, Need};
use crate::config_file::ConfigFile;
use crate::cursor::Cursor;
use crate::kind::RowKind;
use crate::section::Section;

/// The declaration of a key: its form, whether it must be there (`N`), and one sentence.
pub(crate) struct Declared<N, F> {
    need: N,
    form: F,
    about: &'static str,
    rows: &'static [RowKind],
    formats: &'static [&'static str],
}

/// It must be there; a message says what to write.
pub(crate) struct Must {
    expected: String,
}

/// Where it is absent, this YAML holds.
pub(crate) struct Else {
    default: &'static str,
}

/// It may be absent; in words, what holds then.
pub(crate) struct May {
    absent: &'static str,
}

pub(crate) type Required<F> = Declared<Must, F>;
pub(crate) type Or<F> = Declared<Else, F>;
pub(crate) type Maybe<F> = Declared<May, F>;

/// A key that must be there; `expected` says in a message what to write.
pub(crate) fn required<F>(expected: impl Into<String>, form: F, about: &'static str) -> Required<F> {
    declared(Must { expected: expected.into() }, form, about)
}

/// A key with a default, as YAML.
pub(crate) const fn or<F>(default: &'static str, form: F, about: &'static str) -> Or<F> {
    declared(Else { default }, form, about)
}

/// A key that may be absent; `absent` says what holds then.
pub(crate) const fn maybe<F>(absent: &'static str, form: F, about: &'static str) -> Maybe<F> {
    declared(May { absent }, form, about)
}

const fn declared<N, F>(need: N, form: F, about: &'static str) -> Declared<N, F> {
    Declared { need, form, about, rows: &[], formats: &[] }
}

pub(crate) trait Needed {
    fn need(&self) -> Need;
}

impl Needed for Must {
    fn need(&self) -> Need {
        Need::Required
    }
}

impl Needed for Else {
    fn need(&self) -> Need {
        Need::Default(self.default)
    }
}

impl Needed for May {
    fn need(&self) -> Need {
        Need::Absent(self.absent)
    }
}

impl<N, F> Declared<N, F> {
    /// The same for these kinds of rows only.
    pub fn rows(self, rows: &'static [RowKind]) -> Self {
        Self { rows, ..self }
    }

    /// The same with these words for `format` only.
    pub fn formats(self, formats: &'static [&'static str]) -> Self {
        Self { formats, ..self }
    }
}

impl<N: Needed, F: Shaped> Declared<N, F> {
    /// As the reference and the schema see it.
    pub fn declaration(&self, name: &'static str) -> Declaration {
        Declaration {
            name,
            shape: self.form.shape(),
            need: self.need.need(),
            about: self.about,
            rows: self.rows,
            formats: self.formats,
        }
    }
}

/// A key of a section in a file.
pub(crate) struct Key<'s, D> {
    section: Section<'s>,
    name: &'static str,
    declared: D,
}

impl<'s, D> Key<'s, D> {
    pub fn new(section: &Section<'s>, name: &'static str, declared: D) -> Self {
        Self { section: section.clone(), name, declared }
    }

    /// Its value, if it is there.
    pub fn at(&self) -> Option<Cursor<'s>> {
        self.section.optional(self.name)
    }

    /// The value of another key of its section, if that is there.
    pub fn beside(&self, name: &str) -> Option<Cursor<'s>> {
        self.section.optional(name)
    }

    /// The section that it is a key of.
    pub fn section(&self) -> &Cursor<'s> {
        self.section.cursor()
    }
}

impl<'s, F> Key<'s, Required<F>> {
    /// Its value; a missing one is a problem.
    pub fn required(&self) -> Option<Cursor<'s>> {
        self.section.required(self.name, &self.declared.need.expected)
    }
}

impl<F: Form> Key<'_, Required<F>> {
    /// Reads it; `None` where it is missing or wrong.
    pub fn read(&self) -> Option<F::Out> {
        self.declared.form.read(&self.required()?)
    }
}

impl<F: Form> Key<'_, Or<F>> {
    /// Reads it; its default where it is absent, `None` where it is wrong.
    pub fn read(&self) -> Option<F::Out> {
        let form = &self.declared.form;
        self.at().map_or_else(|| read_default(self.declared.need.default, |at| form.read(at)), |at| form.read(&at))
    }
}

impl<F: Form> Key<'_, Maybe<F>> {
    /// Reads it; `Some(None)` where it is absent, `None` where it is wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    pub fn read(&self) -> Option<Option<F::Out>> {
        self.at().map_or(Some(None), |at| self.declared.form.read(&at).map(Some))
    }
}

impl Key<'_, Or<Part>> {
    /// Reads it, or its default in the same way.
    pub fn read_with<T>(&self, read: impl Fn(&Cursor<'_>) -> Option<T>) -> Option<T> {
        self.at().map_or_else(|| read_default(self.declared.need.default, &read), |at| read(&at))
    }
}

impl<'s> Key<'s, Maybe<Part>> {
    /// Its value where another key makes it necessary; a missing one is a problem.
    pub fn needed(&self, expected: &str) -> Option<Cursor<'s>> {
        self.section.required(self.name, expected)
    }

    /// Reads it; `absent` where it is absent, `None` where it is wrong.
    pub fn read_or<T>(&self, absent: T, read: impl FnOnce(&Cursor<'s>) -> Option<T>) -> Option<T> {
        self.at().map_or(Some(absent), |at| read(&at))
    }

    /// Reads it; `Some(None)` where it is absent, `None` where it is wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    pub fn read_with<T>(&self, read: impl FnOnce(&Cursor<'s>) -> Option<T>) -> Option<Option<T>> {
        self.at().map_or(Some(None), |at| read(&at).map(Some))
    }
}

/// A default is read as if it stood in the file.
fn read_default<T>(yaml: &str, read: impl Fn(&Cursor<'_>) -> Option<T>) -> Option<T> {
    let file = ConfigFile::parse(Path::new("default"), yaml);
    let value = file.start().and_then(|at| read(&at));
    debug_assert!(value.is_some(), "the default `{yaml}` is not a value of its key");
    value
}
