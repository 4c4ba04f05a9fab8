//! What viewers of a platform in a market did over days, told anew where it stands on anything new.
//!
//! It stands on the private parts of the dates that are kept, on the market-days that they are of, and on those of sources of
//! quality. Which these are is known from listings, so where they are those of the newest tables nothing is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::inputs::{Dates, Inputs};
use super::keeps;
use crate::plan::Selection;
use crate::run::assets::{Asset, Candidate, Driver, Look, draft, table};
use crate::run::blocking::render;
use crate::run::deciding::Decided;
use crate::run::{Disposition, Stop, error_text};
use coverledger_archive::{
    Archive, ArchiveError, BoxError, Draft, PublishedTables, Receipt, Stamp, State, TableBytes, TableFamily,
    TableName, Unit, VisitPartReader, VisitsError,
};
use coverledger_config::{Experiment, Returning, Workspace};
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_report::returning::{
    Chain, Guarded, KnownDates, PanelDays, ViewerDays, ViewersOf, follow, quality_effect, revisit, revisit_groups,
};
use coverledger_store::sha256_hex;

/// So many places are followed side by side: each goes through its parts on one thread, a row group of each in memory.
const PLACES_AT_A_TIME: usize = 2;

/// What telling needs.
pub(in crate::run) struct Teller<'a> {
    pub(in crate::run) workspace: &'a Arc<Workspace>,
    pub(in crate::run) selection: &'a Selection,
    pub(in crate::run) archive: &'a Archive,
    pub(in crate::run) stamp: &'a Stamp,
    pub(in crate::run) stop: &'a Stop,
    /// Permits to render tables.
    pub(in crate::run) rendering: &'a Semaphore,
    /// Where parts from buckets are spooled.
    pub(in crate::run) spool_dir: &'a Path,
}

impl Teller<'_> {
    /// Tells of every place of the run of which viewers are kept, or of which it is known how views went.
    pub(in crate::run) async fn tell(&self) -> Decided {
        let platforms = &self.workspace.platforms;
        let watched =
            |name: &PlatformId| platforms.get(name).map(|platform| platform.of.as_ref().unwrap_or(name).clone());
        let of_run: BTreeSet<PlatformId> = self
            .selection
            .platforms
            .iter()
            .filter_map(watched)
            .filter(|name| platforms.contains_key(name))
            .collect();
        let places =
            of_run.iter().flat_map(|platform| self.selection.markets.iter().map(move |market| (platform, market)));
        let told = places.map(|(platform, market)| self.place(platform, market));
        stream::iter(told).buffered(PLACES_AT_A_TIME).concat().await
    }

    /// What became of a place; nothing where there is nothing to tell, or the run is to stop.
    async fn place(&self, platform: &PlatformId, market: &MarketId) -> Decided {
        let mut told = Decided::new();
        if self.stop.is_asked() {
            return told;
        }
        let inputs = match self.inputs(platform, market).await {
            Ok(Some(inputs)) => inputs,
            Ok(None) => return told,
            Err(error) => {
                let reason = error_text(&error);
                told.push((format!("{platform}/{market}/viewers"), Disposition::Failed { reason }));
                return told;
            }
        };
        let unit = inputs.unit().to_string();
        let end = match self.publish(inputs, &mut told).await {
            Ok(end) => end,
            Err(error) => Disposition::Failed { reason: error_text(&*error) },
        };
        told.push((unit, end));
        told
    }

    /// `None` where there is nothing to tell from.
    async fn inputs(&self, platform: &PlatformId, market: &MarketId) -> Result<Option<Inputs>, ArchiveError> {
        let are_kept = self.workspace.viewers_kept_by(platform, market).is_some();
        let sources: Vec<&PlatformId> = self.workspace.quality_sources_of(platform).collect();
        if !are_kept && sources.is_empty() {
            return Ok(None);
        }
        let days = self
            .workspace
            .settings
            .returning
            .as_ref()
            .map_or(Returning::USUAL_DAYS, |returning| returning.keep_days);
        let today = self.stamp.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let since = today.saturating_sub((2 * i64::from(days) + 2).days());
        let revisions = self.archive.newest_revisions(platform, market, days, since).await?;
        let Some(as_of) = revisions.last_key_value().map(|(date, _)| *date) else { return Ok(None) };
        let first = as_of.saturating_sub((i64::from(days) - 1).days());
        let platform = self.dates(platform, market, revisions).await?;
        let mut of_sources = Vec::with_capacity(sources.len());
        for source in sources {
            let revisions = self.archive.revisions_within(source, market, first, as_of).await?;
            of_sources.push(self.dates(source, market, revisions).await?);
        }
        Ok(Some(Inputs { market: market.clone(), as_of, first, platform, sources: of_sources, are_kept }))
    }

    async fn dates(
        &self,
        platform: &PlatformId,
        market: &MarketId,
        revisions: BTreeMap<Date, u64>,
    ) -> Result<Dates, ArchiveError> {
        let parts = match &self.workspace.returning {
            Some(key) => self.archive.visit_parts(key.generation(), platform, market, &revisions).await?,
            None => BTreeMap::new(),
        };
        Ok(Dates { platform: platform.clone(), revisions, parts })
    }

    async fn publish(&self, mut inputs: Inputs, told: &mut Decided) -> Result<Disposition, BoxError> {
        let returning = self.workspace.settings.returning.as_ref();
        let config = returning.map(|returning| format!("{}\t{}", returning.generation, returning.keep_days));
        let mut config = vec![config.unwrap_or_default()];
        let (guarded, guarding) = self.guarded(&inputs);
        for (name, hash) in guarding {
            config.push(format!("{name}\t{hash}"));
        }
        let config = sha256_hex(config.join("\n").as_bytes());
        let fingerprint = inputs.fingerprint(&config);
        let candidate = Candidate { unit: inputs.unit(), fingerprint, of: () };
        let Some((Candidate { fingerprint, .. }, look)) = self.driver().look(vec![candidate]).await.pop() else {
            return Err("a unit that was looked at is gone".into());
        };
        let newest: Option<Receipt> = match look? {
            Look::Current(newest) => {
                let (revision, state) = (newest.content.revision, newest.content.state);
                return Ok(Disposition::Current { revision, state, notes: Vec::new() });
            }
            // Parts are deleted day by day: as of a date whose window is no longer kept less and less would be told.
            Look::Due(Some(newest)) if !newest.content.retired && !self.keeps_whole(&inputs) => {
                let (revision, state) = (newest.content.revision, newest.content.state);
                return Ok(Disposition::Current { revision, state, notes: Vec::new() });
            }
            Look::Due(newest) => newest,
        };
        let facts = inputs.facts();
        let funnel = self.published(&inputs.platform, &inputs.market, TableName::Funnel).await?;
        let mut quality = Vec::new();
        for source in &inputs.sources {
            quality.push(self.published(source, &inputs.market, TableName::Quality).await?);
        }
        let all = || quality.iter().chain([&funnel]).flat_map(|published| &published.tables);
        let state =
            if all().any(|table| table.state == State::Provisional) { State::Provisional } else { State::Final };
        // What was retired is in no table, and nothing stands on it.
        let left = |published: &PublishedTables| -> BTreeSet<Date> {
            published.tables.iter().map(|table| table.local_date).collect()
        };
        let of_platform = left(&funnel);
        inputs.platform.parts.retain(|date, _| of_platform.contains(date));
        for (source, published) in inputs.sources.iter_mut().zip(&quality) {
            let left = left(published);
            source.parts.retain(|date, _| left.contains(date));
        }
        let days = if inputs.are_kept { Some(self.days(&inputs, told).await?) } else { None };
        let (days, left_out) = days.map_or((None, Vec::new()), |(days, left_out)| (Some(days), left_out));
        // Without parts that cannot be read it is another thing: it is due again until they can.
        let fingerprint = match left_out.as_slice() {
            [] => fingerprint,
            _ => sha256_hex(format!("{fingerprint} without {}", left_out.join(" ")).as_bytes()),
        };
        let tables = |published: PublishedTables| {
            let tables = published.tables.into_iter();
            tables.map(|table| (table.local_date, table.bytes)).collect::<Vec<_>>()
        };
        let has_sources = !quality.is_empty();
        // Of a date that one of several sources has not delivered it is not known how views went.
        let watched = by_all(quality.iter().map(left));
        let quality = quality.into_iter().flat_map(tables).filter(|(date, _)| watched.contains(date)).collect();
        let (funnel, as_of) = (tables(funnel), inputs.as_of);
        let panel = render(self.rendering, move || Ok(PanelDays::read(quality, funnel, as_of)?)).await?;
        let (panel, chain) = panel;
        let viewers = ViewersAsOf {
            unit: inputs.unit(),
            draft: Draft { facts, ..draft(state, &fingerprint, Vec::new(), &config) },
            platform: inputs.platform.platform,
            market: inputs.market,
            as_of,
            days,
            panel: has_sources.then_some(panel),
            chain,
            guarded,
        };
        Ok(self.driver().publish(newest, Arc::new(viewers), Vec::new()).await)
    }

    /// The splits of a place that guard revisits: their covers, and the names and hashes of their files.
    fn guarded(&self, inputs: &Inputs) -> (Guarded, Vec<(&String, String)>) {
        let is_guarding = |experiment: &Experiment| {
            experiment.guardrails.revisits.is_some()
                && experiment.platforms.contains(&inputs.platform.platform)
                && experiment.markets.contains(&inputs.market)
        };
        let guarding = || self.workspace.experiments.iter().filter(|(_, experiment)| is_guarding(experiment));
        let hashes = guarding().map(|(name, _)| (name, self.workspace.experiment_hash(name))).collect();
        (Guarded::of(guarding().map(|(_, experiment)| experiment)), hashes)
    }

    async fn published(
        &self,
        dates: &Dates,
        market: &MarketId,
        table: TableName,
    ) -> Result<PublishedTables, ArchiveError> {
        let published = self.archive.published_tables(&dates.platform, market, &dates.revisions, table).await?;
        for (date, reason) in &published.unreadable {
            let market_day = format!("{}/{market}/{date}", dates.platform);
            tracing::warn!(market_day, reason, "viewers are told of without a market-day");
        }
        Ok(published)
    }

    /// Whether everything that a window stands on may still be kept.
    fn keeps_whole(&self, inputs: &Inputs) -> bool {
        let (platform, market) = (inputs.platform.platform.clone(), inputs.market.clone());
        let oldest = MarketDay { platform, market, local_date: inputs.first };
        !inputs.are_kept || keeps(self.workspace, &oldest, self.stamp.now)
    }

    /// What viewers did, followed over all parts. One that is damaged costs its own date, and is named.
    async fn days(&self, inputs: &Inputs, told: &mut Decided) -> Result<(ViewerDays, Vec<String>), BoxError> {
        let mut parts: Vec<(Date, VisitPartReader)> = Vec::new();
        let (mut known, mut left_out) = (Vec::new(), Vec::new());
        for dates in inputs.all() {
            let mut of_platform = BTreeSet::new();
            for (&date, part) in &dates.parts {
                match self.archive.visits(part, self.spool_dir).await {
                    Ok(visits) => {
                        of_platform.insert(date);
                        parts.push((date, visits));
                    }
                    Err(VisitsError::Archive(error)) => return Err(error.into()),
                    Err(error) => {
                        let what = format!("{}/{}/viewers, {date} left out", dates.platform, inputs.market);
                        told.push((what, Disposition::Failed { reason: error_text(&error) }));
                        left_out.push(format!("{}/{date}", dates.platform));
                    }
                }
            }
            known.push(of_platform);
        }
        let mut known = known.into_iter();
        let known = KnownDates { published: known.next().unwrap_or_default(), watched: by_all(known) };
        let nobody = ViewerDays::new(inputs.first, inputs.as_of, &known);
        Ok((render(self.rendering, move || Ok(follow(nobody, parts)?)).await?, left_out))
    }

    fn driver(&self) -> Driver<'_> {
        Driver { archive: self.archive, stamp: self.stamp, rendering: self.rendering }
    }
}

/// Dates that are among those of all, but for those that have none.
fn by_all(dates: impl Iterator<Item = BTreeSet<Date>>) -> BTreeSet<Date> {
    let some = dates.filter(|dates| !dates.is_empty());
    some.reduce(|all, dates| all.intersection(&dates).copied().collect()).unwrap_or_default()
}

/// What is told of the viewers of a platform in a market as of a date.
pub(in crate::run) struct ViewersAsOf {
    unit: Unit,
    draft: Draft,
    platform: PlatformId,
    market: MarketId,
    as_of: Date,
    /// `None` where viewers are not kept.
    days: Option<ViewerDays>,
    /// `None` where nobody says how views went.
    panel: Option<PanelDays>,
    chain: Chain,
    /// Covers of splits that guard revisits.
    guarded: Guarded,
}

impl Asset for ViewersAsOf {
    const FAMILY: TableFamily = TableFamily::Viewers;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        let Self { platform, market, as_of, days, panel, chain, guarded, .. } = self;
        let of = ViewersOf { platform, market, as_of: *as_of, revision };
        Ok(vec![
            table(TableName::Revisit, revisit(&of, days.as_ref())?),
            table(TableName::QualityEffect, quality_effect(&of, days.as_ref(), panel.as_ref(), *chain)?),
            table(TableName::RevisitGroups, revisit_groups(&of, days.as_ref(), guarded)?),
        ])
    }
}
