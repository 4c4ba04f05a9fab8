//! Which channels are still to be told what a brief says: once a night, and again only when it says something else.

use std::collections::BTreeMap;

use super::error_text;
use crate::notify::{Card, sha256_of_card};
use coverledger_archive::{Archive, RunRecord, ToldBrief};
use coverledger_config::{Channel, Language, Topic, Workspace};

/// The card in question, and what each channel was told before.
#[derive(Debug, Default)]
pub(super) struct BriefNews {
    card: Option<Card>,
    /// By the channel's name, of this job's runs.
    told: BTreeMap<String, ToldBrief>,
    /// The same of other jobs, whose runs may have published the brief before.
    told_by_others: Vec<(String, ToldBrief)>,
}

impl BriefNews {
    /// The card of this run, or one that not every channel took after an earlier run.
    pub fn of(card: Option<&Card>, before: Option<&RunRecord>) -> Self {
        let untold = || {
            let card = before.and_then(|before| before.untold_card.clone())?;
            // One of another release is let go: the next brief has another.
            serde_json::from_value(card).ok()
        };
        let told = before.map(|before| before.briefs.clone()).unwrap_or_default();
        Self { card: card.cloned().or_else(untold), told, told_by_others: Vec::new() }
    }

    /// Whether there is anything to tell.
    pub const fn is_any(&self) -> bool {
        self.card.is_some()
    }

    /// Takes over what channels were told by runs of other jobs. A record that cannot be read leaves the risk of telling twice.
    pub async fn hear_of_others(&mut self, job: &str, workspace: &Workspace, archive: &Archive) {
        for other in workspace.jobs.keys().filter(|other| *other != job) {
            match archive.run_record(other).await {
                Ok(record) => self.told_by_others.extend(record.into_iter().flat_map(|record| record.briefs)),
                Err(error) => {
                    let error = error_text(&error);
                    tracing::warn!(job = other, error, "its record cannot be read: a brief may be told twice");
                }
            }
        }
    }

    /// The card, if this channel has not been told what it says, or anything of a later night.
    pub fn card_for(&self, channel: &str, language: Language) -> Option<&Card> {
        let card = self.card.as_ref()?;
        let sha256 = sha256_of_card(card, language);
        let others = self.told_by_others.iter().filter(|(name, _)| name == channel).map(|(_, told)| told);
        let mut told = self.told.get(channel).into_iter().chain(others);
        let is_old = told.any(|told| told.as_of > card.as_of || told.sha256 == sha256);
        (!is_old).then_some(card)
    }

    /// Notes which channels took the card, and keeps it for those that did not.
    pub fn record(
        &self,
        configured: &BTreeMap<String, Channel>,
        took: impl Fn(&str) -> bool,
        record: &mut RunRecord,
    ) {
        record.briefs = self.told.iter().filter(|(name, _)| configured.contains_key(*name)).map(owned).collect();
        let Some(card) = &self.card else { return };
        let mut is_left = false;
        for (name, channel) in configured.iter().filter(|(_, channel)| channel.tell.contains(&Topic::Brief)) {
            if took(name) {
                let sha256 = sha256_of_card(card, channel.language);
                record.briefs.insert(name.clone(), ToldBrief { as_of: card.as_of, sha256 });
            } else if self.card_for(name, channel.language).is_some() {
                is_left = true;
            }
        }
        if is_left {
            record.untold_card = serde_json::to_value(card).ok();
        }
    }
}

fn owned((name, told): (&String, &ToldBrief)) -> (String, ToldBrief) {
    (name.clone(), told.clone())
}
