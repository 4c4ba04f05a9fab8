//! One value of a table as people read it.

use jiff::Timestamp;
use polars::prelude::*;

use super::columns::ShownColumn;
use coverledger_core::model::{View, columns as c};

/// The text of a cell; no value is a dash.
pub(super) fn cell(column: &ShownColumn, frame: &DataFrame, row: usize) -> PolarsResult<String> {
    let name = &*column.name;
    let number = |name: &str| -> PolarsResult<Option<f64>> { Ok(frame.column(name)?.get(row)?.extract::<f64>()) };
    let percent = |value: Option<f64>| value.map_or_else(none, |v| format!("{:.2}", v * 100.0));
    Ok(match column.view {
        View::Plain | View::Prose => {
            let twin = column.twin.as_deref().map(|twin| plain(frame, twin, row)).transpose()?.flatten();
            // An older row has no twin.
            twin.map_or_else(|| plain(frame, name, row), |twin| Ok(Some(twin)))?.unwrap_or_else(none)
        }
        View::Percent => percent(number(name)?),
        View::PercentWithInterval => match (number(&c::low(name))?, number(&c::high(name))?) {
            (low @ Some(_), high @ Some(_)) => {
                format!("{}  {}–{}", percent(number(name)?), percent(low), percent(high))
            }
            _ => percent(number(name)?),
        },
        View::RatioWithInterval => match (number(name)?, number(&c::low(name))?, number(&c::high(name))?) {
            (Some(ratio), Some(low), Some(high)) => format!("{ratio:.2}  {low:.2}–{high:.2}"),
            (ratio, ..) => ratio.map_or_else(none, |ratio| format!("{ratio:.2}")),
        },
        View::Short => number(name)?.map_or_else(none, short),
        View::Number => number(name)?.map_or_else(none, |value| format!("{value:.1}")),
    })
}

fn none() -> String {
    "–".to_owned()
}

/// A value as it is.
pub(super) fn plain(frame: &DataFrame, column: &str, row: usize) -> PolarsResult<Option<String>> {
    let value = frame.column(column)?.get(row)?;
    // Text is borrowed in a column of many values and owned in one that repeats a single value.
    Ok(match value.get_str() {
        Some(text) => Some(text.to_owned()),
        None if value.is_null() => None,
        None => Some(instant(&value).unwrap_or_else(|| value.to_string())),
    })
}

/// An instant on a zone's clock, in UTC: polars prints it only with time zones of its own.
fn instant(value: &AnyValue<'_>) -> Option<String> {
    let (AnyValue::Datetime(us, TimeUnit::Microseconds, Some(_))
    | AnyValue::DatetimeOwned(us, TimeUnit::Microseconds, Some(_))) = value
    else {
        return None;
    };
    Some(Timestamp::from_microsecond(*us).ok()?.to_string())
}

fn short(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    // What rounds to nothing has no sign.
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_rounds_to_nothing_has_no_sign() {
        assert_eq!(short(-0.000_000_1), "0");
        assert_eq!(short(-0.01), "-0.01");
        assert_eq!(short(1500.0), "1500");
    }
}
