//! `cover_months`: what was counted of each cover on each date of a month, and nothing that the library does not need.

use jiff::civil::Date;
use polars::prelude::*;

use crate::cells::{count_column, dates, same_text};
use crate::evidence::day::{Row, rows};
use crate::table::rendered;
use crate::{Rendered, ReportError};
use coverledger_core::model::{COUNTS_OF_COVERS, MarketId, PlatformId, TableName, columns as c};

/// Renders `cover_months` of a platform in a market: `days` are the tables `funnel` of the local dates of that month that are
/// published. The same tables, in whatever order they are, give the same bytes.
///
/// # Errors
/// [`ReportError`] when one of them is no such table, or polars cannot write this one.
pub fn cover_months(
    platform: &PlatformId,
    market: &MarketId,
    month: Date,
    days: &[(Date, DataFrame)],
    revision: u64,
) -> Result<Rendered, ReportError> {
    rendered(TableName::CoverMonths, table(platform, market, month, days, revision))
}

fn table(
    platform: &PlatformId,
    market: &MarketId,
    month: Date,
    days: &[(Date, DataFrame)],
    revision: u64,
) -> PolarsResult<DataFrame> {
    let mut all: Vec<Row> = Vec::new();
    for (local_date, funnel) in days {
        all.extend(rows(*local_date, funnel)?);
    }
    all.sort_by(|one, other| key(one).cmp(&key(other)));
    let height = all.len();
    let text = |name: &str, of: &dyn Fn(&Row) -> &str| {
        Column::new(name.into(), all.iter().map(of).collect::<Vec<&str>>())
    };
    let truth =
        |name: &str, of: fn(&Row) -> bool| Column::new(name.into(), all.iter().map(of).collect::<Vec<bool>>());
    let mut table = vec![
        same_text(c::PLATFORM, platform.as_str(), height),
        same_text(c::MARKET, market.as_str(), height),
        dates(c::MONTH, vec![Some(month); height]),
        dates(c::LOCAL_DATE, all.iter().map(|row| Some(row.local_date)).collect()),
        text(c::SLOT, &|row| &row.slot),
        text(c::AUDIENCE, &|row| &row.audience),
        text(c::BROADCAST_ID, &|row| &row.broadcast),
        text(c::COVER_ID, &|row| &row.cover),
        truth(c::CONTAMINATED, |row| row.contaminated),
    ];
    for count in COUNTS_OF_COVERS {
        let values = all.iter().map(|row| row.figures.get(count).map(|measure| measure.value));
        table.push(count_column(count.word(), count, values)?);
    }
    table.extend([
        text(c::IMPRESSION_BASIS, &|row| row.conventions.impression.word()),
        text(c::CLICK_EVENT, &|row| row.conventions.click.word()),
        text(c::UNIQUE_BASIS, &|row| row.conventions.uniques.word()),
        dates(c::CONVENTION_SINCE, all.iter().map(|row| row.convention_since).collect()),
        truth(c::PROVISIONAL, |row| row.provisional),
        Column::new_scalar(c::REVISION.into(), Scalar::from(i64::try_from(revision).unwrap_or(i64::MAX)), height),
    ]);
    DataFrame::new(height, table)
}

/// What rows are told apart and sorted by.
fn key(row: &Row) -> impl Ord + '_ {
    (
        row.local_date,
        &row.slot,
        &row.audience,
        &row.broadcast,
        &row.cover,
        row.contaminated,
        row.convention_since,
        row.conventions,
    )
}
