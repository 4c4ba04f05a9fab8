//! Which local dates are over and not published, and what is known of why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::inputs::Place;
use coverledger_archive::{Archive, ArchiveError, Attempt, AttemptEnd};
use coverledger_config::Market;
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report::advice::{Lack, LackEnd};

/// No more dates of a place are looked at: one that stopped long ago is told by its last.
const MOST_DAYS: usize = 60;

/// The local dates of a place that are over and not published, from the first that is on; of one that never was, all within the
/// look-back.
pub(super) fn missing(place: &Place, rules: &Market, since: Date) -> Vec<Date> {
    let first = place.revisions.keys().next().copied().unwrap_or(since);
    let dates = first.series(1.day()).take_while(|date| *date <= place.over_until);
    let is_missing = |date: &Date| !place.revisions.contains_key(date) && rules.day.day(*date).is_some();
    let mut missing: Vec<Date> = dates.filter(is_missing).collect();
    let too_many = missing.len().saturating_sub(MOST_DAYS);
    missing.drain(..too_many);
    missing
}

/// What is known of why dates of places are missing: a listing for each platform, and a read of each note that is there.
pub(super) async fn notes(
    archive: &Archive,
    missing: &BTreeMap<PlatformId, BTreeSet<(MarketId, Date)>>,
) -> Result<BTreeMap<(PlatformId, MarketId, Date), Attempt>, ArchiveError> {
    let mut notes = BTreeMap::new();
    for (platform, days) in missing.iter().filter(|(_, days)| !days.is_empty()) {
        let found = archive.notes_of(platform, days).await?;
        notes.extend(found.into_iter().map(|((market, date), note)| ((platform.clone(), market, date), note)));
    }
    Ok(notes)
}

/// A date that is missing; `None` of one that was over before the platform delivered anything, which is not missed.
pub(super) fn lack(local_date: Date, note: Option<&Attempt>) -> Option<Lack> {
    let end = match note.map(|note| note.end) {
        Some(AttemptEnd::NotBegun) => return None,
        Some(AttemptEnd::Held) => Some(LackEnd::Held),
        Some(AttemptEnd::Failed) => Some(LackEnd::Failed),
        Some(AttemptEnd::Waiting) => Some(LackEnd::Waiting),
        Some(AttemptEnd::Kept) | None => None,
    };
    let reason = note.filter(|_| end.is_some()).map(|note| note.reason.clone()).unwrap_or_default();
    Some(Lack { local_date, end, reason })
}
