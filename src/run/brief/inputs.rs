//! Which revisions a brief stands on: listings, and the notes of attempts. No table is read for it.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::places::{ConfiguredPlace, configured, over_until};
use super::{Editor, PLACES_AT_A_TIME, lacks};
use coverledger_archive::{ArchiveError, FactRecord, Unit};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_report::advice::Lack;

/// Broadcasts of so many local dates are told minute by minute.
const MINUTES_OF_DATES: u16 = 2;
/// Experiments without a file are told of for so many days after their last date.
const WITHDRAWN_DAYS: i64 = 28;

/// A place of a brief.
pub(super) struct Place {
    pub(super) platform: PlatformId,
    pub(super) market: MarketId,
    /// The last local date that is over.
    pub(super) over_until: Date,
    /// The newest revision of each published local date within the look-back; empty where nothing was ever published.
    pub(super) revisions: BTreeMap<Date, u64>,
    /// As of which date it was decided last, and the revision of that.
    pub(super) decisions: Option<(Date, u64)>,
    /// As of which date viewers over days were told of last.
    pub(super) viewers: Option<(Date, u64)>,
    /// The newest dates of each source of quality that watched its broadcasts.
    pub(super) sources: Vec<(PlatformId, BTreeMap<Date, u64>)>,
    /// Dates that are over and not published.
    pub(super) lacks: Vec<Lack>,
}

impl Place {
    pub(super) fn newest(&self) -> Option<Date> {
        self.revisions.keys().next_back().copied()
    }

    /// The dates whose broadcasts are told minute by minute.
    pub(super) fn of_minutes(&self) -> BTreeMap<Date, u64> {
        let newest = self.revisions.iter().rev().take(usize::from(MINUTES_OF_DATES));
        newest.map(|(date, revision)| (*date, *revision)).collect()
    }

    /// For the receipt: the market-days whose minutes are told.
    pub(super) fn facts(&self) -> impl Iterator<Item = FactRecord> {
        let (platform, market) = (&self.platform, &self.market);
        self.of_minutes().into_iter().map(move |(local_date, revision)| FactRecord {
            market_day: MarketDay { platform: platform.clone(), market: market.clone(), local_date },
            revision,
        })
    }
}

/// What a brief stands on.
pub(super) struct Inputs {
    /// The last local date that was published anywhere.
    pub(super) as_of: Date,
    pub(super) places: Vec<Place>,
    /// Of each experiment, as of which date it was decided last, and the revision of that.
    pub(super) experiments: BTreeMap<String, (Date, u64)>,
    /// As of which date the library was told of last.
    pub(super) library: Option<(Date, u64)>,
    /// The newest revision of the catalogue.
    pub(super) catalogue: Option<u64>,
    /// The brief of the date before.
    pub(super) before: Option<(Date, u64)>,
    /// Those before it, the newest first: what is read where it cannot be.
    pub(super) earlier: Vec<(Date, u64)>,
}

impl Inputs {
    pub(super) const fn unit(&self) -> Unit {
        Unit::Brief { as_of: self.as_of }
    }
}

impl Editor<'_> {
    /// `None` if nothing is published yet.
    pub(super) async fn inputs(&self) -> Result<Option<Inputs>, ArchiveError> {
        let looks = configured(self.workspace).map(|place| self.place(place));
        let found: Vec<_> = stream::iter(looks).buffered(PLACES_AT_A_TIME).try_collect().await?;
        let (mut places, mut missing): (Vec<Place>, Vec<Vec<Date>>) = found.into_iter().flatten().unzip();
        let Some(as_of) = places.iter().filter_map(Place::newest).max() else { return Ok(None) };
        self.find_lacks(&mut places, &mut missing).await?;
        let mut experiments = self.archive.newest_experiments().await?;
        let still = as_of.saturating_sub(WITHDRAWN_DAYS.days());
        experiments.retain(|name, (until, _)| self.workspace.experiments.contains_key(name) || *until >= still);
        let has_library = self.workspace.library.is_some();
        let library = if has_library { self.archive.newest_library(as_of).await? } else { None };
        let catalogue = if has_library { self.archive.newest_revision(&Unit::Catalogue).await? } else { None };
        let briefs = self.archive.briefs().await?;
        let mut earlier = briefs.range(..as_of).rev().map(|(date, of)| (*date, *of));
        let before = earlier.next();
        let earlier = earlier.collect();
        Ok(Some(Inputs { as_of, places, experiments, library, catalogue, before, earlier }))
    }

    /// What there is of a place, and which of its dates are missing; `None` of one that nobody settles and that has nothing.
    async fn place(&self, place: ConfiguredPlace<'_>) -> Result<Option<(Place, Vec<Date>)>, ArchiveError> {
        let ConfiguredPlace { platform, market, rules, lookback_days, is_settled } = place;
        let Some(over_until) = over_until(rules, self.stamp.now) else { return Ok(None) };
        let since = over_until.saturating_sub((i64::from(lookback_days) - 1).days());
        let revisions = self.archive.newest_revisions(platform, market, lookback_days, since).await?;
        let Some(newest) = revisions.keys().next_back().copied() else {
            let (platform, market) = (platform.clone(), market.clone());
            let place = Place {
                platform,
                market,
                over_until,
                revisions,
                decisions: None,
                viewers: None,
                sources: Vec::new(),
                lacks: Vec::new(),
            };
            let missing = lacks::missing(&place, rules, since);
            return Ok(is_settled.then_some((place, missing)));
        };
        let decides = self.workspace.decisions.is_some();
        let decisions =
            if decides { self.archive.newest_decisions(platform, market, newest).await? } else { None };
        let viewers = if self.tells_of_viewers(platform) {
            self.archive.newest_viewers(platform, market, newest).await?
        } else {
            None
        };
        let mut sources = Vec::new();
        for source in self.sources_of(platform, market) {
            let first = newest.saturating_sub(i64::from(MINUTES_OF_DATES).days());
            let of = self.archive.newest_revisions(source, market, MINUTES_OF_DATES, first).await?;
            sources.push((source.clone(), of));
        }
        let (platform, market) = (platform.clone(), market.clone());
        let lacks = Vec::new();
        let place = Place { platform, market, over_until, revisions, decisions, viewers, sources, lacks };
        let missing = lacks::missing(&place, rules, since);
        Ok(Some((place, missing)))
    }

    /// Whether anything can be told of viewers of a platform over days.
    fn tells_of_viewers(&self, platform: &PlatformId) -> bool {
        let is_watched = self.workspace.platforms.values().any(|source| source.of.as_ref() == Some(platform));
        self.workspace.settings.returning.is_some() || is_watched
    }

    /// The sources of quality that watch broadcasts of a platform in a market.
    fn sources_of(&self, platform: &PlatformId, market: &MarketId) -> impl Iterator<Item = &PlatformId> {
        let sources = self.workspace.platforms.iter().filter(move |(_, source)| {
            source.of.as_ref() == Some(platform) && source.exports.iter().any(|export| export.feeds(market))
        });
        sources.map(|(source, _)| source)
    }

    async fn find_lacks(&self, places: &mut [Place], missing: &mut [Vec<Date>]) -> Result<(), ArchiveError> {
        let mut by_platform: BTreeMap<PlatformId, BTreeSet<(MarketId, Date)>> = BTreeMap::new();
        for (place, dates) in places.iter().zip(missing.iter()) {
            let days = dates.iter().map(|date| (place.market.clone(), *date));
            by_platform.entry(place.platform.clone()).or_default().extend(days);
        }
        let notes = lacks::notes(self.archive, &by_platform).await?;
        for (place, dates) in places.iter_mut().zip(missing) {
            let note = |date: Date| notes.get(&(place.platform.clone(), place.market.clone(), date));
            place.lacks = dates.drain(..).filter_map(|date| lacks::lack(date, note(date))).collect();
        }
        Ok(())
    }
}
