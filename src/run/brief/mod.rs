//! The morning brief: what is advised, what became of advice, and the page that says it, once everything else of a run is
//! published.
//!
//! It is of every place that is configured and counts, also of those that other jobs settle. Which revisions it stands on is known
//! from listings, so where they are those that the newest brief stands on, where no night that it speaks of has begun and no
//! further day is over, nothing is read but the newest brief's own receipt and advice. Without `config/brief.yaml` nothing here
//! happens. What goes wrong is told like other troubles and takes nothing back of what is published.

mod asset;
mod fingerprint;
mod inputs;
mod lacks;
mod pictures;
mod places;
mod tables;

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::assets::{Candidate, Driver, Look, draft};
use super::deciding::Decided;
use super::{Disposition, Stop, error_text};
use crate::notify::Card;
use coverledger_archive::{Archive, BoxError, Draft, FactRecord, Receipt, Stamp, State};
use coverledger_config::Workspace;

pub(super) use asset::MorningBrief;
use fingerprint::Starts;
use inputs::Inputs;

/// So many places are looked at side by side; each of them asks the store for several things at a time.
const PLACES_AT_A_TIME: usize = 4;

/// What making a brief needs.
pub(super) struct Editor<'a> {
    pub(super) workspace: &'a Arc<Workspace>,
    pub(super) archive: &'a Archive,
    pub(super) stamp: &'a Stamp,
    pub(super) stop: &'a Stop,
    /// Permits to render tables.
    pub(super) rendering: &'a Semaphore,
}

/// What became of it.
#[derive(Default)]
pub(super) struct Edited {
    /// The brief, and how it ended.
    pub(super) ends: Decided,
    /// What people are told of a brief that was published just now.
    pub(super) card: Option<Card>,
}

impl Edited {
    fn ended(what: impl Into<String>, end: Disposition) -> Self {
        Self { ends: vec![(what.into(), end)], card: None }
    }
}

impl Editor<'_> {
    /// Publishes the brief of the newest local date, if there is anything new to say.
    pub(super) async fn edit(&self) -> Edited {
        if self.workspace.brief.is_none() {
            return Edited::default();
        }
        if self.stop.is_asked() {
            return Edited::ended("brief", Disposition::Stopped);
        }
        let inputs = match self.inputs().await {
            Ok(Some(inputs)) => inputs,
            Ok(None) => return Edited::default(),
            Err(error) => return Edited::ended("brief", Disposition::Failed { reason: error_text(&error) }),
        };
        let unit = inputs.unit().to_string();
        match self.edit_of(inputs).await {
            Ok(edited) => edited,
            Err(_) if self.stop.is_asked() => Edited::ended(unit, Disposition::Stopped),
            Err(error) => Edited::ended(unit, Disposition::Failed { reason: error_text(&*error) }),
        }
    }

    async fn edit_of(&self, inputs: Inputs) -> Result<Edited, BoxError> {
        let unit = inputs.unit();
        let config = self.workspace.brief_hash();
        let base = fingerprint::base(&inputs, self.workspace);
        let newest = self.archive.newest(&unit).await?;
        if let Some(newest) = &newest
            && let Some(end) = self.is_current(newest, &base).await?
        {
            return Ok(Edited::ended(unit.to_string(), end));
        }
        let frames = self.read(&inputs).await?;
        if self.stop.is_asked() {
            return Ok(Edited::ended(unit.to_string(), Disposition::Stopped));
        }
        let mut left_out = frames.unreadable.clone();
        let starts = Starts::ahead(&frames.night(self.workspace, inputs.as_of, self.stamp.now));
        let fingerprint = base.with(&starts, &left_out);
        let state = if frames.is_provisional() { State::Provisional } else { State::Final };
        let draft = Draft { facts: facts(&inputs), ..draft(state, &fingerprint, Vec::new(), &config) };
        let revision = newest.as_ref().map_or(1, |newest| newest.content.revision + 1);
        let (of, now) = (inputs.as_of, self.stamp.now);
        let mut asset = MorningBrief::new(unit.clone(), draft, Arc::clone(self.workspace), of, now, frames);
        asset.prepare(self.rendering, revision).await?;
        let (found, missing) = self.thumbnails(&asset.wanted_thumbnails()).await?;
        asset.thumbnails = found;
        if !missing.is_empty() {
            // Once they can be fetched, the page is made anew with them.
            left_out.extend(missing.into_iter().map(|sha256| format!("the thumbnail {sha256}")));
            asset.draft.fingerprint = base.with(&starts, &left_out);
        }
        let notes = left_out.iter().map(|what| format!("left out: {what}")).collect();
        let asset = Arc::new(asset);
        let end = self.driver().publish(newest, Arc::clone(&asset), notes).await;
        let card = match &end {
            Disposition::Published { .. } => asset.card(),
            _ => None,
        };
        Ok(Edited { ends: vec![(unit.to_string(), end)], card })
    }

    /// How it ended, if the newest brief says all that there is to say.
    async fn is_current(
        &self,
        newest: &Receipt,
        base: &fingerprint::Base,
    ) -> Result<Option<Disposition>, BoxError> {
        let unit = newest.content.unit.clone();
        let Some(starts) = self.published_starts(newest).await else { return Ok(None) };
        let fingerprint = base.with(&starts, &[]);
        if fingerprint != newest.content.fingerprint || !starts.are_next_after(self.stamp.now) {
            return Ok(None);
        }
        let look = self.driver().look(vec![Candidate { unit, fingerprint, of: () }]).await.pop();
        Ok(match look.map(|(_, look)| look).transpose()? {
            Some(Look::Current(newest)) => {
                let (revision, state) = (newest.content.revision, newest.content.state);
                Some(Disposition::Current { revision, state, notes: Vec::new() })
            }
            _ => None,
        })
    }

    /// When the nights begin that a published brief speaks of; `None` where it cannot be read, so that it is made anew.
    async fn published_starts(&self, newest: &Receipt) -> Option<Starts> {
        let table = coverledger_archive::TableName::Advice;
        let (unit, revision) = (&newest.content.unit, newest.content.revision);
        let bytes = self.archive.table_of(unit, revision, table).await.ok().flatten()?;
        let frame =
            super::blocking::render(self.rendering, move || Ok(coverledger_report::read(table, &[bytes])?));
        Starts::published(&frame.await.ok()?).ok()
    }

    fn driver(&self) -> Driver<'_> {
        Driver { archive: self.archive, stamp: self.stamp, rendering: self.rendering }
    }
}

/// For the receipt: the newest market-days.
fn facts(inputs: &Inputs) -> Vec<FactRecord> {
    inputs.places.iter().flat_map(inputs::Place::facts).collect()
}
