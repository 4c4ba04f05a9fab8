//! What `show` prints of a table, and in which order.

/// A column that is printed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub column: &'static str,
    /// How it is printed.
    pub view: View,
}

/// How a column is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As it is.
    Plain,
    /// A share in percent.
    Percent,
    /// A share in percent with its bounds, which are the columns with `_low` and `_high` at the end of the name.
    PercentWithInterval,
    /// A ratio to two decimals with its bounds.
    RatioWithInterval,
    /// With one decimal.
    Number,
    /// A count or a rate: whole where it is, else with the decimals that tell rates apart.
    Short,
    /// Sentences, all of them, on as many lines as they need.
    Prose,
}

/// A column by which people read a table, and from which end. What has no value comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownBy {
    /// Its name.
    pub column: &'static str,
    /// Whether the newest or biggest comes first.
    pub is_falling: bool,
}

/// The least first.
pub(super) const fn rising(column: &'static str) -> ShownBy {
    ShownBy { column, is_falling: false }
}

/// The newest or the biggest first.
pub(super) const fn falling(column: &'static str) -> ShownBy {
    ShownBy { column, is_falling: true }
}

const fn shown(column: &'static str, view: View) -> Shown {
    Shown { column, view }
}

pub(super) const fn plain(column: &'static str) -> Shown {
    shown(column, View::Plain)
}

pub(super) const fn percent(column: &'static str) -> Shown {
    shown(column, View::Percent)
}

pub(super) const fn interval(column: &'static str) -> Shown {
    shown(column, View::PercentWithInterval)
}

pub(super) const fn ratio(column: &'static str) -> Shown {
    shown(column, View::RatioWithInterval)
}

pub(super) const fn number(column: &'static str) -> Shown {
    shown(column, View::Number)
}

pub(super) const fn short(column: &'static str) -> Shown {
    shown(column, View::Short)
}

pub(super) const fn prose(column: &'static str) -> Shown {
    shown(column, View::Prose)
}
