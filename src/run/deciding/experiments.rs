//! What is to be made of experiments. One is looked at by every run that has anything to do with one of its platforms in
//! one of its markets; it stands on the revisions of all its market-days within its window.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::cut::{self, CutDays};
use super::inputs::{Inputs, fingerprint, fingerprint_with};
use super::{Decided, Desk, MARKETS_AT_A_TIME};
use crate::run::assets::{self, Asset, Candidate, draft, table};
use crate::run::{Disposition, error_text};
use coverledger_archive::{
    ArchiveError, BoxError, Draft, FactRecord, Receipt, State, TableBytes, TableFamily, TableName, Unit,
};
use coverledger_config::Experiment;
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report::{self as report, LevelHistory, Place, Standings, returning::GroupRevisits};

/// What a look at an experiment comes to.
enum Look {
    /// No market-day of its window is published.
    Nothing,
    /// It is as it was decided last.
    Told(String, Disposition),
    /// It has to be decided.
    Due(Box<Due>),
}

/// What is to be decided of an experiment.
struct Due {
    as_of: Date,
    unit: Unit,
    fingerprint: String,
    newest: Option<Receipt>,
}

/// What was read of the places of an experiment.
struct Known {
    /// Those in which there was anything to count.
    places: Vec<Place>,
    state: State,
    /// Market-days that are not cut by the turns of a rotation, or by the groups of viewers of a split.
    uncut: Vec<String>,
    /// Market-days that were retired, by the number of their place.
    retired: Vec<(usize, BTreeSet<Date>)>,
}

/// By platform and market, the decisions that tell whether tests can be believed there.
type Histories = Vec<Option<(Date, u64)>>;

/// An experiment as it is published.
pub(in crate::run) struct DecidedExperiment {
    unit: Unit,
    draft: Draft,
    name: String,
    told: Told,
}

/// What there is to say of an experiment.
enum Told {
    /// How it stands in its places as of a date.
    Standings { as_of: Date, experiment: Box<Experiment>, places: Vec<Place> },
    /// That its file is gone; the tables are those that were published last.
    Withdrawn { published: Vec<(TableName, Bytes)> },
}

impl Asset for DecidedExperiment {
    const FAMILY: TableFamily = TableFamily::Experiments;

    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn draft(&self) -> &Draft {
        &self.draft
    }

    fn tables(&self, revision: u64) -> Result<Vec<TableBytes>, BoxError> {
        let tables = match &self.told {
            Told::Standings { as_of, experiment, places } => {
                Standings::of(experiment, places).tables(&self.name, *as_of, revision)?
            }
            Told::Withdrawn { published } => report::withdrawn(&self.name, published, revision)?,
        };
        Ok(tables.into_iter().map(|(name, made)| table(name, made)).collect())
    }
}

impl Desk<'_> {
    /// Decides anew what stands on other market-days than before, or was declared otherwise.
    pub(super) async fn experiments(&self, decided: &mut Decided) {
        for (name, experiment) in &self.workspace.experiments {
            let is_concerned =
                experiment.platforms.iter().any(|platform| self.selection.platforms.contains(platform))
                    && experiment.markets.iter().any(|market| self.selection.markets.contains(market));
            if !is_concerned {
                continue;
            }
            if self.stop.is_asked() {
                decided.push((format!("experiment/{name}"), Disposition::Stopped));
                continue;
            }
            match self.experiment(name, experiment).await {
                Ok(ended) => decided.extend(ended),
                Err(error) => {
                    let reason = error_text(&*error);
                    decided.push((format!("experiment/{name}"), Disposition::Failed { reason }));
                }
            }
        }
        if let Err(error) = self.withdrawn(decided).await {
            let reason = error_text(&*error);
            decided.push(("experiments without a file".to_owned(), Disposition::Failed { reason }));
        }
    }

    /// Says of every experiment whose file is gone that it is; else its last rows would go on naming a cover.
    async fn withdrawn(&self, decided: &mut Decided) -> Result<(), BoxError> {
        let published = self.archive.experiments().await?;
        let gone = published.into_iter().filter(|(name, _)| !self.workspace.experiments.contains_key(name));
        let candidates = gone.map(|(name, as_of)| {
            let unit = Unit::Experiment { experiment: name.clone(), as_of };
            let config = self.workspace.experiment_hash(&name);
            let fingerprint = fingerprint(unit.family(), &config, std::iter::empty());
            Candidate { unit, fingerprint, of: (name, config) }
        });
        for (Candidate { unit, fingerprint, of: (name, config) }, look) in
            self.driver().look(candidates.collect()).await
        {
            if self.stop.is_asked() {
                break;
            }
            let assets::Look::Due(Some(newest)) = look? else { continue };
            // What was retired is told already.
            if newest.content.retired {
                continue;
            }
            let draft = Draft {
                facts: newest.content.facts.clone(),
                ..draft(State::Final, &fingerprint, Vec::new(), &config)
            };
            let published = self.archive.tables_of(&newest).await?.into_iter().collect();
            let told = unit.to_string();
            let withdrawn = DecidedExperiment { unit, draft, name, told: Told::Withdrawn { published } };
            decided.push((told, self.driver().publish(Some(newest), Arc::new(withdrawn), Vec::new()).await));
        }
        Ok(())
    }

    /// `None` if no market-day of its window is published yet.
    async fn experiment(
        &self,
        name: &str,
        experiment: &Experiment,
    ) -> Result<Option<(String, Disposition)>, BoxError> {
        let mut inputs = self.inputs(experiment).await?;
        let config = self.workspace.experiment_hash(name);
        let mut histories = self.histories(experiment, &inputs).await?;
        let mut look = match self.look(name, &config, &inputs, &histories).await? {
            Look::Nothing => return Ok(None),
            Look::Told(unit, end) => return Ok(Some((unit, end))),
            Look::Due(look) => look,
        };
        let known = self.known(experiment, &inputs, &histories).await?;
        if !known.retired.is_empty() {
            // A listing of receipts does not tell what was retired; reading them did.
            for (place, retired) in &known.retired {
                inputs[*place].revisions.retain(|date, _| !retired.contains(date));
            }
            inputs.retain(|inputs| !inputs.revisions.is_empty());
            histories = self.histories(experiment, &inputs).await?;
            look = match self.look(name, &config, &inputs, &histories).await? {
                Look::Nothing => return Ok(None),
                Look::Told(unit, end) => return Ok(Some((unit, end))),
                Look::Due(look) => look,
            };
        }
        let Due { as_of, unit, fingerprint, newest } = *look;
        if let [first, ..] = known.uncut.as_slice() {
            let why = match experiment.rotation() {
                Some(_) => "were published before the rotation was declared and are not cut by its turns",
                None => {
                    "were published before the split was declared, or with another key, and are not counted by its groups \
                     of viewers"
                }
            };
            let reason = format!(
                "{} market-days, such as {first}, {why}: run `backfill` over its window",
                known.uncut.len()
            );
            return Ok(Some((unit.to_string(), Disposition::Unsettled { reason })));
        }
        let facts: Vec<FactRecord> = inputs.iter().flat_map(Inputs::facts).collect();
        let told = unit.to_string();
        let decided = DecidedExperiment {
            unit,
            draft: Draft { facts, ..draft(known.state, &fingerprint, Vec::new(), &config) },
            name: name.to_owned(),
            told: Told::Standings { as_of, experiment: Box::new(experiment.clone()), places: known.places },
        };
        Ok(Some((told, self.driver().publish(newest, Arc::new(decided), Vec::new()).await)))
    }

    /// Whether an experiment that stands on these has to be decided anew.
    async fn look(
        &self,
        name: &str,
        config: &str,
        inputs: &[Inputs],
        histories: &Histories,
    ) -> Result<Look, BoxError> {
        let Some(as_of) = inputs.iter().filter_map(Inputs::as_of).max() else { return Ok(Look::Nothing) };
        let unit = Unit::Experiment { experiment: name.to_owned(), as_of };
        let stands_on = inputs.iter().zip(histories).map(|(inputs, history)| {
            let history = history.map(|(as_of, revision)| format!("{as_of} {revision}"));
            (inputs, history.unwrap_or_default())
        });
        let fingerprint = fingerprint_with(unit.family(), config, stands_on);
        let looked = self.driver().look(vec![Candidate { unit, fingerprint, of: as_of }]).await;
        let Some((Candidate { unit, fingerprint, of: as_of }, look)) = looked.into_iter().next() else {
            return Ok(Look::Nothing);
        };
        Ok(match look? {
            assets::Look::Due(newest) => Look::Due(Box::new(Due { as_of, unit, fingerprint, newest })),
            assets::Look::Current(newest) => {
                let (revision, state) = (newest.content.revision, newest.content.state);
                Look::Told(unit.to_string(), Disposition::Current { revision, state, notes: Vec::new() })
            }
        })
    }

    /// By platform and market; those without any are left out.
    async fn inputs(&self, experiment: &Experiment) -> Result<Vec<Inputs>, ArchiveError> {
        let places = experiment
            .platforms
            .iter()
            .flat_map(|platform| experiment.markets.iter().map(move |market| (platform.clone(), market.clone())));
        let listed = places.map(|(platform, market)| async move {
            let Experiment { from, to, .. } = *experiment;
            let revisions = self.archive.revisions_within(&platform, &market, from, to).await?;
            let mut viewers = BTreeMap::new();
            if experiment.guardrails.revisits.is_some() && !revisions.is_empty() {
                viewers = self.archive.viewers_dates(&platform, &market).await?;
                viewers.retain(|as_of, _| (from..=experiment.last_date()).contains(as_of));
            }
            Ok::<_, ArchiveError>(Inputs { platform, market, revisions, newest_is_lost: false, viewers })
        });
        let all: Vec<Inputs> = stream::iter(listed).buffered(MARKETS_AT_A_TIME).try_collect().await?;
        Ok(all.into_iter().filter(|inputs| !inputs.revisions.is_empty()).collect())
    }

    /// Of each place, the decisions that say how often a test named a winner where there was none: the last ones before the
    /// experiment began, so that a decision does not change by its own nights; the newest where there are none before.
    async fn histories(&self, experiment: &Experiment, inputs: &[Inputs]) -> Result<Histories, ArchiveError> {
        let history = |inputs: &Inputs| {
            let (platform, market, newest) = (inputs.platform.clone(), inputs.market.clone(), inputs.as_of());
            async move {
                let dates = self.archive.decided_dates(&platform, &market).await?;
                let of = |(as_of, revision): (&Date, &u64)| (*as_of, *revision);
                let before = dates.range(..experiment.from).next_back();
                let by_now = newest.and_then(|newest| dates.range(..=newest).next_back());
                Ok::<_, ArchiveError>(before.or(by_now).map(of))
            }
        };
        stream::iter(inputs.iter().map(history)).buffered(MARKETS_AT_A_TIME).try_collect().await
    }

    /// What these decisions say of tests such as the experiment's; `None` where they say nothing, or cannot be read: whoever
    /// published them tells that.
    async fn history(
        &self,
        experiment: &Experiment,
        (platform, market): (&PlatformId, &MarketId),
        (as_of, revision): (Date, u64),
    ) -> Result<Option<LevelHistory>, BoxError> {
        let unit = Unit::Decisions { platform: platform.clone(), market: market.clone(), as_of };
        let table = match self.archive.table_of(&unit, revision, TableName::FalseWinners).await {
            Ok(table) => table,
            Err(ArchiveError::Receipt(error)) => {
                tracing::warn!(error = error_text(&error), "the history of false winners cannot be read");
                None
            }
            Err(error) => return Err(error.into()),
        };
        let Some(table) = table else { return Ok(None) };
        let table = report::read(TableName::FalseWinners, &[table])?;
        Ok(report::level_held(&table, platform, market, experiment)?)
    }

    /// Who came back of the viewers of its covers, by all nights that told of it.
    async fn group_revisits(&self, place: &Inputs) -> Result<Vec<GroupRevisits>, BoxError> {
        let mut nights = BTreeMap::new();
        for (&as_of, &revision) in &place.viewers {
            let unit = Unit::Viewers { platform: place.platform.clone(), market: place.market.clone(), as_of };
            if let Some(table) = self.archive.table_of(&unit, revision, TableName::RevisitGroups).await? {
                nights.insert(as_of, report::read(TableName::RevisitGroups, &[table])?);
            }
        }
        Ok(GroupRevisits::read(&nights)?)
    }

    async fn known(
        &self,
        experiment: &Experiment,
        inputs: &[Inputs],
        histories: &Histories,
    ) -> Result<Known, BoxError> {
        let mut known = Known { places: Vec::new(), state: State::Final, uncut: Vec::new(), retired: Vec::new() };
        for (number, place) in inputs.iter().enumerate() {
            let CutDays { evidence, is_provisional, uncut, retired } =
                cut::read(self.workspace, self.archive, experiment, place).await?;
            let Inputs { platform, market, .. } = place;
            known.uncut.extend(uncut.iter().map(|date| format!("{platform}/{market}/{date}")));
            if !retired.is_empty() {
                known.retired.push((number, retired));
            }
            if is_provisional {
                known.state = State::Provisional;
            }
            if let Some(mut evidence) = evidence {
                evidence.revisits = self.group_revisits(place).await?;
                let history = match histories[number] {
                    Some(of) => self.history(experiment, (platform, market), of).await?,
                    None => None,
                };
                known.places.push(Place { evidence, history });
            }
        }
        Ok(known)
    }
}
