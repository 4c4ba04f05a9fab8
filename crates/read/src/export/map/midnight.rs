//! Sessions that all begin at midnight because the column of their time of day is not mapped.

use crate::export::ExportError;
use crate::export::format::field::Field;
use crate::export::value::instant::{InstantAt, serial};
use coverledger_config::{InstantFormat, Period, PeriodEnd};

const DAY_US: i64 = 86_400_000_000;
/// One session may begin at midnight.
const FEWEST_ROWS: u64 = 2;

/// What the starts of an export have in common.
#[derive(Debug, Default)]
pub(super) struct Midnights {
    rows: u64,
    /// Rows whose start is a date alone: a spreadsheet's own, without a part of a day.
    dates: u64,
    /// Whether one of them is no whole days long, and so no day of a report.
    has_part_of_day: bool,
}

impl Midnights {
    /// Takes a row; only sessions whose start is one column on a wall clock can be without their time of day.
    pub(super) fn row(&mut self, period: &Period, at: Option<InstantAt>, fields: &[Field<'_>], length_us: i64) {
        let Period::Span { start, end: PeriodEnd::Column(_) | PeriodEnd::Length(_) } = period else { return };
        let has_clock = matches!(
            start.format,
            InstantFormat::Pattern { wall: Some(_), .. } | InstantFormat::Native { wall: Some(_) }
        );
        let Some(InstantAt { date, time: None }) = at.filter(|_| has_clock) else { return };
        self.rows += 1;
        self.dates += u64::from(is_date(fields[date]));
        self.has_part_of_day |= length_us % DAY_US != 0;
    }

    /// Refuses an export all of whose sessions begin with a date.
    pub(super) fn refuse(&self, period: &Period) -> Result<(), ExportError> {
        match period {
            Period::Span { start, .. }
                if self.rows >= FEWEST_ROWS && self.dates == self.rows && self.has_part_of_day =>
            {
                Err(ExportError::NoTimeOfDay { column: start.column.name().to_owned(), rows: self.rows })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a cell is a date of a spreadsheet without a time of day.
fn is_date(field: Field<'_>) -> bool {
    let is_whole = |days: f64| days.fract() == 0.0 && serial(days).is_ok();
    match field.as_text() {
        Field::Wall(us) => us % DAY_US == 0,
        Field::Int(days) => i32::try_from(days).is_ok_and(|days| is_whole(days.into())),
        Field::Float(days) => is_whole(days),
        Field::Text(text) => text.trim().parse().is_ok_and(is_whole),
        _ => false,
    }
}
