//! Numbers and lengths of time out of the values of a record.

use super::length::{length, of_millis};
use super::number::{Number, may_be_grouped, number, rounded};
use super::number_text::folded;
use crate::export::format::field::Field;
use coverledger_config::{NumberStyle, RateColumn, RateUnit};
use coverledger_core::model::{Measure, Reason};

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

/// What a bare number of a length of time is, unless its column says otherwise: a second.
pub(in crate::export) const SECOND_MS: u64 = 1_000;

/// A length of time in milliseconds; `None` where the value says that it is not known. A bare number is so many times
/// `one_ms`.
pub(in crate::export) fn length_of(
    field: Field<'_>,
    style: NumberStyle,
    one_ms: u64,
) -> Result<Option<Number>, Reason> {
    let plain = NumberStyle::default();
    if one_ms != SECOND_MS && is_bare(field) {
        return number_of(field, style)?.map(|number| many(number, one_ms).ok_or(Reason::BadNumber)).transpose();
    }
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

/// Whether a value is a number and nothing else: no unit, no colon.
fn is_bare(field: Field<'_>) -> bool {
    match field {
        Field::Text(text) => {
            let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ');
            let text = folded(text);
            !text.is_empty() && text.chars().all(is_part)
        }
        Field::Decimal(_) | Field::Int(_) | Field::Float(_) => true,
        _ => false,
    }
}

/// So many times a unit: whole numbers of it are rounded ones.
fn many(number: Number, one_is: u64) -> Option<Number> {
    let rounded = if number.is_exact() { number.to_the_unit()?.floored() } else { number };
    rounded.times(i128::from(one_is))
}

/// A count. A bare number is so many times `one_is`; one with a unit of its own says itself how many it is.
pub(in crate::export) fn count_of(
    field: Field<'_>,
    style: NumberStyle,
    one_is: u64,
) -> Result<Option<Measure>, Reason> {
    if let Field::Text(text) = field
        && one_is == 1
        && may_be_grouped(text, style)
    {
        return Err(Reason::BadNumber);
    }
    let Some(number) = number_of(field, style)? else { return Ok(None) };
    let number = if one_is == 1 || !is_bare(field) { Some(number) } else { many(number, one_is) };
    number.and_then(|number| number.count()).map(Some).ok_or(Reason::BadNumber)
}

/// A total of time in milliseconds. To the second or finer it is taken as it stands; `1h28m` is anything that rounds so.
pub(in crate::export) fn total_ms(
    field: Field<'_>,
    style: NumberStyle,
    one_ms: u64,
) -> Result<Option<Measure>, Reason> {
    let Some(length) = length_of(field, style, one_ms)? else { return Ok(None) };
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
    // Nothing is nothing in every unit.
    let is_unclear = column.unit == RateUnit::Signed && !number.is_percent() && number.value() != 0.0;
    let ratio = if is_unclear { None } else { number.ratio(column.unit == RateUnit::Percent) };
    ratio.map(Some).ok_or(Reason::BadNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_of_time_to_the_second_is_taken_as_it_stands() {
        let total = |field| total_ms(field, NumberStyle::default(), SECOND_MS);
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
        for unit in [RateUnit::Percent, RateUnit::Fraction, RateUnit::Signed] {
            let column = RateColumn { column: coverledger_config::ColumnName::new("ctr"), unit };
            let ratio = ratio_of(Field::Percent(0.0135), &column, NumberStyle::default()).unwrap().unwrap();
            assert_eq!((ratio.low(), ratio.value(), ratio.high()), (0.01345, 0.0135, 0.01355));
            let whole = ratio_of(Field::Percent(1.0), &column, NumberStyle::default()).unwrap().unwrap();
            assert_eq!((whole.low(), whole.value(), whole.high()), (0.995, 1.0, 1.005));
        }
    }

    #[test]
    fn counts_are_whole_numbers_of_any_type() {
        let count = |field| count_of(field, NumberStyle::default(), 1);
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

    #[test]
    fn three_digits_behind_a_lone_sign_are_no_part_of_a_count() {
        let comma = NumberStyle { decimal: ',', group: '.' };
        let read = |text, style| count_of(Field::Text(text), style, 1);
        let bad = [
            ("1.000", NumberStyle::default()),
            ("12.000", NumberStyle::default()),
            ("850.000", NumberStyle::default()),
            ("Rp 1.000", NumberStyle::default()),
            ("1.234K", NumberStyle::default()),
            ("1.200 mil", NumberStyle::default()),
            ("１．０００", NumberStyle::default()),
            ("1,000", comma),
            ("1,234K", comma),
        ];
        for (text, style) in bad {
            assert_eq!(read(text, style), Err(Reason::BadNumber), "{text}");
        }
        let sound = [
            ("1,000", NumberStyle::default(), 1_000),
            ("1.000", comma, 1_000),
            ("1.000.000", comma, 1_000_000),
            ("12.0", NumberStyle::default(), 12),
            ("12.00", NumberStyle::default(), 12),
            ("0.000", NumberStyle::default(), 0),
            ("1,234.000", NumberStyle::default(), 1_234),
            ("12345.000", NumberStyle::default(), 12_345),
            ("1.234万", NumberStyle::default(), 12_340),
            ("1.234w", NumberStyle::default(), 12_340),
        ];
        for (text, style, value) in sound {
            assert_eq!(read(text, style).map(|read| read.map(|read| read.value)), Ok(Some(value)), "{text}");
        }
        // A computer's own number has no groups.
        assert_eq!(count_of(Field::Decimal("1.000"), comma, 1), Ok(Some(Measure::exact(1))));
        // A time has parts.
        let total = total_ms(Field::Text("5.285"), NumberStyle::default(), SECOND_MS);
        assert_eq!(total, Ok(Some(Measure::exact(5_285))));
    }

    #[test]
    fn the_unit_of_a_header_is_that_of_bare_numbers() {
        let of = |text, one_is| count_of(Field::Text(text), NumberStyle::default(), one_is);
        assert_eq!(of("1.2", 10_000), Ok(Some(Measure { low: 11_500, value: 12_000, high: 12_500 })));
        assert_eq!(of("12", 1_000), Ok(Some(Measure { low: 11_500, value: 12_000, high: 12_500 })));
        assert_eq!(of("0", 1_000), Ok(Some(Measure { low: 0, value: 0, high: 500 })));
        assert_eq!(of("1.234", 10_000).map(|read| read.map(|read| read.value)), Ok(Some(12_340)));
        assert_eq!(of("1.2万", 10_000), Ok(Some(Measure { low: 11_500, value: 12_000, high: 12_500 })));
        let time = |text, one_ms| total_ms(Field::Text(text), NumberStyle::default(), one_ms);
        assert_eq!(time("90500", 1), Ok(Some(Measure::exact(90_500))));
        let hours = Measure { low: 5_220_000, value: 5_400_000, high: 5_580_000 };
        assert_eq!(time("1.5", 3_600_000), Ok(Some(hours)));
        assert_eq!(time("1:30:00", 3_600_000), Ok(Some(Measure::exact(5_400_000))));
        assert_eq!(time("88", SECOND_MS), Ok(Some(Measure::exact(88_000))));
    }

    #[test]
    fn a_rate_without_a_sign_is_none_where_every_rate_has_one() {
        let column = RateColumn { column: coverledger_config::ColumnName::new("ctr"), unit: RateUnit::Signed };
        let read = |text| ratio_of(Field::Text(text), &column, NumberStyle::default());
        assert!((read("4.05%").unwrap().unwrap().value() - 0.0405).abs() < 1e-12);
        assert!(read("0").unwrap().unwrap().value().abs() < 1e-12);
        assert_eq!(read("-"), Ok(None));
        assert_eq!(read("4.05"), Err(Reason::BadNumber));
        assert_eq!(read("0.0405"), Err(Reason::BadNumber));
    }
}
