//! Market-days as rows for other programs: one for each, with the word for where it stands.

use super::{standing, trouble};
use crate::cli::Failure;
use crate::cli::rows::{Column, Destination, Value};
use crate::cli::screen::Screen;
use crate::plan::{DayStatus, PlannedDay, PlatformPlan};
use crate::run;
use coverledger_core::model::{ColumnType, columns as c};

/// What joins several texts in one field.
const JOIN: &str = "; ";

fn columns() -> Vec<Column> {
    [
        (c::PLATFORM, ColumnType::Text),
        (c::MARKET, ColumnType::Text),
        (c::LOCAL_DATE, ColumnType::Day),
        ("status", ColumnType::Text),
        ("waiting_since", ColumnType::Instant),
        (c::REVISION, ColumnType::Whole),
        (c::REASON, ColumnType::Text),
        (c::NOTES, ColumnType::Text),
    ]
    .map(Column::from)
    .to_vec()
}

fn values(day: &PlannedDay) -> Vec<Value<'_>> {
    let market_day = &day.market_day;
    let (since, revision) = match &day.status {
        DayStatus::Waiting { since, .. } => (Value::Instant(*since), Value::Null),
        DayStatus::Current { revision, .. } => (Value::Null, i64::try_from(*revision).ok().into()),
        _ => (Value::Null, Value::Null),
    };
    vec![
        market_day.platform.as_str().into(),
        market_day.market.as_str().into(),
        market_day.local_date.into(),
        standing(day).1.into(),
        since,
        revision,
        reason(day).into(),
        Some(day.notes.join(JOIN)).filter(|notes| !notes.is_empty()).into(),
    ]
}

fn reason(day: &PlannedDay) -> Option<String> {
    match &day.status {
        DayStatus::Waiting { missing, incomplete, .. } => Some(run::waits_for(missing, incomplete)),
        status => trouble(day).map(|(_, reason)| reason).or_else(|| match status {
            DayStatus::Due(because) | DayStatus::NotAsked(because) => Some(because.to_string()),
            _ => None,
        }),
    }
}

/// Writes them, in the order of platforms, markets and dates.
pub(super) fn write(
    plans: &[PlatformPlan],
    destination: Destination,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let mut days: Vec<&PlannedDay> = plans.iter().flat_map(|plan| &plan.days).collect();
    days.sort_by_key(|day| &day.market_day);
    destination.write("status", columns(), days.into_iter().map(values), out)
}
