//! One column of a table, as it is declared.

use std::borrow::Cow;

/// The type of a column. There are no others: every reader of Parquet knows these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A whole number of 64 bits, with a sign.
    Whole,
    /// A floating-point number of 64 bits.
    Float,
    /// True or false.
    Truth,
    /// A calendar day.
    Day,
    /// An instant in microseconds, UTC.
    Instant,
    /// A time on the wall clock of some zone, in microseconds.
    WallTime,
}

impl ColumnType {
    /// Its name in Arrow, as `docs/FORMATS.md` writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Whole => "int64",
            Self::Float => "float64",
            Self::Truth => "bool",
            Self::Day => "date",
            Self::Instant => "timestamp[us, UTC]",
            Self::WallTime => "timestamp[us]",
        }
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its type.
    pub of_type: ColumnType,
    /// What its numbers are numbers of; empty where that is nothing, as of text.
    pub unit: Cow<'static, str>,
    /// What a null in it means; `None` where it has none.
    pub null: Option<Cow<'static, str>>,
    /// What it is, in one sentence. Markdown, without `|`.
    pub about: Cow<'static, str>,
    /// The schema version of the table that brought it: 1 for those that every file has.
    pub since: u32,
}

type Text = Cow<'static, str>;

fn column(
    name: impl Into<Text>,
    of_type: ColumnType,
    unit: impl Into<Text>,
    about: impl Into<Text>,
) -> ColumnSpec {
    ColumnSpec { name: name.into(), of_type, unit: unit.into(), null: None, about: about.into(), since: 1 }
}

pub(super) fn text(name: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::Text, "", about)
}

pub(super) fn whole(name: impl Into<Text>, unit: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::Whole, unit, about)
}

pub(super) fn float(name: impl Into<Text>, unit: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::Float, unit, about)
}

pub(super) fn truth(name: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::Truth, "", about)
}

pub(super) fn day(name: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::Day, "", about)
}

pub(super) fn instant(name: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::Instant, "", about)
}

pub(super) fn wall_time(name: impl Into<Text>, about: impl Into<Text>) -> ColumnSpec {
    column(name, ColumnType::WallTime, "", about)
}

impl ColumnSpec {
    /// It can be null, and this is what null means.
    pub(super) fn null(self, meaning: impl Into<Text>) -> Self {
        Self { null: Some(meaning.into()), ..self }
    }

    /// It was added in this version of the table's schema. Files of earlier versions lack it, so it can be null.
    pub(super) fn since(self, version: u32) -> Self {
        Self { since: version, ..self }
    }
}
