//! The values that every decoder hands over, in the order of the wanted columns.

use super::batch::Batch;
use crate::export::Halt;
use coverledger_core::model::Reason;

/// One value of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::export) enum Field<'a> {
    /// Absent or null.
    Null,
    /// Text, or a whole number as it was written.
    Text(&'a str),
    /// A number with a fraction or an exponent, as a computer wrote it: it may have lost digits.
    Decimal(&'a str),
    /// A whole number.
    Int(i64),
    /// A number that may have lost digits.
    Float(f64),
    /// A share that a spreadsheet shows with a percent sign: 0.0135 for `1.35%`.
    Percent(f64),
    /// A truth value.
    Bool(bool),
    /// An instant: microseconds since 1970, UTC.
    Instant(i64),
    /// A wall clock without a zone: microseconds since 1970 by that clock.
    Wall(i64),
    /// A span of time, or a time of day: milliseconds.
    Length(i64),
    /// A list or an object.
    Nested,
}

impl Field<'_> {
    /// The same, a number being no more than the text that it was written as.
    pub(in crate::export) fn as_text(self) -> Self {
        match self {
            Self::Decimal(text) => Self::Text(text),
            other => other,
        }
    }
}

/// Bytes of one value in the text of a reject: more than the longest text that may be kept of a whole record
/// (`reject_text_chars`), so that a value of a megabyte in each row is not copied for each row.
const MOST_SHOWN: usize = 40_000;

/// A value as the text of a reject.
pub(in crate::export) fn shown(field: Field<'_>) -> String {
    match field {
        Field::Null | Field::Nested => String::new(),
        Field::Text(text) | Field::Decimal(text) => text[..text.floor_char_boundary(MOST_SHOWN)].to_owned(),
        Field::Int(number) => number.to_string(),
        Field::Float(number) => number.to_string(),
        Field::Percent(share) => percent(share),
        Field::Bool(flag) => flag.to_string(),
        Field::Instant(us) | Field::Wall(us) => format!("{us}us"),
        Field::Length(ms) => format!("{ms}ms"),
    }
}

/// A share as its percentage is written, digit for digit: `1.35%` for 0.0135. It must be finite.
pub(in crate::export) fn percent(share: f64) -> String {
    let decimal = share.abs().to_string();
    let (whole, part) = decimal.split_once('.').unwrap_or((&decimal, ""));
    let (tenths, rest) = part.split_at(part.len().min(2));
    let digits = format!("{whole}{tenths:0<2}");
    let whole = match digits.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let sign = if share < 0.0 { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{rest}%")
}

/// Where a record lies in its object.
#[derive(Debug, Clone, Copy)]
pub(in crate::export) struct Position {
    /// From 1; a header is not a record.
    pub(in crate::export) record: u64,
    /// In the decompressed bytes.
    pub(in crate::export) byte_offset: Option<u64>,
}

/// A consumer of decoded records.
pub(in crate::export) trait Records {
    /// A record that could be split into fields. `raw` is called only when the record is rejected.
    fn record(&mut self, at: Position, fields: &[Field<'_>], raw: &dyn Fn() -> String);

    /// The text of the record that is handed over next, from formats that have one.
    fn text(&mut self, _raw: &[u8]) {}

    /// Whether cells of columns that are not wanted are looked at as well.
    fn looks_beside(&self) -> bool {
        false
    }

    /// A cell of a column that is not wanted, of the record that is handed over next; from tables.
    fn beside(&mut self, _text: &str) {}

    /// The sheet that the records handed over next are of, from formats that have some.
    fn sheet(&mut self, _name: &str) {}

    /// Many records at once; what becomes of them is the same.
    fn batch(&mut self, batch: &Batch<'_>) {
        batch.each_row(self);
    }

    /// A record that could not be split into fields.
    fn broken(&mut self, at: Position, reason: Reason, raw: &[u8]);

    /// Whether decoding may stop because the export as a whole is already refused.
    fn is_refused(&self) -> bool;

    /// The halt that a reader checks between records, such as when it takes more bytes.
    fn halt(&self) -> Halt {
        Halt::new()
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_is_a_percentage_digit_for_digit() {
        for (share, text) in [
            (0.0135, "1.35%"),
            (0.07, "7%"),
            (1.0, "100%"),
            (12.5, "1250%"),
            (0.0, "0%"),
            (0.000_5, "0.05%"),
            (0.289, "28.9%"),
            (-0.001_25, "-0.125%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }
}
