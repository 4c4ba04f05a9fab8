//! `rejects`: every record of a platform's exports of one date that was not counted, and why.

use jiff::civil::Date;
use polars::prelude::*;

use super::cells::{dates, same_text};
use coverledger_core::model::{PlatformId, Reject, columns as c};

/// Renders the table; rows are sorted by object and record.
///
/// # Errors
/// When polars cannot build it.
pub(super) fn rejects(
    platform: &PlatformId,
    export_date: Option<Date>,
    rejects: &[(&str, &Reject)],
) -> PolarsResult<DataFrame> {
    let height = rejects.len();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let column = |name: &str, of: &dyn Fn(&Reject) -> Option<String>| {
        Column::new(name.into(), rejects.iter().map(|(_, reject)| of(reject)).collect::<Vec<_>>())
    };
    let table = vec![
        same_text(c::PLATFORM, platform.as_str(), height),
        dates(c::EXPORT_DATE, vec![export_date; height]),
        Column::new(c::OBJECT.into(), rejects.iter().map(|(object, _)| *object).collect::<Vec<_>>()),
        Column::new(c::RECORD.into(), rejects.iter().map(|(_, reject)| number(reject.record)).collect::<Vec<_>>()),
        Column::new(
            c::BYTE_OFFSET.into(),
            rejects.iter().map(|(_, reject)| reject.byte_offset.map(number)).collect::<Vec<_>>(),
        ),
        column(c::REASON, &|reject| Some(reject.reason.word().to_owned())),
        column(c::COLUMN, &|reject| reject.column.clone()),
        column(c::TEXT, &|reject| reject.text.clone()),
    ];
    DataFrame::new(height, table)
}
