//! The plan for one platform: its market-days, the exports they stand on, and which of them are due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::delivered::{Delivered, Place, neighbours_before};
use super::fingerprint::fingerprint;
use super::lack::{Asked, Lack};
use super::window::last_end;
use super::{Because, Reprocess, Selection, Standing, Window};
use crate::archive::{Attempt, AttemptEnd, Content, Receipt, State, Unit};
use crate::config::{Platform, Workspace};
use crate::export::{Found, named};
use crate::model::{MarketDay, MarketId, PlatformId, Turns};
use crate::time::LocalDay;

/// So few dates may lack neighbours among themselves.
const FEW_DATES: usize = 3;

/// A market-day that a run looks at.
#[derive(Debug, Clone)]
pub struct PlannedDay {
    /// Which.
    pub market_day: MarketDay,
    /// Its window in time.
    pub day: LocalDay,
    /// Its windows in the exports of the platform, in their order.
    pub windows: Vec<Window>,
    /// What it would be published as now.
    pub state: State,
    /// Hash of all that it would be made from now.
    pub fingerprint: String,
    /// Hash of the configuration's part in it.
    pub config_sha256: String,
    /// Where it stands.
    pub standing: Standing,
    /// What there is to say about it, wherever it stands.
    pub notes: Vec<String>,
    /// How the last attempt ended, if it published nothing and what it failed at was not published since.
    pub attempt: Option<Attempt>,
}

impl PlannedDay {
    /// Whether an object can hold rows of the day.
    #[must_use]
    pub fn stands_on(&self, object: &PlannedExport) -> bool {
        object.is_for(&self.market_day.market, &self.windows)
    }

    /// Whether a receipt says all that there is to say now.
    #[must_use]
    pub fn is_told_by(&self, receipt: &Receipt) -> bool {
        because(receipt, &self.fingerprint, self.state).is_none()
    }
}

/// An object of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedExport {
    /// Whose.
    pub platform: PlatformId,
    /// Index into the platform's exports.
    pub export: usize,
    /// The object.
    pub found: Found,
}

impl PlannedExport {
    /// Whether it can hold rows of a day of a market: by its date, and by its market if its path names one.
    fn is_for(&self, market: &MarketId, windows: &[Window]) -> bool {
        windows[self.export].covers(self.found.export_date)
            && self.found.path.market.as_ref().is_none_or(|named| named == market)
    }
}

/// The plan for one platform.
#[derive(Debug, Clone)]
pub struct PlatformPlan {
    /// Which.
    pub platform: PlatformId,
    /// Every object that a market-day of the plan can stand on, sorted by key.
    pub exports: Vec<PlannedExport>,
    /// The market-days, sorted.
    pub days: Vec<PlannedDay>,
    /// Their newest receipts.
    pub receipts: BTreeMap<(MarketId, Date), Receipt>,
}

/// What is known of a platform when its plan is made.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Objects found.
    pub exports: Vec<PlannedExport>,
    /// The newest receipt of each market-day.
    pub receipts: BTreeMap<(MarketId, Date), Receipt>,
    /// Notes on attempts that published nothing.
    pub attempts: BTreeMap<(MarketId, Date), Attempt>,
    /// Markets of which a receipt cannot be read, and why.
    pub unreadable: BTreeMap<MarketId, String>,
    /// Keys that lie where the objects of an export and a date were looked for, and that no path matches.
    pub unmatched: BTreeMap<(usize, Option<Date>), BTreeSet<String>>,
    /// The objects found that say that a date is complete.
    pub markers: BTreeSet<Place>,
    /// Markets of which anything was delivered or published before the dates that are looked at, as far as that was
    /// looked for.
    pub begun: BTreeSet<MarketId>,
}

/// The market-days of a platform that a selection looks at, with their windows.
#[must_use]
pub fn windows(
    workspace: &Workspace,
    platform: &Platform,
    selection: &Selection,
    now: Timestamp,
) -> Vec<(MarketId, LocalDay, Vec<Window>)> {
    let mut days = Vec::new();
    for id in &selection.markets {
        let Some(market) = workspace.markets.get(id) else { continue };
        for date in selection.dates.of(market, now) {
            let Some(day) = market.day.day(date) else { continue };
            let windows: Option<Vec<Window>> = platform.exports.iter().map(|e| Window::of(e, id, &day)).collect();
            if let Some(windows) = windows.filter(|windows| windows.iter().any(|w| *w != Window::Nowhere)) {
                days.push((id.clone(), day, windows));
            }
        }
    }
    days
}

/// The dates of an export's objects that market-days with these windows stand on: each export is read as widely as its
/// own windows. One that feeds none of them is read on the dates without which they wait, because the rejects of all
/// exports of a date are published together.
#[must_use]
pub fn export_dates<'w>(windows: impl Iterator<Item = &'w [Window]> + Clone, export: usize) -> BTreeSet<Date> {
    let own = windows.clone().filter_map(|windows| windows.get(export));
    if own.clone().all(|window| *window == Window::Nowhere) {
        return windows.flatten().flat_map(Window::needed).collect();
    }
    own.flat_map(Window::dates).collect()
}

/// Every date of an export that is looked for: those that windows reach, and where these are few some before them, with
/// which they are compared.
#[must_use]
pub fn listed_dates<'w>(windows: impl Iterator<Item = &'w [Window]> + Clone, export: usize) -> BTreeSet<Date> {
    let mut dates = export_dates(windows, export);
    let first = dates.first().copied().filter(|_| dates.len() <= FEW_DATES);
    dates.extend(first.into_iter().flat_map(neighbours_before));
    dates
}

impl PlatformPlan {
    /// Makes current market-days due again whose published bytes are lost.
    pub fn restore(&mut self, lost: &[Unit]) {
        let is_lost =
            |day: &MarketDay| lost.iter().any(|unit| matches!(unit, Unit::MarketDay(lost) if lost == day));
        for day in &mut self.days {
            if matches!(day.standing, Standing::Current { .. }) && is_lost(&day.market_day) {
                day.standing = Standing::Due(Because::Lost);
            }
        }
    }

    /// Decides for each market-day where it stands. Pure: everything known is handed in.
    #[must_use]
    pub fn new(
        workspace: &Workspace,
        id: &PlatformId,
        platform: &Platform,
        selection: &Selection,
        now: Timestamp,
        known: Known,
    ) -> Self {
        let mut known = known;
        known.exports.sort_by(|one, other| {
            (&one.found.object.key, one.export).cmp(&(&other.found.object.key, other.export))
        });
        let delivered = Delivered::new(platform, &known, now);
        let exports = &known.exports;
        let mut days: Vec<PlannedDay> = Vec::new();
        let mut turns: BTreeMap<MarketId, Turns> = BTreeMap::new();
        for (market, day, windows) in self::windows(workspace, platform, selection, now) {
            let config_sha256 = workspace.config_hash(id, &market);
            let covering: Vec<&PlannedExport> = exports.iter().filter(|e| e.is_for(&market, &windows)).collect();
            let turns = turns.entry(market.clone()).or_insert_with(|| workspace.turns(id, &market));
            let over = turns.over(day.start.as_microsecond(), day.end.as_microsecond());
            let fingerprint = fingerprint(&config_sha256, platform, &covering, over);
            let key = (market.clone(), day.date);
            // A look back knows less than whoever published it.
            let judged_as_of = known.receipts.get(&key).map_or(now, |receipt| now.max(receipt.judged_as_of()));
            let mut notes = delivered.fewer(&market, &windows);
            // What may still come is given twice the time where something seems to be missing.
            let patience = if notes.is_empty() { 1 } else { 2 };
            let settle_seconds = platform.settle_seconds.saturating_mul(patience);
            let settles_at = last_end(platform, &day, &windows).as_second().saturating_add(settle_seconds);
            let state = if judged_as_of.as_second() >= settles_at { State::Final } else { State::Provisional };
            let asked = Asked { market: &market, day: &day, windows: &windows, covering: &covering };
            let lack = delivered.lack(&asked);
            let facts = Facts {
                workspace,
                platform,
                market: &market,
                windows: &windows,
                now,
                day: &day,
                state,
                fingerprint: &fingerprint,
                is_before_first: delivered.is_before_first(&lack, &market, day.date),
                lack,
                covering: &covering,
                // What was retired is as good as never published.
                receipt: known.receipts.get(&key).filter(|receipt| !receipt.content.retired),
                attempt: known.attempts.get(&key),
            };
            let standing = match known.unreadable.get(&market) {
                Some(reason) => Standing::Unreadable { reason: reason.clone() },
                None => standing(&facts, selection),
            };
            if let Standing::Current { state: State::Provisional, .. } = standing {
                notes.extend(facts.receipt.and_then(|receipt| receipt.content.partly.clone()));
            } else if let Standing::Current { state: State::Final, .. } = standing {
                notes.clear();
            }
            let attempt = facts.pending_attempt().cloned();
            let market_day = MarketDay { platform: id.clone(), market, local_date: day.date };
            days.push(PlannedDay {
                market_day,
                day,
                windows,
                state,
                fingerprint,
                config_sha256,
                standing,
                notes,
                attempt,
            });
        }
        days.sort_by(|one, other| one.market_day.cmp(&other.market_day));
        Self { platform: id.clone(), exports: known.exports, days, receipts: known.receipts }
    }
}

struct Facts<'a> {
    workspace: &'a Workspace,
    platform: &'a Platform,
    market: &'a MarketId,
    windows: &'a [Window],
    now: Timestamp,
    day: &'a LocalDay,
    state: State,
    fingerprint: &'a str,
    lack: Lack,
    /// Whether what it lacks is of dates before the platform delivered anything.
    is_before_first: bool,
    covering: &'a [&'a PlannedExport],
    receipt: Option<&'a Receipt>,
    attempt: Option<&'a Attempt>,
}

impl<'a> Facts<'a> {
    /// Whether the day would be made from an object of this key if there were one. What the configuration no longer
    /// reads for it, since a window moved for one, is not gone.
    fn is_read(&self, key: &str) -> bool {
        self.platform.exports.iter().zip(self.windows).any(|(export, window)| {
            let dates = window.dates().collect();
            let named = named(export, &self.workspace.markets, &dates, key);
            *window != Window::Nowhere
                && named.is_some_and(|market| market.is_none_or(|market| market == *self.market))
        })
    }

    /// The last attempt, unless what it failed at was published since.
    fn pending_attempt(&self) -> Option<&'a Attempt> {
        self.attempt.filter(|attempt| {
            self.receipt.is_none_or(|receipt| receipt.content.fingerprint != attempt.fingerprint)
        })
    }

    /// Where a day stands of whose exports some are gone, if that decides it.
    ///
    /// A final day stays as it is: stores expire what was read long ago. It is made again only where its dates are all
    /// there and something has come that it was not made from; then its totals decide. A provisional day is held back
    /// while nothing has come in the place of what is gone.
    fn published_from_what_is_gone(&self, selection: &Selection) -> Option<Standing> {
        let receipt = self.receipt?;
        let Content { revision, state, exports, .. } = &receipt.content;
        let current = Standing::Current { revision: *revision, state: *state };
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
        Some(Standing::Held { reason })
    }

    /// Where a day stands by what was seen when these very inputs were read.
    fn remembered(&self, selection: &Selection) -> Option<Standing> {
        let attempt = self.pending_attempt().filter(|attempt| attempt.fingerprint == self.fingerprint)?;
        if selection.reprocess == Reprocess::All || selection.accept_shrink {
            return None;
        }
        match (attempt.end, self.receipt) {
            (AttemptEnd::Held | AttemptEnd::Failed, _) | (AttemptEnd::Kept, None) => None,
            (AttemptEnd::Waiting, _) => Some(Standing::Waiting {
                missing: Vec::new(),
                incomplete: vec![attempt.reason.clone()],
                since: self.day.end,
            }),
            (AttemptEnd::NotBegun, _) => Some(Standing::NotBegun),
            (AttemptEnd::Kept, Some(receipt)) => {
                Some(Standing::Current { revision: receipt.content.revision, state: receipt.content.state })
            }
        }
    }
}

fn standing(facts: &Facts<'_>, selection: &Selection) -> Standing {
    if facts.now < facts.day.end {
        return Standing::NotOver;
    }
    if let Some(standing) = facts.published_from_what_is_gone(selection) {
        return standing;
    }
    if facts.is_before_first && facts.receipt.is_none() {
        return Standing::NotBegun;
    }
    if !facts.lack.is_none() {
        let Lack { missing, incomplete, .. } = facts.lack.clone();
        return Standing::Waiting { missing, incomplete, since: facts.day.end };
    }
    if let Some(standing) = facts.remembered(selection) {
        return standing;
    }
    let natural = match facts.receipt {
        None => Some(Because::NeverPublished),
        Some(receipt) => because(receipt, facts.fingerprint, facts.state),
    };
    let chosen = match selection.reprocess {
        Reprocess::Due => natural,
        Reprocess::Missing => natural.filter(|because| *because == Because::NeverPublished),
        Reprocess::Failed => natural.filter(|_| facts.pending_attempt().is_some_and(Attempt::is_trouble)),
        Reprocess::All => Some(natural.unwrap_or(Because::Asked)),
    };
    match (chosen, natural, facts.receipt) {
        (Some(because), _, _) => Standing::Due(because),
        (None, Some(because), _) => Standing::NotAsked(because),
        (None, None, Some(receipt)) => {
            Standing::Current { revision: receipt.content.revision, state: receipt.content.state }
        }
        (None, None, None) => Standing::NotAsked(Because::NeverPublished),
    }
}

/// Why a day with this newest receipt is due by itself, if it is. Who was published as covered in part does not become
/// final by waiting.
fn because(receipt: &Receipt, fingerprint: &str, state: State) -> Option<Because> {
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
        None
    }
}
