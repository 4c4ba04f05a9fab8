//! What is to be made of the published market-days, once a run has published its own.
//!
//! Of each platform in each market of the run, decisions stand on the revisions of the market-days in the window up to
//! the newest. Which these are is known from one listing, so where they are those that the newest decisions stand on,
//! nothing is read. A late change of an old day in the window makes the newest decisions anew, and none of an earlier
//! date. What goes wrong here is told like other troubles and takes nothing back of what is published.

mod cut;
mod experiments;
mod history;
mod inputs;
mod relatives;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::assets::{Asset, Candidate, Driver, Look, draft, table};
use super::ordered::for_each_ordered;
use super::{Disposition, Stop, error_text};
use crate::plan::Selection;
use coverledger_archive::{
    Archive, ArchiveError, BoxError, Draft, FactRecord, PublishedTables, Receipt, Stamp, State, TableBytes,
    TableFamily, TableName, Unit,
};
use coverledger_config::{Decisions, Family, Workspace};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report::{self as report, Evidence, library::Kindred, returning::CoverRevisits};
use history::evidence;
use inputs::{Inputs, fingerprint_with};

pub(super) use experiments::DecidedExperiment;
pub use history::{ended_rotations, history, turns_of};

/// Units that are published at a time.
const UNITS_AT_A_TIME: usize = 4;
/// So many are looked at side by side; each of them asks the store for several things at a time.
const MARKETS_AT_A_TIME: usize = 4;

/// What deciding needs.
pub(super) struct Desk<'a> {
    pub(super) workspace: &'a Arc<Workspace>,
    pub(super) selection: &'a Selection,
    pub(super) archive: &'a Archive,
    pub(super) stamp: &'a Stamp,
    pub(super) stop: &'a Stop,
    /// Permits to render tables.
    pub(super) rendering: &'a Semaphore,
}

/// What became of decisions: of which platform and market, as of when, and how it ended.
pub(super) type Decided = Vec<(String, Disposition)>;

/// By what is decided.
struct Rules<'w> {
    decisions: &'w Decisions,
    /// Families of the catalogue, beside those of the configuration.
    kindred: Arc<Kindred>,
}

impl Rules<'_> {
    /// Whether there are localized covers, which are held against those of all markets.
    fn are_for_all_markets(&self) -> bool {
        !self.decisions.families.is_empty() || !self.kindred.is_empty()
    }

    /// Whether there may be one in this market.
    fn may_have_localized(&self, market: &MarketId) -> bool {
        self.decisions.families.values().any(|family| family.localized.contains_key(market))
            || self.kindred.may_have_one_for(market)
    }
}

/// A market of which something is to be decided.
struct Due<'i> {
    inputs: &'i Inputs,
    as_of: Date,
    unit: Unit,
    fingerprint: String,
    newest: Option<Receipt>,
}

/// What was read.
#[derive(Default)]
struct Known {
    /// Of each market in which there was anything to count, sorted by market.
    evidences: Vec<Evidence>,
    /// Markets with a day that late exports may still change.
    provisional: BTreeSet<MarketId>,
    /// What has no tables any longer: nothing stands on it.
    retired: BTreeMap<MarketId, BTreeSet<Date>>,
    /// What cannot be relied on, and why: it costs its own day.
    unreadable: BTreeMap<MarketId, BTreeMap<Date, String>>,
    /// Which covers bring viewers who come back.
    revisits: BTreeMap<MarketId, CoverRevisits>,
}

impl Known {
    /// Market-days that nothing can stand on.
    fn to_leave_out(&self) -> BTreeMap<MarketId, BTreeSet<Date>> {
        let mut days = self.retired.clone();
        for (market, unreadable) in &self.unreadable {
            days.entry(market.clone()).or_default().extend(unreadable.keys());
        }
        days
    }
}

impl Desk<'_> {
    /// Decides anew what stands on other market-days than before. Asked to stop, it begins nothing new.
    pub(super) async fn decide(&self) -> Decided {
        let mut decided = Decided::new();
        let Some(rules) = &self.workspace.decisions else { return decided };
        let kindred = self.kindred(rules).await.unwrap_or_else(|error| {
            // A family less is compared until it can be read.
            let reason = error_text(&*error);
            decided.push(("catalogue, left out of decisions".to_owned(), Disposition::Failed { reason }));
            Kindred::default()
        });
        let rules = Rules { decisions: rules, kindred: Arc::new(kindred) };
        for platform in &self.selection.platforms {
            if self.stop.is_asked() {
                decided.push((format!("{platform}/decisions"), Disposition::Stopped));
            } else if self.workspace.counts(platform) {
                self.platform(platform, &rules, &mut decided).await;
            }
        }
        self.experiments(&mut decided).await;
        decided
    }

    async fn platform(&self, platform: &PlatformId, rules: &Rules<'_>, decided: &mut Decided) {
        let wanted = |market: &MarketId| self.selection.markets.contains(market);
        // Localized covers are held against those of all markets.
        let markets = self.workspace.markets.keys().filter(|market| wanted(market) || rules.are_for_all_markets());
        let listed = markets.map(|market| async move { (market, self.listed(platform, market, rules).await) });
        let mut listed = stream::iter(listed).buffered(MARKETS_AT_A_TIME);
        let (mut all, mut unknown) = (BTreeMap::new(), Vec::new());
        while let Some((market, inputs)) = listed.next().await {
            match inputs {
                Ok(inputs) => {
                    all.extend(inputs.map(|inputs| (market.clone(), inputs)));
                }
                Err(error) => unknown.push((market.clone(), error_text(&error))),
            }
        }
        drop(listed);
        if rules.are_for_all_markets()
            && let Some((_, reason)) = unknown.first().cloned()
        {
            // Without one market nobody knows what the others stand on.
            let rest = self.selection.markets.iter().filter(|market| all.contains_key(*market));
            unknown.extend(rest.map(|market| (market.clone(), reason.clone())).collect::<Vec<_>>());
            all.clear();
        }
        for (market, reason) in unknown.into_iter().filter(|(market, _)| wanted(market)) {
            decided.push((format!("{platform}/{market}/decisions"), Disposition::Failed { reason }));
        }
        let told = decided.len();
        let mut left_out = BTreeMap::new();
        let (due, known) = loop {
            decided.truncate(told);
            let due = self.due(platform, rules, &all, decided).await;
            if due.is_empty() {
                decided.extend(of_left_out(platform, left_out));
                return;
            }
            let known = self.read(platform, rules, &all, &due).await;
            let days = known.as_ref().map(Known::to_leave_out).unwrap_or_default();
            if days.is_empty() {
                break (due, known);
            }
            // A listing of receipts does not tell what was retired or is damaged; reading them did. Each turn leaves less.
            drop(due);
            for (market, unreadable) in known.map(|known| known.unreadable).unwrap_or_default() {
                if let Some(inputs) = all.get_mut(&market) {
                    inputs.newest_is_lost |= inputs.as_of().is_some_and(|newest| unreadable.contains_key(&newest));
                }
                left_out.entry(market).or_insert_with(BTreeMap::new).extend(unreadable);
            }
            all = without(all, &days);
        };
        decided.extend(of_left_out(platform, left_out));
        match known {
            Ok(known) => {
                let known = Arc::new(known);
                let publish = |number: usize| self.publish(&due[number], rules, &all, &known);
                let told = decided.len();
                let deliver = |number: usize, end| decided.push((due[number].unit.to_string(), end));
                for_each_ordered(due.len(), UNITS_AT_A_TIME, self.stop, publish, deliver).await;
                let left = due.iter().skip(decided.len() - told);
                decided.extend(left.map(|due| (due.unit.to_string(), Disposition::Stopped)).collect::<Vec<_>>());
            }
            Err(error) => {
                let reason = error_text(&*error);
                let failed = |due: Due<'_>| (due.unit.to_string(), Disposition::Failed { reason: reason.clone() });
                decided.extend(due.into_iter().map(failed));
            }
        }
    }

    /// The market-days that decisions of a market stand on; `None` if none is published.
    async fn listed(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        rules: &Rules<'_>,
    ) -> Result<Option<Inputs>, ArchiveError> {
        let days = rules.decisions.window_days;
        let today = self.stamp.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let revisions = self.archive.newest_revisions(platform, market, days, since(today, days)).await?;
        let Some(as_of) = revisions.last_key_value().map(|(date, _)| *date) else { return Ok(None) };
        let viewers = if self.workspace.viewers_kept_by(platform, market).is_some() {
            let told = self.archive.viewers_dates(platform, market).await?;
            told.range(..=as_of).next_back().map(|(date, revision)| (*date, *revision)).into_iter().collect()
        } else {
            BTreeMap::new()
        };
        let (platform, market) = (platform.clone(), market.clone());
        Ok(Some(Inputs { platform, market, revisions, newest_is_lost: false, viewers }))
    }

    /// Which covers bring viewers who come back; nothing where it cannot be read: whoever published it tells that.
    async fn revisits(&self, inputs: &Inputs) -> Result<CoverRevisits, BoxError> {
        let Some((&as_of, &revision)) = inputs.viewers.last_key_value() else {
            return Ok(CoverRevisits::default());
        };
        let unit = Unit::Viewers { platform: inputs.platform.clone(), market: inputs.market.clone(), as_of };
        match self.archive.table_of(&unit, revision, TableName::Revisit).await {
            Ok(Some(table)) => Ok(CoverRevisits::read(&report::read(TableName::Revisit, &[table])?)?),
            Ok(None) => Ok(CoverRevisits::default()),
            Err(ArchiveError::Receipt(error)) => {
                tracing::warn!(
                    error = error_text(&error),
                    "what is known of viewers who come back cannot be read"
                );
                Ok(CoverRevisits::default())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What is not as it was decided last. Current paths of the rest are brought up to their receipts.
    async fn due<'i>(
        &self,
        platform: &PlatformId,
        rules: &Rules<'_>,
        all: &'i BTreeMap<MarketId, Inputs>,
        decided: &mut Decided,
    ) -> Vec<Due<'i>> {
        let looks = self.selection.markets.iter().filter_map(|market| all.get(market)).filter_map(|inputs| {
            let as_of = inputs.as_of()?;
            let unit = Unit::Decisions { platform: platform.clone(), market: inputs.market.clone(), as_of };
            let config = self.workspace.decisions_hash(&inputs.market);
            let more = |other: &Inputs| {
                let is_its = other.market == inputs.market;
                if is_its { rules.kindred.fingerprint(&inputs.market) } else { String::new() }
            };
            let stands_on = stands_on(inputs, rules, all).map(|other| (other, more(other)));
            let fingerprint = fingerprint_with(unit.family(), &config, stands_on);
            Some(Candidate { unit, fingerprint, of: (inputs, as_of) })
        });
        let (mut due, mut current) = (Vec::new(), Vec::new());
        for (candidate, look) in self.driver().look(looks.collect()).await {
            let Candidate { unit, fingerprint, of: (inputs, as_of) } = candidate;
            match look {
                Ok(Look::Due(newest)) => due.push(Due { inputs, as_of, unit, fingerprint, newest }),
                Ok(Look::Current(newest)) => {
                    let (revision, state) = (newest.content.revision, newest.content.state);
                    current.push((unit.to_string(), Disposition::Current { revision, state, notes: Vec::new() }));
                }
                Err(error) => {
                    decided.push((unit.to_string(), Disposition::Failed { reason: error_text(&error) }));
                }
            }
        }
        decided.extend(current);
        due
    }

    /// What there is to know of every market that something due stands on.
    async fn read(
        &self,
        platform: &PlatformId,
        rules: &Rules<'_>,
        all: &BTreeMap<MarketId, Inputs>,
        due: &[Due<'_>],
    ) -> Result<Known, BoxError> {
        let is_needed = |market: &MarketId| {
            due.iter().any(|due| stands_on(due.inputs, rules, all).any(|inputs| inputs.market == *market))
        };
        let mut known = Known::default();
        for (market, inputs) in all.iter().filter(|(market, _)| is_needed(market)) {
            let PublishedTables { tables, unreadable } =
                self.archive.published_tables(platform, market, &inputs.revisions, TableName::Funnel).await?;
            if tables.iter().any(|table| table.state == State::Provisional) {
                known.provisional.insert(market.clone());
            }
            let read = tables.iter().map(|table| table.local_date);
            let retired = inputs.without_tables(read.chain(unreadable.keys().copied()));
            if !unreadable.is_empty() {
                known.unreadable.insert(market.clone(), unreadable);
            }
            if !retired.is_empty() {
                known.retired.insert(market.clone(), retired);
            }
            known.evidences.extend(evidence(self.workspace, platform, market, tables)?);
            known.revisits.insert(market.clone(), self.revisits(inputs).await?);
        }
        Ok(known)
    }

    async fn publish(
        &self,
        due: &Due<'_>,
        rules: &Rules<'_>,
        all: &BTreeMap<MarketId, Inputs>,
        known: &Arc<Known>,
    ) -> Disposition {
        let Due { inputs, as_of, unit, fingerprint, newest } = due;
        let stands_on = || stands_on(inputs, rules, all);
        let is_provisional = stands_on().any(|inputs| known.provisional.contains(&inputs.market));
        let state = if is_provisional { State::Provisional } else { State::Final };
        let of = known.evidences.iter().position(|evidence| evidence.market == inputs.market);
        let is_alone = stands_on().count() == 1;
        let config = self.workspace.decisions_hash(&inputs.market);
        let facts: Vec<FactRecord> = stands_on().flat_map(Inputs::facts).collect();
        let market = DecidedMarket {
            unit: unit.clone(),
            draft: Draft { facts, ..draft(state, fingerprint, Vec::new(), &config) },
            workspace: Arc::clone(self.workspace),
            known: Arc::clone(known),
            kindred: Arc::clone(&rules.kindred),
            market: inputs.market.clone(),
            of,
            is_alone,
            as_of: *as_of,
        };
        self.driver().publish(newest.clone(), Arc::new(market), Vec::new()).await
    }

    fn driver(&self) -> Driver<'_> {
        Driver { archive: self.archive, stamp: self.stamp, rendering: self.rendering }
    }
}

/// What is to be made of a platform in a market as of a date.
pub(super) struct DecidedMarket {
    unit: Unit,
    draft: Draft,
    workspace: Arc<Workspace>,
    known: Arc<Known>,
    kindred: Arc<Kindred>,
    market: MarketId,
    /// The market's number among what is known; `None` if nothing is: nobody was on air there.
    of: Option<usize>,
    /// Whether it stands on its own market alone.
    is_alone: bool,
    as_of: Date,
}

impl Asset for DecidedMarket {
    const FAMILY: TableFamily = TableFamily::Decisions;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        let Workspace { markets, decisions, settings, .. } = &*self.workspace;
        let (Some(of), Some(market), Some(rules)) = (self.of, markets.get(&self.market), decisions) else {
            return Ok(Vec::new());
        };
        let (evidences, of) = if self.is_alone {
            (std::slice::from_ref(&self.known.evidences[of]), 0)
        } else {
            (self.known.evidences.as_slice(), of)
        };
        let home = &settings.home_timezone;
        let rules = &with_families(rules, self.kindred.families(evidences));
        let nobody = CoverRevisits::default();
        let revisits = self.known.revisits.get(&self.market).unwrap_or(&nobody);
        let of_night = (self.as_of, revision);
        let tables = report::decisions(evidences, of, rules, market, home, of_night, revisits)?;
        Ok(tables.into_iter().map(|(name, made)| table(name, made)).collect())
    }
}

/// The rules, with the families that the catalogue tells of as well.
fn with_families(rules: &Decisions, families: BTreeMap<String, Family>) -> Decisions {
    let mut rules = rules.clone();
    rules.families.extend(families);
    rules
}

/// What is decided without, as long as it cannot be read: each is told, for nobody looks at old days otherwise.
fn of_left_out(platform: &PlatformId, left_out: BTreeMap<MarketId, BTreeMap<Date, String>>) -> Decided {
    let days = left_out.into_iter().flat_map(|(market, days)| {
        days.into_iter()
            .map(move |(date, reason)| (format!("{platform}/{market}/decisions, {date} left out"), reason))
    });
    days.map(|(what, reason)| (what, Disposition::Failed { reason })).collect()
}

/// Without these market-days, and without the markets of which nothing else is left.
fn without(
    all: BTreeMap<MarketId, Inputs>,
    days: &BTreeMap<MarketId, BTreeSet<Date>>,
) -> BTreeMap<MarketId, Inputs> {
    let live = all.into_iter().map(|(market, mut inputs)| {
        let days = days.get(&market);
        inputs.revisions.retain(|date, _| !days.is_some_and(|days| days.contains(date)));
        (market, inputs)
    });
    live.filter(|(_, inputs)| !inputs.revisions.is_empty()).collect()
}

/// Twice the window, so that one listing does even if the newest is a little old.
fn since(today: Date, days: u16) -> Date {
    today.saturating_sub((2 * i64::from(days) + 2).days())
}

/// What the decisions of a market are made from: its own days, and where it has a localized cover those of all markets.
fn stands_on<'i>(
    inputs: &'i Inputs,
    rules: &Rules<'_>,
    all: &'i BTreeMap<MarketId, Inputs>,
) -> impl Iterator<Item = &'i Inputs> {
    let is_localized = rules.may_have_localized(&inputs.market);
    all.values().filter(move |other| is_localized || other.market == inputs.market)
}
