//! Every cover ever aired, as of a date: how it did, which kinds of cover work, and what to test next.
//!
//! It stands on the months of covers of every configured place, also of those that other jobs settle, and on the catalogue.
//! Places are read one after the other, and of each only sums stay.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::{Librarian, PLACES_AT_A_TIME};
use crate::run::assets::{Asset, Candidate, Look, draft, table};
use crate::run::blocking::render;
use crate::run::deciding::Decided;
use crate::run::{Disposition, error_text};
use coverledger_archive::{
    ArchiveError, BoxError, Draft, Fingerprint, Receipt, State, TableBytes, TableFamily, TableName, Unit,
};
use coverledger_config::Workspace;
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report as report;
use coverledger_report::library::{CataloguedCover, Facts, LibraryRules, Picture, PlaceMonths, Shelf};

/// A configured place.
struct Place {
    platform: PlatformId,
    market: MarketId,
    /// Its months of covers, each with its newest revision; none where nothing is published yet.
    months: BTreeMap<Date, u64>,
    /// The newest local date that was published there.
    until: Option<Date>,
}

/// What every cover as of a date stands on.
struct Inputs {
    as_of: Date,
    places: Vec<Place>,
    catalogue: Option<Receipt>,
}

impl Inputs {
    fn unit(&self) -> Unit {
        Unit::Library { as_of: self.as_of }
    }

    fn fingerprint(&self, config: &str) -> String {
        let mut fingerprint = Fingerprint::new(TableFamily::Library, config);
        for Place { platform, market, months, .. } in &self.places {
            fingerprint.line(format_args!("{platform}/{market}"));
            for (month, revision) in months {
                fingerprint.line(format_args!("{platform}/{market}/{month}\t{revision}"));
            }
        }
        if let Some(catalogue) = &self.catalogue {
            fingerprint.line(format_args!("catalogue\t{}", catalogue.content_sha256));
        }
        fingerprint.hash()
    }
}

impl Librarian<'_> {
    /// Tells of every cover anew, if it stands on anything new.
    pub(super) async fn covers_as_of(&self, told: &mut Decided) {
        let inputs = match self.inputs().await {
            Ok(Some(inputs)) => inputs,
            Ok(None) => return,
            Err(error) => {
                told.push(("library".to_owned(), Disposition::Failed { reason: error_text(&error) }));
                return;
            }
        };
        let unit = inputs.unit().to_string();
        let end = match self.tell(inputs).await {
            _ if self.stop.is_asked() => Disposition::Stopped,
            Ok(end) => end,
            Err(error) => Disposition::Failed { reason: error_text(&*error) },
        };
        told.push((unit, end));
    }

    /// `None` if nothing is published yet.
    async fn inputs(&self) -> Result<Option<Inputs>, ArchiveError> {
        let Workspace { platforms, markets, .. } = &**self.workspace;
        let counting = platforms.keys().filter(|platform| self.workspace.counts(platform));
        let places = counting.flat_map(|platform| markets.keys().map(move |market| (platform, market)));
        let places = places.map(|(platform, market)| async move {
            let months = self.archive.months_of_covers(platform, market).await?;
            let until = match months.last_key_value() {
                Some((&last, _)) => {
                    let days = self.archive.revisions_within(platform, market, last, last.last_of_month()).await?;
                    days.last_key_value().map(|(date, _)| *date)
                }
                None => None,
            };
            Ok::<_, ArchiveError>(Place { platform: platform.clone(), market: market.clone(), months, until })
        });
        let places: Vec<Place> = stream::iter(places).buffered(PLACES_AT_A_TIME).try_collect().await?;
        let Some(as_of) = places.iter().filter_map(|place| place.until).max() else { return Ok(None) };
        let catalogue = self.archive.newest(&Unit::Catalogue).await?;
        Ok(Some(Inputs { as_of, places, catalogue }))
    }

    /// Hash of everything in the configuration that has a say, beside the facts: what was tested needs no test.
    fn config(&self) -> String {
        let mut hash = Fingerprint::new(TableFamily::Library, &self.workspace.library_hash());
        hash.line(self.workspace.market_rules_hash());
        for name in self.workspace.experiments.keys() {
            hash.line(format_args!("{name}\t{}", self.workspace.experiment_hash(name)));
        }
        for (name, market) in &self.workspace.markets {
            hash.line(format_args!("{name}\t{}", market.slots.names().collect::<Vec<_>>().join(" ")));
        }
        hash.hash()
    }

    async fn tell(&self, inputs: Inputs) -> Result<Disposition, BoxError> {
        let config = self.config();
        let fingerprint = inputs.fingerprint(&config);
        let candidate = Candidate { unit: inputs.unit(), fingerprint, of: () };
        let Some((Candidate { fingerprint, .. }, look)) = self.driver().look(vec![candidate]).await.pop() else {
            return Err("a unit that was looked at is gone".into());
        };
        let newest = match look? {
            Look::Current(newest) => {
                let (revision, state) = (newest.content.revision, newest.content.state);
                return Ok(Disposition::Current { revision, state, notes: Vec::new() });
            }
            Look::Due(newest) => newest,
        };
        let (covers, facts) = self.shelf(inputs.catalogue.as_ref()).await?;
        let covers = Arc::new(covers);
        let mut state = State::Final;
        let mut places = Vec::with_capacity(inputs.places.len());
        for place in &inputs.places {
            if self.stop.is_asked() {
                return Ok(Disposition::Stopped);
            }
            let (read, of_place) = self.read(place, inputs.as_of, &covers).await?;
            if of_place == State::Provisional {
                state = State::Provisional;
            }
            places.push(read);
        }
        let asset = CoversAsOf {
            unit: inputs.unit(),
            draft: draft(state, &fingerprint, Vec::new(), &config),
            workspace: Arc::clone(self.workspace),
            as_of: inputs.as_of,
            places,
            shelf: covers,
            facts,
        };
        Ok(self.driver().publish(newest, Arc::new(asset), Vec::new()).await)
    }

    /// What is known of a place, and whether late exports may still change it.
    async fn read(
        &self,
        place: &Place,
        as_of: Date,
        covers: &Arc<Shelf>,
    ) -> Result<(PlaceMonths, State), BoxError> {
        let Place { platform, market, months, .. } = place;
        let (mut tables, mut state) = (Vec::with_capacity(months.len()), State::Final);
        for (&month, &revision) in months {
            let unit = Unit::CoverMonth { platform: platform.clone(), market: market.clone(), month };
            let receipt = self.archive.receipt(&unit, revision).await?;
            if receipt.content.state == State::Provisional {
                state = State::Provisional;
            }
            tables.extend(self.archive.tables_of(&receipt).await?.remove(&TableName::CoverMonths));
        }
        let place = (platform.clone(), market.clone());
        let (workspace, covers) = (Arc::clone(self.workspace), Arc::clone(covers));
        let read = move || {
            let (platform, market) = place;
            let slots =
                workspace.markets.get(&market).map(|market| market.slots.names().map(str::to_owned).collect());
            let slots: Vec<String> = slots.unwrap_or_default();
            let months = tables.into_iter().map(|bytes| report::read(TableName::CoverMonths, &[bytes]));
            let months = months.collect::<Result<Vec<_>, _>>()?;
            Ok(PlaceMonths::read(&platform, &market, &slots, months, as_of, &covers, &rules(&workspace))?)
        };
        Ok((render(self.rendering, read).await?, state))
    }

    /// What the catalogue knows of covers; nothing of it where there is none yet.
    async fn shelf(&self, catalogue: Option<&Receipt>) -> Result<(Shelf, Facts), BoxError> {
        let Some(catalogue) = catalogue else { return Ok((Shelf::default(), Facts::default())) };
        let mut tables = self.archive.tables_of(catalogue).await?;
        let covers = tables.remove(&TableName::Covers).map(CataloguedCover::read).transpose()?.unwrap_or_default();
        let pictures = tables.remove(&TableName::Pictures).map(Picture::read).transpose()?.unwrap_or_default();
        Ok((Shelf::of(&covers, &pictures), report::library::facts(&covers)))
    }
}

/// What of the configuration has a say, beside the facts.
fn rules(workspace: &Workspace) -> LibraryRules<'_> {
    let rested_days = workspace.library.as_ref().map_or(0, |library| library.rested_days);
    LibraryRules { rested_days, experiments: &workspace.experiments }
}

/// What is told of every cover as of a date.
pub(in crate::run) struct CoversAsOf {
    unit: Unit,
    draft: Draft,
    workspace: Arc<Workspace>,
    as_of: Date,
    places: Vec<PlaceMonths>,
    shelf: Arc<Shelf>,
    facts: Facts,
}

impl Asset for CoversAsOf {
    const FAMILY: TableFamily = TableFamily::Library;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        let Workspace { experiments, market_rules, .. } = &*self.workspace;
        let rules = rules(&self.workspace);
        let mut tables = report::library::as_of(&self.places, &self.shelf, &rules, self.as_of, revision)?;
        if let Some((_, history)) = tables.iter().find(|(name, _)| *name == TableName::CoverHistory) {
            let of = (self.as_of, revision);
            let checks = report::library::cover_checks(
                of,
                experiments,
                market_rules.as_ref(),
                &self.shelf,
                &self.facts,
                history,
            )?;
            tables.push((TableName::CoverChecks, checks));
        }
        Ok(tables.into_iter().map(|(name, made)| table(name, made)).collect())
    }
}
