//! The status of one market-day, from everything that is known about it before a run.

use jiff::Timestamp;

use super::fingerprint::rendering;
use super::lack::Lack;
use super::{Because, DayStatus, PlannedExport, Reprocess, Selection, Window};
use coverledger_archive::{Attempt, AttemptEnd, Content, Receipt, State};
use coverledger_config::{Platform, Workspace};
use coverledger_core::model::MarketId;
use coverledger_core::time::LocalDay;
use coverledger_read::export::named;

/// Everything that is known about a market-day before a run.
pub(super) struct DayFacts<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) platform: &'a Platform,
    pub(super) market: &'a MarketId,
    pub(super) windows: &'a [Window],
    pub(super) now: Timestamp,
    pub(super) day: &'a LocalDay,
    pub(super) state: State,
    pub(super) fingerprint: &'a str,
    pub(super) config_sha256: &'a str,
    pub(super) lack: Lack,
    /// Whether all missing dates are before the platform's first delivery.
    pub(super) is_before_first: bool,
    pub(super) covering: &'a [&'a PlannedExport],
    pub(super) receipt: Option<&'a Receipt>,
    pub(super) attempt: Option<&'a Attempt>,
}

impl<'a> DayFacts<'a> {
    /// Whether the day would use an object with this key if it were there. An object that the configuration no longer
    /// reads for this day, for example because a window moved, does not count as deleted.
    fn is_read(&self, key: &str) -> bool {
        self.platform.exports.iter().zip(self.windows).any(|(export, window)| {
            let dates = window.dates().collect();
            let named = named(export, &self.workspace.markets, &dates, key);
            *window != Window::Nowhere
                && named.is_some_and(|market| market.is_none_or(|market| market == *self.market))
        })
    }

    /// Whether the platform's first delivery begins within the day. Nothing older will arrive, and what is there is
    /// counted, but the day never becomes complete.
    pub(super) fn is_begun_within(&self) -> bool {
        self.is_before_first && !self.covering.is_empty()
    }

    /// The last attempt, unless the market-day was published since.
    pub(super) fn pending_attempt(&self) -> Option<&'a Attempt> {
        self.attempt.filter(|attempt| {
            self.receipt.is_none_or(|receipt| receipt.content.fingerprint != attempt.fingerprint)
        })
    }

    /// The status of a day of which some exports were deleted, if that determines it.
    ///
    /// A final day stays as it is, because stores expire what was read long ago. It is published again only if all its
    /// dates are there and there is a new object; then its totals decide. A provisional day is held back until
    /// something replaces the deleted exports.
    fn published_from_what_is_gone(&self, selection: &Selection) -> Option<DayStatus> {
        let receipt = self.receipt?;
        let Content { revision, state, exports, .. } = &receipt.content;
        let current = DayStatus::Current { revision: *revision, state: *state };
        if *state == State::Final && !self.lack.is_none() {
            return Some(current);
        }
        let is_gone =
            |key: &str| !self.covering.iter().any(|export| export.found.object.key == key) && self.is_read(key);
        let gone = exports.iter().find(|export| is_gone(&export.key)).filter(|_| !selection.accept_shrink)?;
        let was_read = |planned: &&PlannedExport| {
            let object = &planned.found.object;
            exports
                .iter()
                .any(|read| read.key == object.key && read.etag == object.etag && read.size == object.size)
        };
        if !self.covering.iter().all(was_read) {
            return None;
        }
        if *state == State::Final {
            return Some(current);
        }
        let mend =
            if self.lack.is_none() { "give `--accept-shrink` if that is right" } else { "deliver it again" };
        let reason = format!("`{}` is gone, and revision {revision} was made from it ({mend})", gone.key);
        Some(DayStatus::Held { reason })
    }

    /// Why the derived tables of the day are to be rendered from the archive, if they are: what was counted stands, because
    /// nothing else has changed or its exports are gone, or somebody asked for it. What was counted under another
    /// configuration cannot be read by this one.
    fn to_render(&self, standing: &DayStatus, reprocess: Reprocess) -> Option<Because> {
        // All that a source of quality publishes is counted.
        if self.platform.is_quality_source() {
            return None;
        }
        let receipt = self.receipt.filter(|receipt| receipt.content.config_sha256 == self.config_sha256)?;
        let changed = derived_changed(receipt).filter(|_| !self.is_rendered_the_same(receipt));
        match standing {
            DayStatus::NotOver | DayStatus::Unreadable { .. } => None,
            _ if reprocess == Reprocess::Rendered => Some(changed.unwrap_or(Because::Asked)),
            DayStatus::Current { .. }
            | DayStatus::Held { .. }
            | DayStatus::Due(Because::DerivedChanged { .. }) => changed.filter(|_| reprocess == Reprocess::Due),
            _ => None,
        }
    }

    /// Whether this version of the derived tables was tried on what is published and changed nothing.
    fn is_rendered_the_same(&self, receipt: &Receipt) -> bool {
        self.attempt.is_some_and(|attempt| attempt.fingerprint == rendering(receipt))
    }

    /// The status that an earlier run found when it read the same inputs, if it noted one.
    fn remembered(&self, selection: &Selection) -> Option<DayStatus> {
        let attempt = self.pending_attempt().filter(|attempt| attempt.fingerprint == self.fingerprint)?;
        if selection.reprocess == Reprocess::All || selection.accept_shrink {
            return None;
        }
        match (attempt.end, self.receipt) {
            (AttemptEnd::Held | AttemptEnd::Failed, _) | (AttemptEnd::Kept, None) => None,
            (AttemptEnd::Waiting, _) => Some(DayStatus::Waiting {
                missing: Vec::new(),
                incomplete: vec![attempt.reason.clone()],
                since: self.day.end,
            }),
            (AttemptEnd::NotBegun, _) => Some(DayStatus::NotBegun),
            (AttemptEnd::Kept, Some(receipt)) => {
                Some(DayStatus::Current { revision: receipt.content.revision, state: receipt.content.state })
            }
        }
    }
}

/// The status of the day.
pub(super) fn status(facts: &DayFacts<'_>, selection: &Selection) -> DayStatus {
    let standing = by_its_exports(facts, selection);
    match facts.to_render(&standing, selection.reprocess) {
        Some(because) => DayStatus::ToRender { because, or_else: Box::new(standing) },
        None => standing,
    }
}

/// Where the day stands if its tables are made from its exports.
fn by_its_exports(facts: &DayFacts<'_>, selection: &Selection) -> DayStatus {
    if facts.now < facts.day.end {
        return DayStatus::NotOver;
    }
    if selection.reprocess == Reprocess::Sample {
        return DayStatus::Due(Because::Asked);
    }
    if let Some(status) = facts.published_from_what_is_gone(selection) {
        return status;
    }
    if facts.is_before_first && facts.receipt.is_none() && facts.covering.is_empty() {
        return DayStatus::NotBegun;
    }
    if !facts.lack.is_none() && !facts.is_begun_within() {
        let Lack { missing, incomplete, .. } = facts.lack.clone();
        return DayStatus::Waiting { missing, incomplete, since: facts.day.end };
    }
    if let Some(status) = facts.remembered(selection) {
        return status;
    }
    let natural = match facts.receipt {
        None => Some(Because::NeverPublished),
        Some(receipt) => because(receipt, facts.fingerprint, facts.state).filter(|because| {
            !matches!(because, Because::DerivedChanged { .. }) || !facts.is_rendered_the_same(receipt)
        }),
    };
    let chosen = match selection.reprocess {
        Reprocess::Due => natural,
        Reprocess::Rendered => None,
        Reprocess::Missing => natural.filter(|because| *because == Because::NeverPublished),
        Reprocess::Failed => natural.filter(|_| facts.pending_attempt().is_some_and(Attempt::is_trouble)),
        Reprocess::All | Reprocess::Sample => Some(natural.unwrap_or(Because::Asked)),
    };
    match (chosen, natural, facts.receipt) {
        (Some(because), _, _) => DayStatus::Due(because),
        (None, Some(because), _) => DayStatus::NotAsked(because),
        (None, None, Some(receipt)) => {
            DayStatus::Current { revision: receipt.content.revision, state: receipt.content.state }
        }
        (None, None, None) => DayStatus::NotAsked(Because::NeverPublished),
    }
}

/// Why a day with this newest receipt is due although nothing changed, if it is. A day that was published as partly
/// covered does not become final by waiting.
pub(super) fn because(receipt: &Receipt, fingerprint: &str, state: State) -> Option<Because> {
    if receipt.content.fingerprint != fingerprint {
        let (from, to) = (receipt.content.numbers_version, receipt.content.unit.family().version());
        let is_by_another = from != Some(to);
        Some(if is_by_another { Because::NumbersChanged { from, to } } else { Because::InputsChanged })
    } else if receipt.content.state == State::Provisional
        && state == State::Final
        && receipt.content.partly.is_none()
    {
        Some(Because::Settled)
    } else {
        derived_changed(receipt)
    }
}

fn derived_changed(receipt: &Receipt) -> Option<Because> {
    if !receipt.content.tables.iter().any(|written| written.table.is_derived()) {
        return None;
    }
    let (from, to) = (receipt.content.derived_by(), receipt.content.unit.family().derived_version());
    (from != Some(to)).then_some(Because::DerivedChanged { from, to })
}
