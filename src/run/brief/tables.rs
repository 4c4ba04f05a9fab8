//! The published tables that a brief is made of, decoded: of each place its own, and all of them stacked.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use polars::prelude::DataFrame;

use super::inputs::{Inputs, Place};
use super::{Editor, PLACES_AT_A_TIME};
use crate::run::blocking::render;
use coverledger_archive::{ArchiveError, BoxError, Receipt, State, TableName, Unit};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketDay, MarketId, PlatformId};
use coverledger_report as report;
use coverledger_report::advice::{Lack, NightInputs, PlaceInputs};

/// Tables of a place's decisions that a brief is made of.
const OF_DECISIONS: [TableName; 6] = [
    TableName::Cover,
    TableName::CoverPair,
    TableName::CoverBroadcast,
    TableName::Mix,
    TableName::Diagnosis,
    TableName::SlotPlan,
];
const OF_VIEWERS: [TableName; 2] = [TableName::Revisit, TableName::QualityEffect];
const OF_LIBRARY: [TableName; 3] = [TableName::CoverHistory, TableName::NextTests, TableName::CoverChecks];
const OF_CATALOGUE: [TableName; 2] = [TableName::Covers, TableName::Pictures];

/// Tables by their names.
type Tables = BTreeMap<TableName, DataFrame>;

/// What was read of a place.
pub(super) struct PlaceFrames {
    platform: PlatformId,
    market: MarketId,
    newest: Option<Date>,
    over_until: Date,
    lacks: Vec<Lack>,
    /// How many dates of the look-back late exports may still change, and when the last of them is final.
    provisional: (i64, Option<Timestamp>),
    tables: Tables,
}

/// What was read.
pub(super) struct Frames {
    pub(super) places: Vec<PlaceFrames>,
    experiments: Vec<(String, DataFrame)>,
    /// Tables that are not of single places.
    shared: Tables,
    before: Option<(DataFrame, DataFrame)>,
    /// What could not be read, and why; it is left out.
    pub(super) unreadable: Vec<String>,
}

impl Frames {
    pub(super) fn is_provisional(&self) -> bool {
        self.places.iter().any(|place| place.provisional.0 > 0)
    }

    /// What advice is made of.
    pub(super) fn night<'a>(&self, workspace: &'a Workspace, as_of: Date, now: Timestamp) -> NightInputs<'a> {
        let place = |place: &PlaceFrames| {
            let rules = workspace.markets.get(&place.market)?;
            let of = |table: TableName| place.tables.get(&table).cloned().unwrap_or_else(|| report::empty(table));
            Some(PlaceInputs {
                platform: place.platform.clone(),
                market: place.market.clone(),
                rules,
                newest: place.newest,
                over_until: place.over_until,
                lacks: place.lacks.clone(),
                final_at: place.provisional.1,
                provisional_days: place.provisional.0,
                cover: of(TableName::Cover),
                cover_pair: of(TableName::CoverPair),
                cover_broadcast: of(TableName::CoverBroadcast),
                diagnosis: of(TableName::Diagnosis),
                slot_plan: of(TableName::SlotPlan),
            })
        };
        let experiment =
            |(name, frame): &(String, DataFrame)| (name.clone(), workspace.experiments.get(name), frame.clone());
        NightInputs {
            as_of,
            now,
            home: &workspace.settings.home_timezone,
            places: self.places.iter().filter_map(place).collect(),
            experiments: self.experiments.iter().map(experiment).collect(),
            cover_history: self.shared.get(&TableName::CoverHistory).cloned(),
            cover_checks: self.shared.get(&TableName::CoverChecks).cloned(),
            before: self.before.clone(),
        }
    }

    /// Every table with the rows of all places.
    ///
    /// # Errors
    /// Two of a kind do not fit together, which reading them has made sure of.
    pub(super) fn stacked(&self) -> Result<Tables, BoxError> {
        let mut stacked = self.shared.clone();
        let of_places = self.places.iter().flat_map(|place| &place.tables);
        let experiments = self.experiments.iter().map(|(_, frame)| (&TableName::Experiment, frame));
        for (table, frame) in of_places.chain(experiments) {
            stacked.entry(*table).or_insert_with(|| report::empty(*table)).vstack_mut(frame)?;
        }
        for frame in stacked.values_mut() {
            frame.rechunk_mut();
        }
        Ok(stacked)
    }
}

/// What was read of something, as bytes, and what could not be.
#[derive(Default)]
struct Fetched {
    tables: Vec<(TableName, Bytes)>,
    unreadable: Vec<String>,
}

impl Editor<'_> {
    /// Everything that a brief is made of.
    pub(super) async fn read(&self, inputs: &Inputs) -> Result<Frames, BoxError> {
        let reads = inputs.places.iter().map(|place| self.read_place(place));
        let read: Vec<_> = stream::iter(reads).buffered(PLACES_AT_A_TIME).try_collect().await?;
        let (places, unreadable): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let mut unreadable: Vec<String> = unreadable.into_iter().flatten().collect();
        let mut experiments = Vec::with_capacity(inputs.experiments.len());
        for (name, (as_of, revision)) in &inputs.experiments {
            let unit = Unit::Experiment { experiment: name.clone(), as_of: *as_of };
            let fetched = self.fetch(&unit, *revision, &[TableName::Experiment]).await?;
            let mut tables = self.decode(fetched, &mut unreadable).await?;
            experiments.extend(tables.remove(&TableName::Experiment).map(|frame| (name.clone(), frame)));
        }
        // One that begins tonight has nothing published yet; its plan is followed all the same.
        let begins = self.workspace.experiments.keys().filter(|name| !inputs.experiments.contains_key(*name));
        experiments.extend(begins.map(|name| (name.clone(), report::empty(TableName::Experiment))));
        let mut shared = Tables::new();
        if let Some((as_of, revision)) = inputs.library {
            let fetched = self.fetch(&Unit::Library { as_of }, revision, &OF_LIBRARY).await?;
            shared.extend(self.decode(fetched, &mut unreadable).await?);
        }
        if let Some(revision) = inputs.catalogue {
            let fetched = self.fetch(&Unit::Catalogue, revision, &OF_CATALOGUE).await?;
            shared.extend(self.decode(fetched, &mut unreadable).await?);
        }
        let before = self.read_before(inputs, &mut unreadable).await?;
        Ok(Frames { places, experiments, shared, before, unreadable })
    }

    /// What was advised before, and what became of it: of the newest earlier brief that can be read. Advice that is not in the log
    /// of this brief is in none that follows, so where there is one before and none can be read there is no brief.
    async fn read_before(
        &self,
        inputs: &Inputs,
        unreadable: &mut Vec<String>,
    ) -> Result<Option<(DataFrame, DataFrame)>, BoxError> {
        let mut why = Vec::new();
        for (as_of, revision) in inputs.before.iter().chain(&inputs.earlier) {
            let unit = Unit::Brief { as_of: *as_of };
            let fetched = self.fetch(&unit, *revision, &[TableName::Advice, TableName::AdviceLog]).await?;
            let decoded = self.decode(fetched, &mut why).await;
            let mut tables = decoded.unwrap_or_else(|error| {
                why.push(format!("{unit}: {error}"));
                Tables::new()
            });
            if let Some(both) = tables.remove(&TableName::Advice).zip(tables.remove(&TableName::AdviceLog)) {
                unreadable.extend(why);
                return Ok(Some(both));
            }
        }
        match why.first() {
            _ if inputs.before.is_none() => Ok(None),
            why => {
                let why = why.map_or_else(|| "it has no advice".to_owned(), Clone::clone);
                Err(format!("no earlier brief can be read, and advice would be forgotten without one: {why}")
                    .into())
            }
        }
    }

    async fn read_place(&self, place: &Place) -> Result<(PlaceFrames, Vec<String>), BoxError> {
        let (platform, market) = (place.platform.clone(), place.market.clone());
        let mut fetched = Fetched::default();
        if let Some((as_of, revision)) = place.decisions {
            let unit = Unit::Decisions { platform: platform.clone(), market: market.clone(), as_of };
            fetched.add(self.fetch(&unit, revision, &OF_DECISIONS).await?);
        }
        if let Some((as_of, revision)) = place.viewers {
            let unit = Unit::Viewers { platform: platform.clone(), market: market.clone(), as_of };
            fetched.add(self.fetch(&unit, revision, &OF_VIEWERS).await?);
        }
        let receipts = self.receipts(place, &mut fetched.unreadable).await?;
        for receipt in place.of_minutes().keys().filter_map(|date| receipts.get(date)) {
            fetched.add(self.fetch_of(receipt.clone(), &[TableName::BroadcastMinutes]).await?);
        }
        for (source, dates) in &place.sources {
            for (&local_date, &revision) in dates {
                let day = MarketDay { platform: source.clone(), market: market.clone(), local_date };
                fetched.add(self.fetch(&Unit::MarketDay(day), revision, &[TableName::QualityMinutes]).await?);
            }
        }
        let provisional = self.provisional(place, &receipts);
        let mut unreadable = Vec::new();
        let tables = self.decode(fetched, &mut unreadable).await?;
        let (newest, over_until, lacks) = (place.newest(), place.over_until, place.lacks.clone());
        Ok((PlaceFrames { platform, market, newest, over_until, lacks, provisional, tables }, unreadable))
    }

    /// The receipts of its published dates within the look-back.
    async fn receipts(
        &self,
        place: &Place,
        unreadable: &mut Vec<String>,
    ) -> Result<BTreeMap<Date, Receipt>, BoxError> {
        let mut receipts = BTreeMap::new();
        for (&local_date, &revision) in &place.revisions {
            let (platform, market) = (place.platform.clone(), place.market.clone());
            let unit = Unit::MarketDay(MarketDay { platform, market, local_date });
            let receipt = self.receipt(&unit, revision, unreadable).await?;
            receipts.extend(receipt.map(|receipt| (local_date, receipt)));
        }
        Ok(receipts)
    }

    /// How many dates of the look-back late exports may still change, and when the last of them is final.
    fn provisional(&self, place: &Place, receipts: &BTreeMap<Date, Receipt>) -> (i64, Option<Timestamp>) {
        let settles = self.workspace.platforms.get(&place.platform).map_or(0, |platform| platform.settle_seconds);
        let rules = self.workspace.markets.get(&place.market);
        let (mut days, mut final_at) = (0, None);
        for (&local_date, receipt) in receipts {
            if receipt.content.state == State::Provisional && !receipt.content.retired {
                days += 1;
                let end = rules.and_then(|rules| rules.day.day(local_date)).map(|day| day.end);
                // One whose exports cover a part of it stays provisional for longer, and nobody knows until when.
                let end = end.filter(|_| receipt.content.partly.is_none());
                final_at = final_at.max(end.and_then(|end| end.checked_add(settles.seconds()).ok()));
            }
        }
        (days, final_at)
    }

    async fn receipt(
        &self,
        unit: &Unit,
        revision: u64,
        unreadable: &mut Vec<String>,
    ) -> Result<Option<Receipt>, BoxError> {
        match self.archive.receipt(unit, revision).await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(error @ ArchiveError::Receipt(_)) => {
                unreadable.push(format!("{unit}: {error}"));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Those of these tables that a revision has.
    async fn fetch(&self, unit: &Unit, revision: u64, wanted: &[TableName]) -> Result<Fetched, BoxError> {
        let mut unreadable = Vec::new();
        match self.receipt(unit, revision, &mut unreadable).await? {
            Some(receipt) => self.fetch_of(receipt, wanted).await,
            None => Ok(Fetched { unreadable, ..Fetched::default() }),
        }
    }

    /// The same of a receipt that was read.
    async fn fetch_of(&self, mut receipt: Receipt, wanted: &[TableName]) -> Result<Fetched, BoxError> {
        let mut fetched = Fetched::default();
        receipt.content.tables.retain(|record| wanted.contains(&record.table));
        match self.archive.tables_of(&receipt).await {
            Ok(tables) => fetched.tables.extend(tables),
            Err(error @ (ArchiveError::RevisionMissing { .. } | ArchiveError::RevisionDamaged { .. })) => {
                fetched.unreadable.push(error.to_string());
            }
            Err(error) => return Err(error.into()),
        }
        Ok(fetched)
    }

    /// Tables as frames; those of several dates put together.
    async fn decode(&self, fetched: Fetched, unreadable: &mut Vec<String>) -> Result<Tables, BoxError> {
        let Fetched { tables, unreadable: more } = fetched;
        unreadable.extend(more);
        let decode = move || {
            let mut by_name: BTreeMap<TableName, Vec<Bytes>> = BTreeMap::new();
            for (table, bytes) in tables {
                by_name.entry(table).or_default().push(bytes);
            }
            let decoded = by_name.into_iter().map(|(table, bytes)| Ok((table, report::read(table, &bytes)?)));
            decoded.collect::<Result<Tables, BoxError>>()
        };
        render(self.rendering, decode).await
    }
}

impl Fetched {
    fn add(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.unreadable.extend(other.unreadable);
    }
}
