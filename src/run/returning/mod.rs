//! What is kept of viewers over days: by which key, for how long, and what is told of it.
//!
//! A market-day's part is put before its receipt ([`DayVisits`]); what is older than it may be is deleted by every run, also
//! by one that has nothing else to do.

mod inputs;
mod kept;
mod telling;

pub(super) use kept::{BatchVisits, DayVisits, visits_of};
pub(super) use telling::{Teller, ViewersAsOf};

use jiff::{Timestamp, ToSpan as _};

use super::deciding::Decided;
use super::{Disposition, RunError, error_text};
use coverledger_archive::Archive;
use coverledger_config::Workspace;
use coverledger_core::model::MarketDay;

/// Refuses a secret that is another than the one of its generation. Without `returning` nothing is asked.
pub(super) async fn check_key(workspace: &Workspace, archive: &Archive) -> Result<(), RunError> {
    let (Some(key), Some(returning)) = (&workspace.returning, &workspace.settings.returning) else {
        return Ok(());
    };
    let generation = key.generation();
    if archive.is_key_of(generation, &key.check_value()).await? {
        return Ok(());
    }
    let key_env = returning.key_env.clone();
    Err(RunError::ReturningKey { key_env, generation, next: generation.saturating_add(1) })
}

/// Whether what viewers did on a market-day is still kept as of an instant, by the market's own date.
pub(super) fn keeps(workspace: &Workspace, day: &MarketDay, now: Timestamp) -> bool {
    let Some(returning) = &workspace.settings.returning else { return false };
    let is_there = workspace.platforms.contains_key(&day.platform);
    let market = workspace.markets.get(&day.market).filter(|_| is_there);
    let today = market.and_then(|market| market.day.day_of(now)).map(|today| today.date);
    today.is_some_and(|today| day.local_date >= today.saturating_sub(i64::from(returning.keep_days).days()))
}

/// Deletes what may not be kept any longer: what is too old, of former generations, and of platforms and markets that are not
/// configured. Says what went wrong; the next run tries again.
pub(super) async fn prune(workspace: &Workspace, archive: &Archive, now: Timestamp) -> Decided {
    let Some(key) = &workspace.returning else { return Decided::new() };
    match archive.prune_visits(key.generation(), |day| keeps(workspace, day, now)).await {
        Ok(0) => Decided::new(),
        Ok(parts) => {
            tracing::info!(parts, "what was kept of viewers for long enough is deleted");
            Decided::new()
        }
        Err(error) => {
            let reason = format!("what is due could not be deleted: {}", error_text(&error));
            vec![("returning viewers".to_owned(), Disposition::Failed { reason })]
        }
    }
}
