//! The registry of configuration keys: every key is declared once, and everything else follows from the declaration.
//!
//! [`keys!`] declares a section: for each key its form (type and allowed values), its default or that it is required, and
//! one sentence. The macro makes a struct with one field a key, and a key is read through its field. So a key that is not
//! declared cannot be read, and one that is declared and never read is dead code, which does not compile. The same
//! declarations give the list of known keys in a message, the JSON Schema ([`schema`]) and the key reference in
//! `docs/FORMATS.md` ([`reference`]).

mod forms;
mod key;
#[cfg(test)]
mod reference;
pub(crate) mod schema;
mod shape;

pub(crate) use forms::{
    Column, Day, Duration, Form, Number, Part, Shaped, Share, Size, Text, TimeOfDay, Truth, Whole, Words, ZoneName,
};
pub(crate) use key::{Key, Maybe, Or, Required, maybe, or, required};
pub(crate) use shape::Shape;

use crate::cursor::Cursor;
use crate::kind::RowKind;
use crate::section::{Section, file_section};

/// A section of a file: what it is and which keys it has.
pub(crate) struct Spec {
    /// The heading of its table in `docs/FORMATS.md`; also the name of its part of a schema.
    pub heading: &'static str,
    /// What it is called in a message: `a job`.
    pub what: &'static str,
    /// Whether it is a whole file, which starts with `version`.
    pub is_file: bool,
    /// Its keys, in the order in which people should read them.
    pub keys: Vec<Declaration>,
}

/// A key as the reference and the schema see it.
pub(crate) struct Declaration {
    /// Its name.
    pub name: &'static str,
    /// Which values it may have.
    pub shape: Shape,
    /// Whether it must be there, and what holds where it is not.
    pub need: Need,
    /// One sentence.
    pub about: &'static str,
    /// For which kinds of rows it makes sense; empty: for all, or the section has nothing to do with rows.
    pub rows: &'static [RowKind],
    /// With which words for `format` it makes sense; empty: with all.
    pub formats: &'static [&'static str],
}

/// Whether a key must be there.
pub(crate) enum Need {
    /// It must.
    Required,
    /// Without it, this YAML holds.
    Default(&'static str),
    /// It may be missing; in words, what holds then.
    Absent(&'static str),
}

/// A section as a struct of its keys; implemented by [`keys!`].
pub(crate) trait Keys<'s>: Sized {
    /// Its declaration.
    fn spec() -> Spec;

    /// Its keys in a section of a file.
    fn of(section: &Section<'s>) -> Self;

    /// Opens a section of a file. Unknown keys are told.
    fn open(at: &Cursor<'s>) -> Option<Self> {
        Self::open_where(at, |_| true, |_| None)
    }

    /// The same where only some keys fit; `why_not` explains keys that make sense elsewhere.
    fn open_where(
        at: &Cursor<'s>,
        fits: impl Fn(&Declaration) -> bool,
        why_not: impl Fn(&str) -> Option<String>,
    ) -> Option<Self> {
        let spec = Self::spec();
        let known: Vec<&str> = spec.keys.iter().filter(|key| fits(key)).map(|key| key.name).collect();
        at.section_with(spec.what, &known, why_not).map(|section| Self::of(&section))
    }

    /// Opens a whole file, whose `version` this program reads.
    fn open_file(start: &Cursor<'s>) -> Option<Self> {
        let spec = Self::spec();
        let known: Vec<&str> = spec.keys.iter().map(|key| key.name).collect();
        file_section(start, spec.what, &known).map(|section| Self::of(&section))
    }
}

/// Declares the keys of a section: `file Name("heading", "what a message calls it") { key: Type = declaration, … }`.
macro_rules! keys {
    ($(#[$doc:meta])* $kind:ident $Name:ident($heading:expr, $what:expr) { $($key:ident: $Declared:ty = $declared:expr,)+ }) => {
        $(#[$doc])*
        // A key that is declared and not read.
        #[deny(dead_code)]
        pub(crate) struct $Name<'s> {
            $(pub $key: $crate::registry::Key<'s, $Declared>,)+
        }

        impl<'s> $crate::registry::Keys<'s> for $Name<'s> {
            fn spec() -> $crate::registry::Spec {
                let keys = vec![$({
                    let declared: $Declared = $declared;
                    declared.declaration(stringify!($key))
                }),+];
                let is_file = stringify!($kind) == "file";
                $crate::registry::Spec { heading: $heading, what: $what, is_file, keys }
            }

            fn of(section: &$crate::section::Section<'s>) -> Self {
                Self { $($key: $crate::registry::Key::new(section, stringify!($key), $declared)),+ }
            }
        }
    };
}
pub(crate) use forms::form;
pub(crate) use keys;

/// Every kind of file, by its name for `coverledger schema`.
pub(crate) fn files() -> [(&'static str, Spec); 10] {
    [
        ("archive", crate::archive::ArchiveKeys::spec()),
        ("markets", crate::markets::MarketsKeys::spec()),
        ("platform", crate::platform::PlatformKeys::spec()),
        ("job", crate::job::JobKeys::spec()),
        ("decisions", crate::decisions::DecisionsKeys::spec()),
        ("experiment", crate::experiments::ExperimentKeys::spec()),
        ("library", crate::library::LibraryKeys::spec()),
        ("brief", crate::brief::BriefKeys::spec()),
        ("notifications", crate::notifications::NotificationKeys::spec()),
        ("market_rules", crate::market_rules::MarketRulesKeys::spec()),
    ]
}

#[cfg(test)]
mod tests;
