//! Forms of values: which values are accepted, what they are read as, and how they are described.

use coverledger_core::time::Zone;
use jiff::civil::{Date, Time};

use super::Shape;
use crate::cursor::Cursor;
use crate::{archive, eras, markets, quantity};

/// What has a shape.
pub(crate) trait Shaped {
    /// Which values there are.
    fn shape(&self) -> Shape;
}

/// A form of values.
pub(crate) trait Form: Shaped {
    /// What is made of one.
    type Out;

    /// Reads one; `None` always means that the problem has been told.
    fn read(&self, at: &Cursor<'_>) -> Option<Self::Out>;
}

/// Values that have a reader of their own, which this registry only knows the shape of.
pub(crate) struct Part(pub Shape);

impl Shaped for Part {
    fn shape(&self) -> Shape {
        self.0.clone()
    }
}

/// A whole number within bounds: what it is called in a message, the least, the most.
pub(crate) struct Whole<N> {
    what: &'static str,
    least: i64,
    most: i64,
    number: std::marker::PhantomData<N>,
}

impl<N> Whole<N> {
    pub const fn new(what: &'static str, least: i64, most: i64) -> Self {
        Self { what, least, most, number: std::marker::PhantomData }
    }
}

impl<N> Shaped for Whole<N> {
    fn shape(&self) -> Shape {
        Shape::Whole(self.least, self.most)
    }
}

impl<N: TryFrom<i64>> Form for Whole<N> {
    type Out = N;

    fn read(&self, at: &Cursor<'_>) -> Option<N> {
        at.whole(self.what, self.least..=self.most)
    }
}

/// A number within bounds: what it is called in a message, the least, the most, and what to write.
pub(crate) struct Number(pub &'static str, pub f64, pub f64, pub &'static str);

impl Shaped for Number {
    fn shape(&self) -> Shape {
        Shape::Number(self.1, self.2)
    }
}

impl Form for Number {
    type Out = f64;

    fn read(&self, at: &Cursor<'_>) -> Option<f64> {
        at.number_within(self.0, self.1..=self.2, self.3)
    }
}

/// A share of the whole, 0 to 1.
pub(crate) struct Share;

impl Shaped for Share {
    fn shape(&self) -> Shape {
        Shape::Number(0.0, 1.0)
    }
}

impl Form for Share {
    type Out = f64;

    fn read(&self, at: &Cursor<'_>) -> Option<f64> {
        at.share()
    }
}

/// `true` or `false`.
pub(crate) struct Truth;

impl Shaped for Truth {
    fn shape(&self) -> Shape {
        Shape::Truth
    }
}

impl Form for Truth {
    type Out = bool;

    fn read(&self, at: &Cursor<'_>) -> Option<bool> {
        at.truth()
    }
}

/// A text that is not blank: what it is called in a message, and what to write.
pub(crate) struct Text(pub &'static str, pub &'static str);

impl Shaped for Text {
    fn shape(&self) -> Shape {
        Shape::Text
    }
}

impl Form for Text {
    type Out = String;

    fn read(&self, at: &Cursor<'_>) -> Option<String> {
        at.text(self.0, self.1).map(str::to_owned)
    }
}

/// One of some words: what it is called in a message, and what each word means.
pub(crate) struct Words<T: 'static>(pub &'static str, pub &'static [(&'static str, T)]);

impl<T> Shaped for Words<T> {
    fn shape(&self) -> Shape {
        Shape::Words(self.1.iter().map(|(word, _)| *word).collect())
    }
}

impl<T: Copy> Form for Words<T> {
    type Out = T;

    fn read(&self, at: &Cursor<'_>) -> Option<T> {
        at.word(self.0, self.1)
    }
}

/// A duration between two others, all as they are written; in seconds.
pub(crate) struct Duration(pub &'static str, pub &'static str);

impl Shaped for Duration {
    fn shape(&self) -> Shape {
        Shape::Duration(self.0, self.1)
    }
}

impl Form for Duration {
    type Out = i64;

    fn read(&self, at: &Cursor<'_>) -> Option<i64> {
        let (least, most) = (quantity::duration(self.0)?, quantity::duration(self.1)?);
        quantity::duration_seconds(at, least..=most, &format!("{} to {}", self.0, self.1))
    }
}

/// A size of at least so much as it is written, and what it is a measure of (`""`, or `" a second"`); in bytes.
pub(crate) struct Size(pub &'static str, pub &'static str);

impl Shaped for Size {
    fn shape(&self) -> Shape {
        Shape::Size(self.0)
    }
}

impl Form for Size {
    type Out = u64;

    fn read(&self, at: &Cursor<'_>) -> Option<u64> {
        let least = quantity::size(self.0)?;
        quantity::size_bytes(at, least, &format!("at least {}{}", self.0, self.1))
    }
}

/// A column of an export.
pub(crate) struct Column;

impl Shaped for Column {
    fn shape(&self) -> Shape {
        Shape::Column
    }
}

impl Form for Column {
    type Out = crate::ColumnName;

    fn read(&self, at: &Cursor<'_>) -> Option<Self::Out> {
        at.column()
    }
}

/// A form that is read by a function: `form! { Name, shape, what is made of it, function }`.
macro_rules! form {
    ($(#[$doc:meta])* $Name:ident, $shape:expr, $Out:ty, $read:path) => {
        $(#[$doc])*
        pub(crate) struct $Name;

        impl $crate::registry::Shaped for $Name {
            fn shape(&self) -> $crate::registry::Shape {
                $shape
            }
        }

        impl $crate::registry::Form for $Name {
            type Out = $Out;

            fn read(&self, at: &$crate::cursor::Cursor<'_>) -> Option<$Out> {
                $read(at)
            }
        }
    };
}
pub(crate) use form;

form!(
    /// An IANA time zone.
    ZoneName,
    Shape::Pattern("^[A-Za-z][A-Za-z0-9_+/-]*$").called("IANA zone"),
    Zone,
    archive::zone
);

form!(
    /// A time of day, `06:00`.
    TimeOfDay,
    Shape::Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$").called("`\"HH:MM\"`"),
    Time,
    markets::time_of_day
);

form!(
    /// A date, `2026-08-24`.
    Day,
    Shape::Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$").called("`YYYY-MM-DD`"),
    Date,
    eras::day
);
