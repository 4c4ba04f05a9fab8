//! The plan for one platform: its market-days, the exports they need, and which of them are due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::day_facts::{DayFacts, because, status};
use super::delivered::{Delivered, Place, neighbours_before};
use super::fingerprint::fingerprint;
use super::lack::{Asked, Lack};
use super::window::last_end;
use super::{Because, DayStatus, Reprocess, Selection, Window};
use coverledger_archive::{Attempt, Receipt, State, Unit};
use coverledger_config::{Platform, Workspace};
use coverledger_core::model::{MarketDay, MarketId, PlatformId, Turns};
use coverledger_core::time::LocalDay;
use coverledger_read::export::Found;

/// If the windows reach at most this many dates, earlier dates are listed too, for comparison.
const FEW_DATES: usize = 3;
/// If something seems to be missing, a day stays provisional at least this much longer.
const A_DAY_SECONDS: i64 = 86_400;

/// A market-day that a run looks at.
#[derive(Debug, Clone)]
pub struct PlannedDay {
    /// The market-day.
    pub market_day: MarketDay,
    /// Its start and end in time.
    pub day: LocalDay,
    /// Its window in each export of the platform, in the order of the configuration.
    pub windows: Vec<Window>,
    /// The state in which it would be published now.
    pub state: State,
    /// The hash over everything that determines it (`fingerprint`).
    pub fingerprint: String,
    /// The hash over the part of the configuration that determines it.
    pub config_sha256: String,
    /// Its status.
    pub status: DayStatus,
    /// Whether the platform's first delivery begins within the day, so that the day's beginning was never delivered.
    pub is_begun_within: bool,
    /// Notes about it, whatever its status.
    pub notes: Vec<String>,
    /// The last attempt, if it published nothing and the market-day was not published since.
    pub attempt: Option<Attempt>,
}

impl PlannedDay {
    /// Whether an object can hold rows of the day.
    #[must_use]
    pub fn stands_on(&self, object: &PlannedExport) -> bool {
        object.is_for(&self.market_day.market, &self.windows)
    }

    /// Whether a receipt still holds, so that the day would be published with the same fingerprint and state.
    #[must_use]
    pub fn is_told_by(&self, receipt: &Receipt) -> bool {
        because(receipt, &self.fingerprint, self.state).is_none()
    }
}

/// An object of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedExport {
    /// The platform.
    pub platform: PlatformId,
    /// Index into the platform's exports.
    pub export: usize,
    /// The object.
    pub found: Found,
}

impl PlannedExport {
    /// Whether it can hold rows of a day of a market: by its date, and by its market if its path names one.
    /// Whether a market-day with these windows reads it.
    #[must_use]
    pub fn is_for(&self, market: &MarketId, windows: &[Window]) -> bool {
        windows[self.export].covers(self.found.export_date)
            && self.found.path.market.as_ref().is_none_or(|named| named == market)
    }
}

/// The plan for one platform.
#[derive(Debug, Clone)]
pub struct PlatformPlan {
    /// Which.
    pub platform: PlatformId,
    /// Every object that a market-day of the plan can need, sorted by key.
    pub exports: Vec<PlannedExport>,
    /// The market-days, sorted.
    pub days: Vec<PlannedDay>,
    /// Their newest receipts.
    pub receipts: BTreeMap<(MarketId, Date), Receipt>,
}

/// Everything that is known about a platform when its plan is made.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Objects found.
    pub exports: Vec<PlannedExport>,
    /// The newest receipt of each market-day.
    pub receipts: BTreeMap<(MarketId, Date), Receipt>,
    /// Notes on attempts that published nothing.
    pub attempts: BTreeMap<(MarketId, Date), Attempt>,
    /// Market-days whose newest receipt cannot be read, and why.
    pub unreadable: BTreeMap<(MarketId, Date), String>,
    /// Keys that were found in the folder of an export's date and match no path.
    pub unmatched: BTreeMap<(usize, Option<Date>), BTreeSet<String>>,
    /// The objects that mark a date as complete.
    pub markers: BTreeSet<Place>,
    /// Markets for which something was delivered or published before the dates of the plan, as far as that was checked.
    pub begun: BTreeSet<MarketId>,
}

/// The market-days of a platform in a selection, with their windows.
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

/// The dates of an export's objects that market-days with these windows need. Each export is read over its own windows.
/// An export that none of them needs is read on the dates that they require of the others, because the rejects of all
/// exports of a date are published together.
#[must_use]
pub fn export_dates<'w>(windows: impl Iterator<Item = &'w [Window]> + Clone, export: usize) -> BTreeSet<Date> {
    let own = windows.clone().filter_map(|windows| windows.get(export));
    if own.clone().all(|window| *window == Window::Nowhere) {
        return windows.flatten().flat_map(Window::needed).collect();
    }
    own.flat_map(Window::dates).collect()
}

/// Every date of an export to list: those within the windows, and, if these are few, some earlier ones to compare them
/// with.
#[must_use]
pub fn listed_dates<'w>(windows: impl Iterator<Item = &'w [Window]> + Clone, export: usize) -> BTreeSet<Date> {
    let mut dates = export_dates(windows, export);
    let first = dates.first().copied().filter(|_| dates.len() <= FEW_DATES);
    dates.extend(first.into_iter().flat_map(neighbours_before));
    dates
}

impl PlatformPlan {
    /// Marks current market-days as due whose published bytes are lost.
    pub fn restore(&mut self, lost: &[Unit]) {
        let is_lost =
            |day: &MarketDay| lost.iter().any(|unit| matches!(unit, Unit::MarketDay(lost) if lost == day));
        for day in &mut self.days {
            if matches!(day.status, DayStatus::Current { .. }) && is_lost(&day.market_day) {
                day.status = DayStatus::Due(Because::Lost);
            }
        }
    }

    /// Derives the status of each market-day. Pure: everything known is passed in.
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
            let groups = workspace.viewer_groups(id, &market, day.date);
            let fingerprint =
                fingerprint(&config_sha256, platform, &covering, over, groups, workspace.counts_bars());
            let key = (market.clone(), day.date);
            // A run that looks back with `--at` judges as of the later of both instants.
            let judged_as_of = known.receipts.get(&key).map_or(now, |receipt| now.max(receipt.judged_as_of()));
            let mut notes = delivered.fewer(&market, &windows);
            // If something seems to be missing, the settle time is doubled.
            let patience = if notes.is_empty() { 0 } else { platform.settle_seconds.max(A_DAY_SECONDS) };
            let settle_seconds = platform.settle_seconds.saturating_add(patience);
            let settles_at = last_end(platform, &day, &windows).as_second().saturating_add(settle_seconds);
            let state = if judged_as_of.as_second() >= settles_at { State::Final } else { State::Provisional };
            let asked = Asked { market: &market, day: &day, windows: &windows, covering: &covering };
            let mut lack = delivered.lack(&asked);
            if selection.reprocess == Reprocess::Sample {
                notes.extend(lack.told());
                lack = Lack::default();
            }
            let mut facts = DayFacts {
                workspace,
                platform,
                market: &market,
                windows: &windows,
                now,
                day: &day,
                state,
                fingerprint: &fingerprint,
                config_sha256: &config_sha256,
                is_before_first: delivered.is_before_first(&lack, &market, day.date),
                lack,
                covering: &covering,
                // A retired unit counts as never published.
                receipt: known.receipts.get(&key).filter(|receipt| !receipt.content.retired),
                attempt: known.attempts.get(&key),
            };
            let is_begun_within = facts.is_begun_within();
            if is_begun_within {
                facts.state = State::Provisional;
                notes.push("covered in part: nothing was delivered of the dates on which it began".to_owned());
            }
            let status = match known.unreadable.get(&key) {
                Some(reason) => DayStatus::Unreadable { reason: reason.clone() },
                None => status(&facts, selection),
            };
            if let DayStatus::Current { state: State::Provisional, .. } = status.by_its_exports() {
                notes.extend(facts.receipt.and_then(|receipt| receipt.content.partly.clone()));
            } else if let DayStatus::Current { state: State::Final, .. } = status.by_its_exports() {
                notes.clear();
                // Nothing can publish it again; a backfill that settles other days of the old configuration skips it.
                if facts.receipt.is_some_and(|receipt| receipt.content.config_sha256 != config_sha256) {
                    notes.push(
                        "published by another configuration; its exports are no longer all there".to_owned(),
                    );
                }
            }
            let (attempt, state) = (facts.pending_attempt().cloned(), facts.state);
            let market_day = MarketDay { platform: id.clone(), market, local_date: day.date };
            days.push(PlannedDay {
                market_day,
                day,
                windows,
                state,
                fingerprint,
                config_sha256,
                status,
                is_begun_within,
                notes,
                attempt,
            });
        }
        days.sort_by(|one, other| one.market_day.cmp(&other.market_day));
        Self { platform: id.clone(), exports: known.exports, days, receipts: known.receipts }
    }
}
