//! What a scalar is: a text, or what `serde_yaml` makes of it.

use std::fmt;

use saphyr_parser::ScalarStyle;
use serde::de::{Deserialize, Deserializer, Visitor};

use super::Kind;

/// What a scalar is. Only one that is written without quotes may be anything but a text, and no text with white space in it
/// is a number, a truth value or nothing.
pub(super) fn kind(source: &str, style: ScalarStyle) -> Kind {
    let is_text = style != ScalarStyle::Plain || source.contains(char::is_whitespace) || source.starts_with("---");
    if is_text {
        return Kind::Text;
    }
    // A value that was left out.
    if source.is_empty() {
        return Kind::Null;
    }
    serde_yaml::from_str::<Scalar>(source).map_or(Kind::Text, |Scalar(kind)| kind)
}

struct Scalar(Kind);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Null))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Bool))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Whole(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Whole(i64::try_from(number).unwrap_or(i64::MAX))))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Whole(if number < 0 { i64::MIN } else { i64::MAX })))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Whole(i64::MAX)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Real(number)))
    }

    fn visit_str<E>(self, _: &str) -> Result<Scalar, E> {
        Ok(Scalar(Kind::Text))
    }
}
