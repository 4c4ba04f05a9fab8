//! Numbers and flags of a row, within what can be meant.

use crate::export::format::field::Field;
use crate::export::map::quality_layout::Number;
use crate::export::map::{Mapped, NoSignal};
use crate::export::value::number_text::{folded, is_unknown};
use crate::export::value::single::flag;
use coverledger_config::{FailedColumn, QualityRows};
use coverledger_core::model::Reason;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
const GIGABIT: u64 = 1_000_000_000;

/// The most that can be meant: more is a wrong unit or a broken clock.
pub(super) struct Limits {
    /// A first frame after ten minutes is none.
    pub(super) first_frame_ms: u64,
    /// Of one view a week, as of dwell; of many views, of a million of them.
    pub(super) time_ms: u64,
    pub(super) offset_ms: u64,
    pub(super) bitrate_bps: u64,
    pub(super) stalls: u64,
    pub(super) views: u64,
}

impl Limits {
    pub(super) fn of(rows: &QualityRows) -> Self {
        let views = if rows.is_of_views() { 1 } else { 1_000_000 };
        Self {
            first_frame_ms: 10 * MINUTE_MS,
            time_ms: 7 * DAY_MS * views,
            offset_ms: MINUTE_MS,
            bitrate_bps: GIGABIT,
            stalls: u32::MAX.into(),
            views: u32::MAX.into(),
        }
    }
}

/// What a cell says as a number; `None` where it says that it is not known.
fn number(field: Field<'_>) -> Result<Option<f64>, Reason> {
    let number = match field {
        Field::Null => return Ok(None),
        Field::Float(number) if number.is_nan() => return Ok(None),
        #[expect(clippy::cast_precision_loss, reason = "beyond the limits of every number long before")]
        Field::Int(number) => number as f64,
        Field::Float(number) => number,
        Field::Text(text) if is_unknown(&folded(text)) => return Ok(None),
        Field::Text(text) | Field::Decimal(text) => text.trim().parse().map_err(|_| Reason::BadNumber)?,
        _ => return Err(Reason::BadNumber),
    };
    Ok(Some(number))
}

/// A number of whole units, rounded half up; `None` where it is not known.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
fn whole(number: f64, one_is: u32, most: u64) -> Result<u64, Reason> {
    let units = (number * f64::from(one_is)).round();
    if (0.0..=most as f64).contains(&units) && number >= 0.0 { Ok(units as u64) } else { Err(Reason::BadNumber) }
}

/// What a column measures, in whole units.
pub(super) fn measure(fields: &[Field<'_>], at: Option<Number>, most: u64) -> Mapped<Option<u64>> {
    let Some(Number { column, one_is }) = at else { return Ok(None) };
    let read = number(fields[column]).and_then(|read| read.map(|read| whole(read, one_is, most)).transpose());
    read.map_err(|reason| NoSignal::Reject(reason, Some(column)))
}

/// The same of a number that goes either way: how far it is from 0.
pub(super) fn distance(fields: &[Field<'_>], at: Option<Number>, most: u64) -> Mapped<Option<u64>> {
    let Some(Number { column, one_is }) = at else { return Ok(None) };
    let read =
        number(fields[column]).and_then(|read| read.map(|read| whole(read.abs(), one_is, most)).transpose());
    read.map_err(|reason| NoSignal::Reject(reason, Some(column)))
}

/// A count, which is whole.
pub(super) fn count(fields: &[Field<'_>], column: Option<usize>, most: u64) -> Mapped<Option<u32>> {
    let Some(column) = column else { return Ok(None) };
    let read = number(fields[column]).and_then(|read| match read {
        Some(number) if number.fract() != 0.0 => Err(Reason::BadNumber),
        read => read.map(|read| whole(read, 1, most)).transpose(),
    });
    let read = read.map_err(|reason| NoSignal::Reject(reason, Some(column)))?;
    Ok(read.and_then(|read| u32::try_from(read).ok()))
}

/// Whether the view failed, by a flag or by the words that the configuration has.
pub(super) fn failed(
    fields: &[Field<'_>],
    column: Option<usize>,
    definition: Option<&FailedColumn>,
) -> Mapped<Option<bool>> {
    let Some((column, definition)) = column.zip(definition) else { return Ok(None) };
    let reject = |reason| NoSignal::Reject(reason, Some(column));
    if definition.values.is_empty() {
        return flag(fields[column]).map(Some).map_err(reject);
    }
    let mut digits = itoa::Buffer::new();
    let word = match fields[column].as_text() {
        Field::Null => "",
        Field::Text(text) => text.trim(),
        Field::Int(code) => digits.format(code),
        Field::Bool(true) => "true",
        Field::Bool(false) => "false",
        _ => return Err(reject(Reason::BadFlag)),
    };
    definition.values.get(word).copied().map(Some).ok_or_else(|| reject(Reason::BadFlag))
}
