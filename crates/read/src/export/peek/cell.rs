//! Values of a first look.

use super::PeekCell;
use crate::export::format::field::{Field, percent};
use crate::export::peek_budget::kept;

impl PeekCell {
    pub(in crate::export) fn of(field: Field<'_>) -> Self {
        match field {
            Field::Null | Field::Nested => Self::Empty,
            Field::Text(text) => Self::Text(kept(text).to_owned()),
            Field::Int(number) => Self::Int(number),
            Field::Float(number) => Self::Float(number),
            Field::Decimal(text) => text.parse().map_or_else(|_| Self::Text(kept(text).to_owned()), Self::Float),
            Field::Percent(share) => Self::Text(percent(share)),
            Field::Bool(flag) => Self::Bool(flag),
            Field::Instant(us) => Self::Instant(us),
            Field::Wall(us) => Self::Wall(us),
            Field::Length(ms) => Self::Text(clock(ms)),
        }
    }

    pub(super) fn of_text(text: String) -> Self {
        match text.len() {
            0 => Self::Empty,
            bytes if bytes == kept(&text).len() => Self::Text(text),
            _ => Self::Text(kept(&text).to_owned()),
        }
    }

    /// Bytes of text that are kept of it.
    pub(super) fn text_bytes(&self) -> usize {
        if let Self::Text(text) = self { text.len() } else { 0 }
    }

    pub(super) fn of_json(value: &str) -> Self {
        match value.as_bytes() {
            b"null" => Self::Empty,
            b"true" => Self::Bool(true),
            b"false" => Self::Bool(false),
            [b'"', ..] => serde_json::from_str(value).map_or(Self::Empty, Self::of_text),
            _ => match (value.parse(), value.parse()) {
                (Ok(whole), _) => Self::Int(whole),
                (Err(_), Ok(number)) => Self::Float(number),
                (Err(_), Err(_)) => Self::Text(kept(value).to_owned()),
            },
        }
    }
}

/// A span of time as a clock shows it: `1:28:05`, `0:02:35.5`.
fn clock(ms: i64) -> String {
    let (seconds, rest) = (ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000);
    let sign = if ms < 0 { "-" } else { "" };
    let mut text = format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest > 0 {
        text += format!(".{rest:03}").trim_end_matches('0');
    }
    text
}
