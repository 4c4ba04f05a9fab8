//! What is to be made of experiments. One is looked at by every run that has anything to do with one of its platforms in
//! one of its markets; it stands on the revisions of all its market-days within its window.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;

use super::cut::{self, CutDays};
use super::inputs::{Inputs, fingerprint};
use super::{Decided, Desk, MARKETS_AT_A_TIME};
use crate::run::assets::{self, Asset, Candidate, draft, table};
use crate::run::{Disposition, error_text};
use coverledger_archive::{
    ArchiveError, BoxError, Draft, FactRecord, Receipt, State, TableBytes, TableFamily, Unit,
};
use coverledger_config::Experiment;
use coverledger_report::{Evidence, Standings};

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
    /// Of each place in which there was anything to count.
    evidences: Vec<Evidence>,
    state: State,
    /// Market-days that are not cut by the turns of a rotation, or by the groups of viewers of a split.
    uncut: Vec<String>,
    /// Market-days that were retired, by the number of their place.
    retired: Vec<(usize, BTreeSet<Date>)>,
}

/// How an experiment stands as of a date.
pub(in crate::run) struct DecidedExperiment {
    unit: Unit,
    draft: Draft,
    name: String,
    as_of: Date,
    experiment: Experiment,
    evidences: Vec<Evidence>,
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
        let standings = Standings::of(&self.experiment, &self.evidences);
        let tables = standings.tables(&self.name, self.as_of, revision)?;
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
    }

    /// `None` if no market-day of its window is published yet.
    async fn experiment(
        &self,
        name: &str,
        experiment: &Experiment,
    ) -> Result<Option<(String, Disposition)>, BoxError> {
        let mut inputs = self.inputs(experiment).await?;
        let config = self.workspace.experiment_hash(name);
        let mut look = match self.look(name, &config, &inputs).await? {
            Look::Nothing => return Ok(None),
            Look::Told(unit, end) => return Ok(Some((unit, end))),
            Look::Due(look) => look,
        };
        let known = self.known(experiment, &inputs).await?;
        if !known.retired.is_empty() {
            // A listing of receipts does not tell what was retired; reading them did.
            for (place, retired) in &known.retired {
                inputs[*place].revisions.retain(|date, _| !retired.contains(date));
            }
            inputs.retain(|inputs| !inputs.revisions.is_empty());
            look = match self.look(name, &config, &inputs).await? {
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
            as_of,
            experiment: experiment.clone(),
            evidences: known.evidences,
        };
        Ok(Some((told, self.driver().publish(newest, Arc::new(decided), Vec::new()).await)))
    }

    /// Whether an experiment that stands on these has to be decided anew.
    async fn look(&self, name: &str, config: &str, inputs: &[Inputs]) -> Result<Look, BoxError> {
        let Some(as_of) = inputs.iter().filter_map(Inputs::as_of).max() else { return Ok(Look::Nothing) };
        let unit = Unit::Experiment { experiment: name.to_owned(), as_of };
        let fingerprint = fingerprint(unit.family(), config, inputs.iter());
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
            Ok::<_, ArchiveError>(Inputs { platform, market, revisions, newest_is_lost: false })
        });
        let all: Vec<Inputs> = stream::iter(listed).buffered(MARKETS_AT_A_TIME).try_collect().await?;
        Ok(all.into_iter().filter(|inputs| !inputs.revisions.is_empty()).collect())
    }

    async fn known(&self, experiment: &Experiment, inputs: &[Inputs]) -> Result<Known, BoxError> {
        let mut known =
            Known { evidences: Vec::new(), state: State::Final, uncut: Vec::new(), retired: Vec::new() };
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
            known.evidences.extend(evidence);
        }
        Ok(known)
    }
}
