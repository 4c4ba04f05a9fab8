//! Numbers and lengths of time out of the values of a record.

use super::length::{length, of_millis};
use super::number::{Number, number, rounded};
use super::number_text::folded;
use crate::config::{NumberStyle, RateColumn};
use crate::export::format::field::Field;
use crate::model::{Measure, Reason};

/// Milliseconds beyond which a total of time is not believed.
const MOST_MS: i128 = 100_000_000_000_000;

/// Whether a cell has nothing in it, not even a word or a dash for nothing known.
pub(in crate::export) fn is_blank(field: Field<'_>) -> bool {
    match field {
        Field::Null => true,
        Field::Text(text) => folded(text).is_empty(),
        // What tables of programs hold where nothing is.
        Field::Float(number) => number.is_nan(),
        _ => false,
    }
}

/// A number; `None` where the value says that it is not known.
pub(super) fn number_of(field: Field<'_>, style: NumberStyle) -> Result<Option<Number>, Reason> {
    let read = match field {
        Field::Null => Ok(None),
        Field::Text(text) => number(text, style),
        Field::Decimal(text) => number(text, NumberStyle::default()),
        Field::Int(value) => Ok(Some(Number::whole(value.into()))),
        Field::Float(value) => Number::float(value),
        Field::Percent(share) => Number::percent(share),
        _ => return Err(Reason::BadNumber),
    };
    read.map_err(|_| Reason::BadNumber)
}

/// A length of time in milliseconds; `None` where the value says that it is not known.
pub(in crate::export) fn length_of(field: Field<'_>, style: NumberStyle) -> Result<Option<Number>, Reason> {
    let plain = NumberStyle::default();
    let read = match field {
        Field::Null => Ok(None),
        Field::Text(text) => length(text, style),
        Field::Decimal(text) => length(text, plain),
        Field::Int(seconds) => length(itoa::Buffer::new().format(seconds), plain),
        Field::Float(seconds) => length(&seconds.to_string(), plain),
        Field::Length(ms) if ms >= 0 => Ok(Some(of_millis(ms))),
        _ => return Err(Reason::BadNumber),
    };
    read.map_err(|_| Reason::BadNumber)
}

/// A count.
pub(in crate::export) fn count_of(field: Field<'_>, style: NumberStyle) -> Result<Option<Measure>, Reason> {
    let Some(number) = number_of(field, style)? else { return Ok(None) };
    number.count().map(Some).ok_or(Reason::BadNumber)
}

/// A total of time in milliseconds. To the second or finer it is taken as it stands; `1h28m` is anything that rounds so.
pub(in crate::export) fn total_ms(field: Field<'_>, style: NumberStyle) -> Result<Option<Measure>, Reason> {
    let Some(length) = length_of(field, style)? else { return Ok(None) };
    let (low, value, high) = length.bounds();
    let unit = length.unit();
    let is_fine = high - low <= 1_000 * unit;
    let total = if is_fine {
        u64::try_from(rounded(value, unit)).ok().map(Measure::exact)
    } else {
        length.measure(MOST_MS)
    };
    total.filter(|total| i128::from(total.high) <= MOST_MS).map(Some).ok_or(Reason::BadNumber)
}

/// A ratio to one.
pub(in crate::export) fn ratio_of(
    field: Field<'_>,
    column: &RateColumn,
    style: NumberStyle,
) -> Result<Option<Number>, Reason> {
    let Some(number) = number_of(field, style)? else { return Ok(None) };
    number.ratio(column.is_percent).map(Some).ok_or(Reason::BadNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_of_time_to_the_second_is_taken_as_it_stands() {
        let total = |field| total_ms(field, NumberStyle::default());
        for field in [
            Field::Text("5285"),
            Field::Int(5_285),
            Field::Float(5_285.0),
            Field::Text("1:28:05"),
            Field::Length(5_285_000),
        ] {
            assert_eq!(total(field), Ok(Some(Measure::exact(5_285_000))), "{field:?}");
        }
        assert_eq!(total(Field::Text("5285.123")), Ok(Some(Measure::exact(5_285_123))));
        assert_eq!(
            total(Field::Text("1h28m")),
            Ok(Some(Measure { low: 5_250_000, value: 5_280_000, high: 5_310_000 }))
        );
        assert_eq!(total(Field::Text("-")), Ok(None));
        assert_eq!(total(Field::Text("-5")), Err(Reason::BadNumber));
        assert_eq!(total(Field::Bool(true)), Err(Reason::BadNumber));
    }

    #[test]
    fn a_spreadsheets_percent_is_one_whatever_the_column_says() {
        for is_percent in [true, false] {
            let column = RateColumn { column: crate::config::ColumnName::new("ctr"), is_percent };
            let ratio = ratio_of(Field::Percent(0.0135), &column, NumberStyle::default()).unwrap().unwrap();
            assert_eq!((ratio.low(), ratio.value(), ratio.high()), (0.01345, 0.0135, 0.01355));
            let whole = ratio_of(Field::Percent(1.0), &column, NumberStyle::default()).unwrap().unwrap();
            assert_eq!((whole.low(), whole.value(), whole.high()), (0.995, 1.0, 1.005));
        }
    }

    #[test]
    fn counts_are_whole_numbers_of_any_type() {
        let count = |field| count_of(field, NumberStyle::default());
        for field in [Field::Text("12"), Field::Int(12), Field::Float(12.0)] {
            assert_eq!(count(field), Ok(Some(Measure::exact(12))), "{field:?}");
        }
        for field in [
            Field::Text("1.35%"),
            Field::Percent(0.0135),
            Field::Int(-1),
            Field::Float(1.5),
            Field::Wall(0),
            Field::Nested,
        ] {
            assert_eq!(count(field), Err(Reason::BadNumber), "{field:?}");
        }
        assert_eq!(count(Field::Null), Ok(None));
    }
}
